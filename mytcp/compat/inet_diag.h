/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.9 inet_diag takes a reference to the module of a handler it uses. */
#ifndef MYTCP_COMPAT_INET_DIAG_H
#define MYTCP_COMPAT_INET_DIAG_H

#include <linux/inet_diag.h>
#include <linux/module.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define MYTCP_DIAG_OWNER	.owner = THIS_MODULE,
#else
#define MYTCP_DIAG_OWNER
#endif

#endif /* MYTCP_COMPAT_INET_DIAG_H */
