// SPDX-License-Identifier: GPL-2.0
/*
 * Segments of a connection come in by the route of the last one, so that IP need not look
 * for it (net.ipv4.ip_early_demux); and not by one that is no longer there.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/hosts.h"
#include "lib/test.h"

#define HERE	"10.9.0.1"
#define THERE	"10.9.0.2"
#define PORT	7000
#define TURNS	100

FIXTURE(early) {
	int here, there, a, b;
};

FIXTURE_SETUP(early)
{
	test_begin();
	self->here = host_here();
	self->there = host_new();
	host_connect(&(struct plug){ self->here, "here", HERE },
		     &(struct plug){ self->there, "there", THERE });
	connect_hosts(subject(), self->here, self->there, THERE, PORT, &self->a, &self->b);
}

FIXTURE_TEARDOWN(early)
{
	rmdir("/sys/kernel/tracing/instances/route_early");
}

/* A trace of its own, of all hosts. */
#define TRACE	"/sys/kernel/tracing/instances/route_early"

static void trace_lookups(void)
{
	shell("mount -t tracefs none /sys/kernel/tracing 2>/dev/null; "
	      "mkdir -p " TRACE " && echo 1 >" TRACE "/events/fib/fib_table_lookup/enable");
}

/* How often the routes were asked. */
static int lookups(void)
{
	FILE *f = fopen(TRACE "/trace", "r");
	char line[512];
	int count = 0;

	check(f);
	while (fgets(line, sizeof(line), f))
		count += !!strstr(line, "fib_table_lookup:");
	fclose(f);
	return count;
}

static void exchange(int a, int b)
{
	char octet = 'x';

	check_eq(send(a, &octet, 1, 0), 1);
	check_eq(recv(b, &octet, 1, 0), 1);
	check_eq(send(b, &octet, 1, 0), 1);
	check_eq(recv(a, &octet, 1, 0), 1);
}

static int lookups_of_exchanges(int a, int b)
{
	int before, i;

	exchange(a, b);
	trace_lookups();
	before = lookups();
	for (i = 0; i < TURNS; i++)
		exchange(a, b);
	return lookups() - before;
}

TEST_F(early, no_route_is_looked_for_again)
{
	check_le(lookups_of_exchanges(self->a, self->b), TURNS / 4);
}

TEST_F(early, with_ip_early_demux_off_each_time)
{
	shell("echo 0 >/proc/sys/net/ipv4/ip_early_demux");
	/* only of this host: what the other one receives is not asked about */
	check_ge(lookups_of_exchanges(self->a, self->b), TURNS);
}

/* The address has gone, and with it the route: nobody answers any more. */
TEST_F(early, a_route_that_has_gone_is_not_used)
{
	struct pollfd poller = { .fd = self->b, .events = POLLIN };
	char octet = 'x';

	exchange(self->a, self->b);
	host_enter(self->there);
	shell("ip addr del " THERE "/24 dev there");
	check_eq(send(self->a, &octet, 1, 0), 1);
	check_eq(poll(&poller, 1, 300), 0);
	shell("ip addr add " THERE "/24 dev there");
	/* the retransmission finds it */
	check_eq(poll(&poller, 1, 10000), 1);
	check_eq(recv(self->b, &octet, 1, 0), 1);
}

/* The firewall sees what comes by a known route like all else. */
TEST_F(early, the_firewall_is_not_passed_by)
{
	struct pollfd poller = { .fd = self->b, .events = POLLIN };
	char octet = 'x';

	exchange(self->a, self->b);
	host_enter(self->there);
	shell("nft add table ip t; nft add chain ip t c '{ type filter hook input priority 0; }'; "
	      "nft add rule ip t c tcp dport %d drop", PORT);
	check_eq(send(self->a, &octet, 1, 0), 1);
	check_eq(poll(&poller, 1, 300), 0);
	shell("nft delete table ip t");
	check_eq(poll(&poller, 1, 10000), 1);
	check_eq(recv(self->b, &octet, 1, 0), 1);
}

TEST_HARNESS_MAIN
