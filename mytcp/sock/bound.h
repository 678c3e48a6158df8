/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets that have a port and nothing else, which stand in no table. */
#ifndef MYTCP_SOCK_BOUND_H
#define MYTCP_SOCK_BOUND_H

#include <linux/types.h>
#include "mytcp/sock/table.h"

struct sock;

/* In CLOSED, bound by the user. Socket locked. */
void mytcp_bound_add(struct sock *sk);
/* Without effect on one that is not in the list. Socket locked, or unreachable. */
void mytcp_bound_remove(struct sock *sk);
/* As mytcp_table_collect(), of one of so many chains. */
#define MYTCP_BOUND_CHAINS	256
unsigned int mytcp_bound_collect(const struct net *net, unsigned int chain,
				 u64 serial, struct mytcp_found *found,
				 unsigned int room);

void mytcp_bound_init(void);

#endif /* MYTCP_SOCK_BOUND_H */
