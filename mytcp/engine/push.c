// SPDX-License-Identifier: GPL-2.0
/*
 * What may be sent now: congestion window, peer's window, Nagle (RFC 9293
 * 3.7.4), silly window avoidance at the sender (3.8.6.2.1), pacing.
 */
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/pacing.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/spurious.h"
#include "mytcp/engine/tail.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/window.h"
#include "mytcp/sock/trace.h"

/*
 * Octets behind which a small segment is no burden, and holds back no other: the end of a
 * large message goes with it.
 */
#define AMPLE		32768
/* Segments that loopback takes at once, and the peer's softirq with it. */
#define AT_ONCE		8

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
	    !skb_queue_is_last(&sk->sk_write_queue, skb) ||
	    skb->len >= mytcp_window_half(ms))
		return false;
	if (ms->nonagle & MYTCP_NAGLE_PUSH)
		return false;
	if (ms->nonagle & MYTCP_NAGLE_CORK)
		return true;
	if (ms->nonagle & MYTCP_NAGLE_OFF)
		return false;
	/* Minshall: only a small segment under way holds the next one back. */
	return ms->snd_nxt != ms->snd_una &&
	       mytcp_seq_gt(ms->snd_sml, ms->snd_una) &&
	       ms->snd_nxt - ms->snd_sml < AMPLE;
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
	struct sk_buff *head = mytcp_sent_first(sk);

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

/* Where to look for lost segments from. */
static struct sk_buff *push_first_lost(const struct sock *sk)
{
	const struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	return bulk ? mytcp_sendq_find(sk, bulk->lost_from) : mytcp_sent_first(sk);
}

/* Send lost segments again while the congestion window lets us. */
static void push_lost(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head, *skb;

	if (push_trim_head(sk))
		return;
	head = mytcp_sent_first(sk);
	for (skb = push_first_lost(sk); skb; skb = skb_rb_next(skb)) {
		if (!ms->lost)
			return;
		if (!mytcp_cb(skb)->lost)
			continue;
		if (ms->bulk)
			ms->bulk->lost_from = mytcp_cb(skb)->seq;
		/* RFC 6582 3.2, steps 2 and 5: the hole goes whatever cwnd is. */
		if (mytcp_recovery_in_flight(sk) >= ms->cong.cwnd &&
		    (skb != head || ms->recovery != MYTCP_RECOVERY_FAST ||
		     mytcp_sacked_agreed(ms))) {
			ms->cwnd_limited = true;
			return;
		}
		/* SHLD-16: into a shrunk window only the oldest octets. */
		if (skb != head && !push_usable(ms, mytcp_cb(skb)->seq))
			return;
		/* all that follows waits for the oldest: it waits for nothing */
		if (skb != head && mytcp_sock_paces(sk) &&
		    mytcp_pacing_early(sk))
			return;
		if (mytcp_output_retransmit(sk, skb))
			return;
		/* RFC 6675 6: the copy is given a whole timeout */
		if (skb == head && !ms->retransmits &&
		    ms->timer_job == MYTCP_JOB_RETRANS)
			mytcp_timer_arm(sk, MYTCP_JOB_RETRANS, mytcp_timer_rto(ms));
		/* from now on an ACK may be for a copy */
		if (ms->bulk && skb != head)
			mytcp_frto_cancel(&ms->bulk->frto);
		push_count_again(sk);
	}
}

/*
 * RFC 5681 4.1: after an idle time above the RTO the old cwnd says little; nor does one
 * that was not filled for minutes.
 */
static void push_restart_after_idle(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->snd_nxt == ms->snd_una)
		mytcp_congestion_restart(sk, (u32)jiffies - ms->last_snd);
	if (mytcp_congestion_expired(ms))
		mytcp_congestion_expire(sk);
}

/* New segments that the congestion window leaves, or F-RTO (RFC 5682 2.1, 2b). */
static u32 push_room(const struct mytcp_sock *ms, u32 flight)
{
	u32 fresh;

	if (!mytcp_spurious_doubts(ms))
		return ms->cong.cwnd - min(ms->cong.cwnd, flight);
	fresh = DIV_ROUND_UP(ms->snd_nxt - ms->bulk->frto.recover, ms->mss);
	return MYTCP_FRTO_NEW_SEGMENTS - min_t(u32, fresh, MYTCP_FRTO_NEW_SEGMENTS);
}

/* Segments that may go together: in a burst, no more. */
static u32 push_quota(const struct sock *sk, const struct sk_buff *skb)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 quota = push_room(ms, mytcp_recovery_in_flight(sk));
	u32 least = MYTCP_PACE_SEGMENTS_LEAST, burst;

	if (quota <= least || skb->len <= least * ms->mss)
		return quota;
	/* it was made when the rate was another, or unknown */
	burst = mytcp_pacing_burst(sk);
	if (skb->len > burst)
		quota = min(quota, burst / ms->mss);
	return quota;
}

/* Octets of a probe of the path's MTU, -1 for none; 0: it waits for more room. */
static int push_probe(struct sock *sk)
{
	return mytcp_plpmtu_wanted(sk) ?
	       mytcp_plpmtu_probe(sk, mytcp_recovery_in_flight(sk)) : -1;
}

/* Returns true when a timer, or the device, will go on with what is held back. */
static bool push_each(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_write_queue))) {
		u32 quota = push_quota(sk, skb);
		int len = quota ? push_probe(sk) : 0;

		if (!len) {
			ms->cwnd_limited = true;
			return false;
		}
		if (len < 0)
			len = push_allowed(sk, skb, quota);
		if (len < 0)
			len = push_small_window(sk, skb);
		if (len < 0)
			return false;
		if (mytcp_pacing_holds(sk, skb, len))
			return true;
		/* Offload would repeat one urgent pointer in every segment. */
		if (ms->urg_mode)
			len = min_t(int, len, ms->mss);
		if (len < skb->len &&
		    mytcp_sendq_split_unsent(sk, skb, len, GFP_ATOMIC))
			return false;
		if (mytcp_output_first(sk, skb))
			return false;
	}
	return false;
}

/* A few go together: a peer on this host sees all of them when it looks at the first. */
static bool push_fresh(struct sock *sk)
{
	u32 waiting = skb_queue_len(&sk->sk_write_queue);
	bool together = waiting > 1 && waiting <= AT_ONCE, held;

	if (together)
		local_bh_disable();
	held = push_each(sk);
	if (together)
		local_bh_enable();
	return held;
}

/* @held: it is the pacer, or the device, that has more to send */
static enum mytcp_phase push_phase(const struct sock *sk, bool held)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	const struct sk_buff *skb = skb_peek(&sk->sk_write_queue);

	if (skb)
		return !held && !ms->cwnd_limited &&
		       push_usable(ms, mytcp_cb(skb)->seq) <
		       min_t(u32, skb->len, ms->mss) ?
		       MYTCP_PHASE_RWND : MYTCP_PHASE_BUSY;
	if (mytcp_sent_empty(sk))
		return MYTCP_PHASE_IDLE;
	return sk->sk_socket && test_bit(SOCK_NOSPACE, &sk->sk_socket->flags) ?
	       MYTCP_PHASE_SNDBUF : MYTCP_PHASE_BUSY;
}

/* For TCP_INFO: every ACK and every write ends here. */
static void push_note_phase(struct sock *sk, bool held)
{
	struct mytcp_algorithms_room *room =
		mytcp_algorithms_room(&mytcp_sk(sk)->cong);
	enum mytcp_phase phase;

	if (!room)
		return;
	phase = push_phase(sk, held);
	if (phase == room->phase)
		return;
	room->spent[room->phase] += (u32)jiffies - room->phase_since;
	room->phase_since = (u32)jiffies;
	room->phase = phase;
}

/* All was sent, and acknowledged: request and response end most ACKs so. */
static bool push_is_done(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return !mytcp_sendq_unsent(sk) && mytcp_sent_empty(sk) &&
	       !mytcp_algorithms_room(&ms->cong);
}

/* Apart, as half of the calls have nothing to do and need no registers for it. */
static noinline void push_all(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 before = ms->snd_nxt;
	bool held = false;

	if (!mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) && !mytcp_sock_is_early(sk))
		return;
	if (ms->lost && !mytcp_spurious_doubts(ms))
		push_lost(sk);
	if (mytcp_sendq_unsent(sk)) {
		push_restart_after_idle(sk);
		held = push_fresh(sk);
		ms->nonagle &= ~MYTCP_NAGLE_PUSH;
	}
	/* Nagle or memory has kept all back that was to tell: do without */
	if (mytcp_spurious_doubts(ms) && ms->snd_nxt == ms->bulk->frto.recover) {
		mytcp_frto_cancel(&ms->bulk->frto);
		push_lost(sk);
	}
	if (!mytcp_sendq_unsent(sk) && !ms->lost && !ms->cwnd_limited &&
	    mytcp_algorithms_rate(&ms->cong))
		mytcp_congestion_limited(sk, mytcp_recovery_in_flight(sk));
	push_note_phase(sk, held);
	if (!mytcp_sent_empty(sk)) {
		if (ms->timer_job == MYTCP_JOB_NONE ||
		    ms->timer_job == MYTCP_JOB_PROBE)
			mytcp_tail_arm(sk);
		else if (ms->snd_nxt != before)
			mytcp_tail_sent(sk);
	} else if (held) {
		/* it is not the peer's window that is waited for */
		if (ms->timer_job == MYTCP_JOB_PROBE)
			mytcp_timer_stop(sk);
	} else if (mytcp_sendq_unsent(sk) &&
		   ms->timer_job != MYTCP_JOB_PROBE) {
		/* SHLD-29: the first probe after one RTO */
		mytcp_timer_arm(sk, MYTCP_JOB_PROBE, mytcp_timer_rto(ms));
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
	if (!push_is_done(sk))
		push_all(sk);
}

/**
 * mytcp_output_continue() - what pacing, or the device, has held back may go
 * @sk: socket, locked, in any state
 */
void mytcp_output_continue(struct sock *sk)
{
	mytcp_output_push(sk);
	/* what is not sent is less now: TCP_NOTSENT_LOWAT */
	mytcp_sock_wake_writer(sk);
}

/* The pacer's job: softirq, drops a reference. */
static void push_continue(struct sock *sk)
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		mytcp_output_continue(sk);
	else if (!test_and_set_bit(MYTCP_DEFER_PUSH, mytcp_sock_deferred(sk)))
		sock_hold(sk);	/* dropped by release_cb */
	bh_unlock_sock(sk);
	sock_put(sk);
}

/**
 * mytcp_output_init() - who is called when held segments may go
 *
 * Context: module init.
 * Return: 0.
 */
int mytcp_output_init(void)
{
	mytcp_pacer_set_job(push_continue);
	return 0;
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
		    mytcp_sendq_split_unsent(sk, skb, len, GFP_ATOMIC))
			return false;
		return !mytcp_output_first(sk, skb);
	}
	mytcp_count(sock_net(sk), TCPWinProbe);
	mytcp_output_keepalive(sk);
	return false;
}

/* A segment of what was never sent, whatever the congestion window is. */
static bool push_one_fresh(struct sock *sk)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	int len = skb ? push_allowed(sk, skb, 1) : -1;

	if (len < 0 ||
	    (len < skb->len && mytcp_sendq_split_unsent(sk, skb, len, GFP_ATOMIC)))
		return false;
	mytcp_count(sock_net(sk), TCPLossProbes);
	return !mytcp_output_first(sk, skb);
}

/* The last segment sent, again. */
static void push_last_again(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb = skb_rb_last(mytcp_sent_tree(sk));

	if (skb->len > ms->mss) {
		if (mytcp_sendq_split_sent(sk, skb, rounddown(skb->len - 1, ms->mss),
					   GFP_ATOMIC))
			return;
		skb = skb_rb_next(skb);
	}
	mytcp_count(sock_net(sk), TCPLossProbes);
	mytcp_output_retransmit(sk, skb);
}

/**
 * mytcp_output_tail_probe() - the end of a flight is not acknowledged
 * @sk: socket, locked
 *
 * RFC 8985 7.3: new data where there is some and the peer's window takes it, else
 * the last segment. Whatever comes of it, the timeout is next.
 */
void mytcp_output_tail_probe(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	bool fresh;

	/* since it was armed, an ACK may have begun a recovery */
	if (bulk && !mytcp_sent_empty(sk) && mytcp_tail_wanted(sk)) {
		fresh = push_one_fresh(sk);
		if (!fresh)
			push_last_again(sk);
		mytcp_tlp_begin(&bulk->tlp, ms->snd_nxt, !fresh);
		bulk->probed = ms->snd_nxt - ms->snd_una;
	}
	mytcp_timer_arm(sk, MYTCP_JOB_RETRANS, mytcp_timer_rto(ms));
}
