/* SPDX-License-Identifier: GPL-2.0 */
/* Builds segments and hands them to IP. All functions: socket locked. */
#ifndef MYTCP_ENGINE_OUTPUT_H
#define MYTCP_ENGINE_OUTPUT_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

/* Sending. */
void mytcp_output_push(struct sock *sk);
void mytcp_output_continue(struct sock *sk);
int mytcp_output_connect(struct sock *sk);
int mytcp_output_accept(struct sock *sk);
int mytcp_output_open(struct sock *sk,
		      const struct mytcp_fastopen_cookie *cookie, bool text);
void mytcp_output_synack(struct sock *sk);
void mytcp_output_fin(struct sock *sk);
void mytcp_output_reset(struct sock *sk, gfp_t gfp);
void mytcp_output_ack(struct sock *sk);
void mytcp_output_challenge(struct sock *sk);
int mytcp_output_first(struct sock *sk, struct sk_buff *skb);
int mytcp_output_retransmit(struct sock *sk, struct sk_buff *skb);
bool mytcp_output_probe(struct sock *sk);
void mytcp_output_tail_probe(struct sock *sk);
void mytcp_output_keepalive(struct sock *sk);

/* What sendmsg tells of the data it queued. */
void mytcp_output_mark_push(struct sock *sk, struct sk_buff *skb);
void mytcp_output_mark_urgent(struct sock *sk);

/* Sizes. */
u32 mytcp_output_goal(struct sock *sk);
void mytcp_output_sync_mss(struct sock *sk, u32 pmtu);
void mytcp_output_new_pmtu(struct sock *sk, u32 mtu);
u16 mytcp_output_advmss(const struct sock *sk, const struct dst_entry *dst);

int mytcp_output_init(void);

#endif /* MYTCP_ENGINE_OUTPUT_H */
