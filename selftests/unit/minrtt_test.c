// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/minrtt.c: the smallest round trip of late. */
#include <kselftest_harness.h>

#include "mytcp/proto/minrtt.h"
#include "random.h"

#define SEC	1000000ULL
#define WINDOW	(300 * SEC)

FIXTURE(minrtt) {
	struct mytcp_minrtt min;
};

FIXTURE_SETUP(minrtt)
{
	memset(&self->min, 0xa5, sizeof(self->min));
	mytcp_minrtt_init(&self->min);
}

FIXTURE_TEARDOWN(minrtt)
{
}

/* A sample at @at seconds, and the minimum after it. */
static u32 sample(FIXTURE_DATA(minrtt) *self, u32 sample_us, u64 at)
{
	mytcp_minrtt_sample(&self->min, sample_us, at * SEC, WINDOW);
	return mytcp_minrtt_us(&self->min);
}

TEST_F(minrtt, nothing_is_known_before_the_first_sample)
{
	EXPECT_EQ(MYTCP_MINRTT_NONE, mytcp_minrtt_us(&self->min));
}

TEST_F(minrtt, the_smallest_sample_counts)
{
	EXPECT_EQ(70, sample(self, 70, 1000));
	EXPECT_EQ(70, sample(self, 90, 1001));
	EXPECT_EQ(30, sample(self, 30, 1002));
	EXPECT_EQ(30, sample(self, 31, 1003));
}

TEST_F(minrtt, a_sample_of_zero_counts_as_one_microsecond)
{
	EXPECT_EQ(1, sample(self, 0, 1000));
}

TEST_F(minrtt, a_minimum_is_remembered_for_half_a_window_at_least)
{
	sample(self, 50, 1000);
	sample(self, 30, 1149);
	EXPECT_EQ(30, sample(self, 90, 1150));
	EXPECT_EQ(30, sample(self, 90, 1299));
}

TEST_F(minrtt, a_minimum_is_forgotten_after_a_window)
{
	sample(self, 30, 1000);
	EXPECT_EQ(30, sample(self, 90, 1150));
	EXPECT_EQ(80, sample(self, 80, 1300));
	EXPECT_EQ(80, sample(self, 95, 1450));
	EXPECT_EQ(95, sample(self, 99, 1600));
}

TEST_F(minrtt, nothing_is_remembered_after_a_silence_of_a_window)
{
	sample(self, 30, 1000);
	EXPECT_EQ(90, sample(self, 90, 1300));
}

/* It is never above the minimum of half a window, nor below that of a whole one. */
TEST_F(minrtt, random_samples_agree_with_the_window)
{
	static u32 samples[2000];
	u64 random = 1;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		u32 half = MYTCP_MINRTT_NONE, whole = MYTCP_MINRTT_NONE, min;

		samples[i] = 1 + random_below(&random, 1000000);
		min = sample(self, samples[i], i);
		for (j = 0; j <= i && j < 300; j++) {
			if (samples[i - j] < whole)
				whole = samples[i - j];
			if (j < 150)
				half = whole;
		}
		ASSERT_GE(half, min);
		ASSERT_LE(whole, min);
	}
}

TEST_HARNESS_MAIN
