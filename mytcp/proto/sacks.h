/* SPDX-License-Identifier: GPL-2.0 */
/* The SACK blocks a receiver reports, RFC 2018 4 and RFC 2883 4. */
#ifndef MYTCP_PROTO_SACKS_H
#define MYTCP_PROTO_SACKS_H

#include <linux/types.h>
#include "mytcp/proto/segment.h"

/**
 * struct mytcp_sacks - blocks to report, the one changed last in front
 * @count: blocks in use
 * @has_twice: @twice is still to be reported
 * @twice: octets of the last segment that had been received before
 * @block: disjoint, not touching
 */
struct mytcp_sacks {
	u8 count;
	bool has_twice;
	struct mytcp_sack_block twice;
	struct mytcp_sack_block block[MYTCP_MAX_SACKS];
};

void mytcp_sacks_add(struct mytcp_sacks *sacks, u32 left, u32 right);
void mytcp_sacks_advance(struct mytcp_sacks *sacks, u32 rcv_nxt);
void mytcp_sacks_retreat(struct mytcp_sacks *sacks, u32 seq);
void mytcp_sacks_twice(struct mytcp_sacks *sacks, u32 left, u32 right,
		       u32 rcv_nxt);
unsigned int mytcp_sacks_report(struct mytcp_sacks *sacks,
				struct mytcp_sack_block *report,
				unsigned int room);

/* Is there anything to report? */
static inline bool mytcp_sacks_any(const struct mytcp_sacks *sacks)
{
	return sacks->count || sacks->has_twice;
}

#endif /* MYTCP_PROTO_SACKS_H */
