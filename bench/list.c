// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs to list connections: /proc/net/tcp beside /proc/net/mytcp, and a
 * dump of sock_diag as ss(8) asks for it beside one under IPPROTO_MYTCP.
 *
 * Usage: list [CONNECTIONS]
 *
 * In virtual time a nanosecond is an instruction. Both ends of each connection are
 * here, so there are two entries for each.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/diag.h"
#include "lib/fail.h"
#include "lib/netif.h"
#include "lib/sockets.h"

#define PORT		8080
#define PER_SERVER	8000	/* connections to one address */
#define ROUNDS		3

/* Nanoseconds for each entry, the least of some rounds. */
struct cost {
	double proc, dump;
	long entries;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static void connect_all(enum tcp tcp, long connections)
{
	int listener = -1;
	long i;

	for (i = 0; i < connections; i++) {
		struct sockaddr_in at = addr4("127.0.0.1", PORT);
		int fd;

		at.sin_addr.s_addr = htonl(ntohl(at.sin_addr.s_addr) +
					   i / PER_SERVER);
		if (i % PER_SERVER == 0)
			listener = listener_at(tcp, &at, 16);
		fd = stream(tcp, 0);
		check_ok(connect4(fd, &at));
		check_ok(accept(listener, NULL, NULL));
		if (i % 5000 == 4999)
			fprintf(stderr, "list: %s: %ld connections\n",
				tcp_name(tcp), i + 1);
	}
}

static long read_proc(enum tcp tcp)
{
	const char *name = tcp == MYTCP ? "/proc/net/mytcp" : "/proc/net/tcp";
	static char buf[65536];
	int fd = check_ok(open(name, O_RDONLY));
	long lines = 0;
	ssize_t n, i;

	while ((n = check_ok(read(fd, buf, sizeof(buf)))))
		for (i = 0; i < n; i++)
			lines += buf[i] == '\n';
	check_ok(close(fd));
	return lines - 1;
}

static double read_cost(enum tcp tcp, long (*read_all)(enum tcp), long *entries)
{
	double least = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		double start = now(), cost;

		*entries = read_all(tcp);
		cost = (now() - start) / *entries;
		if (!i || cost < least)
			least = cost;
	}
	return least;
}

/* With what ss -ie asks for. */
static long read_dump(enum tcp tcp)
{
	struct diag_request r;

	setenv("MYTCP_TEST_STACK", tcp == MYTCP ? "mytcp" : "kernel", 1);
	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, AF_INET);
	r.req.idiag_ext = DIAG_EXT(INET_DIAG_INFO) | DIAG_EXT(INET_DIAG_CONG);
	return diag_count(&r);
}

/* A namespace and a process of its own: nothing is left of it. */
static void measure(enum tcp tcp, long connections, struct cost *cost)
{
	pid_t child = fork();
	int status;

	if (!child) {
		netns_enter();
		connect_all(tcp, connections);
		cost->proc = read_cost(tcp, read_proc, &cost->entries);
		cost->dump = read_cost(tcp, read_dump, &cost->entries);
		exit(0);
	}
	check_ok(waitpid(child, &status, 0));
	check_eq(status, 0);
}

static void row(const char *what, double kernel, double mytcp)
{
	printf("%-24s %12.0f %12.0f %8.3f\n", what, kernel, mytcp,
	       mytcp / kernel);
}

int main(int argc, char **argv)
{
	long connections = argc > 1 ? atol(argv[1]) : 50000;
	struct rlimit files = { 2 * connections + 100, 2 * connections + 100 };
	struct cost *cost = mmap(NULL, 2 * sizeof(*cost), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(connections > 0);
	check(cost != MAP_FAILED);
	check_ok(setrlimit(RLIMIT_NOFILE, &files));
	measure(KERNEL_TCP, connections, &cost[0]);
	measure(MYTCP, connections, &cost[1]);
	printf("%ld connections, %ld and %ld entries; ns an entry\n",
	       connections, cost[0].entries, cost[1].entries);
	printf("%-24s %12s %12s %8s\n", "", "kernel", "MyTCP", "ratio");
	row("/proc/net listing", cost[0].proc, cost[1].proc);
	row("sock_diag, TCP_INFO", cost[0].dump, cost[1].dump);
	return 0;
}
