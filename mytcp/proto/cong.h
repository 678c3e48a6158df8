/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a congestion control is. Counts are in segments of the send MSS.
 *
 * An algorithm is a struct mytcp_cong_ops. The engine never calls it directly but
 * through the functions at the end, which see to it that a connection without
 * memory for the algorithm's state behaves as Reno.
 */
#ifndef MYTCP_PROTO_CONG_H
#define MYTCP_PROTO_CONG_H

#include <linux/types.h>
#include <linux/build_bug.h>

#define MYTCP_CONG_IW		10	/* RFC 6928 */
#define MYTCP_CONG_SSTHRESH_INF	0x7fffffffU
#define MYTCP_CONG_CWND_MAX	0x7fffffffU
#define MYTCP_CONG_NAME_MAX	16
#define MYTCP_CONG_PRIV_MAX	128	/* octets of private state */
#define MYTCP_CONG_VALID_S	300	/* seconds; RFC 7661 4.4.3: NVP */
#define MYTCP_CONG_PRIOR_MAX	((1U << 30) - 1)

struct module;
struct mytcp_cong;

/* Bits of mytcp_cong_ops.flags. */
enum mytcp_cong_flags {
	/* Its hooks alone change cwnd, in recovery, too; no PRR, no cwnd of 1. */
	MYTCP_CONG_OWN_CWND	= 0x01,
	/* on_ack is called in recovery, too, though the window must not grow. */
	MYTCP_CONG_EVERY_ACK	= 0x02,
	/* SYNs ask for ECN and agree to it, and CE is echoed exactly (RFC 8257). */
	MYTCP_CONG_NEEDS_ECN	= 0x04,
};

/**
 * enum mytcp_cong_event - what happened beside an ACK
 * @MYTCP_CONG_LOSS: fast recovery begins
 * @MYTCP_CONG_RTO: the retransmission timer ran out
 * @MYTCP_CONG_ECE: the peer echoed a mark, the first in a round trip
 * @MYTCP_CONG_RECOVERED: what began with one of the above has ended
 * @MYTCP_CONG_RESTART: data again after an idle time above the RTO, or after the
 *	window was not filled for long; it may be smaller now
 * @MYTCP_CONG_UNDO: the last reduction was for nothing; cwnd and ssthresh are back
 */
enum mytcp_cong_event {
	MYTCP_CONG_LOSS,
	MYTCP_CONG_RTO,
	MYTCP_CONG_ECE,
	MYTCP_CONG_RECOVERED,
	MYTCP_CONG_RESTART,
	MYTCP_CONG_UNDO,
};

/**
 * struct mytcp_cong_rate - one sample of the delivery rate
 * @delivered: segments delivered in the interval
 * @interval_us: the interval, microseconds; 0 when there is no sample
 * @prior_delivered: mytcp_cong_ack.delivered_total when the newest segment that
 *	this ACK tells of was sent
 * @app_limited: the sender had too little to send at that time, so that the
 *	path may be faster
 */
struct mytcp_cong_rate {
	u32 delivered;
	u32 interval_us;
	u32 prior_delivered;
	bool app_limited;
};

/**
 * struct mytcp_cong_ack - what one acknowledgment told; 0 is "unknown"
 * @acked: segments newly acknowledged (bytes over MSS, RFC 3465: at least the
 *	bytes count, not the ACKs)
 * @delivered: segments that have newly left the network: acknowledged, or known
 *	to have arrived out of order; each is counted once
 * @delivered_total: sum of all @delivered of the connection, this one included;
 *	may wrap
 * @delivered_ce: how many of @delivered the receiver saw marked (ECE)
 * @lost: segments newly thought to be lost
 * @in_flight: segments in the network before this ACK
 * @rtt_us: sample of this ACK, microseconds; 0 when there is none
 * @srtt_us: smoothed round trip, microseconds
 * @now_us: clock, microseconds
 * @rate: delivery rate
 * @cwnd_limited: the sender had filled the window (RFC 7661 4.3)
 * @recovering: in recovery: the window must not grow for this ACK
 * @paced: segments leave at a rate, not as ACKs let them
 */
struct mytcp_cong_ack {
	u32 acked;
	u32 delivered;
	u32 delivered_total;
	u32 delivered_ce;
	u32 lost;
	u32 in_flight;
	u32 rtt_us;
	u32 srtt_us;
	u64 now_us;
	struct mytcp_cong_rate rate;
	bool cwnd_limited;
	bool recovering;
	bool paced;
};

/**
 * enum mytcp_cong_kind - which fields of struct mytcp_cong_told are filled
 * @MYTCP_CONG_TELLS_NOTHING: none
 * @MYTCP_CONG_TELLS_PATH: @bw, @rtt_us, @pacing_gain, @cwnd_gain
 * @MYTCP_CONG_TELLS_MARKS: @alpha, @delivered, @marked
 */
enum mytcp_cong_kind {
	MYTCP_CONG_TELLS_NOTHING,
	MYTCP_CONG_TELLS_PATH,
	MYTCP_CONG_TELLS_MARKS,
};

/**
 * struct mytcp_cong_told - what an algorithm tells of itself to people
 * @kind: enum mytcp_cong_kind
 * @bw: bandwidth of the path, segments a second times 256
 * @rtt_us: its round trip without queues, microseconds; 0: not known yet
 * @pacing_gain: times 256
 * @cwnd_gain: times 256
 * @alpha: share of marked segments, smoothed, in 2^-20
 * @delivered: segments of the present window of observation
 * @marked: how many of them were marked
 */
struct mytcp_cong_told {
	u8 kind;
	u32 bw;
	u32 rtt_us;
	u32 pacing_gain;
	u32 cwnd_gain;
	u32 alpha;
	u32 delivered;
	u32 marked;
};

/**
 * struct mytcp_cong_ops - one algorithm
 * @name: as in TCP_CONGESTION
 * @flags: MYTCP_CONG_*
 * @priv_size: octets of mytcp_cong.priv it uses, up to MYTCP_CONG_PRIV_MAX; 0 if
 *	it needs no state, and works from the first ACK on
 * @owner: the module it is in, NULL in MyTCP's own
 * @init: NULL, or priv is there, zeroed. The connection may be in its middle:
 *	cwnd and ssthresh are what the path has taught
 * @on_ack: grow the window; not called in recovery, but see the flags
 * @ssthresh: the new ssthresh, for LOSS, RTO or ECE with @in_flight segments out
 * @on_event: NULL or told of events, after ssthresh and, but for OWN_CWND, cwnd
 *	have been set
 * @pacing_rate: NULL or octets a second for segments of @mss octets; 0 for the
 *	engine's own rule
 * @tell: NULL or fills what is there for people, zeroed before
 *
 * All are called with the socket's lock held, mostly in softirq: none may sleep.
 */
struct mytcp_cong_ops {
	char name[MYTCP_CONG_NAME_MAX];
	u8 flags;
	u8 priv_size;
	struct module *owner;
	void (*init)(struct mytcp_cong *cong);
	void (*on_ack)(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack);
	u32 (*ssthresh)(struct mytcp_cong *cong, enum mytcp_cong_event why,
			u32 in_flight);
	void (*on_event)(struct mytcp_cong *cong, enum mytcp_cong_event event,
			 u32 in_flight);
	u64 (*pacing_rate)(const struct mytcp_cong *cong, u32 mss);
	void (*tell)(const struct mytcp_cong *cong, struct mytcp_cong_told *told);
};

/**
 * struct mytcp_cong - the congestion state of one connection
 * @ops: its algorithm
 * @priv: the algorithm's own, MYTCP_CONG_PRIV_MAX octets, or NULL: not yet
 * @cwnd: congestion window, segments
 * @ssthresh: slow-start threshold, segments
 * @cwnd_cnt: segments acknowledged towards the next increase
 * @prior_cwnd: cwnd before the last reduction, 0 when there was none
 * @prior_inf: ssthresh was infinite then
 * @chosen: TCP_CONGESTION was set, so that children inherit it
 */
struct mytcp_cong {
	const struct mytcp_cong_ops *ops;
	void *priv;
	u32 cwnd;
	u32 ssthresh;
	u32 cwnd_cnt;
	u32 prior_cwnd : 30;
	u32 prior_inf : 1;
	u32 chosen : 1;
};

static_assert(sizeof(struct mytcp_cong) <= 32);

/**
 * struct mytcp_cong_round - round trips, told by what is delivered
 * @left: segments that were in flight when the round began, still to come
 */
struct mytcp_cong_round {
	u32 left;
};

extern const struct mytcp_cong_ops mytcp_cong_reno;
extern const struct mytcp_cong_ops mytcp_cong_cubic;
extern const struct mytcp_cong_ops mytcp_cong_dctcp;
extern const struct mytcp_cong_ops mytcp_cong_bbr;

static inline bool mytcp_cong_in_slow_start(const struct mytcp_cong *cong)
{
	return cong->cwnd < cong->ssthresh;
}

/* Is the algorithm at work, or Reno in its place? */
static inline bool mytcp_cong_ready(const struct mytcp_cong *cong)
{
	return cong->priv || !cong->ops->priv_size;
}

/*
 * Has the path just shown that it bears the window (RFC 7661 4.3)? At an ACK, by what was
 * in flight before it.
 */
static inline bool mytcp_cong_validated(const struct mytcp_cong *cong,
					const struct mytcp_cong_ack *ack)
{
	return ack->cwnd_limited || ack->in_flight >= cong->cwnd / 2;
}

/* Are the algorithm's hooks the only ones to change cwnd? */
static inline bool mytcp_cong_owns_cwnd(const struct mytcp_cong *cong)
{
	return (cong->ops->flags & MYTCP_CONG_OWN_CWND) && mytcp_cong_ready(cong);
}

void mytcp_cong_start(struct mytcp_cong *cong, const struct mytcp_cong_ops *ops);
void mytcp_cong_use(struct mytcp_cong *cong, const struct mytcp_cong_ops *ops);
void mytcp_cong_give_priv(struct mytcp_cong *cong, void *mem);
void mytcp_cong_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack);
void mytcp_cong_reduce(struct mytcp_cong *cong, enum mytcp_cong_event why,
		       u32 in_flight);
void mytcp_cong_rto_again(struct mytcp_cong *cong, u32 in_flight);
void mytcp_cong_recovered(struct mytcp_cong *cong, enum mytcp_cong_event why,
			  u32 in_flight);
void mytcp_cong_undo(struct mytcp_cong *cong, u32 in_flight);
void mytcp_cong_restart(struct mytcp_cong *cong, u32 idle, u32 rto);
void mytcp_cong_resume(struct mytcp_cong *cong);
void mytcp_cong_expire(struct mytcp_cong *cong, u32 in_flight);
u64 mytcp_cong_pacing_rate(const struct mytcp_cong *cong, u32 mss, u32 srtt_us,
			   u32 ss_ratio, u32 ca_ratio);
void mytcp_cong_tell(const struct mytcp_cong *cong, struct mytcp_cong_told *told);
u32 __visible mytcp_cong_slow_start(struct mytcp_cong *cong, u32 acked);
void __visible mytcp_cong_add(struct mytcp_cong *cong, u64 gained, u64 each);
bool __visible mytcp_cong_round_ends(struct mytcp_cong_round *round,
				     const struct mytcp_cong_ack *ack);

#endif /* MYTCP_PROTO_CONG_H */
