// SPDX-License-Identifier: GPL-2.0
/* -i: struct tcp_info and the congestion control's figures; see details.h */
#include <linux/tcp.h>
#include <stddef.h>

#include "details.h"
#include "names.h"
#include "states.h"

/**
 * struct figure - a field that is printed when it is not 0
 * @name: what stands in front of it
 * @offset: of the field in struct tcp_info
 * @size: of the field: 4 or 8
 */
struct figure {
	const char *name;
	size_t offset;
	size_t size;
};

#define FIGURE(text, field)						\
	{								\
		.name = (text),						\
		.offset = offsetof(struct tcp_info, field),		\
		.size = sizeof(((struct tcp_info *)NULL)->field),	\
	}
#define FIGURES(table)	(table), sizeof(table) / sizeof((table)[0])

static const struct figure sizes[] = {
	FIGURE("mss", tcpi_snd_mss),
	FIGURE("pmtu", tcpi_pmtu),
	FIGURE("rcvmss", tcpi_rcv_mss),
	FIGURE("advmss", tcpi_advmss),
	FIGURE("cwnd", tcpi_snd_cwnd),
};

static const struct figure traffic[] = {
	FIGURE("bytes_sent", tcpi_bytes_sent),
	FIGURE("bytes_retrans", tcpi_bytes_retrans),
	FIGURE("bytes_acked", tcpi_bytes_acked),
	FIGURE("bytes_received", tcpi_bytes_received),
	FIGURE("segs_out", tcpi_segs_out),
	FIGURE("segs_in", tcpi_segs_in),
	FIGURE("data_segs_out", tcpi_data_segs_out),
	FIGURE("data_segs_in", tcpi_data_segs_in),
};

static const struct figure ages[] = {
	FIGURE("lastsnd", tcpi_last_data_sent),
	FIGURE("lastrcv", tcpi_last_data_recv),
	FIGURE("lastack", tcpi_last_ack_recv),
};

static const struct figure deliveries[] = {
	FIGURE("delivered", tcpi_delivered),
	FIGURE("delivered_ce", tcpi_delivered_ce),
};

static const struct figure receiver[] = {
	FIGURE("rcv_space", tcpi_rcv_space),
	FIGURE("rcv_ssthresh", tcpi_rcv_ssthresh),
	FIGURE("notsent", tcpi_notsent_bytes),
};

static void print_figures(FILE *out, const struct tcp_info *info,
			  const struct figure *figures, size_t count)
{
	const char *at;
	uint64_t value;
	size_t i;

	for (i = 0; i < count; i++) {
		at = (const char *)info + figures[i].offset;
		value = figures[i].size == 8 ? *(const __u64 *)at : *(const __u32 *)at;
		if (value)
			fprintf(out, " %s:%llu", figures[i].name, (unsigned long long)value);
	}
}

/* The kernel has microseconds, ss shows milliseconds with as many digits as it needs. */
static void print_us(FILE *out, const char *name, uint32_t us)
{
	if (us)
		fprintf(out, " %s:%g", name, us / 1000.0);
}

static void print_rate(FILE *out, const char *name, double rate, bool numeric)
{
	char text[RATE_LEN];

	name_rate(text, rate, numeric);
	fprintf(out, "%s%s", name, text);
}

static void print_options(FILE *out, const struct tcp_info *info)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} options[] = {
		{ TCPI_OPT_TIMESTAMPS, "ts" },
		{ TCPI_OPT_SACK, "sack" },
		{ TCPI_OPT_ECN, "ecn" },
		{ TCPI_OPT_ECN_SEEN, "ecnseen" },
		{ TCPI_OPT_SYN_DATA, "fastopen" },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (info->tcpi_options & options[i].bit)
			fprintf(out, " %s", options[i].name);
}

static void print_algorithm(FILE *out, const struct entry *entry)
{
	const struct nlattr *attr = entry_attr(entry, INET_DIAG_CONG);

	if (attr && mnl_attr_get_payload_len(attr))
		fprintf(out, " %.*s", (int)mnl_attr_get_payload_len(attr),
			(const char *)mnl_attr_get_payload(attr));
}

/* Vegas measures a round trip of its own, which then is the one that counts. */
static double round_trip(const struct entry *entry, const struct tcp_info *info)
{
	struct tcpvegas_info vegas;

	if (entry_read_attr(entry, INET_DIAG_VEGASINFO, &vegas, sizeof(vegas)) &&
	    vegas.tcpv_enabled && vegas.tcpv_rttcnt && vegas.tcpv_rtt &&
	    vegas.tcpv_rtt != 0x7fffffff)
		return vegas.tcpv_rtt;
	return info->tcpi_rtt;
}

static void print_timing(FILE *out, const struct tcp_info *info, double rtt)
{
	/* 3 s: what an idle listener has. */
	if (info->tcpi_rto != 3000000)
		print_us(out, "rto", info->tcpi_rto);
	if (info->tcpi_backoff)
		fprintf(out, " backoff:%u", info->tcpi_backoff);
	if (rtt > 0)
		fprintf(out, " rtt:%g/%g", rtt / 1000, info->tcpi_rttvar / 1000.0);
	print_us(out, "ato", info->tcpi_ato);
}

static void print_dctcp(FILE *out, const struct entry *entry)
{
	struct tcp_dctcp_info dctcp;

	if (!entry_read_attr(entry, INET_DIAG_DCTCPINFO, &dctcp, sizeof(dctcp)))
		return;
	if (dctcp.dctcp_enabled)
		fprintf(out, " dctcp:(ce_state:%u,alpha:%u,ab_ecn:%u,ab_tot:%u)",
			dctcp.dctcp_ce_state, dctcp.dctcp_alpha,
			dctcp.dctcp_ab_ecn, dctcp.dctcp_ab_tot);
	else
		fputs(" dctcp:fallback_mode", out);
}

/* Gains are fractions of 256. */
static void print_bbr(FILE *out, const struct entry *entry, bool numeric)
{
	struct tcp_bbr_info bbr;
	uint64_t bandwidth;

	if (!entry_read_attr(entry, INET_DIAG_BBRINFO, &bbr, sizeof(bbr)))
		return;
	bandwidth = (uint64_t)bbr.bbr_bw_hi << 32 | bbr.bbr_bw_lo;
	print_rate(out, " bbr:(bw:", 8.0 * (double)bandwidth, numeric);
	fprintf(out, ",mrtt:%g", bbr.bbr_min_rtt / 1000.0);
	if (bbr.bbr_pacing_gain)
		fprintf(out, ",pacing_gain:%g", bbr.bbr_pacing_gain / 256.0);
	if (bbr.bbr_cwnd_gain)
		fprintf(out, ",cwnd_gain:%g", bbr.bbr_cwnd_gain / 256.0);
	fputc(')', out);
}

static void print_pacing(FILE *out, const struct tcp_info *info, bool numeric)
{
	const uint64_t unlimited = ~0ULL;

	if (info->tcpi_pacing_rate && info->tcpi_pacing_rate != unlimited) {
		print_rate(out, " pacing_rate ", 8.0 * (double)info->tcpi_pacing_rate, numeric);
		if (info->tcpi_max_pacing_rate && info->tcpi_max_pacing_rate != unlimited)
			print_rate(out, "/", 8.0 * (double)info->tcpi_max_pacing_rate, numeric);
	}
	if (info->tcpi_delivery_rate)
		print_rate(out, " delivery_rate ", 8.0 * (double)info->tcpi_delivery_rate,
			   numeric);
}

static void print_limited(FILE *out, const char *name, uint64_t us, uint64_t busy)
{
	if (us)
		fprintf(out, " %s:%llums(%.1f%%)", name, (unsigned long long)us / 1000,
			100.0 * (double)us / (double)busy);
}

static void print_busy(FILE *out, const struct tcp_info *info)
{
	if (info->tcpi_delivery_rate_app_limited)
		fputs(" app_limited", out);
	if (!info->tcpi_busy_time)
		return;
	fprintf(out, " busy:%llums", (unsigned long long)info->tcpi_busy_time / 1000);
	print_limited(out, "rwnd_limited", info->tcpi_rwnd_limited, info->tcpi_busy_time);
	print_limited(out, "sndbuf_limited", info->tcpi_sndbuf_limited, info->tcpi_busy_time);
}

/* Of a listener, tcpi_unacked and tcpi_sacked are its backlog. */
static void print_recovery(FILE *out, const struct tcp_info *info, unsigned int state)
{
	if (info->tcpi_unacked)
		fprintf(out, " unacked:%u", info->tcpi_unacked);
	if (info->tcpi_retrans || info->tcpi_total_retrans)
		fprintf(out, " retrans:%u/%u", info->tcpi_retrans, info->tcpi_total_retrans);
	if (info->tcpi_lost)
		fprintf(out, " lost:%u", info->tcpi_lost);
	if (info->tcpi_sacked && state != ST_LISTEN)
		fprintf(out, " sacked:%u", info->tcpi_sacked);
	if (info->tcpi_dsack_dups)
		fprintf(out, " dsack_dups:%u", info->tcpi_dsack_dups);
	if (info->tcpi_fackets)
		fprintf(out, " fackets:%u", info->tcpi_fackets);
	/* 3 is where every connection begins. */
	if (info->tcpi_reordering && info->tcpi_reordering != 3)
		fprintf(out, " reordering:%u", info->tcpi_reordering);
	if (info->tcpi_reord_seen)
		fprintf(out, " reord_seen:%u", info->tcpi_reord_seen);
}

static void print_sender(FILE *out, const struct entry *entry,
			 const struct tcp_info *info, bool numeric)
{
	double rtt = round_trip(entry, info);

	print_timing(out, info, rtt);
	print_figures(out, info, FIGURES(sizes));
	/* Above it, slow start has no end yet. */
	if (info->tcpi_snd_ssthresh && info->tcpi_snd_ssthresh < 0xffff)
		fprintf(out, " ssthresh:%u", info->tcpi_snd_ssthresh);
	print_figures(out, info, FIGURES(traffic));
	print_dctcp(out, entry);
	print_bbr(out, entry, numeric);
	if (rtt > 0 && info->tcpi_snd_mss && info->tcpi_snd_cwnd)
		print_rate(out, " send ", 8e6 * info->tcpi_snd_cwnd * info->tcpi_snd_mss / rtt,
			   numeric);
}

static void print_receiver(FILE *out, const struct tcp_info *info)
{
	print_us(out, "rcv_rtt", info->tcpi_rcv_rtt);
	print_figures(out, info, FIGURES(receiver));
	if (info->tcpi_min_rtt != ~0U)
		print_us(out, "minrtt", info->tcpi_min_rtt);
	if (info->tcpi_rcv_ooopack)
		fprintf(out, " rcv_ooopack:%u", info->tcpi_rcv_ooopack);
	if (info->tcpi_snd_wnd)
		fprintf(out, " snd_wnd:%u", info->tcpi_snd_wnd);
}

/**
 * info_print() - print the figures of -i
 * @out: where to
 * @entry: the socket; nothing is printed if the kernel sent none
 * @options: those of the connection's SYNs, too, which ss shows with -o only
 * @numeric: rates without units
 */
void info_print(FILE *out, const struct entry *entry, bool options, bool numeric)
{
	struct tcp_info info;

	if (!entry_read_attr(entry, INET_DIAG_INFO, &info, sizeof(info)))
		return;
	if (options)
		print_options(out, &info);
	print_algorithm(out, entry);
	if (info.tcpi_options & TCPI_OPT_WSCALE)
		fprintf(out, " wscale:%u,%u", info.tcpi_snd_wscale, info.tcpi_rcv_wscale);
	print_sender(out, entry, &info, numeric);
	print_figures(out, &info, FIGURES(ages));
	print_pacing(out, &info, numeric);
	print_figures(out, &info, FIGURES(deliveries));
	print_busy(out, &info);
	print_recovery(out, &info, entry->msg.idiag_state);
	print_receiver(out, &info);
}
