/* SPDX-License-Identifier: GPL-2.0 */
/* What congestion control is told, and what it is given. Socket locked. */
#ifndef MYTCP_ENGINE_CONGESTION_H
#define MYTCP_ENGINE_CONGESTION_H

#include <linux/types.h>
#include "mytcp/proto/rate.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/sock.h"

void mytcp_congestion_want_room(struct sock *sk);
void mytcp_congestion_sent(struct sock *sk, struct sk_buff *skb, u32 in_flight);
void mytcp_congestion_limited(struct sock *sk, u32 in_flight);
void mytcp_congestion_on_ack(struct sock *sk, struct mytcp_cong_ack *told,
			     const struct mytcp_rate_news *news);
void mytcp_congestion_restart(struct sock *sk, u32 idle);
void mytcp_congestion_pace(struct sock *sk);
void mytcp_congestion_expire(struct sock *sk);

/* Has what the window says of the path not been seen for too long? */
static inline bool mytcp_congestion_expired(const struct mytcp_sock *ms)
{
	return (u32)jiffies - ms->cwnd_valid > MYTCP_CONG_VALID_S * HZ;
}

#endif /* MYTCP_ENGINE_CONGESTION_H */
