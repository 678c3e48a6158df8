/* SPDX-License-Identifier: GPL-2.0 */
/* Comparison of sequence numbers modulo 2^32, RFC 9293 3.4. */
#ifndef MYTCP_PROTO_SEQ_H
#define MYTCP_PROTO_SEQ_H

#include <linux/types.h>

/* True when @a stands before @b in sequence space. */
static inline bool mytcp_seq_lt(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool mytcp_seq_le(u32 a, u32 b)
{
	return (s32)(a - b) <= 0;
}

static inline bool mytcp_seq_gt(u32 a, u32 b)
{
	return (s32)(a - b) > 0;
}

static inline bool mytcp_seq_ge(u32 a, u32 b)
{
	return (s32)(a - b) >= 0;
}

/* True when @x lies in the closed range [@low, @high]. */
static inline bool mytcp_seq_between(u32 x, u32 low, u32 high)
{
	return high - low >= x - low;
}

#endif /* MYTCP_PROTO_SEQ_H */
