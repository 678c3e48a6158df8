// SPDX-License-Identifier: GPL-2.0
/* A run as a line of text: both ends are this program, of this version. See plan.h */
#include "plan.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define VERSION	1

static const char *const tests[] = {
	[TEST_STREAM] = "STREAM", [TEST_MAERTS] = "MAERTS", [TEST_RR] = "RR",
	[TEST_CRR] = "CRR", [TEST_CONNECT] = "CONNECT",
};

static const char *const stacks[] = {
	[STACK_TCP] = "tcp", [STACK_MYTCP] = "mytcp", [STACK_UNIX] = "unix",
};

static const char *const titles[] = {
	[STACK_TCP] = "kernel's TCP", [STACK_MYTCP] = "MyTCP", [STACK_UNIX] = "AF_UNIX",
};

static const char *const models[] = {
	[MODEL_BLOCKING] = "blocking", [MODEL_EPOLL] = "epoll",
};

static int find(const char *const *names, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcasecmp(names[i], name))
			return i;
	return -1;
}

/**
 * plan_test_name() - as in -t
 * @test: a test
 */
const char *plan_test_name(enum test test)
{
	return tests[test];
}

/**
 * plan_stack_name() - as in -f
 * @stack: a stack
 */
const char *plan_stack_name(enum stack stack)
{
	return stacks[stack];
}

/**
 * plan_stack_title() - as in the report
 * @stack: a stack
 */
const char *plan_stack_title(enum stack stack)
{
	return titles[stack];
}

/**
 * plan_model_name() - as in --server
 * @model: a model
 */
const char *plan_model_name(enum model model)
{
	return models[model];
}

/**
 * plan_find_test() - a test by its name, in either case
 * @name: as in -t
 *
 * Return: enum test, or -1.
 */
int plan_find_test(const char *name)
{
	return find(tests, TESTS, name);
}

/**
 * plan_find_stack() - a stack by its name
 * @name: as in -f
 *
 * Return: enum stack, or -1.
 */
int plan_find_stack(const char *name)
{
	return find(stacks, STACKS, name);
}

/**
 * plan_find_model() - a model by its name
 * @name: as in --server
 *
 * Return: enum model, or -1.
 */
int plan_find_model(const char *name)
{
	return find(models, MODELS, name);
}

/**
 * plan_write() - as a line, for plan_read()
 * @plan: a run
 * @text: gets it
 * @size: of @text, PLAN_TEXT at least
 */
void plan_write(const struct plan *plan, char *text, size_t size)
{
	snprintf(text, size, "plan %d %s %s %s %d %u %u %u %u %d %d %s", VERSION,
		 tests[plan->test], stacks[plan->stack], models[plan->model],
		 plan->family == AF_INET6 ? 6 : 4, plan->connections, plan->request,
		 plan->response, plan->buffer, plan->nodelay, plan->server_cpu,
		 plan->congestion[0] ? plan->congestion : "-");
}

/**
 * plan_read() - what plan_write() has written, perhaps somewhere else
 * @plan: gets the run
 * @text: a line of whoever has connected
 *
 * Return: false if it is nothing that can be run.
 */
bool plan_read(struct plan *plan, const char *text)
{
	int version, test, stack, model, family, nodelay, end = 0;
	char words[3][PLAN_NAME];

	memset(plan, 0, sizeof(*plan));
	if (sscanf(text, "plan %d %15s %15s %15s %d %u %u %u %u %d %d %15s%n", &version,
		   words[0], words[1], words[2], &family, &plan->connections, &plan->request,
		   &plan->response, &plan->buffer, &nodelay, &plan->server_cpu,
		   plan->congestion, &end) != 12 || text[end])
		return false;
	test = plan_find_test(words[0]);
	stack = plan_find_stack(words[1]);
	model = plan_find_model(words[2]);
	if (version != VERSION || test < 0 || stack < 0 || model < 0 ||
	    (family != 4 && family != 6) ||
	    !plan->connections || plan->connections > PLAN_CONNECTIONS_MOST ||
	    !plan->request || plan->request > PLAN_SIZE_MOST ||
	    !plan->response || plan->response > PLAN_SIZE_MOST ||
	    plan->buffer > PLAN_SIZE_MOST)
		return false;
	plan->test = test;
	plan->stack = stack;
	plan->model = model;
	plan->family = family == 6 ? AF_INET6 : AF_INET;
	plan->nodelay = nodelay;
	if (!strcmp(plan->congestion, "-"))
		plan->congestion[0] = 0;
	return true;
}
