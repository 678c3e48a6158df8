/* SPDX-License-Identifier: GPL-2.0 */
/* The reservation: what keeps the kernel's TCP off a local end of ours. */
#ifndef MYTCP_SOCK_RESERVE_H
#define MYTCP_SOCK_RESERVE_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/types.h>

struct net;
struct socket;

/**
 * struct mytcp_reservation - a local end that is ours
 * @node: among those of its port; port bucket's lock, read under RCU
 * @addr: address, IPv4 as v4-mapped, may be the wildcard; const
 * @only: of IPv6 only (IPV6_V6ONLY); const
 * @dev: interface or 0; const
 * @users: sockets bound here and their children; port bucket's lock
 * @live: @sock is bound: the end is ours; set once, read under RCU
 * @sock: the kernel's socket, or NULL; whoever makes it, then the work item
 * @closing: on its way to the work item
 * @rcu: frees it
 */
struct mytcp_reservation {
	struct hlist_node node;
	struct in6_addr addr;
	bool only;
	int dev;
	unsigned int users;
	bool live;
	struct socket *sock;
	struct llist_node closing;
	struct rcu_head rcu;
};

/* What a new reservation may stand beside. */
#define MYTCP_RESERVE_TIMEWAIT	1	/* TIME_WAITs (SO_REUSEADDR) */
#define MYTCP_RESERVE_OURS	2	/* other reservations */

/* Process context; sleeps. One at a time for a reservation. */
int mytcp_reserve_open(struct mytcp_reservation *res, struct net *net, u16 num,
		       unsigned int beside);
/* Any context; in no list any more. It is freed, by and by. */
void mytcp_reserve_close(struct mytcp_reservation *res);
/* Process context; sleeps until all that were closed are gone. */
void mytcp_reserve_flush(void);
void mytcp_reserve_exit(void);

#endif /* MYTCP_SOCK_RESERVE_H */
