// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crowd.h"
#include "fail.h"
#include "netif.h"
#include "sockets.h"
#include "stack.h"
#include "tun.h"

#define PEER_PORT	40000
#define FIRST		0xc6120000	/* 198.18.0.0, RFC 2544's own */
#define MTU		1500

static const struct opt syn_opts[MAX_OPTS] = {
	MSS(1460), NOP, NOP, SACKOK,
};

void crowd_open(struct crowd *c, int count)
{
	memset(c, 0, sizeof(*c));
	c->count = count;
	c->peer = calloc(count, sizeof(*c->peer));
	check(c->peer);
	c->tun = tun_open(MTU, false, "crowd");
	netif_addr(c->tun->name, CROWD_IP, 24);
	netif_default_route(c->tun->name, AF_INET);
}

void crowd_leave(struct crowd *c)
{
	int i;

	for (i = 0; i < c->count; i++)
		if (c->peer[i].synacks)
			crowd_send(c, i, RST, 0, 0);
}

/* Whoever is still connected, an orphan perhaps, is not to outlive the test. */
void crowd_close(struct crowd *c)
{
	crowd_leave(c);
	test_leave_no_orphans();
	tun_close(c->tun);
	free(c->peer);
}

int crowd_listen(int backlog)
{
	struct sockaddr_in at = addr4(CROWD_IP, CROWD_PORT);
	int fd = listener_at(subject(), &at, backlog);

	set_nonblock(fd, true);
	return fd;
}

struct addr crowd_addr(int peer)
{
	uint32_t ip = htonl(FIRST + peer);
	struct addr a = { .family = AF_INET };

	memcpy(a.b, &ip, sizeof(ip));
	return a;
}

static void hear_one(struct crowd *c, const uint8_t *packet, int len)
{
	struct crowd_peer *p;
	struct rawseg s;
	const char *why;
	uint32_t ip;

	if (!packet_parse(packet, len, &s, &why))
		return;
	memcpy(&ip, s.dst.b, sizeof(ip));
	ip = ntohl(ip) - FIRST;
	if (s.dst.family != AF_INET || ip >= (uint32_t)c->count)
		return;
	c->heard++;
	c->octets += len;
	p = &c->peer[ip];
	p->rsts += !!(s.flags & RST);
	p->aborts += (s.flags & (RST | ACK)) == (RST | ACK);
	if (s.flags & RST)
		return;
	p->synacks += (s.flags & (SYN | ACK)) == (SYN | ACK);
	p->fins += !!(s.flags & FIN);
	p->texts += s.len > 0;
	p->acks += s.flags == ACK && !s.len;
	if (s.flags & SYN)
		p->rcv_nxt = s.seq + 1;
	else if (s.seq == p->rcv_nxt)
		p->rcv_nxt += s.len + !!(s.flags & FIN);
}

int crowd_hear(struct crowd *c, int ms)
{
	struct virtio_net_hdr none;
	uint8_t packet[MTU];
	long before = c->heard;
	int len;

	while ((len = tun_read(c->tun, packet, sizeof(packet),
			       tun_now(c->tun) + ms * 1000LL, &none)))
		hear_one(c, packet, len);
	return c->heard - before;
}

static int build(uint8_t *packet, int peer, const struct rawseg *like,
		 int len)
{
	static uint8_t text[MTU];
	struct rawseg s = *like;

	s.src = crowd_addr(peer);
	s.dst = addr_parse(CROWD_IP);
	s.hop = s.dst;
	s.sport = PEER_PORT;
	s.dport = CROWD_PORT;
	s.ttl = 64;
	s.df = true;
	s.data = text;
	s.len = len;
	if (s.flags & SYN)
		s.optlen = opts_build(syn_opts, s.opt, true);
	s.doff = 5 + s.optlen / 4;
	return packet_build(&s, packet, 0);
}

static int send_as(struct crowd *c, int peer, const struct rawseg *s, int len)
{
	uint8_t packet[MTU];

	check_lt(peer, c->count);
	crowd_hear(c, 0);
	len = build(packet, peer, s, len);
	tun_write(c->tun, packet, len, NULL);
	return len;
}

void crowd_send(struct crowd *c, int peer, int flags, int wnd, int len)
{
	struct crowd_peer *p = &c->peer[peer];
	struct rawseg s = { .flags = flags, .wnd = wnd };

	if (flags & SYN)
		p->snd_nxt = (peer + 1) * 2654435761U;
	/* what was heard a moment ago is acknowledged */
	crowd_hear(c, 0);
	s.seq = p->snd_nxt;
	s.ack = flags & ACK ? p->rcv_nxt : 0;
	send_as(c, peer, &s, len);
	p->snd_nxt += len + !!(flags & SYN) + !!(flags & FIN);
}

void crowd_forge(struct crowd *c, int peer, int flags, int wnd, uint32_t seq,
		 uint32_t ack)
{
	const struct rawseg s = {
		.flags = flags, .wnd = wnd, .seq = seq, .ack = ack,
	};

	send_as(c, peer, &s, 0);
}

int crowd_size(int flags, int len)
{
	const struct rawseg s = { .flags = flags };
	uint8_t packet[MTU];

	return build(packet, 0, &s, len);
}

/* Over all peers, of one of the ints of struct crowd_peer. */
static long sum_of(const struct crowd *c, size_t member)
{
	long sum = 0;
	int i;

	for (i = 0; i < c->count; i++)
		sum += *(const int *)((const char *)&c->peer[i] + member);
	return sum;
}

long crowd_synacks(const struct crowd *c)
{
	return sum_of(c, offsetof(struct crowd_peer, synacks));
}

long crowd_rsts(const struct crowd *c)
{
	return sum_of(c, offsetof(struct crowd_peer, rsts));
}

long crowd_aborts(const struct crowd *c)
{
	return sum_of(c, offsetof(struct crowd_peer, aborts));
}

void crowd_ask(struct crowd *c, int peer)
{
	int had = c->peer[peer].synacks, ms;

	crowd_send(c, peer, SYN, 65535, 0);
	crowd_hear(c, 0);
	/* on a busy machine softirqs may be put off */
	for (ms = 0; c->peer[peer].synacks == had && ms < PATIENCE_MS; ms += 10)
		crowd_hear(c, 10);
	check_eq(c->peer[peer].synacks, had + 1);
}

void crowd_connect(struct crowd *c, int peer, int wnd)
{
	crowd_ask(c, peer);
	crowd_send(c, peer, ACK, wnd, 0);
}

struct awaited {
	int state, wanted;
};

static bool are_as_awaited(void *arg)
{
	const struct awaited *a = arg;

	return crowd_states(a->state) == a->wanted;
}

void crowd_expect_(const char *file, int line, int state, int wanted)
{
	struct awaited a = { state, wanted };

	if (!await_true(are_as_awaited, &a, PATIENCE_MS))
		test_fail_at(file, line, "%d are in %s, expected %d",
			     crowd_states(state), state_name(state), wanted);
}

int crowd_states(int state)
{
	static struct listing all[20000];
	int n = listing_read(AF_INET, all, 20000), i, found = 0;

	check_le(n, 20000);
	for (i = 0; i < n; i++)
		found += all[i].local_port == CROWD_PORT &&
			 all[i].state == state;
	return found;
}
