// SPDX-License-Identifier: GPL-2.0
/* A server of one thread, which does what can be done without waiting. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "serve.h"

#define EVENTS	256

/**
 * struct conn - a connection
 * @fd: its socket, which does not block
 * @want: octets of the request that are still to come
 * @owe: octets of the response that are still to go
 * @watching: EPOLLIN or EPOLLOUT
 * @bytes: received, or for MAERTS sent
 */
struct conn {
	int fd;
	size_t want;
	size_t owe;
	uint32_t watching;
	uint64_t bytes;
};

/**
 * struct loop - the thread
 * @s: shared
 * @epoll: its descriptor
 * @room: to receive in
 */
struct loop {
	struct serve *s;
	int epoll;
	char room[EXCHANGE_ROOM];
};

enum progress { GOES_ON, WAITS, OVER };

static enum progress judge(ssize_t done)
{
	if (done > 0)
		return GOES_ON;
	return done < 0 && (errno == EAGAIN || errno == EINTR) ? WAITS : OVER;
}

static enum progress receive(struct loop *l, struct conn *c)
{
	enum test test = l->s->plan.test;
	size_t most = EXCHANGE_ROOM;
	enum progress is;
	ssize_t got;

	if (test != TEST_STREAM && test != TEST_CONNECT && c->want < most)
		most = c->want;
	got = recv(c->fd, l->room, most, 0);
	is = judge(got);
	if (is != GOES_ON)
		return is;
	if (test == TEST_STREAM || test == TEST_CONNECT) {
		c->bytes += got;
		return WAITS;	/* others shall have their turn */
	}
	c->want -= got;
	if (!c->want)
		c->owe = test == TEST_MAERTS ? l->s->plan.request : l->s->plan.response;
	return GOES_ON;
}

static enum progress transmit(struct loop *l, struct conn *c)
{
	const struct plan *plan = &l->s->plan;
	size_t whole = plan->test == TEST_MAERTS ? plan->request : plan->response;
	ssize_t done = send(c->fd, l->s->data + (whole - c->owe), c->owe, MSG_NOSIGNAL);
	enum progress is = judge(done);

	if (is != GOES_ON)
		return is;
	c->owe -= done;
	if (plan->test == TEST_MAERTS) {
		c->bytes += done;
		c->owe = c->owe ? c->owe : whole;
		return WAITS;
	}
	if (!c->owe) {
		c->bytes += plan->request;
		c->want = plan->request;
		return WAITS;
	}
	return GOES_ON;
}

/* A response goes at once, and only what does not fit is waited for. */
static void advance(struct loop *l, struct conn *c)
{
	struct epoll_event event = { .data.ptr = c };
	enum progress is;

	do {
		is = c->owe ? transmit(l, c) : receive(l, c);
	} while (is == GOES_ON);
	if (is == OVER) {
		serve_closed(l->s, c->fd, c->bytes);
		free(c);
		return;
	}
	event.events = c->owe ? EPOLLOUT : EPOLLIN;
	if (event.events == c->watching)
		return;
	c->watching = event.events;
	epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void welcome(struct loop *l)
{
	const struct plan *plan = &l->s->plan;
	struct epoll_event event = { .events = EPOLLIN };
	struct conn *c;
	int fd;

	while ((fd = accept4(l->s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		c = calloc(1, sizeof(*c));
		event.data.ptr = c;
		if (!c || epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event)) {
			free(c);
			close(fd);
			continue;
		}
		c->fd = fd;
		c->watching = EPOLLIN;
		c->want = plan->test == TEST_MAERTS ? 1 : plan->request;
		serve_opened(l->s);
	}
}

static void *run(void *arg)
{
	struct epoll_event events[EVENTS];
	struct loop *l = arg;
	int count, i;

	for (;;) {
		count = epoll_wait(l->epoll, events, EVENTS, -1);
		for (i = 0; i < count; i++) {
			if (events[i].data.ptr)
				advance(l, events[i].data.ptr);
			else
				welcome(l);
		}
	}
	return NULL;
}

/**
 * serve_epoll() - start the thread
 * @s: shared
 *
 * Return: false without memory or descriptors; errno says why.
 */
bool serve_epoll(struct serve *s)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct loop *l = calloc(1, sizeof(*l));
	pthread_t thread;
	int err;

	if (!l)
		return false;
	l->s = s;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0 || fcntl(s->listener, F_SETFL, O_NONBLOCK) ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, s->listener, &event))
		return false;
	err = pthread_create(&thread, NULL, run, l);
	errno = err;
	return !err;
}
