// SPDX-License-Identifier: GPL-2.0
/* Round-trip time estimation and the retransmission timeout, RFC 6298. */
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "mytcp/proto/rtt.h"

/*
 * A round trip longer than the longest timeout teaches nothing more. The bound
 * also keeps srtt * 8 and srtt + 4 * rttvar far below 2^32.
 */
#define SAMPLE_MAX_US	MYTCP_RTO_MAX_US

/* MYTCP_RTO_MIN_US doubled this often is beyond MYTCP_RTO_MAX_US. */
#define BACKOFF_MAX	10

/*
 * RFC 6298 2.3 with G = 0: the clock's grain of 1 us is nothing next to the
 * floor. The floor is under the variance term and not under the sum (Linux's
 * choice): a steady path longer than 200 ms would otherwise run without margin.
 */
static u32 rto_of(const struct mytcp_rtt *rtt)
{
	u32 margin = max(rtt->rttvar_us, MYTCP_RTO_MIN_US);

	return min((rtt->srtt_us >> 3) + margin, MYTCP_RTO_MAX_US);
}

/**
 * mytcp_rtt_init() - nothing is known of the path yet
 * @rtt: estimator
 *
 * RFC 6298 2.1: the timeout is one second until a sample is there.
 *
 * Context: any, no locks.
 */
void mytcp_rtt_init(struct mytcp_rtt *rtt)
{
	rtt->srtt_us = 0;
	rtt->rttvar_us = 0;
	rtt->rto_us = MYTCP_RTO_INIT_US;
	rtt->min_us = U32_MAX;
	rtt->backoff = 0;
}

/**
 * mytcp_rtt_sample() - take a measured round trip into the estimate
 * @rtt: estimator
 * @sample_us: the round trip, microseconds; never of a segment that was sent
 *	twice, unless timestamps tell which copy was acknowledged (RFC 6298 3)
 *
 * Ends any back-off: the path has answered (RFC 6298 5, last paragraph).
 * A sample of 0 counts as 1 us, since srtt_us of 0 means that there was none.
 *
 * Context: any, no locks.
 */
void mytcp_rtt_sample(struct mytcp_rtt *rtt, u32 sample_us)
{
	u32 sample = clamp(sample_us, 1U, SAMPLE_MAX_US);
	u32 srtt = rtt->srtt_us >> 3;

	if (!rtt->srtt_us) {
		/* 2.2: SRTT = R, RTTVAR = R / 2 */
		rtt->srtt_us = sample << 3;
		rtt->rttvar_us = sample << 1;
	} else {
		u32 error = sample > srtt ? sample - srtt : srtt - sample;

		/* 2.3: RTTVAR first, beta 1/4; then SRTT, alpha 1/8 */
		rtt->rttvar_us = rtt->rttvar_us - (rtt->rttvar_us >> 2) + error;
		rtt->srtt_us = rtt->srtt_us - srtt + sample;
	}

	rtt->min_us = min(rtt->min_us, sample);
	rtt->rto_us = rto_of(rtt);
	rtt->backoff = 0;
}

/**
 * mytcp_rtt_raise() - a timeout was spurious: the path has become slower
 * @rtt: estimator
 * @sample_us: the round trip that outlasted the timer, microseconds
 *
 * RFC 4015 3.1: no less is expected than that, at once. Ends any back-off.
 *
 * Context: any, no locks.
 */
void mytcp_rtt_raise(struct mytcp_rtt *rtt, u32 sample_us)
{
	u32 sample = clamp(sample_us, 1U, SAMPLE_MAX_US);

	rtt->srtt_us = max(rtt->srtt_us, sample << 3);
	rtt->rttvar_us = max(rtt->rttvar_us, sample << 1);
	rtt->rto_us = rto_of(rtt);
	rtt->backoff = 0;
}

/**
 * mytcp_rtt_backoff() - the timer expired: double the timeout
 * @rtt: estimator
 *
 * RFC 6298 5.5. The count goes on beyond the doubling that reaches the cap, up
 * to what its type holds.
 *
 * Context: any, no locks.
 */
void mytcp_rtt_backoff(struct mytcp_rtt *rtt)
{
	if (rtt->backoff < U8_MAX)
		rtt->backoff++;
}

/**
 * mytcp_rtt_timeout_us() - what to arm the retransmission timer with
 * @rtt: estimator
 *
 * Context: any, no locks.
 * Return: the timeout with its back-off, MYTCP_RTO_MAX_US at most.
 */
u32 mytcp_rtt_timeout_us(const struct mytcp_rtt *rtt)
{
	u64 timeout = (u64)rtt->rto_us << min_t(u8, rtt->backoff, BACKOFF_MAX);

	return min_t(u64, timeout, MYTCP_RTO_MAX_US);
}
