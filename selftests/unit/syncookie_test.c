// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/syncookie.c: RFC 4987 3.6. */
#include <kselftest_harness.h>

#include "mytcp/proto/syncookie.h"
#include "random.h"

#define GUESSES 100000

static const struct mytcp_cookie_tuple tuple = {
	.laddr = { 0, 0, 0xffff0000, 0x0100000a },
	.raddr = { 0, 0, 0xffff0000, 0x0200000a },
	.lport = 0x1234,
	.rport = 0x5000,
};

static const struct mytcp_syncookie_keys keys = {
	.key = { { { 1, 2 } }, { { 3, 4 } } },
	.slice = 8,
};

static const struct mytcp_syncookie syn = {
	.irs = 1000,
	.wscale = 7,
	.mss = 1460,
};

/* The keys one slice of time later: the older of the two has gone. */
static struct mytcp_syncookie_keys later(struct mytcp_syncookie_keys k)
{
	k.slice++;
	k.key[k.slice & 1].key[0] ^= 0x123456789abcdefULL;
	return k;
}

static bool checks(const struct mytcp_syncookie_keys *k,
		   const struct mytcp_cookie_tuple *t, u32 cookie,
		   struct mytcp_syncookie s)
{
	return mytcp_syncookie_check(k, t, cookie, &s);
}

TEST(a_cookie_comes_back_with_the_MSS_of_the_SYN)
{
	static const u16 sizes[] = { 88, 536, 1220, 1360, 1400, 1440, 1460, 8940 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct mytcp_syncookie made = syn, got = syn;

		made.mss = sizes[i];
		got.mss = 0;
		EXPECT_TRUE(mytcp_syncookie_check(&keys, &tuple,
				mytcp_syncookie_make(&keys, &tuple, &made), &got));
		EXPECT_EQ(sizes[i], got.mss);
	}
}

TEST(an_MSS_between_two_sizes_becomes_the_smaller_one)
{
	static const u16 pairs[][2] = {
		{ 89, 88 }, { 535, 88 }, { 1219, 536 }, { 1300, 1220 },
		{ 1452, 1440 }, { 1461, 1460 }, { 65535, 8940 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct mytcp_syncookie made = syn, got = syn;

		made.mss = pairs[i][0];
		EXPECT_TRUE(mytcp_syncookie_check(&keys, &tuple,
				mytcp_syncookie_make(&keys, &tuple, &made), &got));
		EXPECT_EQ(pairs[i][1], got.mss);
	}
}

TEST(an_MSS_below_the_smallest_size_has_no_cookie)
{
	EXPECT_FALSE(mytcp_syncookie_fits(87));
	EXPECT_TRUE(mytcp_syncookie_fits(88));
}

TEST(a_cookie_is_good_for_its_slice_of_time_and_the_next)
{
	struct mytcp_syncookie_keys k = keys;
	u32 cookie = mytcp_syncookie_make(&k, &tuple, &syn);

	EXPECT_TRUE(checks(&k, &tuple, cookie, syn));
	k = later(k);
	EXPECT_TRUE(checks(&k, &tuple, cookie, syn));
	k = later(k);
	EXPECT_FALSE(checks(&k, &tuple, cookie, syn));
}

TEST(a_cookie_is_good_for_its_connection_only)
{
	u32 cookie = mytcp_syncookie_make(&keys, &tuple, &syn);
	struct mytcp_cookie_tuple other;
	struct mytcp_syncookie s;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		other = tuple;
		other.laddr[i] ^= 1;
		EXPECT_FALSE(checks(&keys, &other, cookie, syn));
		other = tuple;
		other.raddr[i] ^= 1;
		EXPECT_FALSE(checks(&keys, &other, cookie, syn));
	}
	other = tuple;
	other.lport ^= 1;
	EXPECT_FALSE(checks(&keys, &other, cookie, syn));
	other = tuple;
	other.rport ^= 1;
	EXPECT_FALSE(checks(&keys, &other, cookie, syn));
	s = syn;
	s.irs++;
	EXPECT_FALSE(checks(&keys, &tuple, cookie, s));
	/* who was told of one window scale would take another wrong */
	s = syn;
	s.wscale++;
	EXPECT_FALSE(checks(&keys, &tuple, cookie, s));
}

TEST(no_bit_of_a_cookie_may_be_changed)
{
	u32 cookie = mytcp_syncookie_make(&keys, &tuple, &syn);
	unsigned int bit;

	for (bit = 0; bit < 32; bit++)
		EXPECT_FALSE(checks(&keys, &tuple, cookie ^ 1U << bit, syn));
}

TEST(a_guess_is_wrong)
{
	u64 state = 1;
	unsigned int i;

	for (i = 0; i < GUESSES; i++)
		ASSERT_FALSE(checks(&keys, &tuple, random_u64(&state), syn));
}

TEST(window_scale_SACK_and_ECN_come_back_in_the_timestamp)
{
	static const u8 has[] = {
		0, MYTCP_HAS_WSCALE, MYTCP_HAS_SACK_PERM,
		MYTCP_HAS_WSCALE | MYTCP_HAS_SACK_PERM,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(has) * 16 * 2; i++) {
		struct mytcp_opts put = { .has = has[i / 32], .wscale = i / 2 % 16 };
		struct mytcp_opts got = { 0 };
		bool ecn = i % 2, its = !ecn;
		u32 ts = mytcp_syncookie_put_opts(5000, put.has, put.wscale, ecn);

		EXPECT_TRUE(mytcp_syncookie_get_opts(ts, 5000, &got, &its));
		EXPECT_EQ(put.has, got.has);
		if (put.has & MYTCP_HAS_WSCALE)
			EXPECT_EQ(put.wscale > 14 ? 14 : put.wscale, got.wscale);
		EXPECT_EQ(ecn, its);
	}
}

TEST(the_timestamp_of_a_cookie_is_not_in_the_future)
{
	struct mytcp_opts put = { .has = MYTCP_HAS_SACK_PERM };
	u32 now;

	for (now = 0U - 100; now != 100; now++) {
		u32 behind = now - mytcp_syncookie_put_opts(now, put.has, put.wscale,
							      true);

		EXPECT_LE(behind, 63);
	}
}

TEST(an_echo_of_what_was_never_sent_is_refused)
{
	struct mytcp_opts got = { 0 };
	bool ecn;

	EXPECT_FALSE(mytcp_syncookie_get_opts(1001, 1000, &got, &ecn));
	EXPECT_TRUE(mytcp_syncookie_get_opts(1000, 1000, &got, &ecn));
	EXPECT_TRUE(mytcp_syncookie_get_opts(1000, 1000 + 128063, &got, &ecn));
	EXPECT_FALSE(mytcp_syncookie_get_opts(1000, 1000 + 128064, &got, &ecn));
}

TEST_HARNESS_MAIN
