/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.9 the kernel's TCP has SO_PEEK_OFF, and so has MyTCP. */
#ifndef MYTCP_COMPAT_PEEK_OFF_H
#define MYTCP_COMPAT_PEEK_OFF_H

#include <linux/net.h>
#include <linux/version.h>
#include <net/sock.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define MYTCP_PROTO_OPS_PEEK_OFF	.set_peek_off = sk_set_peek_off
#else
#define MYTCP_PROTO_OPS_PEEK_OFF	.set_peek_off = NULL
#endif

#endif /* MYTCP_COMPAT_PEEK_OFF_H */
