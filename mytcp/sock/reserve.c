// SPDX-License-Identifier: GPL-2.0
/*
 * The reservation. A port bound by bind() must not be the kernel's at the same
 * time, or either stack would answer the other's segments. There is no
 * registry both could ask, so MyTCP binds a socket of the kernel's TCP to the
 * same address, port and interface, and never uses it.
 *
 * What MyTCP sockets may share among themselves is decided in port.c; their
 * reservations have to stand side by side whatever was decided. So they belong
 * to a user that nobody can be, and have SO_REUSEPORT: by it sockets of one
 * user share a port, and nobody else's socket can join them.
 */
#include <linux/in.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <net/ip.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "mytcp/compat/bind_table.h"
#include "mytcp/sock/reserve.h"
#include "mytcp/sock/table.h"

static LLIST_HEAD(to_close);
static atomic_t closing = ATOMIC_INIT(0);

/* Runs when the last user of a reservation is gone, who could not sleep. */
static void close_reservations(struct work_struct *work)
{
	struct mytcp_reservation *res, *next;

	llist_for_each_entry_safe(res, next, llist_del_all(&to_close), closing) {
		if (res->sock)
			sock_release(res->sock);
		kfree_rcu(res, rcu);
		atomic_dec(&closing);
	}
}

static DECLARE_WORK(close_work, close_reservations);

static struct socket *make_socket(struct net *net, int dev)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return ERR_PTR(err);
	/* whether the address may be bound was decided for the user's socket */
	ip_sock_set_freebind(sock->sk);
	SOCK_INODE(sock)->i_uid = INVALID_UID;
	sock->sk->sk_uid = INVALID_UID;
	if (dev) {
		err = sock_bindtoindex(sock->sk, dev, true);
		if (err) {
			sock_release(sock);
			return ERR_PTR(err);
		}
	}
	return sock;
}

static int bind_kernel(struct socket *sock, const struct mytcp_reservation *res,
		       u16 num)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(num),
		.sin_addr.s_addr = res->addr.s6_addr32[3],
	};

	return kernel_bind(sock, (struct sockaddr *)&sin, sizeof(sin));
}

/*
 * A socket bound with SO_REUSEADDR lets others with that option bind too, and
 * taking the option back is not enough: the kernel remembers of the port that
 * all its sockets had it. listen() ends that, and a listener that is shut down
 * keeps its port. Nothing connects to it meanwhile that would not be refused
 * otherwise: nobody listens here.
 */
static int seal(struct socket *sock)
{
	int err = kernel_listen(sock, 0);

	if (!err)
		err = kernel_sock_shutdown(sock, SHUT_RDWR);
	sock->sk->sk_reuse = SK_NO_REUSE;
	return err;
}

/* Does this socket of the kernel's TCP stand in the way, and live? */
static bool is_live(const struct sock *sk, const void *arg)
{
	const struct mytcp_reservation *res = arg;
	__be32 addr = res->addr.s6_addr32[3];

	if (sk->sk_state == TCP_TIME_WAIT || uid_eq(sk->sk_uid, INVALID_UID) ||
	    !mytcp_dev_overlaps(READ_ONCE(sk->sk_bound_dev_if), res->dev))
		return false;
	/* an IPv6 socket on the wildcard has 0 here, too */
	return !addr || !sk->sk_rcv_saddr || sk->sk_rcv_saddr == addr;
}

/*
 * Among sockets that all have SO_REUSEADDR, bind() cannot tell a TIME_WAIT from
 * a socket that is bound or connected. To share a port with the latter would
 * mean two stacks on one port, to be kept off by the former a minute's wait
 * until a server may start again. So the kernel's table is asked: before, not
 * to get in the way of who has the port; and after, when none can join any
 * more.
 */
static int bind_beside_timewaits(struct socket *sock, struct net *net,
				 const struct mytcp_reservation *res, u16 num)
{
	int err;

	if (mytcp_bind_table_any(net, num, is_live, res))
		return -EADDRINUSE;
	sock_set_reuseaddr(sock->sk);
	err = bind_kernel(sock, res, num);
	if (!err)
		err = seal(sock);
	if (!err && mytcp_bind_table_any(net, num, is_live, res))
		err = -EADDRINUSE;
	return err;
}

/**
 * mytcp_reserve_open() - take an end from the kernel's TCP
 * @res: with @addr and @dev set, not live
 * @net: namespace; whoever holds the reservation holds it
 * @num: port, host byte order
 * @beside: MYTCP_RESERVE_*
 *
 * Context: process; sleeps.
 * Return: 0 and @res is live; -EADDRINUSE, or what else the kernel's TCP has
 * against the port; -ENOMEM.
 */
int mytcp_reserve_open(struct mytcp_reservation *res, struct net *net, u16 num,
		       unsigned int beside)
{
	struct socket *sock;
	int err;

	/* what has been given back here may not be closed yet */
	mytcp_reserve_flush();
	sock = make_socket(net, res->dev);
	if (IS_ERR(sock))
		return PTR_ERR(sock);

	/* not otherwise: it also lets a TIME_WAIT of any user's share */
	if (beside & MYTCP_RESERVE_OURS)
		sock_set_reuseport(sock->sk);
	err = bind_kernel(sock, res, num);
	if (err == -EADDRINUSE && (beside & MYTCP_RESERVE_TIMEWAIT))
		err = bind_beside_timewaits(sock, net, res, num);
	if (err) {
		sock_release(sock);
		return err;
	}
	/* for those of ours that come later */
	sock_set_reuseport(sock->sk);
	res->sock = sock;
	WRITE_ONCE(res->live, true);
	return 0;
}

/**
 * mytcp_reserve_close() - give an end back
 * @res: in no list any more, live or not; freed after an RCU grace period
 *
 * Context: any.
 */
void mytcp_reserve_close(struct mytcp_reservation *res)
{
	atomic_inc(&closing);
	llist_add(&res->closing, &to_close);
	schedule_work(&close_work);
}

/**
 * mytcp_reserve_flush() - wait until what was given back is the kernel's again
 *
 * Context: process; sleeps. Any of our socket locks may be held.
 */
void mytcp_reserve_flush(void)
{
	if (atomic_read(&closing)) {
		schedule_work(&close_work);
		flush_work(&close_work);
	}
}

/**
 * mytcp_reserve_exit() - wait for the work item itself
 *
 * Context: module exit, after the last reservation was closed.
 */
void mytcp_reserve_exit(void)
{
	flush_work(&close_work);
}
