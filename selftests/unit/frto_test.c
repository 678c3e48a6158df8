// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/frto.c: RFC 5682. */
#include <kselftest_harness.h>

#include "mytcp/proto/frto.h"

/*
 * In flight are ten segments, 1000 to 11000, when the timer runs out; the first
 * is sent again. Every test runs at several places of sequence space.
 */
FIXTURE(frto) {
	struct mytcp_frto frto;
	u32 base;
	u32 nxt;
};

FIXTURE_VARIANT(frto) {
	u32 base;
};

FIXTURE_VARIANT_ADD(frto, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(frto, across_the_wrap) { .base = (u32)-3000 };
FIXTURE_VARIANT_ADD(frto, across_the_sign_bit) { .base = 0x80000000 - 3000 };

FIXTURE_SETUP(frto)
{
	self->base = variant->base;
	self->nxt = 11000;
	memset(&self->frto, 0, sizeof(self->frto));
}

FIXTURE_TEARDOWN(frto)
{
}

static void timeout(FIXTURE_DATA(frto) *self, bool sack, bool in_recovery)
{
	mytcp_frto_begin(&self->frto, self->base + 2000, sack, in_recovery);
}

enum { ADVANCES = 1, BELOW = 2, ABOVE = 4, NO_DATA = 8 };

static enum mytcp_frto_verdict ack(FIXTURE_DATA(frto) *self, u32 una, unsigned int what)
{
	const struct mytcp_frto_ack told = {
		.una = self->base + una,
		.nxt = self->base + self->nxt,
		.advances = what & ADVANCES,
		.sacked_below = what & BELOW,
		.sacked_above = what & ABOVE,
		.may_send_new = !(what & NO_DATA),
	};
	enum mytcp_frto_verdict verdict = mytcp_frto_on_ack(&self->frto, &told);

	if (verdict == MYTCP_FRTO_SEND_NEW)
		self->nxt += 2000;
	return verdict;
}

TEST_F(frto, without_a_timeout_an_ack_means_nothing)
{
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 2000, ADVANCES));
}

/* ---- section 2: without SACK ---- */

/* The delayed originals arrive one after the other. */
TEST_F(frto, two_acks_that_advance_mean_that_nothing_was_lost)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 3000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 4000, ADVANCES));
}

/* The new segments draw duplicates: what lies between is missing. */
TEST_F(frto, a_duplicate_ack_after_the_new_segments_means_a_loss)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_GENUINE, ack(self, 2000, 0));
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 3000, ADVANCES));
}

/* Step 2a */
TEST_F(frto, a_duplicate_ack_at_first_leaves_the_question_open)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 1000, 0));
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 2000, ADVANCES));
}

/* All had arrived but the first segment, or but their ACKs: it cannot be known. */
TEST_F(frto, an_ack_of_everything_at_first_leaves_the_question_open)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 11000, ADVANCES));
}

TEST_F(frto, an_ack_of_a_part_of_the_retransmission_leaves_the_question_open)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 1500, ADVANCES));
}

TEST_F(frto, without_new_data_the_question_stays_open)
{
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 2000, ADVANCES | NO_DATA));
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 2000, ADVANCES | NO_DATA));
}

/* Step 1 */
TEST_F(frto, a_timeout_in_a_recovery_is_not_in_doubt)
{
	timeout(self, false, true);
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 2000, ADVANCES));
}

TEST_F(frto, it_may_be_called_off)
{
	timeout(self, false, false);
	ack(self, 2000, ADVANCES);
	mytcp_frto_cancel(&self->frto);
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 3000, ADVANCES));
}

TEST_F(frto, the_second_timeout_in_a_row_asks_again)
{
	timeout(self, false, false);
	timeout(self, false, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 3000, ADVANCES));
}

/* ---- section 3: with SACK ---- */

TEST_F(frto, with_sack_two_acks_that_advance_mean_the_same)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 3000, ADVANCES));
}

/* The second segment is lost, and the others were only late. */
TEST_F(frto, a_sack_of_an_original_means_that_the_timeout_was_spurious)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 2000, BELOW));
}

TEST_F(frto, a_sack_of_the_new_segments_means_a_loss)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_GENUINE, ack(self, 2000, ABOVE));
}

TEST_F(frto, an_ack_of_the_new_segments_means_a_loss)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_GENUINE, ack(self, 12000, ADVANCES));
}

/* Step 3a, the last sentence */
TEST_F(frto, with_sack_a_duplicate_that_tells_nothing_means_a_loss)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_GENUINE, ack(self, 2000, 0));
}

/* Step 2: they are noted on the scoreboard, and that is all. */
TEST_F(frto, with_sack_duplicates_before_the_first_ack_are_waited_through)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 1000, BELOW));
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 1500, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_NOTHING, ack(self, 1500, 0));
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 4000, ADVANCES));
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 5000, ADVANCES));
}

TEST_F(frto, with_sack_an_ack_of_everything_leaves_the_question_open)
{
	timeout(self, true, false);
	EXPECT_EQ(MYTCP_FRTO_GO_BACK, ack(self, 11000, ADVANCES));
}

/* Whatever was sent until the first ACK came is not what step 3 asks for. */
TEST_F(frto, the_line_is_drawn_when_the_new_segments_go)
{
	timeout(self, true, false);
	self->nxt = 12000;
	EXPECT_EQ(MYTCP_FRTO_SEND_NEW, ack(self, 2000, ADVANCES));
	EXPECT_EQ(self->base + 12000, self->frto.recover);
	EXPECT_EQ(MYTCP_FRTO_SPURIOUS, ack(self, 12000, ADVANCES));
}

TEST_HARNESS_MAIN
