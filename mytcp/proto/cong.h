/* SPDX-License-Identifier: GPL-2.0 */
/* What a congestion control is. Counts are in segments of the send MSS. */
#ifndef MYTCP_PROTO_CONG_H
#define MYTCP_PROTO_CONG_H

#include <linux/types.h>

#define MYTCP_CONG_IW		10	/* RFC 6928 */
#define MYTCP_CONG_SSTHRESH_INF	0x7fffffffU
#define MYTCP_CONG_CWND_MAX	0x7fffffffU
#define MYTCP_CONG_NAME_MAX	16

struct mytcp_cong;

/**
 * struct mytcp_cong_ack - what one acknowledgment told
 * @acked: segments newly acknowledged (bytes over MSS, RFC 3465: at least the
 *	bytes count, not the ACKs)
 * @rtt_us: sample of this ACK, microseconds; 0 when there is none
 * @now_us: clock, microseconds
 * @cwnd_limited: the sender had filled the window (RFC 7661 4.3)
 */
struct mytcp_cong_ack {
	u32 acked;
	u32 rtt_us;
	u64 now_us;
	bool cwnd_limited;
};

/**
 * struct mytcp_cong_ops - one algorithm
 * @name: as in TCP_CONGESTION
 * @init: new connection, @cong zeroed but for cwnd and ssthresh
 * @on_ack: grow the window, outside recovery
 * @ssthresh: threshold after a loss found with @in_flight segments out
 * @on_loss: NULL or told that fast recovery (@rto false) or a timeout began
 */
struct mytcp_cong_ops {
	char name[MYTCP_CONG_NAME_MAX];
	void (*init)(struct mytcp_cong *cong);
	void (*on_ack)(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack);
	u32 (*ssthresh)(const struct mytcp_cong *cong, u32 in_flight);
	void (*on_loss)(struct mytcp_cong *cong, bool rto);
};

/**
 * struct mytcp_cong - the congestion state of one connection
 * @ops: its algorithm
 * @cwnd: congestion window, segments
 * @ssthresh: slow-start threshold, segments
 * @cwnd_cnt: segments acknowledged towards the next increase
 * @priv: the algorithm's own; one that needs more keeps a pointer here
 */
struct mytcp_cong {
	const struct mytcp_cong_ops *ops;
	u32 cwnd;
	u32 ssthresh;
	u32 cwnd_cnt;
	u64 priv[2];
};

extern const struct mytcp_cong_ops mytcp_cong_reno;

static inline bool mytcp_cong_in_slow_start(const struct mytcp_cong *cong)
{
	return cong->cwnd < cong->ssthresh;
}

#endif /* MYTCP_PROTO_CONG_H */
