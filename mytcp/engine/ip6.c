// SPDX-License-Identifier: GPL-2.0
/* IPv6: routes, the IP header of answers, checksums for the offload. */
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/security.h>
#include <net/addrconf.h>
#include <net/flow_dissector.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/xfrm.h>
#include "mytcp/compat/inet_flags.h"
#include "mytcp/engine/ip.h"
#include "mytcp/sock/inet6.h"

/* A socket's flow: to its peer, or to the first hop of its routing header. */
static void ip6_flow(struct sock *sk, struct flowi6 *fl6)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ipv6_pinfo *np = mytcp_inet6_pinfo(sk);

	*fl6 = (struct flowi6) {
		.flowi6_proto = IPPROTO_TCP,
		.flowi6_oif = sk->sk_bound_dev_if,
		.flowi6_mark = sk->sk_mark,
		.flowi6_uid = sk->sk_uid,
		.flowlabel = ip6_make_flowinfo(np->tclass, np->flow_label),
		.daddr = sk->sk_v6_daddr,
		.saddr = np->saddr,
		.fl6_sport = inet->inet_sport,
		.fl6_dport = inet->inet_dport,
	};
	security_sk_classify_flow(sk, flowi6_to_flowi_common(fl6));
}

/**
 * mytcp_ip6_choose_hash() - the hash that automatic flow labels are made of
 * @sk: locked, or nobody else's; its addresses and ports are known
 *
 * As IP makes it for what has no socket, so that the SYN-ACK before and the ACKs of
 * TIME_WAIT behind go the same of several ways (RFC 6438 3).
 */
void mytcp_ip6_choose_hash(struct sock *sk)
{
	struct flow_keys keys;
	struct flowi6 fl6;

	ip6_flow(sk, &fl6);
	WRITE_ONCE(sk->sk_txhash, __get_hash_from_flowi6(&fl6, &keys) ?: 1);
}

static struct ipv6_txoptions *ip6_options(const struct sock *sk)
{
	return rcu_dereference_protected(mytcp_inet6_pinfo(sk)->opt,
					 lockdep_sock_is_held(sk));
}

/**
 * mytcp_ip6_options_len() - octets of extension headers in each segment
 * @sk: AF_INET6 socket, locked
 */
unsigned int mytcp_ip6_options_len(const struct sock *sk)
{
	const struct ipv6_txoptions *opt = ip6_options(sk);

	return opt ? opt->opt_flen + opt->opt_nflen : 0;
}

/* The route of a flow; the source address is chosen when it has none. */
static struct dst_entry *ip6_lookup(struct sock *sk, struct flowi6 *fl6)
{
	struct in6_addr *final, room;

	final = fl6_update_dst(fl6, ip6_options(sk), &room);
	return ip6_dst_lookup_flow(sock_net(sk), sk, fl6, final);
}

static void ip6_keep_route(struct sock *sk, struct dst_entry *dst)
{
	sk->sk_gso_type = SKB_GSO_TCPV6;
	ip6_dst_store(sk, dst, NULL, NULL);
	mytcp_ip_grant_gso(sk, dst);
}

static int ip6_route(struct sock *sk)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	ip6_flow(sk, &fl6);
	dst = ip6_lookup(sk, &fl6);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	ip6_keep_route(sk, dst);
	return 0;
}

/*
 * The route has become narrower, and it was not this connection that was told so. IP
 * tells it, but to its caller alone: it is heard when the lock is given back, or when the
 * segment goes again.
 */
static void ip6_note_pmtu(struct sock *sk, struct dst_entry *dst)
{
	WRITE_ONCE(mytcp_sk(sk)->icmp_mtu, dst_mtu(dst));
	set_bit(MYTCP_DEFER_PMTU, mytcp_sock_deferred(sk));
}

static int ip6_xmit_sock(struct sock *sk, struct sk_buff *skb)
{
	struct ipv6_pinfo *np = mytcp_inet6_pinfo(sk);
	struct dst_entry *dst = __sk_dst_check(sk, np->dst_cookie);
	struct flowi6 fl6;
	int err;

	if (!dst) {
		err = ip6_route(sk);
		if (err) {
			kfree_skb(skb);
			return err;
		}
		dst = __sk_dst_get(sk);
	}
	rcu_read_lock();
	skb_dst_set_noref(skb, dst);
	ip6_flow(sk, &fl6);
	err = ip6_xmit(sk, skb, &fl6, sk->sk_mark, rcu_dereference(np->opt),
		       np->tclass, READ_ONCE(sk->sk_priority));
	if (unlikely(err == -EMSGSIZE))
		ip6_note_pmtu(sk, dst);
	rcu_read_unlock();
	return err;
}

/* RFC 6437: the label that connect() was given, which must be the user's own. */
static int ip6_take_label(struct sock *sk, const struct sockaddr_in6 *sin6)
{
	struct ip6_flowlabel *label;

	mytcp_inet6_pinfo(sk)->flow_label = 0;
	if (!mytcp_inet6_sends_label(sk))
		return 0;
	if (sin6->sin6_flowinfo & IPV6_FLOWLABEL_MASK) {
		label = fl6_sock_lookup(sk, sin6->sin6_flowinfo &
					IPV6_FLOWLABEL_MASK);
		if (IS_ERR(label))
			return -EINVAL;
		fl6_sock_release(label);
	}
	mytcp_inet6_pinfo(sk)->flow_label = sin6->sin6_flowinfo & IPV6_FLOWINFO_MASK;
	return 0;
}

/* RFC 4007: without an interface a link-local address is nowhere. */
static int ip6_take_scope(struct sock *sk, const struct sockaddr_in6 *sin6,
			  const struct in6_addr *daddr, int addr_len)
{
	if (!(ipv6_addr_type(daddr) & IPV6_ADDR_LINKLOCAL))
		return 0;
	if (addr_len >= (int)sizeof(*sin6) && sin6->sin6_scope_id) {
		if (!sk_dev_equal_l3scope(sk, sin6->sin6_scope_id))
			return -EINVAL;
		sk->sk_bound_dev_if = sin6->sin6_scope_id;
	}
	return sk->sk_bound_dev_if ? 0 : -EINVAL;
}

static int ip6_connect_native(struct sock *sk, const struct in6_addr *daddr,
			      __be16 dport)
{
	struct ipv6_pinfo *np = mytcp_inet6_pinfo(sk);
	struct mytcp_key key;
	struct dst_entry *dst;
	struct flowi6 fl6;

	sk->sk_v6_daddr = *daddr;
	inet_sk(sk)->inet_dport = dport;
	np->saddr = sk->sk_v6_rcv_saddr;
	ip6_flow(sk, &fl6);
	dst = ip6_lookup(sk, &fl6);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (ipv6_addr_any(&np->saddr))
		np->saddr = fl6.saddr;
	mytcp_inet6_conn_key(sk, &key);
	mytcp_inet6_adopt_key(sk, &key);
	ip6_keep_route(sk, dst);
	return 0;
}

/* RFC 4038: an IPv4 connection, of an AF_INET6 socket. */
static int ip6_connect_mapped(struct sock *sk, const struct in6_addr *daddr,
			      __be16 dport)
{
	struct mytcp_key key;
	int err;

	if (ipv6_only_sock(sk))
		return -ENETUNREACH;
	err = mytcp_ip4_route_connect(sk, daddr->s6_addr32[3], dport);
	if (err)
		return err;
	mytcp_key_set4(&key, inet_sk(sk)->inet_saddr, inet_sk(sk)->inet_sport,
		       inet_sk(sk)->inet_daddr, dport);
	mytcp_inet6_adopt_key(sk, &key);
	return 0;
}

/**
 * mytcp_ip6_route_connect() - route and source address for an active OPEN
 * @sk: AF_INET6 socket, locked
 * @sin6: destination
 * @addr_len: bytes of it
 *
 * Return: 0, or the negative errno of connect(2).
 */
int mytcp_ip6_route_connect(struct sock *sk, const struct sockaddr_in6 *sin6,
			    int addr_len)
{
	struct in6_addr daddr = sin6->sin6_addr;
	int err = ip6_take_label(sk, sin6);

	if (err)
		return err;
	/* BSD: nowhere is here */
	if (ipv6_addr_any(&daddr)) {
		if (ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
			ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK), &daddr);
		else
			daddr = in6addr_loopback;
	}
	if (ipv6_addr_is_multicast(&daddr))
		return -ENETUNREACH;
	err = ip6_take_scope(sk, sin6, &daddr, addr_len);
	if (err)
		return err;
	if (ipv6_addr_v4mapped(&daddr))
		return ip6_connect_mapped(sk, &daddr, sin6->sin6_port);
	return ip6_connect_native(sk, &daddr, sin6->sin6_port);
}

static void ip6_flow_of(const struct mytcp_flow *flow, struct flowi6 *fl6)
{
	*fl6 = (struct flowi6) {
		.flowi6_proto = IPPROTO_TCP,
		.flowi6_oif = flow->dev,
		.flowi6_mark = flow->mark,
		.flowi6_uid = flow->uid,
		.flowlabel = ip6_make_flowinfo(flow->tos, flow->label),
		.saddr = flow->key.laddr,
		.daddr = flow->key.raddr,
		.fl6_sport = flow->key.lport,
		.fl6_dport = flow->key.rport,
	};
}

static struct dst_entry *ip6_route_flow(const struct mytcp_flow *flow)
{
	struct flowi6 fl6;

	ip6_flow_of(flow, &fl6);
	return ip6_dst_lookup_flow(flow->net, NULL, &fl6, NULL);
}

static void ip6_put_header(struct sk_buff *skb, const struct mytcp_flow *flow,
			   const struct dst_entry *dst)
{
	unsigned int len = skb->len;
	struct ipv6hdr *iph;
	struct flowi6 fl6;
	__be32 label;

	ip6_flow_of(flow, &fl6);
	/* what it answers to may have left the hash of another way */
	skb_clear_hash(skb);
	label = ip6_make_flowlabel(flow->net, skb, flow->label,
				   ip6_default_np_autolabel(flow->net), &fl6);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	ip6_flow_hdr(iph, flow->tos, label);
	iph->payload_len = htons(len);
	iph->nexthdr = IPPROTO_TCP;
	iph->hop_limit = flow->ttl ?: ip6_dst_hoplimit((struct dst_entry *)dst);
	iph->saddr = flow->key.laddr;
	iph->daddr = flow->key.raddr;
}

/* A listener's extension headers are in its SYN-ACKs, too. */
static int ip6_send_extended(const struct mytcp_flow *flow, struct sock *owner,
			     struct sk_buff *skb, struct ipv6_txoptions *opt)
{
	struct in6_addr *final, room;
	struct dst_entry *dst;
	struct flowi6 fl6;

	ip6_flow_of(flow, &fl6);
	final = fl6_update_dst(&fl6, opt, &room);
	dst = ip6_dst_lookup_flow(flow->net, owner, &fl6, final);
	if (IS_ERR(dst)) {
		kfree_skb(skb);
		return PTR_ERR(dst);
	}
	skb_dst_set(skb, dst);
	skb_set_owner_w(skb, owner);
	return ip6_xmit(owner, skb, &fl6, flow->mark, opt, flow->tos,
			flow->priority);
}

/* Under RCU. */
static int ip6_send_flow(const struct mytcp_flow *flow, struct sock *owner,
			 struct sk_buff *skb)
{
	struct ipv6_txoptions *opt = NULL;
	struct dst_entry *dst;

	if (owner && mytcp_inet6_is(owner))
		opt = rcu_dereference(mytcp_inet6_pinfo(owner)->opt);
	if (opt)
		return ip6_send_extended(flow, owner, skb, opt);
	dst = flow->dst ?: ip6_route_flow(flow);
	if (IS_ERR(dst)) {
		kfree_skb(skb);
		return PTR_ERR(dst);
	}
	if (flow->dst)
		skb_dst_set_noref(skb, dst);
	else
		skb_dst_set(skb, dst);
	skb->mark = flow->mark;
	skb->priority = flow->priority;
	ip6_put_header(skb, flow, dst);
	if (owner)
		skb_set_owner_w(skb, owner);
	return ip6_local_out(flow->net, owner, skb);
}

/* The wheel calls it, too, which is in softirq but under no lock. */
static int ip6_send_reply(const struct mytcp_flow *flow, struct sock *owner,
			  struct sk_buff *skb)
{
	int err;

	rcu_read_lock();
	err = ip6_send_flow(flow, owner, skb);
	rcu_read_unlock();
	return err;
}

static bool ip6_has_options(const struct sk_buff *skb)
{
	return skb_network_header_len(skb) > (int)sizeof(struct ipv6hdr);
}

/* RFC 5095 has done away with source routes. */
static struct ip_options_rcu *ip6_return_route(struct net *net,
					       const struct sk_buff *syn)
{
	return NULL;
}

static bool ip6_checksum_in(struct sk_buff *skb)
{
	return !skb_checksum_init(skb, IPPROTO_TCP, ip6_compute_pseudo) &&
	       !skb_checksum_complete(skb);
}

static void ip6_checksum_out(struct sk_buff *skb, const struct mytcp_key *key)
{
	struct tcphdr *th = (struct tcphdr *)skb->data;

	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	th->check = ~csum_ipv6_magic(&key->laddr, &key->raddr, skb->len,
				     IPPROTO_TCP, 0);
}

static bool ip6_is_loopback(const struct in6_addr *addr)
{
	return ipv6_addr_loopback(addr);
}

static bool ip6_is_unicast(const struct in6_addr *addr)
{
	return !ipv6_addr_is_multicast(addr) && !ipv6_addr_any(addr);
}

static int ip6_came_by(const struct sk_buff *skb)
{
	return inet6_iif(skb);
}

static int ip6_came_by_slave(const struct sk_buff *skb)
{
	return inet6_sdif(skb);
}

static bool ip6_policy(struct sock *sk, struct sk_buff *skb)
{
	return xfrm6_policy_check(sk, XFRM_POLICY_IN, skb);
}

const struct mytcp_ip_ops mytcp_ip6 = {
	.family = AF_INET6,
	.hdr_len = sizeof(struct ipv6hdr),
	.mss_default = MYTCP_MSS_DEFAULT6,
	.route = ip6_route,
	.xmit = ip6_xmit_sock,
	.send_reply = ip6_send_reply,
	.route_flow = ip6_route_flow,
	.has_options = ip6_has_options,
	.is_loopback = ip6_is_loopback,
	.return_route = ip6_return_route,
	.came_by = ip6_came_by,
	.came_by_slave = ip6_came_by_slave,
	.checksum_in = ip6_checksum_in,
	.policy = ip6_policy,
	.checksum_out = ip6_checksum_out,
	.is_unicast = ip6_is_unicast,
};
