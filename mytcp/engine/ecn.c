// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit congestion notification, RFC 3168 6.1: what a router marked is
 * echoed to the sender, who reduces its window once a round trip and says so.
 */
#include <net/inet_ecn.h>
#include "mytcp/engine/ecn.h"

/* ip route ... features ecn */
static bool ecn_route(const struct dst_entry *dst)
{
	return dst && dst_feature(dst, RTAX_FEATURE_ECN);
}

static bool ecn_wanted(struct sock *sk)
{
	return READ_ONCE(mytcp_net(sock_net(sk))->ecn) == 1 ||
	       mytcp_ecn_needed(sk) || ecn_route(__sk_dst_get(sk));
}

/* 6.1.1.1: a SYN may be lost because it asks, and is not to ask again. */
static u16 ecn_asks(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->ecn & MYTCP_ECN_ASKED)
		return READ_ONCE(mytcp_net(sock_net(sk))->ecn_fallback) ?
		       0 : MYTCP_ECN_ASKS;
	if (!ecn_wanted(sk))
		return 0;
	ms->ecn |= MYTCP_ECN_ASKED;
	return MYTCP_ECN_ASKS;
}

/**
 * mytcp_ecn_syn_flags() - what the SYN of an active OPEN asks for, or a child's
 * SYN-ACK agrees to
 * @sk: socket, locked
 *
 * The SYN-ACK of a simultaneous open says nothing of it.
 *
 * Return: flags to add to the header.
 */
u16 mytcp_ecn_syn_flags(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (mytcp_sock_state(sk) == MYTCP_SYN_SENT)
		return ecn_asks(sk);
	return ms->passive && (ms->ecn & MYTCP_ECN_OK) ? MYTCP_ECE : 0;
}

/**
 * mytcp_ecn_agreed() - the SYN-ACK has come
 * @sk: socket, locked
 * @synack: the segment; ECE without CWR agrees (6.1.1)
 */
void mytcp_ecn_agreed(struct sock *sk, const struct mytcp_seg *synack)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if ((ms->ecn & MYTCP_ECN_ASKED) &&
	    (synack->flags & MYTCP_ECN_ASKS) == MYTCP_ECE)
		ms->ecn |= MYTCP_ECN_OK;
}

/**
 * mytcp_ecn_asked() - is a SYN a question that may be answered?
 * @listener: socket in LISTEN, under RCU
 * @syn: the segment
 *
 * No SYN is ECN-capable (6.1.1): somebody on the way plays with the bits. But those
 * of RFC 8257 3.4 are.
 */
bool mytcp_ecn_asked(const struct sock *listener, const struct mytcp_seg *syn)
{
	return (syn->flags & MYTCP_ECN_ASKS) == MYTCP_ECN_ASKS &&
	       (INET_ECN_is_not_ect(syn->ip_ecn) || mytcp_ecn_needed(listener));
}

/**
 * mytcp_ecn_answers() - does a listener agree when it is asked?
 * @listener: socket in LISTEN, under RCU
 * @dst: the way back
 */
bool mytcp_ecn_answers(const struct sock *listener, const struct dst_entry *dst)
{
	return READ_ONCE(mytcp_net(sock_net(listener))->ecn) ||
	       mytcp_ecn_needed(listener) || ecn_route(dst);
}

/**
 * mytcp_ecn_turns() - will a segment with text change what ACKs echo at once?
 * @sk: socket, locked
 * @seg: the segment, not told to mytcp_ecn_received() yet
 *
 * RFC 8257 3.2: then what came before it must be acknowledged before, or its
 * sender would count it wrongly.
 */
bool mytcp_ecn_turns(const struct sock *sk, const struct mytcp_seg *seg)
{
	u8 ecn = mytcp_sk(sk)->ecn;

	return (ecn & MYTCP_ECN_OK) && mytcp_ecn_needed(sk) &&
	       !!(ecn & MYTCP_ECN_ECHO) != (seg->ip_ecn == INET_ECN_CE);
}

/**
 * mytcp_ecn_received() - a segment with text has come in
 * @sk: socket, locked
 * @seg: the segment
 *
 * 6.1.3: echo CE until the sender says that it has heard; RFC 8257 3.2: for each
 * segment as it came.
 *
 * Return: true when its sender is to hear of it at once: that the echo has changed (RFC
 * 8257 3.2), or of what may be all that is left of its window.
 */
bool mytcp_ecn_received(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u8 before = ms->ecn;

	if (!(before & MYTCP_ECN_OK))
		return false;
	if (!INET_ECN_is_not_ect(seg->ip_ecn))
		ms->ecn |= MYTCP_ECN_SEEN;
	if ((seg->flags & MYTCP_CWR) || mytcp_ecn_needed(sk))
		ms->ecn &= ~MYTCP_ECN_ECHO;
	if (seg->ip_ecn == INET_ECN_CE)
		ms->ecn |= MYTCP_ECN_ECHO;
	return (seg->flags & MYTCP_CWR) || ((ms->ecn ^ before) & MYTCP_ECN_ECHO);
}

/**
 * mytcp_ecn_congested() - does an ACK tell of congestion?
 * @sk: socket, locked
 * @seg: segment with an acceptable ACK
 */
bool mytcp_ecn_congested(const struct sock *sk, const struct mytcp_seg *seg)
{
	return (mytcp_sk(sk)->ecn & MYTCP_ECN_OK) && (seg->flags & MYTCP_ECE) &&
	       !(seg->flags & MYTCP_SYN);
}

/**
 * mytcp_ecn_mark() - the ECN bits of a segment to be sent
 * @sk: socket, locked
 * @skb: the segment, about to be sent
 * @fresh: new data; retransmissions and bare ACKs are not ECN-capable (6.1.4,
 *	6.1.5), lest a forged mark be told from a true one by nobody
 *
 * Return: flags to add to the header.
 */
u16 mytcp_ecn_mark(struct sock *sk, struct sk_buff *skb, bool fresh)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u16 flags = 0;

	if (!(ms->ecn & MYTCP_ECN_OK))
		return 0;
	if (fresh)
		INET_ECN_xmit(sk);
	else
		INET_ECN_dontxmit(sk);
	if (ms->ecn & MYTCP_ECN_ECHO)
		flags |= MYTCP_ECE;
	if (fresh && (ms->ecn & MYTCP_ECN_CWR)) {
		ms->ecn &= ~MYTCP_ECN_CWR;
		flags |= MYTCP_CWR;
		if (skb_is_gso(skb))	/* on the first of its segments only */
			skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_ECN;
	}
	return flags;
}
