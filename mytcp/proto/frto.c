// SPDX-License-Identifier: GPL-2.0
/* F-RTO: was the timeout spurious? RFC 5682. */
#include <linux/types.h>

#include "mytcp/proto/frto.h"
#include "mytcp/proto/seq.h"

/**
 * mytcp_frto_begin() - the retransmission timer has run out
 * @frto: state
 * @again_end: the sequence number after the segment that is sent again, the one
 *	at SND.UNA
 * @sack: SACK is agreed on
 * @in_recovery: the recovery after an earlier timeout has not come to its end
 *	(step 1), or other segments in flight have been sent again: their ACKs
 *	would tell nothing
 *
 * Context: any, no locks.
 */
void mytcp_frto_begin(struct mytcp_frto *frto, u32 again_end, bool sack,
		      bool in_recovery)
{
	frto->step = in_recovery ? MYTCP_FRTO_OFF : MYTCP_FRTO_FIRST;
	frto->sack = sack;
	frto->again_end = again_end;
}

/**
 * mytcp_frto_cancel() - something else is sent again, or the connection is reset
 * @frto: state
 *
 * Context: any, no locks.
 */
void mytcp_frto_cancel(struct mytcp_frto *frto)
{
	frto->step = MYTCP_FRTO_OFF;
}

/*
 * Step 2, the ACK that the retransmission brings. What it says must not be the
 * end already, as there would be nothing to be told of the other segments. With
 * SACK, duplicate ACKs before it are only noted.
 */
static enum mytcp_frto_verdict first_ack(struct mytcp_frto *frto,
					 const struct mytcp_frto_ack *ack)
{
	bool covers_again = ack->advances &&
			    mytcp_seq_ge(ack->una, frto->again_end);

	if (frto->sack && !covers_again)
		return MYTCP_FRTO_NOTHING;

	frto->step = MYTCP_FRTO_OFF;
	frto->recover = ack->nxt;
	if (!covers_again || mytcp_seq_ge(ack->una, frto->recover) ||
	    !ack->may_send_new)
		return MYTCP_FRTO_GO_BACK;

	frto->step = MYTCP_FRTO_SECOND;
	return MYTCP_FRTO_SEND_NEW;
}

/*
 * Step 3. Only the segment at the front has been sent again, so what else is
 * acknowledged now is an original. New data that arrives with nothing between
 * means that the rest has been lost.
 */
static enum mytcp_frto_verdict second_ack(struct mytcp_frto *frto,
					  const struct mytcp_frto_ack *ack)
{
	frto->step = MYTCP_FRTO_OFF;
	if (!frto->sack)
		return ack->advances ? MYTCP_FRTO_SPURIOUS : MYTCP_FRTO_GENUINE;

	if (ack->sacked_above || mytcp_seq_gt(ack->una, frto->recover))
		return MYTCP_FRTO_GENUINE;
	return ack->advances || ack->sacked_below ? MYTCP_FRTO_SPURIOUS :
						    MYTCP_FRTO_GENUINE;
}

/**
 * mytcp_frto_on_ack() - what an ACK says of the timeout
 * @frto: state
 * @ack: the ACK, acceptable
 *
 * Context: any, no locks.
 * Return: the verdict; after the last three the algorithm is over.
 */
enum mytcp_frto_verdict mytcp_frto_on_ack(struct mytcp_frto *frto,
					  const struct mytcp_frto_ack *ack)
{
	switch (frto->step) {
	case MYTCP_FRTO_FIRST:
		return first_ack(frto, ack);
	case MYTCP_FRTO_SECOND:
		return second_ack(frto, ack);
	default:
		return MYTCP_FRTO_NOTHING;
	}
}
