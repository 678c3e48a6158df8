// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors: demultiplexed by the header they carry (MUST-54), believed only
 * when its sequence number is in flight (RFC 5927 4.1).
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <net/icmp.h>
#include "mytcp/compat/inet_flags.h"
#include "mytcp/engine/icmp.h"
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
	if (mytcp_inet_recverr(sk)) {
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
	if (error->ttl < READ_ONCE(inet_sk(sk)->min_ttl)) {
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

/* The kernel looks only later, and the quoted segment has no checksum that is whole. */
static bool icmp4_is_whole(const struct sk_buff *skb, unsigned int offset)
{
	return skb->ip_summed == CHECKSUM_UNNECESSARY ||
	       !csum_fold(skb_checksum(skb, offset, skb->len - offset, 0));
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
	struct mytcp_node *node;
	struct icmphdr buf;

	icmp = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!icmp || !icmp4_classify(icmp, &error) ||
	    !icmp4_inner(skb, offset + sizeof(buf), &error) ||
	    !mytcp_netns_port_ours(mytcp_net(net), ntohs(error.key.lport)))
		return;
	node = mytcp_table_find(net, &error.key, inet_iif(skb), inet_sdif(skb));
	if (!node)
		return;
	if (!icmp4_is_whole(skb, offset))
		goto out;
	if (node->kind == MYTCP_KIND_SOCK)
		icmp_sock(mytcp_node_sk(node), &error);
	else if (node->kind == MYTCP_KIND_SYNQ && error.hard)
		mytcp_synq_icmp(node, error.seq);
out:
	mytcp_node_put(node);
}
