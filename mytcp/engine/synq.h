/* SPDX-License-Identifier: GPL-2.0 */
/* The SYN queue: half-open connections as small objects, in softirq. */
#ifndef MYTCP_ENGINE_SYNQ_H
#define MYTCP_ENGINE_SYNQ_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

int mytcp_synq_init(void);
void mytcp_synq_exit(void);
/* May a SYN take the place of a TIME_WAIT bucket? MYTCP_GO_ON, or why not. */
int mytcp_synq_admits(const struct sock *listener);
/*
 * A segment for a listener. RCU, softirq; consumes the skb. @isn is the initial
 * sequence number to use, of what was admitted; 0 for a fresh one.
 */
void mytcp_synq_listen(struct sock *listener, struct sk_buff *skb,
		       const struct mytcp_seg *seg, const struct mytcp_key *key,
		       u32 isn);
/* The listener of an entry, which holds a reference to it. */
struct sock *mytcp_synq_listener(struct mytcp_node *node);
/* A segment for an entry. RCU, softirq; consumes the skb unless it returns false. */
bool mytcp_synq_segment(struct mytcp_node *node, struct sk_buff *skb,
			struct mytcp_seg *seg);
/* A listener closes: entries and children nobody accepted end. Socket locked. */
void mytcp_synq_stop(struct sock *listener);
/* Entries of a namespace that goes; NULL: all. Process context. */
void mytcp_synq_purge(struct net *net);
/* A hard ICMP error for an entry whose SYN-ACK had sequence number @seq. */
void mytcp_synq_icmp(struct mytcp_node *node, u32 seq);

#endif /* MYTCP_ENGINE_SYNQ_H */
