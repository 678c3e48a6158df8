// SPDX-License-Identifier: GPL-2.0
/*
 * The SYN queue: SYN-RECEIVED of RFC 9293 3.10.7.2 and .4 for passive opens. An
 * entry stands in the connection table and in its listener's list; neither the
 * SYN nor the ACK takes the listener's socket lock.
 *
 * References of an entry: the table's, the list's, the wheel's while it waits.
 * Whoever takes it out of the table ends it, and drops the list's.
 */
#include <net/dst.h>
#include <net/ip.h>
#include "mytcp/engine/synq.h"
#include "mytcp/engine/acceptq.h"
#include "mytcp/engine/child.h"
#include "mytcp/engine/cookies.h"
#include "mytcp/engine/fastopen_accept.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/paws.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/savesyn.h"
#include "mytcp/engine/synack.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/trace.h"
#include "mytcp/sock/walk.h"

/* What an entry may take, with an IPv6 address at either end; and so SLUB's pointer. */
#define ENTRY_BYTES	(192 - sizeof(void *))

/* What a SYN that opens a connection does not have besides. */
#define SYN_ALONE	(MYTCP_SYN | MYTCP_ACK | MYTCP_RST | MYTCP_FIN)

static struct kmem_cache *synq_cache;

static struct mytcp_synq *synq_of(struct mytcp_node *node)
{
	return container_of(node, struct mytcp_synq, timed.node);
}

static void synq_free(struct mytcp_node *node)
{
	struct mytcp_synq *entry = synq_of(node);

	sock_put(entry->listener);
	kfree(mytcp_synq_return_route(entry));
	kfree(entry->saved_syn);
	kmem_cache_free(synq_cache, entry);
}

static void synq_describe(struct mytcp_node *node,
			  struct mytcp_listing *listing)
{
	const struct mytcp_synq *entry = synq_of(node);

	listing->timer = 1;
	listing->expires = mytcp_wheel_due(&entry->timed);
	listing->retrans = READ_ONCE(entry->retries);
	listing->uid = sock_i_uid(entry->listener);
	listing->mark = entry->mark;
}

/* Out of the listener's list; drops the list's reference. */
static void synq_unlist(struct mytcp_synq *entry)
{
	struct mytcp_listener *queues = mytcp_sk(entry->listener)->listener;

	spin_lock_bh(&queues->lock);
	list_del(&entry->link);
	WRITE_ONCE(queues->synq_len, queues->synq_len - 1);
	spin_unlock_bh(&queues->lock);
	smp_mb();	/* out of the table before the wheel: synq_expired() */
	if (mytcp_wheel_del(&entry->timed))
		mytcp_node_put(&entry->timed.node);
	mytcp_node_put(&entry->timed.node);
}

/* The half-open connection ends without becoming one; any context, once. */
static void synq_end(struct mytcp_synq *entry)
{
	if (!mytcp_table_remove(&entry->timed.node))
		return;
	trace_mytcp_state(entry->timed.node.net, &entry->timed.node.key, MYTCP_SYN_RECV,
			  MYTCP_CLOSE);
	mytcp_count(entry->timed.node.net, AttemptFails);
	synq_unlist(entry);
}

/* For so many runs of the timer TCP_DEFER_ACCEPT wants data. */
static u8 synq_defer(const struct mytcp_synq *entry)
{
	return READ_ONCE(mytcp_sk(entry->listener)->defer_accept);
}

static bool synq_is_over(const struct mytcp_synq *entry)
{
	const struct mytcp_net *mn = mytcp_net(entry->timed.node.net);
	unsigned int most = mytcp_option(mytcp_sk(entry->listener), syn_retries) ?:
			    READ_ONCE(mn->synack_retries);

	if (entry->retries < most)
		return false;
	/* who has answered may take as long as the listener is patient */
	return !READ_ONCE(entry->acked_us) || entry->retries >= synq_defer(entry);
}

static void synq_retransmit(struct mytcp_synq *entry)
{
	u8 before = entry->retries;

	if (before < U8_MAX)
		WRITE_ONCE(entry->retries, before + 1);
	/*
	 * A peer that owes data only is left in peace, but for once at the
	 * end: its answer to that makes the connection.
	 */
	if (READ_ONCE(entry->acked_us) && before + 1 < synq_defer(entry))
		return;
	mytcp_synack_resend(entry);
}

/* RFC 9293 3.8.3 for SYN-ACKs: 1, 2, 4 ... seconds (A22: not for ever). */
static void synq_expired(struct mytcp_node *node)
{
	struct mytcp_synq *entry = synq_of(node);

	if (!mytcp_node_hashed(node))
		goto put;
	mytcp_count(node->net, TCPTimeouts);
	if (synq_is_over(entry)) {
		synq_end(entry);
		goto put;
	}
	synq_retransmit(entry);
	/* Another for the wheel: ours is for the look at it afterwards. */
	refcount_inc(&node->ref);
	mytcp_wheel_add(&entry->timed,
			min_t(unsigned long, HZ << min_t(u8, entry->retries, 7),
			      usecs_to_jiffies(MYTCP_RTO_MAX_US)));
	/* Ended meanwhile, by someone who found nothing on the wheel. */
	smp_mb();
	if (!mytcp_node_hashed(node) && mytcp_wheel_del(&entry->timed))
		mytcp_node_put(node);
put:
	mytcp_node_put(node);
}

/* IP options that lead back (RFC 1122 4.2.3.8). */
static int synq_way_back(struct mytcp_synq *entry, const struct sk_buff *syn)
{
	const struct mytcp_node *node = &entry->timed.node;
	struct ip_options_rcu *back;

	back = mytcp_ip_of(&node->key)->return_route(node->net, syn);
	if (IS_ERR(back))
		return PTR_ERR(back);
	if (back)
		entry->return_route = back;
	return 0;
}

/* Fills @flow, whose route the caller releases. */
static struct mytcp_synq *synq_make(struct sock *listener,
				    struct sk_buff *skb,
				    const struct mytcp_seg *seg,
				    const struct mytcp_key *key, u32 isn,
				    struct mytcp_flow *flow)
{
	struct mytcp_synq *entry;
	int err;

	entry = kmem_cache_alloc(synq_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return ERR_PTR(-ENOMEM);
	/* Found under RCU: its last reference may be gone. */
	if (!refcount_inc_not_zero(&listener->sk_refcnt)) {
		kmem_cache_free(synq_cache, entry);
		return ERR_PTR(-ECONNREFUSED);
	}
	mytcp_synack_take(entry, listener, skb, seg, key);
	mytcp_wheel_prepare(&entry->timed);
	entry->sent_us = mytcp_clock_us();
	entry->saved_syn = mytcp_savesyn_copy(listener, skb, seg);
	entry->iss = isn ?: mytcp_synack_iss(entry);
	err = mytcp_hooks_request(listener, skb, key);
	if (!err)
		err = synq_way_back(entry, skb);
	if (!err)
		err = mytcp_synack_route(entry, flow);
	if (!err)
		return entry;
	mytcp_node_put(&entry->timed.node);
	return ERR_PTR(err);
}

/* Into the list and the table. False: the listener has closed, or a twin. */
static bool synq_enter(struct mytcp_synq *entry)
{
	struct mytcp_listener *queues = mytcp_sk(entry->listener)->listener;
	bool dead;

	spin_lock(&queues->lock);
	dead = queues->dead || mytcp_table_insert(&entry->timed.node);
	if (!dead) {
		/* The creator's reference becomes the list's. */
		list_add_tail(&entry->link, &queues->synq);
		WRITE_ONCE(queues->synq_len, queues->synq_len + 1);
		refcount_inc(&entry->timed.node.ref);
		mytcp_wheel_add(&entry->timed, HZ);
	}
	spin_unlock(&queues->lock);
	if (dead)
		mytcp_node_put(&entry->timed.node);
	return !dead;
}

/* Are there so many entries as its length says, or @times as many? */
static bool synq_is_full(const struct sock *listener, unsigned int times)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(listener));
	u64 most = min_t(u32, READ_ONCE(mn->max_syn_backlog),
			 max_t(u32, READ_ONCE(listener->sk_max_ack_backlog), 8));

	return READ_ONCE(mytcp_sk(listener)->listener->synq_len) >= most * times;
}

/**
 * mytcp_synq_admits() - is there room for who comes back from TIME_WAIT?
 * @listener: socket in LISTEN, under RCU
 *
 * A cookie has no choice of its number, and so none is for these. A flood of SYNs
 * from nowhere, which fills the queue, does not keep them out: they have had a
 * connection, and get as much room again. Nor are they to be without a limit (A20):
 * who opens and opens again could have entries for as many connections as he makes
 * in a minute.
 *
 * Context: softirq.
 * Return: MYTCP_GO_ON, or the counter of the drop.
 */
int mytcp_synq_admits(const struct sock *listener)
{
	if (sk_acceptq_is_full(listener))
		return MYTCP_MIB_ListenOverflows;
	return synq_is_full(listener, 2) ? MYTCP_MIB_TCPReqQFullDrop : MYTCP_GO_ON;
}

/*
 * Is there room for another entry? If not, a SYN cookie may do (@cookie). With @isn
 * mytcp_synq_admits() was asked.
 */
static int synq_has_room(struct sock *listener, u32 isn, bool *cookie)
{
	struct net *net = sock_net(listener);
	int cookies = READ_ONCE(mytcp_net(net)->syncookies);

	if (isn)
		return MYTCP_GO_ON;
	if (sk_acceptq_is_full(listener))
		return MYTCP_MIB_ListenOverflows;
	*cookie = cookies == 2;
	if (!*cookie && synq_is_full(listener, 1)) {
		if (!cookies)
			return MYTCP_MIB_TCPReqQFullDrop;
		mytcp_count(net, TCPReqQFullDoCookies);
		*cookie = true;
	}
	return MYTCP_GO_ON;
}

/* A SYN that is worth an entry; parameters as of synq_syn(). */
static int synq_open(struct sock *listener, struct sk_buff **skb,
		     const struct mytcp_seg *seg, const struct mytcp_key *key,
		     u32 isn)
{
	struct net *net = sock_net(listener);
	struct mytcp_synq *entry;
	struct mytcp_flow flow;
	int verdict;

	entry = synq_make(listener, *skb, seg, key, isn, &flow);
	if (IS_ERR(entry))
		return mytcp_child_failed(PTR_ERR(entry));
	verdict = mytcp_fastopen_accept(entry, skb, seg, flow.dst);
	if (verdict != MYTCP_GO_ON)
		goto out;
	/* Until the answer is sent the timer may not take the entry away. */
	refcount_inc(&entry->timed.node.ref);
	if (synq_enter(entry)) {
		trace_mytcp_state(net, key, MYTCP_LISTEN, MYTCP_SYN_RECV);
		mytcp_synack_send(entry, &flow, skb);
		verdict = MYTCP_TAKEN;
	} else {
		verdict = MYTCP_MIB_DropAfterClose;
	}
out:
	dst_release(flow.dst);
	mytcp_node_put(&entry->timed.node);
	return verdict;
}

/*
 * RFC 9293 3.10.7.2, third: a SYN for a listener. Sets the skb to NULL when a
 * connection has its data, or when the answer has taken it.
 */
static int synq_syn(struct sock *listener, struct sk_buff **skb,
		    const struct mytcp_seg *seg, const struct mytcp_key *key,
		    u32 isn)
{
	bool cookie = false;
	int verdict;

	verdict = synq_has_room(listener, isn, &cookie);
	if (verdict != MYTCP_GO_ON)
		return verdict;
	return cookie ? mytcp_cookies_answer(listener, skb, seg, key) :
			synq_open(listener, skb, seg, key, isn);
}

/**
 * mytcp_synq_listen() - a segment for a listener, RFC 9293 3.10.7.2
 * @listener: socket in LISTEN, under RCU
 * @skb: the segment; consumed
 * @seg: the same, parsed
 * @key: its key
 * @isn: initial sequence number to use, when it has been admitted
 *	(mytcp_synq_admits()); 0 for a fresh one
 *
 * Context: softirq.
 */
void mytcp_synq_listen(struct sock *listener, struct sk_buff *skb,
		       const struct mytcp_seg *seg, const struct mytcp_key *key,
		       u32 isn)
{
	struct net *net = sock_net(listener);
	int verdict = MYTCP_MIB_DropFlags;

	/* First and second, RST and ACK, went to the kernel: demux_is_kernels() */
	if ((seg->flags & SYN_ALONE) == MYTCP_SYN) {
		verdict = synq_syn(listener, &skb, seg, key, isn);
		if (verdict != MYTCP_TAKEN)
			mytcp_count(net, ListenDrops);
	}
	mytcp_drop_judged(net, skb, key, verdict);
}

static struct mytcp_way synq_way(const struct mytcp_synq *entry)
{
	return (struct mytcp_way){
		.dev = entry->timed.node.dev,
		.label = mytcp_synq_label(entry),
	};
}

/* The peer takes itself for connected, and is told that it is not. */
static void synq_refuse(struct mytcp_synq *entry, const struct mytcp_seg *seg)
{
	struct mytcp_node *node = &entry->timed.node;

	mytcp_reply_reset(node->net, seg, &node->key, synq_way(entry));
	mytcp_count(node->net, EmbryonicRsts);
	synq_end(entry);
}

/*
 * Fifth, SYN-RECEIVED: the third segment of the handshake. False: another CPU
 * has made the connection of an earlier one, which this segment belongs to.
 */
static bool synq_ack(struct mytcp_synq *entry, struct sk_buff *skb,
		     struct mytcp_seg *seg)
{
	struct sock *listener = entry->listener;
	struct net *net = entry->timed.node.net;
	struct sock *child;
	int verdict;

	if (sk_acceptq_is_full(listener)) {
		verdict = MYTCP_MIB_ListenOverflows;
		if (READ_ONCE(mytcp_net(net)->abort_on_overflow))
			synq_refuse(entry, seg);
		goto drop;
	}
	child = mytcp_child_make(entry, skb);
	if (IS_ERR(child)) {
		if (!mytcp_node_hashed(&entry->timed.node))
			return false;
		verdict = mytcp_child_failed(PTR_ERR(child));
		/* the listener closes: no SYN-ACK will ask for this again */
		if (verdict == MYTCP_MIB_DropAfterClose)
			synq_refuse(entry, seg);
		goto drop;
	}
	synq_unlist(entry);
	mytcp_acceptq_add(listener, child, skb, seg);
	return true;
drop:
	mytcp_count(net, ListenDrops);
	mytcp_drop_judged(net, skb, &entry->timed.node.key, verdict);
	return true;
}

/* Fourth, and a duplicate of the first SYN. */
static int synq_check_syn(struct mytcp_synq *entry, const struct mytcp_seg *seg)
{
	if (!(seg->flags & MYTCP_SYN) || (seg->flags & MYTCP_RST))
		return MYTCP_GO_ON;
	if (seg->seq == entry->irs && !(seg->flags & MYTCP_ACK)) {
		/* The SYN again: our answer was lost. Once a time (A22). */
		if (mytcp_reply_allowed(entry->timed.node.net, &entry->timed.last_oow))
			mytcp_synack_resend(entry);
		else
			mytcp_count(entry->timed.node.net, TCPACKSkippedSynRecv);
		return MYTCP_TAKEN;
	}
	mytcp_synack_send_ack(entry);
	return MYTCP_MIB_TCPSYNChallenge;
}

static int synq_acceptable(struct mytcp_synq *entry,
			   const struct mytcp_seg *seg)
{
	u32 end = seg->seq + mytcp_segment_seqlen(seg);
	int verdict = MYTCP_MIB_DropOutOfWindow;

	if ((entry->offer & MYTCP_HAS_TS) && !(seg->flags & MYTCP_RST) &&
	    mytcp_paws_old(seg, READ_ONCE(entry->ts_recent), 1, 0))
		verdict = MYTCP_MIB_PAWSEstab;
	else if (mytcp_seq_ge(end, entry->irs + 1) &&
		 mytcp_seq_le(seg->seq, entry->irs + 1 + entry->timed.wnd))
		return MYTCP_GO_ON;
	if (!(seg->flags & MYTCP_RST))
		mytcp_synack_send_ack(entry);
	return verdict;
}

/* Second: back to LISTEN (MUST-11); RFC 5961 3.2 for the rest. */
static int synq_rst(struct mytcp_synq *entry, const struct mytcp_seg *seg)
{
	if (!(seg->flags & MYTCP_RST))
		return MYTCP_GO_ON;
	if (seg->seq != entry->irs + 1) {
		mytcp_synack_send_ack(entry);
		return MYTCP_MIB_DropBlindRst;
	}
	mytcp_count(entry->timed.node.net, EmbryonicRsts);
	synq_end(entry);
	return MYTCP_TAKEN;
}

/* TCP_DEFER_ACCEPT: the bare third segment is not worth a connection yet. */
static bool synq_defers(struct mytcp_synq *entry, const struct mytcp_seg *seg)
{
	if (READ_ONCE(entry->retries) >= synq_defer(entry) ||
	    mytcp_seq_gt(seg->seq + mytcp_segment_seqlen(seg), entry->irs + 1))
		return false;
	if (!READ_ONCE(entry->acked_us))
		WRITE_ONCE(entry->acked_us, (u32)mytcp_clock_us() ?: 1);
	return true;
}

/* Fifth: the ACK of our SYN, of which no connection is made yet. */
static int synq_check_ack(struct mytcp_synq *entry, const struct mytcp_seg *seg)
{
	if (!(seg->flags & MYTCP_ACK))
		return MYTCP_MIB_DropNoAck;
	if (seg->ack != entry->iss + 1) {
		mytcp_reply_reset(entry->timed.node.net, seg, &entry->timed.node.key,
				  synq_way(entry));
		return MYTCP_MIB_DropBadAck;
	}
	return synq_defers(entry, seg) ? MYTCP_MIB_TCPDeferAcceptDrop :
					 MYTCP_GO_ON;
}

/*
 * RFC 9293 3.10.7.4 for SYN-RECEIVED, reached from LISTEN. Consumes the skb,
 * unless it returns false.
 */
static bool synq_steps(struct mytcp_synq *entry, struct sk_buff *skb,
		       struct mytcp_seg *seg)
{
	/* A duplicate SYN comes before the check of its sequence number. */
	int verdict = synq_check_syn(entry, seg);

	if (verdict == MYTCP_GO_ON)
		verdict = synq_acceptable(entry, seg);
	if (verdict == MYTCP_GO_ON)
		verdict = synq_rst(entry, seg);
	if (verdict == MYTCP_GO_ON)
		verdict = synq_check_ack(entry, seg);
	if (verdict == MYTCP_GO_ON)
		return synq_ack(entry, skb, seg);
	mytcp_drop_judged(entry->timed.node.net, skb, &entry->timed.node.key, verdict);
	return true;
}

/**
 * mytcp_synq_listener() - whose half-open connection an entry is
 * @node: entry, referenced by the caller
 */
struct sock *mytcp_synq_listener(struct mytcp_node *node)
{
	return synq_of(node)->listener;
}

/**
 * mytcp_synq_segment() - a segment for a half-open connection
 * @node: entry, referenced by the caller
 * @skb: the segment, at its payload
 * @seg: the same, parsed
 *
 * Context: softirq.
 * Return: true when the segment is consumed; false when the entry has left the
 * table meanwhile, and the segment is to be looked up again.
 */
bool mytcp_synq_segment(struct mytcp_node *node, struct sk_buff *skb,
			struct mytcp_seg *seg)
{
	if (!mytcp_node_hashed(node))
		return false;
	return synq_steps(synq_of(node), skb, seg);
}

/**
 * mytcp_synq_icmp() - the peer cannot be reached
 * @node: entry, referenced by the caller
 * @seq: sequence number of the segment that could not be delivered
 */
void mytcp_synq_icmp(struct mytcp_node *node, u32 seq)
{
	struct mytcp_synq *entry = synq_of(node);

	if (seq != entry->iss) {
		mytcp_drop(node->net, NULL, &node->key, OutOfWindowIcmps);
		return;
	}
	synq_end(entry);
	mytcp_count(node->net, ListenDrops);
}

/* One entry of the list, referenced, or NULL. */
static struct mytcp_synq *synq_first(struct mytcp_listener *queues)
{
	struct mytcp_synq *entry;

	spin_lock_bh(&queues->lock);
	queues->dead = true;
	entry = list_first_entry_or_null(&queues->synq, struct mytcp_synq, link);
	if (entry)
		refcount_inc(&entry->timed.node.ref);
	spin_unlock_bh(&queues->lock);
	return entry;
}

/**
 * mytcp_synq_stop() - a listener closes
 * @listener: socket, locked; a SYN that still finds it is turned away
 *
 * Half-open connections are forgotten, children nobody accepted are reset.
 * Context: process.
 */
void mytcp_synq_stop(struct sock *listener)
{
	struct mytcp_synq *entry;

	while ((entry = synq_first(mytcp_sk(listener)->listener))) {
		synq_end(entry);
		mytcp_node_put(&entry->timed.node);
		cond_resched();
	}
	mytcp_acceptq_stop(listener);
}

/**
 * mytcp_synq_purge() - forget the entries of a namespace
 * @net: namespace; NULL for all
 *
 * Context: process; no new ones are made meanwhile.
 */
void mytcp_synq_purge(struct net *net)
{
	struct mytcp_node *node;
	struct mytcp_walk walk;

	mytcp_walk_rewind(&walk, MYTCP_WALK_CONNS);
	for (node = mytcp_walk_here(net, &walk); node;
	     node = mytcp_walk_next(net, &walk)) {
		if (node->kind == MYTCP_KIND_SYNQ)
			synq_end(synq_of(node));
	}
}

static void synq_kill(struct mytcp_node *node)
{
	synq_end(synq_of(node));
}

static const struct mytcp_node_ops synq_ops = {
	.free = synq_free,
	.describe = synq_describe,
	.kill = synq_kill,
	.expired = synq_expired,
};

/**
 * mytcp_synq_init() - module init
 *
 * Return: 0 or -ENOMEM.
 */
int mytcp_synq_init(void)
{
	BUILD_BUG_ON(sizeof(struct mytcp_synq) > ENTRY_BYTES);
	mytcp_cookies_init();
	synq_cache = kmem_cache_create("mytcp_synq", sizeof(struct mytcp_synq),
				       0, SLAB_TYPESAFE_BY_RCU | SLAB_ACCOUNT,
				       NULL);
	if (!synq_cache)
		return -ENOMEM;
	mytcp_table_set_ops(MYTCP_KIND_SYNQ, &synq_ops);
	return 0;
}

/**
 * mytcp_synq_exit() - module exit; no listener exists any more
 */
void mytcp_synq_exit(void)
{
	mytcp_synq_purge(NULL);
	synchronize_rcu();	/* a wheel may be about to drop its entry */
	rcu_barrier();
	kmem_cache_destroy(synq_cache);
}
