// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cong.c: what all algorithms have in common. */
#include <kselftest_harness.h>

#include "mytcp/proto/cong.h"

/* An algorithm that writes down what it is told. */
static struct {
	int inits, acks, events;
	enum mytcp_cong_event event;
	u32 in_flight;
} told;

static void spy_init(struct mytcp_cong *cong)
{
	u8 *priv = cong->priv;
	int i;

	told.inits++;
	for (i = 0; i < MYTCP_CONG_PRIV_MAX; i++)
		told.inits += 1000 * priv[i];
}

static void spy_on_ack(struct mytcp_cong *cong, const struct mytcp_cong_ack *ack)
{
	told.acks++;
}

static u32 spy_ssthresh(struct mytcp_cong *cong, enum mytcp_cong_event why,
			u32 in_flight)
{
	return in_flight - 1;
}

static void spy_on_event(struct mytcp_cong *cong, enum mytcp_cong_event event,
			 u32 in_flight)
{
	told.events++;
	told.event = event;
	told.in_flight = in_flight;
}

static u64 spy_pacing_rate(const struct mytcp_cong *cong, u32 mss)
{
	return 5000 + mss;
}

#define SPY								\
	.name = "spy", .priv_size = 8, .init = spy_init,		\
	.on_ack = spy_on_ack, .ssthresh = spy_ssthresh,			\
	.on_event = spy_on_event, .pacing_rate = spy_pacing_rate

static const struct mytcp_cong_ops spy = { SPY };
static const struct mytcp_cong_ops owner = { SPY, .flags = MYTCP_CONG_OWN_CWND };
static const struct mytcp_cong_ops counter = { SPY, .flags = MYTCP_CONG_EVERY_ACK };
/* Nothing that may be left out. */
static const struct mytcp_cong_ops bare = {
	.name = "bare", .priv_size = 1, .on_ack = spy_on_ack, .ssthresh = spy_ssthresh,
};

FIXTURE(cong) {
	struct mytcp_cong cong;
	u64 priv[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
};

FIXTURE_SETUP(cong)
{
	mytcp_cong_start(&self->cong, &spy);
}

FIXTURE_TEARDOWN(cong)
{
}

static void give(FIXTURE_DATA(cong) *self, const struct mytcp_cong_ops *ops)
{
	mytcp_cong_use(&self->cong, ops);
	mytcp_cong_give_priv(&self->cong, self->priv);
}

static void ack(struct mytcp_cong *cong, u32 acked, bool recovering)
{
	struct mytcp_cong_ack a = {
		.acked = acked, .cwnd_limited = true, .recovering = recovering,
	};

	mytcp_cong_on_ack(cong, &a);
}

TEST_F(cong, a_connection_begins_with_ten_segments_and_no_threshold)
{
	EXPECT_EQ(10, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF, self->cong.ssthresh);
	EXPECT_TRUE(mytcp_cong_in_slow_start(&self->cong));
	EXPECT_LE(sizeof(struct mytcp_cong), 32);
}

TEST_F(cong, without_memory_for_its_state_an_algorithm_is_reno)
{
	EXPECT_FALSE(mytcp_cong_ready(&self->cong));
	ack(&self->cong, 3, false);
	EXPECT_EQ(13, self->cong.cwnd);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 13);
	EXPECT_EQ(6, self->cong.ssthresh);
	EXPECT_EQ(6, self->cong.cwnd);
	EXPECT_EQ(0, told.acks + told.events + told.inits);
	EXPECT_EQ(1200000, mytcp_cong_pacing_rate(&self->cong, 1000, 6000, 200, 120));
}

TEST_F(cong, memory_comes_zeroed_and_in_the_middle_of_a_connection)
{
	memset(self->priv, 0xff, sizeof(self->priv));
	self->cong.cwnd = 77;
	mytcp_cong_give_priv(&self->cong, self->priv);
	EXPECT_EQ(1, told.inits);
	EXPECT_EQ(77, self->cong.cwnd);
	EXPECT_TRUE(mytcp_cong_ready(&self->cong));
	ack(&self->cong, 1, false);
	EXPECT_EQ(1, told.acks);
	EXPECT_EQ(77, self->cong.cwnd);
}

TEST_F(cong, an_algorithm_without_state_is_ready_at_once)
{
	mytcp_cong_use(&self->cong, &mytcp_cong_reno);
	EXPECT_TRUE(mytcp_cong_ready(&self->cong));
}

TEST_F(cong, another_algorithm_keeps_the_window_and_forgets_the_rest)
{
	give(self, &spy);
	self->priv[3] = 1;
	self->cong.cwnd = 40;
	self->cong.ssthresh = 30;
	self->cong.cwnd_cnt = 5;
	mytcp_cong_use(&self->cong, &bare);
	EXPECT_EQ(0, self->priv[3]);
	EXPECT_EQ(40, self->cong.cwnd);
	EXPECT_EQ(30, self->cong.ssthresh);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
	EXPECT_EQ(1, told.inits);
}

TEST_F(cong, what_is_left_out_is_not_called)
{
	give(self, &bare);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 9);
	EXPECT_EQ(8, self->cong.cwnd);
	EXPECT_EQ(0, mytcp_cong_pacing_rate(&self->cong, 1000, 0, 200, 120));
}

TEST_F(cong, ACKs_in_recovery_are_for_those_who_ask_for_them)
{
	give(self, &spy);
	ack(&self->cong, 1, true);
	EXPECT_EQ(0, told.acks);
	give(self, &counter);
	ack(&self->cong, 1, true);
	EXPECT_EQ(1, told.acks);
	give(self, &owner);
	ack(&self->cong, 1, true);
	EXPECT_EQ(2, told.acks);
	mytcp_cong_use(&self->cong, &mytcp_cong_reno);
	ack(&self->cong, 1, true);
	EXPECT_EQ(10, self->cong.cwnd);
}

TEST_F(cong, a_loss_sets_the_window_and_is_told_afterwards)
{
	give(self, &spy);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 10);
	EXPECT_EQ(9, self->cong.ssthresh);
	EXPECT_EQ(9, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_LOSS, told.event);
	EXPECT_EQ(10, told.in_flight);
	self->cong.cwnd = 4;
	mytcp_cong_recovered(&self->cong, MYTCP_CONG_LOSS, 3);
	EXPECT_EQ(9, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_RECOVERED, told.event);
	EXPECT_EQ(3, told.in_flight);
}

TEST_F(cong, a_timeout_leaves_one_segment_and_slow_start_goes_on_afterwards)
{
	give(self, &spy);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 10);
	EXPECT_EQ(9, self->cong.ssthresh);
	EXPECT_EQ(1, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_RTO, told.event);
	self->cong.cwnd = 3;
	mytcp_cong_rto_again(&self->cong, 10);
	EXPECT_EQ(9, self->cong.ssthresh);
	EXPECT_EQ(1, self->cong.cwnd);
	EXPECT_EQ(1, told.events);
	self->cong.cwnd = 5;
	mytcp_cong_recovered(&self->cong, MYTCP_CONG_RTO, 0);
	EXPECT_EQ(5, self->cong.cwnd);
}

TEST_F(cong, who_owns_the_window_is_told_and_nothing_else)
{
	EXPECT_FALSE(mytcp_cong_owns_cwnd(&self->cong));
	mytcp_cong_use(&self->cong, &owner);
	EXPECT_FALSE(mytcp_cong_owns_cwnd(&self->cong));
	give(self, &owner);
	EXPECT_TRUE(mytcp_cong_owns_cwnd(&self->cong));
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 20);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 20);
	mytcp_cong_rto_again(&self->cong, 20);
	EXPECT_EQ(MYTCP_CONG_RTO, told.event);
	EXPECT_EQ(3, told.events);
	mytcp_cong_recovered(&self->cong, MYTCP_CONG_LOSS, 20);
	mytcp_cong_restart(&self->cong, 1000, 10);
	EXPECT_EQ(MYTCP_CONG_RESTART, told.event);
	EXPECT_EQ(10, self->cong.cwnd);
}

TEST_F(cong, a_reduction_for_nothing_is_undone)
{
	give(self, &spy);
	self->cong.cwnd = 50;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 40);
	mytcp_cong_undo(&self->cong, 7);
	EXPECT_EQ(50, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF, self->cong.ssthresh);
	EXPECT_EQ(MYTCP_CONG_UNDO, told.event);
	EXPECT_EQ(7, told.in_flight);
	/* once */
	self->cong.cwnd = 3;
	mytcp_cong_undo(&self->cong, 7);
	EXPECT_EQ(3, self->cong.cwnd);
	EXPECT_EQ(2, told.events);
}

TEST_F(cong, a_threshold_learnt_before_is_the_window_after_the_undoing)
{
	give(self, &spy);
	self->cong.cwnd = 50;
	self->cong.ssthresh = 45;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 40);
	mytcp_cong_undo(&self->cong, 0);
	EXPECT_EQ(50, self->cong.cwnd);
	EXPECT_EQ(50, self->cong.ssthresh);
}

TEST_F(cong, a_window_that_has_outgrown_the_old_one_stays)
{
	self->cong.cwnd = 4;
	self->cong.ssthresh = 4;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 4);
	self->cong.cwnd = 6;
	self->cong.ssthresh = 5;
	mytcp_cong_undo(&self->cong, 0);
	EXPECT_EQ(6, self->cong.cwnd);
	EXPECT_EQ(5, self->cong.ssthresh);
}

TEST_F(cong, a_huge_window_fits_what_is_remembered_of_it)
{
	self->cong.cwnd = MYTCP_CONG_CWND_MAX;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 100);
	mytcp_cong_undo(&self->cong, 0);
	EXPECT_EQ(MYTCP_CONG_PRIOR_MAX, self->cong.cwnd);
}

TEST_F(cong, a_threshold_is_never_above_the_greatest)
{
	give(self, &spy);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, ~0U);
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF, self->cong.ssthresh);
}

/* RFC 2861 3.1, RFC 5681 4.1 */
TEST_F(cong, each_RTO_of_idleness_halves_the_window_down_to_the_initial_one)
{
	self->cong.cwnd = 100;
	mytcp_cong_restart(&self->cong, 1000, 1000);
	EXPECT_EQ(100, self->cong.cwnd);
	mytcp_cong_restart(&self->cong, 1001, 1000);
	EXPECT_EQ(50, self->cong.cwnd);
	self->cong.cwnd = 100;
	mytcp_cong_restart(&self->cong, 3500, 1000);
	EXPECT_EQ(12, self->cong.cwnd);
	self->cong.cwnd = 100;
	mytcp_cong_restart(&self->cong, ~0U, 1);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.cwnd = 7;
	mytcp_cong_restart(&self->cong, ~0U, 0);
	EXPECT_EQ(7, self->cong.cwnd);
}

TEST_F(cong, where_windows_do_not_age_the_algorithm_hears_of_idle_times)
{
	give(self, &spy);
	self->cong.cwnd = 100;
	self->cong.ssthresh = 40;
	mytcp_cong_resume(&self->cong);
	EXPECT_EQ(100, self->cong.cwnd);
	EXPECT_EQ(40, self->cong.ssthresh);
	EXPECT_EQ(1, told.events);
	EXPECT_EQ(MYTCP_CONG_RESTART, told.event);
}

TEST_F(cong, after_an_idle_time_slow_start_leads_back_to_three_quarters)
{
	self->cong.cwnd = 100;
	self->cong.ssthresh = 40;
	mytcp_cong_restart(&self->cong, 5000, 1000);
	EXPECT_EQ(75, self->cong.ssthresh);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.cwnd = 100;
	mytcp_cong_restart(&self->cong, 5000, 1000);
	EXPECT_EQ(75, self->cong.ssthresh);
	/* which was infinite and stays so */
	self->cong.ssthresh = MYTCP_CONG_SSTHRESH_INF;
	mytcp_cong_restart(&self->cong, 5000, 1000);
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF, self->cong.ssthresh);
}

/* RFC 7661 4.4.3 */
TEST_F(cong, a_window_not_seen_for_long_is_halved_down_to_the_initial_one)
{
	give(self, &spy);
	self->cong.cwnd = 100;
	self->cong.cwnd_cnt = 7;
	self->cong.ssthresh = 60;
	mytcp_cong_expire(&self->cong, 3);
	EXPECT_EQ(50, self->cong.cwnd);
	EXPECT_EQ(0, self->cong.cwnd_cnt);
	EXPECT_EQ(75, self->cong.ssthresh);
	EXPECT_EQ(MYTCP_CONG_RESTART, told.event);
	EXPECT_EQ(3, told.in_flight);
	mytcp_cong_expire(&self->cong, 0);
	EXPECT_EQ(25, self->cong.cwnd);
	/* what was higher, or infinite, stays so */
	EXPECT_EQ(75, self->cong.ssthresh);
	self->cong.ssthresh = MYTCP_CONG_SSTHRESH_INF;
	mytcp_cong_expire(&self->cong, 0);
	EXPECT_EQ(12, self->cong.cwnd);
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF, self->cong.ssthresh);
	mytcp_cong_expire(&self->cong, 0);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.cwnd = 4;
	told.events = 0;
	mytcp_cong_expire(&self->cong, 0);
	EXPECT_EQ(4, self->cong.cwnd);
	EXPECT_EQ(0, told.events);
}

TEST_F(cong, who_has_a_window_of_its_own_keeps_it)
{
	give(self, &owner);
	self->cong.cwnd = 100;
	mytcp_cong_expire(&self->cong, 0);
	EXPECT_EQ(100, self->cong.cwnd);
	EXPECT_EQ(0, told.events);
}

/* RFC 7661 4.3 */
TEST_F(cong, half_of_a_window_in_flight_validates_it)
{
	struct mytcp_cong_ack ack = { .in_flight = 50 };

	self->cong.cwnd = 100;
	EXPECT_TRUE(mytcp_cong_validated(&self->cong, &ack));
	ack.in_flight = 49;
	EXPECT_FALSE(mytcp_cong_validated(&self->cong, &ack));
	ack.cwnd_limited = true;
	EXPECT_TRUE(mytcp_cong_validated(&self->cong, &ack));
}

TEST_F(cong, the_rate_is_the_algorithms_if_it_has_one)
{
	give(self, &spy);
	EXPECT_EQ(6000, mytcp_cong_pacing_rate(&self->cong, 1000, 10, 200, 120));
}

TEST_F(cong, else_the_rate_is_the_window_in_a_round_trip_and_some_more)
{
	mytcp_cong_use(&self->cong, &mytcp_cong_reno);
	EXPECT_EQ(0, mytcp_cong_pacing_rate(&self->cong, 1000, 0, 200, 120));
	EXPECT_EQ(200000, mytcp_cong_pacing_rate(&self->cong, 1000, 100000, 200, 120));
	self->cong.ssthresh = 10;
	EXPECT_EQ(120000, mytcp_cong_pacing_rate(&self->cong, 1000, 100000, 200, 120));
	EXPECT_EQ(90000, mytcp_cong_pacing_rate(&self->cong, 1000, 100000, 200, 90));
	/* no overflow */
	self->cong.cwnd = MYTCP_CONG_CWND_MAX;
	EXPECT_EQ((2147483647ULL * 65535 * 6 / 5) / 1000000 * 1000000,
		  mytcp_cong_pacing_rate(&self->cong, 65535, 1000000, 200, 120));
}

TEST_F(cong, a_round_ends_when_what_was_in_flight_is_delivered)
{
	struct mytcp_cong_round round = {};
	struct mytcp_cong_ack a = { .in_flight = 10, .delivered = 1 };
	int i;

	EXPECT_TRUE(mytcp_cong_round_ends(&round, &a));
	for (i = 0; i < 8; i++)
		EXPECT_FALSE(mytcp_cong_round_ends(&round, &a));
	EXPECT_TRUE(mytcp_cong_round_ends(&round, &a));
	EXPECT_EQ(9, round.left);
	/* more than was thought to be there */
	a.in_flight = 2;
	a.delivered = 20;
	EXPECT_TRUE(mytcp_cong_round_ends(&round, &a));
	EXPECT_EQ(0, round.left);
}

TEST_HARNESS_MAIN
