/* SPDX-License-Identifier: GPL-2.0 */
/* TCP Fast Open, RFC 7413: cookies, their keys, and how many may be pending. */
#ifndef MYTCP_PROTO_FASTOPEN_H
#define MYTCP_PROTO_FASTOPEN_H

#include <linux/types.h>
#include <linux/siphash.h>
#include "mytcp/proto/cookie.h"
#include "mytcp/proto/segment.h"

/* Bits of the setting, as the kernel's documentation of tcp_fastopen has them. */
#define MYTCP_FASTOPEN_CLIENT		0x001
#define MYTCP_FASTOPEN_SERVER		0x002
#define MYTCP_FASTOPEN_CLIENT_FREE	0x004	/* data without a cookie */
#define MYTCP_FASTOPEN_SERVER_FREE	0x200	/* takes data without a cookie */
#define MYTCP_FASTOPEN_SERVER_ALL	0x400	/* listeners without the option */

#define MYTCP_FASTOPEN_COOKIE_LEN	8	/* of our own, octets */
#define MYTCP_FASTOPEN_KEY_LEN		16	/* octets */
#define MYTCP_FASTOPEN_KEYS		2
/* Two keys as text, "%08x-%08x-%08x-%08x" each, a comma and a NUL. */
#define MYTCP_FASTOPEN_TEXT_LEN		72

/* A reset connection counts among the pending ones so long, seconds. */
#define MYTCP_FASTOPEN_PENALTY		60

/**
 * struct mytcp_fastopen_keys - what a server makes cookies of
 * @count: keys in @key, 1 or 2
 * @key: the first makes cookies, either is good to check them
 */
struct mytcp_fastopen_keys {
	u8 count;
	siphash_key_t key[MYTCP_FASTOPEN_KEYS];
};

/* What a server does with a SYN. */
enum mytcp_fastopen_act {
	MYTCP_FASTOPEN_IGNORE,	/* an ordinary handshake */
	MYTCP_FASTOPEN_GIVE,	/* the same, with a cookie: it was asked for */
	MYTCP_FASTOPEN_REFUSE,	/* the same: the cookie that came is wrong */
	MYTCP_FASTOPEN_TAKE,	/* the connection is made at once */
	MYTCP_FASTOPEN_RENEW,	/* the same, with a cookie of the new key */
};

/**
 * struct mytcp_fastopen_limit - how many connections may be pending
 * @most: so many, with those that were reset of late; 0 for none
 * @pending: made, and their third segment is not here
 * @resets: reset in the last MYTCP_FASTOPEN_PENALTY seconds
 * @second: up to which @resets is right
 * @each: reset in each of these seconds
 *
 * RFC 7413 5.1: a SYN with a cookie that was seen on its way, and a source that
 * is not the sender's, costs a connection until the source resets it; were that
 * to free the place at once, the limit would hold nobody.
 */
struct mytcp_fastopen_limit {
	u32 most;
	u32 pending;
	u32 resets;
	u32 second;
	u32 each[MYTCP_FASTOPEN_PENALTY];
};

void mytcp_fastopen_make(const struct mytcp_fastopen_keys *keys,
			 const struct mytcp_cookie_tuple *tuple,
			 struct mytcp_fastopen_cookie *cookie);
enum mytcp_fastopen_act
mytcp_fastopen_judge(const struct mytcp_fastopen_keys *keys,
		     const struct mytcp_cookie_tuple *tuple,
		     const struct mytcp_opts *opts, bool text, bool free);

void mytcp_fastopen_keys_load(struct mytcp_fastopen_keys *keys,
			      const u8 *octets, unsigned int count);
unsigned int mytcp_fastopen_keys_store(const struct mytcp_fastopen_keys *keys,
				       u8 *octets);
bool mytcp_fastopen_keys_parse(struct mytcp_fastopen_keys *keys,
			       const char *text);
unsigned int mytcp_fastopen_keys_print(const struct mytcp_fastopen_keys *keys,
				       char *text);

bool mytcp_fastopen_limit_join(struct mytcp_fastopen_limit *limit, u32 now);
void mytcp_fastopen_limit_leave(struct mytcp_fastopen_limit *limit, u32 now,
				bool reset);

u64 mytcp_fastopen_pause(u32 seconds, u32 times);
u32 mytcp_fastopen_room(u32 mss);

#endif /* MYTCP_PROTO_FASTOPEN_H */
