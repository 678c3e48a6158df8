// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT buckets: what is left of a connection for 2 MSL. A bucket answers a
 * retransmitted FIN (the last ACK was lost) and keeps old duplicates from a new
 * connection. An orphan waits for its peer's FIN here, too, as FIN_WAIT_2.
 *
 * A busy server has a million of them, so they are small: what follows from the
 * rest is computed when a segment asks for it, which is rare, and what few have,
 * IP options or a mark, is in a larger object of a slab of its own.
 *
 * Lock: one of TIMEWAIT_LOCKS, by the bucket's address, for what a segment changes; taken in
 * softirq. What is to be answered is sent without it.
 */
#include <linux/hash.h>
#include <net/inet_ecn.h>
#include "mytcp/engine/timewait.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/paws.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/window.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/lingering.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/trace.h"
#include "mytcp/sock/walk.h"
#include "mytcp/sock/wheel.h"

/* What a bucket may take, with an IPv6 address at either end; and so SLUB's pointer. */
#define BUCKET_BYTES	(128 - sizeof(void *))

#define TIMEWAIT_LOCKS_SHIFT	8
#define TIMEWAIT_LOCKS		BIT(TIMEWAIT_LOCKS_SHIFT)

/* struct mytcp_timewait.flags */
#define TW_TS		0x01	/* both ends have timestamps */
#define TW_TS_OLD	0x02	/* TS.Recent is too old for PAWS */
#define TW_TS_OFFSET	0x04	/* ours have an offset */
#define TW_ROUTED	0x08	/* struct routed_timewait */

/**
 * struct mytcp_timewait - a bucket
 * @timed: in the connection table, and on a wheel until its end; must be first
 * @rcv_nxt: next expected
 * @snd_nxt: our last ACK's sequence number; constant
 * @ts_recent: TS.Recent
 * @tos: type of service; constant
 * @ttl: time to live, 0 for the route's; constant
 * @wscale: of the windows we send; constant
 * @port: how it keeps the local port in use, MYTCP_PORT_*; constant
 * @flags: TW_*; TW_TS_OLD may be cleared
 */
struct mytcp_timewait {
	struct mytcp_timed timed;
	u32 rcv_nxt;
	u32 snd_nxt;
	u32 ts_recent;
	u8 tos;
	u8 ttl;
	u8 wscale : 4;
	u8 port : 4;
	u8 flags;
};

/**
 * struct routed_timewait - a bucket whose segments go ways of their own
 * @tw: the bucket; must be first
 * @options: IP options, or NULL; constant
 * @mark: routing mark; constant
 * @label: flow label of IPv6, or 0; constant
 */
struct routed_timewait {
	struct mytcp_timewait tw;
	struct ip_options_rcu *options;
	u32 mark;
	__be32 label;
};

/**
 * struct reply - what to send once the lock is given back
 * @flags: MYTCP_ACK or MYTCP_RST; 0 for nothing
 * @over: the bucket is to end
 */
struct reply {
	u16 flags;
	bool over;
};

static struct kmem_cache *plain_cache;
static struct kmem_cache *routed_cache;
static spinlock_t locks[TIMEWAIT_LOCKS];

static struct mytcp_timewait *timewait_of(struct mytcp_node *node)
{
	return container_of(node, struct mytcp_timewait, timed.node);
}

static struct mytcp_node *node_of(struct mytcp_timewait *tw)
{
	return &tw->timed.node;
}

/* NULL: it has nothing of that. */
static const struct routed_timewait *routed_of(const struct mytcp_timewait *tw)
{
	return tw->flags & TW_ROUTED ? container_of(tw, struct routed_timewait, tw) :
				       NULL;
}

static struct ip_options_rcu *options_of(const struct mytcp_timewait *tw)
{
	const struct routed_timewait *routed = routed_of(tw);

	return routed ? routed->options : NULL;
}

static u32 mark_of(const struct mytcp_timewait *tw)
{
	const struct routed_timewait *routed = routed_of(tw);

	return routed ? routed->mark : 0;
}

static __be32 label_of(const struct mytcp_timewait *tw)
{
	const struct routed_timewait *routed = routed_of(tw);

	return routed ? routed->label : 0;
}

static spinlock_t *timewait_lock_of(const struct mytcp_node *node)
{
	return &locks[hash_ptr(node, TIMEWAIT_LOCKS_SHIFT)];
}

static void timewait_free(struct mytcp_node *node)
{
	struct mytcp_timewait *tw = timewait_of(node);

	kfree(options_of(tw));
	kmem_cache_free(tw->flags & TW_ROUTED ? routed_cache : plain_cache, tw);
}

static void timewait_describe(struct mytcp_node *node,
			      struct mytcp_listing *listing)
{
	listing->timer = 3;
	listing->expires = mytcp_wheel_due(&timewait_of(node)->timed);
	listing->mark = mark_of(timewait_of(node));
}

/* Out of the table, once; whoever succeeds gives back what the bucket held. */
static bool timewait_unhash(struct mytcp_timewait *tw)
{
	struct mytcp_node *node = node_of(tw);

	if (!mytcp_table_remove(node))
		return false;
	trace_mytcp_state(node->net, &node->key, node->state, MYTCP_CLOSE);
	mytcp_port_drop_timewait(node, tw->port);
	atomic_dec(&mytcp_net(node->net)->tw_count);
	return true;
}

/**
 * mytcp_timewait_kill() - a bucket ends before its time
 * @node: bucket, referenced by the caller
 */
void mytcp_timewait_kill(struct mytcp_node *node)
{
	struct mytcp_timewait *tw = timewait_of(node);

	/* Not between its entry into the table and that into the wheel. */
	spin_lock_bh(timewait_lock_of(node));
	timewait_unhash(tw);
	spin_unlock_bh(timewait_lock_of(node));
	if (mytcp_wheel_del(&tw->timed))
		mytcp_node_put(node);	/* the wheel's */
}

static void timewait_expired(struct mytcp_node *node)
{
	if (timewait_unhash(timewait_of(node)))
		mytcp_count(node->net, TW);
	mytcp_node_put(node);
}

static void timewait_restart(struct mytcp_timewait *tw, unsigned long timeout)
{
	lockdep_assert_held(timewait_lock_of(node_of(tw)));
	/* Only while it waits: the wheel holds the reference it will drop. */
	mytcp_wheel_put_off(&tw->timed, timeout);
}

static struct mytcp_timewait *timewait_alloc(struct sock *sk)
{
	__be32 label = mytcp_inet6_label(sk, &mytcp_sk(sk)->node.key);
	u32 mark = READ_ONCE(sk->sk_mark);
	const struct ip_options_rcu *opt;
	struct routed_timewait *routed;
	struct mytcp_timewait *tw;

	opt = rcu_dereference_protected(inet_sk(sk)->inet_opt,
					lockdep_sock_is_held(sk));
	if (!opt && !mark && !label) {
		tw = kmem_cache_alloc(plain_cache, GFP_ATOMIC | __GFP_NOWARN);
		if (tw)
			tw->flags = 0;
		return tw;
	}
	routed = kmem_cache_alloc(routed_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!routed)
		return NULL;
	if (mytcp_ip4_copy_options(&routed->options, opt)) {
		kmem_cache_free(routed_cache, routed);
		return NULL;
	}
	routed->mark = mark;
	routed->label = label;
	routed->tw.flags = TW_ROUTED;
	return &routed->tw;
}

/* What RFC 7323 needs of the connection. */
static void timewait_take_ts(struct mytcp_timewait *tw,
			     const struct mytcp_sock *ms)
{
	tw->ts_recent = ms->ts_recent;
	if (!(ms->opt & MYTCP_HAS_TS))
		return;
	tw->flags |= TW_TS;
	if (ktime_get_seconds() >= ms->ts_recent_stamp + MYTCP_PAWS_LIFE)
		tw->flags |= TW_TS_OLD;
	if (ms->ts_offset)
		tw->flags |= TW_TS_OFFSET;
}

static struct mytcp_timewait *timewait_make(struct sock *sk, int state)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_timewait *tw;
	struct mytcp_node *node;
	u32 wnd;

	if (atomic_read(&mn->tw_count) >= READ_ONCE(mn->max_tw_buckets))
		return NULL;
	tw = timewait_alloc(sk);
	if (!tw)
		return NULL;
	node = node_of(tw);
	mytcp_node_init(node, MYTCP_KIND_TIMEWAIT, sock_net(sk),
			ms->node.family);
	mytcp_wheel_prepare(&tw->timed);
	node->key = ms->node.key;
	node->dev = ms->node.dev;
	node->state = state;
	wnd = mytcp_window_left(ms) >> ms->rcv_wscale;
	tw->timed.wnd = clamp_t(u32, wnd, 1, U16_MAX);
	tw->rcv_nxt = ms->rcv_nxt;
	tw->snd_nxt = ms->snd_nxt;
	tw->timed.last_oow = ms->last_oow_ack;
	/* what it sends is no data: RFC 3168 6.1.4 */
	tw->tos = mytcp_inet6_tos(sk, &node->key) & ~INET_ECN_MASK;
	tw->ttl = mytcp_inet6_ttl(sk, &node->key);
	tw->wscale = ms->rcv_wscale;
	timewait_take_ts(tw, ms);
	return tw;
}

/* False: no memory to keep the port, or the socket is in no table any more. */
static bool timewait_replace(struct mytcp_timewait *tw, struct sock *sk,
			     unsigned long timeout)
{
	struct mytcp_node *old = &mytcp_sk(sk)->node;
	int how = mytcp_port_hold_timewait(sk);
	spinlock_t *lock = timewait_lock_of(node_of(tw));
	bool done;

	if (how < 0) {
		mytcp_count(sock_net(sk), TCPTimeWaitOverflow);
		return false;
	}
	tw->port = how;
	/* Whoever finds it now kills it, if at all, with its time set. */
	spin_lock_bh(lock);
	done = mytcp_table_replace(old, node_of(tw));
	if (done) {
		atomic_inc(&mytcp_net(sock_net(sk))->tw_count);
		/* The creator's reference becomes the wheel's. */
		mytcp_wheel_add(&tw->timed, timeout);
	}
	spin_unlock_bh(lock);
	if (!done)
		mytcp_port_drop_timewait(old, how);
	return done;
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
	struct mytcp_timewait *tw = timewait_make(sk, state);

	if (mytcp_sock_state(sk) != state)
		mytcp_sock_set_state(sk, state);
	if (!tw)
		mytcp_count(sock_net(sk), TCPTimeWaitOverflow);
	else if (!timewait_replace(tw, sk, timeout))
		mytcp_node_put(node_of(tw));
	mytcp_sock_done(sk, 0);
}

/* The hash of the connection again, as when it began. */
static u32 timewait_ts_offset(const struct mytcp_timewait *tw)
{
	struct mytcp_cookie_tuple tuple;

	if (!(tw->flags & TW_TS_OFFSET))
		return 0;
	mytcp_key_to_tuple(&tw->timed.node.key, &tuple);
	return mytcp_cookie_ts_offset(&mytcp_secret, &tuple);
}

static void timewait_send(struct mytcp_timewait *tw, u16 flags)
{
	struct mytcp_node *node = node_of(tw);
	struct mytcp_flow flow = {
		.net = node->net,
		.key = node->key,
		.options = options_of(tw),
		.dev = node->dev,
		.mark = mark_of(tw),
		.label = label_of(tw),
		.tos = tw->tos,
		.ttl = tw->ttl,
		.uid = GLOBAL_ROOT_UID,
	};
	struct mytcp_seg seg = {
		.flags = flags,
		.seq = tw->snd_nxt,
		.ack = flags & MYTCP_ACK ? READ_ONCE(tw->rcv_nxt) : 0,
		.wnd = tw->timed.wnd,
	};

	if (tw->flags & TW_TS) {
		seg.opts.has = MYTCP_HAS_TS;
		seg.opts.tsval = mytcp_clock_ms() + timewait_ts_offset(tw);
		seg.opts.tsecr = READ_ONCE(tw->ts_recent);
	}
	mytcp_reply_send(&flow, NULL, node->state, &seg, NULL);
}

/* An ACK for what should not have come, rate limited (A23). */
static u16 timewait_reject(struct mytcp_timewait *tw)
{
	struct mytcp_node *node = node_of(tw);

	if (mytcp_reply_allowed(node->net, &tw->timed.last_oow))
		return MYTCP_ACK;
	if (node->state == MYTCP_FIN_WAIT2)
		mytcp_count(node->net, TCPACKSkippedFinWait2);
	else
		mytcp_count(node->net, TCPACKSkippedTimeWait);
	return 0;
}

static bool timewait_in_window(const struct mytcp_timewait *tw, u32 seq, u32 end)
{
	u32 wnd = (u32)tw->timed.wnd << tw->wscale;

	return seq == tw->rcv_nxt ||
	       (mytcp_seq_gt(end, tw->rcv_nxt) &&
		mytcp_seq_lt(seq, tw->rcv_nxt + wnd));
}

static void timewait_note_ts(struct mytcp_timewait *tw,
			     const struct mytcp_seg *seg)
{
	if ((tw->flags & TW_TS) && (seg->opts.has & MYTCP_HAS_TS)) {
		WRITE_ONCE(tw->ts_recent, seg->opts.tsval);
		tw->flags &= ~TW_TS_OLD;
	}
}

/* A bucket lives for no 24 days: what was young when it was made still is. */
static bool timewait_paws_old(const struct mytcp_timewait *tw,
			      const struct mytcp_seg *seg)
{
	return (tw->flags & (TW_TS | TW_TS_OLD)) == TW_TS &&
	       mytcp_paws_old(seg, tw->ts_recent, ktime_get_seconds() ?: 1, 0);
}

/*
 * RFC 5961 5.2: what nobody who sees the connection would send. All of ours is
 * acknowledged, so text comes with the last ACK; only a FIN may have crossed it.
 */
static int timewait_check_ack(struct mytcp_timewait *tw,
			      const struct mytcp_seg *seg, struct reply *reply)
{
	if (seg->ack == tw->snd_nxt)
		return MYTCP_GO_ON;
	if (mytcp_seq_gt(seg->ack, tw->snd_nxt)) {
		reply->flags = timewait_reject(tw);
		return MYTCP_MIB_DropBadAck;
	}
	if (!seg->len)
		return MYTCP_GO_ON;
	reply->flags = timewait_reject(tw);
	return MYTCP_MIB_DropOldAck;
}

/* RFC 9293 3.10.7.4 for FIN-WAIT-2, first to fifth. */
static int timewait_acceptable(struct mytcp_timewait *tw,
			       const struct mytcp_seg *seg, u32 end,
			       struct reply *reply)
{
	if (!timewait_in_window(tw, seg->seq, end)) {
		if (!(seg->flags & MYTCP_RST))
			reply->flags = timewait_reject(tw);
		return MYTCP_MIB_DropOutOfWindow;
	}
	if (seg->flags & MYTCP_RST) {
		reply->over = seg->seq == tw->rcv_nxt;
		if (reply->over)
			return MYTCP_TAKEN;
		/* RFC 5961 3.2 */
		reply->flags = timewait_reject(tw);
		return MYTCP_MIB_DropBlindRst;
	}
	if (seg->flags & MYTCP_SYN) {
		reply->flags = timewait_reject(tw);
		return MYTCP_MIB_TCPSYNChallenge;
	}
	if (!(seg->flags & MYTCP_ACK))
		return MYTCP_MIB_DropNoAck;
	return timewait_check_ack(tw, seg, reply);
}

/* What an orphan's wait for the FIN does not wait for. */
static int timewait_no_fin(struct mytcp_timewait *tw,
			   const struct mytcp_seg *seg, u32 end,
			   struct reply *reply)
{
	int verdict = timewait_acceptable(tw, seg, end, reply);

	if (verdict != MYTCP_GO_ON)
		return verdict;
	if (end == tw->rcv_nxt || end == seg->seq)
		return MYTCP_TAKEN;
	/* Text that nobody can read any more, as in input_unreadable(). */
	if (seg->len) {
		reply->flags = MYTCP_RST;
		reply->over = true;
		return MYTCP_MIB_TCPAbortOnData;
	}
	if (seg->seq != tw->rcv_nxt) {
		reply->flags = MYTCP_ACK;
		return MYTCP_MIB_TCPOFODrop;	/* there is no queue here */
	}
	return MYTCP_GO_ON;
}

/* The orphan's wait for the FIN. */
static int timewait_fin_wait2(struct mytcp_timewait *tw,
			      const struct mytcp_seg *seg, struct reply *reply)
{
	struct mytcp_node *node = node_of(tw);
	u32 end = seg->seq + mytcp_segment_seqlen(seg);
	int verdict = timewait_no_fin(tw, seg, end, reply);

	if (verdict != MYTCP_GO_ON)
		return verdict;
	WRITE_ONCE(tw->rcv_nxt, end);
	timewait_note_ts(tw, seg);
	trace_mytcp_state(node->net, &node->key, MYTCP_FIN_WAIT2,
			  MYTCP_TIME_WAIT);
	WRITE_ONCE(node->state, MYTCP_TIME_WAIT);
	timewait_restart(tw, READ_ONCE(mytcp_net(node->net)->tw_timeout));
	reply->flags = MYTCP_ACK;
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
	if ((tw->flags & TW_TS) && (seg->opts.has & MYTCP_HAS_TS))
		return (s32)(seg->opts.tsval - tw->ts_recent) > 0 ||
		       (seg->opts.tsval == tw->ts_recent &&
			mytcp_seq_gt(seg->seq, tw->rcv_nxt));
	return mytcp_seq_gt(seg->seq, tw->rcv_nxt);
}

/* 2 MSL. */
static int timewait_two_msl(struct mytcp_timewait *tw,
			    const struct mytcp_seg *seg, struct reply *reply)
{
	const struct mytcp_net *mn = mytcp_net(node_of(tw)->net);
	u32 end = seg->seq + mytcp_segment_seqlen(seg);

	if (seg->flags & MYTCP_RST) {
		/* RFC 1337: an old duplicate must not end the wait (A16). */
		reply->over = !READ_ONCE(mn->rfc1337) && seg->seq == tw->rcv_nxt;
		return reply->over ? MYTCP_TAKEN : MYTCP_MIB_DropTimeWait;
	}
	/* The peer's FIN once more: our ACK was lost (S11). */
	if ((seg->flags & (MYTCP_FIN | MYTCP_SYN)) == MYTCP_FIN &&
	    end == tw->rcv_nxt && !timewait_paws_old(tw, seg)) {
		timewait_note_ts(tw, seg);
		timewait_restart(tw, READ_ONCE(mn->tw_timeout));
		reply->flags = MYTCP_ACK;
		return MYTCP_TAKEN;
	}
	/*
	 * Its ACK of ours needs no answer; also when its own FIN has overtaken
	 * it, for who sent that may be gone by now, and reply with a RST.
	 */
	if ((seg->seq == tw->rcv_nxt || seg->seq == tw->rcv_nxt - 1) &&
	    end == seg->seq && seg->ack == tw->snd_nxt)
		return MYTCP_TAKEN;
	reply->flags = timewait_reject(tw);
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
	struct reply reply = { 0 };
	int verdict;

	spin_lock(timewait_lock_of(node));
	if (node->state == MYTCP_FIN_WAIT2) {
		verdict = timewait_fin_wait2(tw, seg, &reply);
	} else if (timewait_reopens(tw, seg)) {
		/* beyond the largest window of the old connection */
		*isn = tw->snd_nxt + U16_MAX + 2;
		verdict = MYTCP_GO_ON;
	} else {
		verdict = timewait_two_msl(tw, seg, &reply);
	}
	spin_unlock(timewait_lock_of(node));
	if (reply.flags)
		timewait_send(tw, reply.flags);
	if (reply.over)
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
	u16 flags;

	spin_lock(timewait_lock_of(node));
	flags = timewait_reject(tw);
	spin_unlock(timewait_lock_of(node));
	if (flags)
		timewait_send(tw, flags);
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
		if (node->kind == MYTCP_KIND_TIMEWAIT)
			mytcp_timewait_kill(node);
	}
}

/* A connection this host has with itself is sure of its own clock. */
static bool timewait_is_local(const struct mytcp_node *node)
{
	return mytcp_ip_of(&node->key)->is_loopback(&node->key.laddr);
}

/* Another port would do as well: only when the administrator says so. */
static bool timewait_may_go(const struct mytcp_timewait *tw)
{
	const struct mytcp_node *node = &tw->timed.node;
	const struct mytcp_net *mn = mytcp_net(node->net);
	unsigned long life = READ_ONCE(mn->tw_timeout);
	int reuse = READ_ONCE(mn->reuse_timewait);

	return (reuse == 1 || (reuse == 2 && timewait_is_local(node))) &&
	       time_before(mytcp_wheel_due(&tw->timed), jiffies + life - HZ);
}

/* Our SYN will have a timestamp, of the same clock as the old connection's. */
static bool timewait_same_clock(const struct mytcp_timewait *tw)
{
	int timestamps = READ_ONCE(mytcp_net(tw->timed.node.net)->timestamps);

	return (tw->flags & TW_TS) &&
	       timestamps == (tw->flags & TW_TS_OFFSET ? 1 : 2);
}

/*
 * RFC 6191 for our own SYN: with timestamps it cannot be taken for one of the old
 * connection, nor can what is left of that be taken for the new one's. As the
 * kernel's TCP has it, who has named the port need not wait.
 */
static bool timewait_yields(struct mytcp_node *node, bool named, u32 *isn)
{
	struct mytcp_timewait *tw = timewait_of(node);
	bool yields;

	spin_lock_bh(timewait_lock_of(node));
	yields = node->state == MYTCP_TIME_WAIT && timewait_same_clock(tw) &&
		 (named || timewait_may_go(tw));
	if (yields) {
		/* beyond the largest window of the old connection */
		*isn = tw->snd_nxt + U16_MAX + 2 ?: 1;
		mytcp_count(node->net, TWRecycled);
	}
	spin_unlock_bh(timewait_lock_of(node));
	return yields;
}

static const struct mytcp_node_ops timewait_ops = {
	.free = timewait_free,
	.describe = timewait_describe,
	.kill = mytcp_timewait_kill,
	.yields = timewait_yields,
	.expired = timewait_expired,
};

static struct kmem_cache *new_cache(const char *name, unsigned int size)
{
	return kmem_cache_create(name, size, 0,
				 SLAB_TYPESAFE_BY_RCU | SLAB_ACCOUNT, NULL);
}

/**
 * mytcp_timewait_init() - module init
 *
 * Return: 0 or -ENOMEM.
 */
int mytcp_timewait_init(void)
{
	unsigned int i;

	BUILD_BUG_ON(sizeof(struct mytcp_timewait) > BUCKET_BYTES);
	for (i = 0; i < TIMEWAIT_LOCKS; i++)
		spin_lock_init(&locks[i]);
	plain_cache = new_cache("mytcp_timewait", sizeof(struct mytcp_timewait));
	routed_cache = new_cache("mytcp_timewait_routed",
				 sizeof(struct routed_timewait));
	if (!plain_cache || !routed_cache) {
		kmem_cache_destroy(plain_cache);
		kmem_cache_destroy(routed_cache);
		return -ENOMEM;
	}
	mytcp_table_set_ops(MYTCP_KIND_TIMEWAIT, &timewait_ops);
	return 0;
}

/**
 * mytcp_timewait_exit() - module exit; no segment arrives any more
 */
void mytcp_timewait_exit(void)
{
	mytcp_timewait_purge(NULL);
	synchronize_rcu();	/* a wheel may be about to drop its bucket */
	rcu_barrier();
	kmem_cache_destroy(plain_cache);
	kmem_cache_destroy(routed_cache);
}
