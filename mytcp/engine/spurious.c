// SPDX-License-Identifier: GPL-2.0
/*
 * Recoveries and timeouts for nothing: what was late is not lost. How that is found out
 * is in proto/undo and proto/frto; here they are asked, and the recovery is taken back.
 */
#include "mytcp/engine/spurious.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/sendq.h"

/* Nothing was lost: what is marked is on its way. */
static void spurious_take_back(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;

	mytcp_sent_walk(sk, skb) {
		if (!ms->lost)
			break;
		mytcp_sendq_clear_lost(sk, skb);
	}
	mytcp_sendq_disorder(sk);
	ms->recovery = MYTCP_RECOVERY_OPEN;
	mytcp_frto_cancel(&ms->bulk->frto);
	ms->ecn &= ~MYTCP_ECN_CWR;
	mytcp_undo_end(&ms->bulk->undo);
	mytcp_cong_undo(&ms->cong, mytcp_sock_flight(ms));
}

/* F-RTO: what does the ACK say of the timeout? */
static bool spurious_by_frto(struct sock *sk, const struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_frto *frto = &ms->bulk->frto;
	const struct mytcp_frto_ack ack = {
		.una = ms->snd_una,
		.nxt = ms->snd_nxt,
		.advances = news->acked,
		.sacked_below = news->once &&
				mytcp_seq_lt(news->once_from, frto->recover),
		.sacked_above = news->sacked &&
				mytcp_seq_gt(news->sacked_to, frto->recover),
		.may_send_new = !skb_queue_empty(&sk->sk_write_queue) &&
				mytcp_seq_gt(ms->snd_una + ms->snd_wnd, ms->snd_nxt),
	};

	switch (mytcp_frto_on_ack(frto, &ack)) {
	case MYTCP_FRTO_SPURIOUS:
		return true;
	case MYTCP_FRTO_GENUINE:
		ms->cong.cwnd = min_t(u32, ms->cong.cwnd, MYTCP_FRTO_CWND);
		return false;
	default:
		return false;
	}
}

/**
 * mytcp_spurious_undo() - was what is being repaired, or has been, only late?
 * @sk: socket, locked
 * @news: what an ACK without ECN-Echo tells
 * @rtt_us: its sample of the round trip, 0 for none
 *
 * Eifel detection by timestamp (RFC 3522), D-SACKs of all that was sent again (RFC
 * 3708), or, after a timeout, F-RTO (RFC 5682); the answer is RFC 4015's.
 *
 * Return: true when it was, and the window is what it had been.
 */
bool mytcp_spurious_undo(struct sock *sk, const struct mytcp_news *news, u32 rtt_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = ms->bulk;
	bool timeout = ms->recovery == MYTCP_RECOVERY_LOSS;
	struct mytcp_undo_ack ack;

	if (!bulk)
		return false;
	ack = (struct mytcp_undo_ack) {
		.una = ms->snd_una,
		.nxt = ms->snd_nxt,
		.has_ts = news->rack.has_ts,
		.tsecr = news->rack.tsecr,
		.dsack = news->has_dsack,
		.dsack_before = bulk->dsacks > news->has_dsack,
	};
	if (news->acked && mytcp_undo_by_timestamp(&bulk->undo, &ack)) {
		if (timeout)
			mytcp_count(sock_net(sk), TCPLossUndo);
		else if (mytcp_seq_lt(ms->snd_una, ms->recover))
			mytcp_count(sock_net(sk), TCPPartialUndo);
		else
			mytcp_count(sock_net(sk), TCPFullUndo);
		/*
		 * RFC 8985 6.2 step 4, a round trip before the D-SACK: until it came,
		 * each ACK would begin such a recovery.
		 */
		if (!timeout)
			mytcp_rack_adapt(&bulk->rack, ms->snd_una, ms->snd_nxt,
					 true, false);
	} else if (news->has_dsack &&
		   mytcp_undo_by_dsack(&bulk->undo, &news->dsack)) {
		mytcp_count(sock_net(sk), TCPDSACKUndo);
	} else if (timeout && spurious_by_frto(sk, news)) {
		mytcp_count(sock_net(sk), TCPSpuriousRTOs);
	} else {
		return false;
	}
	spurious_take_back(sk);
	if (timeout && rtt_us)
		mytcp_rtt_raise(&ms->rtt, rtt_us);
	return true;
}

/**
 * mytcp_spurious_doubt() - the retransmission timer ran out: was that too early?
 * @sk: socket, locked, with something in flight
 *
 * F-RTO, unless an ACK could be for a copy of something else than the oldest segment.
 */
void mytcp_spurious_doubt(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool copies = !READ_ONCE(mytcp_net(sock_net(sk))->frto);
	struct sk_buff *head = mytcp_sent_first(sk), *skb;

	if (!ms->bulk)
		return;
	mytcp_sent_walk(sk, skb)
		copies |= skb != head && mytcp_cb(skb)->tx > 1 &&
			  !mytcp_cb(skb)->sacked;
	mytcp_frto_begin(&ms->bulk->frto,
			 ms->snd_una + min_t(u32, ms->mss,
					     mytcp_cb(head)->end - ms->snd_una),
			 mytcp_sacked_agreed(ms), copies);
}
