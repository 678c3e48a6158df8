/* SPDX-License-Identifier: GPL-2.0 */
/* A segment for a full socket: input decides, this does. */
#ifndef MYTCP_ENGINE_RECEIVE_H
#define MYTCP_ENGINE_RECEIVE_H

#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

void mytcp_receive(struct sock *sk, struct sk_buff *skb, struct mytcp_seg *seg);

#endif /* MYTCP_ENGINE_RECEIVE_H */
