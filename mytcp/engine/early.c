// SPDX-License-Identifier: GPL-2.0
/*
 * IP asks the routes about each packet that comes in by a device, which costs as much as
 * all of TCP. The kernel's TCP spares its connections that: it is asked first, and knows
 * the route of their last segment. Whom IP asks cannot be changed; but what has a route
 * already is not asked about, and a netfilter hook at PRE_ROUTING, behind all others, can
 * give it one.
 *
 * It gives nothing else: whose the segment is, demux.c finds out where the firewall has
 * passed it. Over loopback there is nothing to gain, as segments keep the route they were
 * sent by: the hook is registered for a namespace with its first connection to elsewhere.
 *
 * As for the kernel's, net.ipv4.ip_early_demux and tcp_early_demux turn it off, for IPv6,
 * too.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include "mytcp/engine/early.h"
#include "mytcp/engine/ip.h"
#include "mytcp/proto/fsm.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/table.h"

static DEFINE_MUTEX(early_lock);

/*
 * The route, if it is one for what comes in by this device, and still good. RCU; the
 * socket is held.
 */
static struct dst_entry *early_route(const struct sock *sk, const struct sk_buff *skb)
{
	struct dst_entry *dst = rcu_dereference(sk->sk_rx_dst);

	if (!dst || sk->sk_rx_dst_ifindex != skb->skb_iif)
		return NULL;
	return dst_check(dst, sk->sk_rx_dst_cookie);
}

static void early_find(struct net *net, struct sk_buff *skb, const struct mytcp_key *key)
{
	struct mytcp_node *node = mytcp_table_find(net, key, skb->skb_iif, 0);
	struct dst_entry *dst;

	if (!node)
		return;
	if (node->kind == MYTCP_KIND_SOCK) {
		dst = early_route(mytcp_node_sk(node), skb);
		if (dst)
			skb_dst_set_noref(skb, dst);
	}
	mytcp_node_put(node);
}

/* Of what is routed otherwise, or belongs to somebody, nothing is known here. */
static bool early_wanted(const struct sk_buff *skb, const struct net *net)
{
	return !skb_dst(skb) && !skb->sk && skb->pkt_type == PACKET_HOST &&
	       !netif_is_l3_master(skb->dev) && !netif_is_l3_slave(skb->dev) &&
	       READ_ONCE(net->ipv4.sysctl_ip_early_demux) &&
	       READ_ONCE(net->ipv4.sysctl_tcp_early_demux);
}

/* Both ports, or NULL when the second one is not ours. */
static const __be16 *early_ports(struct net *net, const struct sk_buff *skb, __be16 *buf)
{
	const __be16 *ports = skb_header_pointer(skb, skb_transport_offset(skb),
						 2 * sizeof(*buf), buf);

	return ports && mytcp_netns_port_ours(mytcp_net(net), ntohs(ports[1])) ?
	       ports : NULL;
}

static unsigned int early_hook4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct mytcp_key key;
	const __be16 *ports;
	__be16 buf[2];

	if (!early_wanted(skb, state->net) || iph->protocol != IPPROTO_TCP ||
	    ip_is_fragment(iph))
		return NF_ACCEPT;
	ports = early_ports(state->net, skb, buf);
	if (!ports)
		return NF_ACCEPT;
	mytcp_key_set4(&key, iph->daddr, ports[1], iph->saddr, ports[0]);
	early_find(state->net, skb, &key);
	return NF_ACCEPT;
}

#if IS_ENABLED(CONFIG_IPV6)
static unsigned int early_hook6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	struct mytcp_key key;
	const __be16 *ports;
	__be16 buf[2];

	if (!early_wanted(skb, state->net) || iph->nexthdr != IPPROTO_TCP ||
	    ipv6_addr_v4mapped(&iph->saddr) || ipv6_addr_v4mapped(&iph->daddr))
		return NF_ACCEPT;
	ports = early_ports(state->net, skb, buf);
	if (!ports)
		return NF_ACCEPT;
	key.laddr = iph->daddr;
	key.raddr = iph->saddr;
	key.lport = ports[1];
	key.rport = ports[0];
	early_find(state->net, skb, &key);
	return NF_ACCEPT;
}
#endif

static const struct nf_hook_ops early_hooks[] = {
	{
		.hook = early_hook4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP_PRI_LAST,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = early_hook6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_LAST,
	},
#endif
};

static bool early_is_local(const struct sock *sk)
{
	const struct dst_entry *dst;
	bool local;

	rcu_read_lock();
	dst = rcu_dereference(sk->sk_dst_cache);
	local = !dst || (dst->dev->flags & IFF_LOOPBACK);
	rcu_read_unlock();
	return local;
}

/**
 * mytcp_early_attach() - a connection is made, or about to be
 * @sk: socket with a route
 *
 * Registers the hooks of its namespace, once. Without memory all goes on, slower.
 *
 * Context: process, may sleep.
 */
void mytcp_early_attach(struct sock *sk)
{
	struct mytcp_net *mn = mytcp_net(sock_net(sk));

	if (READ_ONCE(mn->early) || early_is_local(sk))
		return;
	mutex_lock(&early_lock);
	if (!mn->early && !nf_register_net_hooks(sock_net(sk), early_hooks,
						 ARRAY_SIZE(early_hooks)))
		WRITE_ONCE(mn->early, true);
	mutex_unlock(&early_lock);
}

/**
 * mytcp_early_detach() - the namespace ends
 * @net: it has no socket any more
 *
 * Context: process, may sleep.
 */
void mytcp_early_detach(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);

	mutex_lock(&early_lock);
	if (mn->early)
		nf_unregister_net_hooks(net, early_hooks, ARRAY_SIZE(early_hooks));
	mn->early = false;
	mutex_unlock(&early_lock);
}

/**
 * mytcp_early_learn() - mytcp_early_note(), when it is another route
 * @sk: socket, locked
 * @skb: a segment that has come for it by a device
 *
 * Context: softirq.
 */
void mytcp_early_learn(struct sock *sk, const struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb), *was;

	if (!mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) || !dst || !dst_hold_safe(dst))
		return;
	sk->sk_rx_dst_ifindex = skb->skb_iif;
	sk->sk_rx_dst_cookie = 0;
#if IS_ENABLED(CONFIG_IPV6)
	if (skb->protocol == htons(ETH_P_IPV6))
		sk->sk_rx_dst_cookie = rt6_get_cookie(container_of(dst, struct rt6_info, dst));
#endif
	was = rcu_replace_pointer(sk->sk_rx_dst, dst, lockdep_sock_is_held(sk));
	dst_release(was);
}
