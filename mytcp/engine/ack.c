// SPDX-License-Identifier: GPL-2.0
/*
 * The ACK field of a segment, RFC 9293 3.10.7.4, fifth: what is acknowledged
 * leaves the send queue, the round trip is sampled, the window updated.
 */
#include "mytcp/engine/ack.h"
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/sacked.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/spurious.h"
#include "mytcp/engine/tail.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/trace.h"

/* Full segments of an skb that an ACK up to @una covers. */
static u32 ack_within(const struct mytcp_sock *ms, const struct mytcp_cb *cb, u32 una)
{
	return mytcp_seq_gt(una, cb->seq) ? (una - cb->seq) / ms->mss : 0;
}

/*
 * What is acknowledged leaves the queue. An skb of many segments stays until the last
 * of them is; those that are acknowledged before are told of as they are.
 */
static void ack_clean_queue(struct sock *sk, struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 before = ms->snd_una - news->acked;
	struct sk_buff *skb;
	u32 told, segs;

	while ((skb = mytcp_sent_first(sk))) {
		struct mytcp_cb *cb = mytcp_cb(skb);

		told = ack_within(ms, cb, before);
		if (mytcp_seq_lt(cb->seq, ms->snd_una))
			mytcp_rate_delivered(&news->rate, &cb->stamp,
					     (u32)cb->sent_us);
		if (mytcp_seq_gt(cb->end, ms->snd_una)) {
			if (!cb->sacked)
				news->segs += ack_within(ms, cb, ms->snd_una) - told;
			break;
		}
		if (cb->tx > 1)
			news->again = true;
		else
			news->sent_us = cb->sent_us;
		if (!cb->sacked)
			mytcp_sacked_delivered(sk, skb, news);
		segs = mytcp_sendq_acked(sk, skb);
		news->segs += segs - min(segs, told);
	}
}

/*
 * RFC 6298 3 (Karn, MUST-18): a retransmitted segment gives no sample, unless
 * the timestamp tells which copy is acknowledged (RFC 7323 4.1).
 */
static u32 ack_sample_us(const struct mytcp_sock *ms,
			 const struct mytcp_seg *seg,
			 const struct mytcp_news *news, u64 now_us)
{
	/* Of our SYN-ACK the SYN queue has taken it. */
	if (mytcp_sock_state(&ms->inet.sk) == MYTCP_SYN_RECV && ms->rtt.srtt_us)
		return 0;
	if (news->sent_us && !news->again) {
		u64 us = now_us - news->sent_us;

		return clamp_t(u64, us, 1, U32_MAX);
	}
	if ((ms->opt & MYTCP_HAS_TS) && (seg->opts.has & MYTCP_HAS_TS) &&
	    seg->opts.tsecr) {
		u32 ms_ago = (u32)div_u64(now_us, USEC_PER_MSEC) + ms->ts_offset -
			     seg->opts.tsecr;

		if (ms_ago < U32_MAX / USEC_PER_MSEC / 2)
			return max(ms_ago, 1U) * USEC_PER_MSEC;
	}
	return 0;
}

/* RFC 8985 6.2 step 1: where RACK is at work, an old minimum is forgotten. */
static void ack_sampled(struct sock *sk, const struct mytcp_news *news, u32 rtt_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_minrtt *minrtt;
	u64 window_us;

	mytcp_rtt_sample(&ms->rtt, rtt_us);
	trace_mytcp_rtt(sk, rtt_us);
	if (!ms->bulk)
		return;
	minrtt = &ms->bulk->minrtt;
	window_us = (u64)READ_ONCE(mytcp_net(sock_net(sk))->min_rtt_wlen) *
		    USEC_PER_SEC;
	if (mytcp_minrtt_us(minrtt) == MYTCP_MINRTT_NONE)
		mytcp_minrtt_sample(minrtt, ms->rtt.min_us, news->rack.now_us,
				    window_us);
	else
		mytcp_minrtt_sample(minrtt, rtt_us, news->rack.now_us, window_us);
	ms->rtt.min_us = mytcp_minrtt_us(minrtt);
}

/* Full segments acknowledged: bytes are counted, not ACKs (RFC 3465, A27). */
static u32 ack_segments(const struct mytcp_sock *ms, u32 before)
{
	u32 now = (ms->snd_una - ms->iss) / ms->mss;
	u32 then = (before - ms->iss) / ms->mss;

	return now >= then ? now - then :
	       DIV_ROUND_UP(ms->snd_una - before, ms->mss);
}

/* Each duplicate ACK has told of a segment already. */
static u32 ack_delivered(const struct mytcp_sock *ms, u32 acked)
{
	return acked - min_t(u32, acked, ms->dupacks);
}

/* Recovery first, which decides; then congestion control hears of it. */
static void ack_react(struct sock *sk, struct mytcp_cong_ack *told, bool marked,
		      const struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;
	u32 lost = ms->lost;

	told->cwnd_limited = ms->cwnd_limited;
	if (!marked)
		mytcp_spurious_undo(sk, news, told->rtt_us);
	if (mytcp_sacked_agreed(ms)) {
		told->delivered = news->segs;
		told->recovering = !mytcp_recovery_by_sack(sk, news);
	} else if (news->acked) {
		told->delivered = ack_delivered(ms, told->acked);
		told->recovering = !mytcp_recovery_on_ack(sk, told->acked);
	} else {
		/* a segment has left the network, though it is not known which */
		told->delivered = mytcp_recovery_on_dupack(sk);
		told->recovering = ms->recovery != MYTCP_RECOVERY_OPEN;
	}
	told->delivered_ce = marked ? told->delivered : 0;
	told->in_flight = mytcp_recovery_in_flight(sk);
	/* a loss begins a recovery, but that of a probe (RFC 4821 7.6.2) */
	if (ms->lost > lost && (ms->recovery == MYTCP_RECOVERY_FAST ||
				ms->recovery == MYTCP_RECOVERY_LOSS))
		told->lost = DIV_ROUND_UP(ms->lost - lost, ms->mss);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
	mytcp_congestion_on_ack(sk, told, &news->rate);
}

/* A row of timeouts is over. */
static void ack_note_timeouts(struct mytcp_bulk *bulk)
{
	if (!bulk->timeout_since)
		return;
	bulk->timeout_ms += mytcp_clock_ms() - bulk->timeout_since;
	bulk->timeout_since = 0;
}

/* What is acknowledged leaves the queue; the round trip, or 0. */
static u32 ack_advance(struct sock *sk, const struct mytcp_seg *seg,
		       struct mytcp_news *news, u64 now_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 rtt_us;

	news->acked = seg->ack - ms->snd_una;
	ms->snd_una = seg->ack;
	/* as Linux counts: a SYN is an octet, the SYN-ACK of a listener is none */
	mytcp_tally(ms)->bytes_acked += news->acked - mytcp_sock_is_early(sk);
	ack_clean_queue(sk, news);
	mytcp_sacked_advance(sk, news);
	rtt_us = ack_sample_us(ms, seg, news, now_us);
	if (rtt_us)
		ack_sampled(sk, news, rtt_us);
	ms->retransmits = 0;
	ms->first_rtx_ms = 0;
	if (ms->bulk)
		ack_note_timeouts(ms->bulk);
	sk->sk_err_soft = 0;
	return rtt_us;
}

/* RFC 4821 7.6.1: segments are larger now, and the window has as many octets. */
static void ack_probe(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd;
	u16 was = ms->mss;

	if (!mytcp_plpmtu_acked(sk))
		return;
	mytcp_output_sync_mss(sk, ms->pmtu);
	ms->cong.cwnd = max_t(u64, div_u64((u64)was_cwnd * was, ms->mss), 1);
	mytcp_trace_cwnd(sk, was_cwnd, ms->cong.ssthresh);
}

/* snd_una has moved, and everybody has heard of it. */
static void ack_advanced(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->bulk)
		ack_probe(sk);
	mytcp_sendq_expand(sk);
	ms->cwnd_limited = false;
	if (ms->urg_mode && mytcp_seq_ge(ms->snd_una, ms->snd_up))
		ms->urg_mode = false;
	/* RFC 6298 5.2 and 5.3 */
	if (mytcp_sent_empty(sk))
		mytcp_timer_stop(sk);
	else if (ms->timer_job != MYTCP_JOB_REORDER)
		mytcp_tail_arm(sk);
}

/*
 * Most ACKs are of new data, and tell nothing else: nothing is lost, SACKed, marked or
 * in doubt, neither by them nor before.
 */
static bool ack_is_plain(const struct sock *sk, const struct mytcp_seg *seg)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return seg->ack != ms->snd_una && !ms->bulk && !ms->lost && !ms->dupacks &&
	       ms->recovery == MYTCP_RECOVERY_OPEN &&
	       !(seg->opts.has & MYTCP_HAS_SACK) && mytcp_sacked_agreed(ms) &&
	       !mytcp_ecn_congested(sk, seg) && mytcp_sock_in(sk, MYTCP_SYNCHRONIZED);
}

/* ack_take() for them: what could only find nothing is left out. */
static void ack_take_plain(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 before = ms->snd_una, rtt_us;
	struct mytcp_cong_ack told = {
		.now_us = mytcp_clock_us(),
		.cwnd_limited = ms->cwnd_limited,
	};
	struct mytcp_news news;

	news.acked = seg->ack - before;
	news.sent_us = 0;
	news.segs = 0;
	news.again = false;
	news.rate = (struct mytcp_rate_news) {};
	ms->snd_una = seg->ack;
	mytcp_tally(ms)->bytes_acked += news.acked;
	ack_clean_queue(sk, &news);
	rtt_us = ack_sample_us(ms, seg, &news, told.now_us);
	if (rtt_us) {
		mytcp_rtt_sample(&ms->rtt, rtt_us);
		trace_mytcp_rtt(sk, rtt_us);
	}
	ms->retransmits = 0;
	ms->first_rtx_ms = 0;
	sk->sk_err_soft = 0;
	if (mytcp_seq_gt(ms->snd_una, ms->recover))
		ms->recover = ms->snd_una;
	mytcp_count_add(sock_net(sk), TCPDelivered, news.segs);
	told.rtt_us = rtt_us;
	told.acked = ack_segments(ms, before);
	told.delivered = news.segs;
	told.in_flight = mytcp_recovery_in_flight(sk);
	mytcp_congestion_on_ack(sk, &told, &news.rate);
	ack_advanced(sk);
}

/*
 * All that an ACK tells of what was sent. @dup: it is a duplicate, as far as that
 * can be told without SACK.
 */
static void ack_take(struct sock *sk, const struct mytcp_seg *seg, bool dup)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool marked = mytcp_ecn_congested(sk, seg);
	bool forward = seg->ack != ms->snd_una;
	u32 before = ms->snd_una;
	struct mytcp_cong_ack told = { .now_us = mytcp_clock_us() };
	struct mytcp_news news;

	mytcp_sacked_begin(sk, seg, &news);
	if (forward) {
		/* it was for what is acknowledged now */
		if (ms->timer_job == MYTCP_JOB_REORDER)
			ms->timer_job = MYTCP_JOB_NONE;
		told.rtt_us = ack_advance(sk, seg, &news, told.now_us);
		told.acked = ack_segments(ms, before);
	}
	mytcp_sacked_blocks(sk, seg, &news);
	if (news.reordered) {
		ms->bulk->reordered++;
		mytcp_count(sock_net(sk), TCPSACKReorder);
	}
	mytcp_count_add(sock_net(sk), TCPDelivered, news.segs);
	if (marked)
		mytcp_count_add(sock_net(sk), TCPDeliveredCE, news.segs);
	if (forward || news.segs || news.has_dsack || dup) {
		mytcp_tail_on_ack(sk, seg, &news, told.rtt_us, dup);
		ack_react(sk, &told, marked, &news);
	}
	if (forward)
		ack_advanced(sk);
}

/* True when the peer's window changed. */
static bool ack_update_window(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 wnd = (u32)seg->wnd << ms->snd_wscale;
	bool changed;

	/* Not from an older segment than the one that set it last. */
	if (mytcp_seq_gt(ms->snd_wl1, seg->seq))
		return false;
	changed = wnd != ms->snd_wnd;
	ms->snd_wl1 = seg->seq;
	ms->snd_wnd = wnd;
	ms->max_window = max(ms->max_window, wnd);
	if (changed && wnd && ms->timer_job == MYTCP_JOB_PROBE) {
		ms->rtt.backoff = 0;
		mytcp_timer_stop(sk);
	}
	return changed;
}

/* RFC 5681 2: a duplicate acknowledgment. */
static bool ack_is_duplicate(const struct sock *sk,
			     const struct mytcp_seg *seg, bool window_changed)
{
	return seg->ack == mytcp_sk(sk)->snd_una && !seg->len && !window_changed &&
	       !(seg->flags & (MYTCP_SYN | MYTCP_FIN)) &&
	       !mytcp_sent_empty(sk);
}

/**
 * mytcp_ack_process() - the ACK of a segment in a synchronized state
 * @sk: socket, locked
 * @seg: the segment, acceptable by its sequence number, with ACK
 * @acts: what follows from it is added
 *
 * Return: MYTCP_GO_ON, or the reason to drop the segment.
 */
int mytcp_ack_process(struct sock *sk, const struct mytcp_seg *seg,
		      unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool window_changed, dup;

	/* Something not yet sent: ACK, drop (also RFC 5961 5.2, A26). */
	if (mytcp_seq_gt(seg->ack, ms->snd_nxt)) {
		*acts |= MYTCP_ACT_CHALLENGE;
		return MYTCP_MIB_DropBadAck;
	}
	if (mytcp_seq_lt(seg->ack, ms->snd_una)) {
		if (mytcp_seq_lt(seg->ack, mytcp_sacked_oldest(ms))) {
			*acts |= MYTCP_ACT_CHALLENGE;
			return MYTCP_MIB_DropOldAck;
		}
		return MYTCP_GO_ON;	/* its ACK is ignored, its data is not */
	}
	ms->probes_out = 0;
	if (mytcp_ecn_congested(sk, seg))
		mytcp_recovery_on_ece(sk, seg->ack);
	window_changed = ack_update_window(sk, seg);
	dup = ack_is_duplicate(sk, seg, window_changed);
	if (ack_is_plain(sk, seg)) {
		ack_take_plain(sk, seg);
		*acts |= MYTCP_ACT_PUSH;
	} else if (seg->ack != ms->snd_una || dup ||
		   (seg->opts.has & MYTCP_HAS_SACK)) {
		ack_take(sk, seg, dup);
		*acts |= MYTCP_ACT_PUSH;
	}
	if (window_changed)
		*acts |= MYTCP_ACT_PUSH;
	if (!mytcp_segment_seqlen(seg))
		mytcp_count(sock_net(sk), TCPPureAcks);
	return MYTCP_GO_ON;
}

/**
 * mytcp_ack_first() - the ACK that completes the handshake
 * @sk: socket, locked, about to be ESTABLISHED
 * @seg: SYN-ACK, or the ACK of ours
 */
void mytcp_ack_first(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->rtt.backoff = 0;
	ack_take(sk, seg, false);
	/* RFC 6298 5.7: the SYN was retransmitted, and gave no sample */
	if (!ms->rtt.srtt_us)
		ms->rtt.rto_us = MYTCP_RTO_FALLBACK_US;
	/* RFC 7323 2.2: the window of a SYN is never scaled */
	ms->snd_wnd = (u32)seg->wnd <<
		      (seg->flags & MYTCP_SYN ? 0 : ms->snd_wscale);
	ms->max_window = ms->snd_wnd;
	ms->snd_wl1 = seg->seq;
}

/**
 * mytcp_ack_covers_fin() - is our FIN acknowledged?
 * @sk: socket, locked
 */
bool mytcp_ack_covers_fin(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return ms->fin_sent && ms->snd_una == ms->write_seq;
}
