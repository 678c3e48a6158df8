// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cong_cubic.c: RFC 9438. The file itself is included, for its parts. */
#include <kselftest_harness.h>
#include <math.h>

#include "random.h"
#include "mytcp/proto/cong_cubic.c"

FIXTURE(cubic) {
	struct mytcp_cong cong;
	u64 room[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
	struct cubic *c;
	u64 now_us;
	u32 rtt_us;
};

FIXTURE_SETUP(cubic)
{
	self->c = (void *)self->room;
	self->now_us = 1000000;
	self->rtt_us = 50000;
	mytcp_cong_start(&self->cong, &mytcp_cong_cubic);
	mytcp_cong_give_priv(&self->cong, self->room);
}

FIXTURE_TEARDOWN(cubic)
{
}

/*
 * One ACK for one segment, at the pace of the window; in slow start at that of the
 * path, which holds 200 segments.
 */
static void ack(FIXTURE_DATA(cubic) *self, bool limited)
{
	struct mytcp_cong_ack told = {
		.acked = 1, .delivered = 1, .in_flight = self->cong.cwnd,
		.rtt_us = self->rtt_us, .srtt_us = self->rtt_us,
		.cwnd_limited = limited,
	};

	self->now_us += self->rtt_us / (mytcp_cong_in_slow_start(&self->cong) ?
					200 : self->cong.cwnd);
	told.now_us = self->now_us;
	mytcp_cong_on_ack(&self->cong, &told);
}

static void run_until(FIXTURE_DATA(cubic) *self, u64 then_us)
{
	while (self->now_us < then_us)
		ack(self, true);
}

static void lose(FIXTURE_DATA(cubic) *self)
{
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, self->cong.cwnd);
	mytcp_cong_recovered(&self->cong, MYTCP_CONG_LOSS, self->cong.cwnd);
}

static double curve(double t, double k, double w_max)
{
	return 0.4 * pow(t - k, 3) + w_max;
}

TEST(the_cube_root_of_all_small_numbers)
{
	u64 n, root = 0;

	for (n = 0; n < 3000000; n++) {
		if ((root + 1) * (root + 1) * (root + 1) <= n)
			root++;
		ASSERT_EQ(root, cube_root(n));
	}
}

TEST(the_cube_root_beside_every_great_cube)
{
	u64 root, cube;

	for (root = 145; root <= 2642245; root += root / 100 + 1) {
		cube = root * root * root;
		ASSERT_EQ(root, cube_root(cube));
		ASSERT_EQ(root - 1, cube_root(cube - 1));
		ASSERT_EQ(root, cube_root(cube + 1));
	}
	EXPECT_EQ(2642245, cube_root(~0ULL));
}

/* 4.2: K = cbrt((W_max - cwnd) / C) */
TEST(k_is_the_time_to_the_plateau)
{
	EXPECT_EQ(0, climb_ms(400, 400));
	EXPECT_EQ(0, climb_ms(401, 400));
	EXPECT_EQ(6694, climb_ms(280, 400));
	EXPECT_EQ((u32)(cbrt(2147483646 / 0.4) * 1000), climb_ms(1, 0x7fffffff));
}

TEST(w_cubic_is_the_curve)
{
	struct epoch e = { .k_ms = 6694, .w_max = 400 };
	int t;

	for (t = 0; t < 60000; t += 7) {
		double off = w_cubic(&e, t) - curve(t / 1e3, 6.694, 400);

		/* less than a segment below the plateau is at the plateau */
		ASSERT_LE(off, t < 6694 ? 1.01 : 0.51);
		ASSERT_GE(off, t < 6694 ? -0.01 : -0.51);
	}
	/* far away it neither wraps nor falls below a segment */
	EXPECT_EQ(400000400, w_cubic(&e, 5000000));
	e.w_max = MYTCP_CONG_CWND_MAX;
	EXPECT_EQ(MYTCP_CONG_CWND_MAX, w_cubic(&e, 1LL << 50));
	e.w_max = 10;
	EXPECT_EQ(1, w_cubic(&e, 0));
}

TEST_F(cubic, is_known_as_cubic)
{
	EXPECT_STREQ("cubic", mytcp_cong_cubic.name);
}

TEST_F(cubic, a_connection_begins_in_slow_start)
{
	int i;

	for (i = 0; i < 30; i++)
		ack(self, true);
	EXPECT_EQ(40, self->cong.cwnd);
}

TEST_F(cubic, a_window_that_was_not_used_does_not_grow)
{
	int i;

	for (i = 0; i < 30; i++)
		ack(self, false);
	EXPECT_EQ(10, self->cong.cwnd);
}

/* 4.6: beta is 0.7; 4.2: 100 Mbit/s and 50 ms, W_max 400: K is 6.69 s */
TEST_F(cubic, after_a_loss_the_window_follows_the_curve)
{
	u64 start = self->now_us;
	int t;

	self->cong.cwnd = 400;
	lose(self);
	EXPECT_EQ(280, self->cong.cwnd);
	for (t = 1; t <= 12; t++) {
		double want = curve(t, 6.694, 400);

		run_until(self, start + t * 1000000ULL);
		EXPECT_LE(fabs(self->cong.cwnd - want), want * 0.05) {
			TH_LOG("after %d s: %u, not %.1f", t, self->cong.cwnd, want);
		}
	}
	EXPECT_EQ(6694, self->c->now.k_ms);
	EXPECT_EQ(400, self->c->now.w_max);
}

TEST_F(cubic, the_window_is_flat_at_the_plateau_and_steep_beyond_it)
{
	u64 start = self->now_us;
	u32 at_plateau, later;

	self->cong.cwnd = 400;
	lose(self);
	run_until(self, start + 5700000);
	at_plateau = self->cong.cwnd;
	run_until(self, start + 7700000);
	EXPECT_LE(self->cong.cwnd - at_plateau, 6);
	run_until(self, start + 14000000);
	later = self->cong.cwnd;
	run_until(self, start + 16000000);
	EXPECT_GE(self->cong.cwnd - later, 100);
}

/* 4.3: a short round trip and a small window: Reno would be faster */
TEST_F(cubic, is_as_fast_as_reno_where_reno_is_faster)
{
	u64 start;
	double want;

	self->rtt_us = 10000;
	self->cong.cwnd = 20;
	start = self->now_us;
	lose(self);
	EXPECT_EQ(14, self->cong.cwnd);
	/* 9/17 of a segment a round trip up to 20, one afterwards */
	run_until(self, start + 100000);
	want = 14 + 10 * 9. / 17;
	EXPECT_LE(fabs(self->cong.cwnd - want), 1.01);
	run_until(self, start + 1000000);
	want = 20 + (100 - 6 * 17. / 9);
	EXPECT_LE(fabs(self->cong.cwnd - want), want * 0.05) {
		TH_LOG("%u, not %.1f", self->cong.cwnd, want);
	}
	EXPECT_GT(self->cong.cwnd, curve(1, cbrt(6 / 0.4), 20) * 1.5);
}

/* 4.7 */
TEST_F(cubic, a_second_loss_below_the_first_leaves_room_for_others)
{
	self->cong.cwnd = 400;
	lose(self);
	EXPECT_EQ(400, self->c->now.w_max);
	self->cong.cwnd = 300;
	lose(self);
	EXPECT_EQ(255, self->c->now.w_max);
	EXPECT_EQ(300, self->c->now.w_last);
	EXPECT_EQ(210, self->cong.cwnd);
	/* and one above it does not */
	self->cong.cwnd = 301;
	lose(self);
	EXPECT_EQ(301, self->c->now.w_max);
}

/* 4.7: it is the plateau that tells whether there is less room, not the last loss */
TEST_F(cubic, who_has_made_room_once_need_not_for_a_loss_at_the_plateau)
{
	self->cong.cwnd = 400;
	lose(self);
	self->cong.cwnd = 300;
	lose(self);
	EXPECT_EQ(255, self->c->now.w_max);
	self->cong.cwnd = 255;
	lose(self);
	EXPECT_EQ(255, self->c->now.w_max);
	self->cong.cwnd = 254;
	lose(self);
	EXPECT_EQ(215, self->c->now.w_max);
}

/* 4.8 */
TEST_F(cubic, after_a_timeout_avoidance_begins_at_the_plateau)
{
	int i;

	self->cong.cwnd = 100;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 100);
	EXPECT_EQ(70, self->cong.ssthresh);
	EXPECT_EQ(1, self->cong.cwnd);
	for (i = 0; i < 70; i++)
		ack(self, true);
	EXPECT_EQ(70, self->c->now.w_max);
	EXPECT_EQ(0, self->c->now.k_ms);
	EXPECT_FALSE(mytcp_cong_in_slow_start(&self->cong));
}

/* 4.10 */
TEST_F(cubic, after_a_slow_start_without_a_loss_avoidance_begins_at_the_plateau)
{
	int i;

	for (i = 0; i < 20; i++)
		ack(self, true);
	self->cong.ssthresh = 30;
	ack(self, true);
	EXPECT_EQ(30, self->c->now.w_max);
	EXPECT_EQ(0, self->c->now.k_ms);
}

TEST_F(cubic, slow_start_ends_when_the_round_trip_grows)
{
	int i;

	for (i = 0; i < 20000 && mytcp_cong_in_slow_start(&self->cong); i++) {
		/* a queue behind 200 segments */
		self->rtt_us = 50000;
		if (self->cong.cwnd > 200)
			self->rtt_us += (self->cong.cwnd - 200) * 250;
		ack(self, true);
	}
	EXPECT_FALSE(mytcp_cong_in_slow_start(&self->cong));
	EXPECT_LE(self->cong.cwnd, 1500);
	EXPECT_GE(self->cong.cwnd, 200);
}

/* 4.9 */
TEST_F(cubic, an_undone_loss_leaves_the_curve_as_it_was)
{
	struct epoch before;

	self->cong.cwnd = 400;
	lose(self);
	run_until(self, self->now_us + 2000000);
	before = self->c->now;
	lose(self);
	EXPECT_NE(before.w_max, self->c->now.w_max);
	mytcp_cong_undo(&self->cong, 300);
	EXPECT_EQ(before.w_max, self->c->now.w_max);
	EXPECT_EQ(before.k_ms, self->c->now.k_ms);
	EXPECT_EQ(before.start_us, self->c->now.start_us);
	EXPECT_EQ(before.w_est, self->c->now.w_est);
	EXPECT_GE(self->cong.cwnd, 300);
}

/* 4.2 and 5.8: time in which the window was not used does not count */
TEST_F(cubic, idle_time_is_no_time_on_the_curve)
{
	u64 start;
	u32 cwnd;

	self->cong.cwnd = 400;
	lose(self);
	run_until(self, self->now_us + 3000000);
	start = self->c->now.start_us;
	cwnd = self->cong.cwnd;
	ack(self, false);
	self->now_us += 60000000;
	ack(self, false);
	ack(self, true);
	ack(self, true);
	EXPECT_GE(self->c->now.start_us - start, 60000000);
	EXPECT_LE(self->c->now.start_us - start, 60010000);
	EXPECT_LE(self->cong.cwnd, cwnd + 2);
}

/* The first flight after it fills the window, and says so. */
TEST_F(cubic, nor_is_it_where_windows_do_not_age)
{
	u64 start;
	u32 cwnd;

	self->cong.cwnd = 400;
	lose(self);
	run_until(self, self->now_us + 3000000);
	start = self->c->now.start_us;
	cwnd = self->cong.cwnd;
	self->now_us += 60000000;
	mytcp_cong_resume(&self->cong);
	ack(self, true);
	ack(self, true);
	EXPECT_GE(self->c->now.start_us - start, 60000000);
	EXPECT_LE(self->c->now.start_us - start, 60010000);
	EXPECT_LE(self->cong.cwnd, cwnd + 2);
}

TEST_F(cubic, after_an_idle_time_with_slow_start_the_climb_begins_anew)
{
	int i;

	self->cong.cwnd = 400;
	lose(self);
	run_until(self, self->now_us + 3000000);
	self->now_us += 60000000;
	mytcp_cong_restart(&self->cong, 60000000, 200000);
	EXPECT_EQ(10, self->cong.cwnd);
	for (i = 0; i < 400; i++)
		ack(self, true);
	EXPECT_FALSE(mytcp_cong_in_slow_start(&self->cong));
	EXPECT_EQ(400, self->c->now.w_max);
	EXPECT_LE(self->cong.cwnd, 320);
}

/* An ACK may be for half a window, and windows may be of any size. */
TEST_F(cubic, no_sequence_of_events_leaves_the_range)
{
	u64 seed = 1;
	int i;

	for (i = 0; i < 300000; i++) {
		struct mytcp_cong_ack told = {
			.acked = random_below(&seed, 20) ? random_below(&seed, 100) : ~0U,
			.delivered = random_below(&seed, 100),
			.in_flight = random_below(&seed, 1000),
			.rtt_us = random_below(&seed, 1000000),
			.srtt_us = random_below(&seed, 1000000),
			.cwnd_limited = random_below(&seed, 4),
		};

		self->now_us += random_below(&seed, 10) ? random_below(&seed, 100000) :
				random_below(&seed, 1U << 31);
		told.now_us = self->now_us;
		if (!random_below(&seed, 100))
			mytcp_cong_reduce(&self->cong, random_below(&seed, 3),
					  random_below(&seed, 2 * self->cong.cwnd));
		if (!random_below(&seed, 500))
			mytcp_cong_undo(&self->cong, 0);
		if (!random_below(&seed, 500))
			mytcp_cong_restart(&self->cong, random_below(&seed, 1U << 31),
					   200000);
		mytcp_cong_on_ack(&self->cong, &told);
		ASSERT_GE(self->cong.cwnd, 1);
		ASSERT_LE(self->cong.cwnd, MYTCP_CONG_CWND_MAX);
	}
}

TEST_HARNESS_MAIN
