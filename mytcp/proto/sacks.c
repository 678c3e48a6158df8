// SPDX-License-Identifier: GPL-2.0
/* The SACK blocks a receiver reports, RFC 2018 4 and RFC 2883 4. */
#include <linux/types.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "mytcp/proto/sacks.h"
#include "mytcp/proto/seq.h"

static void sacks_delete(struct mytcp_sacks *sacks, unsigned int i)
{
	sacks->count--;
	memmove(&sacks->block[i], &sacks->block[i + 1],
		(sacks->count - i) * sizeof(sacks->block[0]));
}

/**
 * mytcp_sacks_add() - data beyond RCV.NXT arrived
 * @sacks: blocks
 * @left: its first sequence number
 * @right: the one after its last
 *
 * The block that holds it comes first (RFC 2018 4); with all places taken the
 * one reported longest ago is forgotten, the sender has heard of it.
 */
void mytcp_sacks_add(struct mytcp_sacks *sacks, u32 left, u32 right)
{
	unsigned int i = 0;

	while (i < sacks->count) {
		const struct mytcp_sack_block *b = &sacks->block[i];

		if (mytcp_seq_gt(left, b->right) ||
		    mytcp_seq_lt(right, b->left)) {
			i++;
			continue;
		}
		if (mytcp_seq_lt(b->left, left))
			left = b->left;
		if (mytcp_seq_gt(b->right, right))
			right = b->right;
		sacks_delete(sacks, i);
	}
	if (sacks->count == MYTCP_MAX_SACKS)
		sacks->count--;
	memmove(&sacks->block[1], &sacks->block[0],
		sacks->count * sizeof(sacks->block[0]));
	sacks->block[0].left = left;
	sacks->block[0].right = right;
	sacks->count++;
}

/**
 * mytcp_sacks_advance() - RCV.NXT moved: forget what it covers
 * @sacks: blocks
 * @rcv_nxt: new RCV.NXT
 */
void mytcp_sacks_advance(struct mytcp_sacks *sacks, u32 rcv_nxt)
{
	unsigned int i = 0;

	while (i < sacks->count) {
		if (mytcp_seq_le(sacks->block[i].left, rcv_nxt))
			sacks_delete(sacks, i);
		else
			i++;
	}
}

/**
 * mytcp_sacks_retreat() - nothing is held any more from a number on
 * @sacks: blocks
 * @seq: the first sequence number that was given up, or before it
 *
 * RFC 2018 8: what was given up must not be reported.
 */
void mytcp_sacks_retreat(struct mytcp_sacks *sacks, u32 seq)
{
	unsigned int i = 0;

	while (i < sacks->count) {
		struct mytcp_sack_block *b = &sacks->block[i];

		if (mytcp_seq_ge(b->left, seq)) {
			sacks_delete(sacks, i);
			continue;
		}
		if (mytcp_seq_gt(b->right, seq))
			b->right = seq;
		i++;
	}
}

/**
 * mytcp_sacks_twice() - octets arrived that had been received before
 * @sacks: blocks
 * @left: the first of them
 * @right: the one after the last of them; of a segment with several runs of
 *	such octets, the first run is meant
 * @rcv_nxt: RCV.NXT before the segment: it is @right or beyond, or before @left
 *
 * RFC 2883 4, rules 1 to 3: the next ACK tells of them, and no other does. A
 * segment that comes before that ACK is sent takes its place.
 *
 * Context: any, no locks.
 */
void mytcp_sacks_twice(struct mytcp_sacks *sacks, u32 left, u32 right,
		       u32 rcv_nxt)
{
	sacks->twice.left = left;
	sacks->twice.right = right;
	sacks->has_twice = true;
	/* Rule 4: the block that they are a part of comes next. */
	if (mytcp_seq_gt(left, rcv_nxt))
		mytcp_sacks_add(sacks, left, right);
}

/**
 * mytcp_sacks_report() - the blocks of an ACK that is about to be sent
 * @sacks: blocks; forgets what is reported only once
 * @report: takes them
 * @room: how many there is room for, 1 or more
 *
 * Context: any, no locks.
 * Return: how many there are.
 */
unsigned int mytcp_sacks_report(struct mytcp_sacks *sacks,
				struct mytcp_sack_block *report,
				unsigned int room)
{
	unsigned int first = sacks->has_twice, rest;

	if (first)
		*report++ = sacks->twice;
	sacks->has_twice = false;
	rest = min_t(unsigned int, sacks->count, room - first);
	memcpy(report, sacks->block, rest * sizeof(*report));
	return first + rest;
}
