// SPDX-License-Identifier: GPL-2.0
/*
 * BBR, version 1, as draft-cardwell-iccrg-bbr-congestion-control-00 has it: a model
 * of the path, of its bandwidth and its round trip without queues, says how much
 * may be in flight and how fast it may leave; losses do not, beyond a round trip of
 * packet conservation. Sections in the comments are the draft's.
 *
 * Bandwidth is in segments a second times 256, gains are times 256.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "mytcp/proto/cong.h"

#define UNIT		256
#define HIGH_GAIN	739U		/* 2 / ln 2, 4.1.1.3 */
#define DRAIN_GAIN	88U		/* its inverse */
#define CWND_GAIN	(2 * UNIT)
#define BW_ROUNDS	10		/* 4.1.1.4 */
#define CYCLE_LEN	8
#define MIN_CWND	4		/* 4.2.3.1 */
#define FULL_ROUNDS	3		/* 4.3.2.2 */
#define US_PER_S	1000000U
#define RTPROP_US	(10ULL * US_PER_S)	/* 4.1.2.3 */
#define PROBE_RTT_US	200000U
#define MOST_SEGMENTS	44		/* of 1448 octets in 64 KiB */
#define MARGIN_PERCENT	1		/* version 02 of the draft, 4.6.2 */

enum bbr_state { STARTUP, DRAIN, PROBE_BW, PROBE_RTT };

/* 4.3.4.1: a round trip faster, one slower for the queue of it, six as it is. */
static const u16 cycle_gains[CYCLE_LEN] = {
	UNIT * 5 / 4, UNIT * 3 / 4, UNIT, UNIT, UNIT, UNIT, UNIT, UNIT
};

/**
 * struct bbr - the state of a connection
 * @rtprop_stamp: when the least round trip was measured, microseconds
 * @cycle_stamp: when the present phase of PROBE_BW began
 * @probe_rtt_done: when PROBE_RTT may end; 0: when in flight has fallen is not
 *	known yet
 * @bw: the best of each of the last rounds that had a sample, a ring
 * @rtprop_us: the least round trip, 0 before the first
 * @next_round: delivered_total at which the present round ends
 * @full_bw: bandwidth when it last had grown by a quarter
 * @pacing: rate to send at
 * @prior_cwnd: to go back to after recovery or PROBE_RTT
 * @in_flight: segments after the last ACK
 * @delivered: delivered_total of the last ACK
 * @limited_until: what was sent before so much was delivered was held back by
 *	PROBE_RTT, and tells nothing of the bandwidth
 * @slot: of the last sample in @bw
 * @rounds: begun since then
 * @state: enum bbr_state
 * @cycle: index in cycle_gains
 * @full_count: rounds in which bandwidth has not grown
 * @filled: the pipe was full, STARTUP is over for good
 * @round_start: this ACK begins a round
 * @round_done: a round has passed in PROBE_RTT
 * @idle_restart: nothing was in flight when the last data was sent
 * @recovery: fast recovery, or the state after a timeout
 * @conserve: its first round: as much is sent as is delivered
 */
struct bbr {
	u64 rtprop_stamp;
	u64 cycle_stamp;
	u64 probe_rtt_done;
	u32 bw[BW_ROUNDS];
	u32 rtprop_us;
	u32 next_round;
	u32 full_bw;
	u32 pacing;
	u32 prior_cwnd;
	u32 in_flight;
	u32 delivered;
	u32 limited_until;
	u8 slot;
	u8 rounds;
	u8 state;
	u8 cycle;
	u8 full_count;
	bool filled;
	bool round_start;
	bool round_done;
	bool idle_restart;
	bool recovery;
	bool conserve;
};

static_assert(sizeof(struct bbr) <= MYTCP_CONG_PRIV_MAX);

/* 4.1.1.4: the best of ten rounds. */
static u32 bbr_bw(const struct bbr *b)
{
	u32 best = 0;
	int i;

	for (i = 0; i < BW_ROUNDS; i++)
		best = max(best, b->bw[i]);
	return best;
}

static u32 bbr_pacing_gain(const struct bbr *b)
{
	switch (b->state) {
	case STARTUP:
		return HIGH_GAIN;
	case DRAIN:
		return DRAIN_GAIN;
	case PROBE_BW:
		return cycle_gains[b->cycle];
	default:
		return UNIT;
	}
}

static u32 bbr_cwnd_gain(const struct bbr *b)
{
	if (b->state == STARTUP || b->state == DRAIN)
		return HIGH_GAIN;
	return b->state == PROBE_BW ? CWND_GAIN : UNIT;
}

/* 4.2.2: what the sender gives away at once, segments. */
static u32 bbr_quantum(const struct bbr *b)
{
	u32 rate = b->pacing / UNIT;

	if (rate < 100)			/* 1.2 Mbit/s */
		return 1;
	return clamp(rate / 1000, 2U, (u32)MOST_SEGMENTS);	/* 1 ms */
}

/* 4.2.3.2: the bandwidth-delay product times @gain, and room for bursts. */
static u32 bbr_inflight(const struct bbr *b, u32 gain)
{
	u64 bdp;

	if (!b->rtprop_us)
		return MYTCP_CONG_IW;
	bdp = div_u64((u64)bbr_bw(b) * b->rtprop_us, US_PER_S);
	bdp = min_t(u64, bdp, MYTCP_CONG_CWND_MAX);
	return min_t(u64, (bdp * gain / UNIT + UNIT - 1) / UNIT +
		     3 * bbr_quantum(b), MYTCP_CONG_CWND_MAX);
}

/* 4.1.1.3: a round trip passes when what is sent now is delivered. */
static void bbr_update_round(struct bbr *b, const struct mytcp_cong_ack *ack)
{
	const struct mytcp_cong_rate *rate = &ack->rate;

	if (!b->delivered) {
		b->next_round = rate->prior_delivered;
		b->limited_until = rate->prior_delivered;
	}
	b->delivered = ack->delivered_total;
	b->round_start = false;
	if (!rate->interval_us || (s32)(rate->prior_delivered - b->next_round) < 0)
		return;
	b->next_round = b->delivered;
	b->round_start = true;
	b->conserve = false;
	b->rounds = min(b->rounds + 1, BW_ROUNDS);
}

/*
 * 4.1.1.5: who sends less than he could does not see less bandwidth, and what was
 * seen before does not age by it.
 */
static void bbr_update_bw(struct bbr *b, const struct mytcp_cong_ack *ack)
{
	const struct mytcp_cong_rate *sample = &ack->rate;
	bool limited = sample->app_limited;
	u64 rate;

	if (!sample->interval_us)
		return;
	if ((s32)(sample->prior_delivered - b->limited_until) < 0)
		limited = true;
	else
		b->limited_until = sample->prior_delivered;
	rate = div_u64((u64)sample->delivered * UNIT * US_PER_S,
		       sample->interval_us);
	rate = min_t(u64, rate, U32_MAX);
	if (limited && rate < bbr_bw(b))
		return;
	for (; b->rounds; b->rounds--) {
		b->slot = (b->slot + 1) % BW_ROUNDS;
		b->bw[b->slot] = 0;
	}
	b->bw[b->slot] = max_t(u32, b->bw[b->slot], rate);
}

static void bbr_set_phase(struct bbr *b, u32 phase, u64 now_us)
{
	b->cycle = phase % CYCLE_LEN;
	b->cycle_stamp = now_us;
}

/* 4.3.4.1: in any phase but the slow one, so that flows do not move together. */
static void bbr_enter_probe_bw(struct bbr *b, u64 now_us)
{
	u32 skip = (u32)now_us % (CYCLE_LEN - 1);

	b->state = PROBE_BW;
	bbr_set_phase(b, skip ? skip + 1 : 0, now_us);
}

static void bbr_update_phase(struct bbr *b, const struct mytcp_cong_ack *ack)
{
	bool long_enough = ack->now_us - b->cycle_stamp > b->rtprop_us;
	u32 gain = cycle_gains[b->cycle];
	bool next = long_enough;

	if (b->state != PROBE_BW)
		return;
	if (gain > UNIT)
		next = long_enough &&
		       (ack->lost || ack->in_flight >= bbr_inflight(b, gain));
	else if (gain < UNIT)
		next = long_enough || ack->in_flight <= bbr_inflight(b, UNIT);
	if (next)
		bbr_set_phase(b, b->cycle + 1, ack->now_us);
}

/* 4.3.2.2: three rounds without a quarter more. */
static void bbr_check_full(struct bbr *b, const struct mytcp_cong_ack *ack)
{
	u32 bw = bbr_bw(b);

	if (b->filled || !b->round_start || ack->rate.app_limited)
		return;
	if (bw >= b->full_bw + b->full_bw / 4) {
		b->full_bw = bw;
		b->full_count = 0;
		return;
	}
	b->full_count++;
	b->filled = b->full_count >= FULL_ROUNDS;
}

/* 4.3.3 */
static void bbr_check_drain(struct bbr *b, u64 now_us)
{
	if (b->state == STARTUP && b->filled)
		b->state = DRAIN;
	if (b->state == DRAIN && b->in_flight <= bbr_inflight(b, UNIT))
		bbr_enter_probe_bw(b, now_us);
}

static void bbr_save_cwnd(struct bbr *b, const struct mytcp_cong *cong)
{
	if (b->recovery || b->state == PROBE_RTT)
		b->prior_cwnd = max(b->prior_cwnd, cong->cwnd);
	else
		b->prior_cwnd = cong->cwnd;
}

/* 4.3.5: 200 ms and a round trip with hardly anything in flight. */
static void bbr_in_probe_rtt(struct bbr *b, struct mytcp_cong *cong, u64 now_us)
{
	b->limited_until = b->delivered + b->in_flight;
	if (!b->probe_rtt_done) {
		if (b->in_flight > MIN_CWND)
			return;
		b->probe_rtt_done = now_us + PROBE_RTT_US;
		b->round_done = false;
		b->next_round = b->delivered;
		return;
	}
	b->round_done |= b->round_start;
	if (!b->round_done || now_us <= b->probe_rtt_done)
		return;
	b->rtprop_stamp = now_us;
	cong->cwnd = max(cong->cwnd, b->prior_cwnd);
	b->state = STARTUP;
	if (b->filled)
		bbr_enter_probe_bw(b, now_us);
}

/* 4.1.2.3 and 4.3.5: a least round trip that is ten seconds old is measured anew. */
static void bbr_update_rtprop(struct bbr *b, struct mytcp_cong *cong,
			      const struct mytcp_cong_ack *ack)
{
	bool expired = b->rtprop_us &&
		       ack->now_us - b->rtprop_stamp > RTPROP_US;

	if (ack->rtt_us &&
	    (!b->rtprop_us || ack->rtt_us <= b->rtprop_us || expired)) {
		b->rtprop_us = ack->rtt_us;
		b->rtprop_stamp = ack->now_us;
	}
	if (expired && !b->idle_restart && b->state != PROBE_RTT) {
		bbr_save_cwnd(b, cong);
		b->state = PROBE_RTT;
		b->probe_rtt_done = 0;
	}
	if (b->state == PROBE_RTT)
		bbr_in_probe_rtt(b, cong, ack->now_us);
	b->idle_restart = false;
}

/*
 * A little less than what was measured: the best of ten rounds is a little more than
 * the path has, and the queue of that would stand.
 */
static u32 bbr_rate(const struct bbr *b, u32 gain)
{
	u64 rate = (u64)bbr_bw(b) * gain / UNIT;

	return min_t(u64, rate * (100 - MARGIN_PERCENT) / 100, U32_MAX);
}

/* 4.2.1: in STARTUP the rate only grows. */
static void bbr_set_pacing(struct bbr *b, const struct mytcp_cong *cong,
			   u32 srtt_us)
{
	u64 rate = bbr_rate(b, bbr_pacing_gain(b));

	if (!bbr_bw(b) && srtt_us)
		rate = div_u64((u64)cong->cwnd * HIGH_GAIN * US_PER_S, srtt_us);
	rate = min_t(u64, rate, U32_MAX);
	if (b->filled || rate > b->pacing)
		b->pacing = rate;
}

/* 4.2.3.4: what is lost is gone; for a round what is delivered may follow. */
static u32 bbr_conserve(const struct bbr *b, u32 cwnd,
			const struct mytcp_cong_ack *ack)
{
	cwnd -= min(ack->lost, cwnd - 1);
	if (b->conserve)
		cwnd = max(cwnd, b->in_flight + ack->delivered);
	return cwnd;
}

/* 4.2.3.6 */
static void bbr_set_cwnd(struct bbr *b, struct mytcp_cong *cong,
			 const struct mytcp_cong_ack *ack)
{
	u32 target = bbr_inflight(b, bbr_cwnd_gain(b));
	u32 cwnd = bbr_conserve(b, max(cong->cwnd, 1U), ack);
	u32 more = min_t(u64, (u64)cwnd + ack->delivered, MYTCP_CONG_CWND_MAX);

	if (!b->conserve) {
		if (b->filled)
			cwnd = min(more, target);
		else if (cwnd < target || b->delivered < MYTCP_CONG_IW)
			cwnd = more;
		cwnd = max_t(u32, cwnd, MIN_CWND);
	}
	if (b->state == PROBE_RTT)
		cwnd = min_t(u32, cwnd, MIN_CWND);
	cong->cwnd = cwnd;
}

static void bbr_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	struct bbr *b = cong->priv;

	b->in_flight = ack->in_flight - min(ack->in_flight, ack->delivered);
	bbr_update_round(b, ack);
	bbr_update_bw(b, ack);
	bbr_update_phase(b, ack);
	bbr_check_full(b, ack);
	bbr_check_drain(b, ack->now_us);
	bbr_update_rtprop(b, cong, ack);
	bbr_set_pacing(b, cong, ack->srtt_us);
	bbr_set_cwnd(b, cong, ack);
}

/* There is none: it stays what it was. */
static u32 bbr_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			u32 in_flight)
{
	return cong->ssthresh;
}

/* 4.2.3.4: a round of packet conservation, then back. */
static void bbr_enter_recovery(struct bbr *b, struct mytcp_cong *cong,
			       u32 cwnd, bool conserve)
{
	bbr_save_cwnd(b, cong);
	b->recovery = true;
	b->conserve = conserve;
	b->next_round = b->delivered;
	cong->cwnd = cwnd;
}

static void bbr_restore(struct bbr *b, struct mytcp_cong *cong)
{
	if (b->recovery)
		cong->cwnd = max(cong->cwnd, b->prior_cwnd);
	b->recovery = false;
	b->conserve = false;
}

static void bbr_on_event(struct mytcp_cong *cong, enum mytcp_cong_event event,
			 u32 in_flight)
{
	struct bbr *b = cong->priv;

	switch (event) {
	case MYTCP_CONG_LOSS:
		bbr_enter_recovery(b, cong, max(b->in_flight, 1U), true);
		break;
	case MYTCP_CONG_RTO:
		bbr_enter_recovery(b, cong, 1, false);
		break;
	case MYTCP_CONG_RECOVERED:
	case MYTCP_CONG_UNDO:
		bbr_restore(b, cong);
		break;
	case MYTCP_CONG_RESTART:
		/* 4.4.3: no burst, and no measure of a queue that is gone */
		b->idle_restart = true;
		if (b->state == PROBE_BW)
			b->pacing = bbr_rate(b, UNIT);
		break;
	default:	/* a mark: v1 does not answer it */
		break;
	}
}

static u64 bbr_pacing_rate(const struct mytcp_cong *cong, u32 mss)
{
	const struct bbr *b = cong->priv;

	return (u64)b->pacing * mss / UNIT;
}

static void bbr_tell(const struct mytcp_cong *cong, struct mytcp_cong_told *told)
{
	const struct bbr *b = cong->priv;

	told->kind = MYTCP_CONG_TELLS_PATH;
	told->bw = bbr_bw(b);
	told->rtt_us = b->rtprop_us;
	told->pacing_gain = bbr_pacing_gain(b);
	told->cwnd_gain = bbr_cwnd_gain(b);
}

const struct mytcp_cong_ops mytcp_cong_bbr = {
	.name		= "bbr",
	.flags		= MYTCP_CONG_OWN_CWND,
	.priv_size	= sizeof(struct bbr),
	.on_ack		= bbr_on_ack,
	.ssthresh	= bbr_ssthresh,
	.on_event	= bbr_on_event,
	.pacing_rate	= bbr_pacing_rate,
	.tell		= bbr_tell,
};
