/* SPDX-License-Identifier: GPL-2.0 */
/* TIME_WAIT buckets: what is left of a connection for 2 MSL, in softirq. */
#ifndef MYTCP_ENGINE_TIMEWAIT_H
#define MYTCP_ENGINE_TIMEWAIT_H

#include <linux/types.h>
#include <linux/skbuff.h>
#include "mytcp/sock/sock.h"

int mytcp_timewait_init(void);
void mytcp_timewait_exit(void);
/*
 * Replace the socket by a bucket and close it. @state is TIME_WAIT, or
 * FIN_WAIT2 for an orphan that waits @timeout jiffies for the peer's FIN.
 * Socket locked and referenced; an orphan is destroyed by this.
 */
void mytcp_timewait_enter(struct sock *sk, int state, unsigned long timeout);
/*
 * A segment for a bucket; the verdict. MYTCP_GO_ON: a SYN that may open anew (RFC
 * 6191); the caller asks a listener, kills the bucket if there is one, and uses at
 * least *@isn.
 */
int mytcp_timewait_segment(struct mytcp_node *node,
			   const struct mytcp_seg *seg, u32 *isn);
/* Answer a SYN that found no listener. */
void mytcp_timewait_challenge(struct mytcp_node *node);
void mytcp_timewait_kill(struct mytcp_node *node);
/* Buckets of a namespace that goes; NULL: all. Process context. */
void mytcp_timewait_purge(struct net *net);

#endif /* MYTCP_ENGINE_TIMEWAIT_H */
