// SPDX-License-Identifier: GPL-2.0
/* The CLOSE and ABORT calls of RFC 9293 3.10.4 and 3.10.5. */
#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/sock.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/inet_flags.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/synq.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/timewait.h"
#include "mytcp/sock/bound.h"
#include "mytcp/sock/reserve.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/* RFC 9293 3.10.5: the states in which ABORT sends a RST. */
#define ABORT_RESETS	(MYTCP_ST(SYN_RECV) | MYTCP_ST(ESTABLISHED) | \
			 MYTCP_ST(FIN_WAIT1) | MYTCP_ST(FIN_WAIT2) | \
			 MYTCP_ST(CLOSE_WAIT))

/* RFC 9293 3.10.4: where CLOSE sends a FIN, and the state that follows. */
static const u8 after_fin[MYTCP_NSTATES] = {
	[MYTCP_SYN_RECV]	= MYTCP_FIN_WAIT1,
	[MYTCP_ESTABLISHED]	= MYTCP_FIN_WAIT1,
	[MYTCP_CLOSE_WAIT]	= MYTCP_LAST_ACK,
};

/*
 * The state changes when the FIN is queued, as in Linux, though the window may
 * keep it from being sent for a while.
 */
static void send_fin(struct sock *sk)
{
	int next = after_fin[sk->sk_state];

	if (!next)
		return;
	mytcp_sock_set_state(sk, next);
	mytcp_output_fin(sk);
}

/* Returns true when the peer sent something that nobody has read. */
static bool drop_received(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	bool unread = false;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sk->sk_receive_queue))) {
		u32 end = mytcp_cb(skb)->seq + skb->len;

		if (mytcp_seq_gt(end, ms->copied_seq))
			unread = true;
		kfree_skb(skb);
	}
	return unread;
}

static void reset_and_done(struct sock *sk, gfp_t gfp)
{
	mytcp_output_reset(sk, gfp);
	mytcp_sock_done(sk, 0);
}

/* What the peer is to see of close(). */
static void close_connection(struct sock *sk)
{
	bool unread = drop_received(sk);

	if (sk->sk_state == MYTCP_CLOSE)
		return;

	if (unread) {
		/* RFC 2525 2.17: the peer must not think it arrived */
		mytcp_count(sock_net(sk), TCPAbortOnClose);
		reset_and_done(sk, sk->sk_allocation);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		mytcp_api_disconnect(sk, 0);
		mytcp_count(sock_net(sk), TCPAbortOnData);
	} else if (sk->sk_state == MYTCP_SYN_SENT) {
		mytcp_sock_done(sk, 0);
	} else {
		send_fin(sk);
	}
}

/*
 * How long an orphan stays in FIN_WAIT_2: not so short that a retransmitted
 * FIN of the peer would be answered with a RST.
 */
static int fin_wait2_time(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	int time = mytcp_option(ms, linger2) ?:
		   READ_ONCE(mytcp_net(sock_net(sk))->fin_timeout);
	int rto = mytcp_timer_rto(ms);

	return max(time, 4 * rto - rto / 2);
}

/* RFC 9293 leaves FIN_WAIT_2 without an end; an orphan there gets one. */
static void orphan_fin_wait2(struct sock *sk)
{
	int bucket_time = READ_ONCE(mytcp_net(sock_net(sk))->tw_timeout);
	int time;

	if (mytcp_option(mytcp_sk(sk), linger2) < 0) {
		mytcp_count(sock_net(sk), TCPAbortOnLinger);
		reset_and_done(sk, GFP_ATOMIC);
		return;
	}
	time = fin_wait2_time(sk);
	if (time > bucket_time)
		mytcp_timer_arm_keepalive(sk, time - bucket_time);
	else
		mytcp_timewait_enter(sk, MYTCP_FIN_WAIT2, time);
}

/* Decide of an orphan, whether it lives on. Bottom halves off. */
static void judge_orphan(struct sock *sk)
{
	if (sk->sk_state == MYTCP_FIN_WAIT2)
		orphan_fin_wait2(sk);
	if (sk->sk_state == MYTCP_CLOSE)
		return;
	if (mytcp_sock_too_many_orphans(sk)) {
		mytcp_count(sock_net(sk), TCPAbortOnMemory);
		reset_and_done(sk, GFP_ATOMIC);
	} else if (!check_net(sock_net(sk))) {
		/* the namespace goes: there is no way out for a RST */
		mytcp_sock_done(sk, 0);
	}
}

/* Nobody has the socket any more. The caller has a reference. */
static void close_orphan(struct sock *sk)
{
	int state = sk->sk_state;

	/* From here on mytcp_sock_done(), by whomever, destroys the socket. */
	mytcp_sock_orphan(sk);
	sk_flush_backlog(sk);
	if (state == MYTCP_CLOSE)
		mytcp_sock_destroy(sk);
	if (sk->sk_state == MYTCP_CLOSE)
		return;
	/* the engine's functions expect softirq, or its likeness */
	local_bh_disable();
	judge_orphan(sk);
	local_bh_enable();
}

/* Out of the table first: what comes now is for who shares the port, if any. */
static void stop_listening(struct sock *sk)
{
	mytcp_table_unlisten(sk);
	mytcp_synq_stop(sk);
}

/**
 * mytcp_api_close() - struct proto.close: the last descriptor is gone
 * @sk: socket, not locked
 * @timeout: jiffies to wait for our FIN to be acknowledged (SO_LINGER)
 *
 * Context: process; sleeps. Drops the caller's reference; the connection may
 * live on as an orphan.
 */
void mytcp_api_close(struct sock *sk, long timeout)
{
	sock_hold(sk);
	lock_sock(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sk->sk_state == MYTCP_LISTEN) {
		stop_listening(sk);
		mytcp_sock_done(sk, 0);
	} else {
		close_connection(sk);
		sk_stream_wait_close(sk, timeout);
	}
	close_orphan(sk);
	release_sock(sk);
	sock_put(sk);
	/* Who has closed a port may bind it next, with the kernel's TCP, too. */
	mytcp_reserve_flush();
}

/**
 * mytcp_api_shutdown() - struct proto.shutdown
 * @sk: socket, locked; sk_shutdown has the new bits
 * @how: RCV_SHUTDOWN, SEND_SHUTDOWN
 *
 * Nothing is sent for RCV_SHUTDOWN: the protocol has no way to tell it.
 */
void mytcp_api_shutdown(struct sock *sk, int how)
{
	if (how & SEND_SHUTDOWN)
		send_fin(sk);
}

/* Does an ABORT send a RST? Also where a FIN was queued, but not sent yet. */
static bool abort_resets(const struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (mytcp_sock_in(sk, ABORT_RESETS))
		return true;
	return mytcp_sock_in(sk, MYTCP_ST(CLOSING) | MYTCP_ST(LAST_ACK)) &&
	       ms->snd_nxt != ms->write_seq;
}

static void abort_connection(struct sock *sk)
{
	int err = 0;

	if (abort_resets(sk)) {
		mytcp_output_reset(sk, gfp_any());
		err = ECONNRESET;
	} else if (sk->sk_state == MYTCP_SYN_SENT) {
		err = ECONNRESET;
	} else if (sk->sk_state == MYTCP_LISTEN) {
		stop_listening(sk);
	}
	mytcp_sock_done(sk, err);
}

/* One that keeps its port is listed with the address it has now. */
static void relist(struct sock *sk)
{
	mytcp_bound_remove(sk);
	if (mytcp_sk(sk)->port)
		mytcp_bound_add(sk);
}

/* All that a connection leaves behind, so that the next one begins anew. */
static void forget_connection(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u16 mss = ms->mss;

	__skb_queue_purge(&sk->sk_receive_queue);
	mytcp_sock_reset(sk);
	/* TCP_MAXSEG still answers with the last connection's */
	ms->mss = mss;
	ms->window_clamp = 0;
	sk_set_peek_off(sk, -1);
	sock_reset_flag(sk, SOCK_DONE);
	WRITE_ONCE(sk->sk_shutdown, 0);

	mytcp_inet_set_deferred(sk, false);
	inet_sk(sk)->inet_dport = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	relist(sk);
	__sk_dst_reset(sk);

	if (sk->sk_frag.page) {
		put_page(sk->sk_frag.page);
		sk->sk_frag.page = NULL;
		sk->sk_frag.offset = 0;
	}
}

/**
 * mytcp_api_disconnect() - struct proto.disconnect: ABORT, and start over
 * @sk: socket, locked
 * @flags: not used
 *
 * Context: process.
 * Return: 0.
 */
int mytcp_api_disconnect(struct sock *sk, int flags)
{
	if (sk->sk_state != MYTCP_CLOSE)
		abort_connection(sk);
	forget_connection(sk);
	sk_error_report(sk);
	return 0;
}

/**
 * mytcp_api_abort() - struct proto.diag_destroy: an administrator's ABORT
 * @sk: socket, not locked, held by the caller; destroyed when it is an orphan
 * @err: what its user is to be told, a positive errno
 *
 * Context: process.
 * Return: 0; -ENOENT when there is no connection, and no listener, to end.
 */
int mytcp_api_abort(struct sock *sk, int err)
{
	int ret = 0;

	lock_sock(sk);
	if (sk->sk_state == MYTCP_CLOSE) {
		ret = -ENOENT;
		goto unlock;
	}
	if (sk->sk_state == MYTCP_LISTEN)
		stop_listening(sk);
	if (abort_resets(sk))
		mytcp_output_reset(sk, gfp_any());
	local_bh_disable();
	mytcp_sock_done(sk, err);
	local_bh_enable();
unlock:
	release_sock(sk);
	return ret;
}
