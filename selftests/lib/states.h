/* SPDX-License-Identifier: GPL-2.0 */
/* One connection in each state of RFC 9293, for what lists them. */
#ifndef SELFTESTS_LIB_STATES_H
#define SELFTESTS_LIB_STATES_H

#include "stack.h"
#include "wire.h"

/* A connection, listener or bound socket; what is to be told of it. */
struct shown {
	int state;
	int peer_port;			/* 0: no connection */
	int local_port;
	int fd;				/* -1: there is no socket, or none yet */
	unsigned long rx, tx;		/* what lies in the queues */
	int timer;			/* as in struct listing */
};

/* The kernel's TCP does not show a socket that is bound and nothing else. */
#define MAX_STATES	11

struct scenery {
	struct shown all[MAX_STATES];
	struct wire w[MAX_STATES];
	int count;
	int listener;
};

/* All of them, over the device of @device; nothing else is in the namespace. */
void scenery_set(struct scenery *s, struct wire *device);
/* The peers' resets. */
void scenery_leave(struct scenery *s);
/* The one in a state. */
struct shown *scenery_in(struct scenery *s, int state);
/* The inode of its socket, 0 without one. */
unsigned long shown_inode(const struct shown *is);

#endif /* SELFTESTS_LIB_STATES_H */
