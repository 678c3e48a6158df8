// SPDX-License-Identifier: GPL-2.0
/*
 * Every entry of a namespace, one after another, for listings and for the end of
 * a namespace. What is there from the beginning of a walk to its end is met once,
 * however long the walk takes, and whatever comes and goes meanwhile: the chains
 * are sorted by serial, and an entry that takes another's place takes its serial.
 *
 * No lock is held between two batches, and a chain's for no more than the chain.
 * Nothing is held while a walk is stopped.
 */
#include <linux/sched.h>

#include "mytcp/sock/bound.h"
#include "mytcp/sock/walk.h"

/**
 * mytcp_walk_rewind() - begin a walk
 * @walk: receives a place before all entries; holds none
 * @parts: MYTCP_WALK_*, what to walk through
 *
 * Context: any.
 */
void mytcp_walk_rewind(struct mytcp_walk *walk, unsigned int parts)
{
	walk->parts = parts;
	walk->bucket = 0;
	walk->serial = U64_MAX;
	walk->count = 0;
	walk->at = 0;
}

/* Chains are numbered on from those of the table. */
static unsigned int walk_end(void)
{
	return mytcp_table_end() + MYTCP_BOUND_CHAINS;
}

/* The next chain of the parts wanted, this one included. */
static void skip_parts(struct mytcp_walk *walk)
{
	unsigned int conns = mytcp_table_conns_begin();
	unsigned int bound = mytcp_table_end();

	if (walk->bucket < conns && !(walk->parts & MYTCP_WALK_LISTENERS))
		walk->bucket = conns;
	if (walk->bucket >= conns && walk->bucket < bound &&
	    !(walk->parts & MYTCP_WALK_CONNS))
		walk->bucket = bound;
	if (walk->bucket >= bound && !(walk->parts & MYTCP_WALK_BOUND))
		walk->bucket = walk_end();
}

static unsigned int collect(struct net *net, struct mytcp_walk *walk)
{
	unsigned int bound = mytcp_table_end();

	if (walk->bucket >= bound)
		return mytcp_bound_collect(net, walk->bucket - bound,
					   walk->serial, walk->found,
					   MYTCP_WALK_BATCH);
	return mytcp_table_collect(net, walk->bucket, walk->serial,
				   walk->found, MYTCP_WALK_BATCH);
}

/* The place is that of the entry the walk is at. */
static struct mytcp_node *settle(struct mytcp_walk *walk)
{
	walk->serial = walk->found[walk->at].serial;
	return walk->found[walk->at].node;
}

/**
 * mytcp_walk_here() - the entry at a place
 * @net: namespace; NULL for all
 * @walk: holds nothing
 *
 * Context: process.
 * Return: the entry there, or the next one, held by the walk; NULL at the end.
 */
struct mytcp_node *mytcp_walk_here(struct net *net, struct mytcp_walk *walk)
{
	for (skip_parts(walk); walk->bucket < walk_end(); skip_parts(walk)) {
		walk->at = 0;
		walk->count = collect(net, walk);
		if (walk->count)
			return settle(walk);
		walk->bucket++;
		walk->serial = U64_MAX;
		cond_resched();
	}
	walk->count = 0;
	walk->at = 0;
	return NULL;
}

/**
 * mytcp_walk_next() - go on
 * @net: as before
 * @walk: at an entry, which is let go
 *
 * Context: process; no lock of a socket this may be the last reference of.
 * Return: the next entry, held by the walk, or NULL at the end.
 */
struct mytcp_node *mytcp_walk_next(struct net *net, struct mytcp_walk *walk)
{
	mytcp_node_put(walk->found[walk->at].node);
	if (++walk->at < walk->count)
		return settle(walk);

	/* less than a full batch was the end of the chain */
	if (walk->count == MYTCP_WALK_BATCH) {
		walk->serial--;
	} else {
		walk->bucket++;
		walk->serial = U64_MAX;
	}
	return mytcp_walk_here(net, walk);
}

/**
 * mytcp_walk_stop() - let go of what the walk holds
 * @walk: at an entry or not
 *
 * mytcp_walk_here() goes on at the same entry, or if it has gone, behind it.
 *
 * Context: process.
 */
void mytcp_walk_stop(struct mytcp_walk *walk)
{
	while (walk->at < walk->count)
		mytcp_node_put(walk->found[walk->at++].node);
	walk->at = 0;
	walk->count = 0;
}
