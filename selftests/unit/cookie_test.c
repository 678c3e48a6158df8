// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cookie.c: RFC 6528, RFC 7323 5.4, RFC 6056 3.3.4. */
#include <kselftest_harness.h>

#include "mytcp/proto/cookie.h"

static const struct mytcp_cookie_secret secret = {
	.isn  = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } },
	.ts   = { { 0x1716151413121110ULL, 0x1f1e1d1c1b1a1918ULL } },
	.port = { { 0x2726252423222120ULL, 0x2f2e2d2c2b2a2928ULL } },
};

static const struct mytcp_cookie_tuple tuple = {
	.laddr = { 0, 0, 0xffff0000, 0x0100000a },
	.raddr = { 0, 0, 0xffff0000, 0x0200000a },
	.lport = 0x1234,
	.rport = 0x5000,
};

#define NFIELDS 10

/* @tuple with its n-th field changed: the words of the addresses, then the ports. */
static struct mytcp_cookie_tuple changed(unsigned int n)
{
	struct mytcp_cookie_tuple other = tuple;

	if (n < 4)
		other.laddr[n] ^= 1;
	else if (n < 8)
		other.raddr[n - 4] ^= 1;
	else if (n == 8)
		other.rport ^= 1;
	else
		other.lport ^= 1;
	return other;
}

/* Of the reference implementation: key 00 01 ... 0f, input 00 01 ... n - 1. */
TEST(the_hosts_siphash_agrees_with_the_published_vectors)
{
	static const struct {
		unsigned int len;
		u64 hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31ULL },
		{ 1, 0x74f839c593dc67fdULL },
		{ 7, 0xab0200f58b01d137ULL },
		{ 8, 0x93f5f5799a932462ULL },
		{ 15, 0xa129ca6149be45e5ULL },	/* the paper's appendix A */
	};
	u8 input[16];
	unsigned int i;

	for (i = 0; i < sizeof(input); i++)
		input[i] = i;
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		EXPECT_EQ(vectors[i].hash,
			  siphash(input, vectors[i].len, &secret.isn));
}

/* A hash of padding would differ from call to call. */
TEST(a_tuple_has_no_octet_that_is_not_a_field)
{
	EXPECT_EQ(40, sizeof(struct mytcp_cookie_tuple));
	EXPECT_EQ(0, sizeof(struct mytcp_cookie_tuple) % 8);
}

TEST(the_ISN_is_the_clock_plus_the_hash_of_the_connection)
{
	u32 hash = siphash(&tuple, sizeof(tuple), &secret.isn);

	EXPECT_EQ(hash, mytcp_cookie_isn(&secret, &tuple, 0));
	EXPECT_EQ(hash + 1000, mytcp_cookie_isn(&secret, &tuple, 1000 * 4096));
}

TEST(the_ISN_advances_by_one_about_every_4_us)
{
	u32 start = mytcp_cookie_isn(&secret, &tuple, 4096);

	EXPECT_EQ(start, mytcp_cookie_isn(&secret, &tuple, 4096 + 4095));
	EXPECT_EQ(start + 1, mytcp_cookie_isn(&secret, &tuple, 2 * 4096));
}

TEST(the_ISN_comes_round_after_2_to_the_32_steps)
{
	EXPECT_EQ(mytcp_cookie_isn(&secret, &tuple, 5 * 4096),
		  mytcp_cookie_isn(&secret, &tuple, (1ULL << 44) + 5 * 4096));
	/* the last step before the end of the clock does no harm either */
	EXPECT_EQ((u32)(mytcp_cookie_isn(&secret, &tuple, 0) - 1),
		  mytcp_cookie_isn(&secret, &tuple, ~0ULL));
}

TEST(the_ISN_depends_on_every_field_of_the_connection)
{
	unsigned int i;

	for (i = 0; i < NFIELDS; i++) {
		struct mytcp_cookie_tuple other = changed(i);

		EXPECT_NE(mytcp_cookie_isn(&secret, &tuple, 0),
			  mytcp_cookie_isn(&secret, &other, 0));
	}
}

TEST(the_timestamp_offset_is_the_hash_under_a_key_of_its_own)
{
	EXPECT_EQ((u32)siphash(&tuple, sizeof(tuple), &secret.ts),
		  mytcp_cookie_ts_offset(&secret, &tuple));
}

TEST(the_timestamp_offset_depends_on_every_field_of_the_connection)
{
	unsigned int i;

	for (i = 0; i < NFIELDS; i++) {
		struct mytcp_cookie_tuple other = changed(i);

		EXPECT_NE(mytcp_cookie_ts_offset(&secret, &tuple),
			  mytcp_cookie_ts_offset(&secret, &other));
	}
}

TEST(the_port_offset_depends_on_all_but_the_port_sought)
{
	unsigned int i;

	for (i = 0; i < NFIELDS; i++) {
		struct mytcp_cookie_tuple other = changed(i);
		bool same = mytcp_cookie_port(&secret, &tuple) ==
			    mytcp_cookie_port(&secret, &other);

		EXPECT_EQ(other.lport != tuple.lport, same);
	}
}

TEST(the_port_offset_has_64_bits_of_the_hash)
{
	struct mytcp_cookie_tuple peer = tuple;

	peer.lport = 0;
	EXPECT_EQ(siphash(&peer, sizeof(peer), &secret.port),
		  mytcp_cookie_port(&secret, &tuple));
}

TEST(each_number_depends_on_its_own_key_alone)
{
	struct mytcp_cookie_secret other = secret;

	other.isn.key[1] ^= 1;
	EXPECT_NE(mytcp_cookie_isn(&secret, &tuple, 0),
		  mytcp_cookie_isn(&other, &tuple, 0));
	EXPECT_EQ(mytcp_cookie_ts_offset(&secret, &tuple),
		  mytcp_cookie_ts_offset(&other, &tuple));
	EXPECT_EQ(mytcp_cookie_port(&secret, &tuple),
		  mytcp_cookie_port(&other, &tuple));

	other.ts.key[0] ^= 1;
	EXPECT_NE(mytcp_cookie_ts_offset(&secret, &tuple),
		  mytcp_cookie_ts_offset(&other, &tuple));
	EXPECT_EQ(mytcp_cookie_port(&secret, &tuple),
		  mytcp_cookie_port(&other, &tuple));

	other.port.key[0] ^= 1;
	EXPECT_NE(mytcp_cookie_port(&secret, &tuple),
		  mytcp_cookie_port(&other, &tuple));
}

TEST_HARNESS_MAIN
