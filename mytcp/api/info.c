// SPDX-License-Identifier: GPL-2.0
/* TCP_INFO, TCP_CC_INFO: what a socket knows of itself. */
#include <linux/inet_diag.h>
#include <linux/jiffies.h>
#include <linux/string.h>
#include <net/sock.h>
#include <uapi/linux/tcp.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/tcp_info.h"
#include "mytcp/engine/congestion.h"
#include "mytcp/engine/ecn.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/sent.h"
#include "mytcp/sock/sock.h"

#define REORDERING	3	/* duplicate ACKs that are a loss, RFC 5681 3.2 */

/* The struct counts segments where MyTCP counts octets. */
static u32 in_segments(const struct mytcp_sock *ms, u32 octets)
{
	return DIV_ROUND_UP(octets, ms->mss ?: MYTCP_MSS_DEFAULT4);
}

static u32 ms_since(u32 then)
{
	return jiffies_to_msecs((u32)jiffies - then);
}

static u64 rate_of(unsigned long rate)
{
	return rate == ~0UL ? ~0ULL : rate;
}

static u8 ca_state(const struct mytcp_sock *ms)
{
	switch (ms->recovery) {
	case MYTCP_RECOVERY_FAST:
		return TCP_CA_Recovery;
	case MYTCP_RECOVERY_LOSS:
		return TCP_CA_Loss;
	case MYTCP_RECOVERY_CWR:
		return TCP_CA_CWR;
	}
	return ms->dupacks ? TCP_CA_Disorder : TCP_CA_Open;
}

static void info_agreed(const struct mytcp_sock *ms, struct tcp_info *info)
{
	if (ms->opt & MYTCP_HAS_TS)
		info->tcpi_options |= TCPI_OPT_TIMESTAMPS;
	if (ms->opt & MYTCP_HAS_SACK_PERM)
		info->tcpi_options |= TCPI_OPT_SACK;
	if (ms->opt & MYTCP_HAS_WSCALE) {
		info->tcpi_options |= TCPI_OPT_WSCALE;
		info->tcpi_snd_wscale = ms->snd_wscale;
		info->tcpi_rcv_wscale = ms->rcv_wscale;
	}
	if (ms->ecn & MYTCP_ECN_OK)
		info->tcpi_options |= TCPI_OPT_ECN;
	if (ms->ecn & MYTCP_ECN_SEEN)
		info->tcpi_options |= TCPI_OPT_ECN_SEEN;
	info->tcpi_snd_mss = ms->mss ?: MYTCP_MSS_DEFAULT4;
	info->tcpi_rcv_mss = ms->rcv_mss;
	/* As Linux tells it: what a segment with our options may hold. */
	info->tcpi_advmss = ms->advmss;
	if (ms->opt & MYTCP_HAS_TS)
		info->tcpi_advmss -= MYTCP_LEN_TS_ALIGNED;
	info->tcpi_pmtu = ms->pmtu;
	if (ms->fastopen & MYTCP_FO_ACKED)
		info->tcpi_options |= TCPI_OPT_SYN_DATA;
	info->tcpi_fastopen_client_fail = ms->fastopen >> MYTCP_FO_FAIL_SHIFT;
}

static void info_times(const struct mytcp_sock *ms, struct tcp_info *info)
{
	info->tcpi_rto = mytcp_rtt_timeout_us(&ms->rtt);
	info->tcpi_ato = jiffies_to_usecs(ms->ack_ato);
	info->tcpi_backoff = ms->rtt.backoff;
	info->tcpi_rtt = ms->rtt.srtt_us >> 3;
	info->tcpi_rttvar = ms->rtt.rttvar_us >> 2;
	info->tcpi_min_rtt = ms->rtt.min_us;
	/* as long as there was none, since the peer was heard */
	info->tcpi_last_data_sent = ms_since(mytcp_tally(ms)->bytes_sent ? ms->last_snd :
					     ms->last_seg);
	info->tcpi_last_data_recv = ms_since(mytcp_tally(ms)->bytes_received ? ms->last_rcv :
					     ms->last_seg);
	info->tcpi_last_ack_recv = ms_since(ms->last_seg);
}

/* Segments that were sent again, and of which nothing is known yet. */
static u32 sent_again(struct sock *sk)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	struct sk_buff *skb;
	u32 octets = 0;

	if (ms->recovery == MYTCP_RECOVERY_OPEN && !ms->retransmits)
		return 0;
	skb = mytcp_sent_first(sk);
	mytcp_sent_walk(sk, skb) {
		const struct mytcp_cb *cb = mytcp_cb(skb);

		if (cb->tx > 1 && !cb->sacked && !cb->lost)
			octets += max_t(u32, skb->len, 1);
	}
	return in_segments(ms, octets);
}

/* Not measured before the window has been filled, or something was lost. */
static void info_rate(const struct mytcp_sock *ms, struct tcp_info *info)
{
	const struct mytcp_algorithms_room *room = mytcp_algorithms_room(&ms->cong);

	info->tcpi_delivered = mytcp_tally(ms)->delivered;
	info->tcpi_delivery_rate_app_limited = 1;
	if (!room)
		return;
	info->tcpi_delivered_ce = room->delivered_ce;
	info->tcpi_delivery_rate = mytcp_rate_octets(&room->rate.told, ms->mss);
	if (room->rate.told.interval_us)
		info->tcpi_delivery_rate_app_limited = room->rate.told.app_limited;
}

/* Microseconds, as far as jiffies tell. */
static u64 in_phase(const struct mytcp_algorithms_room *room, enum mytcp_phase phase)
{
	u32 spent = room->spent[phase];

	if (room->phase == phase)
		spent += (u32)jiffies - room->phase_since;
	return (u64)spent * (USEC_PER_SEC / HZ);
}

static void info_phases(const struct mytcp_sock *ms, struct tcp_info *info)
{
	const struct mytcp_algorithms_room *room = mytcp_algorithms_room(&ms->cong);

	if (!room)
		return;
	info->tcpi_rwnd_limited = in_phase(room, MYTCP_PHASE_RWND);
	info->tcpi_sndbuf_limited = in_phase(room, MYTCP_PHASE_SNDBUF);
	info->tcpi_busy_time = in_phase(room, MYTCP_PHASE_BUSY) +
			       info->tcpi_rwnd_limited + info->tcpi_sndbuf_limited;
}

static void info_timeouts(const struct mytcp_bulk *bulk, struct tcp_info *info)
{
	u32 ms = bulk->timeout_ms;

	if (bulk->timeout_since)
		ms += mytcp_clock_ms() - bulk->timeout_since;
	mytcp_tcp_info_set_timeouts(info, bulk->timeouts, bulk->timeout_turns, ms);
}

static void info_flight(const struct mytcp_sock *ms, struct tcp_info *info)
{
	info->tcpi_ca_state = ca_state(ms);
	info->tcpi_retransmits = ms->retransmits;
	info->tcpi_probes = ms->probes_out;
	info->tcpi_unacked = in_segments(ms, ms->snd_nxt - ms->snd_una);
	info->tcpi_lost = in_segments(ms, ms->lost);
	if (ms->bulk) {
		info->tcpi_sacked = in_segments(ms, ms->bulk->sacked);
		info->tcpi_dsack_dups = ms->bulk->dsacks;
		info->tcpi_reord_seen = ms->bulk->reordered;
		info->tcpi_rcv_ooopack = ms->bulk->pieces;
		info_timeouts(ms->bulk, info);
	}
	info->tcpi_total_retrans = mytcp_tally(ms)->total_retrans;
	info->tcpi_snd_ssthresh = ms->cong.ssthresh;
	info->tcpi_snd_wnd = ms->snd_wnd;
	info->tcpi_notsent_bytes = max_t(int, 0, ms->write_seq - ms->snd_nxt);
	info->tcpi_bytes_acked = mytcp_tally(ms)->bytes_acked;
	info->tcpi_bytes_sent = mytcp_tally(ms)->bytes_sent;
	info->tcpi_bytes_retrans = mytcp_tally(ms)->bytes_retrans;
	info->tcpi_data_segs_out = mytcp_tally(ms)->data_segs_out;
	info->tcpi_data_segs_in = mytcp_tally(ms)->data_segs_in;
	info->tcpi_segs_out = mytcp_tally(ms)->segs_out;
}

static void info_received(const struct mytcp_sock *ms, struct tcp_info *info)
{
	info->tcpi_rcv_ssthresh = ms->rcv_wnd;
	/* what the receive buffer is tuned by, from what it begins with */
	info->tcpi_rcv_space = min_t(u32, ms->rcv_wnd, MYTCP_CONG_IW * info->tcpi_advmss);
	if (ms->bulk && ms->bulk->drs.since_us) {
		info->tcpi_rcv_rtt = ms->rtt.min_us;
		info->tcpi_rcv_space = max(info->tcpi_rcv_space, ms->bulk->drs.space);
	}
	info->tcpi_bytes_received = mytcp_tally(ms)->bytes_received;
	info->tcpi_segs_in = mytcp_tally(ms)->segs_in;
	mytcp_tcp_info_set_rcv_wnd(info, ms->rcv_wnd);
}

/**
 * mytcp_api_info() - fill TCP_INFO
 * @sk: socket, locked
 * @info: all of it is written
 *
 * What is measured only when the window has once been filled is 0 before that. Of a
 * listener the accept queue is told.
 */
void mytcp_api_info(struct sock *sk, struct tcp_info *info)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = mytcp_sock_state(sk);
	/* worked out at each ACK only for those that the rate may hold back */
	if (sk->sk_state != MYTCP_LISTEN && !mytcp_algorithms_room(&ms->cong))
		mytcp_congestion_pace(sk);
	info->tcpi_pacing_rate = rate_of(READ_ONCE(sk->sk_pacing_rate));
	info->tcpi_max_pacing_rate = rate_of(READ_ONCE(sk->sk_max_pacing_rate));
	info->tcpi_reordering = REORDERING;
	info->tcpi_snd_cwnd = ms->cong.cwnd;
	if (sk->sk_state == MYTCP_LISTEN) {
		info->tcpi_unacked = READ_ONCE(sk->sk_ack_backlog);
		info->tcpi_sacked = READ_ONCE(sk->sk_max_ack_backlog);
		return;
	}
	info_agreed(ms, info);
	info_times(ms, info);
	info_flight(ms, info);
	info->tcpi_retrans = sent_again(sk);
	info_rate(ms, info);
	info_phases(ms, info);
	info_received(ms, info);
}

/**
 * mytcp_api_cc_info() - what the congestion control tells of itself, as the kernel's does
 * @sk: locked
 * @info: filled
 * @attr: gets the attribute of sock_diag it belongs to, INET_DIAG_*INFO
 *
 * Return: octets of @info that are told; 0: none.
 */
size_t mytcp_api_cc_info(const struct sock *sk, union tcp_cc_info *info, int *attr)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	struct mytcp_cong_told told;
	u64 bw;

	memset(info, 0, sizeof(*info));
	mytcp_cong_tell(&ms->cong, &told);
	switch (told.kind) {
	case MYTCP_CONG_TELLS_PATH:
		bw = (u64)told.bw * ms->mss / 256;
		info->bbr.bbr_bw_lo = (u32)bw;
		info->bbr.bbr_bw_hi = (u32)(bw >> 32);
		info->bbr.bbr_min_rtt = told.rtt_us ?: ~0U;
		info->bbr.bbr_pacing_gain = told.pacing_gain;
		info->bbr.bbr_cwnd_gain = told.cwnd_gain;
		*attr = INET_DIAG_BBRINFO;
		return sizeof(info->bbr);
	case MYTCP_CONG_TELLS_MARKS:
		info->dctcp.dctcp_enabled = 1;
		info->dctcp.dctcp_ce_state = !!(ms->ecn & MYTCP_ECN_ECHO);
		info->dctcp.dctcp_alpha = told.alpha >> 10;	/* 1024 is all */
		info->dctcp.dctcp_ab_ecn = told.marked * ms->mss;
		info->dctcp.dctcp_ab_tot = told.delivered * ms->mss;
		*attr = INET_DIAG_DCTCPINFO;
		return sizeof(info->dctcp);
	default:
		return 0;
	}
}
