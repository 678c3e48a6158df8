/* SPDX-License-Identifier: GPL-2.0 */
/* The receive window, and silly window avoidance at the receiver. */
#ifndef MYTCP_ENGINE_WINDOW_H
#define MYTCP_ENGINE_WINDOW_H

#include <linux/types.h>
#include "mytcp/sock/sock.h"

/* Right edge of what the peer may send, minus rcv_nxt; never negative. */
static inline u32 mytcp_window_left(const struct mytcp_sock *ms)
{
	s32 win = ms->rcv_wup + ms->rcv_wnd - ms->rcv_nxt;

	return win < 0 ? 0 : win;
}

u32 mytcp_window_space(const struct sock *sk);
u8 mytcp_window_scale_for(const struct sock *sk);
u16 mytcp_window_initial(const struct sock *sk, u32 mss);
u16 mytcp_window_select(struct sock *sk);
void mytcp_window_tune(struct sock *sk);
bool mytcp_window_worth_update(struct sock *sk);

/*
 * RFC 9293 3.8.6.2.1 (3): what is no silly segment, though it is less than a full one.
 * Where the MSS is near the peer's largest window, as over loopback, full segments would
 * have to wait until it has read all.
 */
#define MYTCP_WINDOW_HALF_LEAST	8192

static inline u32 mytcp_window_half(const struct mytcp_sock *ms)
{
	return max_t(u32, ms->max_window / 2, MYTCP_WINDOW_HALF_LEAST);
}

#endif /* MYTCP_ENGINE_WINDOW_H */
