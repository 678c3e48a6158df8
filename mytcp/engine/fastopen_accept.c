// SPDX-License-Identifier: GPL-2.0
/*
 * The server of TCP Fast Open, RFC 7413 4.2.2: a SYN with a cookie that is right
 * becomes a connection at once, whose data may be read, and answered. It stays in
 * SYN_RECV until the third segment comes; the SYN-ACK stands in its send queue, and
 * goes again by its own timer.
 */
#include <net/dst.h>
#include "mytcp/engine/fastopen_accept.h"
#include "mytcp/engine/acceptq.h"
#include "mytcp/engine/data.h"
#include "mytcp/engine/output.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/trace.h"

/* Does this server take data from whoever sends it? */
static bool needs_no_cookie(const struct sock *listener, int mode,
			    const struct dst_entry *dst)
{
	return (mode & MYTCP_FASTOPEN_SERVER_FREE) ||
	       (mytcp_option(mytcp_sk(listener), fastopen) &
		MYTCP_FO_NO_COOKIE) ||
	       dst_metric(dst, RTAX_FASTOPEN_NO_COOKIE);
}

static bool is_on(const struct sock *listener, int mode)
{
	const struct mytcp_fastopen_queue *queue;

	if (!(mode & MYTCP_FASTOPEN_SERVER))
		return false;
	queue = rcu_dereference(mytcp_sk(listener)->fastopen_queue);
	return queue && READ_ONCE(queue->limit.most);
}

static enum mytcp_fastopen_act judge(const struct mytcp_synq *entry,
				     const struct mytcp_seg *seg,
				     const struct dst_entry *dst)
{
	const struct mytcp_node *node = &entry->timed.node;
	const struct sock *listener = entry->listener;
	int mode = READ_ONCE(mytcp_net(node->net)->fastopen);
	struct mytcp_cookie_tuple tuple;
	struct mytcp_fastopen_keys keys;
	enum mytcp_fastopen_act act;

	if ((seg->opts.has & MYTCP_HAS_FASTOPEN) && !seg->opts.fastopen.len)
		mytcp_count(node->net, TCPFastOpenCookieReqd);
	if (!is_on(listener, mode))
		return MYTCP_FASTOPEN_IGNORE;
	mytcp_key_to_tuple(&node->key, &tuple);
	mytcp_fastopen_get_keys(listener, &keys);
	act = mytcp_fastopen_judge(&keys, &tuple, &seg->opts, seg->len,
				   needs_no_cookie(listener, mode, dst));
	memzero_explicit(&keys, sizeof(keys));
	return act;
}

/* The SYN's data is the first of the connection's. Consumes the skb. */
static void take_text(struct sock *child, struct sk_buff *skb,
		      const struct mytcp_seg *syn)
{
	struct mytcp_sock *ms = mytcp_sk(child);
	struct mytcp_seg text = *syn;
	unsigned int acts = 0;

	mytcp_tally(ms)->segs_in = 1;
	if (!text.len) {
		consume_skb(skb);
		return;
	}
	mytcp_tally(ms)->data_segs_in = 1;
	text.seq++;
	text.flags &= ~MYTCP_SYN;
	__skb_pull(skb, text.hdr_len);
	/* the SYN-ACK acknowledges it */
	mytcp_data_segment(child, skb, &text, &acts);
	if (mytcp_tally(ms)->bytes_received)
		ms->fastopen |= MYTCP_FO_ACKED;
}

/* The SYN-ACK is queued first, as that may fail; it acknowledges the data. */
static int open_child(struct sock *child, struct sk_buff **skb,
		      const struct mytcp_seg *seg, bool renew)
{
	struct mytcp_fastopen_cookie cookie;
	int err;

	err = mytcp_output_accept(child);
	if (err)
		return err;
	if (renew)
		mytcp_fastopen_give(child, &mytcp_sk(child)->node.key, &cookie);
	take_text(child, *skb, seg);
	*skb = NULL;
	return mytcp_output_open(child, renew ? &cookie : NULL, false);
}

/* Returns MYTCP_TAKEN, or why there is no child. */
static int make_child(struct mytcp_synq *entry, struct sk_buff **skb,
		      const struct mytcp_seg *seg, bool renew)
{
	struct net *net = entry->timed.node.net;
	struct mytcp_fastopen_queue *queue;
	struct sock *child;

	queue = mytcp_fastopen_join(entry->listener);
	if (!queue) {
		mytcp_count(net, TCPFastOpenListenOverflow);
		return MYTCP_GO_ON;
	}
	entry->flags |= MYTCP_SYNQ_FASTOPEN;
	child = mytcp_child_make(entry, *skb);
	entry->flags &= ~MYTCP_SYNQ_FASTOPEN;
	if (IS_ERR(child)) {
		mytcp_fastopen_give_up(queue);
		mytcp_count(net, TCPFastOpenPassiveFail);
		/* a copy of this SYN has made it, on another CPU */
		return PTR_ERR(child) == -EEXIST ? MYTCP_MIB_DropAfterClose :
						   MYTCP_GO_ON;
	}
	mytcp_fastopen_adopt(child, queue);
	trace_mytcp_state(net, &entry->timed.node.key, MYTCP_LISTEN,
			  MYTCP_SYN_RECV);
	if (open_child(child, skb, seg, renew)) {
		mytcp_child_abort(child);
		mytcp_sock_unlock_child(child);
		return MYTCP_MIB_DropNoMemory;
	}
	mytcp_count(net, TCPFastOpenPassive);
	if (renew)
		mytcp_count(net, TCPFastOpenPassiveAltKey);
	mytcp_acceptq_enter(entry->listener, child);
	return MYTCP_TAKEN;
}

/**
 * mytcp_fastopen_accept() - a SYN may make a connection at once
 * @entry: of mytcp_synack_take(), in no queue and in no table
 * @skb: the SYN, at its TCP header; set to NULL when it is consumed
 * @seg: the same, parsed
 * @dst: the route back
 *
 * Context: softirq, under RCU.
 * Return: MYTCP_TAKEN: there is a connection; MYTCP_GO_ON: an ordinary handshake,
 * whose SYN-ACK may have a cookie; else the counter of the drop.
 */
int mytcp_fastopen_accept(struct mytcp_synq *entry, struct sk_buff **skb,
			  const struct mytcp_seg *seg,
			  const struct dst_entry *dst)
{
	enum mytcp_fastopen_act act;

	if (!seg->len && !(seg->opts.has & MYTCP_HAS_FASTOPEN))
		return MYTCP_GO_ON;
	act = judge(entry, seg, dst);
	switch (act) {
	case MYTCP_FASTOPEN_REFUSE:
		mytcp_count(entry->timed.node.net, TCPFastOpenPassiveFail);
		fallthrough;
	case MYTCP_FASTOPEN_GIVE:
		entry->flags |= MYTCP_SYNQ_GIVES;
		return MYTCP_GO_ON;
	case MYTCP_FASTOPEN_TAKE:
	case MYTCP_FASTOPEN_RENEW:
		return make_child(entry, skb, seg, act == MYTCP_FASTOPEN_RENEW);
	default:
		return MYTCP_GO_ON;
	}
}
