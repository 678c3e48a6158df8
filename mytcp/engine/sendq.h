/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user's data on its way: sk_write_queue holds what was never sent,
 * sock/sent.h what was sent and not acknowledged. Socket locked.
 */
#ifndef MYTCP_ENGINE_SENDQ_H
#define MYTCP_ENGINE_SENDQ_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/sock/sent.h"
#include "mytcp/sock/sock.h"

/* In mytcp_cb.flags: MSG_EOR, no octet of a later call may follow in this skb. */
#define MYTCP_CB_EOR	0x8000

struct sk_buff *mytcp_sendq_alloc(struct sock *sk, gfp_t gfp);
void mytcp_sendq_append(struct sock *sk, struct sk_buff *skb);
void mytcp_sendq_take_back(struct sock *sk, struct sk_buff *skb);
void mytcp_sendq_expand(struct sock *sk);
int mytcp_sendq_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len,
			     gfp_t gfp);
int mytcp_sendq_split_sent(struct sock *sk, struct sk_buff *skb, u32 len,
			   gfp_t gfp);
bool mytcp_sendq_can_gather(const struct sock *sk, u32 len);
int mytcp_sendq_gather(struct sock *sk, u32 len);
bool mytcp_sendq_is_in_pieces(struct sock *sk);
void mytcp_sendq_order(struct sock *sk);
void mytcp_sendq_disorder(struct sock *sk);
void mytcp_sendq_sent_now(struct sock *sk, struct sk_buff *skb);
void mytcp_sendq_mark_lost(struct sock *sk, struct sk_buff *skb);
void mytcp_sendq_clear_lost(struct sock *sk, struct sk_buff *skb);
u32 mytcp_sendq_mark_sacked(struct sock *sk, struct sk_buff *skb);
struct sk_buff *mytcp_sendq_find(const struct sock *sk, u32 seq);
u32 mytcp_sendq_acked(struct sock *sk, struct sk_buff *skb);
int mytcp_sendq_trim(struct sock *sk, struct sk_buff *skb, u32 seq);

/* Last skb not sent yet, or NULL. */
static inline struct sk_buff *mytcp_sendq_tail(const struct sock *sk)
{
	return skb_peek_tail(&sk->sk_write_queue);
}

/* Is there data (or a FIN) never sent? */
static inline bool mytcp_sendq_unsent(const struct sock *sk)
{
	return !skb_queue_empty(&sk->sk_write_queue);
}

#endif /* MYTCP_ENGINE_SENDQ_H */
