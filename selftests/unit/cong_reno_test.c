// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cong_reno.c: RFC 5681 3.1. */
#include <kselftest_harness.h>

#include "mytcp/proto/cong.h"

FIXTURE(reno) {
	struct mytcp_cong cong;
};

FIXTURE_SETUP(reno)
{
	mytcp_cong_start(&self->cong, &mytcp_cong_reno);
}

FIXTURE_TEARDOWN(reno)
{
}

static void ack(struct mytcp_cong *cong, u32 acked)
{
	struct mytcp_cong_ack told = { .acked = acked, .cwnd_limited = true };

	cong->ops->on_ack(cong, &told);
}

static u32 threshold(struct mytcp_cong *cong, u32 in_flight)
{
	return cong->ops->ssthresh(cong, MYTCP_CONG_LOSS, in_flight);
}

TEST_F(reno, is_known_as_reno)
{
	EXPECT_STREQ("reno", mytcp_cong_reno.name);
}

TEST_F(reno, a_connection_starts_in_slow_start_with_its_initial_window)
{
	EXPECT_TRUE(mytcp_cong_in_slow_start(&self->cong));
	EXPECT_EQ(10, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
}

TEST_F(reno, forgets_the_count_of_another_algorithm)
{
	self->cong.cwnd_cnt = 7;
	mytcp_cong_use(&self->cong, &mytcp_cong_reno);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
}

TEST_F(reno, slow_start_adds_what_was_acknowledged)
{
	ack(&self->cong, 2);
	EXPECT_EQ(12, self->cong.cwnd);
	ack(&self->cong, 12);
	EXPECT_EQ(24, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
}

TEST_F(reno, slow_start_ends_exactly_at_ssthresh)
{
	self->cong.ssthresh = 15;
	ack(&self->cong, 5);
	EXPECT_EQ(15, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
	EXPECT_FALSE(mytcp_cong_in_slow_start(&self->cong));
}

TEST_F(reno, what_slow_start_does_not_use_counts_for_avoidance)
{
	self->cong.ssthresh = 12;
	ack(&self->cong, 5);
	EXPECT_EQ(12, self->cong.cwnd);
	EXPECT_EQ(3, self->cong.cwnd_cnt);
}

TEST_F(reno, avoidance_adds_one_segment_a_window)
{
	int i;

	self->cong.ssthresh = 10;
	for (i = 0; i < 9; i++)
		ack(&self->cong, 1);
	EXPECT_EQ(10, self->cong.cwnd);
	ack(&self->cong, 1);
	EXPECT_EQ(11, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
	ack(&self->cong, 10);
	EXPECT_EQ(11, self->cong.cwnd);
	ack(&self->cong, 1);
	EXPECT_EQ(12, self->cong.cwnd);
}

TEST_F(reno, avoidance_keeps_the_remainder_of_a_window)
{
	self->cong.ssthresh = 10;
	ack(&self->cong, 8);
	ack(&self->cong, 8);
	EXPECT_EQ(11, self->cong.cwnd);
	EXPECT_EQ(6, self->cong.cwnd_cnt);
}

TEST_F(reno, a_window_that_was_not_used_does_not_grow)
{
	struct mytcp_cong_ack told = { .acked = 10, .cwnd_limited = false };

	mytcp_cong_reno.on_ack(&self->cong, &told);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.ssthresh = 10;
	mytcp_cong_reno.on_ack(&self->cong, &told);
	EXPECT_EQ(10, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
}

TEST_F(reno, an_ACK_of_nothing_changes_nothing)
{
	ack(&self->cong, 0);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.ssthresh = 10;
	self->cong.cwnd_cnt = 9;
	ack(&self->cong, 0);
	EXPECT_EQ(10, self->cong.cwnd);
	EXPECT_EQ(9, self->cong.cwnd_cnt);
}

/* RFC 5681 equation 4 */
TEST_F(reno, a_loss_halves_what_was_in_flight)
{
	EXPECT_EQ(20, threshold(&self->cong, 40));
	EXPECT_EQ(20, threshold(&self->cong, 41));
	EXPECT_EQ(0x7fffffff, threshold(&self->cong, ~0U));
}

TEST_F(reno, the_threshold_is_never_below_two_segments)
{
	EXPECT_EQ(2, threshold(&self->cong, 0));
	EXPECT_EQ(2, threshold(&self->cong, 1));
	EXPECT_EQ(2, threshold(&self->cong, 5));
	EXPECT_EQ(3, threshold(&self->cong, 6));
}

TEST_F(reno, a_loss_forgets_the_progress_towards_the_next_segment)
{
	self->cong.cwnd_cnt = 9;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 10);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
	self->cong.cwnd_cnt = 4;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 5);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
}

TEST_F(reno, after_a_timeout_slow_start_goes_from_one_segment_to_ssthresh)
{
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 10);
	ack(&self->cong, 1);
	EXPECT_EQ(2, self->cong.cwnd);
	ack(&self->cong, 2);
	EXPECT_EQ(4, self->cong.cwnd);
	ack(&self->cong, 4);
	EXPECT_EQ(5, self->cong.cwnd);
	EXPECT_EQ(3, self->cong.cwnd_cnt);
}

/* The count of a large window must not open a small one at a stroke. */
TEST_F(reno, a_count_beyond_the_window_is_worth_one_window)
{
	self->cong.ssthresh = 10;
	self->cong.cwnd_cnt = 1000;
	ack(&self->cong, 1);
	EXPECT_EQ(11, self->cong.cwnd);
	EXPECT_EQ(1, self->cong.cwnd_cnt);
}

TEST_F(reno, the_window_never_leaves_its_range)
{
	self->cong.ssthresh = 2;
	self->cong.cwnd = MYTCP_CONG_CWND_MAX;
	self->cong.cwnd_cnt = MYTCP_CONG_CWND_MAX - 1;
	ack(&self->cong, ~0U);
	EXPECT_EQ(MYTCP_CONG_CWND_MAX, self->cong.cwnd);

	self->cong.cwnd = 10;
	self->cong.ssthresh = MYTCP_CONG_SSTHRESH_INF;
	ack(&self->cong, ~0U);
	EXPECT_EQ(MYTCP_CONG_CWND_MAX, self->cong.cwnd);

	/* the largest ACK on the smallest window */
	self->cong.cwnd = 1;
	self->cong.ssthresh = 1;
	self->cong.cwnd_cnt = 0;
	ack(&self->cong, ~0U);
	EXPECT_EQ(MYTCP_CONG_CWND_MAX, self->cong.cwnd);
}

TEST_F(reno, a_window_of_zero_divides_nothing)
{
	self->cong.cwnd = 0;
	self->cong.ssthresh = 0;
	ack(&self->cong, 1);
	EXPECT_EQ(1, self->cong.cwnd);
}

/* Between half a window and a window, one segment a round trip. */
TEST_F(reno, a_loss_every_20_segments_makes_a_sawtooth)
{
	int tooth, rounds;
	u32 i, cwnd;

	self->cong.cwnd = 20;
	for (tooth = 0; tooth < 5; tooth++) {
		mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, self->cong.cwnd);
		mytcp_cong_recovered(&self->cong, MYTCP_CONG_LOSS, 0);
		EXPECT_EQ(10, self->cong.cwnd);
		for (rounds = 0; self->cong.cwnd < 20; rounds++) {
			cwnd = self->cong.cwnd;
			for (i = 0; i < cwnd; i++)
				ack(&self->cong, 1);
			EXPECT_EQ(cwnd + 1, self->cong.cwnd);
		}
		EXPECT_EQ(10, rounds);
	}
}

TEST_HARNESS_MAIN
