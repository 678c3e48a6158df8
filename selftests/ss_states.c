// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-ss(8): a connection in each state is shown once, with what belongs to it,
 * can be asked for by the name of its state, and ended.
 */
#include <errno.h>
#include <string.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/states.h"
#include "lib/test.h"
#include "lib/tool.h"

FIXTURE(ss) { struct wire w[1]; };

FIXTURE_SETUP(ss)
{
	test_begin_family(AF_INET);
	if (stack_is_kernel())
		SKIP(_exit(255), "mytcp-ss shows MyTCP");
	check(have_command("mytcp-ss"));
	wire_open(self->w, .family = AF_INET);
}

FIXTURE_TEARDOWN(ss)
{
	wire_close(self->w);
}

/* As ss(8) calls the state in its table, and in its filters. */
static const struct { const char *shown, *asked; } names[] = {
	[ESTABLISHED] = { "ESTAB", "established" },
	[SYN_SENT] = { "SYN-SENT", "syn-sent" },
	[SYN_RECV] = { "SYN-RECV", "syn-recv" },
	[FIN_WAIT1] = { "FIN-WAIT-1", "fin-wait-1" },
	[FIN_WAIT2] = { "FIN-WAIT-2", "fin-wait-2" },
	[TIME_WAIT] = { "TIME-WAIT", "time-wait" },
	[CLOSE] = { "UNCONN", "closed" },
	[CLOSE_WAIT] = { "CLOSE-WAIT", "close-wait" },
	[LAST_ACK] = { "LAST-ACK", "last-ack" },
	[LISTEN] = { "LISTEN", "listening" },
	[CLOSING] = { "CLOSING", "closing" },
};

/* The columns of its line. A listener's second queue is its limit. */
static void columns_of(const struct shown *is, char *line, size_t size)
{
	char peer[32] = "0.0.0.0:*", tx[16];

	if (is->peer_port)
		snprintf(peer, sizeof(peer), "192.0.2.2:%d", is->peer_port);
	snprintf(tx, sizeof(tx), "%lu", is->tx);
	if (is->state == LISTEN)
		tool_lines("mytcp-ss -lnH | awk '{ print $3 }'", "", tx);
	snprintf(line, size, "%s %lu %s 192.0.2.1:%d %s", names[is->state].shown,
		 is->rx, tx, is->local_port, peer);
}

static void check_owner(const struct shown *is, const char *line)
{
	char owner[64];

	snprintf(owner, sizeof(owner), "users:((\"%s\",pid=%d,fd=%d))",
		 program_invocation_short_name, getpid(), is->fd);
	if (is->fd >= 0)
		check(strstr(line, owner));
	else
		check(!strstr(line, "users:"));
}

static void check_inode(const struct shown *is, const char *line)
{
	char inode[32];

	snprintf(inode, sizeof(inode), " ino:%lu ", shown_inode(is));
	if (is->fd >= 0)
		check(strstr(line, inode));
}

static void check_timer(const struct shown *is, const char *line)
{
	switch (is->timer) {
	case 0:
		check(!strstr(line, "timer:"));
		break;
	case 1:
		check(strstr(line, "timer:(on,"));
		break;
	case 3:
		check(strstr(line, "timer:(timewait,"));
		break;
	}
}

TEST_F_TIMEOUT(ss, every_state_is_shown_once, LONG_TEST)
{
	struct scenery s = { .count = 0 };
	char line[TOOL_LINE], columns[256];
	int i;

	scenery_set(&s, self->w);
	check_eq(tool_lines("mytcp-ss -tanH", "", NULL), s.count);
	for (i = 0; i < s.count; i++) {
		columns_of(&s.all[i], columns, sizeof(columns));
		test_note("%s", columns);
		check_eq(tool_lines("mytcp-ss -tanpoeH", columns, line), 1);
		check_owner(&s.all[i], line);
		check_inode(&s.all[i], line);
		check_timer(&s.all[i], line);
	}
	scenery_leave(&s);
}

static void ask_for(const struct shown *is, const char *options, char *command,
		    size_t size)
{
	snprintf(command, size, "mytcp-ss %s state %s", options,
		 names[is->state].asked);
}

TEST_F_TIMEOUT(ss, each_state_can_be_asked_for, LONG_TEST)
{
	struct scenery s = { .count = 0 };
	char command[128], port[32];
	int i;

	scenery_set(&s, self->w);
	for (i = 0; i < s.count; i++) {
		ask_for(&s.all[i], "-nH", command, sizeof(command));
		test_note("%s", command);
		check_eq(tool_lines(command, "", NULL), 1);
		snprintf(port, sizeof(port), " | grep -F :%d",
			 s.all[i].local_port);
		strcat(command, port);
		check_eq(tool_lines(command, "", NULL), 1);
	}
	scenery_leave(&s);
}

/* The default and -l, -a: who is meant. */
TEST_F_TIMEOUT(ss, listeners_are_shown_to_who_asks, LONG_TEST)
{
	struct scenery s = { .count = 0 };

	scenery_set(&s, self->w);
	check_eq(tool_lines("mytcp-ss -lnH", "", NULL), 1);
	check_eq(tool_lines("mytcp-ss -lnH", "LISTEN", NULL), 1);
	check_eq(tool_lines("mytcp-ss -nH", "LISTEN", NULL), 0);
	check_eq(tool_lines("mytcp-ss -nH", "UNCONN", NULL), 0);
	check_eq(tool_lines("mytcp-ss -6anH", "", NULL), 0);
	check_eq(tool_lines("mytcp-ss -s", "", NULL) > 0, 1);
	scenery_leave(&s);
}

/* The line is printed, and then the connection is not there any more. */
TEST_F_TIMEOUT(ss, each_is_ended, LONG_TEST)
{
	struct scenery s = { .count = 0 };
	char command[128];
	int i;

	scenery_set(&s, self->w);
	/* the listener last: with it goes what is no socket yet */
	for (i = s.count - 1; i >= 0; i--) {
		struct shown *is = &s.all[i];

		if (is->state == CLOSE)
			continue;
		ask_for(is, "-KnH", command, sizeof(command));
		test_note("%s", command);
		check_eq(tool_lines(command, "", NULL), 1);
		ask_for(is, "-nH", command, sizeof(command));
		check_eq(tool_lines(command, "", NULL), 0);
		if (is->fd >= 0)
			check_eq(so_error(is->fd), ECONNABORTED);
	}
	scenery_leave(&s);
}

/* Only what the filter names. */
TEST_F_TIMEOUT(ss, one_of_many_is_ended, LONG_TEST)
{
	struct scenery s = { .count = 0 };
	struct shown *is;
	char command[128];

	scenery_set(&s, self->w);
	is = scenery_in(&s, ESTABLISHED);
	snprintf(command, sizeof(command), "mytcp-ss -KnaH dport = :%d",
		 is->peer_port);
	check_eq(tool_lines(command, "ESTAB", NULL), 1);
	check_eq(so_error(is->fd), ECONNABORTED);
	check_eq(tool_lines("mytcp-ss -naH", "", NULL), s.count - 1);
	scenery_leave(&s);
}

/* What TCP_INFO says stands in words behind the line. */
TEST_F_TIMEOUT(ss, details_are_the_sockets_own, LONG_TEST)
{
	char line[TOOL_LINE], wanted[64];
	struct tcp_info ti;
	int fd;

	fd = open_passive(self->w);
	set_opt(fd, SOL_SOCKET, SO_MARK, 0x2a);
	check_eq(tool_lines("mytcp-ss -nieHO", "ESTAB", line), 1);
	ti = tcp_info(fd);
	snprintf(wanted, sizeof(wanted), " cwnd:%u ", ti.tcpi_snd_cwnd);
	check(strstr(line, wanted));
	snprintf(wanted, sizeof(wanted), " mss:%u ", ti.tcpi_snd_mss);
	check(strstr(line, wanted));
	check(strstr(line, " cubic "));
	check(strstr(line, " fwmark:0x2a"));
	check_eq(tool_lines("mytcp-ss -nmHO", "ESTAB", line), 1);
	snprintf(wanted, sizeof(wanted), "rb%d,", get_opt(fd, SOL_SOCKET, SO_RCVBUF));
	check(strstr(line, wanted));
}

/* -E: each socket that goes, while it goes. */
TEST_F_TIMEOUT(ss, ends_are_followed, LONG_TEST)
{
	char line[TOOL_LINE], wanted[64];
	struct tool tool;
	int fd;

	fd = open_passive(self->w);
	tool_start(&tool, "exec mytcp-ss -En");
	check(tool_line(&tool, line));
	check_eq(strncmp(line, "State", 5), 0);
	inject(self->w, RST | ACK);
	check_ok(close(fd));
	check(tool_line(&tool, line));
	snprintf(wanted, sizeof(wanted), "192.0.2.1:%d 192.0.2.2:%d",
		 self->w->local_port, self->w->peer_port);
	check(strstr(line, wanted));
	tool_stop(&tool);
}

TEST_HARNESS_MAIN
