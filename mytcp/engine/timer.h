/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arm and stop the timers of a socket, and run a job under its lock; what the
 * jobs are is in timeout.c. Arming and stopping: socket locked.
 *
 *   retransmission   oldest segment unacknowledged, RFC 6298 5; or, with
 *		      nothing in flight, a zero-window probe, RFC 9293 3.8.6.1
 *   delayed ACK      an ACK is owed and nothing carries it, RFC 9293 3.8.6.3
 *   keepalive	      RFC 9293 3.8.4; for an orphan the end of FIN_WAIT_2
 *
 * All are deadlines of one timer, sk_timer. It may run earlier than any of them:
 * a deadline moves with every segment, the timer only when it would come too late.
 */
#ifndef MYTCP_ENGINE_TIMER_H
#define MYTCP_ENGINE_TIMER_H

#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/types.h>
#include "mytcp/sock/sock.h"

void mytcp_timer_arm(struct sock *sk, enum mytcp_timer_job job,
		     unsigned long delay);
void mytcp_timer_stop(struct sock *sk);
bool mytcp_timer_retrans_due(const struct sock *sk);
void mytcp_timer_arm_delack(struct sock *sk, unsigned long delay);
void mytcp_timer_stop_delack(struct sock *sk);
bool mytcp_timer_delack_due(const struct sock *sk);
void mytcp_timer_arm_keepalive(struct sock *sk, unsigned long delay);
void mytcp_timer_stop_keepalive(struct sock *sk);
bool mytcp_timer_keepalive_due(const struct sock *sk);
void mytcp_timer_rearm(struct sock *sk);
void mytcp_timer_fire(struct sock *sk, void (*job)(struct sock *sk));

/* usecs_to_jiffies() without a call, where HZ divides a second. */
static inline unsigned long mytcp_timer_jiffies(u32 us)
{
#if USEC_PER_SEC % HZ
	return usecs_to_jiffies(us);
#else
	return DIV_ROUND_UP((u64)us, USEC_PER_SEC / HZ);
#endif
}

/* Deadline of a retransmission, jiffies from now, with its back-off. */
static inline unsigned long mytcp_timer_rto(const struct mytcp_sock *ms)
{
	return mytcp_timer_jiffies(mytcp_rtt_timeout_us(&ms->rtt));
}

#endif /* MYTCP_ENGINE_TIMER_H */
