// SPDX-License-Identifier: GPL-2.0
/*
 * Senders that are held back, by a rate or by a slow queue below them: what becomes of
 * the data and of the memory, whatever their owners do meanwhile.
 */
#include "lib/test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "lib/hosts.h"
#include "lib/objects.h"
#include "lib/sockets.h"

#define RATE		1000000UL	/* octets a second */
#define AMOUNT		400000
#define PACERS		"mytcp_pacer "

PAIR_FIXTURE(paced)

static void set_rate(int fd, unsigned long rate)
{
	check_ok(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)));
}

static unsigned long get_rate(int fd)
{
	unsigned long rate = 0;
	socklen_t len = sizeof(rate);

	check_ok(getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &len));
	check_eq(len, sizeof(rate));
	return rate;
}

/* All of it is in the send buffer, and little of it on its way. */
static void queue_paced(int fd)
{
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 4 * AMOUNT);
	set_rate(fd, RATE);
	check(stream_send(fd, 1, AMOUNT));
}

/* The slab holds what ends by RCU for a moment; the kernel has no such thing. */
static void expect_pacers(enum tcp tcp, long most)
{
	if (tcp == MYTCP)
		objects_await(PACERS, most);
}

TEST_F(paced, a_rate_is_told_in_32_bits_and_in_64)
{
	check_eq(get_rate(self->a), ~0UL);
	check_eq(get_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE), -1);
	set_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE, RATE);
	check_eq(get_rate(self->a), RATE);
	set_rate(self->a, 100UL << 32);
	check_eq(get_rate(self->a), 100UL << 32);
	check_eq(get_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE), -1);
	check_eq(tcp_info(self->a).tcpi_max_pacing_rate, 100UL << 32);
	set_opt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE, -1);
	check_eq(get_rate(self->a), ~0UL);
}

TEST_F(paced, a_listeners_rate_is_its_childrens)
{
	int listening = listener(self->tcp, "127.0.0.1", 1), client, child;
	struct sockaddr_in at = name4(listening);

	set_rate(listening, RATE);
	client = connected(self->tcp, &at);
	child = check_ok(accept(listening, NULL, NULL));
	check_eq(get_rate(child), RATE);
	check_eq(get_rate(client), ~0UL);
}

TEST_F(paced, tcp_info_tells_the_rate)
{
	struct tcp_info info;

	set_rate(self->a, RATE);
	put(self->a, "x", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	info = tcp_info(self->a);
	check_eq(info.tcpi_max_pacing_rate, RATE);
	check_gt(info.tcpi_pacing_rate, 0);
	check_le(info.tcpi_pacing_rate, RATE);
	/* nobody asked the other end's, and yet it is worked out */
	put(self->b, "y", 0);
	check_eq(wait_fd(self->a, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(tcp_info(self->b).tcpi_max_pacing_rate, ~0UL);
}

TEST_F(paced, no_rate_at_all_is_no_limit)
{
	set_rate(self->a, 0);
	if (!fork()) {
		check(stream_send(self->a, 1, AMOUNT));
		_exit(0);
	}
	check(stream_receive(self->b, 1, AMOUNT));
}

/* It takes as long as it takes: not less, that is. */
TEST_F_TIMEOUT(paced, a_rate_is_kept, LONG_TEST)
{
	int64_t began;

	queue_paced(self->a);
	began = now_ms();
	check(stream_receive(self->b, 1, AMOUNT));
	check_ge(now_ms() - began, AMOUNT / (int)(RATE / 1000) * 9 / 10 - 100);
}

/* What was written before close() goes out at its pace, and then all is gone. */
TEST_F_TIMEOUT(paced, close_sends_the_rest_at_its_pace, LONG_TEST)
{
	char end;

	queue_paced(self->a);
	close(self->a);
	check(stream_receive(self->b, 1, AMOUNT));
	check_eq(recv(self->b, &end, 1, 0), 0);
	close(self->b);
	expect_pacers(self->tcp, 0);
}

TEST_F_TIMEOUT(paced, a_killed_process_sends_the_rest_at_its_pace, LONG_TEST)
{
	pid_t child = fork();
	int status;
	char end;

	if (!child) {
		queue_paced(self->a);
		pause();
	}
	close(self->a);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_ok(kill(child, SIGKILL));
	check_eq(waitpid(child, &status, 0), child);
	/* how much it had written nobody knows, but what comes is in order */
	for (uint64_t at = 0;;) {
		char block[4096];
		ssize_t n = check_ok(recv(self->b, block, sizeof(block), 0));

		if (!n)
			break;
		check_eq(stream_check(1, at, block, n), -1);
		at += n;
	}
	check_eq(recv(self->b, &end, 1, 0), 0);
	close(self->b);
	expect_pacers(self->tcp, 0);
}

/* With its timer armed: nothing of it fires into what is freed. */
TEST_F_TIMEOUT(paced, an_abort_drops_the_rest, LONG_TEST)
{
	int i, fd[2];

	for (i = 0; i < 20; i++) {
		pair(self->tcp, fd);
		queue_paced(fd[0]);
		usleep(i * 100);
		close_abort(fd[0]);
		close(fd[1]);
	}
	expect_pacers(self->tcp, 0);
}

/* Two senders at once, writers and softirqs of both, one CPU or many. */
static void alternate(void *arg)
{
	int fd = *(int *)arg, i;

	for (i = 0; i < 200; i++) {
		set_rate(fd, i % 2 ? 50 * RATE : RATE);
		usleep(2000);
	}
}

TEST_F_TIMEOUT(paced, a_rate_that_changes_loses_nothing, LONG_TEST)
{
	pid_t changes = spawned(alternate, &self->a), sends;

	sends = fork();
	if (!sends) {
		check(stream_send(self->a, 1, 5 * AMOUNT));
		_exit(0);
	}
	check(stream_receive(self->b, 1, 5 * AMOUNT));
	joined(sends);
	joined(changes);
}

/* disconnect() and a new connection: the old one's turn is forgotten. */
TEST_F_TIMEOUT(paced, a_socket_used_again_does_not_wait_for_its_past, LONG_TEST)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int listening = listener(self->tcp, "127.0.0.1", 1), b;
	struct sockaddr_in at = name4(listening);

	set_rate(self->a, 10);		/* octets a second: hours */
	check(stream_send(self->a, 1, 2000));
	check_ok(connect(self->a, &none, sizeof(none)));
	set_rate(self->a, 100 * RATE);
	check_ok(connect4(self->a, &at));
	b = check_ok(accept(listening, NULL, NULL));
	check(stream_send(self->a, 2, 2000));
	check(stream_receive(b, 2, 2000));
}

/* ---- a slow queue below ---- */

FIXTURE(below) { enum tcp tcp; int here, there, a, b; };

/* A queue of 20 Mbit/s that drops what is more than 200 KB, and a far peer. */
FIXTURE_SETUP(below)
{
	struct plug a = { .dev = "a0", .ip = "10.7.0.1" };
	struct plug b = { .dev = "b0", .ip = "10.7.0.2" };

	test_begin();
	self->tcp = subject();
	self->here = a.host = host_here();
	self->there = b.host = host_new();
	host_connect(&a, &b);
	if (system("tc qdisc add dev a0 root tbf rate 20mbit burst 3028 limit 200000 2>/dev/null"))
		SKIP(_exit(255), "no tbf on this machine");
	connect_hosts(self->tcp, self->here, self->there, "10.7.0.2", 5000,
		      &self->a, &self->b);
}

FIXTURE_TEARDOWN(below) { }

TEST_F_TIMEOUT(below, what_is_held_back_comes_whole, LONG_TEST)
{
	pid_t sends = fork();

	if (!sends) {
		check(stream_send(self->a, 1, 5 * AMOUNT));
		_exit(0);
	}
	check(stream_receive(self->b, 1, 5 * AMOUNT));
	joined(sends);
	/* it has waited for the device */
	if (self->tcp == MYTCP)
		check_gt(objects_in(PACERS), 0);
}

TEST_F_TIMEOUT(below, close_sends_the_rest, LONG_TEST)
{
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 4 * AMOUNT);
	check(stream_send(self->a, 1, AMOUNT / 4));
	close(self->a);
	check(stream_receive(self->b, 1, AMOUNT / 4));
	close(self->b);
	expect_pacers(self->tcp, 0);
}

/* The device has its skbs yet when the last reference goes. */
TEST_F_TIMEOUT(below, an_abort_leaves_the_device_what_it_has, LONG_TEST)
{
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 4 * AMOUNT);
	check(stream_send(self->a, 1, AMOUNT / 4));
	close_abort(self->a);
	close(self->b);
	expect_pacers(self->tcp, 0);
}

/* A queue that goes takes what it has: acknowledgments or the timeout go on. */
TEST_F_TIMEOUT(below, a_queue_that_goes_stops_nothing, LONG_TEST)
{
	pid_t sends = fork();

	if (!sends) {
		check(stream_send(self->a, 1, 5 * AMOUNT));
		_exit(0);
	}
	check(stream_receive(self->b, 1, AMOUNT / 4));
	shell("tc qdisc del dev a0 root");
	shell("tc qdisc add dev a0 root netem delay 1ms");
	for (uint64_t at = AMOUNT / 4; at < 5 * AMOUNT;) {
		char block[4096];
		ssize_t n = check_ok(recv(self->b, block, sizeof(block), 0));

		check_gt(n, 0);
		check_eq(stream_check(1, at, block, n), -1);
		at += n;
	}
	joined(sends);
}

TEST_HARNESS_MAIN
