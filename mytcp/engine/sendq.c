// SPDX-License-Identifier: GPL-2.0
/* The user's data on its way: queued, split, trimmed, freed, accounted. */
#include "mytcp/engine/sendq.h"

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
	mytcp_sendq_free(sk, skb);
}

/**
 * mytcp_sendq_free() - free an unlinked skb and give its charge back
 * @sk: socket, locked
 * @skb: the skb
 */
void mytcp_sendq_free(struct sock *sk, struct sk_buff *skb)
{
	mytcp_sock_free_sent(sk, skb);
}

/**
 * mytcp_sendq_tail() - last skb not sent yet, or NULL
 * @sk: socket, locked
 */
struct sk_buff *mytcp_sendq_tail(const struct sock *sk)
{
	return skb_peek_tail(&sk->sk_write_queue);
}

/**
 * mytcp_sendq_unsent() - is there data (or a FIN) never sent?
 * @sk: socket, locked
 */
bool mytcp_sendq_unsent(const struct sock *sk)
{
	return !skb_queue_empty(&sk->sk_write_queue);
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
	cb->flags &= ~(MYTCP_FIN | MYTCP_PSH);
}

/**
 * mytcp_sendq_split() - cut an skb in two
 * @sk: socket, locked
 * @queue: where @skb stands
 * @skb: longer than @len
 * @len: octets that stay in @skb
 * @gfp: allocation flags
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int mytcp_sendq_split(struct sock *sk, struct sk_buff_head *queue,
		      struct sk_buff *skb, u32 len, gfp_t gfp)
{
	struct sk_buff *rest;
	int moved;

	if (skb_unclone(skb, gfp))
		return -ENOMEM;
	rest = mytcp_sendq_alloc(sk, gfp);
	if (!rest)
		return -ENOMEM;

	moved = skb->len - len;
	skb_split(skb, rest, len);
	skb->truesize -= moved;
	rest->truesize += moved;
	sendq_divide_cb(skb, rest, len);
	/* The sum grows by the new skb's own weight. */
	sk_wmem_queued_add(sk, rest->truesize - moved);
	sk_mem_charge(sk, rest->truesize - moved);
	__skb_queue_after(queue, skb, rest);
	return 0;
}

/**
 * mytcp_sendq_mark_lost() - a segment is lost
 * @sk: socket, locked
 * @skb: in the send queue
 */
void mytcp_sendq_mark_lost(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_cb *cb = mytcp_cb(skb);

	if (cb->lost)
		return;
	cb->lost = true;
	mytcp_sk(sk)->lost += cb->end - cb->seq;
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

/**
 * mytcp_sendq_acked() - an skb has been acknowledged; freed
 * @sk: socket, locked
 * @skb: in the send queue
 *
 * Return: the segments it was, of today's MSS; a SYN or FIN alone is one.
 */
u32 mytcp_sendq_acked(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 segs = DIV_ROUND_UP(skb->len, max_t(u32, ms->mss, 1));

	mytcp_sendq_clear_lost(sk, skb);
	__skb_unlink(skb, &ms->send_queue);
	mytcp_sendq_free(sk, skb);
	return max(segs, 1U);
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
	struct sk_buff_head *queue = &mytcp_sk(sk)->send_queue;

	if (mytcp_sendq_split(sk, queue, skb, seq - mytcp_cb(skb)->seq,
			      GFP_ATOMIC))
		return -ENOMEM;
	mytcp_count_add(sock_net(sk), TCPDelivered, mytcp_sendq_acked(sk, skb));
	return 0;
}
