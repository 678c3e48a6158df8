// SPDX-License-Identifier: GPL-2.0
/*
 * Fast retransmit and recovery as NewReno has it (RFC 5681 3.2, RFC 6582), and
 * the state after a timeout. Segments are marked; output sends them again as
 * the window allows.
 */
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/sock/trace.h"

#define DUPTHRESH	3

/**
 * mytcp_recovery_in_flight() - segments believed to be in the network
 * @sk: socket, locked
 *
 * A duplicate ACK tells that a segment left the network, a mark that one is
 * lost.
 */
u32 mytcp_recovery_in_flight(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 out = ms->snd_nxt - ms->snd_una;
	u32 segs;

	out -= min(out, ms->lost);
	segs = DIV_ROUND_UP(out, max_t(u32, ms->mss, 1));
	return segs - min_t(u32, segs, ms->dupacks);
}

/* Mark the oldest segment: one MSS of the oldest skb, not all of it. */
static void recovery_mark_head(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head = skb_peek(&ms->send_queue);

	if (!head)
		return;
	/* An ACK within an skb: what it covers is not to be sent again. */
	if (mytcp_seq_lt(mytcp_cb(head)->seq, ms->snd_una) &&
	    ms->snd_una - mytcp_cb(head)->seq < head->len) {
		if (mytcp_sendq_trim(sk, head, ms->snd_una))
			return;
		head = skb_peek(&ms->send_queue);
	}
	if (head->len > ms->mss && !mytcp_cb(head)->lost)
		mytcp_sendq_split(sk, &ms->send_queue, head, ms->mss,
				  GFP_ATOMIC);
	mytcp_sendq_mark_lost(sk, head);
}

static void recovery_enter(struct sock *sk, enum mytcp_recovery_state state)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 flight = DIV_ROUND_UP(ms->snd_nxt - ms->snd_una,
				  max_t(u32, ms->mss, 1));

	ms->cong.ssthresh = ms->cong.ops->ssthresh(&ms->cong, flight);
	if (ms->cong.ops->on_loss)
		ms->cong.ops->on_loss(&ms->cong, state == MYTCP_RECOVERY_LOSS);
	ms->recovery = state;
	ms->recover = ms->snd_nxt;
}

/**
 * mytcp_recovery_on_dupack() - a duplicate ACK (RFC 5681 2) arrived
 * @sk: socket, locked
 *
 * Return: true when the oldest segment has just been marked.
 */
bool mytcp_recovery_on_dupack(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	if (ms->dupacks < U8_MAX)
		ms->dupacks++;
	if (ms->dupacks != DUPTHRESH ||
	    (ms->recovery != MYTCP_RECOVERY_OPEN &&
	     ms->recovery != MYTCP_RECOVERY_CWR))
		return false;
	/* RFC 6582 3.2 step 2: not for the echoes of an earlier recovery */
	if (ms->recovery == MYTCP_RECOVERY_OPEN &&
	    mytcp_seq_lt(ms->snd_una, ms->recover))
		return false;
	recovery_enter(sk, MYTCP_RECOVERY_FAST);
	ms->cong.cwnd = ms->cong.ssthresh;
	recovery_mark_head(sk);
	mytcp_count(sock_net(sk), TCPRenoRecovery);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
	return true;
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
			ms->recover = ms->snd_una;
		return true;
	case MYTCP_RECOVERY_FAST:
		if (mytcp_seq_ge(ms->snd_una, ms->recover)) {
			ms->recovery = MYTCP_RECOVERY_OPEN;
			ms->dupacks = 0;
			ms->cong.cwnd = ms->cong.ssthresh;
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
		if (mytcp_seq_ge(ms->snd_una, ms->recover))
			ms->recovery = MYTCP_RECOVERY_OPEN;
		return false;
	case MYTCP_RECOVERY_LOSS:
		ms->dupacks = 0;
		if (mytcp_seq_ge(ms->snd_una, ms->recover))
			ms->recovery = MYTCP_RECOVERY_OPEN;
		return true;
	}
	return true;
}

/**
 * mytcp_recovery_on_ece() - the peer echoes a router's mark
 * @sk: socket, locked
 *
 * RFC 3168 6.1.2: as for a loss, but nothing is sent again; once a round trip.
 */
void mytcp_recovery_on_ece(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	if (ms->recovery != MYTCP_RECOVERY_OPEN ||
	    mytcp_seq_lt(ms->snd_una, ms->recover))
		return;
	recovery_enter(sk, MYTCP_RECOVERY_CWR);
	ms->cong.cwnd = ms->cong.ssthresh;
	ms->ecn |= MYTCP_ECN_CWR;
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
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
	struct sk_buff *skb;

	if (ms->recovery != MYTCP_RECOVERY_LOSS)
		recovery_enter(sk, MYTCP_RECOVERY_LOSS);
	ms->recover = ms->snd_nxt;
	ms->dupacks = 0;
	ms->cong.cwnd = 1;
	skb_queue_walk(&ms->send_queue, skb)
		mytcp_sendq_mark_lost(sk, skb);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}
