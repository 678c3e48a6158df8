// SPDX-License-Identifier: GPL-2.0
/*
 * A flood of SYNs from addresses that are not there, at a backlog of 128: what one
 * costs, what memory they take, and whether honest clients still get in.
 *
 * Usage: flood [SYNS]		a million of them, if nothing else is said
 *
 * In virtual time a nanosecond is an instruction. The SYNs come in by a TUN device;
 * what it takes to bring one in is measured, too, with packets that IP throws away,
 * and is in no stack's figure.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/netif.h"
#include "lib/sockets.h"
#include "lib/stack.h"
#include "lib/tun.h"

#define PORT	8080
#define BACKLOG	128
#define CLIENTS	100
#define PIECE	1000	/* SYNs between two looks at the memory */

enum kind { NOBODY, KERNEL, OURS, KINDS };

struct result {
	enum kind kind;
	long syns;
	double cost;		/* ns a SYN */
	long slab;		/* growth at most, KiB */
	int connected;		/* honest clients */
};

/* A SYN as Linux sends it, from another address and port each time. */
static int build_syn(uint8_t *packet, enum kind kind, uint32_t i)
{
	const struct opt opts[MAX_OPTS] = {
		MSS(1460), SACKOK, TS(1000, 0), NOP, WS(7),
	};
	struct rawseg s = {
		.src = addr_parse("198.18.0.0"),	/* RFC 2544's own */
		.dst = addr_parse(kind == NOBODY ? "192.0.2.99" : "192.0.2.1"),
		.sport = 1024 + i % 60000, .dport = PORT, .seq = i * 2654435761U,
		.wnd = 64240, .flags = SYN, .ttl = 64, .df = true,
	};

	s.src.b[2] = i >> 8;
	s.src.b[3] = i;
	s.optlen = opts_build(opts, s.opt, true);
	s.doff = 5 + s.optlen / 4;
	s.hop = s.dst;
	return packet_build(&s, packet, 0);
}

static bool honest_client(enum tcp tcp, int listener)
{
	struct sockaddr_in at = addr4("127.0.0.1", PORT);
	int fd = check_ok(stream(tcp, SOCK_NONBLOCK)), child = -1;
	bool in;

	connect4(fd, &at);
	in = wait_fd(fd, POLLOUT, 3000) == POLLOUT &&
	     wait_fd(listener, POLLIN, 3000) == POLLIN;
	if (in)
		child = accept(listener, NULL, NULL);
	close(fd);
	if (child >= 0)
		close(child);
	return in && child >= 0;
}

static void flood(void *arg)
{
	struct result *r = arg;
	enum kind kind = r->kind;
	long syns = r->syns;
	enum tcp tcp = kind == OURS ? MYTCP : KERNEL_TCP;
	struct tun *tun = tun_open(1500, true, "flood");
	struct sockaddr_in any = addr4("0.0.0.0", PORT);
	uint8_t packet[128];
	int len, listener;
	double spent = 0;
	long i, slab, most;

	netif_addr(tun->name, "192.0.2.1", 24);
	netif_up(tun->name);
	netif_default_route(tun->name, AF_INET);
	listener = listener_at(tcp, &any, BACKLOG);
	set_nonblock(listener, true);
	/* What the device keeps of the answers, nobody reading them, is there now. */
	for (i = 0; i < PIECE; i++)
		tun_write(tun, packet, build_syn(packet, kind, i), NULL);
	most = slab = slab_kib();
	for (i = 0; i < syns; i++) {
		double start;

		len = build_syn(packet, kind, i);
		start = now_ns();
		tun_write(tun, packet, len, NULL);
		spent += now_ns() - start;
		if (i % PIECE)
			continue;
		if (slab_kib() > most)
			most = slab_kib();
		if (kind != NOBODY && i % (syns / CLIENTS) == 0)
			r->connected += honest_client(tcp, listener);
	}
	r->cost = spent / syns;
	r->slab = most - slab;
}

int main(int argc, char **argv)
{
	long syns = argc > 1 ? atol(argv[1]) : 1000000;
	struct result *r = shared(KINDS * sizeof(*r));
	enum kind kind;
	char title[64];

	/* each client's turn comes with a look at the memory */
	if (syns <= 0 || syns % (CLIENTS * PIECE)) {
		fprintf(stderr, "flood: %s: expected a multiple of %d\n", argv[1],
			CLIENTS * PIECE);
		return 2;
	}
	for (kind = 0; kind < KINDS; kind++) {
		r[kind].kind = kind;
		r[kind].syns = syns;
		in_namespace(flood, &r[kind]);
	}
	printf("bringing in a packet that nobody takes costs %.0f ns\n"
	       "json: {\"figure\": \"bringing in a packet\", \"unit\": \"ns\", "
	       "\"nobody\": %.1f, \"syns\": %ld}\n", r[NOBODY].cost, r[NOBODY].cost,
	       syns);
	snprintf(title, sizeof(title), "a flood of %ld SYNs at a backlog of %d", syns,
		 BACKLOG);
	table_begin(title);
	table_row("a SYN, beyond bringing it in", "ns",
		  r[KERNEL].cost - r[NOBODY].cost,
		  r[OURS].cost - r[NOBODY].cost, 0.7);
	table_row_bound("growth of the slabs", "KiB", r[KERNEL].slab, r[OURS].slab,
			BELOW, 64);
	table_row_bound("clients of 100 that connected", "", r[KERNEL].connected,
			r[OURS].connected, AT_LEAST, CLIENTS);
	return table_end();
}
