// SPDX-License-Identifier: GPL-2.0
/*
 * Reno: slow start and congestion avoidance of RFC 5681. It needs no state, and so
 * stands in for every other algorithm that has none yet.
 */
#include <linux/minmax.h>
#include <linux/types.h>

#include "mytcp/proto/cong.h"

static void reno_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	u32 acked = min(ack->acked, MYTCP_CONG_CWND_MAX);

	/* A window that was not used has not been tried (RFC 7661 4.3). */
	if (!ack->cwnd_limited)
		return;

	if (mytcp_cong_in_slow_start(cong))
		acked = mytcp_cong_slow_start(cong, acked);
	/* 3.1: a segment more for each window acknowledged */
	if (acked)
		mytcp_cong_add(cong, acked, cong->cwnd);
}

/* Equation 4: half of what is in flight, which is not the window. */
static u32 reno_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			 u32 in_flight)
{
	return max(in_flight / 2, 2U);
}

static void reno_on_event(struct mytcp_cong *cong, enum mytcp_cong_event event,
			  u32 in_flight)
{
	cong->cwnd_cnt = 0;
}

const struct mytcp_cong_ops mytcp_cong_reno = {
	.name		= "reno",
	.on_ack		= reno_on_ack,
	.ssthresh	= reno_ssthresh,
	.on_event	= reno_on_event,
};
