// SPDX-License-Identifier: GPL-2.0
/* Clocks and counters of the machine; see usage.h */
#include "usage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

/**
 * now_ns() - a clock that nobody sets, nanoseconds
 */
uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static uint64_t microseconds(const struct timeval *t)
{
	return t->tv_sec * 1000000ull + t->tv_usec;
}

/* Whole slabs: what is freed in them is not seen. */
static uint64_t slab_now(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	unsigned long kib = 0;
	char line[128];

	if (!f)
		return 0;
	while (!kib && fgets(line, sizeof(line), f))
		sscanf(line, "Slab: %lu", &kib);
	fclose(f);
	return kib * 1024ull;
}

/**
 * usage_now() - what has been taken so far
 * @usage: gets it
 */
void usage_now(struct usage *usage)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	usage->cpu_us = microseconds(&r.ru_utime) + microseconds(&r.ru_stime);
	usage->slab = slab_now();
}
