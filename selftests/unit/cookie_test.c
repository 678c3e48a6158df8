// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cookie.c: RFC 6528, RFC 7323 5.4, RFC 6056 3.3.4. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>

#include "mytcp/proto/cookie.h"

static const struct mytcp_cookie_secret secret = {
	.isn  = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } },
	.ts   = { { 0x1716151413121110ULL, 0x1f1e1d1c1b1a1918ULL } },
	.port = { { 0x2726252423222120ULL, 0x2f2e2d2c2b2a2928ULL } },
	.peer = { { 0x3736353433323130ULL, 0x3f3e3d3c3b3a3938ULL } },
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

TEST(the_hash_of_IPv4_is_that_of_its_ports_and_addresses)
{
	const u64 words[3] = {
		0x1234500000000000ULL, 77, 0x0100000a0200000aULL,
	};

	EXPECT_EQ(siphash(words, sizeof(words), &secret.isn),
		  mytcp_cookie_hash(&tuple, 77, &secret.isn));
}

TEST(the_hash_of_IPv6_has_the_whole_addresses)
{
	const struct mytcp_cookie_tuple v6 = {
		.laddr = { 1, 2, 3, 4 }, .raddr = { 5, 6, 7, 8 },
		.lport = 9, .rport = 10, .pad = 11,
	};
	const u64 words[6] = {
		9ULL << 48 | 10ULL << 32 | 11, 77,
		4ULL << 32 | 8, 1ULL << 32 | 5, 2ULL << 32 | 6, 3ULL << 32 | 7,
	};

	EXPECT_EQ(siphash(words, sizeof(words), &secret.isn),
		  mytcp_cookie_hash(&v6, 77, &secret.isn));
}

TEST(the_hash_depends_on_what_is_added)
{
	EXPECT_NE(mytcp_cookie_hash(&tuple, 0, &secret.isn),
		  mytcp_cookie_hash(&tuple, 1, &secret.isn));
}

TEST(the_ISN_is_the_clock_plus_the_hash_of_the_connection)
{
	u32 hash = mytcp_cookie_hash(&tuple, 0, &secret.isn);

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
	EXPECT_EQ((u32)mytcp_cookie_hash(&tuple, 0, &secret.ts),
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
		bool same = mytcp_cookie_port(&secret, &tuple, 0) ==
			    mytcp_cookie_port(&secret, &other, 0);

		EXPECT_EQ(other.lport != tuple.lport, same);
	}
}

TEST(the_port_offset_has_64_bits_of_the_hash)
{
	struct mytcp_cookie_tuple peer = tuple;

	peer.lport = 0;
	EXPECT_EQ(mytcp_cookie_hash(&peer, 0, &secret.port),
		  mytcp_cookie_port(&secret, &tuple, 0));
}

TEST(each_number_depends_on_its_own_key_alone)
{
	struct mytcp_cookie_secret other = secret;

	other.isn.key[1] ^= 1;
	EXPECT_NE(mytcp_cookie_isn(&secret, &tuple, 0),
		  mytcp_cookie_isn(&other, &tuple, 0));
	EXPECT_EQ(mytcp_cookie_ts_offset(&secret, &tuple),
		  mytcp_cookie_ts_offset(&other, &tuple));
	EXPECT_EQ(mytcp_cookie_port(&secret, &tuple, 0),
		  mytcp_cookie_port(&other, &tuple, 0));

	other.ts.key[0] ^= 1;
	EXPECT_NE(mytcp_cookie_ts_offset(&secret, &tuple),
		  mytcp_cookie_ts_offset(&other, &tuple));
	EXPECT_EQ(mytcp_cookie_port(&secret, &tuple, 0),
		  mytcp_cookie_port(&other, &tuple, 0));

	other.port.key[0] ^= 1;
	EXPECT_NE(mytcp_cookie_port(&secret, &tuple, 0),
		  mytcp_cookie_port(&other, &tuple, 0));
}

TEST(the_port_offset_is_drawn_anew_in_each_period)
{
	EXPECT_EQ(mytcp_cookie_port(&secret, &tuple, 7),
		  mytcp_cookie_port(&secret, &tuple, 7));
	EXPECT_NE(mytcp_cookie_port(&secret, &tuple, 7),
		  mytcp_cookie_port(&secret, &tuple, 8));
}

TEST(the_place_of_a_peer_depends_on_its_address_the_salt_and_the_key)
{
	u32 place = mytcp_cookie_peer(&secret, tuple.raddr, 5);
	struct mytcp_cookie_secret other = secret;
	unsigned int i;

	EXPECT_EQ(place, mytcp_cookie_peer(&secret, tuple.raddr, 5));
	EXPECT_NE(place, mytcp_cookie_peer(&secret, tuple.raddr, 6));
	for (i = 4; i < 8; i++)
		EXPECT_NE(place, mytcp_cookie_peer(&secret, changed(i).raddr, 5));
	other.peer.key[0] ^= 1;
	EXPECT_NE(place, mytcp_cookie_peer(&other, tuple.raddr, 5));
}

/*
 * What follows looks at a million numbers, A6 and A7. Each number is asked of the
 * connection of a SYN: a port of a host, one after the other, as an attacker has
 * them; at the same time, or 1 us later each, which is what he would wait for.
 */
#define MILLION	1000000
#define PORTS	50000U		/* of one host */

static struct mytcp_cookie_tuple of_syn(u32 i)
{
	struct mytcp_cookie_tuple syn = tuple;

	syn.raddr[3] += i / PORTS;
	syn.rport = 1024 + i % PORTS;
	return syn;
}

static u32 *million_isns(const struct mytcp_cookie_secret *key, u64 step_ns)
{
	u32 *isn = malloc(MILLION * sizeof(*isn));
	u32 i;

	for (i = 0; isn && i < MILLION; i++) {
		struct mytcp_cookie_tuple syn = of_syn(i);

		isn[i] = mytcp_cookie_isn(key, &syn, i * step_ns);
	}
	return isn;
}

/*
 * Six standard deviations: each of the tests below is wrong once in 10^8 runs of
 * what is truly random; and all here is the same in each run.
 */
#define SIGMAS	6

/* chi square of the numbers' upper bits: so many boxes, all equally full. */
static double unevenness(const u32 *x, int n, int bits)
{
	int boxes = 1 << bits, i;
	double mean = (double)n / boxes, chi = 0;
	int *count = calloc(boxes, sizeof(*count));

	for (i = 0; count && i < n; i++)
		count[x[i] >> (32 - bits)]++;
	for (i = 0; count && i < boxes; i++)
		chi += (count[i] - mean) * (count[i] - mean) / mean;
	free(count);
	/* in its own standard deviations */
	return (chi - (boxes - 1)) / sqrt(2.0 * (boxes - 1));
}

/* By how many standard deviations the worst bit is not set half of the time. */
static double worst_bit(const u32 *x, int n)
{
	double worst = 0, off;
	int bit, i, ones;

	for (bit = 0; bit < 32; bit++) {
		for (i = ones = 0; i < n; i++)
			ones += x[i] >> bit & 1;
		off = fabs(ones - n / 2.0) / (sqrt(n) / 2);
		worst = fmax(worst, off);
	}
	return worst;
}

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Sorts them. How many are equal to another: n^2 / 2^33 of random ones. */
static double repetition(u32 *x, int n)
{
	double expected = (double)n * n / 8589934592.0;
	int i, same = 0;

	qsort(x, n, sizeof(*x), by_value);
	for (i = 1; i < n; i++)
		same += x[i] == x[i - 1];
	return (same - expected) / sqrt(expected);
}

static void differences(u32 *x, int n, int lag)
{
	int i;

	for (i = 0; i < n - lag; i++)
		x[i] = x[i + lag] - x[i];
}

FIXTURE(million) { int unused; };
FIXTURE_VARIANT(million) { u64 step_ns; int lag; };
/* The numbers themselves, and what one tells of a later one. */
FIXTURE_VARIANT_ADD(million, isns_of_one_moment) { .lag = 0 };
FIXTURE_VARIANT_ADD(million, isns_1_us_apart) { .step_ns = 1000 };
FIXTURE_VARIANT_ADD(million, differences_to_the_next) { .lag = 1 };
FIXTURE_VARIANT_ADD(million, differences_to_the_second) { .lag = 2 };
FIXTURE_VARIANT_ADD(million, differences_to_the_next_host) { .lag = PORTS };
FIXTURE_SETUP(million) { }
FIXTURE_TEARDOWN(million) { }

/* A7, RFC 6528 (MUST-9): nothing tells them from random numbers. */
TEST_F(million, look_random)
{
	int n = MILLION - variant->lag;
	u32 *x = million_isns(&secret, variant->step_ns);

	ASSERT_NE(NULL, x);
	if (variant->lag)
		differences(x, MILLION, variant->lag);
	EXPECT_LT(worst_bit(x, n), SIGMAS);
	EXPECT_LT(fabs(unevenness(x, n, 8)), SIGMAS);
	EXPECT_LT(fabs(unevenness(x, n, 16)), SIGMAS);
	EXPECT_LT(fabs(repetition(x, n)), SIGMAS);
	free(x);
}

/* The tests of these tests: what is known to be guessable does not pass. */
TEST(a_million_isns_of_a_bad_generator_are_found_out)
{
	u32 *x = malloc(MILLION * sizeof(*x)), i;

	ASSERT_NE(NULL, x);
	/* 64000 for each connection, as of old; and its differences */
	for (i = 0; i < MILLION; i++)
		x[i] = 64000 * i;
	EXPECT_GT(fabs(repetition(x, MILLION)), SIGMAS);
	differences(x, MILLION, 1);
	EXPECT_GT(worst_bit(x, MILLION - 1), SIGMAS);
	/* a hash of 24 bits */
	for (i = 0; i < MILLION; i++) {
		struct mytcp_cookie_tuple syn = of_syn(i);

		x[i] = mytcp_cookie_isn(&secret, &syn, 0) & 0xffffff;
	}
	EXPECT_GT(unevenness(x, MILLION, 8), SIGMAS);
	EXPECT_GT(repetition(x, MILLION), SIGMAS);
	free(x);
}

/* A7: of one host's numbers nothing follows for another, which has another key. */
TEST(a_million_isns_under_two_keys_have_nothing_in_common)
{
	struct mytcp_cookie_secret other = secret;
	u32 *a, *b;
	int i;

	other.isn.key[0] ^= 1;
	a = million_isns(&secret, 0);
	b = million_isns(&other, 0);
	ASSERT_NE(NULL, a);
	ASSERT_NE(NULL, b);
	for (i = 0; i < MILLION; i++)
		a[i] -= b[i];
	EXPECT_LT(worst_bit(a, MILLION), SIGMAS);
	EXPECT_LT(fabs(unevenness(a, MILLION, 16)), SIGMAS);
	EXPECT_LT(fabs(repetition(a, MILLION)), SIGMAS);
	free(a);
	free(b);
}

/* RFC 6528 3: for one connection they do rise, with the clock and by nothing else. */
TEST(a_million_isns_of_one_connection_follow_the_clock)
{
	u32 i, first = mytcp_cookie_isn(&secret, &tuple, 0);

	for (i = 0; i < MILLION; i++)
		ASSERT_EQ(first + i, mytcp_cookie_isn(&secret, &tuple, i * 4096ULL));
}

/*
 * A6, RFC 6056 3.3.4: the two halves of the hash, where the search begins and
 * which counter it has, are each spread evenly, and the one says nothing of the
 * other; nor does a period of the next.
 */
TEST(a_million_peers_have_ports_and_counters_that_tell_nothing)
{
	u32 *start = malloc(MILLION * sizeof(*start));
	u32 *counter = malloc(MILLION * sizeof(*counter));
	u32 *next = malloc(MILLION * sizeof(*next)), i;

	ASSERT_NE(NULL, start);
	ASSERT_NE(NULL, counter);
	ASSERT_NE(NULL, next);
	for (i = 0; i < MILLION; i++) {
		struct mytcp_cookie_tuple peer = of_syn(i);
		u64 hash = mytcp_cookie_port(&secret, &peer, 1);

		start[i] = hash;
		counter[i] = hash >> 32;
		next[i] = (u32)mytcp_cookie_port(&secret, &peer, 2) - start[i];
	}
	EXPECT_LT(fabs(unevenness(start, MILLION, 14)), SIGMAS);
	EXPECT_LT(fabs(unevenness(counter, MILLION, 16)), SIGMAS);
	EXPECT_LT(fabs(unevenness(next, MILLION, 14)), SIGMAS);
	EXPECT_LT(worst_bit(start, MILLION), SIGMAS);
	EXPECT_LT(worst_bit(counter, MILLION), SIGMAS);
	for (i = 0; i < MILLION; i++)
		counter[i] -= start[i];
	EXPECT_LT(fabs(unevenness(counter, MILLION, 14)), SIGMAS);
	free(start);
	free(counter);
	free(next);
}

TEST_HARNESS_MAIN
