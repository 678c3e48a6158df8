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

/* The last of ten is lost, and its probe arrives, as the ACK a round trip later says. */
static void repair_by_probe(struct wire *w, int fd)
{
	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	expect_after(w, 2 * RTT, TICK, ACK | ANYPSH, .seq = at(9), .len = SEGMENT);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(10));
	/* there was no more to send, so it does not grow */
	check_eq(tcp_info(fd).tcpi_snd_cwnd, IW);
}

/*
 * RFC 8985 7.4.2: the probe has replaced the last segment. Nothing is missing, but
 * it had been lost: the window is reduced once the next ACK shows that no duplicate
 * is reported. Half of the ten that were in flight by then: of the nine that are left
 * now five have to arrive before there is room for another, and then there is for one.
 */
WIRE_TEST(tail, a_loss_that_the_probe_repairs_halves_the_window)
{
	int fd = open_sack(w), n;

	if (stack_is_kernel())
		SKIP(return, "lets the window shrink at the rate of PRR");
	repair_by_probe(w, fd);
	send_segments(fd, 10, 20);
	expect_segments_only(w, 10, 20);
	expect_none(w, RTT);
	send_segments(fd, 20, 40);
	inject(w, ACK, .ack = at(11));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	for (n = 12; n <= 15; n++)
		inject(w, ACK, .ack = at(n));
	expect_none(w, 0);
	for (; n <= 20; n++) {
		inject(w, ACK, .ack = at(n));
		expect_segments_only(w, n + 4, n + 5);
	}
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* The same, when one is in flight by then: it is no worse a loss for it. */
WIRE_TEST(tail, a_loss_that_the_probe_repairs_does_not_close_the_window)
{
	int fd = open_sack(w);

	if (stack_is_kernel())
		SKIP(return, "takes a window that was filled for one that was short");
	repair_by_probe(w, fd);
	send_segments(fd, 10, 11);
	expect_segments_only(w, 10, 11);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(11));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	send_segments(fd, 11, 30);
	expect_segments_only(w, 11, 16);
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
 * The timeout of ten in flight was needless, as its ACK says: they took @took ms. Instead
 * of the other nine the window, which is what it was, and one more, lets new data go.
 */
static uint32_t time_out_in_vain(struct wire *w, int fd, int *took)
{
	uint32_t original;

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	original = w->last.tsval;
	expect_after(w, RTO, RTO / 8, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	*took = w->last.tsval - original;
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 1);
	inject(w, ACK, .ack = at(1), .opts = { TS(w->tsval, original) });
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, IW + 1);
	expect_segments_only(w, 10, 12);
	return original;
}

/*
 * RFC 3522, RFC 4015: the first ACK after the timeout echoes the first copy. None but
 * the one is sent again, and slow start goes on where it was: nine more make room for
 * twice as many.
 */
WIRE_TEST(late, a_timeout_that_was_needless_is_undone)
{
	int fd = quiet_ts(w), took;
	uint32_t original = time_out_in_vain(w, fd, &took);

	inject(w, ACK, .ack = at(10), .opts = { TS(w->tsval, original) });
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 20);
	expect_segments_only(w, 12, 30);
	inject(w, ACK, .ack = at(30));
	expect_segments_only(w, 30, 40);
	inject(w, ACK, .ack = at(40));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	check_eq(timeouts(), 1);
}

/*
 * RFC 4015: the path has become that slow, so the timeout is as if it had been measured
 * for the first time: three times what the first copy took. The back-off is over.
 */
WIRE_TEST(late, a_timeout_that_was_needless_makes_the_next_one_longer)
{
	int fd = quiet_ts(w), took;

	if (stack_is_kernel())
		SKIP(return, "takes it as any other sample");
	time_out_in_vain(w, fd, &took);
	check_ge(took, RTO);
	expect_after(w, 3 * took, 3 * took / 8, ACK | ANYPSH, .seq = at(1), .len = SEGMENT);
	expect_after(w, 6 * took, 6 * took / 8, ACK | ANYPSH, .seq = at(1), .len = SEGMENT);
	check_eq(timeouts(), 3);
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

/*
 * RFC 3522 for fast recovery: overtaken by three, it comes a little later. The six of
 * the ten that are left, and one, are in flight; there is room for as many as if nothing
 * had been.
 */
WIRE_TEST(late, a_recovery_that_was_needless_is_undone)
{
	int fd = quiet_ts(w), cwnd;
	uint32_t original;

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	original = w->last.tsval;
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(0), .opts = { NOP, NOP, TS(w->tsval, original),
					       NOP, NOP, SACK(at(1), at(4)) });
	/* three of ten are delivered, and two of five may go for them */
	expect_segments(w, 0, 1);
	expect_segments_only(w, 10, 11);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject(w, ACK, .ack = at(4), .opts = { NOP, NOP, TS(w->tsval, original) });
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	/* four are acknowledged; the kernel does not count those that a block told of */
	cwnd = IW + (stack_is_kernel() ? 1 : 4);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	expect_segments_only(w, 11, 4 + cwnd);
	inject(w, ACK, .ack = at(10), .opts = { NOP, NOP, TS(w->tsval, original) });
	expect_segments_only(w, 4 + cwnd, 10 + cwnd + 6);
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

/*
 * RFC 8985 6.2 step 4: before anything was seen to come out of order, three are as good
 * as three duplicate ACKs. Segment @n, overtaken by @by, is sent again at the third of
 * them, at once, and nothing else is; the fast recovery halves the window. The copy comes
 * a round trip after the original, is reported, and gives all of it back (RFC 3708).
 */
static void overtaken_for_the_first_time(struct wire *w, int fd, int n, int by)
{
	int end = n + by + 1, cwnd = tcp_info(fd).tcpi_snd_cwnd, i;
	/* RFC 5681 3.1: of what is in flight; the kernel takes the window */
	int half = (stack_is_kernel() ? cwnd : by + 1) / 2;

	expect_segments_only(w, n, end);
	expect_none(w, RTT);
	for (i = 1; i <= 2; i++)
		inject_sack(w, n, at(n + 1), at(n + 1 + i));
	expect_none(w, 0);
	for (; i <= by; i++) {
		inject_sack(w, n, at(n + 1), at(n + 1 + i));
		if (i == 3)	/* not a quarter of a round trip later */
			expect_after(w, 1, 2, ACK | ANYPSH, .seq = at(n), .len = SEGMENT);
		expect_none(w, 0);
	}
	expect_none(w, 20);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, half);
	inject(w, ACK, .ack = at(end));
	check_eq(tcp_info(fd).tcpi_snd_cwnd, half);
	expect_none(w, RTT - 20);
	inject_sack(w, end, at(n), at(n + 1));
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
}

/* By three; the next time it is waited for. */
WIRE_TEST(late, the_first_three_that_overtake_one_have_it_sent_again)
{
	int fd = open_sack(w);

	sysctl_set("early_retrans", 0);
	send_segments(fd, 0, 4);
	overtaken_for_the_first_time(w, fd, 0, 3);
	if (stack_is_kernel())	/* takes what came early for the copy */
		return;
	overtaken(w, fd, 4, 3, 20);
	send_segments(fd, 8, 40);
	expect_segments_only(w, 8, 18);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* By thirty: the other twenty-seven tell nothing more. */
WIRE_TEST(late, the_first_thirty_that_overtake_one_have_it_sent_again)
{
	int fd = open_sack(w);

	sysctl_set("early_retrans", 0);
	send_segments(fd, 0, 30);
	expect_segments_only(w, 0, 10);
	expect_none(w, RTT);
	inject(w, ACK, .ack = at(10));
	expect_segments_only(w, 10, 30);
	expect_none(w, RTT);
	send_segments(fd, 30, 61);
	inject(w, ACK, .ack = at(30));
	overtaken_for_the_first_time(w, fd, 30, 30);
	if (stack_is_kernel())
		return;
	overtaken(w, fd, 61, 30, 20);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	check_eq(timeouts(), 0);
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
	/* of six that are delivered five may be in flight, and four are lost */
	expect_segments_only(w, 0, 4);
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
