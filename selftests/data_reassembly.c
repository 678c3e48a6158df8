// SPDX-License-Identifier: GPL-2.0
/*
 * The stream is the same whatever the network does to its segments: RFC 9293
 * 3.10.7.4, seventh; SHLD-31, S14, A19, A33, A34.
 */
#include <linux/sock_diag.h>
#include <stdlib.h>

#include "lib/test.h"

WIRE_FIXTURE(reassembly)
/* The peer's numbers wrap after 1000 octets. */
WIRE_FIXTURE(wrap, .iss = 0xfffffc17)

/* Packets of many segments, which are in pages. */
WIRE_FIXTURE(pages, .offload = true)

#define PIECE	100

static void expect_nothing_to_read(int fd)
{
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/*
 * All orders of @n pieces, each longer than its place by @more octets at either
 * end, as one stream: one order after the other.
 */
static void all_orders(struct wire *w, int fd, int n, int more)
{
	int order[8], i, j, from, to, t;
	uint32_t base = 0;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (;;) {
		for (i = 0; i < n; i++) {
			from = order[i] * PIECE - more;
			to = (order[i] + 1) * PIECE + more;
			from = from < 0 ? 0 : from;
			to = to > n * PIECE ? n * PIECE : to;
			inject(w, ACK | PSH, .seq = 1 + base + from,
			       .len = to - from, .keep = true);
		}
		w->snd_nxt = base + n * PIECE + 1;
		recv_pattern(fd, base, n * PIECE);
		expect_nothing_to_read(fd);
		drain(w);
		check_eq(w->last.s.ack, w->snd_nxt);
		base += n * PIECE;
		/* The next permutation, in lexical order. */
		for (i = n - 2; i >= 0 && order[i] > order[i + 1]; i--)
			;
		if (i < 0)
			return;
		for (j = n - 1; order[j] < order[i]; j--)
			;
		t = order[i], order[i] = order[j], order[j] = t;
		for (i++, j = n - 1; i < j; i++, j--)
			t = order[i], order[i] = order[j], order[j] = t;
	}
}

/*
 * A window's worth of segments behind one hole fits into the buffer: what a packet
 * weighs beside its text is given back when its text, if it is in pages, joins that of
 * the one before.
 */
WIRE_TEST(pages, of_packets_without_a_hole_between_them_are_joined)
{
	int fd = open_passive(w, MSS(1460)), i;
	unsigned int one = 0;

	for (i = 0; i < 6; i++) {
		inject(w, ACK | PSH, .seq = 1001 + 6000 * i, .len = 6000, .gso = 1000,
		       .keep = true);
		if (!i)
			one = meminfo(fd, SK_MEMINFO_RMEM_ALLOC);
	}
	check_lt(6000U, one);
	check_lt(meminfo(fd, SK_MEMINFO_RMEM_ALLOC), 6 * one - 5 * 500);
	inject(w, ACK | PSH, .seq = 1, .len = 1000, .keep = true);
	w->snd_nxt = 37001;
	recv_pattern(fd, 0, 37000);
	drain(w);
	check_eq(w->last.s.ack, 37001);
}

WIRE_TEST(reassembly, all_orders_of_four_segments)
{
	all_orders(w, open_passive(w), 4, 0);
}

WIRE_TEST(reassembly, all_orders_of_overlapping_segments)
{
	all_orders(w, open_passive(w), 4, 30);
}

/* Each covers two neighbours as well. */
WIRE_TEST(reassembly, all_orders_of_covering_segments)
{
	all_orders(w, open_passive(w), 4, PIECE);
}

WIRE_TEST_TIMEOUT(reassembly, all_orders_of_five_segments_with_sack, 60)
{
	all_orders(w, open_passive(w, MSS(1460), NOP, NOP, SACKOK), 5, 30);
}

/* One piece waits behind a hole; another comes; then the hole is filled. */
static void two_pieces(struct wire *w, int fd, uint32_t *base, int a, int b,
		       int c, int d)
{
	int end = b > d ? b : d, first = a < c ? a : c;

	inject(w, ACK | PSH, .seq = *base + a, .len = b - a, .keep = true);
	expect(w, ACK, .ack = *base);
	inject(w, ACK | PSH, .seq = *base + c, .len = d - c, .keep = true);
	expect(w, ACK, .ack = *base);
	expect_nothing_to_read(fd);
	inject(w, ACK | PSH, .seq = *base, .len = first);
	if (b < c || d < a) {
		expect(w, ACK, .ack = *base + (b < c ? b : d));
		inject(w, ACK | PSH, .seq = *base + (b < c ? b : d),
		       .len = b < c ? c - b : a - d);
	}
	w->snd_nxt = *base + end;
	expect(w, ACK);
	recv_pattern(fd, *base - 1, end);
	expect_nothing_to_read(fd);
	*base += end;
}

/* Every way in which two intervals may lie to one another. */
WIRE_TEST(reassembly, any_overlap_of_two_segments)
{
	static const int edges[] = { 10, 20, 30, 40, 50 };
	int fd = open_passive(w), a, b, c, d;
	uint32_t base = 1;

	for (a = 0; a < 5; a++)
		for (b = a + 1; b < 5; b++)
			for (c = 0; c < 5; c++)
				for (d = c + 1; d < 5; d++)
					two_pieces(w, fd, &base, edges[a],
						   edges[b], edges[c],
						   edges[d]);
}

/* In-order data is what was acknowledged: a copy cannot replace it. A34. */
WIRE_TEST(reassembly, acknowledged_data_stays_as_it_is)
{
	int fd = open_passive(w);
	char text[16] = "";

	inject(w, ACK | PSH, .seq = 1, TEXT("abcdefgh"));
	expect(w, ACK, .ack = 9);
	inject(w, ACK | PSH, .seq = 1, TEXT("ABCDEFGH"));
	expect(w, ACK, .ack = 9);
	/* Partly new: the new part is taken. */
	inject(w, ACK | PSH, .seq = 5, TEXT("EFGHIJ"));
	expect(w, ACK, .ack = 11);
	check_eq(recv(fd, text, sizeof(text), 0), 10);
	check(!memcmp(text, "abcdefghIJ", 10));
}

/* Behind a hole the first copy wins, whole or in part. A34. */
WIRE_TEST(reassembly, first_copy_behind_a_hole_wins)
{
	int fd = open_passive(w);
	char text[16] = "";

	inject(w, ACK | PSH, .seq = 5, TEXT("efgh"), .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, ACK | PSH, .seq = 5, TEXT("EFGH"), .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, ACK | PSH, .seq = 6, TEXT("FG"), .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, ACK | PSH, .seq = 7, TEXT("GHIJ"), .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, ACK | PSH, .seq = 1, TEXT("ABCD"));
	expect(w, ACK, .ack = 11);
	check_eq(recv(fd, text, sizeof(text), 0), 10);
	check(!memcmp(text, "ABCDefghIJ", 10));
}

/* Data that was waiting is urgent to nobody: the reader sleeps on. */
WIRE_TEST(reassembly, data_behind_a_hole_does_not_wake_the_reader)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	expect(w, ACK, .ack = 1);
	check_eq(wait_fd(fd, POLLIN, 50), 0);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	check_eq(wait_fd(fd, POLLIN, 10000), POLLIN);
	recv_pattern(fd, 0, 200);
}

/* A19: a FIN that comes several times, early and late, ends the stream once. */
WIRE_TEST(reassembly, fin_in_any_order_and_number)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 201, .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, FIN | ACK | PSH, .seq = 101, .len = 100, .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, FIN | ACK | PSH, .seq = 151, .len = 50, .keep = true);
	expect(w, ACK, .ack = 1);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 202);
	expect_state(fd, CLOSE_WAIT);
	inject(w, FIN | ACK, .seq = 201, .keep = true);
	expect(w, ACK, .ack = 202);
	recv_pattern(fd, 0, 200);
	expect_eof(fd);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 202);
	inject(w, FIN | ACK | PSH, .seq = 151, .ack = 2, .len = 50,
	       .keep = true);
	drain(w);
	expect_listed(w, CLOSE);
}

/* A FIN that fills the last hole, and data that the stack has already. */
WIRE_TEST(reassembly, segment_with_fin_covers_what_is_there)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .seq = 51, .len = 50, .keep = true);
	expect(w, ACK, .ack = 1);
	inject(w, FIN | ACK | PSH, .seq = 1, .len = 150);
	expect(w, ACK, .ack = 152);
	recv_pattern(fd, 0, 150);
	expect_eof(fd);
}

/* What lies beyond the FIN is not part of the stream. */
WIRE_TEST(reassembly, data_beyond_the_fin_is_ignored)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 102);
	inject(w, ACK | PSH, .seq = 102, .len = 100, .keep = true);
	drain(w);
	recv_pattern(fd, 0, 100);
	expect_eof(fd);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

/* 3.10.7.4: what lies beyond the window is cut off, the rest is taken. */
WIRE_TEST(reassembly, segment_is_trimmed_to_the_window)
{
	int fd = open_passive(w), i;
	int64_t edge = 0;

	if (stack_is_kernel())
		SKIP(return, "takes all of it, or nothing (since 6.17)");
	for (i = 0; i < 2000; i++) {
		inject(w, ACK | PSH, .len = 1400);
		do {
			check(receive(w, 1000));
		} while (w->last.s.ack < w->snd_nxt);
		edge = w->last.s.ack + w->last.raw.wnd;
		if (edge - w->snd_nxt <= 1400)
			break;
	}
	inject(w, ACK | PSH, .len = 3000, .keep = true);
	w->snd_nxt = edge;
	expect(w, ACK, .ack = edge, .wnd = 0);
	recv_pattern(fd, 0, edge - 1);
	expect_nothing_to_read(fd);
}

/* The same behind a hole, which then is filled. */
WIRE_TEST(reassembly, segment_behind_a_hole_is_trimmed_to_the_window)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);
	int64_t edge;

	if (stack_is_kernel())
		SKIP(return, "takes all of it, or nothing (since 6.17)");
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK);
	edge = w->last.s.ack + w->last.raw.wnd;
	inject(w, FIN | ACK | PSH, .seq = edge - 10, .len = 1000, .keep = true);
	expect(w, ACK, .opts = { NOP, NOP, SACK(edge - 10, edge) });
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .seq = edge, .len = 10, .keep = true);
	expect(w, ACK, .opts = { NOP, NOP, SACK(edge - 10, edge) });
}

/* S14: the peer's numbers wrap, in every kind of order. */
WIRE_TEST(wrap, all_orders_across_the_wrap)
{
	/* Twenty-four times 400 octets: the wrap lies inside a round. */
	all_orders(w, open_passive(w, MSS(1460), NOP, NOP, SACKOK), 4, 30);
}

WIRE_TEST(wrap, sack_across_the_wrap)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);

	inject(w, ACK | PSH, .seq = 501, .len = 1000);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(501, 1501) });
	inject(w, ACK | PSH, .seq = 1501, .len = 1000);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(501, 2501) });
	inject(w, ACK | PSH, .seq = 1, .len = 500);
	expect(w, ACK, .ack = 2501, .opts = { NONE });
	recv_pattern(fd, 0, 2500);
}

/* The stack's own ISN, so that its numbers wrap after 1000 octets. */
static void near_the_wrap(void)
{
	if (!stack_is_kernel())
		sysctl_set("isn_base", 0xfffffc17);
}

/* The kernel's ISN cannot be set: there the test is just a transfer. */
static void expect_wrap(struct wire *w)
{
	if (!stack_is_kernel())
		check_eq(w->irs, 0xfffffc17);
}

#define TRANSFER	200000

/* S14: 200 KB from us, acknowledged as they come. */
static void transfer_out(struct wire *w, int fd)
{
	static uint8_t stream[TRANSFER];
	uint32_t done = 0, unacked = 0;
	ssize_t n;

	pattern_fill(stream, 0, TRANSFER);
	while (w->rcv_nxt - 1 < TRANSFER) {
		n = send(fd, stream + done, TRANSFER - done, MSG_NOSIGNAL);
		if (n > 0)
			done += n;
		while (receive(w, unacked ? 0 : 5000)) {
			check_eq(w->last.s.flags & ~PSH, ACK);
			check_gt(w->last.s.len, 0);
			check(!memcmp(w->last.s.data, stream + w->last.s.seq - 1,
				      w->last.s.len));
			unacked++;
			if (w->rcv_nxt - 1 >= TRANSFER)
				break;
		}
		check(unacked);
		inject(w, ACK);
		unacked = 0;
	}
}

WIRE_TEST(wrap, transfer_from_us_across_the_wrap)
{
	int fd;

	near_the_wrap();
	w->wnd = 60000;
	fd = open_passive(w, MSS(1400));
	expect_wrap(w);
	transfer_out(w, fd);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	close(fd);
	expect(w, FIN | ACK, .seq = 1 + TRANSFER);
}

WIRE_TEST(wrap, transfer_from_us_across_the_wrap_of_an_active_open)
{
	int fd;

	near_the_wrap();
	w->wnd = 60000;
	fd = open_active(w, MSS(1400));
	expect_wrap(w);
	transfer_out(w, fd);
}

/* S14: 200 KB from the peer. */
WIRE_TEST(wrap, transfer_to_us_across_the_wrap)
{
	int fd, at;

	near_the_wrap();
	fd = open_passive(w, MSS(1400));
	for (at = 0; at < TRANSFER; at += 1000) {
		inject(w, ACK | PSH, .len = 1000);
		recv_pattern(fd, at, 1000);
		drain(w);
		check_le(w->last.s.ack, w->snd_nxt);
	}
	inject(w, FIN | ACK);
	expect(w, ACK);
	expect_eof(fd);
}

/* S14: urgent data, duplicate ACKs and a retransmission across it. */
WIRE_TEST(wrap, retransmission_across_the_wrap)
{
	int fd, i;

	near_the_wrap();
	fd = open_passive(w, MSS(900));
	send_pattern(fd, 0, 4 * 900);
	for (i = 0; i < 4; i++)
		expect(w, ACK | ANYPSH, .len = 900);
	for (i = 0; i < 3; i++)
		inject(w, ACK, .ack = 901);
	expect(w, ACK | ANYPSH, .seq = 901, .len = 900);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	check_eq(send(fd, "U", 1, MSG_OOB), 1);
	expect(w, ACK | PSH | URG, .seq = 3601, .len = 1, .urg = 1);
}

TEST_HARNESS_MAIN
