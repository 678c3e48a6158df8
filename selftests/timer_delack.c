// SPDX-License-Identifier: GPL-2.0
/*
 * How long an ACK may wait: RFC 9293 3.8.6.3, MUST-40, SHLD-18, SHLD-19; RFC
 * 5681 4.2. In icount.list: milliseconds are counted.
 */
#include "lib/test.h"

WIRE_FIXTURE(delack)

#define SEGMENT	1400
#define LEAST	40
#define MOST	200
#define TICKS	16	/* a kernel timer's coarseness, and the way here */

/* The ACK of what has been injected comes in its time, and once. */
static void expect_delayed(struct wire *w)
{
	int64_t since = w->mark, took;

	expect(w, ACK);
	took = (w->last.us - since) / 1000;
	check_ge(took, LEAST - 4);
	check_le(took, MOST + TICKS);
	test_note("the ACK came after %lld ms", (long long)took);
}

/* It does not wait at all. */
static void expect_at_once(struct wire *w, int flags)
{
	int64_t since = w->mark;

	expect(w, flags);
	check_le((w->last.us - since) / 1000, 4);
}

/* MUST-40: less than half a second; ours is 40 to 200 ms. */
WIRE_TEST(delack, ack_waits_for_40_to_200_ms)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .len = 10);
	expect_delayed(w);
	expect_none(w, 1000);
}

/* Each time, for as long as the conversation is one. */
WIRE_TEST(delack, every_ack_of_a_slow_sender_is_in_time)
{
	int fd = open_passive(w), i;

	for (i = 0; i < 50; i++) {
		inject(w, ACK | PSH, .len = 10);
		if (!receive(w, MOST + TICKS))
			test_fail("no ACK within %d ms", MOST + TICKS);
		check_eq(w->last.s.ack, w->snd_nxt);
		expect_none(w, i * 10);
	}
	recv_pattern(fd, 0, 500);
}

/* An answer within that time takes it along. */
WIRE_TEST(delack, answer_takes_the_ack_along)
{
	int fd = open_passive(w), i;

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	for (i = 0; i < 5; i++) {
		inject(w, ACK | PSH, .len = 10);
		expect_none(w, 20);
		recv_pattern(fd, i * 10, 10);
		expect_none(w, 0);
		send_pattern(fd, i * 10, 10);
		expect(w, ACK | PSH, .len = 10);
		inject(w, ACK);
		expect_none(w, 1000);
	}
}

/* SHLD-19: the second full segment is not kept waiting. */
WIRE_TEST(delack, second_full_segment_is_acknowledged_at_once)
{
	int fd = open_passive(w), i;
	uint64_t at = leave_quick(w, fd, SEGMENT);

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	for (i = 0; i < 5; i++) {
		inject(w, ACK, .len = SEGMENT);
		recv_pattern(fd, at, SEGMENT);
		expect_none(w, 5);
		inject(w, ACK, .len = SEGMENT);
		recv_pattern(fd, at + SEGMENT, SEGMENT);
		expect_at_once(w, ACK);
		at += 2 * SEGMENT;
	}
	expect_none(w, 1000);
}

/* A reader that does not read gets its ACKs all the same. */
WIRE_TEST(delack, unread_data_is_acknowledged)
{
	int fd = open_passive(w), i;

	leave_quick(w, fd, SEGMENT);
	for (i = 0; i < 20; i++) {
		inject(w, ACK, .len = SEGMENT);
		if (!receive(w, MOST + TICKS))
			test_fail("no ACK within %d ms", MOST + TICKS);
	}
	check_eq(w->last.s.ack, w->snd_nxt);
}

/* TCP_QUICKACK: at once. */
WIRE_TEST(delack, quick_ack_option_is_honoured)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .len = 10);
	expect_none(w, 20);
	/* Also for what is waiting. */
	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
	expect(w, ACK);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_QUICKACK), 1);
	inject(w, ACK | PSH, .len = 10);
	expect_at_once(w, ACK);
}

/* Two small segments, one ACK: the first's time counts. */
WIRE_TEST(delack, later_segment_does_not_put_the_ack_off)
{
	int fd = open_passive(w);
	int64_t since;

	leave_quick(w, fd, SEGMENT);
	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, ACK | PSH, .len = 10);
	since = w->mark;
	while (!receive(w, 30)) {
		check_le((wire_now(w) - since) / 1000, MOST + TICKS + 30);
		inject(w, ACK | PSH, .len = 10);
	}
	check_le((w->last.us - since) / 1000, MOST + TICKS);
}

/* The ACK of a FIN waits: most users close now, and send theirs. */
WIRE_TEST(delack, ack_of_a_fin_is_delayed)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	inject(w, FIN | ACK | PSH, .len = 10);
	expect_delayed(w);
	check_eq(w->last.s.ack, 12);
	expect_none(w, 1000);
}

/* And then three segments end a connection, not four. */
WIRE_TEST(delack, ack_of_a_fin_rides_on_ours)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect_none(w, 0);
	close(fd);
	expect(w, FIN | ACK, .seq = 1, .ack = 2);
	inject(w, ACK);
	expect_listed(w, CLOSE);
	expect_none(w, 1000);
}

TEST_HARNESS_MAIN
