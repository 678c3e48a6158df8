// SPDX-License-Identifier: GPL-2.0
/*
 * Compiles an expression. Each operation is a test: when it holds, the program goes on
 * behind it, and otherwise jumps. Jumps only go forward, from one operation to another.
 * Who arrives at the end is listed; who jumps 4 bytes further is not.
 */
#include "bytecode.h"

#include <linux/inet_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "error.h"

#define REJECT		0	/* the label behind the end */
#define NOWHERE		((size_t)-1)

/**
 * struct jump - an operation whose target is not known yet
 * @from: where the operation begins
 * @label: its target
 */
struct jump {
	size_t from;
	size_t label;
};

/**
 * struct program - a program that is being written
 * @code: the bytes so far
 * @len: how many
 * @jumps: of all operations
 * @jump_count: how many
 * @labels: the place of each label, NOWHERE before it is reached
 * @label_count: how many
 */
struct program {
	unsigned char *code;
	size_t len;
	struct jump *jumps;
	size_t jump_count;
	size_t *labels;
	size_t label_count;
};

static size_t new_label(struct program *program)
{
	program->labels = resize(program->labels, program->label_count + 1,
				 sizeof(*program->labels));
	program->labels[program->label_count] = NOWHERE;
	return program->label_count++;
}

static void place_label(struct program *program, size_t label)
{
	program->labels[label] = program->len;
}

/* An operation with its operands, @len bytes of them; jumps to @label if it fails. */
static void add_operation(struct program *program, unsigned char code,
			  const void *operands, size_t len, size_t label)
{
	struct inet_diag_bc_op op = { .code = code, .yes = (unsigned char)(sizeof(op) + len) };
	struct jump jump = { .from = program->len, .label = label };

	program->jumps = resize(program->jumps, program->jump_count + 1, sizeof(jump));
	program->jumps[program->jump_count++] = jump;
	program->code = resize(program->code, program->len + op.yes, 1);
	memcpy(program->code + program->len, &op, sizeof(op));
	if (len)
		memcpy(program->code + program->len + sizeof(op), operands, len);
	program->len += op.yes;
}

static void add_jump(struct program *program, size_t label)
{
	add_operation(program, INET_DIAG_BC_JMP, NULL, 0, label);
}

static void add_host(struct program *program, const struct node *node, size_t fail)
{
	struct inet_diag_hostcond condition;
	unsigned char operands[sizeof(condition) + sizeof(node->host.addr)];
	size_t len = node->host.family == AF_INET ? 4 :
		     node->host.family == AF_INET6 ? 16 : 0;

	/* The kernel gets the padding, too. */
	memset(&condition, 0, sizeof(condition));
	condition.family = (unsigned char)node->host.family;
	condition.prefix_len = (unsigned char)node->host.prefix_len;
	condition.port = node->host.port;
	memcpy(operands, &condition, sizeof(condition));
	memcpy(operands + sizeof(condition), node->host.addr, len);
	add_operation(program, node->peer ? INET_DIAG_BC_D_COND : INET_DIAG_BC_S_COND,
		      operands, sizeof(condition) + len, fail);
}

static void add_port(struct program *program, const struct node *node, size_t fail)
{
	static const unsigned char codes[][2] = {
		[PORT_EQ] = { INET_DIAG_BC_S_EQ, INET_DIAG_BC_D_EQ },
		[PORT_GE] = { INET_DIAG_BC_S_GE, INET_DIAG_BC_D_GE },
		[PORT_LE] = { INET_DIAG_BC_S_LE, INET_DIAG_BC_D_LE },
	};
	struct inet_diag_bc_op operand = { .no = node->port };

	add_operation(program, codes[node->test][node->peer], &operand, sizeof(operand), fail);
}

/* Goes on behind what it writes if @node holds, and at @fail if not. */
static void compile(struct program *program, const struct node *node, size_t fail)
{
	size_t other, end;

	switch (node->kind) {
	case NODE_AND:
		compile(program, node->left, fail);
		compile(program, node->right, fail);
		break;
	case NODE_OR:
		other = new_label(program);
		end = new_label(program);
		compile(program, node->left, other);
		add_jump(program, end);
		place_label(program, other);
		compile(program, node->right, fail);
		place_label(program, end);
		break;
	case NODE_NOT:
		other = new_label(program);
		compile(program, node->left, other);
		add_jump(program, fail);
		place_label(program, other);
		break;
	case NODE_HOST:
		add_host(program, node, fail);
		break;
	case NODE_PORT:
		add_port(program, node, fail);
		break;
	}
}

static void resolve_jumps(struct program *program)
{
	struct inet_diag_bc_op op;
	size_t i, distance;

	program->labels[REJECT] = program->len + 4;
	for (i = 0; i < program->jump_count; i++) {
		distance = program->labels[program->jumps[i].label] - program->jumps[i].from;
		if (distance > UINT16_MAX)
			die("the filter is too long: expected at most %d bytes of operations for the kernel, got %zu; ask in parts",
			    UINT16_MAX, program->len);
		memcpy(&op, program->code + program->jumps[i].from, sizeof(op));
		op.no = (unsigned short)distance;
		memcpy(program->code + program->jumps[i].from, &op, sizeof(op));
	}
}

/**
 * bytecode_build() - compile an expression, or end the program if it is too long
 * @bytecode: gets the program, empty if there is no expression
 * @expression: of a filter, or NULL
 */
void bytecode_build(struct bytecode *bytecode, const struct node *expression)
{
	struct program program = { 0 };

	memset(bytecode, 0, sizeof(*bytecode));
	if (!expression)
		return;
	compile(&program, expression, new_label(&program));
	resolve_jumps(&program);
	free(program.jumps);
	free(program.labels);
	bytecode->code = program.code;
	bytecode->len = program.len;
}

/**
 * bytecode_free() - forget a program
 * @bytecode: the program
 */
void bytecode_free(struct bytecode *bytecode)
{
	free(bytecode->code);
	memset(bytecode, 0, sizeof(*bytecode));
}
