// SPDX-License-Identifier: GPL-2.0
/*
 * TCP headers and options, RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018, RFC 7413.
 * Fields are read and written octet by octet, since options may begin anywhere
 * (MUST-64).
 */
#include <linux/types.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mytcp/proto/segment.h"

/* NOP NOP TS: all the options of most segments, RFC 7323 appendix A. */
#define TS_ALIGNED	((u32)MYTCP_KIND_NOP << 24 | MYTCP_KIND_NOP << 16 | \
			 MYTCP_KIND_TS << 8 | MYTCP_LEN_TS)

/*
 * MSS, SACK-permitted, TS, NOP, window scale: all the options of most SYNs, in
 * Linux's order. This is what stands before their values.
 */
#define SYN_USUAL_LEN	20
#define SYN_MSS		((u32)MYTCP_KIND_MSS << 8 | MYTCP_LEN_MSS)
#define SYN_PERM_TS	((u32)MYTCP_KIND_SACK_PERM << 24 | \
			 MYTCP_LEN_SACK_PERM << 16 | \
			 MYTCP_KIND_TS << 8 | MYTCP_LEN_TS)
#define SYN_WSCALE	((u32)MYTCP_KIND_NOP << 16 | MYTCP_KIND_WSCALE << 8 | \
			 MYTCP_LEN_WSCALE)

static u16 get16(const u8 *bytes)
{
	return (u16)(bytes[0] << 8 | bytes[1]);
}

static u32 get32(const u8 *bytes)
{
	return (u32)get16(bytes) << 16 | get16(bytes + 2);
}

static u8 *put16(u8 *bytes, u16 value)
{
	bytes[0] = value >> 8;
	bytes[1] = value & 0xff;
	return bytes + 2;
}

static u8 *put32(u8 *bytes, u32 value)
{
	return put16(put16(bytes, value >> 16), value & 0xffff);
}

static void parse_ts(const u8 *opt, struct mytcp_opts *opts)
{
	opts->has |= MYTCP_HAS_TS;
	opts->tsval = get32(opt + 2);
	opts->tsecr = get32(opt + 6);
}

/* All of them at once, or nothing. */
static bool parse_usual_syn(const u8 *opt, struct mytcp_opts *opts)
{
	if (get16(opt) != SYN_MSS || get32(opt + 4) != SYN_PERM_TS ||
	    get32(opt + 16) >> 8 != SYN_WSCALE)
		return false;
	opts->has = MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM | MYTCP_HAS_WSCALE;
	opts->mss = get16(opt + 2);
	opts->wscale = opt[19];
	parse_ts(opt + 6, opts);
	return true;
}

static void parse_sack(const u8 *opt, unsigned int len, struct mytcp_opts *opts)
{
	unsigned int body = len - MYTCP_LEN_SACK_BASE;
	unsigned int n = body / MYTCP_LEN_SACK_BLOCK;
	unsigned int i;

	/* An option is no longer than all options may be: n cannot exceed four. */
	_Static_assert((MYTCP_OPT_SPACE - MYTCP_LEN_SACK_BASE) /
		       MYTCP_LEN_SACK_BLOCK <= MYTCP_MAX_SACKS,
		       "more blocks on the wire than in struct mytcp_opts");

	if (!n || body % MYTCP_LEN_SACK_BLOCK)
		return;

	opts->has |= MYTCP_HAS_SACK;
	opts->nsack = n;
	for (i = 0; i < n; i++) {
		const u8 *block = opt + MYTCP_LEN_SACK_BASE +
				  i * MYTCP_LEN_SACK_BLOCK;

		opts->sack[i].left = get32(block);
		opts->sack[i].right = get32(block + 4);
	}
}

/* RFC 7413 4.1.1: of another length it MUST be ignored. */
static void parse_fastopen(const u8 *opt, unsigned int len,
			   struct mytcp_opts *opts)
{
	unsigned int body = len - MYTCP_LEN_FASTOPEN_BASE;

	if (body % 2 || body > MYTCP_FASTOPEN_MOST ||
	    (body && body < MYTCP_FASTOPEN_LEAST))
		return;
	opts->has |= MYTCP_HAS_FASTOPEN;
	opts->fastopen.len = body;
	memcpy(opts->fastopen.octet, opt + MYTCP_LEN_FASTOPEN_BASE, body);
}

/* One option whose @len octets are all there. What is not understood is skipped. */
static void parse_option(const u8 *opt, unsigned int len, bool syn,
			 struct mytcp_opts *opts)
{
	switch (opt[0]) {
	case MYTCP_KIND_MSS:
		if (syn && len == MYTCP_LEN_MSS) {	/* MUST-65 */
			opts->has |= MYTCP_HAS_MSS;
			opts->mss = get16(opt + 2);
		}
		break;
	case MYTCP_KIND_WSCALE:
		if (syn && len == MYTCP_LEN_WSCALE) {
			opts->has |= MYTCP_HAS_WSCALE;
			opts->wscale = opt[2];
		}
		break;
	case MYTCP_KIND_SACK_PERM:
		if (syn && len == MYTCP_LEN_SACK_PERM)
			opts->has |= MYTCP_HAS_SACK_PERM;
		break;
	case MYTCP_KIND_SACK:
		if (!syn)
			parse_sack(opt, len, opts);
		break;
	case MYTCP_KIND_TS:
		if (len == MYTCP_LEN_TS)
			parse_ts(opt, opts);
		break;
	case MYTCP_KIND_FASTOPEN:
		if (syn)
			parse_fastopen(opt, len, opts);
		break;
	}
}

static enum mytcp_parse parse_options(const u8 *opt, unsigned int left, bool syn,
				      struct mytcp_opts *opts)
{
	while (left) {
		unsigned int len;

		if (opt[0] == MYTCP_KIND_EOL)
			break;

		if (opt[0] == MYTCP_KIND_NOP) {
			len = 1;
		} else {
			/* MUST-6: every other kind has a length; MUST-7: doubt it */
			if (left < 2 || opt[1] < 2 || opt[1] > left)
				return MYTCP_PARSE_OPTION;
			len = opt[1];
			parse_option(opt, len, syn, opts);
		}
		opt += len;
		left -= len;
	}

	return MYTCP_PARSE_OK;
}

/**
 * mytcp_segment_parse() - read header and options
 * @bytes: the segment, aligned in no way
 * @len: bytes that may be read; all of the header and its options at least
 * @seg: result, but for its len
 *
 * MSS, window scale, SACK-permitted and Fast Open count on a SYN only (MUST-65),
 * SACK blocks on anything else. An unknown kind is skipped by its length (MUST-6),
 * as is a known kind with a length that is not its own. Of an option that comes
 * twice the last one counts. Nothing is checked against the connection.
 *
 * Context: any, no locks.
 * Return:
 * * MYTCP_PARSE_OK
 * * MYTCP_PARSE_SHORT or MYTCP_PARSE_DOFF: no segment, @seg is as it was
 * * MYTCP_PARSE_OPTION: an option's length is below 2 or beyond the end of the
 *   options. @seg holds everything up to there; the caller may go on with that,
 *   as Linux does, or drop the segment.
 */
enum mytcp_parse mytcp_segment_parse(const u8 *bytes, unsigned int len,
				     struct mytcp_seg *seg)
{
	struct mytcp_opts *opts = &seg->opts;
	unsigned int hdr_len;

	if (len < MYTCP_HDR_LEN)
		return MYTCP_PARSE_SHORT;
	hdr_len = (bytes[12] >> 4) * 4;
	if (hdr_len < MYTCP_HDR_LEN || hdr_len > len)
		return MYTCP_PARSE_DOFF;

	seg->sport = get16(bytes);
	seg->dport = get16(bytes + 2);
	seg->seq = get32(bytes + 4);
	seg->ack = get32(bytes + 8);
	seg->flags = get16(bytes + 12) & (MYTCP_AE | 0xff);
	seg->wnd = get16(bytes + 14);
	seg->urg = get16(bytes + 18);
	seg->hdr_len = hdr_len;

	opts->has = 0;
	opts->wscale = 0;
	opts->nsack = 0;
	opts->mss = 0;
	opts->tsval = 0;
	opts->tsecr = 0;

	bytes += MYTCP_HDR_LEN;
	hdr_len -= MYTCP_HDR_LEN;
	if (hdr_len == MYTCP_LEN_TS_ALIGNED && get32(bytes) == TS_ALIGNED) {
		parse_ts(bytes + 2, opts);
		return MYTCP_PARSE_OK;
	}
	if (hdr_len == SYN_USUAL_LEN && (seg->flags & MYTCP_SYN) &&
	    parse_usual_syn(bytes, opts))
		return MYTCP_PARSE_OK;

	return parse_options(bytes, hdr_len, seg->flags & MYTCP_SYN, opts);
}

/* How many SACK blocks go behind @used octets of options and two NOPs. */
static unsigned int sacks_that_fit(const struct mytcp_opts *opts,
				   unsigned int used)
{
	unsigned int room = MYTCP_OPT_SPACE - used - 2 - MYTCP_LEN_SACK_BASE;

	if (!(opts->has & MYTCP_HAS_SACK))
		return 0;

	return min3((unsigned int)opts->nsack, room / MYTCP_LEN_SACK_BLOCK,
		    (unsigned int)MYTCP_MAX_SACKS);
}

/* Octets of a cookie to write; more than one has, or half a word, is none. */
static unsigned int cookie_len(const struct mytcp_fastopen_cookie *cookie)
{
	return min_t(unsigned int, cookie->len, MYTCP_FASTOPEN_MOST) & ~1U;
}

/* Two NOPs behind it make the words full, when need be. */
static unsigned int fastopen_len(const struct mytcp_opts *opts)
{
	unsigned int len = MYTCP_LEN_FASTOPEN_BASE + cookie_len(&opts->fastopen);

	return opts->has & MYTCP_HAS_FASTOPEN ? len + len % 4 : 0;
}

/**
 * mytcp_segment_opts_len() - octets mytcp_segment_put_opts() would write
 * @opts: the options; those of a SYN and SACK blocks exclude each other
 *
 * Context: any, no locks.
 * Return: octets, a multiple of 4, MYTCP_OPT_SPACE at most.
 */
unsigned int mytcp_segment_opts_len(const struct mytcp_opts *opts)
{
	unsigned int len = 0;
	unsigned int nsack;

	if (opts->has & MYTCP_HAS_TS)
		len += MYTCP_LEN_TS_ALIGNED;
	else if (opts->has & MYTCP_HAS_SACK_PERM)
		len += 2 + MYTCP_LEN_SACK_PERM;

	if (opts->has & MYTCP_HAS_MSS)
		len += MYTCP_LEN_MSS;
	if (opts->has & MYTCP_HAS_WSCALE)
		len += 1 + MYTCP_LEN_WSCALE;
	if (opts->has & (MYTCP_HAS_MSS | MYTCP_HAS_WSCALE |
			 MYTCP_HAS_SACK_PERM | MYTCP_HAS_FASTOPEN))
		return len + fastopen_len(opts);

	nsack = sacks_that_fit(opts, len);
	if (nsack)
		len += 2 + MYTCP_LEN_SACK_BASE + nsack * MYTCP_LEN_SACK_BLOCK;

	return len;
}

static u8 *put_nops(u8 *at)
{
	*at++ = MYTCP_KIND_NOP;
	*at++ = MYTCP_KIND_NOP;
	return at;
}

static u8 *put_sack_perm(u8 *at)
{
	*at++ = MYTCP_KIND_SACK_PERM;
	*at++ = MYTCP_LEN_SACK_PERM;
	return at;
}

static u8 *put_ts(u8 *at, const struct mytcp_opts *opts)
{
	*at++ = MYTCP_KIND_TS;
	*at++ = MYTCP_LEN_TS;
	return put32(put32(at, opts->tsval), opts->tsecr);
}

static u8 *put_fastopen(u8 *at, const struct mytcp_fastopen_cookie *cookie)
{
	unsigned int len = cookie_len(cookie);

	*at++ = MYTCP_KIND_FASTOPEN;
	*at++ = MYTCP_LEN_FASTOPEN_BASE + len;
	memcpy(at, cookie->octet, len);
	at += len;
	return len % 4 ? at : put_nops(at);
}

/*
 * Linux's order: MSS, SACK-permitted, timestamps, NOP, window scale, Fast Open.
 * With a cookie of the greatest length they fill all the space there is.
 */
static u8 *put_syn_opts(u8 *at, const struct mytcp_opts *opts)
{
	bool perm = opts->has & MYTCP_HAS_SACK_PERM;
	bool ts = opts->has & MYTCP_HAS_TS;

	if (opts->has & MYTCP_HAS_MSS) {
		*at++ = MYTCP_KIND_MSS;
		*at++ = MYTCP_LEN_MSS;
		at = put16(at, opts->mss);
	}

	/* Both fill three words; one alone has NOPs for the other's place. */
	if (perm != ts)
		at = put_nops(at);
	if (perm)
		at = put_sack_perm(at);
	if (ts)
		at = put_ts(at, opts);

	if (opts->has & MYTCP_HAS_WSCALE) {
		*at++ = MYTCP_KIND_NOP;
		*at++ = MYTCP_KIND_WSCALE;
		*at++ = MYTCP_LEN_WSCALE;
		*at++ = opts->wscale;
	}

	if (opts->has & MYTCP_HAS_FASTOPEN)
		at = put_fastopen(at, &opts->fastopen);

	return at;
}

static u8 *put_data_opts(u8 *at, const struct mytcp_opts *opts)
{
	const u8 *start = at;
	unsigned int nsack;
	unsigned int i;

	if (opts->has & MYTCP_HAS_TS)
		at = put_ts(put_nops(at), opts);

	nsack = sacks_that_fit(opts, at - start);
	if (!nsack)
		return at;

	at = put_nops(at);
	*at++ = MYTCP_KIND_SACK;
	*at++ = MYTCP_LEN_SACK_BASE + nsack * MYTCP_LEN_SACK_BLOCK;
	for (i = 0; i < nsack; i++) {
		at = put32(at, opts->sack[i].left);
		at = put32(at, opts->sack[i].right);
	}

	return at;
}

/**
 * mytcp_segment_put_opts() - write options
 * @bytes: where to; mytcp_segment_opts_len() octets
 * @opts: the options; those of a SYN and SACK blocks exclude each other
 * @syn: the segment has the SYN flag
 *
 * What does not belong on such a segment is left out, as are the SACK blocks
 * beyond those that fit. NOPs align everything to words, so that there is
 * never anything to pad (MUST-69).
 *
 * Context: any, no locks.
 * Return: octets written, a multiple of 4.
 */
unsigned int mytcp_segment_put_opts(u8 *bytes, const struct mytcp_opts *opts,
				    bool syn)
{
	const u8 *end = syn ? put_syn_opts(bytes, opts) :
			      put_data_opts(bytes, opts);

	return end - bytes;
}

/**
 * mytcp_segment_put() - write header and options
 * @bytes: where to; MYTCP_HDR_LEN + mytcp_segment_opts_len() octets
 * @seg: the segment; its len and hdr_len are not looked at
 *
 * The checksum field is left zero, for whoever computes it.
 *
 * Context: any, no locks.
 * Return: octets written, as the data offset has it.
 */
unsigned int mytcp_segment_put(u8 *bytes, const struct mytcp_seg *seg)
{
	unsigned int hdr_len = MYTCP_HDR_LEN +
			       mytcp_segment_put_opts(bytes + MYTCP_HDR_LEN,
						      &seg->opts,
						      seg->flags & MYTCP_SYN);
	u8 *at = bytes;

	at = put16(at, seg->sport);
	at = put16(at, seg->dport);
	at = put32(at, seg->seq);
	at = put32(at, seg->ack);
	/* the data offset in words, four bits unused, the flags */
	at = put16(at, hdr_len / 4 << 12 | (seg->flags & (MYTCP_AE | 0xff)));
	at = put16(at, seg->wnd);
	at = put16(at, 0);
	put16(at, seg->urg);

	return hdr_len;
}
