// SPDX-License-Identifier: GPL-2.0
/*
 * The simplest server: as many threads as there are connections at a time, and each
 * accepts one and serves it to its end.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "exchange.h"
#include "serve.h"

#define THREADS_MOST	32768u

static uint64_t receive_all(int fd, char *room)
{
	uint64_t bytes = 0;
	ssize_t got;

	while ((got = recv(fd, room, EXCHANGE_ROOM, 0)) > 0 || (got < 0 && errno == EINTR))
		bytes += got > 0 ? got : 0;
	return bytes;
}

/* An octet of the client's starts it. */
static uint64_t send_on(int fd, const struct serve *s, char *room)
{
	uint64_t bytes = 0;

	if (!exchange_get(fd, room, 1))
		return 0;
	while (exchange_put(fd, s->data, s->plan.request))
		bytes += s->plan.request;
	return bytes;
}

static uint64_t answer(int fd, const struct serve *s, char *room)
{
	uint64_t bytes = 0;

	while (exchange_get(fd, room, s->plan.request)) {
		bytes += s->plan.request;
		if (!exchange_put(fd, s->data, s->plan.response))
			break;
	}
	return bytes;
}

static uint64_t serve_one(const struct serve *s, int fd, char *room)
{
	switch (s->plan.test) {
	case TEST_RR:
	case TEST_CRR:
		return answer(fd, s, room);
	case TEST_MAERTS:
		return send_on(fd, s, room);
	default:
		return receive_all(fd, room);
	}
}

static void *work(void *arg)
{
	char *room = malloc(EXCHANGE_ROOM);
	struct serve *s = arg;
	int fd;

	while (room) {
		fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			break;
		serve_opened(s);
		serve_closed(s, fd, serve_one(s, fd, room));
	}
	free(room);
	return NULL;
}

/**
 * serve_blocking() - start the threads
 * @s: shared
 *
 * Return: false if the system does not want so many; errno says why.
 */
bool serve_blocking(struct serve *s)
{
	uint32_t count = s->plan.connections, i;
	pthread_attr_t attr;
	pthread_t thread;
	int err = 0;

	if (count > THREADS_MOST) {
		errno = EAGAIN;
		return false;
	}
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (i = 0; i < count && !err; i++)
		err = pthread_create(&thread, &attr, work, s);
	pthread_attr_destroy(&attr);
	errno = err;
	return !err;
}
