// SPDX-License-Identifier: GPL-2.0
/*
 * What may be sent now: congestion window, peer's window, Nagle (RFC 9293
 * 3.7.4), silly window avoidance at the sender (3.8.6.2.1).
 */
#include "mytcp/engine/output.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/trace.h"

/* Octets the peer's window still takes from @seq on; MUST-34: never negative. */
static u32 push_usable(const struct mytcp_sock *ms, u32 seq)
{
	s32 room = ms->snd_una + ms->snd_wnd - seq;

	return room < 0 ? 0 : room;
}

/* Shall a segment below the MSS wait for more data, or for an ACK? */
static bool push_nagle_holds(const struct sock *sk, const struct sk_buff *skb)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if ((mytcp_cb(skb)->flags & MYTCP_FIN) ||
	    !skb_queue_is_last(&sk->sk_write_queue, skb))
		return false;
	if (ms->nonagle & MYTCP_NAGLE_PUSH)
		return false;
	if (ms->nonagle & MYTCP_NAGLE_CORK)
		return true;
	if (ms->nonagle & MYTCP_NAGLE_OFF)
		return false;
	/* Minshall: only a small segment under way holds the next one back. */
	return ms->snd_nxt != ms->snd_una &&
	       mytcp_seq_gt(ms->snd_sml, ms->snd_una);
}

/*
 * Octets of the first unsent skb that may go, -1 for none; a FIN alone is 0.
 * @quota is what the congestion window leaves, in segments.
 */
static int push_allowed(const struct sock *sk, const struct sk_buff *skb,
			u32 quota)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 usable = push_usable(ms, mytcp_cb(skb)->seq);
	u32 can = min_t(u64, usable, (u64)quota * ms->mss);
	u32 len = skb->len;

	if (len >= ms->mss) {
		u32 tail = len % ms->mss;

		if (can < len)
			return can >= ms->mss ? rounddown(can, ms->mss) : -1;
		/* The FIN behind the last octet needs its place, too. */
		if (usable < mytcp_cb(skb)->end - mytcp_cb(skb)->seq)
			return tail ? len - tail : len - ms->mss ?: -1;
		if (tail && push_nagle_holds(sk, skb))
			return len - tail;
		return len;
	}
	if (usable < mytcp_cb(skb)->end - mytcp_cb(skb)->seq || !usable)
		return -1;
	return push_nagle_holds(sk, skb) ? -1 : (int)len;
}

/*
 * RFC 9293 3.8.6.2.1 (3): nothing in flight and a window below the segment,
 * but at least half of the largest seen: use it.
 */
static int push_small_window(const struct sock *sk, const struct sk_buff *skb)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 usable = push_usable(ms, mytcp_cb(skb)->seq);

	if (ms->snd_nxt != ms->snd_una || !usable || usable >= skb->len ||
	    usable < ms->max_window / 2)
		return -1;
	return usable;
}

/* Forget what is acknowledged of the oldest skb, before it goes out again. */
static int push_trim_head(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head = skb_peek(&ms->send_queue);

	if (!head || !mytcp_seq_lt(mytcp_cb(head)->seq, ms->snd_una))
		return 0;
	/* All but its FIN acknowledged: nothing to cut, the FIN goes as it is */
	if (ms->snd_una - mytcp_cb(head)->seq >= head->len)
		return 0;
	return mytcp_sendq_trim(sk, head, ms->snd_una);
}

/* The timer's own retransmission is TCPTimeouts', what follows it slow start's. */
static void push_count_again(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->recovery == MYTCP_RECOVERY_FAST)
		mytcp_count(sock_net(sk), TCPFastRetrans);
	else if (ms->recovery == MYTCP_RECOVERY_LOSS && !ms->retransmits &&
		 !ms->probes_out)
		mytcp_count(sock_net(sk), TCPSlowStartRetrans);
}

/* Send lost segments again while the congestion window lets us. */
static void push_lost(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head, *skb;

	if (push_trim_head(sk))
		return;
	head = skb_peek(&ms->send_queue);
	skb_queue_walk(&ms->send_queue, skb) {
		if (!ms->lost)
			return;
		if (!mytcp_cb(skb)->lost)
			continue;
		/* RFC 6582 3.2, steps 2 and 5: the hole goes whatever cwnd is. */
		if (mytcp_recovery_in_flight(sk) >= ms->cong.cwnd &&
		    (skb != head || ms->recovery != MYTCP_RECOVERY_FAST)) {
			ms->cwnd_limited = true;
			return;
		}
		/* SHLD-16: into a shrunk window only the oldest octets. */
		if (skb != head && !push_usable(ms, mytcp_cb(skb)->seq))
			return;
		if (mytcp_output_retransmit(sk, skb))
			return;
		push_count_again(sk);
	}
}

/* RFC 5681 4.1: after an idle time above the RTO the old cwnd says nothing. */
static void push_restart_after_idle(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 idle = (u32)jiffies - ms->last_snd;
	u32 was = ms->cong.cwnd;

	if (ms->snd_nxt != ms->snd_una || idle <= mytcp_timer_rto(ms))
		return;
	ms->cong.cwnd = min_t(u32, was, MYTCP_CONG_IW);
	mytcp_trace_cwnd(sk, was, ms->cong.ssthresh);
}

static void push_fresh(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_write_queue))) {
		u32 flight = mytcp_recovery_in_flight(sk);
		int len;

		if (flight >= ms->cong.cwnd) {
			ms->cwnd_limited = true;
			return;
		}
		len = push_allowed(sk, skb, ms->cong.cwnd - flight);
		if (len < 0)
			len = push_small_window(sk, skb);
		if (len < 0)
			return;
		/* Offload would repeat one urgent pointer in every segment. */
		if (ms->urg_mode)
			len = min_t(int, len, ms->mss);
		if (len < skb->len &&
		    mytcp_sendq_split(sk, &sk->sk_write_queue, skb, len,
				      GFP_ATOMIC))
			return;
		if (mytcp_output_first(sk, skb))
			return;
	}
}

/**
 * mytcp_output_push() - send what the windows and Nagle allow
 * @sk: socket, locked
 *
 * Sees to it that a timer runs whenever something is left to be done.
 */
void mytcp_output_push(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) && !mytcp_sock_is_early(sk))
		return;
	if (ms->lost)
		push_lost(sk);
	if (mytcp_sendq_unsent(sk)) {
		push_restart_after_idle(sk);
		push_fresh(sk);
		ms->nonagle &= ~MYTCP_NAGLE_PUSH;
	}
	if (!skb_queue_empty(&ms->send_queue)) {
		if (ms->timer_job != MYTCP_JOB_RETRANS)
			mytcp_timer_arm(sk, MYTCP_JOB_RETRANS,
					mytcp_timer_rto(ms));
	} else if (mytcp_sendq_unsent(sk) &&
		   ms->timer_job != MYTCP_JOB_PROBE) {
		/* SHLD-29: the first probe after one RTO */
		mytcp_timer_arm(sk, MYTCP_JOB_PROBE, mytcp_timer_rto(ms));
	}
}

/**
 * mytcp_output_probe() - nothing in flight and data waiting for a window
 * @sk: socket, locked
 *
 * With a window, the override timeout of RFC 9293 3.8.6.2.1: send what fits,
 * however small. Without, ask (MUST-36).
 *
 * Return: true when data went out.
 */
bool mytcp_output_probe(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	u32 usable;

	if (!skb)
		return false;
	usable = push_usable(ms, mytcp_cb(skb)->seq);
	if (usable) {
		u32 len = min3(usable, (u32)ms->mss, (u32)skb->len);

		if (len < skb->len &&
		    mytcp_sendq_split(sk, &sk->sk_write_queue, skb, len,
				      GFP_ATOMIC))
			return false;
		return !mytcp_output_first(sk, skb);
	}
	mytcp_count(sock_net(sk), TCPWinProbe);
	mytcp_output_keepalive(sk);
	return false;
}
