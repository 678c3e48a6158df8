/* SPDX-License-Identifier: GPL-2.0 */
/* The route of segments that come for a connection, before IP looks for one. */
#ifndef MYTCP_ENGINE_EARLY_H
#define MYTCP_ENGINE_EARLY_H

#include <linux/skbuff.h>
#include <net/dst.h>
#include "mytcp/sock/sock.h"

void mytcp_early_attach(struct sock *sk);
void mytcp_early_detach(struct net *net);
void mytcp_early_learn(struct sock *sk, const struct sk_buff *skb);

/* The connection's next segment may have the route of this one. Socket locked. */
static inline void mytcp_early_note(struct sock *sk, const struct sk_buff *skb)
{
	/* what comes over loopback has the route it was sent by */
	if (skb_dst(skb) != rcu_access_pointer(sk->sk_rx_dst) &&
	    !(skb->dev->flags & IFF_LOOPBACK))
		mytcp_early_learn(sk, skb);
}

#endif /* MYTCP_ENGINE_EARLY_H */
