/* SPDX-License-Identifier: GPL-2.0 */
/* So much of something in a time, and no more: a token bucket in one word. */
#ifndef MYTCP_PROTO_RATION_H
#define MYTCP_PROTO_RATION_H

#include <linux/types.h>

bool mytcp_ration_take(u32 *due, u32 now, u32 gap, u32 burst);

#endif /* MYTCP_PROTO_RATION_H */
