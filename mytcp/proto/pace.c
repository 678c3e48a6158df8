// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing: when the next segment may go, and how much at once. Each segment puts the
 * next one off by the time it takes at the rate; a timer that is late, or an
 * application that is, does not make the flow slower, for up to a millisecond.
 */
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "mytcp/proto/pace.h"

#define NS_PER_S	1000000000ULL
#define BURSTS_PER_S	(NS_PER_S / MYTCP_PACE_BURST_NS)
#define SKBS_LEAST	2U	/* below the socket: one on its way, one to follow it */

/* Octets in the time of a burst. */
static u32 pace_burst_octets(u64 rate)
{
	return min_t(u64, div_u64(rate, BURSTS_PER_S), U32_MAX);
}

/**
 * mytcp_pace_wait() - how long until the next segment may go?
 * @pace: pace
 * @rate: octets a second, not 0
 * @now_ns: clock
 *
 * A rate that has grown shortens what is left of a wait; one that has fallen tells
 * with the next segment.
 *
 * Return: nanoseconds, 0 if it may go now.
 */
u64 mytcp_pace_wait(struct mytcp_pace *pace, u64 rate, u64 now_ns)
{
	u64 left;

	if (pace->next_ns <= now_ns)
		return 0;
	left = pace->next_ns - now_ns;
	/* in whole multiples only: no product can overflow, and none is too large */
	if (rate > pace->rate)
		left = div64_u64(left, div64_u64(rate, pace->rate));
	pace->next_ns = now_ns + left;
	pace->rate = max(pace->rate, rate);
	return left;
}

/**
 * mytcp_pace_sent() - a segment goes, in its time or not
 * @pace: pace
 * @rate: octets a second, not 0
 * @len: octets of it
 * @now_ns: clock
 *
 * Return: when it should leave the host, @now_ns or later.
 */
u64 mytcp_pace_sent(struct mytcp_pace *pace, u64 rate, u32 len, u64 now_ns)
{
	u64 earliest = now_ns - min_t(u64, now_ns, MYTCP_PACE_CREDIT_NS);
	u64 leaves = max(now_ns, pace->next_ns);

	pace->next_ns = max(earliest, pace->next_ns) +
			div64_u64(len * NS_PER_S, rate);
	pace->rate = rate;
	return leaves;
}

/**
 * mytcp_pace_burst() - octets to be sent, or to be put into one skb, at once
 * @rate: octets a second
 * @mss: octets in a segment
 *
 * Return: a millisecond of the rate, but two segments at least.
 */
u32 mytcp_pace_burst(u64 rate, u32 mss)
{
	return max(pace_burst_octets(rate), MYTCP_PACE_SEGMENTS_LEAST * mss);
}

/**
 * mytcp_pace_below() - octets that may wait below the socket for the device
 * @rate: octets a second
 * @skb: octets of memory that the next one takes
 * @most: the limit
 *
 * Return: a millisecond of the rate, but two skbs at least, and @most at most.
 */
u32 mytcp_pace_below(u64 rate, u32 skb, u32 most)
{
	return min_t(u64, max_t(u64, pace_burst_octets(rate),
				(u64)SKBS_LEAST * skb), most);
}
