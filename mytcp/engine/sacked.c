// SPDX-License-Identifier: GPL-2.0
/*
 * The blocks of an ACK (RFC 2018 5, RFC 2883): which skbs the peer holds though
 * they are not acknowledged. What follows from it is recovery's.
 */
#include <linux/slab.h>

#include "mytcp/engine/sacked.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/sock/trace.h"

/**
 * mytcp_sacked_begin() - an ACK has come
 * @sk: socket, locked
 * @seg: the segment
 * @news: written: nothing so far
 */
void mytcp_sacked_begin(const struct sock *sk, const struct mytcp_seg *seg,
			struct mytcp_news *news)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	*news = (struct mytcp_news) {};
	if (!ms->bulk && !(seg->opts.has & MYTCP_HAS_SACK))
		return;
	news->rack = (struct mytcp_rack_ack) {
		.now_us = mytcp_clock_us(),
		.min_rtt_us = ms->rtt.min_us,
		.has_ts = ms->opt & seg->opts.has & MYTCP_HAS_TS,
		.tsecr = seg->opts.tsecr,
		.ts_offset = ms->ts_offset,
	};
}

/**
 * mytcp_sacked_delivered() - an skb is acknowledged or SACKed for the first time
 * @sk: socket, locked
 * @skb: in the tree of what is sent
 * @news: of the ACK; those of one ACK ascend
 */
void mytcp_sacked_delivered(struct sock *sk, const struct sk_buff *skb,
			    struct mytcp_news *news)
{
	const struct mytcp_cb *cb = mytcp_cb(skb);
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;
	const struct mytcp_rack_seg seg = {
		.xmit_us = cb->sent_us,
		.end = cb->end,
		.again = cb->tx > 1,
	};

	if (!bulk)
		return;
	news->reordered |= !seg.again && mytcp_seq_lt(seg.end, bulk->rack.fack);
	if (mytcp_rack_delivered(&bulk->rack, &seg, &news->rack))
		news->later = true;
}

/**
 * mytcp_sacked_advance() - snd_una has moved, and the queue follows it
 * @sk: socket, locked
 * @news: of the ACK; acked is set
 */
void mytcp_sacked_advance(struct sock *sk, struct mytcp_news *news)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 known = 0;

	if (ms->bulk)
		known = mytcp_scoreboard_advance(&ms->bulk->scoreboard,
						 ms->snd_una);
	news->delivered += news->acked - known;
}

/* Is all of the skb SACKed, once the block is taken in? */
static bool sacked_covers(const struct mytcp_scoreboard *sb,
			  const struct mytcp_sack_block *block,
			  const struct mytcp_cb *cb)
{
	return (mytcp_seq_ge(cb->seq, block->left) ||
		mytcp_scoreboard_holds(sb, cb->seq, block->left)) &&
	       (mytcp_seq_le(cb->end, block->right) ||
		mytcp_scoreboard_holds(sb, block->right, cb->end));
}

/*
 * Cut off what of an skb of several segments lies outside of the block. Only between
 * segments as they were sent (A11): what is left of one counts as not SACKed. True
 * when the skb is inside now; false when it is not, be it because what is inside has
 * become the next one.
 */
static bool sacked_cut(struct sock *sk, struct sk_buff *skb,
		       const struct mytcp_sack_block *block)
{
	u32 mss = max_t(u32, mytcp_sk(sk)->mss, 1);
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 len;

	if (mytcp_seq_lt(cb->seq, block->left)) {
		len = roundup(block->left - cb->seq, mss);
		/* not even the oldest: it would be cut again and again */
		if (len < skb->len && !mytcp_sendq_is_in_pieces(sk))
			mytcp_sendq_split_sent(sk, skb, len, GFP_ATOMIC);
		return false;
	}
	if (mytcp_seq_le(cb->end, block->right))
		return true;
	len = rounddown(block->right - cb->seq, mss);
	return len && len < skb->len &&
	       !mytcp_sendq_split_sent(sk, skb, len, GFP_ATOMIC);
}

/* A part of a block that is told for the first time. */
static void sacked_gap(struct sock *sk, const struct mytcp_sack_block *block,
		       const struct mytcp_sack_block *gap,
		       struct mytcp_news *news)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;
	struct sk_buff *skb = mytcp_sendq_find(sk, gap->left);

	for (; skb && mytcp_seq_lt(mytcp_cb(skb)->seq, gap->right);
	     skb = skb_rb_next(skb)) {
		struct mytcp_cb *cb = mytcp_cb(skb);

		if (cb->sacked ||
		    (!sacked_covers(&bulk->scoreboard, block, cb) &&
		     !sacked_cut(sk, skb, block)))
			continue;
		if (cb->tx <= 1 && !news->once) {
			news->once = true;
			news->once_from = cb->seq;
		}
		news->sacked_to = cb->end;
		mytcp_sacked_delivered(sk, skb, news);
		mytcp_rate_delivered(&news->rate, &cb->stamp, (u32)cb->sent_us);
		news->segs += mytcp_sendq_mark_sacked(sk, skb);
	}
}

static void sacked_block(struct sock *sk, const struct mytcp_sack_block *block,
			 struct mytcp_news *news)
{
	struct mytcp_scoreboard *sb = &mytcp_sk(sk)->bulk->scoreboard;
	struct mytcp_sack_block gap = { .right = block->left };
	u32 fresh;

	if (!mytcp_scoreboard_fits(sb, block))
		return;
	while (mytcp_scoreboard_next_gap(sb, block, &gap))
		sacked_gap(sk, block, &gap, news);
	fresh = mytcp_scoreboard_add(sb, block);
	news->sacked += fresh;
	news->delivered += fresh;
}

/* Without memory there is room for a few ranges, and the rest is ignored. */
static void sacked_make_room(struct mytcp_scoreboard *sb)
{
	unsigned int room = mytcp_scoreboard_wants_room(sb);
	struct mytcp_sack_block *more;

	if (!room)
		return;
	more = kmalloc_array(room, sizeof(*more), GFP_ATOMIC | __GFP_NOWARN);
	if (more)
		kfree(mytcp_scoreboard_give_room(sb, more, room));
}

/* RFC 2883 5; once an ACK. */
static void sacked_twice(struct sock *sk, const struct mytcp_sack_block *block,
			 u32 ack, struct mytcp_news *news)
{
	if (mytcp_seq_lt(block->left, ack))
		mytcp_count(sock_net(sk), TCPDSACKRecv);
	else
		mytcp_count(sock_net(sk), TCPDSACKOfoRecv);
	if (!news->has_dsack)
		mytcp_sk(sk)->bulk->dsacks++;
	news->has_dsack = true;
	news->dsack = *block;
}

/*
 * The blocks that are to be believed, in ascending order: those that RACK is told
 * of out of order would look reordered.
 */
static unsigned int sacked_sort(struct sock *sk, const struct mytcp_seg *seg,
				struct mytcp_sack_block *good,
				struct mytcp_news *news)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_sack_edges edges = {
		.ack = seg->ack,
		.una = ms->snd_una,
		.nxt = ms->snd_nxt,
		.oldest = mytcp_sacked_oldest(ms),
	};
	const struct mytcp_sack_block *blocks = seg->opts.sack;
	unsigned int n = min_t(unsigned int, seg->opts.nsack, MYTCP_MAX_SACKS);
	unsigned int count = 0, i, at;

	for (i = 0; i < n; i++) {
		switch (mytcp_scoreboard_judge(blocks, n, i, &edges)) {
		case MYTCP_SACK_OK:
			for (at = count++; at && mytcp_seq_lt(blocks[i].left,
							      good[at - 1].left); at--)
				good[at] = good[at - 1];
			good[at] = blocks[i];
			break;
		case MYTCP_SACK_DSACK:
			sacked_twice(sk, &blocks[i], seg->ack, news);
			break;
		case MYTCP_SACK_DSACK_OLD:
			mytcp_count(sock_net(sk), TCPDSACKIgnoredOld);
			break;
		case MYTCP_SACK_STALE:
			break;
		case MYTCP_SACK_INVALID:
			mytcp_count(sock_net(sk), TCPSACKDiscard);
			break;
		}
	}
	return count;
}

/**
 * mytcp_sacked_blocks() - the SACK option of an ACK
 * @sk: socket, locked; snd_una has moved
 * @seg: the segment
 * @news: what it tells is added
 *
 * A block that has been told before costs a binary search in the ranges.
 */
void mytcp_sacked_blocks(struct sock *sk, const struct mytcp_seg *seg,
			 struct mytcp_news *news)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_sack_block good[MYTCP_MAX_SACKS];
	struct mytcp_bulk *bulk;
	unsigned int n, i;

	if (!(seg->opts.has & MYTCP_HAS_SACK) || !mytcp_sacked_agreed(ms))
		return;
	bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);
	if (!bulk)
		return;
	sacked_make_room(&bulk->scoreboard);
	n = sacked_sort(sk, seg, good, news);
	for (i = 0; i < n; i++)
		sacked_block(sk, &good[i], news);
}

/**
 * mytcp_sacked_forget() - the peer has given up what it had (RFC 2018 8)
 * @sk: socket, locked
 */
void mytcp_sacked_forget(struct sock *sk)
{
	struct mytcp_bulk *bulk = mytcp_sk(sk)->bulk;
	struct sk_buff *skb;

	if (!bulk)
		return;
	mytcp_sent_walk(sk, skb)
		mytcp_cb(skb)->sacked = false;
	bulk->sacked = 0;
	mytcp_sendq_disorder(sk);
	mytcp_scoreboard_clear(&bulk->scoreboard);
}
