// SPDX-License-Identifier: GPL-2.0
/*
 * Orphans that do not hold their namespace: of sockets that somebody in the kernel had
 * (sock_create_kern()), and of what these have accepted. They end with it.
 */
#include <linux/bottom_half.h>
#include <net/sock.h>

#include "mytcp/sock/orphans.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/walk.h"

/* Nothing is sent: there is no way out any more. */
static void end_orphan(struct sock *sk)
{
	lock_sock(sk);
	if (sock_flag(sk, SOCK_DEAD)) {
		local_bh_disable();
		mytcp_sock_done(sk, 0);
		local_bh_enable();
	}
	release_sock(sk);
}

/**
 * mytcp_orphans_end() - end all orphans of a namespace that goes
 * @net: namespace
 *
 * Sockets that still have a user are his affair: he must not keep them so long.
 *
 * Context: process; no segment comes any more. A timer may still run for a moment
 * and use @net: the caller waits for that.
 */
void mytcp_orphans_end(struct net *net)
{
	struct mytcp_node *node;
	struct mytcp_walk walk;

	mytcp_walk_rewind(&walk, MYTCP_WALK_CONNS);
	for (node = mytcp_walk_here(net, &walk); node;
	     node = mytcp_walk_next(net, &walk)) {
		if (node->kind == MYTCP_KIND_SOCK)
			end_orphan(mytcp_node_sk(node));
	}
}
