// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports: conflicts between MyTCP sockets, the reservation against the
 * kernel's TCP, and the choice of an ephemeral port.
 *
 * A socket that bind() has bound has a reservation, see reserve.c; it is shared
 * by all that are bound to the same end, the children of a listener included,
 * and closed after the last. connect() needs none: its ports come from a range
 * the kernel's TCP does not choose from.
 *
 * Lock order: socket lock, reserve_mutex, lock of a port bucket, lock of a table
 * bucket. The locks of the kernel's sockets are taken inside reserve_mutex, or
 * by the work item that closes them, which takes no lock of ours.
 */
#include <linux/bpf.h>
#include <linux/in6.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/netns/hash.h>
#include <net/sock.h>

#include "mytcp/sock/bound.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/lingering.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/reserve.h"
#include "mytcp/sock/sock.h"

#define BUCKETS		1024U
#define COUNTERS	65536U	/* RFC 6056 3.3.4: the table of algorithm 4 */
#define PERIOD		(10UL * HZ)	/* for so long its keys are the same */
#define MAX_STEP	8U	/* RFC 6056 3.3.5: what an observer cannot count */

/**
 * struct mytcp_port - a local port in use in a namespace
 * @node: in its bucket; bucket's lock, read under RCU
 * @net: namespace; every user holds it; const
 * @num: port, host byte order; const
 * @lingering: ends that have TIME_WAIT buckets; bucket's lock
 * @owners: sockets, through port_link; bucket's lock
 * @reservations: of bound owners; bucket's lock, read under RCU
 * @rcu: frees it
 */
struct mytcp_port {
	struct hlist_node node;
	struct net *net;
	u16 num;
	struct hlist_head lingering;
	struct hlist_head owners;
	struct hlist_head reservations;
	struct rcu_head rcu;
};

/* A chain of ports, and what they are changed under. */
struct bucket {
	spinlock_t lock;	/* inside a socket lock, outside the table's */
	struct hlist_head ports;
};

static struct bucket port_table[BUCKETS];
static u32 counters[COUNTERS];

/* Who shares an end waits here until its reservation is made. */
static DEFINE_MUTEX(reserve_mutex);

static struct bucket *port_bucket(const struct net *net, u16 num)
{
	return &port_table[(num ^ net_hash_mix(net)) & (BUCKETS - 1)];
}

static struct bucket *bucket_of_port(const struct mytcp_port *port)
{
	return port_bucket(port->net, port->num);
}

/* Bucket's lock, or RCU. */
static struct mytcp_port *find_port(struct bucket *b, const struct net *net,
				    u16 num)
{
	struct mytcp_port *port;

	hlist_for_each_entry_rcu(port, &b->ports, node,
				 lockdep_is_held(&b->lock)) {
		if (port->num == num && port->net == net)
			return port;
	}
	return NULL;
}

static struct mytcp_port *new_port(struct net *net, u16 num, gfp_t gfp)
{
	struct mytcp_port *port = kzalloc(sizeof(*port), gfp);

	if (port) {
		port->net = net;
		port->num = num;
	}
	return port;
}

static void link_port(struct bucket *b, struct mytcp_port *port)
{
	lockdep_assert_held(&b->lock);

	hlist_add_head_rcu(&port->node, &b->ports);
	set_bit(port->num, mytcp_net(port->net)->ports);
}

/* After a user has gone: is it the last? */
static void check_port(struct bucket *b, struct mytcp_port *port)
{
	lockdep_assert_held(&b->lock);

	if (!hlist_empty(&port->lingering) || !hlist_empty(&port->owners))
		return;
	clear_bit(port->num, mytcp_net(port->net)->ports);
	hlist_del_rcu(&port->node);
	kfree_rcu(port, rcu);
}

static void attach_port(struct bucket *b, struct sock *sk, struct mytcp_port *port,
			struct mytcp_reservation *res)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	lockdep_assert_held(&b->lock);

	hlist_add_head(&ms->port_link, &port->owners);
	ms->reservation = res;
	if (res)
		res->users++;
	inet_sk(sk)->inet_num = port->num;
	/* mytcp_port_inherit() reads it without the socket's lock */
	WRITE_ONCE(ms->port, port);
}

/* Do ends on one port overlap, that of @sk and this one? @only: its IPV6_V6ONLY */
static bool meets(const struct sock *sk, const struct in6_addr *addr, bool only,
		  int dev)
{
	struct in6_addr mine;

	mytcp_inet6_bound(sk, &mine);
	return mytcp_dev_overlaps(sk->sk_bound_dev_if, dev) &&
	       (mytcp_addr_covers(&mine, addr, mytcp_inet6_only(sk)) ||
		mytcp_addr_covers(addr, &mine, only));
}

/* Neither option lets two sockets share unless both have it. */
static bool may_share(const struct sock *sk, bool reuse, bool reuseport)
{
	return (sk->sk_reuse && reuse) || (sk->sk_reuseport && reuseport);
}

/*
 * May @sk not bind, or listen, because of @other? As the kernel's TCP has it:
 * SO_REUSEADDR helps beside whoever does not listen, SO_REUSEPORT beside
 * whoever is of the same user.
 */
static bool conflict(const struct sock *sk, const struct sock *other, bool share)
{
	bool reuse = other->sk_reuse && !mytcp_sock_in(other, MYTCP_ST(LISTEN));
	bool reuseport = other->sk_reuseport &&
			 uid_eq(sk->sk_uid, other->sk_uid);
	struct in6_addr its;

	mytcp_inet6_bound(other, &its);
	return meets(sk, &its, mytcp_inet6_only(other),
		     READ_ONCE(other->sk_bound_dev_if)) &&
	       !(share && may_share(sk, reuse, reuseport));
}

/* @share: do the options count? */
static bool any_conflict(struct bucket *b, const struct mytcp_port *port,
			 const struct sock *sk, bool share)
{
	const struct mytcp_sock *other;
	const struct mytcp_lingering *end;

	lockdep_assert_held(&b->lock);

	hlist_for_each_entry(end, &port->lingering, node) {
		if (meets(sk, &end->addr, true, end->dev) &&
		    !(share && may_share(sk, end->how & MYTCP_PORT_REUSE,
					 end->how & MYTCP_PORT_REUSEPORT)))
			return true;
	}
	hlist_for_each_entry(other, &port->owners, port_link) {
		if (&other->inet.sk != sk && conflict(sk, &other->inet.sk, share))
			return true;
	}
	return false;
}

static struct mytcp_reservation *find_reservation(struct bucket *b,
						  struct mytcp_port *port,
						  const struct mytcp_reservation *like)
{
	struct mytcp_reservation *res;

	lockdep_assert_held(&b->lock);

	hlist_for_each_entry(res, &port->reservations, node) {
		if (res->dev == like->dev && res->only == like->only &&
		    ipv6_addr_equal(&res->addr, &like->addr))
			return res;
	}
	return NULL;
}

/* Keep other MyTCP sockets off the end, before the kernel's TCP is asked. */
static int claim(struct sock *sk, u16 num, bool share)
{
	struct net *net = sock_net(sk);
	struct bucket *b = port_bucket(net, num);
	struct mytcp_reservation *res, *new_res;
	struct mytcp_port *port, *fresh;
	int err = 0;

	new_res = kzalloc(sizeof(*new_res), GFP_KERNEL);
	fresh = new_port(net, num, GFP_KERNEL);
	if (!new_res || !fresh) {
		err = -ENOMEM;
		goto out;
	}
	mytcp_inet6_bound(sk, &new_res->addr);
	new_res->only = mytcp_inet6_only(sk);
	new_res->dev = sk->sk_bound_dev_if;

	spin_lock_bh(&b->lock);
	port = find_port(b, net, num);
	if (port && any_conflict(b, port, sk, share)) {
		err = -EADDRINUSE;
		goto unlock;
	}
	if (!port) {
		port = fresh;
		fresh = NULL;
		link_port(b, port);
	}
	res = find_reservation(b, port, new_res);
	if (!res) {
		res = new_res;
		new_res = NULL;
		hlist_add_head_rcu(&res->node, &port->reservations);
	}
	attach_port(b, sk, port, res);
unlock:
	spin_unlock_bh(&b->lock);
out:
	kfree(new_res);
	kfree(fresh);
	return err;
}

static bool has_others(struct mytcp_port *port,
		       const struct mytcp_reservation *res)
{
	struct bucket *b = bucket_of_port(port);
	bool others;

	spin_lock_bh(&b->lock);
	others = port->reservations.first != &res->node || res->node.next;
	spin_unlock_bh(&b->lock);
	return others;
}

/* The end is claimed already: take it from the kernel's TCP, too. */
static int reserve_port(struct sock *sk, bool share)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned int beside = 0;

	lockdep_assert_held(&reserve_mutex);

	if (share && sk->sk_reuse)
		beside |= MYTCP_RESERVE_TIMEWAIT;
	if ((share && sk->sk_reuseport) || has_others(ms->port, ms->reservation))
		beside |= MYTCP_RESERVE_OURS;
	return mytcp_reserve_open(ms->reservation, sock_net(sk),
				  ms->port->num, beside);
}

static int bind_num(struct sock *sk, u16 num, bool share)
{
	int err;

	lockdep_assert_held(&reserve_mutex);

	err = claim(sk, num, share);
	if (err || mytcp_sk(sk)->reservation->live)
		return err;
	err = reserve_port(sk, share);
	if (err)
		mytcp_port_release(sk);
	return err;
}

static void port_range(const struct net *net, u32 *first, u32 *count)
{
	const struct mytcp_net *mn = mytcp_net(net);
	u32 low = READ_ONCE(mn->ip_local_port_range[0]);
	u32 high = READ_ONCE(mn->ip_local_port_range[1]);

	/* a reader may see the new value of one and the old one of the other */
	*first = min(low, high);
	*count = max(low, high) - *first + 1;
}

/*
 * Ports nobody uses first, then those whose users may not be in the way. The
 * options do not count: who does not name a port does not mean to share it.
 */
static int bind_any(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	u32 first, count, start, i;
	bool want_used;
	int err;

	port_range(sock_net(sk), &first, &count);
	start = get_random_u32_below(count);
	for (i = 0; i < 2 * count; i++) {
		u16 num = first + (start + i) % count;

		cond_resched();
		want_used = i >= count;
		if (mytcp_netns_port_ours(mn, num) != want_used ||
		    inet_is_local_reserved_port(sock_net(sk), num))
			continue;
		err = bind_num(sk, num, false);
		if (err != -EADDRINUSE)
			return err;
	}
	return -EADDRINUSE;
}

/**
 * mytcp_port_bind() - struct proto.get_port
 * @sk: without a port; inet_rcv_saddr, sk_bound_dev_if, sk_reuse and
 *	sk_reuseport as they are to be
 * @num: port, or 0 to have one chosen
 *
 * Sets inet_num.
 *
 * A program of a cgroup that calls bpf_bind() does so under RCU, and gets no port.
 *
 * Context: process, socket locked; sleeps.
 * Return: 0, or -EADDRINUSE, or what the kernel's TCP has against the port, or
 * -ENOMEM, or -EWOULDBLOCK.
 */
int mytcp_port_bind(struct sock *sk, unsigned short num)
{
	int err;

	sock_owned_by_me(sk);
	if (WARN_ON_ONCE(mytcp_sk(sk)->port))
		return -EINVAL;
	if (has_current_bpf_ctx())
		return -EWOULDBLOCK;

	mutex_lock(&reserve_mutex);
	err = num ? bind_num(sk, num, true) : bind_any(sk);
	mutex_unlock(&reserve_mutex);
	if (!err && sk->sk_state == MYTCP_CLOSE)
		mytcp_bound_add(sk);
	return err;
}

/**
 * mytcp_port_listen() - may this socket listen where it is bound?
 * @sk: in LISTEN already, but in no table
 *
 * Binds to a port when it has none. Two that were bound with SO_REUSEADDR meet
 * here: as either sees the other's state, at most one goes on. With SO_REUSEPORT
 * both do.
 *
 * Context: process, socket locked; sleeps.
 * Return: 0, -EADDRINUSE, or what mytcp_port_bind() returns.
 */
int mytcp_port_listen(struct sock *sk)
{
	struct mytcp_port *port;
	struct bucket *b;
	int err = 0;

	sock_owned_by_me(sk);
	if (!inet_sk(sk)->inet_num) {
		err = mytcp_port_bind(sk, 0);
		if (err)
			return err;
		inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
	}

	port = mytcp_sk(sk)->port;
	b = bucket_of_port(port);
	spin_lock_bh(&b->lock);
	if (any_conflict(b, port, sk, true))
		err = -EADDRINUSE;
	spin_unlock_bh(&b->lock);
	return err;
}

/*
 * Enter the table with this port, unless somebody is in the way: -EADDRINUSE, who
 * has bound it, or -EADDRNOTAVAIL, who has the same connection.
 */
static int enter_with(struct sock *sk, u16 num)
{
	struct mytcp_node *node = &mytcp_sk(sk)->node;
	struct net *net = sock_net(sk);
	struct bucket *b = port_bucket(net, num);
	struct mytcp_port *port;
	int err;

	spin_lock_bh(&b->lock);
	port = find_port(b, net, num);
	if (port && !hlist_empty(&port->reservations)) {
		err = -EADDRINUSE;
		goto unlock;
	}
	node->key.lport = htons(num);
	err = mytcp_table_insert(node);
	if (err)
		goto unlock;
	if (!port) {
		port = new_port(net, num, GFP_ATOMIC);
		if (!port) {
			mytcp_table_remove(node);
			err = -ENOMEM;
			goto unlock;
		}
		link_port(b, port);
	}
	attach_port(b, sk, port, NULL);
	inet_sk(sk)->inet_sport = htons(num);
unlock:
	spin_unlock_bh(&b->lock);
	return err;
}

/* The same; a TIME_WAIT bucket may be made to yield (RFC 6191). */
static int try_ephemeral(struct sock *sk, u16 num)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	int err = enter_with(sk, num);

	ms->once.isn_least = 0;
	if (err == -EADDRNOTAVAIL &&
	    mytcp_table_evict(&ms->node, false, &ms->once.isn_least))
		err = enter_with(sk, num);
	return err;
}

/*
 * RFC 6056 3.3.4: the remote end decides where the search begins, and a counter
 * it shares with few others how far the last one came. So ports to one peer do
 * not repeat soon, and ports to one tell nothing of those to another. The period is
 * in both hashes (A6): with few counters, or one key for ever, a peer that has many
 * addresses could learn whose ports move together (CVE-2022-1012).
 */
static int choose_ephemeral(struct sock *sk)
{
	const struct mytcp_key *key = &mytcp_sk(sk)->node.key;
	struct mytcp_cookie_tuple tuple = { .rport = (__force u16)key->rport };
	u32 first, count, start, i;
	u32 *counter;
	u64 hash;

	memcpy(tuple.laddr, &key->laddr, sizeof(tuple.laddr));
	memcpy(tuple.raddr, &key->raddr, sizeof(tuple.raddr));
	hash = mytcp_cookie_port(&mytcp_secret, &tuple, (u32)(jiffies / PERIOD));
	counter = &counters[(hash >> 32) % COUNTERS];
	port_range(sock_net(sk), &first, &count);
	start = (u32)hash + READ_ONCE(*counter);

	for (i = 0; i < count; i++) {
		u16 num = first + (start + i) % count;
		int err;

		if (inet_is_local_reserved_port(sock_net(sk), num))
			continue;
		err = try_ephemeral(sk, num);
		if (err == -EADDRNOTAVAIL || err == -EADDRINUSE)
			continue;
		/* lost updates only make it less regular */
		WRITE_ONCE(*counter, READ_ONCE(*counter) + i + 1 +
			   get_random_u32_below(MAX_STEP));
		return err;
	}
	return -EADDRNOTAVAIL;
}

/**
 * mytcp_port_connect() - the local port of a connection, and its table entry
 * @sk: in no table; inet_saddr, inet_daddr and inet_dport set
 *
 * A socket without a port gets one, and inet_num and inet_sport with it. A
 * TIME_WAIT counts as a connection, unless it yields.
 *
 * Context: any, socket locked.
 * Return: 0; -EADDRNOTAVAIL when the connection exists, or every port is taken
 * for that remote end; -ENOMEM.
 */
int mytcp_port_connect(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_node *node = &ms->node;
	int err;

	sock_owned_by_me(sk);
	if (WARN_ON_ONCE(mytcp_node_hashed(node)))
		return -EADDRNOTAVAIL;

	ms->once.isn_least = 0;
	/* one list at a time: they share the serial */
	mytcp_bound_remove(sk);
	mytcp_inet6_conn_key(sk, &node->key);
	node->dev = sk->sk_bound_dev_if;
	if (!inet_sk(sk)->inet_num)
		return choose_ephemeral(sk);
	err = mytcp_table_insert(node);
	if (err && mytcp_table_evict(node, true, &ms->once.isn_least))
		err = mytcp_table_insert(node);
	return err;
}

/**
 * mytcp_port_inherit() - a child shares its listener's port and reservation
 * @child: without a port
 * @listener: held, or used under RCU; it may be closing
 *
 * The child's port stays NULL when the listener has none any more.
 *
 * Context: any; the child is locked or nobody else knows it.
 */
void mytcp_port_inherit(struct sock *child, const struct sock *listener)
{
	const struct mytcp_sock *parent = mytcp_sk(listener);
	struct mytcp_port *port;
	struct bucket *b;

	rcu_read_lock();
	port = READ_ONCE(parent->port);
	if (port) {
		b = bucket_of_port(port);
		spin_lock_bh(&b->lock);
		/* with the lock, a listener that has it keeps it in use */
		if (parent->port == port)
			attach_port(b, child, port, parent->reservation);
		spin_unlock_bh(&b->lock);
	}
	rcu_read_unlock();
}

/**
 * mytcp_port_release() - a socket gives its port back
 * @sk: with or without a port; inet_num is 0 afterwards
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_port_release(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_reservation *res = ms->reservation;
	struct mytcp_port *port = ms->port;
	struct bucket *b;

	if (!port)
		return;

	mytcp_bound_remove(sk);
	b = bucket_of_port(port);
	spin_lock_bh(&b->lock);
	hlist_del_init(&ms->port_link);
	WRITE_ONCE(ms->port, NULL);
	ms->reservation = NULL;
	inet_sk(sk)->inet_num = 0;
	if (res && !--res->users) {
		hlist_del_rcu(&res->node);
		mytcp_reserve_close(res);
	}
	check_port(b, port);
	spin_unlock_bh(&b->lock);
}

/**
 * mytcp_port_hold_timewait() - a TIME_WAIT bucket keeps the port in use
 * @sk: the socket it takes the place of; its node has key and interface
 *
 * The kernel's TCP may have the port as soon as the reservation's sockets are
 * gone, as if it had been bound with SO_REUSEADDR.
 *
 * Context: any, socket locked.
 * Return: MYTCP_PORT_*, for mytcp_port_drop_timewait(), or -ENOMEM.
 */
int mytcp_port_hold_timewait(const struct sock *sk)
{
	const struct mytcp_node *node = &mytcp_sk(sk)->node;
	struct mytcp_port *port = mytcp_sk(sk)->port;
	int how = (sk->sk_reuse ? MYTCP_PORT_REUSE : 0) |
		  (sk->sk_reuseport ? MYTCP_PORT_REUSEPORT : 0);
	struct bucket *b;

	if (!port)
		return MYTCP_PORT_NONE;

	b = bucket_of_port(port);
	spin_lock_bh(&b->lock);
	how = mytcp_lingering_hold(&port->lingering, node, how);
	spin_unlock_bh(&b->lock);
	return how;
}

/**
 * mytcp_port_drop_timewait() - the bucket has gone
 * @node: the bucket's, or the socket's that it was to take the place of
 * @how: what mytcp_port_hold_timewait() has returned
 *
 * Context: any.
 */
void mytcp_port_drop_timewait(const struct mytcp_node *node, int how)
{
	u16 num = ntohs(node->key.lport);
	struct mytcp_port *port;
	struct bucket *b;

	if (how == MYTCP_PORT_NONE)
		return;

	b = port_bucket(node->net, num);
	spin_lock_bh(&b->lock);
	port = find_port(b, node->net, num);
	if (mytcp_lingering_drop(&port->lingering, node, how))
		check_port(b, port);
	spin_unlock_bh(&b->lock);
}

/**
 * mytcp_port_owned_on() - is a segment's local end bound by a MyTCP socket?
 * @net: namespace it came in
 * @key: the segment's ends
 * @dif: interface it came in by
 * @sdif: its slave interface under an l3mdev, or 0
 *
 * If so the kernel's TCP cannot have a socket there, and nobody but MyTCP is to
 * answer.
 *
 * Context: any.
 * Return: true when there is a reservation for it.
 */
bool mytcp_port_owned_on(struct net *net, const struct mytcp_key *key,
			 int dif, int sdif)
{
	u16 num = ntohs(key->lport);
	const struct mytcp_reservation *res;
	const struct mytcp_port *port;
	bool owned = false;

	rcu_read_lock();
	port = find_port(port_bucket(net, num), net, num);
	if (!port)
		goto out;
	hlist_for_each_entry_rcu(res, &port->reservations, node) {
		owned = READ_ONCE(res->live) &&
			(!res->dev || res->dev == dif || res->dev == sdif) &&
			mytcp_addr_covers(&res->addr, &key->laddr, res->only);
		if (owned)
			break;
	}
out:
	rcu_read_unlock();
	return owned;
}

/* A kernel's socket does not hold its namespace: it must not outlive it. */
static void __net_exit port_leave(struct net *net)
{
	mytcp_reserve_flush();
}

static struct pernet_operations port_ops = {
	.exit = port_leave,
};

/**
 * mytcp_port_init() - make the buckets
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_port_init(void)
{
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		spin_lock_init(&port_table[i].lock);
		INIT_HLIST_HEAD(&port_table[i].ports);
	}
	get_random_bytes(counters, sizeof(counters));
	return register_pernet_subsys(&port_ops);
}

/**
 * mytcp_port_exit() - close what was given back
 *
 * Context: module exit, after the last socket and TIME_WAIT bucket.
 */
void mytcp_port_exit(void)
{
	unregister_pernet_subsys(&port_ops);
	mytcp_reserve_exit();
}
