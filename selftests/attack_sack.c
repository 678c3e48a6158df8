// SPDX-License-Identifier: GPL-2.0
/*
 * A peer that lies by SACK, or wants its segments tiny: A10, A11, A12 and A30 of
 * Documentation/attacks.rst. What it costs is in attack_cost_timer.c.
 */
#include <linux/sock_diag.h>

#include "lib/attack.h"
#include "lib/flight.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define FORGED	100

WIRE_FIXTURE(sack)
/* A device that segments: an skb of the sender is many segments. */
WIRE_FIXTURE(super, .offload = true)

/* The round trip is long, so that no timer runs out in a test. */
static int open_sack(struct wire *w, int mss)
{
	if (!stack_is_kernel())
		sysctl_set("early_retrans", 0);
	return open_flight(w, 300, "reno", SYN, MSS(mss), NOP, NOP, SACKOK);
}

/* They come, each alone or many in one. */
static void send_and_take(struct wire *w, int fd, int from, int n)
{
	send_pattern(fd, (int64_t)from * SEGMENT, n * SEGMENT);
	while (w->rcv_nxt < at(from + n))
		check(receive(w, 10000));
}

/* A30: the wrong way round, empty, around the ACK, beyond, all of the numbers. */
WIRE_TEST(sack, of_nonsense_tells_nothing)
{
	struct attack a[1];
	int fd = open_sack(w, SEGMENT), i;

	send_and_take(w, fd, 0, 10);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++) {
		inject_sack(w, 0, at(4), at(1), at(3), at(3));
		inject_sack(w, 0, at(0), at(4), at(1), at(11));
		inject_sack(w, 0, at(20000 * i + 11), at(20000 * i + 12));
		inject_sack(w, 0, at(2), at(2) + (1LL << 31));
		inject_sack(w, 0, at(2), at(2) - 1);
	}
	attack_over(a, NO_ANSWER, COUNT(TCPSACKDiscard, 7 * FORGED));
	inject(w, ACK, .ack = at(10));
	attack_exchange(a);
}

/*
 * A30: D-SACKs of what was sent once. They take back no recovery, and open no window:
 * who has lost a segment and says that it came twice gains nothing.
 */
WIRE_TEST(sack, of_duplicates_that_were_none_undoes_nothing)
{
	struct attack a[1];
	int fd = open_sack(w, SEGMENT), i;

	send_and_take(w, fd, 0, 10);
	inject(w, ACK, .ack = at(10));
	send_and_take(w, fd, 10, 10);
	inject_sack(w, 10, at(11), at(15));
	drain(w);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++) {
		inject_sack(w, 10, at(i % 10), at(i % 10 + 1), at(11), at(15));
		inject_sack(w, 10, at(11), at(12), at(11), at(15));
	}
	attack_over(a, NO_ANSWER, COUNT(TCPDSACKRecv, FORGED),
		    COUNT(TCPDSACKOfoRecv, FORGED));
	inject(w, ACK, .ack = at(20));
	attack_exchange(a);
}

#define TINY	48		/* min_snd_mss */
#define OPTIONS	12		/* a timestamp, aligned */

/* Four segments of a peer that wants them of @mss octets, options included or not. */
static void want_tiny(struct wire *w, int mss, bool ts)
{
	/* to the kernel's TCP an MSS of 0 is none */
	int least = mss || !stack_is_kernel() ? TINY : wire_default_mss(w);
	int size = ts ? least - OPTIONS : least, fd, i;
	long before = stack_is_kernel() ? 0 : counter("TcpExt", "TinyMss");
	struct attack a[1];

	if (!stack_is_kernel())
		sysctl_set("early_retrans", 0);
	fd = ts ? open_flight(w, 300, "reno", SYN, MSS(mss), NOP, NOP, TS(1, 0)) :
		  open_flight(w, 300, "reno", SYN, MSS(mss));
	if (!stack_is_kernel())
		check_eq(counter("TcpExt", "TinyMss") - before, mss < TINY);
	attack_begin(a, w, fd);
	check_eq(tcp_info(fd).tcpi_snd_mss, size);
	send_pattern(fd, 0, 4 * size);
	for (i = 0; i < 4; i++)
		expect(w, ACK | ANYPSH, .len = size);
	inject(w, ACK);
	check_eq(meminfo(fd, SK_MEMINFO_WMEM_QUEUED), 0U);
	attack_look(a);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
	close_abort(fd);
	expect(w, RST | ACK);
}

/*
 * A12, CVE-2019-11479: no segment below min_snd_mss, whatever the peer asks for, be it
 * less than the options take; a timestamp is in it.
 */
WIRE_TEST(sack, of_a_tiny_mss_gets_no_tiny_segments)
{
	static const int mss[] = { 0, 1, 8, OPTIONS, 47, 48 };
	unsigned int i;

	for (i = 0; i < 2 * sizeof(mss) / sizeof(*mss); i++) {
		if (i)
			wire_restart(w, 1000000 * (i + 1));
		want_tiny(w, mss[i / 2], i % 2);
	}
}

#define SNDBUF	65536

/* Takes what is there; the most segments of one skb, of those and @most. */
static int take_skbs(struct wire *w, int most)
{
	int segs;

	while (receive(w, 0)) {
		check_lt(w->last.s.len, 65536);
		if (w->last.gso_size) {
			check_eq(w->last.gso_size, TINY);
			segs = (w->last.s.len + TINY - 1) / TINY;
		} else {
			check_le(w->last.s.len, TINY);
			segs = 1;
		}
		most = segs > most ? segs : most;
	}
	return most;
}

/*
 * So many tiny segments may be in flight, which must be less than a send buffer; the
 * send queue is empty.
 */
static void open_window(struct wire *w, int fd, int segments)
{
	static char text[60000];
	int64_t acked;

	while ((int)tcp_info(fd).tcpi_snd_cwnd < segments) {
		acked = w->rcv_nxt;
		check_lt(0, send(fd, text, sizeof(text), MSG_DONTWAIT));
		drain(w);
		for (; acked < w->rcv_nxt; acked += 2 * TINY) {
			inject(w, ACK, .ack = acked);
			drain(w);
		}
		inject(w, ACK);
		drain(w);
		inject(w, ACK);
	}
	check_eq((int)tcp_info(fd).tcpi_unacked, 0);
}

/*
 * A10, A11, CVE-2019-11477, CVE-2019-11478: an skb has a thousand tiny segments, and
 * every second one is SACKed. Each that is cut out weighs twenty times what it holds:
 * the queue ends at about twice the send buffer, and the rest goes uncut.
 */
WIRE_TEST_TIMEOUT(super, of_every_second_segment_leaves_the_queue_bounded, LONG_TEST)
{
	static char text[800 * TINY];
	int fd = open_sack(w, TINY), i, n, first_segs, segs;
	struct tally t[1];
	int64_t first;
	unsigned int most, before, now;
	long objects;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP has another bound, and other windows");
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, SNDBUF / 2);
	objects = slab_objects();
	tally_begin(t);
	open_window(w, fd, 1000);
	first = w->rcv_nxt;
	/* Nothing is left unsent: of that, each segment is cut off when it goes. */
	check_eq(send(fd, text, sizeof(text), MSG_DONTWAIT), (int)sizeof(text));
	first_segs = take_skbs(w, 0);
	/* A10: there are such skbs */
	check_lt(10, first_segs);
	n = (w->rcv_nxt - first) / TINY;
	/* As many as it takes, though the window shrinks if the machine is slow. */
	check_lt(400, n);
	before = meminfo(fd, SK_MEMINFO_WMEM_QUEUED);
	for (i = 1, most = segs = 0; i < n; i += 2) {
		inject(w, ACK, .ack = first, .opts = { NOP, NOP,
		       SACK(first + i * TINY, first + (i + 1) * TINY) });
		segs = take_skbs(w, segs);
		now = meminfo(fd, SK_MEMINFO_WMEM_QUEUED);
		if (now > most)
			most = now;
	}
	TH_LOG("%d segments, %u octets, %u at most; %d in an skb, then %d", n, before,
	       most, first_segs, segs);
	/* A10: pieces are not put together again, as nothing that was sent is */
	check_eq(segs, 1);
	check_lt(most, 2U * (SNDBUF + 2 * 65536) + 16384);
	/* With so short a round trip the timer may have come first. */
	expect_tally(t, COUNT(TCPWqueueTooBig, SOME), COUNT(RetransSegs, SOME),
		     COUNT(TCPSackRecovery, WHATEVER),
		     COUNT(TCPFastRetrans, WHATEVER),
		     COUNT(TCPSlowStartRetrans, WHATEVER),
		     COUNT(TCPLostRetransmit, WHATEVER),
		     COUNT(TCPTimeouts, WHATEVER), COUNT(TCPLossFailures, WHATEVER),
		     COUNT(TCPSackRecoveryFail, WHATEVER),
		     COUNT(TCPLossUndo, WHATEVER), COUNT(TCPSpuriousRTOs, WHATEVER),
		     COUNT(TCPRenoFailures, WHATEVER),
		     COUNT(TCPSackFailures, WHATEVER));
	tally_end(t);
	/* And the connection goes on. */
	inject(w, ACK);
	while (drain(w))
		inject(w, ACK);
	check_eq((int)tcp_info(fd).tcpi_unacked, 0);
	check_eq(meminfo(fd, SK_MEMINFO_WMEM_QUEUED), 0U);
	check_eq(fd_state(fd), ESTABLISHED);
	check(slab_objects_become(objects));
}

TEST_HARNESS_MAIN
