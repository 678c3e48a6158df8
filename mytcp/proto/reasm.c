// SPDX-License-Identifier: GPL-2.0
/* Out-of-order intervals, kept sorted and disjoint (RFC 9293 3.10.7.4, SHLD-31). */
#include <linux/types.h>
#include <linux/rbtree.h>

#include "mytcp/proto/reasm.h"
#include "mytcp/proto/seq.h"

static struct mytcp_piece *piece_of(struct rb_node *node)
{
	return node ? rb_entry(node, struct mytcp_piece, node) : NULL;
}

/**
 * mytcp_reasm_init() - make an empty set of intervals
 * @reasm: the set
 *
 * Context: any, no locks.
 */
void mytcp_reasm_init(struct mytcp_reasm *reasm)
{
	reasm->root = RB_ROOT;
	reasm->last = NULL;
	reasm->count = 0;
	reasm->bytes = 0;
}

/**
 * mytcp_reasm_first() - the piece nearest to RCV.NXT
 * @reasm: the set
 *
 * Context: any, no locks.
 * Return: the piece, still in the set; NULL when the set is empty.
 */
struct mytcp_piece *mytcp_reasm_first(const struct mytcp_reasm *reasm)
{
	return piece_of(rb_first(&reasm->root));
}

/**
 * mytcp_reasm_last() - the piece farthest from RCV.NXT
 * @reasm: the set
 *
 * Context: any, no locks.
 * Return: the piece, still in the set; NULL when the set is empty.
 */
struct mytcp_piece *mytcp_reasm_last(const struct mytcp_reasm *reasm)
{
	return reasm->last;
}

/**
 * mytcp_reasm_next() - the piece behind another
 * @piece: in a set
 *
 * Context: any, no locks.
 * Return: the piece, still in the set; NULL when there is none.
 */
struct mytcp_piece *mytcp_reasm_next(const struct mytcp_piece *piece)
{
	return piece_of(rb_next(&piece->node));
}

/* The last piece that begins at @seq or before it; NULL when there is none. */
static struct mytcp_piece *find_before(const struct mytcp_reasm *reasm, u32 seq)
{
	struct rb_node *node = reasm->root.rb_node;
	struct mytcp_piece *found = NULL;

	if (reasm->last && mytcp_seq_le(reasm->last->seq, seq))
		return reasm->last;

	while (node) {
		struct mytcp_piece *held = piece_of(node);

		if (mytcp_seq_le(held->seq, seq)) {
			found = held;
			node = node->rb_right;
		} else {
			node = node->rb_left;
		}
	}

	return found;
}

/*
 * Cut off the last octets of the newcomer as long as a piece holds them. False:
 * nothing is left.
 */
static bool trim_tail(const struct mytcp_reasm *reasm, struct mytcp_piece *piece)
{
	const struct mytcp_piece *held = find_before(reasm, piece->end - 1);

	while (held && mytcp_seq_ge(held->end, piece->end)) {
		if (mytcp_seq_le(held->seq, piece->seq))
			return false;
		piece->end = held->seq;
		held = piece_of(rb_prev(&held->node));
	}

	return true;
}

/*
 * Cut off the first octets of the newcomer as long as a piece holds them. Its
 * last octet is missing, so something is left of it. Returns the piece that it
 * belongs behind; NULL when it comes first.
 */
static struct mytcp_piece *trim_front(const struct mytcp_reasm *reasm,
				      struct mytcp_piece *piece)
{
	struct mytcp_piece *at = find_before(reasm, piece->seq);
	struct mytcp_piece *next;

	if (at && mytcp_seq_gt(at->end, piece->seq))
		piece->seq = at->end;

	for (next = at ? mytcp_reasm_next(at) : NULL;
	     next && next->seq == piece->seq; next = mytcp_reasm_next(at)) {
		at = next;
		piece->seq = at->end;
	}

	return at;
}

/* Take out what lies inside the newcomer, behind @at: pieces in ascending order. */
static struct mytcp_piece *swallow(struct mytcp_reasm *reasm,
				   const struct mytcp_piece *piece,
				   const struct mytcp_piece *at)
{
	struct mytcp_piece *next = at ? mytcp_reasm_next(at) :
				   mytcp_reasm_first(reasm);
	struct mytcp_piece *covered = NULL, **link = &covered;

	while (next && mytcp_seq_lt(next->seq, piece->end)) {
		struct mytcp_piece *swallowed = next;

		next = mytcp_reasm_next(swallowed);
		mytcp_reasm_remove(reasm, swallowed);
		swallowed->next = NULL;
		*link = swallowed;
		link = &swallowed->next;
	}

	return covered;
}

/* The place right behind @at is free at @at itself or at its successor. */
static void put_behind(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
		       struct mytcp_piece *at)
{
	struct rb_node *parent = at ? &at->node : NULL;
	struct rb_node **link = at ? &at->node.rb_right : &reasm->root.rb_node;

	while (*link) {
		parent = *link;
		link = &parent->rb_left;
	}
	rb_link_node(&piece->node, parent, link);
	rb_insert_color(&piece->node, &reasm->root);
	if (reasm->last == at)
		reasm->last = piece;
	reasm->count++;
	reasm->bytes += piece->end - piece->seq;
}

/**
 * mytcp_reasm_insert() - add what is missing of a newcomer
 * @reasm: the set
 * @piece: the newcomer, in no set; cut to the octets it adds
 * @covered: set to the first of the pieces that the newcomer swallows, which
 *	follow each other by mytcp_piece.next in ascending order; NULL for none.
 *	They are out of @reasm, the caller frees them
 *
 * The first copy of an octet wins: the newcomer loses at its front and at its
 * end what is held already. A piece strictly inside it would cut it in two,
 * while a piece stands for one buffer; such a piece is given up for the
 * newcomer's copy of the same octets, as Linux does.
 *
 * Costs the logarithm of the number of pieces, and a step for each piece that
 * the newcomer overlaps: no more of them than it has octets. What comes behind
 * all others is not searched for. Newcomer and pieces must lie within 2^30 of
 * each other.
 *
 * Context: any, no locks.
 * Return: MYTCP_REASM_KEPT, or MYTCP_REASM_DUP when nothing was missing: @piece
 * is then in no set, and its bounds are not to be relied upon.
 */
enum mytcp_reasm_verdict
mytcp_reasm_insert(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
		   struct mytcp_piece **covered)
{
	struct mytcp_piece *at;

	*covered = NULL;
	if (mytcp_seq_ge(piece->seq, piece->end) || !trim_tail(reasm, piece))
		return MYTCP_REASM_DUP;

	at = trim_front(reasm, piece);
	*covered = swallow(reasm, piece, at);
	put_behind(reasm, piece, at);
	return MYTCP_REASM_KEPT;
}

/**
 * mytcp_reasm_touched() - the piece that ends where another begins
 * @piece: that other one, in a set
 *
 * Context: any, no locks.
 * Return: it, or NULL: there is a hole before @piece.
 */
struct mytcp_piece *mytcp_reasm_touched(const struct mytcp_piece *piece)
{
	struct mytcp_piece *to = piece_of(rb_prev(&piece->node));

	return to && to->end == piece->seq ? to : NULL;
}

/**
 * mytcp_reasm_join() - two pieces become one
 * @reasm: the set
 * @to: mytcp_reasm_touched() of @piece; has the octets of both from now on
 * @piece: the caller's afterwards
 *
 * Context: any, no locks.
 */
void mytcp_reasm_join(struct mytcp_reasm *reasm, struct mytcp_piece *to,
		      struct mytcp_piece *piece)
{
	mytcp_reasm_remove(reasm, piece);
	reasm->bytes += piece->end - piece->seq;
	to->end = piece->end;
}

/**
 * mytcp_reasm_remove() - take a piece out
 * @reasm: the set
 * @piece: one of its pieces; the caller's afterwards
 *
 * Context: any, no locks.
 */
void mytcp_reasm_remove(struct mytcp_reasm *reasm, struct mytcp_piece *piece)
{
	if (piece == reasm->last)
		reasm->last = piece_of(rb_prev(&piece->node));
	rb_erase(&piece->node, &reasm->root);
	reasm->count--;
	reasm->bytes -= piece->end - piece->seq;
}
