/* SPDX-License-Identifier: GPL-2.0 */
/* TCP Fast Open: what a listener and a namespace keep for it. */
#ifndef MYTCP_SOCK_FASTOPEN_H
#define MYTCP_SOCK_FASTOPEN_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <net/sock.h>
#include "mytcp/proto/fastopen.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/sock.h"

/**
 * struct mytcp_fastopen_ring - keys, replaced as a whole
 * @rcu: for who reads the old ones
 * @keys: constant
 */
struct mytcp_fastopen_ring {
	struct rcu_head rcu;
	struct mytcp_fastopen_keys keys;
};

/**
 * struct mytcp_fastopen_queue - the pending connections of a listener
 * @rcu: for the SYN path, which uses it without a reference
 * @ref: the listener's, and one of each pending connection
 * @lock: of @limit; innermost
 * @limit: how many
 * @ring: TCP_FASTOPEN_KEY, or NULL: the namespace's keys
 */
struct mytcp_fastopen_queue {
	struct rcu_head rcu;
	refcount_t ref;
	spinlock_t lock;	/* of limit */
	struct mytcp_fastopen_limit limit;
	struct mytcp_fastopen_ring __rcu *ring;
};

/* Of a listener to be. Socket locked. */
int mytcp_fastopen_set_most(struct sock *sk, u32 most);
u32 mytcp_fastopen_most(const struct sock *sk);
int mytcp_fastopen_set_keys(struct sock *sk, const u8 *octets,
			    unsigned int count);
void mytcp_fastopen_own_keys(const struct sock *sk,
			     struct mytcp_fastopen_keys *keys);
/* The listener's keys, or its namespace's. Any context. */
void mytcp_fastopen_get_keys(const struct sock *sk,
			     struct mytcp_fastopen_keys *keys);
void mytcp_fastopen_give(const struct sock *sk, const struct mytcp_key *key,
			 struct mytcp_fastopen_cookie *cookie);
/* The socket is destroyed. */
void mytcp_fastopen_forget(struct sock *sk);

/*
 * A place among the pending connections of a listener, used under RCU: taken, or
 * NULL; then given to the child, or back. The child's ends with its handshake.
 */
struct mytcp_fastopen_queue *mytcp_fastopen_join(const struct sock *listener);
void mytcp_fastopen_give_up(struct mytcp_fastopen_queue *queue);
void mytcp_fastopen_adopt(struct sock *child, struct mytcp_fastopen_queue *queue);
void mytcp_fastopen_leave(struct sock *child);

/* RFC 7413 7.3: a path that loses what Fast Open sends. Any context. */
void mytcp_fastopen_pause_all(struct net *net);
bool mytcp_fastopen_is_paused(struct net *net, bool *was);
void mytcp_fastopen_over(struct sock *sk);

/* The namespace's keys. */
int mytcp_fastopen_set_net_keys(struct mytcp_net *mn,
				const struct mytcp_fastopen_keys *keys);
void mytcp_fastopen_get_net_keys(const struct mytcp_net *mn,
				 struct mytcp_fastopen_keys *keys);
void mytcp_fastopen_net_exit(struct mytcp_net *mn);

#endif /* MYTCP_SOCK_FASTOPEN_H */
