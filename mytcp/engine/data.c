// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a segment: urgent pointer, receive queue, out-of-order pieces.
 * RFC 9293 3.10.7.4, sixth and seventh.
 */
#include "mytcp/engine/data.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/paws.h"
#include "mytcp/engine/window.h"
#include "mytcp/sock/drop.h"

/*
 * Out-of-order pieces a connection may hold. The largest window of the default
 * rmem needs half of them in full segments; what they weigh is bounded, too.
 */
#define MAX_PIECES	8192

/**
 * mytcp_data_is_readable() - is so much here, or as much as may ever come?
 * @sk: socket; locked or not
 * @target: octets, SO_RCVLOWAT or more
 *
 * More cannot come when the buffer is all but full, or the window closed to
 * less than a segment.
 */
bool mytcp_data_is_readable(const struct sock *sk, int target)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	int here = READ_ONCE(ms->rcv_nxt) - READ_ONCE(ms->copied_seq);
	int size = READ_ONCE(sk->sk_rcvbuf);

	if (here <= 0)
		return false;
	return here >= target ||
	       atomic_read(&sk->sk_rmem_alloc) > size - (size >> 3) ||
	       mytcp_window_left(ms) <= ms->rcv_mss;
}

/*
 * SO_RCVLOWAT spares the user wake-ups. A recv() that wants less, or has taken a
 * part already, waits for less than the mark.
 */
static void data_wake_reader(struct sock *sk)
{
	if (sock_flag(sk, SOCK_DEAD))
		return;
	if (mytcp_sk(sk)->early_readers ||
	    mytcp_data_is_readable(sk, sk->sk_rcvlowat))
		sk->sk_data_ready(sk);
}

/* RFC 9293 3.8.5: a pointer that tells something new. */
static void data_urgent_pointer(struct sock *sk, const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 at = seg->urg;

	if (!mytcp_net(sock_net(sk))->stdurg && at)
		at--;
	at += seg->seq;
	/* Read already, or known already. */
	if (mytcp_seq_gt(ms->copied_seq, at) || mytcp_seq_lt(at, ms->rcv_nxt))
		return;
	if (ms->urg_data && !mytcp_seq_gt(at, ms->urg_seq))
		return;
	sk_send_sigurg(sk);	/* MUST-32 */
	/*
	 * The reader stands at the older urgent octet: it becomes ordinary
	 * data, which a normal read must not skip any more.
	 */
	WRITE_ONCE(ms->urg_data, MYTCP_URG_NOTYET);
	WRITE_ONCE(ms->urg_seq, at);
}

/**
 * mytcp_data_urgent() - the URG bit of a segment
 * @sk: socket, locked
 * @skb: the segment, at its payload
 * @seg: the same, parsed
 */
void mytcp_data_urgent(struct sock *sk, const struct sk_buff *skb,
		       const struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 offset;
	u8 octet;

	if (seg->flags & MYTCP_URG)
		data_urgent_pointer(sk, seg);
	if (ms->urg_data != MYTCP_URG_NOTYET)
		return;
	offset = ms->urg_seq - seg->seq;
	if (offset >= seg->len || skb_copy_bits(skb, offset, &octet, 1))
		return;
	WRITE_ONCE(ms->urg_data, MYTCP_URG_VALID | octet);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/*
 * Is there memory? What is in order is promised by the window, and may exceed
 * the buffer by the weight of small skbs; what is out of order may not.
 */
static bool data_fits(struct sock *sk, struct sk_buff *skb, bool in_order)
{
	int limit = READ_ONCE(sk->sk_rcvbuf);

	if (in_order)
		limit = min_t(s64, 2LL * limit, INT_MAX);
	if (atomic_read(&sk->sk_rmem_alloc) >= limit)
		return false;
	return sk_rmem_schedule(sk, skb, skb->truesize);
}

/*
 * The text of @skb, which rmem does not count yet, goes to that of @tail, which ends
 * where it begins. The caller sees to tail's end, and to kfree_skb_partial().
 */
static bool data_coalesce(struct sock *sk, struct sk_buff *tail,
			  struct sk_buff *skb, bool *stolen)
{
	int delta;

	if ((mytcp_cb(tail)->flags & MYTCP_FIN) ||
	    !skb_try_coalesce(tail, skb, stolen, &delta))
		return false;
	atomic_add(delta, &sk->sk_rmem_alloc);
	sk_mem_charge(sk, delta);
	/* The reader is told of the last part's arrival. */
	if (skb->tstamp || skb_hwtstamps(skb)->hwtstamp) {
		tail->tstamp = skb->tstamp;
		*skb_hwtstamps(tail) = *skb_hwtstamps(skb);
	}
	mytcp_cb(tail)->flags |= mytcp_cb(skb)->flags & MYTCP_FIN;
	mytcp_count(sock_net(sk), TCPRcvCoalesce);
	return true;
}

static bool data_join_queue(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	struct mytcp_cb *cb = mytcp_cb(skb);
	bool stolen;

	if (!tail || mytcp_cb(tail)->end != cb->seq ||
	    !data_coalesce(sk, tail, skb, &stolen))
		return false;
	mytcp_cb(tail)->end = cb->end;
	kfree_skb_partial(skb, stolen);
	return true;
}

/*
 * A piece follows another without a hole: a window's worth of segments alone would
 * weigh more than the buffer, and some would have to be given up.
 */
static bool data_join_piece(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_piece *piece = &mytcp_cb(skb)->piece;
	struct mytcp_piece *to = mytcp_reasm_touched(piece);
	bool stolen;

	if (!to || !data_coalesce(sk, mytcp_piece_skb(to), skb, &stolen))
		return false;
	mytcp_reasm_join(&mytcp_sk(sk)->bulk->reasm, to, piece);
	kfree_skb_partial(skb, stolen);
	return true;
}

/* In order: into the receive queue. @owned: rmem counts the skb already. */
static void data_deliver(struct sock *sk, struct sk_buff *skb, bool owned)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 end = mytcp_cb(skb)->end;

	mytcp_tally(ms)->bytes_received += end - ms->rcv_nxt;
	WRITE_ONCE(ms->rcv_nxt, end);
	if (!owned && data_join_queue(sk, skb))
		return;
	if (!owned)
		skb_set_owner_r(skb, sk);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
}

/*
 * Out-of-order pieces that RCV.NXT has reached follow. True when one of them
 * ends with the FIN.
 */
static bool data_drain(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = ms->bulk;
	struct mytcp_piece *piece;
	bool fin = false;

	while (!fin && (piece = mytcp_reasm_first(&bulk->reasm)) &&
	       mytcp_seq_le(piece->seq, ms->rcv_nxt)) {
		struct sk_buff *skb = mytcp_piece_skb(piece);

		mytcp_reasm_remove(&bulk->reasm, piece);
		if (mytcp_seq_le(piece->end, ms->rcv_nxt)) {
			consume_skb(skb);
			continue;
		}
		fin = mytcp_cb(skb)->flags & MYTCP_FIN;
		data_deliver(sk, skb, true);
	}
	mytcp_sacks_advance(&bulk->sacks, ms->rcv_nxt);
	return fin;
}

/* Cut the skb to what its piece has kept of [@seq, @end). False: no memory. */
static bool data_fit_skb(struct sk_buff *skb, u32 seq, u32 end)
{
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 front = cb->seq - seq;

	if (front && !pskb_pull(skb, front))
		return false;
	if (cb->end != end) {
		/* The FIN stood at the very end. */
		cb->flags &= ~MYTCP_FIN;
		if (pskb_trim(skb, cb->end - cb->seq))
			return false;
	}
	return true;
}

static void data_free_covered(struct mytcp_piece *covered)
{
	while (covered) {
		struct sk_buff *skb = mytcp_piece_skb(covered);

		covered = covered->next;
		consume_skb(skb);
	}
}

/*
 * Give up the farthest piece: it is what the peer will send again last. That it
 * was reported does not forbid it, but it must not be reported any more (RFC
 * 2018 8).
 */
static void data_prune(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = ms->bulk;
	struct mytcp_piece *last = mytcp_reasm_last(&bulk->reasm);

	mytcp_reasm_remove(&bulk->reasm, last);
	mytcp_sacks_retreat(&bulk->sacks, last->seq);
	mytcp_drop(sock_net(sk), mytcp_piece_skb(last), &ms->node.key,
		   TCPOFODrop);
}

/*
 * Room for one more piece, @skb: their number is bounded, and so is what
 * they weigh (A13). Those that lie farther give way to it.
 */
static bool data_make_room(struct sock *sk, struct sk_buff *skb)
{
	const struct mytcp_reasm *reasm = &mytcp_sk(sk)->bulk->reasm;

	while (reasm->count >= MAX_PIECES || !data_fits(sk, skb, false)) {
		const struct mytcp_piece *last = mytcp_reasm_last(reasm);

		if (!last || mytcp_seq_ge(mytcp_cb(skb)->seq, last->seq))
			return false;
		data_prune(sk);
	}
	return true;
}

/* What is in order comes before all that is not. */
static bool data_make_room_in_order(struct sock *sk, struct sk_buff *skb)
{
	while (!data_fits(sk, skb, true)) {
		if (!mytcp_sock_has_pieces(mytcp_sk(sk)))
			return false;
		data_prune(sk);
	}
	return true;
}

/**
 * mytcp_data_twice() - octets came that are here already
 * @sk: socket, locked
 * @left: the first of them
 * @right: the one after the last; up to RCV.NXT if @left is before it
 *
 * RFC 2883: the next ACK says so, and the peer learns what it has sent in vain.
 */
void mytcp_data_twice(struct sock *sk, u32 left, u32 right)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk;

	if (!(ms->opt & MYTCP_HAS_SACK_PERM) ||
	    !READ_ONCE(mytcp_net(sock_net(sk))->dsack))
		return;
	bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	if (!bulk)
		return;
	mytcp_sacks_twice(&bulk->sacks, left, right, ms->rcv_nxt);
	if (mytcp_seq_lt(left, ms->rcv_nxt))
		mytcp_count(sock_net(sk), TCPDSACKOldSent);
	else
		mytcp_count(sock_net(sk), TCPDSACKOfoSent);
}

/* Beyond RCV.NXT: SHLD-31 keeps it. Consumes the skb. */
static void data_out_of_order(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 seq = cb->seq, end = cb->end;
	struct mytcp_piece *covered;
	struct mytcp_bulk *bulk;

	mytcp_delack_enter_quick(sk, 16);
	bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	if (!bulk) {
		mytcp_drop(sock_net(sk), skb, &ms->node.key, DropNoMemory);
		return;
	}
	bulk->pieces += max_t(u32, 1, skb_shinfo(skb)->gso_segs);
	if (!data_make_room(sk, skb)) {
		mytcp_drop(sock_net(sk), skb, &ms->node.key, TCPOFODrop);
		return;
	}
	if (mytcp_reasm_insert(&bulk->reasm, &cb->piece, &covered) ==
	    MYTCP_REASM_DUP) {
		mytcp_count(sock_net(sk), TCPOFOMerge);
		mytcp_data_twice(sk, seq, end);
		consume_skb(skb);
		return;
	}
	data_free_covered(covered);
	mytcp_count(sock_net(sk), TCPOFOQueue);
	mytcp_paws_late_begins(ms);
	if (!data_fit_skb(skb, seq, end)) {
		mytcp_reasm_remove(&bulk->reasm, &cb->piece);
		mytcp_drop(sock_net(sk), skb, &ms->node.key, DropNoMemory);
		return;
	}
	mytcp_sacks_add(&bulk->sacks, cb->seq, cb->end);
	if (!data_join_piece(sk, skb))
		skb_set_owner_r(skb, sk);
}

/* Cut what lies beyond the window; the verdict when nothing is left. */
static int data_trim_to_window(struct mytcp_sock *ms, struct sk_buff *skb)
{
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 edge = ms->rcv_nxt + mytcp_window_left(ms);
	u32 text_end = cb->seq + skb->len;

	/* A FIN alone takes no room. */
	if (mytcp_seq_le(text_end, edge))
		return MYTCP_GO_ON;
	if (mytcp_seq_ge(cb->seq, edge))
		return mytcp_window_left(ms) ? MYTCP_MIB_DropOutOfWindow :
					       MYTCP_MIB_TCPZeroWindowDrop;
	cb->flags &= ~MYTCP_FIN;
	cb->end = edge;
	return pskb_trim(skb, edge - cb->seq) ? MYTCP_MIB_DropNoMemory :
						MYTCP_GO_ON;
}

/* May it stand in a queue? The verdict, and what follows from it. */
static int data_judge(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	int verdict;

	if (mytcp_seq_le(cb->end, ms->rcv_nxt)) {
		/* All old: our ACK was lost, or is late. */
		mytcp_data_twice(sk, cb->seq, cb->end);
		mytcp_count(sock_net(sk), DelayedACKLost);
		mytcp_delack_enter_quick(sk, 16);
		return MYTCP_TAKEN;
	}
	verdict = data_trim_to_window(ms, skb);
	if (verdict != MYTCP_GO_ON || mytcp_seq_gt(cb->seq, ms->rcv_nxt) ||
	    data_make_room_in_order(sk, skb))
		return verdict;
	/* what is here is all that will be, until it is read */
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
	return MYTCP_MIB_TCPRcvQDrop;
}

/**
 * mytcp_data_segment() - take the text of a segment
 * @sk: socket, locked, in a state that takes data
 * @skb: the segment, at its payload; consumed
 * @seg: the same, parsed; not empty, or with a FIN
 * @acts: what follows is added
 *
 * Return: true when RCV.NXT has reached the peer's FIN.
 */
bool mytcp_data_segment(struct sock *sk, struct sk_buff *skb,
			const struct mytcp_seg *seg, unsigned int *acts)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 one = skb_shinfo(skb)->gso_size ?: seg->len;
	bool fin, now;
	int verdict;

	skb->dev = NULL;
	skb_dst_drop(skb);
	cb->seq = seg->seq;
	cb->flags = seg->flags & MYTCP_FIN;
	cb->end = seg->seq + seg->len + !!cb->flags;
	*acts |= MYTCP_ACT_ACK;
	verdict = data_judge(sk, skb);
	if (verdict != MYTCP_GO_ON) {
		mytcp_drop_judged(sock_net(sk), skb, &ms->node.key, verdict);
		return false;
	}
	/* RFC 3168 6.1.5: not of what lies outside of the window */
	if (ms->ack_pending && mytcp_ecn_turns(sk, seg))
		mytcp_output_ack(sk);
	now = mytcp_ecn_received(sk, seg);
	if (mytcp_seq_gt(cb->seq, ms->rcv_nxt)) {
		data_out_of_order(sk, skb);
		return false;
	}
	fin = cb->flags;
	if (mytcp_seq_lt(cb->seq, ms->rcv_nxt))
		mytcp_data_twice(sk, cb->seq, ms->rcv_nxt);
	mytcp_delack_note_data(sk, one, seg->flags & MYTCP_PSH);
	data_deliver(sk, skb, false);
	if (mytcp_sock_has_pieces(ms))
		fin |= data_drain(sk);
	else if (!now)
		*acts ^= MYTCP_ACT_ACK | MYTCP_ACT_DELACK;
	data_wake_reader(sk);
	return fin;
}
