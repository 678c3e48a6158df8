// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/tlp.c: RFC 8985 7. */
#include <kselftest_harness.h>

#include "mytcp/proto/tlp.h"

#define MS 1000U

/* The probe was the segment 9000 to 10000. */
FIXTURE(tlp) {
	struct mytcp_tlp tlp;
	u32 base;
};

FIXTURE_VARIANT(tlp) {
	u32 base;
};

FIXTURE_VARIANT_ADD(tlp, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(tlp, across_the_wrap) { .base = (u32)-10000 };
FIXTURE_VARIANT_ADD(tlp, across_the_sign_bit) { .base = 0x80000000 - 10000 };

FIXTURE_SETUP(tlp)
{
	self->base = variant->base;
	memset(&self->tlp, 0, sizeof(self->tlp));
}

FIXTURE_TEARDOWN(tlp)
{
}

static void probe(FIXTURE_DATA(tlp) *self, bool again)
{
	mytcp_tlp_begin(&self->tlp, self->base + 10000, again);
}

/* An ACK, perhaps with a D-SACK of the thousand octets up to @dsack. */
static enum mytcp_tlp_verdict ack(FIXTURE_DATA(tlp) *self, u32 ack, u32 dsack, bool plain_dup)
{
	const struct mytcp_sack_block block = { self->base + dsack - 1000, self->base + dsack };
	const struct mytcp_tlp_ack told = {
		.ack = self->base + ack,
		.dsack = dsack ? &block : NULL,
		.plain_dup = plain_dup,
	};

	return mytcp_tlp_on_ack(&self->tlp, &told);
}

/* ---- 7.2 ---- */

TEST_F(tlp, the_probe_is_due_after_two_round_trips)
{
	EXPECT_EQ(100 * MS, mytcp_tlp_pto_us(50 * MS, false, 200 * MS, 1000 * MS));
}

TEST_F(tlp, for_one_segment_the_delay_of_its_ack_is_added)
{
	EXPECT_EQ(300 * MS, mytcp_tlp_pto_us(50 * MS, true, 200 * MS, 1000 * MS));
}

TEST_F(tlp, without_a_round_trip_it_is_a_second)
{
	EXPECT_EQ(1000 * MS, mytcp_tlp_pto_us(0, false, 200 * MS, 3000 * MS));
	EXPECT_EQ(1000 * MS, mytcp_tlp_pto_us(0, true, 200 * MS, 3000 * MS));
}

TEST_F(tlp, the_probe_is_never_later_than_the_timeout)
{
	EXPECT_EQ(250 * MS, mytcp_tlp_pto_us(50 * MS, true, 200 * MS, 250 * MS));
	EXPECT_EQ(0, mytcp_tlp_pto_us(0, true, 200 * MS, 0));
	EXPECT_EQ(5 * MS, mytcp_tlp_pto_us(0xffffffff, true, 0xffffffff, 5 * MS));
}

/* ---- 7.3 ---- */

TEST_F(tlp, one_probe_is_out_at_a_time)
{
	EXPECT_TRUE(mytcp_tlp_may_probe(&self->tlp));
	probe(self, false);
	mytcp_tlp_sampled(&self->tlp);
	EXPECT_FALSE(mytcp_tlp_may_probe(&self->tlp));
	ack(self, 10000, 0, false);
	EXPECT_TRUE(mytcp_tlp_may_probe(&self->tlp));
}

TEST_F(tlp, a_round_trip_is_measured_between_two_probes)
{
	probe(self, false);
	ack(self, 10000, 0, false);
	EXPECT_FALSE(mytcp_tlp_may_probe(&self->tlp));
	mytcp_tlp_sampled(&self->tlp);
	EXPECT_TRUE(mytcp_tlp_may_probe(&self->tlp));
}

/* ---- 7.4.2 ---- */

TEST_F(tlp, without_a_probe_an_ack_means_nothing)
{
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 10000, 0, false));
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 11000, 10000, true));
}

TEST_F(tlp, an_ack_of_less_than_the_probe_is_waited_through)
{
	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 8000, 0, false));
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 9999, 0, true));
	EXPECT_TRUE(self->tlp.out);
}

TEST_F(tlp, a_probe_of_new_data_cannot_hide_a_loss)
{
	probe(self, false);
	EXPECT_EQ(MYTCP_TLP_OVER, ack(self, 10000, 0, false));
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 11000, 0, false));
}

/* Case 1: original and probe have come, and SACK tells of it. */
TEST_F(tlp, a_dsack_of_the_probe_says_that_nothing_was_lost)
{
	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 10000, 0, false));
	EXPECT_EQ(MYTCP_TLP_OVER, ack(self, 10000, 10000, false));
	EXPECT_FALSE(self->tlp.out);

	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_OVER, ack(self, 12000, 10000, false));
}

/* Case 2: the same without SACK. */
TEST_F(tlp, a_duplicate_ack_says_that_nothing_was_lost)
{
	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 10000, 0, false));
	EXPECT_EQ(MYTCP_TLP_OVER, ack(self, 10000, 0, true));
}

/* One copy has come: what was sent afterwards is acknowledged. */
TEST_F(tlp, an_ack_of_more_says_that_the_probe_has_repaired_a_loss)
{
	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 10000, 0, false));
	EXPECT_EQ(MYTCP_TLP_REPAIRED, ack(self, 11000, 0, false));
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 12000, 0, false));
}

TEST_F(tlp, a_dsack_of_something_else_says_nothing_of_the_probe)
{
	probe(self, true);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 10000, 9000, false));
	EXPECT_EQ(MYTCP_TLP_REPAIRED, ack(self, 11000, 9000, false));
}

TEST_F(tlp, a_recovery_ends_the_episode)
{
	probe(self, true);
	mytcp_tlp_cancel(&self->tlp);
	EXPECT_EQ(MYTCP_TLP_GO_ON, ack(self, 11000, 0, false));
}

TEST_HARNESS_MAIN
