// SPDX-License-Identifier: GPL-2.0
/* Segments thrown away; see drop.h. */
#include "mytcp/sock/drop.h"
#include "mytcp/sock/trace.h"

/* The nearest that the kernel has, for who watches skb:kfree_skb. */
static enum skb_drop_reason kernels_reason(enum mytcp_counter why)
{
	switch (why) {
	case MYTCP_MIB_InCsumErrors:
		return SKB_DROP_REASON_TCP_CSUM;
	case MYTCP_MIB_DropShort:
	case MYTCP_MIB_DropOffset:
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	case MYTCP_MIB_DropPolicy:
		return SKB_DROP_REASON_XFRM_POLICY;
	case MYTCP_MIB_DropFilter:
		return SKB_DROP_REASON_SOCKET_FILTER;
	case MYTCP_MIB_DropState:
		return SKB_DROP_REASON_NO_SOCKET;
	case MYTCP_MIB_DropFlags:
		return SKB_DROP_REASON_TCP_FLAGS;
	case MYTCP_MIB_DropOutOfWindow:
		return SKB_DROP_REASON_TCP_INVALID_SEQUENCE;
	case MYTCP_MIB_DropOldAck:
		return SKB_DROP_REASON_TCP_TOO_OLD_ACK;
	case MYTCP_MIB_DropBadAck:
		return SKB_DROP_REASON_TCP_ACK_UNSENT_DATA;
	case MYTCP_MIB_DropAfterClose:
		return SKB_DROP_REASON_TCP_CLOSE;
	case MYTCP_MIB_DropNoRoute:
		return SKB_DROP_REASON_IP_OUTNOROUTES;
	case MYTCP_MIB_DropNoMemory:
		return SKB_DROP_REASON_NOMEM;
	case MYTCP_MIB_PAWSActive:
	case MYTCP_MIB_PAWSEstab:
		return SKB_DROP_REASON_TCP_RFC7323_PAWS;
	case MYTCP_MIB_TCPBacklogDrop:
		return SKB_DROP_REASON_SOCKET_BACKLOG;
	case MYTCP_MIB_TCPZeroWindowDrop:
		return SKB_DROP_REASON_TCP_ZEROWINDOW;
	case MYTCP_MIB_TCPRcvQDrop:
		return SKB_DROP_REASON_SOCKET_RCVBUFF;
	case MYTCP_MIB_TCPOFODrop:
		return SKB_DROP_REASON_TCP_OFO_DROP;
	case MYTCP_MIB_TCPSYNChallenge:
		return SKB_DROP_REASON_TCP_INVALID_SYN;
	default:
		return SKB_DROP_REASON_NOT_SPECIFIED;
	}
}

/**
 * mytcp_drop_skb() - throw a segment away
 * @net: namespace
 * @skb: the segment, freed; NULL for an ICMP error that is not believed
 * @key: its key, as seen from here
 * @why: the counter that tells the reason
 *
 * Context: any.
 */
void mytcp_drop_skb(struct net *net, struct sk_buff *skb,
		    const struct mytcp_key *key, enum mytcp_counter why)
{
	this_cpu_inc(mytcp_net(net)->counters->value[why]);
	trace_mytcp_drop(net, key, mytcp_counter_names[why]);
	kfree_skb_reason(skb, kernels_reason(why));
}

/**
 * mytcp_drop_judged() - the end of a segment, by what was decided
 * @net: namespace
 * @skb: the segment; freed
 * @key: its key, as seen from here
 * @verdict: reason to drop it, or MYTCP_TAKEN
 *
 * Context: any.
 */
void mytcp_drop_judged(struct net *net, struct sk_buff *skb,
		       const struct mytcp_key *key, int verdict)
{
	if (verdict < 0)
		consume_skb(skb);
	else
		mytcp_drop_skb(net, skb, key, verdict);
}
