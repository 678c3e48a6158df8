// SPDX-License-Identifier: GPL-2.0
/* Connections on the wire, and the way from the test to the stack. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "netif.h"
#include "tun.h"
#include "wire.h"
#include "wire_internal.h"

#define LOCAL4	"192.0.2.1"
#define PEER4	"192.0.2.2"
#define LOCAL6	"2001:db8::1"
#define PEER6	"2001:db8::2"

static void wire_add(struct wire *w, struct tun *t)
{
	if (t->wire_count == TUN_MAX_WIRES)
		test_fail("more than %d connections on a wire", TUN_MAX_WIRES);
	t->wires[t->wire_count++] = w;
	w->tun = t;
	w->last.packet = calloc(1, MAX_PACKET);
	check(w->last.packet);
}

void wire_restart(struct wire *w, uint32_t iss)
{
	w->iss = iss;
	w->irs = 0;
	w->irs_known = false;
	w->snd_nxt = w->rcv_nxt = 0;
	w->wnd = 65535;
	w->ts_sent = w->ts_got = w->sack_sent = false;
	w->tsval = w->ts_recent = 0;
}

void wire_open_(struct wire *w, const struct wire_config *c)
{
	bool v6 = c->family == AF_INET6;
	struct tun *t = tun_open(c->mtu ?: 1500, c->offload,
				 v6 ? "ipv6" : "ipv4");
	const char *local;

	memset(w, 0, sizeof(*w));
	w->family = c->family ?: AF_INET;
	w->local_port = c->local_port ?: 8080;
	w->peer_port = c->peer_port ?: 40000;
	wire_restart(w, c->iss ?: 1000);
	local = c->local ?: v6 ? LOCAL6 : LOCAL4;
	w->local = addr_parse(local);
	w->peer = addr_parse(c->peer ?: v6 ? PEER6 : PEER4);
	netif_addr(t->name, local, v6 ? 64 : 24);
	/* A second wire has but its own network behind it. */
	if (!c->local)
		netif_default_route(t->name, w->family);
	wire_add(w, t);
}

void wire_fork(struct wire *w, struct wire *of, int peer_port)
{
	memset(w, 0, sizeof(*w));
	w->family = of->family;
	w->local = of->local;
	w->peer = of->peer;
	w->local_port = of->local_port;
	w->peer_port = peer_port;
	wire_restart(w, of->iss + 1000000);
	wire_add(w, of->tun);
}

void wire_close(struct wire *w)
{
	struct tun *t = w->tun;
	struct queued *q;
	int i;

	if (!t)
		return;
	if (t->wire_count == 1)
		test_leave_no_orphans();
	inject(w, RST, .seq = w->snd_nxt);
	while ((q = w->queue)) {
		w->queue = q->next;
		free(q);
	}
	free(w->last.packet);
	for (i = 0; t->wires[i] != w; i++)
		;
	t->wires[i] = t->wires[--t->wire_count];
	if (!t->wire_count)
		tun_close(t);
	w->tun = NULL;
}

const char *wire_dev(const struct wire *w)
{
	return w->tun->name;
}

int64_t wire_now(const struct wire *w)
{
	return tun_now(w->tun);
}

void wire_note(struct wire *w, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tun_log(w->tun, "-- %s", text);
}

static socklen_t sockaddr_fill(const struct addr *a, int port,
			       struct sockaddr_storage *sa)
{
	struct sockaddr_in *in = (struct sockaddr_in *)sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = a->family;
	in->sin_port = htons(port);
	if (a->family == AF_INET6) {
		memcpy(&in6->sin6_addr, a->b, 16);
		return sizeof(*in6);
	}
	memcpy(&in->sin_addr, a->b, 4);
	return sizeof(*in);
}

socklen_t wire_local_sa(const struct wire *w, struct sockaddr_storage *sa)
{
	return sockaddr_fill(&w->local, w->local_port, sa);
}

socklen_t wire_peer_sa(const struct wire *w, struct sockaddr_storage *sa)
{
	return sockaddr_fill(&w->peer, w->peer_port, sa);
}

uint32_t wire_to_stack_seq(const struct wire *w, int64_t v)
{
	return IS_ABS(v) ? (uint32_t)v : w->iss + (uint32_t)v;
}

uint32_t wire_from_stack_seq(const struct wire *w, int64_t v)
{
	return IS_ABS(v) ? (uint32_t)v : w->irs + (uint32_t)v;
}

static int64_t or_default(int64_t v, int64_t dflt)
{
	return v == UNSET ? dflt : v;
}

/* Fills in what the test left unsaid. */
static void inject_defaults(const struct wire *w, struct seg *s)
{
	static const struct opt ts[] = { NOP, NOP, TS(UNSET, LAST_TS) };

	s->seq = or_default(s->seq, w->snd_nxt);
	s->ack = or_default(s->ack, s->flags & ACK ? w->rcv_nxt : ABS(0));
	s->wnd = or_default(s->wnd, w->wnd);
	s->urg = or_default(s->urg, 0);
	s->len = or_default(s->len, 0);
	s->res = or_default(s->res, 0);
	s->badsum = or_default(s->badsum, 0);
	s->sport = or_default(s->sport, w->peer_port);
	s->dport = or_default(s->dport, w->local_port);
	s->ttl = or_default(s->ttl, 64);
	s->tos = or_default(s->tos, 0);
	s->label = or_default(s->label, 0);
	if (!opts_given(s->opts) && !(s->flags & SYN) &&
	    w->ts_sent && w->ts_got)
		memcpy(s->opts, ts, sizeof(ts));
}

/* SACK blocks of the test cover the stack's sequence numbers. */
static void inject_opts(const struct wire *w, struct seg *s,
			struct rawseg *raw)
{
	struct opt wireopt[MAX_OPTS];
	int i, j;

	memcpy(wireopt, s->opts, sizeof(wireopt));
	for (i = 0; i < MAX_OPTS; i++) {
		struct opt *o = &wireopt[i];

		if (o->type == OPT_TS) {
			if (o->v[0] == UNSET)
				s->opts[i].v[0] = o->v[0] = w->tsval;
			if (o->v[1] == LAST_TS)
				s->opts[i].v[1] = o->v[1] = w->ts_recent;
		}
		for (j = 0; o->type == OPT_SACK && j < o->len; j++)
			o->v[j] = wire_from_stack_seq(w, o->v[j]);
	}
	raw->optlen = opts_build(wireopt, raw->opt, true);
}

static void inject_track(struct wire *w, const struct seg *s,
			 const struct rawseg *raw)
{
	uint32_t start = raw->seq - w->iss;
	uint32_t end = start + s->len + !!(s->flags & SYN) + !!(s->flags & FIN);
	const struct opt *ts = opts_find(s->opts, OPT_TS);

	w->mark = wire_now(w);
	if (s->keep || s->badsum || s->src || s->dst || s->cut ||
	    s->flags & RST || raw->sport != w->peer_port ||
	    raw->dport != w->local_port)
		return;
	if (s->flags & SYN) {
		w->ts_sent = ts;
		w->sack_sent = opts_find(s->opts, OPT_SACKOK);
	}
	if (ts)
		w->tsval = ts->v[0];
	if ((int32_t)(start - w->snd_nxt) <= 0 &&
	    (int32_t)(end - w->snd_nxt) > 0)
		w->snd_nxt = end;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void ip4_fix_sum(uint8_t *ip)
{
	int hlen = (ip[0] & 15) * 4;

	put16(ip + 10, 0);
	put16(ip + 10, ~csum_fold(csum_add(0, ip, hlen)));
}

static void inject_fragments4(struct wire *w, const uint8_t *p, int len,
			      int size)
{
	uint8_t buf[2048];
	int hlen = (p[0] & 15) * 4, off, n;

	for (off = 0; off < len - hlen; off += n) {
		n = len - hlen - off > size ? size : len - hlen - off;
		memcpy(buf, p, hlen);
		memcpy(buf + hlen, p + hlen + off, n);
		put16(buf + 2, hlen + n);
		put16(buf + 6, off / 8 | (off + n < len - hlen ? 0x2000 : 0));
		ip4_fix_sum(buf);
		tun_write(w->tun, buf, hlen + n, NULL);
	}
}

static void inject_fragments6(struct wire *w, const uint8_t *p, int len,
			      int size)
{
	static uint8_t id;
	uint8_t buf[2048];
	int off, n;

	id++;
	for (off = 0; off < len - 40; off += n) {
		n = len - 40 - off > size ? size : len - 40 - off;
		memcpy(buf, p, 40);
		put16(buf + 4, 8 + n);
		buf[6] = IPPROTO_FRAGMENT;
		memset(buf + 40, 0, 8);
		buf[40] = IPPROTO_TCP;
		put16(buf + 42, off | (off + n < len - 40));
		buf[47] = id;
		memcpy(buf + 48, p + 40 + off, n);
		tun_write(w->tun, buf, 48 + n, NULL);
	}
}

/* What GRO leaves: one packet that stands for segments of @size bytes. */
static void inject_gso(struct wire *w, const struct rawseg *raw, uint8_t *p,
		       int len, int size)
{
	bool v6 = w->family == AF_INET6;
	int off = v6 ? 40 : 20 + raw->ipoptlen;
	struct virtio_net_hdr vh = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = v6 ? VIRTIO_NET_HDR_GSO_TCPV6 :
				 VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = off + 20 + raw->optlen,
		.gso_size = size,
		.csum_start = off,
		.csum_offset = 16,
	};

	if (!w->tun->vnet)
		test_fail("GRO'd packets need wire_open(.offload = true)");
	put16(p + off + 16, csum_pseudo(&raw->src, &raw->dst, IPPROTO_TCP,
					len - off));
	tun_write(w->tun, p, len, &vh);
}

/* What a device leaves that puts the headers alone where they are expected. */
static void inject_linear(struct wire *w, const uint8_t *p, int len, int linear)
{
	struct virtio_net_hdr vh = { .hdr_len = linear };

	if (!w->tun->vnet || len <= getpagesize())
		test_fail("only wire_open(.offload = true) and more than a page are cut");
	tun_write(w->tun, p, len, &vh);
}

static int cut_packet(uint8_t *p, int len, int by)
{
	len -= by;
	if (p[0] >> 4 == 6) {
		put16(p + 4, len - 40);
		return len;
	}
	put16(p + 2, len);
	ip4_fix_sum(p);
	return len;
}

static void inject_send(struct wire *w, const struct seg *s,
			const struct rawseg *raw)
{
	static uint8_t buf[MAX_PACKET];
	int len = packet_build(raw, buf, s->badsum);

	if (s->cut)
		len = cut_packet(buf, len, s->cut);
	if (s->gso)
		inject_gso(w, raw, buf, len, s->gso);
	else if (s->linear)
		inject_linear(w, buf, len, s->linear);
	else if (s->frag && w->family == AF_INET6)
		inject_fragments6(w, buf, len, s->frag);
	else if (s->frag)
		inject_fragments4(w, buf, len, s->frag);
	else
		tun_write(w->tun, buf, len, NULL);
}

static void wire_log_inject(const char *file, int line, struct wire *w,
			    const struct seg *s)
{
	char text[600];

	(void)file;
	seg_show(text, sizeof(text), s);
	tun_log(w->tun, "> %lld > %lld: %s  (line %d)", (long long)s->sport,
		(long long)s->dport, text, line);
}

void wire_inject(const char *file, int line, struct wire *w,
		 const struct seg *spec)
{
	static uint8_t payload[65536];
	static uint16_t ipid;
	struct seg s = *spec;
	struct rawseg raw = {};

	inject_defaults(w, &s);
	if (s.len < 0 || s.len > 65400)
		test_fail_at(file, line, "cannot inject %lld bytes",
			     (long long)s.len);
	raw.src = s.src ? addr_parse(s.src) : w->peer;
	raw.dst = s.dst ? addr_parse(s.dst) : w->local;
	raw.sport = s.sport;
	raw.dport = s.dport;
	raw.seq = wire_to_stack_seq(w, s.seq);
	raw.ack = wire_from_stack_seq(w, s.ack);
	raw.flags = s.flags & 0x1ff;
	raw.wnd = s.wnd;
	raw.urg = s.urg;
	raw.res = s.res;
	raw.ttl = s.ttl;
	raw.tos = s.tos;
	raw.label = s.label;
	raw.exttype = s.exttype;
	raw.df = !s.frag;
	raw.ipid = ++ipid;
	raw.ipopt = s.ipopt;
	raw.ipoptlen = s.ipoptlen;
	inject_opts(w, &s, &raw);
	raw.doff = or_default(s.doff, 5 + raw.optlen / 4);
	raw.len = s.len;
	raw.data = s.data;
	if (!s.data) {
		/* The first byte of the stream comes after the SYN. */
		pattern_fill(payload, raw.seq - w->iss + !!(s.flags & SYN) - 1,
			     s.len);
		raw.data = payload;
	}
	wire_log_inject(file, line, w, &s);
	inject_track(w, &s, &raw);
	inject_send(w, &s, &raw);
}

void wire_inject_bytes(struct wire *w, const void *packet, int len)
{
	tun_log(w->tun, "> %d bytes", len);
	tun_write(w->tun, packet, len, NULL);
}

/* The packet an ICMP error quotes: a segment on its way from the stack. */
static int icmp_quote(const struct wire *w, const struct icmp *i, uint8_t *to)
{
	struct rawseg raw = {
		.src = w->local,
		.dst = w->peer,
		.sport = or_default(i->sport, w->local_port),
		.dport = or_default(i->dport, w->peer_port),
		.seq = wire_from_stack_seq(w, or_default(i->seq, 0)),
		.ack = wire_to_stack_seq(w, or_default(i->ack, w->snd_nxt)),
		.flags = ACK,
		.doff = 5,
		.ttl = 60,
		.df = true,
	};

	packet_build(&raw, to, 0);
	return (w->family == AF_INET6 ? 40 : 20) + i->quote;
}

void wire_inject_icmp(const char *file, int line, struct wire *w,
		      const struct icmp *i)
{
	bool v6 = w->family == AF_INET6;
	int proto = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	struct rawseg ip = {
		.src = i->from ? addr_parse(i->from) : w->peer,
		.dst = w->local,
		.ttl = 64,
	};
	uint8_t buf[256] = {}, *p;
	int len;

	(void)file;
	p = buf + (v6 ? 40 : 20);
	len = 8 + icmp_quote(w, i, p + 8);
	ip_header_build(buf, &ip, proto, len);
	p[0] = i->type;
	p[1] = i->code;
	put16(p + 4, i->info >> 16);
	put16(p + 6, i->info);
	/* ICMPv4's parameter problem has its pointer in the first byte. */
	if (!v6 && i->type == 12)
		p[4] = i->info;
	put16(p + 2, ~csum_fold(csum_add(v6 ? csum_pseudo(&ip.src, &ip.dst,
				proto, len) : 0, p, len)));
	p[2] ^= i->badsum;
	tun_log(w->tun, "> ICMP type %d code %d, about seq %lld  (line %d)",
		i->type, i->code, (long long)or_default(i->seq, 0), line);
	tun_write(w->tun, buf, p + len - buf, NULL);
}
