// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups: what waits in the buffers of a socket is its group's memory, whichever
 * end of the connection it is, and through whichever door it was made.
 */
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/test.h"

#define WAITING		32768		/* octets that nobody reads */

FIXTURE(memory) {
	const struct door *door;
	int group;
};

DOOR_FIXTURE_VARIANTS(memory)

FIXTURE_SETUP(memory)
{
	if (!cgroup_possible())
		SKIP(_exit(255), "needs cgroup2 at /sys/fs/cgroup");
	if (!cgroup_counts_memory())
		SKIP(_exit(255), "needs the memory controller of cgroup2");
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->group = cgroup_new("memory");
}

FIXTURE_TEARDOWN(memory)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "memory");
}

/* The kernel adds the figures up every two seconds. */
static void expect_charged(int group, long least, long most)
{
	long charged = 0;
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 50) {
		charged = cgroup_memory(group, "sock");
		if (charged >= least && charged <= most)
			return;
		poll(NULL, 0, 50);
	}
	test_fail("the group is charged %ld octets of sockets; expected %ld to %ld",
		  charged, least, most);
}

static void send_unread(int fd)
{
	static char block[WAITING];

	check_eq(send(fd, block, sizeof(block), 0), WAITING);
}

TEST_F(memory, of_a_connection_that_came_in_is_its_group_s)
{
	struct end at;
	int lfd, fd, afd;

	cgroup_enter(self->group);
	lfd = door_listen(self->door, 0);
	at = end_name(lfd);
	cgroup_enter(cgroup_root());
	fd = door_connect(self->door, &at);
	cgroup_enter(self->group);
	afd = check_ok(accept(lfd, NULL, NULL));
	cgroup_enter(cgroup_root());
	expect_charged(self->group, 0, WAITING / 2);
	send_unread(fd);
	expect_charged(self->group, WAITING, 8 * WAITING);
	close(afd);
	close(fd);
	close(lfd);
	expect_charged(self->group, 0, 0);
}

TEST_F(memory, of_a_connection_that_was_made_is_its_group_s)
{
	int lfd = door_listen(self->door, 0), fd, afd;
	struct end at = end_name(lfd);

	cgroup_enter(self->group);
	fd = door_connect(self->door, &at);
	cgroup_enter(cgroup_root());
	afd = check_ok(accept(lfd, NULL, NULL));
	send_unread(afd);
	expect_charged(self->group, WAITING, 8 * WAITING);
	close(fd);
	expect_charged(self->group, 0, 0);
}

TEST_HARNESS_MAIN
