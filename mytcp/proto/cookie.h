/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers nobody outside may guess: ISN (RFC 6528) and timestamp offset. */
#ifndef MYTCP_PROTO_COOKIE_H
#define MYTCP_PROTO_COOKIE_H

#include <linux/types.h>
#include <linux/siphash.h>

/**
 * struct mytcp_cookie_secret - keys of one boot
 * @isn: key of the PRF in the initial sequence number (RFC 6528 3, MUST-9)
 * @ts: key of the timestamp offset (RFC 7323 5.4)
 * @port: key of the ephemeral port's choice (RFC 6056 3.3.4)
 * @peer: key of what is kept for a remote host in a place shared by few
 */
struct mytcp_cookie_secret {
	siphash_key_t isn;
	siphash_key_t ts;
	siphash_key_t port;
	siphash_key_t peer;
};

/**
 * struct mytcp_cookie_tuple - the connection a number is made for
 * @laddr: local address, IPv4 as v4-mapped, network byte order words
 * @raddr: remote address, likewise
 * @lport: local port, as on the wire
 * @rport: remote port, as on the wire
 * @pad: zero; in the hash of a port, the period
 */
struct mytcp_cookie_tuple {
	u32 laddr[4];
	u32 raddr[4];
	u16 lport;
	u16 rport;
	u32 pad;
} __aligned(8);

u64 mytcp_cookie_hash(const struct mytcp_cookie_tuple *tuple, u64 more,
		      const siphash_key_t *key);
u32 mytcp_cookie_isn(const struct mytcp_cookie_secret *secret,
		     const struct mytcp_cookie_tuple *tuple, u64 now_ns);
u32 mytcp_cookie_ts_offset(const struct mytcp_cookie_secret *secret,
			   const struct mytcp_cookie_tuple *tuple);
u64 mytcp_cookie_port(const struct mytcp_cookie_secret *secret,
		      const struct mytcp_cookie_tuple *tuple, u32 period);
u32 mytcp_cookie_peer(const struct mytcp_cookie_secret *secret,
		      const u32 raddr[4], u64 salt);

#endif /* MYTCP_PROTO_COOKIE_H */
