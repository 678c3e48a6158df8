// SPDX-License-Identifier: GPL-2.0
/*
 * A receiver that wants more than its share (Savage et al. 1999): ACKs in pieces, and
 * duplicate ACKs of segments that it never got. A27 of Documentation/attacks.rst. In
 * icount.list: who is held back by a pacer is held back by the clock.
 */
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>

#include "lib/attack.h"
#include "lib/flight.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define SEGMENTS	600
#define FORGED		1000
#define RTT_MS		300
#define MOST_DUPACKS	255	/* that are counted in a row */

WIRE_FIXTURE(ack)

static const char *const algorithms[] = { "reno", "cubic", "bbr" };
#define ALGORITHMS	3

/* Which of the kernel's are there is the kernel's. */
static int algorithms_here(void)
{
	return stack_is_kernel() ? 2 : ALGORITHMS;
}

/* No window but the congestion window holds back what is sent. */
static int open_greedy(struct wire *w, int which, bool sack)
{
	int fd;

	if (!stack_is_kernel())
		sysctl_set("early_retrans", 0);
	if (which)
		wire_restart(w, 1000000 * (which + 1));
	fd = sack ? open_flight(w, RTT_MS, algorithms[which], SYN, MSS(SEGMENT), NOP,
				NOP, SACKOK, NOP, WS(10)) :
		    open_flight(w, RTT_MS, algorithms[which], SYN, MSS(SEGMENT), NOP,
				WS(10));
	set_opt(fd, SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20);
	return fd;
}

/* The rest goes, and the connection with it. */
static void finish(struct wire *w, struct attack *a)
{
	inject(w, ACK, .ack = w->rcv_nxt);
	while (w->rcv_nxt < at(SEGMENTS)) {
		check(receive(w, 20000));
		inject(w, ACK);
	}
	drain(w);
	inject(w, ACK);
	check_eq(tcp_info(a->fd).tcpi_unacked, 0);
	check_eq(meminfo(a->fd, SK_MEMINFO_WMEM_QUEUED), 0U);
	attack_look(a);
}

static void gone(struct wire *w, int fd)
{
	close_abort(fd);
	drain(w);
}

/* What the window is after a loss from IW segments on: RFC 5681, RFC 9438; BBR's own. */
static const unsigned int after_loss[ALGORITHMS] = { IW / 2, IW * 7 / 10, IW };

/* BBR's rate when @segments were delivered in a round trip: 2 / ln 2 of it, and a bit. */
static void check_rate(int fd, int segments)
{
	uint64_t most = (uint64_t)segments * SEGMENT * 1000 / RTT_MS * 3;

	check_lt(0, tcp_info(fd).tcpi_pacing_rate);
	check_lt(tcp_info(fd).tcpi_pacing_rate, most);
}

/*
 * Without SACK a duplicate says only that some segment has come. Each lets one go (RFC
 * 5681 3.2, step 4), but not more than 255 in all; and of segments that were never sent
 * none can have come: no rate is measured of those.
 */
WIRE_TEST_TIMEOUT(ack, that_repeats_itself_without_sack_gains_little, LONG_TEST)
{
	struct attack a[1];
	int which, i, fd, drawn;

	for (which = 0; which < algorithms_here(); which++) {
		fd = open_greedy(w, which, false);
		attack_begin(a, w, fd);
		send_pattern(fd, 0, SEGMENTS * SEGMENT);
		expect_segments(w, 0, IW);
		for (i = drawn = 0; i < FORGED; i++) {
			inject_dup(w, 0);
			drawn += drain(w);
		}
		poll(NULL, 0, RTT_MS);
		drawn += drain(w);
		TH_LOG("%s: %d duplicates drew %d segments", algorithms[which],
		       FORGED, drawn);
		check_le(drawn, stack_is_kernel() ? FORGED : MOST_DUPACKS);
		if (!stack_is_kernel()) {
			check_le(tcp_info(fd).tcpi_snd_cwnd, after_loss[which]);
			inject(w, ACK, .ack = at(IW));
			check_rate(fd, (w->rcv_nxt - 1) / SEGMENT);
			inject(w, ACK);
			check_le(tcp_info(fd).tcpi_snd_cwnd, 2 * after_loss[which]);
		}
		finish(w, a);
		attack_over(a, ANSWERS(0, .objects = 1), COUNT(TCPRenoRecovery, 1),
			    COUNT(TCPFastRetrans, SOME), COUNT(RetransSegs, SOME));
		gone(w, fd);
	}
}

/* With SACK a duplicate without a block says nothing at all. */
WIRE_TEST_TIMEOUT(ack, that_repeats_itself_without_a_block_says_nothing, LONG_TEST)
{
	struct attack a[1];
	int which, i, fd;

	for (which = 0; which < algorithms_here(); which++) {
		fd = open_greedy(w, which, true);
		send_pattern(fd, 0, SEGMENTS * SEGMENT);
		expect_segments(w, 0, IW);
		attack_begin(a, w, fd);
		for (i = 0; i < FORGED; i++)
			inject_dup(w, 0);
		check_eq(tcp_info(fd).tcpi_snd_cwnd, IW);
		attack_over(a, NO_ANSWER);
		gone(w, fd);
	}
}

/* And one whose block was told before says no more than the first did. */
WIRE_TEST_TIMEOUT(ack, that_repeats_its_block_says_it_once, LONG_TEST)
{
	struct attack a[1];
	int which, i, fd, drawn;

	for (which = 0; which < algorithms_here(); which++) {
		fd = open_greedy(w, which, true);
		attack_begin(a, w, fd);
		send_pattern(fd, 0, SEGMENTS * SEGMENT);
		expect_segments(w, 0, IW);
		for (i = drawn = 0; i < FORGED; i++) {
			inject_sack(w, 0, at(1), at(IW));
			drawn += drain(w);
		}
		poll(NULL, 0, RTT_MS);
		drawn += drain(w);
		TH_LOG("%s: %d duplicates drew %d segments", algorithms[which],
		       FORGED, drawn);
		check_le(drawn, IW);
		check_le(tcp_info(fd).tcpi_snd_cwnd, after_loss[which]);
		inject(w, ACK, .ack = at(IW));
		check_rate(fd, (w->rcv_nxt - 1) / SEGMENT);
		check_le(tcp_info(fd).tcpi_snd_cwnd, after_loss[which]);
		finish(w, a);
		attack_over(a, ANSWERS(0, .objects = 1), COUNT(TCPSackRecovery, 1),
			    COUNT(TCPFastRetrans, 1), COUNT(RetransSegs, 1));
		gone(w, fd);
	}
}

/*
 * RFC 3465: it is octets that count, not ACKs. A hundred for each segment open the
 * window by as many segments as one would have.
 */
WIRE_TEST_TIMEOUT(ack, in_pieces_gains_nothing, LONG_TEST)
{
	struct attack a[1];
	int which, i, fd;

	for (which = 0; which < algorithms_here(); which++) {
		fd = open_greedy(w, which, false);
		attack_begin(a, w, fd);
		send_pattern(fd, 0, SEGMENTS * SEGMENT);
		expect_segments(w, 0, IW);
		for (i = 1; i <= FORGED; i++)
			inject(w, ACK, .ack = 1 + i * (IW * SEGMENT / FORGED));
		poll(NULL, 0, RTT_MS / 2);
		drain(w);
		TH_LOG("%s: cwnd %u", algorithms[which], tcp_info(fd).tcpi_snd_cwnd);
		/* ten are acknowledged, and twenty may be in flight */
		check_le(tcp_info(fd).tcpi_snd_cwnd, 2 * IW);
		check_le(w->rcv_nxt, at(IW + 2 * IW));
		if (!which) {
			check_eq(tcp_info(fd).tcpi_snd_cwnd, 2 * IW);
			check_eq(w->rcv_nxt, at(IW + 2 * IW));
		}
		finish(w, a);
		attack_over(a, ANSWERS(0, .objects = 1));
		gone(w, fd);
	}
}

TEST_HARNESS_MAIN
