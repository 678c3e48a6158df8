// SPDX-License-Identifier: GPL-2.0
/* The addresses of a socket, of either family, and what one of AF_INET6 has besides. */
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/transp_v6.h>

#include "mytcp/compat/inet_flags.h"
#include "mytcp/sock/inet6.h"

/* What the IPv4 fields of an IPv6 connection say, as the kernel has it. */
#define NO_IPV4		LOOPBACK4_IPV6

/**
 * mytcp_inet6_listen_key() - the key of a socket that is bound, but not connected
 * @sk: socket, locked
 * @key: filled: both addresses of one family
 */
void mytcp_inet6_listen_key(const struct sock *sk, struct mytcp_key *key)
{
	mytcp_inet6_bound(sk, &key->laddr);
	if (ipv6_addr_v4mapped(&key->laddr))
		ipv6_addr_set_v4mapped(htonl(INADDR_ANY), &key->raddr);
	else
		key->raddr = in6addr_any;
	key->lport = htons(inet_sk(sk)->inet_num);
	key->rport = 0;
}

/**
 * mytcp_inet6_conn_key() - the key of a connection that connect() begins
 * @sk: socket, locked; source, destination and its port are set
 * @key: filled
 */
void mytcp_inet6_conn_key(const struct sock *sk, struct mytcp_key *key)
{
	const struct inet_sock *inet = inet_sk(sk);

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		key->laddr = mytcp_inet6_pinfo(sk)->saddr;
		key->raddr = sk->sk_v6_daddr;
		key->lport = htons(inet->inet_num);
		key->rport = inet->inet_dport;
		return;
	}
#endif
	mytcp_key_set4(key, inet->inet_saddr, htons(inet->inet_num),
		       inet->inet_daddr, inet->inet_dport);
}

/**
 * mytcp_inet6_adopt_key() - a socket's addresses, of the key of its connection
 * @sk: socket, locked
 * @key: the connection
 */
void mytcp_inet6_adopt_key(struct sock *sk, const struct mytcp_key *key)
{
	struct inet_sock *inet = inet_sk(sk);
	bool is6 = mytcp_key_is6(key);

	inet->inet_saddr = is6 ? NO_IPV4 : key->laddr.s6_addr32[3];
	inet->inet_rcv_saddr = inet->inet_saddr;
	inet->inet_daddr = is6 ? NO_IPV4 : key->raddr.s6_addr32[3];
	inet->inet_sport = key->lport;
	inet->inet_dport = key->rport;
	inet->inet_num = ntohs(key->lport);
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		mytcp_inet6_pinfo(sk)->saddr = key->laddr;
		sk->sk_v6_rcv_saddr = key->laddr;
		sk->sk_v6_daddr = key->raddr;
	}
#endif
}

#if IS_ENABLED(CONFIG_IPV6)

/**
 * mytcp_inet6_inherit() - a child's own, of what sk_clone_lock() has copied
 * @child: AF_INET6, nobody else knows it
 * @listener: whose copy it is; under RCU
 *
 * What may not be shared is not, even if this fails.
 *
 * Context: softirq.
 * Return: 0 or -ENOMEM.
 */
int mytcp_inet6_inherit(struct sock *child, const struct sock *listener)
{
	struct ipv6_pinfo *np = mytcp_inet6_pinfo(child);
	struct ipv6_txoptions *opt;
	int err = 0;

	inet_sk(child)->pinet6 = np;
	np->ipv6_mc_list = NULL;
	np->ipv6_ac_list = NULL;
	np->ipv6_fl_list = NULL;
	np->pktoptions = NULL;
	np->rxpmtu = NULL;
	RCU_INIT_POINTER(np->opt, NULL);

	opt = rcu_dereference(mytcp_inet6_pinfo(listener)->opt);
	if (opt) {
		opt = ipv6_dup_options(child, opt);
		err = opt ? 0 : -ENOMEM;
		RCU_INIT_POINTER(np->opt, opt);
	}
	return err;
}

/**
 * mytcp_inet6_note_first() - of the segment that makes a connection
 * @child: AF_INET6, locked
 * @skb: the segment, its control block is IP's
 *
 * Interface, hop limit and traffic class are told by IPV6_2292PKTOPTIONS (RFC 2292
 * 8.1); the flow label is answered with, if the listener does so.
 */
void mytcp_inet6_note_first(struct sock *child, const struct sk_buff *skb)
{
	struct ipv6_pinfo *np = mytcp_inet6_pinfo(child);

	if (skb->protocol != htons(ETH_P_IPV6)) {
		np->mcast_oif = inet_sk(child)->mc_index;
		np->mcast_hops = inet_sk(child)->mc_ttl;
		return;
	}
	np->mcast_oif = inet6_iif(skb);
	np->mcast_hops = ipv6_hdr(skb)->hop_limit;
	np->rcv_flowinfo = ip6_flowinfo(ipv6_hdr(skb));
	if (mytcp_inet6_repflow(child))
		np->flow_label = ip6_flowlabel(ipv6_hdr(skb));
}

/**
 * mytcp_inet6_note_options() - of any other: what the user has asked for
 * @sk: AF_INET6, locked, with IPV6_RECV* options
 * @skb: the segment, which was the next in order; its control block is IP's
 *
 * Context: softirq, or process that works off the backlog.
 */
void mytcp_inet6_note_options(struct sock *sk, struct sk_buff *skb)
{
	struct ipv6_pinfo *np = mytcp_inet6_pinfo(sk);
	struct sk_buff *told = NULL;

	if (skb->protocol != htons(ETH_P_IPV6))
		return;
	if (np->rxopt.bits.rxinfo || np->rxopt.bits.rxoinfo)
		np->mcast_oif = inet6_iif(skb);
	if (np->rxopt.bits.rxhlim || np->rxopt.bits.rxohlim)
		np->mcast_hops = ipv6_hdr(skb)->hop_limit;
	if (np->rxopt.bits.rxflow || np->rxopt.bits.rxtclass)
		np->rcv_flowinfo = ip6_flowinfo(ipv6_hdr(skb));
	if (ipv6_opt_accepted(sk, skb, IP6CB(skb)))
		told = skb_clone_and_charge_r(skb, sk);
	consume_skb(xchg(&np->pktoptions, told));
}

#endif
