// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-plot(1) draws a connection that lives while it records, and leaves no trace
 * instance behind. What it makes of a trace is tested beside it, in tools/plot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/hosts.h"
#include "lib/netif.h"
#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/tool.h"

#define OCTETS	300000

FIXTURE(plot) { char dir[32]; };

FIXTURE_SETUP(plot)
{
	test_begin();
	if (stack_is_kernel())
		SKIP(_exit(255), "mytcp-plot shows MyTCP");
	if (!have_command("python3") || !have_command("gnuplot"))
		SKIP(_exit(255), "needs python3 and gnuplot");
	check(have_command("mytcp-plot"));
	/* So that the transfer needs more than the initial window. */
	netif_mtu("lo", 1500);
	strcpy(self->dir, "/tmp/plot.XXXXXX");
	check(mkdtemp(self->dir));
	check_ok(chdir(self->dir));
}

FIXTURE_TEARDOWN(plot)
{
	check_ok(chdir("/"));
	shell("rm -r %s", self->dir);
}

static void write_all(void *arg)
{
	check(stream_send(*(int *)arg, 1, OCTETS));
}

/* Its command tells that it records, and lives as long as the connection does. */
TEST_F_TIMEOUT(plot, a_transfer_is_recorded_and_drawn, LONG_TEST)
{
	struct tool tool;
	char line[TOOL_LINE], drawn[64];
	int fd[2];
	pid_t writer;

	shell("mkfifo over");
	tool_start(&tool, "mytcp-plot -o plot.svg --save trace.txt -- "
		   "sh -c 'echo ready; read end <over'");
	check(tool_line(&tool, line));
	check(!strcmp(line, "ready"));
	pair(MYTCP, fd);
	snprintf(drawn, sizeof(drawn), "plot.svg: 127.0.0.1:%d → 127.0.0.1:%d",
		 port_of(fd[0]), port_of(fd[1]));
	writer = spawned(write_all, &fd[0]);
	check(stream_receive(fd[1], 1, OCTETS));
	joined(writer);
	shell("echo >over");
	check(tool_line(&tool, line));
	if (strcmp(line, drawn))
		test_fail("\"%s\", expected \"%s\"", line, drawn);
	tool_stop(&tool);
	check_eq(tool_lines("grep -o '</svg>' plot.svg", "</svg>", NULL), 1);
	check_ge(tool_lines("grep -o 'mytcp_cwnd:.*' trace.txt", "mytcp_cwnd", NULL), 1);
	check_ge(tool_lines("grep -o 'mytcp_rtt:.*' trace.txt", "mytcp_rtt", NULL), 1);
	check_eq(tool_lines("ls /sys/kernel/tracing/instances", "mytcp-plot", NULL), 0);
	close(fd[0]);
	close(fd[1]);
}

TEST_HARNESS_MAIN
