// SPDX-License-Identifier: GPL-2.0
/* The active OPEN of RFC 9293 3.10.1, up to its SYN. */
#include <linux/bpf.h>
#include <linux/in.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/bpf_connect.h"
#include "mytcp/engine/early.h"
#include "mytcp/engine/fastopen.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/bound.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/sock.h"

/* Back to CLOSED, and able to connect elsewhere: nobody saw this attempt. */
static void connect_undo(struct sock *sk)
{
	mytcp_table_remove(&mytcp_sk(sk)->node);
	mytcp_sock_set_state(sk, MYTCP_CLOSE);
	mytcp_timer_stop(sk);
	mytcp_sock_purge_send(sk);
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		mytcp_port_release(sk);
	else if (mytcp_sk(sk)->port)
		mytcp_bound_add(sk);
	sk->sk_route_caps = 0;
	inet_sk(sk)->inet_dport = 0;
}

/**
 * mytcp_api_pre_connect() - struct proto.pre_connect
 * @sk: socket, locked
 * @addr: where to; a cgroup's program may change it
 * @addr_len: bytes of @addr
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_pre_connect(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	/* the program reads a whole address: checked before connect() does */
	if (addr_len < sizeof(struct sockaddr_in))
		return -EINVAL;
	return mytcp_bpf_connect4(sk, addr, addr_len);
}

/* Route and source address, of the socket's family. */
static int find_way(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;

	if (addr_len < sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	return mytcp_ip4_route_connect(sk, sin->sin_addr.s_addr, sin->sin_port);
}

#if IS_ENABLED(CONFIG_IPV6)
/**
 * mytcp_api_pre_connect6() - the same, of AF_INET6
 * @sk: socket, locked
 * @addr: where to
 * @addr_len: bytes of @addr
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_pre_connect6(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	if (addr_len < SIN6_LEN_RFC2133)
		return -EINVAL;
	return mytcp_bpf_connect6(sk, addr, addr_len);
}

static int find_way6(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)addr;

	if (addr_len < SIN6_LEN_RFC2133)
		return -EINVAL;
	if (sin6->sin6_family != AF_INET6)
		return -EAFNOSUPPORT;
	return mytcp_ip6_route_connect(sk, sin6, addr_len);
}
#else
static int find_way6(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	return -EAFNOSUPPORT;
}
#endif

/**
 * mytcp_api_connect() - struct proto.connect: send a SYN, do not wait; with Fast Open
 * it may be left to the first write
 * @sk: socket in CLOSED, locked
 * @addr: where to
 * @addr_len: bytes of @addr
 *
 * Return: 0 in SYN_SENT, or the negative errno of connect(2) in CLOSED.
 */
int mytcp_api_connect(struct sock *sk, struct sockaddr *addr, int addr_len)
{
	int err = mytcp_inet6_is(sk) ? find_way6(sk, addr, addr_len) :
				       find_way(sk, addr, addr_len);

	if (err)
		return err;
	mytcp_early_attach(sk);

	/*
	 * The tracepoint of the transition wants the key that port_connect()
	 * completes; a segment that finds the socket before waits in the backlog.
	 */
	err = mytcp_port_connect(sk);
	mytcp_ip_choose_way(sk);
	mytcp_sock_set_state(sk, MYTCP_SYN_SENT);
	if (!err) {
		mytcp_hooks_tell(sk, BPF_SOCK_OPS_TCP_CONNECT_CB);
		err = mytcp_output_connect(sk);
	}
	if (!err)
		err = mytcp_fastopen_connect(sk);
	if (err)
		connect_undo(sk);
	return err;
}
