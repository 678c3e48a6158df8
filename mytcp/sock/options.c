// SPDX-License-Identifier: GPL-2.0
/* The socket options that few programs set: shared until one of them writes. */
#include <linux/slab.h>

#include "mytcp/sock/options.h"

/* Of all who have set nothing; never written, never freed, not counted. */
static struct mytcp_options defaults;

static void options_put(struct mytcp_options *options)
{
	if (options != &defaults && refcount_dec_and_test(&options->ref))
		kfree_rcu(options, rcu);
}

/**
 * mytcp_options_init() - a new socket has set nothing
 * @to: its pointer; nobody else knows the socket
 *
 * Context: any.
 */
void mytcp_options_init(struct mytcp_options __rcu **to)
{
	RCU_INIT_POINTER(*to, &defaults);
}

/**
 * mytcp_options_share() - a child has what its listener has
 * @to: the child's pointer; nobody else knows the child
 * @from: the listener's, which its owner may be replacing
 *
 * Context: any.
 */
void mytcp_options_share(struct mytcp_options __rcu **to,
			 struct mytcp_options __rcu * const *from)
{
	struct mytcp_options *options;

	rcu_read_lock();
	do {
		options = rcu_dereference(*from);
	} while (options != &defaults && !refcount_inc_not_zero(&options->ref));
	RCU_INIT_POINTER(*to, options);
	rcu_read_unlock();
}

/**
 * mytcp_options_own() - options that may be written
 * @at: pointer of a socket, locked
 *
 * Context: process.
 * Return: an object that no other socket has; NULL without memory.
 */
struct mytcp_options *mytcp_options_own(struct mytcp_options __rcu **at)
{
	struct mytcp_options *had = rcu_dereference_protected(*at, true);
	struct mytcp_options *own;

	/* Only through this pointer could one more child come to have it. */
	if (had != &defaults && refcount_read(&had->ref) == 1)
		return had;
	own = kmemdup(had, sizeof(*had), GFP_KERNEL_ACCOUNT);
	if (!own)
		return NULL;
	refcount_set(&own->ref, 1);
	rcu_assign_pointer(*at, own);
	options_put(had);
	return own;
}

/**
 * mytcp_options_drop() - the socket is destroyed
 * @at: its pointer; nobody will read it but under RCU
 *
 * Context: any.
 */
void mytcp_options_drop(struct mytcp_options __rcu **at)
{
	struct mytcp_options *had = rcu_dereference_protected(*at, true);

	mytcp_options_init(at);
	options_put(had);
}
