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
#include <unistd.h>

#include "common.h"
#include "lib/diag.h"
#include "lib/fail.h"
#include "lib/sockets.h"

#define PORT		8080
#define PER_SERVER	8000	/* connections to one address */
#define ROUNDS		3

/* Nanoseconds for each entry, the least of some rounds. */
struct cost {
	enum tcp tcp;
	long connections;
	double proc, dump;
	long entries;
};

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
		double start = now_ns(), cost;

		*entries = read_all(tcp);
		cost = (now_ns() - start) / *entries;
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

static void measure(void *arg)
{
	struct cost *cost = arg;

	connect_all(cost->tcp, cost->connections);
	cost->proc = read_cost(cost->tcp, read_proc, &cost->entries);
	cost->dump = read_cost(cost->tcp, read_dump, &cost->entries);
}

int main(int argc, char **argv)
{
	long connections = argc > 1 ? atol(argv[1]) : 50000;
	struct cost *cost = shared(2 * sizeof(*cost));
	char title[128];
	int i;

	check(connections > 0);
	want_files(2 * connections);
	for (i = 0; i < 2; i++) {
		cost[i].tcp = i ? MYTCP : KERNEL_TCP;
		cost[i].connections = connections;
		in_namespace(measure, &cost[i]);
	}
	snprintf(title, sizeof(title), "listing %ld connections, %ld and %ld entries",
		 connections, cost[0].entries, cost[1].entries);
	table_begin(title);
	table_row("/proc/net listing, an entry", "ns", cost[0].proc,
		  cost[1].proc, 1.1);
	table_row("sock_diag with TCP_INFO, an entry", "ns", cost[0].dump,
		  cost[1].dump, 1.1);
	return table_end();
}
