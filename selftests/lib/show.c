// SPDX-License-Identifier: GPL-2.0
/* A segment in the words of tcpdump. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "packet.h"

struct text {
	char *p;
	size_t left;
	int len;
};

static void add(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->p, t->left, fmt, ap);
	va_end(ap);
	if (n < 0 || !t->left)
		return;
	if ((size_t)n >= t->left)
		n = t->left - 1;
	t->p += n;
	t->left -= n;
	t->len += n;
}

static void add_number(struct text *t, int64_t v)
{
	if (v == ANY || v == UNSET)
		add(t, "any");
	else if (v == LAST_TS)
		add(t, "last");
	else if (IS_ABS(v))
		add(t, "%" PRIu32 " (absolute)", (uint32_t)v);
	else
		add(t, "%" PRId64, v);
}

static void add_flags(struct text *t, int flags)
{
	static const struct { int bit; char c; } names[] = {
		{ FIN, 'F' }, { SYN, 'S' }, { RST, 'R' }, { PSH, 'P' },
		{ ACK, '.' }, { URG, 'U' }, { ECE, 'E' }, { CWR, 'W' },
		{ AE, 'e' },
	};
	size_t i;

	add(t, "Flags [");
	if (!(flags & 0x1ff))
		add(t, "none");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (flags & names[i].bit)
			add(t, "%c", names[i].c);
	add(t, flags & ANYPSH ? "(P)]" : "]");
}

static void add_sack(struct text *t, const struct opt *o)
{
	int i;

	add(t, "sack %d ", o->len / 2);
	for (i = 0; i + 1 < o->len; i += 2) {
		add(t, "{");
		add_number(t, o->v[i]);
		add(t, ":");
		add_number(t, o->v[i + 1]);
		add(t, "}");
	}
}

static void add_raw(struct text *t, const struct opt *o)
{
	const uint8_t *b = o->raw;
	int i;

	add(t, "raw 0x");
	for (i = 0; i < o->len; i++)
		add(t, "%02x", b[i]);
}

static void add_opt(struct text *t, const struct opt *o)
{
	switch (o->type) {
	case OPT_EOL:
		add(t, "eol");
		break;
	case OPT_NOP:
		add(t, "nop");
		break;
	case OPT_MSS:
		add(t, "mss ");
		add_number(t, o->v[0]);
		break;
	case OPT_WS:
		add(t, "wscale ");
		add_number(t, o->v[0]);
		break;
	case OPT_SACKOK:
		add(t, "sackOK");
		break;
	case OPT_SACK:
		add_sack(t, o);
		break;
	case OPT_TS:
		add(t, "TS val ");
		add_number(t, o->v[0]);
		add(t, " ecr ");
		add_number(t, o->v[1]);
		break;
	case OPT_RAW:
		add_raw(t, o);
		break;
	default:
		add(t, "none");
	}
}

static void add_opts(struct text *t, const struct opt *o)
{
	int i;

	if (!opts_given(o))
		return;
	add(t, ", options [");
	for (i = 0; i < MAX_OPTS && o[i].type != OPT_END; i++) {
		if (i)
			add(t, ",");
		add_opt(t, &o[i]);
	}
	add(t, "]");
}

static void add_field(struct text *t, const char *name, int64_t v)
{
	if (v == UNSET || v == ANY)
		return;
	add(t, ", %s ", name);
	add_number(t, v);
}

int seg_show(char *buf, size_t size, const struct seg *s)
{
	struct text t = { buf, size, 0 };

	add_flags(&t, s->flags);
	add(&t, ", seq ");
	add_number(&t, s->seq);
	if (s->flags & ACK) {
		add(&t, ", ack ");
		add_number(&t, s->ack);
	}
	add_field(&t, "win", s->wnd);
	if (s->flags & URG)
		add_field(&t, "urg", s->urg);
	add_opts(&t, s->opts);
	add(&t, ", length ");
	add_number(&t, s->len);
	if (s->res != UNSET && s->res != ANY && s->res)
		add_field(&t, "reserved", s->res);
	if (s->tos)
		add_field(&t, "tos", s->tos);
	if (s->label != UNSET && s->label != ANY && s->label)
		add_field(&t, "label", s->label);
	if (s->frag)
		add(&t, ", in fragments of %d", s->frag);
	if (s->cut)
		add(&t, ", cut by %d", s->cut);
	if (s->badsum != UNSET && s->badsum)
		add(&t, ", bad checksum");
	return t.len;
}
