// SPDX-License-Identifier: GPL-2.0
/* Builds segments and hands them to IP. Which data may go is in push.c. */
#include <net/dst.h>
#include <net/ip.h>
#include "mytcp/engine/output.h"
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/delack.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/engine/ip.h"
#include "mytcp/engine/pacing.h"
#include "mytcp/engine/plpmtu.h"
#include "mytcp/engine/recovery.h"
#include "mytcp/engine/reply.h"
#include "mytcp/engine/sendq.h"
#include "mytcp/engine/timer.h"
#include "mytcp/engine/window.h"
#include "mytcp/proto/cookie.h"
#include "mytcp/sock/trace.h"

/* net.ipv4.route.min_pmtu, where nobody has changed it. */
#define ROUTE_MTU_LEAST	552
/* SACK blocks follow a head, and two octets that align them. */
#define SACK_BASE	(2 + MYTCP_LEN_SACK_BASE)

/* The clock of RFC 7323 as this connection shows it. */
static u32 output_tsval(const struct mytcp_sock *ms, u64 now_us)
{
	return (u32)div_u64(now_us, USEC_PER_MSEC) + ms->ts_offset;
}

static void output_put_timestamp(const struct mytcp_sock *ms, u64 now_us,
				 struct mytcp_opts *opts)
{
	opts->has |= MYTCP_HAS_TS;
	opts->tsval = output_tsval(ms, now_us);
	opts->tsecr = ms->ts_recent;
}

/* Options of our SYN, or of the SYN-ACK of a simultaneous open. */
static void output_syn_options(const struct sock *sk, u64 now_us,
			       struct mytcp_opts *opts)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u8 offer = ms->offer;

	/* In a SYN-ACK only what the peer's SYN offered, too (RFC 7323 2.5). */
	if (mytcp_sock_state(sk) == MYTCP_SYN_RECV)
		offer = ms->opt;
	opts->has = MYTCP_HAS_MSS | (offer & ~MYTCP_HAS_TS);
	opts->mss = ms->advmss;
	opts->wscale = ms->rcv_wscale;
	if (offer & MYTCP_HAS_TS)
		output_put_timestamp(ms, now_us, opts);
}

/*
 * Blocks that have room beside @len octets of data. A full segment has none left: with
 * a block it would be larger than the path's MTU, and not leave the host.
 */
static unsigned int output_sack_room(const struct mytcp_sock *ms, u32 len)
{
	unsigned int most = ms->opt & MYTCP_HAS_TS ? 3 : 4;

	if (!len)
		return most;
	if (len + SACK_BASE > ms->mss)
		return 0;
	return min_t(u32, most, (ms->mss - len - SACK_BASE) / MYTCP_LEN_SACK_BLOCK);
}

/* @len: octets of data that they stand before */
static void output_options(struct sock *sk, u64 now_us, struct mytcp_opts *opts, u32 len)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	unsigned int room;

	opts->has = 0;
	if (ms->opt & MYTCP_HAS_TS)
		output_put_timestamp(ms, now_us, opts);
	if ((ms->opt & MYTCP_HAS_SACK_PERM) && ms->bulk &&
	    mytcp_sacks_any(&ms->bulk->sacks)) {
		room = output_sack_room(ms, len);
		ms->bulk->untold = !room;
		if (!room)
			return;
		opts->has |= MYTCP_HAS_SACK;
		opts->nsack = mytcp_sacks_report(&ms->bulk->sacks, opts->sack,
						 room);
	}
}

/* The urgent pointer, when it is within reach of this segment (MUST-62). */
static void output_urgent(const struct sock *sk, struct mytcp_seg *seg)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 ahead = ms->snd_up - seg->seq;

	if (!ms->urg_mode || mytcp_seq_le(ms->snd_up, seg->seq))
		return;
	seg->flags |= MYTCP_URG;
	if (mytcp_net(sock_net(sk))->stdurg)
		ahead--;
	/* MUST-31: a pointer too far ahead is announced as far as it reaches. */
	seg->urg = min_t(u32, ahead, U16_MAX);
}

/* @now_us: mytcp_clock_us(), which is not asked twice for a segment */
static void output_fill(struct sock *sk, struct mytcp_seg *seg, u64 now_us)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	seg->sport = ntohs(ms->node.key.lport);
	seg->dport = ntohs(ms->node.key.rport);
	seg->urg = 0;
	if (mytcp_sock_state(sk) != MYTCP_SYN_SENT) {
		seg->flags |= MYTCP_ACK;
		seg->ack = ms->rcv_nxt;
	} else {
		seg->ack = 0;
	}
	if (seg->flags & MYTCP_SYN) {
		output_syn_options(sk, now_us, &seg->opts);
		/* RFC 7323 2.2: the window of a SYN is never scaled */
		seg->wnd = min_t(u32, ms->rcv_wnd, U16_MAX);
		ms->rcv_wup = ms->rcv_nxt;
		return;
	}
	output_options(sk, now_us, &seg->opts, seg->len);
	seg->wnd = mytcp_window_select(sk);
	output_urgent(sk, seg);
}

/* Header, checksum, accounting, and off. Consumes the skb. */
static int output_send(struct sock *sk, struct sk_buff *skb,
		       struct mytcp_seg *seg)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct net *net = sock_net(sk);

	seg->hdr_len = MYTCP_HDR_LEN + mytcp_segment_opts_len(&seg->opts);
	mytcp_segment_put(skb_push(skb, seg->hdr_len), seg);
	mytcp_ip(ms)->checksum_out(skb, &ms->node.key);
	memset(skb->cb, 0, sizeof(skb->cb));
	skb_set_hash_from_sk(skb, sk);
	skb_set_owner_w(skb, sk);
	if (mytcp_sock_paces(sk))
		mytcp_pacing_stamp(sk, skb, seg->len,
				   (seg->len || (seg->flags & MYTCP_FIN)) &&
				   mytcp_seq_ge(seg->seq, ms->snd_nxt));

	mytcp_tally(ms)->segs_out += skb_shinfo(skb)->gso_segs ?: 1;
	if (seg->len) {
		mytcp_tally(ms)->data_segs_out += skb_shinfo(skb)->gso_segs ?: 1;
		mytcp_tally(ms)->bytes_sent += seg->len;
	}
	mytcp_count_add(net, OutSegs, skb_shinfo(skb)->gso_segs ?: 1);
	if (seg->flags & MYTCP_ACK)
		mytcp_delack_note_sent(sk);
	trace_mytcp_segment_out(net, &ms->node.key, mytcp_sock_state(sk), seg);
	return mytcp_ip(ms)->xmit(sk, skb);
}

/* @whole: as one segment, though it is larger than others. */
static void output_set_gso(const struct sock *sk, struct sk_buff *skb, bool whole)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	struct skb_shared_info *info = skb_shinfo(skb);

	if (skb->len <= ms->mss || whole) {
		info->gso_size = 0;
		info->gso_segs = 0;
		info->gso_type = 0;
		return;
	}
	info->gso_size = ms->mss;
	info->gso_segs = DIV_ROUND_UP(skb->len, ms->mss);
	info->gso_type = sk->sk_gso_type;
}

/* Send a copy of a queued skb; the payload is shared, the header is not. */
static int output_transmit(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	u64 now_us = mytcp_clock_us();
	struct mytcp_seg seg;
	struct sk_buff *copy;

	copy = mytcp_sent_copy(skb);
	if (!copy)
		return -ENOBUFS;
	seg.seq = cb->seq;
	seg.len = skb->len;
	seg.flags = cb->flags & (MYTCP_SYN | MYTCP_FIN | MYTCP_PSH);
	output_fill(sk, &seg, now_us);
	output_set_gso(sk, copy, mytcp_plpmtu_is_probe(ms, cb));
	if (!(seg.flags & MYTCP_SYN))
		seg.flags |= mytcp_ecn_mark(sk, copy, !cb->tx && skb->len);
	else
		seg.flags |= mytcp_ecn_syn_flags(sk);

	cb->sent_us = now_us;
	if (mytcp_algorithms_rate(&ms->cong))
		mytcp_congestion_sent(sk, skb, mytcp_recovery_in_flight(sk));
	if (cb->tx < U8_MAX)
		cb->tx++;
	if (ms->bulk && ms->recovery == MYTCP_RECOVERY_FAST)
		mytcp_prr_sent(&ms->bulk->prr, skb->len);
	if (cb->tx > 1)
		trace_mytcp_retransmit(sock_net(sk), &ms->node.key,
				       mytcp_sock_state(sk), &seg);
	return output_send(sk, copy, &seg);
}

/* A segment of our own making: no payload, nothing to retransmit. */
static int output_bare(struct sock *sk, u32 seq, u16 flags, gfp_t gfp)
{
	struct mytcp_seg seg = { .seq = seq, .flags = flags };
	struct sk_buff *skb = alloc_skb(MYTCP_HEADROOM, gfp);
	u16 ecn;

	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, MYTCP_HEADROOM);
	output_fill(sk, &seg, mytcp_clock_us());
	ecn = mytcp_ecn_mark(sk, skb, false);
	/* An RST carries no options but timestamps: there is nothing to agree */
	if (flags & MYTCP_RST)
		seg.opts.has &= MYTCP_HAS_TS;
	else
		seg.flags |= ecn;
	return output_send(sk, skb, &seg);
}

/**
 * mytcp_output_first() - send an skb of the write queue for the first time
 * @sk: socket, locked
 * @skb: head of sk_write_queue; moves to what is sent
 *
 * Return: 0, or -ENOBUFS with the skb where it was; what IP says of it counts
 * as a loss.
 */
int mytcp_output_first(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	u32 now = (u32)jiffies;

	if (output_transmit(sk, skb) == -ENOBUFS && !cb->tx)
		return -ENOBUFS;
	if (skb->len)
		mytcp_count_add(sock_net(sk), TCPOrigDataSent,
				DIV_ROUND_UP(skb->len, ms->mss));
	__skb_unlink(skb, &sk->sk_write_queue);
	mytcp_sent_append(sk, skb);
	mytcp_sendq_sent_now(sk, skb);
	ms->snd_nxt = cb->end;
	if (skb->len < ms->mss)
		ms->snd_sml = cb->end;
	/* Answered within the delay of an ACK: an interactive exchange. */
	if (skb->len && now - ms->last_rcv < ms->ack_ato)
		ms->ack_pingpong = true;
	ms->last_snd = now;
	return 0;
}

/**
 * mytcp_output_retransmit() - send one segment of the send queue again
 * @sk: socket, locked
 * @skb: in the send queue; only its first MSS goes out
 *
 * Return: 0 or a negative errno.
 */
int mytcp_output_retransmit(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);
	int err;

	if (skb->len > ms->mss &&
	    mytcp_sendq_split_sent(sk, skb, ms->mss, GFP_ATOMIC))
		return -ENOMEM;
	if (ms->bulk) {
		mytcp_sendq_order(sk);
		mytcp_plpmtu_sent_again(&ms->bulk->plpmtu, cb->seq);
	}
	err = output_transmit(sk, skb);
	if (err)
		mytcp_count(sock_net(sk), TCPRetransFail);
	mytcp_sendq_clear_lost(sk, skb);
	mytcp_sendq_sent_now(sk, skb);
	if (ms->bulk && !(cb->flags & MYTCP_SYN))
		mytcp_undo_sent_again(&ms->bulk->undo, cb->seq, cb->end,
				      ms->opt & MYTCP_HAS_TS,
				     output_tsval(ms, mytcp_clock_us()));
	mytcp_tally(ms)->bytes_retrans += skb->len;
	mytcp_tally(ms)->total_retrans++;
	mytcp_count(sock_net(sk), RetransSegs);
	if (cb->flags & MYTCP_SYN)
		mytcp_count(sock_net(sk), TCPSynRetrans);
	return err;
}

/**
 * mytcp_output_ack() - acknowledge now
 * @sk: socket, locked
 *
 * Without memory the delayed-ACK timer tries again.
 */
void mytcp_output_ack(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	if (!mytcp_sock_in(sk, MYTCP_SYNCHRONIZED | MYTCP_ST(SYN_RECV)))
		return;
	if (output_bare(sk, ms->snd_nxt, 0, GFP_ATOMIC) == -ENOMEM) {
		ms->ack_pending = true;
		mytcp_timer_arm_delack(sk, HZ / 5);
	}
}

/**
 * mytcp_output_challenge() - a challenge ACK, RFC 5961, rate limited
 * @sk: socket, locked
 */
void mytcp_output_challenge(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct net *net = sock_net(sk);

	if (!mytcp_reply_allowed(net, &ms->last_oow_ack)) {
		mytcp_count(net, TCPACKSkippedChallenge);
		return;
	}
	mytcp_count(net, TCPChallengeACK);
	mytcp_output_ack(sk);
}

/**
 * mytcp_output_reset() - tell the peer that the connection is gone
 * @sk: socket, locked
 * @gfp: allocation flags
 */
void mytcp_output_reset(struct sock *sk, gfp_t gfp)
{
	if (output_bare(sk, mytcp_sk(sk)->snd_nxt, MYTCP_RST, gfp)) {
		mytcp_count(sock_net(sk), TCPAbortFailed);
		return;
	}
	mytcp_count(sock_net(sk), OutRsts);
}

/**
 * mytcp_output_keepalive() - a segment that asks for nothing but an answer
 * @sk: socket, locked
 *
 * RFC 9293 3.8.4: SEG.SEQ = SND.NXT-1 is outside the peer's window; it must
 * acknowledge. Zero-window probes do the same.
 */
void mytcp_output_keepalive(struct sock *sk)
{
	output_bare(sk, mytcp_sk(sk)->snd_una - 1, 0, GFP_ATOMIC);
}

/**
 * mytcp_output_synack() - answer the SYN that crossed ours
 * @sk: socket, locked, in SYN_RECV from an active OPEN
 *
 * RFC 9293 3.5, figure 8: the same sequence number again, now with an ACK.
 */
void mytcp_output_synack(struct sock *sk)
{
	struct sk_buff *skb = mytcp_sent_first(sk);

	if (skb && (mytcp_cb(skb)->flags & MYTCP_SYN))
		output_transmit(sk, skb);
}

/* What of the SYN goes with the data behind it: the SYN is sent again alone. */
static void output_opened(struct sock *sk, struct sk_buff *skb)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cb *cb = mytcp_cb(skb);

	cb->sent_us = mytcp_clock_us();
	cb->tx = 1;
	__skb_unlink(skb, &sk->sk_write_queue);
	mytcp_sent_append(sk, skb);
	ms->snd_nxt = cb->end;
	if (skb->len)
		ms->snd_sml = cb->end;
}

/**
 * mytcp_output_open() - the first SYN, or a child's SYN-ACK
 * @sk: socket, locked, in SYN_SENT or SYN_RECV; the SYN is the head of
 *	sk_write_queue
 * @cookie: option of TCP Fast Open, or NULL
 * @text: the skb behind the SYN goes with it, and fits
 *
 * Return: 0 or -ENOBUFS.
 */
int mytcp_output_open(struct sock *sk,
		      const struct mytcp_fastopen_cookie *cookie, bool text)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *syn = skb_peek(&sk->sk_write_queue), *data = NULL;
	struct mytcp_seg seg = { .flags = MYTCP_SYN };
	struct sk_buff *copy;

	if (text)
		data = skb_peek_next(syn, &sk->sk_write_queue);
	copy = skb_clone(data ?: syn, GFP_ATOMIC);
	if (!copy)
		return -ENOBUFS;
	copy->dev = NULL;	/* the tree's, see sock/sent.h */
	seg.seq = mytcp_cb(syn)->seq;
	seg.len = copy->len;
	output_fill(sk, &seg, mytcp_clock_us());
	if (cookie) {
		seg.opts.has |= MYTCP_HAS_FASTOPEN;
		seg.opts.fastopen = *cookie;
	}
	output_set_gso(sk, copy, false);
	seg.flags |= mytcp_ecn_syn_flags(sk);
	output_opened(sk, syn);
	if (data) {
		output_opened(sk, data);
		mytcp_count(sock_net(sk), TCPOrigDataSent);
	}
	ms->last_snd = (u32)jiffies;
	/* what IP says of it counts as a loss */
	output_send(sk, copy, &seg);
	mytcp_timer_arm(sk, MYTCP_JOB_RETRANS, mytcp_timer_rto(ms));
	return 0;
}

/* Zero-length skb for a SYN or FIN, which count one in sequence space. */
static struct sk_buff *output_control(struct sock *sk, u16 flag, gfp_t gfp)
{
	struct sk_buff *skb = mytcp_sendq_alloc(sk, gfp);

	if (!skb)
		return NULL;
	mytcp_sendq_append(sk, skb);
	mytcp_cb(skb)->flags = flag;
	mytcp_cb(skb)->end++;
	mytcp_sk(sk)->write_seq++;
	return skb;
}

static void output_offer(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));

	ms->offer = 0;
	if (mn->window_scaling) {
		ms->offer |= MYTCP_HAS_WSCALE;
		ms->rcv_wscale = mytcp_window_scale_for(sk);
	}
	if (mn->sack)
		ms->offer |= MYTCP_HAS_SACK_PERM;
	if (mn->timestamps)
		ms->offer |= MYTCP_HAS_TS;
}

static void output_choose_numbers(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	struct mytcp_cookie_tuple tuple;

	mytcp_key_to_tuple(&ms->node.key, &tuple);
	ms->iss = mn->isn_base ?:
		  mytcp_cookie_isn(&mytcp_secret, &tuple, ktime_get_ns());
	if (ms->once.isn_least && mytcp_seq_lt(ms->iss, ms->once.isn_least))
		ms->iss = ms->once.isn_least;
	ms->ts_offset = mn->timestamps == 1 ?
			mytcp_cookie_ts_offset(&mytcp_secret, &tuple) : 0;
	ms->snd_una = ms->iss;
	ms->snd_nxt = ms->iss;
	ms->write_seq = ms->iss;
	ms->snd_sml = ms->iss;
	ms->snd_up = ms->iss;
	ms->pushed_seq = ms->iss;
	ms->recover = ms->iss;
	ms->once.syn_tsval = output_tsval(ms, mytcp_clock_us());
}

/**
 * mytcp_output_connect() - an active OPEN begins: the SYN is queued
 * @sk: socket, locked, in SYN_SENT, in the table and with a route
 *
 * Return: 0 or -ENOBUFS.
 */
int mytcp_output_connect(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct dst_entry *dst = __sk_dst_get(sk);

	/* What an earlier connection of this socket ended with is over. */
	WRITE_ONCE(sk->sk_err, 0);
	sock_reset_flag(sk, SOCK_DONE);
	output_choose_numbers(sk);
	output_offer(sk);
	ms->opt = 0;
	ms->rcv_nxt = 0;
	ms->rcv_wup = 0;
	ms->copied_seq = 0;
	ms->snd_wnd = 0;
	ms->snd_wl1 = 0;
	ms->passive = false;
	ms->peer_mss = mytcp_ip(ms)->mss_default;
	ms->advmss = mytcp_output_advmss(sk, dst);
	mytcp_output_sync_mss(sk, dst_mtu(dst));
	ms->rcv_wnd = mytcp_window_initial(sk, ms->advmss);
	mytcp_rtt_init(&ms->rtt);

	return output_control(sk, MYTCP_SYN, sk->sk_allocation) ? 0 : -ENOBUFS;
}

/**
 * mytcp_output_accept() - a passive OPEN without a SYN queue: the SYN-ACK is queued
 * @sk: child in SYN_RECV, locked, in the table and with a route
 *
 * Return: 0 or -ENOBUFS.
 */
int mytcp_output_accept(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	/* the SYN of others is acknowledged when they are made */
	ms->snd_nxt = ms->iss;
	ms->write_seq = ms->iss;
	ms->snd_sml = ms->iss;
	ms->snd_wnd++;		/* meant for what is behind our SYN */
	ms->snd_wl1 = ms->irs;
	return output_control(sk, MYTCP_SYN, GFP_ATOMIC) ? 0 : -ENOBUFS;
}

/**
 * mytcp_output_fin() - no more data follows; send what there is and a FIN
 * @sk: socket, locked, already in FIN_WAIT1 or LAST_ACK. Process context
 */
void mytcp_output_fin(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *tail = mytcp_sendq_tail(sk);

	ms->fin_sent = true;
	if (tail) {
		mytcp_cb(tail)->flags |= MYTCP_FIN;
		mytcp_cb(tail)->end++;
		ms->write_seq++;
	} else {
		/* A close cannot fail: wait for the memory. */
		output_control(sk, MYTCP_FIN, GFP_KERNEL | __GFP_NOFAIL);
	}
	mytcp_output_push(sk);
}

/**
 * mytcp_output_mark_push() - the user has nothing more to give for now
 * @sk: socket, locked
 * @skb: last of the write queue (MUST-61)
 */
void mytcp_output_mark_push(struct sock *sk, struct sk_buff *skb)
{
	mytcp_cb(skb)->flags |= MYTCP_PSH;
	mytcp_sk(sk)->pushed_seq = mytcp_sk(sk)->write_seq;
}

/**
 * mytcp_output_mark_urgent() - the octet queued last is urgent
 * @sk: socket, locked
 */
void mytcp_output_mark_urgent(struct sock *sk)
{
	struct mytcp_sock *ms = mytcp_sk(sk);

	ms->snd_up = ms->write_seq;
	ms->urg_mode = true;
}

/**
 * mytcp_output_advmss() - the MSS to announce on a path (MUST-67)
 * @sk: socket, or the listener of one
 * @dst: route
 */
u16 mytcp_output_advmss(const struct sock *sk, const struct dst_entry *dst)
{
	u16 user_mss = mytcp_option(mytcp_sk(sk), user_mss);
	u32 mss = dst_metric_advmss(dst);

	if (user_mss)
		mss = min_t(u32, mss, user_mss);
	return min_t(u32, mss, U16_MAX);
}

/**
 * mytcp_output_sync_mss() - the octets a full segment holds, from a path MTU
 * @sk: socket, locked
 * @pmtu: path MTU, bytes
 *
 * MUST-16: min(SendMSS + 20, MMS_S) - TCPhdrsize - IPoptionsize. A search for the path
 * MTU may allow less than is told.
 */
void mytcp_output_sync_mss(struct sock *sk, u32 pmtu)
{
	struct mytcp_sock *ms = mytcp_sk(sk);
	const struct mytcp_net *mn = mytcp_net(sock_net(sk));
	u32 overhead = mytcp_plpmtu_headers(sk);
	u32 most = mytcp_plpmtu_limit(sk, pmtu);
	u32 mss;

	mss = most > overhead ? most - overhead : 0;
	mss = min_t(u32, mss, ms->peer_mss);
	mss = max_t(u32, mss, mn->min_snd_mss);
	if ((ms->opt | (mytcp_sock_state(sk) == MYTCP_SYN_SENT ?
			ms->offer : 0)) & MYTCP_HAS_TS)
		mss -= MYTCP_LEN_TS_ALIGNED;
	ms->pmtu = pmtu;
	ms->mss = mss;
	if (!ms->rcv_mss)
		ms->rcv_mss = min_t(u32, ms->advmss, MYTCP_MSS_DEFAULT4);
}

/**
 * mytcp_output_new_pmtu() - a router told the MTU of its link
 * @sk: socket, locked
 * @mtu: as told; the route has a lower bound of its own (A9)
 *
 * SHLD-6; what was sent too large is sent again at once. That may be a probe alone
 * (RFC 4821), which is larger than all others.
 */
void mytcp_output_new_pmtu(struct sock *sk, u32 mtu)
{
	u32 least = READ_ONCE(mytcp_net(sock_net(sk))->min_pmtu);
	struct mytcp_sock *ms = mytcp_sk(sk);
	struct dst_entry *dst = mytcp_ip_route(sk);
	u16 was = ms->mss;
	struct sk_buff *skb;

	if (!mytcp_sock_in(sk, MYTCP_SYNCHRONIZED) ||
	    !mytcp_inet6_takes_pmtu(sk, &ms->node.key))
		return;
	if (!dst && mytcp_ip(ms)->route(sk))
		return;
	dst = __sk_dst_get(sk);
	/* no router cuts what is larger than its link, and each takes so much */
	if (mytcp_key_is6(&ms->node.key))
		least = min_t(u32, least, IPV6_MIN_MTU);
	/*
	 * A route that knows less than we send lets nothing leave; but below its
	 * own bound it allows fragments, and they get through.
	 */
	if (least > ROUTE_MTU_LEAST)
		mtu = max(mtu, least);
	/* The route keeps it, for all connections; it may be another after. */
	dst->ops->update_pmtu(dst, sk, NULL, mtu, true);
	if (!mytcp_ip_route(sk) && mytcp_ip(ms)->route(sk))
		return;
	dst = __sk_dst_get(sk);
	mtu = max_t(u32, dst_mtu(dst), least);
	if (mtu >= ms->pmtu)
		return;
	mytcp_plpmtu_told(sk, mtu);
	mytcp_output_sync_mss(sk, mtu);
	if (ms->mss < was) {
		mytcp_sent_walk(sk, skb)
			mytcp_sendq_mark_lost(sk, skb);
	}
	mytcp_output_push(sk);
}

/**
 * mytcp_output_goal() - octets one skb of the write queue shall hold
 * @sk: socket, locked
 *
 * A multiple of the MSS: as much as segmentation offload takes, but not above
 * half of the largest window, lest a sender wait for its own size, nor above what
 * leaves in a burst of a paced connection: others are cut when they are sent, if
 * their rate is then still so low.
 */
u32 mytcp_output_goal(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	u32 most;

	if (!sk_can_gso(sk))
		return ms->mss;
	most = min_t(u32, sk->sk_gso_max_size, U16_MAX) - MYTCP_HEADROOM;
	if (ms->max_window > 2 * ms->mss)
		most = min(most, ms->max_window / 2);
	most = min_t(u32, most, sk->sk_gso_max_segs * ms->mss);
	if (mytcp_sock_paces(sk))
		most = min(most, mytcp_pacing_burst(sk));
	if (mytcp_window_half(ms) < ms->mss)
		return mytcp_window_half(ms);
	return max_t(u32, rounddown(most, ms->mss), ms->mss);
}
