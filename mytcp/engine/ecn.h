/* SPDX-License-Identifier: GPL-2.0 */
/* Explicit congestion notification, RFC 3168. Socket locked. */
#ifndef MYTCP_ENGINE_ECN_H
#define MYTCP_ENGINE_ECN_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

/* Bits of mytcp_sock.ecn. */
#define MYTCP_ECN_OK		0x01	/* both ends have it */
#define MYTCP_ECN_ECHO		0x02	/* a CE came: ECE until CWR */
#define MYTCP_ECN_CWR		0x04	/* CWR goes with the next new data */
#define MYTCP_ECN_SEEN		0x08	/* an ECN-capable segment has come */
#define MYTCP_ECN_ASKED		0x10	/* a SYN of ours asked for it */

/* The two bits of a SYN that ask for it, 6.1.1. */
#define MYTCP_ECN_ASKS		(MYTCP_ECE | MYTCP_CWR)

u16 mytcp_ecn_syn_flags(struct sock *sk);
void mytcp_ecn_agreed(struct sock *sk, const struct mytcp_seg *synack);
bool mytcp_ecn_asked(const struct sock *listener, const struct mytcp_seg *syn);
bool mytcp_ecn_answers(const struct sock *listener, const struct dst_entry *dst);
bool mytcp_ecn_turns(const struct sock *sk, const struct mytcp_seg *seg);
bool mytcp_ecn_received(struct sock *sk, const struct mytcp_seg *seg);
bool mytcp_ecn_congested(const struct sock *sk, const struct mytcp_seg *seg);
u16 mytcp_ecn_mark(struct sock *sk, struct sk_buff *skb, bool fresh);

/* RFC 8257 lives by marks, whatever net.mytcp.ecn says. Locked, or under RCU. */
static inline bool mytcp_ecn_needed(const struct sock *sk)
{
	return READ_ONCE(mytcp_sk(sk)->cong.ops)->flags & MYTCP_CONG_NEEDS_ECN;
}

#endif /* MYTCP_ENGINE_ECN_H */
