/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.6 the switches of struct inet_sock are atomic bits. */
#ifndef MYTCP_COMPAT_INET_FLAGS_H
#define MYTCP_COMPAT_INET_FLAGS_H

#include <linux/version.h>
#include <net/inet_sock.h>

/* The multicast switches as every new socket has them. */
static inline void mytcp_inet_set_mc_defaults(struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	inet_set_bit(MC_LOOP, sk);
	inet_set_bit(MC_ALL, sk);
#else
	inet_sk(sk)->mc_loop = 1;
	inet_sk(sk)->mc_all = 1;
#endif
}

/* IP_RECVERR: the user wants to hear of soft errors. */
static inline bool mytcp_inet_recverr(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inet_test_bit(RECVERR, sk);
#else
	return inet_sk(sk)->recverr;
#endif
}

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
