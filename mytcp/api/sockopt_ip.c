// SPDX-License-Identifier: GPL-2.0
/* Options of IP, which are IP's to judge, but for a few that it keeps to its own TCP. */
#include <linux/in.h>
#include <linux/sockptr.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/engine/output.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/sock.h"

/* IP keeps them; how much room they leave in a segment is ours to know. */
static void note_ip_options(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	lock_sock(sk);
	if (!mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN)))
		mytcp_output_sync_mss(sk, ms->pmtu);
	release_sock(sk);
}

#if IS_ENABLED(CONFIG_IPV6)
/* Like all of IPv6 it wants to see a number first, whatever the value is. */
static int refuse_membership(sockptr_t optval, unsigned int optlen)
{
	int val;

	if (optlen >= sizeof(val) && !sockptr_is_null(optval) &&
	    copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	return optlen < sizeof(struct ipv6_mreq) ? -EINVAL : -EPROTO;
}

/* An IPv4 socket in place of this one, connected over IPv4, is what there is not. */
static int set_addrform(struct sock *sk, sockptr_t optval, unsigned int optlen)
{
	int val = 0;

	if (optlen >= sizeof(val) && !sockptr_is_null(optval) &&
	    copy_from_sockptr(&val, optval, sizeof(val)))
		return -EFAULT;
	if (optlen < sizeof(val) || val != PF_INET)
		return -EINVAL;
	if (!mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED)))
		return -ENOTCONN;
	if (mytcp_inet6_only(sk) || !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return -EADDRNOTAVAIL;
	return -ENOPROTOOPT;
}

static int get_addrform(struct sock *sk, char __user *optval, int __user *optlen)
{
	int val;

	if (get_user(val, optlen))	/* before all else, as IP does */
		return -EFAULT;
	if (!mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED)))
		return -ENOTCONN;
	val = sk->sk_family;
	return mytcp_api_put_option(optval, optlen, &val, sizeof(val));
}

static int set_ipv6(struct sock *sk, int optname, sockptr_t optval,
		    unsigned int optlen)
{
	int err;

	/* IP asks for a struct inet_connection_sock, which this is not */
	if (optname == IPV6_ADD_MEMBERSHIP || optname == IPV6_DROP_MEMBERSHIP)
		return refuse_membership(optval, optlen);
	if (optname == IPV6_ADDRFORM)
		return set_addrform(sk, optval, optlen);
	err = ipv6_setsockopt(sk, SOL_IPV6, optname, optval, optlen);
	if (err)
		return err;
	switch (optname) {
	case IPV6_HOPOPTS:
	case IPV6_RTHDR:
	case IPV6_RTHDRDSTOPTS:
	case IPV6_DSTOPTS:
	case IPV6_2292PKTOPTIONS:
		note_ip_options(sk);
	}
	return 0;
}
#endif

/**
 * mytcp_api_set_ip() - setsockopt() of any level but SOL_TCP
 * @sk: socket, not locked
 * @level: SOL_IP, SOL_IPV6, or one that is not ours
 * @optname: the option
 * @optval: value
 * @optlen: bytes of it
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_set_ip(struct sock *sk, int level, int optname, sockptr_t optval,
		     unsigned int optlen)
{
	int err;

	/* IP asks for a struct inet_connection_sock, which this is not */
	if (level == SOL_IP && (optname == IP_ADD_MEMBERSHIP ||
				optname == IP_DROP_MEMBERSHIP))
		return -EPROTO;
#if IS_ENABLED(CONFIG_IPV6)
	if (level == SOL_IPV6 && mytcp_inet6_is(sk))
		return set_ipv6(sk, optname, optval, optlen);
#endif
	err = ip_setsockopt(sk, level, optname, optval, optlen);
	if (!err && level == SOL_IP && optname == IP_OPTIONS)
		note_ip_options(sk);
	return err;
}

/**
 * mytcp_api_get_ip() - getsockopt() of any level but SOL_TCP
 * @sk: socket, not locked
 * @level: SOL_IP, SOL_IPV6, or one that is not ours
 * @optname: the option
 * @optval: where the value goes
 * @optlen: bytes there, bytes written
 *
 * Return: 0 or a negative errno.
 */
int mytcp_api_get_ip(struct sock *sk, int level, int optname,
		     char __user *optval, int __user *optlen)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (level == SOL_IPV6 && optname == IPV6_ADDRFORM && mytcp_inet6_is(sk))
		return get_addrform(sk, optval, optlen);
	/* the families do not refuse a foreign level with the same errno */
	if (level != SOL_IP && mytcp_inet6_is(sk))
		return ipv6_getsockopt(sk, level, optname, optval, optlen);
#endif
	return ip_getsockopt(sk, level, optname, optval, optlen);
}
