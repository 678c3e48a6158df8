// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/rack.c: RFC 8985 6. */
#include <kselftest_harness.h>

#include "mytcp/proto/rack.h"

#define MS	1000U
#define MSS	1000U
#define T0	5000000000ULL	/* microseconds; beyond 2^32 */

/*
 * Every test runs at several places of sequence space: the offsets it uses are
 * from @base. Times are milliseconds from T0; the smallest round trip is 40 ms.
 */
FIXTURE(rack) {
	struct mytcp_rack rack;
	struct mytcp_rack_ack ack;
	u32 base;
};

FIXTURE_VARIANT(rack) {
	u32 base;
};

FIXTURE_VARIANT_ADD(rack, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(rack, across_the_wrap) { .base = (u32)-2500 };
FIXTURE_VARIANT_ADD(rack, across_the_sign_bit) { .base = 0x80000000 - 2500 };

FIXTURE_SETUP(rack)
{
	self->base = variant->base;
	self->ack = (struct mytcp_rack_ack) { .min_rtt_us = 40 * MS };
	memset(&self->rack, 0xa5, sizeof(self->rack));
	mytcp_rack_init(&self->rack, self->base);
}

FIXTURE_TEARDOWN(rack)
{
}

/* The @nth segment, counted from 1, sent at @sent, is delivered at @now. */
static bool delivered(FIXTURE_DATA(rack) *self, u32 nth, u32 sent, u32 now, bool again)
{
	const struct mytcp_rack_seg seg = {
		.xmit_us = T0 + sent * MS,
		.end = self->base + nth * MSS,
		.again = again,
	};

	self->ack.now_us = T0 + now * MS;
	return mytcp_rack_delivered(&self->rack, &seg, &self->ack);
}

static s64 remaining_ms(FIXTURE_DATA(rack) *self, u32 nth, u32 sent, u32 wnd, u32 now)
{
	s64 us = mytcp_rack_remaining_us(&self->rack, T0 + sent * MS,
					 self->base + nth * MSS, wnd * MS, T0 + now * MS);

	return us == MYTCP_RACK_NOT_YET ? us : us / (s64)MS;
}

/* The reordering window with a smoothed round trip of 48 ms. */
static u32 reo_wnd(FIXTURE_DATA(rack) *self, bool in_recovery, u32 segs_sacked)
{
	return mytcp_rack_reo_wnd_us(&self->rack, in_recovery, segs_sacked, 40 * MS, 48 * MS);
}

static void adapt(FIXTURE_DATA(rack) *self, u32 una, u32 nxt, bool dsack, bool exiting)
{
	mytcp_rack_adapt(&self->rack, self->base + una * MSS, self->base + nxt * MSS,
			 dsack, exiting);
}

/* ---- steps 2 and 5: who was sent before what was delivered ---- */

TEST_F(rack, nothing_is_lost_before_something_is_delivered)
{
	EXPECT_EQ(MYTCP_RACK_NOT_YET, remaining_ms(self, 1, 0, 0, 10000));
}

/* RFC 8985 3.3.1: P1 to P3 are sent, P1 is lost; the SACK of P2 starts the clock. */
TEST_F(rack, a_segment_is_lost_a_window_after_a_later_one_was_delivered)
{
	EXPECT_TRUE(delivered(self, 2, 1, 41, false));
	EXPECT_EQ(40 * MS, self->rack.rtt_us);
	EXPECT_EQ(9, remaining_ms(self, 1, 0, 10, 41));
	EXPECT_EQ(1, remaining_ms(self, 1, 0, 10, 49));
	EXPECT_EQ(0, remaining_ms(self, 1, 0, 10, 50));
	EXPECT_EQ(-950, remaining_ms(self, 1, 0, 10, 1000));
	EXPECT_EQ(-1, remaining_ms(self, 1, 0, 0, 41));
}

TEST_F(rack, what_was_sent_later_is_not_judged)
{
	delivered(self, 2, 1, 41, false);
	EXPECT_EQ(MYTCP_RACK_NOT_YET, remaining_ms(self, 3, 2, 0, 10000));
	EXPECT_EQ(MYTCP_RACK_NOT_YET, remaining_ms(self, 2, 1, 0, 10000));
}

/* Segments of one burst have the same time: the sequence number decides. */
TEST_F(rack, segments_sent_at_one_time_were_sent_in_order)
{
	delivered(self, 2, 0, 40, false);
	EXPECT_EQ(10, remaining_ms(self, 1, 0, 10, 40));
	EXPECT_EQ(MYTCP_RACK_NOT_YET, remaining_ms(self, 3, 0, 10, 40));
	EXPECT_TRUE(delivered(self, 4, 0, 40, false));
	EXPECT_FALSE(delivered(self, 3, 0, 40, false));
	EXPECT_EQ(self->base + 4 * MSS, self->rack.end);
}

/* 3.3.2: also the retransmission of P1 may be lost, and is found by that of P3. */
TEST_F(rack, a_lost_retransmission_is_found_by_a_later_one)
{
	delivered(self, 4, 0, 40, false);
	EXPECT_TRUE(delivered(self, 3, 60, 101, true));
	EXPECT_EQ(41 * MS, self->rack.rtt_us);
	EXPECT_EQ(-1, remaining_ms(self, 1, 59, 0, 101));
	EXPECT_EQ(-1, remaining_ms(self, 2, 60, 0, 102));
	EXPECT_EQ(MYTCP_RACK_NOT_YET, remaining_ms(self, 5, 61, 0, 200));
}

TEST_F(rack, the_delivery_of_what_was_sent_earlier_changes_nothing_but_the_round_trip)
{
	EXPECT_TRUE(delivered(self, 5, 10, 50, false));
	EXPECT_FALSE(delivered(self, 3, 5, 52, false));
	EXPECT_EQ(T0 + 10 * MS, self->rack.xmit_us);
	EXPECT_EQ(47 * MS, self->rack.rtt_us);
}

/* Sent again at 100, acknowledged at 130: no round trip is that short. */
TEST_F(rack, a_retransmission_that_would_be_too_quick_is_not_what_was_delivered)
{
	EXPECT_FALSE(delivered(self, 1, 100, 130, true));
	EXPECT_EQ(0, self->rack.xmit_us);
	EXPECT_TRUE(delivered(self, 1, 100, 140, true));
	/* Of what was sent once it is no question. */
	EXPECT_TRUE(delivered(self, 2, 120, 130, false));
}

TEST_F(rack, a_retransmission_is_not_what_was_delivered_when_the_timestamp_is_older)
{
	u32 at = (u32)(T0 / MS) + 100;

	self->ack.has_ts = true;
	self->ack.ts_offset = 0xfffffff0 - at;
	self->ack.tsecr = 0xffffffef;
	EXPECT_FALSE(delivered(self, 1, 100, 150, true));
	EXPECT_TRUE(delivered(self, 2, 100, 150, false));
	self->ack.tsecr = 0xfffffff0;
	EXPECT_TRUE(delivered(self, 3, 100, 150, true));
	self->ack.tsecr = 5;
	EXPECT_TRUE(delivered(self, 4, 100, 150, true));
}

TEST_F(rack, a_round_trip_of_hours_overflows_nothing)
{
	EXPECT_TRUE(delivered(self, 1, 0, 4294967, false));
	EXPECT_EQ(4294967000U, self->rack.rtt_us);
	self->ack.now_us = T0 + (1ULL << 40);
	EXPECT_TRUE(mytcp_rack_delivered(&self->rack, &(struct mytcp_rack_seg) {
			.xmit_us = T0 + 1, .end = self->base }, &self->ack));
	EXPECT_EQ(0xffffffff, self->rack.rtt_us);
}

/* 6.3 */
TEST_F(rack, a_timeout_loses_the_first_segment_and_those_that_are_due)
{
	delivered(self, 1, 0, 40, false);
	EXPECT_TRUE(mytcp_rack_lost_on_rto(&self->rack, T0 + 290 * MS, true, 10 * MS,
					   T0 + 300 * MS));
	EXPECT_TRUE(mytcp_rack_lost_on_rto(&self->rack, T0 + 250 * MS, false, 10 * MS,
					   T0 + 300 * MS));
	EXPECT_FALSE(mytcp_rack_lost_on_rto(&self->rack, T0 + 251 * MS, false, 10 * MS,
					    T0 + 300 * MS));
}

/* ---- step 3: reordering ---- */

TEST_F(rack, segments_delivered_in_order_show_no_reordering)
{
	delivered(self, 1, 0, 40, false);
	delivered(self, 2, 0, 40, false);
	delivered(self, 4, 0, 41, false);
	delivered(self, 4, 0, 41, false);
	EXPECT_EQ(self->base + 4 * MSS, self->rack.fack);
	EXPECT_FALSE(self->rack.reordering_seen);
}

TEST_F(rack, a_segment_sent_once_and_delivered_late_shows_reordering)
{
	delivered(self, 3, 0, 40, false);
	delivered(self, 2, 0, 41, false);
	EXPECT_TRUE(self->rack.reordering_seen);
}

TEST_F(rack, a_retransmission_delivered_late_shows_no_reordering)
{
	delivered(self, 3, 0, 40, false);
	delivered(self, 2, 50, 100, true);
	EXPECT_FALSE(self->rack.reordering_seen);
}

/* Delivered too soon to be what was sent again. */
TEST_F(rack, the_first_copy_delivered_late_shows_reordering)
{
	delivered(self, 3, 0, 40, false);
	delivered(self, 2, 40, 41, true);
	EXPECT_TRUE(self->rack.reordering_seen);
}

TEST_F(rack, the_first_copy_in_its_place_shows_no_reordering)
{
	delivered(self, 2, 0, 40, false);
	delivered(self, 3, 40, 41, true);
	EXPECT_FALSE(self->rack.reordering_seen);
}

/* ---- step 4: the reordering window ---- */

TEST_F(rack, the_window_is_a_quarter_of_the_smallest_round_trip)
{
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 0));
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 2));
}

TEST_F(rack, without_reordering_three_sacked_segments_suffice)
{
	EXPECT_EQ(0, reo_wnd(self, false, 3));
	EXPECT_EQ(0, reo_wnd(self, false, 100));
}

TEST_F(rack, without_reordering_nothing_is_waited_for_in_recovery)
{
	EXPECT_EQ(0, reo_wnd(self, true, 0));
}

TEST_F(rack, with_reordering_all_is_waited_for)
{
	delivered(self, 3, 0, 40, false);
	delivered(self, 2, 0, 41, false);
	delivered(self, 4, 0, 48, false);
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 3));
	EXPECT_EQ(10 * MS, reo_wnd(self, true, 100));
}

TEST_F(rack, a_dsack_adds_a_quarter_once_a_round_trip)
{
	adapt(self, 1, 10, true, false);
	EXPECT_EQ(20 * MS, reo_wnd(self, false, 0));
	adapt(self, 2, 12, true, false);
	adapt(self, 9, 20, true, false);
	EXPECT_EQ(20 * MS, reo_wnd(self, false, 0));
	adapt(self, 10, 20, true, false);
	EXPECT_EQ(30 * MS, reo_wnd(self, false, 0));
	adapt(self, 20, 20, false, false);
	EXPECT_FALSE(self->rack.in_dsack_round);
	EXPECT_EQ(30 * MS, reo_wnd(self, false, 0));
}

TEST_F(rack, the_window_is_never_more_than_a_round_trip)
{
	u32 i;

	for (i = 0; i < 1000; i++)
		adapt(self, i, i + 1, true, false);
	EXPECT_EQ(48 * MS, reo_wnd(self, false, 0));
	EXPECT_EQ(255, self->rack.mult);
}

/* Its round trip is 8 ms less than usual, as it left when a queue had been worked off. */
TEST_F(rack, what_overtakes_others_was_quicker_than_they_can_be)
{
	delivered(self, 3, 0, 40, false);
	EXPECT_EQ(10 * MS + 8 * MS, reo_wnd(self, false, 1));
	/* three tell of a loss as before */
	EXPECT_EQ(0, reo_wnd(self, false, 3));
	/* nor does what took longer */
	delivered(self, 4, 10, 60, false);
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 1));
}

TEST_F(rack, without_a_smoothed_round_trip_nothing_is_waited_for)
{
	EXPECT_EQ(0, mytcp_rack_reo_wnd_us(&self->rack, false, 0, 0xffffffff, 0));
}

TEST_F(rack, sixteen_recoveries_without_a_dsack_bring_the_window_back)
{
	int i;

	adapt(self, 1, 10, true, true);
	for (i = 0; i < 15; i++)
		adapt(self, 11, 20, false, true);
	EXPECT_EQ(20 * MS, reo_wnd(self, false, 0));
	adapt(self, 11, 20, false, true);
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 0));
	adapt(self, 11, 20, false, true);
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 0));
}

TEST_F(rack, a_dsack_makes_the_sixteen_start_again)
{
	int i;

	adapt(self, 1, 10, true, false);
	for (i = 0; i < 15; i++)
		adapt(self, 11, 20, false, true);
	adapt(self, 11, 20, true, true);
	for (i = 0; i < 15; i++)
		adapt(self, 21, 30, false, true);
	EXPECT_EQ(30 * MS, reo_wnd(self, false, 0));
	adapt(self, 21, 30, false, true);
	EXPECT_EQ(10 * MS, reo_wnd(self, false, 0));
}

TEST_HARNESS_MAIN
