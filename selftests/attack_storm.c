// SPDX-License-Identifier: GPL-2.0
/*
 * Two hosts that answer each other: A23 of Documentation/attacks.rst. Either end may
 * be right about its numbers; what counts is that no answer draws an answer for ever.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <netinet/ip.h>
#include <sys/ioctl.h>

#include "lib/attack.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define ROUNDS	100
#define NEVER	1000000		/* ms; longer than a test */

WIRE_FIXTURE(storm)

/*
 * The peer answers whatever comes as a host would that believes in other numbers:
 * with an ACK of its own. How often, until nothing comes any more.
 */
static int echo(struct attack *a, int64_t seq, int64_t ack)
{
	struct wire *w = a->w;
	int i;

	for (i = 0; i < ROUNDS && attack_hears(a); i++) {
		check_eq(w->last.s.flags, ACK);
		inject(w, ACK, .seq = seq, .ack = ack, .keep = true);
	}
	return i;
}

/* A23: an ACK that is out of the window, or of what was never sent, or ancient. */
static void echoes_end(struct wire *w, int64_t seq, int64_t ack)
{
	struct attack a[1];
	int fd = open_passive(w);

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	inject(w, ACK, .seq = seq, .ack = ack, .keep = true);
	a->taken = echo(a, seq, ack);
	check_le(a->taken, 1);
	attack_over(a, NO_ANSWER, DROP(DropOutOfWindow, WHATEVER),
		    DROP(DropBadAck, WHATEVER), DROP(DropOldAck, WHATEVER),
		    COUNT(TCPChallengeACK, WHATEVER),
		    COUNT(TCPACKSkippedSeq, WHATEVER),
		    COUNT(TCPACKSkippedChallenge, WHATEVER));
	if (!stack_is_kernel())
		check_eq(counter("TcpExt", "TCPACKSkippedSeq") +
			 counter("TcpExt", "TCPACKSkippedChallenge"), 1);
	attack_exchange(a);
}

WIRE_TEST(storm, of_acks_beyond_the_window_ends)
{
	echoes_end(w, 1000000, 1);
}

WIRE_TEST(storm, of_acks_before_the_window_ends)
{
	echoes_end(w, -1000000, 1);
}

WIRE_TEST(storm, of_acks_of_what_was_never_sent_ends)
{
	echoes_end(w, 1, 1000);
}

WIRE_TEST(storm, of_ancient_acks_ends)
{
	echoes_end(w, 1, -1000000);
}

/* A23: the same of timestamps that are too old. */
WIRE_TEST(storm, of_old_timestamps_ends)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1460), NOP, NOP, TS(1000000, 0)), i;

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < ROUNDS; i++)
		inject(w, ACK | PSH, .len = 10, .keep = true,
		       .opts = { NOP, NOP, TS(1 + i, LAST_TS) });
	w->tsval = 1000000;
	attack_over(a, ANSWERS(1, .most = stack_is_kernel()),
		    DROP(PAWSEstab, ROUNDS),
		    COUNT(TCPACKSkippedPAWS, ROUNDS - 1));
	attack_exchange(a);
}

/* A23: what is left of a connection does not take part in a storm either. */
WIRE_TEST(storm, with_time_wait_ends)
{
	struct attack a[1];

	enter_time_wait(w, open_passive(w));
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	inject(w, ACK, .seq = 1000, .ack = 1, .keep = true);
	a->taken = echo(a, 1000, 1);
	check_eq(a->taken, 1);
	attack_over(a, NO_ANSWER, DROP(DropTimeWait, 2),
		    COUNT(TCPACKSkippedTimeWait, 1));
}

WIRE_TEST(storm, with_an_orphan_ends)
{
	struct attack a[1];
	int fd = open_passive(w);

	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	inject(w, ACK, .seq = 1000000, .ack = 1, .keep = true);
	a->taken = echo(a, 1000000, 1);
	check_eq(a->taken, 1);
	attack_over(a, NO_ANSWER, DROP(DropOutOfWindow, 2),
		    COUNT(TCPACKSkippedFinWait2, 1));
}

WIRE_TEST(storm, with_a_half_open_connection_ends)
{
	struct attack a[1];
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	inject(w, ACK, .seq = 1000000, .ack = 1, .keep = true);
	a->taken = echo(a, 1000000, 1);
	check_eq(a->taken, 1);
	attack_over(a, NO_ANSWER, DROP(DropOutOfWindow, 2),
		    COUNT(TCPACKSkippedSeq, 1));
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/* The ration is a time, not a number: after it there is one answer again. */
WIRE_TEST(storm, is_no_reason_to_be_silent_for_ever)
{
	int fd = open_passive(w), i;

	check_eq(sysctl_get("invalid_ratelimit"), 500);
	for (i = 0; i < 2; i++) {
		while (receive(w, 600))
			;
		inject(w, ACK, .seq = 1000000, .keep = true);
		expect(w, ACK, .seq = 1, .ack = 1);
		inject(w, ACK, .seq = 1000000, .keep = true);
		expect_none(w, 0);
	}
	check_eq(fd_state(fd), ESTABLISHED);
}

/* ---- two sockets of the stack, and somebody between them ---- */

FIXTURE(between) { int fd[2]; int tap, raw; };
FIXTURE_SETUP(between)
{
	struct sockaddr_ll lo = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = 1,
	};
	int on = 1, size = 64 << 20;

	test_begin();
	self->tap = check_ok(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC,
				    htons(ETH_P_IP)));
	check_ok(bind(self->tap, (struct sockaddr *)&lo, sizeof(lo)));
	check_ok(setsockopt(self->tap, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			    sizeof(size)));
	self->raw = check_ok(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC,
				    IPPROTO_RAW));
	check_ok(setsockopt(self->raw, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on)));
	/* The forger would have to follow them. */
	sysctl_set("timestamps", 0);
	pair(subject(), self->fd);
}
FIXTURE_TEARDOWN(between) { }

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t rest[2000];
};

/* The next segment on loopback; each is seen going out and coming in. */
static bool next_packet(int tap, struct packet *p, int ms)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t n;

	do {
		if (!wait_fd(tap, POLLIN, ms))
			return false;
		n = check_ok(recvfrom(tap, p, sizeof(*p), 0,
				      (struct sockaddr *)&from, &len));
	} while (from.sll_pkttype == PACKET_OUTGOING || n < 40 ||
		 p->ip.protocol != IPPROTO_TCP);
	return true;
}

/* The last segment from a port, with the number that comes next in its place. */
static void learn(int tap, int from_port, struct packet *last)
{
	struct packet p;
	bool seen = false;

	while (next_packet(tap, &p, 300)) {
		if (ntohs(p.tcp.source) != from_port)
			continue;
		*last = p;
		last->tcp.seq = htonl(ntohl(p.tcp.seq) + ntohs(p.ip.tot_len) -
				      sizeof(p.ip) - 4 * p.tcp.doff);
		seen = true;
	}
	check(seen);
}

/* Text of @len octets, as if the sender of @like had sent it next. */
static void forge(int raw, const struct packet *like, int from, int len)
{
	struct packet p = { .ip = like->ip, .tcp = like->tcp };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct addr src = { .family = AF_INET }, dst = { .family = AF_INET };
	int hlen = 4 * like->tcp.doff;

	memcpy(p.rest, like->rest, hlen - sizeof(p.tcp));
	memset(p.rest + hlen - sizeof(p.tcp), 'x', len);
	p.ip.tot_len = htons(sizeof(p.ip) + hlen + len);
	p.tcp.seq = htonl(ntohl(like->tcp.seq) + from);
	p.tcp.ack = 1;
	p.tcp.psh = 1;
	p.tcp.check = 0;
	memcpy(src.b, &p.ip.saddr, 4);
	memcpy(dst.b, &p.ip.daddr, 4);
	p.tcp.check = htons(~csum_fold(csum_add(csum_pseudo(&src, &dst,
					IPPROTO_TCP, hlen + len),
					&p.tcp, hlen + len)));
	to.sin_addr.s_addr = p.ip.daddr;
	check_ok(sendto(raw, &p, sizeof(p.ip) + hlen + len, 0,
			(struct sockaddr *)&to, sizeof(to)));
}

/* Segments on loopback within so long. */
static int traffic_within(int tap, int ms)
{
	int64_t end = now_ms() + ms;
	struct packet p;
	int count = 0;

	while (now_ms() < end)
		count += next_packet(tap, &p, end - now_ms());
	return count;
}

#define WATCHED_MS	2000

/* Segments of both ends that nothing but time has caused: two rations each ... */
static int allowed(int ms)
{
	/* ... of half a second, and retransmissions of either, each answered. */
	return 2 * (ms / 500 + 1) + 2 * 2 * 8;
}

/*
 * A23: somebody who sees the connection gives each end text that the other has never
 * sent. From now on each acknowledges what the other did not send, and each such ACK
 * is itself out of order: the storm of old, millions of segments. Here it is as many
 * as time allows; and the connection stands, as nobody has reset it.
 */
TEST_F(between, ends_that_were_put_out_of_step_do_not_storm)
{
	struct packet like[2];
	int port = port_of(self->fd[0]), peer = port_of(self->fd[1]), i;
	long objects = stack_is_kernel() ? 0 : slab_objects();
	int64_t start;
	int seen;

	put(self->fd[0], "a", 0);
	check(wait_fd(self->fd[1], POLLIN, PATIENCE_MS) & POLLIN);
	put(self->fd[1], "b", 0);
	check(wait_fd(self->fd[0], POLLIN, PATIENCE_MS) & POLLIN);
	/* Both have acknowledged, and say where they stand. */
	put(self->fd[0], "c", 0);
	learn(self->tap, port, &like[0]);
	put(self->fd[1], "d", 0);
	learn(self->tap, peer, &like[1]);
	start = now_ms();
	forge(self->raw, &like[0], 0, 500);
	forge(self->raw, &like[1], 0, 300);
	for (i = 0; i < 5; i++) {
		put(self->fd[0], "e", 0);
		put(self->fd[1], "f", 0);
	}
	/* It has worked: both ends have something to read that nobody wrote. */
	check_gt(queue(self->fd[0], SIOCINQ), 300);
	check_gt(queue(self->fd[1], SIOCINQ), 500);
	seen = traffic_within(self->tap, WATCHED_MS);
	test_note("%d segments in %lld ms", seen, (long long)(now_ms() - start));
	/* What was put in, the ten that were written, and an answer to each. */
	check_le(seen, 2 * (2 + 10) + allowed(now_ms() - start));
	check_eq(fd_state(self->fd[0]), ESTABLISHED);
	check_eq(fd_state(self->fd[1]), ESTABLISHED);
	if (stack_is_kernel())
		return;
	check_eq(counter("Tcp", "OutRsts"), 0);
	check_gt(counter("TcpExt", "TCPACKSkippedSeq") +
		 counter("TcpExt", "TCPACKSkippedChallenge"), 0);
	check(slab_objects_become(objects));
	/* The memory is that of the text which is still to be acknowledged. */
	check_le(queue(self->fd[0], SIOCOUTQ), 10);
	check_le(queue(self->fd[1], SIOCOUTQ), 10);
}

/* A23: the same again and again: a hundred pieces of text for either end. */
TEST_F(between, more_pieces_do_not_make_a_storm)
{
	struct packet like[2];
	int port = port_of(self->fd[0]), peer = port_of(self->fd[1]), i, seen;
	int64_t start;

	put(self->fd[0], "a", 0);
	learn(self->tap, port, &like[0]);
	put(self->fd[1], "b", 0);
	learn(self->tap, peer, &like[1]);
	start = now_ms();
	for (i = 0; i < ROUNDS; i++) {
		forge(self->raw, &like[0], 10 * i, 10);
		forge(self->raw, &like[1], 7 * i, 7);
	}
	check_gt(queue(self->fd[0], SIOCINQ), 7 * ROUNDS);
	check_gt(queue(self->fd[1], SIOCINQ), 10 * ROUNDS);
	seen = traffic_within(self->tap, WATCHED_MS);
	test_note("%d segments in %lld ms", seen, (long long)(now_ms() - start));
	/* Those and an answer to each. */
	check_le(seen, 2 * 2 * ROUNDS + allowed(now_ms() - start));
	check_eq(counter("Tcp", "OutRsts"), 0);
	check_eq(fd_state(self->fd[0]), ESTABLISHED);
	check_eq(fd_state(self->fd[1]), ESTABLISHED);
}

TEST_HARNESS_MAIN
