/* SPDX-License-Identifier: GPL-2.0 */
/* Hooks of the host that are made for the kernel's own kinds of socket. */
#ifndef MYTCP_ENGINE_HOOKS_H
#define MYTCP_ENGINE_HOOKS_H

#include <linux/bpf-cgroup.h>
#include <linux/skbuff.h>
#include <net/sock.h>
#include "mytcp/sock/inet6.h"

int mytcp_hooks_init(void);
void mytcp_hooks_exit(void);
/* May this SYN, or what brings its cookie back, open a connection? Else -EPERM. */
int mytcp_hooks_request(struct sock *listener, struct sk_buff *skb,
			const struct mytcp_key *key);
/* A cgroup's programs are told of BPF_SOCK_OPS_*. Socket locked, or nobody else's. */
void mytcp_hooks_tell(struct sock *sk, u8 op);

/* May a packet go that is no socket's, at its IPv4 header? */
#ifdef CONFIG_CGROUP_BPF
bool mytcp_hooks_egress(struct sk_buff *skb);

static inline bool mytcp_hooks_may_go(struct sk_buff *skb)
{
	return !cgroup_bpf_enabled(CGROUP_INET_EGRESS) || mytcp_hooks_egress(skb);
}
#else
static inline bool mytcp_hooks_may_go(struct sk_buff *skb)
{
	return true;
}
#endif

#endif /* MYTCP_ENGINE_HOOKS_H */
