/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection table: full sockets, SYN queue entries and TIME_WAIT buckets
 * under one key in one RCU hash; and the listeners in another.
 */
#ifndef MYTCP_SOCK_TABLE_H
#define MYTCP_SOCK_TABLE_H

#include <linux/types.h>
#include <linux/in6.h>
#include <linux/rculist_nulls.h>
#include <linux/refcount.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include "mytcp/proto/cookie.h"

struct sock;

enum mytcp_kind {
	MYTCP_KIND_SOCK,	/* struct mytcp_sock */
	MYTCP_KIND_SYNQ,	/* struct mytcp_synq */
	MYTCP_KIND_TIMEWAIT,	/* struct mytcp_timewait */
};

/**
 * struct mytcp_key - what tells a connection from all others
 * @laddr: local address, IPv4 as v4-mapped
 * @raddr: remote address, likewise
 * @lport: local port
 * @rport: remote port
 */
struct mytcp_key {
	struct in6_addr laddr;
	struct in6_addr raddr;
	__be16 lport;
	__be16 rport;
};

/**
 * struct mytcp_node - what the table knows of an entry
 * @link: chain of the bucket, written under the bucket's lock, read under RCU
 * @key: constant while hashed
 * @place: of a socket, see mytcp_node_place(); constant while hashed; written by the
 *	table
 * @due: of what waits on a wheel, which keeps it: struct mytcp_timed
 * @net: namespace; constant while hashed
 * @dev: interface the entry is bound to, or 0; constant while hashed
 * @ref: references, of SYNQ and TIMEWAIT entries; a socket uses sk_refcnt
 * @serial_low: see mytcp_node_serial(); constant while hashed
 * @serial_high: likewise
 * @kind: which object embeds this node; constant
 * @family: AF_INET or AF_INET6; constant
 * @state: enum mytcp_state as the listings show it; for sockets see sk_state
 *
 * The order leaves no holes: it is the larger part of a TIME_WAIT bucket.
 */
struct mytcp_node {
	struct hlist_nulls_node link;
	struct mytcp_key key;
	union {
		u32 place;
		u32 due;
	};
	struct net *net;
	int dev;
	refcount_t ref;
	u32 serial_low;
	u8 serial_high;
	u8 kind;
	u8 family;
	u8 state;
};

/**
 * struct mytcp_found - an entry, and where it was found
 * @node: held
 * @serial: as it was then; the node's own changes when it is hashed anew
 */
struct mytcp_found {
	struct mytcp_node *node;
	u64 serial;
};

static inline void mytcp_key_set4(struct mytcp_key *key, __be32 laddr,
				  __be16 lport, __be32 raddr, __be16 rport)
{
	ipv6_addr_set_v4mapped(laddr, &key->laddr);
	ipv6_addr_set_v4mapped(raddr, &key->raddr);
	key->lport = lport;
	key->rport = rport;
}

static inline bool mytcp_key_equal(const struct mytcp_key *a,
				   const struct mytcp_key *b)
{
	return a->lport == b->lport && a->rport == b->rport &&
	       ipv6_addr_equal(&a->raddr, &b->raddr) &&
	       ipv6_addr_equal(&a->laddr, &b->laddr);
}

/* The same for the keyed hashes of proto/cookie. */
static inline void mytcp_key_to_tuple(const struct mytcp_key *key,
				      struct mytcp_cookie_tuple *tuple)
{
	memcpy(tuple->laddr, &key->laddr, sizeof(tuple->laddr));
	memcpy(tuple->raddr, &key->raddr, sizeof(tuple->raddr));
	tuple->lport = (__force u16)key->lport;
	tuple->rport = (__force u16)key->rport;
	tuple->pad = 0;
}

/*
 * Does an end bound to @bound, perhaps a wildcard, take what is for @addr? @only: of
 * IPv6 only.
 */
static inline bool mytcp_addr_covers(const struct in6_addr *bound,
				     const struct in6_addr *addr, bool only)
{
	if (ipv6_addr_equal(bound, addr))
		return true;
	if (ipv6_addr_any(bound))
		return !only || !ipv6_addr_v4mapped(addr);
	/* 0.0.0.0 is no wildcard for IPv6 */
	return ipv6_addr_v4mapped(bound) && !bound->s6_addr32[3] &&
	       ipv6_addr_v4mapped(addr);
}

/* Do ends bound to these two interfaces, 0 for all, ever hear the same? */
static inline bool mytcp_dev_overlaps(int a, int b)
{
	return !a || !b || a == b;
}

/*
 * Greater than those of all behind it in its chain; an entry that takes another's
 * place inherits it. 40 bits last for 30 years of a million connections a second.
 */
static inline u64 mytcp_node_serial(const struct mytcp_node *node)
{
	return (u64)node->serial_high << 32 | node->serial_low;
}

static inline void mytcp_node_set_serial(struct mytcp_node *node, u64 serial)
{
	node->serial_low = lower_32_bits(serial);
	node->serial_high = upper_32_bits(serial);
}

/* True while the node stands in the table; bucket lock or owner's lock. */
static inline bool mytcp_node_hashed(const struct mytcp_node *node)
{
	return !hlist_nulls_unhashed_lockless(&node->link);
}

/**
 * struct mytcp_listing - what /proc/net/mytcp shows of an entry beside its node
 * @tx_queue: octets not acknowledged
 * @rx_queue: octets not read; of a listener: connections not accepted
 * @timer: 0 none, 1 retransmission, 2 another, 3 TIME_WAIT, 4 window probe
 * @expires: when it runs out, jiffies
 * @retrans: retransmissions in a row
 * @probes: zero-window or keepalive probes unanswered
 * @uid: owner
 * @ino: inode of the socket, 0 without one
 * @mark: routing mark, of an entry that is no socket
 */
struct mytcp_listing {
	u32 tx_queue;
	u32 rx_queue;
	u8 timer;
	unsigned long expires;
	u32 retrans;
	u32 probes;
	kuid_t uid;
	unsigned long ino;
	u32 mark;
};

/**
 * struct mytcp_node_ops - what the owner of a kind of entries does for the table
 * @free: the last reference is gone; any context
 * @describe: fill a zeroed listing; process context, reference held
 * @kill: end the entry before its time; process context, reference held
 * @yields: may a new connection with this key take the entry's place? Its user
 *	has @named the port, or not. Sets a sequence number it must not begin before;
 *	reference held; may be NULL
 * @expired: what it waited for on a wheel is due; softirq; takes the reference
 *	that the wheel had
 */
struct mytcp_node_ops {
	void (*free)(struct mytcp_node *node);
	void (*describe)(struct mytcp_node *node, struct mytcp_listing *listing);
	void (*kill)(struct mytcp_node *node);
	bool (*yields)(struct mytcp_node *node, bool named, u32 *isn);
	void (*expired)(struct mytcp_node *node);
};

/*
 * References: node_init leaves one, the creator's, to a SYNQ or TIMEWAIT entry
 * (a socket has its sk_refcnt). The table takes and drops one of its own. What
 * find and collect return carries one, given back with node_put.
 */
void mytcp_node_init(struct mytcp_node *node, enum mytcp_kind kind,
		     struct net *net, int family);
u32 mytcp_node_place(const struct mytcp_node *node);
bool mytcp_node_get(struct mytcp_node *node);
void mytcp_node_put(struct mytcp_node *node);
/* Of an entry that is no socket. */
void mytcp_node_describe(struct mytcp_node *node, struct mytcp_listing *listing);
void mytcp_node_kill(struct mytcp_node *node);
void mytcp_node_expired(struct mytcp_node *node);
/* SYNQ and TIMEWAIT, at module init, before the first entry is made. */
void mytcp_table_set_ops(enum mytcp_kind kind, const struct mytcp_node_ops *ops);

/*
 * Established table. All functions: any context, no bucket lock held; a
 * bucket's lock is innermost but for RCU, under which find() is called.
 */
struct mytcp_node *mytcp_table_find(struct net *net,
				    const struct mytcp_key *key,
				    int dif, int sdif);
int mytcp_table_insert(struct mytcp_node *node);
bool mytcp_table_remove(struct mytcp_node *node);
/* Is what insert() has met gone, or does it yield? Any context, but no lock. */
bool mytcp_table_evict(const struct mytcp_node *node, bool named, u32 *isn);
bool mytcp_table_replace(struct mytcp_node *old, struct mytcp_node *fresh);
/* Keyed: nobody outside can tell what it will be. */
u32 mytcp_table_hash(const struct net *net, const struct mytcp_key *key);
/* Buckets of the established table. */
unsigned int mytcp_table_size(void);
/* The chains: those of the listeners, then those of the connections. */
unsigned int mytcp_table_conns_begin(void);
unsigned int mytcp_table_end(void);
unsigned int mytcp_table_collect(const struct net *net, unsigned int bucket,
				 u64 serial, struct mytcp_found *found,
				 unsigned int room);

/*
 * Listeners. find_listener takes no reference: the caller is under RCU and
 * uses the socket, or takes a reference, before it leaves.
 */
int mytcp_table_listen(struct sock *sk);
void mytcp_table_unlisten(struct sock *sk);
struct sock *mytcp_table_find_listener(struct net *net,
				       const struct mytcp_key *key,
				       int dif, int sdif);

int mytcp_table_init(void);
void mytcp_table_exit(void);

#endif /* MYTCP_SOCK_TABLE_H */
