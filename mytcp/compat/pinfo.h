/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.5 a protocol says where struct ipv6_pinfo stands; before, it is the end. */
#ifndef MYTCP_COMPAT_PINFO_H
#define MYTCP_COMPAT_PINFO_H

#include <linux/version.h>
#include <net/sock.h>

static inline void mytcp_prot6_set_pinfo(struct proto *prot, unsigned int offset)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	prot->ipv6_pinfo_offset = offset;
#endif
}

#endif /* MYTCP_COMPAT_PINFO_H */
