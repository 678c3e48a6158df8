// SPDX-License-Identifier: GPL-2.0
/* The user's data on its way: queued, split, trimmed, freed, accounted. */
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/txstamp.h"

#define PIECES_SLACK	(2 * 65536)	/* a small send buffer takes large skbs, too */

/**
 * mytcp_sendq_alloc() - an empty skb with room for headers
 * @sk: socket
 * @gfp: allocation flags
 *
 * Payload goes into page fragments only: headers are pushed on clones, and the
 * linear part stays free for them.
 *
 * Return: neither queued nor charged; NULL without memory.
 */
struct sk_buff *mytcp_sendq_alloc(struct sock *sk, gfp_t gfp)
{
	struct sk_buff *skb = alloc_skb_fclone(MYTCP_HEADROOM, gfp);

	if (!skb)
		return NULL;
	skb_reserve(skb, MYTCP_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	memset(mytcp_cb(skb), 0, sizeof(struct mytcp_cb));
	return skb;
}

static void sendq_charge(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
}

/**
 * mytcp_sendq_append() - queue an skb behind all others, and charge it
 * @sk: socket, locked
 * @skb: from mytcp_sendq_alloc(), without payload so far
 */
void mytcp_sendq_append(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_cb *cb = mytcp_cb(skb);

	cb->seq = mytcp_sk(sk)->write_seq;
	cb->end = cb->seq;
	__skb_queue_tail(&sk->sk_write_queue, skb);
	sendq_charge(sk, skb);
}

/**
 * mytcp_sendq_take_back() - remove an skb of sk_write_queue that stayed empty
 * @sk: socket, locked
 * @skb: the skb
 */
void mytcp_sendq_take_back(struct sock *sk, struct sk_buff *skb)
{
	__skb_unlink(skb, &sk->sk_write_queue);
	mytcp_sock_free_sent(sk, skb);
	sk_mem_reclaim(sk);
}

/**
 * mytcp_sendq_expand() - let the send buffer follow the congestion window
 * @sk: socket, locked
 *
 * Room for what is in flight and as much again to follow it, up to wmem's
 * maximum; never against SO_SNDBUF.
 */
void mytcp_sendq_expand(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u64 want;

	if (sk->sk_userlocks & SOCK_SNDBUF_LOCK)
		return;
	want = 2ULL * max_t(u32, ms->cong.cwnd, MYTCP_CONG_IW) *
	       SKB_TRUESIZE(ms->mss + MYTCP_HEADROOM);
	want = min_t(u64, want, READ_ONCE(mytcp_net(sock_net(sk))->wmem[2]));
	if (want > READ_ONCE(sk->sk_sndbuf))
		WRITE_ONCE(sk->sk_sndbuf, want);
}

/* What belongs to the end of an skb goes with its second half. */
static void sendq_divide_cb(struct sk_buff *skb, struct sk_buff *rest, u32 len)
{
	struct mytcp_cb *cb = mytcp_cb(skb);
	struct mytcp_cb *tail = mytcp_cb(rest);

	*tail = *cb;
	tail->seq = cb->seq + len;
	cb->end = tail->seq;
	cb->flags &= ~(MYTCP_FIN | MYTCP_PSH | MYTCP_CB_EOR);
	mytcp_txstamp_divide(skb, rest);
}

/* Cut an skb in two; the second half, in no queue, or NULL and nothing changed. */
static struct sk_buff *sendq_split(struct sock *sk, struct sk_buff *skb, u32 len,
				   gfp_t gfp)
{
	struct sk_buff *rest;
	int moved;

	if (skb_unclone(skb, gfp))
		return NULL;
	rest = mytcp_sendq_alloc(sk, gfp);
	if (!rest)
		return NULL;

	moved = skb->len - len;
	skb_split(skb, rest, len);
	skb->truesize -= moved;
	rest->truesize += moved;
	sendq_divide_cb(skb, rest, len);
	/* The sum grows by the new skb's own weight. */
	sk_wmem_queued_add(sk, rest->truesize - moved);
	sk_mem_charge(sk, rest->truesize - moved);
	return rest;
}

/**
 * mytcp_sendq_split_unsent() - cut an skb of sk_write_queue in two
 * @sk: socket, locked
 * @skb: longer than @len
 * @len: octets that stay in @skb
 * @gfp: allocation flags
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mytcp_sendq_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len,
			     gfp_t gfp)
{
	struct sk_buff *rest = sendq_split(sk, skb, len, gfp);

	if (!rest)
		return -ENOMEM;
	__skb_queue_after(&sk->sk_write_queue, skb, rest);
	return 0;
}

/**
 * mytcp_sendq_can_gather() - may the first skb of sk_write_queue be made longer?
 * @sk: socket, locked
 * @len: octets that it shall hold
 *
 * Return: true when there is so much, of one record, in as few fragments as an skb can
 * have.
 */
bool mytcp_sendq_can_gather(const struct sock *sk, u32 len)
{
	unsigned int frags = 0;
	struct sk_buff *skb;
	u32 have = 0;

	skb_queue_walk(&sk->sk_write_queue, skb) {
		frags += skb_shinfo(skb)->nr_frags;
		if (!skb->len || frags > MAX_SKB_FRAGS)
			return false;
		have += skb->len;
		if (have >= len)
			return true;
		if (mytcp_cb(skb)->flags & MYTCP_CB_EOR)
			return false;
	}
	return false;
}

/* The octets of @next follow in @skb. */
static bool sendq_join(struct sock *sk, struct sk_buff *skb, struct sk_buff *next)
{
	bool stolen;
	int delta;

	if (!skb_try_coalesce(skb, next, &stolen, &delta))
		return false;
	next->truesize -= delta;	/* which is charged for, and moved with them */
	mytcp_cb(skb)->end = mytcp_cb(next)->end;
	mytcp_cb(skb)->flags |= mytcp_cb(next)->flags;
	mytcp_txstamp_join(skb, next);
	mytcp_sendq_take_back(sk, next);
	return true;
}

/**
 * mytcp_sendq_gather() - the first skb of sk_write_queue gets a length
 * @sk: socket, locked
 * @len: octets that it shall hold, mytcp_sendq_can_gather()
 *
 * Return: 0, or a negative errno, and the skbs are of any lengths.
 */
int mytcp_sendq_gather(struct sock *sk, u32 len)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue), *next;

	while (skb->len < len) {
		u32 more = len - skb->len;

		next = skb_peek_next(skb, &sk->sk_write_queue);
		if (next->len > more &&
		    mytcp_sendq_split_unsent(sk, next, more, GFP_ATOMIC))
			return -ENOMEM;
		if (!sendq_join(sk, skb, next))
			return -EMSGSIZE;
	}
	if (skb->len == len)
		return 0;
	return mytcp_sendq_split_unsent(sk, skb, len, GFP_ATOMIC);
}

/**
 * mytcp_sendq_is_in_pieces() - shall the queue be cut no more?
 * @sk: socket, locked
 *
 * A11, CVE-2019-11478: where a peer wants it, an skb of many segments becomes one for
 * each, which weighs more than the text. Twice what the user may queue is enough.
 *
 * Return: true when it is, and that is counted.
 */
bool mytcp_sendq_is_in_pieces(struct sock *sk)
{
	if (sk->sk_wmem_queued / 2 <= READ_ONCE(sk->sk_sndbuf) + PIECES_SLACK)
		return false;
	mytcp_count(sock_net(sk), TCPWqueueTooBig);
	return true;
}

/**
 * mytcp_sendq_split_sent() - cut an skb that was sent in two
 * @sk: socket, locked
 * @skb: longer than @len
 * @len: octets that stay in @skb
 * @gfp: allocation flags
 *
 * Return: 0, or -ENOMEM with nothing changed: no memory, or the queue is in so many
 * pieces already that only the oldest is cut, which has to go again.
 */
int mytcp_sendq_split_sent(struct sock *sk, struct sk_buff *skb, u32 len,
			   gfp_t gfp)
{
	struct sk_buff *rest;

	if (skb != mytcp_sent_first(sk) && mytcp_sendq_is_in_pieces(sk))
		return -ENOMEM;
	rest = sendq_split(sk, skb, len, gfp);
	if (!rest)
		return -ENOMEM;
	mytcp_sent_insert(sk, rest, skb);
	if (mytcp_sent_is_ordered(skb))
		list_add(&rest->tcp_tsorted_anchor, &skb->tcp_tsorted_anchor);
	return 0;
}

/**
 * mytcp_sendq_mark_lost() - a segment is lost
 * @sk: socket, locked
 * @skb: in the send queue
 */
void mytcp_sendq_mark_lost(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);

	if (cb->lost || cb->sacked)
		return;
	if (ms->bulk && (!ms->lost || mytcp_seq_lt(cb->seq, ms->bulk->lost_from)))
		ms->bulk->lost_from = cb->seq;
	mytcp_sent_unorder(skb);
	if (cb->tx > 1)
		mytcp_count(sock_net(sk), TCPLostRetransmit);
	cb->lost = true;
	ms->lost += cb->end - cb->seq;
}

/**
 * mytcp_sendq_clear_lost() - it was sent again, or acknowledged
 * @sk: socket, locked
 * @skb: in the send queue
 */
void mytcp_sendq_clear_lost(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_cb *cb = mytcp_cb(skb);

	if (!cb->lost)
		return;
	cb->lost = false;
	mytcp_sk(sk)->lost -= cb->end - cb->seq;
}

static void sendq_order_those(struct sock *sk, bool again)
{
	struct sk_buff *skb;

	mytcp_sent_walk(sk, skb) {
		const struct mytcp_cb *cb = mytcp_cb(skb);
		bool twice = cb->tx > 1;

		if (!cb->lost && !cb->sacked && twice == again)
			list_add_tail(&skb->tcp_tsorted_anchor,
				      &mytcp_sk(sk)->bulk->order);
	}
}

/**
 * mytcp_sendq_order() - from now on, times of transmission matter
 * @sk: socket, locked, with a struct mytcp_bulk
 *
 * What was sent once was sent in the order of its numbers. What was sent again comes
 * behind: it was later than most.
 */
void mytcp_sendq_order(struct sock *sk)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	if (bulk->ordered)
		return;
	bulk->ordered = true;
	sendq_order_those(sk, false);
	sendq_order_those(sk, true);
}

/**
 * mytcp_sendq_disorder() - marks were taken back from skbs of any age
 * @sk: socket, locked, with a struct mytcp_bulk
 *
 * The next mytcp_sendq_order() puts all of them where they belong.
 */
void mytcp_sendq_disorder(struct sock *sk)
{
	struct sk_buff *skb;

	mytcp_sent_walk(sk, skb)
		mytcp_sent_unorder(skb);
	mytcp_sk(sk)->bulk->ordered = false;
}

/**
 * mytcp_sendq_sent_now() - none was sent later than this one
 * @sk: socket, locked
 * @skb: in the tree of what is sent, not marked
 */
void mytcp_sendq_sent_now(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;

	if (!bulk || !bulk->ordered)
		return;
	mytcp_sent_unorder(skb);
	list_add_tail(&skb->tcp_tsorted_anchor, &bulk->order);
}

/* Segments of today's MSS; a SYN or FIN alone is one. */
static u32 sendq_segments(const struct sock *sk, const struct sk_buff *skb)
{
	u32 mss = max_t(u32, mytcp_sk(sk)->mss, 1);

	return max(DIV_ROUND_UP(skb->len, mss), 1U);
}

/**
 * mytcp_sendq_mark_sacked() - the peer has it, and may give it up again
 * @sk: socket, locked, with a struct mytcp_bulk
 * @skb: in the tree of what is sent, not marked so far
 *
 * Return: the segments it is.
 */
u32 mytcp_sendq_mark_sacked(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_cb *cb = mytcp_cb(skb);

	mytcp_sendq_clear_lost(sk, skb);
	mytcp_sent_unorder(skb);
	cb->sacked = true;
	mytcp_sk(sk)->bulk->sacked += cb->end - cb->seq;
	return sendq_segments(sk, skb);
}

/**
 * mytcp_sendq_find() - the oldest skb sent that ends behind a sequence number
 * @sk: socket, locked
 * @seq: the sequence number
 *
 * Return: the skb; NULL when all end before it.
 */
struct sk_buff *mytcp_sendq_find(const struct sock *sk, u32 seq)
{
	struct rb_node *node = mytcp_sent_tree(sk)->rb_node;
	struct sk_buff *found = NULL;

	while (node) {
		struct sk_buff *skb = rb_to_skb(node);

		if (mytcp_seq_gt(mytcp_cb(skb)->end, seq)) {
			found = skb;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

/**
 * mytcp_sendq_acked() - an skb has been acknowledged; freed
 * @sk: socket, locked
 * @skb: in the tree of what is sent
 *
 * Return: the segments it was; 0 when the peer had SACKed it, and it was counted.
 */
u32 mytcp_sendq_acked(struct sock *sk, struct sk_buff *skb)
{
	const struct mytcp_cb *cb = mytcp_cb(skb);
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 segs = sendq_segments(sk, skb);

	mytcp_sendq_clear_lost(sk, skb);
	if (cb->sacked) {
		ms->bulk->sacked -= cb->end - cb->seq;
		segs = 0;
	}
	mytcp_sent_remove(sk, skb);
	mytcp_txstamp_acked(sk, skb);
	mytcp_sock_free_sent(sk, skb);
	return segs;
}

/**
 * mytcp_sendq_trim() - forget the octets of a sent skb before @seq
 * @sk: socket, locked
 * @skb: in the send queue; freed, what remains follows in its place
 * @seq: within the skb's data
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mytcp_sendq_trim(struct sock *sk, struct sk_buff *skb, u32 seq)
{
	if (mytcp_sendq_split_sent(sk, skb, seq - mytcp_cb(skb)->seq,
				   GFP_ATOMIC))
		return -ENOMEM;
	mytcp_sendq_acked(sk, skb);	/* who took the ACK has told of them */
	return 0;
}
