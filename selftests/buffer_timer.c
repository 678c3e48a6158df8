// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that follow the path, in virtual time: what a peer may send grows with what
 * the program reads in a round trip of 100 ms, and what a program may write with the
 * congestion window.
 */
#include "lib/flight.h"
#include "lib/sockets.h"
#include "lib/test.h"

#include <limits.h>
#include <unistd.h>

#define RTT	100		/* ms */
#define ROUNDS	8
#define RMEM	131072		/* where a receive buffer begins */

WIRE_FIXTURE(receive)
WIRE_FIXTURE(send)

/* Whose buffers nobody has set. */
static int open_far(struct wire *w)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(SEGMENT), NOP, WS(7) });
	expect(w, SYN | ACK);
	expect_none(w, RTT);
	inject(w, ACK);
	fd = wire_accept(listener);
	close(listener);
	return fd;
}

/* What the peer may send, from the first octet on, as the stack has said last. */
static void note_edge(struct wire *w, int shift, int64_t *edge)
{
	while (receive(w, 0)) {
		int64_t next = w->last.s.ack - 1 + ((int64_t)w->last.raw.wnd << shift);

		if (*edge < next)
			*edge = next;
	}
}

/*
 * A sender in slow start, as far as it is allowed: twice as much in each round trip.
 * What it may have in flight, in the end.
 */
static int64_t send_rounds(struct wire *w, int fd, bool reads)
{
	int64_t first = w->last.raw.wnd, edge = first, told = first, sent = 0, next;
	int shift = tcp_info(fd).tcpi_rcv_wscale;
	int round, i, flight = IW;

	for (round = 0; round < ROUNDS; round++, flight *= 2) {
		next = wire_now(w) + RTT * 1000;
		for (i = 0; i < flight && sent + SEGMENT <= edge; i++) {
			inject(w, ACK, .len = SEGMENT);
			if (reads)
				recv_pattern(fd, sent, SEGMENT);
			sent += SEGMENT;
			note_edge(w, shift, &told);
		}
		while (wire_now(w) < next) {
			usleep(1000);
			note_edge(w, shift, &told);
		}
		edge = told;
	}
	printf("# %lld octets sent; a window of %lld, then of %lld; a buffer of %d\n",
	       (long long)sent, (long long)first, (long long)(edge - sent),
	       get_opt(fd, SOL_SOCKET, SO_RCVBUF));
	return edge - sent;
}

/* mytcp_window_tune(): the window never is what holds such a sender back for long. */
WIRE_TEST(receive, the_window_follows_what_is_read)
{
	int fd = open_far(w);
	int64_t first = w->last.raw.wnd;

	check_ge(send_rounds(w, fd, true), 8 * first);
	check_ge(get_opt(fd, SOL_SOCKET, SO_RCVBUF), 8 * RMEM);
}

/* What lies there is no reason for more of it; the kernel makes room for its weight. */
WIRE_TEST(receive, who_reads_nothing_gets_no_more)
{
	int fd = open_far(w);

	check_lt(send_rounds(w, fd, false), 2 * SEGMENT);
	check_le(get_opt(fd, SOL_SOCKET, SO_RCVBUF),
		 stack_is_kernel() ? 2 * RMEM : RMEM);
}

WIRE_TEST(receive, the_window_stays_where_the_setting_says_so)
{
	int fd;

	sysctl_set("moderate_rcvbuf", 0);
	fd = open_far(w);
	check_le(send_rounds(w, fd, true), RMEM / 2);
	check_eq(get_opt(fd, SOL_SOCKET, SO_RCVBUF), RMEM);
}

WIRE_TEST(receive, the_window_stays_where_the_program_has_set_the_buffer)
{
	int fd = open_far(w);

	set_opt(fd, SOL_SOCKET, SO_RCVBUF, RMEM / 2);
	check_le(send_rounds(w, fd, true), RMEM / 2);
	check_eq(get_opt(fd, SOL_SOCKET, SO_RCVBUF), RMEM);
}

WIRE_TEST(receive, the_window_stops_at_the_most_there_may_be)
{
	int fd;

	sysctl_set_text("rmem", "4096 131072 400000");
	fd = open_far(w);
	check_le(send_rounds(w, fd, true), 200000);
	check_eq(get_opt(fd, SOL_SOCKET, SO_RCVBUF), 400000);
}

/* Writes all that is taken, which goes, and is acknowledged; octets of it. */
static int64_t write_all(struct wire *w, int fd)
{
	int64_t from = w->rcv_nxt, len = fill(fd);

	while (w->rcv_nxt < from + len) {
		check(receive(w, 5000));
		while (receive(w, 0))
			;
		inject(w, ACK);
	}
	return len;
}

/* The same until slow start has made the window as large as the buffer lets it. */
static int64_t write_rounds(struct wire *w, int fd, int *cwnd)
{
	int64_t first = write_all(w, fd), last = first;
	int round;

	for (round = 1; round < ROUNDS; round++) {
		*cwnd = tcp_info(fd).tcpi_snd_cwnd;
		last = write_all(w, fd);
	}
	printf("# %lld octets taken, then %lld; a window of %d, a buffer of %d\n",
	       (long long)first, (long long)last, *cwnd,
	       get_opt(fd, SOL_SOCKET, SO_SNDBUF));
	return last;
}

/* Octets that a buffer of @sndbuf may hold; the kernel's holds ten times as much. */
static int64_t held(int sndbuf)
{
	return stack_is_kernel() ? INT_MAX : 2 * sndbuf;
}

static int open_reno(struct wire *w)
{
	int fd = open_far(w);

	check_ok(set_cong(fd, "reno"));
	return fd;
}

/* mytcp_sendq_expand(): what is in flight, and as much again to follow it. */
WIRE_TEST(send, what_is_taken_follows_the_congestion_window)
{
	int fd = open_reno(w), first = get_opt(fd, SOL_SOCKET, SO_SNDBUF), cwnd;

	check_ge(write_rounds(w, fd, &cwnd), 2LL * cwnd * SEGMENT);
	check_ge(cwnd, 20 * IW);
	check_ge(get_opt(fd, SOL_SOCKET, SO_SNDBUF), 8 * first);
}

WIRE_TEST(send, what_is_taken_stays_where_the_program_has_set_the_buffer)
{
	int fd = open_reno(w), cwnd;

	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 30000);
	check_le(write_rounds(w, fd, &cwnd), held(60000));
	check_eq(get_opt(fd, SOL_SOCKET, SO_SNDBUF), 60000);
}

WIRE_TEST(send, what_is_taken_stops_at_the_most_there_may_be)
{
	int fd, cwnd;

	sysctl_set_text("wmem", "4096 16384 100000");
	fd = open_reno(w);
	check_le(write_rounds(w, fd, &cwnd), held(100000));
	check_eq(get_opt(fd, SOL_SOCKET, SO_SNDBUF), 100000);
}

TEST_HARNESS_MAIN
