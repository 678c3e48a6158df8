/* SPDX-License-Identifier: GPL-2.0 */
/* What the engine asks of an address family: route and transmit. */
#ifndef MYTCP_ENGINE_IP_H
#define MYTCP_ENGINE_IP_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include <net/inet_sock.h>
#include "mytcp/sock/inet6.h"
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
 * @label: flow label of IPv6 (RFC 6437), or 0 for the namespace's own choice
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
	__be32 label;
	u8 tos;
	u8 ttl;
	kuid_t uid;
};

/**
 * struct mytcp_way - what an RST has besides the addresses of what it answers
 * @dev: interface to leave by, or 0
 * @label: flow label of IPv6, or 0
 */
struct mytcp_way {
	int dev;
	__be32 label;
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
 *	charged for it when not NULL, and its extension headers go along. Under RCU
 *	or with the socket locked
 * @route_flow: a route for a flow, or an ERR_PTR; the caller releases it
 * @has_options: came a segment with IP options? Softirq
 * @return_route: IP options that lead a connection back the way its SYN came by,
 *	NULL if that is any way, or an ERR_PTR; kfree() is the caller's. Softirq
 * @came_by: the interface a segment came in by; softirq
 * @came_by_slave: its slave interface under an l3mdev, or 0; softirq
 * @checksum_in: does the checksum of a segment hold? TCP header at skb->data
 * @policy: does IPsec allow a segment to a socket? Softirq
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
	int (*came_by)(const struct sk_buff *skb);
	int (*came_by_slave)(const struct sk_buff *skb);
	bool (*checksum_in)(struct sk_buff *skb);
	bool (*policy)(struct sock *sk, struct sk_buff *skb);
	void (*checksum_out)(struct sk_buff *skb, const struct mytcp_key *key);
	bool (*is_loopback)(const struct in6_addr *addr);
	bool (*is_unicast)(const struct in6_addr *addr);
};

extern const struct mytcp_ip_ops mytcp_ip4, mytcp_ip6;

/* The operations for the addresses of a key. */
static inline const struct mytcp_ip_ops *mytcp_ip_of(const struct mytcp_key *key)
{
	return !IS_ENABLED(CONFIG_IPV6) || ipv6_addr_v4mapped(&key->laddr) ?
	       &mytcp_ip4 : &mytcp_ip6;
}

/* Those of a socket's connection, once that has a key. */
static inline const struct mytcp_ip_ops *mytcp_ip(const struct mytcp_sock *ms)
{
	return mytcp_ip_of(&ms->node.key);
}

/* The route of a socket, if it is still good. Socket locked. */
static inline struct dst_entry *mytcp_ip_route(struct sock *sk)
{
	return __sk_dst_check(sk, mytcp_key_is6(&mytcp_sk(sk)->node.key) ?
			      mytcp_inet6_pinfo(sk)->dst_cookie : 0);
}

#if IS_ENABLED(CONFIG_IPV6)
unsigned int mytcp_ip6_options_len(const struct sock *sk);
void mytcp_ip6_choose_hash(struct sock *sk);
#else
static inline void mytcp_ip6_choose_hash(struct sock *sk) {}

static inline unsigned int mytcp_ip6_options_len(const struct sock *sk)
{
	return 0;
}
#endif

/* Which of several ways a connection goes, where that is left to the host. */
static inline void mytcp_ip_choose_way(struct sock *sk)
{
	if (mytcp_key_is6(&mytcp_sk(sk)->node.key))
		mytcp_ip6_choose_hash(sk);
	else
		sk_set_txhash(sk);
}

void mytcp_ip_grant_gso(struct sock *sk, const struct dst_entry *dst);

int mytcp_ip4_copy_options(struct ip_options_rcu **to,
			   const struct ip_options_rcu *from);
int mytcp_ip4_route_connect(struct sock *sk, __be32 daddr, __be16 dport);
int mytcp_ip6_route_connect(struct sock *sk, const struct sockaddr_in6 *sin6,
			    int addr_len);

#endif /* MYTCP_ENGINE_IP_H */
