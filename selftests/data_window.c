// SPDX-License-Identifier: GPL-2.0
/*
 * Flow control, RFC 9293 3.8.6: the window both ends advertise, what each may
 * do with it, and what neither may do to it.
 */
#include "lib/test.h"

WIRE_FIXTURE(window)
/* Segments so large that ten of them, the initial cwnd, exceed any window. */
WIRE_FIXTURE(jumbo, .mtu = 9000)

/* Takes full segments until @bytes are there. */
static void expect_data(struct wire *w, int bytes, int mss)
{
	for (; bytes > 0; bytes -= mss)
		expect(w, ACK | ANYPSH, .len = bytes < mss ? bytes : mss);
}

/* Injects data until the window is closed; the reader reads nothing. */
static void fill_window(struct wire *w)
{
	int i, n;

	inject(w, ACK | PSH, .len = 1400);
	expect(w, ACK);
	for (i = 0; w->last.raw.wnd && i < 2000; i++) {
		n = w->last.raw.wnd < 1400 ? w->last.raw.wnd : 1400;
		inject(w, ACK | PSH, .len = n, .keep = true);
		expect(w, ACK, .ack = ANY);
		w->snd_nxt = w->last.ack - w->iss;
	}
	check_eq(w->last.raw.wnd, 0);
	drain(w);
}

/* The first sequence number beyond what the stack has allowed, last heard. */
static int64_t right_edge(const struct wire *w, int shift)
{
	return w->last.s.ack + ((int64_t)w->last.raw.wnd << shift);
}

/* MUST-1: the field is unsigned; 65535 is a large window, not -1. */
WIRE_TEST(jumbo, window_above_32767_is_filled)
{
	int mss = wire_mtu_mss(w, 9000), n = 65535 / mss;
	int fd;

	w->wnd = 65535;
	fd = open_passive(w, MSS(mss));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 200000);
	send_pattern(fd, 0, 100000);
	check_gt(n * mss, 32767);
	expect_data(w, n * mss, mss);
	/* The rest of the window may be used, or not. */
	if (receive(w, 0))
		check_eq(w->last.s.len, 65535 - n * mss);
	/* S17: the field is all there is, as nobody offered a scale. */
	expect_none(w, 0);
	inject(w, ACK);
	while (w->rcv_nxt < 100001)
		expect(w, ACK | ANYPSH, .len = ANY);
}

/* S17: the scale lifts the limit, and is honoured to the octet. */
WIRE_TEST(jumbo, scaled_window_is_honoured)
{
	int mss = wire_mtu_mss(w, 9000);
	int fd;

	w->wnd = (4 * mss + 100) / 16;
	fd = open_passive(w, MSS(mss), NOP, WS(4));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 400000);
	send_pattern(fd, 0, 20 * mss);
	expect_data(w, 4 * mss, mss);
	expect_none(w, 0);
	/* More than a field could tell without a scale. */
	inject(w, ACK, .wnd = 16 * mss / 16);
	expect_data(w, 10 * mss, mss);
}

/* S17, RFC 7323 2.2: the window of a SYN is never scaled. */
WIRE_TEST(window, window_of_the_syn_is_not_scaled)
{
	int fd;

	w->wnd = 3000;
	fd = open_active(w, MSS(1400), NOP, WS(7));
	send_pattern(fd, 0, 14000);
	expect_data(w, 2 * 1400, 1400);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 100);
	expect_data(w, 8 * 1400, 1400);
}

/* A shift of 0 is a scale, too: it allows the other end to scale. */
WIRE_TEST(window, own_window_is_scaled_if_the_peer_scales)
{
	int fd = open_passive(w, MSS(1400), NOP, WS(0));
	const struct opt *ws = opts_find(w->last.s.opts, OPT_WS);
	int shift;
	int64_t edge;

	check(ws);
	shift = ws->v[0];
	edge = w->last.s.ack + w->last.raw.wnd;
	check_gt(w->last.raw.wnd, 32767);	/* not scaled, on the SYN */
	inject(w, ACK | PSH, .len = 1000);
	expect(w, ACK);
	recv_pattern(fd, 0, 1000);
	check_le(w->last.raw.wnd, 65535 >> (shift ? shift - 1 : 0));
	check_ge(right_edge(w, shift), edge);
	check_le(right_edge(w, shift), edge + 300000);
}

/* ... and if not, the field is the window. */
WIRE_TEST(window, own_window_is_not_scaled_otherwise)
{
	open_passive(w, MSS(1400));
	check(!opts_find(w->last.s.opts, OPT_WS));
	inject(w, ACK | PSH, .len = 1000);
	expect(w, ACK);
	check_gt(w->last.raw.wnd, 32767);
}

/* A18: what the window does not hold is not sent. */
WIRE_TEST(window, nothing_beyond_the_right_edge)
{
	int fd;

	w->wnd = 5000;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 14000);
	expect_data(w, 3 * 1400, 1400);
	expect_none(w, 0);
	/* The edge moves by two segments. */
	inject(w, ACK, .ack = 1401, .wnd = 5 * 1400 - 1400);
	expect_data(w, 2 * 1400, 1400);
	expect_none(w, 0);
}

/* S17: a closed window stops the sender, an update lets it go on. */
WIRE_TEST(window, closed_window_stops_the_sender)
{
	int fd;

	w->wnd = 2800;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 10000);
	expect_data(w, 2800, 1400);
	inject(w, ACK, .wnd = 0);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 2800);
	expect_data(w, 2800, 1400);
	inject(w, ACK, .wnd = 0);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 20000);
	expect_data(w, 10000 - 4 * 1400, 1400);
}

/* S17: if the update is lost, a probe asks for it, and the answer reopens. */
WIRE_TEST(window, probe_reopens_the_window)
{
	int fd;

	w->wnd = 0;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 100);
	/* It lies in front of the window, so it must be answered. */
	expect(w, ACK, .seq = 0);
	inject(w, ACK, .wnd = 0);
	expect(w, ACK, .seq = 0);
	inject(w, ACK, .wnd = 1000);
	expect(w, ACK | PSH, .seq = 1, .len = 100);
}

/* An older segment does not set the window back. */
WIRE_TEST(window, window_of_an_old_segment_is_ignored)
{
	int fd;

	w->wnd = 20000;
	fd = open_passive(w, MSS(1400));
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK);
	/* From before these 100 octets, when the window was closed. */
	inject(w, ACK, .seq = 1, .wnd = 0, .keep = true);
	drain(w);
	send_pattern(fd, 0, 2800);
	expect_data(w, 2800, 1400);
}

/* MUST-34: the peer takes back what it has allowed. */
WIRE_TEST(window, shrunk_window_is_survived)
{
	int fd;

	w->wnd = 14000;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 20 * 1400);
	expect_data(w, 10 * 1400, 1400);
	/* The edge goes back to the third segment; seven are beyond it. */
	inject(w, ACK, .ack = 1401, .wnd = 2 * 1400);
	/* SHLD-15: the usable window is negative, nothing new is sent. */
	expect_none(w, 0);
	inject(w, ACK, .ack = 2801, .wnd = 2 * 1400);
	expect_none(w, 0);
	check_eq(fd_state(fd), ESTABLISHED);
	/* SHLD-17: what is beyond the edge may be acknowledged all the same. */
	inject(w, ACK, .ack = 14001, .wnd = 2 * 1400);
	expect_data(w, 2 * 1400, 1400);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 14000);
	expect_data(w, 8 * 1400, 1400);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* MUST-35, SHLD-16: shrunk to nothing: the oldest octets are sent again. */
WIRE_TEST(window, window_shrunk_to_zero_is_probed)
{
	int fd;

	w->wnd = 14000;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 20 * 1400);
	expect_data(w, 10 * 1400, 1400);
	inject(w, ACK, .ack = 1401, .wnd = 0);
	expect(w, ACK | ANYPSH, .seq = 1401, .len = 1400);
	inject(w, ACK, .ack = 1401, .wnd = 0);
	/* Once more, and nothing but this. */
	expect(w, ACK | ANYPSH, .seq = 1401, .len = 1400);
	inject(w, ACK, .ack = 14001, .wnd = 1400);
	expect(w, ACK | ANYPSH, .seq = 14001, .len = 1400);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* MUST-38: small openings of the window are not used. */
WIRE_TEST(window, sender_waits_for_a_full_segment)
{
	int fd;

	w->wnd = 2800;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 10000);
	expect_data(w, 2800, 1400);
	inject(w, ACK, .ack = 1401, .wnd = 1400 + 100);
	inject(w, ACK, .ack = 1401, .wnd = 1400 + 700);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 400);
	inject(w, ACK, .wnd = 800);
	inject(w, ACK, .wnd = 1300);
	expect_none(w, 0);
	inject(w, ACK, .wnd = 1400);
	expect(w, ACK | ANYPSH, .len = 1400);
	expect_none(w, 0);
}

/* 3.8.6.2.1: the last resort: in the end even a small window is used. */
WIRE_TEST(window, override_timeout_uses_a_small_window)
{
	int fd;

	w->wnd = 2800;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 10000);
	expect_data(w, 2800, 1400);
	inject(w, ACK, .wnd = 100);
	expect_none(w, 0);
	expect(w, ACK | ANYPSH, .seq = 2801, .len = 100);
	inject(w, ACK, .wnd = 1400);
	expect(w, ACK | ANYPSH, .len = 1400);
}

/* 3.8.6.2.1: a receiver that never has room for a segment gets halves. */
WIRE_TEST(window, receiver_with_a_tiny_buffer_is_served)
{
	int fd;
	uint32_t done;

	w->wnd = 1000;
	fd = open_passive(w, MSS(1400));
	send_pattern(fd, 0, 6000);
	for (done = 0; done < 6000; done = w->rcv_nxt - 1) {
		do {
			expect(w, ACK | ANYPSH, .len = ANY);
			check_ge(w->last.s.len, 500);
			check_le(w->rcv_nxt, done + 1 + 1000);
		} while (w->rcv_nxt < done + 1 + 1000 && w->queue);
		inject(w, ACK);
	}
}

/* MUST-39: a reader that takes its data by the octet opens no tiny window. */
WIRE_TEST(window, receiver_opens_by_a_segment_at_least)
{
	int fd = open_passive(w), i;
	char c;

	fill_window(w);
	for (i = 0; i < 100000 && !receive(w, 0); i++)
		check_eq(recv(fd, &c, 1, 0), 1);
	test_note("the window opened to %d after %d octets",
		  w->last.raw.wnd, i);
	check_ge(i, 1400);
	check_eq(w->last.s.flags, ACK);
	check_eq(w->last.s.ack, w->snd_nxt);
	check_ge(w->last.raw.wnd, 1400);
}

/* MUST-39: nor does an ACK that is sent meanwhile. */
WIRE_TEST(window, ack_moves_the_edge_by_a_segment_at_least)
{
	int fd = open_passive(w), i, steps = 0;
	int64_t edge;
	char c[10];

	inject(w, ACK | PSH, .len = 1400);
	expect(w, ACK);
	while (w->last.raw.wnd > 20000) {
		inject(w, ACK | PSH, .len = 1400);
		expect(w, ACK);
	}
	drain(w);
	edge = right_edge(w, 0);
	for (i = 0; i < 1500; i++) {
		check_eq(recv(fd, c, sizeof(c), 0), sizeof(c));
		/* Old data: it is answered at once. */
		inject(w, ACK | PSH, .seq = 1, .len = 10, .keep = true);
		while (receive(w, 0)) {
			check_ge(right_edge(w, 0), edge);
			if (right_edge(w, 0) == edge)
				continue;
			check_ge(right_edge(w, 0) - edge, 1400);
			edge = right_edge(w, 0);
			steps++;
		}
	}
	check_le(steps, 11);
}

/* Hears what the stack says; the right edge may not recede. */
static void follow_edge(struct wire *w, int shift, int64_t *edge)
{
	while (receive(w, 0)) {
		check_ge(right_edge(w, shift), *edge);
		*edge = right_edge(w, shift);
		w->snd_nxt = w->last.s.ack;
	}
}

/* SHLD-14: whatever memory the segments cost, the right edge does not recede. */
static void expect_edge_to_stay(struct wire *w, int fd, int shift)
{
	int64_t edge = 0;
	int i, n;

	for (i = 0; i < 600; i++) {
		n = i % 7 ? i % 97 + 1 : 1400;
		/* Behind a hole: memory that nobody can read. */
		if (i % 5 == 1 && edge - w->snd_nxt > 4000)
			inject(w, ACK | PSH, .seq = w->snd_nxt + 3000,
			       .len = 100, .keep = true);
		follow_edge(w, shift, &edge);
		if (edge && edge - w->snd_nxt < n)
			break;
		inject(w, ACK | PSH, .len = n, .keep = true);
		follow_edge(w, shift, &edge);
		/*
		 * A buffer made smaller on the way is no excuse; later kernels
		 * close the window when the memory is used up.
		 */
		if (i == 50 && !stack_is_kernel())
			set_opt(fd, SOL_SOCKET, SO_RCVBUF, 4096);
	}
	check_gt(edge, 30000);
}

WIRE_TEST(window, own_window_never_shrinks)
{
	int fd = open_passive(w);

	expect_edge_to_stay(w, fd, 0);
}

WIRE_TEST(window, own_scaled_window_never_shrinks)
{
	int fd = open_passive(w, MSS(1400), NOP, WS(7));

	expect_edge_to_stay(w, fd,
			    opts_find(w->last.s.opts, OPT_WS)->v[0]);
}

TEST_HARNESS_MAIN
