/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.6 the switches of struct inet_sock are atomic bits, those of IPv6 as well. */
#ifndef MYTCP_COMPAT_INET_FLAGS_H
#define MYTCP_COMPAT_INET_FLAGS_H

#include <linux/ipv6.h>
#include <linux/version.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>

/* IP_RECVERR: the user wants to hear of soft errors. */
static inline bool mytcp_inet_recverr(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet_test_bit(RECVERR, sk);
#else
	return inet_sk(sk)->recverr;
#endif
}

#if IS_ENABLED(CONFIG_IPV6)
/* In what follows not inet6_sk(): mytcp_inet6_pinfo() says why. */

/* IPV6_RECVERR */
static inline bool mytcp_inet6_recverr(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet6_test_bit(RECVERR6, sk);
#else
	return inet_sk(sk)->pinet6->recverr;
#endif
}

/* IPV6_FL_F_REFLECT, or the namespace's flowlabel_reflect */
static inline bool mytcp_inet6_repflow(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet6_test_bit(REPFLOW, sk);
#else
	return inet_sk(sk)->pinet6->repflow;
#endif
}

/* IPV6_FLOWINFO_SEND: the address of connect() has a label. */
static inline bool mytcp_inet6_sends_label(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet6_test_bit(SNDFLOW, sk);
#else
	return inet_sk(sk)->pinet6->sndflow;
#endif
}
#endif

/*
 * The SYN waits for the first write: what __inet_stream_connect() looks at, in
 * connect() and in sendmsg().
 */
static inline void mytcp_inet_set_deferred(struct sock *sk, bool on)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	inet_assign_bit(DEFER_CONNECT, sk, on);
#else
	inet_sk(sk)->defer_connect = on;
#endif
}

#endif /* MYTCP_COMPAT_INET_FLAGS_H */
