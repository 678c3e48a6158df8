// SPDX-License-Identifier: GPL-2.0
/*
 * The sender's segments after a loss, one by one, as the RFCs say them: NewReno
 * (RFC 5681 3.2, RFC 6582), SACK at the rate of PRR (RFC 8985, RFC 9937), the
 * undoing of what was needless (RFC 3708, RFC 4015), and marks of routers (RFC 3168
 * 6.1.2). No time passes; where it must, see recovery_timer.c.
 *
 * The third segment of the handshake takes 300 ms, so that a timeout is far on a
 * slow machine, too.
 */
#include "lib/test.h"
#include "lib/flight.h"

#define PATIENT	300	/* ms */

WIRE_FIXTURE(newreno)
WIRE_FIXTURE(sack)
WIRE_FIXTURE(ecn)

/* ---- without SACK ---- */

static int open_newreno(struct wire *w)
{
	return open_flight(w, PATIENT, "reno", SYN, MSS(SEGMENT));
}

/*
 * RFC 5681 3.2 steps 1 to 6, RFC 3042: the first of ten is lost. Each of the first
 * two duplicate ACKs lets a new segment go, the third the hole; then half of the
 * flight has to leave the network before there is room again, and from there on a
 * segment for a segment. The full ACK ends it with a window of half the flight.
 */
WIRE_TEST(newreno, one_hole)
{
	int fd = open_newreno(w), dup;

	if (stack_is_kernel())
		SKIP(return, "sends at the rate of PRR without SACK, too");
	send_segments(fd, 0, 30);
	expect_segments_only(w, 0, IW);
	inject_dup(w, 0);
	expect_segments_only(w, 10, 11);
	inject_dup(w, 0);
	expect_segments_only(w, 11, 12);
	inject_dup(w, 0);
	expect_segments_only(w, 0, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	for (dup = 4; dup <= 7; dup++)
		inject_dup(w, 0);
	expect_none(w, 0);
	/* of twelve sent eight have arrived, and one more is out: five */
	for (; dup <= 11; dup++) {
		inject_dup(w, 0);
		expect_segments_only(w, 4 + dup, 5 + dup);
	}
	inject(w, ACK, .ack = at(12));
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	expect_segments_only(w, 16, 17);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/*
 * RFC 6582 3.2 step 3: the first, the fifth and the ninth are lost. Each partial ACK
 * sends the next hole at once, and, the window being taken back by what is
 * acknowledged less a segment, one new segment.
 */
WIRE_TEST(newreno, three_holes_take_three_round_trips)
{
	int fd = open_newreno(w), dup;

	if (stack_is_kernel())
		SKIP(return, "sends at the rate of PRR without SACK, too");
	send_segments(fd, 0, 30);
	expect_segments(w, 0, IW);
	inject_dup(w, 0);
	inject_dup(w, 0);
	expect_segments_only(w, 10, 12);
	inject_dup(w, 0);
	expect_segments_only(w, 0, 1);
	/* nine arrive of these twelve: three are lost */
	for (dup = 4; dup <= 7; dup++)
		inject_dup(w, 0);
	expect_none(w, 0);
	for (; dup <= 9; dup++) {
		inject_dup(w, 0);
		expect_segments_only(w, 4 + dup, 5 + dup);
	}
	inject(w, ACK, .ack = at(4));
	expect_segments(w, 4, 5);
	expect_segments_only(w, 14, 15);
	inject_dup(w, 4);
	expect_segments_only(w, 15, 16);
	inject_dup(w, 4);
	expect_segments_only(w, 16, 17);
	inject(w, ACK, .ack = at(8));
	expect_segments(w, 8, 9);
	expect_segments_only(w, 17, 18);
	for (dup = 1; dup <= 3; dup++) {
		inject_dup(w, 8);
		expect_segments_only(w, 17 + dup, 18 + dup);
	}
	/* all that was out when it began, and more */
	inject(w, ACK, .ack = at(17));
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	expect_segments_only(w, 21, 22);
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
	inject(w, ACK, .ack = at(22));
	expect_segments_only(w, 22, 28);
}

/*
 * RFC 6582 3.2 step 2: what a recovery has sent in vain comes back as duplicate
 * ACKs of its very end. They are no loss, though new data is in flight.
 */
WIRE_TEST(newreno, echoes_of_a_recovery_begin_no_other)
{
	int fd = open_newreno(w), i;

	send_segments(fd, 0, 10);
	expect_segments(w, 0, 10);
	for (i = 0; i < 4; i++)
		inject_dup(w, 0);
	expect_segments_only(w, 0, 1);
	inject(w, ACK, .ack = at(10));
	send_segments(fd, 10, 14);
	expect_segments_only(w, 10, 14);
	for (i = 0; i < 4; i++)
		inject_dup(w, 10);
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	inject(w, ACK, .ack = at(14));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* The same: once something behind it is acknowledged, a loss is a loss again. */
WIRE_TEST(newreno, the_next_window_may_lose_one_again)
{
	int fd = open_newreno(w), i;

	send_segments(fd, 0, 10);
	expect_segments(w, 0, 10);
	for (i = 0; i < 9; i++)
		inject_dup(w, 0);
	expect_segments_only(w, 0, 1);
	inject(w, ACK, .ack = at(10));
	send_segments(fd, 10, 15);
	expect_segments_only(w, 10, 15);
	inject(w, ACK, .ack = at(11));
	for (i = 0; i < 3; i++)
		inject_dup(w, 11);
	expect_segments_only(w, 11, 12);
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
	inject(w, ACK, .ack = at(15));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* ---- with SACK ---- */

/* Without tail loss probes, which would be timers. */
static int open_sack(struct wire *w, const char *algorithm)
{
	sysctl_set("early_retrans", 0);
	return open_flight(w, PATIENT, algorithm, SYN, MSS(SEGMENT), SACKOK);
}

/* The kernel lets the window grow by the ACK that ends a recovery. */
#define expect_ended(w, fd, cwnd) do {					\
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, (cwnd));		\
	check_ge(tcp_info(fd).tcpi_snd_cwnd, (cwnd));			\
	check_le(tcp_info(fd).tcpi_snd_cwnd, (cwnd) + stack_is_kernel()); \
} while (0)

/* Ten in flight; the blocks of two let two more go (RFC 3042), of which none is lost. */
static void lose_the_first(struct wire *w, int fd)
{
	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	inject_sack(w, 0, at(1), at(2));
	expect_segments_only(w, 10, 11);
	inject_sack(w, 0, at(1), at(3));
	expect_segments_only(w, 11, 12);
}

/*
 * RFC 9937 6.1: with half of the window to go, one for two delivered, until no more
 * is in flight than shall be; then one for one. RFC 5681 3.2 step 2: what RFC 3042
 * has let go does not count, half is of ten.
 */
WIRE_TEST(sack, one_hole_and_half_the_window)
{
	int fd = open_sack(w, "reno"), last;

	lose_the_first(w, fd);
	inject_sack(w, 0, at(1), at(4));
	expect_segments_only(w, 0, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject_sack(w, 0, at(1), at(5));
	expect_none(w, 0);
	inject_sack(w, 0, at(1), at(6));
	expect_segments_only(w, 12, 13);
	inject_sack(w, 0, at(1), at(7));
	expect_none(w, 0);
	inject_sack(w, 0, at(1), at(8));
	expect_segments_only(w, 13, 14);
	inject_sack(w, 0, at(1), at(9));
	expect_none(w, 0);
	inject_sack(w, 0, at(1), at(10));
	expect_none(w, 0);
	for (last = 11; last <= 12; last++) {
		inject_sack(w, 0, at(1), at(last));
		expect_segments_only(w, 3 + last, 4 + last);
	}
	/* the hole is filled: four of the five in flight are left */
	inject(w, ACK, .ack = at(12));
	expect_ended(w, fd, 5);
	expect_segments_only(w, 16, 17);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* RFC 9438 4.6: seven of ten, and the rate that leads there. */
WIRE_TEST(sack, one_hole_and_seven_tenths_of_the_window)
{
	int fd = open_sack(w, "cubic"), last;

	lose_the_first(w, fd);
	inject_sack(w, 0, at(1), at(4));
	expect_segments_only(w, 0, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 7);
	inject_sack(w, 0, at(1), at(5));
	expect_segments_only(w, 12, 13);
	inject_sack(w, 0, at(1), at(6));
	expect_segments_only(w, 13, 14);
	inject_sack(w, 0, at(1), at(7));
	expect_none(w, 0);
	inject_sack(w, 0, at(1), at(8));
	expect_none(w, 0);
	for (last = 9; last <= 12; last++) {
		inject_sack(w, 0, at(1), at(last));
		expect_segments_only(w, 5 + last, 6 + last);
	}
	inject(w, ACK, .ack = at(12));
	expect_ended(w, fd, 7);
	expect_segments_only(w, 18, 19);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* RFC 8985 6.2: the second hole is known when one behind it is delivered. */
WIRE_TEST(sack, two_holes)
{
	int fd = open_sack(w, "reno"), last;

	lose_the_first(w, fd);
	inject_sack(w, 0, at(1), at(4));
	expect_segments_only(w, 0, 1);
	inject_sack(w, 0, at(1), at(5));
	expect_none(w, 0);
	inject_sack(w, 0, at(6), at(7), at(1), at(5));
	expect_segments_only(w, 5, 6);
	inject_sack(w, 0, at(6), at(8), at(1), at(5));
	expect_none(w, 0);
	inject_sack(w, 0, at(6), at(9), at(1), at(5));
	expect_none(w, 0);
	for (last = 10; last <= 12; last++) {
		inject_sack(w, 0, at(6), at(last), at(1), at(5));
		expect_segments_only(w, 2 + last, 3 + last);
	}
	inject_sack(w, 5, at(6), at(12));
	expect_segments_only(w, 15, 16);
	inject(w, ACK, .ack = at(12));
	expect_ended(w, fd, 5);
	expect_segments_only(w, 16, 17);
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
}

/*
 * RFC 9937 6.1: the first six of ten are lost, so that less is in flight than shall
 * be: a segment for a segment (CRB); and, as the ACK moves on and nothing more is
 * lost, two (SSRB), up to half of the window.
 */
WIRE_TEST(sack, most_of_a_window)
{
	int fd = open_sack(w, "reno");

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	inject_sack(w, 0, at(6), at(9));
	expect_segments_only(w, 0, 3);
	inject_sack(w, 0, at(6), at(10));
	expect_segments_only(w, 3, 4);
	inject_sack(w, 1, at(6), at(10));
	expect_segments_only(w, 4, 6);
	inject_sack(w, 2, at(6), at(10));
	expect_segments_only(w, 10, 11);
	inject_sack(w, 3, at(6), at(10));
	expect_segments_only(w, 11, 12);
	inject(w, ACK, .ack = at(10));
	expect_ended(w, fd, 5);
	expect_segments_only(w, 12, 15);
	check_eq(tcp_info(fd).tcpi_total_retrans, 6);
}

/* RFC 3042 with RFC 6675: a block that tells nothing new lets nothing go. */
WIRE_TEST(sack, the_same_block_again_lets_nothing_go)
{
	int fd = open_sack(w, "reno"), i;

	lose_the_first(w, fd);
	for (i = 0; i < 5; i++)
		inject_sack(w, 0, at(1), at(3));
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
	check_eq(tcp_info(fd).tcpi_unacked, 12);
}

/* RFC 3708, RFC 4015: one was late, was sent again, and is reported twice. */
WIRE_TEST(sack, a_duplicate_that_is_reported_gives_the_window_back)
{
	int fd = open_sack(w, "reno");

	send_segments(fd, 0, 10);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(4));
	expect_segments_only(w, 0, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject(w, ACK, .ack = at(10));
	expect_ended(w, fd, 5);
	inject_sack(w, 10, at(0), at(1));
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 10);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	send_segments(fd, 10, 30);
	expect_segments_only(w, 10, 20);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* In the middle of it, too: then the rest goes as if nothing had been. */
WIRE_TEST(sack, a_duplicate_that_is_reported_ends_the_recovery)
{
	int fd = open_sack(w, "reno");

	send_segments(fd, 0, 14);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(4));
	/* three of ten are delivered, and two of five may go for them */
	expect_segments(w, 0, 1);
	expect_segments_only(w, 10, 11);
	inject_sack(w, 4, at(0), at(1));
	/* which is an ACK like others, and lets it grow */
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	check_gt(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	expect_segments_only(w, 11, 14);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* Two were sent again, and only one of them in vain: it was a loss. */
WIRE_TEST(sack, one_duplicate_of_two_gives_nothing_back)
{
	int fd = open_sack(w, "reno");

	send_segments(fd, 0, 10);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(2), at(10));
	expect_segments_only(w, 0, 2);
	inject_sack(w, 10, at(0), at(1));
	expect_ended(w, fd, 5);
	send_segments(fd, 10, 30);
	expect_segments(w, 10, 15);
	if (!stack_is_kernel())
		expect_none(w, 0);
}

/* ---- marks of routers ---- */

#define ECT0	2

static int open_ecn(struct wire *w)
{
	sysctl_set("early_retrans", 0);
	return open_flight(w, PATIENT, "reno", SYN | ECE | CWR, MSS(SEGMENT), SACKOK);
}

#define expect_fresh(w, n, f)						\
	expect(w, ACK | ANYPSH | (f), .seq = at(n), .len = SEGMENT, .tos = ECT0)
#define expect_again(w, n)						\
	expect(w, ACK | ANYPSH, .seq = at(n), .len = SEGMENT, .tos = 0)

/*
 * RFC 3168 6.1.2: the window is halved once for all the marks of a window, and the
 * first new segment says so.
 */
WIRE_TEST(ecn, marks_of_one_window_halve_it_once)
{
	int fd = open_ecn(w), n;

	if (stack_is_kernel())
		SKIP(return, "lets the window shrink at the rate of PRR");
	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	for (n = 1; n <= 5; n++)
		inject(w, ACK | ECE, .ack = at(n));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	expect_none(w, 0);
	inject(w, ACK | ECE, .ack = at(6));
	expect_fresh(w, 10, CWR);
	for (; n < 10; n++) {
		inject(w, ACK | ECE, .ack = at(n + 1));
		expect_fresh(w, n + 5, 0);
		expect_none(w, 0);
	}
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 5);
	/* the next window was marked, too */
	inject(w, ACK | ECE, .ack = at(11));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 2);
}

/* 6.1.2, 6.1.5: what is sent again neither says CWR nor can be marked. */
WIRE_TEST(ecn, what_is_sent_again_does_not_say_CWR)
{
	int fd = open_ecn(w);

	if (stack_is_kernel())
		SKIP(return, "lets the window shrink at the rate of PRR");
	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	expect_none(w, 0);
	inject_sack(w, 1, at(2), at(10));
	expect_again(w, 1);
	expect_fresh(w, 10, CWR);
}

/* 6.1.2: a mark and a loss of one window are one indication of congestion. */
WIRE_TEST(ecn, a_loss_after_a_mark_does_not_halve_again)
{
	int fd = open_ecn(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject_sack(w, 1, at(2), at(10));
	expect_again(w, 1);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	inject(w, ACK, .ack = at(10));
	expect_ended(w, fd, 5);
}

/* The same the other way round; and the receiver hears CWR of any reduction. */
WIRE_TEST(ecn, a_mark_after_a_loss_does_not_halve_again)
{
	int fd = open_ecn(w);

	send_segments(fd, 0, 40);
	expect_segments_only(w, 0, IW);
	inject_sack(w, 0, at(1), at(10));
	expect_again(w, 0);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	expect_fresh(w, 10, CWR);
	expect_fresh(w, 11, 0);
	drain(w);
	inject(w, ACK | ECE, .ack = at(0),
	       .opts = { NOP, NOP, SACK(at(1), at(10)) });
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	if (stack_is_kernel())	/* the ACK that ends it counts for the next */
		return;
	inject(w, ACK | ECE, .ack = at(10));
	expect_ended(w, fd, 5);
}

/* What a mark has cost stays, though an earlier recovery proves to be needless. */
WIRE_TEST(ecn, a_late_duplicate_does_not_undo_a_mark)
{
	int fd = open_ecn(w), ssthresh;

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	inject_sack(w, 0, at(1), at(4));
	expect_again(w, 0);
	inject(w, ACK, .ack = at(10));
	expect_ended(w, fd, 5);
	send_segments(fd, 10, 15);
	expect_fresh(w, 10, CWR);
	expect_segments_only(w, 11, 15);
	inject(w, ACK | ECE, .ack = at(11));
	ssthresh = tcp_info(fd).tcpi_snd_ssthresh;
	check_le(ssthresh, 3);
	inject_sack(w, 12, at(0), at(1));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, ssthresh);
	check_le(tcp_info(fd).tcpi_snd_cwnd, 5);
}

/* A reduction that is undone was none to tell of. */
WIRE_TEST(ecn, what_is_undone_is_not_told)
{
	int fd = open_ecn(w);

	send_segments(fd, 0, 10);
	expect_segments_only(w, 0, IW);
	inject_sack(w, 0, at(1), at(4));
	expect_again(w, 0);
	inject_sack(w, 10, at(0), at(1));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 10);
	send_segments(fd, 10, 12);
	expect_fresh(w, 10, 0);
	expect_fresh(w, 11, 0);
}

TEST_HARNESS_MAIN
