// SPDX-License-Identifier: GPL-2.0
/*
 * SO_TIMESTAMPING of what is sent: when the last octet of a call went to the queueing
 * discipline, to the device, and when it was acknowledged. The first two are the
 * kernel's, which finds tx_flags and tskey in every copy; the last is told here.
 *
 * tskey is a sequence number, as segmentation offload wants it. To the program it
 * counts the octets since SOF_TIMESTAMPING_OPT_ID was set; the kernel does that sum
 * for its own TCP only, so it is done when the program reads: sk_tskey is its zero.
 */
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <net/sock.h>

#include "mytcp/engine/txstamp.h"

/**
 * mytcp_txstamp_begin() - a call begins to queue what shall be stamped
 * @sk: socket, locked
 * @tsflags: SOF_TIMESTAMPING_*
 *
 * The first since SOF_TIMESTAMPING_OPT_ID was set, which has made sk_tskey 0.
 */
void mytcp_txstamp_begin(struct sock *sk, u32 tsflags)
{
	if ((tsflags & SOF_TIMESTAMPING_OPT_ID) && !atomic_read(&sk->sk_tskey))
		atomic_set(&sk->sk_tskey, mytcp_sk(sk)->write_seq);
}

/**
 * mytcp_txstamp_ask() - a call ends with this skb
 * @sk: socket, locked
 * @skb: it has the last octet; not sent so far
 * @tsflags: SOF_TIMESTAMPING_*
 */
void mytcp_txstamp_ask(struct sock *sk, struct sk_buff *skb, u32 tsflags)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	struct mytcp_cb *cb = mytcp_cb(skb);

	if (!tsflags)
		return;
	sock_tx_timestamp(sk, tsflags, &info->tx_flags);
	if (tsflags & SOF_TIMESTAMPING_TX_ACK)
		cb->flags |= MYTCP_CB_STAMP_ACK;
	if (tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK)
		info->tskey = cb->seq + skb->len - 1;
}

static bool is_asked(const struct sk_buff *skb)
{
	return (skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP) ||
	       (mytcp_cb(skb)->flags & MYTCP_CB_STAMP_ACK);
}

static void move(struct sk_buff *from, struct sk_buff *to)
{
	skb_shinfo(to)->tx_flags |= skb_shinfo(from)->tx_flags & SKBTX_ANY_TSTAMP;
	skb_shinfo(from)->tx_flags &= ~SKBTX_ANY_TSTAMP;
	skb_shinfo(to)->tskey = skb_shinfo(from)->tskey;
	mytcp_cb(to)->flags |= mytcp_cb(from)->flags & MYTCP_CB_STAMP_ACK;
	mytcp_cb(from)->flags &= ~MYTCP_CB_STAMP_ACK;
}

/**
 * mytcp_txstamp_divide() - an skb was cut in two
 * @skb: first half, in whose name it was asked; no clone
 * @rest: second half
 */
void mytcp_txstamp_divide(struct sk_buff *skb, struct sk_buff *rest)
{
	mytcp_cb(rest)->flags &= ~MYTCP_CB_STAMP_ACK;
	if (is_asked(skb) &&
	    !mytcp_seq_lt(skb_shinfo(skb)->tskey, mytcp_cb(rest)->seq))
		move(skb, rest);
}

/**
 * mytcp_txstamp_join() - an skb has got the octets of another, which is freed next
 * @skb: no clone; what was asked of it is the later one's from now on
 * @next: the other
 */
void mytcp_txstamp_join(struct sk_buff *skb, struct sk_buff *next)
{
	if (is_asked(next))
		move(next, skb);
}

/**
 * mytcp_txstamp_acked() - all of an skb has been acknowledged
 * @sk: socket, locked
 * @skb: in no queue any more
 */
void mytcp_txstamp_acked(struct sock *sk, struct sk_buff *skb)
{
	if (unlikely(mytcp_cb(skb)->flags & MYTCP_CB_STAMP_ACK))
		__skb_tstamp_tx(skb, NULL, NULL, sk, SCM_TSTAMP_ACK);
}

/**
 * mytcp_txstamp_number_first() - what a program reads next counts its octets
 * @sk: socket, locked until that is read: nobody else reads the queue
 *
 * Return: false when there is nothing to be read.
 */
bool mytcp_txstamp_number_first(struct sock *sk)
{
	struct sk_buff_head *q = &sk->sk_error_queue;
	struct sk_buff *skb;
	unsigned long flags;

	spin_lock_irqsave(&q->lock, flags);
	skb = skb_peek(q);
	if (skb) {
		struct sock_extended_err *ee = &SKB_EXT_ERR(skb)->ee;

		/* 0 is said without SOF_TIMESTAMPING_OPT_ID */
		if (ee->ee_origin == SO_EE_ORIGIN_TIMESTAMPING && ee->ee_data)
			ee->ee_data -= atomic_read(&sk->sk_tskey);
	}
	spin_unlock_irqrestore(&q->lock, flags);
	return skb;
}
