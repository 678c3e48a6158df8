// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/rate.c: draft-cheng-iccrg-delivery-rate-estimation-00. */
#include <kselftest_harness.h>

#include "mytcp/proto/rate.h"

FIXTURE(rate) {
	struct mytcp_rate rate;
	struct mytcp_rate_stamp stamp[64];
	u32 sent_us[64];
};

FIXTURE_SETUP(rate)
{
}

FIXTURE_TEARDOWN(rate)
{
}

static void send_at(FIXTURE_DATA(rate) *self, int nr, u32 in_flight, u32 us)
{
	mytcp_rate_sent(&self->rate, &self->stamp[nr], in_flight, us);
	self->sent_us[nr] = us;
}

/* Segments @from ... @to - 1 are acknowledged. */
static struct mytcp_cong_rate ack_at(FIXTURE_DATA(rate) *self, int from, int to,
				     u32 us)
{
	struct mytcp_rate_news news = {};
	struct mytcp_cong_rate sample;
	int i;

	for (i = from; i < to; i++)
		mytcp_rate_delivered(&news, &self->stamp[i], self->sent_us[i]);
	mytcp_rate_sample(&self->rate, &news, to - from, us, 1000, &sample);
	return sample;
}

/* Ten at once, acknowledged one by one: what counts is how they come back. */
TEST_F(rate, a_burst_is_measured_by_its_acknowledgments)
{
	struct mytcp_cong_rate s;
	int i;

	for (i = 0; i < 10; i++)
		send_at(self, i, i, 5000);
	for (i = 0; i < 10; i++)
		s = ack_at(self, i, i + 1, 25000 + 1000 * i);
	EXPECT_EQ(10, s.delivered);
	EXPECT_EQ(29000, s.interval_us);
	EXPECT_EQ(0, s.prior_delivered);
	EXPECT_FALSE(s.app_limited);
	EXPECT_EQ(10, self->rate.delivered);
}

/* Sent one by one, acknowledged at once: what counts is how they were sent. */
TEST_F(rate, compressed_acknowledgments_do_not_make_the_path_faster)
{
	struct mytcp_cong_rate s;
	int i;

	send_at(self, 0, 0, 0);
	ack_at(self, 0, 1, 10000);
	for (i = 1; i < 11; i++)
		send_at(self, i, 1, 10000 + 5000 * i);
	s = ack_at(self, 1, 11, 60500);
	EXPECT_EQ(10, s.delivered);
	EXPECT_EQ(60000, s.interval_us);
	EXPECT_EQ(1, s.prior_delivered);
}

TEST_F(rate, a_pause_is_not_the_paths)
{
	struct mytcp_cong_rate s;

	send_at(self, 0, 0, 0);
	ack_at(self, 0, 1, 20000);
	send_at(self, 1, 0, 900000);
	s = ack_at(self, 1, 2, 920000);
	EXPECT_EQ(1, s.delivered);
	EXPECT_EQ(20000, s.interval_us);
}

TEST_F(rate, an_interval_below_the_least_round_trip_is_not_believed)
{
	struct mytcp_cong_rate s;

	send_at(self, 0, 0, 0);
	s = ack_at(self, 0, 1, 999);
	EXPECT_EQ(0, s.interval_us);
}

TEST_F(rate, who_is_short_of_data_says_so_until_that_is_delivered)
{
	send_at(self, 0, 0, 0);
	mytcp_rate_limited(&self->rate, 1);
	send_at(self, 1, 1, 1000);
	EXPECT_FALSE(ack_at(self, 0, 1, 20000).app_limited);
	send_at(self, 2, 1, 20000);
	EXPECT_TRUE(ack_at(self, 1, 2, 21000).app_limited);
	send_at(self, 3, 1, 22000);
	EXPECT_TRUE(ack_at(self, 2, 3, 40000).app_limited);
	EXPECT_FALSE(ack_at(self, 3, 4, 42000).app_limited);
	mytcp_rate_limited(&self->rate, -self->rate.delivered);
	EXPECT_EQ(1, self->rate.limited_until);
}

TEST_F(rate, the_segment_sent_last_makes_the_sample)
{
	struct mytcp_rate_news news = {};
	struct mytcp_cong_rate s;

	send_at(self, 0, 0, 0);
	send_at(self, 1, 1, 1000);
	ack_at(self, 0, 1, 20000);
	send_at(self, 2, 1, 20000);
	mytcp_rate_delivered(&news, &self->stamp[2], 20000);
	mytcp_rate_delivered(&news, &self->stamp[1], 1000);
	mytcp_rate_sample(&self->rate, &news, 2, 40000, 1000, &s);
	EXPECT_EQ(1, s.prior_delivered);
	EXPECT_EQ(2, s.delivered);
}

TEST_F(rate, what_was_sent_before_anything_was_kept_tells_nothing)
{
	EXPECT_EQ(0, ack_at(self, 0, 5, 20000).interval_us);
	EXPECT_EQ(5, self->rate.delivered);
}

TEST_F(rate, an_ACK_of_nothing_moves_nothing)
{
	send_at(self, 0, 0, 7);
	EXPECT_EQ(0, ack_at(self, 0, 0, 20000).interval_us);
	EXPECT_EQ(0, self->rate.delivered);
	EXPECT_EQ(7, self->rate.delivered_us);
}

TEST_F(rate, counters_and_clock_may_wrap)
{
	struct mytcp_cong_rate s;
	int i;

	self->rate.delivered = -3U;
	for (i = 0; i < 10; i++)
		send_at(self, i, i, -5000U);
	ack_at(self, 0, 5, 5000);
	s = ack_at(self, 5, 10, 15000);
	EXPECT_EQ(10, s.delivered);
	EXPECT_EQ(20000, s.interval_us);
	EXPECT_EQ(7, self->rate.delivered);
}

/* What TCP_INFO tells: 10 segments in 20 ms. */
TEST_F(rate, a_sample_is_octets_a_second)
{
	struct mytcp_cong_rate s = { .delivered = 10, .interval_us = 20000 };

	EXPECT_EQ(500000, mytcp_rate_octets(&s, 1000));
	s.interval_us = 0;
	EXPECT_EQ(0, mytcp_rate_octets(&s, 1000));
}

/* Short of data it is the sender that is measured; but what is faster, the path bore. */
TEST_F(rate, a_sample_short_of_data_is_told_only_if_it_is_faster)
{
	send_at(self, 0, 0, 5000);
	ack_at(self, 0, 1, 15000);
	EXPECT_EQ(10000, self->rate.told.interval_us);

	mytcp_rate_limited(&self->rate, 0);
	send_at(self, 1, 0, 20000);
	ack_at(self, 1, 2, 40000);
	EXPECT_EQ(10000, self->rate.told.interval_us);

	mytcp_rate_limited(&self->rate, 0);
	send_at(self, 2, 0, 50000);
	ack_at(self, 2, 3, 55000);
	EXPECT_EQ(5000, self->rate.told.interval_us);
	EXPECT_TRUE(self->rate.told.app_limited);

	send_at(self, 3, 0, 60000);
	ack_at(self, 3, 4, 90000);
	EXPECT_EQ(30000, self->rate.told.interval_us);
	EXPECT_FALSE(self->rate.told.app_limited);
}

TEST_HARNESS_MAIN
