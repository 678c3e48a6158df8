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

#endif /* MYTCP_ENGINE_WINDOW_H */
