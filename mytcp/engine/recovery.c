// SPDX-License-Identifier: GPL-2.0
/*
 * Loss recovery: with SACK as RACK has it (RFC 8985) and at the rate of PRR (RFC
 * 9937), without as NewReno has it (RFC 5681 3.2, RFC 6582); and the state after a
 * timeout. Segments are marked; output sends them again as the window allows.
 */
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/spurious.h"
#include "mytcp/engine/timer.h"
#include "mytcp/proto/scoreboard.h"
#include "mytcp/sock/trace.h"

#define MOST_WAITING	32	/* whose time is not over, looked at for each ACK */

/* Octets sent, neither acknowledged nor SACKed nor lost. */
static u32 recovery_pipe(const struct mytcp_sock *ms)
{
	u32 out = ms->snd_nxt - ms->snd_una;
	u32 gone = ms->lost + (ms->bulk ? ms->bulk->sacked : 0);

	return out - min(out, gone);
}

/**
 * mytcp_recovery_segments() - mytcp_recovery_in_flight(), when something was sent
 * @ms: socket, locked
 *
 * A SACK, or without it a duplicate ACK, tells that a segment left the network, a
 * mark that one is lost.
 */
u32 mytcp_recovery_segments(const struct mytcp_sock *ms)
{
	u32 segs = DIV_ROUND_UP(recovery_pipe(ms), max_t(u32, ms->mss, 1));

	return segs - min_t(u32, segs, ms->dupacks);
}

/* Mark the oldest segment: one MSS of the oldest skb, not all of it. */
static void recovery_mark_head(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head = mytcp_sent_first(sk);

	if (!head)
		return;
	/* An ACK within an skb: what it covers is not to be sent again. */
	if (mytcp_seq_lt(mytcp_cb(head)->seq, ms->snd_una) &&
	    ms->snd_una - mytcp_cb(head)->seq < head->len) {
		if (mytcp_sendq_trim(sk, head, ms->snd_una))
			return;
		head = mytcp_sent_first(sk);
	}
	if (head->len > ms->mss && !mytcp_cb(head)->lost)
		mytcp_sendq_split_sent(sk, head, ms->mss, GFP_ATOMIC);
	mytcp_sendq_mark_lost(sk, head);
}

/*
 * What a reduction counts from. RFC 5681 3.2 step 2: not what RFC 3042 has let go
 * beyond the window.
 */
static u32 recovery_had(const struct mytcp_sock *ms)
{
	return min(mytcp_sock_flight(ms), ms->cong.cwnd);
}

static void recovery_leave(struct mytcp_sock *ms, enum mytcp_cong_event why)
{
	ms->recovery = MYTCP_RECOVERY_OPEN;
	if (ms->bulk)
		mytcp_frto_cancel(&ms->bulk->frto);
	mytcp_cong_recovered(&ms->cong, why, mytcp_sock_flight(ms));
}

/*
 * RFC 3168 6.1.2: a mark and a loss of one window are one indication of congestion.
 * Not what is lost of the next one; not for who takes them for two (RFC 8257 3.5), or
 * sees to its window itself.
 */
static bool recovery_has_reduced(const struct mytcp_sock *ms,
				 enum mytcp_recovery_state state)
{
	const u8 two = MYTCP_CONG_NEEDS_ECN | MYTCP_CONG_OWN_CWND;

	return ms->recovery == MYTCP_RECOVERY_CWR &&
	       mytcp_seq_lt(ms->snd_una, ms->recover) &&
	       state == MYTCP_RECOVERY_FAST && !(ms->cong.ops->flags & two);
}

/* @flight: segments in flight when it happened, from which the window is reduced */
static void recovery_enter_from(struct sock *sk, enum mytcp_recovery_state state,
				enum mytcp_cong_event why, u32 flight)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	bool reduced = recovery_has_reduced(ms, state);

	if (bulk && why != MYTCP_CONG_ECE) {
		mytcp_tlp_cancel(&bulk->tlp);
		/* a timeout in a recovery: what was before both counts */
		if (ms->recovery != MYTCP_RECOVERY_FAST)
			mytcp_undo_begin(&bulk->undo, ms->snd_una);
	}
	/* nothing that is sent again takes back what a mark has cost */
	if (bulk && (why == MYTCP_CONG_ECE || reduced))
		mytcp_undo_end(&bulk->undo);
	mytcp_congestion_want_room(sk);
	if (!reduced)
		mytcp_cong_reduce(&ms->cong, why, flight);
	/* RFC 3168 6.1.2: said of each reduction, whatever it was for */
	if (ms->ecn & MYTCP_ECN_OK)
		ms->ecn |= MYTCP_ECN_CWR;
	ms->recovery = state;
	ms->recover = ms->snd_nxt;
}

static void recovery_enter(struct sock *sk, enum mytcp_recovery_state state,
			   enum mytcp_cong_event why)
{
	recovery_enter_from(sk, state, why, recovery_had(mytcp_sk(sk)));
}

/*
 * After a mark: what went after the reduction, and said so by CWR, is acknowledged. The
 * peer echoes it until then.
 */
static bool recovery_has_told(const struct mytcp_sock *ms, u32 ack)
{
	return mytcp_seq_gt(ack, ms->recover);
}

/* It may be the one that begins a recovery. */
static void recovery_third_dupack(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->dupacks != MYTCP_DUPTHRESH ||
	    (ms->recovery != MYTCP_RECOVERY_OPEN &&
	     ms->recovery != MYTCP_RECOVERY_CWR))
		return;
	/* RFC 6582 3.2 step 2: not for the echoes of an earlier recovery, at its end */
	if (ms->recovery == MYTCP_RECOVERY_OPEN &&
	    mytcp_seq_le(ms->snd_una, ms->recover))
		return;
	if (mytcp_plpmtu_lost_head(sk))
		return;
	recovery_enter(sk, MYTCP_RECOVERY_FAST, MYTCP_CONG_LOSS);
	recovery_mark_head(sk);
	mytcp_count(sock_net(sk), TCPRenoRecovery);
}

/**
 * mytcp_recovery_on_dupack() - a duplicate ACK (RFC 5681 2) arrived
 * @sk: socket, locked
 *
 * Return: segments that it tells of, 1 or 0. One is missing, so it cannot have been
 * all that are out; and what is not counted here is not taken off again by the ACK
 * that covers it (A27).
 */
u32 mytcp_recovery_on_dupack(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 told = ms->dupacks < U8_MAX &&
		   ms->dupacks + 1 < mytcp_sock_flight(ms);

	if (ms->dupacks < U8_MAX)
		ms->dupacks++;
	recovery_third_dupack(sk);
	return told;
}

/**
 * mytcp_recovery_on_ack() - snd_una has moved
 * @sk: socket, locked
 * @acked: full segments that it moved over
 *
 * Return: true when the window may grow for this ACK.
 */
bool mytcp_recovery_on_ack(struct sock *sk, u32 acked)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	switch (ms->recovery) {
	case MYTCP_RECOVERY_OPEN:
		ms->dupacks = 0;
		/* An old mark must not come round again after 2 GiB. */
		if (mytcp_seq_gt(ms->snd_una, ms->recover))
			ms->recover = ms->snd_una - 1;
		return true;
	case MYTCP_RECOVERY_FAST:
		if (mytcp_seq_ge(ms->snd_una, ms->recover)) {
			recovery_leave(ms, MYTCP_CONG_LOSS);
			ms->dupacks = 0;
			return false;
		}
		/*
		 * Partial ACK: what now is oldest is lost too. All the others
		 * that it covers had been told of by a duplicate ACK each.
		 */
		ms->dupacks -= min_t(u32, ms->dupacks, acked ? acked - 1 : 0);
		recovery_mark_head(sk);
		return false;
	case MYTCP_RECOVERY_CWR:
		ms->dupacks = 0;
		if (recovery_has_told(ms, ms->snd_una))
			recovery_leave(ms, MYTCP_CONG_ECE);
		return false;
	case MYTCP_RECOVERY_LOSS:
		ms->dupacks = 0;
		if (mytcp_seq_ge(ms->snd_una, ms->recover))
			recovery_leave(ms, MYTCP_CONG_RTO);
		return true;
	}
	return true;
}

/* RFC 8985 6.2 step 4 */
static u32 recovery_reo_wnd_us(const struct mytcp_sock *ms)
{
	bool going_on = ms->recovery == MYTCP_RECOVERY_FAST ||
			ms->recovery == MYTCP_RECOVERY_LOSS;

	return mytcp_rack_reo_wnd_us(&ms->bulk->rack, going_on,
				     ms->bulk->sacked / max_t(u32, ms->mss, 1),
				     ms->rtt.min_us, ms->rtt.srtt_us >> 3);
}

/*
 * RFC 8985 6.2 step 5: mark what is lost. What was sent longest ago is first in the
 * list, and none is looked at twice but those that wait, of which a few will do: the
 * others are found when their time is over (A11). Returns for how long the rest has to
 * be waited for, microseconds; 0 for not at all.
 */
static u32 recovery_detect(struct sock *sk, u64 now_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = ms->bulk;
	u32 window = recovery_reo_wnd_us(ms);
	struct sk_buff *skb, *next;
	unsigned int waiting = 0;
	s64 longest = 0;

	mytcp_sendq_order(sk);
	list_for_each_entry_safe(skb, next, &bulk->order, tcp_tsorted_anchor) {
		s64 left = mytcp_rack_remaining_us(&bulk->rack,
						   mytcp_cb(skb)->sent_us,
						   mytcp_cb(skb)->end, window,
						   now_us);

		if (left == MYTCP_RACK_NOT_YET)
			break;
		if (left <= 0) {
			mytcp_sendq_mark_lost(sk, skb);
			continue;
		}
		longest = max(longest, left);
		if (++waiting == MOST_WAITING)
			break;
	}
	return min_t(s64, longest, U32_MAX);
}

/* RFC 9937: the window for what may be sent by this ACK. */
static void recovery_prr(struct sock *sk, const struct mytcp_news *news, bool worse)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_prr_ack ack = {
		.delivered = news->delivered,
		.in_flight = recovery_pipe(ms),
		.cwnd = ms->cong.cwnd,
		.ssthresh = ms->cong.ssthresh,
		.mss = ms->mss,
		.safe = news->acked && !worse,
	};

	if (mytcp_cong_owns_cwnd(&ms->cong))
		return;
	/* begun by the timer: a recovery begins with a retransmission, however */
	if (!ack.delivered && !ms->bulk->prr.out)
		ms->cong.cwnd = mytcp_recovery_in_flight(sk) + 1;
	else
		ms->cong.cwnd = mytcp_prr_on_ack(&ms->bulk->prr, &ack);
}

static void recovery_enter_fast(struct sock *sk, const struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_prr_start start = {
		.flight = ms->snd_nxt - ms->snd_una,
		.sacked = ms->bulk->scoreboard.sacked,
		.newly_sacked = news->sacked,
		.newly_acked = news->acked,
	};

	recovery_enter(sk, MYTCP_RECOVERY_FAST, MYTCP_CONG_LOSS);
	mytcp_prr_begin(&ms->bulk->prr, &start);
	mytcp_count(sock_net(sk), TCPSackRecovery);
}

/* All that was in flight when it began is acknowledged. */
static void recovery_end(struct mytcp_sock *ms)
{
	static const enum mytcp_cong_event why[] = {
		[MYTCP_RECOVERY_FAST] = MYTCP_CONG_LOSS,
		[MYTCP_RECOVERY_CWR] = MYTCP_CONG_ECE,
		[MYTCP_RECOVERY_LOSS] = MYTCP_CONG_RTO,
	};

	if (ms->recovery == MYTCP_RECOVERY_CWR &&
	    !recovery_has_told(ms, ms->snd_una))
		return;
	if (ms->recovery != MYTCP_RECOVERY_OPEN)
		recovery_leave(ms, why[ms->recovery]);
	else if (mytcp_seq_gt(ms->snd_una, ms->recover))
		/* An old mark must not come round again after 2 GiB. */
		ms->recover = ms->snd_una;
}

/* Mark, wait or begin; @news may be all zero. */
static void recovery_look(struct sock *sk, const struct mytcp_news *news, u64 now_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 lost = ms->lost;
	u32 wait_us = recovery_detect(sk, now_us);
	bool worse = ms->lost > lost;

	if (wait_us)
		mytcp_timer_arm(sk, MYTCP_JOB_REORDER,
				min(usecs_to_jiffies(wait_us) + 1,
				    mytcp_timer_rto(ms)));
	if (worse && (ms->recovery == MYTCP_RECOVERY_OPEN ||
		      ms->recovery == MYTCP_RECOVERY_CWR) &&
	    !mytcp_plpmtu_lost(sk))
		recovery_enter_fast(sk, news);
	if (ms->recovery == MYTCP_RECOVERY_FAST)
		recovery_prr(sk, news, worse);
}

/**
 * mytcp_recovery_by_sack() - an ACK has come, and SACK is agreed on
 * @sk: socket, locked; marks and snd_una are up to date
 * @news: what it tells
 *
 * Return: true when the window may grow for this ACK.
 */
bool mytcp_recovery_by_sack(struct sock *sk, const struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool over = news->acked && mytcp_seq_ge(ms->snd_una, ms->recover);
	bool grows = ms->recovery == MYTCP_RECOVERY_OPEN ||
		     ms->recovery == MYTCP_RECOVERY_LOSS;

	if (ms->bulk)
		mytcp_rack_adapt(&ms->bulk->rack, ms->snd_una, ms->snd_nxt,
				 news->has_dsack,
				 over && (ms->recovery == MYTCP_RECOVERY_FAST ||
					  ms->recovery == MYTCP_RECOVERY_LOSS));
	if (over)
		recovery_end(ms);
	if (ms->bulk && (news->later || ms->recovery == MYTCP_RECOVERY_FAST ||
			 ms->bulk->sacked))
		recovery_look(sk, news, news->rack.now_us);
	return grows && ms->recovery != MYTCP_RECOVERY_FAST && news->acked;
}

/**
 * mytcp_recovery_on_repaired() - a tail loss probe has filled a hole
 * @sk: socket, locked
 *
 * RFC 8985 7.4: congestion control hears of the loss, though nothing is missing.
 */
void mytcp_recovery_on_repaired(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;
	u32 flight;

	if (ms->recovery != MYTCP_RECOVERY_OPEN &&
	    (ms->recovery != MYTCP_RECOVERY_CWR ||
	     !recovery_has_told(ms, ms->snd_una)))
		return;
	/* by now all may be acknowledged: what was lost was lost among those */
	flight = DIV_ROUND_UP(ms->bulk->probed, max_t(u32, ms->mss, 1));
	recovery_enter_from(sk, MYTCP_RECOVERY_CWR, MYTCP_CONG_LOSS,
			    min(flight, was_cwnd));
	mytcp_undo_end(&ms->bulk->undo);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}

/**
 * mytcp_recovery_on_reorder() - what was waited for has not come
 * @sk: socket, locked
 *
 * Context: the retransmission timer's job MYTCP_JOB_REORDER.
 */
void mytcp_recovery_on_reorder(struct sock *sk)
{
	static const struct mytcp_news none;
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	if (ms->bulk)
		recovery_look(sk, &none, mytcp_clock_us());
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}

/**
 * mytcp_recovery_on_ece() - the peer echoes a router's mark
 * @sk: socket, locked
 * @ack: what it acknowledges, not taken yet
 *
 * RFC 3168 6.1.2: as for a loss, but nothing is sent again; once a round trip. With
 * nothing in flight it is what has been heard.
 */
void mytcp_recovery_on_ece(struct sock *sk, u32 ack)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	if (ms->recovery == MYTCP_RECOVERY_CWR && recovery_has_told(ms, ack))
		recovery_leave(ms, MYTCP_CONG_ECE);
	if (ms->recovery != MYTCP_RECOVERY_OPEN || mytcp_sent_empty(sk) ||
	    mytcp_seq_lt(ms->snd_una, ms->recover))
		return;
	recovery_enter(sk, MYTCP_RECOVERY_CWR, MYTCP_CONG_ECE);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}

/*
 * RFC 8985 6.3: what was sent a moment ago may be on its way, and fills the window;
 * the oldest segment goes out, however. Without SACK nothing is known of that.
 */
static void recovery_mark_old(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head = mytcp_sent_first(sk), *skb;
	bool timed = ms->bulk && mytcp_sacked_agreed(ms);
	u64 now_us = mytcp_clock_us();

	mytcp_sent_walk(sk, skb) {
		if (timed && !mytcp_rack_lost_on_rto(&ms->bulk->rack,
						     mytcp_cb(skb)->sent_us,
						     skb == head,
						     recovery_reo_wnd_us(ms), now_us))
			continue;
		mytcp_sendq_mark_lost(sk, skb);
	}
	if (!mytcp_cong_owns_cwnd(&ms->cong))
		ms->cong.cwnd = mytcp_recovery_in_flight(sk) + 1;
}

/**
 * mytcp_recovery_on_rto() - the retransmission timer ran out
 * @sk: socket, locked
 *
 * RFC 5681 3.1: all in flight is taken as lost, one segment goes out. A second
 * timeout for the same data leaves ssthresh alone.
 */
void mytcp_recovery_on_rto(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	if (ms->recovery != MYTCP_RECOVERY_LOSS)
		recovery_enter(sk, MYTCP_RECOVERY_LOSS, MYTCP_CONG_RTO);
	else
		mytcp_cong_rto_again(&ms->cong, mytcp_sock_flight(ms));
	ms->recover = ms->snd_nxt;
	ms->dupacks = 0;
	/* RFC 2018 8: the peer has given up what it had reported */
	if (ms->bulk &&
	    mytcp_scoreboard_reneged(&ms->bulk->scoreboard, ms->snd_una)) {
		mytcp_sacked_forget(sk);
		mytcp_count(sock_net(sk), TCPSACKReneging);
	}
	mytcp_spurious_doubt(sk);
	recovery_mark_old(sk);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}
