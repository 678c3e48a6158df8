/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What mytcp/proto/scoreboard.c must do, told by a map that says of each octet
 * whether it is SACKed. For the unit test and the fuzzer.
 */
#ifndef MYTCP_UNIT_SCOREBOARD_MODEL_H
#define MYTCP_UNIT_SCOREBOARD_MODEL_H

#include <string.h>

#include "mytcp/proto/scoreboard.h"

#define MODEL_SPAN	250	/* octets of sequence space */
#define MODEL_ROOM	16

/**
 * struct scoreboard_model - a scoreboard and what ought to be in it
 * @sb: the scoreboard under test
 * @more: the array that it may be given
 * @sacked: of each octet, and of the one behind them, which never is
 * @base: sequence number of the first octet of the map
 * @una: place of SND.UNA in the map
 */
struct scoreboard_model {
	struct mytcp_scoreboard sb;
	struct mytcp_sack_block more[MODEL_ROOM];
	bool sacked[MODEL_SPAN + 1];
	u32 base;
	u32 una;
};

static inline void scoreboard_model_init(struct scoreboard_model *model, u32 base)
{
	memset(model->sacked, 0, sizeof(model->sacked));
	model->base = base;
	model->una = 0;
	memset(&model->sb, 0, sizeof(model->sb));
}

/* Leave the function with what did not hold. */
#define MODEL_MUST(condition) do {	\
	if (!(condition))		\
		return #condition;	\
} while (0)

/* Room comes and goes, as far as the ranges allow it. */
static inline const char *scoreboard_model_move(struct scoreboard_model *model)
{
	struct mytcp_sack_block *had = model->sb.more;
	struct mytcp_sack_block *more = had ? NULL : model->more;

	if (had && model->sb.count > MYTCP_SCOREBOARD_FEW)
		return NULL;
	MODEL_MUST(mytcp_scoreboard_give_room(&model->sb, more, MODEL_ROOM) == had);
	return NULL;
}

/* SACK @len octets at @from, or as many as the map has room for. */
static inline const char *scoreboard_model_add(struct scoreboard_model *model, u32 from, u32 len)
{
	u32 to = from + (len < MODEL_SPAN - from ? len : MODEL_SPAN - from);
	struct mytcp_sack_block block = { model->base + from, model->base + to }, gap;
	unsigned int places = model->sb.more ? MODEL_ROOM : MYTCP_SCOREBOARD_FEW;
	bool told[MODEL_SPAN] = { false }, joins = false;
	u32 i, news = 0, at = from;

	if (from <= model->una || from >= to)
		return NULL;
	for (i = from - 1; i <= to; i++)
		joins |= model->sacked[i];
	if (!joins && model->sb.count == places) {
		MODEL_MUST(!mytcp_scoreboard_fits(&model->sb, &block));
		MODEL_MUST(!mytcp_scoreboard_add(&model->sb, &block));
		return NULL;
	}

	MODEL_MUST(mytcp_scoreboard_fits(&model->sb, &block));
	for (gap.right = block.left; mytcp_scoreboard_next_gap(&model->sb, &block, &gap);
	     at = gap.right - model->base) {
		MODEL_MUST(gap.left - model->base >= at);
		MODEL_MUST(gap.left - model->base < gap.right - model->base);
		MODEL_MUST(gap.right - model->base <= to);
		memset(told + (gap.left - model->base), true, gap.right - gap.left);
	}
	for (i = 0; i < MODEL_SPAN; i++) {
		MODEL_MUST(told[i] == (i >= from && i < to && !model->sacked[i]));
		news += told[i];
		model->sacked[i] |= told[i];
	}
	MODEL_MUST(mytcp_scoreboard_add(&model->sb, &block) == news);
	return NULL;
}

static inline const char *scoreboard_model_advance(struct scoreboard_model *model, u32 una)
{
	u32 i, gone = 0;

	if (una < model->una)
		return NULL;
	for (i = 0; i < una; i++) {
		gone += model->sacked[i];
		model->sacked[i] = false;
	}
	model->una = una;
	MODEL_MUST(mytcp_scoreboard_advance(&model->sb, model->base + una) == gone);
	return NULL;
}

static inline void scoreboard_model_clear(struct scoreboard_model *model)
{
	mytcp_scoreboard_clear(&model->sb);
	memset(model->sacked, 0, sizeof(model->sacked));
}

/* What the scoreboard says of each octet, from the last one to SND.UNA. */
static inline const char *scoreboard_model_ask(const struct scoreboard_model *model)
{
	const struct mytcp_scoreboard *sb = &model->sb;
	u32 i;

	for (i = MODEL_SPAN; i-- > model->una; ) {
		u32 seq = model->base + i;
		bool next = model->sacked[i + 1];

		MODEL_MUST(mytcp_scoreboard_holds(sb, seq, seq + 1) == model->sacked[i]);
		MODEL_MUST(mytcp_scoreboard_holds(sb, seq, seq + 2) ==
			   (model->sacked[i] && next));
	}
	return NULL;
}

/* The scoreboard is what the map says: order, bounds, sums. */
static inline const char *scoreboard_model_check(const struct scoreboard_model *model)
{
	const struct mytcp_scoreboard *sb = &model->sb;
	const struct mytcp_sack_block *range = sb->more ? sb->more : sb->few;
	u32 i, at = 0, sum = 0;

	MODEL_MUST(sb->count <= (sb->more ? MODEL_ROOM : MYTCP_SCOREBOARD_FEW));
	for (i = 0; i < sb->count; i++) {
		u32 from = range[i].left - model->base, to = range[i].right - model->base;

		MODEL_MUST((i ? at < from : at <= from) && from < to && to <= MODEL_SPAN);
		for (; at < from; at++)
			MODEL_MUST(!model->sacked[at]);
		for (; at < to; at++)
			MODEL_MUST(model->sacked[at]);
		sum += to - from;
	}
	for (; at < MODEL_SPAN; at++)
		MODEL_MUST(!model->sacked[at]);

	MODEL_MUST(sb->sacked == sum);
	MODEL_MUST(mytcp_scoreboard_reneged(sb, model->base + model->una) ==
		   model->sacked[model->una]);
	return scoreboard_model_ask(model);
}

#endif /* MYTCP_UNIT_SCOREBOARD_MODEL_H */
