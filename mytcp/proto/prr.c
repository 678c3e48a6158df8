// SPDX-License-Identifier: GPL-2.0
/* Proportional rate reduction, RFC 9937. */
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "mytcp/proto/prr.h"

/**
 * mytcp_prr_begin() - a fast recovery begins
 * @prr: state
 * @start: by which ACK
 *
 * What had been SACKed before will not be delivered in it, what this ACK
 * acknowledges is. The window is left as it is; mytcp_prr_on_ack() follows for
 * the same ACK.
 *
 * Context: any, no locks.
 */
void mytcp_prr_begin(struct mytcp_prr *prr, const struct mytcp_prr_start *start)
{
	u32 before = start->sacked - start->newly_sacked;
	u32 flight = start->flight - min(start->flight, before);

	prr->delivered = 0;
	prr->out = 0;
	prr->recover_fs = max(flight + start->newly_acked, 1U);
}

/*
 * More in flight than there shall be: for each part of the flight that was
 * delivered, the same part of ssthresh has been sent (PRR), and no more.
 */
static u64 reduce(const struct mytcp_prr *prr, u64 ssthresh)
{
	u64 whole = min_t(u64, prr->delivered, U32_MAX) * ssthresh;
	u64 due = div_u64(whole + prr->recover_fs - 1, prr->recover_fs);

	return due - min(due, prr->out);
}

/*
 * Less: what was delivered may be replaced (CRB); while the recovery makes
 * progress, a segment more, as in slow start (SSRB). Not beyond ssthresh.
 */
static u64 rebuild(const struct mytcp_prr *prr,
		   const struct mytcp_prr_ack *ack, u64 ssthresh)
{
	u64 due = prr->delivered - min(prr->delivered, prr->out);

	due = max_t(u64, due, ack->delivered);
	if (ack->safe)
		due += ack->mss;
	return min(due, ssthresh - ack->in_flight);
}

/**
 * mytcp_prr_on_ack() - the window after an ACK of a fast recovery
 * @prr: state
 * @ack: the ACK; not the one that ends the recovery: then it is ssthresh
 *
 * Context: any, no locks.
 * Return: congestion window, segments. Not changed by an ACK that has delivered
 * nothing.
 */
u32 mytcp_prr_on_ack(struct mytcp_prr *prr, const struct mytcp_prr_ack *ack)
{
	u64 ssthresh = min_t(u64, (u64)ack->ssthresh * ack->mss, U32_MAX);
	u64 send;

	if (!ack->delivered)
		return ack->cwnd;

	prr->delivered += ack->delivered;
	send = ack->in_flight > ssthresh ? reduce(prr, ssthresh) :
					   rebuild(prr, ack, ssthresh);
	/* A recovery begins with a retransmission. */
	if (!prr->out && !send)
		send = ack->mss;
	return div_u64(ack->in_flight + send + ack->mss - 1, ack->mss);
}

/**
 * mytcp_prr_sent() - something was sent in a fast recovery
 * @prr: state
 * @octets: how much, for the first time or not
 *
 * Context: any, no locks.
 */
void mytcp_prr_sent(struct mytcp_prr *prr, u32 octets)
{
	prr->out += octets;
}
