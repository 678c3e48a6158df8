// SPDX-License-Identifier: GPL-2.0
/*
 * The softirq entry. The trick: a netfilter hook at LOCAL_IN, behind filter and
 * NAT, takes the segments that are MyTCP's; the kernel's slot for protocol 6 is
 * taken, and overwriting it would put every other connection at our mercy.
 * Conntrack's confirm, which comes last, is called here for what we take.
 *
 * What is not ours costs one test of a bitmap of ports and goes on untouched.
 */
#include <linux/filter.h>
#include <linux/ip.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/busy_poll.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/sock_reuseport.h>
#include "mytcp/engine/demux.h"
#include "mytcp/engine/cookies.h"
#include "mytcp/engine/defrag.h"
#include "mytcp/engine/early.h"
#include "mytcp/engine/exthdr.h"
#include "mytcp/engine/icmp.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/receive.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/synq.h"
#include "mytcp/engine/timewait.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/orphans.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/trace.h"

/* Room in the backlog beside the two buffers. */
#define BACKLOG_EXTRA	(64 * 1024)

static DEFINE_MUTEX(attach_lock);

/**
 * struct arrival - a segment for a port of ours
 * @net: namespace it came in
 * @mn: what MyTCP has of it
 * @ip: the operations of its IP version
 * @key: its addresses and ports, ours as the local ones
 * @dif: interface it came in by
 * @sdif: its slave interface under an l3mdev, or 0
 */
struct arrival {
	struct net *net;
	struct mytcp_net *mn;
	const struct mytcp_ip_ops *ip;
	struct mytcp_key key;
	int dif;
	int sdif;
};

/**
 * struct target - whose a segment is
 * @node: connection, half-open one or TIME_WAIT bucket; referenced
 * @listener: else a listener, under RCU
 * @owned: else the port is bound here, and the RST ours to send
 */
struct target {
	struct mytcp_node *node;
	struct sock *listener;
	bool owned;
};

/*
 * The listener a SYN belongs to. Of a group (SO_REUSEPORT) the connection's hash
 * chooses, or the group's program, which expects the skb at its TCP header.
 */
static struct sock *demux_listener(const struct arrival *a, struct sk_buff *skb)
{
	struct sock *sk = mytcp_table_find_listener(a->net, &a->key, a->dif, a->sdif);
	int hdr_len = 0;

	if (!sk || !rcu_access_pointer(sk->sk_reuseport_cb))
		return sk;
	if (pskb_may_pull(skb, MYTCP_HDR_LEN))
		hdr_len = tcp_hdr(skb)->doff * 4;
	return reuseport_select_sock(sk, mytcp_table_hash(a->net, &a->key),
				     hdr_len ? skb : NULL, hdr_len) ?: sk;
}

/*
 * No connection of ours: only what could open one is for a listener of ours.
 * The rest may belong to a connection of the kernel's that is older than the
 * listener; and if it does not, the kernel's RST is the one we would send.
 */
static bool demux_is_kernels(const struct sk_buff *skb)
{
	const u8 *flags;
	u8 buf;

	flags = skb_header_pointer(skb, skb_transport_offset(skb) + 13,
				   sizeof(buf), &buf);
	return flags && (*flags & (MYTCP_ACK | MYTCP_RST));
}

/* The listener whose SYN cookie a segment brings back, or NULL. */
static struct sock *demux_cookie(const struct arrival *a, struct sk_buff *skb)
{
	struct sock *listener = demux_listener(a, skb);

	return listener && mytcp_cookies_claims(listener, skb, &a->key) ? listener : NULL;
}

/* The skb stands at its TCP header, of which there may be too little. */
static bool demux_find(const struct arrival *a, struct sk_buff *skb, struct target *to)
{
	to->listener = NULL;
	to->owned = false;
	to->node = mytcp_table_find(a->net, &a->key, a->dif, a->sdif);
	if (to->node)
		return true;
	if (demux_is_kernels(skb)) {
		to->listener = demux_cookie(a, skb);
		return to->listener;
	}
	to->listener = demux_listener(a, skb);
	if (to->listener)
		return true;
	to->owned = mytcp_port_owned_on(a->net, &a->key, a->dif, a->sdif);
	return to->owned;
}

static u8 demux_tos(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->tos :
						  ipv6_get_dsfield(ipv6_hdr(skb));
}

/* How an RST for a segment leads back, that no connection has. */
static struct mytcp_way demux_way(const struct arrival *a, const struct sk_buff *skb)
{
	struct mytcp_way way = {};

#if IS_ENABLED(CONFIG_IPV6)
	if (!mytcp_key_is6(&a->key))
		return way;
	if (READ_ONCE(a->net->ipv6.sysctl.flowlabel_reflect) & FLOWLABEL_REFLECT_TCP_RESET)
		way.label = ip6_flowlabel(ipv6_hdr(skb));
	/* RFC 4007: there may be as many such peers as there are links */
	if (ipv6_addr_type(&a->key.raddr) & IPV6_ADDR_LINKLOCAL)
		way.dev = a->dif;
#endif
	return way;
}

static u8 demux_ttl(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) ? ip_hdr(skb)->ttl :
						  ipv6_hdr(skb)->hop_limit;
}

/* The skb stands at a TCP header that is there as a whole. */
static void demux_fill(struct sk_buff *skb, struct mytcp_seg *seg)
{
	/* An option with an illegal length ends the list (MUST-7). */
	mytcp_segment_parse(skb->data, skb_headlen(skb), seg);
	seg->len = skb->len - seg->hdr_len;
	seg->ip_ecn = demux_tos(skb) & INET_ECN_MASK;
}

/* Drops the skb and says why. */
static bool demux_refused(const struct arrival *a, struct sk_buff *skb,
			  enum mytcp_counter why)
{
	if (why != MYTCP_MIB_DropSource)
		mytcp_count(a->net, InErrs);
	mytcp_drop_skb(a->net, skb, &a->key, why);
	return false;
}

/*
 * RFC 9293 3.10.7, before any state: is it a segment at all? The skb stands at
 * the TCP header. Consumes it when not.
 */
static bool demux_parse(const struct arrival *a, struct sk_buff *skb,
			const struct target *to, struct mytcp_seg *seg)
{
	mytcp_counted(a->mn, InSegs, 1);
	if (!pskb_may_pull(skb, MYTCP_HDR_LEN))
		return demux_refused(a, skb, MYTCP_MIB_DropShort);
	if (tcp_hdr(skb)->doff * 4 < MYTCP_HDR_LEN ||
	    !pskb_may_pull(skb, tcp_hdr(skb)->doff * 4))
		return demux_refused(a, skb, MYTCP_MIB_DropOffset);
	/* MUST-3 */
	if (!a->ip->checksum_in(skb))
		return demux_refused(a, skb, MYTCP_MIB_InCsumErrors);
	demux_fill(skb, seg);
	/* MUST-57, MUST-63; the addresses of a connection have been looked at */
	if (skb->pkt_type != PACKET_HOST ||
	    (!to->node && !(a->ip->is_unicast(&a->key.raddr) &&
			    a->ip->is_unicast(&a->key.laddr))))
		return demux_refused(a, skb, MYTCP_MIB_DropSource);
	return true;
}

/* The rules of socket and host: hops, IPsec policy, filter, LSM, cgroup. */
static bool demux_allowed(const struct arrival *a, struct sock *sk, struct sk_buff *skb,
			  struct mytcp_seg *seg)
{
	/* RFC 5082: who is too far away is not heard */
	if (demux_ttl(skb) < mytcp_inet6_min_ttl(sk, &a->key)) {
		mytcp_drop(a->net, skb, &a->key, TCPMinTTLDrop);
		return false;
	}
	if (!a->ip->policy(sk, skb)) {
		mytcp_drop(a->net, skb, &a->key, DropPolicy);
		return false;
	}
	if (sk_filter_trim_cap(sk, skb, seg->hdr_len)) {
		mytcp_drop(a->net, skb, &a->key, DropFilter);
		return false;
	}
	/* A filter may have cut the payload. */
	seg->len = skb->len - seg->hdr_len;
	return true;
}

/*
 * What may wait while a process has the lock: what the window promised, at the
 * weight of skbs not coalesced yet; and what is worked off counts until the
 * last of it is.
 */
static int demux_backlog_limit(const struct sock *sk)
{
	return min_t(s64, 4LL * READ_ONCE(sk->sk_rcvbuf) +
		     READ_ONCE(sk->sk_sndbuf) + BACKLOG_EXTRA, INT_MAX);
}

/* For SO_INCOMING_CPU, busy polling, and steering of what will follow. */
static void demux_note_origin(struct sock *sk, const struct sk_buff *skb)
{
	sk_incoming_cpu_update(sk);
	sk_mark_napi_id(sk, skb);
	sock_rps_save_rxhash(sk, skb);
}

/* What the IPv6 header says is told to the user, once the segment has been accepted. */
static void demux_receive(struct sock *sk, struct sk_buff *skb, struct mytcp_seg *seg)
{
	u32 end = seg->seq + mytcp_segment_seqlen(seg);
	struct sk_buff *copy = NULL;

	if (mytcp_inet6_wants_options(sk))
		copy = skb_clone(skb, GFP_ATOMIC);
	__skb_pull(skb, seg->hdr_len);
	mytcp_receive(sk, skb, seg);
	if (!copy)
		return;
	if (mytcp_sk(sk)->rcv_nxt == end && mytcp_sock_state(sk) != MYTCP_CLOSE)
		mytcp_inet6_note_options(sk, copy);
	consume_skb(copy);
}

static void demux_sock(const struct arrival *a, struct sock *sk, struct sk_buff *skb,
		       struct mytcp_seg *seg)
{
	if (!demux_allowed(a, sk, skb, seg))
		return;
	demux_note_origin(sk, skb);
	bh_lock_sock_nested(sk);
	if (!sock_owned_by_user(sk))
		mytcp_early_note(sk, skb);
	/* Neither is valid once the skb waits in a queue. */
	skb->dev = NULL;
	skb_dst_drop(skb);
	if (!sock_owned_by_user(sk))
		demux_receive(sk, skb, seg);
	else if (sk_add_backlog(sk, skb, demux_backlog_limit(sk)))
		mytcp_drop(a->net, skb, &a->key, TCPBacklogDrop);
	bh_unlock_sock(sk);
}

/**
 * mytcp_demux_backlog() - struct proto.backlog_rcv
 * @sk: socket, locked by the process that gives it back
 * @skb: checked already, at its TCP header
 *
 * Return: 0.
 */
int mytcp_demux_backlog(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_seg seg;

	demux_fill(skb, &seg);
	demux_receive(sk, skb, &seg);
	return 0;
}

static void demux_timewait(const struct arrival *a, struct mytcp_node *node,
			   struct sk_buff *skb, struct mytcp_seg *seg)
{
	struct sock *listener;
	int verdict;
	u32 isn;

	verdict = mytcp_timewait_segment(node, seg, &isn);
	if (verdict != MYTCP_GO_ON) {
		mytcp_drop_judged(a->net, skb, &a->key, verdict);
		return;
	}
	listener = demux_listener(a, skb);
	if (!listener) {
		mytcp_timewait_challenge(node);
		mytcp_drop(a->net, skb, &a->key, DropTimeWait);
		return;
	}
	/* else the old connection goes on waiting: the SYN will come again */
	verdict = mytcp_synq_admits(listener);
	if (verdict != MYTCP_GO_ON) {
		mytcp_count(a->net, ListenDrops);
		mytcp_drop_judged(a->net, skb, &a->key, verdict);
		return;
	}
	mytcp_timewait_kill(node);
	mytcp_count(a->net, TWRecycled);
	mytcp_synq_listen(listener, skb, seg, &a->key, isn ?: 1);
}

/* A half-open connection. False: look again, it has become a socket. */
static bool demux_synq(const struct arrival *a, struct mytcp_node *node,
		       struct sk_buff *skb, struct mytcp_seg *seg)
{
	if (!demux_allowed(a, mytcp_synq_listener(node), skb, seg))
		return true;
	__skb_pull(skb, seg->hdr_len);
	if (mytcp_synq_segment(node, skb, seg))
		return true;
	__skb_push(skb, seg->hdr_len);
	return false;
}

/* Drops the node's reference. False: the skb is still there, look again. */
static bool demux_node(const struct arrival *a, struct mytcp_node *node,
		       struct sk_buff *skb, struct mytcp_seg *seg)
{
	bool consumed = true;

	trace_mytcp_segment_in(a->net, &a->key,
			       node->kind == MYTCP_KIND_SOCK ?
			       mytcp_sock_state(mytcp_node_sk(node)) :
			       node->state, seg);
	switch (node->kind) {
	case MYTCP_KIND_SOCK:
		demux_sock(a, mytcp_node_sk(node), skb, seg);
		break;
	case MYTCP_KIND_SYNQ:
		consumed = demux_synq(a, node, skb, seg);
		break;
	case MYTCP_KIND_TIMEWAIT:
		demux_timewait(a, node, skb, seg);
		break;
	}
	mytcp_node_put(node);
	return consumed;
}

/* False: another CPU has made the connection, look again. */
static bool demux_cookie_ack(const struct arrival *a, struct sock *listener,
			     struct sk_buff *skb, struct mytcp_seg *seg)
{
	int verdict;

	trace_mytcp_segment_in(a->net, &a->key, MYTCP_LISTEN, seg);
	if (!demux_allowed(a, listener, skb, seg))
		return true;
	verdict = mytcp_cookies_ack(listener, skb, seg, &a->key);
	if (verdict == MYTCP_GO_ON)
		return false;
	/* the listener has closed: nobody else will answer */
	if (verdict == MYTCP_MIB_DropAfterClose)
		mytcp_reply_reset(a->net, seg, &a->key, demux_way(a, skb));
	if (verdict != MYTCP_TAKEN) {
		mytcp_count(a->net, ListenDrops);
		mytcp_drop_judged(a->net, skb, &a->key, verdict);
	}
	return true;
}

static struct mytcp_node *demux_again(const struct arrival *a)
{
	return mytcp_table_find(a->net, &a->key, a->dif, a->sdif);
}

/* No connection has it: a listener's, or nobody's. */
static void demux_deliver_other(const struct arrival *a, struct sk_buff *skb,
				struct sock *listener, struct mytcp_seg *seg)
{
	trace_mytcp_segment_in(a->net, &a->key, listener ? MYTCP_LISTEN : MYTCP_CLOSE, seg);
	if (listener) {
		if (demux_allowed(a, listener, skb, seg))
			mytcp_synq_listen(listener, skb, seg, &a->key, 0);
		return;
	}
	mytcp_reply_refuse(a->net, seg, &a->key, demux_way(a, skb));
	mytcp_drop(a->net, skb, &a->key, DropState);
}

/* A segment that is ours, at its TCP header; consumed. */
static void demux_deliver(const struct arrival *a, struct sk_buff *skb, struct target *to)
{
	struct mytcp_seg seg;

	if (!demux_parse(a, skb, to, &seg)) {
		if (to->node)
			mytcp_node_put(to->node);
		return;
	}
	if (to->listener && (seg.flags & MYTCP_ACK)) {
		if (demux_cookie_ack(a, to->listener, skb, &seg))
			return;
		to->node = demux_again(a);
	}
	while (to->node) {
		if (demux_node(a, to->node, skb, &seg))
			return;
		to->node = demux_again(a);
		if (!to->node) {
			/* a bare ACK does not come again: its sender must know */
			if (seg.flags & MYTCP_ACK)
				mytcp_reply_reset(a->net, &seg, &a->key, demux_way(a, skb));
			mytcp_drop(a->net, skb, &a->key, DropAfterClose);
			return;
		}
	}
	demux_deliver_other(a, skb, to->listener, &seg);
}

/*
 * Conntrack learns of a connection when its first packet has arrived. The skb stands at
 * its TCP header, behind so many octets of IP's.
 */
static bool demux_confirm(struct sk_buff *skb, unsigned int hdr_len)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	const struct nf_ct_hook *hook = rcu_dereference(nf_ct_hook);
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);
	bool accepted;

	/* What came over loopback was confirmed on its way out. */
	if (hook && ct && !nf_ct_is_confirmed(ct)) {
		__skb_push(skb, hdr_len);
		accepted = hook->confirm(skb) == NF_ACCEPT;
		__skb_pull(skb, hdr_len);
		return accepted;
	}
#endif
	return true;
}

/* A segment for a port of ours, at its IP header. */
static unsigned int demux_tcp(const struct arrival *a, struct sk_buff *skb)
{
	unsigned int hdr_len = skb_network_header_len(skb);
	struct target to;

	__skb_pull(skb, hdr_len);
	if (!demux_find(a, skb, &to)) {
		__skb_push(skb, hdr_len);
		return NF_ACCEPT;
	}
	if (!demux_confirm(skb, hdr_len)) {
		if (to.node)
			mytcp_node_put(to.node);
		mytcp_drop(a->net, skb, &a->key, DropConntrack);
		return NF_STOLEN;
	}
	nf_reset_ct(skb);
	/* IPv4's header has a sum of its own, so that it adds nothing */
	if (a->ip == &mytcp_ip6)
		skb_postpull_rcsum(skb, skb_network_header(skb), hdr_len);
	demux_deliver(a, skb, &to);
	return NF_STOLEN;
}

/* Both ports, or NULL when the second one is not ours. */
static const __be16 *demux_ports(const struct mytcp_net *mn, const struct sk_buff *skb,
				 int offset, __be16 buf[2])
{
	const __be16 *ports;

	ports = skb_header_pointer(skb, offset, 2 * sizeof(*buf), buf);
	return ports && mytcp_netns_port_ours(mn, ntohs(ports[1])) ? ports : NULL;
}

static unsigned int demux_hook4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct arrival a = { .net = state->net, .ip = &mytcp_ip4 };
	const struct iphdr *iph = ip_hdr(skb);
	const __be16 *ports;
	__be16 buf[2];

	/* Claimed already: a socket of the kernel's (decided before us). */
	if (skb->sk)
		return NF_ACCEPT;
	if (iph->protocol == IPPROTO_ICMP) {
		mytcp_icmp4(state->net, skb);
		return NF_ACCEPT;
	}
	if (iph->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	a.mn = mytcp_net(a.net);
	ports = demux_ports(a.mn, skb, skb_transport_offset(skb), buf);
	if (!ports)
		return NF_ACCEPT;
	mytcp_key_set4(&a.key, iph->daddr, ports[1], iph->saddr, ports[0]);
	a.dif = inet_iif(skb);
	a.sdif = inet_sdif(skb);
	return demux_tcp(&a, skb);
}

#if IS_ENABLED(CONFIG_IPV6)
/* IP looks for its next header where it expects it, when the segment is not ours. */
static unsigned int demux_tcp6(const struct arrival *a, struct sk_buff *skb, int offset)
{
	int expected = skb_transport_offset(skb);
	unsigned int verdict;

	if (!pskb_may_pull(skb, offset))
		return NF_ACCEPT;
	skb_set_transport_header(skb, offset);
	verdict = demux_tcp(a, skb);
	if (verdict == NF_ACCEPT)
		skb_set_transport_header(skb, expected);
	return verdict;
}

static unsigned int demux_hook6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct arrival a = { .net = state->net, .ip = &mytcp_ip6 };
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	/* IP itself has passed over a hop-by-hop header */
	u8 next = skb_network_header(skb)[IP6CB(skb)->nhoff];
	const __be16 *ports;
	__be16 buf[2];
	int offset;

	if (skb->sk)
		return NF_ACCEPT;
	offset = mytcp_exthdr_pass(skb, &next);
	if (offset < 0)
		return NF_ACCEPT;
	if (next == IPPROTO_ICMPV6) {
		mytcp_icmp6(state->net, skb, offset);
		return NF_ACCEPT;
	}
	if (next != IPPROTO_TCP)
		return NF_ACCEPT;
	a.mn = mytcp_net(a.net);
	ports = demux_ports(a.mn, skb, offset, buf);
	/*
	 * MUST-57: nobody connects to a group, or to any of many. Mapped addresses are no
	 * host's on the wire: RFC 4291 2.5.5.2 is for APIs.
	 */
	if (!ports || !ipv6_unicast_destination(skb) ||
	    ipv6_addr_v4mapped(&iph->saddr) || ipv6_addr_v4mapped(&iph->daddr))
		return NF_ACCEPT;
	a.key.laddr = iph->daddr;
	a.key.raddr = iph->saddr;
	a.key.lport = ports[1];
	a.key.rport = ports[0];
	a.dif = inet6_iif(skb);
	a.sdif = inet6_sdif(skb);
	return demux_tcp6(&a, skb, offset);
}
#endif

static const struct nf_hook_ops demux_hooks[] = {
	{
		.hook = demux_hook4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_CONNTRACK_CONFIRM - 1,
	},
#if IS_ENABLED(CONFIG_IPV6)
	{
		.hook = demux_hook6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST - 1,
	},
#endif
};

/* Without it all else goes on. Under attach_lock. */
static void demux_defrag(struct net *net, bool on)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct mytcp_net *mn = mytcp_net(net);

	if (on && !mn->defrag6)
		WRITE_ONCE(mn->defrag6, mytcp_defrag6_begin(net) ? 1 : -1);
#endif
}

/**
 * mytcp_demux_attach() - register the hooks of a namespace, once
 * @net: namespace of a new socket
 * @family: of that socket
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative errno.
 */
int mytcp_demux_attach(struct net *net, int family)
{
	struct mytcp_net *mn = mytcp_net(net);
	bool is6 = IS_ENABLED(CONFIG_IPV6) && family == AF_INET6;
	int err = 0;

	if (READ_ONCE(mn->hooks) && (!is6 || READ_ONCE(mn->defrag6)))
		return 0;
	if (is6)
		mytcp_defrag6_load();
	mutex_lock(&attach_lock);
	demux_defrag(net, is6);
	if (!mn->hooks) {
		err = nf_register_net_hooks(net, demux_hooks,
					    ARRAY_SIZE(demux_hooks));
		if (!err)
			WRITE_ONCE(mn->hooks, true);
	}
	mutex_unlock(&attach_lock);
	return err;
}

static void __net_exit demux_net_exit(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);

	mutex_lock(&attach_lock);
	if (mn->hooks)
		nf_unregister_net_hooks(net, demux_hooks,
					ARRAY_SIZE(demux_hooks));
	mn->hooks = false;
#if IS_ENABLED(CONFIG_IPV6)
	if (mn->defrag6 > 0)
		mytcp_defrag6_end(net);
	mn->defrag6 = 0;
#endif
	mutex_unlock(&attach_lock);
	mytcp_early_detach(net);
	/* No segment is under way any more, nothing new is made. */
	synchronize_net();
	mytcp_synq_purge(net);
	mytcp_orphans_end(net);
	mytcp_timewait_purge(net);
	/* A timer that had unhashed its bucket already still uses @net, or an orphan's. */
	synchronize_net();
}

static struct pernet_operations demux_net_ops = {
	.exit = demux_net_exit,
};

/**
 * mytcp_demux_init() - module init
 *
 * Return: 0 or a negative errno.
 */
int mytcp_demux_init(void)
{
	return register_pernet_subsys(&demux_net_ops);
}

/**
 * mytcp_demux_exit() - module exit: hooks off, what they fed ends
 */
void mytcp_demux_exit(void)
{
	unregister_pernet_subsys(&demux_net_ops);
}
