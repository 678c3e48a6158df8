/* SPDX-License-Identifier: GPL-2.0 */
/* What the engine asks of an address family: route and transmit. */
#ifndef MYTCP_ENGINE_IP_H
#define MYTCP_ENGINE_IP_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include "mytcp/sock/sock.h"

/**
 * struct mytcp_flow - where an answer without a socket of its own goes
 * @net: namespace
 * @key: from key.laddr to key.raddr
 * @dst: the route, borrowed, by who is under RCU; NULL to have one looked up
 * @options: IP options with a source route, or NULL
 * @dev: interface to leave by, or 0
 * @mark: routing mark
 * @priority: skb->priority
 * @tos: type of service or traffic class
 * @ttl: 0 for the route's
 * @uid: owner, for routing rules
 */
struct mytcp_flow {
	struct net *net;
	struct mytcp_key key;
	struct dst_entry *dst;
	const struct ip_options_rcu *options;
	int dev;
	u32 mark;
	u32 priority;
	u8 tos;
	u8 ttl;
	kuid_t uid;
};

/**
 * struct mytcp_ip_ops - an address family
 * @family: AF_INET or AF_INET6
 * @hdr_len: bytes of the IP header without options
 * @mss_default: send MSS when the peer announced none (MUST-15)
 * @route: find a route for the socket's addresses and keep it in the socket.
 *	Negative errno. Socket locked
 * @xmit: give a segment to IP over the socket's route; consumes the skb.
 *	Negative errno or a NET_XMIT code. Socket locked
 * @send_reply: transmit a segment for a flow; consumes the skb. @owner is
 *	charged for it when not NULL. Any context
 * @route_flow: a route for a flow, or an ERR_PTR; the caller releases it
 * @has_options: came a segment with IP options? Softirq
 * @return_route: IP options that lead a connection back the way its SYN came by,
 *	NULL if that is any way, or an ERR_PTR; kfree() is the caller's. Softirq
 * @checksum_out: fill the checksum for the offload, TCP header at skb->data
 * @is_loopback: is it an address of the host's own, that never leaves it?
 * @is_unicast: may a connection have this address at its end (MUST-57, -63)?
 */
struct mytcp_ip_ops {
	int family;
	unsigned int hdr_len;
	u16 mss_default;
	int (*route)(struct sock *sk);
	int (*xmit)(struct sock *sk, struct sk_buff *skb);
	int (*send_reply)(const struct mytcp_flow *flow, struct sock *owner,
			  struct sk_buff *skb);
	struct dst_entry *(*route_flow)(const struct mytcp_flow *flow);
	bool (*has_options)(const struct sk_buff *skb);
	struct ip_options_rcu *(*return_route)(struct net *net,
					       const struct sk_buff *syn);
	void (*checksum_out)(struct sk_buff *skb, const struct mytcp_key *key);
	bool (*is_loopback)(const struct in6_addr *addr);
	bool (*is_unicast)(const struct in6_addr *addr);
};

extern const struct mytcp_ip_ops mytcp_ip4;

/* The operations of a socket's family. */
static inline const struct mytcp_ip_ops *mytcp_ip(const struct mytcp_sock *ms)
{
	return ms->node.family == AF_INET ? &mytcp_ip4 : NULL;
}

/* The operations for the addresses of a key. */
static inline const struct mytcp_ip_ops *mytcp_ip_of(const struct mytcp_key *key)
{
	return ipv6_addr_v4mapped(&key->laddr) ? &mytcp_ip4 : NULL;
}

int mytcp_ip4_copy_options(struct ip_options_rcu **to,
			   const struct ip_options_rcu *from);
int mytcp_ip4_route_connect(struct sock *sk, __be32 daddr, __be16 dport);

#endif /* MYTCP_ENGINE_IP_H */
