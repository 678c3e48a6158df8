/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Four hosts in a row, a - r - s - b, for what goes from a to b: a bottleneck at r,
 * and the weather of the path at s, behind it.
 */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include <linux/tcp.h>

#include "lib/sockets.h"

#define PATH_PORT	8080
#define PATH_FRAME 1514		/* octets of a full one */
/* Time for what is still under way when the sender has got its last ACK. */
#define PATH_SETTLE_MS	1000

struct path {
	int mbit;		/* of the bottleneck */
	int rtt_ms;		/* of an empty path */
	const char *weather;	/* netem's words: loss, reordering, duplicates */
	int jitter_us;		/* by so much ACKs come earlier or later */
	int a, r, s, b;		/* their network namespaces */
};

#define PATH_WEATHER	"sb"	/* the device of s with it */

/* In a namespace of the caller's own, which becomes a. */
void path_build(struct path *p);
/* Octets that the queue of the bottleneck holds: one round trip's worth. */
long path_queue(const struct path *p);
/* How many packets from a to b were dropped, by the queue and by the weather. */
long path_dropped(const struct path *p);

/* A connection from a to b, both of its ends of one stack; fd[0] is at a. */
void path_connect(struct path *p, enum tcp tcp, int port, int fd[2]);
/* The congestion control of a connection. */
void path_control(int fd, char *name, size_t size);

/*
 * Writes for @ns, then says that this was all, waits until everything has been
 * acknowledged, and until nothing is under way any more. Returns what TCP_INFO says.
 * Where a path loses all retransmissions of one segment, 15 of them, either stack gives
 * the connection up (R2, RFC 9293 3.8.3).
 */
struct tcp_info path_send(int fd, double ns);
bool path_given_up(const struct tcp_info *info);
/*
 * Reads to the end. Octets that come in the n-th of @count steps of @step ns, from
 * @start on, are added to @got[n]; what comes later is not.
 */
void path_receive(int fd, double start, double step, long *got, int count);

/* A counter "Group Name" of @tcp in this namespace, -1 if it has none such. */
long path_counter(enum tcp tcp, const char *group, const char *name);

#endif /* BENCH_PATH_H */
