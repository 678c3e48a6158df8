/* SPDX-License-Identifier: GPL-2.0 */
/* What was measured, for people and for programs. */
#ifndef MYTCP_PERF_REPORT_H
#define MYTCP_PERF_REPORT_H

#include "client.h"

/**
 * struct report - all runs
 * @plan: of each, but for the stack
 * @limits: of each
 * @host: name of the server's machine, as it was given
 * @command: the command line
 * @stacks: in the order of their runs
 * @stack_count: of @stacks
 * @rounds: runs of each stack that have ended
 * @planned: runs of each stack that were to be
 * @runs: of each stack, STACKS times @planned; see report_runs()
 */
struct report {
	struct plan plan;
	struct limits limits;
	const char *host;
	const char *command;
	enum stack stacks[STACKS];
	unsigned int stack_count;
	unsigned int rounds;
	unsigned int planned;
	struct outcome *runs;
};

/* The runs of the stack at @at in @stacks. */
static inline struct outcome *report_runs(const struct report *r, unsigned int at)
{
	return &r->runs[at * r->planned];
}

int report_find(const struct report *r, enum stack stack);
void report_print(const struct report *r);
void report_json(const struct report *r);

#endif /* MYTCP_PERF_REPORT_H */
