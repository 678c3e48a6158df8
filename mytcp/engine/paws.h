/* SPDX-License-Identifier: GPL-2.0 */
/* Protection against wrapped sequence numbers, RFC 7323 5. */
#ifndef MYTCP_ENGINE_PAWS_H
#define MYTCP_ENGINE_PAWS_H

#include <linux/types.h>
#include <linux/timekeeping.h>
#include "mytcp/proto/segment.h"
#include "mytcp/sock/sock.h"

/* RFC 7323 5.5: after 24 days of silence TS.Recent says nothing. */
#define MYTCP_PAWS_LIFE		(24 * 24 * 3600)
/* Ticks by which a segment of a connection may be older in any case. */
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

/*
 * What is sent again may overtake what was sent before it. With the RFC's own rule that
 * would be dropped, and have to be sent again, too. So from the first segment out of
 * order on (late_begins) what is as old as TS.Recent was then is not too old; until one
 * in order is as new as TS.Recent, and nothing beyond it is here (late_ends). Until
 * then sequence numbers do not come round.
 */
static inline void mytcp_paws_late_begins(struct mytcp_sock *ms)
{
	if (!ms->bulk->late)
		ms->bulk->ts_least = ms->ts_recent;
	ms->bulk->late = true;
}

static inline void mytcp_paws_late_ends(struct mytcp_sock *ms)
{
	if (ms->bulk && ms->bulk->late && !mytcp_sock_has_pieces(ms))
		ms->bulk->late = false;
}

/* What a connection's segments are measured by, in place of TS.Recent. */
static inline u32 mytcp_paws_least(const struct mytcp_sock *ms)
{
	return ms->bulk && ms->bulk->late ? ms->bulk->ts_least : ms->ts_recent;
}

#endif /* MYTCP_ENGINE_PAWS_H */
