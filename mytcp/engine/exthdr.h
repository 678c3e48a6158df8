/* SPDX-License-Identifier: GPL-2.0 */
/* The extension headers of IPv6 that stand before a segment. */
#ifndef MYTCP_ENGINE_EXTHDR_H
#define MYTCP_ENGINE_EXTHDR_H

#include <linux/skbuff.h>

/* Behind which offset what comes next begins; -1: IP has to look at them first. */
int mytcp_exthdr_pass(struct sk_buff *skb, u8 *next);

#endif /* MYTCP_ENGINE_EXTHDR_H */
