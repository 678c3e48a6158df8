/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Out-of-order data as a sorted list of disjoint intervals. The first copy of
 * an octet wins; a newcomer is trimmed to what is missing.
 */
#ifndef MYTCP_PROTO_REASM_H
#define MYTCP_PROTO_REASM_H

#include <linux/types.h>
#include <linux/list.h>

/**
 * struct mytcp_piece - an interval, embedded in whatever holds its octets
 * @node: in mytcp_reasm.pieces, ascending by @seq
 * @seq: first sequence number
 * @end: the one after the last
 */
struct mytcp_piece {
	struct list_head node;
	u32 seq;
	u32 end;
};

/**
 * struct mytcp_reasm - the intervals beyond RCV.NXT
 * @pieces: disjoint, ascending
 * @count: pieces in the list
 * @bytes: octets in the list
 */
struct mytcp_reasm {
	struct list_head pieces;
	u32 count;
	u32 bytes;
};

/* What mytcp_reasm_insert() did with a newcomer. */
enum mytcp_reasm_verdict {
	MYTCP_REASM_KEPT,	/* in the list, possibly trimmed at either end */
	MYTCP_REASM_DUP,	/* every octet was there already; not inserted */
};

void mytcp_reasm_init(struct mytcp_reasm *reasm);
enum mytcp_reasm_verdict
mytcp_reasm_insert(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
		   struct list_head *covered);
struct mytcp_piece *mytcp_reasm_first(const struct mytcp_reasm *reasm);
struct mytcp_piece *mytcp_reasm_last(const struct mytcp_reasm *reasm);
void mytcp_reasm_remove(struct mytcp_reasm *reasm, struct mytcp_piece *piece);
void mytcp_reasm_trim_head(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
			   u32 seq);

#endif /* MYTCP_PROTO_REASM_H */
