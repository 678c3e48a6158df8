/* SPDX-License-Identifier: GPL-2.0 */
/* SYN cookies: a half-open connection that only the peer remembers. */
#ifndef MYTCP_PROTO_SYNCOOKIE_H
#define MYTCP_PROTO_SYNCOOKIE_H

#include <linux/types.h>
#include <linux/siphash.h>
#include "mytcp/proto/cookie.h"
#include "mytcp/proto/segment.h"

/**
 * struct mytcp_syncookie - what the initial sequence number of the answer says
 * @irs: the peer's initial sequence number
 * @wscale: shift of our windows, which the answer told the peer; 0 without
 * @mss: the peer's; taken down to one of eight sizes
 */
struct mytcp_syncookie {
	u32 irs;
	u8 wscale;
	u16 mss;
};

/**
 * struct mytcp_syncookie_keys - those of this slice of time and the one before
 * @key: by the lowest bit of the slice's number
 * @slice: this slice's number
 */
struct mytcp_syncookie_keys {
	siphash_key_t key[2];
	u32 slice;
};

bool mytcp_syncookie_fits(u16 mss);
u32 mytcp_syncookie_make(const struct mytcp_syncookie_keys *keys,
			 const struct mytcp_cookie_tuple *tuple,
			 const struct mytcp_syncookie *syn);
bool mytcp_syncookie_check(const struct mytcp_syncookie_keys *keys,
			   const struct mytcp_cookie_tuple *tuple,
			   u32 cookie, struct mytcp_syncookie *syn);
u32 mytcp_syncookie_put_opts(u32 tsval, u8 has, u8 wscale, bool ecn);
bool mytcp_syncookie_get_opts(u32 tsecr, u32 now, struct mytcp_opts *opts,
			      bool *ecn);

#endif /* MYTCP_PROTO_SYNCOOKIE_H */
