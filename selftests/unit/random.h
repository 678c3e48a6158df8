/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that are the same in every run (splitmix64, Steele et al. 2014). */
#ifndef MYTCP_UNIT_RANDOM_H
#define MYTCP_UNIT_RANDOM_H

#include <linux/types.h>

static inline u64 random_u64(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static inline u32 random_u32(u64 *state)
{
	return random_u64(state) >> 32;
}

/* 0 ... @limit - 1 */
static inline u32 random_below(u64 *state, u32 limit)
{
	return random_u32(state) % limit;
}

#endif /* MYTCP_UNIT_RANDOM_H */
