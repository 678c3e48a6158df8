// SPDX-License-Identifier: GPL-2.0
/*
 * SEGMENT ARRIVES, RFC 9293 3.10.7, for full sockets: an ordered list of
 * checks, one function each, whose verdict is MYTCP_GO_ON or the segment's end.
 * Decides; receive.c does.
 */
#include <linux/security.h>
#include "mytcp/engine/input.h"
#include "mytcp/engine/ack.h"
#include "mytcp/engine/data.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/fastopen.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/paws.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/window.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/fastopen.h"

/* The connection is reset: RFC 9293 3.10.7.4, second. */
static void input_was_reset(struct sock *sk)
{
	int err = ECONNRESET;

	switch (mytcp_sock_state(sk)) {
	case MYTCP_SYN_SENT:
	case MYTCP_SYN_RECV:
		/*
		 * MUST-11: an active OPEN is told. Who has a passive one's
		 * child already, by Fast Open, has lost a connection.
		 */
		if (!mytcp_sk(sk)->passive)
			err = ECONNREFUSED;
		break;
	case MYTCP_CLOSE_WAIT:
		err = EPIPE;
		break;
	}
	mytcp_sock_purge_send(sk);
	mytcp_sock_done(sk, err);
}

/**
 * mytcp_input_negotiate() - what both ends' SYNs agree on
 * @ms: socket, locked; offer is set
 * @syn: options of the peer's SYN
 */
void mytcp_input_negotiate(struct mytcp_sock *ms, const struct mytcp_opts *syn)
{
	u16 user_mss = mytcp_option(ms, user_mss);
	struct net *net = sock_net(&ms->inet.sk);

	ms->opt = ms->offer & syn->has;
	if (ms->opt & MYTCP_HAS_WSCALE) {
		/* RFC 7323 2.3: above 14 is taken as 14 */
		ms->snd_wscale = min_t(u8, syn->wscale, MYTCP_WSCALE_MAX);
	} else {
		ms->snd_wscale = 0;
		ms->rcv_wscale = 0;
	}
	if (ms->opt & MYTCP_HAS_TS) {
		ms->ts_recent = syn->tsval;
		ms->ts_recent_stamp = ktime_get_seconds() ?: 1;
	}
	if (syn->has & MYTCP_HAS_MSS) {
		ms->peer_mss = syn->mss;
		/* A12: segments will not be so small */
		if (syn->mss < READ_ONCE(mytcp_net(net)->min_snd_mss))
			mytcp_count(net, TinyMss);
	}
	/* TCP_MAXSEG counts now, and never again in this connection. */
	if (user_mss)
		ms->peer_mss = min(ms->peer_mss, user_mss);
}

/* RFC 9293 3.10.7.3, first: does the ACK answer our SYN? */
static int input_syn_sent_ack(struct sock *sk, const struct mytcp_seg *seg,
			      unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	int why = MYTCP_MIB_DropBadAck;

	if (mytcp_seq_gt(seg->ack, ms->iss) &&
	    mytcp_seq_le(seg->ack, ms->snd_nxt)) {
		u32 now = mytcp_clock_ms() + ms->ts_offset;

		/* RFC 7323 3.2: an echo of what we never sent */
		if (!(ms->offer & seg->opts.has & MYTCP_HAS_TS) ||
		    !seg->opts.tsecr ||
		    mytcp_seq_between(seg->opts.tsecr, ms->once.syn_tsval, now))
			return MYTCP_GO_ON;
		why = MYTCP_MIB_PAWSActive;
	}
	if (!(seg->flags & MYTCP_RST))
		*acts |= MYTCP_ACT_RESET;
	return why;
}

static void input_syn_sent_established(struct sock *sk, struct sk_buff *skb,
				       const struct mytcp_seg *seg,
				       unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	mytcp_ack_first(sk, seg);
	if (ms->fastopen)
		mytcp_fastopen_answered(sk, seg);
	mytcp_ecn_agreed(sk, seg);
	mytcp_sock_set_state(sk, MYTCP_ESTABLISHED);
	mytcp_output_sync_mss(sk, ms->pmtu);
	/* for a first window of segments of that size */
	mytcp_sendq_expand(sk);
	/* A user who waits to write, or told us so, has data for the ACK. */
	*acts |= sk->sk_write_pending || ms->defer_accept || ms->ack_pingpong ?
		 MYTCP_ACT_SAVE_ACK : MYTCP_ACT_ACK;
	*acts |= MYTCP_ACT_PUSH | MYTCP_ACT_ESTABLISHED;
	mytcp_delack_enter_quick(sk, 16);
	security_inet_conn_established(sk, skb);
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
}

/* RFC 9293 3.10.7.3, fourth: the peer's SYN. */
static void input_syn_sent_syn(struct sock *sk, struct sk_buff *skb,
			       const struct mytcp_seg *seg, unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->irs = seg->seq;
	WRITE_ONCE(ms->rcv_nxt, seg->seq + 1);
	ms->rcv_wup = ms->rcv_nxt;
	WRITE_ONCE(ms->copied_seq, ms->rcv_nxt);
	ms->urg_seq = ms->rcv_nxt;
	mytcp_input_negotiate(ms, &seg->opts);
	if (seg->flags & MYTCP_ACK) {
		input_syn_sent_established(sk, skb, seg, acts);
		return;
	}
	/* RFC 9293 3.5, figure 8: simultaneous open */
	mytcp_sock_set_state(sk, MYTCP_SYN_RECV);
	mytcp_output_sync_mss(sk, ms->pmtu);
	ms->snd_wnd = seg->wnd;
	ms->max_window = ms->snd_wnd;
	ms->snd_wl1 = seg->seq;
	*acts |= MYTCP_ACT_SYNACK;
}

/* RFC 9293 3.10.7.3: SYN-SENT STATE. Consumes nothing. */
static int input_syn_sent(struct sock *sk, struct sk_buff *skb,
			  const struct mytcp_seg *seg, unsigned int *acts)
{
	int verdict = MYTCP_GO_ON;

	/* our SYN waits for its data: nobody can have answered it */
	if (mytcp_sk(sk)->fastopen & MYTCP_FO_DEFERRED)
		return MYTCP_MIB_DropState;
	if (seg->flags & MYTCP_ACK)
		verdict = input_syn_sent_ack(sk, seg, acts);
	if (verdict != MYTCP_GO_ON)
		return verdict;
	if (seg->flags & MYTCP_RST) {
		if (!(seg->flags & MYTCP_ACK))
			return MYTCP_MIB_DropNoAck;
		input_was_reset(sk);
		return MYTCP_TAKEN;
	}
	if (!(seg->flags & MYTCP_SYN))
		return MYTCP_MIB_DropFlags;
	input_syn_sent_syn(sk, skb, seg, acts);
	return MYTCP_TAKEN;
}

/* RFC 7323 5.3 R1: drop what is older than the last segment, and say so. */
static int input_paws(struct sock *sk, const struct mytcp_seg *seg,
		      unsigned int *acts)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (!(ms->opt & MYTCP_HAS_TS) || (seg->flags & MYTCP_RST) ||
	    !mytcp_paws_old(seg, mytcp_paws_least(ms), ms->ts_recent_stamp,
			    MYTCP_PAWS_OVERTAKEN))
		return MYTCP_GO_ON;
	*acts |= MYTCP_ACT_REJECT | MYTCP_ACT_PAWS;
	return MYTCP_MIB_PAWSEstab;
}

/* No window was ever wider: what is older than that has been acknowledged. */
static u32 input_widest(const struct mytcp_sock *ms)
{
	return (u32)U16_MAX << ms->rcv_wscale;
}

/*
 * The SYN that we have, again, in a simultaneous open or to a child of Fast Open:
 * our answer was lost. Once a time (A22).
 */
static int input_syn_again(struct sock *sk, const struct mytcp_seg *seg,
			   unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->snd_una != ms->iss || seg->seq != ms->irs ||
	    (seg->flags & MYTCP_ACK)) {
		*acts |= MYTCP_ACT_CHALLENGE;
		return MYTCP_MIB_TCPSYNChallenge;
	}
	if (mytcp_reply_allowed(sock_net(sk), &ms->last_oow_ack))
		*acts |= MYTCP_ACT_SYNACK;
	else
		mytcp_count(sock_net(sk), TCPACKSkippedSynRecv);
	return MYTCP_TAKEN;
}

/*
 * First: check sequence number. The left edge is what we acknowledged last, not
 * RCV.NXT: an ACK that crossed one of ours is no reason to answer.
 */
static int input_sequence(struct sock *sk, const struct mytcp_seg *seg,
			  unsigned int *acts)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 end = seg->seq + mytcp_segment_seqlen(seg);

	if (mytcp_seq_ge(end, ms->rcv_wup) &&
	    mytcp_seq_le(seg->seq, ms->rcv_nxt + mytcp_window_left(ms)))
		return MYTCP_GO_ON;
	if (seg->flags & MYTCP_RST)
		return MYTCP_MIB_DropOutOfWindow;
	/* a SYN that had data has it no more when it comes again */
	if (seg->flags & MYTCP_SYN)
		return input_syn_again(sk, seg, acts);
	/* A23: only what may be a retransmission is sure of its ACK */
	if (!mytcp_segment_seqlen(seg) || mytcp_seq_gt(end, ms->rcv_nxt) ||
	    mytcp_seq_lt(end, ms->rcv_wup - input_widest(ms))) {
		*acts |= MYTCP_ACT_REJECT;
		return MYTCP_MIB_DropOutOfWindow;
	}
	*acts |= MYTCP_ACT_ACK;
	mytcp_data_twice(sk, seg->seq, end);
	mytcp_count(sock_net(sk), DelayedACKLost);
	return MYTCP_TAKEN;
}

/* Second: RST, as RFC 5961 3.2 has it. */
static int input_rst(struct sock *sk, const struct mytcp_seg *seg,
		     unsigned int *acts)
{
	if (!(seg->flags & MYTCP_RST))
		return MYTCP_GO_ON;
	if (seg->seq != mytcp_sk(sk)->rcv_nxt) {
		/* RFC 7413 7.3.1: what went before it has been lost */
		if ((mytcp_sk(sk)->fastopen & MYTCP_FO_ASKED) &&
		    !mytcp_tally(mytcp_sk(sk))->bytes_received)
			mytcp_fastopen_pause_all(sock_net(sk));
		*acts |= MYTCP_ACT_CHALLENGE;
		return MYTCP_MIB_DropBlindRst;
	}
	input_was_reset(sk);
	return MYTCP_TAKEN;
}

/*
 * Fourth: SYN, as RFC 5961 4.2 has it: challenge ACK in every synchronized
 * state. In SYN_RECV of a simultaneous open the peer's SYN-ACK repeats the SYN
 * we have; what remains of it is its ACK.
 */
static int input_syn(struct sock *sk, struct mytcp_seg *seg,
		     unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!(seg->flags & MYTCP_SYN))
		return MYTCP_GO_ON;
	if (mytcp_sock_state(sk) == MYTCP_SYN_RECV && seg->seq == ms->irs &&
	    (seg->flags & MYTCP_ACK) && !ms->passive &&
	    seg->ack == ms->snd_nxt && !seg->len &&
	    !(seg->flags & MYTCP_FIN)) {
		seg->flags &= ~MYTCP_SYN;
		seg->seq++;
		/* The window of a SYN is not scaled, RFC 7323 2.2. */
		seg->wnd >>= ms->snd_wscale;
		return MYTCP_GO_ON;
	}
	return input_syn_again(sk, seg, acts);
}

/* RFC 7323 4.3: which timestamps to echo. */
static void input_timestamp(struct mytcp_sock *ms, const struct mytcp_seg *seg)
{
	if (!(ms->opt & seg->opts.has & MYTCP_HAS_TS) ||
	    mytcp_seq_gt(seg->seq, ms->rcv_wup))
		return;
	if (ms->ts_recent_stamp && (s32)(seg->opts.tsval - ms->ts_recent) < 0 &&
	    ktime_get_seconds() < ms->ts_recent_stamp + MYTCP_PAWS_LIFE)
		return;
	ms->ts_recent = seg->opts.tsval;
	ms->ts_recent_stamp = ktime_get_seconds() ?: 1;
	if (seg->seq == ms->rcv_nxt)
		mytcp_paws_late_ends(ms);
}

/* Fifth, SYN-RECEIVED: the ACK of our SYN makes the connection. */
static int input_ack_syn_recv(struct sock *sk, const struct mytcp_seg *seg,
			      unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!mytcp_seq_gt(seg->ack, ms->snd_una) ||
	    mytcp_seq_gt(seg->ack, ms->snd_nxt)) {
		*acts |= MYTCP_ACT_RESET;
		return MYTCP_MIB_DropBadAck;
	}
	mytcp_ack_first(sk, seg);
	if (ms->fastopen && !ms->passive)
		mytcp_fastopen_answered(sk, seg);
	mytcp_sock_set_state(sk, MYTCP_ESTABLISHED);
	*acts |= MYTCP_ACT_ESTABLISHED | MYTCP_ACT_PUSH;
	if (!ms->passive && !sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
	return MYTCP_GO_ON;
}

/* Fifth: check the ACK field. */
static int input_ack(struct sock *sk, const struct mytcp_seg *seg,
		     unsigned int *acts)
{
	if (!(seg->flags & MYTCP_ACK))
		return MYTCP_MIB_DropNoAck;
	if (mytcp_sock_state(sk) == MYTCP_SYN_RECV)
		return input_ack_syn_recv(sk, seg, acts);
	return mytcp_ack_process(sk, seg, acts);
}

/* Fifth, continued: the states in which the ACK of our FIN counts. */
static int input_fin_acked(struct sock *sk, unsigned int *acts)
{
	if (!mytcp_ack_covers_fin(sk))
		return MYTCP_GO_ON;
	switch (mytcp_sock_state(sk)) {
	case MYTCP_CLOSING:
		*acts |= MYTCP_ACT_TIMEWAIT;
		return MYTCP_TAKEN;
	case MYTCP_LAST_ACK:
		mytcp_sock_done(sk, 0);
		return MYTCP_TAKEN;
	}
	return MYTCP_GO_ON;
}

/*
 * Linux answers data that nobody can read any more with an RST: the user has
 * closed both ways (also RFC 9293 3.6, RFC 2525 2.17).
 */
static int input_unreadable(struct sock *sk, const struct mytcp_seg *seg,
			    unsigned int *acts)
{
	if (!(sk->sk_shutdown & RCV_SHUTDOWN) || !seg->len ||
	    !mytcp_sock_in(sk, MYTCP_ST(FIN_WAIT1) | MYTCP_ST(FIN_WAIT2)) ||
	    !mytcp_seq_gt(seg->seq + seg->len, mytcp_sk(sk)->rcv_nxt))
		return MYTCP_GO_ON;
	*acts |= MYTCP_ACT_RESET;
	mytcp_sock_purge_send(sk);
	mytcp_sock_done(sk, ECONNRESET);
	return MYTCP_MIB_TCPAbortOnData;
}

/* Eighth: the peer has sent its last octet. */
static void input_fin(struct sock *sk, unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);
	switch (mytcp_sock_state(sk)) {
	case MYTCP_ESTABLISHED:
		mytcp_sock_set_state(sk, MYTCP_CLOSE_WAIT);
		/* Most users close now: our FIN then carries the ACK. */
		ms->ack_pingpong = true;
		ms->ack_pending = true;
		*acts |= MYTCP_ACT_DELACK;
		break;
	case MYTCP_FIN_WAIT1:
		*acts |= MYTCP_ACT_ACK;
		if (mytcp_ack_covers_fin(sk))
			*acts |= MYTCP_ACT_TIMEWAIT;
		else
			mytcp_sock_set_state(sk, MYTCP_CLOSING);
		break;
	case MYTCP_FIN_WAIT2:
		*acts |= MYTCP_ACT_ACK | MYTCP_ACT_TIMEWAIT;
		break;
	}
	mytcp_sock_purge_reasm(sk);
	if (sock_flag(sk, SOCK_DEAD))
		return;
	sk->sk_state_change(sk);
	/* Half-closed: the reader is woken, the writer may go on. */
	if (sk->sk_shutdown == SHUTDOWN_MASK ||
	    mytcp_sock_state(sk) == MYTCP_CLOSE)
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_HUP);
	else
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
}

/* After the peer's FIN nothing new may come; an old one is answered. */
static void input_after_fin(struct sock *sk, struct sk_buff *skb,
			    const struct mytcp_seg *seg, unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 len = mytcp_segment_seqlen(seg);

	if (mytcp_seq_gt(seg->seq + len, ms->rcv_nxt)) {
		*acts |= MYTCP_ACT_ACK;
		mytcp_drop(sock_net(sk), skb, &ms->node.key, DropAfterFin);
		return;
	}
	if (len) {
		*acts |= MYTCP_ACT_ACK;
		mytcp_count(sock_net(sk), DelayedACKLost);
	}
	consume_skb(skb);
}

/* Sixth to eighth: URG, text, FIN. Consumes the skb. */
static void input_text(struct sock *sk, struct sk_buff *skb,
		       const struct mytcp_seg *seg, unsigned int *acts)
{
	const unsigned int takes = MYTCP_ST(ESTABLISHED) |
				   MYTCP_ST(FIN_WAIT1) | MYTCP_ST(FIN_WAIT2);

	if (!mytcp_sock_in(sk, takes)) {
		input_after_fin(sk, skb, seg, acts);
		return;
	}
	mytcp_data_urgent(sk, skb, seg);
	if (!mytcp_segment_seqlen(seg)) {
		consume_skb(skb);
		return;
	}
	if (mytcp_data_segment(sk, skb, seg, acts))
		input_fin(sk, acts);
}

/* First to fourth: what is not acceptable ends here. */
static int input_acceptable(struct sock *sk, struct mytcp_seg *seg,
			    unsigned int *acts)
{
	int verdict = input_paws(sk, seg, acts);

	if (verdict == MYTCP_GO_ON)
		verdict = input_sequence(sk, seg, acts);
	if (verdict == MYTCP_GO_ON)
		verdict = input_rst(sk, seg, acts);
	if (verdict == MYTCP_GO_ON)
		verdict = input_syn(sk, seg, acts);
	return verdict;
}

/* Fifth, and what follows from it before the text is looked at. */
static int input_acked(struct sock *sk, const struct mytcp_seg *seg,
		       unsigned int *acts)
{
	int verdict = input_ack(sk, seg, acts);

	if (verdict == MYTCP_GO_ON)
		verdict = input_fin_acked(sk, acts);
	if (verdict == MYTCP_GO_ON)
		verdict = input_unreadable(sk, seg, acts);
	return verdict;
}

/* RFC 9293 3.10.7.4: OTHER STATES. Consumes the skb with MYTCP_GO_ON only. */
static int input_other(struct sock *sk, struct sk_buff *skb,
		       struct mytcp_seg *seg, unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	int verdict = input_acceptable(sk, seg, acts);

	if (verdict != MYTCP_GO_ON)
		return verdict;
	ms->last_seg = (u32)jiffies;
	input_timestamp(ms, seg);
	verdict = input_acked(sk, seg, acts);
	if (verdict != MYTCP_GO_ON)
		return verdict;
	input_text(sk, skb, seg, acts);
	/* Only now: a FIN with this ACK leads straight to TIME_WAIT. */
	if (mytcp_sock_state(sk) == MYTCP_FIN_WAIT1 &&
	    mytcp_ack_covers_fin(sk) && !(*acts & MYTCP_ACT_TIMEWAIT))
		*acts |= MYTCP_ACT_FINWAIT2;
	return MYTCP_GO_ON;
}

/**
 * mytcp_input_segment() - a segment for a socket
 * @sk: socket, locked; may be closed, and destroyed if nobody holds it
 * @skb: the segment, at its payload; consumed
 * @seg: the same, parsed
 *
 * Return: MYTCP_ACT_*, for mytcp_receive().
 */
unsigned int mytcp_input_segment(struct sock *sk, struct sk_buff *skb,
				 struct mytcp_seg *seg)
{
	unsigned int acts = 0;
	int verdict;

	mytcp_tally(mytcp_sk(sk))->segs_in += skb_shinfo(skb)->gso_segs ?: 1;
	if (seg->len)
		mytcp_tally(mytcp_sk(sk))->data_segs_in += skb_shinfo(skb)->gso_segs ?: 1;
	switch (mytcp_sock_state(sk)) {
	case MYTCP_CLOSE:
	case MYTCP_LISTEN:
		/*
		 * Looked up before the connection ended. No RST: a bucket may
		 * own the key now, and the retransmission will find it.
		 */
		verdict = MYTCP_MIB_DropAfterClose;
		break;
	case MYTCP_SYN_SENT:
		verdict = input_syn_sent(sk, skb, seg, &acts);
		break;
	default:
		verdict = input_other(sk, skb, seg, &acts);
	}
	if (verdict != MYTCP_GO_ON)
		mytcp_drop_judged(sock_net(sk), skb, &mytcp_sk(sk)->node.key,
				  verdict);
	return acts;
}
