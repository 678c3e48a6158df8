// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/undo.c: RFC 3522, RFC 3708. */
#include <kselftest_harness.h>

#include "mytcp/proto/undo.h"

/* A recovery begins at 1000. Every test runs at several places of both spaces. */
FIXTURE(undo) {
	struct mytcp_undo undo;
	u32 base;
};

FIXTURE_VARIANT(undo) {
	u32 base;
};

FIXTURE_VARIANT_ADD(undo, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(undo, across_the_wrap) { .base = (u32)-1500 };
FIXTURE_VARIANT_ADD(undo, across_the_sign_bit) { .base = 0x80000000 - 1500 };

FIXTURE_SETUP(undo)
{
	self->base = variant->base;
	memset(&self->undo, 0, sizeof(self->undo));
}

FIXTURE_TEARDOWN(undo)
{
}

static void begin(FIXTURE_DATA(undo) *self)
{
	mytcp_undo_begin(&self->undo, self->base + 1000);
}

static void sent_again(FIXTURE_DATA(undo) *self, u32 seq, u32 tsval)
{
	mytcp_undo_sent_again(&self->undo, self->base + seq, self->base + seq + 1000,
			      true, self->base + tsval);
}

enum { NO_TS = 1, DSACK = 2, DSACK_BEFORE = 4 };

/* Of what is in flight, up to 9000. */
static bool acked_with(FIXTURE_DATA(undo) *self, u32 una, u32 tsecr, unsigned int what)
{
	const struct mytcp_undo_ack ack = {
		.una = self->base + una,
		.nxt = self->base + 9000,
		.has_ts = !(what & NO_TS),
		.tsecr = self->base + tsecr,
		.dsack = what & DSACK,
		.dsack_before = what & DSACK_BEFORE,
	};

	return mytcp_undo_by_timestamp(&self->undo, &ack);
}

static bool acked(FIXTURE_DATA(undo) *self, u32 una, u32 tsecr)
{
	return acked_with(self, una, tsecr, 0);
}

static bool twice(FIXTURE_DATA(undo) *self, u32 left, u32 right)
{
	const struct mytcp_sack_block block = { self->base + left, self->base + right };

	return mytcp_undo_by_dsack(&self->undo, &block);
}

/* ---- RFC 3522 3.2 ---- */

TEST_F(undo, an_ack_that_echoes_the_original_shows_a_needless_recovery)
{
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_TRUE(acked(self, 2000, 1699));
}

TEST_F(undo, an_ack_that_echoes_the_retransmission_shows_nothing)
{
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked(self, 2000, 1700));
}

TEST_F(undo, only_the_first_ack_that_advances_is_asked)
{
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked(self, 1000, 1600));
	EXPECT_FALSE(acked(self, 2000, 1800));
	EXPECT_FALSE(acked(self, 3000, 1600));
}

TEST_F(undo, the_first_retransmission_counts_not_a_later_one)
{
	begin(self);
	sent_again(self, 1000, 1700);
	sent_again(self, 2000, 1900);
	EXPECT_FALSE(acked(self, 2000, 1800));
}

/* Step 5: all ACKs of the originals were lost. */
TEST_F(undo, beside_a_dsack_the_timestamp_shows_nothing)
{
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked_with(self, 2000, 1600, DSACK | DSACK_BEFORE));
	EXPECT_FALSE(acked(self, 3000, 1600));
}

/* The same, of a peer that may not know D-SACKs. */
TEST_F(undo, an_ack_of_everything_shows_nothing_if_no_dsack_was_ever_seen)
{
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked(self, 9000, 1600));
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_TRUE(acked_with(self, 9000, 1600, DSACK_BEFORE));
}

TEST_F(undo, without_timestamps_an_ack_shows_nothing)
{
	begin(self);
	mytcp_undo_sent_again(&self->undo, self->base + 1000, self->base + 2000, false, 0);
	EXPECT_FALSE(acked(self, 2000, 0x80000001));
	begin(self);
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked_with(self, 2000, 1600, NO_TS));
}

TEST_F(undo, without_a_recovery_nothing_is_undone)
{
	sent_again(self, 1000, 1700);
	EXPECT_FALSE(acked(self, 2000, 1600));
	EXPECT_FALSE(twice(self, 1000, 2000));
	begin(self);
	EXPECT_FALSE(acked(self, 2000, 1600));
	EXPECT_FALSE(twice(self, 1000, 2000));
	sent_again(self, 1000, 1700);
	mytcp_undo_end(&self->undo);
	EXPECT_FALSE(acked(self, 2000, 1600));
	EXPECT_FALSE(twice(self, 1000, 2000));
}

/* ---- RFC 3708 3 ---- */

TEST_F(undo, dsacks_of_all_that_was_sent_again_show_a_needless_recovery)
{
	begin(self);
	sent_again(self, 1000, 1700);
	sent_again(self, 4000, 1700);
	sent_again(self, 2000, 1701);
	EXPECT_FALSE(twice(self, 1000, 2000));
	EXPECT_FALSE(twice(self, 4000, 5000));
	EXPECT_TRUE(twice(self, 2000, 3000));
}

TEST_F(undo, what_was_sent_three_times_must_be_told_of_twice)
{
	begin(self);
	sent_again(self, 1000, 1700);
	sent_again(self, 1000, 2000);
	EXPECT_FALSE(twice(self, 1000, 2000));
	EXPECT_TRUE(twice(self, 1000, 2000));
}

TEST_F(undo, a_dsack_of_what_was_not_sent_again_does_not_count)
{
	begin(self);
	sent_again(self, 1000, 1700);
	sent_again(self, 2000, 1700);
	EXPECT_FALSE(twice(self, 0, 1000));
	EXPECT_FALSE(twice(self, 500, 2000));
	EXPECT_FALSE(twice(self, 3000, 4000));
	EXPECT_FALSE(twice(self, 2500, 3500));
	EXPECT_EQ(2000, self->undo.again);
	EXPECT_TRUE(twice(self, 1000, 3000));
}

TEST_F(undo, more_duplicates_than_were_sent_are_no_less_than_none)
{
	begin(self);
	sent_again(self, 1000, 1700);
	sent_again(self, 5000, 1700);
	EXPECT_TRUE(twice(self, 1000, 5000));
	EXPECT_EQ(0, self->undo.again);
}

TEST_HARNESS_MAIN
