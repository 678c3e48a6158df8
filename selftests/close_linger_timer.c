// SPDX-License-Identifier: GPL-2.0
/*
 * How long FIN-WAIT-2 lasts without an owner: fin_timeout and TCP_LINGER2 in all
 * its forms; and how long an orphan asks for its last ACK. RFC 9293 3.6 leaves
 * both open. In icount.list: timers may be late by an eighth.
 */
#include "lib/test.h"

WIRE_FIXTURE(linger2)

#define SECOND	1000

/* Closed, and the FIN acknowledged; the peer's does not come. */
static void orphan_in_fin_wait_2(struct wire *w, int fd)
{
	close(fd);
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
}

/* It lasts so long, and then there is nothing: a FIN is answered with a RST. */
static void expect_fin_wait_2_for(struct wire *w, int seconds)
{
	int late = seconds * SECOND / 8 + SECOND / 2;

	expect_none(w, seconds * SECOND - SECOND / 2);
	expect_listed(w, FIN_WAIT2);
	expect_none(w, SECOND / 2 + late);
	expect_listed(w, CLOSE);
	inject(w, FIN | ACK);
	expect(w, RST, .seq = 2);
}

static void wait_with(struct wire *w, int linger2)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, linger2);
	orphan_in_fin_wait_2(w, fd);
}

WIRE_TEST_TIMEOUT(linger2, is_told_in_seconds, 100)
{
	wait_with(w, 7);
	expect_fin_wait_2_for(w, 7);
}

/* More than TIME_WAIT takes: the socket waits first, then the bucket. */
WIRE_TEST_TIMEOUT(linger2, may_be_longer_than_time_wait, 300)
{
	if (stack_is_kernel())
		SKIP(return, "it waits twice for what is beyond 60 s");
	wait_with(w, 90);
	expect_fin_wait_2_for(w, 90);
}

WIRE_TEST_TIMEOUT(linger2, is_two_minutes_at_most, 400)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, 100000);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_LINGER2), 120);
	orphan_in_fin_wait_2(w, fd);
	expect_fin_wait_2_for(w, 120);
}

/* 0 gives the decision back to the administrator. */
WIRE_TEST_TIMEOUT(linger2, of_zero_is_the_setting, 100)
{
	int fd;

	sysctl_set("fin_timeout", 11);
	fd = open_passive(w);
	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, 30);
	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, 0);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_LINGER2), 11);
	orphan_in_fin_wait_2(w, fd);
	expect_fin_wait_2_for(w, 11);
}

/* Negative: no wait at all; the peer is told. */
WIRE_TEST(linger2, below_zero_resets_at_once)
{
	long resets = counter("TcpExt", "TCPAbortOnLinger");
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, -5);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_LINGER2), -1);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK, .ack = 2);
	expect(w, stack_is_kernel() ? RST : RST | ACK, .seq = 2, .ack = ANY);
	expect_listed(w, CLOSE);
	/* the kernel counts only those that were in FIN-WAIT-2 at close() */
	if (!stack_is_kernel())
		check_eq(counter("TcpExt", "TCPAbortOnLinger") - resets, 1);
}

/* The same of a socket that was in FIN-WAIT-2 when it was closed. */
WIRE_TEST(linger2, below_zero_resets_in_close)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, -1);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	close(fd);
	expect(w, RST | ACK, .seq = 2);
	expect_listed(w, CLOSE);
}

/* An accepted socket has its listener's. */
WIRE_TEST_TIMEOUT(linger2, is_inherited, 100)
{
	int listener = wire_listen(w);

	set_opt(listener, IPPROTO_TCP, TCP_LINGER2, 5);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	orphan_in_fin_wait_2(w, wire_accept(listener));
	expect_fin_wait_2_for(w, 5);
}

/* What comes after close() ends the wait: nobody could read it. */
WIRE_TEST_TIMEOUT(linger2, data_ends_the_wait, 300)
{
	wait_with(w, 90);
	expect_none(w, 10 * SECOND);
	inject(w, ACK | PSH, .len = 10);
	expect(w, RST, .seq = 2, .ack = ANY);
	expect_listed(w, CLOSE);
}

/* ---- FINs that nobody acknowledges: orphan_retries ---- */

/* How often it is repeated until the connection is given up. */
static int repetitions(struct wire *w)
{
	long ends = counter("TcpExt", "TCPAbortOnTimeout");
	int n = 0;

	for (; receive(w, 130 * SECOND); n++)
		check_eq(w->last.s.flags, FIN | ACK);
	expect_listed(w, CLOSE);
	check_eq(counter("TcpExt", "TCPAbortOnTimeout") - ends, 1);
	return n;
}

WIRE_TEST_TIMEOUT(linger2, unanswered_fin_gives_up_in_closing, 1000)
{
	int n;

	close(open_passive(w));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, CLOSING);
	n = repetitions(w);
	check_ge(n, 7);
	check_le(n, 9);
}

WIRE_TEST_TIMEOUT(linger2, orphan_retries_is_the_administrators, 1000)
{
	int n;

	sysctl_set("orphan_retries", 3);
	close(open_passive(w));
	expect(w, FIN | ACK);
	n = repetitions(w);
	test_note("%d repetitions", n);
	check_ge(n, 3);
	check_le(n, 4);
}

TEST_HARNESS_MAIN
