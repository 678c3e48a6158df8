/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cache that does not share its slabs with others of its size, so that /proc/slabinfo
 * tells what it has in use. Since 6.5 it may ask for that; before, caches whose objects
 * have a constructor are left alone, and each of them takes 8 octets more. From such a
 * cache __GFP_ZERO must not be asked: the allocator warns.
 */
#ifndef MYTCP_COMPAT_SLAB_H
#define MYTCP_COMPAT_SLAB_H

#include <linux/slab.h>

#ifdef SLAB_NO_MERGE
static inline struct kmem_cache *mytcp_slab_alone(const char *name, unsigned int size)
{
	return kmem_cache_create(name, size, 0, SLAB_ACCOUNT | SLAB_NO_MERGE, NULL);
}
#else
static inline void mytcp_slab_construct(void *object)
{
}

static inline struct kmem_cache *mytcp_slab_alone(const char *name, unsigned int size)
{
	return kmem_cache_create(name, size, 0, SLAB_ACCOUNT, mytcp_slab_construct);
}
#endif

#endif /* MYTCP_COMPAT_SLAB_H */
