// SPDX-License-Identifier: GPL-2.0
/*
 * A user of MyTCP inside of the kernel: an echo server, and a client of such. Sockets
 * come from sock_create_kern(); nothing here knows more of MyTCP than its numbers.
 *
 *	insmod mytcp_echo.ko port=7000		both families, in the caller's namespace
 *	echo 4 7000 100000 >/sys/module/mytcp_echo/parameters/call
 *
 * The second makes a connection over IPv4 to that port at the loopback address, sends so
 * many octets and compares what comes back; it fails with what was wrong.
 * "4 7000 100000 blocking" waits inside of kernel_connect() instead of being called.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <uapi/linux/mytcp.h>

#include "echo.h"

static int port;
module_param(port, int, 0444);
MODULE_PARM_DESC(port, "where to serve; 0: nowhere");

/* Sockets of the kernel do not hold their namespace: who has made them does. */
static struct net *home;

static int set_call(const char *text, const struct kernel_param *param)
{
	unsigned int family, to;
	char how[10] = "";
	size_t len;

	if (sscanf(text, "%u %u %zu %9s", &family, &to, &len, how) < 3 ||
	    (family != 4 && family != 6) || to > U16_MAX ||
	    (*how && strcmp(how, "blocking")))
		return -EINVAL;
	return echo_call(current->nsproxy->net_ns, family == 6 ? AF_INET6 : AF_INET,
			 to, len, *how);
}

static const struct kernel_param_ops call_ops = { .set = set_call };

module_param_cb(call, &call_ops, NULL, 0200);
MODULE_PARM_DESC(call, "FAMILY PORT OCTETS [blocking]: 4 or 6; calls an echo server");

/**
 * echo_socket() - a socket of MyTCP
 * @net: its namespace, which the caller holds
 * @family: AF_INET, AF_INET6
 * @sock: receives it
 *
 * Return: 0 or a negative errno.
 */
int echo_socket(struct net *net, int family, struct socket **sock)
{
	return sock_create_kern(net, AF_MYTCP, SOCK_STREAM,
				family == AF_INET6 ? MYTCP_IPV6 : MYTCP_IPV4, sock);
}

/**
 * echo_address() - an address and its size
 * @addr: receives it
 * @family: AF_INET, AF_INET6
 * @port: in the host's byte order
 * @loopback: this host; else any
 *
 * Return: how many octets the address has.
 */
int echo_address(union echo_address *addr, int family, int port, bool loopback)
{
	memset(addr, 0, sizeof(*addr));
	if (family == AF_INET6) {
		addr->in6.sin6_family = AF_INET6;
		addr->in6.sin6_port = htons(port);
		if (loopback)
			addr->in6.sin6_addr = in6addr_loopback;
		return sizeof(addr->in6);
	}
	addr->in4.sin_family = AF_INET;
	addr->in4.sin_port = htons(port);
	addr->in4.sin_addr.s_addr = htonl(loopback ? INADDR_LOOPBACK : INADDR_ANY);
	return sizeof(addr->in4);
}

/**
 * echo_listen_to() - be called when something happens to a socket
 * @sk: of the socket
 * @data: for the callbacks, as sk_user_data; its children do not inherit it
 * @ours: who is called; NULL for what stays as it is
 * @theirs: receives who has been called
 */
void echo_listen_to(struct sock *sk, void *data, const struct echo_callbacks *ours,
		    struct echo_callbacks *theirs)
{
	write_lock_bh(&sk->sk_callback_lock);
	theirs->data_ready = sk->sk_data_ready;
	theirs->state_change = sk->sk_state_change;
	theirs->write_space = sk->sk_write_space;
	rcu_assign_pointer(__sk_user_data((sk)),
			   (void *)((uintptr_t)data | SK_USER_DATA_NOCOPY));
	sk->sk_data_ready = ours->data_ready ?: theirs->data_ready;
	sk->sk_state_change = ours->state_change ?: theirs->state_change;
	sk->sk_write_space = ours->write_space ?: theirs->write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

/**
 * echo_data() - for a callback: what was given to echo_listen_to()
 * @sk: of the socket; sk_callback_lock held
 *
 * Return: it, or NULL when nobody listens any more.
 */
void *echo_data(struct sock *sk)
{
	uintptr_t data;

	data = (uintptr_t)rcu_dereference_check(__sk_user_data((sk)),
						lockdep_is_held(&sk->sk_callback_lock));
	return (void *)(data & SK_USER_DATA_PTRMASK);
}

/**
 * echo_stop_listening_to() - the inverse
 * @sk: of the socket
 * @theirs: who is to be called again
 *
 * Context: process. When it returns no callback sees the data any more.
 */
void echo_stop_listening_to(struct sock *sk, const struct echo_callbacks *theirs)
{
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, NULL);
	sk->sk_data_ready = theirs->data_ready;
	sk->sk_state_change = theirs->state_change;
	sk->sk_write_space = theirs->write_space;
	write_unlock_bh(&sk->sk_callback_lock);
}

static int __init echo_init(void)
{
	int err = 0;

	home = get_net(current->nsproxy->net_ns);
	if (port)
		err = echo_server_start(home, port);
	if (err)
		put_net(home);
	return err;
}

static void __exit echo_exit(void)
{
	if (port)
		echo_server_stop();
	/* a callback that has begun before the sockets went may not have ended */
	synchronize_net();
	put_net(home);
}

module_init(echo_init);
module_exit(echo_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("An example of a kernel's user of MyTCP: echo server and client");
