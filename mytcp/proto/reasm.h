/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Out-of-order data as a tree of disjoint intervals. The first copy of an octet
 * wins; a newcomer is trimmed to what is missing.
 */
#ifndef MYTCP_PROTO_REASM_H
#define MYTCP_PROTO_REASM_H

#include <linux/types.h>
#include <linux/rbtree.h>

/**
 * struct mytcp_piece - an interval, embedded in whatever holds its octets
 * @node: in mytcp_reasm.root, ascending by @seq
 * @next: of a piece that was given up: the one behind it, or NULL
 * @seq: first sequence number
 * @end: the one after the last
 */
struct mytcp_piece {
	union {
		struct rb_node node;
		struct mytcp_piece *next;
	};
	u32 seq;
	u32 end;
};

/**
 * struct mytcp_reasm - the intervals beyond RCV.NXT
 * @root: disjoint, ascending
 * @last: the piece farthest from RCV.NXT, where most newcomers go; NULL for none
 * @count: pieces in the tree
 * @bytes: octets in the tree
 */
struct mytcp_reasm {
	struct rb_root root;
	struct mytcp_piece *last;
	u32 count;
	u32 bytes;
};

/* What mytcp_reasm_insert() did with a newcomer. */
enum mytcp_reasm_verdict {
	MYTCP_REASM_KEPT,	/* in the tree, possibly trimmed at either end */
	MYTCP_REASM_DUP,	/* every octet was there already; not inserted */
};

void mytcp_reasm_init(struct mytcp_reasm *reasm);
enum mytcp_reasm_verdict
mytcp_reasm_insert(struct mytcp_reasm *reasm, struct mytcp_piece *piece,
		   struct mytcp_piece **covered);
struct mytcp_piece *mytcp_reasm_first(const struct mytcp_reasm *reasm);
struct mytcp_piece *mytcp_reasm_last(const struct mytcp_reasm *reasm);
struct mytcp_piece *mytcp_reasm_next(const struct mytcp_piece *piece);
struct mytcp_piece *mytcp_reasm_touched(const struct mytcp_piece *piece);
void mytcp_reasm_join(struct mytcp_reasm *reasm, struct mytcp_piece *to,
		      struct mytcp_piece *piece);
void mytcp_reasm_remove(struct mytcp_reasm *reasm, struct mytcp_piece *piece);

#endif /* MYTCP_PROTO_REASM_H */
