/* SPDX-License-Identifier: GPL-2.0 */
/* What the module's tracepoints tell of this network namespace. */
#ifndef SELFTESTS_LIB_TRACE_H
#define SELFTESTS_LIB_TRACE_H

#include <stdbool.h>
#include <stddef.h>

struct trace {
	char path[128];			/* the instance of tracefs */
	int pipe;
	char *line;			/* the event of trace_next() */
	char buf[8192];
	size_t from, to;		/* of what was read and not yet told */
};

/* Begins to record @events, "mytcp_drop mytcp_rtt". */
void trace_begin(struct trace *t, const char *events);
void trace_end(struct trace *t);

/* The next event; false if there is none yet. */
bool trace_next(struct trace *t);
/* Is it called so? */
bool trace_is(const struct trace *t, const char *event);
/* A field of it, as text in a buffer that the next call uses again. */
const char *trace_field(const struct trace *t, const char *name);
/* The same as a number; the test fails if it is none. */
long trace_number(const struct trace *t, const char *name);

#endif /* SELFTESTS_LIB_TRACE_H */
