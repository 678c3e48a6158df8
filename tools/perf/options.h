/* SPDX-License-Identifier: GPL-2.0 */
/* What is asked for on the command line. */
#ifndef MYTCP_PERF_OPTIONS_H
#define MYTCP_PERF_OPTIONS_H

#include "client.h"

/**
 * struct options - the command line
 * @plan: of each run, but for its stack
 * @limits: of each run
 * @stacks: that are measured, in turn
 * @stack_count: of @stacks
 * @rounds: runs of each; 0: not given
 * @host: the server's machine; NULL: a server of our own, here
 * @port: of the control connection
 * @listen: be the server
 * @json: print JSON
 */
struct options {
	struct plan plan;
	struct limits limits;
	enum stack stacks[STACKS];
	unsigned int stack_count;
	unsigned int rounds;
	const char *host;
	const char *port;
	bool listen;
	bool json;
};

void options_read(struct options *o, int argc, char **argv);

#endif /* MYTCP_PERF_OPTIONS_H */
