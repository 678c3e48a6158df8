/* SPDX-License-Identifier: GPL-2.0 */
/* The softirq entry: netfilter hook -> table -> socket, SYN queue, TIME_WAIT. */
#ifndef MYTCP_ENGINE_DEMUX_H
#define MYTCP_ENGINE_DEMUX_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

struct sock;

int mytcp_demux_init(void);
void mytcp_demux_exit(void);
/* Hooks of a namespace, at its first socket of a family. Process context, may sleep. */
int mytcp_demux_attach(struct net *net, int family);
/* struct proto.backlog_rcv: a segment that came while a process had the lock. */
int mytcp_demux_backlog(struct sock *sk, struct sk_buff *skb);

#endif /* MYTCP_ENGINE_DEMUX_H */
