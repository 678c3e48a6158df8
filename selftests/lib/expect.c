// SPDX-License-Identifier: GPL-2.0
/* The way from the stack to the test: sorting, checking, comparing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "tun.h"
#include "wire.h"
#include "wire_internal.h"

/* Long enough for a slow machine: it only bounds how long a failure takes. */
#define PATIENCE_MS	10000

static bool wire_owns(struct wire *w, const struct rawseg *s)
{
	if (!addr_equal(&s->src, &w->local) || !addr_equal(&s->dst, &w->peer) ||
	    s->dport != w->peer_port)
		return false;
	/* The stack's SYN tells which port it has chosen. */
	if (!w->local_port && s->flags & SYN)
		w->local_port = s->sport;
	return s->sport == w->local_port;
}

static struct wire *find_wire(struct tun *t, const struct rawseg *s)
{
	int i;

	for (i = 0; i < t->wire_count; i++)
		if (!t->wires[i]->any_port && wire_owns(t->wires[i], s))
			return t->wires[i];
	for (i = 0; i < t->wire_count; i++)
		if (t->wires[i]->any_port)
			return t->wires[i];
	return NULL;
}

static void stray(const char *file, int line, struct tun *t,
		  const struct rawseg *s)
{
	char a[64], b[64];

	tun_log(t, "< stray: %s.%d > %s.%d flags 0x%x seq %u ack %u",
		addr_text(&s->src, a, sizeof(a)), s->sport,
		addr_text(&s->dst, b, sizeof(b)), s->dport, s->flags, s->seq,
		s->ack);
	test_fail_at(file, line, "a segment of no known connection");
}

static void enqueue(struct wire *w, struct queued *q)
{
	struct queued **p;

	for (p = &w->queue; *p; p = &(*p)->next)
		;
	*p = q;
}

/* Reads one packet and gives it to its wire; false when time is up. */
static bool read_packet(const char *file, int line, struct tun *t,
			int64_t deadline)
{
	static uint8_t buf[MAX_PACKET];
	struct virtio_net_hdr vh;
	struct rawseg s;
	struct queued *q;
	struct wire *w;
	const char *why;
	int len;

	len = tun_read(t, buf, sizeof(buf), deadline, &vh);
	if (!len)
		return false;
	/* What is not TCP (ICMP, multicast listener reports) is not ours. */
	if (!packet_parse(buf, len, &s, &why)) {
		tun_log(t, "< (not TCP, %d bytes)", len);
		return true;
	}
	w = find_wire(t, &s);
	if (!w)
		stray(file, line, t, &s);
	q = calloc(1, sizeof(*q) + len);
	check(q);
	q->us = tun_now(t);
	q->len = len;
	q->gso_size = vh.gso_type ? vh.gso_size : 0;
	q->csum_partial = vh.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	memcpy(q->packet, buf, len);
	enqueue(w, q);
	return true;
}

/* In relative numbers, which is how got->s and the conversation show it. */
static const char *got_fill(struct wire *w, struct got *g)
{
	struct rawseg *r = &g->raw;
	const struct opt *ts;
	const char *why;
	int i, j;

	packet_parse(g->packet, g->packet_len, r, &why);
	if (!w->irs_known && r->flags & SYN && !(r->flags & RST)) {
		w->irs = r->seq;
		w->irs_known = true;
	}
	g->seq = r->seq;
	g->ack = r->ack;
	g->s = (struct seg){
		.flags = r->flags, .seq = (int32_t)(r->seq - w->irs),
		.ack = (int32_t)(r->ack - w->iss), .wnd = r->wnd,
		.urg = r->urg, .len = r->len, .data = r->data, .doff = r->doff,
		.res = r->res, .sport = r->sport, .dport = r->dport,
		.ttl = r->ttl, .tos = r->tos, .label = r->label,
	};
	if (!w->irs_known)
		g->s.seq = ABS(r->seq);
	if (why)
		return why;
	if (!opts_parse(r->opt, r->optlen, g->s.opts))
		return "the options are malformed";
	for (i = 0; i < MAX_OPTS; i++)
		for (j = 0; g->s.opts[i].type == OPT_SACK &&
			    j < g->s.opts[i].len; j++)
			g->s.opts[i].v[j] =
				(int32_t)(g->s.opts[i].v[j] - w->iss);
	ts = opts_find(g->s.opts, OPT_TS);
	g->tsval = ts ? ts->v[0] : 0;
	g->tsecr = ts ? ts->v[1] : 0;
	return NULL;
}

/* MUST-2; a device that finishes checksums gets the pseudo-header's. */
static bool sum_ok(const struct got *g)
{
	int hlen = g->raw.src.family == AF_INET6 ? 40 + g->raw.ipoptlen :
						    20 + g->raw.ipoptlen;

	if (!g->csum_partial)
		return packet_sum_ok(g->packet, g->packet_len);
	return g->raw.sum == csum_pseudo(&g->raw.src, &g->raw.dst, IPPROTO_TCP,
					 g->packet_len - hlen);
}

/* What every segment must keep to, in every test. */
static const char *got_wrong(const struct wire *w, const struct got *g)
{
	int f = g->s.flags;
	bool ts = opts_find(g->s.opts, OPT_TS);

	if (!sum_ok(g))
		return "the checksum is wrong (MUST-2)";
	if (g->s.res)
		return "reserved bits are set";
	if (f & AE)
		return "AE is set, which was not negotiated";
	if (f & SYN && f & (FIN | RST))
		return "SYN together with FIN or RST";
	if (!g->s.ttl)
		return "TTL is 0";
	if (f & SYN && g->s.len && !w->tfo)
		return "data on a SYN without Fast Open";
	if (!(f & SYN) && (opts_find(g->s.opts, OPT_MSS) ||
			   opts_find(g->s.opts, OPT_WS) ||
			   opts_find(g->s.opts, OPT_SACKOK)))
		return "an option of the SYN on another segment (MUST-65)";
	if (w->any_port || f & SYN)
		return NULL;
	if (ts && !(w->ts_sent && w->ts_got))
		return "timestamps that were not negotiated";
	if (!ts && w->ts_sent && w->ts_got && !(f & RST))
		return "no timestamp though negotiated (RFC 7323 3.2)";
	if (opts_find(g->s.opts, OPT_SACK) && !w->sack_sent)
		return "SACK that was not negotiated";
	return NULL;
}

static void got_track(struct wire *w, const struct got *g)
{
	uint32_t start = g->seq - w->irs;
	uint32_t end = start + g->s.len + !!(g->s.flags & SYN) +
		       !!(g->s.flags & FIN);

	w->mark = g->us;
	if (g->s.flags & SYN)
		w->ts_got = opts_find(g->s.opts, OPT_TS);
	if (g->tsval)
		w->ts_recent = g->tsval;
	if (!(g->s.flags & RST) && (int32_t)(start - w->rcv_nxt) <= 0 &&
	    (int32_t)(end - w->rcv_nxt) > 0)
		w->rcv_nxt = end;
}

/* The next segment of this connection into w->last; false if none came. */
static bool next_segment(const char *file, int line, struct wire *w,
			 int64_t deadline)
{
	struct got *g = &w->last;
	struct queued *q;
	const char *wrong;
	char text[600];

	while (!w->queue)
		if (!read_packet(file, line, w->tun, deadline))
			return false;
	q = w->queue;
	w->queue = q->next;
	g->us = q->us;
	g->gso_size = q->gso_size;
	g->csum_partial = q->csum_partial;
	g->packet_len = q->len;
	memcpy(g->packet, q->packet, q->len);
	free(q);
	wrong = got_fill(w, g);
	seg_show(text, sizeof(text), &g->s);
	tun_log(w->tun, "< %d > %d: %s", g->raw.sport, g->raw.dport, text);
	if (!wrong)
		wrong = got_wrong(w, g);
	if (wrong)
		test_fail_at(file, line, "malformed segment: %s", wrong);
	return true;
}

static bool differs(int64_t want, int64_t got)
{
	return want != UNSET && want != ANY && want != got;
}

static bool opt_differs(const struct wire *w, const struct opt *want,
			const struct opt *got)
{
	int i, n = 0;

	if (want->type != got->type)
		return true;
	if (want->type == OPT_RAW)
		return want->len != got->len ||
		       memcmp(want->raw, got->raw, want->len);
	if (want->type == OPT_MSS || want->type == OPT_WS)
		n = 1;
	else if (want->type == OPT_TS)
		n = 2;
	else if (want->type == OPT_SACK)
		n = want->len;
	if (want->type == OPT_SACK && want->len != got->len)
		return true;
	for (i = 0; i < n; i++) {
		int64_t v = want->v[i];

		/* An absolute SACK edge is the only one with a bit up there. */
		if (IS_ABS(v))
			v = (int32_t)((uint32_t)v - w->iss);
		if (differs(v, got->v[i]))
			return true;
	}
	return false;
}

static bool opts_differ(const struct wire *w, const struct opt *want,
			const struct opt *got)
{
	int i;

	if (!opts_given(want))
		return false;
	if (want[0].type == OPT_NONE)
		return opts_given(got);
	for (i = 0; i < MAX_OPTS; i++) {
		if (opt_differs(w, &want[i], &got[i]))
			return true;
		if (want[i].type == OPT_END)
			break;
	}
	return false;
}

static void expect_defaults(const struct wire *w, struct seg *s)
{
	if (s->seq == UNSET && s->flags & SYN)
		s->seq = 0;
	if (s->seq == UNSET)
		s->seq = w->rcv_nxt;
	if (s->ack == UNSET)
		s->ack = s->flags & ACK ? w->snd_nxt : ANY;
	if (s->len == UNSET)
		s->len = 0;
}

/* Returns the name of what is not as expected, NULL if all is. */
static const char *mismatch(const struct wire *w, const struct seg *s,
			    const struct got *g)
{
	int ignore = s->flags & ANYPSH ? PSH : 0;

	if ((s->flags & 0x1ff & ~ignore) != (g->s.flags & ~ignore))
		return "flags";
	if (s->seq != ANY && wire_from_stack_seq(w, s->seq) != g->seq)
		return "seq";
	if (s->ack != ANY && wire_to_stack_seq(w, s->ack) != g->ack)
		return "ack";
	if (differs(s->len, g->s.len))
		return "length";
	if (differs(s->wnd, g->s.wnd))
		return "window";
	if (differs(s->urg, g->s.urg))
		return "urgent pointer";
	if (differs(s->sport, g->s.sport) || differs(s->dport, g->s.dport))
		return "port";
	if (differs(s->ttl, g->s.ttl))
		return "TTL";
	if (differs(s->tos, g->s.tos))
		return "TOS";
	if (differs(s->label, g->s.label))
		return "flow label";
	if (differs(s->doff, g->s.doff))
		return "data offset";
	if (opts_differ(w, s->opts, g->s.opts))
		return "options";
	if (s->data && s->len > 0 && memcmp(s->data, g->s.data, s->len))
		return "data";
	return NULL;
}

static void check_timing(const char *file, int line, struct wire *w, int ms,
			 int tol, int64_t since)
{
	int64_t took = w->last.us - since;

	if (took < (ms - tol) * 1000LL || took > (ms + tol) * 1000LL)
		test_fail_at(file, line,
			     "it came after %lld.%03lld ms, expected %d +- %d",
			     (long long)took / 1000, (long long)took % 1000,
			     ms, tol);
}

const struct got *wire_expect(const char *file, int line, struct wire *w,
			      int ms, int tol, const struct seg *spec)
{
	int64_t since = w->mark;
	int64_t limit = ms ? since + (ms + tol) * 1000LL + 1000000 :
			     wire_now(w) + PATIENCE_MS * 1000LL;
	struct seg s = *spec;
	const char *what;
	char want[600];

	if (!next_segment(file, line, w, limit)) {
		expect_defaults(w, &s);
		seg_show(want, sizeof(want), &s);
		test_fail_at(file, line, "nothing came, expected: %s", want);
	}
	expect_defaults(w, &s);
	what = mismatch(w, &s, &w->last);
	if (what) {
		char got[600];

		seg_show(want, sizeof(want), &s);
		seg_show(got, sizeof(got), &w->last.s);
		test_fail_at(file, line, "%s not as expected\n"
			     "#   got:      %s\n#   expected: %s", what, got,
			     want);
	}
	if (ms)
		check_timing(file, line, w, ms, tol, since);
	got_track(w, &w->last);
	return &w->last;
}

void wire_expect_none(const char *file, int line, struct wire *w, int ms)
{
	char got[600];

	if (!next_segment(file, line, w, wire_now(w) + ms * 1000LL))
		return;
	seg_show(got, sizeof(got), &w->last.s);
	test_fail_at(file, line, "expected nothing, got: %s", got);
}

const struct got *wire_receive(const char *file, int line, struct wire *w,
			       int ms)
{
	if (!next_segment(file, line, w, wire_now(w) + ms * 1000LL))
		return NULL;
	got_track(w, &w->last);
	return &w->last;
}

int wire_drain(const char *file, int line, struct wire *w)
{
	int n = 0;

	while (wire_receive(file, line, w, 0))
		n++;
	return n;
}
