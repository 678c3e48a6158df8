// SPDX-License-Identifier: GPL-2.0
/* What each timer does when it runs out; the list of them is in timer.h. */
#include <net/dst.h>
#include "mytcp/engine/timeout.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/fastopen.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/timewait.h"

#define ORPHAN_RETRIES	8	/* orphan_retries = 0, as Linux has it */
#define THIN_SEGMENTS	4	/* in flight: no three duplicate ACKs */
#define THIN_RETRIES	6
#define ATO_MIN		(HZ / 25)

static void timeout_give_up(struct sock *sk)
{
	mytcp_count(sock_net(sk), TCPAbortOnTimeout);
	/* MUST-47: an ICMP error that came meanwhile tells more. */
	mytcp_sock_done(sk, READ_ONCE(sk->sk_err_soft) ?: ETIMEDOUT);
}

static unsigned int timeout_orphan_retries(const struct sock *sk)
{
	int retries = READ_ONCE(mytcp_net(sock_net(sk))->orphan_retries);

	/* The peer is known to be unreachable. */
	if (READ_ONCE(sk->sk_err_soft))
		return 0;
	return retries ?: ORPHAN_RETRIES;
}

/* How many retransmissions R2 of RFC 9293 3.8.3 allows. */
static unsigned int timeout_retries(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));

	if (mytcp_sock_in(sk, MYTCP_ST(SYN_SENT) | MYTCP_ST(SYN_RECV)))
		return mytcp_option(ms, syn_retries) ?: mytcp_sock_is_early(sk) ?
		       READ_ONCE(mn->synack_retries) : READ_ONCE(mn->syn_retries);
	if (sock_flag(sk, SOCK_DEAD))
		return timeout_orphan_retries(sk);
	return READ_ONCE(mn->retries2);
}

/* Milliseconds left of TCP_USER_TIMEOUT (MUST-21), INT_MAX without one. */
static int timeout_user_left(struct sock *sk, u32 since_ms)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 patience = mytcp_option(ms, user_timeout);
	u32 gone;

	if (!patience)
		return INT_MAX;
	if (!ms->first_rtx_ms)
		ms->first_rtx_ms = since_ms ?: 1;
	gone = mytcp_clock_ms() - ms->first_rtx_ms;
	return gone >= patience ? 0 : patience - gone;
}

static void timeout_arm(struct sock *sk, enum mytcp_timer_job job, int left_ms)
{
	unsigned long delay = mytcp_timer_rto(mytcp_sk(sk));

	if (left_ms != INT_MAX)
		delay = min(delay, msecs_to_jiffies(left_ms) ?: 1UL);
	mytcp_timer_arm(sk, job, delay);
}

/*
 * MUST-37: into a window shrunk to nothing a retransmission is a probe. Those
 * without an answer count, and an orphan does not wait for it at all.
 */
static u8 *timeout_counter(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	return !ms->snd_wnd && ms->max_window && !sock_flag(sk, SOCK_DEAD) ?
	       &ms->probes_out : &ms->retransmits;
}

/*
 * TCP_THIN_LINEAR_TIMEOUTS: a flow too small for duplicate ACKs lives by its
 * timer; it may do without the back-off of RFC 6298 5.5 for a while.
 */
static bool timeout_is_linear(const struct sock *sk, u8 tries)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	return (mytcp_option(ms, thin_lto) ||
		READ_ONCE(mytcp_net(sock_net(sk))->thin_linear_timeouts)) &&
	       mytcp_sock_in(sk, MYTCP_ST(ESTABLISHED)) &&
	       tries <= THIN_RETRIES &&
	       ms->snd_nxt - ms->snd_una < THIN_SEGMENTS * ms->mss;
}

/* The first timeout in a row also tells what it has ended. */
static void timeout_count(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	struct net *net = sock_net(sk);
	bool fast = ms->recovery == MYTCP_RECOVERY_FAST;

	mytcp_count(net, TCPTimeouts);
	if (ms->retransmits || ms->probes_out)
		return;
	if (fast && mytcp_sacked_agreed(ms))
		mytcp_count(net, TCPSackRecoveryFail);
	else if (fast)
		mytcp_count(net, TCPRenoRecoveryFail);
	else if (ms->recovery == MYTCP_RECOVERY_LOSS)
		mytcp_count(net, TCPLossFailures);
	else if (ms->bulk && ms->bulk->sacked)
		mytcp_count(net, TCPSackFailures);
	else if (ms->dupacks)
		mytcp_count(net, TCPRenoFailures);
}

/*
 * MUST-20: R1, tell IP that the route may be dead; or it has a link that is too narrow,
 * and nobody says so (RFC 4821 7.7).
 */
static void timeout_r1(struct sock *sk)
{
	if (mytcp_plpmtu_black_hole(sk))
		mytcp_output_sync_mss(sk, mytcp_sk(sk)->pmtu);
	dst_negative_advice(sk);
}

/* What IP has refused as too large is to go again in smaller ones. */
static void timeout_refit(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!test_and_clear_bit(MYTCP_DEFER_PMTU, mytcp_sock_deferred(sk)) ||
	    ms->icmp_mtu >= ms->pmtu)
		return;
	mytcp_plpmtu_told(sk, ms->icmp_mtu);
	mytcp_output_sync_mss(sk, ms->icmp_mtu);
}

/* For TCP_INFO; @tries: it is so many in a row. */
static void timeout_note(struct sock *sk, u8 tries)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_bulk *bulk = mytcp_bulk_make(&ms->bulk, ms->snd_una);

	if (!bulk)
		return;
	bulk->timeouts++;
	if (tries > 1)
		return;
	bulk->timeout_turns++;
	bulk->timeout_since = mytcp_clock_ms() ?: 1;
}

/* RFC 6298 5.4 to 5.6, RFC 9293 3.8.3. */
static void timeout_retransmit(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *head = mytcp_sent_first(sk);
	bool opening = mytcp_sock_in(sk, MYTCP_ST(SYN_SENT) |
				     MYTCP_ST(SYN_RECV));
	u8 *tries = timeout_counter(sk);
	bool over;
	int left;

	if (!head)
		return;
	timeout_refit(sk);
	left = timeout_user_left(sk, div_u64(mytcp_cb(head)->sent_us,
					     USEC_PER_MSEC));
	over = !left || (left == INT_MAX && *tries >= timeout_retries(sk));
	if (ms->fastopen)
		mytcp_fastopen_timed_out(sk, *tries + 1, over);
	if (over) {
		timeout_give_up(sk);
		return;
	}
	if (*tries >= READ_ONCE(mytcp_net(sock_net(sk))->retries1) && !opening)
		timeout_r1(sk);

	timeout_count(sk);
	/* SO_TXREHASH: another way may be better (RFC 6438) */
	sk_rethink_txhash(sk);
	if (*tries < U8_MAX)
		++*tries;
	if (timeout_is_linear(sk, *tries))
		ms->rtt.backoff = 0;
	else
		mytcp_rtt_backoff(&ms->rtt);
	if (opening) {
		mytcp_output_retransmit(sk, head);
	} else {
		timeout_note(sk, *tries);
		mytcp_recovery_on_rto(sk);
		mytcp_output_push(sk);
	}
	left = timeout_user_left(sk, 0);
	timeout_arm(sk, MYTCP_JOB_RETRANS, left);
}

/* A17: there are too many orphans for one that only waits for a window. */
static void timeout_no_room(struct sock *sk)
{
	mytcp_count(sock_net(sk), TCPAbortOnMemory);
	mytcp_output_reset(sk, GFP_ATOMIC);
	mytcp_sock_done(sk, 0);
}

/* RFC 9293 3.8.6.1: ask for the window; an orphan does not ask for ever. */
static void timeout_probe(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	bool dead = sock_flag(sk, SOCK_DEAD);
	int left;

	if (!mytcp_sendq_unsent(sk))
		return;
	left = timeout_user_left(sk, mytcp_clock_ms());
	if (!left || ms->probes_out >= timeout_retries(sk) ||
	    (dead && ms->rtt.backoff >= timeout_orphan_retries(sk))) {
		if (dead)
			mytcp_output_reset(sk, GFP_ATOMIC);
		timeout_give_up(sk);
		return;
	}
	if (dead && mytcp_sock_too_many_orphans(sk)) {
		timeout_no_room(sk);
		return;
	}
	if (mytcp_output_probe(sk)) {
		ms->rtt.backoff = 0;
		mytcp_output_push(sk);
		return;
	}
	if (ms->probes_out < U8_MAX)
		ms->probes_out++;
	mytcp_rtt_backoff(&ms->rtt);	/* SHLD-30 */
	timeout_arm(sk, MYTCP_JOB_PROBE, left);
}

static void timeout_retrans_job(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	u8 job = ms->timer_job;

	ms->timer_job = MYTCP_JOB_NONE;
	switch (job) {
	case MYTCP_JOB_RETRANS:
		timeout_retransmit(sk);
		break;
	case MYTCP_JOB_TAIL:
		mytcp_output_tail_probe(sk);
		break;
	case MYTCP_JOB_REORDER:
		mytcp_recovery_on_reorder(sk);
		mytcp_output_push(sk);
		break;
	case MYTCP_JOB_PROBE:
		timeout_probe(sk);
		break;
	}
}

static void timeout_delack_job(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	/* The answer we hoped to ride on did not come: hope less. */
	if (ms->ack_pingpong) {
		ms->ack_pingpong = false;
		ms->ack_ato = ATO_MIN;
	} else if (!ms->ack_turn) {
		ms->ack_ato = min3(ms->ack_ato * 2UL, mytcp_timer_rto(ms),
				   (unsigned long)U16_MAX);
	}
	mytcp_count(sock_net(sk), DelayedACKs);
	mytcp_output_ack(sk);
}

static u32 timeout_keepalive_time(const struct sock *sk)
{
	return mytcp_option(mytcp_sk(sk), keepalive_time) ?:
	       READ_ONCE(mytcp_net(sock_net(sk))->keepalive_time);
}

/* RFC 9293 3.8.4. Returns the time until the next look. */
static unsigned long timeout_keepalive_step(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	u32 idle = (u32)jiffies - ms->last_seg;
	u32 time = timeout_keepalive_time(sk);
	u32 probes = mytcp_option(ms, keepalive_probes) ?:
		     READ_ONCE(mn->keepalive_probes);
	u32 patience = mytcp_option(ms, user_timeout);

	/* Data under way has a timer that is stricter. */
	if (mytcp_sendq_unsent(sk) || !mytcp_sent_empty(sk))
		return time;
	if (idle < time)
		return time - idle;
	if (patience ? ms->probes_out && jiffies_to_msecs(idle) >= patience :
		       ms->probes_out >= probes) {
		mytcp_output_reset(sk, GFP_ATOMIC);
		timeout_give_up(sk);
		return 0;
	}
	mytcp_count(sock_net(sk), TCPKeepAlive);
	mytcp_output_keepalive(sk);
	ms->probes_out++;
	return mytcp_option(ms, keepalive_intvl) ?:
	       READ_ONCE(mn->keepalive_intvl);
}

static void timeout_keepalive_job(struct sock *sk)
{
	unsigned long next;

	mytcp_timer_stop_keepalive(sk);
	if (mytcp_sock_state(sk) == MYTCP_FIN_WAIT2 &&
	    sock_flag(sk, SOCK_DEAD)) {
		/* TCP_LINGER2 is over; the rest is waited for in a bucket. */
		mytcp_timewait_enter(sk, MYTCP_FIN_WAIT2,
				     READ_ONCE(mytcp_net(sock_net(sk))->tw_timeout));
		return;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN) ||
	    mytcp_sock_state(sk) == MYTCP_SYN_SENT)
		return;
	next = timeout_keepalive_step(sk);
	if (next)
		mytcp_timer_arm_keepalive(sk, next);
}

/* The timer has run: whatever is due, as long as there is a connection. */
static void timeout_run(struct sock *sk)
{
	const unsigned int over = MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN);

	if (!mytcp_sock_in(sk, over) && mytcp_timer_retrans_due(sk))
		timeout_retrans_job(sk);
	if (!mytcp_sock_in(sk, over) && mytcp_timer_keepalive_due(sk))
		timeout_keepalive_job(sk);
	if (!mytcp_sock_in(sk, over) && mytcp_timer_delack_due(sk))
		timeout_delack_job(sk);
	if (!mytcp_sock_in(sk, over))
		mytcp_timer_rearm(sk);
}

static void timeout_expired(struct timer_list *timer)
{
	struct sock *sk = from_timer(sk, timer, sk_timer);

	mytcp_timer_fire(sk, timeout_run);
}

/**
 * mytcp_timeout_setup() - the timer of a new socket
 * @sk: socket nobody else knows
 */
void mytcp_timeout_setup(struct sock *sk)
{
	timer_setup(&sk->sk_timer, timeout_expired, 0);
}

/**
 * mytcp_timeout_release_cb() - struct proto.release_cb: catch up
 * @sk: socket, its lock about to be dropped; BH off
 */
void mytcp_timeout_release_cb(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned long todo;

	if (!READ_ONCE(*mytcp_sock_deferred(sk)))
		return;
	todo = xchg(mytcp_sock_deferred(sk), 0);
	if (todo & BIT(MYTCP_DEFER_PMTU))
		mytcp_output_new_pmtu(sk, mytcp_sk(sk)->icmp_mtu);
	if (todo & BIT(MYTCP_DEFER_TIMER)) {
		timeout_run(sk);
		__sock_put(sk);
	}
	if (todo & BIT(MYTCP_DEFER_PUSH)) {
		mytcp_output_continue(sk);
		__sock_put(sk);
	}
	/* One ACK for all of the backlog (MUST-58, MUST-59). */
	if ((todo & BIT(MYTCP_DEFER_ACK)) && ms->ack_pending)
		mytcp_output_ack(sk);
}

/**
 * mytcp_timeout_keepalive() - start the keepalive timer if it is wanted
 * @sk: socket, locked, ESTABLISHED
 */
void mytcp_timeout_keepalive(struct sock *sk)
{
	mytcp_sk(sk)->last_seg = (u32)jiffies;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		mytcp_timer_arm_keepalive(sk, timeout_keepalive_time(sk));
}

/**
 * mytcp_timeout_set_keepalive() - struct proto.keepalive
 * @sk: socket, locked
 * @on: SO_KEEPALIVE
 */
void mytcp_timeout_set_keepalive(struct sock *sk, int on)
{
	u32 idle = (u32)jiffies - mytcp_sk(sk)->last_seg;
	u32 time = timeout_keepalive_time(sk);

	if (mytcp_sock_in(sk, MYTCP_ST(CLOSE) | MYTCP_ST(LISTEN)))
		return;
	if (on)
		mytcp_timer_arm_keepalive(sk, idle < time ? time - idle : 1);
	else
		mytcp_timer_stop_keepalive(sk);
}
