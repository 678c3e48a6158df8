// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/pace.c: when the next segment may go, and how much at once. */
#include <kselftest_harness.h>

#include "mytcp/proto/pace.h"

#define MSS	1000U
#define MS	1000000ULL
#define S	(1000 * MS)
#define RATE	1000000ULL	/* a segment in a millisecond */
#define START	(100 * S)

FIXTURE(pace) {
	struct mytcp_pace p;
	u64 now;
};

FIXTURE_SETUP(pace)
{
	self->p = (struct mytcp_pace){ };
	self->now = START;
}

FIXTURE_TEARDOWN(pace)
{
}

/* Segments that may go now. */
static int burst(FIXTURE_DATA(pace) *self, u64 rate)
{
	int n = 0;

	while (!mytcp_pace_wait(&self->p, rate, self->now)) {
		mytcp_pace_sent(&self->p, rate, MSS, self->now);
		n++;
	}
	return n;
}

TEST_F(pace, the_first_goes_at_once_with_what_was_not_used_before)
{
	EXPECT_EQ(0, mytcp_pace_wait(&self->p, RATE, self->now));
	EXPECT_EQ(START, mytcp_pace_sent(&self->p, RATE, MSS, self->now));
	EXPECT_EQ(0, mytcp_pace_wait(&self->p, RATE, self->now));
	EXPECT_EQ(START, mytcp_pace_sent(&self->p, RATE, MSS, self->now));
	EXPECT_EQ(MS, mytcp_pace_wait(&self->p, RATE, self->now));
}

TEST_F(pace, a_clock_that_has_just_begun_gives_no_credit)
{
	EXPECT_EQ(0, mytcp_pace_sent(&self->p, RATE, MSS, 0));
	EXPECT_EQ(MS, mytcp_pace_wait(&self->p, RATE, 0));
}

TEST_F(pace, each_leaves_behind_the_one_before)
{
	int i;

	burst(self, RATE);
	for (i = 1; i < 10; i++)
		EXPECT_EQ(START + i * MS,
			  mytcp_pace_sent(&self->p, RATE, MSS, self->now));
}

TEST_F(pace, in_a_second_the_rate_goes_out)
{
	int n = burst(self, RATE) - 2, i;

	for (i = 0; i < 1000; i++) {
		self->now += mytcp_pace_wait(&self->p, RATE, self->now);
		n += burst(self, RATE);
	}
	EXPECT_EQ(START + S, self->now);
	EXPECT_EQ(1000, n);
}

/* A timer is late by up to a millisecond each time. */
TEST_F(pace, a_late_timer_makes_up_for_it)
{
	u64 total = burst(self, RATE) - 2;
	unsigned int seed = 7;

	while (self->now < START + 10 * S) {
		seed = seed * 1103515245 + 12345;
		self->now += mytcp_pace_wait(&self->p, RATE, self->now) +
			     (seed >> 8) % MS;
		total += burst(self, RATE);
	}
	EXPECT_GE(total, 10000 - 2);
	EXPECT_LE(total, 10000 + 2);
}

TEST_F(pace, a_long_pause_gives_a_millisecond_of_credit)
{
	burst(self, RATE);
	self->now += 3600 * S;
	EXPECT_EQ(2, burst(self, RATE));
	self->now += 3600 * S;
	/* 50 octets a microsecond: 50 segments, and the one that ends it */
	EXPECT_EQ(51, burst(self, 50 * RATE));
}

TEST_F(pace, a_rate_that_grows_shortens_the_wait)
{
	burst(self, RATE);
	mytcp_pace_sent(&self->p, 1, MSS, self->now);
	EXPECT_EQ(1000 * S + MS, mytcp_pace_wait(&self->p, 1, self->now));
	EXPECT_EQ(S + MS / 1000, mytcp_pace_wait(&self->p, 1000, self->now));
	/* and for good */
	EXPECT_EQ(S + MS / 1000, mytcp_pace_wait(&self->p, 1000, self->now));
	EXPECT_EQ(S + MS / 1000, mytcp_pace_wait(&self->p, 1, self->now));
	/* less than twice is not worth the reckoning */
	EXPECT_EQ(S + MS / 1000, mytcp_pace_wait(&self->p, 1999, self->now));
	EXPECT_GE(1000, mytcp_pace_wait(&self->p, ~0ULL, self->now));
}

TEST_F(pace, a_rate_that_falls_counts_from_the_next_segment)
{
	burst(self, RATE);
	EXPECT_EQ(MS, mytcp_pace_wait(&self->p, RATE / 10, self->now));
	self->now += MS;
	mytcp_pace_sent(&self->p, RATE / 10, MSS, self->now);
	EXPECT_EQ(10 * MS, mytcp_pace_wait(&self->p, RATE / 10, self->now));
}

TEST_F(pace, nothing_takes_no_time)
{
	burst(self, RATE);
	EXPECT_EQ(START + MS, mytcp_pace_sent(&self->p, RATE, 0, self->now));
	EXPECT_EQ(MS, mytcp_pace_wait(&self->p, RATE, self->now));
}

TEST_F(pace, the_longest_segment_at_the_least_rate)
{
	burst(self, RATE);
	mytcp_pace_sent(&self->p, 1, 1U << 20, self->now);
	EXPECT_EQ((1ULL << 20) * S + MS, mytcp_pace_wait(&self->p, 1, self->now));
}

TEST_F(pace, a_burst_is_a_millisecond_and_two_segments_at_least)
{
	EXPECT_EQ(2 * MSS, mytcp_pace_burst(0, MSS));
	EXPECT_EQ(2 * MSS, mytcp_pace_burst(2000 * MSS, MSS));
	EXPECT_EQ(2 * MSS + 1, mytcp_pace_burst(2000 * MSS + 1000, MSS));
	EXPECT_EQ(125000, mytcp_pace_burst(125000000, MSS));
	EXPECT_EQ(~0U, mytcp_pace_burst(~0ULL, MSS));
}

TEST_F(pace, below_is_a_millisecond_and_two_skbs_at_least)
{
	EXPECT_EQ(10000, mytcp_pace_below(0, 5000, 1 << 20));
	EXPECT_EQ(125000, mytcp_pace_below(125000000, 5000, 1 << 20));
	EXPECT_EQ(1 << 20, mytcp_pace_below(~0ULL, 5000, 1 << 20));
	EXPECT_EQ(3000, mytcp_pace_below(0, 5000, 3000));
	EXPECT_EQ(~0U, mytcp_pace_below(0, ~0U, ~0U));
}

TEST_HARNESS_MAIN
