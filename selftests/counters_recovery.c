// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of loss recovery with SACK, on either side. Those that a timer moves
 * are in counters_timer.c.
 */
#include "lib/flight.h"
#include "lib/tally.h"
#include "lib/test.h"

TALLY_FIXTURE(recovery)

/*
 * The round trip is long, so that no timer runs out in a test; and what the peer says
 * late is still early.
 */
#define RTT	300	/* ms */

#define open_sack(w, t, ...) open_sack_((w), (t), SEG(SYN, .opts = { __VA_ARGS__ }))
static int open_sack_(struct wire *w, struct tally *t, const struct seg *syn)
{
	int fd;

	sysctl_set("early_retrans", 0);
	fd = flight_open(w, RTT, "reno", syn);
	tally_skip(t);
	return fd;
}

static void send_flight(struct wire *w, struct tally *t, int fd, int n)
{
	send_pattern(fd, 0, n * SEGMENT);
	expect_segments(w, 0, n < IW ? n : IW);
	tally_skip(t);
}

/* ---- the sender ---- */

/* RFC 6675: what SACK tells of begins a recovery, and each hole is filled once. */
TALLY_TEST(recovery, a_recovery_by_sack)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 0, at(1), at(5));
	expect_segments(w, 0, 1);
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1), COUNT(TCPDelivered, 4));
	inject_sack(w, 0, at(1), at(5));
	expect_tally(t, COUNT(TCPDelivered, 0));
	inject(w, ACK, .ack = at(10));
	expect_tally(t, COUNT(TCPDelivered, 6));
}

/* RFC 8985 6.2: new data has overtaken what was sent again. */
TALLY_TEST(recovery, a_retransmission_that_is_lost)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 20);
	inject_sack(w, 0, at(1), at(10));
	expect_segments(w, 0, 1);
	expect_segments(w, 10, 14);
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1));
	inject_sack(w, 0, at(1), at(11));
	expect_segments(w, 0, 1);
	expect_tally(t, COUNT(TCPLostRetransmit, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1));
}

/* RFC 2018 5, A30: nothing a receiver may say; once for each such block. */
TALLY_TEST(recovery, blocks_of_nonsense)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 0, at(1), at(11));
	expect_tally(t, COUNT(TCPSACKDiscard, 1));
	inject_sack(w, 0, at(3), at(3), at(4), at(1),
		    at(2000000), at(2000004));
	expect_tally(t, COUNT(TCPSACKDiscard, 3));
	/* The one among them that is none counts. */
	inject_sack(w, 0, at(5), at(4), at(2), at(3));
	expect_tally(t, COUNT(TCPSACKDiscard, 1), COUNT(TCPDelivered, 1));
}

/* RFC 8985 6.2 step 3: the fifth has overtaken the fourth, which was not lost. */
TALLY_TEST(recovery, segments_that_come_in_another_order)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 3, at(4), at(5));
	expect_tally(t, COUNT(TCPSACKReorder, 0));
	inject(w, ACK, .ack = at(5));
	expect_tally(t, COUNT(TCPSACKReorder, 1));
	/* The same, and what tells of it is a block. */
	inject_sack(w, 5, at(8), at(9));
	inject_sack(w, 5, at(7), at(9));
	expect_tally(t, COUNT(TCPSACKReorder, 1));
	inject(w, ACK, .ack = at(10));
	expect_tally(t, COUNT(TCPSACKReorder, 1));
	check_eq(tcp_info(fd).tcpi_reord_seen, 3);
	check_eq(tcp_info(fd).tcpi_dsack_dups, 0);
}

/* RFC 2883 4.1: below the ACK; and a copy of what waits in the second block. */
TALLY_TEST(recovery, duplicates_that_the_peer_has_got)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 4, at(2), at(3));
	expect_tally(t, COUNT(TCPDSACKRecv, 1));
	inject_sack(w, 4, at(5), at(6), at(5), at(7));
	expect_tally(t, COUNT(TCPDSACKOfoRecv, 1), COUNT(TCPDelivered, 2));
	check_eq(tcp_info(fd).tcpi_dsack_dups, 2);
}

/* Of what was before the SYN, or a window ago, nobody may tell. */
TALLY_TEST(recovery, duplicates_of_what_is_too_old)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 4, at(-5), at(-4));
	expect_tally(t, COUNT(TCPDSACKIgnoredOld, 1));
}

/* The original was late only: its echo, from before the retransmission, says so. */
static uint32_t sent_again_in_vain(struct wire *w, struct tally *t, int fd)
{
	uint32_t original;

	send_flight(w, t, fd, 20);
	original = w->last.tsval;
	expect_none(w, 5);
	inject(w, ACK, .ack = 1, .opts = { NOP, NOP, TS(1001, original),
	       NOP, NOP, SACK(at(1), at(10)) });
	expect_segments(w, 0, 1);
	check(w->last.tsval != original);
	drain(w);
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1));
	return original;
}

/* RFC 3522, RFC 4015: all that was in flight is acknowledged. */
TALLY_TEST(recovery, a_recovery_that_was_needless)
{
	int fd = open_sack(w, t, MSS(SEGMENT + 12), SACKOK, TS(1000, 0));
	uint32_t original = sent_again_in_vain(w, t, fd);

	inject(w, ACK, .ack = at(10),
	       .opts = { NOP, NOP, TS(1002, original) });
	expect_tally(t, COUNT(TCPFullUndo, 1));
}

/* The same is found while some of it is still missing. */
TALLY_TEST(recovery, a_recovery_that_is_needless_so_far)
{
	int fd = open_sack(w, t, MSS(SEGMENT + 12), SACKOK, TS(1000, 0)), again;
	uint32_t original;

	send_flight(w, t, fd, 10);
	original = w->last.tsval;
	expect_none(w, 5);
	inject(w, ACK, .ack = 1, .opts = { NOP, NOP, TS(1001, original),
	       NOP, NOP, SACK(at(1), at(4), at(5), at(9)) });
	again = drain(w);
	check_le(1, again);
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, again),
		     COUNT(RetransSegs, again));
	inject(w, ACK, .ack = at(4),
	       .opts = { NOP, NOP, TS(1002, original),
	       NOP, NOP, SACK(at(5), at(9)) });
	drain(w);
	expect_tally(t, COUNT(TCPPartialUndo, 1), COUNT(TCPSACKReorder, WHATEVER),
		     COUNT(TCPFastRetrans, WHATEVER), COUNT(RetransSegs, WHATEVER),
		     COUNT(TCPSackRecovery, WHATEVER),
		     COUNT(TCPLostRetransmit, WHATEVER));
}

/* RFC 3708: all that was sent again has come twice. */
TALLY_TEST(recovery, a_recovery_that_d_sack_tells_was_needless)
{
	int fd = open_sack(w, t, MSS(SEGMENT), SACKOK);

	send_flight(w, t, fd, 10);
	inject_sack(w, 0, at(1), at(5));
	expect_segments(w, 0, 1);
	inject(w, ACK, .ack = at(5));
	expect_tally(t, COUNT(TCPSackRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1));
	inject_sack(w, 5, at(0), at(1));
	expect_tally(t, COUNT(TCPDSACKRecv, 1), COUNT(TCPDSACKUndo, 1));
}

/* ---- the receiver, RFC 2883 4 ---- */

TALLY_TEST(recovery, d_sack_of_what_was_acknowledged)
{
	open_sack(w, t, MSS(SEGMENT), SACKOK);
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 101);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 101, .opts = { NOP, NOP, SACK(1, 101) });
	expect_tally(t, COUNT(TCPDSACKOldSent, 1), COUNT(DelayedACKLost, 1));
	/* A part is enough. */
	inject(w, ACK | PSH, .seq = 51, .len = 100);
	expect(w, ACK, .ack = 151, .opts = { NOP, NOP, SACK(51, 101) });
	expect_tally(t, COUNT(TCPDSACKOldSent, 1));
}

TALLY_TEST(recovery, d_sack_of_what_waits_for_its_turn)
{
	open_sack(w, t, MSS(SEGMENT), SACKOK);
	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(101, 201) });
	expect_tally(t, COUNT(TCPOFOQueue, 1));
	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	expect(w, ACK, .ack = 1,
	       .opts = { NOP, NOP, SACK(101, 201, 101, 201) });
	expect_tally(t, COUNT(TCPOFOMerge, 1), COUNT(TCPDSACKOfoSent, 1));
}

TEST_HARNESS_MAIN
