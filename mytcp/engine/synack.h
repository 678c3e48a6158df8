/* SPDX-License-Identifier: GPL-2.0 */
/* What a half-open connection takes from a SYN, and what it says to the peer. */
#ifndef MYTCP_ENGINE_SYNACK_H
#define MYTCP_ENGINE_SYNACK_H

#include "mytcp/engine/child.h"

void mytcp_synack_take(struct mytcp_synq *entry, struct sock *listener,
		       const struct mytcp_seg *seg, const struct mytcp_key *key);
/* The route back, or an ERR_PTR; the caller releases it. */
struct dst_entry *mytcp_synack_route(struct mytcp_synq *entry);
u32 mytcp_synack_iss(const struct mytcp_synq *entry);
/* @dst: the route back, borrowed, or NULL. */
void mytcp_synack_send(struct mytcp_synq *entry, struct dst_entry *dst,
		       struct sk_buff **spent);
void mytcp_synack_send_ack(struct mytcp_synq *entry);

#endif /* MYTCP_ENGINE_SYNACK_H */
