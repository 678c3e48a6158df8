/* SPDX-License-Identifier: GPL-2.0 */
/* The server's side of the connections that are measured. */
#ifndef MYTCP_PERF_SERVE_H
#define MYTCP_PERF_SERVE_H

#include <pthread.h>
#include <stdint.h>

#include "plan.h"

/**
 * struct serve - what the threads that serve share
 * @plan: the run
 * @listener: where connections come in; with the model epoll it does not block
 * @data: zeroes to send, as many as the plan's longest write
 * @lock: for what is below
 * @idle: there is no connection any more
 * @open: connections
 * @bytes: received, or for MAERTS sent, on all that are over
 * @retransmitted: segments, on all that are over
 */
struct serve {
	struct plan plan;
	int listener;
	const char *data;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned int open;
	uint64_t bytes;
	uint64_t retransmitted;
};

bool serve_start(struct serve *s);
void serve_await_idle(struct serve *s, unsigned int seconds);

/* Of serve.c, for the models. */
void serve_opened(struct serve *s);
void serve_closed(struct serve *s, int fd, uint64_t bytes);

/* The models. */
bool serve_blocking(struct serve *s);
bool serve_epoll(struct serve *s);

#endif /* MYTCP_PERF_SERVE_H */
