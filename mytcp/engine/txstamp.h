/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MYTCP_ENGINE_TXSTAMP_H
#define MYTCP_ENGINE_TXSTAMP_H

#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

/* In mytcp_cb.flags: SO_TIMESTAMPING wants to know when it is acknowledged. */
#define MYTCP_CB_STAMP_ACK	0x4000

void mytcp_txstamp_begin(struct sock *sk, u32 tsflags);
void mytcp_txstamp_ask(struct sock *sk, struct sk_buff *skb, u32 tsflags);
void mytcp_txstamp_divide(struct sk_buff *skb, struct sk_buff *rest);
void mytcp_txstamp_join(struct sk_buff *skb, struct sk_buff *next);
void mytcp_txstamp_acked(struct sock *sk, struct sk_buff *skb);
bool mytcp_txstamp_number_first(struct sock *sk);

#endif /* MYTCP_ENGINE_TXSTAMP_H */
