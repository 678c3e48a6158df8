// SPDX-License-Identifier: GPL-2.0
/*
 * The socket that a half-open connection becomes with the third segment; with its
 * SYN, when that is TCP Fast Open's.
 */
#include <linux/ip.h>
#include <net/dst.h>
#include <net/route.h>
#include "mytcp/engine/child.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/input.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/timeout.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/trace.h"

/* The round trip of the SYN-ACK, unless it was sent twice (Karn). */
static void child_measure(struct sock *sk, const struct mytcp_synq *entry)
{
	/* What TCP_DEFER_ACCEPT has waited for data is no round trip. */
	u32 answered = READ_ONCE(entry->acked_us) ?: (u32)mytcp_clock_us();

	/* Nor does anybody know when a cookie was sent, and a SYN is no answer. */
	if (!(entry->flags & (MYTCP_SYNQ_AGAIN | MYTCP_SYNQ_COOKIE |
			      MYTCP_SYNQ_FASTOPEN)))
		mytcp_rtt_sample(&mytcp_sk(sk)->rtt,
				 max_t(u32, 1, answered - entry->sent_us));
}

/* The child's connection, as the two SYNs have made it. */
static void child_fill(struct sock *sk, const struct mytcp_synq *entry)
{
	const struct mytcp_opts opts = {
		.has = entry->peer_has,
		.wscale = entry->peer_wscale,
		.mss = entry->peer_mss,
		.tsval = entry->ts_recent,
	};
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->iss = entry->iss;
	ms->snd_una = entry->iss;
	mytcp_tally(ms)->delivered = 1;	/* the SYN-ACK */
	ms->snd_nxt = entry->iss + 1;
	ms->write_seq = ms->snd_nxt;
	ms->snd_sml = ms->snd_nxt;
	ms->snd_up = ms->snd_nxt;
	ms->pushed_seq = ms->snd_nxt;
	ms->recover = entry->iss;
	ms->irs = entry->irs;
	ms->rcv_nxt = entry->irs + 1;
	ms->rcv_wup = ms->rcv_nxt;
	ms->copied_seq = ms->rcv_nxt;
	ms->urg_seq = ms->rcv_nxt;
	ms->rcv_wnd = entry->timed.wnd;
	ms->advmss = entry->advmss;
	ms->rcv_wscale = entry->wscale;
	ms->ts_offset = entry->ts_offset;
	ms->offer = entry->offer;
	ms->peer_mss = mytcp_ip(ms)->mss_default;
	mytcp_input_negotiate(ms, &opts);
	ms->snd_wnd = entry->peer_wnd;
	ms->max_window = ms->snd_wnd;
	ms->ecn = entry->flags & MYTCP_SYNQ_ECN ? MYTCP_ECN_OK : 0;
	child_measure(sk, entry);
}

static int child_address(struct sock *sk, const struct mytcp_synq *entry)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_key *key = &entry->timed.node.key;
	struct ip_options_rcu *back;

	mytcp_inet6_adopt_key(sk, key);
	ms->node.key = *key;
	ms->node.dev = entry->timed.node.dev;
	/* of a link-local connection */
	sk->sk_bound_dev_if = entry->timed.node.dev;
	mytcp_ip_choose_way(sk);
	if (mytcp_ip4_copy_options(&back, mytcp_synq_return_route(entry)))
		return -ENOMEM;
	RCU_INIT_POINTER(inet_sk(sk)->inet_opt, back);
	return 0;
}

/* Into the table; of two CPUs with the same ACK one makes the connection. */
static bool child_enter(struct sock *child, struct mytcp_synq *entry)
{
	struct mytcp_node *node = &mytcp_sk(child)->node;

	if (entry->flags & (MYTCP_SYNQ_COOKIE | MYTCP_SYNQ_FASTOPEN))
		return !mytcp_table_insert(node);
	return mytcp_table_replace(&entry->timed.node, node);
}

static void child_give_up(struct sock *child)
{
	mytcp_sock_orphan(child);
	mytcp_sock_done(child, 0);
	mytcp_sock_unlock_child(child);
}

/* Where multicasts would go, by default: back to where the segment came from. */
static void note_interface(struct sock *child, const struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(child);

	if (skb->protocol != htons(ETH_P_IP))
		return;
	inet->mc_index = inet_iif(skb);
	inet->mc_ttl = ip_hdr(skb)->ttl;
}

/**
 * mytcp_child_make() - a socket in the place of a half-open connection
 * @entry: referenced by the caller
 * @skb: the segment that makes it
 *
 * Context: softirq.
 * Return: bottom-half locked; its end is mytcp_child_abort(), or a listener's
 * queue, and mytcp_sock_unlock_child() in either case. An error: -EEXIST when
 * another CPU has made the child, -ECONNREFUSED when the listener has closed,
 * -ENOMEM, or that there is no route.
 */
struct sock *mytcp_child_make(struct mytcp_synq *entry, const struct sk_buff *skb)
{
	struct sock *child = mytcp_sock_clone(entry->listener);
	int err = -ENOMEM;

	if (!child)
		return ERR_PTR(err);
	mytcp_timeout_setup(child);
	note_interface(child, skb);
#if IS_ENABLED(CONFIG_IPV6)
	if (mytcp_inet6_is(child)) {
		if (mytcp_inet6_inherit(child, entry->listener))
			goto give_up;
		mytcp_inet6_note_first(child, skb);
	}
#endif
	if (child_address(child, entry))
		goto give_up;
	child_fill(child, entry);
	mytcp_port_inherit(child, entry->listener);
	err = -ECONNREFUSED;	/* the listener has just closed */
	if (!mytcp_sk(child)->port)
		goto give_up;
	err = mytcp_ip(mytcp_sk(child))->route(child);
	if (err)
		goto give_up;
	mytcp_output_sync_mss(child, dst_mtu(__sk_dst_get(child)));
	err = -EEXIST;
	if (!child_enter(child, entry))
		goto give_up;
	swap(mytcp_sk(child)->saved_syn, entry->saved_syn);
	if (trace_mytcp_rtt_enabled() && mytcp_sk(child)->rtt.srtt_us)
		trace_mytcp_rtt(child, mytcp_sk(child)->rtt.min_us);
	return child;
give_up:
	child_give_up(child);
	return ERR_PTR(err);
}

/**
 * mytcp_child_failed() - why a segment that was to make a connection is dropped
 * @err: of mytcp_child_make(), or of making a half-open connection
 *
 * Return: the counter.
 */
int mytcp_child_failed(int err)
{
	switch (err) {
	case -ENOMEM:
		return MYTCP_MIB_DropNoMemory;
	case -ECONNREFUSED:
		return MYTCP_MIB_DropAfterClose;
	case -EPERM:
		return MYTCP_MIB_DropFilter;
	default:
		return MYTCP_MIB_DropNoRoute;
	}
}

/**
 * mytcp_child_abort() - a child that nobody will accept
 * @child: locked
 */
void mytcp_child_abort(struct sock *child)
{
	mytcp_sock_orphan(child);
	if (mytcp_sock_state(child) == MYTCP_CLOSE) {
		mytcp_sock_destroy(child);
		return;
	}
	mytcp_output_reset(child, GFP_ATOMIC);
	mytcp_sock_done(child, 0);
}
