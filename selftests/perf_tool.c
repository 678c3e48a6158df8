// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-perf(1) on both stacks: what it calls MyTCP's figures are of MyTCP's
 * connections. What needs no module is tested in tools/tests.
 */
#include <stdio.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/tool.h"

FIXTURE(perf) {
	char digit;
};

FIXTURE_VARIANT(perf) { int family; };
FIXTURE_VARIANT_ADD(perf, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(perf, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(perf)
{
	test_begin_turn(variant->family);
	if (stack_is_kernel())
		SKIP(_exit(255), "mytcp-perf compares MyTCP with the kernel's TCP");
	check(have_command("mytcp-perf"));
	self->digit = variant->family == AF_INET6 ? '6' : '4';
}

FIXTURE_TEARDOWN(perf) {}

/*
 * One run of each stack; the table has a row of figures for each, and below it a ratio.
 * MyTCP has opened @opened connections meanwhile, and accepted as many.
 */
static void measure(char digit, const char *options, long opened)
{
	long opens = counter("Tcp", "ActiveOpens"), accepts = counter("Tcp", "PassiveOpens");
	char command[256];

	snprintf(command, sizeof(command),
		 "mytcp-perf -%c -f both -r 1 %s >/tmp/perf-said 2>&1 || { sed 's/^/#   /' /tmp/perf-said; exit 1; }",
		 digit, options);
	shell("%s", command);
	check_eq(tool_lines("grep -E '^(kernel.s TCP|MyTCP) +[1-9]' /tmp/perf-said", "", NULL), 2);
	check_eq(tool_lines("grep 'time for an operation: [0-9]' /tmp/perf-said", "", NULL), 1);
	check_eq(counter("Tcp", "ActiveOpens") - opens, opened);
	check_eq(counter("Tcp", "PassiveOpens") - accepts, opened);
	shell("rm /tmp/perf-said");
}

TEST_F(perf, streams_both_ways)
{
	measure(self->digit, "-t STREAM -n 20", 1);
	measure(self->digit, "-t MAERTS -n 20 -P 3", 3);
}

TEST_F(perf, transactions_keep_their_connections)
{
	measure(self->digit, "-t RR -n 50", 1);
	measure(self->digit, "-t RR -m 16384 -n 50 -P 4", 4);
	measure(self->digit, "-t RR -n 50 -P 10 --in-turn", 10);
}

TEST_F(perf, crr_opens_a_connection_each_time)
{
	measure(self->digit, "-t CRR -n 20 --server blocking", 20);
	measure(self->digit, "-t CRR -n 20 --server epoll", 20);
}

TEST_F(perf, connect_holds_them_and_tells_their_slab)
{
	measure(self->digit, "-t CONNECT -n 200", 200);
}

/* The same congestion control and the same buffers for both: the table says so. */
TEST_F(perf, settings_are_of_both_stacks)
{
	char command[160];

	snprintf(command, sizeof(command),
		 "mytcp-perf -%c -f both -r 1 -t STREAM -n 5 -C reno -b 50000 | grep -o '[^ ]*TCP: cong.*'",
		 self->digit);
	check_eq(tool_lines(command, "MyTCP: congestion control reno, SO_SNDBUF 100000, SO_RCVBUF 100000",
			    NULL), 1);
	check_eq(tool_lines(command, "TCP: congestion control reno, SO_SNDBUF 100000, SO_RCVBUF 100000",
			    NULL), 1);
}

TEST_HARNESS_MAIN
