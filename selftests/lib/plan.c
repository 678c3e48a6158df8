// SPDX-License-Identifier: GPL-2.0
/* What a seed chooses; see plan.h. */
#include "chance.h"
#include "fail.h"
#include "plan.h"

/* A direction takes at most so many calls of its largest chunk, or it takes forever. */
#define MOST_CALLS	4000

static const char * const waiting_names[] = {
	[BY_BLOCKING]	= "blocking",
	[BY_POLL]	= "poll",
	[BY_EPOLL]	= "epoll",
	[BY_EDGE]	= "epoll by edges",
};

static const char * const writing_names[] = {
	[BY_WRITE]	= "write",
	[BY_WRITEV]	= "writev",
	[BY_MORE]	= "sendmsg more",
	[BY_CORK]	= "write corked",
	[FROM_MAPPING]	= "write of a mapping",
	[BY_SENDFILE]	= "sendfile",
	[BY_SPLICE_IN]	= "splice in",
};

static const char * const reading_names[] = {
	[BY_READ]	= "read",
	[BY_READV]	= "readv",
	[BY_PEEK]	= "peek",
	[BY_WAITALL]	= "waitall",
	[INTO_MAPPING]	= "read into a mapping",
	[BY_SPLICE_OUT]	= "splice out",
};

static uint64_t draw_len(struct chance *c, uint64_t most)
{
	uint64_t len;

	switch (chance_below(c, 8)) {
	case 0:
		len = chance_below(c, 3);
		break;
	case 1:
		len = chance_scale(c, 1, 20000);
		break;
	case 2:
	case 3:
		len = chance_between(c, most / 4, most);
		break;
	default:
		len = chance_scale(c, 20000, 1000000);
		break;
	}
	return len < most ? len : most;
}

/* Mostly the stack's own; else from less than a segment to plenty. */
static int draw_buffer(struct chance *c)
{
	return chance_one_in(c, 3) ? (int)chance_scale(c, 1, 300000) : 0;
}

static unsigned int draw_chunk(struct chance *c)
{
	return chance_scale(c, chance_one_in(c, 2) ? 1 : 1000, MOST_AT_ONCE);
}

static unsigned int draw_pause(struct chance *c)
{
	return chance_one_in(c, 2) ? chance_between(c, 10, 60) : 0;
}

static void draw_socket(struct chance *c, struct plan_side *s)
{
	static const char * const algorithms[] = { "cubic", "reno", "bbr", "dctcp" };

	s->waiting = chance_below(c, WAITINGS);
	s->writing = chance_below(c, WRITINGS);
	s->reading = chance_below(c, READINGS);
	s->chunk_out = draw_chunk(c);
	s->chunk_in = draw_chunk(c);
	s->pause_out = draw_pause(c);
	s->pause_in = draw_pause(c);
	s->sndbuf = draw_buffer(c);
	s->rcvbuf = draw_buffer(c);
	s->mss = chance_one_in(c, 4) ? (int)chance_between(c, 100, 1400) : 0;
	s->nodelay = chance_one_in(c, 3);
	s->cong = chance_one_in(c, 2) ? algorithms[chance_below(c, 4)] : NULL;
	if (s->tcp == KERNEL_TCP)
		s->cong = NULL;		/* which it has is not ours to say */
}

/* Some ways are good, but for one thing. */
static unsigned int draw_rate(struct chance *c, unsigned int most)
{
	return chance_one_in(c, 3) ? 0 : chance_between(c, 1, most);
}

static void draw_way(struct chance *c, struct plan_side *s)
{
	s->offload = chance_one_in(c, 3);
	s->delay_ms = chance_between(c, 1, 5);
	s->jitter_ms = chance_below(c, s->delay_ms);
	s->loss = draw_rate(c, 50);
	s->reorder = draw_rate(c, 250);
	s->duplicate = draw_rate(c, 50);
	s->corrupt = draw_rate(c, 30);
}

/* What small chunks, segments and buffers let through in some seconds. */
static void bound_len(struct plan_side *from, const struct plan_side *to)
{
	unsigned int chunk = from->chunk_out < to->chunk_in ? from->chunk_out :
							      to->chunk_in;
	uint64_t most = (uint64_t)chunk * MOST_CALLS;
	int small = 8192;

	if ((from->sndbuf && from->sndbuf < small) || (to->rcvbuf && to->rcvbuf < small))
		most = most < 50000 ? most : 50000;
	if ((from->mss && from->mss < 536) || (to->mss && to->mss < 536))
		most = most < 300000 ? most : 300000;
	if (from->len > most)
		from->len = most;
}

struct plan plan_draw(uint64_t seed, int only, uint64_t most)
{
	struct chance c = chance_from(seed, 0);
	struct plan plan = { .seed = seed };
	unsigned int stacks;
	int i;

	plan.family = chance_one_in(&c, 2) ? AF_INET6 : AF_INET;
	if (only)
		plan.family = only;
	/* half of them have the other stack at one end */
	stacks = chance_below(&c, 4);
	for (i = 0; i < 2; i++) {
		struct plan_side *s = &plan.side[i];

		s->tcp = stacks == (unsigned int)i ? other_tcp(MYTCP) : MYTCP;
		if (subject() == KERNEL_TCP)
			s->tcp = KERNEL_TCP;
		draw_socket(&c, s);
		draw_way(&c, s);
		s->len = draw_len(&c, most);
	}
	for (i = 0; i < 2; i++)
		bound_len(&plan.side[i], &plan.side[!i]);
	return plan;
}

void plan_show(const struct plan *plan)
{
	int i;

	test_note("seed %llu, IPv%d", (unsigned long long)plan->seed,
		  plan->family == AF_INET6 ? 6 : 4);
	for (i = 0; i < 2; i++) {
		const struct plan_side *s = &plan->side[i];

		test_note("  %s %s, %s: %llu octets by %s up to %u, pauses %u; %s up to %u, pauses %u",
			  tcp_name(s->tcp), i ? "accepts" : "connects",
			  waiting_names[s->waiting], (unsigned long long)s->len,
			  writing_names[s->writing], s->chunk_out, s->pause_out,
			  reading_names[s->reading], s->chunk_in, s->pause_in);
		test_note("    sndbuf %d rcvbuf %d mss %d%s %s; way: %u ms +- %u, in a thousand: loss %u reorder %u duplicate %u corrupt %u%s",
			  s->sndbuf, s->rcvbuf, s->mss, s->nodelay ? " nodelay" : "",
			  s->cong ? s->cong : "", s->delay_ms, s->jitter_ms, s->loss,
			  s->reorder, s->duplicate, s->corrupt,
			  s->offload ? ", offload" : "");
	}
}
