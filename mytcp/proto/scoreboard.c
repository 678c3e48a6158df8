// SPDX-License-Identifier: GPL-2.0
/* What a sender knows by SACK: RFC 2018 5, RFC 2883 5, RFC 6675 4 but for IsLost(). */
#include <linux/types.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "mytcp/proto/scoreboard.h"
#include "mytcp/proto/seq.h"

static struct mytcp_sack_block *ranges(struct mytcp_scoreboard *sb)
{
	return sb->more ? sb->more : sb->few;
}

static const struct mytcp_sack_block *
const_ranges(const struct mytcp_scoreboard *sb)
{
	return sb->more ? sb->more : sb->few;
}

static unsigned int places(const struct mytcp_scoreboard *sb)
{
	return sb->more ? sb->room : MYTCP_SCOREBOARD_FEW;
}

/* How many ranges end before @seq. */
static unsigned int count_before(const struct mytcp_scoreboard *sb, u32 seq)
{
	const struct mytcp_sack_block *range = const_ranges(sb);
	unsigned int low = 0, high = sb->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (mytcp_seq_lt(range[middle].right, seq))
			low = middle + 1;
		else
			high = middle;
	}

	return low;
}

/*
 * How many ranges begin at @seq or before it. Ranges that do not touch stand in
 * the order of their ends, too, so only the one that @seq is in makes a difference.
 */
static unsigned int count_from(const struct mytcp_scoreboard *sb, u32 seq)
{
	unsigned int i = count_before(sb, seq);

	return i < sb->count && mytcp_seq_le(const_ranges(sb)[i].left, seq) ?
	       i + 1 : i;
}

/* RFC 2883 4: the first block is a part of the second, which is not its own. */
static bool is_inside_second(const struct mytcp_sack_block *blocks,
			     unsigned int n)
{
	return n > 1 && mytcp_seq_lt(blocks[1].left, blocks[1].right) &&
	       mytcp_seq_ge(blocks[0].left, blocks[1].left) &&
	       mytcp_seq_le(blocks[0].right, blocks[1].right);
}

/**
 * mytcp_scoreboard_judge() - what a block of a SACK option is
 * @blocks: those of the option, in its order
 * @n: how many there are
 * @i: which of them is meant
 * @edges: what it is judged by
 *
 * A block tells of a duplicate when it is the first and lies below SEG.ACK, or
 * in the second block (RFC 2883 4 and 5). Any other lies beyond what is
 * acknowledged, since a receiver that has the octet at SEG.ACK would have
 * acknowledged it, and within what has been sent. An ACK that others have
 * overtaken may tell of what is acknowledged by now.
 *
 * Context: any, no locks.
 * Return: the verdict; only MYTCP_SACK_OK belongs on the scoreboard.
 */
enum mytcp_sack_verdict
mytcp_scoreboard_judge(const struct mytcp_sack_block *blocks, unsigned int n,
		       unsigned int i, const struct mytcp_sack_edges *edges)
{
	const struct mytcp_sack_block *b = &blocks[i];

	if (mytcp_seq_ge(b->left, b->right) || mytcp_seq_gt(b->right, edges->nxt))
		return MYTCP_SACK_INVALID;

	if (i == 0 && mytcp_seq_le(b->right, edges->ack))
		return mytcp_seq_lt(b->left, edges->oldest) ?
		       MYTCP_SACK_DSACK_OLD : MYTCP_SACK_DSACK;
	if (mytcp_seq_le(b->left, edges->ack))
		return MYTCP_SACK_INVALID;
	if (i == 0 && is_inside_second(blocks, n))
		return MYTCP_SACK_DSACK;

	if (mytcp_seq_le(b->right, edges->una))
		return MYTCP_SACK_STALE;
	return mytcp_seq_le(b->left, edges->una) ? MYTCP_SACK_INVALID :
						   MYTCP_SACK_OK;
}

/**
 * mytcp_scoreboard_wants_room() - might the blocks of an ACK not fit?
 * @sb: scoreboard
 *
 * Context: any, no locks.
 * Return: how many ranges to give it room for; 0 when it needs nothing, or has
 * all that it may have.
 */
unsigned int mytcp_scoreboard_wants_room(const struct mytcp_scoreboard *sb)
{
	if (places(sb) - sb->count >= MYTCP_MAX_SACKS ||
	    places(sb) >= MYTCP_SCOREBOARD_MOST)
		return 0;
	return min_t(unsigned int, 8 * places(sb), MYTCP_SCOREBOARD_MOST);
}

/**
 * mytcp_scoreboard_give_room() - put the ranges elsewhere
 * @sb: scoreboard
 * @more: array of @room ranges; NULL: into the scoreboard itself
 * @room: no less than the ranges there are; not used without @more
 *
 * Context: any, no locks.
 * Return: the array that it had until now, to be freed; NULL for none.
 */
struct mytcp_sack_block *
mytcp_scoreboard_give_room(struct mytcp_scoreboard *sb,
			   struct mytcp_sack_block *more, unsigned int room)
{
	struct mytcp_sack_block *old = sb->more;

	memcpy(more ? more : sb->few, ranges(sb),
	       sb->count * sizeof(struct mytcp_sack_block));
	sb->more = more;
	sb->room = more ? room : 0;
	return old;
}

/**
 * mytcp_scoreboard_fits() - is there room for a block?
 * @sb: scoreboard
 * @block: judged MYTCP_SACK_OK
 *
 * A block that touches or overlaps a range needs none. One that does not fit is
 * to be ignored: its octets may be sent again in vain, and that is all.
 *
 * Context: any, no locks.
 */
bool mytcp_scoreboard_fits(const struct mytcp_scoreboard *sb,
			   const struct mytcp_sack_block *block)
{
	return sb->count < places(sb) ||
	       count_before(sb, block->left) < count_from(sb, block->right);
}

/**
 * mytcp_scoreboard_next_gap() - the next part of a block that is not SACKed
 * @sb: scoreboard
 * @within: the block; or what is in flight, to find what is not SACKed of it
 * @gap: its right is where to look from: the block's left at first, then left
 *	as it was; set to the gap
 *
 * A binary search: to tell a sender the same again and again keeps it busy for ten
 * steps, however many ranges there are (CVE-2019-11478).
 *
 * Context: any, no locks.
 * Return: false when there is none; @gap is not to be relied upon then.
 */
bool mytcp_scoreboard_next_gap(const struct mytcp_scoreboard *sb,
			       const struct mytcp_sack_block *within,
			       struct mytcp_sack_block *gap)
{
	const struct mytcp_sack_block *range = const_ranges(sb);
	unsigned int i = count_before(sb, gap->right);

	gap->left = gap->right;
	if (i < sb->count && mytcp_seq_le(range[i].left, gap->left))
		gap->left = range[i++].right;
	if (mytcp_seq_ge(gap->left, within->right))
		return false;

	gap->right = within->right;
	if (i < sb->count && mytcp_seq_lt(range[i].left, gap->right))
		gap->right = range[i].left;
	return true;
}

/* Ranges @from to @to are one now; or, when they are the same, there is one more. */
static void replace(struct mytcp_scoreboard *sb, unsigned int from,
		    unsigned int to, const struct mytcp_sack_block *merged)
{
	struct mytcp_sack_block *range = ranges(sb);

	/* What is told again joins none: nothing moves, be it to where it is. */
	if (to != from + 1)
		memmove(&range[from + 1], &range[to],
			(sb->count - to) * sizeof(*range));
	range[from] = *merged;
	sb->count += 1 + from - to;
}

/**
 * mytcp_scoreboard_add() - a block is SACKed
 * @sb: scoreboard
 * @block: judged MYTCP_SACK_OK; one that does not fit changes nothing
 *
 * A binary search, and one move of the ranges behind, 8 KiB at most. Each range
 * that the block joins is gone afterwards, so what that costs has been paid for when
 * the range came.
 *
 * Context: any, no locks.
 * Return: octets that were not SACKed before.
 */
u32 mytcp_scoreboard_add(struct mytcp_scoreboard *sb,
			 const struct mytcp_sack_block *block)
{
	const struct mytcp_sack_block *range = ranges(sb);
	unsigned int from = count_before(sb, block->left);
	unsigned int to = count_from(sb, block->right), i;
	struct mytcp_sack_block merged = *block;
	u32 news;

	if (!mytcp_scoreboard_fits(sb, block))
		return 0;
	if (from < to && mytcp_seq_lt(range[from].left, merged.left))
		merged.left = range[from].left;
	if (from < to && mytcp_seq_gt(range[to - 1].right, merged.right))
		merged.right = range[to - 1].right;

	news = merged.right - merged.left;
	for (i = from; i < to; i++)
		news -= range[i].right - range[i].left;
	replace(sb, from, to, &merged);
	sb->sacked += news;
	return news;
}

/**
 * mytcp_scoreboard_advance() - SND.UNA has moved
 * @sb: scoreboard
 * @una: new SND.UNA
 *
 * Context: any, no locks.
 * Return: octets acknowledged now that had been SACKed, and so were delivered
 * before.
 */
u32 mytcp_scoreboard_advance(struct mytcp_scoreboard *sb, u32 una)
{
	struct mytcp_sack_block *range = ranges(sb);
	u32 before = sb->sacked;
	unsigned int gone, i;

	gone = count_before(sb, una + 1);
	for (i = 0; i < gone; i++)
		sb->sacked -= range[i].right - range[i].left;
	if (gone) {
		sb->count -= gone;
		memmove(range, range + gone, sb->count * sizeof(*range));
	}
	if (sb->count && mytcp_seq_lt(range->left, una)) {
		sb->sacked -= una - range->left;
		range->left = una;
	}

	return before - sb->sacked;
}

/**
 * mytcp_scoreboard_clear() - what the receiver has said is not to be relied upon
 * @sb: scoreboard; keeps its room
 *
 * RFC 2018 8: it may give up what it has not acknowledged.
 *
 * Context: any, no locks.
 */
void mytcp_scoreboard_clear(struct mytcp_scoreboard *sb)
{
	sb->count = 0;
	sb->sacked = 0;
}

/**
 * mytcp_scoreboard_holds() - is all of this SACKed?
 * @sb: scoreboard
 * @left: its first sequence number
 * @right: the one after its last
 *
 * Context: any, no locks.
 */
bool mytcp_scoreboard_holds(const struct mytcp_scoreboard *sb, u32 left,
			    u32 right)
{
	unsigned int i = count_before(sb, right);

	return i < sb->count && mytcp_seq_le(const_ranges(sb)[i].left, left);
}

/**
 * mytcp_scoreboard_reneged() - has the receiver given up what it held?
 * @sb: scoreboard, as advanced to @una
 * @una: SND.UNA
 *
 * RFC 2018 8: what is not acknowledged was SACKed. To be asked when the
 * retransmission timer runs out; mytcp_scoreboard_clear() is the answer.
 *
 * Context: any, no locks.
 */
bool mytcp_scoreboard_reneged(const struct mytcp_scoreboard *sb, u32 una)
{
	return sb->count && const_ranges(sb)->left == una;
}
