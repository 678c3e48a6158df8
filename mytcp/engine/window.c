// SPDX-License-Identifier: GPL-2.0
/*
 * The receive window: half of the free receive buffer, the other half being
 * the skbs' own weight, as Linux counts it; never shrunk (SHLD-14); opened only
 * by steps worth a segment (MUST-39).
 */
#include "mytcp/compat/memory.h"
#include "mytcp/engine/window.h"

#define TUNE_FROM	32768	/* octets: no request and no answer */
#define TUNE_RTT_US	200000	/* of a path that is not known, at most */

static u32 window_from_space(int space)
{
	return space > 0 ? space / 2 : 0;
}

/**
 * mytcp_window_space() - octets the receive buffer still has room for
 * @sk: socket, locked
 */
u32 mytcp_window_space(const struct sock *sk)
{
	return window_from_space(READ_ONCE(sk->sk_rcvbuf) -
				 READ_ONCE(sk->sk_backlog.len) -
				 atomic_read(&sk->sk_rmem_alloc));
}

static u32 window_full(const struct sock *sk)
{
	return window_from_space(READ_ONCE(sk->sk_rcvbuf));
}

/**
 * mytcp_window_scale_for() - the shift to offer, RFC 7323 2.2
 * @sk: socket, or the listener of one
 *
 * Large enough for the largest buffer the socket may grow to.
 */
u8 mytcp_window_scale_for(const struct sock *sk)
{
	u32 space = mytcp_net(sock_net(sk))->rmem[2];

	if (sk->sk_userlocks & SOCK_RCVBUF_LOCK)
		space = READ_ONCE(sk->sk_rcvbuf);
	if (mytcp_sk(sk)->window_clamp)
		space = min(space, mytcp_sk(sk)->window_clamp);
	/* so many that what is left fits into the field's 16 bits */
	return clamp(fls(space) - 16, 0, MYTCP_WSCALE_MAX);
}

/**
 * mytcp_window_initial() - the window field of a SYN, never scaled
 * @sk: socket, or the listener of one
 * @mss: MSS we announce
 *
 * A multiple of the MSS, and not above what an unscaled field can tell.
 */
u16 mytcp_window_initial(const struct sock *sk, u32 mss)
{
	u32 space = min_t(u32, window_full(sk), U16_MAX);

	if (mytcp_sk(sk)->window_clamp)
		space = min(space, mytcp_sk(sk)->window_clamp);
	return space > mss && mss ? rounddown(space, mss) : space;
}

/* The window to advertise now, bytes from rcv_nxt. */
static u32 window_next(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 left = mytcp_window_left(ms);
	u32 full = window_full(sk);
	u32 space = mytcp_window_space(sk);
	u32 step = min_t(u32, full / 2, ms->rcv_mss);

	if (ms->window_clamp)
		space = min(space, ms->window_clamp);
	space = min_t(u32, space, (u32)U16_MAX << ms->rcv_wscale);
	/* RFC 9293 3.8.6.2.2: the edge stays until it can move by a step */
	if (space <= left || space - left < step)
		return ALIGN(left, 1U << ms->rcv_wscale);
	return ALIGN_DOWN(space, 1U << ms->rcv_wscale);
}

/**
 * mytcp_window_select() - choose the window of the segment about to go out
 * @sk: socket, locked
 *
 * Return: the window field, scaled.
 */
u16 mytcp_window_select(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 before = ms->rcv_wnd;
	u32 next;

	next = min_t(u32, window_next(sk), (u32)U16_MAX << ms->rcv_wscale);
	ms->rcv_wnd = next;
	ms->rcv_wup = ms->rcv_nxt;
	if (!next && before)
		mytcp_count(sock_net(sk), TCPToZeroWindowAdv);
	else if (next && !before)
		mytcp_count(sock_net(sk), TCPFromZeroWindowAdv);
	return next >> ms->rcv_wscale;
}

/**
 * mytcp_window_tune() - after a read: let the buffer follow what is read
 * @sk: socket, locked
 *
 * Up to rmem's maximum; never against SO_RCVBUF, nor when memory is short.
 */
void mytcp_window_tune(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk;
	u32 want;

	if (mytcp_tally(ms)->bytes_received < TUNE_FROM ||
	    (sk->sk_userlocks & SOCK_RCVBUF_LOCK) ||
	    !READ_ONCE(mn->moderate_rcvbuf))
		return;
	bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	if (!bulk)
		return;
	want = mytcp_drs_read(&bulk->drs, ms->copied_seq, window_full(sk),
			      ms->rcv_mss,
			      min_t(u32, ms->rtt.min_us, TUNE_RTT_US),
			      mytcp_clock_us());
	/* half of the buffer is the window */
	want = min_t(u32, want, READ_ONCE(mn->rmem[2]) / 2);
	if (2 * want > READ_ONCE(sk->sk_rcvbuf) && !sk_under_memory_pressure(sk))
		WRITE_ONCE(sk->sk_rcvbuf, 2 * want);
}

/**
 * mytcp_window_worth_update() - after a read: shall the peer hear of the room?
 * @sk: socket, locked
 *
 * Return: true when the window would at least double.
 */
bool mytcp_window_worth_update(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 left = mytcp_window_left(ms);
	u32 next;

	if (2 * left > window_full(sk))
		return false;
	next = window_next(sk);
	return next && next >= 2 * left;
}
