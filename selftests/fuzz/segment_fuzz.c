// SPDX-License-Identifier: GPL-2.0
/*
 * Any octets through mytcp_segment_parse(): nothing beyond the header is read,
 * the result is consistent, and written out it is read back the same. The same
 * octets taken as struct mytcp_opts must not make the writer leave its bounds.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mytcp/proto/segment.h"

#define SYN_OPTS (MYTCP_HAS_MSS | MYTCP_HAS_WSCALE | MYTCP_HAS_SACK_PERM | \
		  MYTCP_HAS_FASTOPEN)

#define MUST(condition) do {	\
	if (!(condition))	\
		abort();	\
} while (0)

static void check_parsed(const struct mytcp_seg *seg, size_t size)
{
	bool syn = seg->flags & MYTCP_SYN;

	MUST(seg->hdr_len >= MYTCP_HDR_LEN && seg->hdr_len <= MYTCP_HDR_MAX);
	MUST(seg->hdr_len % 4 == 0 && seg->hdr_len <= size);
	MUST(!(seg->opts.has & (syn ? MYTCP_HAS_SACK : SYN_OPTS)));
	MUST(seg->opts.nsack <= MYTCP_MAX_SACKS);
	MUST(!seg->opts.nsack == !(seg->opts.has & MYTCP_HAS_SACK));
	if (seg->opts.has & MYTCP_HAS_FASTOPEN)
		MUST(seg->opts.fastopen.len <= MYTCP_FASTOPEN_MOST &&
		     seg->opts.fastopen.len % 2 == 0);
}

static void check_round_trip(struct mytcp_seg *seg)
{
	size_t used = seg->opts.nsack * sizeof(seg->opts.sack[0]);
	struct mytcp_seg again;
	unsigned int len = MYTCP_HDR_LEN + mytcp_segment_opts_len(&seg->opts);
	u8 *bytes = malloc(len);

	MUST(mytcp_segment_put(bytes, seg) == len);
	memset(&again, 0, sizeof(again));
	MUST(mytcp_segment_parse(bytes, len, &again) == MYTCP_PARSE_OK);
	free(bytes);

	/* What an option replaced by a shorter one left, and other NOPs. */
	if (seg->opts.has & MYTCP_HAS_FASTOPEN)
		used = offsetof(struct mytcp_fastopen_cookie, octet) + seg->opts.fastopen.len;
	memset((u8 *)seg->opts.sack + used, 0, sizeof(seg->opts.sack) - used);
	seg->hdr_len = len;
	MUST(!memcmp(seg, &again, sizeof(again)));
}

static void check_writer(const struct mytcp_opts *opts, bool syn)
{
	struct mytcp_opts fitting = *opts;
	unsigned int len;
	u8 *bytes;

	fitting.has &= syn ? SYN_OPTS | MYTCP_HAS_TS : MYTCP_HAS_TS | MYTCP_HAS_SACK;
	len = mytcp_segment_opts_len(&fitting);
	MUST(len <= MYTCP_OPT_SPACE && len % 4 == 0);
	bytes = malloc(len);
	/* what does not belong there must be left out */
	MUST(mytcp_segment_put_opts(bytes, opts, syn) == len);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	enum mytcp_parse verdict;
	struct mytcp_opts opts;
	struct mytcp_seg seg;

	memset(&seg, 0, sizeof(seg));
	verdict = mytcp_segment_parse(data, size, &seg);
	if (verdict == MYTCP_PARSE_OK || verdict == MYTCP_PARSE_OPTION) {
		check_parsed(&seg, size);
		check_round_trip(&seg);
	}

	if (size >= sizeof(opts)) {
		memcpy(&opts, data, sizeof(opts));
		check_writer(&opts, true);
		check_writer(&opts, false);
	}
	return 0;
}
