// SPDX-License-Identifier: GPL-2.0
/* The part of a connection's state that is made on demand. */
#include <linux/slab.h>

#include "mytcp/sock/bulk.h"

static struct kmem_cache *bulk_cache;

/**
 * mytcp_bulk_make() - it is needed now
 * @at: pointer of a socket, locked; set when it was NULL
 * @una: its snd_una
 *
 * Context: any.
 * Return: what is there, or new; NULL without memory.
 */
struct mytcp_bulk *mytcp_bulk_make(struct mytcp_bulk **at, u32 una)
{
	if (!*at) {
		*at = kmem_cache_zalloc(bulk_cache, GFP_ATOMIC | __GFP_NOWARN);
		if (!*at)
			return NULL;
		mytcp_reasm_init(&(*at)->reasm);
		mytcp_rack_init(&(*at)->rack, una);
		mytcp_minrtt_init(&(*at)->minrtt);
		(*at)->lost_from = una;	/* those marked already, too */
		INIT_LIST_HEAD(&(*at)->order);
	}
	return *at;
}

/**
 * mytcp_bulk_drop() - the connection is over
 * @at: pointer of a socket, locked or unreachable; no piece is left
 *
 * Context: any.
 */
void mytcp_bulk_drop(struct mytcp_bulk **at)
{
	if (!*at)
		return;
	WARN_ON_ONCE((*at)->reasm.count);
	kfree(mytcp_scoreboard_give_room(&(*at)->scoreboard, NULL, 0));
	kmem_cache_free(bulk_cache, *at);
	*at = NULL;
}

/**
 * mytcp_bulk_init() - before the first connection
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_bulk_init(void)
{
	bulk_cache = kmem_cache_create("mytcp_bulk", sizeof(struct mytcp_bulk), 0,
				       SLAB_ACCOUNT, NULL);
	return bulk_cache ? 0 : -ENOMEM;
}

/**
 * mytcp_bulk_exit() - after the last
 *
 * Context: module exit.
 */
void mytcp_bulk_exit(void)
{
	kmem_cache_destroy(bulk_cache);
}
