/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Local ports: conflicts between MyTCP sockets, the reservation against the
 * kernel's TCP, and the choice of an ephemeral port.
 */
#ifndef MYTCP_SOCK_PORT_H
#define MYTCP_SOCK_PORT_H

#include <linux/types.h>
#include "mytcp/sock/table.h"

struct sock;

/*
 * A local port in use in a namespace, opaque outside port.c. Its bit in
 * mytcp_net.ports is set as long as it lives.
 */
struct mytcp_port;

/* struct proto.get_port: sets inet_num, as inet_rcv_saddr and the bound device
 * are to be. Process context, socket locked; may sleep. Negative errno.
 */
int mytcp_port_bind(struct sock *sk, unsigned short port);
/* Binds when need be. Called in LISTEN, before the socket can be found, so that
 * of two callers not both succeed; after an error the caller leaves LISTEN.
 */
int mytcp_port_listen(struct sock *sk);
/* Socket locked: choose an ephemeral port and enter the table, or only enter. */
int mytcp_port_connect(struct sock *sk);
/* Any context: a child of a listener shares its port. Without effect when the
 * listener has just given it back: child->port is NULL then, and the child is
 * to be given up.
 */
void mytcp_port_inherit(struct sock *child, const struct sock *listener);
/* struct proto.put_port. Any context; what must sleep goes to a work item, for
 * which whoever closed the last descriptor waits in mytcp_reserve_flush().
 */
void mytcp_port_release(struct sock *sk);
/*
 * A TIME_WAIT bucket keeps the port of the socket it takes the place of in use.
 * Any context. hold returns MYTCP_PORT_* of lingering.h, to be given to drop, or -ENOMEM.
 */
int mytcp_port_hold_timewait(const struct sock *sk);
void mytcp_port_drop_timewait(const struct mytcp_node *node, int how);
/* RCU: is the local end bound by a MyTCP socket, so that RSTs are ours to send? */
bool mytcp_port_owned_on(struct net *net, const struct mytcp_key *key,
			 int dif, int sdif);

int mytcp_port_init(void);
void mytcp_port_exit(void);

#endif /* MYTCP_SOCK_PORT_H */
