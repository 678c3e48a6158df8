/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own tree, of its tools directory, for mytcp/proto on the host. */
#ifndef MYTCP_UNIT_LINUX_RBTREE_H
#define MYTCP_UNIT_LINUX_RBTREE_H

#include <linux/types.h>

#define container_of(ptr, type, member)	\
	((type *)((char *)(ptr) - offsetof(type, member)))

#include_next <linux/rbtree.h>

#endif /* MYTCP_UNIT_LINUX_RBTREE_H */
