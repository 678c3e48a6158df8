/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets of the stacks that are compared, with the settings of a plan. */
#ifndef MYTCP_PERF_STACK_H
#define MYTCP_PERF_STACK_H

#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "plan.h"

#define PLACE_TEXT	32	/* what is in "ready PLACE" */

/**
 * struct place - where a server listens
 * @addr: its address
 * @len: of @addr, octets
 */
struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage room;
	} addr;
	socklen_t len;
};

/**
 * struct settings - what a stack has made of a plan
 * @congestion: its congestion control, "" if it has none
 * @sndbuf: SO_SNDBUF, octets
 * @rcvbuf: SO_RCVBUF
 */
struct settings {
	char congestion[PLAN_NAME];
	int sndbuf;
	int rcvbuf;
};

int stack_socket(const struct plan *plan);
int stack_listen(const struct plan *plan, const struct place *host, char *where);
bool stack_find(const struct plan *plan, const struct place *host, const char *where,
		struct place *place);
int stack_connect(const struct plan *plan, const struct place *place);
void stack_settings(int fd, struct settings *settings);
uint64_t stack_retransmitted(int fd);
const char *stack_why(const struct plan *plan, int err, char *text, size_t size);

#endif /* MYTCP_PERF_STACK_H */
