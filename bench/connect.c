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
#include <sys/mman.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/fail.h"
#include "lib/netif.h"
#include "lib/sockets.h"

#define ROUNDS	3

enum kind { UNIX, KERNEL, OURS, KINDS };

/* Where a server listens, of whatever family. */
struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_un un;
	} addr;
	socklen_t len;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

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
		double start = now(), cost;

		for (i = 0; i < count; i++)
			visit(kind, at);
		cost = (now() - start) / count;
		if (!round || cost < least)
			least = cost;
	}
	return least;
}

/* A namespace of its own for each. */
static void measure(enum kind kind, long count, double *cost)
{
	pid_t child = fork(), server;
	struct place at;
	int status, fd;

	if (!child) {
		netns_enter();
		fd = new_server(kind, &at);
		server = fork();
		if (!server)
			serve(fd);
		*cost = measure_rounds(kind, &at, count);
		kill(server, SIGKILL);
		exit(0);
	}
	check_ok(waitpid(child, &status, 0));
	check_eq(status, 0);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 2000;
	double *cost = mmap(NULL, KINDS * sizeof(*cost), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	enum kind kind;

	check(count > 0);
	check(cost != MAP_FAILED);
	for (kind = 0; kind < KINDS; kind++)
		measure(kind, count, &cost[kind]);
	printf("connect, a byte there and back, close; ns\n");
	printf("%12s %12s %12s %8s\n", "AF_UNIX", "kernel", "MyTCP", "ratio");
	printf("%12.0f %12.0f %12.0f %8.3f\n", cost[UNIX], cost[KERNEL],
	       cost[OURS], cost[OURS] / cost[KERNEL]);
	return 0;
}
