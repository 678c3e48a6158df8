// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp/proto/cong_bbr.c: draft-cardwell-iccrg-bbr-congestion-control-00, on a
 * simulated path: one bottleneck with a queue, segments that are paced, and the
 * delivery rate as proto/rate.c measures it. The file itself is included, for its
 * state.
 */
#include <kselftest_harness.h>
#include <math.h>

#include "random.h"
#include "mytcp/proto/rate.h"
#include "mytcp/proto/cong_bbr.c"

#define SLOTS	65536

/*
 * A sender, a bottleneck that needs gap_us for a segment, a round trip of delay_us
 * besides, a program that has a segment every supply_us, or always.
 */
struct path {
	struct mytcp_cong cong;
	u64 room[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
	struct bbr *b;
	struct mytcp_rate rate;
	struct mytcp_rate_stamp stamp[SLOTS];
	u64 sent_us[SLOTS], back_us[SLOTS];
	u64 now_us, free_us, send_us, supply_at;
	u32 gap_us, delay_us, supply_us;
	u32 sent, acked, most_in_flight, least_in_flight;
};

static struct path p;

static void path_begin(u32 gap_us, u32 delay_us)
{
	memset(&p, 0, sizeof(p));
	p.b = (void *)p.room;
	p.gap_us = gap_us;
	p.delay_us = delay_us;
	p.now_us = 1000;
	mytcp_cong_start(&p.cong, &mytcp_cong_bbr);
	mytcp_cong_give_priv(&p.cong, p.room);
}

static void path_send(void)
{
	u32 slot = p.sent % SLOTS;
	u64 rate = mytcp_cong_pacing_rate(&p.cong, 1000, p.delay_us, 200, 120);

	mytcp_rate_sent(&p.rate, &p.stamp[slot], p.sent - p.acked, p.now_us);
	p.sent_us[slot] = p.now_us;
	p.free_us = max(p.free_us, p.now_us) + p.gap_us;
	p.back_us[slot] = p.free_us + p.delay_us;
	p.send_us = max(p.send_us, p.now_us) + (rate ? 1000000000ULL / rate : 0);
	p.supply_at = p.now_us + p.supply_us;
	p.sent++;
}

static void path_ack(u32 lost)
{
	u32 slot = p.acked % SLOTS;
	struct mytcp_rate_news news = {};
	struct mytcp_cong_ack ack = {
		.acked = 1, .delivered = 1, .in_flight = p.sent - p.acked,
		.rtt_us = p.now_us - p.sent_us[slot], .now_us = p.now_us,
		.srtt_us = p.now_us - p.sent_us[slot], .cwnd_limited = true,
		.lost = lost,
	};

	mytcp_rate_delivered(&news, &p.stamp[slot], p.sent_us[slot]);
	mytcp_rate_sample(&p.rate, &news, 1, p.now_us, 1, &ack.rate);
	ack.delivered_total = p.rate.delivered;
	p.acked++;
	mytcp_cong_on_ack(&p.cong, &ack);
}

/* What comes next: an ACK, or a segment that may go. */
static void path_step(void)
{
	u64 send_at = max(p.send_us, p.supply_us ? p.supply_at : 0);
	u32 in_flight = p.sent - p.acked;
	u64 back_at = in_flight ? p.back_us[p.acked % SLOTS] : ~0ULL;

	p.most_in_flight = max(p.most_in_flight, in_flight);
	p.least_in_flight = min(p.least_in_flight, in_flight);
	if (in_flight < p.cong.cwnd && max(send_at, p.now_us) <= back_at) {
		p.now_us = max(send_at, p.now_us);
		if (p.supply_us && in_flight < p.cong.cwnd)
			mytcp_rate_limited(&p.rate, in_flight);
		path_send();
	} else {
		p.now_us = max(back_at, p.now_us);
		path_ack(0);
	}
}

static void path_run(u64 for_us)
{
	u64 until = p.now_us + for_us;

	p.most_in_flight = 0;
	p.least_in_flight = ~0U;
	while (p.now_us < until)
		path_step();
}

/* Runs until the state is reached; false if that takes longer. */
static bool path_until(enum bbr_state state, u64 most_us)
{
	u64 until = p.now_us + most_us;

	while (p.b->state != state && p.now_us < until)
		path_step();
	return p.b->state == state;
}

static double bandwidth(void)
{
	return (double)bbr_bw(p.b) / UNIT;
}

/* 1000 segments a second and 100 ms: 100 segments in flight fill the path. */
FIXTURE(bbr) {
};

FIXTURE_SETUP(bbr)
{
	path_begin(1000, 99000);
}

FIXTURE_TEARDOWN(bbr)
{
}

TEST_F(bbr, owns_its_window_and_its_rate)
{
	EXPECT_STREQ("bbr", mytcp_cong_bbr.name);
	EXPECT_TRUE(mytcp_cong_owns_cwnd(&p.cong));
	EXPECT_EQ(MYTCP_CONG_SSTHRESH_INF,
		  mytcp_cong_bbr.ssthresh(&p.cong, MYTCP_CONG_LOSS, 10));
}

/* 4.3.2: the rate doubles every round trip */
TEST_F(bbr, startup_fills_the_pipe_in_the_logarithm_of_it)
{
	u64 start = p.now_us;

	EXPECT_EQ(STARTUP, p.b->state);
	EXPECT_EQ(HIGH_GAIN, bbr_pacing_gain(p.b));
	EXPECT_TRUE(path_until(DRAIN, 5000000));
	EXPECT_TRUE(p.b->filled);
	EXPECT_LE(fabs(bandwidth() - 1000), 20);
	/*
	 * 10 to 100 segments: four round trips, and three more to be sure, of 289 ms,
	 * as there is a queue by then.
	 */
	EXPECT_LE(p.now_us - start, 1500000);
	EXPECT_EQ(100000, p.b->rtprop_us);
}

/* 4.3.3 */
TEST_F(bbr, drain_empties_the_queue_that_startup_has_made)
{
	EXPECT_TRUE(path_until(DRAIN, 5000000));
	EXPECT_GE(p.sent - p.acked, 150);
	EXPECT_EQ(DRAIN_GAIN, bbr_pacing_gain(p.b));
	EXPECT_EQ(HIGH_GAIN, bbr_cwnd_gain(p.b));
	EXPECT_TRUE(path_until(PROBE_BW, 2000000));
	EXPECT_LE(p.sent - p.acked, 110);
}

/* 4.3.4 */
TEST_F(bbr, probe_bw_goes_round_its_gains)
{
	u32 before, seen = 0;
	int i, phases = 0, fast = 0, slow = 0;

	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	path_run(500000);
	EXPECT_EQ(CWND_GAIN, bbr_cwnd_gain(p.b));
	before = p.b->cycle;
	for (i = 0; i < 4000; i++) {
		path_step();
		seen |= 1U << p.b->cycle;
		if (p.b->cycle == before)
			continue;
		EXPECT_EQ((before + 1) % CYCLE_LEN, p.b->cycle);
		before = p.b->cycle;
		phases++;
		fast += bbr_pacing_gain(p.b) == UNIT * 5 / 4;
		slow += bbr_pacing_gain(p.b) == UNIT * 3 / 4;
	}
	EXPECT_EQ(0xff, seen);
	EXPECT_GE(phases, 14);
	EXPECT_GE(fast, 1);
	EXPECT_GE(slow, 1);
}

TEST_F(bbr, the_pipe_is_full_and_the_queue_short)
{
	u32 acked;

	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	path_run(1000000);
	acked = p.acked;
	path_run(5000000);
	EXPECT_GE(p.acked - acked, 4900);
	EXPECT_LE(p.most_in_flight, 140);
	EXPECT_LE(fabs(bandwidth() - 1000), 20);
	EXPECT_LE(p.cong.cwnd, 2 * 100 + 3 * 2 + 2);
	EXPECT_GE(p.cong.cwnd, 195);
}

/* 4.3.4: what is faster is found within some cycles */
TEST_F(bbr, more_bandwidth_is_found)
{
	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	p.gap_us = 500;
	path_run(8000000);
	EXPECT_LE(fabs(bandwidth() - 2000), 60);
}

/* 4.1.1.4: ten rounds later the old bandwidth is forgotten */
TEST_F(bbr, less_bandwidth_is_believed_after_ten_rounds)
{
	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	p.gap_us = 2000;
	path_run(6000000);
	EXPECT_LE(fabs(bandwidth() - 500), 30);
}

/* 4.3.5: every ten seconds at most four segments for 200 ms */
TEST_F(bbr, probe_rtt_every_ten_seconds)
{
	u64 begun, ended;
	u32 bw;

	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	/* a queue of others stands from now on */
	p.delay_us += 20000;
	ASSERT_TRUE(path_until(PROBE_RTT, 11000000));
	begun = p.now_us;
	bw = bbr_bw(p.b);
	EXPECT_EQ(UNIT, bbr_pacing_gain(p.b));
	EXPECT_EQ(UNIT, bbr_cwnd_gain(p.b));
	path_step();
	while (p.b->state == PROBE_RTT) {
		EXPECT_LE(p.cong.cwnd, 4);
		path_step();
	}
	EXPECT_GE(p.now_us - begun, 200000);
	EXPECT_LE(p.now_us - begun, 600000);
	EXPECT_EQ(PROBE_BW, p.b->state);
	EXPECT_GE(p.cong.cwnd, 150);
	EXPECT_EQ(120000, p.b->rtprop_us);
	/* what was held back says nothing of the path */
	path_run(300000);
	EXPECT_GE(bbr_bw(p.b), bw * 9 / 10);
	ended = p.now_us;
	p.delay_us += 10000;
	ASSERT_TRUE(path_until(PROBE_RTT, 11000000));
	EXPECT_GE(p.now_us - ended, 9000000);
}

/* A path whose round trip stays the same measures it all the time. */
TEST_F(bbr, no_probe_rtt_while_the_least_round_trip_is_seen)
{
	path_begin(1000, 99000);
	p.supply_us = 10000;
	path_run(25000000);
	EXPECT_NE(PROBE_RTT, p.b->state);
	EXPECT_LE(fabs(p.b->rtprop_us - 100000.), 1);
}

/* 4.3.2.2: who has little to send has not seen the pipe full */
TEST_F(bbr, a_slow_program_does_not_end_startup)
{
	p.supply_us = 20000;
	path_run(5000000);
	EXPECT_EQ(STARTUP, p.b->state);
	EXPECT_FALSE(p.b->filled);
	p.supply_us = 0;
	EXPECT_TRUE(path_until(DRAIN, 5000000));
	EXPECT_LE(fabs(bandwidth() - 1000), 20);
}

TEST_F(bbr, probe_rtt_in_startup_leads_back_to_startup)
{
	p.supply_us = 20000;
	path_run(1000000);
	p.delay_us += 50000;
	ASSERT_TRUE(path_until(PROBE_RTT, 12000000));
	while (p.b->state == PROBE_RTT)
		path_step();
	EXPECT_EQ(STARTUP, p.b->state);
}

/* 4.2.3.4 */
TEST_F(bbr, a_loss_is_a_round_of_conservation_and_no_more)
{
	u32 cwnd, round;

	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	path_run(1000000);
	cwnd = p.cong.cwnd;
	mytcp_cong_reduce(&p.cong, MYTCP_CONG_LOSS, p.sent - p.acked);
	EXPECT_TRUE(p.b->conserve);
	EXPECT_LE(p.cong.cwnd, p.sent - p.acked);
	EXPECT_GE(p.cong.cwnd, p.sent - p.acked - 2);
	path_ack(3);
	EXPECT_LE(p.cong.cwnd, p.sent - p.acked + 1);
	round = p.b->delivered + (p.sent - p.acked) + 2;
	while (p.b->delivered < round) {
		EXPECT_LE(p.cong.cwnd, 140);
		path_step();
	}
	EXPECT_FALSE(p.b->conserve);
	mytcp_cong_recovered(&p.cong, MYTCP_CONG_LOSS, p.sent - p.acked);
	EXPECT_EQ(cwnd, p.cong.cwnd);
	EXPECT_LE(fabs(bandwidth() - 1000), 20);
	mytcp_cong_recovered(&p.cong, MYTCP_CONG_ECE, 0);
	EXPECT_EQ(cwnd, p.cong.cwnd);
}

TEST_F(bbr, a_timeout_leaves_one_segment_and_the_model_as_it_is)
{
	u32 cwnd;

	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	path_run(1000000);
	cwnd = p.cong.cwnd;
	mytcp_cong_reduce(&p.cong, MYTCP_CONG_LOSS, p.sent - p.acked);
	mytcp_cong_reduce(&p.cong, MYTCP_CONG_RTO, p.sent - p.acked);
	EXPECT_EQ(1, p.cong.cwnd);
	mytcp_cong_rto_again(&p.cong, p.sent - p.acked);
	EXPECT_EQ(1, p.cong.cwnd);
	mytcp_cong_undo(&p.cong, 0);
	EXPECT_EQ(cwnd, p.cong.cwnd);
	mytcp_cong_reduce(&p.cong, MYTCP_CONG_ECE, p.sent - p.acked);
	EXPECT_EQ(cwnd, p.cong.cwnd);
}

/* Version 02 of the draft, 4.6.2: or the queue of what was measured too much stands. */
TEST_F(bbr, paces_at_one_percent_less_than_it_measures)
{
	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	path_run(1000000);
	EXPECT_EQ((u64)bbr_bw(p.b) * bbr_pacing_gain(p.b) / UNIT * 99 / 100, p.b->pacing);
}

/* 4.4.3 */
TEST_F(bbr, data_after_a_pause_leaves_at_the_bandwidth)
{
	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	while (p.b->cycle)
		path_step();
	path_run(1000);
	while (p.acked < p.sent) {
		p.now_us = max(p.now_us, p.back_us[p.acked % SLOTS]);
		path_ack(0);
	}
	p.now_us += 12000000;
	mytcp_cong_restart(&p.cong, 12000000, 300000);
	EXPECT_EQ((u64)bbr_bw(p.b) * 99 / 100, p.b->pacing);
	EXPECT_TRUE(p.b->idle_restart);
	path_send();
	p.now_us = p.back_us[(p.sent - 1) % SLOTS];
	path_ack(0);
	/* the least round trip is old, but this one has no queue either */
	EXPECT_EQ(PROBE_BW, p.b->state);
	EXPECT_FALSE(p.b->idle_restart);
	mytcp_cong_reduce(&p.cong, MYTCP_CONG_RTO, 1);
}

TEST_F(bbr, a_restart_in_startup_keeps_the_rate)
{
	u32 pacing;

	path_run(300000);
	pacing = p.b->pacing;
	mytcp_cong_restart(&p.cong, 1000000, 300000);
	EXPECT_EQ(STARTUP, p.b->state);
	EXPECT_EQ(pacing, p.b->pacing);
}

TEST_F(bbr, may_be_chosen_in_the_middle_of_a_connection)
{
	mytcp_cong_use(&p.cong, &mytcp_cong_reno);
	p.cong.ssthresh = 40;
	p.rate.delivered = 0xfffff000;
	path_run(2000000);
	mytcp_cong_use(&p.cong, &mytcp_cong_bbr);
	EXPECT_TRUE(path_until(DRAIN, 5000000));
	EXPECT_LE(fabs(bandwidth() - 1000), 20);
	path_run(5000000);
	EXPECT_EQ(PROBE_BW, p.b->state);
}

TEST_F(bbr, what_it_tells_is_the_model_of_the_path)
{
	struct mytcp_cong_told told;

	mytcp_cong_tell(&p.cong, &told);
	EXPECT_EQ(MYTCP_CONG_TELLS_PATH, told.kind);
	EXPECT_EQ(0, told.bw);
	EXPECT_EQ(0, told.rtt_us);
	EXPECT_EQ(HIGH_GAIN, told.pacing_gain);
	path_run(5000000);
	mytcp_cong_tell(&p.cong, &told);
	EXPECT_EQ(bbr_bw(p.b), told.bw);
	EXPECT_EQ(100000, told.rtt_us);
	EXPECT_EQ(CWND_GAIN, told.cwnd_gain);
}

/* Acknowledgments of what was retransmitted: no round trip, and nothing else. */
TEST_F(bbr, ACKs_without_a_round_trip_begin_PROBE_RTT_once)
{
	struct mytcp_cong_ack blind = { .delivered = 1, .in_flight = 50 };

	mytcp_cong_on_ack(&p.cong, &blind);
	EXPECT_EQ(0, p.b->pacing);
	ASSERT_TRUE(path_until(PROBE_BW, 5000000));
	blind.now_us = p.now_us + 12000000;
	mytcp_cong_on_ack(&p.cong, &blind);
	EXPECT_EQ(PROBE_RTT, p.b->state);
	mytcp_cong_on_ack(&p.cong, &blind);
	EXPECT_EQ(PROBE_RTT, p.b->state);
	EXPECT_GE(p.b->prior_cwnd, 100);
	EXPECT_EQ(4, p.cong.cwnd);
}

/* 4.2.2: the room for bursts follows the rate */
TEST(the_quantum_is_a_millisecond_of_the_rate)
{
	struct bbr b = {};

	EXPECT_EQ(1, bbr_quantum(&b));
	b.pacing = 100 * UNIT;
	EXPECT_EQ(2, bbr_quantum(&b));
	b.pacing = 20000 * UNIT;
	EXPECT_EQ(20, bbr_quantum(&b));
	b.pacing = ~0U;
	EXPECT_EQ(44, bbr_quantum(&b));
}

TEST(the_window_without_a_round_trip_is_the_initial_one)
{
	struct bbr b = { .bw = { ~0U } };

	EXPECT_EQ(10, bbr_inflight(&b, CWND_GAIN));
	b.rtprop_us = ~0U;
	EXPECT_GE(bbr_inflight(&b, CWND_GAIN), 1U << 23);
	EXPECT_LE(bbr_inflight(&b, CWND_GAIN), MYTCP_CONG_CWND_MAX);
}

TEST_F(bbr, no_sequence_of_events_leaves_the_range)
{
	u64 seed = 1;
	int i;

	for (i = 0; i < 300000; i++) {
		struct mytcp_cong_ack told = {
			.delivered = random_below(&seed, 100),
			.delivered_total = random_u32(&seed),
			.lost = random_below(&seed, 4) ? 0 : random_below(&seed, 100),
			.in_flight = random_below(&seed, 1000),
			.rtt_us = random_below(&seed, 1000000),
			.srtt_us = random_below(&seed, 1000000),
			.rate = {
				.delivered = random_below(&seed, 1000),
				.interval_us = random_below(&seed, 100000),
				.prior_delivered = random_u32(&seed),
				.app_limited = random_below(&seed, 2),
			},
		};

		p.now_us += random_below(&seed, 100000);
		told.now_us = p.now_us;
		if (!random_below(&seed, 50))
			mytcp_cong_bbr.on_event(&p.cong, random_below(&seed, 6),
						random_below(&seed, 100));
		mytcp_cong_on_ack(&p.cong, &told);
		ASSERT_GE(p.cong.cwnd, 1);
		ASSERT_LE(p.cong.cwnd, MYTCP_CONG_CWND_MAX);
	}
}

TEST_HARNESS_MAIN
