// SPDX-License-Identifier: GPL-2.0
/* Reno: slow start and congestion avoidance of RFC 5681. */
#include <linux/types.h>
#include <linux/minmax.h>

#include "mytcp/proto/cong.h"

static void reno_init(struct mytcp_cong *cong)
{
	cong->cwnd_cnt = 0;
}

/* 3.1: a segment more for each segment acknowledged; what is left of them. */
static u32 slow_start(struct mytcp_cong *cong, u32 acked)
{
	u32 step = min(acked, cong->ssthresh - cong->cwnd);

	cong->cwnd += step;
	return acked - step;
}

/* 3.1: a segment more for each window acknowledged. */
static void avoid_congestion(struct mytcp_cong *cong, u32 acked)
{
	u32 window = max(cong->cwnd, 1U);
	u32 steps;

	/* A window and an ACK are below 2^31 each: the sum cannot overflow. */
	cong->cwnd_cnt = min(cong->cwnd_cnt, window) + acked;
	steps = cong->cwnd_cnt / window;
	cong->cwnd_cnt %= window;
	cong->cwnd = min(cong->cwnd + steps, MYTCP_CONG_CWND_MAX);
}

static void reno_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	u32 acked = min(ack->acked, MYTCP_CONG_CWND_MAX);

	/* A window that was not used has not been tried (RFC 7661 4.3). */
	if (!ack->cwnd_limited)
		return;

	if (mytcp_cong_in_slow_start(cong))
		acked = slow_start(cong, acked);
	if (acked)
		avoid_congestion(cong, acked);
}

/* Equation 4: half of what is in flight, which is not the window. */
static u32 reno_ssthresh(const struct mytcp_cong *cong, u32 in_flight)
{
	return max(in_flight / 2, 2U);
}

static void reno_on_loss(struct mytcp_cong *cong, bool rto)
{
	cong->cwnd_cnt = 0;
}

const struct mytcp_cong_ops mytcp_cong_reno = {
	.name		= "reno",
	.init		= reno_init,
	.on_ack		= reno_on_ack,
	.ssthresh	= reno_ssthresh,
	.on_loss	= reno_on_loss,
};
