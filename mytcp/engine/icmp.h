/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors for MyTCP's connections. */
#ifndef MYTCP_ENGINE_ICMP_H
#define MYTCP_ENGINE_ICMP_H

#include <linux/skbuff.h>
#include <net/net_namespace.h>

void mytcp_icmp4(struct net *net, const struct sk_buff *skb);
void mytcp_icmp6(struct net *net, const struct sk_buff *skb, unsigned int offset);

#endif /* MYTCP_ENGINE_ICMP_H */
