// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets in CLOSED that bind() has given a port: no segment looks for them, so
 * they stand in no table, but whoever wonders what keeps a port wants to see them.
 *
 * They are in chains by port, linked through sk_bind_node, which the kernel leaves
 * to a protocol; the node's serial numbers the entries of a chain as it does those
 * of the table's.
 *
 * Lock order: socket lock, a chain's lock, which is innermost.
 */
#include <linux/spinlock.h>
#include <net/inet_sock.h>
#include <net/netns/hash.h>
#include <net/sock.h>

#include "mytcp/sock/bound.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/sock.h"

/**
 * struct chain - sockets whose ports have the same hash
 * @lock: of all below
 * @serial: the last socket's that was put into it
 * @head: the sockets, by falling serial
 */
struct chain {
	spinlock_t lock;	/* of the chain */
	u64 serial;
	struct hlist_head head;
};

static struct chain chains[MYTCP_BOUND_CHAINS];

/* The node's port is constant while the socket is in the chain. */
static struct chain *chain_of(const struct mytcp_node *node)
{
	u32 hash = ntohs(node->key.lport) ^ net_hash_mix(node->net);

	return &chains[hash % MYTCP_BOUND_CHAINS];
}

/**
 * mytcp_bound_add() - a socket has a port and no connection
 * @sk: in CLOSED, bound
 *
 * Context: any, socket locked.
 */
void mytcp_bound_add(struct sock *sk)
{
	struct mytcp_node *node = &mytcp_sk(sk)->node;
	struct chain *chain;

	sock_owned_by_me(sk);
	if (WARN_ON_ONCE(!hlist_unhashed(&sk->sk_bind_node)))
		return;
	mytcp_inet6_listen_key(sk, &node->key);
	node->dev = sk->sk_bound_dev_if;

	chain = chain_of(node);
	spin_lock_bh(&chain->lock);
	mytcp_node_set_serial(node, ++chain->serial);
	hlist_add_head(&sk->sk_bind_node, &chain->head);
	spin_unlock_bh(&chain->lock);
}

/**
 * mytcp_bound_remove() - it has a connection now, or no port any more
 * @sk: in the list or not
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_bound_remove(struct sock *sk)
{
	struct chain *chain;

	if (hlist_unhashed(&sk->sk_bind_node))
		return;
	chain = chain_of(&mytcp_sk(sk)->node);
	spin_lock_bh(&chain->lock);
	hlist_del_init(&sk->sk_bind_node);
	spin_unlock_bh(&chain->lock);
}

/**
 * mytcp_bound_collect() - such sockets, for a listing
 * @net: namespace, or NULL for all
 * @chain: which chain of them
 * @serial: pass over entries with a greater one
 * @found: receives them, held, by falling serial
 * @room: how many at most
 *
 * Context: any.
 * Return: how many; less than @room at the end of the chain.
 */
unsigned int mytcp_bound_collect(const struct net *net, unsigned int chain,
				 u64 serial, struct mytcp_found *found,
				 unsigned int room)
{
	struct chain *c = &chains[chain];
	unsigned int n = 0;
	struct sock *sk;

	if (hlist_empty(&c->head))
		return 0;
	spin_lock_bh(&c->lock);
	hlist_for_each_entry(sk, &c->head, sk_bind_node) {
		struct mytcp_node *node = &mytcp_sk(sk)->node;

		if (mytcp_node_serial(node) > serial || (net && node->net != net) ||
		    !mytcp_node_get(node))
			continue;
		found[n].node = node;
		found[n].serial = mytcp_node_serial(node);
		if (++n == room)
			break;
	}
	spin_unlock_bh(&c->lock);
	return n;
}

/**
 * mytcp_bound_init() - make the chains
 *
 * Context: module init, before the first socket.
 */
void mytcp_bound_init(void)
{
	unsigned int i;

	for (i = 0; i < MYTCP_BOUND_CHAINS; i++) {
		spin_lock_init(&chains[i].lock);
		INIT_HLIST_HEAD(&chains[i].head);
	}
}
