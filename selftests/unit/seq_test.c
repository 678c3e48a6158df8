// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/seq.h: comparison modulo 2^32, RFC 9293 3.4. */
#include <kselftest_harness.h>

#include "mytcp/proto/seq.h"
#include "random.h"

/* @ahead: how far b stands behind a, 1 ... 2^31 - 1. */
static void expect_before(struct __test_metadata *_metadata, u32 a, u32 ahead)
{
	u32 b = a + ahead;

	ASSERT_TRUE(mytcp_seq_lt(a, b));
	ASSERT_TRUE(mytcp_seq_le(a, b));
	ASSERT_FALSE(mytcp_seq_gt(a, b));
	ASSERT_FALSE(mytcp_seq_ge(a, b));

	ASSERT_FALSE(mytcp_seq_lt(b, a));
	ASSERT_FALSE(mytcp_seq_le(b, a));
	ASSERT_TRUE(mytcp_seq_gt(b, a));
	ASSERT_TRUE(mytcp_seq_ge(b, a));
}

TEST(a_smaller_number_stands_before_a_larger_one)
{
	expect_before(_metadata, 0, 1);
	expect_before(_metadata, 1000, 460);
	expect_before(_metadata, 0, 0x7fffffff);
}

TEST(order_holds_across_the_wrap)
{
	expect_before(_metadata, 0xffffffff, 1);
	expect_before(_metadata, 0xffffff00, 0x200);
	expect_before(_metadata, 0xffffffff, 0x7fffffff);
}

TEST(order_holds_across_the_sign_bit)
{
	expect_before(_metadata, 0x7fffffff, 1);
	expect_before(_metadata, 0x7fffffff, 0x7fffffff);
	expect_before(_metadata, 0x80000000, 0x7fffffff);
}

TEST(order_depends_on_the_distance_alone)
{
	u64 random = 1;
	int i;

	for (i = 0; i < 100000; i++)
		expect_before(_metadata, random_u32(&random),
			      1 + random_below(&random, 0x7fffffff));
}

TEST(a_number_is_neither_before_nor_behind_itself)
{
	static const u32 numbers[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_FALSE(mytcp_seq_lt(numbers[i], numbers[i]));
		EXPECT_FALSE(mytcp_seq_gt(numbers[i], numbers[i]));
		EXPECT_TRUE(mytcp_seq_le(numbers[i], numbers[i]));
		EXPECT_TRUE(mytcp_seq_ge(numbers[i], numbers[i]));
	}
}

TEST(half_the_space_apart_each_counts_as_before_the_other)
{
	EXPECT_TRUE(mytcp_seq_lt(0, 0x80000000));
	EXPECT_TRUE(mytcp_seq_lt(0x80000000, 0));
	EXPECT_FALSE(mytcp_seq_gt(0, 0x80000000));
	EXPECT_FALSE(mytcp_seq_ge(0x80000000, 0));
}

TEST(a_range_holds_both_its_ends)
{
	EXPECT_TRUE(mytcp_seq_between(10, 10, 20));
	EXPECT_TRUE(mytcp_seq_between(15, 10, 20));
	EXPECT_TRUE(mytcp_seq_between(20, 10, 20));
	EXPECT_FALSE(mytcp_seq_between(9, 10, 20));
	EXPECT_FALSE(mytcp_seq_between(21, 10, 20));
}

TEST(a_range_of_one_number_holds_just_that)
{
	EXPECT_TRUE(mytcp_seq_between(7, 7, 7));
	EXPECT_FALSE(mytcp_seq_between(6, 7, 7));
	EXPECT_FALSE(mytcp_seq_between(8, 7, 7));
}

TEST(a_range_may_wrap)
{
	EXPECT_TRUE(mytcp_seq_between(0xfffffff0, 0xfffffff0, 0x10));
	EXPECT_TRUE(mytcp_seq_between(0, 0xfffffff0, 0x10));
	EXPECT_TRUE(mytcp_seq_between(0x10, 0xfffffff0, 0x10));
	EXPECT_FALSE(mytcp_seq_between(0xffffffef, 0xfffffff0, 0x10));
	EXPECT_FALSE(mytcp_seq_between(0x11, 0xfffffff0, 0x10));
	EXPECT_FALSE(mytcp_seq_between(0x80000000, 0xfffffff0, 0x10));
}

TEST_HARNESS_MAIN
