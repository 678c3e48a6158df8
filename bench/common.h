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

/*
 * A table of both stacks, a line a figure. @limit is what MyTCP's share of the
 * kernel's is to be at most, 0 for none. Each line is printed as JSON, too, behind
 * "json: ", which scripts/bench keeps.
 */
void table_begin(const char *title);
void table_row(const char *figure, const char *unit, double kernel,
	       double mytcp, double limit);

#endif /* BENCH_COMMON_H */
