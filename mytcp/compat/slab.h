/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Since 6.5 a cache may ask not to share its slabs with others of its size, so that
 * /proc/slabinfo tells what it has in use. Before, there are none of ours' size.
 */
#ifndef MYTCP_COMPAT_SLAB_H
#define MYTCP_COMPAT_SLAB_H

#include <linux/slab.h>

#ifdef SLAB_NO_MERGE
#define MYTCP_SLAB_ALONE	SLAB_NO_MERGE
#else
#define MYTCP_SLAB_ALONE	0
#endif

#endif /* MYTCP_COMPAT_SLAB_H */
