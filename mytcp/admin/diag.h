/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of sock_diag call of each other. */
#ifndef MYTCP_ADMIN_DIAG_H
#define MYTCP_ADMIN_DIAG_H

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include "mytcp/sock/table.h"

/* Of the module inet_diag: the attributes that every protocol's sockets have. */
typedef int mytcp_diag_attrs_fn(struct sock *sk, struct sk_buff *skb,
				struct inet_diag_msg *r, int ext,
				struct user_namespace *user_ns, bool net_admin);

/**
 * struct mytcp_diag_ask - what an answer depends on beside its entry
 * @nlh: header of the request
 * @portid: who asks
 * @user_ns: for the owner's uid
 * @ext: attributes asked for, 1 << (INET_DIAG_* - 1)
 * @net_admin: may see marks
 * @attrs: inet_diag_msg_attrs_fill()
 */
struct mytcp_diag_ask {
	const struct nlmsghdr *nlh;
	u32 portid;
	struct user_namespace *user_ns;
	int ext;
	bool net_admin;
	mytcp_diag_attrs_fn *attrs;
};

/* diag_filter: does the bytecode, which inet_diag has checked, want the entry? */
bool mytcp_diag_wanted(const struct nlattr *bytecode, struct mytcp_node *node);
/* diag_fill: append a message; -EMSGSIZE when it does not fit. */
int mytcp_diag_fill(struct sk_buff *skb, struct mytcp_node *node,
		    const struct mytcp_diag_ask *ask, int flags);
/* A number that no other entry has, ever. */
void mytcp_diag_cookie(struct mytcp_node *node, u32 cookie[2]);
/* Tell who listens for it that a socket goes. Any context. */
void mytcp_diag_notice(struct sock *sk);

#endif /* MYTCP_ADMIN_DIAG_H */
