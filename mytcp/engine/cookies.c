// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies: a SYN that finds the queue full is answered, and forgotten. The
 * third segment brings back all that is needed; see proto/syncookie.c.
 *
 * Whether cookies were sent of late is a stamp in the namespace: the listener that
 * gets the third segment need not be the one that had the SYN (SO_REUSEPORT). Only
 * then is a segment that belongs to nobody looked at here, and only
 * if its cookie is right it is ours: the kernel's TCP gets the rest, and resets it.
 */
#include <linux/random.h>
#include <linux/seqlock.h>
#include "mytcp/engine/cookies.h"
#include "mytcp/engine/acceptq.h"
#include "mytcp/engine/child.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/synack.h"
#include "mytcp/proto/syncookie.h"
#include "mytcp/sock/drop.h"
#include "mytcp/sock/trace.h"

/* A slice of time has a key: 64 s (A21). */
#define KEY_SHIFT	6

/* After the last cookie none that is right can come back, jiffies. */
#define EXPECTED	((2UL << KEY_SHIFT) * HZ)

static struct mytcp_syncookie_keys keys;
static DEFINE_SEQLOCK(keys_lock);

/* Time goes on; who has read the clock before the turn does not turn it back. */
static bool cookies_is_new(u32 slice)
{
	return (s32)(slice - READ_ONCE(keys.slice)) > 0;
}

/* A new key for a new slice; two, when the last slice had none made. */
static void cookies_turn(u32 slice)
{
	write_seqlock_bh(&keys_lock);
	if (cookies_is_new(slice)) {
		if (keys.slice + 1 != slice)
			get_random_bytes(&keys.key[!(slice & 1)],
					 sizeof(keys.key[0]));
		get_random_bytes(&keys.key[slice & 1], sizeof(keys.key[0]));
		keys.slice = slice;
	}
	write_sequnlock_bh(&keys_lock);
}

static void cookies_keys(struct mytcp_syncookie_keys *now)
{
	u32 slice = ktime_get_seconds() >> KEY_SHIFT;
	unsigned int seq;

	if (cookies_is_new(slice))
		cookies_turn(slice);
	do {
		seq = read_seqbegin(&keys_lock);
		*now = keys;
	} while (read_seqretry(&keys_lock, seq));
}

/* The stamp is written once a second at most: all CPUs read it. */
static void cookies_expect(struct sock *listener)
{
	struct mytcp_net *mn = mytcp_net(sock_net(listener));
	unsigned long last = READ_ONCE(mn->cookies_sent);

	if (!last || time_after(jiffies, last + HZ))
		WRITE_ONCE(mn->cookies_sent, jiffies ?: 1);
}

static bool cookies_expected(const struct sock *listener)
{
	unsigned long last = READ_ONCE(mytcp_net(sock_net(listener))->cookies_sent);

	return last && time_before(jiffies, last + EXPECTED);
}

/**
 * mytcp_cookies_answer() - a SYN-ACK that needs no memory of it
 * @listener: socket in LISTEN, under RCU
 * @skb: the SYN; NULL in it when the answer has taken it
 * @seg: the same, parsed
 * @key: its key
 *
 * Context: softirq.
 * Return: MYTCP_TAKEN, or the counter of the drop; a skb left is the caller's.
 */
int mytcp_cookies_answer(struct sock *listener, struct sk_buff **skb,
			 const struct mytcp_seg *seg,
			 const struct mytcp_key *key)
{
	struct mytcp_syncookie syn = { .irs = seg->seq };
	struct mytcp_syncookie_keys now;
	struct mytcp_cookie_tuple tuple;
	struct mytcp_synq entry;
	struct mytcp_flow flow;

	mytcp_synack_take(&entry, listener, *skb, seg, key);
	syn.mss = entry.peer_has & MYTCP_HAS_MSS ? entry.peer_mss :
		  mytcp_ip_of(key)->mss_default;
	/* a way back through certain hosts cannot be remembered */
	if (!mytcp_syncookie_fits(syn.mss) ||
	    mytcp_ip_of(key)->has_options(*skb))
		return MYTCP_MIB_TCPReqQFullDrop;
	if (mytcp_hooks_request(listener, *skb, key))
		return MYTCP_MIB_DropFilter;
	/* without the timestamp nothing but the MSS comes back */
	if (!(entry.offer & MYTCP_HAS_TS)) {
		entry.offer = 0;
		entry.wscale = 0;
		entry.flags = 0;
	}
	if (mytcp_synack_route(&entry, &flow))
		return MYTCP_MIB_DropNoRoute;
	syn.wscale = entry.wscale;
	mytcp_key_to_tuple(key, &tuple);
	cookies_keys(&now);
	entry.iss = mytcp_syncookie_make(&now, &tuple, &syn);
	entry.flags |= MYTCP_SYNQ_COOKIE;
	cookies_expect(listener);
	mytcp_count(sock_net(listener), SyncookiesSent);
	mytcp_synack_send(&entry, &flow, skb);
	dst_release(flow.dst);
	return MYTCP_TAKEN;
}

/*
 * The entry there would be, had it been kept. False: this is not its third
 * segment.
 */
static bool cookies_recall(struct mytcp_synq *entry, struct sock *listener,
			   const struct sk_buff *skb, const struct mytcp_seg *seg,
			   const struct mytcp_key *key)
{
	struct mytcp_seg syn = { .seq = seg->seq - 1, .wnd = seg->wnd };
	struct mytcp_syncookie cookie = { .irs = syn.seq };
	struct mytcp_syncookie_keys now;
	struct mytcp_cookie_tuple tuple;
	bool ecn = false;
	u32 clock;

	mytcp_key_to_tuple(key, &tuple);
	syn.opts.has = MYTCP_HAS_MSS;
	if (seg->opts.has & MYTCP_HAS_TS) {
		clock = mytcp_clock_ms();
		if (mytcp_net(sock_net(listener))->timestamps == 1)
			clock += mytcp_cookie_ts_offset(&mytcp_secret, &tuple);
		syn.opts.has |= MYTCP_HAS_TS;
		syn.opts.tsval = seg->opts.tsval;
		if (!mytcp_syncookie_get_opts(seg->opts.tsecr, clock, &syn.opts,
					      &ecn))
			return false;
	}
	mytcp_synack_take(entry, listener, skb, &syn, key);
	cookie.wscale = entry->wscale;
	cookies_keys(&now);
	if (!mytcp_syncookie_check(&now, &tuple, seg->ack - 1, &cookie))
		return false;
	entry->iss = seg->ack - 1;
	entry->peer_mss = cookie.mss;
	entry->flags = MYTCP_SYNQ_COOKIE | (ecn ? MYTCP_SYNQ_ECN : 0);
	return true;
}

/**
 * mytcp_cookies_claims() - is a segment that nobody knows the end of a handshake?
 * @listener: socket in LISTEN, under RCU
 * @skb: the segment, at its TCP header; its checksum is not verified
 * @key: its key
 *
 * Context: softirq.
 * Return: true when its cookie is right.
 */
bool mytcp_cookies_claims(struct sock *listener, struct sk_buff *skb,
			  const struct mytcp_key *key)
{
	const u16 flags = MYTCP_SYN | MYTCP_RST | MYTCP_ACK;
	struct mytcp_synq entry;
	struct mytcp_seg seg;

	if (!cookies_expected(listener) ||
	    !pskb_may_pull(skb, MYTCP_HDR_LEN) ||
	    !pskb_may_pull(skb, tcp_hdr(skb)->doff * 4) ||
	    mytcp_segment_parse(skb->data, skb_headlen(skb), &seg) !=
	    MYTCP_PARSE_OK || (seg.flags & flags) != MYTCP_ACK)
		return false;
	if (cookies_recall(&entry, listener, skb, &seg, key))
		return true;
	mytcp_count(sock_net(listener), SyncookiesFailed);
	return false;
}

/**
 * mytcp_cookies_ack() - the third segment of a handshake nobody remembers
 * @listener: socket in LISTEN, under RCU
 * @skb: the segment, at its TCP header, checked
 * @seg: the same, parsed
 * @key: its key
 *
 * Context: softirq.
 * Return: MYTCP_TAKEN: consumed; MYTCP_GO_ON: another CPU has made the connection,
 * look again; else the counter of the drop.
 */
int mytcp_cookies_ack(struct sock *listener, struct sk_buff *skb,
		      struct mytcp_seg *seg, const struct mytcp_key *key)
{
	struct net *net = sock_net(listener);
	struct mytcp_synq entry;
	struct mytcp_flow flow;
	struct sock *child;

	if (sk_acceptq_is_full(listener))
		return MYTCP_MIB_ListenOverflows;
	/* the slice may have ended between the two looks */
	if (!cookies_recall(&entry, listener, skb, seg, key))
		return MYTCP_MIB_SyncookiesFailed;
	if (mytcp_hooks_request(listener, skb, key))
		return MYTCP_MIB_DropFilter;
	if (mytcp_synack_route(&entry, &flow))
		return MYTCP_MIB_DropNoRoute;
	dst_release(flow.dst);
	/* Found under RCU: its last reference may be gone. */
	if (!refcount_inc_not_zero(&listener->sk_refcnt))
		return MYTCP_MIB_DropAfterClose;
	child = mytcp_child_make(&entry, skb);
	if (!IS_ERR(child)) {
		mytcp_count(net, SyncookiesRecv);
		__skb_pull(skb, seg->hdr_len);
		mytcp_acceptq_add(listener, child, skb, seg);
	}
	sock_put(listener);
	if (!IS_ERR(child))
		return MYTCP_TAKEN;
	return PTR_ERR(child) == -EEXIST ? MYTCP_GO_ON :
					   mytcp_child_failed(PTR_ERR(child));
}

/**
 * mytcp_cookies_init() - the first keys
 *
 * Context: module init.
 */
void mytcp_cookies_init(void)
{
	get_random_bytes(keys.key, sizeof(keys.key));
	keys.slice = ktime_get_seconds() >> KEY_SHIFT;
}
