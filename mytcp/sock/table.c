// SPDX-License-Identifier: GPL-2.0
/*
 * One RCU hash of nulls lists for all namespaces: first the chains of the
 * listeners, by local port, then those of the connections, by the whole key.
 *
 * Entries of the SYN queue and of TIME_WAIT are freed to caches that are
 * SLAB_TYPESAFE_BY_RCU: a reader may meet one that has just become another
 * connection's and stands in another chain. Hence the three rules of lookup():
 * take a reference, look again, and start over when the walk ended in a chain
 * it did not begin in.
 *
 * An entry is put at the head of its chain, with a serial number greater than any
 * there has been: whoever lists a chain in pieces goes on behind the last number,
 * and meets what stayed there once, whatever comes and goes.
 *
 * Lock order: socket lock, port bucket's lock (port.c), table bucket's lock.
 * No two bucket locks of the table are ever held together.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/netns/hash.h>
#include <net/sock_reuseport.h>

#include "mytcp/sock/inet6.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

#define LISTEN_BUCKETS	256U
#define CONN_MIN	4096UL
#define CONN_MAX	262144UL
#define BUCKET_LOCKS	1024U

/* The part of a place that is the number of its chain. */
#define PLACE_BUCKET	(2 * CONN_MAX - 1)

/* One bucket for this many bytes of memory. */
#define BYTES_PER_BUCKET	(128UL << 10)

/**
 * struct bucket_lock - one for many chains
 * @lock: of the chains, and of @serial
 * @serial: the last entry's that was put into one of them
 */
struct bucket_lock {
	spinlock_t lock;	/* of the chains */
	u64 serial;
};

static struct {
	struct hlist_nulls_head *heads;	/* LISTEN_BUCKETS, then conns */
	struct bucket_lock *locks;
	unsigned int conns;
	hsiphash_key_t key;
} table __read_mostly;

#define MEMOS_SHIFT	2

/**
 * struct memo - a hash that was computed on this CPU
 * @key: of which; the one of all zeroes, with which it begins, is no segment's
 * @mix: and of which namespace
 * @hash: hash_key() of the two
 */
struct memo {
	struct mytcp_key key;
	u32 mix;
	u32 hash;
};

/* Of the CPU, in softirq or with softirqs off. */
static DEFINE_PER_CPU(struct memo [BIT(MEMOS_SHIFT)][2], memos);

static const struct mytcp_node_ops *kind_ops[MYTCP_KIND_TIMEWAIT + 1] __read_mostly;

static struct bucket_lock *lock_of(unsigned int bucket)
{
	return &table.locks[bucket & (BUCKET_LOCKS - 1)];
}

static spinlock_t *bucket_lock(unsigned int bucket)
{
	return &lock_of(bucket)->lock;
}

static unsigned int buckets(void)
{
	return LISTEN_BUCKETS + table.conns;
}

/* A v4-mapped address says no more than its last word: hash only that. */
static u32 hash_key(const struct net *net, const struct mytcp_key *key)
{
	u32 ports = (__force u32)key->lport << 16 | (__force u32)key->rport;
	u32 words[10];

	if (ipv6_addr_v4mapped(&key->raddr))
		return hsiphash_4u32((__force u32)key->laddr.s6_addr32[3],
				     (__force u32)key->raddr.s6_addr32[3],
				     ports, net_hash_mix(net), &table.key);

	memcpy(words, &key->laddr, sizeof(key->laddr));
	memcpy(words + 4, &key->raddr, sizeof(key->raddr));
	words[8] = ports;
	words[9] = net_hash_mix(net);
	return hsiphash(words, sizeof(words), &table.key);
}

/*
 * The hash is half of what a lookup costs, and most segments are of a connection that had
 * one just before, or are looked up twice (early.c): a CPU remembers the last hashes. A
 * process could be interrupted in between by a segment's softirq, so it does without.
 */
static u32 hash_segment(const struct net *net, const struct mytcp_key *key)
{
	u16 lport = (__force u16)key->lport, rport = (__force u16)key->rport;
	u32 mix = net_hash_mix(net);
	struct memo *memo;

	if (!in_softirq())
		return hash_key(net, key);
	/* two, so that both directions over loopback find room */
	memo = this_cpu_ptr(memos[hash_32(lport ^ rport, MEMOS_SHIFT)]) + (lport < rport);
	if (memo->mix != mix || !mytcp_key_equal(&memo->key, key)) {
		memo->key = *key;
		memo->mix = mix;
		memo->hash = hash_key(net, key);
	}
	return memo->hash;
}

/* The chain of a connection, and the bits of the hash that did not choose it. */
static u32 conn_place(u32 hash)
{
	return (LISTEN_BUCKETS + (hash & (table.conns - 1))) |
	       (hash & ~PLACE_BUCKET);
}

static unsigned int bucket_of(u32 place)
{
	return place & PLACE_BUCKET;
}

/**
 * mytcp_node_place() - where an entry is
 * @node: the entry, hashed or about to be
 *
 * Small entries have no room for what their key tells: they leave the table once.
 *
 * Context: any.
 * Return: the number of the chain, and in the upper bits some more of the hash of its
 * key and namespace.
 */
u32 mytcp_node_place(const struct mytcp_node *node)
{
	if (node->kind == MYTCP_KIND_SOCK)
		return READ_ONCE(node->place);
	return conn_place(hash_key(node->net, &node->key));
}

static void set_place(struct mytcp_node *node, u32 place)
{
	if (node->kind == MYTCP_KIND_SOCK)
		node->place = place;
}

static unsigned int listen_bucket(const struct net *net, __be16 lport)
{
	return (ntohs(lport) ^ net_hash_mix(net)) & (LISTEN_BUCKETS - 1);
}

/**
 * mytcp_node_init() - make a node that is in no chain
 * @node: the node, of an object nobody else knows yet or knows any more
 * @kind: what embeds it
 * @net: namespace
 * @family: AF_INET or AF_INET6
 *
 * A reader may still stand on what this memory was before. So link.next, which
 * leads it on, stays, and the node says it is in no chain before its reference
 * can be taken: lookup() then turns away from it until it is inserted.
 *
 * Context: any, no locks. An entry that is no socket has one reference after
 * it, the caller's.
 */
void mytcp_node_init(struct mytcp_node *node, enum mytcp_kind kind,
		     struct net *net, int family)
{
	WRITE_ONCE(node->link.pprev, NULL);
	node->net = net;
	node->kind = kind;
	node->family = family;
	node->state = MYTCP_CLOSE;
	node->dev = 0;
	/* pairs with the refcount_inc_not_zero() of mytcp_node_get() */
	smp_wmb();
	refcount_set(&node->ref, 1);
}

/**
 * mytcp_node_get() - take a reference unless the last one is gone
 * @node: a node found under RCU, or held
 *
 * Context: any.
 * Return: false when the object is being freed.
 */
bool mytcp_node_get(struct mytcp_node *node)
{
	if (node->kind == MYTCP_KIND_SOCK)
		return refcount_inc_not_zero(&mytcp_node_sk(node)->sk_refcnt);
	return refcount_inc_not_zero(&node->ref);
}

/**
 * mytcp_node_put() - give a reference back
 * @node: the node; gone, perhaps, afterwards
 *
 * Context: any, no bucket lock, and not the lock of a socket this may be the
 * last reference of.
 */
void mytcp_node_put(struct mytcp_node *node)
{
	if (node->kind == MYTCP_KIND_SOCK)
		sock_put(mytcp_node_sk(node));
	else if (refcount_dec_and_test(&node->ref))
		kind_ops[node->kind]->free(node);
}

/**
 * mytcp_node_describe() - what a listing shows of an entry that is no socket
 * @node: the entry, held
 * @listing: zeroed by the caller
 *
 * Context: process.
 */
void mytcp_node_describe(struct mytcp_node *node, struct mytcp_listing *listing)
{
	kind_ops[node->kind]->describe(node, listing);
}

/**
 * mytcp_node_kill() - end an entry that is no socket before its time
 * @node: the entry, held
 *
 * Context: process.
 */
void mytcp_node_kill(struct mytcp_node *node)
{
	kind_ops[node->kind]->kill(node);
}

/**
 * mytcp_node_expired() - what an entry that is no socket waited for is due
 * @node: the entry, and with it the wheel's reference
 *
 * Context: softirq.
 */
void mytcp_node_expired(struct mytcp_node *node)
{
	kind_ops[node->kind]->expired(node);
}

/**
 * mytcp_table_set_ops() - tell the table how a kind's entries are freed
 * @kind: MYTCP_KIND_SYNQ or MYTCP_KIND_TIMEWAIT
 * @ops: constant, as long as the module lives
 *
 * Context: module init, before the first entry of that kind is made.
 */
void mytcp_table_set_ops(enum mytcp_kind kind, const struct mytcp_node_ops *ops)
{
	kind_ops[kind] = ops;
}

/* Is this the entry for a segment to @key that came in by @dif or @sdif? */
static bool matches(const struct mytcp_node *node, const struct net *net,
		    const struct mytcp_key *key, int dif, int sdif)
{
	return mytcp_key_equal(&node->key, key) && READ_ONCE(node->net) == net &&
	       (!node->dev || node->dev == dif || node->dev == sdif);
}

/* Hashed, and what is read next is of this life of the memory: link_node(). */
static bool hashed_acquire(const struct mytcp_node *node)
{
	bool hashed = mytcp_node_hashed(node);

	smp_rmb();	/* pairs with the smp_wmb() of link_node() */
	return hashed;
}

/**
 * mytcp_table_find() - the entry a segment belongs to
 * @net: namespace it came in
 * @key: its addresses and ports, ours as the local ones
 * @dif: interface it came in by
 * @sdif: its slave interface under an l3mdev, or 0
 *
 * Context: RCU read side.
 * Return: the entry with a reference, or NULL.
 */
struct mytcp_node *mytcp_table_find(struct net *net, const struct mytcp_key *key,
				    int dif, int sdif)
{
	unsigned int bucket = bucket_of(conn_place(hash_segment(net, key)));
	struct hlist_nulls_node *pos;
	struct mytcp_node *node;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "table searched outside RCU");
again:
	hlist_nulls_for_each_entry_rcu(node, pos, &table.heads[bucket], link) {
		if (!matches(node, net, key, dif, sdif))
			continue;
		if (!mytcp_node_get(node))
			goto again;
		/*
		 * Held, so it changes no more; but was it this connection's
		 * when it was taken? What left its chain meanwhile is not
		 * reached again from the head, so this comes to an end.
		 */
		smp_rmb();
		if (!hashed_acquire(node) ||
		    !matches(node, net, key, dif, sdif)) {
			mytcp_node_put(node);
			goto again;
		}
		return node;
	}
	if (get_nulls_value(pos) != bucket)
		goto again;
	return NULL;
}

/* Bucket lock held: is the key taken where @node could be reached? */
static bool taken(const struct mytcp_node *node, unsigned int bucket)
{
	const struct mytcp_node *other;
	struct hlist_nulls_node *pos;

	lockdep_assert_held(bucket_lock(bucket));

	hlist_nulls_for_each_entry(other, pos, &table.heads[bucket], link) {
		if (mytcp_key_equal(&other->key, &node->key) &&
		    other->net == node->net &&
		    mytcp_dev_overlaps(other->dev, node->dev))
			return true;
	}
	return false;
}

static void link_node(struct mytcp_node *node, unsigned int bucket)
{
	lockdep_assert_held(bucket_lock(bucket));

	if (node->kind == MYTCP_KIND_SOCK)
		sock_hold(mytcp_node_sk(node));
	else
		refcount_inc(&node->ref);
	mytcp_node_set_serial(node, ++lock_of(bucket)->serial);
	/* what a reader checks again after it sees the node in a chain */
	smp_wmb();
	hlist_nulls_add_head_rcu(&node->link, &table.heads[bucket]);
}

/**
 * mytcp_table_insert() - enter a connection
 * @node: in no chain; @key, @dev and all that a finder uses are set
 *
 * Context: any; the owner's lock. Takes a reference for the table.
 * Return: 0, or -EADDRNOTAVAIL when the key is taken on an overlapping
 * interface.
 */
int mytcp_table_insert(struct mytcp_node *node)
{
	u32 place = conn_place(hash_key(node->net, &node->key));
	spinlock_t *lock = bucket_lock(bucket_of(place));
	int err = 0;

	set_place(node, place);
	spin_lock_bh(lock);
	if (WARN_ON_ONCE(mytcp_node_hashed(node)) || taken(node, bucket_of(place)))
		err = -EADDRNOTAVAIL;
	else
		link_node(node, bucket_of(place));
	spin_unlock_bh(lock);
	return err;
}

/**
 * mytcp_table_remove() - take an entry out
 * @node: a connection or a listener, held by the caller
 *
 * Context: any. Drops the table's reference.
 * Return: false when it was in no chain.
 */
bool mytcp_table_remove(struct mytcp_node *node)
{
	spinlock_t *lock;	/* the bucket's */
	bool was;

	if (!mytcp_node_hashed(node))
		return false;

	lock = bucket_lock(bucket_of(mytcp_node_place(node)));
	spin_lock_bh(lock);
	was = mytcp_node_hashed(node);
	if (was)
		hlist_nulls_del_init_rcu(&node->link);
	spin_unlock_bh(lock);

	if (was)
		mytcp_node_put(node);
	return was;
}

/**
 * mytcp_table_evict() - make place for a connection
 * @node: for which mytcp_table_insert() has found no place
 * @named: the user has named the local port; there is no other
 * @isn: set to a sequence number the connection must not begin before, if there
 *	is one
 *
 * Context: any, no port bucket's lock.
 * Return: true when it is worth another try.
 */
bool mytcp_table_evict(const struct mytcp_node *node, bool named, u32 *isn)
{
	const struct mytcp_node_ops *ops;
	struct mytcp_node *old;
	bool gone;

	rcu_read_lock();
	old = mytcp_table_find(node->net, &node->key, node->dev, 0);
	rcu_read_unlock();
	if (!old)
		return true;
	ops = kind_ops[old->kind];
	gone = ops && ops->yields && ops->yields(old, named, isn);
	if (gone)
		ops->kill(old);
	mytcp_node_put(old);
	return gone;
}

/**
 * mytcp_table_replace() - put an entry in another's place
 * @old: held by the caller
 * @fresh: in no chain, all set but for the key and interface, which are @old's
 *
 * No moment passes in which a lookup finds neither: @fresh takes @old's very
 * place in the chain.
 *
 * Context: any. Takes a reference of @fresh for the table, drops that of @old.
 * Return: false, and nothing done, when @old is in no chain any more.
 */
bool mytcp_table_replace(struct mytcp_node *old, struct mytcp_node *fresh)
{
	u32 place = mytcp_node_place(old);
	spinlock_t *lock = bucket_lock(bucket_of(place));
	bool was;

	spin_lock_bh(lock);
	was = mytcp_node_hashed(old) && !WARN_ON_ONCE(mytcp_node_hashed(fresh));
	if (was) {
		fresh->key = old->key;
		fresh->dev = old->dev;
		set_place(fresh, place);
		mytcp_node_set_serial(fresh, mytcp_node_serial(old));
		if (fresh->kind == MYTCP_KIND_SOCK)
			sock_hold(mytcp_node_sk(fresh));
		else
			refcount_inc(&fresh->ref);
		/* as in link_node() */
		smp_wmb();
		hlist_nulls_replace_init_rcu(&old->link, &fresh->link);
	}
	spin_unlock_bh(lock);

	if (was)
		mytcp_node_put(old);
	return was;
}

/**
 * mytcp_table_collect() - entries of a chain, for a listing
 * @net: namespace, or NULL for all
 * @bucket: the chain
 * @serial: pass over entries with a greater one
 * @found: receives them, held, by falling serial
 * @room: how many at most
 *
 * Context: any. The chain's lock is held for as long as the chain is.
 * Return: how many; less than @room at the end of the chain.
 */
unsigned int mytcp_table_collect(const struct net *net, unsigned int bucket,
				 u64 serial, struct mytcp_found *found,
				 unsigned int room)
{
	struct hlist_nulls_head *head = &table.heads[bucket];
	struct hlist_nulls_node *pos;
	struct mytcp_node *node;
	unsigned int n = 0;

	if (hlist_nulls_empty(head))
		return 0;
	spin_lock_bh(bucket_lock(bucket));
	hlist_nulls_for_each_entry(node, pos, head, link) {
		if (mytcp_node_serial(node) > serial || (net && node->net != net) ||
		    !mytcp_node_get(node))
			continue;
		found[n].node = node;
		found[n].serial = mytcp_node_serial(node);
		if (++n == room)
			break;
	}
	spin_unlock_bh(bucket_lock(bucket));
	return n;
}

/**
 * mytcp_table_conns_begin() - the first chain of connections
 *
 * Context: any.
 * Return: its number; those below are chains of listeners.
 */
unsigned int mytcp_table_conns_begin(void)
{
	return LISTEN_BUCKETS;
}

/**
 * mytcp_table_end() - how many chains there are
 *
 * Context: any.
 * Return: one more than the number of the last.
 */
unsigned int mytcp_table_end(void)
{
	return buckets();
}

/* Another listener of the same end that shares it; bucket lock held. */
static struct sock *find_group(const struct mytcp_node *node,
			       const struct sock *sk)
{
	unsigned int bucket = bucket_of(node->place);
	struct mytcp_node *other;
	struct hlist_nulls_node *pos;

	lockdep_assert_held(bucket_lock(bucket));

	hlist_nulls_for_each_entry(other, pos, &table.heads[bucket], link) {
		struct sock *its = mytcp_node_sk(other);

		if (other->net == node->net && other->dev == node->dev &&
		    mytcp_key_equal(&other->key, &node->key) &&
		    mytcp_inet6_only(its) == mytcp_inet6_only(sk) &&
		    its->sk_reuseport && uid_eq(its->sk_uid, sk->sk_uid))
			return its;
	}
	return NULL;
}

/* SO_REUSEPORT: the group is the kernel's, programs that choose included. */
static int join_group(const struct mytcp_node *node, struct sock *sk)
{
	bool any = ipv6_addr_any(&node->key.laddr) ||
		   (ipv6_addr_v4mapped(&node->key.laddr) &&
		    !node->key.laddr.s6_addr32[3]);
	struct sock *other;

	if (!sk->sk_reuseport)
		return 0;
	other = find_group(node, sk);
	return other ? reuseport_add_sock(sk, other, any) :
		       reuseport_alloc(sk, any);
}

/**
 * mytcp_table_listen() - enter a listener
 * @sk: bound, inet_num and inet_rcv_saddr set
 *
 * With SO_REUSEPORT it joins those that listen at the same end.
 *
 * Context: process, socket locked. Takes a reference for the table.
 * Return: 0 or -ENOMEM.
 */
int mytcp_table_listen(struct sock *sk)
{
	struct mytcp_node *node = &mytcp_sk(sk)->node;
	int err;

	sock_owned_by_me(sk);
	if (WARN_ON_ONCE(mytcp_node_hashed(node)))
		return 0;

	mytcp_inet6_listen_key(sk, &node->key);
	node->dev = sk->sk_bound_dev_if;
	node->place = listen_bucket(node->net, node->key.lport);

	spin_lock_bh(bucket_lock(bucket_of(node->place)));
	err = join_group(node, sk);
	if (!err)
		link_node(node, node->place);
	spin_unlock_bh(bucket_lock(bucket_of(node->place)));
	return err;
}

/**
 * mytcp_table_unlisten() - take a listener out
 * @sk: the listener, held by the caller
 *
 * Context: any, socket locked. Drops the table's reference. Those who found
 * the listener under RCU may go on using it until they leave.
 */
void mytcp_table_unlisten(struct sock *sk)
{
	mytcp_table_remove(&mytcp_sk(sk)->node);
	if (rcu_access_pointer(sk->sk_reuseport_cb))
		reuseport_detach_sock(sk);
}

/* How well a listener fits: 0 not at all; an address says more than a device. */
static int listener_score(struct mytcp_node *node, const struct net *net,
			  const struct mytcp_key *key, int dif, int sdif)
{
	bool exact = ipv6_addr_equal(&node->key.laddr, &key->laddr);

	if (node->net != net || node->key.lport != key->lport)
		return 0;
	if (!mytcp_addr_covers(&node->key.laddr, &key->laddr,
			       mytcp_inet6_only(mytcp_node_sk(node))))
		return 0;
	if (node->dev && node->dev != dif && node->dev != sdif)
		return 0;
	/* an IPv4 listener is more than one of IPv6 that takes both */
	return 1 + 4 * exact + 2 * !!node->dev +
	       (node->family == AF_INET);
}

/**
 * mytcp_table_find_listener() - the listener a SYN belongs to
 * @net: namespace it came in
 * @key: its addresses and ports, ours as the local ones
 * @dif: interface it came in by
 * @sdif: its slave interface under an l3mdev, or 0
 *
 * Context: RCU read side, which the caller keeps as long as it uses the
 * listener without a reference.
 * Return: the most specific listener, without a reference, or NULL. Of a group
 * it is any member.
 */
struct sock *mytcp_table_find_listener(struct net *net,
				       const struct mytcp_key *key,
				       int dif, int sdif)
{
	unsigned int bucket = listen_bucket(net, key->lport);
	struct mytcp_node *node, *best;
	struct hlist_nulls_node *pos;
	int score, best_score;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "listener used outside RCU");
again:
	best = NULL;
	best_score = 0;
	hlist_nulls_for_each_entry_rcu(node, pos, &table.heads[bucket], link) {
		score = listener_score(node, net, key, dif, sdif);
		if (score > best_score) {
			best = node;
			best_score = score;
		}
	}
	/* a listener that went on to connect() has led us astray */
	if (get_nulls_value(pos) != bucket)
		goto again;
	return best ? mytcp_node_sk(best) : NULL;
}

/**
 * mytcp_table_hash() - a number for a connection
 * @net: namespace
 * @key: its ends
 *
 * Context: any.
 * Return: the same for the same connection, as long as the module is loaded.
 */
u32 mytcp_table_hash(const struct net *net, const struct mytcp_key *key)
{
	return hash_key(net, key);
}

/**
 * mytcp_table_size() - buckets of the connection table
 *
 * Context: any, after mytcp_table_init().
 * Return: a power of two, after which other limits are measured.
 */
unsigned int mytcp_table_size(void)
{
	return table.conns;
}

/**
 * mytcp_table_init() - allocate the table
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_table_init(void)
{
	unsigned long wanted = totalram_pages() / (BYTES_PER_BUCKET / PAGE_SIZE);
	unsigned int i;

	table.conns = roundup_pow_of_two(clamp(wanted, CONN_MIN, CONN_MAX));
	table.heads = kvmalloc_array(buckets(), sizeof(*table.heads), GFP_KERNEL);
	table.locks = kvmalloc_array(BUCKET_LOCKS, sizeof(*table.locks), GFP_KERNEL);
	if (!table.heads || !table.locks) {
		mytcp_table_exit();
		return -ENOMEM;
	}

	for (i = 0; i < buckets(); i++)
		INIT_HLIST_NULLS_HEAD(&table.heads[i], i);
	for (i = 0; i < BUCKET_LOCKS; i++) {
		spin_lock_init(&table.locks[i].lock);
		table.locks[i].serial = 0;
	}
	get_random_bytes(&table.key, sizeof(table.key));
	return 0;
}

/**
 * mytcp_table_exit() - free the table, which is empty
 *
 * Context: module exit, after the last reader.
 */
void mytcp_table_exit(void)
{
	kvfree(table.heads);
	kvfree(table.locks);
	table.heads = NULL;
	table.locks = NULL;
}
