// SPDX-License-Identifier: GPL-2.0
/* Initial sequence numbers, timestamp offsets, port offsets: keyed hashes. */
#include <linux/string.h>
#include <linux/types.h>
#include <linux/siphash.h>

#include "mytcp/proto/cookie.h"

/* A step of the clock in the ISN is 2^12 ns, "about 4 us" (RFC 9293 3.4.1). */
#define ISN_CLOCK_SHIFT	12

/* RFC 4291 2.5.5.2 */
static const u8 v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4_mapped(const u32 addr[4])
{
	return !memcmp(addr, v4_mapped, sizeof(v4_mapped));
}

static u64 hash_v6(u64 ports, u64 more, const u32 l[4], const u32 r[4],
		   const siphash_key_t *key)
{
	const u64 words[6] __aligned(8) = {
		ports, more, (u64)l[3] << 32 | r[3], (u64)l[0] << 32 | r[0],
		(u64)l[1] << 32 | r[1], (u64)l[2] << 32 | r[2],
	};

	return siphash(words, sizeof(words), key);
}

/**
 * mytcp_cookie_hash() - the keyed hash of a connection and something more
 * @tuple: the connection
 * @more: the rest
 * @key: the key
 *
 * IPv4 addresses are hashed as what they are, which takes half the time of two
 * that are v4-mapped.
 *
 * Context: any, no locks.
 */
u64 mytcp_cookie_hash(const struct mytcp_cookie_tuple *tuple, u64 more,
		      const siphash_key_t *key)
{
	const u32 *l = tuple->laddr, *r = tuple->raddr;
	u64 ports = (u64)tuple->lport << 48 | (u64)tuple->rport << 32 | tuple->pad;
	u64 hosts = (u64)l[3] << 32 | r[3];

	if (is_v4_mapped(l) && is_v4_mapped(r))
		return siphash_3u64(ports, more, hosts, key);
	return hash_v6(ports, more, l, r, key);
}

/**
 * mytcp_cookie_isn() - the initial sequence number of a connection
 * @secret: keys of this boot
 * @tuple: the connection
 * @now_ns: a clock that never steps back, nanoseconds
 *
 * RFC 6528 3 (RFC 9293 MUST-8): ISN = M + F(connection, key). The clock M keeps
 * a new incarnation beyond the sequence numbers of the last one; F, a PRF with
 * a key of 128 bits, keeps everybody else from guessing (MUST-9).
 *
 * Context: any, no locks.
 * Return: the ISN.
 */
u32 mytcp_cookie_isn(const struct mytcp_cookie_secret *secret,
		     const struct mytcp_cookie_tuple *tuple, u64 now_ns)
{
	return (u32)(now_ns >> ISN_CLOCK_SHIFT) +
	       (u32)mytcp_cookie_hash(tuple, 0, &secret->isn);
}

/**
 * mytcp_cookie_ts_offset() - what is added to the clock in our timestamps
 * @secret: keys of this boot
 * @tuple: the connection
 *
 * RFC 7323 5.4: without it TSval would tell the host's uptime. It is the same
 * for each incarnation of @tuple, so that PAWS and the reuse of TIME-WAIT
 * (RFC 6191) see timestamps that go on rising.
 *
 * Context: any, no locks.
 * Return: the offset.
 */
u32 mytcp_cookie_ts_offset(const struct mytcp_cookie_secret *secret,
			   const struct mytcp_cookie_tuple *tuple)
{
	return (u32)mytcp_cookie_hash(tuple, 0, &secret->ts);
}

/**
 * mytcp_cookie_port() - where the search for an ephemeral port starts
 * @secret: keys of this boot
 * @tuple: the connection; its lport, which is what is sought, is left out
 * @period: number of the period; in each all is drawn anew
 *
 * RFC 6056 3.3.4: the offset depends on whom we talk to, so ports towards one
 * peer tell nothing of those towards another. The period is there for who has
 * many addresses, and learns in time which of them share a counter with a peer
 * of ours (CVE-2022-1012).
 *
 * Context: any, no locks.
 * Return: 64 bits, enough for an offset and an index into a counter table.
 */
u64 mytcp_cookie_port(const struct mytcp_cookie_secret *secret,
		      const struct mytcp_cookie_tuple *tuple, u32 period)
{
	struct mytcp_cookie_tuple peer = *tuple;

	peer.lport = 0;
	peer.pad = period;
	return mytcp_cookie_hash(&peer, 0, &secret->port);
}

/**
 * mytcp_cookie_peer() - a place for a remote host
 * @secret: keys of this boot
 * @raddr: its address, IPv4 as v4-mapped
 * @salt: what else the place depends on
 *
 * Context: any, no locks.
 * Return: the hash; who shares it with whom cannot be found out from outside.
 */
u32 mytcp_cookie_peer(const struct mytcp_cookie_secret *secret,
		      const u32 raddr[4], u64 salt)
{
	const u64 words[3] __aligned(8) = {
		(u64)raddr[0] << 32 | raddr[1],
		(u64)raddr[2] << 32 | raddr[3],
		salt,
	};

	return (u32)siphash(words, sizeof(words), &secret->peer);
}
