// SPDX-License-Identifier: GPL-2.0
/*
 * What congestion control is told, and what it is given: its memory, once the
 * connection is more than request and response, and the measures it asks for.
 */
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/timer.h"
#include "mytcp/sock/trace.h"

/**
 * mytcp_congestion_want_room() - the window has been filled, or something is lost
 * @sk: socket, locked
 *
 * The algorithm gets the memory of its state, and from now on the delivery rate is
 * measured. Without it the connection goes on as Reno; the next ACK tries again.
 */
void mytcp_congestion_want_room(struct sock *sk)
{
	struct mytcp_cong *cong = &mytcp_sk(sk)->cong;

	if (!cong->priv)
		mytcp_algorithms_give_room(cong, GFP_ATOMIC);
}

/**
 * mytcp_congestion_sent() - a segment goes out, for the first time or again
 * @sk: socket, locked; the rate is measured
 * @skb: its entry in the send queue
 * @in_flight: segments in the network besides
 */
void mytcp_congestion_sent(struct sock *sk, struct sk_buff *skb, u32 in_flight)
{
	struct mytcp_rate *rate = mytcp_algorithms_rate(&mytcp_sk(sk)->cong);
	struct mytcp_cb *cb = mytcp_cb(skb);

	mytcp_rate_sent(rate, &cb->stamp, in_flight, (u32)cb->sent_us);
}

/**
 * mytcp_congestion_limited() - there is room in the window, and nothing to send
 * @sk: socket, locked; the rate is measured
 * @in_flight: segments in the network
 */
void mytcp_congestion_limited(struct sock *sk, u32 in_flight)
{
	mytcp_rate_limited(mytcp_algorithms_rate(&mytcp_sk(sk)->cong), in_flight);
}

/**
 * mytcp_congestion_pace() - how fast to send
 * @sk: socket, locked
 *
 * What an algorithm that has a rate of its own paces by, and all others tell. It also
 * says how large skbs are, and how many may lie below the socket.
 */
void mytcp_congestion_pace(struct sock *sk)
{
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u64 rate;

	if (ms->cong.ops->pacing_rate && mytcp_cong_ready(&ms->cong))
		/* fq may be saying the same just now */
		cmpxchg(&sk->sk_pacing_status, SK_PACING_NONE, SK_PACING_NEEDED);
	rate = mytcp_cong_pacing_rate(&ms->cong, ms->mss, ms->rtt.srtt_us >> 3,
				      READ_ONCE(mn->pacing_ss_ratio),
				      READ_ONCE(mn->pacing_ca_ratio));
	if (rate)
		WRITE_ONCE(sk->sk_pacing_rate,
			   min_t(u64, rate, READ_ONCE(sk->sk_max_pacing_rate)));
}

/**
 * mytcp_congestion_on_ack() - an ACK has come, and recovery knows of it
 * @sk: socket, locked
 * @told: what it told, at now_us; in_flight is that after it. The round trip's average,
 *	the rate and pacing are filled in
 * @news: of the segments it tells of, or NULL
 */
void mytcp_congestion_on_ack(struct sock *sk, struct mytcp_cong_ack *told,
			     const struct mytcp_rate_news *news)
{
	static const struct mytcp_rate_news none;
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was_cwnd = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;
	struct mytcp_algorithms_room *room;

	if (told->cwnd_limited)
		mytcp_congestion_want_room(sk);
	mytcp_tally(ms)->delivered += told->delivered;
	told->srtt_us = ms->rtt.srtt_us >> 3;
	told->in_flight += told->delivered;
	told->paced = mytcp_sock_paces(sk);
	if (mytcp_cong_validated(&ms->cong, told))
		ms->cwnd_valid = (u32)jiffies;
	room = mytcp_algorithms_room(&ms->cong);
	if (room) {
		mytcp_rate_sample(&room->rate, news ?: &none, told->delivered,
				  told->now_us, ms->rtt.min_us, &told->rate);
		told->delivered_total = room->rate.delivered;
		room->delivered_ce += told->delivered_ce;
	}
	mytcp_cong_on_ack(&ms->cong, told);
	/* what has never filled the window is only told its rate, see api/info */
	if (room || told->paced || ms->cong.ops->pacing_rate)
		mytcp_congestion_pace(sk);
	mytcp_trace_cwnd(sk, was_cwnd, was_ssthresh);
}

/**
 * mytcp_congestion_restart() - data is about to go out, and nothing is in flight
 * @sk: socket, locked
 * @idle: since the last data, jiffies
 */
void mytcp_congestion_restart(struct sock *sk, u32 idle)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;
	u32 rto = mytcp_timer_rto(ms);

	if (idle <= rto)
		return;
	ms->cwnd_valid = (u32)jiffies;
	/* the ratio is what counts, and jiffies do not wrap as early as us */
	if (READ_ONCE(mytcp_net(sock_net(sk))->slow_start_after_idle))
		mytcp_cong_restart(&ms->cong, idle, rto);
	else
		mytcp_cong_resume(&ms->cong);
	mytcp_trace_cwnd(sk, was, was_ssthresh);
}

/**
 * mytcp_congestion_expire() - data is about to go out, into a window long not filled
 * @sk: socket, locked; mytcp_congestion_expired()
 *
 * It is evaluated here, so that it needs no timer. What is left is believed as long
 * again. In recovery a loss has just said what the path bears.
 */
void mytcp_congestion_expire(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	u32 was = ms->cong.cwnd, was_ssthresh = ms->cong.ssthresh;

	ms->cwnd_valid = (u32)jiffies;
	if (ms->recovery != MYTCP_RECOVERY_OPEN ||
	    !READ_ONCE(mytcp_net(sock_net(sk))->slow_start_after_idle))
		return;
	mytcp_cong_expire(&ms->cong, mytcp_sock_flight(ms));
	mytcp_trace_cwnd(sk, was, was_ssthresh);
}
