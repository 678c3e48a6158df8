// SPDX-License-Identifier: GPL-2.0
/* Recoveries that need not have been: RFC 3522, RFC 3708. */
#include <linux/types.h>
#include <linux/minmax.h>

#include "mytcp/proto/seq.h"
#include "mytcp/proto/undo.h"

/**
 * mytcp_undo_begin() - a fast recovery or one after a timeout begins
 * @undo: state
 * @una: SND.UNA
 *
 * RFC 4015 3.1 step 0. Not for a timeout in a recovery that goes on: what is to
 * be gone back to is what was before both.
 *
 * Context: any, no locks.
 */
void mytcp_undo_begin(struct mytcp_undo *undo, u32 una)
{
	*undo = (struct mytcp_undo) {
		.from = una,
		.to = una,
		.going_on = true,
	};
}

/**
 * mytcp_undo_end() - it was needed, or has been undone, or is too long ago
 * @undo: state
 *
 * D-SACKs come a round trip after the end of the recovery that they are about:
 * it may be waited for them until the next recovery begins.
 *
 * Context: any, no locks.
 */
void mytcp_undo_end(struct mytcp_undo *undo)
{
	undo->going_on = false;
}

/**
 * mytcp_undo_sent_again() - a segment is sent again
 * @undo: state
 * @seq: its first sequence number
 * @end: the one after its last
 * @has_ts: it has a timestamp
 * @tsval: the timestamp
 *
 * Context: any, no locks.
 */
void mytcp_undo_sent_again(struct mytcp_undo *undo, u32 seq, u32 end,
			   bool has_ts, u32 tsval)
{
	if (!undo->going_on)
		return;
	if (!undo->sent_again) {
		undo->has_tsval = has_ts;
		undo->first_tsval = tsval;
	}
	undo->sent_again = true;
	undo->again += end - seq;
	if (mytcp_seq_gt(end, undo->to))
		undo->to = end;
}

/*
 * RFC 3522 3.2 step 5: have all ACKs of the originals been lost, so that this one
 * answers the retransmission? A D-SACK says so. Of a peer that may not know
 * D-SACKs, an ACK of all that is in flight might be such a one, too.
 */
static bool may_be_of_the_copy(const struct mytcp_undo_ack *ack)
{
	return ack->dsack || (!ack->dsack_before && ack->una == ack->nxt);
}

/**
 * mytcp_undo_by_timestamp() - is it an original that is acknowledged?
 * @undo: state
 * @ack: the ACK
 *
 * Eifel detection, RFC 3522 3.2: the first ACK that moves SND.UNA after the first
 * retransmission echoes a timestamp from before it.
 *
 * Context: any, no locks.
 * Return: true when the recovery was needless.
 */
bool mytcp_undo_by_timestamp(struct mytcp_undo *undo,
			     const struct mytcp_undo_ack *ack)
{
	if (!undo->going_on || !undo->has_tsval ||
	    mytcp_seq_le(ack->una, undo->from))
		return false;

	undo->has_tsval = false;
	return ack->has_ts && mytcp_seq_lt(ack->tsecr, undo->first_tsval) &&
	       !may_be_of_the_copy(ack);
}

/**
 * mytcp_undo_by_dsack() - has everything been sent again in vain?
 * @undo: state
 * @dsack: the D-SACK of an ACK
 *
 * RFC 3708 3. A D-SACK of what this recovery has not sent again says that the
 * network makes copies, or belongs to another recovery, and does not count.
 *
 * Context: any, no locks.
 * Return: true when all that was sent again is reported as duplicate, so that
 * the recovery was needless.
 */
bool mytcp_undo_by_dsack(struct mytcp_undo *undo,
			 const struct mytcp_sack_block *dsack)
{
	if (!undo->going_on || !undo->sent_again ||
	    mytcp_seq_lt(dsack->left, undo->from) ||
	    mytcp_seq_gt(dsack->right, undo->to))
		return false;

	undo->again -= min(undo->again, dsack->right - dsack->left);
	return !undo->again;
}
