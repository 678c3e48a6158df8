/* SPDX-License-Identifier: GPL-2.0 */
/* The SACK blocks a receiver reports, RFC 2018 4. */
#ifndef MYTCP_PROTO_SACKS_H
#define MYTCP_PROTO_SACKS_H

#include <linux/types.h>
#include "mytcp/proto/segment.h"

/**
 * struct mytcp_sacks - blocks to report, the one changed last in front
 * @count: blocks in use
 * @block: disjoint, not touching
 */
struct mytcp_sacks {
	u8 count;
	struct mytcp_sack_block block[MYTCP_MAX_SACKS];
};

void mytcp_sacks_add(struct mytcp_sacks *sacks, u32 left, u32 right);
void mytcp_sacks_advance(struct mytcp_sacks *sacks, u32 rcv_nxt);

#endif /* MYTCP_PROTO_SACKS_H */
