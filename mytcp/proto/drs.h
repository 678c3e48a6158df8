/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Dynamic right-sizing (Fisk and Feng, 2001): a receive window of twice what the
 * program reads in a round trip never is what holds a sender back.
 */
#ifndef MYTCP_PROTO_DRS_H
#define MYTCP_PROTO_DRS_H

#include <linux/types.h>

/**
 * struct mytcp_drs - one measure after another
 * @since_us: when this one began, microseconds; 0 before the first
 * @seq: what the program had read by then
 * @space: the most it has read in a round trip, octets
 */
struct mytcp_drs {
	u64 since_us;
	u32 seq;
	u32 space;
};

u32 mytcp_drs_read(struct mytcp_drs *drs, u32 copied_seq, u32 window, u32 mss,
		   u32 rtt_us, u64 now_us);

#endif /* MYTCP_PROTO_DRS_H */
