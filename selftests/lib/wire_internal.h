/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the two halves of the wire: wire.c injects, expect.c receives. */
#ifndef SELFTESTS_LIB_WIRE_INTERNAL_H
#define SELFTESTS_LIB_WIRE_INTERNAL_H

#include "wire.h"

/* A packet read while another connection was waited for. */
struct queued {
	struct queued *next;
	int64_t us;
	int len, gso_size;
	bool csum_partial;
	uint8_t packet[];
};

/* A sequence number of the test's, or of the stack's, as on the wire. */
uint32_t wire_to_stack_seq(const struct wire *w, int64_t v);
uint32_t wire_from_stack_seq(const struct wire *w, int64_t v);

#endif /* SELFTESTS_LIB_WIRE_INTERNAL_H */
