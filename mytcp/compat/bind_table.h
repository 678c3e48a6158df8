/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has a port in the kernel's TCP. Read only, through the kernel's headers,
 * without a symbol of its TCP. Until 6.8 a port lists its sockets itself,
 * since then address by address; TIME_WAITs are among them either way.
 */
#ifndef MYTCP_COMPAT_BIND_TABLE_H
#define MYTCP_COMPAT_BIND_TABLE_H

#include <linux/version.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>

/* Of a TIME_WAIT only what is in struct sock_common is there. */
typedef bool (*mytcp_bind_table_test)(const struct sock *sk, const void *arg);

static inline bool mytcp_bind_table_owner(const struct inet_bind_bucket *tb,
					  mytcp_bind_table_test is,
					  const void *arg)
{
	struct sock *sk;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	struct inet_bind2_bucket *tb2;

	hlist_for_each_entry(tb2, &tb->bhash2, bhash_node) {
		sk_for_each_bound(sk, &tb2->owners) {
			if (is(sk, arg))
				return true;
		}
	}
#else
	sk_for_each_bound(sk, &tb->owners) {
		if (is(sk, arg))
			return true;
	}
#endif
	return false;
}

/*
 * Is there a socket on the port that passes the test? The test is made under
 * the kernel's lock of the port, which every bind() and close() there takes.
 */
static inline bool mytcp_bind_table_any(const struct net *net, u16 num,
					mytcp_bind_table_test is,
					const void *arg)
{
	struct inet_hashinfo *info = net->ipv4.tcp_death_row.hashinfo;
	struct inet_bind_hashbucket *head;
	struct inet_bind_bucket *tb;
	bool found = false;

	head = &info->bhash[inet_bhashfn(net, num, info->bhash_size)];
	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		found = tb->port == num && net_eq(ib_net(tb), net) &&
			mytcp_bind_table_owner(tb, is, arg);
		if (found)
			break;
	}
	spin_unlock_bh(&head->lock);
	return found;
}

#endif /* MYTCP_COMPAT_BIND_TABLE_H */
