// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/rtt.c: RFC 6298. */
#include <kselftest_harness.h>

#include "mytcp/proto/rtt.h"
#include "random.h"

#define MS 1000U

FIXTURE(rtt) {
	struct mytcp_rtt rtt;
};

FIXTURE_SETUP(rtt)
{
	memset(&self->rtt, 0xa5, sizeof(self->rtt));
	mytcp_rtt_init(&self->rtt);
}

FIXTURE_TEARDOWN(rtt)
{
}

TEST_F(rtt, the_timeout_is_one_second_before_the_first_sample)
{
	EXPECT_EQ(0, self->rtt.srtt_us);
	EXPECT_EQ(0, self->rtt.rttvar_us);
	EXPECT_EQ(~0U, self->rtt.min_us);
	EXPECT_EQ(0, self->rtt.backoff);
	EXPECT_EQ(1000 * MS, self->rtt.rto_us);
	EXPECT_EQ(1000 * MS, mytcp_rtt_timeout_us(&self->rtt));
}

/* RFC 6298 2.2 */
TEST_F(rtt, the_first_sample_sets_srtt_to_it_and_rttvar_to_half_of_it)
{
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	EXPECT_EQ(100 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(50 * MS, self->rtt.rttvar_us / 4);
	EXPECT_EQ(100 * MS + 4 * 50 * MS, self->rtt.rto_us);
}

/* RFC 6298 2.3: RTTVAR = 3/4 * 50 + 1/4 * |100 - 180|, SRTT = 7/8 * 100 + 1/8 * 180 */
TEST_F(rtt, a_later_sample_moves_srtt_by_an_eighth_and_rttvar_by_a_quarter)
{
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	mytcp_rtt_sample(&self->rtt, 180 * MS);
	EXPECT_EQ(110 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(57500, self->rtt.rttvar_us / 4);
	EXPECT_EQ(110 * MS + 4 * 57500, self->rtt.rto_us);
}

TEST_F(rtt, a_sample_below_srtt_counts_by_its_distance_too)
{
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	mytcp_rtt_sample(&self->rtt, 20 * MS);
	EXPECT_EQ(90 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(57500, self->rtt.rttvar_us / 4);
}

TEST_F(rtt, a_steady_path_keeps_a_margin_of_200_ms)
{
	int i;

	for (i = 0; i < 100; i++)
		mytcp_rtt_sample(&self->rtt, 300 * MS);
	EXPECT_EQ(300 * MS, self->rtt.srtt_us / 8);
	EXPECT_GT(10, self->rtt.rttvar_us);
	EXPECT_EQ(500 * MS, self->rtt.rto_us);
}

TEST_F(rtt, a_fast_path_has_a_timeout_just_above_200_ms)
{
	int i;

	for (i = 0; i < 10; i++)
		mytcp_rtt_sample(&self->rtt, 50);
	EXPECT_EQ(200 * MS + 50, mytcp_rtt_timeout_us(&self->rtt));
}

TEST_F(rtt, a_sample_of_zero_counts_as_one_microsecond)
{
	mytcp_rtt_sample(&self->rtt, 0);
	EXPECT_EQ(1 * 8, self->rtt.srtt_us);
	EXPECT_EQ(1, self->rtt.min_us);
	mytcp_rtt_sample(&self->rtt, 0);
	EXPECT_NE(0, self->rtt.srtt_us);
}

TEST_F(rtt, the_largest_sample_overflows_nothing)
{
	int i;

	mytcp_rtt_sample(&self->rtt, 1);
	for (i = 0; i < 1000; i++) {
		mytcp_rtt_sample(&self->rtt, 0xffffffff);
		ASSERT_GE(120000 * MS, self->rtt.srtt_us / 8);
		ASSERT_GE(120000 * MS, self->rtt.rttvar_us / 4);
		ASSERT_LE(200 * MS, self->rtt.rto_us);
		ASSERT_GE(120000 * MS, self->rtt.rto_us);
	}
	EXPECT_LT(119000 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(120000 * MS, self->rtt.rto_us);
}

TEST_F(rtt, the_smallest_sample_is_remembered)
{
	mytcp_rtt_sample(&self->rtt, 70 * MS);
	EXPECT_EQ(70 * MS, self->rtt.min_us);
	mytcp_rtt_sample(&self->rtt, 90 * MS);
	EXPECT_EQ(70 * MS, self->rtt.min_us);
	mytcp_rtt_sample(&self->rtt, 30 * MS);
	EXPECT_EQ(30 * MS, self->rtt.min_us);
}

/* RFC 4015 3.1 */
TEST_F(rtt, a_spurious_timeout_raises_what_is_expected_at_once)
{
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	mytcp_rtt_backoff(&self->rtt);
	mytcp_rtt_raise(&self->rtt, 400 * MS);
	EXPECT_EQ(400 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(200 * MS, self->rtt.rttvar_us / 4);
	EXPECT_EQ(400 * MS + 4 * 200 * MS, mytcp_rtt_timeout_us(&self->rtt));
	mytcp_rtt_raise(&self->rtt, 10 * MS);
	EXPECT_EQ(400 * MS, self->rtt.srtt_us / 8);
	EXPECT_EQ(1200 * MS, mytcp_rtt_timeout_us(&self->rtt));
}

/* RFC 6298 5.5 */
TEST_F(rtt, each_expiry_doubles_the_timeout)
{
	mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(2000 * MS, mytcp_rtt_timeout_us(&self->rtt));
	mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(4000 * MS, mytcp_rtt_timeout_us(&self->rtt));
	EXPECT_EQ(2, self->rtt.backoff);
	EXPECT_EQ(1000 * MS, self->rtt.rto_us);
}

TEST_F(rtt, the_timeout_stops_doubling_at_120_s)
{
	int i;

	for (i = 0; i < 6; i++)
		mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(64000 * MS, mytcp_rtt_timeout_us(&self->rtt));
	for (i = 0; i < 1000; i++) {
		mytcp_rtt_backoff(&self->rtt);
		ASSERT_EQ(120000 * MS, mytcp_rtt_timeout_us(&self->rtt));
	}
	EXPECT_EQ(255, self->rtt.backoff);
}

TEST_F(rtt, the_shortest_timeout_reaches_120_s_too)
{
	int i;

	self->rtt.rto_us = MYTCP_RTO_MIN_US;
	for (i = 0; i < 9; i++)
		mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(102400 * MS, mytcp_rtt_timeout_us(&self->rtt));
	mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(120000 * MS, mytcp_rtt_timeout_us(&self->rtt));
}

TEST_F(rtt, a_sample_ends_the_back_off)
{
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	mytcp_rtt_backoff(&self->rtt);
	mytcp_rtt_backoff(&self->rtt);
	EXPECT_EQ(4 * 300 * MS, mytcp_rtt_timeout_us(&self->rtt));
	mytcp_rtt_sample(&self->rtt, 100 * MS);
	EXPECT_EQ(0, self->rtt.backoff);
	EXPECT_EQ(self->rtt.rto_us, mytcp_rtt_timeout_us(&self->rtt));
}

/* The integers must stay within rounding of the RFC's formulas. */
TEST_F(rtt, random_samples_follow_the_formulas_of_the_RFC)
{
	u64 random = 6298;
	int run, i;

	for (run = 0; run < 50; run++) {
		u32 base = 1 + random_below(&random, 1000 * MS);
		double srtt = 0, rttvar = 0;

		mytcp_rtt_init(&self->rtt);
		for (i = 0; i < 200; i++) {
			u32 sample = base + random_below(&random, base);
			double distance = srtt > sample ? srtt - sample : sample - srtt;
			double margin, rto;

			rttvar = i ? rttvar * 3 / 4 + distance / 4 : sample / 2.0;
			srtt = i ? srtt * 7 / 8 + sample / 8.0 : sample;
			mytcp_rtt_sample(&self->rtt, sample);

			/* What the integers cut off of each step adds up to less. */
			ASSERT_GT(4, srtt - self->rtt.srtt_us / 8.0);
			ASSERT_LT(-4, srtt - self->rtt.srtt_us / 8.0);
			ASSERT_GT(4, rttvar - self->rtt.rttvar_us / 4.0);
			ASSERT_LT(-4, rttvar - self->rtt.rttvar_us / 4.0);

			margin = 4 * rttvar > MYTCP_RTO_MIN_US ? 4 * rttvar : MYTCP_RTO_MIN_US;
			rto = srtt + margin;
			ASSERT_GT(20, rto - self->rtt.rto_us);
			ASSERT_LT(-20, rto - self->rtt.rto_us);
		}
	}
}

TEST_HARNESS_MAIN
