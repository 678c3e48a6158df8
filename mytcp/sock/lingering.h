/* SPDX-License-Identifier: GPL-2.0 */
/* The ends of a port at which there are TIME_WAIT buckets. */
#ifndef MYTCP_SOCK_LINGERING_H
#define MYTCP_SOCK_LINGERING_H

#include <linux/list.h>
#include <linux/rculist.h>
#include "mytcp/sock/table.h"

/* How the socket was bound whose TIME_WAIT bucket keeps the port in use. */
#define MYTCP_PORT_REUSE	1	/* with SO_REUSEADDR */
#define MYTCP_PORT_REUSEPORT	2	/* with SO_REUSEPORT */
#define MYTCP_PORT_NONE		4	/* to no port: nothing is kept in use */
#define MYTCP_PORT_MANY		8	/* to one of too many addresses: any of them */

/**
 * struct mytcp_lingering - the TIME_WAIT buckets at one end of a port
 * @node: of its port; lock of the port's bucket, as all below
 * @addr: local address, any with MYTCP_PORT_MANY; const
 * @dev: interface, or 0; const
 * @how: MYTCP_PORT_*, of the sockets that were there; const
 * @timewaits: how many
 *
 * A million buckets share some thousand of these, and need no link of their own.
 */
struct mytcp_lingering {
	struct hlist_node node;
	struct in6_addr addr;
	int dev;
	int how;
	unsigned int timewaits;
};

/* How it is kept, for drop, which may have another bit than @how; or -ENOMEM. */
int mytcp_lingering_hold(struct hlist_head *ends, const struct mytcp_node *node,
			 int how);
/* True when it was the last bucket of its end. */
bool mytcp_lingering_drop(struct hlist_head *ends,
			  const struct mytcp_node *node, int how);

#endif /* MYTCP_SOCK_LINGERING_H */
