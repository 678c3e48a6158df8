// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/ration.c: a token bucket. */
#include <kselftest_harness.h>

#include "mytcp/proto/ration.h"

#define GAP	5000
#define BURST	200

/* Every test runs at several times: the clock wraps, and its sign changes. */
FIXTURE(ration) {
	u32 due, now;
};

FIXTURE_VARIANT(ration) {
	u32 now;
};

FIXTURE_VARIANT_ADD(ration, at_zero) { .now = 0 };
FIXTURE_VARIANT_ADD(ration, at_some_time) { .now = 1234567 };
FIXTURE_VARIANT_ADD(ration, across_the_wrap) { .now = 0xfffffff0 };
FIXTURE_VARIANT_ADD(ration, across_the_sign_bit) { .now = 0x7ffffff0 };

FIXTURE_SETUP(ration)
{
	self->now = variant->now;
	self->due = variant->now;
}

FIXTURE_TEARDOWN(ration)
{
}

/* How many tokens there are, of @tries. */
static int take(FIXTURE_DATA(ration) *self, int tries)
{
	int i, got = 0;

	for (i = 0; i < tries; i++)
		got += mytcp_ration_take(&self->due, self->now, GAP, BURST);
	return got;
}

TEST_F(ration, a_full_bucket_has_its_burst_and_not_one_more)
{
	EXPECT_EQ(BURST, take(self, 10 * BURST));
}

TEST_F(ration, one_token_grows_in_a_gap)
{
	take(self, BURST);
	self->now += GAP - 1;
	EXPECT_EQ(0, take(self, 10));
	self->now += 1;
	EXPECT_EQ(1, take(self, 10));
	self->now += 3 * GAP;
	EXPECT_EQ(3, take(self, 10));
}

TEST_F(ration, a_refusal_costs_nothing)
{
	take(self, BURST);
	take(self, 1000000);
	self->now += GAP;
	EXPECT_EQ(1, take(self, 10));
}

TEST_F(ration, a_bucket_left_alone_is_full_and_no_fuller)
{
	take(self, BURST);
	self->now += BURST * GAP;
	EXPECT_EQ(BURST, take(self, 10 * BURST));
	self->now += 100 * BURST * GAP;
	EXPECT_EQ(BURST, take(self, 10 * BURST));
}

TEST_F(ration, a_bucket_left_alone_for_half_the_clock_is_full)
{
	take(self, BURST);
	self->now += 0x80000000;
	EXPECT_EQ(BURST, take(self, 10 * BURST));
	self->now += 0x40000000;
	EXPECT_EQ(BURST, take(self, 10 * BURST));
	self->now += 0xc0000000;
	EXPECT_EQ(BURST, take(self, 10 * BURST));
}

TEST_F(ration, over_a_long_time_there_are_as_many_as_grow)
{
	int i, got = 0;

	for (i = 0; i < 100000; i++) {
		got += mytcp_ration_take(&self->due, self->now, GAP, BURST);
		self->now += 100;	/* fifty tries for each that grows */
	}
	EXPECT_GE(got, 100000 * 100 / GAP);
	EXPECT_LE(got, 100000 * 100 / GAP + BURST);
}

TEST_F(ration, a_burst_of_one_is_a_least_distance)
{
	EXPECT_TRUE(mytcp_ration_take(&self->due, self->now, GAP, 1));
	EXPECT_FALSE(mytcp_ration_take(&self->due, self->now, GAP, 1));
	EXPECT_FALSE(mytcp_ration_take(&self->due, self->now + GAP - 1, GAP, 1));
	EXPECT_TRUE(mytcp_ration_take(&self->due, self->now + GAP, GAP, 1));
}

TEST_HARNESS_MAIN
