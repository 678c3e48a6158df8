// SPDX-License-Identifier: GPL-2.0
/*
 * What every congestion control has in common: Reno until there is memory for an
 * algorithm's state, what a reduction of the window is and how it is undone, and
 * the window after idle times.
 */
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/types.h>

#include "mytcp/proto/cong.h"

#define US_PER_S	1000000U
#define PERCENT		100

/* Who decides: the algorithm, or Reno for it. */
static const struct mytcp_cong_ops *at_work(const struct mytcp_cong *cong)
{
	return mytcp_cong_ready(cong) ? cong->ops : &mytcp_cong_reno;
}

static void tell(struct mytcp_cong *cong, enum mytcp_cong_event event,
		 u32 in_flight)
{
	const struct mytcp_cong_ops *ops = at_work(cong);

	if (ops->on_event)
		ops->on_event(cong, event, in_flight);
}

/**
 * mytcp_cong_start() - a new connection
 * @cong: all of it is written but priv and chosen
 * @ops: its algorithm
 */
void mytcp_cong_start(struct mytcp_cong *cong, const struct mytcp_cong_ops *ops)
{
	cong->cwnd = MYTCP_CONG_IW;
	cong->ssthresh = MYTCP_CONG_SSTHRESH_INF;
	cong->prior_cwnd = 0;
	cong->prior_inf = 0;
	mytcp_cong_use(cong, ops);
}

/**
 * mytcp_cong_use() - another algorithm
 * @cong: of a connection in any state
 * @ops: the algorithm; the old one's, to begin anew
 *
 * The window stays, as it is the path's; what the old algorithm knew goes.
 */
void mytcp_cong_use(struct mytcp_cong *cong, const struct mytcp_cong_ops *ops)
{
	cong->ops = ops;
	cong->cwnd_cnt = 0;
	if (cong->priv)
		mytcp_cong_give_priv(cong, cong->priv);
}

/**
 * mytcp_cong_give_priv() - memory for the algorithm's state
 * @cong: of a connection in any state
 * @mem: MYTCP_CONG_PRIV_MAX octets, aligned for u64; stays the caller's to free
 */
void mytcp_cong_give_priv(struct mytcp_cong *cong, void *mem)
{
	memset(mem, 0, MYTCP_CONG_PRIV_MAX);
	cong->priv = mem;
	if (cong->ops->init)
		cong->ops->init(cong);
}

/**
 * mytcp_cong_on_ack() - an ACK has come, and what it tells is accounted for
 * @cong: congestion state
 * @ack: what it told
 */
void mytcp_cong_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	const struct mytcp_cong_ops *ops = at_work(cong);

	if (ack->recovering &&
	    !(ops->flags & (MYTCP_CONG_OWN_CWND | MYTCP_CONG_EVERY_ACK)))
		return;
	ops->on_ack(cong, ack);
}

/**
 * mytcp_cong_reduce() - a loss, a timeout, or the echo of a mark
 * @cong: congestion state
 * @why: MYTCP_CONG_LOSS, _RTO or _ECE
 * @in_flight: segments sent and not acknowledged
 *
 * Afterwards cwnd is what recovery begins with (RFC 5681 3.1 and 3.2).
 */
void mytcp_cong_reduce(struct mytcp_cong *cong, enum mytcp_cong_event why,
		       u32 in_flight)
{
	cong->prior_cwnd = min(cong->cwnd, MYTCP_CONG_PRIOR_MAX);
	cong->prior_inf = cong->ssthresh == MYTCP_CONG_SSTHRESH_INF;
	cong->ssthresh = min(at_work(cong)->ssthresh(cong, why, in_flight),
			     MYTCP_CONG_SSTHRESH_INF);
	if (!mytcp_cong_owns_cwnd(cong))
		cong->cwnd = why == MYTCP_CONG_RTO ? 1 : cong->ssthresh;
	tell(cong, why, in_flight);
}

/**
 * mytcp_cong_rto_again() - one more timeout for the same data
 * @cong: congestion state
 * @in_flight: segments sent and not acknowledged
 *
 * RFC 5681 3.1: ssthresh stays.
 */
void mytcp_cong_rto_again(struct mytcp_cong *cong, u32 in_flight)
{
	if (mytcp_cong_owns_cwnd(cong))
		tell(cong, MYTCP_CONG_RTO, in_flight);
	else
		cong->cwnd = 1;
}

/**
 * mytcp_cong_recovered() - all that was in flight at a reduction is acknowledged
 * @cong: congestion state
 * @why: with what it began, as in mytcp_cong_reduce()
 * @in_flight: segments sent and not acknowledged
 *
 * RFC 6582 3.2 step 3: after fast recovery the window is ssthresh.
 */
void mytcp_cong_recovered(struct mytcp_cong *cong, enum mytcp_cong_event why,
			  u32 in_flight)
{
	if (why == MYTCP_CONG_LOSS && !mytcp_cong_owns_cwnd(cong))
		cong->cwnd = cong->ssthresh;
	tell(cong, MYTCP_CONG_RECOVERED, in_flight);
}

/**
 * mytcp_cong_undo() - the last reduction was for nothing
 * @cong: congestion state
 * @in_flight: segments sent and not acknowledged
 *
 * The segments were late, not lost (RFC 4015). The window is what it was, or what
 * it has grown to since. Which ssthresh it had within slow start is not remembered
 * unless it was infinite: it is the window then, which is the cautious choice.
 */
void mytcp_cong_undo(struct mytcp_cong *cong, u32 in_flight)
{
	if (!cong->prior_cwnd)
		return;
	cong->cwnd = max_t(u32, cong->cwnd, cong->prior_cwnd);
	cong->ssthresh = cong->prior_inf ? MYTCP_CONG_SSTHRESH_INF :
			 max_t(u32, cong->ssthresh, cong->prior_cwnd);
	cong->prior_cwnd = 0;
	tell(cong, MYTCP_CONG_UNDO, in_flight);
}

/**
 * mytcp_cong_restart() - is about to send after an idle time
 * @cong: congestion state
 * @idle: how long nothing was sent and nothing in flight
 * @rto: retransmission timeout, in the same unit
 *
 * RFC 2861 3.1: what the window says of the path has aged; it is halved for each
 * RTO, down to the initial window, which RFC 5681 4.1 asks for at once. Three
 * quarters of the old window are remembered as ssthresh, so that slow start leads
 * back to where the path is known to bear it.
 */
void mytcp_cong_restart(struct mytcp_cong *cong, u32 idle, u32 rto)
{
	u32 least = min_t(u32, cong->cwnd, MYTCP_CONG_IW);
	u32 halvings;

	if (idle <= rto)
		return;
	if (mytcp_cong_owns_cwnd(cong)) {
		tell(cong, MYTCP_CONG_RESTART, 0);
		return;
	}
	if (cong->ssthresh != MYTCP_CONG_SSTHRESH_INF)
		cong->ssthresh = max(cong->ssthresh, cong->cwnd - cong->cwnd / 4);
	halvings = min(idle / max(rto, 1U), 31U);
	cong->cwnd = max(cong->cwnd >> halvings, least);
	cong->cwnd_cnt = 0;
	tell(cong, MYTCP_CONG_RESTART, 0);
}

/**
 * mytcp_cong_resume() - the same, where windows do not age
 * @cong: congestion state
 *
 * The algorithm hears of it: the time that has passed is none of its own.
 */
void mytcp_cong_resume(struct mytcp_cong *cong)
{
	tell(cong, MYTCP_CONG_RESTART, 0);
}

/**
 * mytcp_cong_expire() - not even half of the window was in use for MYTCP_CONG_VALID_S
 * @cong: congestion state
 * @in_flight: segments sent and not acknowledged
 *
 * RFC 7661 4.4.3: half of it is left, and slow start leads back to three quarters.
 */
void mytcp_cong_expire(struct mytcp_cong *cong, u32 in_flight)
{
	if (cong->cwnd <= MYTCP_CONG_IW || mytcp_cong_owns_cwnd(cong))
		return;
	cong->ssthresh = max(cong->ssthresh, cong->cwnd - cong->cwnd / 4);
	cong->cwnd = max(cong->cwnd / 2, (u32)MYTCP_CONG_IW);
	cong->cwnd_cnt = 0;
	tell(cong, MYTCP_CONG_RESTART, in_flight);
}

/**
 * mytcp_cong_pacing_rate() - how fast segments should leave
 * @cong: congestion state
 * @mss: octets in a segment
 * @srtt_us: smoothed round trip, microseconds, 0 before the first sample
 * @ss_ratio: percent of the rate in slow start, up to 2^10
 * @ca_ratio: afterwards
 *
 * Where the algorithm has no rate of its own it is the window over the round
 * trip, and more of it, as the window must be able to grow.
 *
 * Return: octets a second; 0 if nothing is known of the path.
 */
u64 mytcp_cong_pacing_rate(const struct mytcp_cong *cong, u32 mss, u32 srtt_us,
			   u32 ss_ratio, u32 ca_ratio)
{
	const struct mytcp_cong_ops *ops = at_work(cong);
	u64 rate = ops->pacing_rate ? ops->pacing_rate(cong, mss) : 0;

	if (rate || !srtt_us)
		return rate;
	/* cwnd below 2^31, mss below 2^16, the ratio at most 2^10 */
	rate = (u64)cong->cwnd * mss *
	       (mytcp_cong_in_slow_start(cong) ? ss_ratio : ca_ratio);
	rate = div_u64(rate, PERCENT);
	if (rate < (1ULL << 44))
		return div_u64(rate * US_PER_S, srtt_us);
	return div_u64(rate, srtt_us) * US_PER_S;
}

/**
 * mytcp_cong_tell() - what the algorithm has to tell of itself
 * @cong: state of a connection
 * @told: filled; of the kind MYTCP_CONG_TELLS_NOTHING if it has nothing, or is not at work
 *
 * Context: the socket's lock.
 */
void mytcp_cong_tell(const struct mytcp_cong *cong, struct mytcp_cong_told *told)
{
	memset(told, 0, sizeof(*told));
	if (cong->ops->tell && mytcp_cong_ready(cong))
		cong->ops->tell(cong, told);
}

/**
 * mytcp_cong_slow_start() - a segment more for each segment acknowledged
 * @cong: congestion state, cwnd below ssthresh
 * @acked: segments, below 2^31
 *
 * RFC 5681 3.1, up to ssthresh.
 *
 * Return: what is left of @acked.
 */
u32 mytcp_cong_slow_start(struct mytcp_cong *cong, u32 acked)
{
	u32 step = min(acked, cong->ssthresh - cong->cwnd);

	cong->cwnd += step;
	return acked - step;
}
EXPORT_SYMBOL_GPL(mytcp_cong_slow_start);

/**
 * mytcp_cong_add() - a segment more for each @each gained
 * @cong: congestion state; cwnd_cnt keeps what is left
 * @gained: what this ACK gains, in whatever unit
 * @each: what one segment costs, at most 2^31
 */
void mytcp_cong_add(struct mytcp_cong *cong, u64 gained, u64 each)
{
	u64 steps;

	each = max_t(u64, each, 1);
	/* The count of a large window must not open a small one at a stroke. */
	gained += min_t(u64, cong->cwnd_cnt, each);
	steps = div64_u64(gained, each);
	cong->cwnd_cnt = gained - steps * each;
	cong->cwnd = min_t(u64, cong->cwnd + steps, MYTCP_CONG_CWND_MAX);
}
EXPORT_SYMBOL_GPL(mytcp_cong_add);

/**
 * mytcp_cong_round_ends() - does an ACK end a round trip?
 * @round: zeroed at first
 * @ack: the ACK
 *
 * A round ends when as many segments are delivered as were in flight when it
 * began; what is in flight then was sent since.
 */
bool mytcp_cong_round_ends(struct mytcp_cong_round *round,
			   const struct mytcp_cong_ack *ack)
{
	if (ack->delivered < round->left) {
		round->left -= ack->delivered;
		return false;
	}
	round->left = ack->in_flight - min(ack->in_flight, ack->delivered);
	return true;
}
EXPORT_SYMBOL_GPL(mytcp_cong_round_ends);
