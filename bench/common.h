/* SPDX-License-Identifier: GPL-2.0 */
/* What the benchmarks share: clock, memory, namespaces, and the table they print. */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stddef.h>

/* In virtual time a nanosecond is an instruction. */
double now_ns(void);
/* KiB in slabs. */
long slab_kib(void);
/* Memory that children share with their parent. */
void *shared(size_t size);
/* Runs @measure in a process and a network namespace of its own. */
void in_namespace(void (*measure)(void *arg), void *arg);
/* As many descriptors as that. */
void want_files(long count);

/* What a figure is to be: the ratio at most, or MyTCP's own, whatever the kernel's. */
enum bound { NO_BOUND, RATIO_AT_MOST, AT_MOST, BELOW, AT_LEAST };

/* The exit status of a benchmark that ran, but has a figure that is not reached. */
#define STATUS_MISSED	3

/*
 * A table of both stacks, a line a figure: what it is to be, if anything, and whether
 * it is. Each line is printed as JSON, too, behind "json: ", which scripts/bench keeps.
 * NAN is a figure that was not measured.
 */
void table_begin(const char *title);
/* @limit is what MyTCP's share of the kernel's is to be at most, 0 for none. */
void table_row(const char *figure, const char *unit, double kernel,
	       double mytcp, double limit);
void table_row_bound(const char *figure, const char *unit, double kernel,
		     double mytcp, enum bound bound, double limit);
/* Exit status: 0, or STATUS_MISSED. */
int table_end(void);

#endif /* BENCH_COMMON_H */
