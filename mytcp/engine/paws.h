/* SPDX-License-Identifier: GPL-2.0 */
/* Protection against wrapped sequence numbers, RFC 7323 5. */
#ifndef MYTCP_ENGINE_PAWS_H
#define MYTCP_ENGINE_PAWS_H

#include <linux/types.h>
#include <linux/timekeeping.h>
#include "mytcp/proto/segment.h"

/* RFC 7323 5.5: after 24 days of silence TS.Recent says nothing. */
#define MYTCP_PAWS_LIFE		(24 * 24 * 3600)
/*
 * Ticks by which a segment of a connection may be older. What is sent again may
 * overtake what was sent a moment before it: with the RFC's own rule that would be
 * dropped, and have to be sent again, too.
 */
#define MYTCP_PAWS_OVERTAKEN	1

/**
 * mytcp_paws_old() - is a segment's timestamp older than the last one's?
 * @seg: the segment
 * @recent: TS.Recent
 * @stamp: when it was taken, seconds; 0 for never
 * @by: ticks that do not count yet
 */
static inline bool mytcp_paws_old(const struct mytcp_seg *seg, u32 recent,
				  time64_t stamp, int by)
{
	return (seg->opts.has & MYTCP_HAS_TS) && stamp &&
	       (s32)(recent - seg->opts.tsval) > by &&
	       ktime_get_seconds() < stamp + MYTCP_PAWS_LIFE;
}

#endif /* MYTCP_ENGINE_PAWS_H */
