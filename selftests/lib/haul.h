/* SPDX-License-Identifier: GPL-2.0 */
/* One direction of a connection: a whole stream into a socket, or out of it. */
#ifndef SELFTESTS_LIB_HAUL_H
#define SELFTESTS_LIB_HAUL_H

#include "chance.h"
#include "plan.h"

/*
 * Who moves @len octets of stream number @stream through @fd, which does not block
 * unless @how->waiting is BY_BLOCKING. The octet at @spoil is sent as another one, -1:
 * none is.
 */
struct haul {
	int fd;
	const struct plan_side *how;
	unsigned int stream;
	uint64_t len;
	int64_t spoil;
	struct chance chance;
	/* the rest is haul.c's */
	volatile uint64_t at;		/* octets moved */
	unsigned int events;		/* EPOLLIN, EPOLLOUT */
	int epoll;
	int pipe[2];
	uint64_t piped;			/* octets in the pipe */
	int file;			/* with the stream, or for it */
	uint8_t *map;
};

/* All of it, and shutdown(SHUT_WR); the test fails if the socket does not do as told. */
void haul_out(struct haul *h);
/* All of it, each octet compared, and then the end, neither before nor after. */
void haul_in(struct haul *h);
/* Notes of where the connection stands. */
void haul_show(int fd);

#endif /* SELFTESTS_LIB_HAUL_H */
