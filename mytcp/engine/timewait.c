// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT buckets: what is left of a connection for 2 MSL. A bucket answers a
 * retransmitted FIN (the last ACK was lost) and keeps old duplicates from a new
 * connection. An orphan waits for its peer's FIN here, too, as FIN_WAIT_2.
 *
 * Lock: a bucket's own, for what a segment changes; taken in softirq.
 */
#include "mytcp/engine/timewait.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/paws.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/window.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/trace.h"
#include "mytcp/sock/walk.h"

/**
 * struct mytcp_timewait - a bucket
 * @node: in the connection table; must be first
 * @timer: its end; holds a reference while pending
 * @lock: of all below
 * @port: keeps the local port in use; constant but for its link
 * @options: of IP, or NULL; constant
 * @rcv_nxt: next expected
 * @snd_nxt: our last ACK's sequence number; constant
 * @wnd: receive window, bytes; constant
 * @ts_recent: TS.Recent
 * @ts_stamp: when it was set, seconds; 0 without timestamps
 * @ts_offset: of the connection; constant
 * @last_oow: see mytcp_reply_allowed()
 * @mark: routing mark; constant
 * @tos: type of service; constant
 * @ttl: time to live, 0 for the route's; constant
 * @wscale: of the windows we send; constant
 */
struct mytcp_timewait {
	struct mytcp_node node;
	struct timer_list timer;
	spinlock_t lock;	/* of what a segment changes */
	struct mytcp_port_timewait port;
	struct ip_options_rcu *options;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 wnd;
	u32 ts_recent;
	time64_t ts_stamp;
	u32 ts_offset;
	u32 last_oow;
	u32 mark;
	u8 tos;
	u8 ttl;
	u8 wscale;
};

static struct kmem_cache *timewait_cache;

static struct mytcp_timewait *timewait_of(struct mytcp_node *node)
{
	return container_of(node, struct mytcp_timewait, node);
}

static void timewait_free(struct mytcp_node *node)
{
	kfree(timewait_of(node)->options);
	kmem_cache_free(timewait_cache, timewait_of(node));
}

static void timewait_describe(struct mytcp_node *node,
			      struct mytcp_listing *listing)
{
	listing->timer = 3;
	listing->expires = READ_ONCE(timewait_of(node)->timer.expires);
	listing->mark = timewait_of(node)->mark;
}

/* Out of the table, once; whoever succeeds gives back what the bucket held. */
static bool timewait_unhash(struct mytcp_timewait *tw)
{
	struct net *net = tw->node.net;

	if (!mytcp_table_remove(&tw->node))
		return false;
	trace_mytcp_state(net, &tw->node.key, tw->node.state, MYTCP_CLOSE);
	mytcp_port_drop_timewait(&tw->port);
	atomic_dec(&mytcp_net(net)->tw_count);
	return true;
}

/**
 * mytcp_timewait_kill() - a bucket ends before its time
 * @node: bucket, referenced by the caller
 */
void mytcp_timewait_kill(struct mytcp_node *node)
{
	struct mytcp_timewait *tw = timewait_of(node);

	/* Not between its entry into the table and the start of its timer. */
	spin_lock_bh(&tw->lock);
	timewait_unhash(tw);
	spin_unlock_bh(&tw->lock);
	if (del_timer(&tw->timer))
		mytcp_node_put(node);	/* the timer's */
}

static void timewait_expired(struct timer_list *timer)
{
	struct mytcp_timewait *tw = from_timer(tw, timer, timer);

	if (timewait_unhash(tw))
		mytcp_count(tw->node.net, TW);
	mytcp_node_put(&tw->node);
}

static void timewait_restart(struct mytcp_timewait *tw, unsigned long timeout)
{
	lockdep_assert_held(&tw->lock);
	/* Only while it is pending: it holds the reference it will drop. */
	mod_timer_pending(&tw->timer, jiffies + timeout);
}

static struct mytcp_timewait *timewait_make(struct sock *sk, int state)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_net *mn = mytcp_net(sock_net(sk));
	const struct ip_options_rcu *opt;
	struct mytcp_timewait *tw;

	if (atomic_read(&mn->tw_count) >= READ_ONCE(mn->max_tw_buckets))
		return NULL;
	tw = kmem_cache_alloc(timewait_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!tw)
		return NULL;
	opt = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held(sk));
	if (mytcp_ip4_copy_options(&tw->options, opt)) {
		kmem_cache_free(timewait_cache, tw);
		return NULL;
	}
	mytcp_node_init(&tw->node, MYTCP_KIND_TIMEWAIT, sock_net(sk),
			ms->node.family);
	tw->node.key = ms->node.key;
	tw->node.dev = ms->node.dev;
	tw->node.state = state;
	timer_setup(&tw->timer, timewait_expired, 0);
	spin_lock_init(&tw->lock);
	tw->rcv_nxt = ms->rcv_nxt;
	tw->snd_nxt = ms->snd_nxt;
	tw->wnd = max_t(u32, mytcp_window_left(ms), 1U << ms->rcv_wscale);
	tw->ts_recent = ms->ts_recent;
	tw->ts_stamp = ms->opt & MYTCP_HAS_TS ? ms->ts_recent_stamp : 0;
	tw->ts_offset = ms->ts_offset;
	tw->last_oow = ms->last_oow_ack;
	tw->mark = READ_ONCE(sk->sk_mark);
	tw->tos = inet_sk(sk)->tos;
	tw->ttl = max_t(int, READ_ONCE(inet_sk(sk)->uc_ttl), 0);
	tw->wscale = ms->rcv_wscale;
	return tw;
}

/**
 * mytcp_timewait_enter() - replace a socket by a bucket
 * @sk: socket, locked and referenced; CLOSE afterwards
 * @state: MYTCP_TIME_WAIT, or MYTCP_FIN_WAIT2 for an orphan
 * @timeout: jiffies
 *
 * Without memory the connection ends at once: a host that has none cannot
 * keep the promise of 2 MSL.
 */
void mytcp_timewait_enter(struct sock *sk, int state, unsigned long timeout)
{
	struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_timewait *tw = timewait_make(sk, state);

	if (mytcp_sock_state(sk) != state)
		mytcp_sock_set_state(sk, state);
	if (!tw) {
		mytcp_count(sock_net(sk), TCPTimeWaitOverflow);
		mytcp_sock_done(sk, 0);
		return;
	}
	/* Whoever finds it now kills it, if at all, with its timer armed. */
	spin_lock_bh(&tw->lock);
	if (mytcp_table_replace(&mytcp_sk(sk)->node, &tw->node)) {
		atomic_inc(&mn->tw_count);
		mytcp_port_hold_timewait(&tw->port, &tw->node, sk);
		/* The creator's reference becomes the timer's. */
		mod_timer(&tw->timer, jiffies + timeout);
		spin_unlock_bh(&tw->lock);
	} else {
		spin_unlock_bh(&tw->lock);
		mytcp_node_put(&tw->node);
	}
	mytcp_sock_done(sk, 0);
}

static void timewait_answer(struct mytcp_timewait *tw, u16 flags, u32 seq)
{
	struct mytcp_flow flow = {
		.net = tw->node.net,
		.key = tw->node.key,
		.options = tw->options,
		.dev = tw->node.dev,
		.mark = tw->mark,
		.tos = tw->tos,
		.ttl = tw->ttl,
		.uid = GLOBAL_ROOT_UID,
	};
	struct mytcp_seg seg = {
		.flags = flags,
		.seq = seq,
		.ack = flags & MYTCP_ACK ? tw->rcv_nxt : 0,
		.wnd = min_t(u32, tw->wnd >> tw->wscale, U16_MAX),
	};

	if (tw->ts_stamp) {
		seg.opts.has = MYTCP_HAS_TS;
		seg.opts.tsval = mytcp_clock_ms() + tw->ts_offset;
		seg.opts.tsecr = tw->ts_recent;
	}
	mytcp_reply_send(&flow, NULL, tw->node.state, &seg);
}

/* An ACK for what should not have come, rate limited (A23). */
static void timewait_reject(struct mytcp_timewait *tw)
{
	if (mytcp_reply_allowed(tw->node.net, &tw->last_oow))
		timewait_answer(tw, MYTCP_ACK, tw->snd_nxt);
	else if (tw->node.state == MYTCP_FIN_WAIT2)
		mytcp_count(tw->node.net, TCPACKSkippedFinWait2);
	else
		mytcp_count(tw->node.net, TCPACKSkippedTimeWait);
}

static bool timewait_in_window(const struct mytcp_timewait *tw, u32 seq, u32 end)
{
	return seq == tw->rcv_nxt ||
	       (mytcp_seq_gt(end, tw->rcv_nxt) &&
		mytcp_seq_lt(seq, tw->rcv_nxt + tw->wnd));
}

static void timewait_note_ts(struct mytcp_timewait *tw,
			     const struct mytcp_seg *seg)
{
	if (tw->ts_stamp && (seg->opts.has & MYTCP_HAS_TS)) {
		tw->ts_recent = seg->opts.tsval;
		tw->ts_stamp = ktime_get_seconds() ?: 1;
	}
}

/* What an orphan's wait for the FIN does not wait for; @over: it ends. */
static int timewait_no_fin(struct mytcp_timewait *tw,
			   const struct mytcp_seg *seg, u32 end, bool *over)
{
	if (!timewait_in_window(tw, seg->seq, end)) {
		if (!(seg->flags & MYTCP_RST))
			timewait_reject(tw);
		return MYTCP_MIB_DropOutOfWindow;
	}
	if (seg->flags & MYTCP_RST) {
		*over = seg->seq == tw->rcv_nxt;
		return *over ? MYTCP_TAKEN : MYTCP_MIB_DropBlindRst;
	}
	if (seg->flags & MYTCP_SYN) {
		timewait_reject(tw);
		return MYTCP_MIB_TCPSYNChallenge;
	}
	if (!(seg->flags & MYTCP_ACK))
		return MYTCP_MIB_DropNoAck;
	if (end == tw->rcv_nxt)
		return MYTCP_TAKEN;
	/* Text that nobody can read any more, as in input_unreadable(). */
	if (seg->len || !(seg->flags & MYTCP_FIN)) {
		timewait_answer(tw, MYTCP_RST, tw->snd_nxt);
		*over = true;
		return MYTCP_MIB_TCPAbortOnData;
	}
	if (seg->seq != tw->rcv_nxt) {
		timewait_answer(tw, MYTCP_ACK, tw->snd_nxt);
		return MYTCP_MIB_TCPOFODrop;	/* there is no queue here */
	}
	return MYTCP_GO_ON;
}

/* The orphan's wait for the FIN. @over: the bucket is to end. */
static int timewait_fin_wait2(struct mytcp_timewait *tw,
			      const struct mytcp_seg *seg, bool *over)
{
	u32 end = seg->seq + mytcp_segment_seqlen(seg);
	int verdict = timewait_no_fin(tw, seg, end, over);

	if (verdict != MYTCP_GO_ON)
		return verdict;
	tw->rcv_nxt = end;
	timewait_note_ts(tw, seg);
	trace_mytcp_state(tw->node.net, &tw->node.key, MYTCP_FIN_WAIT2,
			  MYTCP_TIME_WAIT);
	WRITE_ONCE(tw->node.state, MYTCP_TIME_WAIT);
	timewait_restart(tw, READ_ONCE(mytcp_net(tw->node.net)->tw_timeout));
	timewait_answer(tw, MYTCP_ACK, tw->snd_nxt);
	return MYTCP_TAKEN;
}

/*
 * RFC 6191, RFC 9293 MAY-2: a SYN beyond all that was, by sequence number or
 * by timestamp, may open a new connection.
 */
static bool timewait_reopens(const struct mytcp_timewait *tw,
			     const struct mytcp_seg *seg)
{
	if ((seg->flags & (MYTCP_SYN | MYTCP_ACK | MYTCP_RST | MYTCP_FIN)) !=
	    MYTCP_SYN)
		return false;
	if (tw->ts_stamp && (seg->opts.has & MYTCP_HAS_TS))
		return (s32)(seg->opts.tsval - tw->ts_recent) > 0 ||
		       (seg->opts.tsval == tw->ts_recent &&
			mytcp_seq_gt(seg->seq, tw->rcv_nxt));
	return mytcp_seq_gt(seg->seq, tw->rcv_nxt);
}

/* 2 MSL. @over: the bucket is to end. */
static int timewait_two_msl(struct mytcp_timewait *tw,
			    const struct mytcp_seg *seg, bool *over)
{
	const struct mytcp_net *mn = mytcp_net(tw->node.net);
	u32 end = seg->seq + mytcp_segment_seqlen(seg);

	if (seg->flags & MYTCP_RST) {
		/* RFC 1337: an old duplicate must not end the wait (A16). */
		*over = !READ_ONCE(mn->rfc1337) && seg->seq == tw->rcv_nxt;
		return *over ? MYTCP_TAKEN : MYTCP_MIB_DropTimeWait;
	}
	/* The peer's FIN once more: our ACK was lost (S11). */
	if ((seg->flags & (MYTCP_FIN | MYTCP_SYN)) == MYTCP_FIN &&
	    end == tw->rcv_nxt &&
	    !mytcp_paws_old(seg, tw->ts_recent, tw->ts_stamp)) {
		timewait_note_ts(tw, seg);
		timewait_restart(tw, READ_ONCE(mn->tw_timeout));
		timewait_answer(tw, MYTCP_ACK, tw->snd_nxt);
		return MYTCP_TAKEN;
	}
	/*
	 * Its ACK of ours needs no answer; also when its own FIN has overtaken
	 * it, for who sent that may be gone by now, and reply with a RST.
	 */
	if ((seg->seq == tw->rcv_nxt || seg->seq == tw->rcv_nxt - 1) &&
	    end == seg->seq && seg->ack == tw->snd_nxt)
		return MYTCP_TAKEN;
	timewait_reject(tw);
	return MYTCP_MIB_DropTimeWait;
}

/**
 * mytcp_timewait_segment() - a segment for a bucket
 * @node: bucket, referenced by the caller
 * @seg: the segment
 * @isn: set with MYTCP_GO_ON
 *
 * Context: softirq.
 *
 * Return: MYTCP_GO_ON for a SYN that may open a new connection, with an initial
 * sequence number of at least *@isn; else the end of the segment, see drop.h.
 */
int mytcp_timewait_segment(struct mytcp_node *node,
			   const struct mytcp_seg *seg, u32 *isn)
{
	struct mytcp_timewait *tw = timewait_of(node);
	bool over = false;
	int verdict;

	spin_lock(&tw->lock);
	if (node->state == MYTCP_FIN_WAIT2) {
		verdict = timewait_fin_wait2(tw, seg, &over);
	} else if (timewait_reopens(tw, seg)) {
		/* beyond the largest window of the old connection */
		*isn = tw->snd_nxt + U16_MAX + 2;
		verdict = MYTCP_GO_ON;
	} else {
		verdict = timewait_two_msl(tw, seg, &over);
	}
	spin_unlock(&tw->lock);
	if (over)
		mytcp_timewait_kill(node);
	return verdict;
}

/**
 * mytcp_timewait_challenge() - a SYN that may open anew, but nobody listens
 * @node: bucket, referenced by the caller
 *
 * Context: softirq.
 */
void mytcp_timewait_challenge(struct mytcp_node *node)
{
	struct mytcp_timewait *tw = timewait_of(node);

	spin_lock(&tw->lock);
	timewait_reject(tw);
	spin_unlock(&tw->lock);
}

/**
 * mytcp_timewait_purge() - end all buckets of a namespace
 * @net: namespace; NULL for all
 *
 * Context: process; no new ones are made meanwhile.
 */
void mytcp_timewait_purge(struct net *net)
{
	struct mytcp_node *node;
	struct mytcp_walk walk;

	mytcp_walk_rewind(&walk, MYTCP_WALK_CONNS);
	for (node = mytcp_walk_here(net, &walk); node;
	     node = mytcp_walk_next(net, &walk)) {
		if (node->kind != MYTCP_KIND_TIMEWAIT)
			continue;
		spin_lock_bh(&timewait_of(node)->lock);
		timewait_unhash(timewait_of(node));
		spin_unlock_bh(&timewait_of(node)->lock);
		if (del_timer_sync(&timewait_of(node)->timer))
			mytcp_node_put(node);
	}
}

static const struct mytcp_node_ops timewait_ops = {
	.free = timewait_free,
	.describe = timewait_describe,
	.kill = mytcp_timewait_kill,
};

/**
 * mytcp_timewait_init() - module init
 *
 * Return: 0 or -ENOMEM.
 */
int mytcp_timewait_init(void)
{
	timewait_cache = kmem_cache_create("mytcp_timewait",
					   sizeof(struct mytcp_timewait), 0,
					   SLAB_TYPESAFE_BY_RCU | SLAB_ACCOUNT,
					   NULL);
	if (!timewait_cache)
		return -ENOMEM;
	mytcp_table_set_ops(MYTCP_KIND_TIMEWAIT, &timewait_ops);
	return 0;
}

/**
 * mytcp_timewait_exit() - module exit; no segment arrives any more
 */
void mytcp_timewait_exit(void)
{
	mytcp_timewait_purge(NULL);
	synchronize_rcu();	/* a timer may be about to drop its bucket */
	rcu_barrier();
	kmem_cache_destroy(timewait_cache);
}
