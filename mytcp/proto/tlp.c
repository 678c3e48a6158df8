// SPDX-License-Identifier: GPL-2.0
/* Tail loss probes, RFC 8985 7. */
#include <linux/types.h>
#include <linux/minmax.h>

#include "mytcp/proto/seq.h"
#include "mytcp/proto/tlp.h"

/**
 * mytcp_tlp_pto_us() - how long to wait before a probe
 * @srtt_us: smoothed round trip, microseconds, not scaled; 0 when unknown
 * @one_in_flight: no more than a segment is, whose ACK may be delayed
 * @max_ack_delay_us: for how long, microseconds
 * @rto_left_us: until the retransmission timer runs out, microseconds
 *
 * 7.2, TLP_calc_PTO(). To be asked when data has been sent for the first time,
 * or acknowledged, and only if SACK is agreed on, nothing is SACKed, and no
 * recovery is under way.
 *
 * Context: any, no locks.
 * Return: microseconds.
 */
u32 mytcp_tlp_pto_us(u32 srtt_us, bool one_in_flight, u32 max_ack_delay_us,
		     u32 rto_left_us)
{
	u64 pto = MYTCP_TLP_UNKNOWN_US;

	if (srtt_us)
		pto = 2ULL * srtt_us + (one_in_flight ? max_ack_delay_us : 0);
	return min_t(u64, pto, rto_left_us);
}

/**
 * mytcp_tlp_begin() - a probe has been sent
 * @tlp: state; mytcp_tlp_may_probe()
 * @nxt: SND.NXT, what the probe may have added included
 * @again: it was a segment sent before; not new data
 *
 * Whether it could be sent or not, the retransmission timer is armed next (7.3).
 *
 * Context: any, no locks.
 */
void mytcp_tlp_begin(struct mytcp_tlp *tlp, u32 nxt, bool again)
{
	tlp->end = nxt;
	tlp->out = true;
	tlp->again = again;
	tlp->waits = true;
}

/**
 * mytcp_tlp_cancel() - a recovery begins that looks after everything
 * @tlp: state
 *
 * Context: any, no locks.
 */
void mytcp_tlp_cancel(struct mytcp_tlp *tlp)
{
	tlp->out = false;
}

/**
 * mytcp_tlp_on_ack() - did the probe repair a loss?
 * @tlp: state
 * @ack: an acceptable ACK
 *
 * 7.4.2, TLP_process_ack(). Both copies of the last segment are acknowledged
 * alike; the second one, when it was in vain, by a D-SACK or, without SACK, by a
 * duplicate ACK. When what was sent after the probe is acknowledged and neither
 * has come, one copy was lost.
 *
 * Context: any, no locks.
 * Return: the verdict; after any but MYTCP_TLP_GO_ON there is no probe any more.
 */
enum mytcp_tlp_verdict mytcp_tlp_on_ack(struct mytcp_tlp *tlp,
					const struct mytcp_tlp_ack *ack)
{
	if (!tlp->out || mytcp_seq_lt(ack->ack, tlp->end))
		return MYTCP_TLP_GO_ON;

	if (tlp->again && !(ack->dsack && ack->dsack->right == tlp->end)) {
		if (mytcp_seq_gt(ack->ack, tlp->end)) {
			tlp->out = false;
			return MYTCP_TLP_REPAIRED;
		}
		if (!ack->plain_dup)
			return MYTCP_TLP_GO_ON;
	}

	tlp->out = false;
	return MYTCP_TLP_OVER;
}
