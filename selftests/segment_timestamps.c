// SPDX-License-Identifier: GPL-2.0
/* Timestamps and the protection they give, RFC 7323 3 to 5; A31. */
#include "lib/test.h"

WIRE_FIXTURE(timestamps)

#define STAMP(v)	.opts = { NOP, NOP, TS((v), LAST_TS) }
#define ECHOES(v)	.opts = { NOP, NOP, TS(ANY, (v)) }

static int open_at(struct wire *w, uint32_t tsval)
{
	return open_passive(w, MSS(1460), NOP, NOP, TS(tsval, 0));
}

static void expect_nothing_to_read(int fd)
{
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* PAWS, 5.3 R1: an old timestamp: an ACK, and the segment is dropped. */
WIRE_TEST(timestamps, old_timestamp_is_dropped_with_ack)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .seq = 1, .len = 10, .keep = true, STAMP(900));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	expect_nothing_to_read(fd);
	check_eq(counter("TcpExt", "PAWSEstab"), 1);
	inject(w, ACK | PSH, .seq = 1, .len = 10, STAMP(1001));
	expect(w, ACK, .ack = 11, ECHOES(1001));
	recv_pattern(fd, 0, 10);
}

/* The same one is as good as a newer one. */
WIRE_TEST(timestamps, equal_timestamp_is_accepted)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .len = 10, STAMP(1000));
	expect(w, ACK, .ack = 11, ECHOES(1000));
	inject(w, ACK | PSH, .len = 10, STAMP(1000));
	expect(w, ACK, .ack = 21, ECHOES(1000));
	recv_pattern(fd, 0, 20);
}

/* What a retransmission has overtaken on the way is no old duplicate. */
WIRE_TEST(timestamps, segment_overtaken_by_a_retransmission_is_accepted)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .seq = 11, .len = 10, STAMP(1009));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	inject(w, ACK | PSH, .seq = 1, .len = 10, STAMP(1010));
	expect(w, ACK, .ack = 21, ECHOES(1010));
	inject(w, ACK | PSH, .seq = 21, .len = 10, STAMP(1009));
	expect(w, ACK, .ack = 31, ECHOES(1010));
	recv_pattern(fd, 0, 30);
}

/* Where nothing was out of order it is a tick by which a segment may be older, no more. */
WIRE_TEST(timestamps, two_ticks_older_is_too_old)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .len = 10, STAMP(1010));
	expect(w, ACK, .ack = 11, ECHOES(1010));
	inject(w, ACK | PSH, .len = 10, STAMP(1009));
	expect(w, ACK, .ack = 21, ECHOES(1010));
	inject(w, ACK | PSH, .len = 10, .keep = true, STAMP(1008));
	expect(w, ACK, .ack = 21, ECHOES(1010));
	check_eq(counter("TcpExt", "PAWSEstab"), 1);
	recv_pattern(fd, 0, 20);
	expect_nothing_to_read(fd);
}

/*
 * However long before it they were sent: from the first segment out of order on, until
 * one in order is as new as the newest was, what is as old as that first one is.
 */
WIRE_TEST(timestamps, all_that_a_retransmission_has_overtaken_is_accepted)
{
	int fd = open_at(w, 1000);

	if (stack_is_kernel())
		SKIP(return, "drops what is older by two ticks");
	inject(w, ACK | PSH, .seq = 11, .len = 10, STAMP(1000));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	inject(w, ACK | PSH, .seq = 1, .len = 10, STAMP(1100));
	expect(w, ACK, .ack = 21, ECHOES(1100));
	inject(w, ACK | PSH, .seq = 21, .len = 10, STAMP(1002));
	expect(w, ACK, .ack = 31, ECHOES(1100));
	inject(w, ACK | PSH, .seq = 41, .len = 10, STAMP(1004));
	expect(w, ACK, .ack = 31, ECHOES(1100));
	inject(w, ACK | PSH, .seq = 31, .len = 10, STAMP(1003));
	expect(w, ACK, .ack = 51, ECHOES(1100));
	/* nothing is under way any more that is older than this one */
	inject(w, ACK | PSH, .seq = 51, .len = 10, STAMP(1101));
	expect(w, ACK, .ack = 61, ECHOES(1101));
	inject(w, ACK | PSH, .seq = 61, .len = 10, .keep = true, STAMP(1050));
	expect(w, ACK, .ack = 61, ECHOES(1101));
	check_eq(counter("TcpExt", "PAWSEstab"), 1);
	recv_pattern(fd, 0, 60);
	expect_nothing_to_read(fd);
}

/* But not what is older than the first segment out of order. */
WIRE_TEST(timestamps, what_is_older_than_all_that_is_late_is_dropped)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .seq = 11, .len = 10, STAMP(1000));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	inject(w, ACK | PSH, .seq = 1, .len = 10, .keep = true, STAMP(990));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	check_eq(counter("TcpExt", "PAWSEstab"), 1);
	expect_nothing_to_read(fd);
}

/* 5.2: the comparison is modular. */
WIRE_TEST(timestamps, timestamp_may_wrap)
{
	int fd = open_at(w, 0xfffffff0);

	inject(w, ACK | PSH, .len = 10, STAMP(0xffffffff));
	expect(w, ACK, .ack = 11, ECHOES(0xffffffff));
	inject(w, ACK | PSH, .len = 10, STAMP(5));
	expect(w, ACK, .ack = 21, ECHOES(5));
	inject(w, ACK | PSH, .len = 10, .keep = true, STAMP(0xffffffff));
	expect(w, ACK, .ack = 21, ECHOES(5));
	recv_pattern(fd, 0, 20);
	expect_nothing_to_read(fd);
}

/* 5.2: half the circle away is the past. */
WIRE_TEST(timestamps, half_the_circle_ahead_is_old)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .len = 10, .keep = true,
	       STAMP((uint32_t)(1000 + 0x80000001u)));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	expect_nothing_to_read(fd);
}

/* 5.3 R1: a RST is not subject to it. */
WIRE_TEST(timestamps, rst_with_old_timestamp_is_accepted)
{
	int fd = open_at(w, 1000);

	inject(w, RST, STAMP(5));
	expect_error(fd, ECONNRESET);
}

/* 3.2: a RST may lack the option. */
WIRE_TEST(timestamps, rst_without_timestamp_is_accepted)
{
	int fd = open_at(w, 1000);

	inject(w, RST, .opts = { NONE });
	expect_error(fd, ECONNRESET);
}

/* 4.3: what is out of order does not change what is echoed. */
WIRE_TEST(timestamps, segment_behind_a_hole_is_not_echoed)
{
	open_at(w, 1000);
	inject(w, ACK | PSH, .seq = 1001, .len = 1000, STAMP(2000));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	inject(w, ACK | PSH, .seq = 1, .len = 1000, STAMP(2001));
	expect(w, ACK, .ack = 2001, ECHOES(2001));
}

/* 5.3 R3: a segment beyond the window does not poison what is remembered. */
WIRE_TEST(timestamps, segment_beyond_window_is_not_remembered)
{
	int fd = open_at(w, 1000);

	inject(w, ACK | PSH, .seq = 9000000, .len = 100, STAMP(500000));
	expect(w, ACK, .ack = 1, ECHOES(1000));
	inject(w, ACK | PSH, .seq = 1, .len = 100, STAMP(1001));
	expect(w, ACK, .ack = 101, ECHOES(1001));
	recv_pattern(fd, 0, 100);
}

/* Ours count milliseconds (5.4 asks for 1 ms to 1 s). */
WIRE_TEST(timestamps, own_clock_counts_milliseconds)
{
	uint32_t ts;
	int64_t us;
	int fd = open_at(w, 1000), ms;

	send_pattern(fd, 0, 1);
	expect(w, ACK | PSH, .len = 1);
	ts = w->last.tsval;
	us = w->last.us;
	inject(w, ACK);
	expect_none(w, 200);
	send_pattern(fd, 1, 1);
	expect(w, ACK | PSH, .len = 1);
	ms = (w->last.us - us) / 1000;
	check_ge(w->last.tsval - ts, ms - 20);
	check_le(w->last.tsval - ts, ms + 20);
}

/* A SYN-ACK that echoes what was never sent is none for our SYN. */
WIRE_TEST(timestamps, syn_ack_with_wrong_echo_is_reset)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, SYN | ACK, .keep = true,
	       .opts = { MSS(1460), NOP, NOP, TS(1, w->ts_recent - 100000) });
	expect(w, RST, .seq = 1);
	check_eq(fd_state(fd), SYN_SENT);
	inject(w, SYN | ACK, .opts = { MSS(1460), NOP, NOP, TS(1, LAST_TS) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
}

TEST_HARNESS_MAIN
