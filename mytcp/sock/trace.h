/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, /sys/kernel/tracing/events/mytcp. Their text is what
 * tools/mytcp-ladder reads.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mytcp

#if !defined(MYTCP_SOCK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MYTCP_SOCK_TRACE_H

#include <linux/tracepoint.h>
#include <linux/in6.h>
#include <net/ipv6.h>
#include "mytcp/proto/fsm.h"
#include "mytcp/proto/segment.h"
#include "mytcp/sock/table.h"

#ifndef MYTCP_TRACE_HELPERS
#define MYTCP_TRACE_HELPERS
/* An address and port of a key as a sockaddr for %pISpc. */
static inline void mytcp_trace_addr(u8 *to, const struct in6_addr *addr,
				    __be16 port)
{
	if (ipv6_addr_v4mapped(addr)) {
		struct sockaddr_in *sin = (struct sockaddr_in *)to;

		memset(to, 0, sizeof(struct sockaddr_in6));
		sin->sin_family = AF_INET;
		sin->sin_port = port;
		sin->sin_addr.s_addr = addr->s6_addr32[3];
	} else {
		struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)to;

		memset(to, 0, sizeof(*sin6));
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = port;
		sin6->sin6_addr = *addr;
	}
}
#endif

#define MYTCP_TRACE_ENDS						\
	__field(unsigned int, netns)					\
	__array(__u8, laddr, sizeof(struct sockaddr_in6))		\
	__array(__u8, raddr, sizeof(struct sockaddr_in6))

#define MYTCP_TRACE_SET_ENDS(n, k) do {					\
	__entry->netns = (n)->ns.inum;					\
	mytcp_trace_addr(__entry->laddr, &(k)->laddr, (k)->lport);	\
	mytcp_trace_addr(__entry->raddr, &(k)->raddr, (k)->rport);	\
} while (0)

TRACE_EVENT(mytcp_state,
	TP_PROTO(const struct net *net, const struct mytcp_key *key,
		 int from, int to),
	TP_ARGS(net, key, from, to),
	TP_STRUCT__entry(
		MYTCP_TRACE_ENDS
		__field(u8, from)
		__field(u8, to)
	),
	TP_fast_assign(
		MYTCP_TRACE_SET_ENDS(net, key);
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc old=%s new=%s",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  mytcp_fsm_name(__entry->from), mytcp_fsm_name(__entry->to))
);

DECLARE_EVENT_CLASS(mytcp_segment,
	TP_PROTO(const struct net *net, const struct mytcp_key *key, int state,
		 const struct mytcp_seg *seg),
	TP_ARGS(net, key, state, seg),
	TP_STRUCT__entry(
		MYTCP_TRACE_ENDS
		__field(u8, state)
		__field(u8, has)
		__field(u8, wscale)
		__field(u8, nsack)
		__field(u16, flags)
		__field(u16, wnd)
		__field(u16, urg)
		__field(u16, mss)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(u32, tsval)
		__field(u32, tsecr)
	),
	TP_fast_assign(
		MYTCP_TRACE_SET_ENDS(net, key);
		__entry->state = state;
		__entry->has = seg->opts.has;
		__entry->wscale = seg->opts.has & MYTCP_HAS_WSCALE ?
				  seg->opts.wscale : 0;
		__entry->nsack = seg->opts.has & MYTCP_HAS_SACK ?
				 seg->opts.nsack : 0;
		__entry->flags = seg->flags;
		__entry->wnd = seg->wnd;
		__entry->urg = seg->urg;
		__entry->mss = seg->opts.has & MYTCP_HAS_MSS ?
			       seg->opts.mss : 0;
		__entry->seq = seg->seq;
		__entry->ack = seg->ack;
		__entry->len = seg->len;
		__entry->tsval = seg->opts.has & MYTCP_HAS_TS ?
				 seg->opts.tsval : 0;
		__entry->tsecr = seg->opts.has & MYTCP_HAS_TS ?
				 seg->opts.tsecr : 0;
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc state=%s seq=%u ack=%u len=%u flags=0x%x wnd=%u urg=%u has=0x%x mss=%u wscale=%u tsval=%u tsecr=%u nsack=%u",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  mytcp_fsm_name(__entry->state), __entry->seq, __entry->ack,
		  __entry->len, __entry->flags, __entry->wnd, __entry->urg,
		  __entry->has, __entry->mss, __entry->wscale, __entry->tsval,
		  __entry->tsecr, __entry->nsack)
);

#define MYTCP_SEGMENT_EVENT(name)					\
DEFINE_EVENT(mytcp_segment, name,					\
	TP_PROTO(const struct net *net, const struct mytcp_key *key,	\
		 int state, const struct mytcp_seg *seg),		\
	TP_ARGS(net, key, state, seg))

MYTCP_SEGMENT_EVENT(mytcp_segment_in);
MYTCP_SEGMENT_EVENT(mytcp_segment_out);
MYTCP_SEGMENT_EVENT(mytcp_retransmit);

TRACE_EVENT(mytcp_drop,
	TP_PROTO(const struct net *net, const struct mytcp_key *key,
		 const char *reason),
	TP_ARGS(net, key, reason),
	TP_STRUCT__entry(
		MYTCP_TRACE_ENDS
		__field(const char *, reason)
	),
	TP_fast_assign(
		MYTCP_TRACE_SET_ENDS(net, key);
		__entry->reason = reason;
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc reason=%s",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  __entry->reason)
);

#endif /* MYTCP_SOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
