// SPDX-License-Identifier: GPL-2.0
/* Segments without payload that no send queue knows: ACK, RST, SYN-ACK. */
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/netns/hash.h>
#include "mytcp/engine/reply.h"
#include "mytcp/proto/ration.h"
#include "mytcp/sock/trace.h"

/*
 * RSTs for ports that nobody listens at are rationed for each host they go to, by
 * a bucket that it may share with others. Which of them, nobody outside knows, and
 * it is drawn anew every few seconds: who shares another's bucket could see how
 * many RSTs that one gets (A4).
 */
#define RATIONS		4096U		/* a power of two */
#define RATIONS_LIFE	(10UL * HZ)

static u32 rations[RATIONS];

/* Is nobody else's, and nothing but one piece of memory with @room in it? */
static bool reply_may_recycle(struct sk_buff *skb, unsigned int room)
{
	return !skb_shared(skb) && !skb_cloned(skb) && !skb_is_nonlinear(skb) &&
	       !skb_zcopy(skb) && skb_end_offset(skb) >= room;
}

/* As alloc_skb() would make it, with @headroom. */
static void reply_recycle(struct sk_buff *skb, unsigned int headroom)
{
	skb_scrub_packet(skb, true);
	skb_orphan(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_clear_hash(skb);
	skb_reset_redirect(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	memset(skb_shinfo(skb), 0, offsetof(struct skb_shared_info, dataref));
	skb->dev = NULL;
	skb->priority = 0;
	skb->queue_mapping = 0;
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	skb->data = skb->head + headroom;
	skb_reset_tail_pointer(skb);
	skb->len = 0;
}

/*
 * An skb for the answer: that of the question, when it does, which spares two
 * visits to the slabs under a flood.
 */
static struct sk_buff *reply_skb(const struct mytcp_flow *flow,
				 struct sk_buff **spent)
{
	unsigned int headroom;
	struct sk_buff *skb;

	if (spent && *spent && flow->dst && !flow->options) {
		headroom = LL_RESERVED_SPACE(flow->dst->dev) +
			   flow->dst->header_len + sizeof(struct ipv6hdr) +
			   MYTCP_HDR_MAX;
		skb = *spent;
		if (reply_may_recycle(skb, headroom)) {
			*spent = NULL;
			reply_recycle(skb, headroom);
			return skb;
		}
	}
	skb = alloc_skb(MYTCP_HEADROOM, GFP_ATOMIC);
	if (skb)
		skb_reserve(skb, MYTCP_HEADROOM);
	return skb;
}

/**
 * mytcp_reply_send() - build a segment from its fields and send it
 * @flow: where to
 * @owner: socket to charge it to, or NULL
 * @state: of the sender, for the tracepoint
 * @seg: every field but the ports, which come from @flow
 * @spent: NULL, or a packet nobody needs any more: NULL in it when it was used
 *
 * Context: any, bottom halves off or socket locked.
 *
 * Return: 0 or a negative errno.
 */
int mytcp_reply_send(const struct mytcp_flow *flow, struct sock *owner,
		     int state, struct mytcp_seg *seg, struct sk_buff **spent)
{
	const struct mytcp_ip_ops *ip = mytcp_ip_of(&flow->key);
	unsigned int len = MYTCP_HDR_LEN + mytcp_segment_opts_len(&seg->opts);
	struct sk_buff *skb = reply_skb(flow, spent);

	if (!skb)
		return -ENOMEM;
	seg->sport = ntohs(flow->key.lport);
	seg->dport = ntohs(flow->key.rport);
	seg->hdr_len = len;
	mytcp_segment_put(skb_push(skb, len), seg);
	ip->checksum_out(skb, &flow->key);

	mytcp_count(flow->net, OutSegs);
	if (seg->flags & MYTCP_RST)
		mytcp_count(flow->net, OutRsts);
	trace_mytcp_segment_out(flow->net, &flow->key, state, seg);
	return ip->send_reply(flow, owner, skb);
}

/**
 * mytcp_reply_reset() - answer a segment that belongs to no connection
 * @net: namespace
 * @in: the segment
 * @key: its key, as seen from here
 * @way: that the answer goes
 *
 * RFC 9293 3.10.7.1; never an RST for an RST. The caller has seen to it that
 * neither address is a group's.
 */
void mytcp_reply_reset(struct net *net, const struct mytcp_seg *in,
		       const struct mytcp_key *key, struct mytcp_way way)
{
	struct mytcp_seg seg = { .flags = MYTCP_RST };
	struct mytcp_flow flow = {
		.net = net,
		.key = *key,
		.dev = way.dev,
		.label = way.label,
		.uid = GLOBAL_ROOT_UID,
	};

	if (in->flags & MYTCP_RST)
		return;
	if (in->flags & MYTCP_ACK) {
		seg.seq = in->ack;
	} else {
		seg.flags |= MYTCP_ACK;
		seg.ack = in->seq + mytcp_segment_seqlen(in);
	}
	mytcp_reply_send(&flow, NULL, MYTCP_CLOSE, &seg, NULL);
}

/* A38: a race may let one more through, which does no harm. */
static bool reply_has_ration(struct net *net, const struct mytcp_key *key)
{
	u32 rate = READ_ONCE(mytcp_net(net)->rst_ratelimit);
	u64 salt = (u64)net_hash_mix(net) << 32 | (u32)(jiffies / RATIONS_LIFE);
	u32 raddr[4], due;
	u32 *ration;
	bool has;

	/* this host need not be kept from asking itself */
	if (!rate || mytcp_ip_of(key)->is_loopback(&key->raddr))
		return true;
	memcpy(raddr, &key->raddr, sizeof(raddr));
	ration = &rations[mytcp_cookie_peer(&mytcp_secret, raddr, salt) &
			  (RATIONS - 1)];
	due = READ_ONCE(*ration);
	has = mytcp_ration_take(&due, (u32)mytcp_clock_us(),
				USEC_PER_SEC / rate, rate);
	if (has)
		WRITE_ONCE(*ration, due);
	return has;
}

/**
 * mytcp_reply_refuse() - answer a segment for a port that nobody listens at
 * @net: namespace
 * @in: the segment
 * @key: its key, as seen from here
 * @way: as above
 *
 * RFC 9293 3.10.7.1, within what one host may get of it (rst_ratelimit).
 *
 * Context: softirq.
 */
void mytcp_reply_refuse(struct net *net, const struct mytcp_seg *in,
			const struct mytcp_key *key, struct mytcp_way way)
{
	if (in->flags & MYTCP_RST)
		return;
	if (reply_has_ration(net, key))
		mytcp_reply_reset(net, in, key, way);
	else
		mytcp_count(net, RstsSkipped);
}

/**
 * mytcp_reply_allowed() - may nonsense be answered once more?
 * @net: namespace
 * @last: jiffies of the last such answer for the connection, 0 for none
 *
 * A23: without a limit two hosts could answer each other for ever.
 */
bool mytcp_reply_allowed(struct net *net, u32 *last)
{
	u32 now = (u32)jiffies ?: 1;
	u32 gap = msecs_to_jiffies(READ_ONCE(mytcp_net(net)->invalid_ratelimit));

	if (*last && now - *last < gap)
		return false;
	*last = now;
	return true;
}
