// SPDX-License-Identifier: GPL-2.0
/* TCP_INFO: what a socket knows of itself. */
#include <linux/jiffies.h>
#include <linux/string.h>
#include <net/sock.h>
#include <uapi/linux/tcp.h>

#include "mytcp/api/api.h"
#include "mytcp/compat/tcp_info.h"
#include "mytcp/engine/ecn.h"
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
	info->tcpi_bytes_received = mytcp_tally(ms)->bytes_received;
	info->tcpi_segs_in = mytcp_tally(ms)->segs_in;
	mytcp_tcp_info_set_rcv_wnd(info, ms->rcv_wnd);
}

/**
 * mytcp_api_info() - fill TCP_INFO
 * @sk: socket, locked
 * @info: all of it is written
 *
 * What MyTCP does not measure is 0. Of a listener the accept queue is told.
 */
void mytcp_api_info(struct sock *sk, struct tcp_info *info)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = mytcp_sock_state(sk);
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
	info_received(ms, info);
}
