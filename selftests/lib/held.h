/* SPDX-License-Identifier: GPL-2.0 */
/* A program that is held up inside of a call, the socket being its own. */
#ifndef SELFTESTS_LIB_HELD_H
#define SELFTESTS_LIB_HELD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct held {
	int fd, uffd;
	uint8_t *page;
	long got;			/* what the call has said */
	pthread_t thread;
};

/*
 * recv() of 100 octets: there must be something to read in h->fd. False if this
 * kernel has no userfaultfd, which is what holds it.
 */
bool held_begin(struct held *h);
/* setsockopt() of a filter, which no listener is spared; it will say EINVAL. */
bool held_begin_option(struct held *h);
/* Lets it go. */
void held_end(struct held *h);

#endif /* SELFTESTS_LIB_HELD_H */
