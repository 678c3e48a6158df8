// SPDX-License-Identifier: GPL-2.0
/*
 * When to acknowledge. At once: every second full segment (SHLD-19), what is
 * out of order, and the first segments of a connection, whose sender is in
 * slow start. Else after 40 to 200 ms, hoping for data to ride on.
 *
 * What comes in a small segment for a user who waits for it gives him a turn
 * first: he has been woken, and most answer, or close. The ACK rides on that;
 * it goes at once when he begins to wait again, in recv() or poll(), and in a
 * jiffy when he does neither.
 *
 * In an exchange whose messages are answered that is so of larger ones, too, once the end
 * of one is here (PSH): the peer waits for the answer, not for an ACK.
 *
 * Of a run of small segments, many of them in a jiffy, he would take one at a time, and
 * each ACK would let Nagle's algorithm send just one more. There the ACK waits for the
 * next jiffy, and what is written meanwhile makes full segments.
 */
#include "mytcp/engine/delack.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/window.h"

#define DELACK_MIN	((unsigned int)(HZ / 25))	/* 40 ms */
#define DELACK_MAX	((unsigned int)(HZ / 5))	/* 200 ms, MUST-40 */
#define QUICK_MAX	16
/* Small segments of a run, each with the one before it in the same jiffy. */
#define RUN		16
#define RUN_MAX		(2 * RUN - 1)

/* TCP_QUICKACK = 0, which is pingpong, is stronger than this. */
static void delack_raise_quick(struct mytcp_sock *ms, u8 most)
{
	u32 quick = ms->rcv_wnd / (2 * max_t(u32, ms->rcv_mss, 1));

	quick = clamp_t(u32, quick, 2, most);
	ms->ack_quick = max_t(u32, ms->ack_quick, quick);
	ms->ack_ato = DELACK_MIN;
}

/**
 * mytcp_delack_enter_quick() - acknowledge the next segments at once
 * @sk: socket, locked
 * @most: how many of them
 */
void mytcp_delack_enter_quick(struct sock *sk, u8 most)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	delack_raise_quick(ms, most);
	ms->ack_pingpong = false;
}

/* One jiffy is not as busy as it might be at its end and at its beginning. */
static void delack_note_small(struct mytcp_sock *ms, u32 gap)
{
	if (!gap)
		ms->ack_run = min(ms->ack_run + 1, RUN_MAX);
	else if (gap == 1)
		ms->ack_run -= min_t(u8, ms->ack_run, RUN / 4);
	else
		ms->ack_run = 0;
}

/* Not where each is answered, nor where the user has asked for ACKs at once. */
static bool delack_is_run(const struct mytcp_sock *ms)
{
	return ms->ack_run >= RUN && !ms->ack_pingpong && !ms->ack_eager;
}

/**
 * mytcp_delack_note_data() - data arrived in order
 * @sk: socket, locked
 * @len: octets of one segment of it (of a GRO packet: gso_size)
 * @psh: the peer has, for now, no more to send
 */
void mytcp_delack_note_data(struct sock *sk, u32 len, bool psh)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 now = (u32)jiffies;
	u32 gap = now - ms->last_rcv;

	ms->ack_pending = true;
	if (len >= ms->rcv_mss)
		ms->rcv_mss = min_t(u32, len, ms->advmss);
	ms->ack_pushed = len < ms->rcv_mss;
	ms->ack_psh = psh;
	if (ms->ack_pushed)
		delack_note_small(ms, gap);

	if (!ms->ack_ato) {
		delack_raise_quick(ms, QUICK_MAX);
	} else if (gap <= DELACK_MIN / 2) {
		ms->ack_ato = ms->ack_ato / 2 + DELACK_MIN / 2;
	} else if (gap < ms->ack_ato) {
		ms->ack_ato = ms->ack_ato / 2 + gap;
	} else if (gap > mytcp_timer_rto(ms)) {
		/* The sender was idle, and starts slowly again. */
		delack_raise_quick(ms, QUICK_MAX);
	}
	ms->last_rcv = now;
}

/**
 * mytcp_delack_note_sent() - a segment with an ACK went out
 * @sk: socket, locked
 */
void mytcp_delack_note_sent(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (ms->ack_pending && ms->ack_quick)
		ms->ack_quick--;
	ms->ack_turn = false;
	mytcp_timer_stop_delack(sk);
	if (test_bit(MYTCP_DEFER_ACK, mytcp_sock_deferred(sk)))
		clear_bit(MYTCP_DEFER_ACK, mytcp_sock_deferred(sk));
}

/* Somebody waits for what has come, and will run. */
static bool delack_has_waiter(struct sock *sk)
{
	if (mytcp_sk(sk)->ack_eager || !sk->sk_socket)
		return false;
	/* a hint, no barrier: who comes to wait now sends the ACK himself */
	return waitqueue_active(&sk->sk_socket->wq.wait);
}

/* The end of a message is here, and such are answered. */
static bool delack_is_message(const struct mytcp_sock *ms)
{
	return ms->ack_pingpong && ms->ack_psh && !ms->ack_eager;
}

/**
 * mytcp_delack_due() - data arrived: acknowledge at once?
 * @sk: socket, locked
 */
bool mytcp_delack_due(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!ms->ack_pending)
		return false;
	ms->ack_turn = ms->ack_pushed && !ms->ack_pingpong &&
		       !delack_is_run(ms) && delack_has_waiter(sk);
	if (ms->ack_quick && !ms->ack_pingpong && !ms->ack_turn)
		return true;
	if (ms->rcv_nxt - ms->rcv_wup <= ms->rcv_mss)
		return false;
	/* from the backlog: it is he who is at work on the socket */
	if (delack_is_message(ms) &&
	    (sock_owned_by_user(sk) || delack_has_waiter(sk))) {
		ms->ack_turn = true;
		return false;
	}
	/*
	 * The second full segment, unless the window could not open: then the
	 * reader's next call sends the ACK and the new window in one.
	 */
	return (ms->rcv_nxt - ms->copied_seq < sk->sk_rcvlowat ||
		mytcp_window_space(sk) >= ms->rcv_wnd);
}

/**
 * mytcp_delack_schedule() - acknowledge later
 * @sk: socket, locked
 */
void mytcp_delack_schedule(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned int most = HZ / 2;
	unsigned int delay = ms->ack_ato ?: DELACK_MIN;

	if ((ms->ack_turn && (ms->ack_quick || ms->ack_pingpong)) || delack_is_run(ms))
		most = 1;
	else if (ms->ack_pingpong || ms->ack_pushed)
		most = DELACK_MAX;
	if (ms->rtt.srtt_us)
		most = min_t(unsigned int, most,
			     max_t(unsigned int, DELACK_MIN,
				   mytcp_timer_jiffies(ms->rtt.srtt_us >> 3)));
	delay = min(delay, min(most, DELACK_MAX));
	/* An ACK owed for an earlier segment is not put off. */
	if (ms->delack_armed &&
	    mytcp_clock_left(ms->delack_at - delay) <= 0 &&
	    mytcp_clock_left(ms->delack_at) > 0)
		return;
	mytcp_timer_arm_delack(sk, delay);
}

/**
 * mytcp_delack_save() - acknowledge as late as may be: data is about to be sent
 * @sk: socket, locked
 */
void mytcp_delack_save(struct sock *sk)
{
	mytcp_sk(sk)->ack_pending = true;
	mytcp_timer_arm_delack(sk, DELACK_MAX);
}

/**
 * mytcp_delack_after_read() - the user took data: acknowledge or update now?
 * @sk: socket, locked
 * @copied: octets taken
 * @waits: nothing is left, and the user is about to wait for more
 */
bool mytcp_delack_after_read(struct sock *sk, int copied, bool waits)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (copied > 0)
		mytcp_window_tune(sk);
	if (ms->ack_pending) {
		if (ms->rcv_nxt - ms->rcv_wup > ms->rcv_mss && !ms->ack_turn) {
			if (copied <= 0 || !delack_is_message(ms) ||
			    ms->copied_seq != ms->rcv_nxt)
				return true;
			/* who has read a message to its end begins his turn */
			ms->ack_turn = true;
			mytcp_delack_schedule(sk);
		}
		/* His turn is over. */
		if (waits && ms->ack_turn)
			return true;
		/* A one-way stream of small messages must not wait for us. */
		if (copied > 0 && ms->ack_pushed && !ms->ack_pingpong &&
		    !ms->ack_turn && !delack_is_run(ms) &&
		    !atomic_read(&sk->sk_rmem_alloc))
			return true;
	}
	if (copied <= 0 || (sk->sk_shutdown & RCV_SHUTDOWN))
		return false;
	return mytcp_window_worth_update(sk);
}
