// SPDX-License-Identifier: GPL-2.0
/*
 * How wide a path is, found out by what gets through: RFC 4821, in virtual time. The
 * peer announces what an Ethernet carries, there are no timestamps, and the round trip
 * is 100 ms, so the timeout is 300.
 */
#include "lib/test.h"

#include <netinet/in.h>
#include <string.h>

#include "lib/flight.h"

#define RTT		100	/* ms */
#define LINK		1500
#define BASE		1024	/* base_mss */
#define TOTAL		300000
#define MOST		(2 * TOTAL)
#define UNREACH		3
#define FRAG_NEEDED	4

WIRE_FIXTURE(plpmtu)
WIRE_FIXTURE(super, .offload = true)

/* What the link's packets hold, and those of a size. */
static int full(const struct wire *w)
{
	return wire_mtu_mss(w, LINK);
}

/* The segment that probes between two others: packets are compared, and so are these. */
static int middle(int low, int high)
{
	return (low + high) / 2;
}

/*
 * A connection to a peer on the link. What is accepted behaves alike, but for the
 * kernel's TCP, which begins with larger segments there.
 */
#define open_wide(w, probing)	open_wide_((w), (probing), true)
static int open_wide_(struct wire *w, int probing, bool sack)
{
	int fd;

	sysctl_set("early_retrans", 0);
	sysctl_set("timestamps", 0);
	sysctl_set("mtu_probing", probing);
	fd = wire_connect(w);
	expect(w, SYN);
	expect_none(w, RTT);
	if (sack)
		inject(w, SYN | ACK, .opts = { MSS(full(w)), SACKOK });
	else
		inject(w, SYN | ACK, .opts = { MSS(full(w)) });
	expect(w, ACK);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	check_ok(set_cong(fd, "reno"));
	return fd;
}

/* @n segments of @len octets, from the octet @from on. Returns where they end. */
#define expect_some(w, from, n, len) some_expect(AT_, (w), (from), (n), (len))
static int64_t some_expect(const char *file, int line, struct wire *w,
			   int64_t from, int n, int len)
{
	for (; n; n--, from += len)
		wire_expect(file, line, w, 0, 0,
			    SEG(ACK | ANYPSH, .seq = from, .len = len));
	return from;
}

/* The first flight, of segments of the base, is acknowledged. The next has a probe. */
static int64_t first_flight(struct wire *w, int fd)
{
	int64_t at;

	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at);
	return at;
}

/* ---- a path that carries what it carries, and says nothing ---- */

struct path {
	struct wire *w;
	int carries;		/* octets of a segment */
	int64_t cum;		/* the peer has all before */
	int most;		/* the largest segment that has come */
	int lost;		/* segments too large */
	uint8_t have[MOST + 1];
};

static void path_ack(struct path *p, int64_t from, int64_t to)
{
	if (p->have[p->cum])
		p->cum = (uint8_t *)memchr(p->have + p->cum, 0, MOST + 1 - p->cum) -
			 p->have;
	if (from <= p->cum) {
		inject(p->w, ACK, .ack = 1 + p->cum);
		return;
	}
	while (p->have[from - 1])
		from--;
	while (p->have[to])
		to++;
	inject(p->w, ACK, .ack = 1 + p->cum,
	       .opts = { NOP, NOP, SACK(1 + from, 1 + to) });
}

/* All that is under way, until @until octets have come. */
static void path_carry(struct path *p, int64_t until)
{
	while (p->cum < until) {
		const struct got *got = receive(p->w, 200000);
		int64_t from, len;

		check(got);
		from = got->s.seq - 1;
		len = got->s.len;
		if (!len)
			continue;
		if (len > p->carries) {
			p->lost++;
			continue;
		}
		check(from + len <= MOST);
		p->most = len > p->most ? len : p->most;
		memset(p->have + from, 1, len);
		path_ack(p, from, from + len);
	}
}

/* ---- 7.7: black holes ---- */

static void expect_timeouts(struct wire *w, int ms, int n, int len)
{
	for (; n; n--, ms *= 2)
		expect_after(w, ms, ms / 8 + 10, ACK | ANYPSH, .seq = 1, .len = len);
}

/* What the kernel has by default. */
WIRE_TEST(plpmtu, settings)
{
	(void)w;
	check_eq(sysctl_get("mtu_probing"), 0);
	check_eq(sysctl_get("base_mss"), BASE);
	check_eq(sysctl_get("mtu_probe_floor"), 48);
	check_eq(sysctl_get("min_snd_mss"), 48);
	check_eq(sysctl_get("probe_interval"), 600);
	check_eq(sysctl_get("probe_threshold"), 8);
}

/* mtu_probing = 0: who does not ask is not told. */
WIRE_TEST(plpmtu, without_probing_a_black_hole_stays)
{
	int fd = open_wide(w, 0);

	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, full(w));
	expect_timeouts(w, 3 * RTT, 7, full(w));
	check_eq(tcp_info(fd).tcpi_snd_mss, full(w));
}

/* 7.7: after R1 timeouts (retries1) the base is tried, and then less and less. */
WIRE_TEST(plpmtu, timeouts_in_a_row_make_segments_smaller)
{
	int fd = open_wide(w, 1), ms = 3 * RTT;

	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, full(w));
	expect_timeouts(w, ms, 3, full(w));
	expect_timeouts(w, ms * 8, 1, BASE);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
	expect_timeouts(w, ms * 16, 1, BASE / 2);
	expect_timeouts(w, ms * 32, 1, BASE / 4);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE / 4);
}

/* Other routes than this may be narrow, too: mtu_probe_floor. */
WIRE_TEST(plpmtu, segments_become_no_smaller_than_the_floor)
{
	int fd, ms = 3 * RTT;

	sysctl_set("mtu_probe_floor", 400);
	fd = open_wide(w, 1);
	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, full(w));
	expect_timeouts(w, ms, 3, full(w));
	expect_timeouts(w, ms * 8, 1, BASE);
	expect_timeouts(w, ms * 16, 1, BASE / 2);
	expect_timeouts(w, ms * 32, 1, 400);
	expect_timeouts(w, ms * 64, 1, 400);
	check_eq(tcp_info(fd).tcpi_snd_mss, 400);
}

/* Nor than those that are the least of all: min_snd_mss. */
WIRE_TEST(plpmtu, segments_become_no_smaller_than_the_least)
{
	int fd, ms = 3 * RTT;

	sysctl_set("min_snd_mss", 700);
	fd = open_wide(w, 1);
	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, full(w));
	expect_timeouts(w, ms, 3, full(w));
	expect_timeouts(w, ms * 8, 1, BASE);
	expect_timeouts(w, ms * 16, 1, 700);
	expect_timeouts(w, ms * 32, 1, 700);
}

/* The base is the administrator's; what has always been smaller is not larger now. */
WIRE_TEST(plpmtu, the_base_is_base_mss)
{
	int fd;

	sysctl_set("base_mss", 600);
	fd = open_wide(w, 1);
	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, full(w));
	expect_timeouts(w, 3 * RTT, 3, full(w));
	expect_timeouts(w, 24 * RTT, 1, 600);
	check_eq(tcp_info(fd).tcpi_snd_mss, 600);
}

/* And the transfer goes on: then it is tried how much larger they may be. */
WIRE_TEST(plpmtu, behind_a_black_hole_all_octets_arrive)
{
	static struct path p;
	int fd = open_wide(w, 1);

	p = (struct path) { .w = w, .carries = 1100 };
	send_pattern(fd, 0, TOTAL);
	path_carry(&p, TOTAL);
	check_ge(p.lost, IW + 3);
	check_ge(p.most, BASE);
	check_ge(counter("TcpExt", "TCPMTUPFail"), 1);
	check_le(tcp_info(fd).tcpi_snd_mss, 1100);
	check_ge(tcp_info(fd).tcpi_snd_mss, BASE);
}

/* ---- 7.4, 7.5: probes ---- */

/* mtu_probing = 2: what has not been tried is not used. */
WIRE_TEST(plpmtu, who_always_probes_begins_at_the_base)
{
	int fd = open_wide(w, 2);

	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, BASE);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
}

/* Whoever it was that opened the connection. */
WIRE_TEST(plpmtu, what_is_accepted_begins_at_the_base)
{
	int fd;

	if (stack_is_kernel())
		SKIP(return, "the kernel's first segments are full");
	sysctl_set("mtu_probing", 2);
	fd = open_flight(w, RTT, "reno", SYN, MSS(full(w)), SACKOK);
	send_pattern(fd, 0, TOTAL);
	expect_some(w, 1, IW, BASE);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
}

/* mtu_probing = 1: there is no doubt, and no probe. */
WIRE_TEST(plpmtu, who_waits_for_a_black_hole_does_not_probe)
{
	int fd = open_wide(w, 1);
	int64_t at;

	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, full(w));
	inject(w, ACK, .ack = at);
	at = expect_some(w, at, 2 * IW, full(w));
	check_eq(tcp_info(fd).tcpi_snd_mss, full(w));
}

/* 7.3, 7.6.1: half way up; and what arrives is the size of all others from then on. */
WIRE_TEST(plpmtu, a_probe_that_arrives_makes_segments_larger)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w)), cwnd;
	int64_t at = first_flight(w, fd);

	at = expect_some(w, at, 1, probe);
	at = expect_some(w, at, 9, BASE);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 0);
	drain(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	inject(w, ACK, .ack = 1 + IW * BASE + probe);
	check_eq(tcp_info(fd).tcpi_snd_mss, probe);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 1);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 0);
	/* as many octets as before, and what the ACK is worth */
	check_le(tcp_info(fd).tcpi_snd_cwnd * probe, (cwnd + 2) * BASE);
	check_ge(tcp_info(fd).tcpi_snd_cwnd * probe, (cwnd - 1) * BASE);
}

/* 7.3: until another would not be worth it (probe_threshold). */
WIRE_TEST(plpmtu, the_search_ends_near_the_top)
{
	static struct path p;
	int fd = open_wide(w, 2), mss;

	p = (struct path) { .w = w, .carries = full(w) };
	send_pattern(fd, 0, TOTAL);
	path_carry(&p, TOTAL);
	mss = tcp_info(fd).tcpi_snd_mss;
	check_gt(mss, full(w) - 8);
	check_le(mss, full(w));
	check_eq(p.most, mss);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 0);
	/* 1024, and half of what is left each time */
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 6);
}

/* And where the path ends before, below that. */
WIRE_TEST(plpmtu, the_search_ends_at_what_the_path_carries)
{
	static struct path p;
	int fd = open_wide(w, 2), mss;

	p = (struct path) { .w = w, .carries = 1300 };
	send_pattern(fd, 0, TOTAL);
	path_carry(&p, TOTAL);
	mss = tcp_info(fd).tcpi_snd_mss;
	check_gt(mss, 1300 - 8);
	check_le(mss, 1300);
	/* each was lost, and cost nothing but itself */
	check_eq(counter("TcpExt", "TCPMTUPFail"), p.lost);
	check_eq(counter("TcpExt", "TCPTimeouts"), 0);
	check_eq(counter("TcpExt", "TCPSackRecovery"), 0);
}

/* Nor is the peer's word exceeded. */
WIRE_TEST(plpmtu, no_probe_is_larger_than_the_peer_takes)
{
	static struct path p;
	int fd;

	sysctl_set("mtu_probing", 2);
	fd = open_active(w, MSS(1200), SACKOK);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	p = (struct path) { .w = w, .carries = 1200 };
	send_pattern(fd, 0, TOTAL);
	path_carry(&p, TOTAL);
	check_le(p.most, 1200);
	check_gt(p.most, 1200 - 8);
	check_eq(p.lost, 0);
}

/* With a timestamp in it, too, a packet is as large as it is meant to be. */
WIRE_TEST(plpmtu, timestamps_take_their_room)
{
	int fd, probe = middle(BASE, full(w) - 12);
	int64_t at;

	sysctl_set("mtu_probing", 2);
	fd = open_active(w, MSS(full(w)), SACKOK, TS(1, LAST_TS));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at);
	expect_some(w, at, 1, probe);
	inject(w, ACK, .ack = at + probe);
	check_eq(tcp_info(fd).tcpi_snd_mss, probe);
}

/* 7.4: what is behind it shows that it is lost; there is too little. */
WIRE_TEST(plpmtu, with_little_behind_it_there_is_no_probe)
{
	int fd = open_wide(w, 2);
	int64_t at;

	send_pattern(fd, 0, 14 * BASE);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at);
	expect_some(w, at, 4, BASE);
}

/* Likewise where the peer's window has no room for it. */
WIRE_TEST(plpmtu, into_a_narrow_window_there_is_no_probe)
{
	int fd = open_wide(w, 2);
	int64_t at;

	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at, .wnd = 5 * BASE);
	expect_some(w, at, 5, BASE);
}

/* 7.4: with a probe lost a small congestion window would come to rest. */
WIRE_TEST(plpmtu, with_a_small_window_there_is_no_probe)
{
	int fd = open_wide(w, 2);
	int64_t at;

	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	/* the second is lost: five segments are left of the window, and it grows slowly */
	inject(w, ACK, .ack = 1 + BASE,
	       .opts = { NOP, NOP, SACK(1 + 2 * BASE, at) });
	expect(w, ACK | ANYPSH, .seq = 1 + BASE, .len = BASE);
	drain(w);
	inject(w, ACK, .ack = tcp_info(fd).tcpi_bytes_sent + 1 - BASE);
	check_lt(tcp_info(fd).tcpi_snd_cwnd, 11);
	while (receive(w, 0))
		check_eq(w->last.s.len, BASE);
}

/* A probe that routers may cut in pieces tells nothing. */
WIRE_TEST(plpmtu, without_df_there_is_no_probe)
{
	int fd;

	if (stack_is_kernel())
		SKIP(return, "the kernel probes, and learns nothing");
	if (w->family != AF_INET)
		SKIP(return, "only IPv4 routers do");
	fd = open_wide(w, 2);
	set_opt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	expect_some(w, first_flight(w, fd), 10, BASE);
}

static void send_records(int fd, int n)
{
	uint8_t octets[BASE];
	int i;

	for (i = 0; i < n; i++) {
		pattern_fill(octets, i * BASE, BASE);
		check_eq(send(fd, octets, BASE, MSG_EOR), BASE);
	}
}

/* MSG_EOR: what ends a record ends a segment. */
WIRE_TEST(plpmtu, a_probe_does_not_join_records)
{
	int fd = open_wide(w, 2);
	int64_t at;

	send_records(fd, 4 * IW);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at);
	expect_some(w, at, 20, BASE);
}

/* One at a time. */
WIRE_TEST(plpmtu, while_a_probe_is_out_there_is_no_other)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w));
	int64_t at = first_flight(w, fd), first = at;

	at = expect_some(w, at, 1, probe);
	at = expect_some(w, at, 18, BASE);
	drain(w);
	inject(w, ACK, .ack = first);
	while (receive(w, 0))
		check_eq(w->last.s.len, BASE);
}

/* It takes the place of two segments in the window. */
WIRE_TEST(plpmtu, a_probe_counts_for_what_it_holds)
{
	int fd = open_wide(w, 2);
	int64_t at;

	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	/* the window grows to 11, and 9 are under way */
	inject(w, ACK, .ack = 1 + BASE);
	expect(w, ACK | ANYPSH, .seq = at, .len = middle(BASE, full(w)));
	expect_none(w, 0);
}

/* 7.4: room for it is left free until it is enough, be others ready to go. */
WIRE_TEST(plpmtu, room_for_a_probe_is_waited_for)
{
	int fd, probe = middle(BASE, full(w)), waits = 0;
	int64_t at, ack;

	if (stack_is_kernel())
		SKIP(return, "its first segment goes before there is enough for a probe");
	fd = open_wide(w, 2);
	/* a loss in the third flight, of forty, which have no probe in them */
	send_records(fd, 7 * IW);
	at = expect_some(w, 1, IW, BASE);
	inject(w, ACK, .ack = at);
	at = expect_some(w, at, 2 * IW, BASE);
	inject(w, ACK, .ack = at);
	expect_some(w, at, 4 * IW, BASE);
	inject(w, ACK, .ack = at,
	       .opts = { NOP, NOP, SACK(at + BASE, at + 4 * IW * BASE) });
	expect(w, ACK | ANYPSH, .seq = at, .len = BASE);
	at += 4 * IW * BASE;
	inject(w, ACK, .ack = at);
	/* so the window is twenty, and does not grow with each ACK */
	send_pattern(fd, at - 1, TOTAL);
	ack = expect_some(w, at, 1, probe);
	drain(w);
	inject(w, ACK, .ack = ack);
	for (; !receive(w, 0); waits++)
		inject(w, ACK, .ack = ack += BASE);
	check_ge(waits, 1);
	check_eq(w->last.s.len, middle(probe, full(w)));
}

/* ---- 7.6.2: a probe is lost ---- */

/* It goes again, in segments as before, and the window is what it was. */
WIRE_TEST(plpmtu, a_lost_probe_costs_no_window)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w)), cwnd;
	int64_t at = first_flight(w, fd), behind = at + probe;

	at = expect_some(w, at, 1, probe);
	expect_some(w, at, 17, BASE);
	drain(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	inject(w, ACK, .ack = behind - probe,
	       .opts = { NOP, NOP, SACK(behind, behind + 4 * BASE) });
	expect(w, ACK | ANYPSH, .seq = behind - probe, .len = BASE);
	expect(w, ACK | ANYPSH, .seq = behind - probe + BASE, .len = probe - BASE);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_ge(tcp_info(fd).tcpi_snd_ssthresh, 1000000);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 1);
	check_eq(counter("TcpExt", "TCPSackRecovery"), 0);
	drain(w);
	/* and all is as if nothing had been */
	inject(w, ACK, .ack = behind + 18 * BASE);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
	check_eq(tcp_info(fd).tcpi_ca_state, 0);
	check_eq(tcp_info(fd).tcpi_lost, 0);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 0);
}

/* The next is in the lower half. */
WIRE_TEST(plpmtu, after_a_failure_a_smaller_probe_goes)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w));
	int64_t at = first_flight(w, fd), behind = at + probe;

	at = expect_some(w, at, 1, probe);
	at = expect_some(w, at, 18, BASE);
	inject(w, ACK, .ack = behind - probe,
	       .opts = { NOP, NOP, SACK(behind, behind + 4 * BASE) });
	expect(w, ACK | ANYPSH, .seq = behind - probe, .len = BASE);
	expect(w, ACK | ANYPSH, .seq = behind - probe + BASE, .len = probe - BASE);
	while (receive(w, 0))
		at = w->last.s.seq + w->last.s.len;
	inject(w, ACK, .ack = at);
	expect(w, ACK | ANYPSH, .seq = at, .len = middle(BASE, probe - 1));
}

/* Without SACK three duplicate ACKs say so. */
WIRE_TEST(plpmtu, a_lost_probe_costs_no_window_without_sack)
{
	int fd = open_wide_(w, 2, false), probe = middle(BASE, full(w)), cwnd, i;
	int64_t at = first_flight(w, fd), lost = at;

	at = expect_some(w, at, 1, probe);
	expect_some(w, at, 17, BASE);
	drain(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	for (i = 0; i < 2; i++)
		inject(w, ACK, .ack = lost);
	drain(w);
	inject(w, ACK, .ack = lost);
	expect(w, ACK | ANYPSH, .seq = lost, .len = BASE);
	expect(w, ACK | ANYPSH, .seq = lost + BASE, .len = probe - BASE);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 1);
	check_eq(counter("TcpExt", "TCPRenoRecovery"), 0);
}

/* What else is lost is a sign of congestion, and the probe is one loss of many. */
WIRE_TEST(plpmtu, a_probe_lost_with_others_is_a_loss)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w)), cwnd;
	int64_t at = first_flight(w, fd), behind = at + probe;

	at = expect_some(w, at, 1, probe);
	expect_some(w, at, 17, BASE);
	drain(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	inject(w, ACK, .ack = behind - probe,
	       .opts = { NOP, NOP, SACK(behind + BASE, behind + 9 * BASE) });
	expect(w, ACK | ANYPSH, .seq = behind - probe, .len = BASE);
	inject(w, ACK, .ack = behind + 18 * BASE);
	if (stack_is_kernel())
		return;		/* it looks at the oldest segment only */
	check_le(tcp_info(fd).tcpi_snd_cwnd, cwnd / 2 + 2);
	check_eq(counter("TcpExt", "TCPSackRecovery"), 1);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 0);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 0);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
}

/* 7.6.4: after a timeout nobody knows what it was. */
WIRE_TEST(plpmtu, a_timeout_tells_nothing_of_a_probe)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w));
	int64_t at = first_flight(w, fd), lost = at;

	at = expect_some(w, at, 1, probe);
	at = expect_some(w, at, 18, BASE);
	drain(w);
	expect_after(w, 3 * RTT, 60, ACK | ANYPSH, .seq = lost, .len = BASE);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 1);
	inject(w, ACK, .ack = lost + probe);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 0);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 0);
}

/* ---- what routers say ---- */

/* RFC 1191: the probe was too large, and that is all; less is tried. */
WIRE_TEST(plpmtu, a_router_may_tell_that_a_probe_is_too_large)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w)), mtu = LINK - 260, cwnd;
	int64_t at, lost;

	if (w->family != AF_INET)
		SKIP(return, "ICMP of IPv4");
	at = lost = first_flight(w, fd);
	at = expect_some(w, at, 1, probe);
	at = expect_some(w, at, 18, BASE);
	drain(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	inject_icmp(w, UNREACH, FRAG_NEEDED, .seq = lost, .info = mtu);
	expect(w, ACK | ANYPSH, .seq = lost, .len = BASE);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_eq(tcp_info(fd).tcpi_snd_mss, BASE);
	check_eq(tcp_info(fd).tcpi_pmtu, mtu);
	if (stack_is_kernel())
		return;		/* it waits, and takes the ACK for the probe's arrival */
	expect(w, ACK | ANYPSH, .seq = lost + BASE, .len = probe - BASE);
	expect_none(w, 0);
	inject(w, ACK, .ack = at);
	check_eq(counter("TcpExt", "TCPMTUPFail"), 1);
	check_eq(counter("TcpExt", "TCPMTUPSuccess"), 0);
	expect(w, ACK | ANYPSH, .seq = at, .len = middle(BASE, wire_mtu_mss(w, mtu)));
}

/* And where even others are, they become smaller. */
WIRE_TEST(plpmtu, a_router_may_tell_that_the_base_is_too_large)
{
	int fd = open_wide(w, 2), mtu = 800;
	int64_t at;

	if (w->family != AF_INET)
		SKIP(return, "ICMP of IPv4");
	send_pattern(fd, 0, TOTAL);
	at = expect_some(w, 1, IW, BASE);
	inject_icmp(w, UNREACH, FRAG_NEEDED, .seq = 1, .info = mtu);
	check_eq(tcp_info(fd).tcpi_snd_mss, wire_mtu_mss(w, mtu));
	expect(w, ACK | ANYPSH, .seq = 1, .len = wire_mtu_mss(w, mtu));
	drain(w);
	inject(w, ACK, .ack = at);
	while (receive(w, 0))
		check_le(w->last.s.len, wire_mtu_mss(w, mtu));
}

/* ---- 7.3: the path may become wider ---- */

/* It is looked for again after a while: probe_interval. */
WIRE_TEST_TIMEOUT(plpmtu, after_the_interval_it_is_tried_again, 1000)
{
	static struct path p;
	int fd = open_wide(w, 2), third = MOST / 3, mss, fails;

	w->wnd = 20000;		/* flights are small, and there are many */
	p = (struct path) { .w = w, .carries = 1200 };
	send_pattern(fd, 0, third);
	path_carry(&p, third);
	mss = tcp_info(fd).tcpi_snd_mss;
	check_ge(mss, 1200 - 8);
	fails = counter("TcpExt", "TCPMTUPFail");
	check_eq(fails, p.lost);
	/* the path is as wide as the link, and nobody notices */
	p.carries = full(w);
	send_pattern(fd, third, third);
	path_carry(&p, 2 * third);
	check_eq(tcp_info(fd).tcpi_snd_mss, mss);
	expect_none(w, 601000);
	send_pattern(fd, 2 * third, third);
	path_carry(&p, 3 * third);
	check_gt(tcp_info(fd).tcpi_snd_mss, full(w) - 8);
	check_eq(counter("TcpExt", "TCPMTUPFail"), fails);
}

/* ---- super-segments ---- */

/* The device does not cut a probe in pieces, however large its neighbours are. */
WIRE_TEST(super, a_probe_is_one_segment)
{
	int fd = open_wide(w, 2), probe = middle(BASE, full(w));
	int64_t at = 1;

	send_pattern(fd, 0, TOTAL);
	while (at < 1 + IW * BASE) {
		check(receive(w, 10000));
		at = w->last.s.seq + w->last.s.len;
	}
	check_eq(at, 1 + IW * BASE);
	inject(w, ACK, .ack = at);
	expect(w, ACK | ANYPSH, .seq = at, .len = probe);
	check_eq(w->last.gso_size, 0);
	check(receive(w, 10000));
	check_gt(w->last.s.len, probe);
	check_eq(w->last.gso_size, BASE);
	inject(w, ACK, .ack = at + probe);
	check_eq(tcp_info(fd).tcpi_snd_mss, probe);
}

TEST_HARNESS_MAIN
