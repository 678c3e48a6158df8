// SPDX-License-Identifier: GPL-2.0
/* Many connections with two streams each; see trial.h. */
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "haul.h"
#include "hosts.h"
#include "netif.h"
#include "plan.h"
#include "sockets.h"
#include "stack.h"
#include "trial.h"

#define PORT		7000
#define CLOSING_MS	120000

/* Two hosts and the cable between them, which a worker uses again and again. */
struct place {
	int host[2];
};

static const char * const devs[] = { "a0", "b0" };
static const char * const ip4[] = { "10.9.0.1", "10.9.0.2" };
static const char * const ip6[] = { "fd09::1", "fd09::2" };

/* ---- the place ---- */

/*
 * Who has which link address must not be asked on the way: ARP has no checksum, and a
 * wrong answer would be believed.
 */
static void settle(int i)
{
	netif_addr(devs[i], ip6[i], 64);
	shell("printf 'link set %s address 02:00:00:00:00:0%d\\n"
	      "neigh replace %s lladdr 02:00:00:00:00:0%d dev %s nud permanent\\n"
	      "neigh replace %s lladdr 02:00:00:00:00:0%d dev %s nud permanent\\n' | ip -batch -",
	      devs[i], i, ip4[!i], !i, devs[i], ip6[!i], !i, devs[i]);
}

static struct place place_new(void)
{
	struct place place = { { host_new(), host_new() } };
	struct plug a = { place.host[0], devs[0], ip4[0] };
	struct plug b = { place.host[1], devs[1], ip4[1] };
	int i;

	host_connect(&a, &b);
	for (i = 0; i < 2; i++) {
		host_enter(place.host[i]);
		settle(i);
	}
	return place;
}

static void make_way(const char *dev, const struct plan_side *s)
{
	netif_offload(dev, s->offload);
	shell("tc qdisc replace dev %s root netem limit 10000 delay %ums %ums loss %u.%u%% reorder %u.%u%% duplicate %u.%u%% corrupt %u.%u%%",
	      dev, s->delay_ms, s->jitter_ms, s->loss / 10, s->loss % 10,
	      s->reorder / 10, s->reorder % 10, s->duplicate / 10, s->duplicate % 10,
	      s->corrupt / 10, s->corrupt % 10);
}

/* What both stacks of this host have found to be spoilt: ports may be spoilt, too. */
static unsigned int bad_checksums(void)
{
	unsigned int bad = counter_of(true, "Tcp", "InCsumErrors");

	if (subject() == MYTCP)
		bad += counter_of(false, "Tcp", "InCsumErrors");
	return bad;
}

/* ---- the connection ---- */

static socklen_t end_address(const struct plan *plan, int i, struct sockaddr_storage *to)
{
	struct addr a = addr_parse(plan->family == AF_INET6 ? ip6[i] : ip4[i]);
	int port = htons(i ? PORT + plan->seed % 10000 : 0);

	memset(to, 0, sizeof(*to));
	to->ss_family = plan->family;
	if (plan->family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

		in6->sin6_port = port;
		memcpy(&in6->sin6_addr, a.b, 16);
		return sizeof(*in6);
	}
	((struct sockaddr_in *)to)->sin_port = port;
	memcpy(&((struct sockaddr_in *)to)->sin_addr, a.b, 4);
	return sizeof(struct sockaddr_in);
}

static int side_socket(const struct plan *plan, int i)
{
	const struct plan_side *s = &plan->side[i];
	int fd = s->tcp == subject() ? stack_socket(plan->family) :
				       other_socket(plan->family);

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (s->sndbuf)
		set_opt(fd, SOL_SOCKET, SO_SNDBUF, s->sndbuf);
	if (s->rcvbuf)
		set_opt(fd, SOL_SOCKET, SO_RCVBUF, s->rcvbuf);
	if (s->mss)
		set_opt(fd, IPPROTO_TCP, TCP_MAXSEG, s->mss);
	if (s->nodelay)
		set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (s->cong)
		check_ok(set_cong(fd, s->cong));
	return fd;
}

static int listen_at(const struct plan *plan)
{
	struct sockaddr_storage at;
	socklen_t len = end_address(plan, 1, &at);
	int fd = side_socket(plan, 1);

	check_ok(bind(fd, (struct sockaddr *)&at, len));
	check_ok(listen(fd, 1));
	return fd;
}

static int connect_to(const struct plan *plan)
{
	struct sockaddr_storage at;
	socklen_t len = end_address(plan, 1, &at);
	int fd = side_socket(plan, 0);

	check_ok(connect(fd, (struct sockaddr *)&at, len));
	return fd;
}

/* Both FINs are acknowledged: the hosts may go. */
static bool is_over(void *fd)
{
	int state = fd_state(*(int *)fd);

	return state == CLOSE || state == TIME_WAIT;
}

/* A child that does not outlive its parent. */
static pid_t split(void)
{
	pid_t pid;

	fflush(stdout);
	pid = check_ok(fork());
	if (!pid)
		check_ok(prctl(PR_SET_PDEATHSIG, SIGKILL));
	return pid;
}

/* Until all have ended, or one has failed. */
static void join_all(int count)
{
	while (count--) {
		int status;

		check_ok(wait(&status));
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			_exit(1);
	}
}

/* What is queued may take long to a small buffer: as long as it gets less. */
static void await_end(int fd)
{
	int before, left = queue(fd, SIOCOUTQ);

	while (!await_true(is_over, &fd, CLOSING_MS)) {
		before = left;
		left = queue(fd, SIOCOUTQ);
		if (left < before)
			continue;
		haul_show(fd);
		test_fail("both ends have closed, and it still is in %s",
			  state_name(fd_state(fd)));
	}
}

static void run_side(const struct plan *plan, int i, int fd, int64_t spoil,
		     struct outcome *outcome)
{
	struct haul h = { .fd = fd, .how = &plan->side[i] };
	unsigned int streams = 2 * plan->seed;

	set_nonblock(fd, plan->side[i].waiting != BY_BLOCKING);
	if (!split()) {
		h.stream = streams + i;
		h.len = plan->side[i].len;
		h.spoil = spoil;
		h.chance = chance_from(plan->seed, 1 + i);
		haul_out(&h);
		_exit(0);
	}
	h.stream = streams + !i;
	h.len = plan->side[!i].len;
	h.chance = chance_from(plan->seed, 3 + i);
	haul_in(&h);
	join_all(1);
	await_end(fd);
	__atomic_add_fetch(&outcome->again, tcp_info(fd).tcpi_total_retrans,
			   __ATOMIC_RELAXED);
}

static void run_plan(const struct place *place, const struct plan *plan, int64_t spoil,
		     struct outcome *outcome)
{
	int i, listening = -1;

	for (i = 0; i < 2; i++) {
		host_enter(place->host[i]);
		make_way(devs[i], &plan->side[i]);
		outcome->spoilt -= bad_checksums();
	}
	listening = listen_at(plan);
	for (i = 0; i < 2; i++) {
		int fd;

		if (split())
			continue;
		host_enter(place->host[i]);
		fd = i ? check_ok(accept4(listening, NULL, NULL, SOCK_CLOEXEC)) :
			 connect_to(plan);
		close(listening);
		run_side(plan, i, fd, i ? -1 : spoil, outcome);
		_exit(0);
	}
	close(listening);
	join_all(2);
	for (i = 0; i < 2; i++) {
		host_enter(place->host[i]);
		outcome->spoilt += bad_checksums();
	}
}

/* ---- many of them ---- */

struct outcome *outcomes_new(unsigned int count)
{
	struct outcome *o = mmap(NULL, count * sizeof(*o), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(o != MAP_FAILED);
	return o;
}

/* In one piece, so that nobody else's words come between. */
static void tell(const struct plan *plan, const struct outcome *o, FILE *said)
{
	char line[1024];

	if (o->passed)
		test_note("seed %llu passed: %llu and %llu octets in %u ms, %u segments sent again, %u spoilt",
			  (unsigned long long)plan->seed,
			  (unsigned long long)plan->side[0].len,
			  (unsigned long long)plan->side[1].len, o->ms, o->again,
			  o->spoilt);
	else
		test_note("seed %llu FAILED after %u ms", (unsigned long long)plan->seed,
			  o->ms);
	rewind(said);
	while (!o->passed && fgets(line, sizeof(line), said))
		fputs(line, stdout);
	plan_show(plan);
	fflush(stdout);
}

/* What a failed check has said first. */
static void keep_reason(struct outcome *o, FILE *said)
{
	char line[sizeof(o->why)];

	rewind(said);
	while (!o->why[0] && fgets(line, sizeof(line), said))
		if (!strncmp(line, "# ", 2) && strstr(line, ".c:"))
			memcpy(o->why, line + 2, strcspn(line + 2, "\n"));
}

static void run_one(const struct trial *t, const struct place *place, uint64_t seed,
		    struct outcome *o)
{
	struct plan plan = plan_draw(seed, t->only, t->most);
	int64_t began = now_ms();
	FILE *said = tmpfile();
	int status;
	pid_t pid;

	check(said);
	pid = split();
	if (!pid) {
		check_ok(dup2(fileno(said), STDOUT_FILENO));
		run_plan(place, &plan, t->spoil, o);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	o->ms = now_ms() - began;
	o->passed = WIFEXITED(status) && !WEXITSTATUS(status);
	if (!o->passed) {
		/* what was not counted to its end */
		o->spoilt = 0;
		keep_reason(o, said);
	}
	if (t->loud || (!o->passed && t->spoil < 0))
		tell(&plan, o, said);
	o->ended = true;
	fclose(said);
}

unsigned int trial_run(const struct trial *t, struct outcome *outcomes)
{
	unsigned int jobs = t->jobs < t->count ? t->jobs : t->count;
	unsigned int i, n, failed = 0;

	for (i = 0; i < jobs; i++) {
		struct place place;

		if (split())
			continue;
		place = place_new();
		for (n = i; n < t->count; n += jobs)
			run_one(t, &place, t->first + n, &outcomes[n]);
		_exit(0);
	}
	for (i = 0; i < jobs; i++) {
		int status;

		check_ok(wait(&status));
	}
	for (n = 0; n < t->count; n++)
		failed += !outcomes[n].passed;
	return failed;
}
