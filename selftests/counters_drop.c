// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that are thrown away before a state looks at them, or by it: each is
 * counted once, under the reason that mytcp_drop tells, and nothing else is.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>

#include "lib/held.h"
#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/tally.h"
#include "lib/test.h"

TALLY_FIXTURE(drop)

/* A connection, whose handshake does not count. */
static int opened(struct wire *w, struct tally *t)
{
	int fd = open_passive(w);

	sysctl_set("invalid_ratelimit", 0);
	tally_skip(t);
	return fd;
}

/* ---- no segment at all ---- */

TALLY_TEST(drop, a_header_cut_off)
{
	opened(w, t);
	inject(w, ACK, .cut = 4);
	expect_tally(t, DROP(DropShort, 1), COUNT(InErrs, 1), COUNT(InSegs, 1));
}

TALLY_TEST(drop, a_data_offset_below_the_header_or_beyond_the_segment)
{
	opened(w, t);
	inject(w, ACK | PSH, .len = 10, .doff = 4, .keep = true);
	inject(w, ACK | PSH, .len = 10, .doff = 15, .keep = true);
	expect_tally(t, DROP(DropOffset, 2), COUNT(InErrs, 2));
}

TALLY_TEST(drop, a_wrong_checksum)
{
	opened(w, t);
	inject(w, ACK | PSH, .len = 10, .badsum = 1, .keep = true);
	expect_tally(t, DROP(InCsumErrors, 1), COUNT(InErrs, 1));
}

/* A socket that is bound, and does not listen: a SYN gets a RST. */
static void own_port(const struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);

	check_ok(bind(stack_socket(w->family), (struct sockaddr *)&sa, len));
}

static int listen_everywhere(const struct wire *w)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(w->local_port),
	};
	int fd = stack_socket(AF_INET);

	check_ok(bind(fd, (struct sockaddr *)&any, sizeof(any)));
	check_ok(listen(fd, 8));
	return fd;
}

/* MUST-57 */
TALLY_TEST(drop, an_address_of_many_hosts)
{
	listen_everywhere(w);
	inject(w, SYN, .dst = "255.255.255.255");
	expect_none(w, 0);
	expect_tally(t, DROP(DropSource, 1));
}

/* ---- rules of the socket and the host ---- */

TALLY_TEST(drop, from_too_far_away)
{
	int fd = opened(w, t);

	set_opt(fd, IPPROTO_IP, IP_MINTTL, 255);
	inject(w, ACK | PSH, .len = 10, .ttl = 254, .keep = true);
	inject_icmp(w, 3, 1, .seq = 1);
	expect_tally(t, DROP(TCPMinTTLDrop, 2));
}

TALLY_TEST(drop, what_a_filter_refuses)
{
	struct sock_filter none = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &none };
	int fd = opened(w, t);

	check_ok(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			    sizeof(program)));
	inject(w, ACK | PSH, .len = 10, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropFilter, 1));
}

/* A policy wants ESP, and this came in the clear. */
TALLY_TEST(drop, what_ipsec_should_have_protected)
{
	opened(w, t);
	if (system("ip xfrm policy add dir in src 192.0.2.2 dst 192.0.2.1 tmpl proto esp mode transport 2>/dev/null"))
		SKIP(return, "no IPsec on this kernel");
	inject(w, ACK | PSH, .len = 10, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropPolicy, 1));
}

#define BUCKETS "net/netfilter/nf_conntrack_buckets"

/* The size of the tracking table, which only the first namespace may set. */
static void set_buckets(const char *number)
{
	int here = host_here();
	int first = check_ok(open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));

	host_enter(first);
	proc_sys_write(BUCKETS, number);
	host_enter(here);
	close(first);
	close(here);
}

/* Flows enough to make the chains of a small table longer by four each. */
static void lengthen_chains(int fd, int from)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int port;

	to.sin_addr.s_addr = inet_addr("198.18.0.1");
	for (port = from; port < from + 1024; port++) {
		to.sin_port = htons(port);
		/* What is refused, or finds the device busy, has been tried. */
		sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to));
	}
}

/* A datagram that had no answer is forgotten after 30 s. */
#define TRACKED_MS	25000

/*
 * SYNs into a table that grows, until one is refused. False: the first ones are
 * forgotten before it comes to that.
 */
static bool fill_tracking_table(struct wire *w)
{
	int64_t start = now_ms();
	int fd = check_ok(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	int round, i;

	for (round = 0; round < 40; round++) {
		lengthen_chains(fd, 1 + 1024 * round);
		for (i = 0; i < 10; i++)
			inject(w, SYN, .sport = 20000 + 10 * round + i,
			       .keep = true);
		if (counter("TcpExt", "DropConntrack") ||
		    now_ms() - start > TRACKED_MS)
			break;
	}
	close(fd);
	return now_ms() - start <= TRACKED_MS;
}

/*
 * A chain of the table may have 50 to 80 entries, which is drawn each time: as
 * they get there, a SYN in a few is refused.
 */
TALLY_TEST_TIMEOUT(drop, what_conntrack_refuses, 300)
{
	char before[32] = "";
	bool in_time;
	FILE *f;

	if (!have_command("nft"))
		SKIP(return, "needs nft(8)");
	shell("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
	      "add rule ip t in ct state new accept'");
	f = fopen("/proc/sys/" BUCKETS, "re");
	if (!f || !fgets(before, sizeof(before), f))
		SKIP(return, "no connection tracking");
	fclose(f);
	own_port(w);
	set_buckets("512");
	in_time = fill_tracking_table(w);
	set_buckets(before);
	drain(w);
	if (!in_time && !counter("TcpExt", "DropConntrack"))
		SKIP(return, "the machine is too slow to fill the table");
	expect_tally(t, DROP(DropConntrack, SOME), DROP(DropState, WHATEVER));
}

/* ---- no connection ---- */

TALLY_TEST(drop, a_syn_for_nobody_is_reset)
{
	own_port(w);
	inject(w, SYN);
	expect(w, RST | ACK, .seq = ANY);
	expect_tally(t, DROP(DropState, 1), COUNT(OutRsts, 1),
		     COUNT(OutSegs, 1));
}

TALLY_TEST(drop, flags_that_open_nothing)
{
	wire_listen(w);
	inject(w, 0, .keep = true);
	inject(w, SYN | FIN, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropFlags, 2));
}

/* ---- SYN_SENT ---- */

TALLY_TEST(drop, answers_to_a_syn_that_are_none)
{
	wire_connect(w);
	expect(w, SYN);
	tally_skip(t);
	inject(w, SYN | ACK, .ack = 100, .keep = true);
	expect(w, RST, .seq = 100);
	expect_tally(t, DROP(DropBadAck, 1), COUNT(OutRsts, 1));
	inject(w, RST, .keep = true);
	expect_tally(t, DROP(DropNoAck, 1));
	inject(w, PSH, .len = 10, .keep = true);
	expect_tally(t, DROP(DropFlags, 1));
}

/* RFC 7323 3.2: the echo of a time that is still to come. */
TALLY_TEST(drop, a_syn_ack_with_a_wrong_echo)
{
	wire_connect(w);
	expect(w, SYN);
	tally_skip(t);
	inject(w, SYN | ACK, .opts = { MSS(1460), NOP, NOP,
	       TS(1, (int64_t)w->last.tsval + 1000000) }, .keep = true);
	expect(w, RST, .seq = ANY);
	expect_tally(t, DROP(PAWSActive, 1));
}

/* ---- synchronized states, RFC 9293 3.10.7.4 ---- */

TALLY_TEST(drop, out_of_the_window)
{
	opened(w, t);
	inject(w, ACK, .seq = 200001, .keep = true);
	expect(w, ACK);
	inject(w, RST, .seq = 200001, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropOutOfWindow, 2));
}

TALLY_TEST(drop, nonsense_is_answered_once_in_a_while)
{
	opened(w, t);
	sysctl_set("invalid_ratelimit", 100000);
	inject(w, ACK, .seq = 200001, .keep = true);
	expect(w, ACK);
	inject(w, ACK, .seq = 200001, .keep = true);
	inject(w, ACK, .seq = 200001, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropOutOfWindow, 3), COUNT(TCPACKSkippedSeq, 2));
}

/* RFC 5961 3.2 */
TALLY_TEST(drop, a_reset_beside_the_next_octet)
{
	opened(w, t);
	inject(w, RST, .seq = 100, .keep = true);
	expect(w, ACK);
	expect_tally(t, DROP(DropBlindRst, 1), COUNT(TCPChallengeACK, 1));
	sysctl_set("invalid_ratelimit", 100000);
	inject(w, RST, .seq = 100, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropBlindRst, 1),
		     COUNT(TCPACKSkippedChallenge, 1));
}

/* RFC 5961 4.2 */
TALLY_TEST(drop, a_syn_in_a_connection)
{
	opened(w, t);
	inject(w, SYN, .seq = 100, .keep = true);
	expect(w, ACK);
	expect_tally(t, DROP(TCPSYNChallenge, 1), COUNT(TCPChallengeACK, 1));
}

TALLY_TEST(drop, no_ack_at_all)
{
	opened(w, t);
	inject(w, PSH, .len = 10, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropNoAck, 1));
}

TALLY_TEST(drop, an_ack_of_what_was_never_sent)
{
	opened(w, t);
	inject(w, ACK, .ack = 100, .keep = true);
	expect(w, ACK);
	expect_tally(t, DROP(DropBadAck, 1), COUNT(TCPChallengeACK, 1));
}

/* RFC 5961 5.2 */
TALLY_TEST(drop, an_ack_older_than_any_window)
{
	opened(w, t);
	inject(w, ACK | PSH, .ack = -200000, .len = 10, .keep = true);
	expect(w, ACK, .ack = 1);
	expect_tally(t, DROP(DropOldAck, 1), COUNT(TCPChallengeACK, 1));
}

/* RFC 7323 5.3 */
TALLY_TEST(drop, an_old_timestamp)
{
	open_passive(w, MSS(1460), NOP, NOP, TS(1000, 0));
	sysctl_set("invalid_ratelimit", 100000);
	tally_skip(t);
	inject(w, ACK | PSH, .len = 10, .opts = { NOP, NOP, TS(1, LAST_TS) },
	       .keep = true);
	expect(w, ACK, .ack = 1);
	expect_tally(t, DROP(PAWSEstab, 1));
	inject(w, ACK | PSH, .len = 10, .opts = { NOP, NOP, TS(1, LAST_TS) },
	       .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(PAWSEstab, 1), COUNT(TCPACKSkippedPAWS, 1));
}

/* The sixth: after its FIN the peer has nothing to say. */
TALLY_TEST(drop, text_behind_the_end)
{
	opened(w, t);
	inject(w, FIN | ACK);
	expect(w, ACK);
	tally_skip(t);
	inject(w, ACK | PSH, .seq = 2, .len = 10, .keep = true);
	expect(w, ACK, .ack = 2);
	expect_tally(t, DROP(DropAfterFin, 1));
	/* The FIN again is a duplicate, and no drop. */
	inject(w, FIN | ACK, .seq = 1, .keep = true);
	expect(w, ACK, .ack = 2);
	expect_tally(t, COUNT(DelayedACKLost, 1));
}

/* What a duplicate or an ACK brings is used up, not dropped. */
TALLY_TEST(drop, duplicates_and_acks_are_none)
{
	int fd = opened(w, t);

	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	inject(w, ACK, .keep = true);
	inject(w, ACK | PSH, .seq = 1, .len = 10, .keep = true);
	expect(w, ACK, .ack = 11);
	expect_tally(t, COUNT(DelayedACKLost, 1), COUNT(TCPPureAcks, 1));
	recv_pattern(fd, 0, 10);
}

/* ---- while a program has the socket ---- */

static bool hold(struct wire *w, struct tally *t, struct held *h)
{
	inject(w, ACK | PSH, .len = 100);
	if (!held_begin(h))
		return false;
	drain(w);
	tally_skip(t);
	return true;
}

/* The first segment of the backlog ends the connection, the second is late. */
TALLY_TEST(drop, a_segment_behind_a_reset)
{
	struct held h = { .fd = opened(w, t) };

	if (!hold(w, t, &h))
		SKIP(return, "no userfaultfd");
	inject(w, RST, .keep = true);
	inject(w, ACK | PSH, .len = 10, .keep = true);
	expect_tally(t);
	held_end(&h);
	expect_tally(t, DROP(DropAfterClose, 1), COUNT(EstabResets, 1),
		     COUNT(CurrEstab, -1));
}

TALLY_TEST(drop, more_than_a_backlog_holds)
{
	struct held h = { .fd = opened(w, t) };
	int i;

	set_opt(h.fd, SOL_SOCKET, SO_RCVBUF, 1);
	set_opt(h.fd, SOL_SOCKET, SO_SNDBUF, 1);
	if (!hold(w, t, &h))
		SKIP(return, "no userfaultfd");
	/* 64 KiB and both buffers; an skb weighs more than its octets. */
	for (i = 0; i < 100; i++)
		inject(w, ACK | PSH, .seq = 101, .len = 1400, .keep = true);
	expect_tally(t, DROP(TCPBacklogDrop, SOME));
	held_end(&h);
}

TALLY_TEST(drop, an_icmp_error_when_the_socket_is_in_use)
{
	struct held h = { .fd = opened(w, t) };

	/* Not looked at yet, so not acknowledged by what is injected. */
	send_pattern(h.fd, 0, 100);
	if (!hold(w, t, &h))
		SKIP(return, "no userfaultfd");
	inject_icmp(w, 3, 1, .seq = 1);
	expect_tally(t, DROP(LockDroppedIcmps, 1));
	held_end(&h);
}

TALLY_TEST(drop, an_icmp_error_about_what_is_not_in_flight)
{
	opened(w, t);
	inject_icmp(w, 3, 1, .seq = 1000);
	expect_tally(t, DROP(OutOfWindowIcmps, 1));
}

/* ---- the receive buffer ---- */

TALLY_TEST(drop, more_than_the_receive_buffer_holds)
{
	int fd = opened(w, t), i;

	/* The window of the handshake still promises 64 KiB. */
	set_opt(fd, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 2; i++)
		inject(w, ACK | PSH, .len = 1400);
	expect_tally(t);
	for (i = 0; i < 3; i++)
		inject(w, ACK | PSH, .len = 1400, .keep = true);
	drain(w);
	expect_tally(t, DROP(TCPRcvQDrop, SOME));
}

TALLY_TEST(drop, more_out_of_order_than_the_receive_buffer_holds)
{
	int fd = opened(w, t), i;

	set_opt(fd, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 0; i < 10; i++)
		inject(w, ACK | PSH, .seq = 3001 + 2000 * i, .len = 1400,
		       .keep = true);
	drain(w);
	expect_tally(t, DROP(TCPOFODrop, SOME), COUNT(TCPOFOQueue, SOME));
}

TALLY_TEST(drop, an_octet_into_a_closed_window)
{
	int fd = opened(w, t);
	int64_t left = w->last.raw.wnd;

	/* The edge moves a little at first, and then the window closes. */
	while (left) {
		inject(w, ACK | PSH, .len = left < 1000 ? left : 1000);
		while (w->last.s.ack != w->snd_nxt && receive(w, left < 1000 ?
							      1000 : 0))
			;
		left = w->last.s.ack + w->last.s.wnd - w->snd_nxt;
	}
	while (w->last.s.ack != w->snd_nxt)
		expect(w, ACK, .ack = ANY);
	check_eq(w->last.s.wnd, 0);
	expect_tally(t, COUNT(TCPToZeroWindowAdv, 1));
	inject(w, ACK | PSH, .len = 1, .keep = true);
	expect(w, ACK, .ack = ANY, .wnd = 0);
	expect_tally(t, DROP(TCPZeroWindowDrop, 1));
	recv_pattern(fd, 0, 60000);
	expect(w, ACK, .ack = ANY);
	expect_tally(t, COUNT(TCPFromZeroWindowAdv, 1));
}

/* Out of order, and twice: the second copy is a duplicate. */
TALLY_TEST(drop, out_of_order_and_again)
{
	opened(w, t);
	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	drain(w);
	expect_tally(t, COUNT(TCPOFOQueue, 1), COUNT(TCPOFOMerge, 1));
}

/* What fits behind the last octets goes into their skb. */
TALLY_TEST(drop, small_segments_become_one)
{
	opened(w, t);
	inject(w, ACK | PSH, .len = 10);
	inject(w, ACK | PSH, .len = 10);
	expect_tally(t, COUNT(TCPRcvCoalesce, 1));
}

TEST_HARNESS_MAIN
