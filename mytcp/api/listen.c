// SPDX-License-Identifier: GPL-2.0
/* The passive OPEN of RFC 9293 3.10.1, and accept(2). */
#include <linux/bpf.h>
#include <linux/net.h>
#include <linux/wait.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/engine/acceptq.h"
#include "mytcp/engine/early.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/bound.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/sock.h"

/* Empty for who polls, and closed; of a listener that was one before they stay. */
static int make_queues(struct mytcp_sock *ms)
{
	struct mytcp_listener *queues;

	if (ms->listener)
		return 0;
	queues = kzalloc(sizeof(*queues), GFP_KERNEL_ACCOUNT);
	if (!queues)
		return -ENOBUFS;
	spin_lock_init(&queues->lock);
	INIT_LIST_HEAD(&queues->synq);
	queues->dead = true;
	ms->listener = queues;
	return 0;
}

/* Once more, perhaps: shutdown(SHUT_RD) had stopped it. */
static void set_queues_dead(struct sock *sk, bool dead)
{
	struct mytcp_listener *queues = mytcp_sk(sk)->listener;

	spin_lock_bh(&queues->lock);
	queues->dead = dead;
	sk->sk_ack_backlog = 0;
	spin_unlock_bh(&queues->lock);
}

/* The setting may have listeners do Fast Open that know nothing of it. */
static int start_fastopen(struct sock *sk)
{
	const int both = MYTCP_FASTOPEN_SERVER | MYTCP_FASTOPEN_SERVER_ALL;

	if ((READ_ONCE(mytcp_net(sock_net(sk))->fastopen) & both) != both ||
	    mytcp_fastopen_most(sk))
		return 0;
	return mytcp_fastopen_set_most(sk, sk->sk_max_ack_backlog);
}

static int start_listening(struct sock *sk)
{
	int err = start_fastopen(sk);

	if (!err)
		err = make_queues(mytcp_sk(sk));
	if (err)
		return err;
	/*
	 * The state first: of two that listen at once at least one sees the
	 * other. No segment does, before the socket is in the table.
	 */
	mytcp_sock_set_state(sk, MYTCP_LISTEN);
	err = mytcp_port_listen(sk);
	if (!err) {
		inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
		sk_dst_reset(sk);
		set_queues_dead(sk, false);
		err = mytcp_table_listen(sk);
	}
	if (err) {
		mytcp_sock_set_state(sk, MYTCP_CLOSE);
		set_queues_dead(sk, true);
		if (mytcp_sk(sk)->port)
			mytcp_bound_add(sk);
	}
	return err;
}

/**
 * mytcp_api_listen() - struct proto_ops.listen
 * @sock: socket
 * @backlog: accept queue at most; net.core.somaxconn was applied
 *
 * In LISTEN only the backlog changes.
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED ||
	    !mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN)))
		goto out;

	WRITE_ONCE(sk->sk_max_ack_backlog,
		   min_t(u32, backlog, READ_ONCE(mn->somaxconn)));
	err = 0;
	if (sk->sk_state == MYTCP_CLOSE) {
		err = start_listening(sk);
		if (!err)
			mytcp_hooks_tell(sk, BPF_SOCK_OPS_TCP_LISTEN_CB);
	}
out:
	release_sock(sk);
	return err;
}

/* Each child wakes one of those who wait. */
static int wait_for_child(struct sock *sk, long timeo)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	int err;

	add_wait_queue_exclusive(sk_sleep(sk), &wait);
	for (;;) {
		err = 0;
		if (mytcp_sock_has_child(sk))
			break;
		err = -EINVAL;
		if (sk->sk_state != MYTCP_LISTEN)
			break;
		err = -EAGAIN;
		if (!timeo)
			break;
		err = sock_intr_errno(timeo);
		if (signal_pending(current))
			break;
		sk_wait_event(sk, &timeo, mytcp_sock_has_child(sk) ||
			      !mytcp_sock_in(sk, MYTCP_ST(LISTEN)), &wait);
	}
	remove_wait_queue(sk_sleep(sk), &wait);
	return err;
}

/**
 * mytcp_api_accept() - the next connection
 * @sk: listener
 * @flags: O_NONBLOCK
 * @err: set to a negative errno when there is none
 * @more: set when another is waiting already
 *
 * Context: process, socket not locked; may sleep.
 * Return: the child, or NULL.
 */
struct sock *mytcp_api_accept(struct sock *sk, int flags, int *err, bool *more)
{
	struct sock *child = NULL;

	lock_sock(sk);
	*err = -EINVAL;
	if (sk->sk_state != MYTCP_LISTEN)
		goto out;

	*err = 0;
	while (!*err) {
		child = mytcp_acceptq_take(sk);
		if (child)
			break;
		*err = wait_for_child(sk, sock_rcvtimeo(sk, flags & O_NONBLOCK));
	}
	*more = mytcp_sock_has_child(sk);
out:
	release_sock(sk);
	if (child)
		mytcp_early_attach(child);
	return child;
}
