// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/fastopen.c, and the option in segment.c: RFC 7413. */
#include <kselftest_harness.h>

#include "mytcp/proto/fastopen.h"
#include "random.h"

#define GUESSES 100000

static const struct mytcp_cookie_tuple tuple = {
	.laddr = { 0, 0, 0xffff0000, 0x0100000a },
	.raddr = { 0, 0, 0xffff0000, 0x0200000a },
	.lport = 0x1234,
	.rport = 0x5000,
};

static const struct mytcp_fastopen_keys one = {
	.count = 1,
	.key = { { { 1, 2 } } },
};

/* The same after a rotation. */
static const struct mytcp_fastopen_keys two = {
	.count = 2,
	.key = { { { 3, 4 } }, { { 1, 2 } } },
};

static struct mytcp_opts asking(void)
{
	return (struct mytcp_opts){ .has = MYTCP_HAS_FASTOPEN };
}

static struct mytcp_opts bringing(const struct mytcp_fastopen_keys *keys,
				  const struct mytcp_cookie_tuple *t)
{
	struct mytcp_opts opts = asking();

	mytcp_fastopen_make(keys, t, &opts.fastopen);
	return opts;
}

static enum mytcp_fastopen_act judge(const struct mytcp_fastopen_keys *keys,
				     struct mytcp_opts opts)
{
	return mytcp_fastopen_judge(keys, &tuple, &opts, true, false);
}

/* Cookies */

/* As the kernel's: SipHash of the addresses in the SYN's order, little-endian. */
TEST(a_cookie_is_eight_octets_of_a_keyed_hash_of_the_addresses)
{
	static const u8 ends[8] __attribute__((aligned(8))) = {
		0x0a, 0, 0, 2, 0x0a, 0, 0, 1
	};
	struct mytcp_fastopen_cookie cookie;
	u64 hash = siphash(ends, sizeof(ends), &one.key[0]);
	int i;

	mytcp_fastopen_make(&one, &tuple, &cookie);
	EXPECT_EQ(8, cookie.len);
	for (i = 0; i < 8; i++)
		EXPECT_EQ((u8)(hash >> 8 * i), cookie.octet[i]);
}

TEST(of_IPv6_addresses_all_octets_count)
{
	struct mytcp_cookie_tuple t = tuple;
	struct mytcp_fastopen_cookie a, b;
	int i;

	t.laddr[0] = 0x20;
	t.raddr[0] = 0x20;
	mytcp_fastopen_make(&one, &t, &a);
	for (i = 0; i < 4; i++) {
		struct mytcp_cookie_tuple other = t;

		other.raddr[i] ^= 0x01000000;
		mytcp_fastopen_make(&one, &other, &b);
		EXPECT_NE(0, memcmp(a.octet, b.octet, 8));
		other = t;
		other.laddr[i] ^= 0x01000000;
		mytcp_fastopen_make(&one, &other, &b);
		EXPECT_NE(0, memcmp(a.octet, b.octet, 8));
	}
}

TEST(ports_do_not_count)
{
	struct mytcp_cookie_tuple t = tuple;

	t.lport = 1;
	t.rport = 2;
	EXPECT_EQ(MYTCP_FASTOPEN_TAKE, judge(&one, bringing(&one, &t)));
}

TEST(the_cookie_of_another_address_is_refused)
{
	struct mytcp_cookie_tuple t = tuple;

	t.raddr[3] ^= 0x01000000;
	EXPECT_EQ(MYTCP_FASTOPEN_REFUSE, judge(&one, bringing(&one, &t)));
}

TEST(the_cookie_of_another_key_is_refused)
{
	EXPECT_EQ(MYTCP_FASTOPEN_REFUSE, judge(&one, bringing(&two, &tuple)));
}

TEST(a_cookie_cut_short_is_refused)
{
	struct mytcp_opts opts = bringing(&one, &tuple);

	opts.fastopen.len = 4;
	EXPECT_EQ(MYTCP_FASTOPEN_REFUSE, judge(&one, opts));
}

TEST(a_cookie_with_any_bit_turned_is_refused)
{
	int i;

	for (i = 0; i < 64; i++) {
		struct mytcp_opts opts = bringing(&one, &tuple);

		opts.fastopen.octet[i / 8] ^= 1 << i % 8;
		EXPECT_EQ(MYTCP_FASTOPEN_REFUSE, judge(&one, opts));
	}
}

TEST(a_cookie_is_not_guessed)
{
	u64 random = 7413;
	int i, j;

	for (i = 0; i < GUESSES; i++) {
		struct mytcp_opts opts = asking();

		opts.fastopen.len = 8;
		for (j = 0; j < 8; j++)
			opts.fastopen.octet[j] = random_u32(&random);
		ASSERT_EQ(MYTCP_FASTOPEN_REFUSE, judge(&one, opts));
	}
}

TEST(after_a_rotation_the_old_cookie_is_good_and_renewed)
{
	EXPECT_EQ(MYTCP_FASTOPEN_RENEW, judge(&two, bringing(&one, &tuple)));
	EXPECT_EQ(MYTCP_FASTOPEN_TAKE, judge(&two, bringing(&two, &tuple)));
}

/* What else a SYN may be */

TEST(a_request_is_given_a_cookie)
{
	EXPECT_EQ(MYTCP_FASTOPEN_GIVE, judge(&one, asking()));
}

TEST(data_without_the_option_is_ignored)
{
	EXPECT_EQ(MYTCP_FASTOPEN_IGNORE, judge(&one, (struct mytcp_opts){}));
}

TEST(who_wants_no_cookie_takes_data_or_the_option)
{
	struct mytcp_opts none = {}, wrong = bringing(&two, &tuple), ask = asking();

	EXPECT_EQ(MYTCP_FASTOPEN_TAKE, mytcp_fastopen_judge(&one, &tuple, &none, true, true));
	EXPECT_EQ(MYTCP_FASTOPEN_TAKE, mytcp_fastopen_judge(&one, &tuple, &wrong, false, true));
	EXPECT_EQ(MYTCP_FASTOPEN_TAKE, mytcp_fastopen_judge(&one, &tuple, &ask, false, true));
	EXPECT_EQ(MYTCP_FASTOPEN_IGNORE,
		  mytcp_fastopen_judge(&one, &tuple, &none, false, true));
}

/* The option, 4.1.1 */

/* Parse a segment with nothing but this option. */
static struct mytcp_seg parsed(u16 flags, unsigned int len)
{
	u8 bytes[MYTCP_HDR_MAX] = {}, i;
	struct mytcp_seg seg;

	bytes[12] = MYTCP_HDR_MAX / 4 << 4;
	bytes[13] = flags;
	bytes[20] = 34;
	bytes[21] = len;
	for (i = 0; i < len - 2; i++)
		bytes[22 + i] = 0x10 + i;
	mytcp_segment_parse(bytes, sizeof(bytes), &seg);
	return seg;
}

TEST(a_cookie_has_four_to_sixteen_octets_or_is_asked_for)
{
	unsigned int len, i;

	EXPECT_EQ(MYTCP_HAS_FASTOPEN, parsed(MYTCP_SYN, 2).opts.has);
	EXPECT_EQ(0, parsed(MYTCP_SYN, 2).opts.fastopen.len);
	for (len = 4; len <= 16; len += 2) {
		struct mytcp_seg seg = parsed(MYTCP_SYN | MYTCP_ACK, 2 + len);

		EXPECT_EQ(MYTCP_HAS_FASTOPEN, seg.opts.has);
		EXPECT_EQ(len, seg.opts.fastopen.len);
		for (i = 0; i < len; i++)
			EXPECT_EQ(0x10 + i, seg.opts.fastopen.octet[i]);
	}
}

TEST(a_cookie_of_another_length_or_on_another_segment_does_not_count)
{
	EXPECT_EQ(0, parsed(MYTCP_SYN, 4).opts.has);
	EXPECT_EQ(0, parsed(MYTCP_SYN, 7).opts.has);
	EXPECT_EQ(0, parsed(MYTCP_SYN, 20).opts.has);
	EXPECT_EQ(0, parsed(MYTCP_ACK, 6).opts.has);
}

static struct mytcp_opts with_cookie(unsigned int len, u8 has)
{
	struct mytcp_opts opts = { .has = has | MYTCP_HAS_FASTOPEN, .mss = 1460 };
	unsigned int i;

	opts.fastopen.len = len;
	for (i = 0; i < sizeof(opts.fastopen.octet); i++)
		opts.fastopen.octet[i] = 0x10 + i;
	return opts;
}

#define EXPECT_COOKIE(len, has, ...) do {					\
	static const u8 expected_[] = { __VA_ARGS__ };				\
	struct mytcp_opts opts_ = with_cookie(len, has);			\
	u8 bytes_[MYTCP_OPT_SPACE];						\
										\
	EXPECT_EQ(sizeof(expected_), mytcp_segment_opts_len(&opts_));		\
	EXPECT_EQ(sizeof(expected_), mytcp_segment_put_opts(bytes_, &opts_, true)); \
	EXPECT_EQ(0, memcmp(expected_, bytes_, sizeof(expected_)));		\
} while (0)

TEST(a_cookie_comes_last_and_nops_fill_its_word)
{
	EXPECT_COOKIE(0, 0, 34, 2, 1, 1);
	EXPECT_COOKIE(6, 0, 34, 8, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15);
	EXPECT_COOKIE(8, MYTCP_HAS_MSS | MYTCP_HAS_WSCALE, 2, 4, 0x05, 0xb4, 1, 3, 3, 0,
		      34, 10, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 1, 1);
}

TEST(the_longest_cookie_and_all_other_options_fill_the_space)
{
	struct mytcp_opts opts = with_cookie(16, MYTCP_HAS_MSS | MYTCP_HAS_SACK_PERM |
					     MYTCP_HAS_TS | MYTCP_HAS_WSCALE);
	u8 bytes[MYTCP_OPT_SPACE];

	EXPECT_EQ(MYTCP_OPT_SPACE, mytcp_segment_opts_len(&opts));
	EXPECT_EQ(MYTCP_OPT_SPACE, mytcp_segment_put_opts(bytes, &opts, true));
	EXPECT_EQ(34, bytes[20]);
	EXPECT_EQ(18, bytes[21]);
	EXPECT_EQ(0x1f, bytes[37]);
}

TEST(a_cookie_longer_than_there_can_be_is_not_believed)
{
	struct mytcp_opts opts = with_cookie(255, 0);
	u8 bytes[MYTCP_OPT_SPACE];

	EXPECT_EQ(20, mytcp_segment_opts_len(&opts));
	EXPECT_EQ(20, mytcp_segment_put_opts(bytes, &opts, true));
	EXPECT_EQ(18, bytes[1]);
}

/* Keys */

TEST(keys_are_stored_as_they_were_loaded)
{
	u8 in[32], out[32];
	struct mytcp_fastopen_keys keys;
	int i;

	for (i = 0; i < 32; i++)
		in[i] = i + 1;
	mytcp_fastopen_keys_load(&keys, in, 2);
	EXPECT_EQ(2, keys.count);
	EXPECT_EQ(0x0807060504030201ULL, keys.key[0].key[0]);
	EXPECT_EQ(0x201f1e1d1c1b1a19ULL, keys.key[1].key[1]);
	EXPECT_EQ(32, mytcp_fastopen_keys_store(&keys, out));
	EXPECT_EQ(0, memcmp(in, out, 32));
	mytcp_fastopen_keys_load(&keys, in, 1);
	EXPECT_EQ(16, mytcp_fastopen_keys_store(&keys, out));
}

TEST(the_text_of_a_key_has_four_words)
{
	struct mytcp_fastopen_keys keys;
	char text[MYTCP_FASTOPEN_TEXT_LEN];
	u8 octets[32];

	EXPECT_TRUE(mytcp_fastopen_keys_parse(&keys, "04030201-08070605-0C0b0a09-100f0e0d\n"));
	EXPECT_EQ(16, mytcp_fastopen_keys_store(&keys, octets));
	EXPECT_EQ(1, octets[0]);
	EXPECT_EQ(5, octets[4]);
	EXPECT_EQ(12, octets[11]);
	EXPECT_EQ(13, octets[12]);
	EXPECT_EQ(35, mytcp_fastopen_keys_print(&keys, text));
	EXPECT_STREQ("04030201-08070605-0c0b0a09-100f0e0d", text);
}

TEST(the_text_of_two_keys_has_a_comma)
{
	static const char both[] =
		"00000001-00000002-00000003-00000004,a0000001-00000002-00000003-f0000004";
	struct mytcp_fastopen_keys keys;
	char text[MYTCP_FASTOPEN_TEXT_LEN];

	EXPECT_EQ(sizeof(both), MYTCP_FASTOPEN_TEXT_LEN);
	EXPECT_TRUE(mytcp_fastopen_keys_parse(&keys, both));
	EXPECT_EQ(2, keys.count);
	EXPECT_EQ(sizeof(both) - 1, mytcp_fastopen_keys_print(&keys, text));
	EXPECT_STREQ(both, text);
	/* leading zeros need not be written */
	EXPECT_TRUE(mytcp_fastopen_keys_parse(&keys, "1-2-3-4,a0000001-2-3-f0000004"));
	mytcp_fastopen_keys_print(&keys, text);
	EXPECT_STREQ(both, text);
}

TEST(what_is_no_key_changes_nothing)
{
	static const char * const wrong[] = {
		"", "\n", "1-2-3", "1-2-3-", "1-2-3-4-5", "1-2-3-4,", "1-2-3-4,5-6-7",
		"1-2-3-4 ", "1,2,3,4", "g-2-3-4", "-1-2-3-4", "100000000-2-3-4", "1-2-3-4\n\n",
		"1-2-3-4,5-6-7-8,9-a-b-c", "1--2-3-4", "@-2-3-4", "G-2-3-4", "/-2-3-4",
	};
	struct mytcp_fastopen_keys keys = one;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_FALSE(mytcp_fastopen_keys_parse(&keys, wrong[i]))
			TH_LOG("'%s'", wrong[i]);
		EXPECT_EQ(0, memcmp(&keys, &one, sizeof(keys)));
	}
}

/* The limit, RFC 7413 5.1 */

TEST(so_many_may_be_pending_and_no_more)
{
	struct mytcp_fastopen_limit limit = { .most = 2 };

	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
	EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, 1000));
	mytcp_fastopen_limit_leave(&limit, 1000, false);
	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
}

TEST(without_a_limit_none_may)
{
	struct mytcp_fastopen_limit limit = {};

	EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, 5));
}

TEST(who_was_reset_counts_for_a_minute)
{
	struct mytcp_fastopen_limit limit = { .most = 1 };

	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
	mytcp_fastopen_limit_leave(&limit, 1010, true);
	EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, 1010));
	EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, 1010 + MYTCP_FASTOPEN_PENALTY - 1));
	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1010 + MYTCP_FASTOPEN_PENALTY));
}

TEST(each_reset_counts_for_its_own_minute)
{
	struct mytcp_fastopen_limit limit = { .most = 100 };
	u32 now;
	int i;

	for (i = 0; i < 100; i++)
		EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
	for (i = 0; i < 100; i++)
		mytcp_fastopen_limit_leave(&limit, 1000 + i / 2, true);
	EXPECT_EQ(100, limit.resets);
	/* two places become free in each second */
	for (i = 0; i < 50; i++) {
		now = 1000 + i + MYTCP_FASTOPEN_PENALTY;
		EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, now));
		EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, now));
		EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, now));
	}
	EXPECT_EQ(0, limit.resets);
	EXPECT_EQ(100, limit.pending);
}

TEST(a_clock_read_late_does_not_turn_it_back)
{
	struct mytcp_fastopen_limit limit = { .most = 2 };

	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1000));
	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 999));
	mytcp_fastopen_limit_leave(&limit, 1001, true);
	mytcp_fastopen_limit_leave(&limit, 1000, true);
	EXPECT_FALSE(mytcp_fastopen_limit_join(&limit, 1060));
	EXPECT_TRUE(mytcp_fastopen_limit_join(&limit, 1061));
}

/* The client */

TEST(a_pause_doubles_with_each_failure_six_times)
{
	EXPECT_EQ(0, mytcp_fastopen_pause(60, 0));
	EXPECT_EQ(60, mytcp_fastopen_pause(60, 1));
	EXPECT_EQ(120, mytcp_fastopen_pause(60, 2));
	EXPECT_EQ(3840, mytcp_fastopen_pause(60, 7));
	EXPECT_EQ(3840, mytcp_fastopen_pause(60, 8));
	EXPECT_EQ(0x7fffffffULL << 6, mytcp_fastopen_pause(0x7fffffff, 1000));
}

TEST(the_data_of_a_SYN_leaves_room_for_all_options)
{
	EXPECT_EQ(1420, mytcp_fastopen_room(1460));
	EXPECT_EQ(1, mytcp_fastopen_room(41));
	EXPECT_EQ(0, mytcp_fastopen_room(40));
	EXPECT_EQ(0, mytcp_fastopen_room(0));
}

TEST_HARNESS_MAIN
