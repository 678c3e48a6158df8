/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How sendfile() and splice() reach a socket. Until 6.4 page by page, by
 * sendpage, and a flag says that more pages follow. Since 6.5 by sendmsg, and
 * splice_eof says that a promise of more is not kept.
 */
#ifndef MYTCP_COMPAT_SPLICE_H
#define MYTCP_COMPAT_SPLICE_H

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/version.h>
#include <net/inet_common.h>
#include <net/sock.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#define MYTCP_MSG_MORE		MSG_MORE
#define MYTCP_PROTO_OPS_SPLICE	.splice_eof = inet_splice_eof
#else
#define MYTCP_MSG_MORE		(MSG_MORE | MSG_SENDPAGE_NOTLAST)
/* maps the page, and copies it by sendmsg */
#define MYTCP_PROTO_OPS_SPLICE	.sendpage = sock_no_sendpage
#endif

static inline void mytcp_splice_set_eof(struct proto *prot,
					void (*eof)(struct socket *sock))
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	prot->splice_eof = eof;
#endif
}

#endif /* MYTCP_COMPAT_SPLICE_H */
