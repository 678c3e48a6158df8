// SPDX-License-Identifier: GPL-2.0
/*
 * Any SACK blocks and ACKs: mytcp/proto/scoreboard.c against a map of octets, and
 * its verdict on any option.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mytcp/proto/seq.h"
#include "selftests/unit/scoreboard_model.h"

static void must_hold(const char *broken)
{
	if (!broken)
		return;
	fprintf(stderr, "does not hold: %s\n", broken);
	abort();
}

/* What is judged to be in order lies where it may be put on the scoreboard. */
static const char *judge(const u8 *data, u32 base)
{
	const struct mytcp_sack_edges edges = {
		.ack = base + data[0],
		.una = base + (data[1] > data[0] ? data[1] : data[0]),
		.nxt = base + 250,
		.oldest = base - 20,
	};
	struct mytcp_sack_block blocks[MYTCP_MAX_SACKS];
	unsigned int n = 1 + data[2] % MYTCP_MAX_SACKS, i;

	for (i = 0; i < n; i++) {
		blocks[i].left = base + data[3 + 2 * i] - 100;
		blocks[i].right = blocks[i].left + (s8)data[4 + 2 * i];
	}
	for (i = 0; i < n; i++) {
		enum mytcp_sack_verdict verdict =
			mytcp_scoreboard_judge(blocks, n, i, &edges);
		const struct mytcp_sack_block *b = &blocks[i];

		if (verdict == MYTCP_SACK_INVALID)
			continue;
		MODEL_MUST(mytcp_seq_lt(b->left, b->right));
		MODEL_MUST(mytcp_seq_le(b->right, edges.nxt));
		MODEL_MUST(verdict != MYTCP_SACK_OK || mytcp_seq_gt(b->left, edges.una));
		MODEL_MUST((verdict != MYTCP_SACK_DSACK &&
			    verdict != MYTCP_SACK_DSACK_OLD) || i == 0);
		MODEL_MUST(verdict != MYTCP_SACK_STALE || mytcp_seq_le(b->right, edges.una));
	}
	return NULL;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Two octets place the map in sequence space; then two a step: where, how long or what. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct scoreboard_model model;
	u32 base;

	if (size < 2)
		return 0;
	/* 0 and 0x80000000 are where things may break: stay close to them */
	base = (u32)(data[0] & 1) << 31 | (u32)-data[1];
	scoreboard_model_init(&model, base);

	for (data += 2, size -= 2; size >= 2; data += 2, size -= 2) {
		u32 at = data[0] % MODEL_SPAN;

		if (data[1] == 255)
			scoreboard_model_clear(&model);
		else if (data[1] >= 250)
			must_hold(scoreboard_model_advance(&model, at));
		else if (data[1] >= 246)
			must_hold(scoreboard_model_move(&model));
		else if (data[1] == 245 && size >= 13)
			must_hold(judge(data + 2, base));
		else
			must_hold(scoreboard_model_add(&model, at, data[1] % 64));
		must_hold(scoreboard_model_check(&model));
	}
	return 0;
}
