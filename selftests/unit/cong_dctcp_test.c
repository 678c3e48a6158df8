// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/cong_dctcp.c: RFC 8257. */
#include <kselftest_harness.h>
#include <math.h>

#include "mytcp/proto/cong.h"

#define ONE	(1 << 20)

/* The beginning of the private state: a round, then alpha. */
struct seen {
	u32 left, alpha;
};

FIXTURE(dctcp) {
	struct mytcp_cong cong;
	union {
		struct seen seen;
		u64 room[MYTCP_CONG_PRIV_MAX / sizeof(u64)];
	} priv;
};

FIXTURE_SETUP(dctcp)
{
	mytcp_cong_start(&self->cong, &mytcp_cong_dctcp);
	mytcp_cong_give_priv(&self->cong, &self->priv);
	self->cong.ssthresh = 10;
}

FIXTURE_TEARDOWN(dctcp)
{
}

static void ack(struct mytcp_cong *cong, u32 in_flight, u32 delivered, u32 ce,
		bool recovering)
{
	struct mytcp_cong_ack told = {
		.acked = delivered, .delivered = delivered, .delivered_ce = ce,
		.in_flight = in_flight, .cwnd_limited = true,
		.recovering = recovering,
	};

	mytcp_cong_on_ack(cong, &told);
}

/* A window of 100 segments, of which so many are marked. */
static double window(FIXTURE_DATA(dctcp) *self, u32 marked)
{
	int i;

	for (i = 0; i < 10; i++)
		ack(&self->cong, 110, 10, marked / 10, true);
	return (double)self->priv.seen.alpha / ONE;
}

TEST_F(dctcp, asks_for_ECN_and_for_every_ACK)
{
	EXPECT_STREQ("dctcp", mytcp_cong_dctcp.name);
	EXPECT_TRUE(mytcp_cong_dctcp.flags & MYTCP_CONG_NEEDS_ECN);
	EXPECT_TRUE(mytcp_cong_dctcp.flags & MYTCP_CONG_EVERY_ACK);
}

/* 4.2: alpha begins with 1: the first mark halves the window */
TEST_F(dctcp, the_first_mark_is_answered_as_by_reno)
{
	EXPECT_EQ(ONE, self->priv.seen.alpha);
	self->cong.cwnd = 40;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 40);
	EXPECT_EQ(20, self->cong.cwnd);
}

/* 3.3: alpha = alpha (1 - g) + g F */
TEST_F(dctcp, alpha_follows_the_share_of_marks)
{
	double want, got;
	int i;

	ack(&self->cong, 110, 10, 0, true);	/* a window of its own */
	want = (double)self->priv.seen.alpha / ONE;
	for (i = 0; i < 200; i++) {
		got = window(self, 30);
		want = want * 15 / 16 + 0.3 / 16;
		EXPECT_LE(fabs(got - want), 1e-4);
	}
	EXPECT_LE(fabs(got - 0.3), 1e-3);
}

TEST_F(dctcp, without_marks_alpha_falls_to_nothing)
{
	double got = 1;
	int i;

	for (i = 0; i < 30; i++)
		got = window(self, 0);
	EXPECT_LE(fabs(got - pow(15. / 16, 30)), 1e-3);
	for (i = 0; i < 500; i++)
		got = window(self, 0);
	EXPECT_EQ(0, self->priv.seen.alpha);
	self->cong.cwnd = 40;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 40);
	EXPECT_EQ(40, self->cong.cwnd);
}

/* 3.3, equation 2 */
TEST_F(dctcp, a_mark_takes_half_of_alpha)
{
	self->cong.cwnd = 100;
	self->priv.seen.alpha = ONE / 5;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 60);
	EXPECT_EQ(91, self->cong.cwnd);	/* a fifth is a little less */
	/* what is left of that segment, and half of one: nothing is forgotten */
	self->priv.seen.alpha = ONE / 4;
	self->cong.cwnd = 12;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 12);
	EXPECT_EQ(10, self->cong.cwnd);
	self->cong.cwnd = 12;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 12);
	EXPECT_EQ(11, self->cong.cwnd);
	self->cong.cwnd = 2;
	self->priv.seen.alpha = ONE;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_ECE, 60);
	EXPECT_EQ(2, self->cong.cwnd);
}

/* 3.5 */
TEST_F(dctcp, a_loss_halves_what_was_in_flight)
{
	self->cong.cwnd = 100;
	self->priv.seen.alpha = 0;
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_LOSS, 80);
	EXPECT_EQ(40, self->cong.cwnd);
	mytcp_cong_reduce(&self->cong, MYTCP_CONG_RTO, 80);
	EXPECT_EQ(1, self->cong.cwnd);
	EXPECT_EQ(40, self->cong.ssthresh);
}

TEST_F(dctcp, the_window_grows_as_renos_outside_of_recovery)
{
	self->cong.ssthresh = 10;
	ack(&self->cong, 10, 10, 0, false);
	EXPECT_EQ(11, self->cong.cwnd);
	ack(&self->cong, 11, 11, 11, true);
	EXPECT_EQ(11, self->cong.cwnd);
}

TEST_F(dctcp, marks_are_never_more_than_segments)
{
	u32 i;

	for (i = 0; i < 20; i++)
		ack(&self->cong, 10, 5, 500, false);
	EXPECT_LE(self->priv.seen.alpha, ONE);
	EXPECT_GE(self->priv.seen.alpha, ONE - 20);
	/* an ACK that delivers nothing, in a window of nothing */
	ack(&self->cong, 0, 0, 0, false);
	ack(&self->cong, 0, 0, 0, false);
	EXPECT_LE(self->priv.seen.alpha, ONE);
}

TEST_F(dctcp, what_it_tells_is_its_window)
{
	struct mytcp_cong_told told;

	ack(&self->cong, 110, 10, 0, true);	/* the first round begins */
	ack(&self->cong, 110, 10, 4, true);
	mytcp_cong_tell(&self->cong, &told);
	EXPECT_EQ(MYTCP_CONG_TELLS_MARKS, told.kind);
	EXPECT_EQ(self->priv.seen.alpha, told.alpha);
	EXPECT_EQ(10, told.delivered);
	EXPECT_EQ(4, told.marked);
}

TEST_F(dctcp, without_its_state_it_tells_nothing)
{
	struct mytcp_cong_told told;
	struct mytcp_cong cong;

	mytcp_cong_start(&cong, &mytcp_cong_dctcp);
	mytcp_cong_tell(&cong, &told);
	EXPECT_EQ(MYTCP_CONG_TELLS_NOTHING, told.kind);
	mytcp_cong_start(&cong, &mytcp_cong_reno);
	mytcp_cong_tell(&cong, &told);
	EXPECT_EQ(MYTCP_CONG_TELLS_NOTHING, told.kind);
}

TEST_HARNESS_MAIN
