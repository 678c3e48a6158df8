// SPDX-License-Identifier: GPL-2.0
/* How large a receive window should be. */
#include <linux/types.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "mytcp/proto/drs.h"

#define SEGMENTS_MORE	16	/* for a sender that has only begun */
#define SEGMENTS_FIRST	10	/* its initial window, RFC 6928: more is growth */

/**
 * mytcp_drs_read() - the program has read
 * @drs: state; zeroed before the first call
 * @copied_seq: sequence number after the last octet it has read
 * @window: that the peer has while all is read, octets: the first measure is compared
 *	with half of it, or with an initial window
 * @mss: octets of a segment
 * @rtt_us: smallest round trip, microseconds
 * @now_us: clock, microseconds, not 0
 *
 * A sender in slow start doubles what it sends with each round trip: when more was
 * read than ever before, the window keeps pace with the next two.
 *
 * Context: any, no locks.
 * Return: the window that there should be, octets; 0 while it is as it should be.
 */
u32 mytcp_drs_read(struct mytcp_drs *drs, u32 copied_seq, u32 window, u32 mss,
		   u32 rtt_us, u64 now_us)
{
	u32 copied = copied_seq - drs->seq;
	u32 wanted = 0;

	if (!drs->since_us) {
		drs->space = min(window / 2, SEGMENTS_FIRST * mss);
	} else {
		if (now_us - drs->since_us < rtt_us)
			return 0;
		if (copied > drs->space) {
			u64 most = 2ULL * copied + (u64)SEGMENTS_MORE * mss;

			most += div_u64(most * (copied - drs->space),
					max(drs->space, 1U));
			wanted = min_t(u64, most, S32_MAX);
			drs->space = copied;
		}
	}
	drs->since_us = now_us;
	drs->seq = copied_seq;
	return wanted;
}
