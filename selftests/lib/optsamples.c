// SPDX-License-Identifier: GPL-2.0
/* Values of the options that are no numbers; see optsamples.h. */
#include <netinet/in.h>		/* before linux/in6.h, which minds it */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/in6.h>
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "optsamples.h"

/* ---- SOL_SOCKET ---- */

static const struct linger linger_on = { 1, 5 };
static const struct linger linger_abort = { 1, 0 };
static const struct linger linger_negative = { 1, -1 };
static const struct linger linger_forever = { 1, 1 << 30 };
static const struct timeval time_good = { 1, 500000 };
static const struct timeval time_wrong = { 1, 1000000 };
static const struct timeval time_negative = { -1, 0 };
static const struct timeval time_short = { 0, 1 };

static struct sock_filter filter_all[] = { BPF_STMT(BPF_RET | BPF_K, 65535) };
static struct sock_filter filter_wrong[] = { BPF_STMT(BPF_LD | BPF_MEM, 99) };
static const struct sock_fprog program_good = { 1, filter_all };
static const struct sock_fprog program_wrong = { 1, filter_wrong };
static const struct sock_fprog program_empty = { 0, filter_all };
static const struct sock_fprog program_nowhere = { 1, NULL };

/* Programs of BPF, by their file descriptor; and one that is none. */
static int filter_fd, reuseport_fd;
static const int closed_fd = 1000;

static const struct sock_txtime txtime_good = { CLOCK_MONOTONIC, 0 };
static const struct sock_txtime txtime_errors = {
	CLOCK_MONOTONIC, SOF_TXTIME_REPORT_ERRORS };
static const struct sock_txtime txtime_clock = { 99, 0 };
static const struct sock_txtime txtime_flags = { CLOCK_MONOTONIC, 0x100 };
static const struct so_timestamping stamping_software = {
	SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
	SOF_TIMESTAMPING_TX_SOFTWARE, 0 };
static const struct so_timestamping stamping_id = {
	SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_ACK |
	SOF_TIMESTAMPING_OPT_ID, 0 };
static const struct so_timestamping stamping_clock = {
	SOF_TIMESTAMPING_BIND_PHC, 7 };
static const struct so_timestamping stamping_wrong = { 1 << 30, 0 };
static const unsigned long long rate_64 = 1ULL << 33;

/* ---- IPPROTO_IP ---- */

static const unsigned char ip_nop[4] = { 1, 1, 1, 0 };
/* Record route: type, length, pointer, room for two. */
static const unsigned char ip_record[12] = { 7, 11, 4 };
static const unsigned char ip_wrong[4] = { 7, 200, 4, 0 };
static const unsigned char ip_long[44] = { 1 };
static const struct ip_mreqn group_good = {
	{ 0x010000e0 + (77u << 24) }, { 0x0100007f }, 0 };
static const struct ip_mreqn group_wrong = { { 0x0100007f }, { 0 }, 0 };
static const struct group_req group4 = {
	.gr_interface = 1,
	.gr_group.ss_family = AF_INET,
};
static const int interface_lo = 1 << 24;	/* htonl(1) */
static const int interface_none = 99 << 24;
static const unsigned int ports_good = 20000 | 20100u << 16;
static const unsigned int ports_wrong = 20100 | 20000u << 16;

/* ---- IPPROTO_IPV6 ---- */

static const unsigned char ip6_padding[8] = { 0, 0, 1, 4 };
static const unsigned char ip6_wrong[8] = { 0, 9, 1, 4 };
/* Type 2 of mobile IPv6: one address. */
static const unsigned char ip6_routing[24] = { 0, 2, 2, 1, 0, 0, 0, 0, 0xfd };
static const struct in6_pktinfo ip6_from = { { { { 0 } } }, 1 };
static const struct in6_pktinfo ip6_from_none = { { { { 0 } } }, 99 };
static const struct in6_flowlabel_req label_get = {
	.flr_action = IPV6_FL_A_GET, .flr_flags = IPV6_FL_F_CREATE,
	.flr_share = IPV6_FL_S_ANY,
};
static const struct in6_flowlabel_req label_reflect = {
	.flr_action = IPV6_FL_A_GET, .flr_flags = IPV6_FL_F_REFLECT,
};
static const struct in6_flowlabel_req label_wrong = { .flr_action = 9 };
static const struct ipv6_mreq group6 = {
	{ { { 0xff, 2, [15] = 77 } } }, 1 };
static const struct group_req mgroup6 = {
	.gr_interface = 1,
	.gr_group.ss_family = AF_INET6,
};
static const int form_ip4 = AF_INET;
static const int form_ip6 = AF_INET6;

/* ---- IPPROTO_TCP ---- */

static const unsigned char key_16[16] = "0123456789abcdef";
static const unsigned char key_32[32] = "0123456789abcdefghijklmnopqrstuv";
static const struct tcp_repair_window repair_window = { 1, 1, 1, 1, 1 };
static const struct tcp_repair_opt repair_opts[2] = {
	{ 2, 1000 }, { 4, 0 } };
static const struct tcp_md5sig signature = {
	.tcpm_addr.ss_family = AF_INET, .tcpm_keylen = 4, .tcpm_key = "abc",
};
static const struct tcp_zerocopy_receive zerocopy;

#define VALUE(level, name, value) \
	{ level, name, #value, &(value), sizeof(value) }
#define TEXT(level, name, text) { level, name, text, text, sizeof(text) - 1 }

#define SO_TIMESTAMPING_AFTER_2038	65

static const struct optsample samples[] = {
	VALUE(SOL_SOCKET, SO_LINGER, linger_on),
	VALUE(SOL_SOCKET, SO_LINGER, linger_abort),
	VALUE(SOL_SOCKET, SO_LINGER, linger_negative),
	VALUE(SOL_SOCKET, SO_LINGER, linger_forever),
	VALUE(SOL_SOCKET, SO_RCVTIMEO, time_good),
	VALUE(SOL_SOCKET, SO_RCVTIMEO, time_wrong),
	VALUE(SOL_SOCKET, SO_RCVTIMEO, time_negative),
	VALUE(SOL_SOCKET, SO_SNDTIMEO, time_good),
	VALUE(SOL_SOCKET, SO_SNDTIMEO, time_short),
	VALUE(SOL_SOCKET, SO_ATTACH_FILTER, program_good),
	VALUE(SOL_SOCKET, SO_ATTACH_FILTER, program_wrong),
	VALUE(SOL_SOCKET, SO_ATTACH_FILTER, program_empty),
	VALUE(SOL_SOCKET, SO_ATTACH_FILTER, program_nowhere),
	VALUE(SOL_SOCKET, SO_ATTACH_BPF, filter_fd),
	VALUE(SOL_SOCKET, SO_ATTACH_BPF, reuseport_fd),
	VALUE(SOL_SOCKET, SO_ATTACH_BPF, closed_fd),
	VALUE(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program_good),
	VALUE(SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program_wrong),
	VALUE(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, filter_fd),
	VALUE(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, reuseport_fd),
	VALUE(SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, closed_fd),
	TEXT(SOL_SOCKET, SO_BINDTODEVICE, "lo"),
	TEXT(SOL_SOCKET, SO_BINDTODEVICE, "nothing"),
	TEXT(SOL_SOCKET, SO_BINDTODEVICE, ""),
	VALUE(SOL_SOCKET, SO_TXTIME, txtime_good),
	VALUE(SOL_SOCKET, SO_TXTIME, txtime_errors),
	VALUE(SOL_SOCKET, SO_TXTIME, txtime_clock),
	VALUE(SOL_SOCKET, SO_TXTIME, txtime_flags),
	VALUE(SOL_SOCKET, SO_TIMESTAMPING, stamping_software),
	VALUE(SOL_SOCKET, SO_TIMESTAMPING, stamping_id),
	VALUE(SOL_SOCKET, SO_TIMESTAMPING, stamping_clock),
	VALUE(SOL_SOCKET, SO_TIMESTAMPING, stamping_wrong),
	VALUE(SOL_SOCKET, SO_TIMESTAMPING_AFTER_2038, stamping_id),
	VALUE(SOL_SOCKET, SO_MAX_PACING_RATE, rate_64),
	VALUE(IPPROTO_IP, IP_OPTIONS, ip_nop),
	VALUE(IPPROTO_IP, IP_OPTIONS, ip_record),
	VALUE(IPPROTO_IP, IP_OPTIONS, ip_wrong),
	VALUE(IPPROTO_IP, IP_OPTIONS, ip_long),
	VALUE(IPPROTO_IP, IP_ADD_MEMBERSHIP, group_good),
	VALUE(IPPROTO_IP, IP_ADD_MEMBERSHIP, group_wrong),
	VALUE(IPPROTO_IP, IP_DROP_MEMBERSHIP, group_good),
	VALUE(IPPROTO_IP, IP_MULTICAST_IF, group_good),
	VALUE(IPPROTO_IP, MCAST_JOIN_GROUP, group4),
	VALUE(IPPROTO_IP, MCAST_LEAVE_GROUP, group4),
	VALUE(IPPROTO_IP, 50 /* IP_UNICAST_IF */, interface_lo),
	VALUE(IPPROTO_IP, 50, interface_none),
	VALUE(IPPROTO_IP, 51 /* IP_LOCAL_PORT_RANGE */, ports_good),
	VALUE(IPPROTO_IP, 51, ports_wrong),
	VALUE(IPPROTO_IPV6, IPV6_HOPOPTS, ip6_padding),
	VALUE(IPPROTO_IPV6, IPV6_HOPOPTS, ip6_wrong),
	VALUE(IPPROTO_IPV6, IPV6_DSTOPTS, ip6_padding),
	VALUE(IPPROTO_IPV6, IPV6_RTHDRDSTOPTS, ip6_padding),
	VALUE(IPPROTO_IPV6, IPV6_RTHDR, ip6_routing),
	VALUE(IPPROTO_IPV6, IPV6_RTHDR, ip6_wrong),
	VALUE(IPPROTO_IPV6, IPV6_PKTINFO, ip6_from),
	VALUE(IPPROTO_IPV6, IPV6_PKTINFO, ip6_from_none),
	VALUE(IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, label_get),
	VALUE(IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, label_reflect),
	VALUE(IPPROTO_IPV6, IPV6_FLOWLABEL_MGR, label_wrong),
	VALUE(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, group6),
	VALUE(IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, group6),
	VALUE(IPPROTO_IPV6, IPV6_JOIN_ANYCAST, group6),
	VALUE(IPPROTO_IPV6, MCAST_JOIN_GROUP, mgroup6),
	VALUE(IPPROTO_IPV6, IPV6_UNICAST_IF, interface_lo),
	VALUE(IPPROTO_IPV6, IPV6_UNICAST_IF, interface_none),
	VALUE(IPPROTO_IPV6, IPV6_ADDRFORM, form_ip4),
	VALUE(IPPROTO_IPV6, IPV6_ADDRFORM, form_ip6),
	TEXT(IPPROTO_TCP, TCP_CONGESTION, "reno"),
	TEXT(IPPROTO_TCP, TCP_CONGESTION, "cubic"),
	TEXT(IPPROTO_TCP, TCP_CONGESTION, "nothing"),
	TEXT(IPPROTO_TCP, TCP_CONGESTION, "a_name_longer_than_there_is"),
	TEXT(IPPROTO_TCP, TCP_ULP, "nothing"),
	TEXT(IPPROTO_TCP, TCP_ULP, "tls"),
	VALUE(IPPROTO_TCP, TCP_FASTOPEN_KEY, key_16),
	VALUE(IPPROTO_TCP, TCP_FASTOPEN_KEY, key_32),
	VALUE(IPPROTO_TCP, TCP_REPAIR_WINDOW, repair_window),
	VALUE(IPPROTO_TCP, TCP_REPAIR_OPTIONS, repair_opts),
	VALUE(IPPROTO_TCP, TCP_MD5SIG, signature),
	VALUE(IPPROTO_TCP, TCP_MD5SIG_EXT, signature),
	VALUE(IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, zerocopy),
};

static int load(int type, int attach_type)
{
	static const struct bpf_insn code[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach_type,
		.insns = (uintptr_t)code,
		.insn_cnt = 2,
		.license = (uintptr_t)"GPL",
	};

	return check_ok(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

const struct optsample *optsamples(int *count)
{
	if (!filter_fd) {
		filter_fd = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);
		reuseport_fd = load(BPF_PROG_TYPE_SK_REUSEPORT,
				    BPF_SK_REUSEPORT_SELECT);
	}
	*count = sizeof(samples) / sizeof(samples[0]);
	return samples;
}
