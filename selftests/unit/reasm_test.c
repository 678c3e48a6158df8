// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/reasm.c: out-of-order intervals. */
#include <stdlib.h>
#include <time.h>
#include <kselftest_harness.h>

#include "mytcp/proto/reasm.h"
#include "random.h"
#include "reasm_model.h"

#define NPIECES 16

/* Every test runs at several places of sequence space: the offsets it uses are from @base. */
FIXTURE(reasm) {
	struct mytcp_reasm reasm;
	struct mytcp_piece *covered;
	struct mytcp_piece pieces[NPIECES];
	unsigned int used;
	u32 base;
};

FIXTURE_VARIANT(reasm) {
	u32 base;
};

FIXTURE_VARIANT_ADD(reasm, at_zero) { .base = 0 };
FIXTURE_VARIANT_ADD(reasm, across_the_wrap) { .base = 0xffffffe7 };
FIXTURE_VARIANT_ADD(reasm, across_the_sign_bit) { .base = 0x7fffffe7 };

FIXTURE_SETUP(reasm)
{
	self->base = variant->base;
	mytcp_reasm_init(&self->reasm);
}

FIXTURE_TEARDOWN(reasm)
{
}

static struct mytcp_piece *piece(FIXTURE_DATA(reasm) *self, u32 seq, u32 end)
{
	struct mytcp_piece *made = &self->pieces[self->used++];

	made->seq = self->base + seq;
	made->end = self->base + end;
	return made;
}

static struct mytcp_piece *insert(struct __test_metadata *_metadata,
				  FIXTURE_DATA(reasm) *self, u32 seq, u32 end)
{
	struct mytcp_piece *made = piece(self, seq, end);

	ASSERT_EQ(MYTCP_REASM_KEPT,
		  mytcp_reasm_insert(&self->reasm, made, &self->covered));
	return made;
}

static void insert_dup(struct __test_metadata *_metadata,
		       FIXTURE_DATA(reasm) *self, u32 seq, u32 end)
{
	ASSERT_EQ(MYTCP_REASM_DUP,
		  mytcp_reasm_insert(&self->reasm, piece(self, seq, end),
				     &self->covered));
	ASSERT_EQ(NULL, self->covered);
}

/* The set is exactly these intervals, pairs of seq and end. */
static void expect_bounds(struct __test_metadata *_metadata,
			  FIXTURE_DATA(reasm) *self, const u32 *bounds, unsigned int n)
{
	const struct mytcp_piece *held;
	unsigned int i = 0;
	u32 bytes = 0;

	for (held = mytcp_reasm_first(&self->reasm); held; held = mytcp_reasm_next(held)) {
		ASSERT_LT(i, n);
		ASSERT_EQ(bounds[i], held->seq - self->base);
		ASSERT_EQ(bounds[i + 1], held->end - self->base);
		bytes += held->end - held->seq;
		i += 2;
	}
	ASSERT_EQ(n, i);
	ASSERT_EQ(n / 2, self->reasm.count);
	ASSERT_EQ(bytes, self->reasm.bytes);
}

#define EXPECT_PIECES(...) do {						\
	static const u32 bounds_[] = { __VA_ARGS__ };			\
	expect_bounds(_metadata, self, bounds_, ARRAY_SIZE(bounds_));	\
} while (0)

/* The pieces given up for the last one are exactly these. */
#define EXPECT_COVERED(...) do {						\
	const struct mytcp_piece *const expected_[] = { __VA_ARGS__ };		\
	const struct mytcp_piece *given_;					\
	unsigned int i_ = 0;							\
										\
	for (given_ = self->covered; given_; given_ = given_->next) {		\
		ASSERT_LT(i_, ARRAY_SIZE(expected_));				\
		ASSERT_EQ((uintptr_t)expected_[i_++], (uintptr_t)given_);	\
	}									\
	ASSERT_EQ(ARRAY_SIZE(expected_), i_);					\
} while (0)

TEST_F(reasm, a_new_set_is_empty)
{
	expect_bounds(_metadata, self, NULL, 0);
	EXPECT_EQ(NULL, mytcp_reasm_first(&self->reasm));
	EXPECT_EQ(NULL, mytcp_reasm_last(&self->reasm));
}

TEST_F(reasm, the_first_piece_is_kept_as_it_is)
{
	struct mytcp_piece *only = insert(_metadata, self, 10, 20);

	EXPECT_PIECES(10, 20);
	EXPECT_EQ(only, mytcp_reasm_first(&self->reasm));
	EXPECT_EQ(only, mytcp_reasm_last(&self->reasm));
}

TEST_F(reasm, pieces_that_ascend_stay_in_order)
{
	struct mytcp_piece *first = insert(_metadata, self, 10, 20);
	struct mytcp_piece *last;

	insert(_metadata, self, 30, 40);
	last = insert(_metadata, self, 50, 60);
	EXPECT_PIECES(10, 20, 30, 40, 50, 60);
	EXPECT_EQ(first, mytcp_reasm_first(&self->reasm));
	EXPECT_EQ(last, mytcp_reasm_last(&self->reasm));
}

TEST_F(reasm, pieces_that_descend_are_sorted)
{
	insert(_metadata, self, 50, 60);
	insert(_metadata, self, 30, 40);
	insert(_metadata, self, 10, 20);
	EXPECT_PIECES(10, 20, 30, 40, 50, 60);
}

TEST_F(reasm, a_piece_fills_the_gap_between_two)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 30, 40);
	insert(_metadata, self, 20, 30);
	EXPECT_PIECES(10, 20, 20, 30, 30, 40);
	EXPECT_COVERED();
}

TEST_F(reasm, neighbours_that_touch_are_not_merged)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 20, 30);
	insert(_metadata, self, 5, 10);
	EXPECT_PIECES(5, 10, 10, 20, 20, 30);
}

TEST_F(reasm, a_piece_without_octets_is_a_duplicate)
{
	insert_dup(_metadata, self, 10, 10);
	insert(_metadata, self, 20, 30);
	insert_dup(_metadata, self, 10, 10);
	insert_dup(_metadata, self, 20, 20);
	insert_dup(_metadata, self, 40, 40);
	EXPECT_PIECES(20, 30);
}

TEST_F(reasm, a_piece_that_ends_before_it_begins_is_a_duplicate)
{
	insert_dup(_metadata, self, 20, 10);
	expect_bounds(_metadata, self, NULL, 0);
}

TEST_F(reasm, the_same_piece_again_is_a_duplicate)
{
	insert(_metadata, self, 10, 20);
	insert_dup(_metadata, self, 10, 20);
	EXPECT_PIECES(10, 20);
}

TEST_F(reasm, a_part_of_a_piece_is_a_duplicate)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 30, 40);
	insert_dup(_metadata, self, 10, 15);
	insert_dup(_metadata, self, 12, 18);
	insert_dup(_metadata, self, 15, 20);
	insert_dup(_metadata, self, 31, 40);
	EXPECT_PIECES(10, 20, 30, 40);
}

TEST_F(reasm, what_several_touching_pieces_hold_together_is_a_duplicate)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 20, 30);
	insert(_metadata, self, 30, 40);
	insert_dup(_metadata, self, 10, 40);
	insert_dup(_metadata, self, 15, 35);
	insert_dup(_metadata, self, 12, 30);
	EXPECT_PIECES(10, 20, 20, 30, 30, 40);
}

TEST_F(reasm, the_predecessor_keeps_the_octets_it_has)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 15, 30);
	EXPECT_PIECES(10, 20, 20, 30);
	EXPECT_COVERED();
}

TEST_F(reasm, the_successor_keeps_the_octets_it_has)
{
	insert(_metadata, self, 20, 30);
	insert(_metadata, self, 10, 25);
	EXPECT_PIECES(10, 20, 20, 30);
	EXPECT_COVERED();
}

TEST_F(reasm, a_piece_is_cut_at_both_ends)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 30, 40);
	insert(_metadata, self, 15, 35);
	EXPECT_PIECES(10, 20, 20, 30, 30, 40);
	EXPECT_COVERED();
}

TEST_F(reasm, a_longer_piece_from_the_same_octet_adds_its_end)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 10, 30);
	EXPECT_PIECES(10, 20, 20, 30);
	EXPECT_COVERED();
}

TEST_F(reasm, a_longer_piece_to_the_same_octet_adds_its_front)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 5, 20);
	EXPECT_PIECES(5, 10, 10, 20);
	EXPECT_COVERED();
}

TEST_F(reasm, several_touching_pieces_cut_the_front)
{
	insert(_metadata, self, 10, 20);
	insert(_metadata, self, 20, 25);
	insert(_metadata, self, 25, 30);
	insert(_metadata, self, 15, 40);
	EXPECT_PIECES(10, 20, 20, 25, 25, 30, 30, 40);
	EXPECT_COVERED();
}

TEST_F(reasm, several_touching_pieces_cut_the_end)
{
	insert(_metadata, self, 20, 25);
	insert(_metadata, self, 25, 30);
	insert(_metadata, self, 30, 40);
	insert(_metadata, self, 10, 35);
	EXPECT_PIECES(10, 20, 20, 25, 25, 30, 30, 40);
	EXPECT_COVERED();
}

TEST_F(reasm, a_piece_strictly_inside_is_given_up)
{
	struct mytcp_piece *inside = insert(_metadata, self, 20, 30);

	insert(_metadata, self, 10, 40);
	EXPECT_PIECES(10, 40);
	EXPECT_COVERED(inside);
}

TEST_F(reasm, pieces_strictly_inside_are_given_up_in_order)
{
	struct mytcp_piece *c = insert(_metadata, self, 35, 38);
	struct mytcp_piece *a = insert(_metadata, self, 15, 20);
	struct mytcp_piece *b = insert(_metadata, self, 20, 25);

	insert(_metadata, self, 10, 40);
	EXPECT_PIECES(10, 40);
	EXPECT_COVERED(a, b, c);
}

TEST_F(reasm, pieces_outside_stay_when_one_inside_is_given_up)
{
	struct mytcp_piece *inside;

	insert(_metadata, self, 0, 5);
	insert(_metadata, self, 8, 12);
	inside = insert(_metadata, self, 15, 20);
	insert(_metadata, self, 28, 35);
	insert(_metadata, self, 38, 40);
	insert(_metadata, self, 10, 30);
	EXPECT_PIECES(0, 5, 8, 12, 12, 28, 28, 35, 38, 40);
	EXPECT_COVERED(inside);
}

TEST_F(reasm, what_is_given_up_is_told_once)
{
	struct mytcp_piece *first = insert(_metadata, self, 12, 14);
	struct mytcp_piece *second;

	insert(_metadata, self, 10, 20);
	EXPECT_COVERED(first);
	second = insert(_metadata, self, 32, 34);
	EXPECT_COVERED();
	insert(_metadata, self, 30, 40);
	EXPECT_COVERED(second);
}

TEST_F(reasm, the_last_piece_may_be_taken_out_again_and_again)
{
	struct mytcp_piece *a = insert(_metadata, self, 10, 20);
	struct mytcp_piece *b = insert(_metadata, self, 30, 40);
	struct mytcp_piece *c = insert(_metadata, self, 50, 60);

	EXPECT_EQ(c, mytcp_reasm_last(&self->reasm));
	mytcp_reasm_remove(&self->reasm, c);
	EXPECT_EQ(b, mytcp_reasm_last(&self->reasm));
	mytcp_reasm_remove(&self->reasm, b);
	EXPECT_EQ(a, mytcp_reasm_last(&self->reasm));
	mytcp_reasm_remove(&self->reasm, a);
	EXPECT_EQ(NULL, mytcp_reasm_last(&self->reasm));
	insert(_metadata, self, 50, 60);
	EXPECT_PIECES(50, 60);
}

TEST_F(reasm, a_piece_that_swallows_the_last_one_is_the_last)
{
	struct mytcp_piece *swallowed = insert(_metadata, self, 30, 40);
	struct mytcp_piece *last = insert(_metadata, self, 20, 50);

	EXPECT_COVERED(swallowed);
	EXPECT_EQ(last, mytcp_reasm_last(&self->reasm));
}

TEST_F(reasm, a_piece_taken_out_leaves_the_others)
{
	struct mytcp_piece *first = insert(_metadata, self, 10, 20);
	struct mytcp_piece *second = insert(_metadata, self, 30, 45);
	struct mytcp_piece *third = insert(_metadata, self, 50, 60);

	mytcp_reasm_remove(&self->reasm, second);
	EXPECT_PIECES(10, 20, 50, 60);
	mytcp_reasm_remove(&self->reasm, first);
	EXPECT_EQ(third, mytcp_reasm_first(&self->reasm));
	mytcp_reasm_remove(&self->reasm, third);
	expect_bounds(_metadata, self, NULL, 0);
	EXPECT_EQ(NULL, mytcp_reasm_first(&self->reasm));
}

TEST_F(reasm, pieces_touch_without_a_hole_between_them)
{
	struct mytcp_piece *first = insert(_metadata, self, 10, 20);
	struct mytcp_piece *second = insert(_metadata, self, 20, 30);
	struct mytcp_piece *third = insert(_metadata, self, 31, 40);

	EXPECT_EQ(NULL, mytcp_reasm_touched(first));
	EXPECT_EQ(first, mytcp_reasm_touched(second));
	EXPECT_EQ(NULL, mytcp_reasm_touched(third));
}

TEST_F(reasm, pieces_that_touch_become_one)
{
	struct mytcp_piece *first = insert(_metadata, self, 10, 20);
	struct mytcp_piece *second = insert(_metadata, self, 20, 30);
	struct mytcp_piece *third = insert(_metadata, self, 40, 50);

	mytcp_reasm_join(&self->reasm, first, second);
	EXPECT_PIECES(10, 30, 40, 50);
	EXPECT_EQ(third, mytcp_reasm_last(&self->reasm));
	insert(_metadata, self, 30, 40);
	EXPECT_PIECES(10, 30, 30, 40, 40, 50);
}

TEST_F(reasm, the_last_piece_becomes_a_part_of_the_one_before)
{
	struct mytcp_piece *first = insert(_metadata, self, 10, 20);
	struct mytcp_piece *last = insert(_metadata, self, 20, 30);

	mytcp_reasm_join(&self->reasm, first, last);
	EXPECT_PIECES(10, 30);
	EXPECT_EQ(first, mytcp_reasm_last(&self->reasm));
	insert(_metadata, self, 25, 40);
	EXPECT_PIECES(10, 30, 30, 40);
}

TEST_F(reasm, a_piece_taken_out_may_be_inserted_again)
{
	struct mytcp_piece *only = insert(_metadata, self, 10, 20);

	mytcp_reasm_remove(&self->reasm, only);
	EXPECT_EQ(MYTCP_REASM_KEPT,
		  mytcp_reasm_insert(&self->reasm, only, &self->covered));
	EXPECT_PIECES(10, 20);
}

TEST_F(reasm, pieces_far_apart_are_kept_in_order)
{
	insert(_metadata, self, 0x3ffffff0, 0x40000000);
	insert(_metadata, self, 0, 16);
	insert(_metadata, self, 0x20000000, 0x30000000);
	EXPECT_PIECES(0, 16, 0x20000000, 0x30000000, 0x3ffffff0, 0x40000000);
}

/* One step of the model that comes back with NULL, or with what did not hold. */
#define ASSERT_HOLDS(step) do {						\
	const char *broken_ = (step);					\
									\
	ASSERT_EQ(NULL, broken_)					\
		TH_LOG("%s, seed %d", broken_, (int)seed);		\
} while (0)

TEST_F(reasm, random_insertions_agree_with_a_map_of_octets)
{
	u64 seed;

	for (seed = 1; seed <= 200; seed++) {
		struct reasm_model model;
		u64 random = seed;
		int step;

		reasm_model_init(&model, self->base - random_below(&random, 100));
		for (step = 0; step < 100; step++) {
			u32 from = random_below(&random, MODEL_SPAN);
			u32 len = random_below(&random, 40);

			if (!random_below(&random, 20))
				reasm_model_prune(&model);
			if (!random_below(&random, 30))
				reasm_model_advance(&model, random_below(&random, MODEL_SPAN));
			ASSERT_HOLDS(reasm_model_insert(&model, from, len));
			ASSERT_HOLDS(reasm_model_check(&model));
		}
	}
}

/*
 * A peer may send single octets in any order (CVE-2018-5390). 100,000 of them
 * would be billions of steps in a list: minutes. In a tree they are two million,
 * well below a second, also with sanitizers on a slow machine.
 */
#define MANY 100000U

static double insert_many(struct mytcp_reasm *reasm, struct mytcp_piece *many,
			  const u32 *order, u32 base)
{
	struct timespec from, to;
	unsigned int i;

	mytcp_reasm_init(reasm);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < MANY; i++) {
		struct mytcp_piece *covered;

		many[i].seq = base + 2 * order[i];
		many[i].end = many[i].seq + 1;
		mytcp_reasm_insert(reasm, &many[i], &covered);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9;
}

static u32 nth_ascending(u32 i)
{
	return i;
}

static u32 nth_descending(u32 i)
{
	return MANY - 1 - i;
}

/* First, last, second, last but one ... */
static u32 nth_alternating(u32 i)
{
	return i % 2 ? MANY - 1 - i / 2 : i / 2;
}

/* A generator modulo the prime 100003, which skips what is out of range. */
static u32 nth_scattered(u32 i)
{
	static u32 at;

	at = i ? at : 1;
	do
		at = (u64)at * 2 % 100003;
	while (at > MANY);
	return at - 1;
}

static void expect_fast(struct __test_metadata *_metadata, u32 base, u32 (*nth)(u32 i))
{
	struct mytcp_piece *many = calloc(MANY, sizeof(*many)), *held;
	u32 *order = calloc(MANY, sizeof(*order)), i;
	struct mytcp_reasm reasm;

	for (i = 0; i < MANY; i++)
		order[i] = nth(i);
	EXPECT_GT(5.0, insert_many(&reasm, many, order, base));
	ASSERT_EQ(MANY, reasm.count);
	ASSERT_EQ(MANY, reasm.bytes);
	for (i = 0; (held = mytcp_reasm_first(&reasm)); i++) {
		ASSERT_EQ(base + 2 * i, held->seq);
		mytcp_reasm_remove(&reasm, held);
	}
	ASSERT_EQ(MANY, i);
	free(order);
	free(many);
}

TEST_F(reasm, a_hundred_thousand_octets_that_ascend_are_inserted_at_once)
{
	expect_fast(_metadata, self->base, nth_ascending);
}

TEST_F(reasm, a_hundred_thousand_octets_that_descend_are_inserted_at_once)
{
	expect_fast(_metadata, self->base, nth_descending);
}

TEST_F(reasm, a_hundred_thousand_octets_from_both_ends_are_inserted_at_once)
{
	expect_fast(_metadata, self->base, nth_alternating);
}

TEST_F(reasm, a_hundred_thousand_octets_without_order_are_inserted_at_once)
{
	expect_fast(_metadata, self->base, nth_scattered);
}

TEST_HARNESS_MAIN
