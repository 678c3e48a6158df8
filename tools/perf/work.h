/* SPDX-License-Identifier: GPL-2.0 */
/* A thread of the client's, which does the operations. */
#ifndef MYTCP_PERF_WORK_H
#define MYTCP_PERF_WORK_H

#include <pthread.h>

#include "histogram.h"
#include "plan.h"
#include "stack.h"
#include "watch.h"

/**
 * struct work - what a thread has to do, and has done
 * @thread: itself
 * @plan: the run
 * @place: where the server is
 * @watch: says when it ends
 * @data: zeroes to send, as many as the longest write has
 * @fds: its connections
 * @count: of @fds; for CONNECT how many are to be opened
 * @opened: of @fds, by now
 * @quota: operations to do, 0 for as many as there is time for
 * @start: when it began, nanoseconds
 * @end: when it ended
 * @operations: done
 * @bytes: moved
 * @latency: of each operation, but for STREAM and MAERTS
 * @err: errno of what has ended it too early
 */
struct work {
	pthread_t thread;
	const struct plan *plan;
	const struct place *place;
	struct watch *watch;
	const char *data;
	int *fds;
	uint32_t count;
	uint32_t opened;
	uint64_t quota;
	uint64_t start;
	uint64_t end;
	uint64_t operations;
	uint64_t bytes;
	struct histogram latency;
	int err;
};

void *work_run(void *arg);

#endif /* MYTCP_PERF_WORK_H */
