// SPDX-License-Identifier: GPL-2.0
/*
 * The ACK field of a segment, RFC 9293 3.10.7.4, fifth: what is acknowledged
 * leaves the send queue, the round trip is sampled, the window updated.
 */
#include "mytcp/engine/ack.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/trace.h"

/**
 * struct ack_news - what left the send queue
 * @sent_us: when the newest skb of it was sent, 0 for none
 * @again: something of it had been retransmitted (Karn: no sample from it)
 * @delivered: segments
 */
struct ack_news {
	u64 sent_us;
	bool again;
	u32 delivered;
};

static void ack_clean_queue(struct sock *sk, struct ack_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&ms->send_queue))) {
		struct mytcp_cb *cb = mytcp_cb(skb);

		if (mytcp_seq_gt(cb->end, ms->snd_una))
			break;
		if (cb->tx > 1)
			news->again = true;
		else
			news->sent_us = cb->sent_us;
		news->delivered += mytcp_sendq_acked(sk, skb);
	}
}

/*
 * RFC 6298 3 (Karn, MUST-18): a retransmitted segment gives no sample, unless
 * the timestamp tells which copy is acknowledged (RFC 7323 4.1).
 */
static u32 ack_sample_us(const struct mytcp_sock *ms,
			 const struct mytcp_seg *seg,
			 const struct ack_news *news)
{
	/* Of our SYN-ACK the SYN queue has taken it. */
	if (mytcp_sock_state(&ms->inet.sk) == MYTCP_SYN_RECV && ms->rtt.srtt_us)
		return 0;
	if (news->sent_us && !news->again) {
		u64 us = mytcp_clock_us() - news->sent_us;

		return clamp_t(u64, us, 1, U32_MAX);
	}
	if ((ms->opt & MYTCP_HAS_TS) && (seg->opts.has & MYTCP_HAS_TS) &&
	    seg->opts.tsecr) {
		u32 ms_ago = mytcp_clock_ms() + ms->ts_offset -
			     seg->opts.tsecr;

		if (ms_ago < U32_MAX / USEC_PER_MSEC / 2)
			return max(ms_ago, 1U) * USEC_PER_MSEC;
	}
	return 0;
}

/* Full segments acknowledged: bytes are counted, not ACKs (RFC 3465, A27). */
static u32 ack_segments(const struct mytcp_sock *ms, u32 before)
{
	u32 now = (ms->snd_una - ms->iss) / ms->mss;
	u32 then = (before - ms->iss) / ms->mss;

	return now >= then ? now - then :
	       DIV_ROUND_UP(ms->snd_una - before, ms->mss);
}

static void ack_grow_window(struct sock *sk, u32 before, u32 rtt_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;
	struct mytcp_cong_ack told = {
		.acked = ack_segments(ms, before),
		.rtt_us = rtt_us,
		.now_us = mytcp_clock_us(),
		.cwnd_limited = ms->cwnd_limited,
	};

	if (mytcp_recovery_on_ack(sk, told.acked) && told.acked)
		ms->cong.ops->on_ack(&ms->cong, &told);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
	mytcp_sendq_expand(sk);
	ms->cwnd_limited = false;
}

static void ack_advance(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct ack_news news = {};
	u32 before = ms->snd_una;
	u32 rtt_us;

	ms->snd_una = seg->ack;
	ms->bytes_acked += seg->ack - before;
	ack_clean_queue(sk, &news);
	mytcp_count_add(sock_net(sk), TCPDelivered, news.delivered);
	if (mytcp_ecn_congested(sk, seg))
		mytcp_count_add(sock_net(sk), TCPDeliveredCE, news.delivered);
	rtt_us = ack_sample_us(ms, seg, &news);
	if (rtt_us) {
		mytcp_rtt_sample(&ms->rtt, rtt_us);
		trace_mytcp_rtt(sk, rtt_us);
	}
	ms->retransmits = 0;
	ms->first_rtx_us = 0;
	sk->sk_err_soft = 0;
	ack_grow_window(sk, before, rtt_us);
	if (ms->urg_mode && mytcp_seq_ge(ms->snd_una, ms->snd_up))
		ms->urg_mode = false;
	/* RFC 6298 5.2 and 5.3 */
	if (skb_queue_empty(&ms->send_queue))
		mytcp_timer_stop(sk);
	else
		mytcp_timer_arm(sk, MYTCP_JOB_RETRANS, mytcp_timer_rto(ms));
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
static bool ack_is_duplicate(const struct mytcp_sock *ms,
			     const struct mytcp_seg *seg, bool window_changed)
{
	return seg->ack == ms->snd_una && !seg->len && !window_changed &&
	       !(seg->flags & (MYTCP_SYN | MYTCP_FIN)) &&
	       !skb_queue_empty(&ms->send_queue);
}

/*
 * RFC 5961 5.2: how far an ACK may lag behind. Nothing was sent before the SYN, so
 * in a young connection it is less than a window: else who guesses ACKs at random
 * has a window's chance from the start.
 */
static u32 ack_oldest(const struct mytcp_sock *ms)
{
	return ms->snd_una - (u32)min_t(u64, ms->max_window, ms->bytes_acked);
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
	bool window_changed;

	/* Something not yet sent: ACK, drop (also RFC 5961 5.2, A26). */
	if (mytcp_seq_gt(seg->ack, ms->snd_nxt)) {
		*acts |= MYTCP_ACT_CHALLENGE;
		return MYTCP_MIB_DropBadAck;
	}
	if (mytcp_seq_lt(seg->ack, ms->snd_una)) {
		if (mytcp_seq_lt(seg->ack, ack_oldest(ms))) {
			*acts |= MYTCP_ACT_CHALLENGE;
			return MYTCP_MIB_DropOldAck;
		}
		return MYTCP_GO_ON;	/* its ACK is ignored, its data is not */
	}
	ms->probes_out = 0;
	if (mytcp_ecn_congested(sk, seg))
		mytcp_recovery_on_ece(sk);
	window_changed = ack_update_window(sk, seg);
	if (seg->ack != ms->snd_una) {
		ack_advance(sk, seg);
		*acts |= MYTCP_ACT_PUSH;
	} else if (ack_is_duplicate(ms, seg, window_changed)) {
		mytcp_recovery_on_dupack(sk);
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
	ack_advance(sk, seg);
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
