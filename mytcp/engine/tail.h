/* SPDX-License-Identifier: GPL-2.0 */
/* When a tail loss probe is due, and what an ACK says of it: RFC 8985 7. */
#ifndef MYTCP_ENGINE_TAIL_H
#define MYTCP_ENGINE_TAIL_H

#include <linux/types.h>
#include "mytcp/engine/sacked.h"
#include "mytcp/sock/sock.h"

bool mytcp_tail_wanted(const struct sock *sk);
void mytcp_tail_arm(struct sock *sk);
void mytcp_tail_sent(struct sock *sk);
void mytcp_tail_on_ack(struct sock *sk, const struct mytcp_seg *seg,
		       const struct mytcp_news *news, u32 rtt_us, bool dup);

#endif /* MYTCP_ENGINE_TAIL_H */
