// SPDX-License-Identifier: GPL-2.0
/*
 * The cookies of a client: RFC 7413 4.1.3 has it keep, for each server, the cookie,
 * the MSS and what has failed.
 *
 * A table of a fixed size for each namespace, made when its first socket asks for
 * a cookie: sets of a few places, of which the one not used for the longest time
 * gives way. Whoever makes us connect to a great many hosts can make us forget,
 * and that costs a round trip; which set a host falls into he cannot choose.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "mytcp/proto/fastopen.h"
#include "mytcp/sock/fastopen_cache.h"

#define SETS		256
#define PLACES		4
#define FORGIVEN	1	/* a SYN may be lost without a middlebox's help */
#define PAUSE_SECS	60

/**
 * struct place - of one server in the table
 * @ends: its address and ours, IPv4 as v4-mapped
 * @used: jiffies of the last use; the lock
 * @taken: the place is not free; the lock
 * @peer: what is known; the lock
 */
struct place {
	struct in6_addr ends[2];
	unsigned long used;
	bool taken;
	struct mytcp_fastopen_peer peer;
};

/**
 * struct mytcp_fastopen_cache - of a namespace
 * @lock: innermost; a lookup is four comparisons long
 * @key: of the hash; constant
 * @place: the table
 */
struct mytcp_fastopen_cache {
	spinlock_t lock;	/* of place */
	siphash_key_t key;
	struct place place[SETS][PLACES];
};

static struct mytcp_fastopen_cache *cache_of(struct mytcp_net *mn)
{
	/* pairs with the exchange in mytcp_fastopen_cache_make() */
	return smp_load_acquire(&mn->fastopen_cache);
}

/**
 * mytcp_fastopen_cache_make() - see to it that there is room for cookies
 * @mn: namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int mytcp_fastopen_cache_make(struct mytcp_net *mn)
{
	struct mytcp_fastopen_cache *cache;

	if (cache_of(mn))
		return 0;
	cache = kvzalloc(sizeof(*cache), GFP_KERNEL_ACCOUNT);
	if (!cache)
		return -ENOMEM;
	spin_lock_init(&cache->lock);
	get_random_bytes(&cache->key, sizeof(cache->key));
	if (cmpxchg(&mn->fastopen_cache, NULL, cache))
		kvfree(cache);
	return 0;
}

/**
 * mytcp_fastopen_cache_free() - a namespace goes
 * @mn: namespace without a socket
 *
 * Context: process.
 */
void mytcp_fastopen_cache_free(struct mytcp_net *mn)
{
	kvfree(mn->fastopen_cache);
}

static void ends_of(const struct mytcp_key *key, struct in6_addr ends[2])
{
	ends[0] = key->raddr;
	ends[1] = key->laddr;
}

/* The server's place; else, to @take one, the free or the oldest, emptied. */
static struct place *find_place(struct mytcp_fastopen_cache *cache,
				const struct mytcp_key *key, bool take)
{
	struct place *set, *oldest;
	struct in6_addr ends[2];
	int i;

	lockdep_assert_held(&cache->lock);
	ends_of(key, ends);
	set = cache->place[siphash(ends, sizeof(ends), &cache->key) % SETS];
	oldest = set;
	for (i = 0; i < PLACES; i++) {
		struct place *place = &set[i];

		if (place->taken && !memcmp(place->ends, ends, sizeof(ends)))
			return place;
		if (oldest->taken && (!place->taken ||
				      time_before(place->used, oldest->used)))
			oldest = place;
	}
	if (!take)
		return NULL;
	memset(oldest, 0, sizeof(*oldest));
	memcpy(oldest->ends, ends, sizeof(ends));
	oldest->taken = true;
	return oldest;
}

/**
 * mytcp_fastopen_cache_get() - what is known of a server
 * @mn: namespace
 * @key: a connection to it
 * @peer: a copy; zeros when nothing is known
 *
 * Context: any.
 * Return: true when something is known.
 */
bool mytcp_fastopen_cache_get(struct mytcp_net *mn, const struct mytcp_key *key,
			      struct mytcp_fastopen_peer *peer)
{
	struct mytcp_fastopen_cache *cache = cache_of(mn);
	struct place *place;

	memset(peer, 0, sizeof(*peer));
	if (!cache)
		return false;
	spin_lock_bh(&cache->lock);
	place = find_place(cache, key, false);
	if (place) {
		place->used = jiffies;
		*peer = place->peer;
	}
	spin_unlock_bh(&cache->lock);
	return place;
}

/**
 * mytcp_fastopen_cache_note() - a server has answered, or did not
 * @mn: namespace
 * @key: the connection to it
 * @mss: of its SYN-ACK; 0 to keep what there is
 * @cookie: of its SYN-ACK; NULL to keep what there is
 * @lost: a SYN with data was lost; else what was lost before is forgiven
 *
 * Context: any.
 */
void mytcp_fastopen_cache_note(struct mytcp_net *mn,
			       const struct mytcp_key *key, u16 mss,
			       const struct mytcp_fastopen_cookie *cookie,
			       bool lost)
{
	struct mytcp_fastopen_cache *cache = cache_of(mn);
	struct mytcp_fastopen_peer *peer;
	struct place *place;

	if (!cache)
		return;
	spin_lock_bh(&cache->lock);
	place = find_place(cache, key, true);
	place->used = jiffies;
	peer = &place->peer;
	if (mss)
		peer->mss = mss;
	if (cookie)
		peer->cookie = *cookie;
	if (!lost)
		peer->losses = 0;
	else if (peer->losses < U8_MAX)
		peer->losses++;
	if (lost)
		peer->lost_at = jiffies;
	spin_unlock_bh(&cache->lock);
}

/**
 * mytcp_fastopen_cache_avoids() - is a server's path known to lose such SYNs?
 * @peer: what is known of it
 *
 * RFC 7413 4.1.3.1: what has failed is remembered, for a time that doubles.
 *
 * Context: any, no locks.
 */
bool mytcp_fastopen_cache_avoids(const struct mytcp_fastopen_peer *peer)
{
	u32 pause;

	if (peer->losses <= FORGIVEN)
		return false;
	pause = mytcp_fastopen_pause(PAUSE_SECS, peer->losses - FORGIVEN);
	return (u32)jiffies - peer->lost_at < pause * HZ;
}
