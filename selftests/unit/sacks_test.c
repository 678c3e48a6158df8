// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/sacks.c: the blocks a receiver reports, RFC 2018 4 and RFC 2883 4. */
#include <kselftest_harness.h>

#include "mytcp/proto/sacks.h"
#include "random.h"

/* Every test runs at several places of sequence space: the offsets it uses are from @base. */
FIXTURE(sacks) {
	struct mytcp_sacks sacks;
	u32 base;
};

FIXTURE_VARIANT(sacks) {
	u32 base;
};

FIXTURE_VARIANT_ADD(sacks, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(sacks, across_the_wrap) { .base = 0xffffffe7 };
FIXTURE_VARIANT_ADD(sacks, across_the_sign_bit) { .base = 0x7fffffe7 };

FIXTURE_SETUP(sacks)
{
	self->base = variant->base;
}

FIXTURE_TEARDOWN(sacks)
{
}

static void add(FIXTURE_DATA(sacks) *self, u32 left, u32 right)
{
	mytcp_sacks_add(&self->sacks, self->base + left, self->base + right);
}

static void advance(FIXTURE_DATA(sacks) *self, u32 next)
{
	mytcp_sacks_advance(&self->sacks, self->base + next);
}

/* The blocks are exactly these, pairs of left and right, in this order. */
static void expect_bounds(struct __test_metadata *_metadata,
			  FIXTURE_DATA(sacks) *self, const u32 *bounds, unsigned int n)
{
	unsigned int i;

	ASSERT_EQ(n / 2, self->sacks.count);
	for (i = 0; i < self->sacks.count; i++) {
		ASSERT_EQ(bounds[2 * i], self->sacks.block[i].left - self->base);
		ASSERT_EQ(bounds[2 * i + 1], self->sacks.block[i].right - self->base);
	}
}

#define EXPECT_BLOCKS(...) do {						\
	static const u32 bounds_[] = { __VA_ARGS__ };			\
	expect_bounds(_metadata, self, bounds_, ARRAY_SIZE(bounds_));	\
} while (0)

TEST_F(sacks, the_block_that_changed_last_comes_first)
{
	add(self, 10, 20);
	EXPECT_BLOCKS(10, 20);
	add(self, 50, 60);
	add(self, 30, 40);
	EXPECT_BLOCKS(30, 40, 50, 60, 10, 20);
}

TEST_F(sacks, a_block_that_grows_moves_to_the_front)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 20, 25);
	EXPECT_BLOCKS(10, 25, 30, 40);
	add(self, 28, 30);
	EXPECT_BLOCKS(28, 40, 10, 25);
}

TEST_F(sacks, data_held_already_brings_its_block_to_the_front)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 12, 15);
	EXPECT_BLOCKS(10, 20, 30, 40);
}

TEST_F(sacks, data_that_overlaps_a_block_is_joined_with_it)
{
	add(self, 10, 20);
	add(self, 15, 30);
	EXPECT_BLOCKS(10, 30);
	add(self, 5, 12);
	EXPECT_BLOCKS(5, 30);
	add(self, 1, 40);
	EXPECT_BLOCKS(1, 40);
}

TEST_F(sacks, data_that_fills_a_gap_joins_the_blocks_around_it)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	add(self, 20, 30);
	EXPECT_BLOCKS(10, 40, 50, 60);
	add(self, 0, 70);
	EXPECT_BLOCKS(0, 70);
}

TEST_F(sacks, data_one_octet_off_a_block_is_not_joined)
{
	add(self, 10, 20);
	add(self, 21, 30);
	add(self, 5, 9);
	EXPECT_BLOCKS(5, 9, 21, 30, 10, 20);
}

TEST_F(sacks, a_fifth_block_makes_the_oldest_forgotten)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	add(self, 70, 80);
	add(self, 90, 100);
	EXPECT_BLOCKS(90, 100, 70, 80, 50, 60, 30, 40);
}

TEST_F(sacks, a_full_set_that_joins_forgets_nothing)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	add(self, 70, 80);
	add(self, 40, 45);
	EXPECT_BLOCKS(30, 45, 70, 80, 50, 60, 10, 20);
}

TEST_F(sacks, blocks_that_RCV_NXT_reached_are_forgotten)
{
	add(self, 10, 20);
	add(self, 50, 60);
	add(self, 30, 40);
	advance(self, 9);
	EXPECT_BLOCKS(30, 40, 50, 60, 10, 20);
	advance(self, 20);
	EXPECT_BLOCKS(30, 40, 50, 60);
	advance(self, 30);
	EXPECT_BLOCKS(50, 60);
	advance(self, 60);
	EXPECT_EQ(0, self->sacks.count);
	advance(self, 60);
	EXPECT_EQ(0, self->sacks.count);
}

/* RFC 2018 8 */
TEST_F(sacks, what_was_given_up_is_not_reported)
{
	add(self, 10, 20);
	add(self, 50, 60);
	add(self, 30, 40);
	mytcp_sacks_retreat(&self->sacks, self->base + 60);
	EXPECT_BLOCKS(30, 40, 50, 60, 10, 20);
	mytcp_sacks_retreat(&self->sacks, self->base + 55);
	EXPECT_BLOCKS(30, 40, 50, 55, 10, 20);
	mytcp_sacks_retreat(&self->sacks, self->base + 50);
	EXPECT_BLOCKS(30, 40, 10, 20);
	mytcp_sacks_retreat(&self->sacks, self->base + 15);
	EXPECT_BLOCKS(10, 15);
	mytcp_sacks_retreat(&self->sacks, self->base);
	EXPECT_EQ(0, self->sacks.count);
	mytcp_sacks_retreat(&self->sacks, self->base);
	EXPECT_EQ(0, self->sacks.count);
}

/* ---- RFC 2883 ---- */

static void twice(FIXTURE_DATA(sacks) *self, u32 left, u32 right, u32 next)
{
	mytcp_sacks_twice(&self->sacks, self->base + left, self->base + right,
			  self->base + next);
}

/* The next ACK, with room for three, has exactly these blocks. */
static void expect_report(struct __test_metadata *_metadata,
			  FIXTURE_DATA(sacks) *self, const u32 *bounds, unsigned int n)
{
	struct mytcp_sack_block report[3];
	unsigned int i;

	ASSERT_EQ(n != 0, mytcp_sacks_any(&self->sacks));
	ASSERT_EQ(n / 2, mytcp_sacks_report(&self->sacks, report, 3));
	for (i = 0; i < n / 2; i++) {
		ASSERT_EQ(bounds[2 * i], report[i].left - self->base);
		ASSERT_EQ(bounds[2 * i + 1], report[i].right - self->base);
	}
}

#define EXPECT_REPORT(...) do {						\
	const u32 bounds_[] = { __VA_ARGS__ };				\
	expect_report(_metadata, self, bounds_, ARRAY_SIZE(bounds_));	\
} while (0)

TEST_F(sacks, an_ack_has_as_many_blocks_as_there_is_room_for)
{
	EXPECT_REPORT();
	add(self, 10, 20);
	EXPECT_REPORT(10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	add(self, 70, 80);
	EXPECT_REPORT(70, 80, 50, 60, 30, 40);
	EXPECT_REPORT(70, 80, 50, 60, 30, 40);
}

/* 4.1.1: 3000-3499 comes again when 3500-3999 has come, the ACKs were lost. */
TEST_F(sacks, a_duplicate_that_is_acknowledged_is_reported_once)
{
	twice(self, 3000, 3500, 4000);
	EXPECT_REPORT(3000, 3500);
	EXPECT_REPORT();
}

/* 4.1.2: the same, and 3500-3999 is missing. */
TEST_F(sacks, a_duplicate_comes_before_the_blocks)
{
	add(self, 4000, 4500);
	EXPECT_REPORT(4000, 4500);
	twice(self, 3000, 3500, 3500);
	EXPECT_REPORT(3000, 3500, 4000, 4500);
	EXPECT_REPORT(4000, 4500);
}

/* 4.1.3: 5000-5499 comes twice, behind the missing 4000-4499. */
TEST_F(sacks, a_duplicate_behind_a_hole_comes_before_the_block_it_is_a_part_of)
{
	add(self, 4500, 5000);
	add(self, 5000, 5500);
	EXPECT_REPORT(4500, 5500);
	twice(self, 5000, 5500, 4000);
	EXPECT_REPORT(5000, 5500, 4500, 5500);
	EXPECT_REPORT(4500, 5500);
}

/* 4, rule 4: it is the second, whichever block changed last. */
TEST_F(sacks, the_block_of_a_duplicate_comes_before_others)
{
	add(self, 4500, 5500);
	add(self, 6000, 6500);
	add(self, 7000, 7500);
	twice(self, 5000, 5500, 4000);
	EXPECT_REPORT(5000, 5500, 4500, 5500, 7000, 7500);
	EXPECT_REPORT(4500, 5500, 7000, 7500, 6000, 6500);
}

/* 4.2.1 and 4.2.2: of 1000-2499, 1500-1999 had come; nothing is missing now. */
TEST_F(sacks, a_part_of_a_segment_is_reported)
{
	add(self, 1500, 2000);
	twice(self, 1500, 2000, 1000);
	advance(self, 2500);
	EXPECT_REPORT(1500, 2000);
	EXPECT_REPORT();
}

/* Rule 1: only what the most recent segment brought. */
TEST_F(sacks, a_later_duplicate_takes_the_place_of_one_not_reported)
{
	twice(self, 1000, 1500, 4000);
	twice(self, 2000, 2500, 4000);
	EXPECT_REPORT(2000, 2500);
	EXPECT_REPORT();
}

TEST_F(sacks, a_duplicate_of_a_block_forgotten_makes_it_known_again)
{
	u32 i;

	for (i = 1; i <= 5; i++)
		add(self, 1000 * i, 1000 * i + 500);
	twice(self, 1000, 1500, 0);
	EXPECT_REPORT(1000, 1500, 1000, 1500, 5000, 5500);
}

/* What must always hold, whatever comes: checked against a map of octets. */
TEST_F(sacks, random_data_leaves_disjoint_blocks_of_data_that_came)
{
	u64 seed;

	for (seed = 1; seed <= 200; seed++) {
		u64 random = seed;
		bool came[240] = { false };
		int step;

		self->sacks.count = 0;
		for (step = 0; step < 100; step++) {
			u32 left = random_below(&random, 200);
			u32 right = left + 1 + random_below(&random, 20);
			unsigned int i, j;

			memset(came + left, true, right - left);
			add(self, left, right);

			ASSERT_LE(1, self->sacks.count);
			ASSERT_GE(MYTCP_MAX_SACKS, self->sacks.count);
			ASSERT_GE(left, self->sacks.block[0].left - self->base);
			ASSERT_LE(right, self->sacks.block[0].right - self->base);
			for (i = 0; i < self->sacks.count; i++) {
				u32 from = self->sacks.block[i].left - self->base;
				u32 to = self->sacks.block[i].right - self->base;

				ASSERT_LT(from, to);
				ASSERT_GE(ARRAY_SIZE(came), to);
				ASSERT_EQ(NULL, memchr(came + from, false, to - from));
				for (j = 0; j < i; j++) {
					u32 f = self->sacks.block[j].left - self->base;
					u32 t = self->sacks.block[j].right - self->base;

					ASSERT_TRUE(t < from || to < f);
				}
			}

			if (!random_below(&random, 20)) {
				u32 next = random_below(&random, 200);

				memset(came, false, next);
				advance(self, next);
				for (i = 0; i < self->sacks.count; i++)
					ASSERT_LT(next, self->sacks.block[i].left - self->base);
			}
		}
	}
}

TEST_HARNESS_MAIN
