// SPDX-License-Identifier: GPL-2.0
/* mytcp/proto/fsm.c: the states of RFC 9293 3.3.2. */
#include <kselftest_harness.h>

#include "mytcp/proto/fsm.h"

struct step {
	int from, to;
};

/* The arrows of RFC 9293 figure 5, those into CLOSED apart. */
static const struct step figure[] = {
	{ MYTCP_CLOSE, MYTCP_LISTEN },			/* passive OPEN */
	{ MYTCP_CLOSE, MYTCP_SYN_SENT },		/* active OPEN */
	{ MYTCP_LISTEN, MYTCP_SYN_RECV },		/* rcv SYN */
	{ MYTCP_LISTEN, MYTCP_SYN_SENT },		/* SEND */
	{ MYTCP_SYN_SENT, MYTCP_SYN_RECV },		/* rcv SYN */
	{ MYTCP_SYN_SENT, MYTCP_ESTABLISHED },		/* rcv SYN,ACK */
	{ MYTCP_SYN_RECV, MYTCP_ESTABLISHED },		/* rcv ACK of SYN */
	{ MYTCP_SYN_RECV, MYTCP_FIN_WAIT1 },		/* CLOSE */
	{ MYTCP_SYN_RECV, MYTCP_LISTEN },		/* rcv RST, note 1 */
	{ MYTCP_ESTABLISHED, MYTCP_FIN_WAIT1 },		/* CLOSE */
	{ MYTCP_ESTABLISHED, MYTCP_CLOSE_WAIT },	/* rcv FIN */
	{ MYTCP_FIN_WAIT1, MYTCP_FIN_WAIT2 },		/* rcv ACK of FIN */
	{ MYTCP_FIN_WAIT1, MYTCP_CLOSING },		/* rcv FIN */
	{ MYTCP_FIN_WAIT1, MYTCP_TIME_WAIT },		/* both, note 2 */
	{ MYTCP_FIN_WAIT2, MYTCP_TIME_WAIT },		/* rcv FIN */
	{ MYTCP_CLOSING, MYTCP_TIME_WAIT },		/* rcv ACK of FIN */
	{ MYTCP_CLOSE_WAIT, MYTCP_LAST_ACK },		/* CLOSE */
};

/* What the text and this design add. */
static const struct step additions[] = {
	{ MYTCP_CLOSE, MYTCP_SYN_RECV },	/* a child is made */
	{ MYTCP_SYN_RECV, MYTCP_CLOSE_WAIT },	/* FIN with the ACK, 3.10.7.4 */
};

static bool listed(const struct step *steps, unsigned int n, int from, int to)
{
	while (n--)
		if (steps[n].from == from && steps[n].to == to)
			return true;
	return false;
}

TEST(every_arrow_of_figure_5_is_legal)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(figure); i++)
		EXPECT_TRUE(mytcp_fsm_legal(figure[i].from, figure[i].to))
			TH_LOG("%d -> %d", figure[i].from, figure[i].to);
}

TEST(a_child_may_go_from_CLOSE_to_SYN_RECV)
{
	EXPECT_TRUE(mytcp_fsm_legal(MYTCP_CLOSE, MYTCP_SYN_RECV));
}

TEST(a_FIN_may_come_with_the_ACK_of_our_SYN)
{
	EXPECT_TRUE(mytcp_fsm_legal(MYTCP_SYN_RECV, MYTCP_CLOSE_WAIT));
}

TEST(every_state_may_be_aborted_CLOSE_itself_included)
{
	int from;

	for (from = MYTCP_ESTABLISHED; from < MYTCP_NSTATES; from++)
		EXPECT_TRUE(mytcp_fsm_legal(from, MYTCP_CLOSE));
}

TEST(nothing_else_is_legal)
{
	int from, to;

	for (from = MYTCP_ESTABLISHED; from < MYTCP_NSTATES; from++) {
		for (to = MYTCP_ESTABLISHED; to < MYTCP_NSTATES; to++) {
			bool expected = to == MYTCP_CLOSE ||
				listed(figure, ARRAY_SIZE(figure), from, to) ||
				listed(additions, ARRAY_SIZE(additions), from, to);

			EXPECT_EQ(expected, mytcp_fsm_legal(from, to))
				TH_LOG("%d -> %d", from, to);
		}
	}
}

TEST(what_is_no_state_is_neither_left_nor_entered)
{
	static const int strange[] = {
		0, -1, MYTCP_NSTATES, 31, 32, 33, 1000, INT32_MIN, INT32_MAX,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		EXPECT_FALSE(mytcp_fsm_legal(strange[i], MYTCP_CLOSE));
		EXPECT_FALSE(mytcp_fsm_legal(MYTCP_ESTABLISHED, strange[i]));
		EXPECT_STREQ("?", mytcp_fsm_name(strange[i]));
	}
}

TEST(every_state_has_its_name)
{
	EXPECT_STREQ("ESTABLISHED", mytcp_fsm_name(MYTCP_ESTABLISHED));
	EXPECT_STREQ("SYN_SENT", mytcp_fsm_name(MYTCP_SYN_SENT));
	EXPECT_STREQ("SYN_RECV", mytcp_fsm_name(MYTCP_SYN_RECV));
	EXPECT_STREQ("FIN_WAIT1", mytcp_fsm_name(MYTCP_FIN_WAIT1));
	EXPECT_STREQ("FIN_WAIT2", mytcp_fsm_name(MYTCP_FIN_WAIT2));
	EXPECT_STREQ("TIME_WAIT", mytcp_fsm_name(MYTCP_TIME_WAIT));
	EXPECT_STREQ("CLOSE", mytcp_fsm_name(MYTCP_CLOSE));
	EXPECT_STREQ("CLOSE_WAIT", mytcp_fsm_name(MYTCP_CLOSE_WAIT));
	EXPECT_STREQ("LAST_ACK", mytcp_fsm_name(MYTCP_LAST_ACK));
	EXPECT_STREQ("LISTEN", mytcp_fsm_name(MYTCP_LISTEN));
	EXPECT_STREQ("CLOSING", mytcp_fsm_name(MYTCP_CLOSING));
}

/* Userspace reads the numbers: they are those of <netinet/tcp.h>. */
TEST(states_are_numbered_as_programs_know_them)
{
	EXPECT_EQ(1, MYTCP_ESTABLISHED);
	EXPECT_EQ(2, MYTCP_SYN_SENT);
	EXPECT_EQ(3, MYTCP_SYN_RECV);
	EXPECT_EQ(4, MYTCP_FIN_WAIT1);
	EXPECT_EQ(5, MYTCP_FIN_WAIT2);
	EXPECT_EQ(6, MYTCP_TIME_WAIT);
	EXPECT_EQ(7, MYTCP_CLOSE);
	EXPECT_EQ(8, MYTCP_CLOSE_WAIT);
	EXPECT_EQ(9, MYTCP_LAST_ACK);
	EXPECT_EQ(10, MYTCP_LISTEN);
	EXPECT_EQ(11, MYTCP_CLOSING);
}

TEST(a_set_of_states_holds_its_members_and_no_others)
{
	unsigned int set = MYTCP_ST(LISTEN) | MYTCP_ST(CLOSE);
	int state;

	for (state = MYTCP_ESTABLISHED; state < MYTCP_NSTATES; state++)
		EXPECT_EQ(state == MYTCP_LISTEN || state == MYTCP_CLOSE,
			  mytcp_fsm_in(state, set));
	EXPECT_TRUE(mytcp_fsm_in(MYTCP_CLOSING, MYTCP_SYNCHRONIZED));
	EXPECT_FALSE(mytcp_fsm_in(MYTCP_SYN_RECV, MYTCP_SYNCHRONIZED));
}

TEST_HARNESS_MAIN
