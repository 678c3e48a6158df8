// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/scoreboard.c: RFC 2018, RFC 2883, RFC 6675. */
#include <time.h>
#include <kselftest_harness.h>

#include "mytcp/proto/scoreboard.h"
#include "random.h"
#include "scoreboard_model.h"


/* Every test runs at several places of sequence space: the offsets it uses are from @base. */
FIXTURE(scoreboard) {
	struct mytcp_scoreboard sb;
	struct mytcp_sack_block more[MYTCP_SCOREBOARD_MOST];
	u32 base;
};

FIXTURE_VARIANT(scoreboard) {
	u32 base;
};

FIXTURE_VARIANT_ADD(scoreboard, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(scoreboard, across_the_wrap) { .base = (u32)-6100 };
FIXTURE_VARIANT_ADD(scoreboard, across_the_sign_bit) { .base = 0x7fffffff - 6100 };

FIXTURE_SETUP(scoreboard)
{
	self->base = variant->base;
	memset(&self->sb, 0, sizeof(self->sb));
}

FIXTURE_TEARDOWN(scoreboard)
{
}

static u32 add(FIXTURE_DATA(scoreboard) *self, u32 left, u32 right)
{
	const struct mytcp_sack_block block = { self->base + left, self->base + right };

	return mytcp_scoreboard_add(&self->sb, &block);
}

static bool fits(FIXTURE_DATA(scoreboard) *self, u32 left, u32 right)
{
	const struct mytcp_sack_block block = { self->base + left, self->base + right };

	return mytcp_scoreboard_fits(&self->sb, &block);
}

/* These are exactly @blocks from @left to @right that are not SACKed. */
static void expect_gaps(struct __test_metadata *_metadata, FIXTURE_DATA(scoreboard) *self,
			u32 left, u32 right, const u32 *bounds, unsigned int n)
{
	const struct mytcp_sack_block block = { self->base + left, self->base + right };
	struct mytcp_sack_block gap = { .right = block.left };
	unsigned int i = 0;

	while (mytcp_scoreboard_next_gap(&self->sb, &block, &gap)) {
		ASSERT_LT(i, n);
		ASSERT_EQ(bounds[i], gap.left - self->base);
		ASSERT_EQ(bounds[i + 1], gap.right - self->base);
		i += 2;
	}
	ASSERT_EQ(n, i);
}

#define EXPECT_GAPS(left, right, ...) do {					\
	const u32 bounds_[] = { __VA_ARGS__ };					\
	expect_gaps(_metadata, self, left, right, bounds_, ARRAY_SIZE(bounds_));	\
} while (0)

/* The ranges are exactly these, pairs of left and right. */
static void expect_ranges(struct __test_metadata *_metadata, FIXTURE_DATA(scoreboard) *self,
			  const u32 *bounds, unsigned int n)
{
	const struct mytcp_sack_block *range = self->sb.more ? self->sb.more : self->sb.few;
	u32 i, sum = 0;

	ASSERT_EQ(n / 2, self->sb.count);
	for (i = 0; i < self->sb.count; i++) {
		ASSERT_EQ(bounds[2 * i], range[i].left - self->base);
		ASSERT_EQ(bounds[2 * i + 1], range[i].right - self->base);
		sum += range[i].right - range[i].left;
	}
	ASSERT_EQ(sum, self->sb.sacked);
}

#define EXPECT_RANGES(...) do {						\
	const u32 bounds_[] = { __VA_ARGS__ };				\
	expect_ranges(_metadata, self, bounds_, ARRAY_SIZE(bounds_));	\
} while (0)

/* RFC 2018 7, case 2: the first of eight segments is lost, the blocks grow. */
TEST_F(scoreboard, a_block_that_grows_tells_of_what_is_new)
{
	u32 right;

	EXPECT_GAPS(5500, 6000, 5500, 6000);
	EXPECT_EQ(500, add(self, 5500, 6000));
	for (right = 6500; right <= 9000; right += 500) {
		EXPECT_GAPS(5500, right, right - 500, right);
		EXPECT_EQ(500, add(self, 5500, right));
	}
	EXPECT_RANGES(5500, 9000);
}

/* RFC 2018 7, case 3: each second segment is lost, and each ACK repeats the blocks. */
TEST_F(scoreboard, blocks_that_are_repeated_tell_nothing_new)
{
	EXPECT_EQ(500, add(self, 6000, 6500));
	EXPECT_EQ(500, add(self, 7000, 7500));
	EXPECT_GAPS(6000, 6500);
	EXPECT_EQ(0, add(self, 6000, 6500));
	EXPECT_EQ(500, add(self, 8000, 8500));
	EXPECT_EQ(0, add(self, 7000, 7500));
	EXPECT_EQ(0, add(self, 6000, 6500));
	EXPECT_RANGES(6000, 6500, 7000, 7500, 8000, 8500);

	/* The fourth segment comes: */
	EXPECT_GAPS(6000, 7500, 6500, 7000);
	EXPECT_EQ(500, add(self, 6000, 7500));
	EXPECT_RANGES(6000, 7500, 8000, 8500);

	/* The second one: all below 7500 is acknowledged, 1500 octets of it were known. */
	EXPECT_EQ(1500, mytcp_scoreboard_advance(&self->sb, self->base + 7500));
	EXPECT_RANGES(8000, 8500);
}

TEST_F(scoreboard, a_block_is_new_where_there_are_gaps)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	EXPECT_GAPS(5, 65, 5, 10, 20, 30, 40, 50, 60, 65);
	EXPECT_GAPS(10, 60, 20, 30, 40, 50);
	EXPECT_GAPS(15, 55, 20, 30, 40, 50);
	EXPECT_GAPS(20, 30, 20, 30);
	EXPECT_GAPS(22, 28, 22, 28);
	EXPECT_GAPS(15, 25, 20, 25);
	EXPECT_GAPS(25, 35, 25, 30);
	EXPECT_GAPS(12, 18);
	EXPECT_GAPS(60, 70, 60, 70);
	EXPECT_EQ(35, add(self, 5, 70));
	EXPECT_RANGES(5, 70);
}

TEST_F(scoreboard, blocks_that_touch_become_one)
{
	add(self, 10, 20);
	add(self, 20, 30);
	EXPECT_RANGES(10, 30);
	add(self, 5, 10);
	EXPECT_RANGES(5, 30);
	add(self, 31, 40);
	EXPECT_RANGES(5, 30, 31, 40);
	add(self, 30, 31);
	EXPECT_RANGES(5, 40);
}

TEST_F(scoreboard, blocks_in_any_order_are_sorted)
{
	add(self, 50, 60);
	add(self, 10, 20);
	add(self, 70, 80);
	add(self, 30, 40);
	EXPECT_RANGES(10, 20, 30, 40, 50, 60, 70, 80);
	add(self, 35, 75);
	EXPECT_RANGES(10, 20, 30, 80);
}

TEST_F(scoreboard, what_is_acknowledged_is_forgotten)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	EXPECT_EQ(0, mytcp_scoreboard_advance(&self->sb, self->base + 5));
	EXPECT_EQ(10, mytcp_scoreboard_advance(&self->sb, self->base + 20));
	EXPECT_RANGES(30, 40, 50, 60);
	EXPECT_EQ(10, mytcp_scoreboard_advance(&self->sb, self->base + 45));
	EXPECT_RANGES(50, 60);
	EXPECT_EQ(10, mytcp_scoreboard_advance(&self->sb, self->base + 100));
	EXPECT_EQ(0, self->sb.count);
	EXPECT_EQ(0, self->sb.sacked);
}

/* RFC 2018 8 */
TEST_F(scoreboard, an_ack_that_stops_at_what_was_sacked_tells_of_reneging)
{
	add(self, 10, 20);
	add(self, 30, 40);
	EXPECT_FALSE(mytcp_scoreboard_reneged(&self->sb, self->base + 5));
	mytcp_scoreboard_advance(&self->sb, self->base + 10);
	EXPECT_TRUE(mytcp_scoreboard_reneged(&self->sb, self->base + 10));
	EXPECT_EQ(5, mytcp_scoreboard_advance(&self->sb, self->base + 15));
	EXPECT_TRUE(mytcp_scoreboard_reneged(&self->sb, self->base + 15));
	EXPECT_RANGES(15, 20, 30, 40);
	mytcp_scoreboard_clear(&self->sb);
	EXPECT_FALSE(mytcp_scoreboard_reneged(&self->sb, self->base + 15));
	EXPECT_EQ(0, self->sb.sacked);
	EXPECT_EQ(5, add(self, 15, 20));
}

TEST_F(scoreboard, what_is_held_as_a_whole_is_told)
{
	add(self, 10, 20);
	add(self, 30, 40);
	EXPECT_TRUE(mytcp_scoreboard_holds(&self->sb, self->base + 10, self->base + 20));
	EXPECT_TRUE(mytcp_scoreboard_holds(&self->sb, self->base + 12, self->base + 15));
	EXPECT_FALSE(mytcp_scoreboard_holds(&self->sb, self->base + 9, self->base + 15));
	EXPECT_FALSE(mytcp_scoreboard_holds(&self->sb, self->base + 15, self->base + 21));
	EXPECT_FALSE(mytcp_scoreboard_holds(&self->sb, self->base + 15, self->base + 35));
	EXPECT_FALSE(mytcp_scoreboard_holds(&self->sb, self->base + 35, self->base + 41));
}

/* ---- room ---- */

TEST_F(scoreboard, a_few_ranges_need_no_memory)
{
	EXPECT_EQ(0, mytcp_scoreboard_wants_room(&self->sb));
	add(self, 10, 20);
	EXPECT_EQ(32, mytcp_scoreboard_wants_room(&self->sb));
	add(self, 30, 40);
	add(self, 50, 60);
	add(self, 70, 80);
	EXPECT_RANGES(10, 20, 30, 40, 50, 60, 70, 80);
}

TEST_F(scoreboard, without_room_a_block_that_joins_nothing_is_ignored)
{
	add(self, 10, 20);
	add(self, 30, 40);
	add(self, 50, 60);
	EXPECT_TRUE(fits(self, 70, 80));
	add(self, 70, 80);
	EXPECT_FALSE(fits(self, 90, 100));
	EXPECT_EQ(0, add(self, 90, 100));
	EXPECT_FALSE(fits(self, 22, 28));
	EXPECT_RANGES(10, 20, 30, 40, 50, 60, 70, 80);
	EXPECT_TRUE(fits(self, 80, 90));
	EXPECT_EQ(10, add(self, 80, 90));
	EXPECT_TRUE(fits(self, 25, 30));
	EXPECT_EQ(5, add(self, 25, 30));
	EXPECT_RANGES(10, 20, 25, 40, 50, 60, 70, 90);
}

TEST_F(scoreboard, ranges_move_when_room_is_given)
{
	struct mytcp_sack_block *more = self->more;

	add(self, 10, 20);
	add(self, 30, 40);
	EXPECT_EQ(NULL, mytcp_scoreboard_give_room(&self->sb, more, 32));
	EXPECT_RANGES(10, 20, 30, 40);
	EXPECT_EQ(0, mytcp_scoreboard_wants_room(&self->sb));
	add(self, 50, 60);
	add(self, 70, 80);
	add(self, 90, 100);
	EXPECT_RANGES(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
	EXPECT_EQ(more, mytcp_scoreboard_give_room(&self->sb, more + 100, 64));
	EXPECT_RANGES(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
	mytcp_scoreboard_advance(&self->sb, self->base + 60);
	EXPECT_EQ(more + 100, mytcp_scoreboard_give_room(&self->sb, NULL, 0));
	EXPECT_RANGES(70, 80, 90, 100);
	EXPECT_EQ(32, mytcp_scoreboard_wants_room(&self->sb));
}

TEST_F(scoreboard, the_room_grows_to_a_limit)
{
	unsigned int i;

	for (i = 0; i < MYTCP_SCOREBOARD_MOST; i++) {
		unsigned int want = mytcp_scoreboard_wants_room(&self->sb);

		if (want) {
			ASSERT_LE(i + MYTCP_MAX_SACKS, want);
			ASSERT_GE(MYTCP_SCOREBOARD_MOST, want);
			mytcp_scoreboard_give_room(&self->sb, self->more, want);
		}
		ASSERT_EQ(1, add(self, 2 * i, 2 * i + 1));
	}
	EXPECT_EQ(0, mytcp_scoreboard_wants_room(&self->sb));
	EXPECT_EQ(0, add(self, 2 * i, 2 * i + 1));
}

#define REPEATED	200000
#define KEYS		32	/* at both ends; as many of few, so that a CPU learns both */

/* CPU time of so many blocks that tell nothing, over @ranges of them, nanoseconds. */
static long long repeat_blocks(struct __test_metadata *_metadata,
			       FIXTURE_DATA(scoreboard) *self, u32 ranges)
{
	struct timespec from, to;
	u32 i;

	for (i = self->sb.count; i < ranges; i++)
		add(self, 10 * i, 10 * i + 5);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < REPEATED; i++) {
		u32 which = i % KEYS;
		u32 left = self->base + 10 * (i & 1 ? ranges - which : which);
		const struct mytcp_sack_block block = { left, left + 5 };
		struct mytcp_sack_block gap = { .right = left };

		ASSERT_FALSE(mytcp_scoreboard_next_gap(&self->sb, &block, &gap));
		ASSERT_EQ(0, mytcp_scoreboard_add(&self->sb, &block));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec;
}

/*
 * CVE-2019-11478: a peer that repeats blocks makes the sender look at the logarithm of
 * the number of ranges, and move none: sixteen times as many are ten steps for six.
 * What looked at all, or moved them, would take eleven times as long. The best of a few,
 * as others are running.
 */
TEST_F(scoreboard, blocks_that_tell_nothing_cost_the_logarithm_of_the_ranges)
{
	long long few = 0, many = 0, ns;
	int i;

	mytcp_scoreboard_give_room(&self->sb, self->more, MYTCP_SCOREBOARD_MOST);
	for (i = 0; i < 5; i++) {
		ns = repeat_blocks(_metadata, self, MYTCP_SCOREBOARD_MOST / 16);
		few = few && few < ns ? few : ns;
	}
	for (i = 0; i < 5; i++) {
		ns = repeat_blocks(_metadata, self, MYTCP_SCOREBOARD_MOST);
		many = many && many < ns ? many : ns;
	}
	TH_LOG("%lld ns each of %d, %lld of %d", few / REPEATED,
	       MYTCP_SCOREBOARD_MOST / 16, many / REPEATED, MYTCP_SCOREBOARD_MOST);
	EXPECT_GT(6 * few, many);
	EXPECT_EQ(MYTCP_SCOREBOARD_MOST, self->sb.count);
}

/* ---- what a block is ---- */

/* In flight: 1000 to 9000; nothing below -4000 may be told of. */
static enum mytcp_sack_verdict judge(FIXTURE_DATA(scoreboard) *self, u32 ack, unsigned int i,
				     const u32 *bounds, unsigned int n)
{
	const struct mytcp_sack_edges edges = {
		.ack = self->base + ack,
		.una = self->base + 1000,
		.nxt = self->base + 9000,
		.oldest = self->base - 4000,
	};
	/* What stands behind the last block must not be looked at. */
	struct mytcp_sack_block blocks[MYTCP_MAX_SACKS + 1];
	unsigned int j;

	blocks[n / 2].left = self->base + 1001;
	blocks[n / 2].right = self->base + 9000;
	for (j = 0; j < n / 2; j++) {
		blocks[j].left = self->base + bounds[2 * j];
		blocks[j].right = self->base + bounds[2 * j + 1];
	}
	return mytcp_scoreboard_judge(blocks, n / 2, i, &edges);
}

/* Block @i of these, pairs of left and right, in an option beside @ack. */
#define EXPECT_VERDICT(verdict, ack, i, ...) do {				\
	const u32 bounds_[] = { __VA_ARGS__ };					\
	EXPECT_EQ(MYTCP_SACK_##verdict,						\
		  judge(self, ack, i, bounds_, ARRAY_SIZE(bounds_)));		\
} while (0)

TEST_F(scoreboard, a_block_in_flight_is_in_order)
{
	EXPECT_VERDICT(OK, 1000, 0, 1001, 9000);
	EXPECT_VERDICT(OK, 1000, 0, 2000, 3000, 4000, 5000);
	EXPECT_VERDICT(OK, 1000, 1, 2000, 3000, 4000, 5000);
}

/* A30 */
TEST_F(scoreboard, a_block_that_no_receiver_may_report_is_invalid)
{
	EXPECT_VERDICT(INVALID, 1000, 0, 2000, 2000);
	EXPECT_VERDICT(INVALID, 1000, 0, 3000, 2000);
	EXPECT_VERDICT(INVALID, 1000, 0, 0x80000000, 2000);
	EXPECT_VERDICT(INVALID, 1000, 0, 8000, 9001);
	EXPECT_VERDICT(INVALID, 1000, 0, 9000, 9500);
	/* It would have been acknowledged. */
	EXPECT_VERDICT(INVALID, 1000, 0, 1000, 2000);
	EXPECT_VERDICT(INVALID, 1000, 0, 500, 2000);
	EXPECT_VERDICT(INVALID, 1000, 1, 2000, 3000, 1000, 1500);
	/* Only the first block may tell of a duplicate. */
	EXPECT_VERDICT(INVALID, 1000, 1, 2000, 3000, 500, 1000);
}

/* RFC 2883 4.1.1: 3000-3499 came again, and all below 4000 is acknowledged. */
TEST_F(scoreboard, a_first_block_below_the_ack_tells_of_a_duplicate)
{
	EXPECT_VERDICT(DSACK, 1000, 0, 0, 500);
	EXPECT_VERDICT(DSACK, 1000, 0, 500, 1000);
	EXPECT_VERDICT(DSACK, 1000, 0, 500, 1000, 2000, 3000);
	EXPECT_VERDICT(OK, 1000, 1, 500, 1000, 2000, 3000);
}

/* RFC 2883 4.1.3: 5000-5499 came again, 4500-5499 is held. */
TEST_F(scoreboard, a_first_block_inside_the_second_tells_of_a_duplicate)
{
	EXPECT_VERDICT(DSACK, 4000, 0, 5000, 5500, 4500, 5500);
	EXPECT_VERDICT(OK, 4000, 1, 5000, 5500, 4500, 5500);
	EXPECT_VERDICT(DSACK, 4000, 0, 4500, 5500, 4500, 5500);
	EXPECT_VERDICT(OK, 4000, 0, 5000, 5501, 4500, 5500);
	EXPECT_VERDICT(OK, 4000, 0, 4499, 5500, 4500, 5500);
	EXPECT_VERDICT(OK, 4000, 0, 5000, 5500, 5500, 4500);
}

TEST_F(scoreboard, a_duplicate_from_long_ago_is_not_believed)
{
	EXPECT_VERDICT(DSACK, 1000, 0, (u32)-4000, (u32)-3500);
	EXPECT_VERDICT(DSACK_OLD, 1000, 0, (u32)-4001, (u32)-3500);
	EXPECT_VERDICT(DSACK_OLD, 1000, 0, (u32)-400000, (u32)-300000);
}

/* An ACK that a later one, of 1000, has overtaken. */
TEST_F(scoreboard, a_late_ack_tells_of_what_is_acknowledged_by_now)
{
	EXPECT_VERDICT(STALE, 200, 0, 500, 1000);
	EXPECT_VERDICT(STALE, 200, 1, 400, 500, 600, 700);
	EXPECT_VERDICT(DSACK, 200, 0, 100, 200);
	EXPECT_VERDICT(OK, 200, 0, 1500, 2000);
	/* The later ACK says that the octet at 1000 was not there. */
	EXPECT_VERDICT(INVALID, 200, 0, 500, 1500);
	EXPECT_VERDICT(INVALID, 200, 0, 1000, 1500);
	/* Nor does one begin where its own ACK says that nothing is. */
	EXPECT_VERDICT(INVALID, 200, 0, 200, 700);
	EXPECT_VERDICT(INVALID, 200, 1, 400, 500, 200, 300);
}

/* One step of the model that comes back with NULL, or with what did not hold. */
#define ASSERT_HOLDS(step) do {						\
	const char *broken_ = (step);					\
									\
	ASSERT_EQ(NULL, broken_)					\
		TH_LOG("%s, seed %d", broken_, (int)seed);		\
} while (0)

TEST_F(scoreboard, random_blocks_agree_with_a_map_of_octets)
{
	u64 seed;

	for (seed = 1; seed <= 100; seed++) {
		struct scoreboard_model model;
		u64 random = seed;
		int step;

		scoreboard_model_init(&model, self->base - random_below(&random, 100));
		for (step = 0; step < 100; step++) {
			u32 from = random_below(&random, MODEL_SPAN);
			u32 len = random_below(&random, 20);

			if (!random_below(&random, 30))
				scoreboard_model_clear(&model);
			if (!random_below(&random, 10))
				ASSERT_HOLDS(scoreboard_model_move(&model));
			if (!random_below(&random, 20))
				ASSERT_HOLDS(scoreboard_model_advance(&model, from / 2));
			ASSERT_HOLDS(scoreboard_model_add(&model, from, len));
			ASSERT_HOLDS(scoreboard_model_check(&model));
		}
	}
}

TEST_HARNESS_MAIN
