// SPDX-License-Identifier: GPL-2.0
/*
 * HyStart++, RFC 9406: when the round trip grows in the first slow start, the path
 * begins to queue. Then the window grows slowly for some rounds, and if the delay
 * stays, slow start is over; if it was noise, slow start resumes.
 *
 * The least round trip of a round is that of its first segments. They leave after the
 * queue of the round before has drained: it grows only when the window is beyond what
 * the path holds, and is about to be twice that. So the other sign of HyStart (Ha and
 * Rhee, Taming the elephants, 2011) is heeded, too: when ACKs follow each other closely
 * for half a round trip, the window fills half of the path.
 *
 * 4.3's limit of segments that one ACK may add (L) is infinite, here as in Linux:
 * receivers with offload acknowledge up to 64 KiB at once, and with the 8 segments
 * that the RFC proposes for senders without pacing slow start would be linear.
 */
#include <linux/minmax.h>

#include "mytcp/proto/hystart.h"

/* RFC 9406 4.3 */
#define MIN_THRESH_US	4000U
#define MAX_THRESH_US	16000U
#define MIN_RTT_DIVISOR	8
#define N_RTT_SAMPLE	8
#define CSS_DIVISOR	4U
#define CSS_ROUNDS	5
/* Of ACK trains. RFC 1122 4.2.3.2: only every second segment has an ACK. */
#define MIN_GAP_US	2000U
#define TRAIN_CWND	16

static void hystart_sample(struct mytcp_hystart *hs, u32 rtt_us)
{
	if (!rtt_us)
		return;
	if (!hs->now_min_us || rtt_us < hs->now_min_us)
		hs->now_min_us = rtt_us;
	if (!hs->least_us || rtt_us < hs->least_us)
		hs->least_us = rtt_us;
	if (hs->samples < N_RTT_SAMPLE)
		hs->samples++;
}

/* More than noise */
static u32 hystart_thresh(u32 rtt_us)
{
	return clamp(rtt_us / MIN_RTT_DIVISOR, MIN_THRESH_US, MAX_THRESH_US);
}

/* Has the least round trip grown? */
static bool hystart_delayed(const struct mytcp_hystart *hs)
{
	return hs->last_min_us &&
	       hs->now_min_us >= hs->last_min_us + hystart_thresh(hs->last_min_us);
}

/*
 * Is there a queue of half the path's own length? Then all of the RFC's rounds would
 * only fill it: each lets the window grow by a quarter, and all five make it three
 * times what it was when the queue began.
 */
static bool hystart_filled(const struct mytcp_hystart *hs)
{
	u32 most = max(2 * hystart_thresh(hs->calm_us), hs->calm_us / 2);

	return hs->now_min_us >= hs->calm_us + most;
}

/*
 * Have ACKs come for half a round trip without a gap? For a whole one, if the sender
 * paces: it makes a train of half a round trip of any window.
 */
static bool hystart_train(struct mytcp_hystart *hs, const struct mytcp_cong *cong,
			  const struct mytcp_cong_ack *ack)
{
	u32 now_us = ack->now_us, gap_us = max(MIN_GAP_US, hs->least_us / 8);
	u32 most_us = ack->paced ? hs->least_us : hs->least_us / 2;

	if (now_us - hs->last_us > gap_us)
		hs->train_us = now_us;
	hs->last_us = now_us;
	return most_us && cong->cwnd >= TRAIN_CWND &&
	       now_us - hs->train_us >= most_us;
}

/* @base_us: what is less than that tells of noise */
static void hystart_conserve(struct mytcp_hystart *hs, u32 base_us, u32 calm_us)
{
	hs->base_min_us = base_us;
	hs->calm_us = calm_us;
	hs->css_rounds = 1;	/* the rest of this one counts */
	hs->css_acked = 0;
}

/* Into conservative slow start, back from it, or to its end. */
static void hystart_judge(struct mytcp_hystart *hs, struct mytcp_cong *cong,
			  const struct mytcp_cong_ack *ack)
{
	bool sampled = hs->samples == N_RTT_SAMPLE;

	if (hs->css_rounds) {
		if (sampled && hs->now_min_us < hs->base_min_us)
			hs->css_rounds = 0;
		else if (sampled && hystart_filled(hs))
			cong->ssthresh = cong->cwnd;
	} else if (sampled && hystart_delayed(hs)) {
		hystart_conserve(hs, hs->now_min_us, hs->last_min_us);
	} else if (hystart_train(hs, cong, ack)) {
		hystart_conserve(hs, 0, hs->least_us);
	}
}

static void hystart_next_round(struct mytcp_hystart *hs, struct mytcp_cong *cong)
{
	hs->last_min_us = hs->now_min_us;
	hs->now_min_us = 0;
	hs->samples = 0;
	if (hs->css_rounds && hs->css_rounds++ == CSS_ROUNDS)
		cong->ssthresh = cong->cwnd;
}

/**
 * mytcp_hystart_on_ack() - grow the window in slow start
 * @hs: state
 * @cong: congestion state, in slow start; ssthresh is set when that is over
 * @ack: an ACK outside recovery
 * @acked: its segments, below 2^31
 *
 * 4.3: it is for the first slow start only; later there is an ssthresh that a loss
 * has taught.
 *
 * Return: what of @acked slow start has not used.
 */
u32 mytcp_hystart_on_ack(struct mytcp_hystart *hs, struct mytcp_cong *cong,
			 const struct mytcp_cong_ack *ack, u32 acked)
{
	u32 steps;

	if (cong->ssthresh != MYTCP_CONG_SSTHRESH_INF)
		return mytcp_cong_slow_start(cong, acked);

	hystart_sample(hs, ack->rtt_us);
	hystart_judge(hs, cong, ack);
	if (hs->css_rounds) {
		steps = (acked + hs->css_acked) / CSS_DIVISOR;
		hs->css_acked = (acked + hs->css_acked) % CSS_DIVISOR;
		mytcp_cong_slow_start(cong, steps);
		acked = 0;
	} else {
		acked = mytcp_cong_slow_start(cong, acked);
	}
	if (mytcp_cong_round_ends(&hs->round, ack))
		hystart_next_round(hs, cong);
	return acked;
}
