// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP, RFC 8257: where routers mark early and receivers echo exactly, the share
 * of marked segments tells how much congestion there is, and the window shrinks in
 * proportion. Everything else is Reno's.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "mytcp/proto/cong.h"

#define ALPHA_ONE	0x100000U	/* alpha = 1: all is marked */
#define G_SHIFT		4		/* 3.3, RFC's choice: g = 1/16 */

/**
 * struct dctcp - the state of a connection
 * @round: the observation window of 3.3
 * @alpha: share of marked segments, smoothed, in 2^-20
 * @delivered: segments in this window
 * @marked: how many of them were
 * @rest: what reductions have left of a segment, in 2^-21: it would add up
 */
struct dctcp {
	struct mytcp_cong_round round;
	u32 alpha;
	u32 delivered;
	u32 marked;
	u32 rest;
};

static_assert(sizeof(struct dctcp) <= MYTCP_CONG_PRIV_MAX);

/* 4.2: the first mark is answered as by Reno, until it is known how many there are. */
static void dctcp_init(struct mytcp_cong *cong)
{
	struct dctcp *d = cong->priv;

	d->alpha = ALPHA_ONE;
}

/* 3.3, equation 1; a remainder below 1/16 of a unit must not stay for ever. */
static void dctcp_next_window(struct dctcp *d)
{
	u32 share = div_u64((u64)d->marked * ALPHA_ONE, max(d->delivered, 1U));

	d->alpha -= min(d->alpha, max(d->alpha >> G_SHIFT, 1U));
	d->alpha = min(d->alpha + (share >> G_SHIFT), ALPHA_ONE);
	d->delivered = 0;
	d->marked = 0;
}

static void dctcp_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	struct dctcp *d = cong->priv;

	d->delivered += ack->delivered;
	d->marked += min(ack->delivered_ce, ack->delivered);
	if (mytcp_cong_round_ends(&d->round, ack))
		dctcp_next_window(d);
	if (!ack->recovering)
		mytcp_cong_reno.on_ack(cong, ack);
}

/* 3.3, equation 2 for a mark; 3.5: a loss is worth what it is to Reno. */
static u32 dctcp_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			  u32 in_flight)
{
	struct dctcp *d = cong->priv;
	u64 less;

	if (why != MYTCP_CONG_ECE)
		return mytcp_cong_reno.ssthresh(cong, why, in_flight);
	less = (u64)cong->cwnd * d->alpha + d->rest;
	d->rest = less % (2 * ALPHA_ONE);
	return max_t(u32, cong->cwnd - less / (2 * ALPHA_ONE), 2);
}

static void dctcp_on_event(struct mytcp_cong *cong, enum mytcp_cong_event event,
			   u32 in_flight)
{
	/* after a mark it goes on to grow where it was: marks come all the time */
	if (event == MYTCP_CONG_LOSS || event == MYTCP_CONG_RTO)
		cong->cwnd_cnt = 0;
}

static void dctcp_tell(const struct mytcp_cong *cong, struct mytcp_cong_told *told)
{
	const struct dctcp *d = cong->priv;

	told->kind = MYTCP_CONG_TELLS_MARKS;
	told->alpha = d->alpha;
	told->delivered = d->delivered;
	told->marked = d->marked;
}

const struct mytcp_cong_ops mytcp_cong_dctcp = {
	.name		= "dctcp",
	.flags		= MYTCP_CONG_NEEDS_ECN | MYTCP_CONG_EVERY_ACK,
	.priv_size	= sizeof(struct dctcp),
	.init		= dctcp_init,
	.on_ack		= dctcp_on_ack,
	.ssthresh	= dctcp_ssthresh,
	.on_event	= dctcp_on_event,
	.tell		= dctcp_tell,
};
