// SPDX-License-Identifier: GPL-2.0
/*
 * Loss and congestion as the wire sees them: RFC 5681, RFC 6582, MUST-19; the
 * checksums and super-segments of data, MUST-2. The times of retransmissions
 * are measured in timer_rto.c.
 */
#include "lib/flight.h"
#include "lib/test.h"

WIRE_FIXTURE(retransmit)
/* A device that segments and finishes checksums. */
WIRE_FIXTURE(offload, .offload = true)

/* A Reno connection without SACK, which is what all stacks agree about. */
static int open_reno(struct wire *w)
{
	return open_flight(w, 0, "reno", SYN, MSS(SEGMENT));
}

static void duplicate_acks(struct wire *w, int segment, int count)
{
	while (count--)
		inject_dup(w, segment);
}

/* RFC 6928: ten segments, and no eleventh. */
WIRE_TEST(retransmit, initial_window_is_ten_segments)
{
	send_pattern(open_reno(w), 0, 30 * SEGMENT);
	expect_segments(w, 0, IW);
	expect_none(w, 0);
}

/* RFC 5681 3.2: the third duplicate ACK, and not the second. */
WIRE_TEST(retransmit, third_duplicate_ack_retransmits)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	duplicate_acks(w, 0, 2);
	expect_none(w, 0);
	duplicate_acks(w, 0, 1);
	expect_segments(w, 0, 1);
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* RFC 3042: the first two may send new data. */
WIRE_TEST(retransmit, duplicate_acks_let_new_data_go)
{
	int fd = open_reno(w);

	if (stack_is_kernel())
		SKIP(return, "waits to make a super-segment of it");
	send_pattern(fd, 0, 20 * SEGMENT);
	expect_segments(w, 0, 10);
	duplicate_acks(w, 0, 1);
	expect_segments(w, 10, 11);
	duplicate_acks(w, 0, 1);
	expect_segments(w, 11, 12);
	duplicate_acks(w, 0, 1);
	expect_segments(w, 0, 1);
}

/* RFC 5681 2: what carries data or moves the window is no duplicate ACK. */
WIRE_TEST(retransmit, other_acks_are_no_duplicates)
{
	int fd, i;

	w->wnd = 30000;
	fd = open_reno(w);
	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	for (i = 1; i < 6; i++)
		inject(w, ACK, .ack = at(0), .wnd = 30000 + 1000 * i);
	expect_none(w, 0);
	for (i = 0; i < 5; i++) {
		inject(w, ACK | PSH, .ack = at(0), .len = 10, .wnd = 35000);
		drain(w);
	}
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* With nothing in flight there is nothing to be lost. */
WIRE_TEST(retransmit, duplicate_acks_for_nothing)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, SEGMENT);
	expect_segments(w, 0, 1);
	duplicate_acks(w, 1, 8);
	expect_none(w, 0);
	send_pattern(fd, SEGMENT, 10 * SEGMENT);
	expect_segments(w, 1, 11);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* RFC 6582 3.2: a partial ACK tells of the next hole. */
WIRE_TEST(retransmit, partial_ack_retransmits_the_next_hole)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	/* The 1st, the 4th and the 8th are lost. */
	duplicate_acks(w, 0, 7);
	expect_segments(w, 0, 1);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(3));
	expect_segments(w, 3, 4);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(7));
	expect_segments(w, 7, 8);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* RFC 6582 3.2: the echoes of a recovery do not begin the next. */
WIRE_TEST(retransmit, late_duplicates_begin_no_second_recovery)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	duplicate_acks(w, 0, 9);
	expect_segments(w, 0, 1);
	duplicate_acks(w, 0, 10);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* RFC 5681 3.2: the window is half of what was in flight afterwards. */
WIRE_TEST(retransmit, window_is_halved_by_a_loss)
{
	int fd = open_reno(w);

	repair_the_first(w, fd);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	send_pattern(fd, 10 * SEGMENT, 30 * SEGMENT);
	expect_segments(w, 10, 15);
	expect_none(w, 0);
}

/* RFC 5681 3.1: above ssthresh the window grows by a segment a round trip. */
WIRE_TEST(retransmit, congestion_avoidance_grows_by_one)
{
	int fd = open_reno(w), round, from = 10, cwnd = 5;

	repair_the_first(w, fd);
	send_pattern(fd, 10 * SEGMENT, 100 * SEGMENT);
	for (round = 0; round < 5; round++) {
		expect_segments(w, from, from + cwnd);
		expect_none(w, 0);
		from += cwnd;
		inject(w, ACK, .ack = at(from));
		cwnd++;
	}
}

/* MUST-19, RFC 5681 3.1: slow start doubles the window every round trip. */
WIRE_TEST(retransmit, slow_start_doubles)
{
	int fd, from = 0, cwnd;

	w->wnd = 10000;
	fd = open_passive(w, MSS(SEGMENT), NOP, WS(7));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	check_ok(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	send_pattern(fd, 0, 200 * SEGMENT);
	for (cwnd = IW; cwnd <= 80; cwnd *= 2) {
		expect_segments(w, from, from + cwnd);
		expect_none(w, 0);
		from += cwnd;
		inject(w, ACK, .ack = at(from));
	}
}

/* A27: it is octets that count, not ACKs: dividing them gains nothing. */
WIRE_TEST(retransmit, divided_acks_gain_nothing)
{
	int fd = open_reno(w), i;

	send_pattern(fd, 0, 100 * SEGMENT);
	expect_segments(w, 0, IW);
	for (i = 1; i <= 100; i++)
		inject(w, ACK, .ack = 1 + i * SEGMENT / 10);
	drain(w);
	/* Ten are acknowledged: twenty may be in flight. */
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 2 * IW);
	check_eq(w->rcv_nxt, at(IW + 2 * IW));
}

/* An application that sends less than it may earns no window. */
WIRE_TEST(retransmit, unused_window_does_not_grow)
{
	int fd = open_reno(w), i;

	for (i = 0; i < 20; i++) {
		send_pattern(fd, i * SEGMENT, SEGMENT);
		expect_segments(w, i, i + 1);
		inject(w, ACK);
	}
	send_pattern(fd, 20 * SEGMENT, 60 * SEGMENT);
	for (i = 0; receive(w, 0); i++)
		;
	check_ge(i, IW);
	check_le(i, 2 * IW);
}

/* RFC 6298 5.4, RFC 5681 3.1: a timeout: the oldest, one segment, slow start. */
WIRE_TEST(retransmit, timeout_begins_with_one_segment)
{
	int fd = open_reno(w);

	if (stack_is_kernel())
		sysctl_set("frto", 0);
	send_pattern(fd, 0, 10 * SEGMENT);
	expect_segments(w, 0, 10);
	expect_segments(w, 0, 1);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, 1, 3);
	inject(w, ACK, .ack = at(3));
	expect_segments(w, 3, 7);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 5);
	check_eq(tcp_info(fd).tcpi_total_retrans, 7);
}

/* Part of a segment is acknowledged: the rest is what is sent again. */
WIRE_TEST(retransmit, partly_acknowledged_segment)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, SEGMENT);
	expect_segments(w, 0, 1);
	inject(w, ACK, .ack = 401);
	expect(w, ACK | PSH, .seq = 401, .len = 600);
	inject(w, ACK, .ack = 1001);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* A26: an ACK of what was never sent changes nothing. */
WIRE_TEST(retransmit, optimistic_ack_is_not_believed)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, 20 * SEGMENT);
	expect_segments(w, 0, 10);
	inject(w, ACK, .ack = at(15));
	expect(w, ACK, .seq = at(10));
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_unacked, 10);
}

/* A retransmitted segment has the same octets, whatever its cut. */
WIRE_TEST(retransmit, retransmission_has_the_same_octets)
{
	int fd = open_reno(w), i;
	uint8_t stream[500];

	pattern_fill(stream, 0, sizeof(stream));
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 5; i++) {
		send_pattern(fd, i * 100, 100);
		expect(w, ACK | PSH, .seq = 1 + i * 100, .len = 100);
	}
	check(receive(w, 10000));
	check_eq(w->last.s.seq, 1);
	check_ge(w->last.s.len, 100);
	check(!memcmp(w->last.s.data, stream, w->last.s.len));
}

/* MUST-2 and segmentation offload: the device gets many segments in one. */
WIRE_TEST(offload, device_gets_super_segments)
{
	static uint8_t stream[20 * SEGMENT];
	int fd = open_reno(w), most = 0;

	pattern_fill(stream, 0, sizeof(stream));
	send_pattern(fd, 0, sizeof(stream));
	while (w->rcv_nxt < at(20)) {
		check(receive(w, 1000));
		/* The library has looked at the pseudo-header's sum. */
		check(w->last.csum_partial);
		check(!memcmp(w->last.s.data, stream + w->last.s.seq - 1,
			      w->last.s.len));
		if (w->last.s.len > SEGMENT)
			check_eq(w->last.gso_size, SEGMENT);
		most = w->last.s.len > most ? w->last.s.len : most;
		inject(w, ACK);
	}
	/* how many depends on the rate, which is low on a slow machine */
	check_ge(most, 2 * SEGMENT);
}

/* Of a super-segment only the lost part is sent again. */
WIRE_TEST(offload, part_of_a_super_segment_is_retransmitted)
{
	int fd = open_reno(w);

	send_pattern(fd, 0, 10 * SEGMENT);
	while (w->rcv_nxt < at(10))
		check(receive(w, 1000));
	duplicate_acks(w, 0, 3);
	expect_segments(w, 0, 1);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(4));
	expect_segments(w, 4, 5);
	inject(w, ACK, .ack = at(10));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* The urgent pointer of one segment would be wrong in the next. */
WIRE_TEST(offload, urgent_data_is_not_left_to_the_device)
{
	int fd;

	w->wnd = 0;
	fd = open_passive(w, MSS(SEGMENT));
	send_pattern(fd, 0, 5 * SEGMENT);
	check_eq(send(fd, "U", 1, MSG_OOB), 1);
	inject(w, ACK, .wnd = 20000);
	while (w->rcv_nxt < at(5) + 1) {
		check(receive(w, 1000));
		check(w->last.s.flags & URG);
		check_le(w->last.s.len, SEGMENT);
		check_eq(w->last.s.seq + w->last.s.urg, at(5) + 1);
	}
}

/* What GRO merges is taken like the segments it was. */
WIRE_TEST(offload, merged_segments_are_received)
{
	int fd = open_passive(w, MSS(SEGMENT), NOP, NOP, SACKOK);

	inject(w, ACK | PSH, .len = 10 * SEGMENT, .gso = SEGMENT);
	expect(w, ACK);
	recv_pattern(fd, 0, 10 * SEGMENT);
	drain(w);
	/* Out of order, with an overlap, and with the FIN. */
	inject(w, FIN | ACK | PSH, .seq = at(15), .len = 10 * SEGMENT,
	       .gso = SEGMENT, .keep = true);
	expect(w, ACK, .ack = at(10));
	inject(w, ACK | PSH, .seq = at(8), .len = 10 * SEGMENT,
	       .gso = SEGMENT);
	w->snd_nxt = at(25) + 1;
	expect(w, ACK, .ack = at(25) + 1);
	recv_pattern(fd, 10 * SEGMENT, 15 * SEGMENT);
	expect_eof(fd);
}

TEST_HARNESS_MAIN
