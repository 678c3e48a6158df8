/* SPDX-License-Identifier: GPL-2.0 */
/* A filter as the kernel runs it: the attribute INET_DIAG_REQ_BYTECODE. */
#ifndef MYTCP_SS_BYTECODE_H
#define MYTCP_SS_BYTECODE_H

#include <stddef.h>

#include "filter.h"

/**
 * struct bytecode - a program of struct inet_diag_bc_op
 * @code: its bytes
 * @len: how many
 */
struct bytecode {
	unsigned char *code;
	size_t len;
};

void bytecode_build(struct bytecode *bytecode, const struct node *expression);
void bytecode_free(struct bytecode *bytecode);

#endif /* MYTCP_SS_BYTECODE_H */
