// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/hystart.c: RFC 9406. */
#include <kselftest_harness.h>

#include "mytcp/proto/hystart.h"

FIXTURE(hystart) {
	struct mytcp_hystart hs;
	struct mytcp_cong cong;
	u64 now_us;
	bool paced;
};

FIXTURE_SETUP(hystart)
{
	mytcp_cong_start(&self->cong, &mytcp_cong_reno);
}

FIXTURE_TEARDOWN(hystart)
{
}

static void ack(FIXTURE_DATA(hystart) *self, u32 rtt_us)
{
	struct mytcp_cong_ack told = {
		.acked = 1, .delivered = 1, .in_flight = self->cong.cwnd,
		.rtt_us = rtt_us, .cwnd_limited = true,
		.now_us = self->now_us, .paced = self->paced,
	};

	mytcp_hystart_on_ack(&self->hs, &self->cong, &told, 1);
}

/* The ACKs of one round, with one round trip; true while slow start goes on. */
static bool round_trip(FIXTURE_DATA(hystart) *self, u32 rtt_us)
{
	u32 left;

	if (!self->hs.round.left)
		ack(self, rtt_us);	/* the very first begins the first round */
	do {
		left = self->hs.round.left;
		ack(self, rtt_us);
	} while (self->hs.round.left < left);
	return mytcp_cong_in_slow_start(&self->cong);
}

TEST_F(hystart, an_even_round_trip_doubles_the_window)
{
	int i;

	u32 was = self->cong.cwnd;

	for (i = 0; i < 6; i++) {
		EXPECT_TRUE(round_trip(self, 50000));
		/* but for what the ACK at its end lets go */
		EXPECT_GE(self->cong.cwnd, 2 * was - 2);
		EXPECT_LE(self->cong.cwnd, 2 * was);
		was = self->cong.cwnd;
	}
	EXPECT_EQ(0, self->hs.css_rounds);
}

/* 4.3: an eighth more than the round before, seen by eight samples */
TEST_F(hystart, an_eighth_more_begins_conservative_slow_start)
{
	u32 cwnd;
	int i;

	round_trip(self, 80000);
	round_trip(self, 80000);
	cwnd = self->cong.cwnd;
	for (i = 0; i < 7; i++)
		ack(self, 90000);
	EXPECT_EQ(0, self->hs.css_rounds);
	EXPECT_EQ(cwnd + 7, self->cong.cwnd);
	ack(self, 90000);
	EXPECT_EQ(1, self->hs.css_rounds);
	EXPECT_EQ(90000, self->hs.base_min_us);
	EXPECT_EQ(cwnd + 7, self->cong.cwnd);
}

TEST_F(hystart, a_little_less_does_not)
{
	round_trip(self, 80000);
	round_trip(self, 80000);
	EXPECT_TRUE(round_trip(self, 89999));
	EXPECT_EQ(0, self->hs.css_rounds);
}

/* MIN_RTT_THRESH and MAX_RTT_THRESH */
TEST_F(hystart, the_threshold_is_4_ms_at_least)
{
	round_trip(self, 1000);
	round_trip(self, 1000);
	round_trip(self, 4999);
	EXPECT_EQ(0, self->hs.css_rounds);
	round_trip(self, 1000);
	round_trip(self, 5001);
	EXPECT_EQ(2, self->hs.css_rounds);
}

TEST_F(hystart, the_threshold_is_16_ms_at_most)
{
	round_trip(self, 400000);
	round_trip(self, 400000);
	round_trip(self, 415999);
	EXPECT_EQ(0, self->hs.css_rounds);
	round_trip(self, 400000);
	round_trip(self, 416001);
	EXPECT_EQ(2, self->hs.css_rounds);
}

TEST_F(hystart, seven_samples_prove_nothing)
{
	u32 i, cwnd;

	round_trip(self, 80000);
	cwnd = self->cong.cwnd;
	for (i = 0; i < 7; i++)
		ack(self, 500000);
	EXPECT_EQ(0, self->hs.css_rounds);
	EXPECT_EQ(cwnd + 7, self->cong.cwnd);
}

TEST_F(hystart, without_samples_it_is_slow_start)
{
	u32 cwnd;
	int i;

	for (i = 0; i < 5; i++)
		round_trip(self, 0);
	EXPECT_GE(self->cong.cwnd, 200);
	/* and the first round that has some has none to be compared with */
	cwnd = self->cong.cwnd;
	round_trip(self, 900000);
	EXPECT_GE(self->cong.cwnd, 2 * cwnd - 2);
}

/* A queue as long as that is no noise. */
TEST_F(hystart, half_a_round_trip_more_ends_slow_start)
{
	round_trip(self, 80000);
	round_trip(self, 80000);
	EXPECT_FALSE(round_trip(self, 120000));
}

TEST_F(hystart, a_little_less_takes_its_rounds)
{
	round_trip(self, 80000);
	round_trip(self, 80000);
	EXPECT_TRUE(round_trip(self, 119999));
	EXPECT_EQ(2, self->hs.css_rounds);
	/* it comes later */
	EXPECT_FALSE(round_trip(self, 120000));
}

TEST_F(hystart, on_a_short_path_it_is_8_ms)
{
	round_trip(self, 10000);
	round_trip(self, 10000);
	EXPECT_TRUE(round_trip(self, 17999));
	EXPECT_FALSE(round_trip(self, 18000));
}

TEST_F(hystart, conservative_slow_start_grows_by_a_quarter_a_round_and_ends_after_five)
{
	u32 was;
	int rounds = 0;

	round_trip(self, 50000);
	round_trip(self, 50000);
	/* it begins with the eighth ACK of a round, which is the first of five */
	do {
		was = self->cong.cwnd;
		EXPECT_LE(rounds, 5);
		rounds++;
		round_trip(self, 70000);
		if (rounds > 1)
			EXPECT_LE(self->cong.cwnd, was + was / 4 + 1);
	} while (mytcp_cong_in_slow_start(&self->cong));
	EXPECT_EQ(5, rounds);
	EXPECT_EQ(self->cong.ssthresh, self->cong.cwnd);
}

/* 4.2: was it noise? */
TEST_F(hystart, slow_start_resumes_when_the_delay_goes)
{
	u32 cwnd;

	round_trip(self, 50000);
	round_trip(self, 50000);
	round_trip(self, 70000);
	ASSERT_EQ(2, self->hs.css_rounds);
	round_trip(self, 70000);
	ASSERT_EQ(3, self->hs.css_rounds);
	round_trip(self, 55000);
	EXPECT_EQ(0, self->hs.css_rounds);
	cwnd = self->cong.cwnd;
	round_trip(self, 55000);
	EXPECT_GE(self->cong.cwnd, 2 * cwnd - 2);
}

/* 4.3: only in the first slow start */
TEST_F(hystart, after_a_loss_slow_start_is_the_plain_one)
{
	struct mytcp_cong_ack told = { .acked = 30 };
	int i;

	self->cong.ssthresh = 25;
	for (i = 0; i < 14; i++)
		ack(self, 50000 + 10000 * i);
	EXPECT_EQ(24, self->cong.cwnd);
	EXPECT_EQ(29, mytcp_hystart_on_ack(&self->hs, &self->cong, &told, 30));
	EXPECT_EQ(25, self->cong.cwnd);
	EXPECT_EQ(0, self->hs.samples);
}

/*
 * A round of 80 ms begins, with a window of 40; an ACK comes every @each_ms from then
 * on, until the last of @count.
 */
static void train(FIXTURE_DATA(hystart) *self, int count, int each_ms)
{
	round_trip(self, 80000);
	round_trip(self, 80000);
	for (; count; count--) {
		self->now_us += 1000 * each_ms;
		ack(self, 80000);
	}
}

/* HyStart's ACK train: half of the path is full of the window. */
TEST_F(hystart, acks_for_half_a_round_trip_begin_conservative_slow_start)
{
	u32 cwnd;

	train(self, 19, 2);
	EXPECT_EQ(0, self->hs.css_rounds);
	cwnd = self->cong.cwnd;
	self->now_us += 2000;
	ack(self, 80000);
	EXPECT_EQ(1, self->hs.css_rounds);
	EXPECT_EQ(cwnd, self->cong.cwnd);
}

/* The clock of a connection may be about to wrap in 32 bits. */
TEST_F(hystart, acks_for_half_a_round_trip_at_any_time)
{
	self->now_us = 0xffffffff - 10000;
	train(self, 19, 2);
	EXPECT_EQ(0, self->hs.css_rounds);
	self->now_us += 2000;
	ack(self, 80000);
	EXPECT_EQ(1, self->hs.css_rounds);
}

/* It is no delay that noise may have made: shorter samples do not end it. */
TEST_F(hystart, what_a_train_began_does_not_resume)
{
	train(self, 20, 2);
	ASSERT_EQ(1, self->hs.css_rounds);
	round_trip(self, 79000);
	EXPECT_EQ(2, self->hs.css_rounds);
	EXPECT_TRUE(round_trip(self, 119999));
	EXPECT_FALSE(round_trip(self, 120000));
}

/* A sender that paces spreads any window over half of a round trip. */
TEST_F(hystart, a_paced_sender_waits_for_a_whole_round_trip)
{
	self->paced = true;
	train(self, 19, 4);
	EXPECT_EQ(0, self->hs.css_rounds);
	self->now_us += 4000;
	ack(self, 80000);
	EXPECT_EQ(1, self->hs.css_rounds);
}

/* An eighth of the round trip without an ACK: what follows is another train. */
TEST_F(hystart, a_gap_ends_a_train)
{
	int i;

	train(self, 19, 2);
	self->now_us += 10001;
	for (i = 0; i < 20; i++, self->now_us += 2000)
		ack(self, 80000);
	EXPECT_EQ(0, self->hs.css_rounds);
	ack(self, 80000);
	EXPECT_EQ(1, self->hs.css_rounds);
}

TEST_F(hystart, an_eighth_of_the_round_trip_is_no_gap)
{
	train(self, 19, 2);
	self->now_us += 10000;
	ack(self, 80000);
	EXPECT_EQ(1, self->hs.css_rounds);
}

/* 2 ms are none on the shortest path: every second segment has an ACK. */
TEST_F(hystart, two_milliseconds_are_no_gap)
{
	round_trip(self, 3000);
	round_trip(self, 3000);
	self->now_us += 2000;
	ack(self, 3000);
	EXPECT_EQ(1, self->hs.css_rounds);
}

TEST_F(hystart, a_window_below_16_is_no_train)
{
	ack(self, 80000);
	while (self->cong.cwnd < 15) {
		self->now_us += 9000;
		ack(self, 80000);
	}
	self->now_us += 9000;
	ack(self, 80000);
	EXPECT_EQ(16, self->cong.cwnd);
	EXPECT_EQ(0, self->hs.css_rounds);
}

TEST_HARNESS_MAIN
