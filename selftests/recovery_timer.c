// SPDX-License-Identifier: GPL-2.0
/*
 * Loss recovery where time decides: lost retransmissions and reordering (RFC 8985
 * 6), tail loss probes (7), timeouts that were needless (RFC 3522, RFC 4015), and
 * what the peer gives up (RFC 2018 8). In virtual time: a round trip is 100 ms, and
 * so the timeout 300. In icount.list.
 */
#include "lib/test.h"

#include <poll.h>
#include <time.h>
#include "lib/flight.h"

WIRE_FIXTURE(lost)
WIRE_FIXTURE(tail)
WIRE_FIXTURE(late)
WIRE_FIXTURE(given_up)

#define RTT	100	/* ms */
#define RTO	(3 * RTT)
#define TICK	12	/* what a timer of jiffies may be late */

static int open_sack(struct wire *w)
{
	return open_flight(w, RTT, "reno", SYN, MSS(SEGMENT), SACKOK);
}

static int open_ts(struct wire *w)
{
	w->tsval = 1000;
	return open_flight(w, RTT, "reno", SYN, MSS_TS, SACKOK, TS(1000, 0));
}

static long timeouts(void)
{
	return counter("TcpExt", "TCPTimeouts");
}

/* ---- what is lost ---- */

/*
 * RFC 8985 6.2 step 5: the retransmission is lost, and lost again. Each time new
 * data that was sent after it tells of it, a round trip later, and no timeout.
 */
WIRE_TEST(lost, a_retransmission_is_sent_a_third_time)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(10));
	expect_segments(w, 0, 1);
	/* nine are delivered: five may be in flight */
	expect_segments_only(w, 10, 14);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(11));
	/* four are thought to be in flight no more, but three */
	expect_segments(w, 0, 1);
	expect_segments_only(w, 14, 15);
	inject_sack(w, 0, at(1), at(14));
	expect_segments_only(w, 15, 18);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(15));
	expect_segments(w, 0, 1);
	expect_segments_only(w, 18, 19);
	inject(w, ACK, .ack = at(15));
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
	check_eq(timeouts(), 0);
}

/* 6.2: what was sent before the retransmission tells nothing of it. */
WIRE_TEST(lost, a_retransmission_is_given_its_round_trip)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(4));
	expect_segments_only(w, 0, 1);
	expect_none(w, RTT / 2);
	inject_sack(w, 0, at(1), at(10));
	expect_none(w, RTT / 2);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/*
 * What is sent a second time, 360 ms after the first, is not overdue when it is 400: the
 * timeout waits for the copy that is under way (RFC 6675 6).
 */
WIRE_TEST(lost, a_second_retransmission_is_given_a_timeout_of_its_own)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(4));
	expect_segments(w, 0, 1);
	drain(w);
	expect_none(w, 2 * RTT - 20);
	inject_sack(w, 0, at(1), at(10));
	check_ge(drain(w), 1);
	expect_none(w, 2 * RTT - 20);
	inject_sack(w, 0, at(1), at(11));
	expect_segments(w, 0, 1);
	drain(w);
	expect_none(w, RTT);
	inject(w, ACK);
	check_eq(timeouts(), 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
}

/* ---- the tail ---- */

/* 7.2: and so it is when jiffies need more than 32 bits, 5 minutes after the boot. */
WIRE_TEST_TIMEOUT(tail, a_probe_comes_on_a_machine_that_has_run_for_a_while, 1000)
{
	struct timespec up;
	int fd;

	clock_gettime(CLOCK_BOOTTIME, &up);
	if (up.tv_sec < 310)
		poll(NULL, 0, (310 - up.tv_sec) * 1000);
	fd = open_sack(w);
	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(9), .len = SEGMENT);
}

/*
 * RFC 8985 7.4.2: the probe has replaced the last segment. Nothing is missing, but
 * it had been lost: the window is reduced once the next ACK shows that no duplicate
 * is reported.
 */
WIRE_TEST(tail, a_loss_that_the_probe_repairs_halves_the_window)
{
	int fd = open_sack(w), n;

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(9), .len = SEGMENT);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(10));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	send_segments(fd, 10, 20);
	expect_segments_only(w, 10, 20);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(11));
	n = tcp_info(fd).tcpi_snd_cwnd;
	check_le(n, 10);
	check_ge(n, 4);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, n);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* The same, when little is in flight by then: it is no worse a loss for it. */
WIRE_TEST(tail, a_loss_that_the_probe_repairs_does_not_close_the_window)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(9), .len = SEGMENT);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(10));
	send_segments(fd, 10, 11);
	expect_segments_only(w, 10, 11);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(11));
	check_ge(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_le(tcp_info(fd).tcpi_snd_ssthresh, 10);
}

/* 7.4.2: the last segment had arrived, and the peer reports the second one. */
WIRE_TEST(tail, a_needless_probe_costs_nothing)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(9), .len = SEGMENT);
	inject(w, ACK, .ack = at(10));
	inject_sack(w, 10, at(9), at(10));
	send_segments(fd, 10, 20);
	expect_segments_only(w, 10, 20);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(20));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* 7.3: one probe; then it is the timeout's turn, counted from the probe. */
WIRE_TEST(tail, a_probe_without_an_answer_is_followed_by_the_timeout)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 3);
	expect_segments_only(w, 0, 3);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(2), .len = SEGMENT);
	expect_after(w, RTO, RTO / 8, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	expect_after(w, 2 * RTO, RTO / 4, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(3));
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
}

/* 7.2: not for one segment, whose ACK may be delayed for longer than a timeout. */
WIRE_TEST(tail, one_segment_waits_for_the_timeout)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 1);
	expect_segments_only(w, 0, 1);
	expect_after(w, RTO, RTO / 8, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(1));
	check_eq(timeouts(), 1);
}

/* ---- what is only late ---- */

static int quiet_ts(struct wire *w)
{
	sysctl_set("early_retrans", 0);
	return open_ts(w);
}

/*
 * RFC 3522, RFC 4015: the first ACK after the timeout echoes the first copy. The
 * window is what it was, and instead of the other nine new data goes.
 */
WIRE_TEST(late, a_timeout_that_was_needless_is_undone)
{
	int fd = quiet_ts(w);
	uint32_t original;

	send_segments(fd, 0, 30);
	expect_segments_only(w, 0, IW);
	original = w->last.tsval;
	expect_after(w, RTO, RTO / 8, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 1);
	inject(w, ACK, .ack = at(1), .opts = { TS(w->tsval, original) });
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	check_le(tcp_info(fd).tcpi_snd_cwnd, 11);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	expect_segments(w, 10, 11);
	drain(w);
	check_ge(w->last.s.seq, at(10));
	inject(w, ACK, .ack = at(10), .opts = { TS(w->tsval, original) });
	drain(w);
	check_ge(w->last.s.seq, at(10));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* It echoes the second copy: everything goes again, in slow start. */
WIRE_TEST(late, a_timeout_that_was_needed_is_not_undone)
{
	int fd = quiet_ts(w);

	sysctl_set("frto", 0);	/* which would ask new data first */
	send_segments(fd, 0, 30);
	expect_segments_only(w, 0, IW);
	expect_after(w, RTO, RTO / 8, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(1), .opts = { TS(w->tsval, LAST_TS) });
	expect_segments_only(w, 1, 3);
	inject(w, ACK, .ack = at(3), .opts = { TS(w->tsval, LAST_TS) });
	expect_segments_only(w, 3, 7);
	inject(w, ACK, .ack = at(10), .opts = { TS(w->tsval, LAST_TS) });
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_total_retrans, 7);
}

/* RFC 3522 for fast recovery: overtaken by three, it comes a little later. */
WIRE_TEST(late, a_recovery_that_was_needless_is_undone)
{
	int fd = quiet_ts(w);
	uint32_t original;

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	original = w->last.tsval;
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(0), .opts = { NOP, NOP, TS(w->tsval, original),
					       NOP, NOP, SACK(at(1), at(4)) });
	expect_segments_only(w, 0, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject(w, ACK, .ack = at(4), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	inject(w, ACK, .ack = at(10), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/*
 * Three that were sent last come first, the others one by one, and are acknowledged so:
 * after the first of them it is known that they are late, and none is sent again.
 */
WIRE_TEST(late, what_is_overtaken_teaches_the_reordering_window_at_once)
{
	int fd = quiet_ts(w), i, again;
	uint32_t original;

	send_segments(fd, 0, IW);
	expect_segments_only(w, 0, IW);
	original = w->last.tsval;
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(0), .opts = { NOP, NOP, TS(w->tsval, original),
					       NOP, NOP, SACK(at(7), at(IW)) });
	again = drain(w);
	check_ge(again, 1);
	check_lt(again, 7);
	for (i = 1; i < 7; i++) {
		inject(w, ACK, .ack = at(i), .opts = { NOP, NOP,
		       TS(w->tsval, original), NOP, NOP, SACK(at(7), at(IW)) });
		expect_none(w, 0);
	}
	inject(w, ACK, .ack = at(IW), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_ge(tcp_info(fd).tcpi_snd_cwnd, IW);
	check_eq((int)tcp_info(fd).tcpi_total_retrans, again);
}

/*
 * A timestamp that undoes a recovery says at once what a D-SACK would say a round trip
 * later: something was sent again in vain, and the next one may be as late.
 */
WIRE_TEST(late, a_needless_recovery_widens_the_reordering_window)
{
	int fd = quiet_ts(w);
	uint32_t original;

	if (stack_is_kernel())
		SKIP(return, "waits for the D-SACK");
	send_segments(fd, 0, 4);
	expect_segments_only(w, 0, 4);
	original = w->last.tsval;
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(0), .opts = { NOP, NOP, TS(w->tsval, original),
					       NOP, NOP, SACK(at(1), at(3)) });
	expect_after(w, RTT / 4, TICK, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(3), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	inject(w, ACK, .ack = at(4), .opts = { NOP, NOP, TS(w->tsval, original) });

	send_segments(fd, 4, 7);
	expect_segments_only(w, 4, 7);
	original = w->last.tsval;
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(4), .opts = { NOP, NOP, TS(w->tsval, original),
					       NOP, NOP, SACK(at(5), at(7)) });
	expect_none(w, RTT / 4 + 15);
	inject(w, ACK, .ack = at(7), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* Segment @n arrives @ms after @by others that were sent behind it. */
static void overtaken(struct wire *w, int fd, int n, int by, int ms)
{
	send_segments(fd, n, n + by + 1);
	expect_segments_only(w, n, n + by + 1);
	expect_none(w, RTT);
	inject_sack(w, n, at(n + 1), at(n + 1 + by));
	expect_none(w, ms);
	inject(w, ACK, .ack = at(n + 1 + by));
	expect_none(w, 0);
}

/* The same, and by then it has been sent again; the second one is reported. */
static void overtaken_too_long(struct wire *w, int fd, int n, int by, int after)
{
	send_segments(fd, n, n + by + 1);
	expect_segments_only(w, n, n + by + 1);
	expect_none(w, RTT);
	inject_sack(w, n, at(n + 1), at(n + 1 + by));
	expect_after(w, after, TICK, ACK | ANYPSH, .seq = at(n), .len = SEGMENT);
	inject(w, ACK, .ack = at(n + 1 + by));
	inject_sack(w, n + 1 + by, at(n), at(n + 1));
	expect_none(w, 0);
}

/* What the usual round trip takes longer than the least one, ms. */
static int slower(int fd)
{
	return (int)tcp_info(fd).tcpi_rtt / 1000 - RTT;
}

/*
 * RFC 8985 6.2 steps 3 and 4: once a segment was overtaken and not sent again, three
 * are no sign of a loss any more, nor are thirty: for a quarter of a round trip, and
 * what the usual one takes longer than that of those that came first. Each D-SACK
 * makes it a quarter more, and costs no window.
 */
WIRE_TEST(late, the_reordering_window_follows_what_is_seen)
{
	int fd = open_sack(w), n;

	if (stack_is_kernel())
		SKIP(return, "takes its own samples of the least round trip");
	sysctl_set("early_retrans", 0);
	overtaken(w, fd, 0, 2, 10);
	overtaken(w, fd, 3, 3, 20);
	overtaken(w, fd, 7, 9, 20);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);

	overtaken_too_long(w, fd, 17, 3, RTT / 4 + slower(fd));
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	overtaken(w, fd, 21, 3, RTT / 4 + 15);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);

	overtaken_too_long(w, fd, 25, 3, RTT / 2 + slower(fd));
	overtaken(w, fd, 29, 3, RTT / 2 + 15);
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);

	/* never more than SRTT, which those that come late have raised */
	overtaken_too_long(w, fd, 33, 3, 3 * RTT / 4 + slower(fd));
	overtaken_too_long(w, fd, 37, 3, RTT + 2 * slower(fd));
	for (n = 41; n < 53; n += 4)
		overtaken_too_long(w, fd, n, 3, RTT + 2 * slower(fd));
	check_eq(tcp_info(fd).tcpi_total_retrans, 7);
}

/* By thirty segments; the window is as it was before. */
WIRE_TEST(late, thirty_segments_may_overtake_one)
{
	int fd = open_sack(w), cwnd;

	sysctl_set("early_retrans", 0);
	send_segments(fd, 0, 30);
	expect_segments_only(w, 0, 10);
	expect_none(w, RTT);
	/* the first two change places */
	inject_sack(w, 0, at(1), at(2));
	expect_segments_only(w, 10, 11);
	inject(w, ACK, .ack = at(10));
	expect_segments_only(w, 11, 30);
	expect_none(w, RTT);
	send_segments(fd, 30, 61);
	inject(w, ACK, .ack = at(30));
	expect_segments_only(w, 30, 61);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	expect_none(w, RTT);
	inject_sack(w, 30, at(31), at(61));
	expect_none(w, RTT / 5);
	inject(w, ACK, .ack = at(61));
	expect_none(w, RTT);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* ---- what the peer gives up ---- */

/*
 * RFC 2018 8: a block in the middle is given up: the ACK stops where it had begun.
 * After the timeout all of the rest goes again.
 */
WIRE_TEST(given_up, a_block_is_sent_again_after_the_timeout)
{
	int fd = open_sack(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_none(w, RTT);
	inject_sack(w, 0, at(4), at(10));
	expect_segments(w, 0, 1);
	drain(w);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(4));
	expect(w, ACK | ANYPSH, .seq = at(4), .len = SEGMENT);
	inject(w, ACK, .ack = at(5));
	expect_segments(w, 5, 7);
	inject(w, ACK, .ack = at(7));
	expect_segments_only(w, 7, 10);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 10);
}

TEST_HARNESS_MAIN
