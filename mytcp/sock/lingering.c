// SPDX-License-Identifier: GPL-2.0
/*
 * The ends of a port at which there are TIME_WAIT buckets, counted. Of a few a port
 * knows the address. The rest share an entry that stands for any address: bind() is
 * told of conflicts there may not be, but nobody can make the list long.
 *
 * Lock: the caller's, of the port's bucket (port.c).
 */
#include <linux/in6.h>
#include <linux/slab.h>

#include "mytcp/sock/lingering.h"

/* Ends that a port tells apart. */
#define ENDS	32

/* @count is set to how many ends there are when there is none like this. */
static struct mytcp_lingering *find_end(const struct hlist_head *ends,
					const struct in6_addr *addr, int dev,
					int how, unsigned int *count)
{
	struct mytcp_lingering *end;

	*count = 0;
	hlist_for_each_entry(end, ends, node) {
		if (end->how == how && end->dev == dev &&
		    ipv6_addr_equal(&end->addr, addr))
			return end;
		(*count)++;
	}
	return NULL;
}

static struct mytcp_lingering *new_end(struct hlist_head *ends,
				       const struct in6_addr *addr, int dev,
				       int how)
{
	struct mytcp_lingering *end;

	end = kmalloc(sizeof(*end), GFP_ATOMIC | __GFP_NOWARN);
	if (end) {
		end->addr = *addr;
		end->dev = dev;
		end->how = how;
		end->timewaits = 0;
		hlist_add_head(&end->node, ends);
	}
	return end;
}

/**
 * mytcp_lingering_hold() - one bucket more
 * @ends: of the port
 * @node: of the bucket, or of the socket it takes the place of
 * @how: MYTCP_PORT_REUSE, MYTCP_PORT_REUSEPORT
 *
 * Context: any, lock of the port's bucket.
 * Return: MYTCP_PORT_*, for mytcp_lingering_drop(), or -ENOMEM.
 */
int mytcp_lingering_hold(struct hlist_head *ends, const struct mytcp_node *node,
			 int how)
{
	const struct in6_addr *addr = &node->key.laddr;
	struct mytcp_lingering *end;
	unsigned int count;

	end = find_end(ends, addr, node->dev, how, &count);
	if (!end && count >= ENDS) {
		how |= MYTCP_PORT_MANY;
		addr = &in6addr_any;
		end = find_end(ends, addr, node->dev, how, &count);
	}
	if (!end)
		end = new_end(ends, addr, node->dev, how);
	if (!end)
		return -ENOMEM;
	end->timewaits++;
	return how;
}

/**
 * mytcp_lingering_drop() - one bucket less
 * @ends: of the port
 * @node: as it was held
 * @how: what mytcp_lingering_hold() has returned
 *
 * Context: any, lock of the port's bucket.
 * Return: true when the end has none any more, and is gone.
 */
bool mytcp_lingering_drop(struct hlist_head *ends,
			  const struct mytcp_node *node, int how)
{
	struct mytcp_lingering *end;
	unsigned int count;

	end = find_end(ends, how & MYTCP_PORT_MANY ? &in6addr_any :
		       &node->key.laddr, node->dev, how, &count);
	if (WARN_ON_ONCE(!end) || --end->timewaits)
		return false;
	hlist_del(&end->node);
	kfree(end);
	return true;
}
