// SPDX-License-Identifier: GPL-2.0
/*
 * When data is acknowledged and how: RFC 9293 3.8.6.3 and 3.10.7.4, RFC 5681
 * 4.2, RFC 2018. How long an ACK may wait is measured in timer_delack.c.
 */
#include "lib/held.h"
#include "lib/test.h"

WIRE_FIXTURE(ack)
/* A device that hands over what GRO makes of a burst. */
WIRE_FIXTURE(gro, .offload = true)

#define SEGMENT	1400

/* S13, sender: one ACK for five segments. */
WIRE_TEST(ack, one_ack_for_five_segments_sent)
{
	int fd = open_passive(w, MSS(SEGMENT)), i;

	send_pattern(fd, 0, 5 * SEGMENT);
	for (i = 0; i < 5; i++)
		expect(w, ACK | ANYPSH, .len = SEGMENT);
	check_eq(tcp_info(fd).tcpi_unacked, 5);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	expect_none(w, 300);
}

/* S13, sender: a lost ACK does not matter, nor does an old one. */
WIRE_TEST(ack, older_ack_changes_nothing)
{
	int fd = open_passive(w, MSS(SEGMENT)), i;

	send_pattern(fd, 0, 5 * SEGMENT);
	for (i = 0; i < 5; i++)
		expect(w, ACK | ANYPSH, .len = SEGMENT);
	inject(w, ACK, .ack = 1 + 5 * SEGMENT);
	inject(w, ACK, .ack = 1 + 2 * SEGMENT);
	expect_none(w, 300);
	send_pattern(fd, 5 * SEGMENT, 10);
	expect(w, ACK | PSH, .seq = 1 + 5 * SEGMENT, .len = 10);
}

/* S13, receiver: once it runs, an ACK stands for two segments and more. */
WIRE_TEST(ack, fewer_acks_than_segments_received)
{
	int fd = open_passive(w), i, acks;
	uint64_t at = leave_quick(w, fd, SEGMENT);

	for (i = acks = 0; i < 100; i++, at += SEGMENT) {
		inject(w, ACK, .len = SEGMENT);
		recv_pattern(fd, at, SEGMENT);
		acks += drain(w);
	}
	while (w->last.s.ack < w->snd_nxt) {
		check(receive(w, 1000));
		acks++;
	}
	test_note("%d ACKs for 100 segments", acks);
	/* The kernel's own is quicker as long as its window grows. */
	check_le(acks, stack_is_kernel() ? 100 : 75);
	/* RFC 5681 4.2: one for every second full segment at least. */
	check_ge(acks, 48);
}

/* The sender begins slowly, and needs every ACK. */
WIRE_TEST(ack, first_segments_are_acknowledged_one_by_one)
{
	int i;

	open_passive(w);
	for (i = 0; i < 8; i++) {
		inject(w, ACK | PSH, .len = SEGMENT);
		expect(w, ACK);
	}
}

/* Data takes the ACK along. */
WIRE_TEST(ack, data_carries_the_ack)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .len = 100);
	send_pattern(fd, 0, 50);
	expect(w, ACK | PSH, .ack = 101, .len = 50);
	inject(w, ACK);
	expect_none(w, 300);
}

/* An ACK is never acknowledged. */
WIRE_TEST(ack, bare_ack_is_not_answered)
{
	int i;

	open_passive(w);
	for (i = 0; i < 20; i++)
		inject(w, ACK, .wnd = 1000 + i);
	expect_none(w, 300);
}

/* RFC 9293 3.10.7.4: what came before is acknowledged again, at once. */
WIRE_TEST(ack, duplicate_is_answered_at_once)
{
	int fd = open_passive(w);

	leave_quick(w, fd, SEGMENT);
	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .seq = 1, .len = SEGMENT);
	expect(w, ACK);
	expect_none(w, 300);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/* RFC 5681 4.2: out of order: a duplicate ACK at once; so for the filling. */
WIRE_TEST(ack, gap_is_told_at_once)
{
	int fd = open_passive(w);
	uint64_t at = leave_quick(w, fd, SEGMENT), seq = at + 1;

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .seq = seq + 1000, .len = 500);
	expect(w, ACK, .ack = seq, .opts = { NONE });
	inject(w, ACK | PSH, .seq = seq + 1500, .len = 500);
	expect(w, ACK, .ack = seq, .opts = { NONE });
	inject(w, ACK | PSH, .seq = seq + 3000, .len = 500);
	expect(w, ACK, .ack = seq, .opts = { NONE });
	/* Half of the gap is filled, then all, then the other one. */
	inject(w, ACK | PSH, .seq = seq, .len = 500);
	expect(w, ACK, .ack = seq + 500);
	inject(w, ACK | PSH, .seq = seq + 500, .len = 500);
	expect(w, ACK, .ack = seq + 2000);
	inject(w, ACK | PSH, .seq = seq + 2000, .len = 1000);
	expect(w, ACK, .ack = seq + 3500);
	recv_pattern(fd, at, 3500);
}

/* S4, RFC 2018 4: the block that changed last comes first. */
WIRE_TEST(ack, sack_tells_what_is_there)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);

	inject(w, ACK | PSH, .seq = 1001, .len = 1000);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(1001, 2001) });
	inject(w, ACK | PSH, .seq = 3001, .len = 1000);
	expect(w, ACK, .ack = 1,
	       .opts = { NOP, NOP, SACK(3001, 4001, 1001, 2001) });
	/* Longer to the right, longer to the left, joined. */
	inject(w, ACK | PSH, .seq = 2001, .len = 500);
	expect(w, ACK, .ack = 1,
	       .opts = { NOP, NOP, SACK(1001, 2501, 3001, 4001) });
	inject(w, ACK | PSH, .seq = 2701, .len = 300);
	expect(w, ACK, .ack = 1,
	       .opts = { NOP, NOP, SACK(2701, 4001, 1001, 2501) });
	inject(w, ACK | PSH, .seq = 2501, .len = 200);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(1001, 4001) });
	inject(w, ACK | PSH, .seq = 1, .len = 1000);
	expect(w, ACK, .ack = 4001, .opts = { NONE });
	recv_pattern(fd, 0, 4000);
}

/* Forty octets of options hold four blocks, beside timestamps three. */
WIRE_TEST(ack, sack_has_up_to_four_blocks)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK), i;

	for (i = 0; i < 5; i++) {
		inject(w, ACK | PSH, .seq = 1001 + i * 1000, .len = 100);
		expect(w, ACK, .ack = 1);
	}
	inject(w, ACK | PSH, .seq = 6001, .len = 100);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP,
	       SACK(6001, 6101, 5001, 5101, 4001, 4101, 3001, 3101) });
	/* What is in order now is not told any more. */
	inject(w, ACK | PSH, .seq = 1, .len = 1000);
	expect(w, ACK, .ack = 1101);
	inject(w, ACK | PSH, .seq = 1101, .len = 900);
	expect(w, ACK, .ack = 2101, .opts = { NOP, NOP,
	       SACK(6001, 6101, 5001, 5101, 4001, 4101, 3001, 3101) });
	inject(w, ACK | PSH, .seq = 2101, .len = 900);
	expect(w, ACK, .ack = 3101, .opts = { NOP, NOP,
	       SACK(6001, 6101, 5001, 5101, 4001, 4101) });
	recv_pattern(fd, 0, 3100);
}

WIRE_TEST(ack, sack_beside_timestamps_has_three_blocks)
{
	int i;

	open_passive(w, MSS(1460), SACKOK, TS(100, 0));
	for (i = 0; i < 3; i++) {
		inject(w, ACK | PSH, .seq = 1001 + i * 1000, .len = 100);
		expect(w, ACK, .ack = 1);
	}
	inject(w, ACK | PSH, .seq = 4001, .len = 100);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, TS(ANY, ANY), NOP, NOP,
	       SACK(4001, 4101, 3001, 3101, 2001, 2101) });
}

/* MUST-58: a burst that GRO made one packet of gets one ACK. */
WIRE_TEST(gro, merged_burst_gets_one_ack)
{
	int fd = open_passive(w), i;

	for (i = 0; i < 5; i++) {
		inject(w, ACK | PSH, .len = 10 * SEGMENT, .gso = SEGMENT);
		expect(w, ACK);
		expect_none(w, 0);
		recv_pattern(fd, i * 10 * SEGMENT, 10 * SEGMENT);
		drain(w);
	}
}

/*
 * MUST-59: what queued up while the socket was in use is all processed before
 * it is acknowledged.
 */
WIRE_TEST(ack, backlog_is_processed_before_it_is_acknowledged)
{
	struct held h = { .fd = open_passive(w) };
	uint64_t at = leave_quick(w, h.fd, SEGMENT);
	int i, acks;

	inject(w, ACK | PSH, .len = 100);
	if (!held_begin(&h))
		SKIP(return, "no userfaultfd");
	drain(w);
	for (i = 0; i < 20; i++)
		inject(w, ACK | PSH, .len = SEGMENT);
	expect_none(w, 0);
	held_end(&h);
	check_eq(h.got, 100);
	/* One for what was read, perhaps, and one for all the rest. */
	for (acks = 0; w->last.s.ack != w->snd_nxt; acks++)
		check(receive(w, 1000));
	/* The kernel's own acknowledges as it goes (before 6.7). */
	check_le(acks, stack_is_kernel() ? 11 : 2);
	recv_pattern(h.fd, at + 100, 20 * SEGMENT);
}

TEST_HARNESS_MAIN
