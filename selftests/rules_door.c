// SPDX-License-Identifier: GPL-2.0
/*
 * samples/cgroup: where the kernel asks for a socket's protocol (since 6.6), a control
 * group's programs get MyTCP without knowing it. This one is linked statically.
 */
#include <errno.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/bpf.h"
#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/hosts.h"
#include "lib/test.h"
#include "lib/tool.h"

#define HOOK	"update_socket_protocol"
#define NO_HOOK	"this kernel has no " HOOK "(): 6.6 or later is needed"

FIXTURE(door) {
	int group;
	char path[64];
	struct tool tool;
};

FIXTURE_SETUP(door)
{
	if (!cgroup_possible())
		SKIP(_exit(255), "needs cgroup2 at /sys/fs/cgroup");
	if (!have_command("mytcp-cgroup"))
		SKIP(_exit(255), "needs mytcp-cgroup: make -C samples/cgroup");
	test_begin();
	if (subject() == KERNEL_TCP)
		SKIP(_exit(255), "the kernel's TCP has one door");
	self->group = cgroup_new("door");
	snprintf(self->path, sizeof(self->path), "/proc/%d/fd/%d", getpid(), self->group);
}

FIXTURE_TEARDOWN(door)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "door");
}

static void open_door(FIXTURE_DATA(door) *self)
{
	char command[128], line[TOOL_LINE] = "";

	snprintf(command, sizeof(command), "exec mytcp-cgroup %s 2>&1", self->path);
	tool_start(&self->tool, command);
	check(tool_line(&self->tool, line));
	if (!strstr(line, "until Ctrl-C"))
		test_fail("mytcp-cgroup says: %s", line);
}

static int protocol_of(int family, int type, int protocol)
{
	int fd = check_ok(socket(family, type, protocol));
	int is = get_opt(fd, SOL_SOCKET, SO_PROTOCOL);

	close(fd);
	return is;
}

TEST_F(door, says_which_kernel_it_needs)
{
	char command[160];

	if (bpf_function_id(HOOK) >= 0)
		SKIP(return, "this kernel has " HOOK "()");
	snprintf(command, sizeof(command), "! mytcp-cgroup %s 2>&1", self->path);
	check_eq(tool_lines(command, "mytcp-cgroup: Linux", NULL), 1);
	check_eq(protocol_of(AF_INET, SOCK_STREAM, 0), IPPROTO_TCP);
}

TEST_F(door, says_what_is_no_group)
{
	check_eq(tool_lines("! mytcp-cgroup /tmp 2>&1", "mytcp-cgroup: /tmp is no control group",
			    NULL), 1);
}

TEST_F(door, tcp_inside_is_mytcp)
{
	static const int family[] = { AF_INET, AF_INET6 };
	int i;

	if (bpf_function_id(HOOK) < 0)
		SKIP(return, NO_HOOK);
	open_door(self);
	for (i = 0; i < 2; i++) {
		check_eq(protocol_of(family[i], SOCK_STREAM, 0), IPPROTO_TCP);
		cgroup_enter(self->group);
		check_eq(protocol_of(family[i], SOCK_STREAM, 0), MYTCP_SK_PROTOCOL);
		check_eq(protocol_of(family[i], SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				     IPPROTO_TCP), MYTCP_SK_PROTOCOL);
		/* and nothing else is */
		check_eq(protocol_of(family[i], SOCK_DGRAM, 0), IPPROTO_UDP);
		check_eq(protocol_of(family[i], SOCK_RAW, IPPROTO_TCP), IPPROTO_TCP);
		check_eq(protocol_of(family[i], SOCK_STREAM, IPPROTO_MPTCP),
			 IPPROTO_MPTCP);
		cgroup_enter(cgroup_root());
	}
	check_eq(protocol_of(AF_UNIX, SOCK_STREAM, 0), 0);
	tool_stop(&self->tool);
}

/* When the tool ends, so does what it did; sockets stay what they are. */
TEST_F(door, it_closes_with_the_tool)
{
	int fd;

	if (bpf_function_id(HOOK) < 0)
		SKIP(return, NO_HOOK);
	open_door(self);
	cgroup_enter(self->group);
	fd = check_ok(socket(AF_INET, SOCK_STREAM, 0));
	cgroup_enter(cgroup_root());
	tool_stop(&self->tool);
	cgroup_enter(self->group);
	check_eq(protocol_of(AF_INET, SOCK_STREAM, 0), IPPROTO_TCP);
	check_eq(get_opt(fd, SOL_SOCKET, SO_PROTOCOL), MYTCP_SK_PROTOCOL);
}

/* The other end need not know. */
TEST_F(door, inside_talks_to_outside)
{
	int lfd = listener(KERNEL_TCP, "127.0.0.1", 1), fd[2];
	struct sockaddr_in at = name4(lfd);
	char c = 0;

	if (bpf_function_id(HOOK) < 0)
		SKIP(return, NO_HOOK);
	open_door(self);
	cgroup_enter(self->group);
	fd[0] = connected(KERNEL_TCP, &at);
	check_eq(get_opt(fd[0], SOL_SOCKET, SO_PROTOCOL), MYTCP_SK_PROTOCOL);
	fd[1] = check_ok(accept(lfd, NULL, NULL));
	check_eq(get_opt(fd[1], SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
	put(fd[0], "x", 0);
	check_eq(read(fd[1], &c, 1), 1);
	check_eq(c, 'x');
	cgroup_enter(cgroup_root());
	tool_stop(&self->tool);
}

static bool is_plain(void *arg)
{
	(void)arg;
	return protocol_of(AF_INET, SOCK_STREAM, 0) == IPPROTO_TCP;
}

/* Pinned, it needs nobody to stay. */
TEST_F(door, it_stays_open_when_pinned)
{
	char pin[64], command[160];

	if (bpf_function_id(HOOK) < 0)
		SKIP(return, NO_HOOK);
	snprintf(pin, sizeof(pin), "/sys/fs/bpf/mytcp-test-%d", getpid());
	snprintf(command, sizeof(command), "mytcp-cgroup --pin %s %s", pin, self->path);
	check_eq(tool_lines(command, "new TCP sockets below", NULL), 1);
	cgroup_enter(self->group);
	check_eq(protocol_of(AF_INET, SOCK_STREAM, 0), MYTCP_SK_PROTOCOL);
	check_ok(unlink(pin));
	check(await_true(is_plain, NULL, PATIENCE_MS));
}

TEST_HARNESS_MAIN
