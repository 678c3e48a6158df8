/* SPDX-License-Identifier: GPL-2.0 */
/* What every listing tells of a connection, a listener or a bound socket. */
#ifndef MYTCP_ADMIN_ENTRY_H
#define MYTCP_ADMIN_ENTRY_H

#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/* The timers as /proc/net/tcp and sock_diag number them. */
enum mytcp_entry_timer {
	MYTCP_TIMER_NONE,
	MYTCP_TIMER_RETRANS,
	MYTCP_TIMER_KEEPALIVE,
	MYTCP_TIMER_TIMEWAIT,
	MYTCP_TIMER_PROBE,
};

/* Its state: MYTCP_*. */
static inline int mytcp_entry_state(struct mytcp_node *node)
{
	if (node->kind == MYTCP_KIND_SOCK)
		return mytcp_sock_state(mytcp_node_sk(node));
	return READ_ONCE(node->state);
}

void mytcp_entry_describe(struct mytcp_node *node, struct mytcp_listing *listing);

#endif /* MYTCP_ADMIN_ENTRY_H */
