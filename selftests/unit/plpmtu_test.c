// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/plpmtu.c: RFC 4821 7. */
#include <kselftest_harness.h>

#include "mytcp/proto/plpmtu.h"

#define HEADERS		40
#define BASE		(1024 + HEADERS)
#define LINK		1500
#define THRESHOLD	8
#define INTERVAL	600

/* A search between the base and an Ethernet, begun at second @began. */
FIXTURE(plpmtu) {
	struct mytcp_plpmtu p;
	u32 seq;
	u32 began;
};

FIXTURE_VARIANT(plpmtu) {
	u32 seq;
	u32 began;
};

FIXTURE_VARIANT_ADD(plpmtu, at_zero) { .seq = 0, .began = 100 };
FIXTURE_VARIANT_ADD(plpmtu, across_the_wrap) { .seq = (u32)-700, .began = (u32)-10 };
FIXTURE_VARIANT_ADD(plpmtu, across_the_sign_bit) {
	.seq = 0x80000000 - 700, .began = 0x80000000 - 10
};

static void begin(FIXTURE_DATA(plpmtu) *self, u32 low, u32 high)
{
	const struct mytcp_plpmtu_range range = { low, high, THRESHOLD };

	mytcp_plpmtu_begin(&self->p, &range, self->began);
}

FIXTURE_SETUP(plpmtu)
{
	self->seq = variant->seq;
	self->began = variant->began;
	begin(self, BASE, LINK);
}

FIXTURE_TEARDOWN(plpmtu)
{
}

static u32 choose(const FIXTURE_DATA(plpmtu) *self)
{
	return mytcp_plpmtu_choose(&self->p, THRESHOLD);
}

/* The octets @seq to @seq + size - HEADERS, as a probe. */
static bool probe(FIXTURE_DATA(plpmtu) *self, u32 size)
{
	u32 end = self->seq + size - HEADERS;

	mytcp_plpmtu_plan(&self->p, size, self->seq, end);
	return mytcp_plpmtu_sent(&self->p, self->seq, end);
}

static bool acked(FIXTURE_DATA(plpmtu) *self, u32 octets)
{
	return mytcp_plpmtu_on_ack(&self->p, self->seq + octets);
}

static void lost(FIXTURE_DATA(plpmtu) *self)
{
	mytcp_plpmtu_on_loss(&self->p, self->began + 5);
}

static u32 size(const FIXTURE_DATA(plpmtu) *self)
{
	return mytcp_plpmtu_size(&self->p, LINK);
}

/* ---- 7.2, 7.3 ---- */

TEST(without_a_search_packets_are_as_large_as_the_route_allows)
{
	struct mytcp_plpmtu p = {};

	EXPECT_FALSE(mytcp_plpmtu_active(&p));
	EXPECT_EQ(LINK, mytcp_plpmtu_size(&p, LINK));
	EXPECT_EQ(0, mytcp_plpmtu_choose(&p, THRESHOLD));
	EXPECT_FALSE(mytcp_plpmtu_is_due(&p, 0, 1000));
	EXPECT_FALSE(mytcp_plpmtu_on_ack(&p, 0));
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&p, 68, 0));
	EXPECT_FALSE(mytcp_plpmtu_active(&p));
}

TEST_F(plpmtu, packets_are_of_the_size_that_gets_through)
{
	EXPECT_TRUE(mytcp_plpmtu_active(&self->p));
	EXPECT_EQ(BASE, size(self));
	EXPECT_EQ(900, mytcp_plpmtu_size(&self->p, 900));
}

TEST_F(plpmtu, the_base_is_never_above_what_the_link_carries)
{
	begin(self, BASE, 600);
	EXPECT_EQ(600, size(self));
	EXPECT_EQ(0, choose(self));
}

TEST_F(plpmtu, no_packet_is_larger_than_ip_allows)
{
	begin(self, 65535, 65536 + 500);
	EXPECT_EQ(65535, mytcp_plpmtu_size(&self->p, 70000));
	EXPECT_EQ(0, choose(self));
}

TEST_F(plpmtu, a_probe_is_in_the_middle_of_the_range)
{
	EXPECT_EQ((BASE + LINK) / 2, choose(self));
	begin(self, 65000, 65535);
	EXPECT_EQ(65267, choose(self));
}

TEST_F(plpmtu, a_small_range_is_not_worth_a_probe)
{
	begin(self, LINK - THRESHOLD, LINK);
	EXPECT_EQ(LINK - THRESHOLD / 2, choose(self));
	begin(self, LINK - THRESHOLD + 1, LINK);
	EXPECT_EQ(0, choose(self));
}

TEST_F(plpmtu, without_a_threshold_the_search_ends_with_the_last_octet)
{
	begin(self, LINK - 1, LINK);
	EXPECT_EQ(LINK, mytcp_plpmtu_choose(&self->p, 0));
	begin(self, LINK, LINK);
	EXPECT_EQ(0, mytcp_plpmtu_choose(&self->p, 0));
}

TEST_F(plpmtu, a_range_that_is_upside_down_is_worth_nothing)
{
	const struct mytcp_plpmtu_range range = { LINK, BASE, THRESHOLD };

	EXPECT_FALSE(mytcp_plpmtu_is_worth(&range));
	begin(self, LINK, BASE);
	EXPECT_EQ(0, choose(self));
	EXPECT_EQ(BASE, size(self));
}

/* ---- 7.5 ---- */

TEST_F(plpmtu, a_plan_is_no_probe_until_it_is_sent)
{
	mytcp_plpmtu_plan(&self->p, 1200, self->seq, self->seq + 1160);
	EXPECT_FALSE(mytcp_plpmtu_within(&self->p, self->seq));
	/* something else went instead */
	EXPECT_FALSE(mytcp_plpmtu_sent(&self->p, self->seq, self->seq + 1024));
	EXPECT_FALSE(mytcp_plpmtu_sent(&self->p, self->seq + 1, self->seq + 1160));
	EXPECT_FALSE(acked(self, 5000));
	EXPECT_EQ(BASE, size(self));
	EXPECT_TRUE(mytcp_plpmtu_sent(&self->p, self->seq, self->seq + 1160));
	/* and a second time it is not the probe any more */
	EXPECT_FALSE(mytcp_plpmtu_sent(&self->p, self->seq, self->seq + 1160));
}

TEST_F(plpmtu, what_is_in_the_probe)
{
	EXPECT_TRUE(probe(self, 1200));
	EXPECT_FALSE(mytcp_plpmtu_within(&self->p, self->seq - 1));
	EXPECT_TRUE(mytcp_plpmtu_within(&self->p, self->seq));
	EXPECT_TRUE(mytcp_plpmtu_within(&self->p, self->seq + 1159));
	EXPECT_FALSE(mytcp_plpmtu_within(&self->p, self->seq + 1160));
}

/* ---- 7.6 ---- */

TEST_F(plpmtu, a_probe_that_arrives_makes_packets_larger)
{
	probe(self, 1300);
	EXPECT_EQ(BASE, size(self));
	EXPECT_FALSE(acked(self, 1259));
	EXPECT_TRUE(acked(self, 1260));
	EXPECT_EQ(1300, size(self));
	EXPECT_EQ(1400, choose(self));
	EXPECT_FALSE(acked(self, 1261));
}

TEST_F(plpmtu, a_probe_that_is_lost_narrows_the_range)
{
	probe(self, 1300);
	lost(self);
	EXPECT_EQ(BASE, size(self));
	EXPECT_EQ((BASE + 1299) / 2, choose(self));
	EXPECT_FALSE(acked(self, 5000));
}

TEST_F(plpmtu, a_probe_that_tells_nothing_leaves_the_range)
{
	u32 before = choose(self);

	probe(self, before);
	mytcp_plpmtu_forget(&self->p);
	EXPECT_FALSE(acked(self, 5000));
	EXPECT_EQ(before, choose(self));
	EXPECT_EQ(BASE, size(self));
}

/* Whatever the path takes, it is found, to within the threshold. */
TEST_F(plpmtu, a_search_finds_each_path)
{
	u32 path, next, probes;

	for (path = BASE; path <= LINK; path++) {
		begin(self, BASE, LINK);
		for (probes = 0; (next = choose(self)); probes++) {
			ASSERT_LT(probes, 10);
			ASSERT_TRUE(probe(self, next));
			if (next > path)
				lost(self);
			ASSERT_EQ(next <= path, acked(self, next - HEADERS));
		}
		ASSERT_LE(size(self), path);
		ASSERT_GT(size(self) + THRESHOLD, path);
	}
}

/* ---- 7.3: the path may have become wider ---- */

TEST_F(plpmtu, a_new_search_is_due_after_the_interval)
{
	EXPECT_FALSE(mytcp_plpmtu_is_due(&self->p, INTERVAL, self->began));
	EXPECT_FALSE(mytcp_plpmtu_is_due(&self->p, INTERVAL, self->began + INTERVAL - 1));
	EXPECT_TRUE(mytcp_plpmtu_is_due(&self->p, INTERVAL, self->began + INTERVAL));
}

TEST_F(plpmtu, a_failure_puts_it_off)
{
	probe(self, 1300);
	lost(self);		/* five seconds later */
	EXPECT_FALSE(mytcp_plpmtu_is_due(&self->p, INTERVAL, self->began + INTERVAL + 4));
	EXPECT_TRUE(mytcp_plpmtu_is_due(&self->p, INTERVAL, self->began + INTERVAL + 5));
}

/* ---- what routers tell ---- */

TEST_F(plpmtu, nothing_above_the_mtu_of_a_link_is_tried)
{
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&self->p, 1200, self->began));
	EXPECT_EQ(BASE, size(self));
	EXPECT_EQ((BASE + 1200) / 2, choose(self));
	/* a wider one tells nothing */
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&self->p, 1400, self->began));
	EXPECT_EQ((BASE + 1200) / 2, choose(self));
}

TEST_F(plpmtu, a_link_narrower_than_the_packets_makes_them_smaller)
{
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&self->p, 700, self->began));
	EXPECT_EQ(700, size(self));
	EXPECT_EQ(0, choose(self));
}

TEST_F(plpmtu, a_probe_may_be_what_a_router_tells_of)
{
	probe(self, 1300);
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&self->p, 1300, self->began));
	EXPECT_TRUE(mytcp_plpmtu_on_mtu(&self->p, 1299, self->began));
	EXPECT_FALSE(acked(self, 5000));
	EXPECT_EQ((BASE + 1299) / 2, choose(self));
}

TEST_F(plpmtu, a_planned_probe_is_given_up_for_it)
{
	mytcp_plpmtu_plan(&self->p, 1300, self->seq, self->seq + 1260);
	EXPECT_FALSE(mytcp_plpmtu_on_mtu(&self->p, 1200, self->began));
	EXPECT_FALSE(mytcp_plpmtu_sent(&self->p, self->seq, self->seq + 1260));
}

/* ---- 7.7 ---- */

static u32 hole(FIXTURE_DATA(plpmtu) *self, u32 base, u32 least)
{
	mytcp_plpmtu_on_black_hole(&self->p, HEADERS, base, least);
	return size(self) - HEADERS;
}

TEST_F(plpmtu, a_black_hole_halves_what_packets_hold)
{
	EXPECT_EQ(512, hole(self, 1024, 48));
	EXPECT_EQ(256, hole(self, 1024, 48));
	EXPECT_EQ((256 + HEADERS + LINK) / 2, choose(self));
}

TEST_F(plpmtu, down_to_the_floor)
{
	EXPECT_EQ(512, hole(self, 1024, 300));
	EXPECT_EQ(300, hole(self, 1024, 300));
	EXPECT_EQ(300, hole(self, 1024, 300));
}

TEST_F(plpmtu, from_the_base_at_most)
{
	begin(self, 9000, 9000);
	mytcp_plpmtu_on_black_hole(&self->p, HEADERS, 1024, 48);
	EXPECT_EQ(BASE, mytcp_plpmtu_size(&self->p, 9000));
}

TEST_F(plpmtu, a_floor_above_them_makes_packets_no_larger)
{
	EXPECT_EQ(1024, hole(self, 1024, 2000));
	begin(self, HEADERS - 10, LINK);
	mytcp_plpmtu_on_black_hole(&self->p, HEADERS, 1024, 48);
	EXPECT_EQ(HEADERS - 10, size(self));
}

TEST_F(plpmtu, in_a_black_hole_a_probe_tells_nothing)
{
	probe(self, 1300);
	hole(self, 1024, 48);
	EXPECT_FALSE(acked(self, 5000));
}

TEST_HARNESS_MAIN
