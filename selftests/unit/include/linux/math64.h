/* SPDX-License-Identifier: GPL-2.0 */
/* Divisions of 64 bits, which some machines have no instruction for; the host has. */
#ifndef MYTCP_UNIT_LINUX_MATH64_H
#define MYTCP_UNIT_LINUX_MATH64_H

#include <linux/types.h>

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

#endif /* MYTCP_UNIT_LINUX_MATH64_H */
