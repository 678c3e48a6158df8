/* SPDX-License-Identifier: GPL-2.0 */
/* The server of TCP Fast Open. */
#ifndef MYTCP_ENGINE_FASTOPEN_ACCEPT_H
#define MYTCP_ENGINE_FASTOPEN_ACCEPT_H

#include "mytcp/engine/child.h"

/* A SYN for a listener, before it stands in the SYN queue. Softirq, RCU. */
int mytcp_fastopen_accept(struct mytcp_synq *entry, struct sk_buff **skb,
			  const struct mytcp_seg *seg,
			  const struct dst_entry *dst);

#endif /* MYTCP_ENGINE_FASTOPEN_ACCEPT_H */
