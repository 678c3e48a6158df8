// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/prr.c: RFC 9937. */
#include <kselftest_harness.h>

#include "mytcp/proto/prr.h"

#define MSS 1000U

FIXTURE(prr) {
	struct mytcp_prr prr;
};

FIXTURE_SETUP(prr)
{
	memset(&self->prr, 0xa5, sizeof(self->prr));
}

FIXTURE_TEARDOWN(prr)
{
}

/* In segments: in flight, SACKed in all, by this ACK, and acknowledged by it. */
static void begin(FIXTURE_DATA(prr) *self, u32 flight, u32 sacked, u32 newly_sacked,
		  u32 newly_acked)
{
	const struct mytcp_prr_start start = {
		.flight = flight * MSS,
		.sacked = sacked * MSS,
		.newly_sacked = newly_sacked * MSS,
		.newly_acked = newly_acked * MSS,
	};

	mytcp_prr_begin(&self->prr, &start);
}

/* How many segments an ACK lets out that has delivered so many octets. */
static u32 let_out(FIXTURE_DATA(prr) *self, u32 octets, u32 in_flight, u32 ssthresh, bool safe)
{
	const struct mytcp_prr_ack ack = {
		.delivered = octets,
		.in_flight = in_flight * MSS,
		.cwnd = 99,
		.ssthresh = ssthresh,
		.mss = MSS,
		.safe = safe,
	};

	return mytcp_prr_on_ack(&self->prr, &ack) - in_flight;
}

static void sent(FIXTURE_DATA(prr) *self, u32 segments)
{
	mytcp_prr_sent(&self->prr, segments * MSS);
}

/*
 * Twenty segments in flight, the first is lost, Reno halves. Two ACKs were
 * answered by limited transmit; at the third SACK the recovery begins. What
 * follows is one segment for two ACKs, until ten are in flight.
 */
TEST_F(prr, half_of_what_is_delivered_is_sent)
{
	u32 in_flight = 22 - 3 - 1, i;

	begin(self, 22, 3, 1, 0);
	EXPECT_EQ(20 * MSS, self->prr.recover_fs);
	for (i = 0; i < 19; i++) {
		u32 now = let_out(self, MSS, in_flight, 10, false);

		if (i < 16)
			ASSERT_EQ(i % 2 ? 0 : 1, now) TH_LOG("ACK %u", i);
		sent(self, now);
		in_flight += now;
		if (i < 18)
			in_flight--;
	}
	EXPECT_EQ(10, in_flight);
}

/* CUBIC leaves 0.7: seven segments for ten ACKs. */
TEST_F(prr, as_large_a_part_is_sent_as_ssthresh_is_of_the_flight)
{
	u32 in_flight = 96, i;

	begin(self, 100, 3, 3, 0);
	for (i = 0; i < 20; i++) {
		u32 now = let_out(self, MSS, in_flight, 70, false);

		sent(self, now);
		in_flight += now - 1;
	}
	EXPECT_EQ(14 * MSS, self->prr.out);
	EXPECT_EQ(96 - 6, in_flight);
}

TEST_F(prr, what_was_sacked_before_is_no_part_of_the_flight)
{
	begin(self, 20, 5, 2, 1);
	EXPECT_EQ((20 - 3 + 1) * MSS, self->prr.recover_fs);
	begin(self, 3, 5, 0, 0);
	EXPECT_EQ(1, self->prr.recover_fs);
}

/* An ACK of many segments at once (a stretch ACK) lets out as much as they had. */
TEST_F(prr, the_number_of_acks_does_not_matter)
{
	begin(self, 20, 1, 1, 0);
	EXPECT_EQ(4, let_out(self, 8 * MSS, 11, 10, false));
}

TEST_F(prr, what_was_sent_already_is_not_sent_again)
{
	begin(self, 20, 1, 1, 0);
	sent(self, 5);
	EXPECT_EQ(0, let_out(self, 4 * MSS, 15, 10, false));
	EXPECT_EQ(1, let_out(self, 7 * MSS, 15, 10, false));
}

TEST_F(prr, an_ack_that_delivers_nothing_leaves_the_window)
{
	begin(self, 20, 1, 1, 0);
	EXPECT_EQ(99 - 15, let_out(self, 0, 15, 10, true));
	EXPECT_EQ(0, self->prr.delivered);
}

/* Parts of segments add up: three ACKs of 700 octets let out what one of 2100 does. */
TEST_F(prr, octets_are_counted_not_segments)
{
	u32 i, all = 0;

	begin(self, 20, 1, 1, 0);
	for (i = 0; i < 30; i++) {
		u32 now = let_out(self, 700, 15, 10, false);

		ASSERT_GE(1, now);
		sent(self, now);
		all += now;
	}
	EXPECT_EQ(11, all);	/* half of 21 */
}

/* ---- fewer in flight than ssthresh: many were lost ---- */

/* CRB: a segment for each that has been delivered. */
TEST_F(prr, after_many_losses_what_is_delivered_is_replaced)
{
	begin(self, 20, 1, 1, 0);
	EXPECT_EQ(1, let_out(self, MSS, 4, 10, false));
	sent(self, 1);
	EXPECT_EQ(1, let_out(self, MSS, 4, 10, false));
	sent(self, 1);
	EXPECT_EQ(3, let_out(self, 3 * MSS, 2, 10, false));
}

/* SSRB: as in slow start, as long as the recovery makes progress (SafeACK). */
TEST_F(prr, with_progress_a_segment_more_is_sent)
{
	begin(self, 20, 1, 1, 0);
	sent(self, 1);
	EXPECT_EQ(2, let_out(self, MSS, 4, 10, true));
}

TEST_F(prr, never_more_is_sent_than_ssthresh_allows)
{
	begin(self, 20, 1, 1, 0);
	sent(self, 1);
	EXPECT_EQ(1, let_out(self, 5 * MSS, 9, 10, true));
	sent(self, 1);
	EXPECT_EQ(0, let_out(self, MSS, 10, 10, true));
}

/* What could not be sent in its time, as there was no data, is made up for. */
TEST_F(prr, what_was_not_sent_is_not_lost)
{
	begin(self, 20, 1, 1, 0);
	sent(self, 1);
	let_out(self, 3 * MSS, 4, 10, false);
	EXPECT_EQ(3, let_out(self, MSS, 3, 10, false));
}

/* What was delivered by this ACK may be sent, even if much was sent before. */
TEST_F(prr, the_octets_of_the_ack_are_the_least)
{
	begin(self, 20, 1, 1, 0);
	sent(self, 8);
	EXPECT_EQ(2, let_out(self, 2 * MSS, 4, 10, false));
}

TEST_F(prr, the_first_ack_lets_out_a_retransmission)
{
	begin(self, 20, 1, 1, 0);
	EXPECT_EQ(1, let_out(self, MSS, 10, 10, false));
	sent(self, 1);
	EXPECT_EQ(0, let_out(self, MSS, 10, 10, false));
}

TEST_F(prr, the_largest_numbers_overflow_nothing)
{
	const struct mytcp_prr_start start = { .flight = 0xffffffff };
	const struct mytcp_prr_ack ack = {
		.delivered = 0xffffffff,
		.in_flight = 0xffffffff,
		.cwnd = 1,
		.ssthresh = 0x7fffffff,
		.mss = 65535,
	};
	int i;

	mytcp_prr_begin(&self->prr, &start);
	for (i = 0; i < 3; i++)
		ASSERT_EQ(65538, mytcp_prr_on_ack(&self->prr, &ack));
}

TEST_HARNESS_MAIN
