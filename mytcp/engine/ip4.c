// SPDX-License-Identifier: GPL-2.0
/* IPv4: routes, the IP header of answers, checksums for the offload. */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/security.h>
#include <net/ip.h>
#include <net/route.h>
#include <net/checksum.h>
#include <net/xfrm.h>
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/ip.h"

static __be32 ip4_of(const struct in6_addr *addr)
{
	return addr->s6_addr32[3];
}

static const struct ip_options_rcu *ip4_options(const struct sock *sk)
{
	return rcu_dereference_protected(inet_sk(sk)->inet_opt,
					 lockdep_sock_is_held(sk));
}

/**
 * mytcp_ip4_copy_options() - IP options for an object of its own
 * @to: where the copy is kept; kfree() is the caller's
 * @from: the options, or NULL
 *
 * Context: any.
 *
 * Return: 0 or -ENOMEM.
 */
int mytcp_ip4_copy_options(struct ip_options_rcu **to,
			   const struct ip_options_rcu *from)
{
	*to = NULL;
	if (!from)
		return 0;
	*to = kmemdup(from, sizeof(*from) + from->opt.optlen, GFP_ATOMIC);
	return *to ? 0 : -ENOMEM;
}

/* RFC 9293 3.9.2.1: a source route's first hop is where IP sends to. */
static __be32 ip4_first_hop(const struct ip_options_rcu *opt, __be32 daddr)
{
	return opt && opt->opt.srr ? opt->opt.faddr : daddr;
}

/* Fill the socket's flow and look a route up; the result is referenced. */
static struct rtable *ip4_lookup(struct sock *sk, __be32 daddr, __be16 dport)
{
	struct inet_sock *inet = inet_sk(sk);
	struct flowi4 *fl4 = &inet->cork.fl.u.ip4;

	return ip_route_output_ports(sock_net(sk), fl4, sk,
				     ip4_first_hop(ip4_options(sk), daddr),
				     inet->inet_saddr, dport, inet->inet_sport,
				     IPPROTO_TCP, RT_TOS(inet->tos),
				     sk->sk_bound_dev_if);
}

static void ip4_keep_route(struct sock *sk, struct rtable *rt)
{
	sk->sk_gso_type = SKB_GSO_TCPV4;
	sk_setup_caps(sk, &rt->dst);
	mytcp_ip_grant_gso(sk, &rt->dst);
}

/**
 * mytcp_ip4_route_connect() - route and source address for an active OPEN
 * @sk: socket, locked
 * @daddr: destination
 * @dport: its port
 *
 * MUST-44: IP chooses the source address. MUST-46: a group is no peer.
 *
 * Return: 0, or the negative errno of connect(2).
 */
int mytcp_ip4_route_connect(struct sock *sk, __be32 daddr, __be16 dport)
{
	struct inet_sock *inet = inet_sk(sk);
	struct flowi4 *fl4 = &inet->cork.fl.u.ip4;
	struct rtable *rt;

	if (daddr == htonl(INADDR_ANY))
		daddr = inet->inet_saddr ?: htonl(INADDR_LOOPBACK);
	rt = ip4_lookup(sk, daddr, dport);
	if (IS_ERR(rt)) {
		if (PTR_ERR(rt) == -ENETUNREACH)
			IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTNOROUTES);
		return PTR_ERR(rt);
	}
	if (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)) {
		ip_rt_put(rt);
		return -ENETUNREACH;
	}
	if (!inet->inet_saddr) {
		inet->inet_saddr = fl4->saddr;
		inet->inet_rcv_saddr = fl4->saddr;
	}
	inet->inet_daddr = daddr;
	inet->inet_dport = dport;
	ip4_keep_route(sk, rt);
	return 0;
}

static int ip4_route(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct rtable *rt;

	rt = ip4_lookup(sk, inet->inet_daddr, inet->inet_dport);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	ip4_keep_route(sk, rt);
	return 0;
}

static int ip4_xmit(struct sock *sk, struct sk_buff *skb)
{
	struct flowi4 *fl4 = &inet_sk(sk)->cork.fl.u.ip4;
	__be32 hop = ip4_first_hop(ip4_options(sk), inet_sk(sk)->inet_daddr);

	/* IP_OPTIONS has changed: the route kept leads elsewhere. */
	if (fl4->daddr != hop)
		sk_dst_reset(sk);
	fl4->saddr = inet_sk(sk)->inet_saddr;
	fl4->daddr = hop;
	return ip_queue_xmit(sk, skb, &inet_sk(sk)->cork.fl);
}

static struct rtable *ip4_flow_route(const struct mytcp_flow *flow)
{
	struct flowi4 fl4 = {
		.flowi4_oif = flow->dev,
		.flowi4_mark = flow->mark,
		.flowi4_tos = RT_TOS(flow->tos),
		.flowi4_proto = IPPROTO_TCP,
		.flowi4_uid = flow->uid,
		.saddr = ip4_of(&flow->key.laddr),
		.daddr = ip4_first_hop(flow->options, ip4_of(&flow->key.raddr)),
		.fl4_sport = flow->key.lport,
		.fl4_dport = flow->key.rport,
	};
	struct rtable *rt = ip_route_output_flow(flow->net, &fl4, NULL);

	/* MUST-63: only the routes know which unicast-like address is a group's */
	if (!IS_ERR(rt) && (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))) {
		ip_rt_put(rt);
		return ERR_PTR(-EACCES);
	}
	return rt;
}

static struct dst_entry *ip4_route_flow(const struct mytcp_flow *flow)
{
	struct rtable *rt = ip4_flow_route(flow);

	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

/* RFC 791 3.1: the last address of a source route is the destination. */
static void ip4_put_options(u8 *to, const struct ip_options *opt, __be32 daddr)
{
	u8 *route = to + opt->srr - sizeof(struct iphdr);

	memcpy(to, opt->__data, opt->optlen);
	if (opt->srr)
		memcpy(route + route[IPOPT_OLEN] - sizeof(daddr), &daddr,
		       sizeof(daddr));
}

static void ip4_put_header(struct sk_buff *skb, const struct mytcp_flow *flow,
			   const struct dst_entry *dst)
{
	const struct ip_options_rcu *opt = flow->options;
	__be32 daddr = ip4_of(&flow->key.raddr);
	unsigned int len = sizeof(struct iphdr) + (opt ? opt->opt.optlen : 0);
	struct iphdr *iph = skb_push(skb, len);

	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IP);
	*(__be16 *)iph = htons((4 << 12) | (len / 4 << 8) | flow->tos);
	if (opt)
		ip4_put_options((u8 *)(iph + 1), &opt->opt, daddr);
	iph->tot_len = htons(skb->len);
	/* DF without fragments needs no identification (RFC 6864), and a
	 * constant one tells a scanner nothing.
	 */
	iph->id = 0;
	iph->frag_off = htons(IP_DF);
	iph->ttl = flow->ttl ?: ip4_dst_hoplimit(dst);
	iph->protocol = IPPROTO_TCP;
	iph->saddr = ip4_of(&flow->key.laddr);
	iph->daddr = ip4_first_hop(opt, daddr);
}

static int ip4_send_reply(const struct mytcp_flow *flow, struct sock *owner,
			  struct sk_buff *skb)
{
	struct dst_entry *dst = flow->dst ?: ip4_route_flow(flow);

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
	ip4_put_header(skb, flow, dst);
	if (owner) {
		skb_set_owner_w(skb, owner);
	} else if (!mytcp_hooks_may_go(skb)) {
		kfree_skb(skb);
		return -EPERM;
	}
	return ip_local_out(flow->net, owner, skb);
}

static bool ip4_is_loopback(const struct in6_addr *addr)
{
	return ipv4_is_loopback(addr->s6_addr32[3]);
}

static bool ip4_has_options(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4 > sizeof(struct iphdr);
}

/*
 * MUST-53: the addresses recorded on the way here, in the opposite order, as a
 * program would give them to IP_OPTIONS. That a source recorded itself must not
 * make it a hop (RFC 1122 3.2.1.8).
 */
static struct ip_options_rcu *ip4_return_route(struct net *net,
					       const struct sk_buff *syn)
{
	const u8 *way = skb_network_header(syn) + IPCB(syn)->opt.srr;
	const u8 *from = way + IPOPT_MINOFF - 1;
	struct ip_options_rcu *back;
	int count, i, err;
	u8 *to;

	if (!IPCB(syn)->opt.srr)
		return NULL;
	count = (min_t(int, way[IPOPT_OFFSET], way[IPOPT_OLEN] + 1) -
		 IPOPT_MINOFF) / 4;
	if (count > 0 && !memcmp(from, &ip_hdr(syn)->saddr, 4)) {
		from += 4;
		count--;
	}
	if (count <= 0)
		return NULL;
	/* What fills it up to words is zero, the end of the options. */
	back = kzalloc(sizeof(*back) + 4 + 4 * count, GFP_ATOMIC);
	if (!back)
		return ERR_PTR(-ENOMEM);
	to = back->opt.__data;
	to[IPOPT_OPTVAL] = way[IPOPT_OPTVAL];
	to[IPOPT_OLEN] = IPOPT_MINOFF - 1 + 4 * count;
	to[IPOPT_OFFSET] = IPOPT_MINOFF;
	for (i = 0; i < count; i++)
		memcpy(to + IPOPT_MINOFF - 1 + 4 * i,
		       from + 4 * (count - 1 - i), 4);
	back->opt.optlen = 4 + 4 * count;
	err = ip_options_compile(net, &back->opt, NULL);
	if (!err)
		return back;
	kfree(back);
	return ERR_PTR(err);
}

static bool ip4_checksum_in(struct sk_buff *skb)
{
	return !skb_checksum_init(skb, IPPROTO_TCP, inet_compute_pseudo) &&
	       !skb_checksum_complete(skb);
}

static void ip4_checksum_out(struct sk_buff *skb, const struct mytcp_key *key)
{
	struct tcphdr *th = (struct tcphdr *)skb->data;

	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	th->check = ~csum_tcpudp_magic(ip4_of(&key->laddr), ip4_of(&key->raddr),
				       skb->len, IPPROTO_TCP, 0);
}

static bool ip4_is_unicast(const struct in6_addr *addr)
{
	__be32 a = ip4_of(addr);

	return !ipv4_is_multicast(a) && !ipv4_is_lbcast(a) &&
	       !ipv4_is_zeronet(a);
}

static int ip4_came_by(const struct sk_buff *skb)
{
	return inet_iif(skb);
}

static int ip4_came_by_slave(const struct sk_buff *skb)
{
	return inet_sdif((struct sk_buff *)skb);
}

static bool ip4_policy(struct sock *sk, struct sk_buff *skb)
{
	return xfrm4_policy_check(sk, XFRM_POLICY_IN, skb);
}

const struct mytcp_ip_ops mytcp_ip4 = {
	.family = AF_INET,
	.hdr_len = sizeof(struct iphdr),
	.mss_default = MYTCP_MSS_DEFAULT4,
	.route = ip4_route,
	.xmit = ip4_xmit,
	.send_reply = ip4_send_reply,
	.route_flow = ip4_route_flow,
	.has_options = ip4_has_options,
	.is_loopback = ip4_is_loopback,
	.return_route = ip4_return_route,
	.came_by = ip4_came_by,
	.came_by_slave = ip4_came_by_slave,
	.checksum_in = ip4_checksum_in,
	.policy = ip4_policy,
	.checksum_out = ip4_checksum_out,
	.is_unicast = ip4_is_unicast,
};
