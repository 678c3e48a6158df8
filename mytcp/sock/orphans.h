/* SPDX-License-Identifier: GPL-2.0 */
/* Orphans that do not hold their namespace. */
#ifndef MYTCP_SOCK_ORPHANS_H
#define MYTCP_SOCK_ORPHANS_H

struct net;

void mytcp_orphans_end(struct net *net);

#endif /* MYTCP_SOCK_ORPHANS_H */
