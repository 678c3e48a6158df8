/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes to struct mytcp_seg and back. */
#ifndef MYTCP_PROTO_SEGMENT_H
#define MYTCP_PROTO_SEGMENT_H

#include <linux/types.h>
#include "mytcp/proto/wire.h"

/* Bits of mytcp_opts.has. */
#define MYTCP_HAS_MSS		0x01
#define MYTCP_HAS_WSCALE	0x02
#define MYTCP_HAS_SACK_PERM	0x04
#define MYTCP_HAS_TS		0x08
#define MYTCP_HAS_SACK		0x10
#define MYTCP_HAS_FASTOPEN	0x20

/**
 * struct mytcp_sack_block - one range of a SACK option
 * @left: first sequence number held
 * @right: the one after the last
 */
struct mytcp_sack_block {
	u32 left;
	u32 right;
};

/**
 * struct mytcp_fastopen_cookie - a cookie of RFC 7413
 * @len: octets of it, 0 in a SYN that asks for one
 * @octet: the cookie
 */
struct mytcp_fastopen_cookie {
	u8 len;
	u8 octet[MYTCP_FASTOPEN_MOST];
};

/**
 * struct mytcp_opts - the options of a segment, host byte order
 * @has: MYTCP_HAS_*
 * @wscale: shift as on the wire; the user of it clamps to MYTCP_WSCALE_MAX
 * @nsack: blocks in @sack
 * @mss: maximum segment size, bytes
 * @tsval: timestamp of the sender
 * @tsecr: timestamp echoed
 * @sack: blocks in the order of the wire
 * @fastopen: of a SYN, which has no SACK blocks
 */
struct mytcp_opts {
	u8 has;
	u8 wscale;
	u8 nsack;
	u16 mss;
	u32 tsval;
	u32 tsecr;
	union {
		struct mytcp_sack_block sack[MYTCP_MAX_SACKS];
		struct mytcp_fastopen_cookie fastopen;
	};
};

/**
 * struct mytcp_seg - one segment, host byte order
 * @seq: SEG.SEQ
 * @ack: SEG.ACK, meaningful with MYTCP_ACK
 * @len: octets of payload, without SYN and FIN; not set by the parser
 * @sport: source port
 * @dport: destination port
 * @flags: MYTCP_FIN ... MYTCP_AE
 * @wnd: window field, unscaled (MUST-1: unsigned)
 * @urg: urgent pointer field
 * @hdr_len: bytes of header and options
 * @ip_ecn: ECN field of the IP header it came with; not set by the parser
 * @opts: options
 */
struct mytcp_seg {
	u32 seq;
	u32 ack;
	u32 len;
	u16 sport;
	u16 dport;
	u16 flags;
	u16 wnd;
	u16 urg;
	u16 hdr_len;
	u8 ip_ecn;
	struct mytcp_opts opts;
};

/* What mytcp_segment_parse() found. */
enum mytcp_parse {
	MYTCP_PARSE_OK = 0,
	MYTCP_PARSE_SHORT,	/* fewer bytes than a header */
	MYTCP_PARSE_DOFF,	/* data offset below 5 or past the end */
	MYTCP_PARSE_OPTION,	/* an option with an illegal length */
};

/* SEG.LEN of RFC 9293: payload plus one for SYN and one for FIN. */
static inline u32 mytcp_segment_seqlen(const struct mytcp_seg *seg)
{
	return seg->len + !!(seg->flags & MYTCP_SYN) +
	       !!(seg->flags & MYTCP_FIN);
}

enum mytcp_parse mytcp_segment_parse(const u8 *bytes, unsigned int len,
				     struct mytcp_seg *seg);
unsigned int mytcp_segment_opts_len(const struct mytcp_opts *opts);
unsigned int mytcp_segment_put_opts(u8 *bytes, const struct mytcp_opts *opts,
				    bool syn);
unsigned int mytcp_segment_put(u8 *bytes, const struct mytcp_seg *seg);

#endif /* MYTCP_PROTO_SEGMENT_H */
