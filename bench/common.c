// SPDX-License-Identifier: GPL-2.0
/* What the benchmarks share; see common.h. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/netif.h"

double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

long slab_kib(void)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = -1;

	check(f);
	while (kib < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Slab: %ld", &kib);
	fclose(f);
	return kib;
}

void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

void in_namespace(void (*measure)(void *arg), void *arg)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = check_ok(fork());
	if (!child) {
		netns_enter();
		measure(arg);
		exit(0);
	}
	check_ok(waitpid(child, &status, 0));
	check_eq(status, 0);
}

void want_files(long count)
{
	struct rlimit files = { count + 100, count + 100 };

	check_ok(setrlimit(RLIMIT_NOFILE, &files));
}

void table_begin(const char *title)
{
	printf("%s\n%-36s %-6s %10s %10s %7s %7s\n", title, "", "", "kernel",
	       "MyTCP", "ratio", "limit");
}

void table_row(const char *figure, const char *unit, double kernel,
	       double mytcp, double limit)
{
	printf("%-36s %-6s %10.0f %10.0f %7.3f", figure, unit, kernel, mytcp,
	       mytcp / kernel);
	if (limit)
		printf(" %7.2f", limit);
	printf("\njson: {\"figure\": \"%s\", \"unit\": \"%s\", \"kernel\": %.1f, "
	       "\"mytcp\": %.1f, \"limit\": %.2f}\n", figure, unit, kernel,
	       mytcp, limit);
}
