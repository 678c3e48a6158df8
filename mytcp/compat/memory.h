/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.10 a protocol's memory accounting has a header of its own. */
#ifndef MYTCP_COMPAT_MEMORY_H
#define MYTCP_COMPAT_MEMORY_H

#include <linux/version.h>
#include <net/sock.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/proto_memory.h>
#endif

#endif /* MYTCP_COMPAT_MEMORY_H */
