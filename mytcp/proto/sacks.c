// SPDX-License-Identifier: GPL-2.0
/* The SACK blocks a receiver reports, RFC 2018 4. */
#include <linux/types.h>
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
