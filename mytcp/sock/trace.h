/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, /sys/kernel/tracing/events/mytcp. Their text is what
 * tools/mytcp-ladder and tools/mytcp-plot read.
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
#include "mytcp/sock/sock.h"

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

/* The longest name of a counter, and its end. */
#define MYTCP_TRACE_REASON	24

#define MYTCP_TRACE_ENDS						\
	__field(unsigned int, netns)					\
	__array(__u8, laddr, sizeof(struct sockaddr_in6))		\
	__array(__u8, raddr, sizeof(struct sockaddr_in6))

#define MYTCP_TRACE_SET_ENDS(n, k) do {					\
	__entry->netns = (n)->ns.inum;					\
	mytcp_trace_addr(__entry->laddr, &(k)->laddr, (k)->lport);	\
	mytcp_trace_addr(__entry->raddr, &(k)->raddr, (k)->rport);	\
} while (0)

/*
 * Programs that read the events' raw fields know the names of states by these
 * lists. A mention in the format is not enough: there they are words.
 */
#define MYTCP_TRACE_STATES(X)						\
	X(ESTABLISHED) X(SYN_SENT) X(SYN_RECV) X(FIN_WAIT1)		\
	X(FIN_WAIT2) X(TIME_WAIT) X(CLOSE) X(CLOSE_WAIT) X(LAST_ACK)	\
	X(LISTEN)

#define MYTCP_TRACE_DEFINE(name)	TRACE_DEFINE_ENUM(MYTCP_##name);
#define MYTCP_TRACE_PAIR(name)		{ MYTCP_##name, #name },

MYTCP_TRACE_STATES(MYTCP_TRACE_DEFINE)
TRACE_DEFINE_ENUM(MYTCP_CLOSING);
TRACE_DEFINE_ENUM(MYTCP_RECOVERY_OPEN);
TRACE_DEFINE_ENUM(MYTCP_RECOVERY_FAST);
TRACE_DEFINE_ENUM(MYTCP_RECOVERY_CWR);
TRACE_DEFINE_ENUM(MYTCP_RECOVERY_LOSS);

#define MYTCP_TRACE_STATE(s)						\
	__print_symbolic(s, MYTCP_TRACE_STATES(MYTCP_TRACE_PAIR)	\
			 { MYTCP_CLOSING, "CLOSING" })

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
		  MYTCP_TRACE_STATE(__entry->from),
		  MYTCP_TRACE_STATE(__entry->to))
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
		  MYTCP_TRACE_STATE(__entry->state), __entry->seq, __entry->ack,
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
		__array(char, reason, MYTCP_TRACE_REASON)
	),
	TP_fast_assign(
		MYTCP_TRACE_SET_ENDS(net, key);
		strscpy(__entry->reason, reason, sizeof(__entry->reason));
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc reason=%s",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  __entry->reason)
);

/*
 * cwnd and ssthresh in segments of mss octets; in flight: octets neither acked
 * nor lost.
 */
TRACE_EVENT(mytcp_cwnd,
	TP_PROTO(const struct sock *sk, u32 old_cwnd, u32 old_ssthresh),
	TP_ARGS(sk, old_cwnd, old_ssthresh),
	TP_STRUCT__entry(
		MYTCP_TRACE_ENDS
		__field(u32, old_cwnd)
		__field(u32, cwnd)
		__field(u32, old_ssthresh)
		__field(u32, ssthresh)
		__field(u32, in_flight)
		__field(u32, mss)
		__field(u8, recovery)
	),
	TP_fast_assign(
		const struct mytcp_sock *ms = mytcp_sk(sk);

		MYTCP_TRACE_SET_ENDS(sock_net(sk), &ms->node.key);
		__entry->old_cwnd = old_cwnd;
		__entry->cwnd = ms->cong.cwnd;
		__entry->old_ssthresh = old_ssthresh;
		__entry->ssthresh = ms->cong.ssthresh;
		__entry->in_flight = ms->snd_nxt - ms->snd_una - ms->lost;
		__entry->mss = ms->mss;
		__entry->recovery = ms->recovery;
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc old_cwnd=%u cwnd=%u old_ssthresh=%u ssthresh=%u recovery=%s in_flight=%u mss=%u",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  __entry->old_cwnd, __entry->cwnd, __entry->old_ssthresh,
		  __entry->ssthresh,
		  __print_symbolic(__entry->recovery,
				   { MYTCP_RECOVERY_OPEN, "OPEN" },
				   { MYTCP_RECOVERY_FAST, "FAST" },
				   { MYTCP_RECOVERY_CWR, "CWR" },
				   { MYTCP_RECOVERY_LOSS, "LOSS" }),
		  __entry->in_flight, __entry->mss)
);

/* A round trip was measured; the estimate with it. Microseconds. */
TRACE_EVENT(mytcp_rtt,
	TP_PROTO(const struct sock *sk, u32 rtt_us),
	TP_ARGS(sk, rtt_us),
	TP_STRUCT__entry(
		MYTCP_TRACE_ENDS
		__field(u32, rtt)
		__field(u32, srtt)
		__field(u32, rttvar)
		__field(u32, rto)
	),
	TP_fast_assign(
		const struct mytcp_sock *ms = mytcp_sk(sk);

		MYTCP_TRACE_SET_ENDS(sock_net(sk), &ms->node.key);
		__entry->rtt = rtt_us;
		__entry->srtt = ms->rtt.srtt_us >> 3;
		__entry->rttvar = ms->rtt.rttvar_us >> 2;
		__entry->rto = ms->rtt.rto_us;
	),
	TP_printk("netns=%u local=%pISpc remote=%pISpc rtt=%u srtt=%u rttvar=%u rto=%u",
		  __entry->netns, __entry->laddr, __entry->raddr,
		  __entry->rtt, __entry->srtt, __entry->rttvar, __entry->rto)
);

#ifndef MYTCP_TRACE_CWND
#define MYTCP_TRACE_CWND
/* After whatever may have changed either; costs a static branch when off. */
static inline void mytcp_trace_cwnd(const struct sock *sk, u32 old_cwnd,
				    u32 old_ssthresh)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (trace_mytcp_cwnd_enabled() &&
	    (ms->cong.cwnd != old_cwnd || ms->cong.ssthresh != old_ssthresh))
		trace_mytcp_cwnd(sk, old_cwnd, old_ssthresh);
}
#endif

#endif /* MYTCP_SOCK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
