// SPDX-License-Identifier: GPL-2.0
/*
 * Options of SOL_SOCKET that the kernel has for its own TCP only. All others are its
 * business; this is called by kernels of compat/custom_sockopt.h.
 */
#include <linux/capability.h>
#include <linux/net_tstamp.h>
#include <linux/sockptr.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>

#include "mytcp/api/api.h"
#include "mytcp/sock/sock.h"

/* A filter that drops segments of a stream is an administrator's business. */
static int judge_filter(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	int val;

	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	return ns_capable(sock_net(sk)->user_ns, CAP_NET_ADMIN) ? 0 : -EPERM;
}

/* Octets of a stream are counted, and there is none: mytcp/engine/txstamp.c. */
static int judge_timestamping(struct sock *sk, sockptr_t optval,
			      unsigned int optlen)
{
	int val;

	if (optlen < sizeof(val))
		return -EINVAL;
	if (copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if ((val & SOF_TIMESTAMPING_OPT_ID) &&
	    !(READ_ONCE(sk->sk_tsflags) & SOF_TIMESTAMPING_OPT_ID) &&
	    mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN)))
		return -EINVAL;
	return 0;
}

/**
 * mytcp_api_setsockopt_all() - proto_ops.setsockopt, where it has SOL_SOCKET as well
 * @sock: socket, not locked
 * @level: SOL_SOCKET, or struct proto's to judge
 * @optname: SO_*
 * @optval: value
 * @optlen: bytes of it
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_setsockopt_all(struct socket *sock, int level, int optname,
			     sockptr_t optval, unsigned int optlen)
{
	int err = 0;

	if (level != SOL_SOCKET)
		return sock_common_setsockopt(sock, level, optname, optval, optlen);
	if (optname == SO_ZEROCOPY)
		return mytcp_api_setsockopt(sock->sk, SOL_TCP, MYTCP_ZEROCOPY, optval,
					    optlen);
	if (optname == SO_TIMESTAMPING_OLD || optname == SO_TIMESTAMPING_NEW)
		err = judge_timestamping(sock->sk, optval, optlen);
	else if (optname == SO_ATTACH_FILTER)
		err = judge_filter(sock->sk, optval, optlen);
	return err ?: sock_setsockopt(sock, level, optname, optval, optlen);
}
