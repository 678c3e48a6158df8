// SPDX-License-Identifier: GPL-2.0
/*
 * Landlock, by which a program gives up ports it does not need (since 6.7). It asks for
 * protocol 6, which the kernel's TCP is and MyTCP is not.
 */
#include <errno.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/doors.h"
#include "lib/test.h"

/* <linux/landlock.h> of 6.7; this machine's may be older. */
#define CREATE_RULESET		444
#define RESTRICT_SELF		446
#define VERSION			1
#define NET_BIND_TCP		1
#define NET_CONNECT_TCP		2

struct ruleset {
	uint64_t files;
	uint64_t net;
};

FIXTURE(landlock) {
	const struct door *door;
};

DOOR_FIXTURE_VARIANTS(landlock)

FIXTURE_SETUP(landlock)
{
	if (syscall(CREATE_RULESET, NULL, 0, VERSION) < 4)
		SKIP(_exit(255), "this kernel's Landlock has no rules for the network");
	test_begin_door(&variant->door);
	self->door = &variant->door;
}

FIXTURE_TEARDOWN(landlock)
{
}

/* From now on none of these is allowed, at any port. */
static void give_up(uint64_t rights)
{
	struct ruleset rules = { .net = rights };
	int fd = check_ok(syscall(CREATE_RULESET, &rules, sizeof(rules), 0));

	check_ok(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	check_ok(syscall(RESTRICT_SELF, fd, 0));
	close(fd);
}

TEST_F(landlock, bind_is_refused)
{
	struct end at = end_local(self->door->family, 5000);
	int fd = check_ok(door_open(self->door, 0));

	give_up(NET_BIND_TCP);
	check_err(end_bind(fd, &at), EACCES);
}

TEST_F(landlock, connect_is_refused)
{
	int lfd = door_listen(self->door, 0);
	struct end at = end_name(lfd);
	int fd = check_ok(door_open(self->door, 0));

	give_up(NET_CONNECT_TCP);
	check_err(end_connect(fd, &at), EACCES);
}

TEST_HARNESS_MAIN
