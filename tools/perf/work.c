// SPDX-License-Identifier: GPL-2.0
/* The operations of each test, by blocking calls; see work.h */
#include "work.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "usage.h"

#define TELL	1024	/* operations between two words to the progress line */

/* Shall there be one more? */
static bool goes_on(struct work *w)
{
	if (atomic_load_explicit(&w->watch->stop, memory_order_relaxed))
		return false;
	return !w->quota || w->operations < w->quota;
}

static void did(struct work *w)
{
	if (++w->operations % TELL == 0)
		atomic_fetch_add_explicit(&w->watch->done, TELL, memory_order_relaxed);
}

/* The end of one operation is the beginning of the next: one look at the clock. */
static uint64_t timed(struct work *w, uint64_t since)
{
	uint64_t now = now_ns();

	histogram_add(&w->latency, now - since);
	did(w);
	return now;
}

/* A connection that ends by itself is a mistake, too. */
static void broken(struct work *w)
{
	w->err = errno ? errno : ECONNRESET;
}

/* Until the server has received all: what is only queued is not sent. */
static void stream(struct work *w, char *room)
{
	int fd = w->fds[0];

	while (goes_on(w)) {
		if (!exchange_put(fd, w->data, w->plan->request)) {
			broken(w);
			return;
		}
		did(w);
	}
	w->bytes = w->operations * w->plan->request;
	shutdown(fd, SHUT_WR);
	if (exchange_get(fd, room, 1) || errno)
		broken(w);
}

static void maerts(struct work *w, char *room)
{
	ssize_t got;

	if (!exchange_put(w->fds[0], w->data, 1))
		broken(w);
	while (!w->err && goes_on(w)) {
		got = recv(w->fds[0], room, EXCHANGE_ROOM, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got ? errno : 0;
			broken(w);
			break;
		}
		w->bytes += got;
		/* writes of the server's, as far as they have come whole */
		while (w->operations < w->bytes / w->plan->request)
			did(w);
	}
}

static bool transact(struct work *w, int fd, char *room)
{
	if (exchange_put(fd, w->data, w->plan->request) &&
	    exchange_get(fd, room, w->plan->response)) {
		w->bytes += w->plan->request + w->plan->response;
		return true;
	}
	broken(w);
	return false;
}

static void request_response(struct work *w, char *room)
{
	uint64_t then = w->start;
	uint32_t at = 0;

	while (goes_on(w) && transact(w, w->fds[at], room)) {
		then = timed(w, then);
		if (++at == w->count)
			at = 0;
	}
}

static void connect_request_response(struct work *w, char *room)
{
	uint64_t then = w->start;
	bool fine = true;
	int fd;

	while (fine && goes_on(w)) {
		fd = stack_connect(w->plan, w->place);
		if (fd < 0) {
			w->err = -fd;
			return;
		}
		fine = transact(w, fd, room);
		close(fd);
		if (fine)
			then = timed(w, then);
	}
}

static void open_many(struct work *w)
{
	uint64_t then = w->start;
	int fd;

	while (w->opened < w->count && goes_on(w)) {
		fd = stack_connect(w->plan, w->place);
		if (fd < 0) {
			w->err = -fd;
			return;
		}
		w->fds[w->opened++] = fd;
		then = timed(w, then);
	}
}

static void operate(struct work *w, char *room)
{
	switch (w->plan->test) {
	case TEST_STREAM:
		stream(w, room);
		break;
	case TEST_MAERTS:
		maerts(w, room);
		break;
	case TEST_RR:
		request_response(w, room);
		break;
	case TEST_CRR:
		connect_request_response(w, room);
		break;
	default:
		open_many(w);
	}
}

/**
 * work_run() - do it
 * @arg: struct work
 *
 * Context: a thread of its own.
 * Return: NULL
 */
void *work_run(void *arg)
{
	char *room = malloc(EXCHANGE_ROOM);
	struct work *w = arg;
	uint64_t one = 1;

	w->start = now_ns();
	if (room)
		operate(w, room);
	else
		w->err = ENOMEM;
	w->end = now_ns();
	free(room);
	while (write(w->watch->finished, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	return NULL;
}
