// SPDX-License-Identifier: GPL-2.0
/*
 * What holds segments back though the windows would let them go: their time, and what
 * still lies below the socket, in a queue of the host.
 */
#include "mytcp/compat/delivery_time.h"
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/pacing.h"
#include "mytcp/sock/sent.h"

/* fq keeps the time exactly, but who gives it all at once measures its queue. */
#define LEAD_NS		(4 * NSEC_PER_MSEC)
/* A timer for each segment of a fast flow would cost more than it gains. */
#define WAIT_LEAST_NS	(MYTCP_PACE_CREDIT_NS / 2)
/* sk_wmem_alloc without an skb, as who frees the last one sees it. */
#define WMEM_NOTHING	2
/* The rate may be raised meanwhile, and nobody tells. */
#define WAIT_MOST_NS	NSEC_PER_SEC

/* Octets a second; 0 for no limit. */
static u64 pacing_rate(const struct sock *sk)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);

	return rate == ~0UL ? 0 : rate;
}

static struct mytcp_pacer *pacing_pacer(struct sock *sk)
{
	return mytcp_pacer_make(&mytcp_sk(sk)->pacer, sk);
}

/**
 * mytcp_pacing_early() - is it not yet the time of the next segment?
 * @sk: socket, locked, mytcp_sock_paces()
 *
 * Return: true with a timer armed that goes on; false without memory, too.
 */
bool mytcp_pacing_early(struct sock *sk)
{
	bool fq = READ_ONCE(sk->sk_pacing_status) == SK_PACING_FQ;
	struct mytcp_pacer *pacer = mytcp_sk(sk)->pacer;
	u64 rate = pacing_rate(sk);
	u64 lead = fq ? LEAD_NS : 0;
	u64 now, wait;

	if (!rate || !pacer)
		return false;
	now = ktime_get_ns();
	wait = mytcp_pace_wait(&pacer->pace, rate, now);
	if (wait > WAIT_MOST_NS) {
		/* no ACK may come that would work out what is allowed by now */
		mytcp_congestion_pace(sk);
		rate = pacing_rate(sk);
		wait = rate ? mytcp_pace_wait(&pacer->pace, rate, now) : 0;
	}
	if (wait <= lead)
		return false;
	mytcp_pacer_wake_at(pacer, now + clamp_t(u64, wait - lead, WAIT_LEAST_NS,
						 WAIT_MOST_NS));
	return true;
}

/**
 * mytcp_pacing_crowded() - does enough lie below the socket?
 * @sk: socket, locked
 * @len: octets of the next to be sent
 *
 * Never when nothing is in flight; so what lies below is, and its ACK goes on, should
 * the device never tell that it has freed it.
 *
 * Return: true, and who frees it goes on; false without memory, too.
 */
bool mytcp_pacing_crowded(struct sock *sk, u32 len)
{
	u32 most = READ_ONCE(mytcp_net(sock_net(sk))->limit_output_bytes);
	u32 limit = mytcp_pace_below(READ_ONCE(sk->sk_pacing_rate),
				     SKB_TRUESIZE(len + MYTCP_HEADROOM), most);
	struct mytcp_pacer *pacer;

	if (refcount_read(&sk->sk_wmem_alloc) <= limit || mytcp_sent_empty(sk))
		return false;
	pacer = pacing_pacer(sk);
	return pacer && mytcp_pacer_throttle(pacer, limit / 2 + WMEM_NOTHING);
}

/**
 * mytcp_pacing_stamp() - a segment is about to leave
 * @sk: socket, locked, mytcp_sock_paces()
 * @skb: the segment
 * @len: octets of data in it
 * @fresh: it has data or a FIN never sent before
 *
 * The next one's time follows from this one's, which fq is told. Neither an ACK nor
 * what the peer waits for is kept behind data.
 */
void mytcp_pacing_stamp(struct sock *sk, struct sk_buff *skb, u32 len, bool fresh)
{
	u64 now = ktime_get_ns(), leaves = now, turn, rate = pacing_rate(sk);
	struct mytcp_pacer *pacer;

	if (rate && (len || fresh)) {
		pacer = pacing_pacer(sk);
		if (pacer) {
			turn = mytcp_pace_sent(&pacer->pace, rate, len, now);
			leaves = fresh ? turn : now;
		}
	}
	if (READ_ONCE(sk->sk_pacing_status) == SK_PACING_FQ)
		mytcp_set_delivery_time(skb, leaves);
}
