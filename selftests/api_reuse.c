// SPDX-License-Identifier: GPL-2.0
/*
 * Who may bind a port that another socket holds: every combination of address,
 * SO_REUSEADDR, SO_REUSEPORT and state of the holder, as the kernel's TCP
 * answers it in the same run.
 */
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

enum reuse {
	NO_REUSE,
	REUSE_ADDR,
	REUSE_PORT,
	REUSE_BOTH,
	REUSES,
};

enum holding {
	HELD_BOUND,
	HELD_LISTENING,
	HELD_CONNECTED,		/* by connect() from the bound port */
	HELD_ACCEPTED,		/* the listener is closed, its child is not */
	HELD_TIME_WAIT,
	HOLDINGS,
};

static const char *const reuse_names[] = { "none", "addr", "port", "both" };
static const char *const holding_names[] = {
	"bound", "listening", "connected", "accepted", "TIME_WAIT",
};
static const char *const addresses[] = { "0.0.0.0", "127.0.0.1", "127.0.0.2" };

struct holder {
	int fd[3];		/* all that has to be closed, or -1 */
};

static int reusing(enum tcp tcp, enum reuse reuse)
{
	int fd = check_ok(stream(tcp, 0));

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, !!(reuse & REUSE_ADDR));
	set_opt(fd, SOL_SOCKET, SO_REUSEPORT, !!(reuse & REUSE_PORT));
	return fd;
}

/* A wildcard cannot be connected to: lo stands for it. */
static struct sockaddr_in reachable(int fd)
{
	struct sockaddr_in at = name4(fd);

	if (!at.sin_addr.s_addr)
		at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return at;
}

static void hold_connected(struct holder *h, enum tcp tcp)
{
	struct sockaddr_in at;

	h->fd[1] = listener(tcp, "127.0.0.3", 1);
	at = name4(h->fd[1]);
	check_ok(connect4(h->fd[0], &at));
	h->fd[2] = check_ok(accept(h->fd[1], NULL, NULL));
}

static void hold_accepted(struct holder *h, enum tcp tcp)
{
	struct sockaddr_in at = reachable(h->fd[0]);
	int child;

	check_ok(listen(h->fd[0], 1));
	h->fd[1] = connected(tcp, &at);
	child = check_ok(accept(h->fd[0], NULL, NULL));
	close(h->fd[0]);
	h->fd[0] = child;
}

static void hold_time_wait(struct holder *h, enum tcp tcp)
{
	hold_accepted(h, tcp);
	check_ok(shutdown(h->fd[0], SHUT_WR));
	expect_state(h->fd[1], CLOSE_WAIT);
	check_ok(shutdown(h->fd[1], SHUT_WR));
	expect_state(h->fd[0], CLOSE);
	close(h->fd[0]);
	h->fd[0] = -1;
}

static void hold(struct holder *h, enum tcp tcp, enum holding how,
		 const struct sockaddr_in *at, enum reuse reuse)
{
	h->fd[0] = reusing(tcp, reuse);
	h->fd[1] = -1;
	h->fd[2] = -1;
	check_ok(bind4(h->fd[0], at));
	if (how == HELD_LISTENING)
		check_ok(listen(h->fd[0], 1));
	if (how == HELD_CONNECTED)
		hold_connected(h, tcp);
	if (how == HELD_ACCEPTED)
		hold_accepted(h, tcp);
	if (how == HELD_TIME_WAIT)
		hold_time_wait(h, tcp);
}

static void let_go(struct holder *h)
{
	int i;

	for (i = 0; i < 3; i++)
		if (h->fd[i] >= 0)
			close_abort(h->fd[i]);
}

struct attempt {
	int bind, listen;	/* errno, 0 is success */
};

static struct attempt attempt(enum tcp tcp, enum holding how,
			      const struct sockaddr_in *held, enum reuse first,
			      const struct sockaddr_in *wanted,
			      enum reuse second)
{
	struct attempt a = { 0 };
	struct holder h;
	int fd;

	hold(&h, tcp, how, held, first);
	fd = reusing(tcp, second);
	if (bind4(fd, wanted))
		a.bind = errno;
	else if (listen(fd, 1))
		a.listen = errno;
	close_abort(fd);
	let_go(&h);
	return a;
}

/* A TIME_WAIT stays behind: no two attempts use the same port. */
static int next_port(void)
{
	static int port = 10000;

	return port++;
}

static struct attempt attempt_on(enum tcp tcp, enum holding how, int held,
				 enum reuse first, int wanted,
				 enum reuse second)
{
	int port = next_port();
	struct sockaddr_in a = addr4(addresses[held], port);
	struct sockaddr_in b = addr4(addresses[wanted], port);

	return attempt(tcp, how, &a, first, &b, second);
}

static bool same(enum holding how, int held, enum reuse first, int wanted,
		 enum reuse second)
{
	struct attempt want, got;

	if (!env_wants((((how * 3 + held) * 3 + wanted) * REUSES + first) * REUSES +
		       second))
		return true;
	want = attempt_on(KERNEL_TCP, how, held, first, wanted, second);
	got = attempt_on(subject(), how, held, first, wanted, second);
	if (want.bind == got.bind && want.listen == got.listen)
		return true;
	test_note("%s %s (reuse %s), bind %s (reuse %s): expected bind %s, listen %s",
		  addresses[held], holding_names[how], reuse_names[first],
		  addresses[wanted], reuse_names[second],
		  strerrorname_np(want.bind), strerrorname_np(want.listen));
	test_note("  got bind %s, listen %s", strerrorname_np(got.bind),
		  strerrorname_np(got.listen));
	return false;
}

FIXTURE(reuse) {
	int unused;
};

FIXTURE_VARIANT(reuse) {
	enum holding how;
};

FIXTURE_VARIANT_ADD(reuse, bound) { .how = HELD_BOUND };
FIXTURE_VARIANT_ADD(reuse, listening) { .how = HELD_LISTENING };
FIXTURE_VARIANT_ADD(reuse, connected) { .how = HELD_CONNECTED };
FIXTURE_VARIANT_ADD(reuse, accepted) { .how = HELD_ACCEPTED };
FIXTURE_VARIANT_ADD(reuse, time_wait) { .how = HELD_TIME_WAIT };

FIXTURE_SETUP(reuse)
{
	test_begin();
}

FIXTURE_TEARDOWN(reuse)
{
}

TEST_F_TIMEOUT(reuse, a_held_port_is_given_as_the_kernel_gives_it, LONG_TEST)
{
	int held, wanted, different = 0;
	int first, second;

	for (held = 0; held < 3; held++)
		for (wanted = 0; wanted < 3; wanted++)
			for (first = 0; first < REUSES; first++)
				for (second = 0; second < REUSES; second++)
					different += !same(variant->how, held,
							   first, wanted,
							   second);
	check_eq(different, 0);
}

FIXTURE(port) {
	enum tcp tcp;
};

FIXTURE_SETUP(port)
{
	test_begin();
	self->tcp = subject();
}

FIXTURE_TEARDOWN(port)
{
}

TEST_F(port, the_chosen_one_is_of_the_range)
{
	char text[64];
	int low, high, i;

	setting_read(self->tcp, "ip_local_port_range", text, sizeof(text));
	check_eq(sscanf(text, "%d %d", &low, &high), 2);
	for (i = 0; i < 64; i++) {
		int port = port_of(bound(self->tcp, "127.0.0.1"));

		check(port >= low && port <= high);
	}
}

TEST_F(port, the_range_is_a_setting)
{
	struct sockaddr_in at = addr4("127.0.0.1", 0);
	int i, fd;

	setting_write(self->tcp, "ip_local_port_range", "61100 61109");
	for (i = 0; i < 10; i++) {
		int port = port_of(bound(self->tcp, "127.0.0.1"));

		check(port >= 61100 && port <= 61109);
	}
	/* All are taken now, and never was one given twice. */
	fd = check_ok(stream(self->tcp, 0));
	check_err(bind4(fd, &at), EADDRINUSE);
}

/* Who does not name a port does not share one, whatever the options. */
TEST_F(port, the_chosen_one_is_never_shared)
{
	struct sockaddr_in at = addr4("127.0.0.1", 0);
	int i;

	setting_write(self->tcp, "ip_local_port_range", "61100 61109");
	for (i = 0; i < 10; i++)
		check_ok(bind4(reusing(self->tcp, REUSE_BOTH), &at));
	check_err(bind4(reusing(self->tcp, REUSE_BOTH), &at), EADDRINUSE);
}

/* SO_REUSEPORT is no way to another user's connections. */
TEST_F(port, only_one_user_shares_it)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int theirs, ours = reusing(self->tcp, REUSE_PORT);

	check_ok(bind4(ours, &at));
	check_ok(seteuid(65534));
	theirs = reusing(self->tcp, REUSE_PORT);
	check_err(bind4(theirs, &at), EADDRINUSE);
	check_ok(seteuid(0));
	check_err(bind4(theirs, &at), EADDRINUSE);
	check_ok(bind4(reusing(self->tcp, REUSE_PORT), &at));
}

TEST_F(port, a_reserved_one_is_never_chosen)
{
	struct sockaddr_in at = addr4("127.0.0.1", 0);
	int i, fd;

	setting_write(self->tcp, "ip_local_port_range", "61100 61109");
	setting_write(KERNEL_TCP, "ip_local_reserved_ports", "61100-61108");
	check_eq(port_of(bound(self->tcp, "127.0.0.1")), 61109);
	fd = check_ok(stream(self->tcp, 0));
	check_err(bind4(fd, &at), EADDRINUSE);
	/* Asked for by number it is given. */
	at.sin_port = htons(61103);
	for (i = 0; i < 2; i++) {
		fd = check_ok(stream(self->tcp, 0));
		check_ok(bind4(fd, &at));
		close(fd);
	}
}

TEST_F(port, it_is_free_again_at_once_after_close)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int i;

	for (i = 0; i < 3; i++) {
		int fd = check_ok(stream(self->tcp, 0));

		check_ok(bind4(fd, &at));
		check_ok(listen(fd, 1));
		close(fd);
	}
}

TEST_F(port, the_last_one_connects_to_two_places)
{
	int first = listener(self->tcp, "127.0.0.1", 8);
	int second = listener(self->tcp, "127.0.0.1", 8);
	struct sockaddr_in at = name4(first), other = name4(second);
	int fd[3];

	setting_write(self->tcp, "ip_local_port_range", "61100 61101");
	fd[0] = connected(self->tcp, &at);
	fd[1] = connected(self->tcp, &at);
	check_ne(port_of(fd[0]), port_of(fd[1]));
	fd[2] = check_ok(stream(self->tcp, 0));
	check_err(connect4(fd[2], &at), EADDRNOTAVAIL);
	/* Another destination makes another connection of the same port. */
	check_ok(connect4(fd[2], &other));
}

TEST_F(port, a_connection_exists_only_once)
{
	int lfd = listener(self->tcp, "127.0.0.1", 8);
	struct sockaddr_in to = name4(lfd), at = addr4("127.0.0.1", 5000);
	int first = reusing(self->tcp, REUSE_ADDR);
	int second = reusing(self->tcp, REUSE_ADDR);

	check_ok(bind4(first, &at));
	check_ok(bind4(second, &at));
	check_ok(connect4(first, &to));
	check_err(connect4(second, &to), EADDRNOTAVAIL);
}

TEST_F(port, a_listener_starts_again_in_spite_of_time_wait)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	struct holder h;
	int fd, child;

	hold(&h, self->tcp, HELD_TIME_WAIT, &at, REUSE_ADDR);
	fd = listener_at(self->tcp, &at, 1);
	child = connected(self->tcp, &at);
	check_ok(accept(fd, NULL, NULL));
	close(child);
}

#define MEMBERS 4

FIXTURE(group) {
	enum tcp tcp;
	struct sockaddr_in at;
	int fd[MEMBERS];
};

FIXTURE_SETUP(group)
{
	int i;

	test_begin();
	self->tcp = subject();
	self->at = addr4("127.0.0.1", 5000);
	for (i = 0; i < MEMBERS; i++) {
		self->fd[i] = reusing(self->tcp, REUSE_PORT);
		check_ok(bind4(self->fd[i], &self->at));
		check_ok(listen(self->fd[i], 128));
	}
}

FIXTURE_TEARDOWN(group)
{
}

/* Connect @n times; counts who of those with a descriptor was given how many. */
static void spread(const struct sockaddr_in *at, enum tcp tcp,
		   const int fd[MEMBERS], int n, int seen[MEMBERS])
{
	struct pollfd polls[MEMBERS];
	int i, client;

	memset(seen, 0, MEMBERS * sizeof(*seen));
	for (i = 0; i < MEMBERS; i++)
		polls[i] = (struct pollfd) { .fd = fd[i], .events = POLLIN };
	while (n--) {
		client = connected(tcp, at);
		check_eq(poll(polls, MEMBERS, PATIENCE_MS), 1);
		for (i = 0; i < MEMBERS; i++) {
			if (!polls[i].revents)
				continue;
			close_abort(check_ok(accept(fd[i], NULL, NULL)));
			seen[i]++;
		}
		close(client);
	}
}

TEST_F(group, its_members_share_the_work)
{
	int seen[MEMBERS], i;

	spread(&self->at, self->tcp, self->fd, 256, seen);
	/* 64 each, and half of that is further off than chance goes. */
	for (i = 0; i < MEMBERS; i++)
		check_gt(seen[i], 256 / MEMBERS / 2);
}

TEST_F(group, a_member_that_closes_leaves)
{
	int seen[MEMBERS], left;

	for (left = MEMBERS - 1; left >= 0; left--) {
		close(self->fd[left]);
		self->fd[left] = -1;
		if (left)
			spread(&self->at, self->tcp, self->fd, 32, seen);
	}
	check_err(connect4(check_ok(stream(self->tcp, 0)), &self->at),
		  ECONNREFUSED);
}

TEST_F(group, a_member_that_stops_leaves_and_may_come_back)
{
	int seen[MEMBERS], without[MEMBERS];

	memcpy(without, self->fd, sizeof(without));
	without[0] = -1;
	check_ok(shutdown(self->fd[0], SHUT_RD));
	spread(&self->at, self->tcp, without, 32, seen);
	check_ok(listen(self->fd[0], 128));
	spread(&self->at, self->tcp, self->fd, 128, seen);
	check_gt(seen[0], 0);
}

/* What waits on a member that closes goes with it, and only that. */
TEST_F(group, a_member_that_closes_takes_its_connections_along)
{
	struct pollfd polls[MEMBERS];
	int client = connected(self->tcp, &self->at), other, i;
	char byte;

	for (i = 0; i < MEMBERS; i++)
		polls[i] = (struct pollfd) { self->fd[i], POLLIN, 0 };
	check_eq(poll(polls, MEMBERS, PATIENCE_MS), 1);
	for (i = 0; i < MEMBERS; i++)
		if (polls[i].revents)
			close(self->fd[i]);
	check_err(recv(client, &byte, 1, 0), ECONNRESET);
	other = connected(self->tcp, &self->at);
	check_eq(send(other, "x", 1, 0), 1);
}

/* Another address is another group, were it the wildcard. */
TEST_F(group, the_wildcard_is_not_of_the_group)
{
	struct sockaddr_in any = addr4("0.0.0.0", 5000);
	struct sockaddr_in lo2 = addr4("127.0.0.2", 5000);
	int wide = reusing(self->tcp, REUSE_PORT), seen[MEMBERS];

	check_ok(bind4(wide, &any));
	check_ok(listen(wide, 4));
	spread(&self->at, self->tcp, self->fd, 32, seen);
	check_eq(wait_fd(wide, POLLIN, 0), 0);
	connected(self->tcp, &lo2);
	check_eq(wait_fd(wide, POLLIN, PATIENCE_MS), POLLIN);
}

/* A program that answers with a member's number has the choice. */
static void attach(int fd, unsigned int member)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, member) };
	struct sock_fprog program = { .len = 1, .filter = code };

	check_ok(setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
			    sizeof(program)));
}

TEST_F(group, a_program_chooses)
{
	int seen[MEMBERS];

	attach(self->fd[0], 2);
	spread(&self->at, self->tcp, self->fd, 16, seen);
	check_eq(seen[2], 16);
	/* Who is not there is not chosen: it goes on as without a program. */
	attach(self->fd[0], MEMBERS);
	spread(&self->at, self->tcp, self->fd, 128, seen);
	check_gt(seen[0], 0);
	check_gt(seen[1], 0);
}

TEST_HARNESS_MAIN
