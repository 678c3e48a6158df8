/* SPDX-License-Identifier: GPL-2.0 */
/* The ACK field of a segment: RFC 9293 3.10.7.4, fifth. Socket locked. */
#ifndef MYTCP_ENGINE_ACK_H
#define MYTCP_ENGINE_ACK_H

#include <linux/types.h>
#include "mytcp/engine/act.h"
#include "mytcp/sock/sock.h"

int mytcp_ack_process(struct sock *sk, const struct mytcp_seg *seg,
		      unsigned int *acts);
void mytcp_ack_first(struct sock *sk, const struct mytcp_seg *seg);
bool mytcp_ack_covers_fin(const struct sock *sk);

#endif /* MYTCP_ENGINE_ACK_H */
