// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies (RFC 4987 3.6): when there is no room for a half-open connection,
 * the answer's initial sequence number is made so that the third segment, which
 * acknowledges it, proves that this peer has seen the answer, and says what was in
 * the SYN. Nothing is kept meanwhile.
 *
 *	31      the lowest bit of the slice of time it was made in
 *	30-28   the peer's MSS, one of eight
 *	27-0    a keyed hash of these, the connection, the peer's initial sequence
 *		number and our window scale
 *
 * Each slice has a key of its own, of which the last two are kept: an older cookie
 * is wrong as any other. A guess is right once in 2^28 times.
 *
 * The rest of the options lives in the timestamp of the answer, which the third
 * segment echoes, if there is one: without it only the MSS survives.
 *
 *	5       ECN
 *	4       SACK
 *	3-0     the peer's window scale, 15 for none
 */
#include <linux/types.h>

#include "mytcp/proto/seq.h"
#include "mytcp/proto/syncookie.h"

#define HASH_MASK	0x0fffffffU
#define MSS_SHIFT	28
#define SLICE_SHIFT	31

#define TS_MASK		0x3fU
#define TS_ECN		0x20U
#define TS_SACK		0x10U
#define TS_NO_WSCALE	0x0fU

/* A timestamp is ours when it is not older than two slices, milliseconds. */
#define TS_LIFE		(2 * 64 * 1000U + TS_MASK)

/*
 * What is common on the way: RFC 9293's default, IPv6's least MTU, tunnels, PPP
 * over Ethernet, Ethernet, jumbo frames. Below the first there is no cookie.
 */
static const u16 sizes[8] = { 88, 536, 1220, 1360, 1400, 1440, 1460, 8940 };

/* Where a cookie is checked, the same is computed again. */
static u32 hash(const struct mytcp_syncookie_keys *keys,
		const struct mytcp_cookie_tuple *tuple,
		const struct mytcp_syncookie *syn, u32 head)
{
	const siphash_key_t *key = &keys->key[head >> (SLICE_SHIFT - MSS_SHIFT)];
	u64 more = (u64)syn->irs << 32 | syn->wscale << 8 | head;

	return (u32)mytcp_cookie_hash(tuple, more, key) & HASH_MASK;
}

static unsigned int size_below(u16 mss)
{
	unsigned int i = 7;

	while (i && sizes[i] > mss)
		i--;
	return i;
}

/**
 * mytcp_syncookie_fits() - can a cookie say this MSS?
 * @mss: the peer's, octets
 *
 * Return: false when all it could say is larger.
 */
bool mytcp_syncookie_fits(u16 mss)
{
	return mss >= sizes[0];
}

/**
 * mytcp_syncookie_make() - the initial sequence number of the answer
 * @keys: of now
 * @tuple: the connection
 * @syn: what was in the SYN, and the window scale of the answer
 *
 * Context: any, no locks.
 * Return: the cookie.
 */
u32 mytcp_syncookie_make(const struct mytcp_syncookie_keys *keys,
			 const struct mytcp_cookie_tuple *tuple,
			 const struct mytcp_syncookie *syn)
{
	u32 head = (keys->slice & 1) << (SLICE_SHIFT - MSS_SHIFT) |
		   size_below(syn->mss);

	return head << MSS_SHIFT | hash(keys, tuple, syn, head);
}

/**
 * mytcp_syncookie_check() - did we make this cookie for this connection?
 * @keys: of now
 * @tuple: the connection
 * @cookie: what the third segment acknowledges, less one
 * @syn: irs and wscale as they must have been; receives mss
 *
 * Context: any, no locks.
 * Return: true when it is right, and not older than two slices.
 */
bool mytcp_syncookie_check(const struct mytcp_syncookie_keys *keys,
			   const struct mytcp_cookie_tuple *tuple,
			   u32 cookie, struct mytcp_syncookie *syn)
{
	u32 head = cookie >> MSS_SHIFT;

	if ((cookie & HASH_MASK) != hash(keys, tuple, syn, head))
		return false;
	syn->mss = sizes[head & 7];
	return true;
}

/**
 * mytcp_syncookie_put_opts() - a timestamp that says what the SYN offered
 * @tsval: timestamp of now
 * @has: what both ends have of MYTCP_HAS_WSCALE and MYTCP_HAS_SACK_PERM
 * @wscale: the peer's, with MYTCP_HAS_WSCALE
 * @ecn: both ends have ECN
 *
 * Return: one that is not later, by 64 ms at most.
 */
u32 mytcp_syncookie_put_opts(u32 tsval, u8 has, u8 wscale, bool ecn)
{
	u32 bits = TS_NO_WSCALE;
	u32 ts;

	/* RFC 7323 2.3: above 14 is taken as 14 */
	if (has & MYTCP_HAS_WSCALE)
		bits = wscale < TS_NO_WSCALE ? wscale : MYTCP_WSCALE_MAX;
	if (has & MYTCP_HAS_SACK_PERM)
		bits |= TS_SACK;
	if (ecn)
		bits |= TS_ECN;
	ts = (tsval & ~TS_MASK) | bits;
	return mytcp_seq_gt(ts, tsval) ? ts - TS_MASK - 1 : ts;
}

/**
 * mytcp_syncookie_get_opts() - what the SYN offered, from the echo
 * @tsecr: the echo
 * @now: timestamp of now
 * @opts: receives window scaling and SACK
 * @ecn: receives whether both ends have ECN
 *
 * Return: false when it is no echo of what was sent in the last two slices.
 */
bool mytcp_syncookie_get_opts(u32 tsecr, u32 now, struct mytcp_opts *opts,
			      bool *ecn)
{
	u32 wscale = tsecr & TS_NO_WSCALE;

	if (now - tsecr > TS_LIFE)
		return false;
	if (wscale != TS_NO_WSCALE) {
		opts->has |= MYTCP_HAS_WSCALE;
		opts->wscale = wscale;
	}
	if (tsecr & TS_SACK)
		opts->has |= MYTCP_HAS_SACK_PERM;
	*ecn = tsecr & TS_ECN;
	return true;
}
