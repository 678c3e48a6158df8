// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: demultiplexed by the header they carry (MUST-54), believed only
 * when its sequence number is in flight (RFC 5927 4.1).
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <net/icmp.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include "mytcp/compat/inet_flags.h"
#include "mytcp/engine/icmp.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/synq.h"
#include "mytcp/sock/drop.h"

/**
 * struct icmp_error - an error, in terms of the connection
 * @key: as seen from here
 * @seq: sequence number of the segment that came to harm
 * @err: positive errno for the user, 0 for none
 * @hard: fatal to a connection that is not yet established
 * @mtu: the path MTU told, 0 for another error
 * @ttl: hops the message had left
 */
struct icmp_error {
	struct mytcp_key key;
	u32 seq;
	int err;
	bool hard;
	u32 mtu;
	u8 ttl;
};

/* What a type and code mean; false for what is ignored (MUST-55). */
static bool icmp4_classify(const struct icmphdr *icmp, struct icmp_error *error)
{
	switch (icmp->type) {
	case ICMP_PARAMETERPROB:
		error->err = EPROTO;
		return true;
	case ICMP_TIME_EXCEEDED:
		error->err = EHOSTUNREACH;
		return true;
	case ICMP_DEST_UNREACH:
		if (icmp->code > NR_ICMP_UNREACH)
			return false;
		if (icmp->code == ICMP_FRAG_NEEDED) {
			error->mtu = ntohs(icmp->un.frag.mtu);
			/* RFC 1191 5, an old router tells nothing: the least */
			if (!error->mtu)
				error->mtu = MYTCP_MSS_DEFAULT4 + 40;
			return true;
		}
		error->err = icmp_err_convert[icmp->code].errno;
		error->hard = icmp->code == ICMP_PROT_UNREACH ||
			      icmp->code == ICMP_PORT_UNREACH;
		return true;
	}
	return false;
}

/* The header of our segment inside the error: addresses, ports, sequence. */
static bool icmp4_inner(const struct sk_buff *skb, unsigned int offset,
			struct icmp_error *error)
{
	struct iphdr ip_buf;
	__be32 tcp_buf[2];
	const struct iphdr *iph;
	const __be32 *tcp;
	const __be16 *ports;

	iph = skb_header_pointer(skb, offset, sizeof(ip_buf), &ip_buf);
	if (!iph || iph->protocol != IPPROTO_TCP || iph->ihl < 5 ||
	    (iph->frag_off & htons(IP_OFFSET)))
		return false;
	tcp = skb_header_pointer(skb, offset + iph->ihl * 4, sizeof(tcp_buf),
				 tcp_buf);
	if (!tcp)
		return false;
	ports = (const __be16 *)tcp;
	mytcp_key_set4(&error->key, iph->saddr, ports[0], iph->daddr, ports[1]);
	error->seq = ntohl(tcp[1]);
	error->ttl = ip_hdr(skb)->ttl;
	return true;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool icmp6_classify(const struct icmp6hdr *icmp, struct icmp_error *error)
{
	switch (icmp->icmp6_type) {
	case ICMPV6_PKT_TOOBIG:
		/* RFC 8201 4: no link has less */
		error->mtu = ntohl(icmp->icmp6_mtu);
		return error->mtu >= IPV6_MIN_MTU;
	case ICMPV6_DEST_UNREACH:
	case ICMPV6_TIME_EXCEED:
	case ICMPV6_PARAMPROB:
		icmpv6_err_convert(icmp->icmp6_type, icmp->icmp6_code, &error->err);
		/* RFC 9293 3.9.2.2: the host refuses, or somebody forbids it */
		error->hard = icmp->icmp6_type == ICMPV6_DEST_UNREACH &&
			      (icmp->icmp6_code == ICMPV6_ADM_PROHIBITED ||
			       icmp->icmp6_code == ICMPV6_PORT_UNREACH);
		return true;
	}
	return false;
}

/* The same of IPv6, behind extension headers. */
static bool icmp6_inner(const struct sk_buff *skb, unsigned int offset,
			struct icmp_error *error)
{
	struct ipv6hdr ip_buf;
	__be32 tcp_buf[2];
	const struct ipv6hdr *iph;
	const __be32 *tcp;
	const __be16 *ports;
	__be16 fragment = 0;
	int at;
	u8 next;

	iph = skb_header_pointer(skb, offset, sizeof(ip_buf), &ip_buf);
	if (!iph)
		return false;
	next = iph->nexthdr;
	at = ipv6_skip_exthdr(skb, offset + sizeof(*iph), &next, &fragment);
	if (at < 0 || next != IPPROTO_TCP || (fragment & htons(~0x7)))
		return false;
	tcp = skb_header_pointer(skb, at, sizeof(tcp_buf), tcp_buf);
	if (!tcp)
		return false;
	ports = (const __be16 *)tcp;
	error->key.laddr = iph->saddr;
	error->key.raddr = iph->daddr;
	error->key.lport = ports[0];
	error->key.rport = ports[1];
	error->seq = ntohl(tcp[1]);
	error->ttl = ipv6_hdr(skb)->hop_limit;
	return !ipv6_addr_v4mapped(&error->key.laddr);
}
#endif

/* Has the user asked to hear of soft errors at once? */
static bool icmp_recverr(const struct sock *sk, const struct mytcp_key *key)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (mytcp_key_is6(key))
		return mytcp_inet6_recverr(sk);
#endif
	return mytcp_inet_recverr(sk);
}

/* RFC 9293 3.9.2.2, socket locked and not owned by a process. */
static void icmp_soft_or_hard(struct sock *sk, const struct icmp_error *error)
{
	/*
	 * MUST-56: unreachable hosts and nets do not end even a connection that
	 * is only being opened; a refusing host does (SHLD-26).
	 */
	if (error->hard && mytcp_sock_in(sk, MYTCP_ST(SYN_SENT) |
					 MYTCP_ST(SYN_RECV))) {
		mytcp_sock_done(sk, error->err);
		return;
	}
	/* SHLD-25, MUST-47: told through IP_RECVERR, or when all is lost. */
	if (icmp_recverr(sk, &error->key)) {
		WRITE_ONCE(sk->sk_err, error->err);
		sk_error_report(sk);
	} else {
		WRITE_ONCE(sk->sk_err_soft, error->err);
	}
}

static void icmp_sock(struct sock *sk, const struct icmp_error *error)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct net *net = sock_net(sk);

	bh_lock_sock(sk);
	if (mytcp_sock_state(sk) == MYTCP_CLOSE)
		goto out;
	if (error->ttl < mytcp_inet6_min_ttl(sk, &error->key)) {
		mytcp_drop(net, NULL, &error->key, TCPMinTTLDrop);
		goto out;
	}
	if (!mytcp_seq_between(error->seq, ms->snd_una, ms->snd_nxt)) {
		mytcp_drop(net, NULL, &error->key, OutOfWindowIcmps);
		goto out;
	}
	if (sock_owned_by_user(sk)) {
		if (error->mtu) {
			WRITE_ONCE(ms->icmp_mtu, error->mtu);
			set_bit(MYTCP_DEFER_PMTU, mytcp_sock_deferred(sk));
		} else {
			mytcp_drop(net, NULL, &error->key, LockDroppedIcmps);
		}
		goto out;
	}
	if (error->mtu)
		mytcp_output_new_pmtu(sk, error->mtu);
	else
		icmp_soft_or_hard(sk, error);
out:
	bh_unlock_sock(sk);
}

/*
 * The kernel looks only later, and the quoted segment has no checksum that is whole.
 * RFC 4443 2.3: of IPv6 it is over a pseudo-header, too.
 */
static bool icmp_is_whole(const struct sk_buff *skb, unsigned int offset)
{
	unsigned int len = skb->len - offset;
	__wsum sum;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	sum = skb_checksum(skb, offset, len, 0);
#if IS_ENABLED(CONFIG_IPV6)
	if (skb->protocol == htons(ETH_P_IPV6))
		return !csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
					len, IPPROTO_ICMPV6, sum);
#endif
	return !csum_fold(sum);
}

static void icmp_deliver(struct net *net, const struct sk_buff *skb,
			 unsigned int offset, const struct icmp_error *error)
{
	const struct mytcp_ip_ops *ip = mytcp_ip_of(&error->key);
	struct mytcp_node *node;

	if (!mytcp_netns_port_ours(mytcp_net(net), ntohs(error->key.lport)))
		return;
	node = mytcp_table_find(net, &error->key, ip->came_by(skb),
				ip->came_by_slave(skb));
	if (!node)
		return;
	if (!icmp_is_whole(skb, offset))
		goto out;
	if (node->kind == MYTCP_KIND_SOCK)
		icmp_sock(mytcp_node_sk(node), error);
	else if (node->kind == MYTCP_KIND_SYNQ && error->hard)
		mytcp_synq_icmp(node, error->seq);
out:
	mytcp_node_put(node);
}

/**
 * mytcp_icmp4() - an ICMP message has come in
 * @net: namespace
 * @skb: the message, at its IP header; goes on to the kernel unchanged
 *
 * Context: softirq, under RCU.
 */
void mytcp_icmp4(struct net *net, const struct sk_buff *skb)
{
	unsigned int offset = skb_transport_offset(skb);
	const struct icmphdr *icmp;
	struct icmp_error error = {};
	struct icmphdr buf;

	icmp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (icmp && icmp4_classify(icmp, &error) &&
	    icmp4_inner(skb, offset + sizeof(buf), &error))
		icmp_deliver(net, skb, offset, &error);
}

#if IS_ENABLED(CONFIG_IPV6)
/**
 * mytcp_icmp6() - an ICMPv6 message has come in
 * @net: namespace
 * @skb: the message, at its IP header; goes on to the kernel unchanged
 * @offset: of the ICMPv6 header
 *
 * Context: softirq, under RCU.
 */
void mytcp_icmp6(struct net *net, const struct sk_buff *skb, unsigned int offset)
{
	const struct icmp6hdr *icmp;
	struct icmp_error error = {};
	struct icmp6hdr buf;

	icmp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (icmp && icmp6_classify(icmp, &error) &&
	    icmp6_inner(skb, offset + sizeof(buf), &error))
		icmp_deliver(net, skb, offset, &error);
}
#endif
