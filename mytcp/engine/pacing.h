/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MYTCP_ENGINE_PACING_H
#define MYTCP_ENGINE_PACING_H

#include "mytcp/sock/sock.h"

bool mytcp_pacing_early(struct sock *sk);
bool mytcp_pacing_crowded(struct sock *sk, u32 len);
void mytcp_pacing_stamp(struct sock *sk, struct sk_buff *skb, u32 len,
			bool fresh);

/*
 * Must @len octets of an skb never sent before wait, for their time or for the
 * device? Where a segment is taken at once nothing lies below, and the first look
 * decides.
 */
static inline bool mytcp_pacing_holds(struct sock *sk, const struct sk_buff *skb,
				      u32 len)
{
	if (refcount_read(&sk->sk_wmem_alloc) > 2 * len &&
	    mytcp_pacing_crowded(sk, len))
		return true;
	return mytcp_sock_paces(sk) && mytcp_pacing_early(sk);
}

/* An skb of fewer octets weighs more than it carries: A11, A12. */
#define MYTCP_BURST_LEAST	4096

/*
 * Octets to be sent at once. The rate is known even where nobody asks for pacing; there,
 * it is no reason to fill the send buffer with skbs of tiny segments.
 */
static inline u32 mytcp_pacing_burst(const struct sock *sk)
{
	u32 burst = mytcp_pace_burst(READ_ONCE(sk->sk_pacing_rate),
				     mytcp_sk(sk)->mss);

	return mytcp_sock_paces(sk) ? burst : max_t(u32, burst, MYTCP_BURST_LEAST);
}

#endif /* MYTCP_ENGINE_PACING_H */
