// SPDX-License-Identifier: GPL-2.0
/* Any sequence of insertions and removals: mytcp/proto/reasm.c against a map of octets. */
#include <stdio.h>
#include <stdlib.h>

#include "selftests/unit/reasm_model.h"

static void must_hold(const char *broken)
{
	if (!broken)
		return;
	fprintf(stderr, "does not hold: %s\n", broken);
	abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Two octets place the map in sequence space; then two a step: where, how long or what. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct reasm_model model;

	if (size < 2)
		return 0;
	/* 0 and 0x80000000 are where things may break: stay close to them */
	reasm_model_init(&model, (u32)(data[0] & 1) << 31 | (u32)-data[1]);

	for (data += 2, size -= 2; size >= 2; data += 2, size -= 2) {
		u32 at = data[0] % MODEL_SPAN;

		if (data[1] == 255)
			reasm_model_prune(&model);
		else if (data[1] >= 252)
			reasm_model_advance(&model, at);
		else
			must_hold(reasm_model_insert(&model, at, data[1]));
		must_hold(reasm_model_check(&model));
	}
	return 0;
}
