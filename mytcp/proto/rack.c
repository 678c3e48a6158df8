// SPDX-License-Identifier: GPL-2.0
/* RACK: losses by the time at which segments were sent, RFC 8985 6. */
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "mytcp/proto/rack.h"
#include "mytcp/proto/scoreboard.h"
#include "mytcp/proto/seq.h"

#define US_PER_MS	1000

/* RACK_sent_after(): segments sent at one time were sent in order. */
static bool sent_after(u64 xmit_us, u32 end, u64 than_us, u32 than_end)
{
	return xmit_us > than_us ||
	       (xmit_us == than_us && mytcp_seq_gt(end, than_end));
}

/**
 * mytcp_rack_init() - nothing has been delivered
 * @rack: state
 * @una: SND.UNA
 *
 * Context: any, no locks.
 */
void mytcp_rack_init(struct mytcp_rack *rack, u32 una)
{
	*rack = (struct mytcp_rack) {
		.end = una,
		.fack = una,
		.mult = 1,
	};
}

/*
 * Is it the first copy that has been delivered? It is when the timestamp was not
 * that of the last copy, or when the last would have been too quick.
 */
static bool is_first_copy(const struct mytcp_rack_seg *seg,
			  const struct mytcp_rack_ack *ack)
{
	u32 tsval = (u32)div_u64(seg->xmit_us, US_PER_MS) + ack->ts_offset;

	if (ack->has_ts && mytcp_seq_lt(ack->tsecr, tsval))
		return true;
	return ack->now_us - seg->xmit_us < ack->min_rtt_us;
}

/*
 * Step 3: RACK_detect_reordering(). The first copy of a segment that was sent again is
 * as good as one that was not: otherwise, where each ACK is for the one segment that
 * the ACK before has made us send again, nothing would ever be learnt.
 */
static void detect_reordering(struct mytcp_rack *rack,
			      const struct mytcp_rack_seg *seg, bool first_copy)
{
	if (mytcp_seq_gt(seg->end, rack->fack))
		rack->fack = seg->end;
	else if (seg->end != rack->fack && first_copy)
		rack->reordering_seen = true;
}

/**
 * mytcp_rack_delivered() - a segment is acknowledged or SACKed for the first time
 * @rack: state
 * @seg: the segment
 * @ack: what told of it
 *
 * Steps 2 and 3 of 6.2. Segments of one ACK may come in any order, but those
 * that ascend are not taken for reordering.
 *
 * Context: any, no locks.
 * Return: true when none that was sent later has been delivered before: only
 * then can others have become lost by it.
 */
bool mytcp_rack_delivered(struct mytcp_rack *rack,
			  const struct mytcp_rack_seg *seg,
			  const struct mytcp_rack_ack *ack)
{
	bool first_copy = !seg->again || is_first_copy(seg, ack);

	detect_reordering(rack, seg, first_copy);
	if (seg->again && first_copy)
		return false;

	rack->rtt_us = min_t(u64, ack->now_us - seg->xmit_us, U32_MAX);
	if (!sent_after(seg->xmit_us, seg->end, rack->xmit_us, rack->end))
		return false;
	rack->xmit_us = seg->xmit_us;
	rack->end = seg->end;
	return true;
}

/**
 * mytcp_rack_adapt() - let the reordering window follow what is seen
 * @rack: state
 * @una: SND.UNA
 * @nxt: SND.NXT
 * @dsack: the ACK says that something was sent again in vain
 * @exiting: it ends fast recovery or that after a timeout
 *
 * Step 4, the first half. A D-SACK says that something was sent again in vain, as
 * does a recovery that a timestamp undoes: the window grows, once a round trip; after
 * 16 recoveries without one it is as in the beginning.
 *
 * Context: any, no locks.
 */
void mytcp_rack_adapt(struct mytcp_rack *rack, u32 una, u32 nxt, bool dsack,
		      bool exiting)
{
	if (rack->in_dsack_round && mytcp_seq_ge(una, rack->dsack_round))
		rack->in_dsack_round = false;

	if (dsack && !rack->in_dsack_round) {
		rack->in_dsack_round = true;
		rack->dsack_round = nxt;
		if (rack->mult < U8_MAX)
			rack->mult++;
		rack->persist = MYTCP_RACK_PERSIST;
	} else if (exiting && rack->persist && !--rack->persist) {
		rack->mult = 1;
	}
}

/**
 * mytcp_rack_reo_wnd_us() - how much later a segment may be delivered
 * @rack: state
 * @in_recovery: in fast recovery, or in that after a timeout
 * @segs_sacked: segments SACKed at the moment
 * @min_rtt_us: smallest round trip, microseconds
 * @srtt_us: smoothed round trip, microseconds, not scaled; 0 when unknown
 *
 * Step 4, the second half. Where nothing has ever been reordered, three SACKed
 * segments are as good as three duplicate ACKs, and what is missing in recovery
 * is lost. Otherwise a segment is given the usual round trip, too: what has overtaken
 * others was quicker than they can be, the more so where the sender had paused before
 * it, and the queue that they stood in is shorter.
 *
 * Context: any, no locks.
 * Return: microseconds.
 */
u32 mytcp_rack_reo_wnd_us(const struct mytcp_rack *rack, bool in_recovery,
			  u32 segs_sacked, u32 min_rtt_us, u32 srtt_us)
{
	u32 wnd;

	if (!rack->reordering_seen &&
	    (in_recovery || segs_sacked >= MYTCP_DUPTHRESH))
		return 0;
	wnd = min_t(u64, (u64)rack->mult * min_rtt_us / 4, srtt_us);
	if (rack->xmit_us && srtt_us > rack->rtt_us)
		wnd += srtt_us - rack->rtt_us;
	return wnd;
}

/**
 * mytcp_rack_remaining_us() - how long a segment may be waited for
 * @rack: state
 * @xmit_us: when it was sent last, microseconds
 * @end: the sequence number after it
 * @reo_wnd_us: reordering window, microseconds
 * @now_us: clock, microseconds
 *
 * Step 5. The longest of the times that are left is what to arm a timer with,
 * so that it finds all of them lost.
 *
 * Context: any, no locks.
 * Return: microseconds left; 0 or less: it is lost. MYTCP_RACK_NOT_YET: nothing
 * that was sent later has been delivered; so it is for all that was sent after it.
 */
s64 mytcp_rack_remaining_us(const struct mytcp_rack *rack, u64 xmit_us, u32 end,
			    u32 reo_wnd_us, u64 now_us)
{
	if (!sent_after(rack->xmit_us, rack->end, xmit_us, end))
		return MYTCP_RACK_NOT_YET;
	return (s64)(xmit_us + rack->rtt_us + reo_wnd_us - now_us);
}

/**
 * mytcp_rack_lost_on_rto() - is a segment lost, as the timer has run out?
 * @rack: state
 * @xmit_us: when it was sent last, microseconds
 * @first: it is the one at SND.UNA
 * @reo_wnd_us: reordering window, microseconds
 * @now_us: clock, microseconds
 *
 * 6.3: those sent a short while ago are not taken as lost.
 *
 * Context: any, no locks.
 */
bool mytcp_rack_lost_on_rto(const struct mytcp_rack *rack, u64 xmit_us,
			    bool first, u32 reo_wnd_us, u64 now_us)
{
	return first ||
	       (s64)(xmit_us + rack->rtt_us + reo_wnd_us - now_us) <= 0;
}
