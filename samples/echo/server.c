// SPDX-License-Identifier: GPL-2.0
/*
 * The server: nobody waits. Sockets call when there is something to do, and a worker does
 * it, never waiting either.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "echo.h"

/**
 * struct door - a listener
 * @sock: socket; NULL before it is there, and after
 * @work: accepts
 * @theirs: callbacks that it came with
 */
struct door {
	struct socket *sock;
	struct work_struct work;
	struct echo_callbacks theirs;
};

/**
 * struct visitor - a connection
 * @list: in visitors
 * @sock: socket
 * @work: reads and writes
 * @theirs: callbacks that a connection of its own would have
 * @from: first octet of @block that is to be sent
 * @to: behind the last one
 * @block: what was read
 */
struct visitor {
	struct list_head list;
	struct socket *sock;
	struct work_struct work;
	struct echo_callbacks theirs;
	size_t from, to;
	u8 block[4096];
};

/* IPv4 and IPv6. */
static struct door doors[2];
static struct workqueue_struct *workers;
static LIST_HEAD(visitors);
static DEFINE_MUTEX(visitors_lock);
static bool stopping;

static ulong served;
module_param(served, ulong, 0444);
MODULE_PARM_DESC(served, "octets that were echoed");

static uint connections;
module_param(connections, uint, 0444);
MODULE_PARM_DESC(connections, "visitors that are here now");

/* ---- a connection ---- */

static void visitor_called(struct sock *sk)
{
	struct visitor *v;

	read_lock_bh(&sk->sk_callback_lock);
	v = echo_data(sk);
	if (v)
		queue_work(workers, &v->work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static const struct echo_callbacks visitor_callbacks = {
	.data_ready	= visitor_called,
	.state_change	= visitor_called,
	.write_space	= visitor_called,
};

/* By its own worker, which may have been called again already. */
static void visitor_leave(struct visitor *v)
{
	echo_stop_listening_to(v->sock->sk, &v->theirs);
	cancel_work(&v->work);
	sock_release(v->sock);
	mutex_lock(&visitors_lock);
	list_del(&v->list);
	connections--;
	mutex_unlock(&visitors_lock);
	kfree(v);
}

/* Returns what recvmsg() has said. */
static int visitor_read(struct visitor *v)
{
	struct kvec to = { .iov_base = v->block, .iov_len = sizeof(v->block) };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	int got;

	got = kernel_recvmsg(v->sock, &msg, &to, 1, to.iov_len, MSG_DONTWAIT);
	if (got > 0) {
		v->from = 0;
		v->to = got;
	}
	return got;
}

static int visitor_write(struct visitor *v)
{
	struct kvec from = {
		.iov_base = v->block + v->from,
		.iov_len = v->to - v->from,
	};
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	int sent = kernel_sendmsg(v->sock, &msg, &from, 1, from.iov_len);

	if (sent > 0) {
		v->from += sent;
		served += sent;
	}
	return sent;
}

static void visitor_work(struct work_struct *work)
{
	struct visitor *v = container_of(work, struct visitor, work);
	int moved = 1;

	while (moved > 0 && !READ_ONCE(stopping))
		moved = v->from < v->to ? visitor_write(v) : visitor_read(v);
	if (moved == -EAGAIN)
		return;		/* whatever changes this will call */
	if (!moved)
		kernel_sock_shutdown(v->sock, SHUT_WR);
	visitor_leave(v);
}

static int visitor_come(struct socket *sock, const struct echo_callbacks *theirs)
{
	struct visitor *v = kzalloc(sizeof(*v), GFP_KERNEL);
	struct echo_callbacks inherited;

	if (!v)
		return -ENOMEM;
	v->sock = sock;
	INIT_WORK(&v->work, visitor_work);
	/* it has its listener's callbacks, which are not what it is to go with */
	v->theirs = *theirs;
	mutex_lock(&visitors_lock);
	list_add(&v->list, &visitors);
	connections++;
	mutex_unlock(&visitors_lock);
	echo_listen_to(sock->sk, v, &visitor_callbacks, &inherited);
	/* for what has come before anybody could be called */
	queue_work(workers, &v->work);
	return 0;
}

/* ---- the listeners ---- */

/* Also of a connection that nobody has accepted yet: that one has no data. */
static void door_called(struct sock *sk)
{
	struct door *door;

	read_lock_bh(&sk->sk_callback_lock);
	door = echo_data(sk);
	if (door && sk->sk_state == TCP_LISTEN)
		queue_work(workers, &door->work);
	read_unlock_bh(&sk->sk_callback_lock);
}

static const struct echo_callbacks door_callbacks = { .data_ready = door_called };

static void door_work(struct work_struct *work)
{
	struct door *door = container_of(work, struct door, work);
	struct socket *sock;

	while (!kernel_accept(door->sock, &sock, O_NONBLOCK))
		if (visitor_come(sock, &door->theirs))
			sock_release(sock);
}

static int door_open(struct door *door, struct net *net, int family, int port)
{
	union echo_address at;
	int err, len;

	err = echo_socket(net, family, &door->sock);
	if (err)
		return err;
	INIT_WORK(&door->work, door_work);
	echo_listen_to(door->sock->sk, door, &door_callbacks, &door->theirs);
	sock_set_reuseaddr(door->sock->sk);
	/* the port is the other door's, too */
	if (family == AF_INET6)
		err = ip6_sock_set_v6only(door->sock->sk);
	len = echo_address(&at, family, port, false);
	if (!err)
		err = kernel_bind(door->sock, &at.any, len);
	if (!err)
		err = kernel_listen(door->sock, 64);
	return err;
}

static void door_close(struct door *door)
{
	if (!door->sock)
		return;
	echo_stop_listening_to(door->sock->sk, &door->theirs);
	cancel_work_sync(&door->work);
	sock_release(door->sock);
	door->sock = NULL;
}

/**
 * echo_server_start() - serve both families at a port
 * @net: where; the caller holds it until echo_server_stop()
 * @port: in the host's byte order
 *
 * Return: 0 or a negative errno.
 */
int echo_server_start(struct net *net, int port)
{
	int err;

	workers = alloc_workqueue("mytcp_echo", WQ_UNBOUND, 0);
	if (!workers)
		return -ENOMEM;
	err = door_open(&doors[0], net, AF_INET, port);
	if (!err)
		err = door_open(&doors[1], net, AF_INET6, port);
	/* without IPv6 in this kernel there is one door */
	if (err == -EPROTONOSUPPORT && !doors[1].sock && doors[0].sock)
		err = 0;
	if (err)
		echo_server_stop();
	return err;
}

/**
 * echo_server_stop() - the visitors have to leave
 */
void echo_server_stop(void)
{
	struct visitor *v;

	door_close(&doors[0]);
	door_close(&doors[1]);
	WRITE_ONCE(stopping, true);
	mutex_lock(&visitors_lock);
	list_for_each_entry(v, &visitors, list)
		queue_work(workers, &v->work);
	mutex_unlock(&visitors_lock);
	destroy_workqueue(workers);
}
