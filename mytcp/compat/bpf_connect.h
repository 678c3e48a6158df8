/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.7 a cgroup's connect program is told the length of the address. */
#ifndef MYTCP_COMPAT_BPF_CONNECT_H
#define MYTCP_COMPAT_BPF_CONNECT_H

#include <linux/bpf-cgroup.h>
#include <linux/version.h>
#include <net/sock.h>

static inline int mytcp_bpf_connect4(struct sock *sk, struct sockaddr *addr,
				     int addr_len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return BPF_CGROUP_RUN_PROG_INET4_CONNECT(sk, addr, &addr_len);
#else
	return BPF_CGROUP_RUN_PROG_INET4_CONNECT(sk, addr);
#endif
}

static inline int mytcp_bpf_connect6(struct sock *sk, struct sockaddr *addr,
				     int addr_len)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return BPF_CGROUP_RUN_PROG_INET6_CONNECT(sk, addr, &addr_len);
#else
	return BPF_CGROUP_RUN_PROG_INET6_CONNECT(sk, addr);
#endif
}

#endif /* MYTCP_COMPAT_BPF_CONNECT_H */
