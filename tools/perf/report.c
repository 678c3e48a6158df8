// SPDX-License-Identifier: GPL-2.0
/* The table for people; see report.h */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "compare.h"

/**
 * report_find() - where a stack is
 * @r: all runs
 * @stack: which
 *
 * Return: its place in @stacks, or -1.
 */
int report_find(const struct report *r, enum stack stack)
{
	unsigned int i;

	for (i = 0; i < r->stack_count; i++)
		if (r->stacks[i] == stack)
			return i;
	return -1;
}

/* In 10 columns, with three digits at least; "-" is what there is not. */
static void cell(double value)
{
	int decimals = value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0;

	if (isfinite(value))
		printf(" %10.*f", value == round(value) ? 0 : decimals, value);
	else
		printf(" %10s", "-");
}

static void print_plan(const struct report *r)
{
	const struct plan *plan = &r->plan;
	struct utsname system;

	printf("%s", plan_test_name(plan->test));
	if (plan_is_bulk(plan))
		printf(" of %u octets each", plan->request);
	else if (plan->test != TEST_CONNECT)
		printf(", request %u and response %u octets", plan->request, plan->response);
	printf(", %u connection%s%s, IPv%d, server %s (%s)\n", plan->connections,
	       plan->connections == 1 ? "" : "s", r->limits.in_turn ? " in turn" : "",
	       plan->family == AF_INET6 ? 6 : 4, r->host, plan_model_name(plan->model));
	printf("%u run%s of each, ", r->rounds, r->rounds == 1 ? "" : "s");
	if (r->limits.count)
		printf("%llu operations", (unsigned long long)r->limits.count);
	else if (plan->test == TEST_CONNECT)
		printf("all connections");
	else
		printf("%g s", r->limits.seconds);
	if (!uname(&system))
		printf("; %s %s, %s", system.sysname, system.release, system.machine);
	printf("\n\n");
}

static void print_titles(const struct plan *plan)
{
	if (plan_is_bulk(plan))
		printf("%-13s %10s %10s %10s", "", "MiB/s", "writes/s", "us/write");
	else
		printf("%-13s %10s %10s %10s %10s %10s %10s", "",
		       plan->test == TEST_CONNECT ? "connect/s" : "trans/s", "mean us",
		       "p50", "p90", "p99", "p99.9");
	printf(" %10s %10s %10s %10s\n", "CPU us/op", "server's", "retrans", "slab B");
}

static void print_stack(const struct outcome *sum, const struct plan *plan)
{
	const struct histogram *h = &sum->latency;

	printf("%-13s", plan_stack_title(sum->stack));
	if (plan_is_bulk(plan)) {
		cell(compare_mib(sum, plan));
		cell(compare_rate(sum));
		cell(compare_time(sum));
	} else {
		cell(compare_rate(sum));
		cell(histogram_mean(h) / 1e3);
		cell(histogram_percentile(h, 50) / 1e3);
		cell(histogram_percentile(h, 90) / 1e3);
		cell(histogram_percentile(h, 99) / 1e3);
		cell(histogram_percentile(h, 99.9) / 1e3);
	}
	cell(compare_each(sum->cpu_us, sum));
	cell(compare_each(sum->server_cpu_us, sum));
	cell(sum->retransmitted + sum->server_retransmitted);
	cell(sum->slab);
	printf("\n");
}

static void print_settings(const struct outcome *o)
{
	printf("%s: ", plan_stack_title(o->stack));
	if (o->settings.congestion[0])
		printf("congestion control %s, ", o->settings.congestion);
	printf("SO_SNDBUF %d, SO_RCVBUF %d\n", o->settings.sndbuf, o->settings.rcvbuf);
}

static void print_ratio(const char *what, const struct ratio *ratio, unsigned int runs)
{
	if (isfinite(ratio->mean))
		printf("MyTCP / kernel's TCP, %s: %.3f (%.3f to %.3f in %u pair%s of runs)\n",
		       what, ratio->mean, ratio->least, ratio->most, runs,
		       runs == 1 ? "" : "s");
}

static void print_ratios(const struct report *r)
{
	int mytcp = report_find(r, STACK_MYTCP), tcp = report_find(r, STACK_TCP);
	struct ratio ratio;

	if (mytcp < 0 || tcp < 0)
		return;
	compare_ratio(report_runs(r, mytcp), report_runs(r, tcp), r->rounds, compare_time,
		      &ratio);
	print_ratio("time for an operation", &ratio, r->rounds);
	compare_ratio(report_runs(r, mytcp), report_runs(r, tcp), r->rounds, compare_cpu,
		      &ratio);
	print_ratio("CPU time of both programs", &ratio, r->rounds);
}

/**
 * report_print() - the table on stdout
 * @r: all runs
 */
void report_print(const struct report *r)
{
	struct outcome sum;
	unsigned int i;

	print_plan(r);
	print_titles(&r->plan);
	for (i = 0; i < r->stack_count; i++) {
		compare_sum(report_runs(r, i), r->rounds, &sum);
		print_stack(&sum, &r->plan);
	}
	printf("\n");
	for (i = 0; i < r->stack_count; i++)
		print_settings(report_runs(r, i));
	print_ratios(r);
}
