/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Since 6.6 the number of a table's entries is given; before, an empty entry
 * ends it. Since 6.11 a handler may not write to its entry.
 */
#ifndef MYTCP_COMPAT_SYSCTL_H
#define MYTCP_COMPAT_SYSCTL_H

#include <linux/sysctl.h>
#include <linux/version.h>
#include <net/net_namespace.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define MYTCP_SYSCTL_CONST const
#else
#define MYTCP_SYSCTL_CONST
#endif

/* @table has room for an empty entry behind its @count. */
static inline struct ctl_table_header *
mytcp_sysctl_register(struct net *net, const char *path,
		      struct ctl_table *table, size_t count)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return register_net_sysctl_sz(net, path, table, count);
#else
	return register_net_sysctl(net, path, table);
#endif
}

#endif /* MYTCP_COMPAT_SYSCTL_H */
