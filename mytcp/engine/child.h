/* SPDX-License-Identifier: GPL-2.0 */
/* A half-open connection, and the socket it becomes. */
#ifndef MYTCP_ENGINE_CHILD_H
#define MYTCP_ENGINE_CHILD_H

#include <linux/timer.h>
#include "mytcp/sock/sock.h"

/**
 * struct mytcp_synq - a half-open connection
 * @node: in the connection table
 * @link: in the listener's synq; its accept_lock
 * @timer: SYN-ACK retransmission; holds a reference while pending
 * @listener: referenced; constant
 * @return_route: IP options that lead back, or NULL; constant
 * @opts: options of the SYN; constant but for tsval, the TS.Recent
 * @iss: our initial sequence number; constant
 * @irs: the peer's; constant
 * @ts_offset: of our timestamps; constant
 * @saved_syn: for TCP_SAVED_SYN, owned until the child has it; or NULL
 * @last_oow: see mytcp_reply_allowed()
 * @sent_us: when the SYN-ACK was first sent, microseconds; constant
 * @mark: routing mark; constant
 * @wnd: our window, unscaled; constant
 * @peer_wnd: the peer's, as in the SYN; constant
 * @advmss: MSS we announce; constant
 * @ecn: both ends have ECN; constant
 * @offer: what we answer with, MYTCP_HAS_*; constant
 * @wscale: our shift; constant
 * @retries: how often the timer ran: SYN-ACKs after the first, and those that
 *	TCP_DEFER_ACCEPT saved; timer only
 * @acked_us: when the third segment was here without data, microseconds, or 0;
 *	see synq_defers()
 * @again: a SYN-ACK was retransmitted: no RTT sample (Karn)
 */
struct mytcp_synq {
	struct mytcp_node node;
	struct list_head link;
	struct timer_list timer;
	struct sock *listener;
	struct ip_options_rcu *return_route;
	struct mytcp_opts opts;
	u32 iss;
	u32 irs;
	u32 ts_offset;
	struct mytcp_saved_syn *saved_syn;
	u32 last_oow;
	u64 sent_us;
	u64 acked_us;
	u32 mark;
	u16 wnd;
	u16 peer_wnd;
	u16 advmss;
	bool ecn;
	u8 offer;
	u8 wscale;
	u8 retries;
	bool again;
};

struct sock *mytcp_child_make(struct mytcp_synq *entry);
void mytcp_child_abort(struct sock *child);

#endif /* MYTCP_ENGINE_CHILD_H */
