// SPDX-License-Identifier: GPL-2.0
/* Arm, stop, lock-or-defer; no policy. The list of timers is in timer.h. */
#include "mytcp/engine/timer.h"

/**
 * mytcp_timer_arm() - give the retransmission timer a job and a deadline
 * @sk: socket, locked
 * @job: what it is to do
 * @delay: jiffies from now
 */
void mytcp_timer_arm(struct sock *sk, enum mytcp_timer_job job,
		     unsigned long delay)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->timer_job = job;
	ms->retrans_at = jiffies + delay;
	if (!timer_pending(&ms->retrans_timer) ||
	    time_after(ms->retrans_timer.expires, ms->retrans_at))
		sk_reset_timer(sk, &ms->retrans_timer, ms->retrans_at);
}

/**
 * mytcp_timer_stop() - take the retransmission timer's job away
 * @sk: socket, locked
 *
 * The wheel's entry stays: stopping it would cost more than its running idle.
 */
void mytcp_timer_stop(struct sock *sk)
{
	mytcp_sk(sk)->timer_job = MYTCP_JOB_NONE;
}

/**
 * mytcp_timer_retrans_due() - has the deadline come?
 * @sk: socket, locked
 *
 * Return: false when there is no job, or when the deadline has moved; the timer
 * then runs again.
 */
bool mytcp_timer_retrans_due(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->timer_job == MYTCP_JOB_NONE)
		return false;
	if (time_before(jiffies, ms->retrans_at)) {
		sk_reset_timer(sk, &ms->retrans_timer, ms->retrans_at);
		return false;
	}
	return true;
}

/**
 * mytcp_timer_arm_delack() - acknowledge at the latest after @delay
 * @sk: socket, locked
 * @delay: jiffies
 */
void mytcp_timer_arm_delack(struct sock *sk, unsigned long delay)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->delack_at = jiffies + delay;
	if (!timer_pending(&ms->delack_timer) ||
	    time_after(ms->delack_timer.expires, ms->delack_at))
		sk_reset_timer(sk, &ms->delack_timer, ms->delack_at);
}

/**
 * mytcp_timer_stop_delack() - no ACK is owed any more
 * @sk: socket, locked
 */
void mytcp_timer_stop_delack(struct sock *sk)
{
	mytcp_sk(sk)->ack_pending = false;
}

/**
 * mytcp_timer_delack_due() - is an ACK owed, and its time come?
 * @sk: socket, locked
 */
bool mytcp_timer_delack_due(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!ms->ack_pending)
		return false;
	if (time_before(jiffies, ms->delack_at)) {
		sk_reset_timer(sk, &ms->delack_timer, ms->delack_at);
		return false;
	}
	return true;
}

/**
 * mytcp_timer_arm_keepalive() - run the keepalive timer after @delay
 * @sk: socket, locked
 * @delay: jiffies
 */
void mytcp_timer_arm_keepalive(struct sock *sk, unsigned long delay)
{
	sk_reset_timer(sk, &sk->sk_timer, jiffies + delay);
}

/**
 * mytcp_timer_stop_keepalive() - stop it
 * @sk: socket, locked
 */
void mytcp_timer_stop_keepalive(struct sock *sk)
{
	sk_stop_timer(sk, &sk->sk_timer);
}

static void timer_defer(struct sock *sk, enum mytcp_deferred what)
{
	if (what == MYTCP_DEFER_DELACK)
		mytcp_count(sock_net(sk), DelayedACKLocked);
	if (!test_and_set_bit(what, &mytcp_sk(sk)->deferred))
		sock_hold(sk);	/* dropped by release_cb */
}

/**
 * mytcp_timer_fire() - run a job under the socket's lock, or leave it to the owner
 * @sk: socket; the timer's reference is dropped
 * @what: bit that tells release_cb of the job
 * @job: the job
 *
 * Context: softirq, a timer that has just run.
 */
void mytcp_timer_fire(struct sock *sk, enum mytcp_deferred what,
		      void (*job)(struct sock *sk))
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		job(sk);
	else
		timer_defer(sk, what);
	bh_unlock_sock(sk);
	sock_put(sk);
}
