/* SPDX-License-Identifier: GPL-2.0 */
/* Settings and counters of a network namespace. */
#ifndef MYTCP_SOCK_NETNS_H
#define MYTCP_SOCK_NETNS_H

#include <linux/types.h>
#include <linux/percpu.h>
#include <linux/bitmap.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "mytcp/proto/cookie.h"

struct mytcp_cong_ops;
struct mytcp_fastopen_cache;
struct mytcp_fastopen_ring;

/*
 * Counters, shown in /proc/net/mytcp_netstat; Documentation/counters.rst tells
 * what moves each. The first list has the meaning of /proc/net/snmp's Tcp line,
 * the second that of /proc/net/netstat's TcpExt line, the third is MyTCP's own:
 * reasons to drop a segment, and what else the kernel has no name for.
 */
#define MYTCP_COUNTERS_TCP(X)						\
	X(ActiveOpens) X(PassiveOpens) X(AttemptFails) X(EstabResets)	\
	X(CurrEstab) X(InSegs) X(OutSegs) X(RetransSegs) X(InErrs)	\
	X(OutRsts) X(InCsumErrors)

#define MYTCP_COUNTERS_EXT(X)						\
	X(SyncookiesSent) X(SyncookiesRecv) X(SyncookiesFailed)		\
	X(EmbryonicRsts) X(OutOfWindowIcmps) X(LockDroppedIcmps) X(TW)	\
	X(TWRecycled) X(PAWSActive) X(PAWSEstab) X(DelayedACKs)		\
	X(DelayedACKLocked) X(DelayedACKLost) X(ListenOverflows)	\
	X(ListenDrops) X(TCPPureAcks) X(TCPRenoRecovery)		\
	X(TCPSackRecovery) X(TCPDSACKOldSent) X(TCPDSACKOfoSent)	\
	X(TCPDSACKRecv) X(TCPDSACKOfoRecv) X(TCPDSACKIgnoredOld)	\
	X(TCPSACKDiscard) X(TCPSACKReneging) X(TCPSACKReorder)		\
	X(TCPLossProbes) X(TCPLossProbeRecovery) X(TCPLossUndo)		\
	X(TCPFullUndo) X(TCPPartialUndo) X(TCPDSACKUndo)		\
	X(TCPLostRetransmit) X(TCPSackFailures) X(TCPSackRecoveryFail)	\
	X(TCPSpuriousRTOs) X(TCPWqueueTooBig)				\
	X(TCPRenoFailures) X(TCPLossFailures) X(TCPFastRetrans)		\
	X(TCPSlowStartRetrans) X(TCPTimeouts) X(TCPRenoRecoveryFail)	\
	X(TCPAbortOnData) X(TCPAbortOnClose) X(TCPAbortOnMemory)	\
	X(TCPAbortOnTimeout) X(TCPAbortOnLinger) X(TCPAbortFailed)	\
	X(TCPBacklogDrop) X(TCPMinTTLDrop) X(TCPDeferAcceptDrop)	\
	X(TCPTimeWaitOverflow) X(TCPReqQFullDoCookies)			\
	X(TCPReqQFullDrop) X(TCPRetransFail)				\
	X(TCPRcvCoalesce) X(TCPOFOQueue) X(TCPOFODrop) X(TCPOFOMerge)	\
	X(TCPChallengeACK) X(TCPSYNChallenge)				\
	X(TCPFromZeroWindowAdv) X(TCPToZeroWindowAdv)			\
	X(TCPSynRetrans) X(TCPOrigDataSent) X(TCPACKSkippedSynRecv)	\
	X(TCPACKSkippedPAWS) X(TCPACKSkippedSeq)			\
	X(TCPACKSkippedFinWait2) X(TCPACKSkippedTimeWait)		\
	X(TCPACKSkippedChallenge) X(TCPWinProbe) X(TCPKeepAlive)	\
	X(TCPMTUPFail) X(TCPMTUPSuccess)				\
	X(TCPDelivered) X(TCPDeliveredCE) X(TCPZeroWindowDrop)		\
	X(TCPRcvQDrop) X(TCPFastOpenActive) X(TCPFastOpenActiveFail)	\
	X(TCPFastOpenPassive) X(TCPFastOpenPassiveFail)			\
	X(TCPFastOpenListenOverflow) X(TCPFastOpenCookieReqd)		\
	X(TCPFastOpenBlackhole) X(TCPFastOpenPassiveAltKey)

#define MYTCP_COUNTERS_OWN(X)						\
	X(DropShort) X(DropOffset) X(DropSource) X(DropConntrack)	\
	X(DropPolicy) X(DropFilter) X(DropState) X(DropFlags)		\
	X(DropOutOfWindow) X(DropBlindRst) X(DropNoAck) X(DropBadAck)	\
	X(DropOldAck) X(DropAfterFin) X(DropAfterClose)			\
	X(DropTimeWait) X(DropNoRoute) X(DropNoMemory) X(RstsSkipped)	\
	X(TinyMss)

/* Settings of mtu_probing (RFC 4821): in between, after a black hole. */
#define MYTCP_MTU_PROBING_OFF		0
#define MYTCP_MTU_PROBING_ALWAYS	2

enum mytcp_counter {
#define MYTCP_COUNTER(name) MYTCP_MIB_##name,
	MYTCP_COUNTERS_TCP(MYTCP_COUNTER)
	MYTCP_COUNTERS_EXT(MYTCP_COUNTER)
	MYTCP_COUNTERS_OWN(MYTCP_COUNTER)
#undef MYTCP_COUNTER
	MYTCP_MIB_MAX
};

extern const char * const mytcp_counter_names[MYTCP_MIB_MAX];

/**
 * struct mytcp_counters - one CPU's share of a namespace's counters
 * @value: by enum mytcp_counter; a gauge (CurrEstab) is the sum over CPUs
 */
struct mytcp_counters {
	unsigned long value[MYTCP_MIB_MAX];
};

/**
 * struct mytcp_net - what MyTCP keeps for a network namespace
 * @counters: per CPU, added to in any context
 * @ports: one bit for each local port in use; set and cleared under the bind
 *	bucket's lock, tested without one
 * @hooks: netfilter hooks are registered; written under the mutex of demux
 * @defrag6: fragments of IPv6 are put together early: 1 yes, -1 they cannot be, 0
 *	nobody has asked yet; likewise
 * @early: the hooks that give segments their routes are; written under the mutex of early
 * @ip_local_port_range: first and last ephemeral port
 * @rmem: receive buffer: least, default, most, bytes
 * @wmem: send buffer, likewise
 * @syn_retries: SYNs after the first
 * @synack_retries: SYN-ACKs after the first
 * @retries1: R1 of RFC 9293 3.8.3, retransmissions
 * @retries2: R2
 * @orphan_retries: retransmissions for a socket nobody holds; 0 means 8
 * @fin_timeout: FIN_WAIT_2 without an owner, jiffies
 * @tw_timeout: 2 MSL, jiffies
 * @reuse_timewait: connect() takes the place of a TIME_WAIT bucket with timestamps: 0
 *	never, 1 always, 2 over loopback
 * @max_tw_buckets: TIME_WAIT buckets at most
 * @max_syn_backlog: SYN queue entries of a listener at most
 * @syncookies: SYN cookies: 0 never, 1 when the SYN queue is full, 2 always
 * @somaxconn: accept queue of a listener at most
 * @abort_on_overflow: reset, rather than drop, when the accept queue is full
 * @ecn: 0 off, 1 ask and answer, 2 only answer
 * @ecn_fallback: a SYN that goes again does not ask
 * @rfc1337: 1: an RST does not end TIME_WAIT
 * @stdurg: 1: RFC 9293's urgent pointer; 0: BSD's (one past it)
 * @keepalive_time: idle time before the first probe, jiffies
 * @keepalive_intvl: between probes, jiffies
 * @keepalive_probes: unanswered probes until the end
 * @window_scaling: offer window scaling
 * @sack: offer SACK
 * @early_retrans: send tail loss probes, if not 0
 * @frto: doubt a retransmission timeout (RFC 5682), if not 0
 * @min_rtt_wlen: seconds after which the smallest round trip is forgotten
 * @moderate_rcvbuf: let the receive buffer follow what is read
 * @dsack: report what has come twice, RFC 2883
 * @timestamps: 0 off, 1 with a random offset, 2 without
 * @invalid_ratelimit: least time between two ACKs that answer nonsense, ms
 * @rst_ratelimit: RSTs for closed ports to one host, a second; 0 for no limit
 * @min_snd_mss: smallest send MSS, bytes
 * @min_pmtu: smallest path MTU believed, bytes
 * @mtu_probing: MYTCP_MTU_PROBING_*
 * @base_mss: send MSS that a search for the path MTU begins with, bytes
 * @mtu_probe_floor: smallest send MSS that such a search comes down to, bytes
 * @probe_threshold: a range smaller than this is searched no further, bytes
 * @probe_interval: after that time it is searched again, seconds
 * @max_orphans: sockets nobody holds, at most
 * @thin_linear_timeouts: TCP_THIN_LINEAR_TIMEOUTS for every socket
 * @notsent_lowat: TCP_NOTSENT_LOWAT of sockets that have none, octets
 * @limit_output_bytes: octets of a socket's skbs that may lie below it, at most
 * @slow_start_after_idle: the window ages while it is not used
 * @pacing_ss_ratio: percent of a window in a round trip to pace by, in slow start
 * @pacing_ca_ratio: afterwards
 * @isn_base: test aid: when not 0, the ISN of every connection
 * @cookies_sent: when the last SYN cookie was, jiffies, a second late at most; 0
 *	for never; written and read locklessly
 * @tw_count: TIME_WAIT buckets standing
 * @fastopen: MYTCP_FASTOPEN_*
 * @fastopen_blackhole_timeout_sec: how long clients do without Fast Open when a path
 *	seems to lose it, seconds; 0 for never
 * @fastopen_paused_at: when the last such time began, jiffies; lockless
 * @fastopen_pauses: how often in a row; lockless
 * @fastopen_ring: keys of listeners that have none of their own; RCU, NULL before the
 *	first is needed
 * @fastopen_cache: cookies of clients, or NULL; made once
 * @cong: congestion control of sockets that choose none; RCU, written under
 *	algorithms_lock
 * @sysctl_header: of /proc/sys/net/mytcp; admin/sysctl
 */
struct mytcp_net {
	struct mytcp_counters __percpu *counters;
	unsigned long *ports;
	bool hooks;
	s8 defrag6;
	bool early;
	int ip_local_port_range[2];
	int rmem[3];
	int wmem[3];
	int syn_retries;
	int synack_retries;
	int retries1;
	int retries2;
	int orphan_retries;
	int fin_timeout;
	int tw_timeout;
	int max_tw_buckets;
	unsigned long cookies_sent;
	int max_syn_backlog;
	int reuse_timewait;
	int syncookies;
	int somaxconn;
	int abort_on_overflow;
	int ecn;
	int ecn_fallback;
	int rfc1337;
	int stdurg;
	int keepalive_time;
	int keepalive_intvl;
	int keepalive_probes;
	int window_scaling;
	int sack;
	int dsack;
	int early_retrans;
	int frto;
	int min_rtt_wlen;
	int moderate_rcvbuf;
	int timestamps;
	int invalid_ratelimit;
	int rst_ratelimit;
	int min_snd_mss;
	int min_pmtu;
	int mtu_probing;
	int base_mss;
	int mtu_probe_floor;
	int probe_threshold;
	int probe_interval;
	int max_orphans;
	int thin_linear_timeouts;
	unsigned int notsent_lowat;
	int limit_output_bytes;
	int slow_start_after_idle;
	int pacing_ss_ratio;
	int pacing_ca_ratio;
	unsigned int isn_base;
	atomic_t tw_count;
	int fastopen;
	unsigned int fastopen_blackhole_timeout_sec;
	unsigned long fastopen_paused_at;
	atomic_t fastopen_pauses;
	struct mytcp_fastopen_ring __rcu *fastopen_ring;
	struct mytcp_fastopen_cache *fastopen_cache;
	const struct mytcp_cong_ops __rcu *cong;
	struct ctl_table_header *sysctl_header;
};

extern unsigned int mytcp_net_id;
extern struct mytcp_cookie_secret mytcp_secret;

/*
 * As net_generic(), but for the kind of read side: the other is no inline function,
 * and each segment comes by here a dozen times.
 */
static inline struct mytcp_net *mytcp_net(const struct net *net)
{
	struct mytcp_net *mn;

	rcu_read_lock_sched();
	mn = rcu_dereference_sched(net->gen)->ptr[mytcp_net_id];
	rcu_read_unlock_sched();
	return mn;
}

/* Add to a counter; any context. */
#define mytcp_counted(mn, name, n)					\
	this_cpu_add((mn)->counters->value[MYTCP_MIB_##name], n)
#define mytcp_count_add(net, name, n)	mytcp_counted(mytcp_net(net), name, n)
#define mytcp_count(net, name)	mytcp_count_add(net, name, 1)

static inline bool mytcp_netns_port_ours(const struct mytcp_net *mn, u16 port)
{
	return test_bit(port, mn->ports);
}

unsigned long mytcp_netns_counter(const struct mytcp_net *mn,
				  enum mytcp_counter which);
int mytcp_netns_init(void);
void mytcp_netns_exit(void);

#endif /* MYTCP_SOCK_NETNS_H */
