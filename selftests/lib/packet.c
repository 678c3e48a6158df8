// SPDX-License-Identifier: GPL-2.0
/* IPv4, IPv6 and TCP headers to bytes and back. */
#include <arpa/inet.h>
#include <string.h>

#include "fail.h"
#include "packet.h"

#define IP6_HDR_LEN	40

struct addr addr_parse(const char *text)
{
	struct addr a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(a.family, text, a.b) != 1)
		test_fail("'%s' is not an address", text);
	return a;
}

const char *addr_text(const struct addr *a, char *buf, size_t size)
{
	return inet_ntop(a->family, a->b, buf, size);
}

static int addr_len(const struct addr *a)
{
	return a->family == AF_INET6 ? 16 : 4;
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && !memcmp(a->b, b->b, addr_len(a));
}

uint8_t pattern(uint64_t offset)
{
	/* 251 is prime: no power-of-two distance repeats the byte. */
	return offset % 251 + (offset >> 16);
}

void pattern_fill(void *buf, uint64_t offset, size_t len)
{
	uint8_t *p = buf;

	while (len--)
		*p++ = pattern(offset++);
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

uint32_t csum_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t s = sum;

	for (; len > 1; len -= 2, p += 2)
		s += get16(p);
	if (len)
		s += *p << 8;
	while (s >> 32)
		s = (s & 0xffffffff) + (s >> 32);
	return s;
}

uint16_t csum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* RFC 9293 3.1: addresses, protocol and the length of the segment. */
uint16_t csum_pseudo(const struct addr *src, const struct addr *dst,
		     int proto, uint32_t len)
{
	uint32_t sum = proto + (len >> 16) + (len & 0xffff);

	sum = csum_add(sum, src->b, addr_len(src));
	return csum_fold(csum_add(sum, dst->b, addr_len(dst)));
}

static int opt_build(const struct opt *o, uint8_t *p)
{
	int i;

	switch (o->type) {
	case OPT_EOL:
		p[0] = 0;
		return 1;
	case OPT_NOP:
		p[0] = 1;
		return 1;
	case OPT_MSS:
		p[0] = 2;
		p[1] = 4;
		put16(p + 2, o->v[0]);
		return 4;
	case OPT_WS:
		p[0] = 3;
		p[1] = 3;
		p[2] = o->v[0];
		return 3;
	case OPT_SACKOK:
		p[0] = 4;
		p[1] = 2;
		return 2;
	case OPT_SACK:
		p[0] = 5;
		p[1] = 2 + 4 * o->len;
		for (i = 0; i < o->len; i++)
			put32(p + 2 + 4 * i, o->v[i]);
		return p[1];
	case OPT_TS:
		p[0] = 8;
		p[1] = 10;
		put32(p + 2, o->v[0]);
		put32(p + 6, o->v[1]);
		return 10;
	case OPT_RAW:
		memcpy(p, o->raw, o->len);
		return o->len;
	default:
		return 0;
	}
}

int opts_build(const struct opt *o, uint8_t *to, bool pad)
{
	uint8_t buf[64 + 40];
	int i, n = 0;

	for (i = 0; i < MAX_OPTS && o[i].type != OPT_END; i++) {
		if (o[i].type == OPT_RAW && o[i].len > 40)
			test_fail("%d bytes of options, more than 40", o[i].len);
		n += opt_build(&o[i], buf + n);
		if (n > 40)
			test_fail("%d bytes of options, more than 40", n);
	}
	while (pad && n % 4)
		buf[n++] = 0;
	memcpy(to, buf, n);
	return n;
}

/* Returns the length of the option at @p, 0 if it is malformed. */
static int opt_parse(const uint8_t *p, int left, struct opt *o)
{
	int i, len;

	if (p[0] < 2) {
		o->type = p[0] ? OPT_NOP : OPT_EOL;
		return 1;
	}
	if (left < 2 || p[1] < 2 || p[1] > left)
		return 0;
	len = p[1];
	if (p[0] == 2 && len == 4) {
		o->type = OPT_MSS;
		o->v[0] = get16(p + 2);
	} else if (p[0] == 3 && len == 3) {
		o->type = OPT_WS;
		o->v[0] = p[2];
	} else if (p[0] == 4 && len == 2) {
		o->type = OPT_SACKOK;
	} else if (p[0] == 5 && len % 8 == 2 && len > 2) {
		o->type = OPT_SACK;
		o->len = (len - 2) / 4;
		for (i = 0; i < o->len; i++)
			o->v[i] = get32(p + 2 + 4 * i);
	} else if (p[0] == 8 && len == 10) {
		o->type = OPT_TS;
		o->v[0] = get32(p + 2);
		o->v[1] = get32(p + 6);
	} else {
		o->type = OPT_RAW;
		o->raw = p;
		o->len = len;
	}
	return len;
}

bool opts_parse(const uint8_t *from, int len, struct opt *o)
{
	int i = 0, n = 0, used;

	memset(o, 0, MAX_OPTS * sizeof(*o));
	while (n < len) {
		if (i == MAX_OPTS - 1)
			return false;
		used = opt_parse(from + n, len - n, &o[i]);
		if (!used)
			return false;
		n += used;
		if (o[i++].type == OPT_EOL)
			break;
	}
	/* RFC 9293 3.1, MUST-69: zeros after the end of the list. */
	while (n < len)
		if (from[n++])
			return false;
	return true;
}

const struct opt *opts_find(const struct opt *o, enum opt_type type)
{
	int i;

	for (i = 0; i < MAX_OPTS && o[i].type != OPT_END; i++)
		if (o[i].type == type)
			return &o[i];
	return NULL;
}

bool opts_given(const struct opt *o)
{
	return o[0].type != OPT_END;
}

static int ip4_build(uint8_t *to, const struct rawseg *s, int proto, int len)
{
	int hlen = 20 + s->ipoptlen;

	memset(to, 0, 20);
	to[0] = 0x40 | hlen / 4;
	to[1] = s->tos;
	put16(to + 2, hlen + len);
	put16(to + 4, s->ipid);
	put16(to + 6, s->df ? 0x4000 : 0);
	to[8] = s->ttl;
	to[9] = proto;
	memcpy(to + 12, s->src.b, 4);
	memcpy(to + 16, s->dst.b, 4);
	if (s->ipoptlen)
		memcpy(to + 20, s->ipopt, s->ipoptlen);
	put16(to + 10, ~csum_fold(csum_add(0, to, hlen)));
	return hlen;
}

static int ip6_build(uint8_t *to, const struct rawseg *s, int proto, int len)
{
	put32(to, 6U << 28 | s->tos << 20 | s->label);
	put16(to + 4, s->ipoptlen + len);
	to[6] = s->ipoptlen ? s->exttype : proto;
	to[7] = s->ttl;
	memcpy(to + 8, s->src.b, 16);
	memcpy(to + 24, s->dst.b, 16);
	if (s->ipoptlen) {
		memcpy(to + IP6_HDR_LEN, s->ipopt, s->ipoptlen);
		to[IP6_HDR_LEN] = proto;
	}
	return IP6_HDR_LEN + s->ipoptlen;
}

int ip_header_build(uint8_t *to, const struct rawseg *s, int proto, int len)
{
	if (s->src.family == AF_INET6)
		return ip6_build(to, s, proto, len);
	return ip4_build(to, s, proto, len);
}

int packet_build(const struct rawseg *s, uint8_t *to, uint16_t badsum)
{
	int tlen = 20 + s->optlen + s->len;
	uint8_t *t = to + ip_header_build(to, s, IPPROTO_TCP, tlen);

	memset(t, 0, 20);
	put16(t, s->sport);
	put16(t + 2, s->dport);
	put32(t + 4, s->seq);
	put32(t + 8, s->ack);
	t[12] = s->doff << 4 | (s->res & 7) << 1 | (s->flags & AE ? 1 : 0);
	t[13] = s->flags;
	put16(t + 14, s->wnd);
	put16(t + 18, s->urg);
	memcpy(t + 20, s->opt, s->optlen);
	if (s->len)
		memcpy(t + 20 + s->optlen, s->data, s->len);
	put16(t + 16, ~csum_fold(csum_add(csum_pseudo(&s->src, &s->dst,
				IPPROTO_TCP, tlen), t, tlen)) ^ badsum);
	return t + tlen - to;
}

/* RFC 791 3.1: a source route that is not used up ends at the destination. */
static void ip4_final(const uint8_t *opt, int len, struct addr *dst)
{
	int n;

	for (; len > 2 && opt[0]; opt += n, len -= n) {
		n = opt[0] == 1 ? 1 : opt[1];
		if (!n || n > len)
			return;
		if ((opt[0] == 131 || opt[0] == 137) && opt[2] < n)
			memcpy(dst->b, opt + n - 4, 4);
	}
}

/* The same of IPv6: behind the extension headers (RFC 8200 4), which become s->ipopt. */
static int ip6_parse(const uint8_t *from, int len, struct rawseg *s)
{
	int next = from[6], off = IP6_HDR_LEN;

	s->src.family = s->dst.family = AF_INET6;
	memcpy(s->src.b, from + 8, 16);
	memcpy(s->dst.b, from + 24, 16);
	s->hop = s->dst;
	s->tos = get16(from) >> 4;
	s->label = get32(from) & 0xfffff;
	s->ttl = from[7];
	s->df = true;
	s->exttype = next;
	while ((next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
		next == IPPROTO_DSTOPTS) && off + 8 <= len) {
		next = from[off];
		off += (from[off + 1] + 1) * 8;
	}
	s->ipopt = from + IP6_HDR_LEN;
	s->ipoptlen = off - IP6_HDR_LEN;
	return next == IPPROTO_TCP && off < len ? off : 0;
}

/* Returns the offset of the transport header, 0 if this is not TCP. */
static int ip_parse(const uint8_t *from, int len, struct rawseg *s)
{
	if (len >= 20 && from[0] >> 4 == 4) {
		s->src.family = s->dst.family = AF_INET;
		memcpy(s->src.b, from + 12, 4);
		memcpy(s->dst.b, from + 16, 4);
		s->tos = from[1];
		s->ttl = from[8];
		s->ipid = get16(from + 4);
		s->df = from[6] & 0x40;
		s->ipoptlen = (from[0] & 15) * 4 - 20;
		s->ipopt = from + 20;
		s->hop = s->dst;
		ip4_final(s->ipopt, s->ipoptlen, &s->dst);
		return from[9] == IPPROTO_TCP ? (from[0] & 15) * 4 : 0;
	}
	if (len >= IP6_HDR_LEN && from[0] >> 4 == 6)
		return ip6_parse(from, len, s);
	return 0;
}

bool packet_parse(const uint8_t *from, int len, struct rawseg *s,
		  const char **why)
{
	const uint8_t *t;
	int off, hlen;

	memset(s, 0, sizeof(*s));
	*why = NULL;
	off = ip_parse(from, len, s);
	if (!off)
		return false;
	t = from + off;
	len -= off;
	if (len < 20) {
		*why = "the TCP header is cut off";
		return true;
	}
	s->sport = get16(t);
	s->dport = get16(t + 2);
	s->seq = get32(t + 4);
	s->ack = get32(t + 8);
	s->doff = t[12] >> 4;
	s->res = t[12] >> 1 & 7;
	s->flags = t[13] | (t[12] & 1 ? AE : 0);
	s->wnd = get16(t + 14);
	s->sum = get16(t + 16);
	s->urg = get16(t + 18);
	hlen = s->doff * 4;
	if (hlen < 20 || hlen > len) {
		*why = "the data offset is wrong";
		return true;
	}
	s->optlen = hlen - 20;
	memcpy(s->opt, t + 20, s->optlen);
	s->data = t + hlen;
	s->len = len - hlen;
	return true;
}

/* MUST-2: a correct checksum over header, data and pseudo-header. */
bool packet_sum_ok(const uint8_t *from, int len)
{
	struct rawseg s = {};
	int off = ip_parse(from, len, &s);

	if (s.src.family == AF_INET &&
	    csum_fold(csum_add(0, from, 20 + s.ipoptlen)) != 0xffff)
		return false;
	return csum_fold(csum_add(csum_pseudo(&s.src, &s.dst, IPPROTO_TCP,
				len - off), from + off, len - off)) == 0xffff;
}
