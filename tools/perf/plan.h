/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured in one run, and how it is told to the server. */
#ifndef MYTCP_PERF_PLAN_H
#define MYTCP_PERF_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum test { TEST_STREAM, TEST_MAERTS, TEST_RR, TEST_CRR, TEST_CONNECT, TESTS };
enum stack { STACK_TCP, STACK_MYTCP, STACK_UNIX, STACKS };
enum model { MODEL_BLOCKING, MODEL_EPOLL, MODELS };

#define PLAN_TEXT		256
#define PLAN_SIZE_MOST		(1u << 30)
#define PLAN_CONNECTIONS_MOST	1000000u
#define PLAN_NAME		16	/* of a congestion control, with its end */

/**
 * struct plan - one run
 * @test: what is done
 * @stack: by whose sockets
 * @model: how the server waits
 * @family: AF_INET or AF_INET6, of the data connections
 * @connections: at a time, for CONNECT those that are opened
 * @request: octets of a request, or of a write
 * @response: octets of a response
 * @buffer: SO_SNDBUF and SO_RCVBUF, octets; 0 leaves them to the stack
 * @nodelay: TCP_NODELAY is set
 * @server_cpu: where the server runs, or -1
 * @congestion: congestion control, "" for the stack's default
 */
struct plan {
	enum test test;
	enum stack stack;
	enum model model;
	int family;
	uint32_t connections;
	uint32_t request;
	uint32_t response;
	uint32_t buffer;
	bool nodelay;
	int server_cpu;
	char congestion[PLAN_NAME];
};

const char *plan_test_name(enum test test);
const char *plan_stack_name(enum stack stack);
const char *plan_stack_title(enum stack stack);
const char *plan_model_name(enum model model);
int plan_find_test(const char *name);
int plan_find_stack(const char *name);
int plan_find_model(const char *name);

void plan_write(const struct plan *plan, char *text, size_t size);
bool plan_read(struct plan *plan, const char *text);

/* Does one connection serve many operations? */
static inline bool plan_keeps_connections(const struct plan *plan)
{
	return plan->test != TEST_CRR && plan->test != TEST_CONNECT;
}

static inline bool plan_is_bulk(const struct plan *plan)
{
	return plan->test == TEST_STREAM || plan->test == TEST_MAERTS;
}

#endif /* MYTCP_PERF_PLAN_H */
