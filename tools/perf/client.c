// SPDX-License-Identifier: GPL-2.0
/*
 * A run, from the client's side; see client.h. Each connection has a thread, unless
 * they have their turns: then one thread has them all.
 */
#include "client.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "error.h"
#include "usage.h"
#include "work.h"

/* Slab is told in pages: of fewer connections it would be chance. */
#define SLAB_CONNECTIONS	100

/**
 * struct run - a run that goes on
 * @plan: what is done
 * @limits: how long
 * @place: where the server is
 * @watch: who waits for its end
 * @works: the threads
 * @count: of @works
 * @fds: of all connections
 * @total: of @fds
 * @opened: of @fds, before the first operation
 */
struct run {
	const struct plan *plan;
	const struct limits *limits;
	struct place place;
	struct watch watch;
	struct work *works;
	uint32_t count;
	int *fds;
	uint32_t total;
	uint32_t opened;
};

static void *room_for(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		fail("no memory for %zu connections", count);
	return p;
}

static void want_files(uint32_t count)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	if (files.rlim_max < count + 32ul && !setrlimit(RLIMIT_NOFILE, &(struct rlimit){
			count + 32ul, count + 32ul }))
		return;
	setrlimit(RLIMIT_NOFILE, &files);
}

static void hear(struct control *c, char *line, const char *expected)
{
	if (!control_hear(c, line))
		fail("the server has gone; expected its '%s'", expected);
	if (!strncmp(line, "error ", 6))
		fail("the server says: %s", line + 6);
	if (strncmp(line, expected, strlen(expected)) != 0)
		fail("the server says '%.60s', expected '%s'; is it mytcp-perf -L?", line,
		     expected);
}

static void fail_for(const struct plan *plan, int err)
{
	char why[256];

	fail("%s", stack_why(plan, err, why, sizeof(why)));
}

/* Connections that last are there before the clock runs. */
static void open_connections(struct run *r)
{
	int fd;

	while (plan_keeps_connections(r->plan) && r->opened < r->total) {
		fd = stack_connect(r->plan, &r->place);
		if (fd < 0)
			fail_for(r->plan, -fd);
		r->fds[r->opened++] = fd;
	}
}

/* Who does how much of it. */
static void share_out(struct run *r)
{
	bool one = r->limits->in_turn || r->plan->test == TEST_CONNECT;
	size_t most = r->plan->request > r->plan->response ? r->plan->request :
							     r->plan->response;
	const char *data = room_for(1, most);
	uint64_t left = r->limits->count;
	uint32_t i;

	r->count = one ? 1 : r->total;
	r->works = room_for(r->count, sizeof(*r->works));
	for (i = 0; i < r->count; i++) {
		struct work *w = &r->works[i];

		w->plan = r->plan;
		w->place = &r->place;
		w->watch = &r->watch;
		w->data = data;
		w->fds = &r->fds[i];
		w->count = one ? r->total : 1;
		w->quota = left / (r->count - i);
		left -= w->quota;
		if (r->limits->count && !w->quota)
			fail("%llu operations are too few for %u connections; expected one each (-n)",
			     (unsigned long long)r->limits->count, r->count);
	}
}

static void begin(struct run *r)
{
	pthread_attr_t attr;
	uint32_t i;
	int err;

	r->watch.finished = eventfd(0, EFD_CLOEXEC);
	if (r->watch.finished < 0)
		fail("no eventfd: %m");
	r->watch.workers = r->count;
	r->watch.seconds = r->limits->seconds;
	r->watch.count = r->plan->test == TEST_CONNECT ? r->total : r->limits->count;
	r->watch.quiet = r->limits->quiet;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < r->count; i++) {
		err = pthread_create(&r->works[i].thread, &attr, work_run, &r->works[i]);
		if (err)
			fail("%u connections at a time need as many threads: %s; try fewer, or --in-turn",
			     r->count, strerror(err));
	}
	pthread_attr_destroy(&attr);
}

static void await_end(struct run *r)
{
	char what[64];
	uint32_t i;

	snprintf(what, sizeof(what), "%s, %s", plan_test_name(r->plan->test),
		 plan_stack_title(r->plan->stack));
	if (!watch_run(&r->watch, what)) {
		fprintf(stderr, "mytcp-perf: warning: a connection hangs; it is cut\n");
		for (i = 0; i < r->opened; i++)
			shutdown(r->fds[i], SHUT_RDWR);
	}
	for (i = 0; i < r->count; i++)
		pthread_join(r->works[i].thread, NULL);
}

/* Of all threads together. */
static void sum_up(struct run *r, struct outcome *o)
{
	uint64_t start = UINT64_MAX, end = 0;
	uint32_t i;

	for (i = 0; i < r->count; i++) {
		const struct work *w = &r->works[i];

		if (w->err && !r->watch.interrupted)
			fail_for(r->plan, w->err);
		start = w->start < start ? w->start : start;
		end = w->end > end ? w->end : end;
		o->operations += w->operations;
		o->bytes += w->bytes;
		histogram_merge(&o->latency, &w->latency);
	}
	if (r->plan->test == TEST_CONNECT)
		r->opened = r->works[0].opened;
	o->seconds = (end - start) / 1e9;
	o->interrupted = r->watch.interrupted;
}

/* Of the sockets, while they are there. */
static void look_at(struct run *r, struct outcome *o)
{
	uint32_t i;
	int fd;

	for (i = 0; i < r->opened; i++)
		o->retransmitted += stack_retransmitted(r->fds[i]);
	if (r->opened) {
		stack_settings(r->fds[0], &o->settings);
		return;
	}
	fd = stack_socket(r->plan);
	if (fd < 0)
		return;
	stack_settings(fd, &o->settings);
	close(fd);
}

static double slab_each(const struct run *r, const struct usage *before,
			const struct usage *after)
{
	if (r->opened < SLAB_CONNECTIONS || !before->slab || !after->slab)
		return NAN;
	return ((double)after->slab - before->slab) / r->opened;
}

static void finish(struct run *r, struct control *c, struct outcome *o)
{
	unsigned long long bytes, again, cpu;
	char line[CONTROL_LINE];
	uint32_t i;

	for (i = 0; i < r->opened; i++)
		close(r->fds[i]);
	control_say(c, "end");
	hear(c, line, "figures ");
	if (sscanf(line, "figures %llu %llu %llu", &bytes, &again, &cpu) != 3)
		fail("the server says '%.60s', expected three figures", line);
	o->server_bytes = bytes;
	o->server_retransmitted = again;
	o->server_cpu_us = cpu;
	close(r->watch.finished);
	free((void *)r->works[0].data);
	free(r->works);
	free(r->fds);
}

static void pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("there is no CPU %d for the client: %m", cpu);
}

/**
 * client_run() - one run with the server
 * @plan: what is done
 * @limits: how long
 * @c: where the server hears
 * @host: its machine
 * @outcome: gets what the run has shown
 *
 * Ends the program when it cannot be done.
 */
void client_run(const struct plan *plan, const struct limits *limits, struct control *c,
		const struct place *host, struct outcome *outcome)
{
	struct run r = { .plan = plan, .limits = limits, .total = plan->connections };
	struct usage empty, before, after;
	char line[CONTROL_LINE], text[PLAN_TEXT];

	memset(outcome, 0, sizeof(*outcome));
	outcome->stack = plan->stack;
	want_files(plan->connections);
	pin(limits->cpu);
	usage_now(&empty);
	plan_write(plan, text, sizeof(text));
	if (!control_say(c, "%s", text))
		fail("the server has gone");
	hear(c, line, "ready ");
	if (!stack_find(plan, host, line + strlen("ready "), &r.place))
		fail("the server says '%.60s', expected a port", line);
	r.fds = room_for(r.total, sizeof(*r.fds));
	open_connections(&r);
	share_out(&r);
	control_say(c, "go");
	hear(c, line, "going");
	usage_now(&before);
	begin(&r);
	await_end(&r);
	usage_now(&after);
	sum_up(&r, outcome);
	look_at(&r, outcome);
	outcome->cpu_us = after.cpu_us - before.cpu_us;
	outcome->slab = slab_each(&r, &empty, &after);
	finish(&r, c, outcome);
}
