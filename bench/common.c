// SPDX-License-Identifier: GPL-2.0
/* What the benchmarks share; see common.h. */
#include <math.h>
#include <stdbool.h>
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

static int rows_missed;

void table_begin(const char *title)
{
	printf("%s\n%-36s %-6s %10s %10s %7s  %s\n", title, "", "", "kernel",
	       "MyTCP", "ratio", "to be");
}

/* With three digits at least, and as a whole number if it is one. */
static const char *digits(double value, char *to, size_t size)
{
	int decimals = fabs(value) < 10 ? 3 : fabs(value) < 1000 ? 1 : 0;

	if (isfinite(value))
		snprintf(to, size, "%.*f", value == round(value) ? 0 : decimals,
			 value);
	else
		snprintf(to, size, "-");
	return to;
}

/* JSON has no NAN. */
static void print_member(const char *name, double value)
{
	if (isfinite(value))
		printf(", \"%s\": %.8g", name, value);
	else
		printf(", \"%s\": null", name);
}

static bool bound_holds(enum bound bound, double limit, double mytcp, double ratio)
{
	switch (bound) {
	case RATIO_AT_MOST:
		return ratio <= limit;
	case AT_MOST:
		return mytcp <= limit;
	case BELOW:
		return mytcp < limit;
	case AT_LEAST:
		return mytcp >= limit;
	default:
		return true;
	}
}

static const char *const relations[] = {
	[RATIO_AT_MOST] = "<=", [AT_MOST] = "<=", [BELOW] = "<", [AT_LEAST] = ">=",
};

static void print_bound(enum bound bound, double limit, bool ok)
{
	if (bound != NO_BOUND)
		printf("  %s %s %g  %s", bound == RATIO_AT_MOST ? "ratio" : "MyTCP",
		       relations[bound], limit, ok ? "ok" : "FAIL");
	printf("\n");
}

static void print_bound_json(enum bound bound, double limit, bool ok)
{
	if (bound == NO_BOUND)
		printf(", \"limit\": null, \"ok\": null}\n");
	else
		printf(", \"limit\": %g, \"limit_of\": \"%s\", \"limit_is\": \"%s\", "
		       "\"ok\": %s}\n", limit,
		       bound == RATIO_AT_MOST ? "ratio" : "mytcp", relations[bound],
		       ok ? "true" : "false");
}

void table_row_bound(const char *figure, const char *unit, double kernel,
		     double mytcp, enum bound bound, double limit)
{
	double ratio = mytcp / kernel;
	bool ok = bound_holds(bound, limit, mytcp, ratio);
	char cell[2][32];

	printf("%-36s %-6s %10s %10s", figure, unit,
	       digits(kernel, cell[0], sizeof(cell[0])),
	       digits(mytcp, cell[1], sizeof(cell[1])));
	if (isfinite(ratio))
		printf(" %7.3f", ratio);
	else
		printf(" %7s", "-");
	print_bound(bound, limit, ok);
	printf("json: {\"figure\": \"%s\", \"unit\": \"%s\"", figure, unit);
	print_member("kernel", kernel);
	print_member("mytcp", mytcp);
	print_member("ratio", ratio);
	print_bound_json(bound, limit, ok);
	rows_missed += !ok;
}

void table_row(const char *figure, const char *unit, double kernel,
	       double mytcp, double limit)
{
	table_row_bound(figure, unit, kernel, mytcp,
			limit ? RATIO_AT_MOST : NO_BOUND, limit);
}

int table_end(void)
{
	return rows_missed ? STATUS_MISSED : 0;
}
