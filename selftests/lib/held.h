/* SPDX-License-Identifier: GPL-2.0 */
/* A reader that is held up inside recv(), the socket being its own. */
#ifndef SELFTESTS_LIB_HELD_H
#define SELFTESTS_LIB_HELD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct held {
	int fd, uffd;
	uint8_t *page;
	long got;
	pthread_t thread;
};

/*
 * There must be something to read in h->fd. False if this kernel has no
 * userfaultfd, which is what holds it.
 */
bool held_begin(struct held *h);
/* Lets it go; h->got is what recv() of 100 octets said. */
void held_end(struct held *h);

#endif /* SELFTESTS_LIB_HELD_H */
