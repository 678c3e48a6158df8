// SPDX-License-Identifier: GPL-2.0
/*
 * What an idle connection takes of slab memory, both of its ends in the host.
 *
 * Usage: idle [CONNECTIONS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/sockets.h"

#define PORT		8080
#define PER_SERVER	8000	/* connections to one address */

struct result {
	enum tcp tcp;
	long connections;
	double bytes;
};

static void measure(void *arg)
{
	struct sockaddr_in at = addr4("127.0.0.1", PORT);
	struct result *r = arg;
	int listener = -1;
	long i, slab = slab_kib();

	for (i = 0; i < r->connections; i++) {
		if (i % PER_SERVER == 0) {
			at.sin_addr.s_addr = htonl(ntohl(at.sin_addr.s_addr) + 1);
			listener = listener_at(r->tcp, &at, 16);
		}
		connected(r->tcp, &at);
		check_ok(accept(listener, NULL, NULL));
		if (i % 10000 == 9999)
			fprintf(stderr, "idle: %s: %ld\n", tcp_name(r->tcp), i + 1);
	}
	r->bytes = (slab_kib() - slab) * 1024.0 / (2 * r->connections);
}

int main(int argc, char **argv)
{
	long connections = argc > 1 ? atol(argv[1]) : 100000;
	struct result *r = shared(2 * sizeof(*r));
	int i;

	check(connections > 0);
	want_files(2 * connections + connections / PER_SERVER + 1);
	for (i = 0; i < 2; i++) {
		r[i].tcp = i ? MYTCP : KERNEL_TCP;
		r[i].connections = connections;
		in_namespace(measure, &r[i]);
	}
	table_begin("idle connections, established");
	table_row("slab for each end, file included", "bytes", r[0].bytes,
		  r[1].bytes, 0.75);
	return table_end();
}
