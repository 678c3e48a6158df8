/* SPDX-License-Identifier: GPL-2.0 */
/* What a seed chooses for a connection over which two streams travel. */
#ifndef SELFTESTS_LIB_PLAN_H
#define SELFTESTS_LIB_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockets.h"

/* How a program waits when nothing can be read, or written. */
enum waiting {
	BY_BLOCKING,
	BY_POLL,
	BY_EPOLL,
	BY_EDGE,			/* epoll, edge triggered */
	WAITINGS,
};

enum writing {
	BY_WRITE,
	BY_WRITEV,
	BY_MORE,			/* sendmsg(), MSG_MORE at times */
	BY_CORK,			/* TCP_CORK in and out */
	FROM_MAPPING,			/* of a file */
	BY_SENDFILE,
	BY_SPLICE_IN,			/* from a pipe */
	WRITINGS,
};

enum reading {
	BY_READ,
	BY_READV,
	BY_PEEK,			/* MSG_PEEK, then the same again */
	BY_WAITALL,
	INTO_MAPPING,
	BY_SPLICE_OUT,			/* into a pipe */
	READINGS,
};

/* No call takes more at once. */
#define MOST_AT_ONCE	200000

/*
 * One end: @len octets go from here, at most @chunk_out at once, and are read there
 * @chunk_in at once. 0 of @sndbuf, @rcvbuf, @mss and NULL of @cong leave it as it is.
 */
struct plan_side {
	enum tcp tcp;
	enum waiting waiting;
	enum writing writing;
	enum reading reading;
	uint64_t len;
	unsigned int chunk_out, chunk_in;
	unsigned int pause_out, pause_in;	/* once in so many calls; 0: never */
	int sndbuf, rcvbuf, mss;
	bool nodelay;
	const char *cong;
	/* the way from here: */
	bool offload;
	unsigned int delay_ms, jitter_ms;
	unsigned int loss, reorder, duplicate, corrupt;	/* in a thousand */
};

/* side[0] connects, side[1] accepts. */
struct plan {
	uint64_t seed;
	int family;
	struct plan_side side[2];
};

/* With @only 0 of both families, and of @most octets in a direction. */
struct plan plan_draw(uint64_t seed, int only, uint64_t most);
/* All of it, as lines of TAP's comments. */
void plan_show(const struct plan *plan);

#endif /* SELFTESTS_LIB_PLAN_H */
