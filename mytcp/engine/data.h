/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a segment: RFC 9293 3.10.7.4, sixth and seventh. Socket locked. */
#ifndef MYTCP_ENGINE_DATA_H
#define MYTCP_ENGINE_DATA_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/engine/act.h"
#include "mytcp/sock/sock.h"

bool mytcp_data_is_readable(const struct sock *sk, int target);
void mytcp_data_urgent(struct sock *sk, const struct sk_buff *skb,
		       const struct mytcp_seg *seg);
void mytcp_data_twice(struct sock *sk, u32 left, u32 right);
bool mytcp_data_segment(struct sock *sk, struct sk_buff *skb,
			const struct mytcp_seg *seg, unsigned int *acts);

#endif /* MYTCP_ENGINE_DATA_H */
