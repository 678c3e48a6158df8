// SPDX-License-Identifier: GPL-2.0
/*
 * What the segments of an attack cost whom they hit: A11, A13 and A30 of
 * Documentation/attacks.rst. In icount.list: there a nanosecond is an instruction, and
 * four times as much of an attack shall cost four times as much, not sixteen.
 */
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <time.h>

#include "lib/attack.h"
#include "lib/flight.h"
#include "lib/test.h"
#include "lib/tun.h"
#include "lib/wire_internal.h"

WIRE_FIXTURE(cost)

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* What came is thrown away, without a look and without a line in the log. */
static void turn_deaf(struct wire *w)
{
	static uint8_t packet[MAX_PACKET];
	struct virtio_net_hdr vh;

	while (tun_read(w->tun, packet, sizeof(packet), 0, &vh) > 0)
		;
}

/* Nanoseconds that the stack works on an ACK with one block, or without. */
static int64_t ack_with(struct wire *w, int64_t ack, int64_t left, int64_t right)
{
	static uint8_t packet[MAX_PACKET];
	const struct opt opts[MAX_OPTS] = { NOP, NOP, SACK(left, right) };
	struct opt wired[MAX_OPTS] = {};
	struct rawseg raw = {
		.src = w->peer, .dst = w->local, .sport = w->peer_port,
		.dport = w->local_port, .seq = w->iss + w->snd_nxt,
		.ack = w->irs + (uint32_t)ack, .flags = ACK, .wnd = w->wnd,
		.ttl = 64, .df = true, .doff = 5,
	};
	int64_t before;
	int len;

	if (left || right) {
		memcpy(wired, opts, sizeof(wired));
		wired[2].v[0] = wire_from_stack_seq(w, left);
		wired[2].v[1] = wire_from_stack_seq(w, right);
		raw.optlen = opts_build(wired, raw.opt, true);
		raw.doff += raw.optlen / 4;
	}
	len = packet_build(&raw, packet, 0);
	before = now_ns();
	tun_write(w->tun, packet, len, NULL);
	before = now_ns() - before;
	turn_deaf(w);
	return before;
}

/* @n segments in flight, each an skb of its own; the first is @base. */
static int64_t fill_flight(struct wire *w, int fd, int n)
{
	static char segment[SEGMENT];
	struct tcp_info info = tcp_info(fd);
	int64_t sent = 0, acked;
	int i, burst;

	for (;;) {
		bool wide = info.tcpi_snd_cwnd >= (unsigned int)n;

		/* A window grows only if something waits for it. */
		burst = wide ? n : (int)info.tcpi_snd_cwnd + 4;
		for (i = 0; i < burst; i++) {
			check_eq(send(fd, segment, SEGMENT, 0), SEGMENT);
			turn_deaf(w);
		}
		if (wide)
			break;
		/* RFC 3465: and by no more than two for each ACK. */
		for (acked = sent + 2; acked < sent + burst; acked += 2)
			ack_with(w, at(acked), 0, 0);
		sent += burst;
		ack_with(w, at(sent), 0, 0);
		check_lt(info.tcpi_snd_cwnd, tcp_info(fd).tcpi_snd_cwnd);
		info = tcp_info(fd);
	}
	check_eq((int)tcp_info(fd).tcpi_unacked, n);
	return sent;
}

static int open_wide(struct wire *w)
{
	int fd;

	sysctl_set("early_retrans", 0);
	fd = open_flight(w, 300, "reno", SYN, MSS(SEGMENT), NOP, NOP, SACKOK, NOP,
			 WS(10));
	set_opt(fd, SOL_SOCKET, SO_SNDBUFFORCE, 32 << 20);
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return fd;
}

/* Of the @i-th of @n ACKs the block, in segments from the first in flight. */
typedef void (*block_fn)(int i, int n, int64_t *left, int64_t *right);

/* Each of @n segments in flight is told of in some way. */
static int64_t cost_of(struct wire *w, int n, block_fn block)
{
	int fd = open_wide(w), i;
	int64_t first = fill_flight(w, fd, n), sum = 0, left, right;

	for (i = 0; i < n; i++) {
		block(i, n, &left, &right);
		sum += ack_with(w, at(first), at(first) + left, at(first) + right);
	}
	ack_with(w, at(first + n), 0, 0);
	check_eq((int)tcp_info(fd).tcpi_unacked, 0);
	close_abort(fd);
	drain(w);
	return sum;
}

#define FEW	200
#define MANY	(4 * FEW)

/* The wire of the second connection is that of the first. */
#define check_linear(w, block) do {					\
	int64_t few_ = cost_of((w), FEW, (block)), many_;		\
									\
	wire_restart((w), 2000000000);					\
	many_ = cost_of((w), MANY, (block));				\
	TH_LOG("%lld ns each of %d, %lld ns each of %d",		\
	       (long long)few_ / FEW, FEW, (long long)many_ / MANY, MANY); \
	check_lt(many_, 4 * few_ + few_);				\
} while (0)

/* The newest is told of first: all others are lost at once, and stay so. */
static void from_the_end(int i, int n, int64_t *left, int64_t *right)
{
	*left = (int64_t)(n - 1 - i) * SEGMENT ?: 1;
	*right = (int64_t)(n - i) * SEGMENT;
}

WIRE_TEST(cost, of_blocks_that_come_from_the_end_is_linear)
{
	if (stack_is_kernel())
		SKIP(return, "a wire is opened twice");
	check_linear(w, from_the_end);
}

/* Every second one: as many holes as a scoreboard may have. */
static void with_holes(int i, int n, int64_t *left, int64_t *right)
{
	int which = (2 * i + 1) % n;

	*left = (int64_t)which * SEGMENT ?: 1;
	*right = (int64_t)(which + 1) * SEGMENT;
}

WIRE_TEST(cost, of_holes_is_linear)
{
	check_linear(w, with_holes);
}

/* The same last segment, again and again, and all others lost. */
static void the_last(int i, int n, int64_t *left, int64_t *right)
{
	(void)i;
	*left = (int64_t)(n - 1) * SEGMENT;
	*right = (int64_t)n * SEGMENT;
}

WIRE_TEST(cost, of_what_is_known_already_is_linear)
{
	check_linear(w, the_last);
}

/* CVE-2019-11478: octets in the middle of segments, which mark none. */
static void single_octets(int i, int n, int64_t *left, int64_t *right)
{
	*left = (int64_t)(n - 1 - i) * SEGMENT + 500;
	*right = *left + 1;
}

WIRE_TEST(cost, of_octets_within_segments_is_linear)
{
	check_linear(w, single_octets);
}

/* A30: 10,000 ACKs with blocks that say nothing cost what ACKs cost that have none. */
WIRE_TEST(cost, of_nonsense_is_that_of_an_ack)
{
	static const int64_t left[] = { 5000, 4000, 3000, -9000, 2, 1LL << 31, 0 };
	static const int64_t right[] = { 4000, 4000, 900000, -4000, 1LL << 31, 2, 3000 };
	int fd = open_wide(w), i, n = 10000;
	int64_t first = fill_flight(w, fd, 10), plain = 0, nonsense = 0;
	struct tcp_info before = tcp_info(fd);
	unsigned int kinds = sizeof(left) / sizeof(*left);

	for (i = 0; i < n; i++)
		plain += ack_with(w, at(first), 0, 0);
	for (i = 0; i < n; i++)
		nonsense += ack_with(w, at(first), at(first) + left[i % kinds],
				     at(first) + right[i % kinds]);
	TH_LOG("%lld ns a plain ACK, %lld ns one with nonsense",
	       (long long)plain / n, (long long)nonsense / n);
	check_lt(nonsense, 2 * plain);
	check_eq((int)tcp_info(fd).tcpi_sacked, 0);
	check_eq((int)tcp_info(fd).tcpi_unacked, 10);
	check_eq(tcp_info(fd).tcpi_bytes_acked, before.tcpi_bytes_acked);
}

/* ---- A13: text in pieces of an octet (CVE-2018-5390, CVE-2018-6922) ---- */

static int64_t octet_at(struct wire *w, int64_t seq)
{
	static uint8_t packet[MAX_PACKET];
	uint8_t octet = 'x';
	struct rawseg raw = {
		.src = w->peer, .dst = w->local, .sport = w->peer_port,
		.dport = w->local_port, .seq = w->iss + (uint32_t)seq,
		.ack = w->irs + w->rcv_nxt, .flags = ACK, .wnd = w->wnd,
		.ttl = 64, .df = true, .doff = 5, .len = 1, .data = &octet,
	};
	int len = packet_build(&raw, packet, 0);
	int64_t before = now_ns();

	tun_write(w->tun, packet, len, NULL);
	before = now_ns() - before;
	turn_deaf(w);
	return before;
}

/* Where the @i-th of @n octets lies, in [0, n). */
typedef int (*order_fn)(int i, int n);

static int ascending(int i, int n)
{
	(void)n;
	return i;
}

static int descending(int i, int n)
{
	return n - 1 - i;
}

/* All over, each once: both numbers are powers of five and two times an odd one. */
static int scattered(int i, int n)
{
	return (int)((int64_t)i * 7919 % n);
}

/* Every second octet, so that none joins another; then the connection goes on. */
static int64_t cost_of_pieces(struct wire *w, int n, order_fn order)
{
	int fd = open_wide(w), i;
	int64_t sum = 0;

	set_opt(fd, SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20);
	inject(w, ACK | PSH, .len = 10);
	turn_deaf(w);
	recv_pattern(fd, 0, 10);
	for (i = 0; i < n; i++)
		sum += octet_at(w, 100 + 2 * order(i, n));
	/* 8192 pieces, of an skb each */
	check_lt((n < 4096 ? n : 4096) * 512U,
		 meminfo(fd, SK_MEMINFO_RMEM_ALLOC));
	check_lt(meminfo(fd, SK_MEMINFO_RMEM_ALLOC), 8193U * 1024);
	check_eq((int)tcp_info(fd).tcpi_bytes_received, 10);
	inject(w, ACK | PSH, .seq = 11, .len = 10, .keep = true);
	turn_deaf(w);
	check_eq((int)tcp_info(fd).tcpi_bytes_received, 20);
	close_abort(fd);
	drain(w);
	return sum;
}

#define check_linear_pieces(w, few, order) do {				\
	int64_t few_ = cost_of_pieces((w), (few), (order)), many_;	\
									\
	wire_restart((w), 2000000000);					\
	many_ = cost_of_pieces((w), 4 * (few), (order));			\
	TH_LOG("%lld ns each of %d, %lld ns each of %d",		\
	       (long long)few_ / (few), (few),				\
	       (long long)many_ / (few) / 4, 4 * (few));		\
	check_lt(many_, 4 * few_ + few_);				\
} while (0)

WIRE_TEST_TIMEOUT(cost, of_octets_that_ascend_is_linear, 300)
{
	check_linear_pieces(w, 2000, ascending);
}

WIRE_TEST_TIMEOUT(cost, of_octets_that_descend_is_linear, 300)
{
	check_linear_pieces(w, 2000, descending);
}

WIRE_TEST_TIMEOUT(cost, of_octets_all_over_is_linear, 300)
{
	check_linear_pieces(w, 25000, scattered);
}

TEST_HARNESS_MAIN
