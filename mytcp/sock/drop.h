/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one way in which a segment that came in is thrown away: counted under the
 * name of the reason, told by the tracepoint, freed as a drop.
 *
 * What has had its effect, or repeats what had it, is no drop: consume_skb().
 */
#ifndef MYTCP_SOCK_DROP_H
#define MYTCP_SOCK_DROP_H

#include <linux/skbuff.h>
#include "mytcp/sock/netns.h"
#include "mytcp/sock/table.h"

/*
 * A verdict on a segment is a reason to drop it, enum mytcp_counter, or one of
 * these.
 */
#define MYTCP_GO_ON	(-1)	/* the next check is to decide */
#define MYTCP_TAKEN	(-2)	/* it has done what it came for */

void mytcp_drop_skb(struct net *net, struct sk_buff *skb,
		    const struct mytcp_key *key, enum mytcp_counter why);
void mytcp_drop_judged(struct net *net, struct sk_buff *skb,
		       const struct mytcp_key *key, int verdict);

/* @skb NULL: an ICMP error, which goes on to the kernel, is not believed. */
#define mytcp_drop(net, skb, key, name)					\
	mytcp_drop_skb(net, skb, key, MYTCP_MIB_##name)

#endif /* MYTCP_SOCK_DROP_H */
