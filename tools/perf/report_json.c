// SPDX-License-Identifier: GPL-2.0
/* The same for programs; see report.h. Times are microseconds, sizes octets. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "compare.h"
#include "report.h"

/* What there is not is null. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *latency(const struct histogram *h)
{
	if (!h->count)
		return json_null();
	return json_pack("{so so so so so so so}", "mean", number(histogram_mean(h) / 1e3),
			 "least", number(h->least / 1e3),
			 "p50", number(histogram_percentile(h, 50) / 1e3),
			 "p90", number(histogram_percentile(h, 90) / 1e3),
			 "p99", number(histogram_percentile(h, 99) / 1e3),
			 "p99.9", number(histogram_percentile(h, 99.9) / 1e3),
			 "most", number(h->most / 1e3));
}

static json_t *run(const struct outcome *o, const struct plan *plan)
{
	return json_pack("{so sI so so so so so so sI sI so}",
			 "seconds", number(o->seconds),
			 "operations", (json_int_t)o->operations,
			 "operations_per_second", number(compare_rate(o)),
			 "mib_per_second", plan_is_bulk(plan) ? number(compare_mib(o, plan)) :
								json_null(),
			 "us_per_operation", number(compare_time(o)),
			 "latency_us", latency(&o->latency),
			 "client_cpu_us_per_operation", number(compare_each(o->cpu_us, o)),
			 "server_cpu_us_per_operation",
			 number(compare_each(o->server_cpu_us, o)),
			 "client_retransmitted", (json_int_t)o->retransmitted,
			 "server_retransmitted", (json_int_t)o->server_retransmitted,
			 "slab_per_connection", number(o->slab));
}

static json_t *stack(const struct report *r, unsigned int at)
{
	const struct outcome *runs = report_runs(r, at);
	json_t *list = json_array(), *one;
	struct outcome sum;
	unsigned int i;

	for (i = 0; i < r->rounds; i++)
		json_array_append_new(list, run(&runs[i], &r->plan));
	compare_sum(runs, r->rounds, &sum);
	one = run(&sum, &r->plan);
	json_object_set_new(one, "stack", json_string(plan_stack_name(r->stacks[at])));
	json_object_set_new(one, "congestion", json_string(runs->settings.congestion));
	json_object_set_new(one, "sndbuf", json_integer(runs->settings.sndbuf));
	json_object_set_new(one, "rcvbuf", json_integer(runs->settings.rcvbuf));
	json_object_set_new(one, "runs", list);
	return one;
}

static json_t *ratio(const struct report *r, double (*figure)(const struct outcome *o))
{
	int mytcp = report_find(r, STACK_MYTCP), tcp = report_find(r, STACK_TCP);
	struct ratio of;

	if (mytcp < 0 || tcp < 0)
		return json_null();
	compare_ratio(report_runs(r, mytcp), report_runs(r, tcp), r->rounds, figure, &of);
	return json_pack("{so so so}", "mean", number(of.mean), "least", number(of.least),
			 "most", number(of.most));
}

/**
 * report_json() - all figures on stdout, as one object
 * @r: all runs
 */
void report_json(const struct report *r)
{
	const struct plan *plan = &r->plan;
	json_t *all, *stacks = json_array();
	struct utsname system = {};
	bool interrupted = false;
	unsigned int i;

	uname(&system);
	for (i = 0; i < r->stack_count; i++) {
		json_array_append_new(stacks, stack(r, i));
		interrupted |= report_runs(r, i)[r->rounds - 1].interrupted;
	}
	all = json_pack("{ss ss ss ss ss si sI sI sI sb sb sI so so so}",
			"command", r->command, "kernel", system.release,
			"machine", system.machine, "test", plan_test_name(plan->test),
			"server", plan_model_name(plan->model),
			"ip", plan->family == AF_INET6 ? 6 : 4,
			"connections", (json_int_t)plan->connections,
			"request", (json_int_t)plan->request,
			"response", (json_int_t)plan->response,
			"in_turn", r->limits.in_turn, "interrupted", interrupted,
			"rounds", (json_int_t)r->rounds,
			"stacks", stacks, "time_ratio", ratio(r, compare_time),
			"cpu_ratio", ratio(r, compare_cpu));
	json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	printf("\n");
	json_decref(all);
}
