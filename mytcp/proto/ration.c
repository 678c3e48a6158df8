// SPDX-License-Identifier: GPL-2.0
/*
 * A token bucket that counts nothing: what it remembers is when it will be full
 * again. Each token taken puts that off by the time in which one grows.
 */
#include "mytcp/proto/ration.h"

/**
 * mytcp_ration_take() - may there be one more?
 * @due: when the bucket is full again, in the unit of @now; 0 at first
 * @now: a clock that may wrap
 * @gap: time in which one token grows
 * @burst: tokens in a full bucket; @gap * @burst below 2^31
 *
 * A time that no token taken explains is a past one, or the clock has wrapped
 * since: the bucket is full.
 *
 * Context: any. Without a lock two callers may take one token together.
 * Return: true if there was a token, which is taken.
 */
bool mytcp_ration_take(u32 *due, u32 now, u32 gap, u32 burst)
{
	u32 ahead = *due - now;

	if (ahead > gap * burst)
		ahead = 0;
	if (ahead + gap > gap * burst)
		return false;
	*due = now + ahead + gap;
	return true;
}
