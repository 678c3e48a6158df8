/* SPDX-License-Identifier: GPL-2.0 */
/* Many connections with two streams each, on ways that lose and spoil, some at once. */
#ifndef SELFTESTS_LIB_TRIAL_H
#define SELFTESTS_LIB_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * @count plans, of the seeds @first and following, @jobs at a time; see plan_draw() for
 * @only and @most. @spoil: octet of the stream of the end that connects which is changed
 * on its way in, -1 for none. @loud: each connection is told of.
 */
struct trial {
	uint64_t first;
	unsigned int count, jobs;
	int only;
	uint64_t most;
	int64_t spoil;
	bool loud;
};

/* What became of a connection. */
struct outcome {
	bool ended, passed;
	unsigned int ms;
	unsigned int again;		/* segments sent again */
	unsigned int spoilt;		/* with a wrong checksum */
	char why[200];			/* not @passed: the first that was wrong */
};

/* For a trial's results, to be shared with its processes. */
struct outcome *outcomes_new(unsigned int count);
/* Runs it; returns how many connections failed. Each of them is told of, with its plan. */
unsigned int trial_run(const struct trial *trial, struct outcome *outcomes);

#endif /* SELFTESTS_LIB_TRIAL_H */
