/* SPDX-License-Identifier: GPL-2.0 */
/* Waits for the end of a run: by its work, by the clock or by Ctrl-C. */
#ifndef MYTCP_PERF_WATCH_H
#define MYTCP_PERF_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct watch - a run that goes on
 * @stop: those who work shall end
 * @interrupted: because of Ctrl-C
 * @done: operations so far, as the progress line has them; told now and then
 * @finished: eventfd, gets 1 of each who has ended
 * @workers: how many they are
 * @seconds: until the end, 0 without one
 * @count: operations until the end, 0 without one
 * @quiet: no progress line
 */
struct watch {
	atomic_bool stop;
	bool interrupted;
	atomic_uint_fast64_t done;
	int finished;
	unsigned int workers;
	double seconds;
	uint64_t count;
	bool quiet;
};

void watch_signals(void);
bool watch_run(struct watch *w, const char *what);

#endif /* MYTCP_PERF_WATCH_H */
