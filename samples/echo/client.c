// SPDX-License-Identifier: GPL-2.0
/* The client: one process, which waits for each thing in its turn. */
#include <linux/completion.h>
#include <linux/slab.h>
#include <net/tcp_states.h>

#include "echo.h"

#define BLOCK		10000
#define PATIENCE	(120 * HZ)

static void state_changed(struct sock *sk)
{
	struct completion *changed;

	read_lock_bh(&sk->sk_callback_lock);
	changed = echo_data(sk);
	if (changed)
		complete(changed);
	read_unlock_bh(&sk->sk_callback_lock);
}

static const struct echo_callbacks client_callbacks = {
	.state_change = state_changed,
};

/* What has become of a connect() that did not wait. */
static int outcome(struct sock *sk)
{
	int err;

	lock_sock(sk);
	err = sock_error(sk);
	if (!err && sk->sk_state != TCP_ESTABLISHED)
		err = -ENOTCONN;
	release_sock(sk);
	return err;
}

static int connect_called(struct socket *sock, union echo_address *to, int len)
{
	DECLARE_COMPLETION_ONSTACK(changed);
	struct echo_callbacks theirs;
	int err;

	echo_listen_to(sock->sk, &changed, &client_callbacks, &theirs);
	err = kernel_connect(sock, &to->any, len, O_NONBLOCK);
	if (err == -EINPROGRESS)
		err = wait_for_completion_killable_timeout(&changed, PATIENCE) > 0 ?
		      outcome(sock->sk) : -ETIMEDOUT;
	echo_stop_listening_to(sock->sk, &theirs);
	return err;
}

/* Another content in each block. */
static void make_block(u8 *block, size_t at, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		block[i] = (at + i) ^ ((at + i) >> 8) ^ ((at + i) >> 16);
}

static int send_block(struct socket *sock, u8 *block, size_t len)
{
	struct kvec from = { .iov_base = block, .iov_len = len };
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	int sent = kernel_sendmsg(sock, &msg, &from, 1, len);

	if (sent < 0)
		return sent;
	return sent == len ? 0 : -EIO;
}

static int receive_block(struct socket *sock, u8 *block, size_t len)
{
	struct kvec to = { .iov_base = block, .iov_len = len };
	struct msghdr msg = { };

	return kernel_recvmsg(sock, &msg, &to, 1, len, MSG_WAITALL);
}

static int exchange(struct socket *sock, u8 *out, u8 *in, size_t at, size_t len)
{
	int err, got;

	make_block(out, at, len);
	err = send_block(sock, out, len);
	if (err)
		return err;
	got = receive_block(sock, in, len);
	if (got < 0)
		return got;
	if (got < len)
		return -EPIPE;
	return memcmp(in, out, len) ? -EILSEQ : 0;
}

/* The peer's end comes after ours, with nothing before it. */
static int say_goodbye(struct socket *sock, u8 *block)
{
	int err = kernel_sock_shutdown(sock, SHUT_WR);

	if (err)
		return err;
	err = receive_block(sock, block, 1);
	return err > 0 ? -EMSGSIZE : err;
}

static int talk(struct socket *sock, size_t len)
{
	u8 *out = kmalloc(2 * BLOCK, GFP_KERNEL), *in = out + BLOCK;
	size_t at = 0;
	int err = 0;

	if (!out)
		return -ENOMEM;
	while (!err && at < len) {
		size_t n = min_t(size_t, len - at, BLOCK);

		err = exchange(sock, out, in, at, n);
		at += n;
	}
	if (!err)
		err = say_goodbye(sock, in);
	kfree(out);
	return err;
}

/**
 * echo_call() - have something echoed
 * @net: where; the caller is in it, so it stays
 * @family: AF_INET, AF_INET6
 * @port: at the loopback address
 * @len: octets
 * @blocking: wait for the connection in kernel_connect()
 *
 * Context: process; waits for the server.
 * Return: 0 when the same came back, or why not: -EILSEQ if it was something else,
 * -EPIPE if less, -EMSGSIZE if more.
 */
int echo_call(struct net *net, int family, int port, size_t len, bool blocking)
{
	union echo_address to;
	struct socket *sock;
	int err, size;

	err = echo_socket(net, family, &sock);
	if (err)
		return err;
	size = echo_address(&to, family, port, true);
	err = blocking ? kernel_connect(sock, &to.any, size, 0) :
			 connect_called(sock, &to, size);
	if (!err)
		err = talk(sock, len);
	sock_release(sock);
	return err;
}
