// SPDX-License-Identifier: GPL-2.0
/*
 * Losses that SACK tells of (RFC 2018, RFC 6675, RFC 8985), repaired at the rate of
 * PRR (RFC 9937). What needs time to pass is in sack_timer.c.
 */
#include "lib/flight.h"
#include "lib/test.h"

WIRE_FIXTURE(sack)
/* A device that segments: an skb of the sender is many segments. */
WIRE_FIXTURE(super, .offload = true)

static int open_sack(struct wire *w, const char *algorithm)
{
	sysctl_set("early_retrans", 0);	/* no probe, on a slow machine */
	return open_flight(w, 0, algorithm, SYN, MSS(SEGMENT), SACKOK);
}

/* RFC 8985 6.2: what three segments have overtaken is lost, and nothing else. */
WIRE_TEST(sack, three_segments_behind_a_hole_have_it_filled)
{
	int fd = open_sack(w, "reno");

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(4));
	expect_segments(w, 0, 1);
	inject_sack(w, 0, at(1), at(10));
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* RFC 6675 5: all holes in one round trip, where NewReno takes one for each. */
WIRE_TEST(sack, all_holes_are_filled_at_once)
{
	int fd = open_sack(w, "reno");

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(3), at(5), at(10));
	expect_segments(w, 0, 1);
	expect_segments(w, 3, 5);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
}

/* RFC 8985 6.2 step 5: new data that has overtaken a retransmission tells of it. */
WIRE_TEST(sack, a_retransmission_that_is_lost_is_sent_again)
{
	int fd = open_sack(w, "reno");

	send_pattern(fd, 0, 20 * SEGMENT);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(10));
	/* nine have left the network, and half the window is to be in it */
	expect_segments(w, 0, 1);
	expect_segments(w, 10, 14);
	inject_sack(w, 0, at(1), at(11));
	expect_segments(w, 0, 1);
	drain(w);
	inject(w, ACK, .ack = at(14));
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
}

/* What the peer has said before tells nothing new. */
WIRE_TEST(sack, the_same_blocks_again_change_nothing)
{
	int fd = open_sack(w, "reno"), i;

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(5));
	expect_segments(w, 0, 1);
	for (i = 0; i < 20; i++)
		inject_sack(w, 0, at(1), at(5));
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* A30: outside of what was sent, empty, the wrong way round. */
WIRE_TEST(sack, blocks_of_nonsense_are_ignored)
{
	int fd = open_sack(w, "reno");

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	inject_sack(w, 0, at(1), at(11));
	inject_sack(w, 0, at(4), at(1));
	inject_sack(w, 0, at(3), at(3));
	inject_sack(w, 0, at(0), at(4));
	inject_sack(w, 0, at(2000000), at(2000004));
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_sacked, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/*
 * RFC 2018 3: blocks take room, and a full segment has none: it would be larger than
 * the path's MTU.
 */
WIRE_TEST(sack, blocks_make_no_segment_larger_than_the_path)
{
	int fd = open_passive(w, MSS(wire_mtu_mss(w, 1500)), SACKOK), octets = 0;

	inject(w, ACK, .seq = 100, .len = 10, .keep = true);
	expect(w, ACK, .opts = { NOP, NOP, SACK(100, 110) });
	send_pattern(fd, 0, 5000);
	while (octets < 5000) {
		check(receive(w, 10000));
		check_le(w->last.packet_len, 1500);
		octets += w->last.s.len;
	}
	check_eq(octets, 5000);
}

/* RFC 2018 4: so an ACK of their own tells of them, if text leaves in between. */
WIRE_TEST(sack, blocks_are_told_beside_full_segments)
{
	int mss = wire_mtu_mss(w, 1500), fd, i;

	/* no probe beyond the window, however late the machine is */
	sysctl_set("early_retrans", 0);
	fd = open_passive(w, MSS(mss), SACKOK);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	send_pattern(fd, 0, 20 * mss);
	drain(w);
	inject(w, ACK, .seq = 100, .len = 10, .ack = 1 + 2 * mss, .keep = true);
	if (stack_is_kernel())
		SKIP(return, "the kernel makes the segments smaller");
	/* slow start: two acknowledged are four to send */
	for (i = 0; i < 4; i++)
		expect(w, ACK | ANYPSH, .len = mss, .ack = 1);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(100, 110) });
}

/* Only what is missing of a super-segment goes again. */
WIRE_TEST(super, a_hole_within_a_super_segment)
{
	int fd = open_sack(w, "reno");

	send_pattern(fd, 0, 10 * SEGMENT);
	drain(w);
	inject_sack(w, 0, at(2), at(8));
	expect_segments(w, 0, 2);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

TEST_HARNESS_MAIN
