/* SPDX-License-Identifier: GPL-2.0 */
/* The smallest round trip of late, RFC 8985 6.2 step 1. */
#ifndef MYTCP_PROTO_MINRTT_H
#define MYTCP_PROTO_MINRTT_H

#include <linux/types.h>

#define MYTCP_MINRTT_NONE	0xffffffffU

/**
 * struct mytcp_minrtt - the minimum over a window of time
 * @since_us: when the current half of the window began, microseconds
 * @now_us: smallest sample of this half; MYTCP_MINRTT_NONE before the first
 * @before_us: smallest sample of the half before; MYTCP_MINRTT_NONE for none
 *
 * Two halves instead of the best samples in order: what has been the minimum is
 * forgotten between half a window and a window later, which is all that a path
 * that has become longer asks for, and a sample costs two comparisons.
 */
struct mytcp_minrtt {
	u64 since_us;
	u32 now_us;
	u32 before_us;
};

void mytcp_minrtt_init(struct mytcp_minrtt *filter);
void mytcp_minrtt_sample(struct mytcp_minrtt *filter, u32 sample_us, u64 clock_us,
			 u64 window_us);
u32 mytcp_minrtt_us(const struct mytcp_minrtt *filter);

#endif /* MYTCP_PROTO_MINRTT_H */
