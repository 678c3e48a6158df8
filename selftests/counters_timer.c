// SPDX-License-Identifier: GPL-2.0
/*
 * The counters that a timer moves. In icount.list: a timeout more than was meant
 * is counted, too, and a slow machine has more.
 */
#include "lib/held.h"
#include "lib/tally.h"
#include "lib/test.h"

#define SEGMENT	TALLY_SEGMENT

TALLY_FIXTURE(timed)

static void send_eight(struct wire *w, struct tally *t, int fd)
{
	int i;

	send_pattern(fd, 0, 8 * SEGMENT);
	for (i = 0; i < 8; i++)
		expect(w, ACK | ANYPSH, .seq = tally_at(i), .len = SEGMENT);
	tally_skip(t);
}

static void expect_again(struct wire *w, int segment)
{
	expect(w, ACK | ANYPSH, .seq = tally_at(segment), .len = SEGMENT);
}

/* RFC 9293 3.8.3: the first retransmission after a second. */
TALLY_TEST(timed, a_syn_ack_that_is_lost)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	tally_skip(t);
	expect(w, SYN | ACK, .seq = 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPSynRetrans, 1),
		     COUNT(RetransSegs, 1));
}

TALLY_TEST(timed, a_syn_that_is_lost)
{
	wire_connect(w);
	expect(w, SYN);
	tally_skip(t);
	expect(w, SYN, .seq = 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPSynRetrans, 1),
		     COUNT(RetransSegs, 1));
}

/* RFC 5681 3.1: the timer repeats the first, ACKs let the others follow. */
TALLY_TEST(timed, slow_start_after_a_timeout)
{
	int fd = tally_open(w, t);

	send_eight(w, t, fd);
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = tally_at(1));
	expect_again(w, 1);
	expect_again(w, 2);
	expect_tally(t, COUNT(TCPSlowStartRetrans, 2), COUNT(RetransSegs, 2),
		     COUNT(TCPDelivered, 1));
	/* One of them is lost again. */
	expect_again(w, 1);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPLossFailures, 1),
		     COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = tally_at(8));
}

TALLY_TEST(timed, duplicate_acks_too_few_for_a_recovery)
{
	int fd = tally_open(w, t);

	send_eight(w, t, fd);
	inject(w, ACK, .ack = 1);
	inject(w, ACK, .ack = 1);
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPRenoFailures, 1),
		     COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = tally_at(8));
}

TALLY_TEST(timed, a_recovery_that_ends_in_a_timeout)
{
	int fd = tally_open(w, t), i;

	send_eight(w, t, fd);
	for (i = 0; i < 3; i++)
		inject(w, ACK, .ack = 1);
	expect_again(w, 0);
	tally_skip(t);
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPRenoRecoveryFail, 1),
		     COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = tally_at(8));
}

/* MUST-21: TCP_USER_TIMEOUT is over. */
TALLY_TEST(timed, data_that_nobody_acknowledges)
{
	int fd = tally_open(w, t);

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(RetransSegs, 1));
	tally_await(t, "TCPAbortOnTimeout");
	expect_tally(t, COUNT(TCPAbortOnTimeout, 1), COUNT(EstabResets, 1));
	expect_error(fd, ETIMEDOUT);
}

/* RFC 9293 3.8.6.1 */
TALLY_TEST(timed, a_window_probe)
{
	int fd = tally_open(w, t);

	inject(w, ACK, .wnd = 0);
	send_pattern(fd, 0, 10);
	expect(w, ACK, .seq = 0);
	expect_tally(t, COUNT(TCPWinProbe, 1));
}

/* RFC 9293 3.8.4 */
TALLY_TEST(timed, a_keepalive)
{
	int fd = tally_open(w, t);

	set_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 3);
	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	expect(w, ACK, .seq = 0);
	expect_tally(t, COUNT(TCPKeepAlive, 1));
}

/* Data is waited for in vain, on which the ACK could have ridden. */
TALLY_TEST(timed, an_ack_that_waited)
{
	int fd = tally_open(w, t);

	leave_quick(w, fd, SEGMENT);
	tally_skip(t);
	inject(w, ACK | PSH, .len = SEGMENT);
	expect_none(w, 0);
	expect(w, ACK);
	expect_tally(t, COUNT(DelayedACKs, 1));
}

/* The timer comes while a program has the socket, which then sends the ACK. */
TALLY_TEST(timed, an_ack_that_waited_for_a_program)
{
	struct held h = { .fd = tally_open(w, t) };

	leave_quick(w, h.fd, SEGMENT);
	tally_skip(t);
	inject(w, ACK | PSH, .len = SEGMENT);
	if (!held_begin(&h))
		SKIP(return, "no userfaultfd");
	tally_await(t, "DelayedACKLocked");
	expect_tally(t, COUNT(DelayedACKLocked, 1), COUNT(DelayedACKs, 0));
	held_end(&h);
	expect(w, ACK);
	expect_tally(t, COUNT(DelayedACKs, SOME));
}

/* 2 MSL, here a second. */
TALLY_TEST(timed, time_wait_ends)
{
	int fd = tally_open(w, t);

	sysctl_set("tw_timeout", 1);
	enter_time_wait(w, fd);
	tally_skip(t);
	tally_await(t, "TW");
	expect_tally(t, COUNT(TW, 1));
	expect_listed(w, CLOSE);
}

TEST_HARNESS_MAIN
