// SPDX-License-Identifier: GPL-2.0
/*
 * The port space is shared: what one stack has bound the other cannot bind,
 * whatever the reuse options say, and it is free when it is free.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

static const char *const addresses[] = { "0.0.0.0", "127.0.0.1", "127.0.0.2" };

static bool overlap(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr ||
	       !a->sin_addr.s_addr || !b->sin_addr.s_addr;
}

enum holding { BOUND, LISTENS, CONNECTS, ACCEPTED, HOLDINGS };

static const char *const holding_names[] = {
	"bound", "listening", "connected", "accepted",
};

struct holder {
	int fd, other, child;
};

static int with_options(enum tcp tcp, int options)
{
	int fd = check_ok(stream(tcp, 0));

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, options & 1);
	set_opt(fd, SOL_SOCKET, SO_REUSEPORT, options >> 1);
	return fd;
}

static struct holder hold(enum tcp tcp, enum holding how,
			  const struct sockaddr_in *at, int options)
{
	struct holder h = { with_options(tcp, options), -1, -1 };
	struct sockaddr_in to = *at;

	check_ok(bind4(h.fd, at));
	if (how == LISTENS || how == ACCEPTED)
		check_ok(listen(h.fd, 1));
	if (how == CONNECTS) {
		h.other = listener(tcp, "127.0.0.3", 1);
		to = name4(h.other);
		check_ok(connect4(h.fd, &to));
	}
	if (how == ACCEPTED) {
		if (!to.sin_addr.s_addr)
			to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		h.other = connected(tcp, &to);
		h.child = check_ok(accept(h.fd, NULL, NULL));
		/* The port is held by the connection alone. */
		close(h.fd);
		h.fd = h.child;
	}
	return h;
}

static void let_go(struct holder *h)
{
	if (h->other >= 0)
		close_abort(h->other);
	close_abort(h->fd);
}

/* One attempt of @second on what @first holds; true if it went as it should. */
static bool goes(enum tcp first, enum tcp second, enum holding how, int a,
		 int b, int options, int port)
{
	struct sockaddr_in held = addr4(addresses[a], port);
	struct sockaddr_in wanted = addr4(addresses[b], port);
	struct holder h = hold(first, how, &held, options & 3);
	int fd = with_options(second, options >> 2);
	int expected, got;

	/* The kernel's connection has left the wildcard for one address. */
	if (first == KERNEL_TCP)
		held = name4(h.fd);
	expected = overlap(&held, &wanted) ? EADDRINUSE : 0;
	got = bind4(fd, &wanted) ? errno : 0;
	close(fd);
	let_go(&h);
	if (got == expected)
		return true;
	test_note("%s %s on %s (options %d), %s binds %s (options %d): expected %s, got %s",
		  tcp_name(first), holding_names[how], addresses[a],
		  options & 3, tcp_name(second), addresses[b], options >> 2,
		  strerrorname_np(expected), strerrorname_np(got));
	return false;
}

FIXTURE(shared) {
	enum tcp tcp;
};

FIXTURE_VARIANT(shared) {
	enum tcp first;
	enum holding how;
};

#define HOLDER(name, tcp, holding) \
	FIXTURE_VARIANT_ADD(shared, name) { .first = tcp, .how = holding }

HOLDER(kernel_bound, KERNEL_TCP, BOUND);
HOLDER(kernel_listening, KERNEL_TCP, LISTENS);
HOLDER(kernel_connected, KERNEL_TCP, CONNECTS);
HOLDER(kernel_accepted, KERNEL_TCP, ACCEPTED);
HOLDER(mytcp_bound, MYTCP, BOUND);
HOLDER(mytcp_listening, MYTCP, LISTENS);
HOLDER(mytcp_connected, MYTCP, CONNECTS);
HOLDER(mytcp_accepted, MYTCP, ACCEPTED);

FIXTURE_SETUP(shared)
{
	if (stack_is_kernel())
		SKIP(_exit(255), "needs both stacks");
	test_begin();
}

FIXTURE_TEARDOWN(shared)
{
}

TEST_F_TIMEOUT(shared, a_port_is_bound_by_one_stack_only, LONG_TEST)
{
	int a, b, options, port = 10000, bad = 0;

	for (a = 0; a < 3; a++)
		for (b = 0; b < 3; b++)
			for (options = 0; options < 16; options++)
				bad += !goes(variant->first,
					     other_tcp(variant->first),
					     variant->how, a, b, options,
					     port++);
	check_eq(bad, 0);
}

FIXTURE(ports) {
	int unused;
};

FIXTURE_SETUP(ports)
{
	if (stack_is_kernel())
		SKIP(_exit(255), "needs both stacks");
	test_begin();
}

FIXTURE_TEARDOWN(ports)
{
}

/* Closed here, bound there, again and again, with no time between. */
TEST_F(ports, closing_frees_the_port_for_the_other_at_once)
{
	struct sockaddr_in at = addr4("0.0.0.0", 5000);
	enum tcp tcp = MYTCP;
	int i;

	for (i = 0; i < 20; i++) {
		int fd = check_ok(stream(tcp, 0));

		check_ok(bind4(fd, &at));
		if (i % 3)
			check_ok(listen(fd, 1));
		close(fd);
		tcp = other_tcp(tcp);
	}
}

TEST_F(ports, a_failed_bind_holds_nothing)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int kernels = check_ok(stream(KERNEL_TCP, 0));
	int ours = check_ok(stream(MYTCP, 0));

	check_ok(bind4(kernels, &at));
	check_err(bind4(ours, &at), EADDRINUSE);
	/* The socket is as good as before. */
	at.sin_port = htons(5001);
	check_ok(bind4(ours, &at));
	close(ours);
	at.sin_port = htons(5000);
	close(kernels);
	ours = check_ok(stream(MYTCP, 0));
	check_ok(bind4(ours, &at));
}

/* Leave a TIME_WAIT of the kernel's behind that has SO_REUSEADDR. */
static void kernel_time_wait(const struct sockaddr_in *at)
{
	int lfd = listener_at(KERNEL_TCP, at, 1);
	int fd = connected(KERNEL_TCP, at);
	int afd = check_ok(accept(lfd, NULL, NULL));

	close(lfd);
	check_ok(shutdown(afd, SHUT_WR));
	expect_state(fd, CLOSE_WAIT);
	close(fd);
	close(afd);
}

/* MyTCP may not answer for connections that the kernel has yet to end. */
TEST_F(ports, time_wait_of_the_kernel_keeps_the_port)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);

	kernel_time_wait(&at);
	check_err(bind4(check_ok(stream(MYTCP, 0)), &at), EADDRINUSE);
	at.sin_addr.s_addr = htonl(INADDR_ANY);
	check_err(bind4(check_ok(stream(MYTCP, 0)), &at), EADDRINUSE);
}

/* ... unless it asks for it: a server changes over at once. */
TEST_F(ports, time_wait_of_the_kernel_does_not_refuse_reuse)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	struct sockaddr_in any = addr4("0.0.0.0", 5000);
	int ours = with_options(MYTCP, 1), theirs;
	char byte = 0;
	int fd, afd;

	kernel_time_wait(&at);
	check_ok(bind4(ours, &any));
	check_ok(listen(ours, 1));
	/* From here on the kernel's options do not help it. */
	theirs = with_options(KERNEL_TCP, 3);
	check_err(bind4(theirs, &at), EADDRINUSE);
	fd = connected(KERNEL_TCP, &at);
	afd = check_ok(accept(ours, NULL, NULL));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
}

/* Beside the TIME_WAIT somebody lives, who would have let it pass alone. */
TEST_F(ports, time_wait_does_not_open_a_port_that_the_kernel_has)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int theirs = with_options(KERNEL_TCP, 1);

	kernel_time_wait(&at);
	check_ok(bind4(theirs, &at));
	check_err(bind4(with_options(MYTCP, 1), &at), EADDRINUSE);
	/* To have tried has not disturbed it. */
	check_ok(listen(theirs, 1));
	connected(KERNEL_TCP, &at);
}

struct racer {
	pthread_barrier_t *start;
	struct sockaddr_in at;
	int fd, err;
};

static void *bind_it(void *arg)
{
	struct racer *r = arg;

	pthread_barrier_wait(r->start);
	r->err = bind4(r->fd, &r->at) ? errno : 0;
	return NULL;
}

/* Both may bind beside the TIME_WAIT, and at the same moment; not both do. */
TEST_F(ports, of_two_that_pass_a_time_wait_one_gets_the_port)
{
	int i, won[2] = { 0 };

	for (i = 0; i < 100; i++) {
		struct sockaddr_in at = addr4("127.0.0.1", 10000 + i);
		int theirs = with_options(KERNEL_TCP, 1);
		struct racer r = { .at = at, .fd = with_options(MYTCP, 1) };
		pthread_barrier_t start;
		pthread_t thread;
		bool got;

		kernel_time_wait(&at);
		pthread_barrier_init(&start, NULL, 2);
		r.start = &start;
		check_eq(pthread_create(&thread, NULL, bind_it, &r), 0);
		pthread_barrier_wait(&start);
		got = !bind4(theirs, &at);
		check_eq(pthread_join(thread, NULL), 0);
		check(!got || r.err == EADDRINUSE);
		won[0] += got;
		won[1] += !r.err;
		close(theirs);
		close(r.fd);
	}
	test_note("kernel %d, MyTCP %d of %d", won[0], won[1], i);
}

/* Whether the port can be had or not: what is open there stays alive. */
TEST_F(ports, a_connection_of_the_kernel_survives_our_listener)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int lfd = listener_at(KERNEL_TCP, &at, 1);
	int fd = connected(KERNEL_TCP, &at);
	int afd = check_ok(accept(lfd, NULL, NULL));
	int ours = check_ok(stream(MYTCP, 0));
	char byte = 0;

	close(lfd);
	set_opt(ours, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!bind4(ours, &at))
		check_ok(listen(ours, 1));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	check_eq(send(afd, "y", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
	check_eq(byte, 'y');
}

TEST_F(ports, a_connection_of_ours_survives_a_listener_of_the_kernel)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int lfd = listener_at(MYTCP, &at, 1);
	int fd = connected(KERNEL_TCP, &at);
	int afd = check_ok(accept(lfd, NULL, NULL));
	int theirs = check_ok(stream(KERNEL_TCP, 0));
	char byte = 0;

	close(lfd);
	set_opt(theirs, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!bind4(theirs, &at))
		check_ok(listen(theirs, 1));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	check_eq(send(afd, "y", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
}

TEST_F(ports, time_wait_of_mytcp_does_not_disturb_the_kernel)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int lfd = listener_at(MYTCP, &at, 1);
	int fd = connected(KERNEL_TCP, &at), again;
	int afd = check_ok(accept(lfd, NULL, NULL));
	char byte = 0;

	close(lfd);
	check_ok(shutdown(afd, SHUT_WR));
	expect_state(fd, CLOSE_WAIT);
	close(fd);
	close(afd);
	again = check_ok(stream(KERNEL_TCP, 0));
	set_opt(again, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind4(again, &at)) {
		/* As long as it lasts is as good an answer. */
		check_eq(errno, EADDRINUSE);
		return;
	}
	check_ok(listen(again, 1));
	fd = connected(KERNEL_TCP, &at);
	afd = check_ok(accept(again, NULL, NULL));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
}

static void range(enum tcp tcp, int *low, int *high)
{
	char text[64];

	setting_read(tcp, "ip_local_port_range", text, sizeof(text));
	check_eq(sscanf(text, "%d %d", low, high), 2);
	check_le(*low, *high);
}

TEST_F(ports, the_ephemeral_ranges_are_disjoint)
{
	int k[2], m[2];

	range(KERNEL_TCP, &k[0], &k[1]);
	range(MYTCP, &m[0], &m[1]);
	check(k[1] < m[0] || m[1] < k[0]);
	check_ge(m[1] - m[0], 1000);
}

TEST_F(ports, each_connects_from_its_own_range)
{
	int k[2], m[2], i;
	int lfd = listener(KERNEL_TCP, "127.0.0.1", 128);
	struct sockaddr_in at = name4(lfd);

	range(KERNEL_TCP, &k[0], &k[1]);
	range(MYTCP, &m[0], &m[1]);
	for (i = 0; i < 50; i++) {
		int kernels = port_of(connected(KERNEL_TCP, &at));
		int ours = port_of(connected(MYTCP, &at));

		check(kernels >= k[0] && kernels <= k[1]);
		check(ours >= m[0] && ours <= m[1]);
	}
}

/* Port 0 asks for one that is free at both. */
TEST_F(ports, a_chosen_port_is_bound_for_both)
{
	int i;

	for (i = 0; i < 20; i++) {
		int ours = bound(MYTCP, "127.0.0.1");
		struct sockaddr_in at = name4(ours);

		check_err(bind4(check_ok(stream(KERNEL_TCP, 0)), &at),
			  EADDRINUSE);
	}
}

TEST_F(ports, a_chosen_port_is_none_the_kernel_has)
{
	struct sockaddr_in at = addr4("0.0.0.0", 0);
	int i, fd;

	setting_write(MYTCP, "ip_local_port_range", "61100 61109");
	for (i = 0; i < 9; i++) {
		struct sockaddr_in taken = addr4("0.0.0.0", 61100 + i);

		check_ok(bind4(check_ok(stream(KERNEL_TCP, 0)), &taken));
	}
	check_eq(port_of(bound(MYTCP, "0.0.0.0")), 61109);
	fd = check_ok(stream(MYTCP, 0));
	check_err(bind4(fd, &at), EADDRINUSE);
}

/* UDP has ports of its own. */
TEST_F(ports, udp_does_not_matter)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int udp = check_ok(socket(AF_INET, SOCK_DGRAM, 0));
	int ours = check_ok(stream(MYTCP, 0));

	check_ok(bind4(udp, &at));
	check_ok(bind4(ours, &at));
	check_ok(listen(ours, 1));
}

/* The reservation is no listener: nobody can connect to it. */
TEST_F(ports, a_bound_port_refuses_until_there_is_a_listener)
{
	int fd = bound(MYTCP, "127.0.0.1");
	struct sockaddr_in at = name4(fd);

	check_err(connect4(check_ok(stream(KERNEL_TCP, 0)), &at), ECONNREFUSED);
	check_err(connect4(check_ok(stream(MYTCP, 0)), &at), ECONNREFUSED);
	check_ok(listen(fd, 4));
	connected(KERNEL_TCP, &at);
	connected(MYTCP, &at);
}

TEST_F(ports, disconnecting_frees_a_chosen_port)
{
	int lfd = listener(MYTCP, "127.0.0.1", 4);
	struct sockaddr_in to = name4(lfd), at;
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = connected(MYTCP, &to);

	at = name4(fd);
	check_ok(connect(fd, &none, sizeof(none)));
	check_ok(bind4(check_ok(stream(KERNEL_TCP, 0)), &at));
}

TEST_HARNESS_MAIN
