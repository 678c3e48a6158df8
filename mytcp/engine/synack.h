/* SPDX-License-Identifier: GPL-2.0 */
/* What a half-open connection takes from a SYN, and what it says to the peer. */
#ifndef MYTCP_ENGINE_SYNACK_H
#define MYTCP_ENGINE_SYNACK_H

#include "mytcp/engine/child.h"
#include "mytcp/engine/ip.h"

void mytcp_synack_take(struct mytcp_synq *entry, struct sock *listener,
		       const struct sk_buff *syn, const struct mytcp_seg *seg,
		       const struct mytcp_key *key);
/* Fills @flow; its route is the caller's to release. 0 or a negative errno. */
int mytcp_synack_route(struct mytcp_synq *entry, struct mytcp_flow *flow);
u32 mytcp_synack_iss(const struct mytcp_synq *entry);
void mytcp_synack_send(struct mytcp_synq *entry, const struct mytcp_flow *flow,
		       struct sk_buff **spent);
void mytcp_synack_resend(struct mytcp_synq *entry);
void mytcp_synack_send_ack(struct mytcp_synq *entry);

#endif /* MYTCP_ENGINE_SYNACK_H */
