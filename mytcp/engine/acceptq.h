/* SPDX-License-Identifier: GPL-2.0 */
/* The accept queue: connections that are made and that nobody has accepted. */
#ifndef MYTCP_ENGINE_ACCEPTQ_H
#define MYTCP_ENGINE_ACCEPTQ_H

#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

/*
 * A new child, locked, and the segment that has made it, at its payload: consumed
 * and unlocked. Softirq.
 */
void mytcp_acceptq_add(struct sock *listener, struct sock *child,
		       struct sk_buff *skb, struct mytcp_seg *seg);
/* The same for a child that has had its segment. */
void mytcp_acceptq_enter(struct sock *listener, struct sock *child);
/* Next child ready, no orphan, or NULL. Listener locked. */
struct sock *mytcp_acceptq_take(struct sock *listener);
/* The listener closes: children nobody accepted are reset. Process context. */
void mytcp_acceptq_stop(struct sock *listener);

#endif /* MYTCP_ENGINE_ACCEPTQ_H */
