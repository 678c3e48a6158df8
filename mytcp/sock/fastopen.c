// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open, RFC 7413: keys of listeners and namespaces, the pending
 * connections of a listener, and when not to try as a client.
 *
 * A listener has its queue from the first option about it until it is destroyed;
 * a connection that came in has a reference to it as long as its handshake is not
 * complete, and the listener may be gone by then.
 */
#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/fastopen_cache.h"

static u32 now_seconds(void)
{
	return (u32)ktime_get_seconds();
}

/* The field of a locked socket. */
static struct mytcp_fastopen_queue *queue_of(const struct sock *sk)
{
	return rcu_dereference_check(mytcp_sk(sk)->fastopen_queue,
				     lockdep_sock_is_held(sk));
}

static void queue_put(struct mytcp_fastopen_queue *queue)
{
	struct mytcp_fastopen_ring *ring;

	if (!refcount_dec_and_test(&queue->ref))
		return;
	ring = rcu_dereference_protected(queue->ring, true);
	if (ring)
		kfree_rcu(ring, rcu);
	kfree_rcu(queue, rcu);
}

/* Made with the first option; it stays with the socket. */
static struct mytcp_fastopen_queue *queue_make(struct sock *sk)
{
	struct mytcp_fastopen_queue *queue;

	sock_owned_by_me(sk);
	queue = queue_of(sk);
	if (queue)
		return queue;
	queue = kzalloc(sizeof(*queue), GFP_KERNEL_ACCOUNT);
	if (!queue)
		return NULL;
	refcount_set(&queue->ref, 1);
	spin_lock_init(&queue->lock);
	rcu_assign_pointer(mytcp_sk(sk)->fastopen_queue, queue);
	return queue;
}

static struct mytcp_fastopen_ring *
ring_make(const struct mytcp_fastopen_keys *keys)
{
	struct mytcp_fastopen_ring *ring;

	ring = kmalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);
	if (ring)
		ring->keys = *keys;
	return ring;
}

/* A key that nobody knows, unless the administrator has given one. */
static int net_keys_once(struct mytcp_net *mn)
{
	struct mytcp_fastopen_keys keys = { .count = 1 };
	struct mytcp_fastopen_ring *ring;

	if (rcu_access_pointer(mn->fastopen_ring))
		return 0;
	get_random_bytes(&keys.key[0], sizeof(keys.key[0]));
	ring = ring_make(&keys);
	memzero_explicit(&keys, sizeof(keys));
	if (!ring)
		return -ENOMEM;
	if (unrcu_pointer(cmpxchg(&mn->fastopen_ring, NULL,
				  RCU_INITIALIZER(ring))))
		kfree(ring);
	return 0;
}

/**
 * mytcp_fastopen_set_most() - TCP_FASTOPEN
 * @sk: socket in CLOSED or LISTEN
 * @most: pending connections at most, 0 for none
 *
 * Context: process, socket locked.
 * Return: 0 or -ENOMEM.
 */
int mytcp_fastopen_set_most(struct sock *sk, u32 most)
{
	struct mytcp_fastopen_queue *queue = queue_make(sk);

	if (!queue || net_keys_once(mytcp_net(sock_net(sk))))
		return -ENOMEM;
	WRITE_ONCE(queue->limit.most, most);
	return 0;
}

/**
 * mytcp_fastopen_most() - what it was set to
 * @sk: socket, locked
 */
u32 mytcp_fastopen_most(const struct sock *sk)
{
	const struct mytcp_fastopen_queue *queue = queue_of(sk);

	/* a child has the queue of its listener */
	if (!queue || !mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN)))
		return 0;
	return READ_ONCE(queue->limit.most);
}

/* A copy; none as long as nobody needed them. */
static void ring_read(const struct mytcp_fastopen_ring *ring,
		      struct mytcp_fastopen_keys *keys)
{
	if (ring)
		*keys = ring->keys;
	else
		memset(keys, 0, sizeof(*keys));
}

/**
 * mytcp_fastopen_set_keys() - TCP_FASTOPEN_KEY
 * @sk: socket
 * @octets: MYTCP_FASTOPEN_KEY_LEN for each key
 * @count: 1 or 2
 *
 * Context: process, socket locked.
 * Return: 0 or -ENOMEM.
 */
int mytcp_fastopen_set_keys(struct sock *sk, const u8 *octets,
			    unsigned int count)
{
	struct mytcp_fastopen_queue *queue = queue_make(sk);
	struct mytcp_fastopen_ring *ring, *old;
	struct mytcp_fastopen_keys keys;

	mytcp_fastopen_keys_load(&keys, octets, count);
	ring = queue ? ring_make(&keys) : NULL;
	memzero_explicit(&keys, sizeof(keys));
	if (!ring)
		return -ENOMEM;
	old = rcu_replace_pointer(queue->ring, ring, lockdep_sock_is_held(sk));
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * mytcp_fastopen_own_keys() - what TCP_FASTOPEN_KEY was set to
 * @sk: socket, locked
 * @keys: a copy; none when it was not
 */
void mytcp_fastopen_own_keys(const struct sock *sk,
			     struct mytcp_fastopen_keys *keys)
{
	const struct mytcp_fastopen_queue *queue = queue_of(sk);

	ring_read(queue ? rcu_dereference_protected(queue->ring,
						    lockdep_sock_is_held(sk)) :
			  NULL, keys);
}

/**
 * mytcp_fastopen_get_keys() - what cookies are made of
 * @sk: listener; not locked
 * @keys: a copy; no key before mytcp_fastopen_set_most() of anybody's
 *
 * Context: any.
 */
void mytcp_fastopen_get_keys(const struct sock *sk,
			     struct mytcp_fastopen_keys *keys)
{
	const struct mytcp_fastopen_queue *queue;
	const struct mytcp_fastopen_ring *ring;

	rcu_read_lock();
	queue = rcu_dereference(mytcp_sk(sk)->fastopen_queue);
	ring = queue ? rcu_dereference(queue->ring) : NULL;
	if (!ring)
		ring = rcu_dereference(mytcp_net(sock_net(sk))->fastopen_ring);
	ring_read(ring, keys);
	rcu_read_unlock();
}

/**
 * mytcp_fastopen_give() - the cookie for a peer's next SYN
 * @sk: listener, or a child of its; not locked
 * @key: the connection
 * @cookie: receives it
 *
 * Context: any.
 */
void mytcp_fastopen_give(const struct sock *sk, const struct mytcp_key *key,
			 struct mytcp_fastopen_cookie *cookie)
{
	struct mytcp_cookie_tuple tuple;
	struct mytcp_fastopen_keys keys;

	mytcp_key_to_tuple(key, &tuple);
	mytcp_fastopen_get_keys(sk, &keys);
	mytcp_fastopen_make(&keys, &tuple, cookie);
	memzero_explicit(&keys, sizeof(keys));
}

/**
 * mytcp_fastopen_forget() - a socket is destroyed
 * @sk: socket, locked or unreachable, but for the SYN path under RCU
 *
 * Context: any.
 */
void mytcp_fastopen_forget(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_fastopen_queue *queue;

	queue = rcu_replace_pointer(ms->fastopen_queue, NULL, true);
	if (queue)
		queue_put(queue);
}

/**
 * mytcp_fastopen_join() - may one more connection be pending?
 * @listener: socket in LISTEN, under RCU
 *
 * Context: softirq.
 * Return: the queue with a place and a reference taken; NULL: no.
 */
struct mytcp_fastopen_queue *mytcp_fastopen_join(const struct sock *listener)
{
	struct mytcp_fastopen_queue *queue;
	bool joined;

	queue = rcu_dereference(mytcp_sk(listener)->fastopen_queue);
	if (!queue || !refcount_inc_not_zero(&queue->ref))
		return NULL;
	spin_lock_bh(&queue->lock);
	joined = mytcp_fastopen_limit_join(&queue->limit, now_seconds());
	spin_unlock_bh(&queue->lock);
	if (joined)
		return queue;
	queue_put(queue);
	return NULL;
}

static void leave(struct mytcp_fastopen_queue *queue, bool reset)
{
	spin_lock_bh(&queue->lock);
	mytcp_fastopen_limit_leave(&queue->limit, now_seconds(), reset);
	spin_unlock_bh(&queue->lock);
	queue_put(queue);
}

/**
 * mytcp_fastopen_give_up() - the place is not needed
 * @queue: of mytcp_fastopen_join()
 *
 * Context: softirq.
 */
void mytcp_fastopen_give_up(struct mytcp_fastopen_queue *queue)
{
	leave(queue, false);
}

/**
 * mytcp_fastopen_adopt() - the place is this connection's
 * @child: in SYN_RECV, locked
 * @queue: of mytcp_fastopen_join()
 */
void mytcp_fastopen_adopt(struct sock *child, struct mytcp_fastopen_queue *queue)
{
	rcu_assign_pointer(mytcp_sk(child)->fastopen_queue, queue);
}

/**
 * mytcp_fastopen_leave() - a connection is pending no more
 * @child: socket, locked, about to leave SYN_RECV, or FIN_WAIT_1 for good
 *
 * Context: any.
 */
void mytcp_fastopen_leave(struct sock *child)
{
	struct mytcp_sock *ms = mytcp_sk(child);
	struct mytcp_fastopen_queue *queue;

	queue = rcu_replace_pointer(ms->fastopen_queue, NULL,
				    lockdep_sock_is_held(child));
	if (queue)
		leave(queue, ms->snd_una == ms->iss);
}

/**
 * mytcp_fastopen_pause_all() - a path seems to lose what Fast Open sends
 * @net: namespace
 *
 * RFC 7413 7.3.1: a middlebox between all hosts and us, more often than not; so
 * for a time no connection tries. Nothing without fastopen_blackhole_timeout_sec.
 *
 * Context: any.
 */
void mytcp_fastopen_pause_all(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);

	if (!READ_ONCE(mn->fastopen_blackhole_timeout_sec))
		return;
	WRITE_ONCE(mn->fastopen_paused_at, jiffies);
	smp_mb__before_atomic();	/* who sees the count sees when */
	atomic_inc(&mn->fastopen_pauses);
	mytcp_count(net, TCPFastOpenBlackhole);
}

/**
 * mytcp_fastopen_is_paused() - is it that time?
 * @net: namespace
 * @was: set when it is over, and the next connection is to show whether all is well
 *
 * Context: any.
 */
bool mytcp_fastopen_is_paused(struct net *net, bool *was)
{
	const struct mytcp_net *mn = mytcp_net(net);
	u32 seconds = READ_ONCE(mn->fastopen_blackhole_timeout_sec);
	u32 times = atomic_read(&mn->fastopen_pauses);
	unsigned long from;

	*was = false;
	if (!seconds || !times)
		return false;
	smp_rmb();	/* pairs with mytcp_fastopen_pause_all() */
	from = READ_ONCE(mn->fastopen_paused_at);
	*was = time_after_eq(jiffies, from + (unsigned long)
			     mytcp_fastopen_pause(seconds, times) * HZ);
	return !*was;
}

/* A FIN came, and nothing before it: what was there has been lost. */
static bool lost_all_but_fin(const struct mytcp_sock *ms)
{
	const struct mytcp_reasm *reasm;

	if (mytcp_tally(ms)->bytes_received || !mytcp_sock_has_pieces(ms))
		return false;
	reasm = &ms->bulk->reasm;
	return reasm->count == 1 &&
	       (mytcp_cb(mytcp_piece_skb(mytcp_reasm_first(reasm)))->flags &
		MYTCP_FIN);
}

static bool over_loopback(struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_get(sk);

	return dst && dst->dev && (dst->dev->flags & IFF_LOOPBACK);
}

/**
 * mytcp_fastopen_over() - a connection ends whose SYN had the option
 * @sk: socket of an active OPEN, its pieces not freed yet
 *
 * Context: any, socket locked.
 */
void mytcp_fastopen_over(struct sock *sk)
{
	struct mytcp_net *mn = mytcp_net(sock_net(sk));
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (lost_all_but_fin(ms))
		mytcp_fastopen_pause_all(sock_net(sk));
	else if (mytcp_tally(ms)->bytes_received && (ms->fastopen & MYTCP_FO_TRIAL) &&
		 !over_loopback(sk))
		atomic_set(&mn->fastopen_pauses, 0);
}

/**
 * mytcp_fastopen_set_net_keys() - the setting fastopen_key is written
 * @mn: namespace
 * @keys: the new ones
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int mytcp_fastopen_set_net_keys(struct mytcp_net *mn,
				const struct mytcp_fastopen_keys *keys)
{
	struct mytcp_fastopen_ring *ring = ring_make(keys), *old;

	if (!ring)
		return -ENOMEM;
	old = unrcu_pointer(xchg(&mn->fastopen_ring, RCU_INITIALIZER(ring)));
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * mytcp_fastopen_get_net_keys() - the setting fastopen_key is read
 * @mn: namespace
 * @keys: a copy
 *
 * Context: any.
 */
void mytcp_fastopen_get_net_keys(const struct mytcp_net *mn,
				 struct mytcp_fastopen_keys *keys)
{
	rcu_read_lock();
	ring_read(rcu_dereference(mn->fastopen_ring), keys);
	rcu_read_unlock();
}

/**
 * mytcp_fastopen_net_exit() - the keys go, and the clients' cookies
 * @mn: namespace without a hook and without a socket
 *
 * Context: process.
 */
void mytcp_fastopen_net_exit(struct mytcp_net *mn)
{
	kfree(rcu_dereference_protected(mn->fastopen_ring, true));
	mytcp_fastopen_cache_free(mn);
}
