// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/segment.c: RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018, RFC 7413. */
#include <kselftest_harness.h>

#include "mytcp/proto/segment.h"
#include "random.h"

#define ALL_FLAGS	0x1ff

/* Room for any header, in which a write beyond the end shows. */
struct buffer {
	u8 bytes[MYTCP_HDR_MAX + 16];
};

/* A header without options that asks for @hdr_len octets. */
static void put_header(u8 *bytes, unsigned int hdr_len, u16 flags)
{
	memset(bytes, 0, MYTCP_HDR_LEN);
	bytes[12] = hdr_len / 4 << 4 | flags >> 8;
	bytes[13] = flags & 0xff;
}

/* Parse a segment with these options; the memory behind them is not ours. */
static enum mytcp_parse parse_with(const u8 *opts, unsigned int len, u16 flags,
				   struct mytcp_seg *seg)
{
	unsigned int hdr_len = MYTCP_HDR_LEN + (len + 3) / 4 * 4;
	u8 *bytes = calloc(1, hdr_len);
	enum mytcp_parse verdict;

	put_header(bytes, hdr_len, flags);
	memcpy(bytes + MYTCP_HDR_LEN, opts, len);
	memset(seg, 0xa5, sizeof(*seg));
	verdict = mytcp_segment_parse(bytes, hdr_len, seg);
	free(bytes);
	return verdict;
}

#define PARSE(flags, seg, ...) ({					\
	static const u8 opts_[] = { __VA_ARGS__ };			\
	parse_with(opts_, sizeof(opts_), flags, seg);			\
})

#define EXPECT_OCTETS(seen, len, ...) do {				\
	static const u8 expected_[] = { __VA_ARGS__ };			\
	unsigned int i_;						\
									\
	ASSERT_EQ(sizeof(expected_), len);				\
	for (i_ = 0; i_ < sizeof(expected_); i_++)			\
		ASSERT_EQ(expected_[i_], (seen)[i_])			\
			TH_LOG("octet %u", i_);				\
} while (0)

/* Parsing: the header */

TEST(fewer_octets_than_a_header_are_no_segment)
{
	struct mytcp_seg seg, before;
	unsigned int len;

	memset(&seg, 0xa5, sizeof(seg));
	before = seg;
	for (len = 0; len < MYTCP_HDR_LEN; len++) {
		u8 *bytes = malloc(len);

		memset(bytes, 0xff, len);
		EXPECT_EQ(MYTCP_PARSE_SHORT, mytcp_segment_parse(bytes, len, &seg));
		free(bytes);
	}
	EXPECT_EQ(0, memcmp(&before, &seg, sizeof(seg)));
}

TEST(a_data_offset_below_five_is_no_segment)
{
	struct mytcp_seg seg, before;
	unsigned int doff;

	memset(&seg, 0xa5, sizeof(seg));
	before = seg;
	for (doff = 0; doff < 5; doff++) {
		u8 bytes[MYTCP_HDR_LEN];

		put_header(bytes, doff * 4, MYTCP_ACK);
		EXPECT_EQ(MYTCP_PARSE_DOFF,
			  mytcp_segment_parse(bytes, sizeof(bytes), &seg));
	}
	EXPECT_EQ(0, memcmp(&before, &seg, sizeof(seg)));
}

TEST(a_data_offset_beyond_the_end_is_no_segment)
{
	unsigned int doff, len;

	for (doff = 6; doff <= 15; doff++) {
		for (len = MYTCP_HDR_LEN; len < doff * 4; len++) {
			u8 *bytes = calloc(1, len);
			struct mytcp_seg seg;

			put_header(bytes, doff * 4, MYTCP_ACK);
			EXPECT_EQ(MYTCP_PARSE_DOFF,
				  mytcp_segment_parse(bytes, len, &seg));
			free(bytes);
		}
	}
}

TEST(every_field_of_the_header_is_read)
{
	static const u8 bytes[] = {
		0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0,
		0xfe, 0xdc, 0xba, 0x98, 0x50, 0x18, 0xf2, 0x34,
		0xaa, 0xbb, 0xcc, 0xdd,
	};
	struct mytcp_seg seg;

	memset(&seg, 0xa5, sizeof(seg));
	EXPECT_EQ(MYTCP_PARSE_OK, mytcp_segment_parse(bytes, sizeof(bytes), &seg));
	EXPECT_EQ(0x1234, seg.sport);
	EXPECT_EQ(0x5678, seg.dport);
	EXPECT_EQ(0x9abcdef0, seg.seq);
	EXPECT_EQ(0xfedcba98, seg.ack);
	EXPECT_EQ(MYTCP_PSH | MYTCP_ACK, seg.flags);
	EXPECT_EQ(0xf234, seg.wnd);
	EXPECT_EQ(0xccdd, seg.urg);
	EXPECT_EQ(MYTCP_HDR_LEN, seg.hdr_len);
	EXPECT_EQ(0, seg.opts.has);
	EXPECT_EQ(0, seg.opts.nsack);
	EXPECT_EQ(0, seg.opts.mss);
	EXPECT_EQ(0, seg.opts.wscale);
	EXPECT_EQ(0, seg.opts.tsval);
	EXPECT_EQ(0, seg.opts.tsecr);
}

TEST(the_parser_leaves_the_length_of_the_payload_alone)
{
	struct mytcp_seg seg = { .len = 1234 };
	u8 bytes[MYTCP_HDR_LEN + 5] = { 0 };

	put_header(bytes, MYTCP_HDR_LEN, MYTCP_ACK);
	EXPECT_EQ(MYTCP_PARSE_OK, mytcp_segment_parse(bytes, sizeof(bytes), &seg));
	EXPECT_EQ(1234, seg.len);
}

TEST(each_of_the_nine_flags_is_read_and_the_reserved_bits_are_not)
{
	unsigned int bit;

	for (bit = 0; bit < 12; bit++) {
		u8 bytes[MYTCP_HDR_LEN] = { 0 };
		struct mytcp_seg seg;

		bytes[12] = 5 << 4 | 1 << bit >> 8;
		bytes[13] = 1 << bit & 0xff;
		EXPECT_EQ(MYTCP_PARSE_OK,
			  mytcp_segment_parse(bytes, sizeof(bytes), &seg));
		EXPECT_EQ(1 << bit & ALL_FLAGS, seg.flags);
	}
}

/* MUST-64 */
TEST(a_segment_may_begin_at_any_address)
{
	unsigned int shift;

	for (shift = 0; shift < 8; shift++) {
		struct mytcp_seg in = {
			.seq = 0x01020304, .ack = 0x05060708,
			.flags = MYTCP_ACK,
			.opts = { .has = MYTCP_HAS_TS, .tsval = 0x11223344, .tsecr = 5 },
		};
		struct mytcp_seg out;
		struct buffer buffer;
		unsigned int len = mytcp_segment_put(buffer.bytes + shift, &in);

		EXPECT_EQ(MYTCP_PARSE_OK,
			  mytcp_segment_parse(buffer.bytes + shift, len, &out));
		EXPECT_EQ(0x01020304, out.seq);
		EXPECT_EQ(0x05060708, out.ack);
		EXPECT_EQ(0x11223344, out.opts.tsval);
	}
}

/* Parsing: the options */

TEST(all_options_of_a_SYN_are_read)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN, &seg,
			2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0x11, 0x22, 0x33, 0x44,
			0, 0, 0, 9, 1, 3, 3, 7));
	EXPECT_EQ(MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM | MYTCP_HAS_TS |
		  MYTCP_HAS_WSCALE, seg.opts.has);
	EXPECT_EQ(1460, seg.opts.mss);
	EXPECT_EQ(7, seg.opts.wscale);
	EXPECT_EQ(0x11223344, seg.opts.tsval);
	EXPECT_EQ(9, seg.opts.tsecr);
	EXPECT_EQ(40, seg.hdr_len);
}

/* MUST-65 */
/* Whether an octet of them is another, or they are on no SYN, must not matter. */
TEST(the_usual_options_of_a_SYN_are_read_as_any_others)
{
	static const u8 usual[20] = {
		2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7,
	};
	unsigned int i, value;

	for (i = 0; i < sizeof(usual) * 256 * 2; i++) {
		u16 flags = i % 2 ? MYTCP_SYN : MYTCP_ACK;
		u8 opts[4 + sizeof(usual)] = { 1, 1, 1, 1 };	/* NOPs */
		struct mytcp_seg seg, general;

		value = i / 2 % 256;
		memcpy(opts + 4, usual, sizeof(usual));
		opts[4 + i / 512] = value;
		ASSERT_EQ(parse_with(opts, sizeof(opts), flags, &general),
			  parse_with(opts + 4, sizeof(usual), flags, &seg));
		general.hdr_len = seg.hdr_len;
		ASSERT_EQ(0, memcmp(&general, &seg, sizeof(seg)))
			TH_LOG("octet %u is %u", i / 512, value);
	}
}

TEST(the_options_of_a_SYN_count_on_a_SYN_only)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg,
			2, 4, 0x05, 0xb4, 4, 2, 1, 1, 1, 3, 3, 7));
	EXPECT_EQ(0, seg.opts.has);
	EXPECT_EQ(0, seg.opts.mss);
	EXPECT_EQ(0, seg.opts.wscale);
}

TEST(one_to_four_SACK_blocks_are_read)
{
	u8 opts[2 + 4 * 8];
	unsigned int n, i;

	for (i = 0; i < sizeof(opts); i++)
		opts[i] = i;
	for (n = 1; n <= MYTCP_MAX_SACKS; n++) {
		struct mytcp_seg seg;

		opts[0] = MYTCP_KIND_SACK;
		opts[1] = 2 + 8 * n;
		EXPECT_EQ(MYTCP_PARSE_OK,
			  parse_with(opts, opts[1], MYTCP_ACK, &seg));
		EXPECT_EQ(MYTCP_HAS_SACK, seg.opts.has);
		ASSERT_EQ(n, seg.opts.nsack);
		for (i = 0; i < n; i++) {
			EXPECT_EQ(0x02030405 + i * 0x08080808, seg.opts.sack[i].left);
			EXPECT_EQ(0x06070809 + i * 0x08080808, seg.opts.sack[i].right);
		}
	}
}

TEST(SACK_blocks_on_a_SYN_do_not_count)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN | MYTCP_ACK, &seg,
			5, 10, 0, 0, 0, 1, 0, 0, 0, 2));
	EXPECT_EQ(0, seg.opts.has);
	EXPECT_EQ(0, seg.opts.nsack);
}

TEST(timestamps_count_on_every_segment)
{
	static const u16 flags[] = {
		0, MYTCP_SYN, MYTCP_ACK, MYTCP_RST, MYTCP_FIN | MYTCP_ACK,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		struct mytcp_seg seg;

		EXPECT_EQ(MYTCP_PARSE_OK,
			  PARSE(flags[i], &seg, 1, 1, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7));
		EXPECT_EQ(MYTCP_HAS_TS, seg.opts.has);
		EXPECT_EQ(0x00010203, seg.opts.tsval);
		EXPECT_EQ(0x04050607, seg.opts.tsecr);
	}
}

/* The usual twelve octets have a path of their own: others must be as good. */
TEST(timestamps_count_wherever_they_stand)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1));
	EXPECT_EQ(0x00010203, seg.opts.tsval);
	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg, 1, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7, 1));
	EXPECT_EQ(0x00010203, seg.opts.tsval);
	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg,
			1, 1, 8, 10, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1, 1, 1));
	EXPECT_EQ(0x00010203, seg.opts.tsval);
	EXPECT_EQ(0x04050607, seg.opts.tsecr);
}

TEST(nothing_behind_the_end_of_the_options_counts)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN, &seg, 4, 2, 0, 2, 4, 5, 0xb4, 0xff));
	EXPECT_EQ(MYTCP_HAS_SACK_PERM, seg.opts.has);
}

TEST(any_number_of_nops_is_skipped)
{
	u8 opts[MYTCP_OPT_SPACE];
	struct mytcp_seg seg;

	memset(opts, MYTCP_KIND_NOP, sizeof(opts));
	EXPECT_EQ(MYTCP_PARSE_OK, parse_with(opts, sizeof(opts), MYTCP_SYN, &seg));
	EXPECT_EQ(0, seg.opts.has);

	memcpy(opts + 36, (u8[]){ 2, 4, 0x12, 0x34 }, 4);
	EXPECT_EQ(MYTCP_PARSE_OK, parse_with(opts, sizeof(opts), MYTCP_SYN, &seg));
	EXPECT_EQ(0x1234, seg.opts.mss);
}

/* MUST-6 */
TEST(an_unknown_option_is_skipped_by_its_length)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN, &seg, 77, 8, 2, 4, 0, 9, 0, 0, 253, 2,
			2, 4, 0x05, 0xb4, 0, 0));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);
	EXPECT_EQ(1460, seg.opts.mss);
}

TEST(a_known_option_with_a_length_not_its_own_is_skipped)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN, &seg, 2, 3, 5, 3, 4, 1, 1, 4, 3, 1, 8, 9, 0, 0,
			0, 1, 0, 0, 0, 2, 4, 0x05, 0xb4));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);
	EXPECT_EQ(1460, seg.opts.mss);

	/* no block, and a block and a half */
	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg, 5, 2, 5, 14, 0, 0, 0, 1, 0, 0, 0, 2,
			0, 0, 0, 3));
	EXPECT_EQ(0, seg.opts.has);
}

/* MUST-7 */
TEST(an_illegal_length_ends_the_options_and_keeps_those_before_it)
{
	struct mytcp_seg seg;

	/* 0, 1, past the end, and no length at all */
	EXPECT_EQ(MYTCP_PARSE_OPTION,
		  PARSE(MYTCP_SYN, &seg, 2, 4, 0x05, 0xb4, 3, 0, 4, 2));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);
	EXPECT_EQ(1460, seg.opts.mss);
	EXPECT_EQ(28, seg.hdr_len);

	EXPECT_EQ(MYTCP_PARSE_OPTION,
		  PARSE(MYTCP_SYN, &seg, 2, 4, 0x05, 0xb4, 99, 1, 4, 2));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);

	EXPECT_EQ(MYTCP_PARSE_OPTION,
		  PARSE(MYTCP_SYN, &seg, 2, 4, 0x05, 0xb4, 1, 3, 4, 7));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);

	EXPECT_EQ(MYTCP_PARSE_OPTION,
		  PARSE(MYTCP_SYN, &seg, 2, 4, 0x05, 0xb4, 1, 1, 1, 4));
	EXPECT_EQ(MYTCP_HAS_MSS, seg.opts.has);
}

TEST(of_an_option_that_comes_twice_the_last_counts)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_SYN, &seg, 2, 4, 0x05, 0xb4, 3, 3, 1, 3, 3, 2,
			2, 4, 0x02, 0x18));
	EXPECT_EQ(536, seg.opts.mss);
	EXPECT_EQ(2, seg.opts.wscale);

	EXPECT_EQ(MYTCP_PARSE_OK,
		  PARSE(MYTCP_ACK, &seg, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2,
			0, 0, 0, 3, 0, 0, 0, 4, 5, 10, 0, 0, 0, 5, 0, 0, 0, 6));
	EXPECT_EQ(1, seg.opts.nsack);
	EXPECT_EQ(5, seg.opts.sack[0].left);
	EXPECT_EQ(6, seg.opts.sack[0].right);
}

TEST(the_window_scale_is_given_as_it_came)
{
	struct mytcp_seg seg;

	EXPECT_EQ(MYTCP_PARSE_OK, PARSE(MYTCP_SYN, &seg, 3, 3, 255, 1));
	EXPECT_EQ(255, seg.opts.wscale);
}

/* What one option with this length must leave in has, zeros behind it. */
static u8 expected_of(unsigned int kind, unsigned int len, bool syn)
{
	switch (kind) {
	case MYTCP_KIND_MSS:
		return syn && len == 4 ? MYTCP_HAS_MSS : 0;
	case MYTCP_KIND_WSCALE:
		return syn && len == 3 ? MYTCP_HAS_WSCALE : 0;
	case MYTCP_KIND_SACK_PERM:
		return syn && len == 2 ? MYTCP_HAS_SACK_PERM : 0;
	case MYTCP_KIND_SACK:
		return !syn && (len == 10 || len == 18 || len == 26 || len == 34) ?
		       MYTCP_HAS_SACK : 0;
	case MYTCP_KIND_TS:
		return len == 10 ? MYTCP_HAS_TS : 0;
	case MYTCP_KIND_FASTOPEN:
		return syn && len % 2 == 0 && (len == 2 || (len >= 6 && len <= 18)) ?
		       MYTCP_HAS_FASTOPEN : 0;
	}
	return 0;
}

/* ASan watches the heap behind each header, UBSan the rest. */
TEST(no_kind_of_any_length_in_any_space_reads_beyond_the_header)
{
	unsigned int space, kind, len, syn;

	for (space = 4; space <= MYTCP_OPT_SPACE; space += 4) {
		u8 *bytes = calloc(1, MYTCP_HDR_LEN + space);

		for (kind = 2; kind < 256; kind++) {
			for (len = 0; len < 256; len++) {
				for (syn = 0; syn < 2; syn++) {
					bool fits = len >= 2 && len <= space;
					struct mytcp_seg seg;

					put_header(bytes, MYTCP_HDR_LEN + space,
						   syn ? MYTCP_SYN : MYTCP_ACK);
					bytes[20] = kind;
					bytes[21] = len;
					ASSERT_EQ(fits ? MYTCP_PARSE_OK : MYTCP_PARSE_OPTION,
						  mytcp_segment_parse(bytes,
								      MYTCP_HDR_LEN + space,
								      &seg));
					ASSERT_EQ(fits ? expected_of(kind, len, syn) : 0,
						  seg.opts.has);
				}
			}
		}
		free(bytes);
	}
}

/* The same with the option as far behind as it can be: its last octets are missing. */
TEST(no_option_cut_off_at_the_end_reads_beyond_the_header)
{
	unsigned int left, kind, len, syn;
	u8 *bytes = malloc(MYTCP_HDR_MAX);

	for (left = 1; left <= MYTCP_OPT_SPACE; left++) {
		for (kind = 2; kind < 256; kind++) {
			for (len = left + 1; len < 256; len++) {
				for (syn = 0; syn < 2; syn++) {
					u8 *opt = bytes + MYTCP_HDR_MAX - left;
					struct mytcp_seg seg;

					put_header(bytes, MYTCP_HDR_MAX,
						   syn ? MYTCP_SYN : MYTCP_ACK);
					memset(bytes + MYTCP_HDR_LEN, MYTCP_KIND_NOP,
					       MYTCP_OPT_SPACE);
					opt[0] = kind;
					if (left > 1)
						opt[1] = len;
					ASSERT_EQ(MYTCP_PARSE_OPTION,
						  mytcp_segment_parse(bytes, MYTCP_HDR_MAX,
								      &seg));
					ASSERT_EQ(0, seg.opts.has);
				}
			}
		}
	}
	free(bytes);
}

TEST(random_octets_never_read_beyond_the_header)
{
	u64 random = 793;
	int i;

	for (i = 0; i < 200000; i++) {
		unsigned int len = random_below(&random, 64);
		u8 *bytes = malloc(len);
		struct mytcp_seg seg;
		unsigned int at;

		/* few kinds and short lengths, or most options would be unknown */
		for (at = 0; at < len; at++)
			bytes[at] = random_below(&random, random_below(&random, 4) ? 12 : 256);
		if (len > 12)
			bytes[12] = random_u32(&random);
		if (mytcp_segment_parse(bytes, len, &seg) == MYTCP_PARSE_OK)
			ASSERT_GE(len, seg.hdr_len);
		free(bytes);
	}
}

/* Writing */

static const struct mytcp_opts full = {
	.mss = 1460, .wscale = 7, .tsval = 0x01020304, .tsecr = 0x05060708,
	.nsack = 4,
	.sack = { { 1, 2 }, { 3, 4 }, { 5, 6 }, { 0x0708090a, 0x0b0c0d0e } },
};

/* Write options after a pattern that must survive behind them. */
static unsigned int put_opts(struct __test_metadata *_metadata, struct buffer *buffer,
			     const struct mytcp_opts *opts, bool syn)
{
	unsigned int len, i;

	memset(buffer, 0xee, sizeof(*buffer));
	len = mytcp_segment_put_opts(buffer->bytes, opts, syn);
	EXPECT_EQ(0, len % 4);
	EXPECT_GE(MYTCP_OPT_SPACE, len);
	for (i = len; i < sizeof(buffer->bytes); i++)
		EXPECT_EQ(0xee, buffer->bytes[i]);
	return len;
}

#define EXPECT_OPTS(has_, syn, ...) do {					\
	struct mytcp_opts written_ = full;					\
	struct buffer buffer_;							\
	unsigned int len_;							\
										\
	written_.has = has_;							\
	len_ = put_opts(_metadata, &buffer_, &written_, syn);			\
	EXPECT_EQ(len_, mytcp_segment_opts_len(&written_));			\
	EXPECT_OCTETS(buffer_.bytes, len_, __VA_ARGS__);			\
} while (0)

TEST(a_SYN_has_its_options_in_the_order_of_Linux)
{
	EXPECT_OPTS(MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM | MYTCP_HAS_TS | MYTCP_HAS_WSCALE,
		    true, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7);
}

TEST(nops_stand_for_the_SACK_permitted_that_is_missing)
{
	EXPECT_OPTS(MYTCP_HAS_MSS | MYTCP_HAS_TS | MYTCP_HAS_WSCALE,
		    true, 2, 4, 0x05, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7);
}

TEST(nops_stand_for_the_timestamps_that_are_missing)
{
	EXPECT_OPTS(MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM | MYTCP_HAS_WSCALE,
		    true, 2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7);
}

TEST(a_SYN_may_have_any_one_option)
{
	EXPECT_OPTS(MYTCP_HAS_MSS, true, 2, 4, 0x05, 0xb4);
	EXPECT_OPTS(MYTCP_HAS_WSCALE, true, 1, 3, 3, 7);
	EXPECT_OPTS(MYTCP_HAS_SACK_PERM, true, 1, 1, 4, 2);
	EXPECT_OPTS(MYTCP_HAS_TS, true, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
}

TEST(no_options_take_no_room)
{
	struct mytcp_opts none = full;
	struct buffer buffer;

	none.has = 0;
	EXPECT_EQ(0, mytcp_segment_opts_len(&none));
	EXPECT_EQ(0, put_opts(_metadata, &buffer, &none, true));
	EXPECT_EQ(0, put_opts(_metadata, &buffer, &none, false));
}

TEST(timestamps_are_aligned_by_two_nops)
{
	EXPECT_OPTS(MYTCP_HAS_TS, false, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
}

TEST(four_SACK_blocks_fit_without_timestamps)
{
	EXPECT_OPTS(MYTCP_HAS_SACK, false, 1, 1, 5, 34,
		    0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4,
		    0, 0, 0, 5, 0, 0, 0, 6, 7, 8, 9, 10, 11, 12, 13, 14);
}

TEST(three_SACK_blocks_fit_with_timestamps)
{
	EXPECT_OPTS(MYTCP_HAS_SACK | MYTCP_HAS_TS, false, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 5, 26,
		    0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4,
		    0, 0, 0, 5, 0, 0, 0, 6);
}

TEST(fewer_SACK_blocks_take_less_room)
{
	struct mytcp_opts opts = full;
	struct buffer buffer;

	opts.has = MYTCP_HAS_SACK;
	for (opts.nsack = 1; opts.nsack <= MYTCP_MAX_SACKS; opts.nsack++) {
		EXPECT_EQ(4 + 8 * opts.nsack, mytcp_segment_opts_len(&opts));
		EXPECT_EQ(4 + 8 * opts.nsack, put_opts(_metadata, &buffer, &opts, false));
	}
}

TEST(a_SACK_option_without_blocks_is_left_out)
{
	struct mytcp_opts opts = full;
	struct buffer buffer;

	opts.has = MYTCP_HAS_SACK;
	opts.nsack = 0;
	EXPECT_EQ(0, mytcp_segment_opts_len(&opts));
	EXPECT_EQ(0, put_opts(_metadata, &buffer, &opts, false));
}

TEST(more_SACK_blocks_than_there_can_be_are_not_believed)
{
	struct mytcp_opts opts = full;
	struct buffer buffer;

	opts.has = MYTCP_HAS_SACK;
	opts.nsack = 255;
	EXPECT_EQ(36, mytcp_segment_opts_len(&opts));
	EXPECT_EQ(36, put_opts(_metadata, &buffer, &opts, false));
}

TEST(what_does_not_belong_on_the_segment_is_left_out)
{
	struct mytcp_opts opts = full;
	struct buffer buffer;

	opts.has = MYTCP_HAS_SACK;
	EXPECT_EQ(0, put_opts(_metadata, &buffer, &opts, true));
	opts.has = MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM | MYTCP_HAS_WSCALE | MYTCP_HAS_FASTOPEN;
	EXPECT_EQ(0, put_opts(_metadata, &buffer, &opts, false));
}

TEST(a_segment_is_written_octet_by_octet_as_the_RFC_draws_it)
{
	struct mytcp_seg seg = {
		.sport = 0x1234, .dport = 0x5678, .seq = 0x9abcdef0, .ack = 0xfedcba98,
		.len = 999, .flags = MYTCP_PSH | MYTCP_ACK | MYTCP_AE, .wnd = 0xf234,
		.urg = 0xccdd, .opts = { .has = MYTCP_HAS_TS, .tsval = 1, .tsecr = 2 },
	};
	struct buffer buffer;
	unsigned int len, i;

	memset(&buffer, 0xee, sizeof(buffer));
	len = mytcp_segment_put(buffer.bytes, &seg);
	EXPECT_OCTETS(buffer.bytes, len,
		      0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0,
		      0xfe, 0xdc, 0xba, 0x98, 0x81, 0x18, 0xf2, 0x34,
		      0, 0, 0xcc, 0xdd,
		      1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);
	for (i = len; i < sizeof(buffer.bytes); i++)
		EXPECT_EQ(0xee, buffer.bytes[i]);
}

TEST(flags_beyond_the_nine_are_not_written)
{
	struct mytcp_seg seg = { .flags = 0xffff & ~MYTCP_SYN };
	struct buffer buffer;

	EXPECT_EQ(MYTCP_HDR_LEN, mytcp_segment_put(buffer.bytes, &seg));
	EXPECT_EQ(0x51, buffer.bytes[12]);
	EXPECT_EQ(0xfd, buffer.bytes[13]);
}

TEST(a_segment_with_all_options_fills_sixty_octets)
{
	struct mytcp_seg seg = { .flags = MYTCP_ACK, .opts = full };
	struct buffer buffer;

	seg.opts.has = MYTCP_HAS_SACK | MYTCP_HAS_TS;
	EXPECT_EQ(MYTCP_HDR_MAX, mytcp_segment_put(buffer.bytes, &seg));
	EXPECT_EQ(0xf0, buffer.bytes[12]);
}

/* Both ways */

static void random_segment(struct mytcp_seg *seg, u64 *random)
{
	unsigned int i;

	memset(seg, 0, sizeof(*seg));
	seg->seq = random_u32(random);
	seg->ack = random_u32(random);
	seg->sport = random_u32(random);
	seg->dport = random_u32(random);
	seg->flags = random_u32(random) & ALL_FLAGS;
	seg->wnd = random_u32(random);
	seg->urg = random_u32(random);

	seg->opts.has = random_u32(random) &
			(seg->flags & MYTCP_SYN ?
			 MYTCP_HAS_MSS | MYTCP_HAS_WSCALE | MYTCP_HAS_SACK_PERM | MYTCP_HAS_TS |
			 MYTCP_HAS_FASTOPEN :
			 MYTCP_HAS_TS | MYTCP_HAS_SACK);
	if (seg->opts.has & MYTCP_HAS_MSS)
		seg->opts.mss = random_u32(random);
	if (seg->opts.has & MYTCP_HAS_WSCALE)
		seg->opts.wscale = random_u32(random);
	if (seg->opts.has & MYTCP_HAS_TS) {
		seg->opts.tsval = random_u32(random);
		seg->opts.tsecr = random_u32(random);
	}
	if (seg->opts.has & MYTCP_HAS_FASTOPEN) {
		seg->opts.fastopen.len = 2 * random_below(random, 8);
		if (seg->opts.fastopen.len)
			seg->opts.fastopen.len += 2;
		for (i = 0; i < seg->opts.fastopen.len; i++)
			seg->opts.fastopen.octet[i] = random_u32(random);
	}
	if (seg->opts.has & MYTCP_HAS_SACK) {
		seg->opts.nsack = 1 + random_below(random, seg->opts.has & MYTCP_HAS_TS ? 3 : 4);
		for (i = 0; i < seg->opts.nsack; i++) {
			seg->opts.sack[i].left = random_u32(random);
			seg->opts.sack[i].right = random_u32(random);
		}
	}
}

TEST(what_was_written_is_read_back_the_same)
{
	u64 random = 9293;
	int i;

	for (i = 0; i < 200000; i++) {
		struct mytcp_seg in, out;
		struct buffer buffer;
		u8 *exact;

		random_segment(&in, &random);
		in.hdr_len = mytcp_segment_put(buffer.bytes, &in);
		ASSERT_EQ(MYTCP_HDR_LEN + mytcp_segment_opts_len(&in.opts), in.hdr_len);
		ASSERT_EQ(0, buffer.bytes[16] | buffer.bytes[17]);

		exact = malloc(in.hdr_len);
		memcpy(exact, buffer.bytes, in.hdr_len);
		memset(&out, 0, sizeof(out));
		ASSERT_EQ(MYTCP_PARSE_OK, mytcp_segment_parse(exact, in.hdr_len, &out));
		free(exact);
		ASSERT_EQ(0, memcmp(&in, &out, sizeof(in)));
	}
}

TEST(SYN_and_FIN_take_a_sequence_number_each)
{
	struct mytcp_seg seg = { .len = 100 };

	EXPECT_EQ(100, mytcp_segment_seqlen(&seg));
	seg.flags = ALL_FLAGS & ~(MYTCP_SYN | MYTCP_FIN);
	EXPECT_EQ(100, mytcp_segment_seqlen(&seg));
	seg.flags = MYTCP_SYN;
	EXPECT_EQ(101, mytcp_segment_seqlen(&seg));
	seg.flags = MYTCP_FIN;
	EXPECT_EQ(101, mytcp_segment_seqlen(&seg));
	seg.flags = MYTCP_SYN | MYTCP_FIN;
	EXPECT_EQ(102, mytcp_segment_seqlen(&seg));
}

TEST_HARNESS_MAIN
