/* SPDX-License-Identifier: GPL-2.0 */
/* Round-trip time and retransmission timeout, RFC 6298. */
#ifndef MYTCP_PROTO_RTT_H
#define MYTCP_PROTO_RTT_H

#include <linux/types.h>

#define MYTCP_RTO_INIT_US	1000000U	/* RFC 6298 2.1 */
#define MYTCP_RTO_FALLBACK_US	3000000U	/* RFC 6298 5.7 */
#define MYTCP_RTO_MIN_US	200000U		/* Linux's choice; the RFC says 1 s */
#define MYTCP_RTO_MAX_US	120000000U

/**
 * struct mytcp_rtt - what is known of a path's round trip
 * @srtt_us: smoothed RTT in microseconds, times 8; 0 before the first sample
 * @rttvar_us: mean deviation in microseconds, times 4
 * @rto_us: retransmission timeout before back-off, microseconds
 * @min_us: smallest sample seen, microseconds; ~0 before the first
 * @backoff: how often the timeout has doubled since the last good sample
 */
struct mytcp_rtt {
	u32 srtt_us;
	u32 rttvar_us;
	u32 rto_us;
	u32 min_us;
	u8 backoff;
};

void mytcp_rtt_init(struct mytcp_rtt *rtt);
void mytcp_rtt_sample(struct mytcp_rtt *rtt, u32 sample_us);
void mytcp_rtt_raise(struct mytcp_rtt *rtt, u32 sample_us);
void mytcp_rtt_backoff(struct mytcp_rtt *rtt);
u32 mytcp_rtt_timeout_us(const struct mytcp_rtt *rtt);

#endif /* MYTCP_PROTO_RTT_H */
