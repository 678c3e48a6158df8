// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/drs.c: how large a receive window should be. */
#include <kselftest_harness.h>

#include "mytcp/proto/drs.h"

#define MSS	1000
#define RTT	50000		/* us */
#define WINDOW	64000
#define IW	(10 * MSS)	/* RFC 6928 */

FIXTURE(drs) {
	struct mytcp_drs drs;
	u64 now;
	u32 read;
};

FIXTURE_SETUP(drs)
{
	memset(&self->drs, 0, sizeof(self->drs));
	self->now = 1000;
	self->read = 0xffffff00;	/* soon around the corner */
	EXPECT_EQ(0, mytcp_drs_read(&self->drs, self->read, WINDOW, MSS, RTT,
				    self->now));
}

FIXTURE_TEARDOWN(drs)
{
}

/* The program reads @octets within @us. */
static u32 reads(FIXTURE_DATA(drs) *self, u32 octets, u32 us)
{
	self->now += us;
	self->read += octets;
	return mytcp_drs_read(&self->drs, self->read, WINDOW, MSS, RTT, self->now);
}

TEST_F(drs, an_initial_window_asks_for_nothing)
{
	EXPECT_EQ(0, reads(self, IW, RTT));
	EXPECT_EQ(0, reads(self, IW, RTT));
}

TEST_F(drs, half_of_a_small_window_asks_for_nothing)
{
	struct mytcp_drs drs = {};

	EXPECT_EQ(0, mytcp_drs_read(&drs, 1, 8000, MSS, RTT, 1));
	EXPECT_EQ(0, mytcp_drs_read(&drs, 4001, 8000, MSS, RTT, 1 + RTT));
	EXPECT_LT(8000, mytcp_drs_read(&drs, 8002, 8000, MSS, RTT, 1 + 2 * RTT));
}

/* The sender doubles: room for twice of what was read, and for that growth. */
TEST_F(drs, more_than_ever_before_asks_for_what_comes_next)
{
	EXPECT_EQ(2 * (2 * 2 * IW + 16 * MSS), reads(self, 2 * IW, RTT));
	/* the same again is no growth */
	EXPECT_EQ(0, reads(self, 2 * IW, RTT));
	/* a quarter more: a quarter on top */
	EXPECT_EQ((2 * 25000 + 16 * MSS) * 5 / 4, reads(self, 25000, RTT));
}

/* What comes in within a round trip is one measure, however it is read. */
TEST_F(drs, a_round_trip_is_waited_for)
{
	EXPECT_EQ(0, reads(self, 20000, RTT / 4));
	EXPECT_EQ(0, reads(self, 20000, RTT / 4));
	EXPECT_EQ(0, reads(self, 20000, RTT / 4));
	EXPECT_LT(2 * 80000, reads(self, 20000, RTT / 4));
}

TEST_F(drs, no_window_is_above_two_gigabytes)
{
	EXPECT_EQ(0x7fffffff, reads(self, 0x7fffffff, RTT));
}

/* A peer that had no window at first. */
TEST_F(drs, from_a_window_of_nothing)
{
	struct mytcp_drs drs = {};

	EXPECT_EQ(0, mytcp_drs_read(&drs, 1, 0, MSS, RTT, 1));
	EXPECT_LT(2 * MSS, mytcp_drs_read(&drs, 1001, 0, MSS, RTT, 1 + RTT));
}

TEST_HARNESS_MAIN
