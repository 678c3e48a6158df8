/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a sender knows by SACK (RFC 2018, RFC 2883, RFC 6675): the ranges above
 * SND.UNA that the receiver holds. What of the rest is lost is RACK's question
 * (rack.h), not IsLost()'s.
 *
 * For each block of an ACK:
 *
 *	verdict = mytcp_scoreboard_judge(blocks, n, i, &edges);
 *	if (verdict != MYTCP_SACK_OK || !mytcp_scoreboard_fits(sb, &blocks[i]))
 *		continue;
 *	news.right = blocks[i].left;
 *	while (mytcp_scoreboard_next_gap(sb, &blocks[i], &news))
 *		... news is told for the first time
 *	mytcp_scoreboard_add(sb, &blocks[i]);
 */
#ifndef MYTCP_PROTO_SCOREBOARD_H
#define MYTCP_PROTO_SCOREBOARD_H

#include <linux/types.h>
#include "mytcp/proto/segment.h"

#define MYTCP_SCOREBOARD_FEW	4	/* ranges without a block of memory */
#define MYTCP_SCOREBOARD_MOST	1024	/* ranges at all: 8 KiB */
#define MYTCP_DUPTHRESH		3	/* RFC 5681 3.2, RFC 6675 2, RFC 8985 6.2 */

/**
 * struct mytcp_scoreboard - what has been SACKed; empty when all is zero
 * @more: sorted array of @room ranges, the caller's memory; NULL: @few it is
 * @count: ranges in use
 * @room: ranges that @more has place for
 * @sacked: octets in all ranges
 * @few: as long as there are few
 *
 * The ranges ascend, are not empty, and do not touch. A sorted array is
 * searched in ten steps, and what moves when a range comes or goes is 8 KiB at
 * most, in one copy; a tree would need an allocation for each range in softirq.
 * Most connections never have more than a few.
 */
struct mytcp_scoreboard {
	struct mytcp_sack_block *more;
	u16 count;
	u16 room;
	u32 sacked;
	struct mytcp_sack_block few[MYTCP_SCOREBOARD_FEW];
};

/**
 * struct mytcp_sack_edges - what a block is judged by
 * @ack: SEG.ACK of the segment that brought it
 * @una: SND.UNA, with that ACK taken in
 * @nxt: SND.NXT
 * @oldest: no duplicate is told of before this one: SND.UNA less the largest
 *	window, or ISS when that is nearer
 */
struct mytcp_sack_edges {
	u32 ack;
	u32 una;
	u32 nxt;
	u32 oldest;
};

/* What a block of a SACK option is. */
enum mytcp_sack_verdict {
	MYTCP_SACK_OK,		/* octets in flight that the receiver holds */
	MYTCP_SACK_STALE,	/* the same, acknowledged since: of a late ACK */
	MYTCP_SACK_DSACK,	/* RFC 2883: came twice */
	MYTCP_SACK_DSACK_OLD,	/* the same, before what may be told of */
	MYTCP_SACK_INVALID,	/* nothing that a receiver may say */
};

enum mytcp_sack_verdict
mytcp_scoreboard_judge(const struct mytcp_sack_block *blocks, unsigned int n,
		       unsigned int i, const struct mytcp_sack_edges *edges);

unsigned int mytcp_scoreboard_wants_room(const struct mytcp_scoreboard *sb);
struct mytcp_sack_block *
mytcp_scoreboard_give_room(struct mytcp_scoreboard *sb,
			   struct mytcp_sack_block *more, unsigned int room);

bool mytcp_scoreboard_fits(const struct mytcp_scoreboard *sb,
			   const struct mytcp_sack_block *block);
bool mytcp_scoreboard_next_gap(const struct mytcp_scoreboard *sb,
			       const struct mytcp_sack_block *within,
			       struct mytcp_sack_block *gap);
u32 mytcp_scoreboard_add(struct mytcp_scoreboard *sb,
			 const struct mytcp_sack_block *block);
u32 mytcp_scoreboard_advance(struct mytcp_scoreboard *sb, u32 una);
void mytcp_scoreboard_clear(struct mytcp_scoreboard *sb);

bool mytcp_scoreboard_holds(const struct mytcp_scoreboard *sb, u32 left,
			    u32 right);
bool mytcp_scoreboard_reneged(const struct mytcp_scoreboard *sb, u32 una);

#endif /* MYTCP_PROTO_SCOREBOARD_H */
