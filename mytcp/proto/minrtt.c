// SPDX-License-Identifier: GPL-2.0
/* The smallest round trip of late, RFC 8985 6.2 step 1. */
#include <linux/types.h>
#include <linux/minmax.h>

#include "mytcp/proto/minrtt.h"

/**
 * mytcp_minrtt_init() - no sample is there yet
 * @filter: state
 *
 * Context: any, no locks.
 */
void mytcp_minrtt_init(struct mytcp_minrtt *filter)
{
	filter->since_us = 0;
	filter->now_us = MYTCP_MINRTT_NONE;
	filter->before_us = MYTCP_MINRTT_NONE;
}

/**
 * mytcp_minrtt_sample() - take a measured round trip in
 * @filter: state
 * @sample_us: the round trip, microseconds; 0 counts as 1
 * @clock_us: now, microseconds
 * @window_us: how long a sample may count, microseconds
 *
 * Context: any, no locks.
 */
void mytcp_minrtt_sample(struct mytcp_minrtt *filter, u32 sample_us, u64 clock_us,
			 u64 window_us)
{
	u64 age = clock_us - filter->since_us;
	u32 sample = max(sample_us, 1U);

	if (age >= window_us / 2) {
		filter->before_us = age < window_us ? filter->now_us :
						      MYTCP_MINRTT_NONE;
		filter->now_us = sample;
		filter->since_us = clock_us;
		return;
	}

	filter->now_us = min(filter->now_us, sample);
}

/**
 * mytcp_minrtt_us() - the smallest round trip of late
 * @filter: state
 *
 * Context: any, no locks.
 * Return: microseconds; MYTCP_MINRTT_NONE before the first sample.
 */
u32 mytcp_minrtt_us(const struct mytcp_minrtt *filter)
{
	return min(filter->now_us, filter->before_us);
}
