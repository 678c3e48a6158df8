/* SPDX-License-Identifier: GPL-2.0 */
/* The clock of mytcp/sock/sock.h. */
#ifndef UNIT_FAKE_SOCK_H
#define UNIT_FAKE_SOCK_H

#include "kernel.h"

static inline s32 mytcp_clock_left(u32 at)
{
	return at - (u32)jiffies;
}

static inline unsigned long mytcp_clock_jiffies(u32 at)
{
	return jiffies + mytcp_clock_left(at);
}

#endif /* UNIT_FAKE_SOCK_H */
