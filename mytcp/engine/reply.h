/* SPDX-License-Identifier: GPL-2.0 */
/* Segments without payload that no send queue knows: ACK, RST, SYN-ACK. */
#ifndef MYTCP_ENGINE_REPLY_H
#define MYTCP_ENGINE_REPLY_H

#include <linux/types.h>
#include "mytcp/engine/ip.h"

int mytcp_reply_send(const struct mytcp_flow *flow, struct sock *owner,
		     int state, struct mytcp_seg *seg, struct sk_buff **spent);
void mytcp_reply_reset(struct net *net, const struct mytcp_seg *in,
		       const struct mytcp_key *key, struct mytcp_way way);
void mytcp_reply_refuse(struct net *net, const struct mytcp_seg *in,
			const struct mytcp_key *key, struct mytcp_way way);
bool mytcp_reply_allowed(struct net *net, u32 *last);

#endif /* MYTCP_ENGINE_REPLY_H */
