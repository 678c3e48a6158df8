/* SPDX-License-Identifier: GPL-2.0 */
/* A half-open connection, and the socket it becomes. */
#ifndef MYTCP_ENGINE_CHILD_H
#define MYTCP_ENGINE_CHILD_H

#include "mytcp/sock/inet6.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/wheel.h"

/* struct mytcp_synq.flags */
#define MYTCP_SYNQ_ECN		0x01	/* both ends have ECN */
#define MYTCP_SYNQ_AGAIN	0x02	/* a SYN-ACK went twice: no RTT sample (Karn) */
#define MYTCP_SYNQ_COOKIE	0x04	/* in no queue: iss is a SYN cookie */
#define MYTCP_SYNQ_FASTOPEN	0x08	/* in no queue: the child is made by the SYN */
#define MYTCP_SYNQ_GIVES	0x10	/* the SYN-ACK has a cookie of Fast Open */
#define MYTCP_SYNQ_ASKS		0x20	/* the SYN asks for ECN */

/**
 * struct mytcp_synq - a half-open connection
 * @timed: in the connection table, and on a wheel for the next SYN-ACK; its wnd
 *	is our window, which is not scaled; constant; must be first
 * @link: in the listener's synq; its lock
 * @listener: referenced; constant
 * @return_route: of IPv4: IP options that lead back, or NULL; constant
 * @label: of IPv6: the SYN's flow label, when the listener answers with it, or 0;
 *	constant
 * @saved_syn: for TCP_SAVED_SYN, owned until the child has it; or NULL
 * @iss: our initial sequence number; constant
 * @irs: the peer's; constant
 * @ts_recent: TS.Recent
 * @ts_offset: of our timestamps; constant
 * @mark: routing mark; constant
 * @sent_us: when the SYN-ACK was first sent, microseconds; constant
 * @acked_us: when the third segment was here without data, microseconds, or 0;
 *	see synq_defers()
 * @peer_wnd: the peer's, as in the SYN; constant
 * @peer_mss: of the SYN's option; constant
 * @advmss: MSS we announce; constant
 * @peer_has: options of the SYN, MYTCP_HAS_*; constant
 * @offer: what we answer with, MYTCP_HAS_*; constant
 * @peer_wscale: the peer's shift; constant
 * @wscale: our shift; constant
 * @retries: how often the timer ran: SYN-ACKs after the first, and those that
 *	TCP_DEFER_ACCEPT saved; timer only
 * @flags: MYTCP_SYNQ_*
 *
 * Times are the lower bits of mytcp_clock_us(): an entry lives for minutes.
 */
struct mytcp_synq {
	struct mytcp_timed timed;
	struct list_head link;
	struct sock *listener;
	union {
		struct ip_options_rcu *return_route;
		__be32 label;
	};
	struct mytcp_saved_syn *saved_syn;
	u32 iss;
	u32 irs;
	u32 ts_recent;
	u32 ts_offset;
	u32 mark;
	u32 sent_us;
	u32 acked_us;
	u16 peer_wnd;
	u16 peer_mss;
	u16 advmss;
	u8 peer_has;
	u8 offer;
	u8 peer_wscale;
	u8 wscale;
	u8 retries;
	u8 flags;
};

static inline struct ip_options_rcu *
mytcp_synq_return_route(const struct mytcp_synq *entry)
{
	return mytcp_key_is6(&entry->timed.node.key) ? NULL : entry->return_route;
}

static inline __be32 mytcp_synq_label(const struct mytcp_synq *entry)
{
	return mytcp_key_is6(&entry->timed.node.key) ? entry->label : 0;
}

struct sock *mytcp_child_make(struct mytcp_synq *entry, const struct sk_buff *skb);
/* The counter of the drop when there is no child, or no entry: of an errno. */
int mytcp_child_failed(int err);
void mytcp_child_abort(struct sock *child);

#endif /* MYTCP_ENGINE_CHILD_H */
