/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pacing: segments leave in small bursts, spread over the round trip, rather than all
 * at once when an ACK lets them (RFC 9002 7.7 says why a sender should). Octets are
 * those of the payload, as in the window a rate is made from; times are nanoseconds
 * of a clock that does not wrap.
 */
#ifndef MYTCP_PROTO_PACE_H
#define MYTCP_PROTO_PACE_H

#include <linux/types.h>

#define MYTCP_PACE_BURST_NS	1000000ULL	/* of the rate go together */
#define MYTCP_PACE_CREDIT_NS	1000000ULL	/* that was not used is not lost */
#define MYTCP_PACE_SEGMENTS_LEAST	2U	/* in a burst: there is one ACK for it */

/**
 * struct mytcp_pace - when the next segment may leave
 * @next_ns: that time; 0 before the first
 * @rate: what it was reckoned with, octets a second
 */
struct mytcp_pace {
	u64 next_ns;
	u64 rate;
};

u64 mytcp_pace_wait(struct mytcp_pace *pace, u64 rate, u64 now_ns);
u64 mytcp_pace_sent(struct mytcp_pace *pace, u64 rate, u32 len, u64 now_ns);
u32 mytcp_pace_burst(u64 rate, u32 mss);
u32 mytcp_pace_below(u64 rate, u32 skb, u32 most);

#endif /* MYTCP_PROTO_PACE_H */
