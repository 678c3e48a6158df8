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
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <net/transp_v6.h>

#include "mytcp/compat/bind_table.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/reserve.h"
#include "mytcp/sock/table.h"

static LLIST_HEAD(to_close);
static atomic_t closing = ATOMIC_INIT(0);

/* Who has it has closed, when it is free again, all that it took from the list. */
static DEFINE_MUTEX(close_mutex);

static void close_waiting(void)
{
	struct mytcp_reservation *res, *next;

	mutex_lock(&close_mutex);
	llist_for_each_entry_safe(res, next, llist_del_all(&to_close), closing) {
		if (res->sock)
			sock_release(res->sock);
		kfree_rcu(res, rcu);
		atomic_dec(&closing);
	}
	mutex_unlock(&close_mutex);
}

/* Runs when the last user of a reservation is gone, who could not sleep. */
static void close_reservations(struct work_struct *work)
{
	close_waiting();
}

static DECLARE_WORK(close_work, close_reservations);

/* Of IPv6, as the address is; or of IPv4. */
static bool is_6(const struct mytcp_reservation *res)
{
	return !ipv6_addr_v4mapped(&res->addr);
}

static struct socket *make_socket(struct net *net,
				  const struct mytcp_reservation *res)
{
	struct socket *sock;
	int err, dev = res->dev;

	err = sock_create_kern(net, is_6(res) ? AF_INET6 : AF_INET, SOCK_STREAM,
			       IPPROTO_TCP, &sock);
	if (err)
		return ERR_PTR(err);
	if (is_6(res))
		sock->sk->sk_ipv6only = res->only;
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

/* As bind() would leave it. */
static void set_address(struct sock *sk, const struct mytcp_reservation *res)
{
	__be32 addr = res->addr.s6_addr32[3];

	if (is_6(res)) {
		/* one address has no equivalent in IPv4 */
		addr = ipv6_addr_any(&res->addr) ? 0 : LOOPBACK4_IPV6;
#if IS_ENABLED(CONFIG_IPV6)
		sk->sk_v6_rcv_saddr = res->addr;
		inet6_sk(sk)->saddr = res->addr;
		if (addr)
			sk->sk_ipv6only = 1;
#endif
	}
	inet_sk(sk)->inet_rcv_saddr = addr;
	inet_sk(sk)->inet_saddr = addr;
	if (addr)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
}

/*
 * What is left of bind() when everything was decided for the user's socket. The call
 * itself would ask anew whether the user may have the port, and by a cgroup's program
 * which one: so it could be another than the user's socket has got.
 */
static int bind_kernel(struct socket *sock, const struct mytcp_reservation *res,
		       u16 num)
{
	struct sock *sk = sock->sk;
	int err;

	lock_sock(sk);
	set_address(sk, res);
	err = sk->sk_prot->get_port(sk, num);
	if (!err) {
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
		inet_sk(sk)->inet_sport = htons(num);
	}
	release_sock(sk);
	return err;
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
	struct in6_addr addr;

	if (sk->sk_state == TCP_TIME_WAIT || uid_eq(sk->sk_uid, INVALID_UID) ||
	    !mytcp_dev_overlaps(READ_ONCE(sk->sk_bound_dev_if), res->dev))
		return false;
	mytcp_inet6_bound(sk, &addr);
	return mytcp_addr_covers(&addr, &res->addr, mytcp_inet6_only(sk)) ||
	       mytcp_addr_covers(&res->addr, &addr, res->only);
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
 * Return: 0 and @res is live; -EADDRINUSE; -ENOMEM.
 */
int mytcp_reserve_open(struct mytcp_reservation *res, struct net *net, u16 num,
		       unsigned int beside)
{
	struct socket *sock;
	int err;

	/* what has been given back here may not be closed yet */
	mytcp_reserve_flush();
	sock = make_socket(net, res);
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
 * flush_work() would not do: it does not see an item that another CPU is about to
 * queue, nor does schedule_work() queue that again.
 *
 * Context: process; sleeps. Any of our socket locks may be held.
 */
void mytcp_reserve_flush(void)
{
	if (atomic_read(&closing))
		close_waiting();
}

/**
 * mytcp_reserve_exit() - wait for the work item itself
 *
 * Context: module exit, after the last reservation was closed.
 */
void mytcp_reserve_exit(void)
{
	/* unlike flush_work(), it waits for an item that is being queued */
	cancel_work_sync(&close_work);
	close_waiting();
}
