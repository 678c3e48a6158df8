// SPDX-License-Identifier: GPL-2.0
/* What both models of a server share; see serve.h */
#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "stack.h"

/**
 * serve_opened() - a connection was accepted
 * @s: shared
 */
void serve_opened(struct serve *s)
{
	pthread_mutex_lock(&s->lock);
	s->open++;
	pthread_mutex_unlock(&s->lock);
}

/**
 * serve_closed() - a connection is over, close it
 * @s: shared
 * @fd: its socket
 * @bytes: that have been moved
 */
void serve_closed(struct serve *s, int fd, uint64_t bytes)
{
	/* of a short connection it would cost as much as the rest */
	uint64_t again = plan_keeps_connections(&s->plan) ? stack_retransmitted(fd) : 0;

	close(fd);
	pthread_mutex_lock(&s->lock);
	s->bytes += bytes;
	s->retransmitted += again;
	if (!--s->open)
		pthread_cond_signal(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

/**
 * serve_await_idle() - the client has closed all: so will those that serve
 * @s: shared
 * @seconds: to wait at most
 */
void serve_await_idle(struct serve *s, unsigned int seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&s->lock);
	while (s->open && pthread_cond_timedwait(&s->idle, &s->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&s->lock);
}

/**
 * serve_start() - serve from now on, in threads
 * @s: with plan and listener, the rest 0
 *
 * Return: false without memory or threads; errno says why.
 */
bool serve_start(struct serve *s)
{
	size_t most = s->plan.request > s->plan.response ? s->plan.request :
							   s->plan.response;

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->idle, NULL);
	s->data = calloc(1, most);
	if (!s->data)
		return false;
	return s->plan.model == MODEL_EPOLL ? serve_epoll(s) : serve_blocking(s);
}
