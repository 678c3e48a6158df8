/* SPDX-License-Identifier: GPL-2.0 */
/* When a segment is to leave: since 6.10 the clock has a number. */
#ifndef MYTCP_COMPAT_DELIVERY_TIME_H
#define MYTCP_COMPAT_DELIVERY_TIME_H

#include <linux/skbuff.h>
#include <linux/version.h>

/* @ns: of the monotonic clock. */
static inline void mytcp_set_delivery_time(struct sk_buff *skb, u64 ns)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	skb_set_delivery_time(skb, ns_to_ktime(ns), SKB_CLOCK_MONOTONIC);
#else
	skb_set_delivery_time(skb, ns_to_ktime(ns), true);
#endif
}

#endif /* MYTCP_COMPAT_DELIVERY_TIME_H */
