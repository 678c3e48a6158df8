/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What mytcp/proto/reasm.c must do, told by a map that says of each octet which
 * piece holds it. What an insertion has to do follows from the map alone: the
 * newcomer shrinks to what stretches from its first missing octet to its last,
 * and takes over whatever lies between. For the unit test and the fuzzer.
 */
#ifndef MYTCP_UNIT_REASM_MODEL_H
#define MYTCP_UNIT_REASM_MODEL_H

#include <string.h>

#include "mytcp/proto/reasm.h"

#define MODEL_SPAN	200	/* octets of sequence space */
#define MODEL_PIECES	(MODEL_SPAN + 1)

/**
 * struct reasm_model - a set of intervals and what ought to be in it
 * @reasm: the set under test
 * @pieces: all the pieces there are, in the set or not
 * @live: which of them ought to be in the set
 * @holder: index of the piece that ought to hold an octet, -1 for none
 * @base: sequence number of the first octet of the map
 */
struct reasm_model {
	struct mytcp_reasm reasm;
	struct mytcp_piece pieces[MODEL_PIECES];
	bool live[MODEL_PIECES];
	s16 holder[MODEL_SPAN];
	u32 base;
};

static inline void reasm_model_init(struct reasm_model *model, u32 base)
{
	memset(model->live, 0, sizeof(model->live));
	memset(model->holder, -1, sizeof(model->holder));
	model->base = base;
	mytcp_reasm_init(&model->reasm);
}

/* Leave the function with what did not hold. */
#define MODEL_MUST(condition) do {	\
	if (!(condition))		\
		return #condition;	\
} while (0)

/* Insert @len octets at @from, or as many of them as the map has room for. */
static inline const char *reasm_model_insert(struct reasm_model *model, u32 from, u32 len)
{
	u32 to = from + (len < MODEL_SPAN - from ? len : MODEL_SPAN - from);
	bool swallowed[MODEL_PIECES] = { false };
	struct mytcp_piece *newcomer, *given;
	enum mytcp_reasm_verdict verdict;
	u32 last_end = 0;
	s16 index = 0;
	u32 i;

	/* Each piece in the set holds an octet, so one is always free. */
	while (model->live[index])
		index++;
	newcomer = &model->pieces[index];
	newcomer->seq = model->base + from;
	newcomer->end = model->base + to;
	verdict = mytcp_reasm_insert(&model->reasm, newcomer, &given);

	while (from < to && model->holder[from] >= 0)
		from++;
	while (from < to && model->holder[to - 1] >= 0)
		to--;
	if (from == to) {
		MODEL_MUST(verdict == MYTCP_REASM_DUP);
		MODEL_MUST(!given);
		return NULL;
	}

	MODEL_MUST(verdict == MYTCP_REASM_KEPT);
	MODEL_MUST(newcomer->seq == model->base + from);
	MODEL_MUST(newcomer->end == model->base + to);

	for (i = from; i < to; i++) {
		if (model->holder[i] >= 0)
			swallowed[model->holder[i]] = true;
		model->holder[i] = index;
	}
	model->live[index] = true;

	for (; given; given = given->next) {
		MODEL_MUST(swallowed[given - model->pieces]);
		MODEL_MUST(given->seq - model->base >= last_end);
		last_end = given->end - model->base;
		swallowed[given - model->pieces] = false;
		model->live[given - model->pieces] = false;
	}
	for (i = 0; i < MODEL_PIECES; i++)
		MODEL_MUST(!swallowed[i]);
	return NULL;
}

/* A piece out of the set: its octets are missing. */
static inline void reasm_model_remove(struct reasm_model *model, struct mytcp_piece *gone)
{
	s16 index = gone - model->pieces;
	unsigned int i;

	mytcp_reasm_remove(&model->reasm, gone);
	model->live[index] = false;
	for (i = 0; i < MODEL_SPAN; i++)
		if (model->holder[i] == index)
			model->holder[i] = -1;
}

/* What the engine does as RCV.NXT advances: what begins below it goes as a whole. */
static inline void reasm_model_advance(struct reasm_model *model, u32 next)
{
	struct mytcp_piece *first;
	u32 i;

	while ((first = mytcp_reasm_first(&model->reasm)) &&
	       first->seq - model->base < next)
		reasm_model_remove(model, first);
	for (i = 0; i < next; i++)
		model->holder[i] = -1;
}

/* What the engine does when memory is short: the farthest piece goes first. */
static inline void reasm_model_prune(struct reasm_model *model)
{
	struct mytcp_piece *last = mytcp_reasm_last(&model->reasm);

	if (last)
		reasm_model_remove(model, last);
}

/* The set is what the map says: order, bounds, holders, counts. */
static inline const char *reasm_model_check(const struct reasm_model *model)
{
	const struct mytcp_piece *held;
	u32 at = 0, count = 0, bytes = 0, i;

	for (held = mytcp_reasm_first(&model->reasm); held; held = mytcp_reasm_next(held)) {
		u32 from = held->seq - model->base, to = held->end - model->base;

		MODEL_MUST(at <= from && from < to && to <= MODEL_SPAN);
		for (; at < from; at++)
			MODEL_MUST(model->holder[at] == -1);
		for (; at < to; at++)
			MODEL_MUST(model->holder[at] == held - model->pieces);
		MODEL_MUST(model->live[held - model->pieces]);
		MODEL_MUST(mytcp_reasm_next(held) ||
			   mytcp_reasm_last(&model->reasm) == held);
		bytes += to - from;
		count++;
	}
	for (; at < MODEL_SPAN; at++)
		MODEL_MUST(model->holder[at] == -1);

	MODEL_MUST(count || !mytcp_reasm_last(&model->reasm));
	MODEL_MUST(model->reasm.count == count);
	MODEL_MUST(model->reasm.bytes == bytes);
	for (i = 0; i < MODEL_PIECES; i++)
		count -= model->live[i];
	MODEL_MUST(count == 0);
	return NULL;
}

#endif /* MYTCP_UNIT_REASM_MODEL_H */
