// SPDX-License-Identifier: GPL-2.0
/* Arm, stop, lock-or-defer; no policy. The list of timers is in timer.h. */
#include "mytcp/engine/timer.h"

/* Run the timer by @at at the latest. */
static void timer_need(struct sock *sk, unsigned long at)
{
	if (!timer_pending(&sk->sk_timer) ||
	    time_after(sk->sk_timer.expires, at))
		sk_reset_timer(sk, &sk->sk_timer, at);
}

static bool timer_reached(u32 at)
{
	return mytcp_clock_left(at) <= 0;
}

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
	unsigned long at = jiffies + delay;

	ms->timer_job = job;
	WRITE_ONCE(ms->retrans_at, at);
	timer_need(sk, at);
}

/**
 * mytcp_timer_stop() - take the retransmission timer's job away
 * @sk: socket, locked
 *
 * The timer goes on: stopping it would cost more than its running idle.
 */
void mytcp_timer_stop(struct sock *sk)
{
	mytcp_sk(sk)->timer_job = MYTCP_JOB_NONE;
}

/**
 * mytcp_timer_retrans_due() - is there a job, and has its deadline come?
 * @sk: socket, locked
 */
bool mytcp_timer_retrans_due(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return ms->timer_job != MYTCP_JOB_NONE && timer_reached(ms->retrans_at);
}

/**
 * mytcp_timer_arm_delack() - acknowledge at the latest after @delay
 * @sk: socket, locked
 * @delay: jiffies
 */
void mytcp_timer_arm_delack(struct sock *sk, unsigned long delay)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned long at = jiffies + delay;

	ms->delack_armed = true;
	ms->delack_at = at;
	timer_need(sk, at);
}

/**
 * mytcp_timer_stop_delack() - no ACK is owed any more
 * @sk: socket, locked
 */
void mytcp_timer_stop_delack(struct sock *sk)
{
	mytcp_sk(sk)->ack_pending = false;
	mytcp_sk(sk)->delack_armed = false;
}

/**
 * mytcp_timer_delack_due() - is an ACK owed, and its time come?
 * @sk: socket, locked
 */
bool mytcp_timer_delack_due(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return ms->ack_pending && ms->delack_armed &&
	       timer_reached(ms->delack_at);
}

/**
 * mytcp_timer_arm_keepalive() - run the keepalive timer after @delay
 * @sk: socket, locked
 * @delay: jiffies
 */
void mytcp_timer_arm_keepalive(struct sock *sk, unsigned long delay)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned long at = jiffies + delay;

	WRITE_ONCE(ms->keepalive_at, at);
	WRITE_ONCE(ms->keepalive_armed, true);
	timer_need(sk, at);
}

/**
 * mytcp_timer_stop_keepalive() - stop it
 * @sk: socket, locked
 */
void mytcp_timer_stop_keepalive(struct sock *sk)
{
	WRITE_ONCE(mytcp_sk(sk)->keepalive_armed, false);
}

/**
 * mytcp_timer_keepalive_due() - is it armed, and its time come?
 * @sk: socket, locked
 */
bool mytcp_timer_keepalive_due(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return ms->keepalive_armed && timer_reached(ms->keepalive_at);
}

/* The earlier of @*left and what is left until @at, jiffies. */
static void timer_earlier(s32 *left, u32 at)
{
	*left = min(*left, mytcp_clock_left(at));
}

/**
 * mytcp_timer_rearm() - the timer has run: for the next deadline, if any
 * @sk: socket, locked, not in CLOSED
 */
void mytcp_timer_rearm(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	s32 left = S32_MAX;

	if (ms->timer_job != MYTCP_JOB_NONE)
		timer_earlier(&left, ms->retrans_at);
	if (ms->ack_pending && ms->delack_armed)
		timer_earlier(&left, ms->delack_at);
	if (ms->keepalive_armed)
		timer_earlier(&left, ms->keepalive_at);
	if (left != S32_MAX)
		timer_need(sk, jiffies + max(left, 0));
}

static void timer_defer(struct sock *sk)
{
	/* a statistic: the owner may be sending the ACK just now */
	if (data_race(mytcp_timer_delack_due(sk)))
		mytcp_count(sock_net(sk), DelayedACKLocked);
	if (!test_and_set_bit(MYTCP_DEFER_TIMER, mytcp_sock_deferred(sk)))
		sock_hold(sk);	/* dropped by release_cb */
}

/**
 * mytcp_timer_fire() - run a job under the socket's lock, or leave it to the owner
 * @sk: socket; the timer's reference is dropped
 * @job: the job
 *
 * Context: softirq, a timer that has just run.
 */
void mytcp_timer_fire(struct sock *sk, void (*job)(struct sock *sk))
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		job(sk);
	else
		timer_defer(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}
