// SPDX-License-Identifier: GPL-2.0
/*
 * What a half-open connection takes from a SYN, and what it says to the peer:
 * SYN-ACK, ACK. It does not matter here whether the entry stands in a SYN queue or,
 * for a SYN cookie, on the stack.
 */
#include <net/dst.h>
#include <net/ip.h>
#include "mytcp/engine/synack.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/window.h"
#include "mytcp/proto/syncookie.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/trace.h"

/* Field by field: a flood has no time for a struct that is cleared and copied. */
static void synack_flow(const struct mytcp_synq *entry, struct mytcp_flow *flow)
{
	const struct mytcp_node *node = &entry->timed.node;

	flow->net = node->net;
	flow->key = node->key;
	flow->dst = NULL;
	flow->options = mytcp_synq_return_route(entry);
	flow->dev = node->dev;
	flow->mark = entry->mark;
	flow->priority = READ_ONCE(entry->listener->sk_priority);
	flow->label = mytcp_synq_label(entry);
	flow->tos = mytcp_inet6_tos(entry->listener, &node->key);
	flow->ttl = mytcp_inet6_ttl(entry->listener, &node->key);
	flow->uid = sock_net_uid(node->net, entry->listener);
}

/* Each only when both ends have it (RFC 7323 2.5, RFC 2018 2). */
static u8 synack_offer(const struct mytcp_net *mn, u8 has)
{
	if (!mn->window_scaling)
		has &= ~MYTCP_HAS_WSCALE;
	if (!mn->timestamps)
		has &= ~MYTCP_HAS_TS;
	if (!mn->sack)
		has &= ~MYTCP_HAS_SACK_PERM;
	return has & (MYTCP_HAS_WSCALE | MYTCP_HAS_TS | MYTCP_HAS_SACK_PERM);
}

/**
 * mytcp_synack_take() - what the SYN, the listener and the settings decide
 * @entry: new; its listener is not referenced by this
 * @listener: socket in LISTEN
 * @syn: the SYN, or what brings its cookie back
 * @seg: the same, parsed
 * @key: its key
 *
 * Left to the caller: iss, sent_us, mytcp_synack_route(), saved_syn, return_route.
 *
 * Context: softirq.
 */
void mytcp_synack_take(struct mytcp_synq *entry, struct sock *listener,
		       const struct sk_buff *syn, const struct mytcp_seg *seg,
		       const struct mytcp_key *key)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(listener));
	struct mytcp_node *node = &entry->timed.node;
	struct mytcp_cookie_tuple tuple;

	mytcp_node_init(node, MYTCP_KIND_SYNQ, sock_net(listener),
			listener->sk_family);
	node->key = *key;
	node->dev = READ_ONCE(listener->sk_bound_dev_if);
	/* RFC 4007: there may be as many such peers as there are links */
	if (!node->dev && ipv6_addr_type(&key->raddr) & IPV6_ADDR_LINKLOCAL)
		node->dev = mytcp_ip_of(key)->came_by(syn);
	node->state = MYTCP_SYN_RECV;
	mytcp_key_to_tuple(key, &tuple);
	entry->listener = listener;
	entry->return_route = NULL;
	if (mytcp_inet6_reflects(listener, key))
		entry->label = ip6_flowlabel(ipv6_hdr(syn));
	entry->saved_syn = NULL;
	entry->irs = seg->seq;
	entry->ts_recent = seg->opts.tsval;
	entry->ts_offset = mn->timestamps == 1 ?
			   mytcp_cookie_ts_offset(&mytcp_secret, &tuple) : 0;
	entry->mark = READ_ONCE(listener->sk_mark);
	entry->timed.last_oow = 0;
	entry->sent_us = 0;
	entry->acked_us = 0;
	entry->peer_wnd = seg->wnd;
	entry->peer_mss = seg->opts.mss;
	entry->peer_has = seg->opts.has;
	entry->peer_wscale = seg->opts.wscale;
	entry->offer = synack_offer(mn, seg->opts.has);
	entry->wscale = entry->offer & MYTCP_HAS_WSCALE ?
			mytcp_window_scale_for(listener) : 0;
	entry->retries = 0;
	entry->flags = mytcp_ecn_asked(listener, seg) ? MYTCP_SYNQ_ASKS : 0;
}

/**
 * mytcp_synack_route() - the way back, and what the MSS option may say on it
 * @entry: return_route is set
 * @flow: filled; its dst is the caller's to release, unless this fails
 *
 * Sets the window, which is measured by the MSS, too, and what is said of ECN.
 *
 * Return: 0 or a negative errno.
 */
int mytcp_synack_route(struct mytcp_synq *entry, struct mytcp_flow *flow)
{
	struct dst_entry *dst;

	synack_flow(entry, flow);
	dst = mytcp_ip_of(&flow->key)->route_flow(flow);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	flow->dst = dst;
	if ((entry->flags & MYTCP_SYNQ_ASKS) &&
	    mytcp_ecn_answers(entry->listener, dst))
		entry->flags |= MYTCP_SYNQ_ECN;
	entry->advmss = mytcp_output_advmss(entry->listener, dst);
	entry->timed.wnd = mytcp_window_initial(entry->listener, entry->advmss);
	return 0;
}

/**
 * mytcp_synack_iss() - a fresh initial sequence number
 * @entry: the connection
 *
 * Return: the number, RFC 6528.
 */
u32 mytcp_synack_iss(const struct mytcp_synq *entry)
{
	const struct mytcp_node *node = &entry->timed.node;
	struct mytcp_cookie_tuple tuple;

	mytcp_key_to_tuple(&node->key, &tuple);
	return mytcp_net(node->net)->isn_base ?:
	       mytcp_cookie_isn(&mytcp_secret, &tuple, ktime_get_ns());
}

static u32 synack_tsval(const struct mytcp_synq *entry)
{
	u32 now = mytcp_clock_ms() + entry->ts_offset;

	if (!(entry->flags & MYTCP_SYNQ_COOKIE))
		return now;
	return mytcp_syncookie_put_opts(now, entry->offer, entry->peer_wscale,
					entry->flags & MYTCP_SYNQ_ECN);
}

/* RFC 7413 4.1.2: a cookie for the next SYN; in the first answer only. */
static void synack_give(const struct mytcp_synq *entry, struct mytcp_opts *opts)
{
	if ((entry->flags & (MYTCP_SYNQ_GIVES | MYTCP_SYNQ_AGAIN)) !=
	    MYTCP_SYNQ_GIVES)
		return;
	opts->has |= MYTCP_HAS_FASTOPEN;
	mytcp_fastopen_give(entry->listener, &entry->timed.node.key,
			    &opts->fastopen);
}

/**
 * mytcp_synack_send() - SYN-ACK, the first one or another
 * @entry: the connection
 * @flow: where to; with a route, under RCU
 * @spent: NULL, or the SYN, of which nothing is needed any more: NULL in it when
 *	the answer was written into it
 *
 * Context: softirq.
 */
void mytcp_synack_send(struct mytcp_synq *entry, const struct mytcp_flow *flow,
		       struct sk_buff **spent)
{
	u16 ecn = entry->flags & MYTCP_SYNQ_ECN ? MYTCP_ECE : 0;
	struct mytcp_seg seg = {
		.seq = entry->iss,
		.ack = entry->irs + 1,
		.flags = MYTCP_SYN | MYTCP_ACK | ecn,
		.wnd = entry->timed.wnd,
		.opts = {
			.has = MYTCP_HAS_MSS | entry->offer,
			.mss = entry->advmss,
			.wscale = entry->wscale,
			.tsval = synack_tsval(entry),
			.tsecr = READ_ONCE(entry->ts_recent),
		},
	};

	synack_give(entry, &seg.opts);
	if (entry->flags & MYTCP_SYNQ_AGAIN) {
		mytcp_count(flow->net, RetransSegs);
		mytcp_count(flow->net, TCPSynRetrans);
		trace_mytcp_retransmit(flow->net, &flow->key, MYTCP_SYN_RECV,
				       &seg);
	}
	/* A cookie's listener is not held, and may have nothing charged to it. */
	mytcp_reply_send(flow, entry->flags & MYTCP_SYNQ_COOKIE ? NULL :
			 entry->listener, MYTCP_SYN_RECV, &seg, spent);
}

/**
 * mytcp_synack_resend() - the SYN-ACK once more
 * @entry: the connection; RTT samples end here (Karn)
 *
 * Context: softirq.
 */
void mytcp_synack_resend(struct mytcp_synq *entry)
{
	struct mytcp_flow flow;

	entry->flags |= MYTCP_SYNQ_AGAIN;
	synack_flow(entry, &flow);
	mytcp_synack_send(entry, &flow, NULL);
}

/**
 * mytcp_synack_send_ack() - an ACK for what should not have come, rate limited
 * @entry: the connection
 *
 * Context: softirq.
 */
void mytcp_synack_send_ack(struct mytcp_synq *entry)
{
	struct mytcp_flow flow;
	struct mytcp_seg seg = {
		.seq = entry->iss + 1,
		.ack = entry->irs + 1,
		.flags = MYTCP_ACK,
		.wnd = entry->timed.wnd >> entry->wscale,
		.opts = {
			.has = entry->offer & MYTCP_HAS_TS,
			.tsval = mytcp_clock_ms() + entry->ts_offset,
			.tsecr = READ_ONCE(entry->ts_recent),
		},
	};

	if (!mytcp_reply_allowed(entry->timed.node.net, &entry->timed.last_oow)) {
		mytcp_count(entry->timed.node.net, TCPACKSkippedSeq);
		return;
	}
	synack_flow(entry, &flow);
	mytcp_reply_send(&flow, NULL, MYTCP_SYN_RECV, &seg, NULL);
}
