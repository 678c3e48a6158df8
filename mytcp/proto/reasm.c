// SPDX-License-Identifier: GPL-2.0
/* Out-of-order intervals, kept sorted and disjoint (RFC 9293 3.10.7.4, SHLD-31). */
#include <linux/types.h>
#include <linux/list.h>

#include "mytcp/proto/reasm.h"
#include "mytcp/proto/seq.h"

static struct mytcp_piece *piece_of(struct list_head *node)
{
	return list_entry(node, struct mytcp_piece, node);
}

/**
 * mytcp_reasm_init() - make an empty set of intervals
 * @reasm: the set
 *
 * Context: any, no locks.
 */
void mytcp_reasm_init(struct mytcp_reasm *reasm)
{
	INIT_LIST_HEAD(&reasm->pieces);
	reasm->count = 0;
	reasm->bytes = 0;
}

/*
 * Go back from the tail over the pieces that end no earlier than the newcomer.
 * One that begins inside it holds its last octets: they are cut off. Returns
 * the node of the first piece that ends earlier (the list's head when there is
 * none), or NULL when a piece holds all of the newcomer.
 */
static struct list_head *trim_tail(struct mytcp_reasm *reasm,
				   struct mytcp_piece *piece)
{
	struct list_head *at;

	for (at = reasm->pieces.prev; at != &reasm->pieces; at = at->prev) {
		const struct mytcp_piece *held = piece_of(at);

		if (mytcp_seq_lt(held->end, piece->end))
			break;
		if (mytcp_seq_le(held->seq, piece->seq))
			return NULL;
		if (mytcp_seq_lt(held->seq, piece->end))
			piece->end = held->seq;
	}

	return at;
}

/*
 * Go on back to the piece that begins no later than the newcomer, then forward
 * as long as pieces hold the newcomer's first octets: they are cut off. Every
 * piece visited ends before the newcomer does, so something is left of it.
 * Returns the node it belongs behind.
 */
static struct list_head *trim_front(struct mytcp_reasm *reasm,
				    struct mytcp_piece *piece,
				    struct list_head *at)
{
	while (at != &reasm->pieces &&
	       mytcp_seq_gt(piece_of(at)->seq, piece->seq))
		at = at->prev;

	if (at != &reasm->pieces && mytcp_seq_gt(piece_of(at)->end, piece->seq))
		piece->seq = piece_of(at)->end;

	while (at->next != &reasm->pieces &&
	       piece_of(at->next)->seq == piece->seq) {
		at = at->next;
		piece->seq = piece_of(at)->end;
	}

	return at;
}

/**
 * mytcp_reasm_insert() - add what is missing of a newcomer
 * @reasm: the set
 * @piece: the newcomer, in no list; cut to the octets it adds
 * @covered: list that takes the pieces the newcomer swallows, in ascending
 *	order; they are out of @reasm, the caller frees them
 *
 * The first copy of an octet wins: the newcomer loses at its front and at its
 * end what is held already. A piece strictly inside it would cut it in two,
 * while a piece stands for one buffer; such a piece is given up for the
 * newcomer's copy of the same octets, as Linux does.
 *
 * The search starts at the tail, since arrivals mostly ascend. Newcomer and
 * pieces must lie within 2^30 of each other.
 *
 * Context: any, no locks.
 * Return: MYTCP_REASM_KEPT, or MYTCP_REASM_DUP when nothing was missing: @piece
 * is then in no list, its bounds are not to be relied upon, and @covered is as
 * it was.
 */
enum mytcp_reasm_verdict
mytcp_reasm_insert(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
		   struct list_head *covered)
{
	struct list_head *at;

	if (mytcp_seq_ge(piece->seq, piece->end))
		return MYTCP_REASM_DUP;

	at = trim_tail(reasm, piece);
	if (!at)
		return MYTCP_REASM_DUP;
	at = trim_front(reasm, piece, at);

	while (at->next != &reasm->pieces &&
	       mytcp_seq_lt(piece_of(at->next)->seq, piece->end)) {
		struct mytcp_piece *swallowed = piece_of(at->next);

		mytcp_reasm_remove(reasm, swallowed);
		list_add_tail(&swallowed->node, covered);
	}

	list_add(&piece->node, at);
	reasm->count++;
	reasm->bytes += piece->end - piece->seq;
	return MYTCP_REASM_KEPT;
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
	return list_empty(&reasm->pieces) ? NULL : piece_of(reasm->pieces.next);
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
	return list_empty(&reasm->pieces) ? NULL : piece_of(reasm->pieces.prev);
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
	list_del_init(&piece->node);
	reasm->count--;
	reasm->bytes -= piece->end - piece->seq;
}

/**
 * mytcp_reasm_trim_head() - cut off the front of a piece
 * @reasm: the set
 * @piece: one of its pieces
 * @seq: where it is to begin; nothing is done unless this is inside the piece
 *	and behind its first octet: no piece is ever empty
 *
 * Context: any, no locks.
 */
void mytcp_reasm_trim_head(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
			   u32 seq)
{
	if (mytcp_seq_le(seq, piece->seq) || mytcp_seq_ge(seq, piece->end))
		return;

	reasm->bytes -= seq - piece->seq;
	piece->seq = seq;
}
