// SPDX-License-Identifier: GPL-2.0
/*
 * The counters that a timer moves. In icount.list: a timeout more than was meant
 * is counted, too, and a slow machine has more.
 */
#include "lib/held.h"
#include "lib/flight.h"
#include "lib/tally.h"
#include "lib/test.h"

TALLY_FIXTURE(timed)

static void send_eight(struct wire *w, struct tally *t, int fd)
{
	int i;

	send_pattern(fd, 0, 8 * SEGMENT);
	for (i = 0; i < 8; i++)
		expect(w, ACK | ANYPSH, .seq = at(i), .len = SEGMENT);
	tally_skip(t);
}

static void expect_again(struct wire *w, int segment)
{
	expect(w, ACK | ANYPSH, .seq = at(segment), .len = SEGMENT);
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
	inject(w, ACK, .ack = at(1));
	expect_again(w, 1);
	expect_again(w, 2);
	expect_tally(t, COUNT(TCPSlowStartRetrans, 2), COUNT(RetransSegs, 2),
		     COUNT(TCPDelivered, 1));
	/* One of them is lost again. */
	expect_again(w, 1);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPLossFailures, 1),
		     COUNT(RetransSegs, 1), COUNT(TCPLostRetransmit, 2));
	inject(w, ACK, .ack = at(8));
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
	inject(w, ACK, .ack = at(8));
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
		     COUNT(RetransSegs, 1), COUNT(TCPLostRetransmit, 1));
	inject(w, ACK, .ack = at(8));
}

/* ---- with SACK, over a round trip of 100 ms ---- */

#define RTT	100

#define open_sack(w, t, ...) open_sack_((w), (t), SEG(SYN, .opts = { __VA_ARGS__ }))
static int open_sack_(struct wire *w, struct tally *t, const struct seg *syn)
{
	int fd = flight_accept(w, RTT, syn);

	tally_skip(t);
	return fd;
}

/* RFC 8985 7.4: the probe arrives, and what it is a copy of had not. */
TALLY_TEST(timed, a_probe_that_repairs_the_tail)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_eight(w, t, fd);
	expect_again(w, 7);
	expect_tally(t, COUNT(TCPLossProbes, 1), COUNT(RetransSegs, 1));
	/* No D-SACK follows, but the ACK of what is sent after it. */
	inject(w, ACK, .ack = at(8));
	send_pattern(fd, 8 * SEGMENT, SEGMENT);
	expect_again(w, 8);
	expect_tally(t, COUNT(TCPLossProbeRecovery, 0));
	inject(w, ACK, .ack = at(9));
	expect_tally(t, COUNT(TCPLossProbeRecovery, 1));
}

/* RFC 8985 7.3: new data is a probe, too. */
TALLY_TEST(timed, a_probe_of_new_data)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK), i;

	send_pattern(fd, 0, 11 * SEGMENT);
	for (i = 0; i < 10; i++)
		expect_again(w, i);
	tally_skip(t);
	expect_again(w, 10);
	expect_tally(t, COUNT(TCPLossProbes, 1));
}

/*
 * RFC 8985 6.2 step 2: too early for the probe, so it is the original that was SACKed,
 * and nothing is known to have been overtaken.
 */
TALLY_TEST(timed, a_block_that_begins_no_recovery)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_eight(w, t, fd);
	expect_again(w, 7);
	inject_sack(w, 0, at(7), at(8));
	tally_skip(t);
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPSackFailures, 1),
		     COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = at(8));
}

TALLY_TEST(timed, a_recovery_by_sack_that_ends_in_a_timeout)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_eight(w, t, fd);
	inject_sack(w, 0, at(1), at(8));
	expect_again(w, 0);
	tally_skip(t);
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPSackRecoveryFail, 1),
		     COUNT(RetransSegs, 1), COUNT(TCPLostRetransmit, 1));
	inject(w, ACK, .ack = at(8));
}

/* RFC 2018 8: what was SACKed is next to be acknowledged, and is not. */
TALLY_TEST(timed, a_peer_that_gives_up_what_it_had)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_eight(w, t, fd);
	inject_sack(w, 0, at(1), at(8));
	expect_again(w, 0);
	inject(w, ACK, .ack = at(1));
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1));
	expect_again(w, 1);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(TCPSACKReneging, 1),
		     COUNT(TCPSackRecoveryFail, 1), COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = at(8));
}

/* RFC 3522: the ACK echoes what was sent before the timeout. */
TALLY_TEST(timed, a_timeout_that_was_needless)
{
	int fd = open_sack(w, t, MSS(SEGMENT + 12), SACKOK, TS(1000, 0));
	uint32_t original;

	sysctl_set("early_retrans", 0);
	send_eight(w, t, fd);
	original = w->last.tsval;
	expect_again(w, 0);
	expect_tally(t, COUNT(TCPTimeouts, 1), COUNT(RetransSegs, 1));
	inject(w, ACK, .ack = at(4),
	       .opts = { NOP, NOP, TS(1001, original) });
	expect_tally(t, COUNT(TCPLossUndo, 1));
	inject(w, ACK, .ack = at(8),
	       .opts = { NOP, NOP, TS(1002, original) });
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
