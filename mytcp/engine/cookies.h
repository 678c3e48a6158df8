/* SPDX-License-Identifier: GPL-2.0 */
/* SYN cookies, for a listener whose SYN queue is full. */
#ifndef MYTCP_ENGINE_COOKIES_H
#define MYTCP_ENGINE_COOKIES_H

#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

/* Softirq, RCU. The verdict on a SYN, which is not consumed. */
int mytcp_cookies_answer(struct sock *listener, struct sk_buff **skb,
			 const struct mytcp_seg *seg,
			 const struct mytcp_key *key);
/* Softirq, RCU: is this the third segment of a handshake with a cookie? */
bool mytcp_cookies_claims(struct sock *listener, struct sk_buff *skb,
			  const struct mytcp_key *key);
/* The connection it makes. The verdict; MYTCP_TAKEN: the skb is consumed. */
int mytcp_cookies_ack(struct sock *listener, struct sk_buff *skb,
		      struct mytcp_seg *seg, const struct mytcp_key *key);

void mytcp_cookies_init(void);

#endif /* MYTCP_ENGINE_COOKIES_H */
