// SPDX-License-Identifier: GPL-2.0
/* mytcp-perf's arithmetic, and what its server makes of a stranger's words. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../perf/compare.h"
#include "../perf/control.h"
#include "../perf/histogram.h"
#include "../perf/plan.h"

static int failures;

static void expect(bool fine, const char *what)
{
	printf("%s - mytcp-perf: %s\n", fine ? "ok" : "not ok", what);
	failures += !fine;
}

static bool near(double value, double expected)
{
	return fabs(value - expected) <= expected / 64;
}

static void percentiles_of_even_times(void)
{
	static struct histogram h, other;
	uint64_t i;

	expect(isnan(histogram_mean(&h)) && isnan(histogram_percentile(&h, 50)),
	       "no times have no mean and no percentile");
	for (i = 1; i <= 100000; i++)
		histogram_add(i % 2 ? &h : &other, i * 10);
	histogram_merge(&h, &other);
	expect(h.count == 100000 && h.least == 10 && h.most == 1000000,
	       "count, least and most are exact, also merged");
	expect(histogram_mean(&h) == 500005, "the mean is exact");
	expect(near(histogram_percentile(&h, 50), 500000) &&
	       near(histogram_percentile(&h, 90), 900000) &&
	       near(histogram_percentile(&h, 99), 990000) &&
	       near(histogram_percentile(&h, 99.9), 999000),
	       "percentiles are within 1/64");
	expect(histogram_percentile(&h, 100) == 1000000, "all are up to the longest");
}

static void extreme_times_have_a_bucket(void)
{
	static struct histogram h;

	histogram_add(&h, 0);
	histogram_add(&h, UINT64_MAX);
	expect(histogram_percentile(&h, 50) == 0 &&
	       near(histogram_percentile(&h, 100), 18446744073709551615.0),
	       "the shortest and the longest time there can be");
}

static void one_time_is_every_percentile(void)
{
	static struct histogram h;

	histogram_add(&h, 123457);
	expect(histogram_percentile(&h, 1) == 123457 && histogram_percentile(&h, 99.9) == 123457,
	       "one time is each of its percentiles");
}

static void a_plan_is_read_as_it_was_written(void)
{
	const struct plan plan = {
		.test = TEST_CRR, .stack = STACK_MYTCP, .model = MODEL_EPOLL,
		.family = AF_INET6, .connections = 7, .request = 100, .response = 2000,
		.buffer = 65536, .nodelay = true, .server_cpu = -1, .congestion = "cubic",
	};
	char text[PLAN_TEXT];
	struct plan got;

	plan_write(&plan, text, sizeof(text));
	expect(plan_read(&got, text) && got.test == plan.test && got.stack == plan.stack &&
	       got.model == plan.model && got.family == plan.family &&
	       got.connections == 7 && got.request == 100 && got.response == 2000 &&
	       got.buffer == 65536 && got.nodelay && got.server_cpu == -1 &&
	       !strcmp(got.congestion, "cubic"), "a plan is read as it was written");
}

static void what_is_no_plan_is_refused(void)
{
	static const char *const lines[] = {
		"", "plan", "GET / HTTP/1.1",
		"plan 2 RR tcp epoll 4 1 1 1 0 0 -1 -",		/* another version */
		"plan 1 SING tcp epoll 4 1 1 1 0 0 -1 -",
		"plan 1 RR sctp epoll 4 1 1 1 0 0 -1 -",
		"plan 1 RR tcp select 4 1 1 1 0 0 -1 -",
		"plan 1 RR tcp epoll 5 1 1 1 0 0 -1 -",
		"plan 1 RR tcp epoll 4 0 1 1 0 0 -1 -",		/* no connections */
		"plan 1 RR tcp epoll 4 1000001 1 1 0 0 -1 -",
		"plan 1 RR tcp epoll 4 1 0 1 0 0 -1 -",		/* no octets */
		"plan 1 RR tcp epoll 4 1 1 4294967295 0 0 -1 -",
		"plan 1 RR tcp epoll 4 1 1 1 4294967295 0 -1 -",
		"plan 1 RR tcp epoll 4 1 1 1 0 0 -1 - and more",
		"plan 1 RR tcp epoll 4 1 1 1 0 0 -1 a_name_longer_than_any",
	};
	bool refused = true;
	struct plan plan;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (plan_read(&plan, lines[i])) {
			printf("# taken: %s\n", lines[i]);
			refused = false;
		}
	expect(refused, "what is no plan is refused");
}

static void ratios_are_of_pairs(void)
{
	const struct outcome tcp[] = {
		{ .seconds = 1, .operations = 100 }, { .seconds = 2, .operations = 100 } };
	const struct outcome mytcp[] = {
		{ .seconds = 0.5, .operations = 100 }, { .seconds = 2, .operations = 100 } };
	const struct outcome none = {};
	struct ratio ratio;

	compare_ratio(mytcp, tcp, 2, compare_time, &ratio);
	expect(ratio.mean == 0.75 && ratio.least == 0.5 && ratio.most == 1,
	       "a ratio is the mean of those of each pair of runs, with their spread");
	compare_ratio(&none, tcp, 1, compare_time, &ratio);
	expect(isnan(ratio.mean), "a run without an operation has no ratio");
}

static void lines_come_whole(void)
{
	static char too_long[CONTROL_LINE + 2];
	char line[CONTROL_LINE];
	struct control c = {};
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return expect(false, "socketpair()");
	c.fd = ends[0];
	expect(write(ends[1], "one\ntwo\nth", 10) == 10 && control_hear(&c, line) &&
	       !strcmp(line, "one") && control_hear(&c, line) && !strcmp(line, "two") &&
	       write(ends[1], "ree\n", 4) == 4 && control_hear(&c, line) &&
	       !strcmp(line, "three"), "lines come whole, however they were sent");
	memset(too_long, 'x', sizeof(too_long));
	expect(write(ends[1], too_long, sizeof(too_long)) == sizeof(too_long) &&
	       !control_hear(&c, line), "a line without end is none");
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	percentiles_of_even_times();
	extreme_times_have_a_bucket();
	one_time_is_every_percentile();
	a_plan_is_read_as_it_was_written();
	what_is_no_plan_is_refused();
	ratios_are_of_pairs();
	lines_come_whole();
	return failures != 0;
}
