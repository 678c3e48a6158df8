/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Since 6.7 a socket may have its own idea of the options of SOL_SOCKET, which come to
 * proto_ops.setsockopt then. Before, the kernel keeps SO_ZEROCOPY for its own TCP, and
 * gives the first number of SOF_TIMESTAMPING_OPT_ID to whom it is asked of too early.
 */
#ifndef MYTCP_COMPAT_CUSTOM_SOCKOPT_H
#define MYTCP_COMPAT_CUSTOM_SOCKOPT_H

#include <linux/net.h>

static inline void mytcp_custom_sockopt_ask(struct socket *sock)
{
#ifdef SOCK_CUSTOM_SOCKOPT
	set_bit(SOCK_CUSTOM_SOCKOPT, &sock->flags);
#endif
}

#endif /* MYTCP_COMPAT_CUSTOM_SOCKOPT_H */
