/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Proportional rate reduction, RFC 9937: how much may be sent for each ACK of a
 * fast recovery, so that at its end ssthresh is in flight. With SACK; without it the
 * recovery is NewReno's (RFC 6582).
 *
 * Counts are octets, as the RFC has them: segments may be of any size, and what
 * an ACK delivers is not always a whole number of them; the sums would lose what
 * was cut off at each ACK. Only the window that comes out is in segments, like
 * all windows (cong.h), rounded up: what that lets out too early stands in @out
 * and is not let out again.
 */
#ifndef MYTCP_PROTO_PRR_H
#define MYTCP_PROTO_PRR_H

#include <linux/types.h>

/**
 * struct mytcp_prr - one fast recovery
 * @delivered: octets delivered since it began
 * @out: octets sent since then, new ones and others
 * @recover_fs: octets in flight when it began, less what was SACKed before
 */
struct mytcp_prr {
	u64 delivered;
	u64 out;
	u32 recover_fs;
};

/**
 * struct mytcp_prr_start - the ACK by which a fast recovery begins
 * @flight: SND.NXT - SND.UNA, the ACK taken in
 * @sacked: octets SACKed, the ACK taken in
 * @newly_sacked: those of them that this ACK told of
 * @newly_acked: octets by which SND.UNA has moved
 */
struct mytcp_prr_start {
	u32 flight;
	u32 sacked;
	u32 newly_sacked;
	u32 newly_acked;
};

/**
 * struct mytcp_prr_ack - an ACK of the fast recovery, the first one included
 * @delivered: octets acknowledged or SACKed by it for the first time
 *	(DeliveredData)
 * @in_flight: octets believed to be in the network after it (pipe)
 * @cwnd: window, segments
 * @ssthresh: window to end with, segments
 * @mss: octets of a segment
 * @safe: SND.UNA has moved, and nothing more was found lost (SafeACK)
 */
struct mytcp_prr_ack {
	u32 delivered;
	u32 in_flight;
	u32 cwnd;
	u32 ssthresh;
	u32 mss;
	bool safe;
};

void mytcp_prr_begin(struct mytcp_prr *prr, const struct mytcp_prr_start *start);
u32 mytcp_prr_on_ack(struct mytcp_prr *prr, const struct mytcp_prr_ack *ack);
void mytcp_prr_sent(struct mytcp_prr *prr, u32 octets);

#endif /* MYTCP_PROTO_PRR_H */
