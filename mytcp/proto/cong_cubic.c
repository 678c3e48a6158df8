// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC, RFC 9438: in congestion avoidance the window is a cubic function of the
 * time since the last congestion event, flat where the event was; and never less
 * than Reno's would be. Its slow start is HyStart++ (4.10).
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "mytcp/proto/hystart.h"

/* 4.6: beta is 0.7, and 5: C is 0.4 segments a cubic second. */
#define BETA_NUM	7
#define BETA_DEN	10
/* 4.3: what Reno gains with such a beta, 3 (1 - beta) / (1 + beta), in 17ths */
#define ALPHA_NUM	9
#define ALPHA_DEN	17
#define US_PER_MS	1000
#define TIME_MAX_MS	1000000	/* its cube fits; C makes 4e8 segments of it */

/**
 * struct epoch - one stage of congestion avoidance
 * @start_us: when it began, moved on by idle time; 0: with the next ACK
 * @k_ms: time from there to the plateau, milliseconds
 * @w_max: the plateau, segments
 * @w_last: window at the last congestion event, segments; 0 for none
 * @w_est: what Reno's window would be, segments
 * @est_cnt: towards its next segment, in 17ths of a segment for each of the window
 * @no_climb: 4.8: it begins at the plateau, with K = 0
 */
struct epoch {
	u64 start_us;
	u64 est_cnt;
	u32 k_ms;
	u32 w_max;
	u32 w_last;
	u32 w_est;
	bool no_climb;
};

/**
 * struct cubic - the state of a connection
 * @hystart: slow start
 * @idle: ACKs since the last increase told of an unused window, or nothing was sent
 * @grown_us: when the last ACK came that found the window used
 * @now: the present stage
 * @undo: the one before the last congestion event
 */
struct cubic {
	struct mytcp_hystart hystart;
	bool idle;
	u64 grown_us;
	struct epoch now;
	struct epoch undo;
};

static_assert(sizeof(struct cubic) <= MYTCP_CONG_PRIV_MAX);

/*
 * The cube root, rounded down: bit by bit from above. With r the root so far and
 * b the next bit, (r + b)^3 = r^3 + b (3 r (r + b) + b^2).
 */
static u32 cube_root(u64 value)
{
	u64 root = 0;
	int shift;

	for (shift = 63; shift >= 0; shift -= 3) {
		u64 step;

		root <<= 1;
		step = 3 * root * (root + 1) + 1;
		if ((value >> shift) >= step) {
			value -= step << shift;
			root++;
		}
	}
	return root;
}

/* 4.2, equation 2: K, the time from @cwnd to the plateau. */
static u32 climb_ms(u32 cwnd, u32 w_max)
{
	/* (w_max - cwnd) / 0.4 cubic seconds, in cubic milliseconds */
	return cwnd < w_max ? cube_root((w_max - cwnd) * 2500000000ULL) : 0;
}

/* 4.2, equation 1: W_cubic at @t_ms. */
static u32 w_cubic(const struct epoch *e, s64 t_ms)
{
	s64 off = clamp(t_ms - e->k_ms, -(s64)TIME_MAX_MS, (s64)TIME_MAX_MS);
	/*
	 * 0.4 off^3 / 1e9. Beyond the plateau to the nearest, or its rim is cut; but up on
	 * the way there: a loss less than a segment below it says nothing of less room.
	 */
	s64 by = div_s64(off * off * off, 1000) + (off < 0 ? 0 : 1250000);

	by = div_s64(by, 2500000);
	return clamp((s64)e->w_max + by, (s64)1, (s64)MYTCP_CONG_CWND_MAX);
}

/* 4.10: after a slow start that no loss has ended, w_max is 0: K is, too. */
static void begin_epoch(struct cubic *c, const struct mytcp_cong *cong, u64 now_us)
{
	struct epoch *e = &c->now;

	if (e->no_climb || cong->cwnd > e->w_max)
		e->w_max = cong->cwnd;
	e->k_ms = climb_ms(cong->cwnd, e->w_max);
	e->no_climb = false;
	e->start_us = now_us;
	e->w_est = cong->cwnd;
	e->est_cnt = 0;
}

/* 4.3, equation 4; beyond the window of the last event alpha is 1. */
static void grow_estimate(struct epoch *e, u32 cwnd, u32 acked)
{
	u32 alpha = e->w_est < e->w_last ? ALPHA_NUM : ALPHA_DEN;
	u64 each = (u64)ALPHA_DEN * cwnd;
	u64 steps;

	e->est_cnt += (u64)acked * alpha;
	steps = div64_u64(e->est_cnt, each);
	e->est_cnt -= steps * each;
	e->w_est = min_t(u64, e->w_est + steps, MYTCP_CONG_CWND_MAX);
}

static void avoid_congestion(struct cubic *c, struct mytcp_cong *cong,
			     const struct mytcp_cong_ack *ack, u32 acked)
{
	struct epoch *e = &c->now;
	u32 cwnd = max(cong->cwnd, 1U);
	u32 target;
	u64 t_us;

	if (!e->start_us)
		begin_epoch(c, cong, ack->now_us);
	else if (c->idle)
		e->start_us += ack->now_us - c->grown_us;	/* 4.2, 5.8 */
	t_us = ack->now_us - e->start_us;

	/* 4.2: where the window should be a round trip from now */
	target = w_cubic(e, div_u64(t_us + ack->srtt_us, US_PER_MS));
	target = clamp(target, cwnd, cwnd + cwnd / 2);
	/* 4.4, 4.5: (target - cwnd) / cwnd for each segment acknowledged */
	mytcp_cong_add(cong, (u64)acked * (target - cwnd), cwnd);
	/* 4.3: the region where Reno would be faster */
	grow_estimate(e, cwnd, acked);
	cong->cwnd = max(cong->cwnd, e->w_est);
}

static void cubic_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	struct cubic *c = cong->priv;
	u32 acked = min(ack->acked, MYTCP_CONG_CWND_MAX);

	if (!ack->cwnd_limited) {
		c->idle = true;
		return;
	}
	if (mytcp_cong_in_slow_start(cong)) {
		acked = mytcp_hystart_on_ack(&c->hystart, cong, ack, acked);
		c->now.start_us = 0;
	}
	if (acked)
		avoid_congestion(c, cong, ack, acked);
	c->grown_us = ack->now_us;
	c->idle = false;
}

/* 4.6; and 4.7: who has not come to the plateau makes room for others. */
static u32 cubic_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			  u32 in_flight)
{
	struct cubic *c = cong->priv;
	struct epoch *e = &c->now;
	u64 cwnd = cong->cwnd;

	c->undo = *e;
	e->start_us = 0;
	e->w_max = cwnd < e->w_max ?
		   div_u64(cwnd * (BETA_DEN + BETA_NUM), 2 * BETA_DEN) : cwnd;
	e->w_last = cwnd;
	e->no_climb = why == MYTCP_CONG_RTO;	/* 4.8 */
	return max_t(u64, div_u64((u64)in_flight * BETA_NUM, BETA_DEN), 2);
}

static void cubic_on_event(struct mytcp_cong *cong, enum mytcp_cong_event event,
			   u32 in_flight)
{
	struct cubic *c = cong->priv;

	cong->cwnd_cnt = 0;
	if (event == MYTCP_CONG_UNDO)
		c->now = c->undo;	/* 4.9 */
	if (event == MYTCP_CONG_RESTART)
		c->idle = true;
}

const struct mytcp_cong_ops mytcp_cong_cubic = {
	.name		= "cubic",
	.priv_size	= sizeof(struct cubic),
	.on_ack		= cubic_on_ack,
	.ssthresh	= cubic_ssthresh,
	.on_event	= cubic_on_event,
};
