// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets in CLOSED that bind() has given a port: no segment looks for them, so
 * they stand in no table, but whoever wonders what keeps a port wants to see them.
 *
 * The list is in struct mytcp_net, linked through sk_bind_node, which the kernel
 * leaves to a protocol; the node's serial numbers its entries as it does those of
 * the table's chains.
 *
 * Lock order: socket lock, mytcp_net.bound_lock, which is innermost.
 */
#include <net/inet_sock.h>
#include <net/sock.h>

#include "mytcp/sock/bound.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/sock.h"

/**
 * mytcp_bound_add() - a socket has a port and no connection
 * @sk: in CLOSED, bound
 *
 * Context: any, socket locked.
 */
void mytcp_bound_add(struct sock *sk)
{
	struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_node *node = &mytcp_sk(sk)->node;

	sock_owned_by_me(sk);
	if (WARN_ON_ONCE(!hlist_unhashed(&sk->sk_bind_node)))
		return;
	mytcp_key_set4(&node->key, inet_sk(sk)->inet_rcv_saddr,
		       htons(inet_sk(sk)->inet_num), htonl(INADDR_ANY), 0);
	node->dev = sk->sk_bound_dev_if;

	spin_lock_bh(&mn->bound_lock);
	node->serial = ++mn->bound_serial;
	hlist_add_head(&sk->sk_bind_node, &mn->bound);
	spin_unlock_bh(&mn->bound_lock);
}

/**
 * mytcp_bound_remove() - it has a connection now, or no port any more
 * @sk: in the list or not
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_bound_remove(struct sock *sk)
{
	struct mytcp_net *mn = mytcp_net(sock_net(sk));

	if (hlist_unhashed(&sk->sk_bind_node))
		return;
	spin_lock_bh(&mn->bound_lock);
	hlist_del_init(&sk->sk_bind_node);
	spin_unlock_bh(&mn->bound_lock);
}

/**
 * mytcp_bound_collect() - such sockets of a namespace, for a listing
 * @net: namespace
 * @serial: pass over entries with a greater one
 * @found: receives them, held, by falling serial
 * @room: how many at most
 *
 * Context: any.
 * Return: how many; less than @room at the end of the list.
 */
unsigned int mytcp_bound_collect(struct net *net, u64 serial,
				 struct mytcp_found *found, unsigned int room)
{
	struct mytcp_net *mn = mytcp_net(net);
	unsigned int n = 0;
	struct sock *sk;

	if (hlist_empty(&mn->bound))
		return 0;
	spin_lock_bh(&mn->bound_lock);
	hlist_for_each_entry(sk, &mn->bound, sk_bind_node) {
		struct mytcp_node *node = &mytcp_sk(sk)->node;

		if (node->serial > serial || !mytcp_node_get(node))
			continue;
		found[n].node = node;
		found[n].serial = node->serial;
		if (++n == room)
			break;
	}
	spin_unlock_bh(&mn->bound_lock);
	return n;
}
