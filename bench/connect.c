// SPDX-License-Identifier: GPL-2.0
/*
 * What a short connection costs: connect, one byte there and one back, close. A
 * client and a server process on one CPU, over lo, and AF_UNIX as the floor that
 * files, inodes and wake-ups make.
 *
 * Usage: connect [CONNECTIONS]
 *
 * In virtual time a nanosecond is an instruction. The server closes last, so that
 * each connection leaves a TIME_WAIT at the client's end.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/sockets.h"

#define ROUNDS	3

enum kind { UNIX, KERNEL, OURS, KINDS };

struct cost {
	enum kind kind;
	long count;
	double ns;
};

/* Where a server listens, of whatever family. */
struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_un un;
	} addr;
	socklen_t len;
};

static int new_socket(enum kind kind)
{
	return check_ok(kind == UNIX ? socket(AF_UNIX, SOCK_STREAM, 0) :
			stream(kind == OURS ? MYTCP : KERNEL_TCP, 0));
}

static int new_server(enum kind kind, struct place *at)
{
	int fd = new_socket(kind);

	memset(at, 0, sizeof(*at));
	if (kind == UNIX) {
		at->addr.un.sun_family = AF_UNIX;
		strcpy(at->addr.un.sun_path + 1, "bench");
		at->len = offsetof(struct sockaddr_un, sun_path) + 6;
	} else {
		at->addr.in = addr4("127.0.0.1", 8080);
		at->len = sizeof(at->addr.in);
	}
	check_ok(bind(fd, &at->addr.any, at->len));
	check_ok(listen(fd, 128));
	return fd;
}

static void serve(int listener)
{
	char byte;

	for (;;) {
		int fd = check_ok(accept(listener, NULL, NULL));

		check_eq(read(fd, &byte, 1), 1);
		check_eq(write(fd, &byte, 1), 1);
		check_eq(read(fd, &byte, 1), 0);
		close(fd);
	}
}

static void visit(enum kind kind, const struct place *at)
{
	int fd = new_socket(kind);
	char byte = 'x';

	check_ok(connect(fd, &at->addr.any, at->len));
	check_eq(write(fd, &byte, 1), 1);
	check_eq(read(fd, &byte, 1), 1);
	close(fd);
}

static double measure_rounds(enum kind kind, const struct place *at, long count)
{
	double least = 0;
	int round;
	long i;

	for (round = 0; round < ROUNDS; round++) {
		double start = now_ns(), cost;

		for (i = 0; i < count; i++)
			visit(kind, at);
		cost = (now_ns() - start) / count;
		if (!round || cost < least)
			least = cost;
	}
	return least;
}

static void measure(void *arg)
{
	struct cost *cost = arg;
	struct place at;
	int fd = new_server(cost->kind, &at);
	pid_t server = check_ok(fork());

	if (!server)
		serve(fd);
	cost->ns = measure_rounds(cost->kind, &at, cost->count);
	kill(server, SIGKILL);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 2000;
	struct cost *cost = shared(KINDS * sizeof(*cost));
	enum kind kind;

	check(count > 0);
	for (kind = 0; kind < KINDS; kind++) {
		cost[kind].kind = kind;
		cost[kind].count = count;
		in_namespace(measure, &cost[kind]);
	}
	table_begin("short connections");
	table_row("connect, a byte both ways, close", "ns", cost[KERNEL].ns,
		  cost[OURS].ns, 0.6);
	table_row("the same beyond AF_UNIX", "ns",
		  cost[KERNEL].ns - cost[UNIX].ns,
		  cost[OURS].ns - cost[UNIX].ns, 0);
	printf("AF_UNIX: %.0f ns\njson: {\"figure\": \"AF_UNIX\", \"unit\": \"ns\", "
	       "\"unix\": %.1f}\n", cost[UNIX].ns, cost[UNIX].ns);
	return table_end();
}
