// SPDX-License-Identifier: GPL-2.0
/*
 * A listener under everything at once (A39): connections come in, in softirq and
 * without its lock, while its program changes its options, takes connections, stops
 * listening and begins again. No connection may be lost or be there twice, and no
 * memory may stay. And a program that is in the middle of a call, with the socket its
 * own, keeps nobody waiting.
 *
 * MYTCP_TEST_RACES says how many connections. On the debug kernel KASAN, lockdep
 * and the checks of RCU look on.
 */
#include <errno.h>
#include <linux/filter.h>
#include <pthread.h>
#include <sched.h>

#include "lib/attack.h"
#include "lib/held.h"
#include "lib/objects.h"
#include "lib/siege.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define CLIENTS	3
#define PORT	9000

FIXTURE(race) {
	struct siege s;
};

FIXTURE_SETUP(race)
{
	test_begin_family(AF_INET);
	siege_begin(&self->s, 1, 128);
}

FIXTURE_TEARDOWN(race)
{
	siege_end(&self->s);
}

/* What the threads share; counts are of whole runs. */
static struct race {
	int lfd;
	bool over;
	long wanted;
	long served, refused, cut;	/* by the clients' account */
	long accepted;			/* by the server's */
} race;

static struct sockaddr_in race_addr(void)
{
	return addr4("127.0.0.1", PORT);
}

static bool is_over(void)
{
	return __atomic_load_n(&race.over, __ATOMIC_SEQ_CST);
}

static void add(long *to, long n)
{
	__atomic_add_fetch(to, n, __ATOMIC_SEQ_CST);
}

static int listener_now(void)
{
	return __atomic_load_n(&race.lfd, __ATOMIC_SEQ_CST);
}

/* Connects, and is served with one octet, refused, or cut off. */
static void be_served(void)
{
	struct sockaddr_in at = race_addr();
	int fd = check_ok(stream(subject(), 0));
	char byte;

	if (connect4(fd, &at)) {
		/* a RST may come before connect() has looked at its success */
		check(errno == ECONNREFUSED || errno == ECONNRESET);
		add(errno == ECONNRESET ? &race.cut : &race.refused, 1);
	} else if (recv(fd, &byte, 1, 0) == 1) {
		check_eq(byte, 's');
		add(&race.served, 1);
	} else {
		check_eq(errno, ECONNRESET);
		add(&race.cut, 1);
	}
	close_abort(fd);
}

static void *client(void *arg)
{
	long i;

	for (i = 0; i < race.wanted / CLIENTS; i++)
		be_served();
	return arg;
}

static void *acceptor(void *arg)
{
	while (!is_over()) {
		int fd = accept(listener_now(), NULL, NULL);

		if (fd < 0) {
			/* nobody is there, or the listener is being changed */
			sched_yield();
			continue;
		}
		add(&race.accepted, 1);
		/* who has been cut off meanwhile does not hear it */
		if (send(fd, "s", 1, MSG_NOSIGNAL) < 0)
			check(errno == ECONNRESET || errno == EPIPE);
		close(fd);
	}
	return arg;
}

/* Options that softirqs read while they make half-open connections and children. */
static void *fiddler(void *arg)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, 0xffffffff) };
	struct sock_fprog filter = { .len = 1, .filter = all };
	unsigned int i;

	for (i = 0; !is_over(); i++) {
		int fd = listener_now(), on = i & 1;

		setsockopt(fd, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			   sizeof(filter));
		set_opt(fd, SOL_SOCKET, SO_RCVBUF, 65536 << on);
		set_opt(fd, IPPROTO_TCP, TCP_MAXSEG, 500 + i % 900);
		set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, on * 100000);
		set_opt(fd, SOL_SOCKET, SO_PRIORITY, i % 6);
		set_opt(fd, SOL_SOCKET, SO_MARK, i % 7);
		set_opt(fd, SOL_IP, IP_TOS, (i % 8) << 2);
		set_opt(fd, SOL_IP, IP_TTL, 32 + i % 32);
		setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof(on));
		listen(fd, 16 + i % 112);
		sched_yield();
	}
	return arg;
}

static int open_listener(void)
{
	struct sockaddr_in at = race_addr();
	int fd = check_ok(stream(subject(), SOCK_NONBLOCK));

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_opt(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	check_ok(bind4(fd, &at));
	check_ok(listen(fd, 64));
	return fd;
}

/* A restart without a gap: the new listener is there before the old one goes. */
static void *restarter(void *arg)
{
	while (!is_over()) {
		int fresh = open_listener();
		int old = __atomic_exchange_n(&race.lfd, fresh,
					      __ATOMIC_SEQ_CST);

		close(old);
		sched_yield();
	}
	return arg;
}

/* shutdown() stops a listener, listen() begins again. */
static void *stopper(void *arg)
{
	while (!is_over()) {
		check_ok(shutdown(listener_now(), SHUT_RD));
		check_ok(listen(listener_now(), 64));
		sched_yield();
	}
	return arg;
}

/* Clients, an acceptor, and whatever disturbs them, until all are through. */
static void run(struct siege *s, void *(*disturb)(void *arg))
{
	pthread_t clients[CLIENTS], server, other;
	long passive = counter("Tcp", "PassiveOpens");
	int i;

	memset(&race, 0, sizeof(race));
	race.wanted = env_number("MYTCP_TEST_RACES", 900);
	race.lfd = open_listener();
	check_eq(pthread_create(&server, NULL, acceptor, NULL), 0);
	check_eq(pthread_create(&other, NULL, disturb, NULL), 0);
	for (i = 0; i < CLIENTS; i++)
		check_eq(pthread_create(&clients[i], NULL, client, NULL), 0);
	for (i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	__atomic_store_n(&race.over, true, __ATOMIC_SEQ_CST);
	pthread_join(server, NULL);
	pthread_join(other, NULL);
	close(race.lfd);
	test_note("%ld served, %ld cut off, %ld refused; %ld accepted of %ld",
		  race.served, race.cut, race.refused, race.accepted,
		  counter("Tcp", "PassiveOpens") - passive);

	check_eq(race.served + race.cut + race.refused,
		 race.wanted / CLIENTS * CLIENTS);
	/* Nobody was served who had not been accepted, or accepted twice. */
	check_le(race.served, race.accepted);
	check_le(race.accepted, counter("Tcp", "PassiveOpens") - passive);
	siege_unharmed(s);
	siege_open_to_others(s);
	if (stack_is_kernel())
		return;
	siege_memory(s, 0, 0, 0);
	siege_forgotten(s);
}

TEST_F_TIMEOUT(race, changed_options_cut_nobody_off, LONG_TEST)
{
	run(&self->s, fiddler);
	check_eq(race.cut + race.refused, 0);
	check_eq(race.served, race.accepted);
}

/* Who waits at the one that goes is cut off, and nobody hangs. */
TEST_F_TIMEOUT(race, a_restart_refuses_nobody, LONG_TEST)
{
	if (stack_is_kernel())
		SKIP(return, "who has just sent its ACK may never hear of it");
	run(&self->s, restarter);
	check_eq(race.refused, 0);
	check_gt(race.served, 0);
}

TEST_F_TIMEOUT(race, a_listener_that_stops_and_goes_on_keeps_its_accounts,
	       LONG_TEST)
{
	if (stack_is_kernel())
		SKIP(return, "who has just sent its ACK may never hear of it");
	run(&self->s, stopper);
	check_gt(race.served, 0);
}

/* ---- the listener is its program's own ---- */

WIRE_FIXTURE(owned)

/* Another call, which has to wait for the first. */
struct caller {
	int fd;
	bool through;
	pthread_t thread;
};

static void *asks_for_a_change(void *arg)
{
	struct caller *c = arg;

	set_opt(c->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	__atomic_store_n(&c->through, true, __ATOMIC_SEQ_CST);
	return arg;
}

/* A whole handshake, and text; nothing of it waits. */
static void expect_served(struct wire *w)
{
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	expect_listed(w, ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
}

/*
 * Design: neither SYN nor ACK takes the listener's lock. While a process has it, a
 * handshake comes to its end, by the queue and by a cookie, and a half-open
 * connection is repeated, reset, and made again.
 */
WIRE_TEST(owned, by_its_program_a_listener_lets_others_in)
{
	struct caller other = { .fd = wire_listen(w) };
	struct held h = { .fd = other.fd };
	struct wire cookie[1], half[1];
	struct attack a[1];
	int i, fd;

	wire_fork(cookie, w, 41000);
	wire_fork(half, w, 42000);
	attack_ration(0);
	if (!held_begin_option(&h))
		SKIP(return, "no userfaultfd");
	check_eq(pthread_create(&other.thread, NULL, asks_for_a_change, &other), 0);
	attack_begin(a, w, -1);

	inject(half, SYN, .opts = { MSS(1460) });
	expect(half, SYN | ACK);
	inject(half, SYN, .seq = 0, .opts = { MSS(1460) }, .keep = true);
	expect(half, SYN | ACK, .seq = 0);
	inject(half, RST, .keep = true);
	check_eq(wire_state(half), CLOSE);
	expect_served(w);
	sysctl_set("syncookies", 2);
	expect_served(cookie);
	/* all that time it was as it had been: somebody's own */
	check(!__atomic_load_n(&other.through, __ATOMIC_SEQ_CST));
	attack_look(a);
	a->taken = 6;
	attack_over(a, ANSWERS(0, .objects = 2), COUNT(PassiveOpens, 2),
		    COUNT(RetransSegs, SOME), COUNT(TCPSynRetrans, SOME),
		    COUNT(TCPTimeouts, WHATEVER),
		    COUNT(CurrEstab, 2), COUNT(EmbryonicRsts, 1),
		    COUNT(AttemptFails, 1), COUNT(SyncookiesSent, 1),
		    COUNT(SyncookiesRecv, 1));

	held_end(&h);
	check_eq(pthread_join(other.thread, NULL), 0);
	check_eq(h.got, -1);
	check_eq(get_opt(other.fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	for (i = 0; i < 2; i++) {
		fd = wire_accept(other.fd);
		recv_pattern(fd, 0, 10);
		close_abort(fd);
	}
	wire_close(half);
	wire_close(cookie);
}

TEST_HARNESS_MAIN
