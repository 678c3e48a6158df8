/* SPDX-License-Identifier: GPL-2.0 */
/* SEGMENT ARRIVES, RFC 9293 3.10.7, for full sockets. */
#ifndef MYTCP_ENGINE_INPUT_H
#define MYTCP_ENGINE_INPUT_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/engine/act.h"
#include "mytcp/sock/sock.h"

unsigned int mytcp_input_segment(struct sock *sk, struct sk_buff *skb,
				 struct mytcp_seg *seg);
/* Shared with the SYN queue: what both ends' SYNs agree on. */
void mytcp_input_negotiate(struct mytcp_sock *ms, const struct mytcp_opts *syn);

#endif /* MYTCP_ENGINE_INPUT_H */
