/* SPDX-License-Identifier: GPL-2.0 */
/* Every entry of a namespace, one after another, in pieces. */
#ifndef MYTCP_SOCK_WALK_H
#define MYTCP_SOCK_WALK_H

#include <linux/types.h>
#include "mytcp/sock/table.h"

/* What a walk passes through, in this order. */
#define MYTCP_WALK_LISTENERS	1
#define MYTCP_WALK_CONNS	2	/* SYN queue and TIME_WAIT included */
#define MYTCP_WALK_BOUND	4	/* in CLOSED, with a port */
#define MYTCP_WALK_ALL		7

#define MYTCP_WALK_BATCH	16

/**
 * struct mytcp_walk - where a walk stands
 * @parts: MYTCP_WALK_*
 * @bucket: chain of the present entry, the table's first
 * @serial: of the present entry, or the greatest that it may have
 * @count: entries in @found
 * @at: the present one among them
 * @found: taken from the chain together, held from @at on
 *
 * @bucket and @serial are the place: a walk goes on there after it was stopped.
 */
struct mytcp_walk {
	unsigned int parts;
	unsigned int bucket;
	u64 serial;
	unsigned int count;
	unsigned int at;
	struct mytcp_found found[MYTCP_WALK_BATCH];
};

/* A place before all entries. */
void mytcp_walk_rewind(struct mytcp_walk *walk, unsigned int parts);
/* The entry at the place, or the next behind it; NULL at the end. The walk holds
 * it until next or stop.
 */
struct mytcp_node *mytcp_walk_here(struct net *net, struct mytcp_walk *walk);
/* The entry behind the present one. */
struct mytcp_node *mytcp_walk_next(struct net *net, struct mytcp_walk *walk);
/* Let go of what is held; the place stays, at the present entry. */
void mytcp_walk_stop(struct mytcp_walk *walk);

#endif /* MYTCP_SOCK_WALK_H */
