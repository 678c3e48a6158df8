// SPDX-License-Identifier: GPL-2.0
/*
 * What needs a capability, or another user's consent, of the kernel's TCP needs it of
 * MyTCP. A low port, and leaving a device, are in api_family.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/in6.h>
#include <linux/mytcp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/doors.h"
#include "lib/privilege.h"
#include "lib/test.h"

#define NOBODY		65534
#define SOMEBODY	65533

FIXTURE(caps) {
	const struct door *door;
	int family;
	int fd;
};

DOOR_FIXTURE_VARIANTS(caps)

FIXTURE_SETUP(caps)
{
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->family = self->door->family;
	self->fd = check_ok(door_open(self->door, 0));
}

FIXTURE_TEARDOWN(caps)
{
}

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

TEST_F(caps, a_mark_needs_net_admin)
{
	check_ok(set(self->fd, SOL_SOCKET, SO_MARK, 1));
	drop_capabilities();
	check_err(set(self->fd, SOL_SOCKET, SO_MARK, 2), EPERM);
	check_eq(get_opt(self->fd, SOL_SOCKET, SO_MARK), 1);
}

TEST_F(caps, a_high_priority_needs_net_admin)
{
	drop_capabilities();
	check_err(set(self->fd, SOL_SOCKET, SO_PRIORITY, 7), EPERM);
	check_ok(set(self->fd, SOL_SOCKET, SO_PRIORITY, 6));
}

TEST_F(caps, buffers_beyond_the_limit_need_net_admin)
{
	check_ok(set(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20));
	drop_capabilities();
	check_err(set(self->fd, SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20), EPERM);
	check_err(set(self->fd, SOL_SOCKET, SO_SNDBUFFORCE, 16 << 20), EPERM);
}

TEST_F(caps, debugging_needs_net_admin)
{
	drop_capabilities();
	check_err(set(self->fd, SOL_SOCKET, SO_DEBUG, 1), EACCES);
}

/* Busy polling takes a CPU from others. */
TEST_F(caps, to_prefer_busy_polling_needs_net_admin)
{
	check_ok(set(self->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1));
	drop_capabilities();
	check_err(set(self->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 1), EPERM);
	check_ok(set(self->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, 0));
}

TEST_F(caps, a_foreign_address_needs_net_admin_or_net_raw)
{
	int level = self->family == AF_INET ? SOL_IP : SOL_IPV6;
	int name = self->family == AF_INET ? IP_TRANSPARENT : IPV6_TRANSPARENT;
	int other = check_ok(door_open(self->door, 0));

	keep_capability(CAP_NET_RAW);
	check_ok(set(self->fd, level, name, 1));
	drop_capabilities();
	check_err(set(other, level, name, 1), EPERM);
}

/* Extension headers that are sent with every segment. */
TEST_F(caps, hop_by_hop_options_need_net_raw)
{
	static const unsigned char padding[8] = { 0, 0, 1, 4 };

	if (self->family != AF_INET6)
		return;
	check_ok(setsockopt(self->fd, SOL_IPV6, IPV6_HOPOPTS, padding, sizeof(padding)));
	drop_capabilities();
	check_err(setsockopt(self->fd, SOL_IPV6, IPV6_HOPOPTS, padding, sizeof(padding)),
		  EPERM);
	check_err(setsockopt(self->fd, SOL_IPV6, IPV6_DSTOPTS, padding, sizeof(padding)),
		  EPERM);
}

/* What the administrator has not allowed to all. */
TEST_F(caps, a_restricted_algorithm_needs_net_admin)
{
	static const char name[] = "dctcp";

	if (setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name))) {
		check_eq(errno, ENOENT);
		SKIP(return, "this kernel's TCP has no dctcp");
	}
	check_ok(setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	drop_capabilities();
	check_err(setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name)),
		  EPERM);
	check_ok(setsockopt(self->fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
}

TEST_F(caps, repair_needs_net_admin)
{
	drop_capabilities();
	check_lt(set(self->fd, IPPROTO_TCP, TCP_REPAIR, 1), 0);
}

/* ---- the same port for two users ---- */

static int share(const struct door *door, const struct end *at, int uid)
{
	int fd, err;

	check_ok(seteuid(uid));
	fd = check_ok(door_open(door, 0));
	check_ok(set(fd, SOL_SOCKET, SO_REUSEPORT, 1));
	err = end_bind(fd, at) ? errno : 0;
	check_ok(seteuid(0));
	if (err)
		close(fd);
	return err;
}

TEST_F(caps, a_port_is_shared_with_the_same_user_only)
{
	struct end at = end_local(self->family, 5000);

	check_eq(share(self->door, &at, SOMEBODY), 0);
	check_eq(share(self->door, &at, NOBODY), EADDRINUSE);
	check_eq(share(self->door, &at, 0), EADDRINUSE);
	check_eq(share(self->door, &at, SOMEBODY), 0);
}

/* Nor with the other stack, whoever asks: their segments cannot be told apart. */
TEST_F(caps, a_port_is_not_shared_between_stacks)
{
	struct end at = end_local(self->family, 5000);
	struct door kernel = door_of_kernel(self->door);
	int same = self->door->tcp == KERNEL_TCP ? 0 : EADDRINUSE;

	check_eq(share(&kernel, &at, NOBODY), 0);
	check_eq(share(self->door, &at, SOMEBODY), EADDRINUSE);
	check_eq(share(self->door, &at, NOBODY), same);
	at = end_local(self->family, 5001);
	check_eq(share(self->door, &at, NOBODY), 0);
	check_eq(share(&kernel, &at, SOMEBODY), EADDRINUSE);
	check_eq(share(&kernel, &at, NOBODY), same);
}

/* A listener of another user may not take connections from one who has the port. */
TEST_F(caps, a_specific_address_is_not_taken_by_another_user)
{
	struct end any = end_any(self->family, 5000);
	struct end at = end_local(self->family, 5000);

	check_eq(share(self->door, &any, SOMEBODY), 0);
	check_eq(share(self->door, &at, NOBODY), EADDRINUSE);
	check_eq(share(self->door, &at, SOMEBODY), 0);
}

/* ---- settings ---- */

static int open_setting(enum tcp tcp, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/%s%s",
		 tcp == MYTCP ? "mytcp/" : "ipv4/tcp_", name);
	return open(path, O_WRONLY);
}

static void try_settings(void *arg)
{
	const struct door *door = arg;

	check_ok(setuid(NOBODY));
	check_err(open_setting(door->tcp, "keepalive_time"), EACCES);
	check_err(open_setting(door->tcp, "rmem"), EACCES);
}

TEST_F(caps, settings_are_not_for_everybody)
{
	check_ok(open_setting(self->door->tcp, "keepalive_time"));
	joined(spawned(try_settings, (void *)self->door));
}

static void be_root_of_a_user_namespace(void)
{
	int fd;

	check_ok(setuid(NOBODY));
	/* else what is below /proc/self stays root's */
	check_ok(prctl(PR_SET_DUMPABLE, 1));
	check_ok(unshare(CLONE_NEWUSER));
	fd = check_ok(open("/proc/self/uid_map", O_WRONLY));
	check_eq(dprintf(fd, "0 %d 1", NOBODY), strlen("0 65534 1"));
	close(fd);
}

/* Who is root in a user namespace alone is nobody to the network around it. */
static void try_as_inner_root(void *arg)
{
	const struct door *door = arg;
	struct end low = end_local(door->family, 80);
	int fd;

	be_root_of_a_user_namespace();
	fd = check_ok(door_open(door, 0));
	check_err(end_bind(fd, &low), EACCES);
	check_err(set(fd, SOL_SOCKET, SO_MARK, 1), EPERM);
	check_err(open_setting(door->tcp, "keepalive_time"), EACCES);
}

TEST_F(caps, root_of_a_user_namespace_has_no_power_outside)
{
	if (access("/proc/self/ns/user", F_OK))
		SKIP(return, "needs user namespaces");
	joined(spawned(try_as_inner_root, (void *)self->door));
}

/* And in a network namespace of his own, what is that namespace's. */
static void try_as_owner(void *arg)
{
	const struct door *door = arg;
	struct end low = end_any(door->family, 80);
	int fd;

	be_root_of_a_user_namespace();
	check_ok(unshare(CLONE_NEWNET));
	fd = check_ok(door_open(door, 0));
	check_ok(end_bind(fd, &low));
	check_ok(set(fd, SOL_SOCKET, SO_MARK, 1));
	check_ok(open_setting(door->tcp, "keepalive_time"));
	/* memory is the whole machine's */
	check_err(set(fd, SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20), EPERM);
}

TEST_F(caps, root_of_a_network_namespace_has_power_there)
{
	if (access("/proc/self/ns/user", F_OK))
		SKIP(return, "needs user namespaces");
	joined(spawned(try_as_owner, (void *)self->door));
}

TEST_HARNESS_MAIN
