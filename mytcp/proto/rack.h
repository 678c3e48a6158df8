/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RACK, RFC 8985 6: a segment is lost when one that was sent sufficiently later
 * has been delivered.
 *
 * For each ACK, in this order:
 *
 *	... the round trip's minimum is updated (step 1, minrtt)
 *	mytcp_rack_delivered()	for each segment acknowledged or SACKed
 *	mytcp_rack_adapt()	once
 *	mytcp_rack_reo_wnd_us()	once
 *	mytcp_rack_remaining_us() for each segment that is not delivered, nor marked
 *				lost without having been sent again
 */
#ifndef MYTCP_PROTO_RACK_H
#define MYTCP_PROTO_RACK_H

#include <linux/types.h>
#include <linux/limits.h>

#define MYTCP_RACK_PERSIST	16	/* RFC 8985 6.2 step 4: recoveries */
#define MYTCP_RACK_NOT_YET	S64_MAX

/**
 * struct mytcp_rack - what has been delivered, as far as RACK wants to know
 * @xmit_us: when the segment was sent that was sent last of those delivered,
 *	microseconds; 0 for none
 * @end: the sequence number after it (RACK.end_seq)
 * @rtt_us: its round trip, microseconds
 * @fack: the highest sequence number delivered, plus one
 * @dsack_round: SND.NXT when a D-SACK last made the window grow
 * @in_dsack_round: SND.UNA has not come there yet
 * @reordering_seen: segments have been delivered out of order
 * @mult: reordering window in quarters of the smallest round trip
 * @persist: recoveries without a D-SACK until @mult goes back to 1
 */
struct mytcp_rack {
	u64 xmit_us;
	u32 end;
	u32 rtt_us;
	u32 fack;
	u32 dsack_round;
	bool in_dsack_round;
	bool reordering_seen;
	u8 mult;
	u8 persist;
};

/**
 * struct mytcp_rack_seg - a segment that was sent
 * @xmit_us: when it was sent last, microseconds
 * @end: the sequence number after it
 * @again: it was sent more than once
 */
struct mytcp_rack_seg {
	u64 xmit_us;
	u32 end;
	bool again;
};

/**
 * struct mytcp_rack_ack - the ACK that tells of a delivery
 * @now_us: clock, microseconds
 * @min_rtt_us: smallest round trip, microseconds, this ACK's included
 * @has_ts: it has a timestamp
 * @tsecr: the timestamp that it echoes
 * @ts_offset: added to our clock of milliseconds in timestamps
 */
struct mytcp_rack_ack {
	u64 now_us;
	u32 min_rtt_us;
	bool has_ts;
	u32 tsecr;
	u32 ts_offset;
};

void mytcp_rack_init(struct mytcp_rack *rack, u32 una);
bool mytcp_rack_delivered(struct mytcp_rack *rack,
			  const struct mytcp_rack_seg *seg,
			  const struct mytcp_rack_ack *ack);
void mytcp_rack_adapt(struct mytcp_rack *rack, u32 una, u32 nxt, bool dsack,
		      bool exiting);
u32 mytcp_rack_reo_wnd_us(const struct mytcp_rack *rack, bool in_recovery,
			  u32 segs_sacked, u32 min_rtt_us, u32 srtt_us);
s64 mytcp_rack_remaining_us(const struct mytcp_rack *rack, u64 xmit_us, u32 end,
			    u32 reo_wnd_us, u64 now_us);
bool mytcp_rack_lost_on_rto(const struct mytcp_rack *rack, u64 xmit_us,
			    bool first, u32 reo_wnd_us, u64 now_us);

#endif /* MYTCP_PROTO_RACK_H */
