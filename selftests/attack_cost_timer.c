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
#include "lib/sockets.h"
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

/* What @len octets of a packet cost the stack. */
static int64_t cost_of_packet(struct wire *w, const uint8_t *packet, int len)
{
	int64_t before = now_ns();

	tun_write(w->tun, packet, len, NULL);
	before = now_ns() - before;
	turn_deaf(w);
	return before;
}

#define MOST_BLOCKS	4	/* beside a timestamp 3 */

/*
 * Nanoseconds that the stack works on an ACK with so many blocks, @edges, and with a
 * timestamp where one was agreed on.
 */
static int64_t ack_with_blocks(struct wire *w, int64_t ack, const int64_t *edges,
			       int blocks)
{
	static uint8_t packet[MAX_PACKET];
	struct opt opts[MAX_OPTS] = {};
	struct rawseg raw = {
		.src = w->peer, .dst = w->local, .sport = w->peer_port,
		.dport = w->local_port, .seq = w->iss + w->snd_nxt,
		.ack = w->irs + (uint32_t)ack, .flags = ACK, .wnd = w->wnd,
		.ttl = 64, .df = true, .doff = 5,
	};
	const struct opt ts[] = { NOP, NOP, TS(w->tsval, w->ts_recent) };
	const struct opt sack[] = { NOP, NOP, SACK(0, 0), SACK(0, 0, 0, 0),
				    SACK(0, 0, 0, 0, 0, 0),
				    SACK(0, 0, 0, 0, 0, 0, 0, 0) };
	int n = 0, i;

	if (w->ts_sent && w->ts_got) {
		memcpy(opts, ts, sizeof(ts));
		n = 3;
	}
	if (blocks) {
		memcpy(opts + n, sack, 2 * sizeof(*sack));
		opts[n + 2] = sack[1 + blocks];
		for (i = 0; i < 2 * blocks; i++)
			opts[n + 2].v[i] = wire_from_stack_seq(w, edges[i]);
	}
	raw.optlen = opts_build(opts, raw.opt, true);
	raw.doff += raw.optlen / 4;
	return cost_of_packet(w, packet, packet_build(&raw, packet, 0));
}

/* The same with one block, or without. */
static int64_t ack_with(struct wire *w, int64_t ack, int64_t left, int64_t right)
{
	const int64_t edges[] = { left, right };

	return ack_with_blocks(w, ack, edges, left || right);
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
		/*
		 * By what is acknowledged; what waits goes by the first of these, and
		 * can be acknowledged then. An ACK for two is what peers send.
		 */
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

static int open_wide_with(struct wire *w, bool ts)
{
	int fd;

	if (!stack_is_kernel())
		sysctl_set("early_retrans", 0);
	fd = ts ? open_flight(w, 300, "reno", SYN, MSS_TS, SACKOK, TS(1, 0), NOP,
			      WS(10)) :
		  open_flight(w, 300, "reno", SYN, MSS(SEGMENT), NOP, NOP, SACKOK, NOP,
			      WS(10));
	set_opt(fd, SOL_SOCKET, SO_SNDBUFFORCE, 32 << 20);
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	return fd;
}

static int open_wide(struct wire *w)
{
	return open_wide_with(w, false);
}

/* Of the @i-th of @n ACKs the block, in segments from the first in flight. */
typedef void (*block_fn)(int i, int n, int64_t *left, int64_t *right);

/* Each of @n segments in flight is told of in some way. */
static int64_t cost_of(struct wire *w, int n, block_fn block)
{
	int fd = open_wide(w), i;
	int64_t first = fill_flight(w, fd, n), sum = 0, left, right;
	unsigned int queued = meminfo(fd, SK_MEMINFO_WMEM_QUEUED);

	for (i = 0; i < n; i++) {
		block(i, n, &left, &right);
		sum += ack_with(w, at(first), at(first) + left, at(first) + right);
	}
	/* each is an skb of its own, and there is nothing to cut */
	check_le(meminfo(fd, SK_MEMINFO_WMEM_QUEUED), queued);
	check_eq((int)tcp_info(fd).tcpi_unacked, n);
	check_eq(fd_state(fd), ESTABLISHED);
	ack_with(w, at(first + n), 0, 0);
	check_eq((int)tcp_info(fd).tcpi_unacked, 0);
	check_eq(meminfo(fd, SK_MEMINFO_WMEM_QUEUED), 0U);
	close_abort(fd);
	drain(w);
	return sum;
}

#define FEW	200
#define MANY	(4 * FEW)
#define RANGES	1024		/* of a scoreboard, at most */

/* The wire of the second connection is that of the first. */
#define check_linear_from(w, few, block) do {				\
	int64_t few_ = cost_of((w), (few), (block)), many_;		\
									\
	wire_restart((w), 2000000000);					\
	many_ = cost_of((w), 4 * (few), (block));			\
	TH_LOG("%lld ns each of %d, %lld ns each of %d",		\
	       (long long)few_ / (few), (few),				\
	       (long long)many_ / (few) / 4, 4 * (few));		\
	check_lt(many_, 4 * few_ + few_);				\
} while (0)
#define check_linear(w, block) check_linear_from(w, FEW, block)

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

/* Every second one: as many holes as there can be. */
static void with_holes(int i, int n, int64_t *left, int64_t *right)
{
	int which = (2 * i + 1) % n;

	*left = (int64_t)which * SEGMENT ?: 1;
	*right = (int64_t)(which + 1) * SEGMENT;
}

/* A half of them, and at last more than a scoreboard has room for. */
WIRE_TEST_TIMEOUT(cost, of_holes_is_linear, LONG_TEST)
{
	check_linear_from(w, RANGES * 5 / 8, with_holes);
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

/*
 * A30: what 10,000 ACKs with as many blocks as fit cost, @n segments being in flight:
 * the wrong way round, empty, around the ACK, long before it, beyond, all of the
 * numbers. Of those without any, too.
 */
#define NONSENSE	10000

static int64_t cost_of_nonsense(struct wire *w, int n, bool ts, int64_t *plain)
{
	static const int64_t edges[] = {
		5000, 4000, 4000, 4000, 3000, 90000000, -9000, -4000, 2, 1LL << 31,
		1LL << 31, 2, 0, 3000,
	};
	int kinds = sizeof(edges) / sizeof(*edges) / 2, i, j;
	int fd = open_wide_with(w, ts), blocks = ts ? MOST_BLOCKS - 1 : MOST_BLOCKS;
	int64_t first = fill_flight(w, fd, n), told[2 * MOST_BLOCKS], sum = 0;
	long discarded = counter("TcpExt", "TCPSACKDiscard");
	struct attack a[1];

	attack_begin(a, w, fd);
	for (i = 0, *plain = 0; i < NONSENSE; i++)
		*plain += ack_with(w, at(first), 0, 0);
	for (i = 0; i < NONSENSE; i++) {
		for (j = 0; j < 2 * blocks; j++)
			told[j] = at(first) + edges[(2 * i + j) % (2 * kinds)];
		sum += ack_with_blocks(w, at(first), told, blocks);
	}
	/* So many ACKs take longer than a timeout, which nobody here listens to. */
	a->resent = tcp_info(fd).tcpi_total_retrans;
	check_eq((int)tcp_info(fd).tcpi_sacked, 0);
	check_lt(NONSENSE, counter("TcpExt", "TCPSACKDiscard") - discarded);
	attack_over(a, NO_ANSWER, COUNT(TCPSACKDiscard, SOME),
		    COUNT(TCPDSACKIgnoredOld, WHATEVER), COUNT(TCPDSACKRecv, WHATEVER),
		    COUNT(TCPDSACKOfoRecv, WHATEVER));
	close_abort(fd);
	drain(w);
	return sum;
}

#define IN_FLIGHT	800

static void check_nonsense(struct __test_metadata *_metadata, struct wire *w, bool ts)
{
	int64_t plain, few, many, few_plain;

	few = cost_of_nonsense(w, 10, ts, &few_plain);
	wire_restart(w, 2000000000);
	many = cost_of_nonsense(w, IN_FLIGHT, ts, &plain);
	TH_LOG("%lld ns an ACK, %lld with nonsense; with %d in flight %lld, %lld",
	       (long long)few_plain / NONSENSE, (long long)few / NONSENSE, IN_FLIGHT,
	       (long long)plain / NONSENSE, (long long)many / NONSENSE);
	check_lt(few, 2 * few_plain);
	check_lt(many, 2 * plain);
	/* what is in flight is not looked at, not for one of the blocks */
	check_lt(many, few + few / 4);
}

WIRE_TEST_TIMEOUT(cost, of_nonsense_is_that_of_an_ack, LONG_TEST)
{
	check_nonsense(_metadata, w, false);
}

WIRE_TEST_TIMEOUT(cost, of_nonsense_beside_a_timestamp_is_that_of_an_ack, LONG_TEST)
{
	check_nonsense(_metadata, w, true);
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

	return cost_of_packet(w, packet, packet_build(&raw, packet, 0));
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
	check_eq(fd_state(fd), ESTABLISHED);
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
	check_lt(many_ / 4 / (few), MOST_NS);				\
} while (0)

/* So much each: 100,000 are done in 1500 ms, of a CPU of one instruction a nanosecond. */
#define MOST_NS		15000

WIRE_TEST_TIMEOUT(cost, of_octets_that_ascend_is_linear, 300)
{
	check_linear_pieces(w, 2000, ascending);
}

WIRE_TEST_TIMEOUT(cost, of_octets_that_descend_is_linear, 300)
{
	check_linear_pieces(w, 2000, descending);
}

/* All of which are kept: both numbers of pieces are below 8192. */
WIRE_TEST_TIMEOUT(cost, of_octets_all_over_is_linear, 300)
{
	check_linear_pieces(w, 2000, scattered);
}

/* And those that are too many: 100,000. */
WIRE_TEST_TIMEOUT(cost, of_octets_without_end_is_linear, 300)
{
	check_linear_pieces(w, 25000, scattered);
}

TEST_HARNESS_MAIN
