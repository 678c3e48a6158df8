// SPDX-License-Identifier: GPL-2.0
/*
 * Security modules: what one refuses to the kernel's TCP it refuses to MyTCP. The module
 * is a BPF program at its hook, of a control group (BPF_LSM_CGROUP).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/bpf.h"
#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/test.h"

#define ARG(n)		((n) * 8)

FIXTURE(lsm) {
	const struct door *door;
	int group, other;
};

DOOR_FIXTURE_VARIANTS(lsm)

static bool bpf_is_a_security_module(void)
{
	char names[256] = "";
	int fd = open("/sys/kernel/security/lsm", O_RDONLY);

	if (fd < 0)
		return false;
	check_ok(read(fd, names, sizeof(names) - 1));
	close(fd);
	return strstr(names, "bpf");
}

FIXTURE_SETUP(lsm)
{
	if (!cgroup_possible() || !bpf_is_a_security_module())
		SKIP(_exit(255), "needs cgroup2, and bpf in the kernel's lsm=");
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->group = cgroup_new("lsm");
	self->other = cgroup_new("other");
	cgroup_enter(self->group);
}

FIXTURE_TEARDOWN(lsm)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "lsm");
	cgroup_remove(self->other, "other");
}

static struct bpf_kind hook(const char *name)
{
	char function[64];
	struct bpf_kind kind = { BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP };

	snprintf(function, sizeof(function), "bpf_lsm_%s", name);
	kind.btf_id = check_ok(bpf_function_id(function));
	return kind;
}

/* Refuses, whatever it is asked. */
static int refuse(const char *name, int group)
{
	struct bpf_kind kind = hook(name);

	return bpf_rule(&kind, group, RETURN(0));
}

/* Counts at 0, and agrees, or does not. */
static int watch(const char *name, int group, int map, bool agree)
{
	struct bpf_kind kind = hook(name);

	return bpf_rule(&kind, group, PUT(BPF_W, FP, -4, 0), COUNT_AT_KEY(map),
			RETURN(agree));
}

static bool has_counted(void *arg)
{
	return bpf_counter(*(int *)arg, 0) > 0;
}

/* Streams of a family are found behind either door: it is the family that is asked for. */
TEST_F(lsm, streams_of_the_family_are_refused)
{
	struct bpf_kind kind = hook("socket_create");

	bpf_rule(&kind, self->group, LOAD(BPF_DW, R2, R1, ARG(0)),
		 UNLESS(R2, self->door->family, 4), LOAD(BPF_DW, R2, R1, ARG(1)),
		 UNLESS(R2, SOCK_STREAM, 2), RETURN(0), RETURN(1));
	check_err(door_open(self->door, 0), EPERM);
	check_ok(socket(self->door->family, SOCK_DGRAM, 0));
}

TEST_F(lsm, what_the_new_socket_is_decides)
{
	int rule = refuse("socket_post_create", self->group);

	check_err(door_open(self->door, 0), EPERM);
	close(rule);
	check_ok(door_open(self->door, 0));
}

TEST_F(lsm, calls_are_refused)
{
	int fd = check_ok(door_open(self->door, 0)), one = 1, pair[2], lfd;
	struct end at = end_local(self->door->family, 0);

	refuse("socket_bind", self->group);
	check_err(end_bind(fd, &at), EPERM);
	lfd = check_ok(door_open(self->door, 0));
	refuse("socket_listen", self->group);
	check_err(listen(lfd, 1), EPERM);
	refuse("socket_connect", self->group);
	check_err(end_connect(fd, &at), EPERM);
	refuse("socket_setsockopt", self->group);
	check_err(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), EPERM);
	cgroup_enter(self->other);
	door_pair(self->door, pair);
	refuse("socket_sendmsg", self->other);
	check_err(send(pair[0], "x", 1, 0), EPERM);
	refuse("socket_recvmsg", self->other);
	check_err(recv(pair[1], &one, 1, 0), EPERM);
	refuse("socket_shutdown", self->other);
	check_err(shutdown(pair[0], SHUT_WR), EPERM);
}

/* skc_num of struct sock, which has been there since there is BTF */
#define SOCK_PORT	14

/*
 * Counts the requests for a port, and refuses them or not. An interrupt has no group:
 * so this is a hook of the whole machine.
 */
static int watch_requests(int port, int map, bool agree)
{
	struct bpf_kind kind = hook("inet_conn_request");

	kind.at = BPF_LSM_MAC;
	return bpf_rule(&kind, -1, LOAD(BPF_DW, R2, R1, ARG(0)),
			LOAD(BPF_H, R3, R2, SOCK_PORT), UNLESS(R3, port, 11),
			PUT(BPF_W, FP, -4, 0), COUNT_AT_KEY(map),
			RETURN(agree ? 0 : -EPERM), RETURN(0));
}

/* A connection to the listener, for which there is a SYN at once. */
static void refuse_request(const struct door *door)
{
	int map = bpf_counters(1), lfd = door_listen(door, 0), rule, fd;
	struct end at = end_name(lfd);

	rule = watch_requests(end_port(&at), map, false);
	fd = door_connect(door, &at);
	check(await_true(has_counted, &map, PATIENCE_MS));
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	map = bpf_counters(1);
	watch_requests(end_port(&at), map, true);
	close(rule);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_ok(accept(lfd, NULL, NULL));
	check_gt(bpf_counter(map, 0), 0);
}

/* The SYN is dropped as if it had not come: it may come again. */
TEST_F(lsm, a_connection_request_is_refused)
{
	refuse_request(self->door);
}

/* And so it is when the listener keeps nothing of it. */
TEST_F(lsm, a_connection_request_is_refused_by_cookie)
{
	setting_write(self->door->tcp, "syncookies", "2");
	refuse_request(self->door);
}

/* Of the active end: for the passive one there was the request. */
TEST_F(lsm, an_established_connection_is_told)
{
	int near = bpf_counters(1), far = bpf_counters(1), fd, lfd;
	struct end at;

	watch("inet_conn_established", self->group, near, true);
	watch("inet_conn_established", self->other, far, true);
	lfd = door_listen(self->door, 0);
	at = end_name(lfd);
	cgroup_enter(self->other);
	fd = door_connect(self->door, &at);
	check_ok(accept(lfd, NULL, NULL));
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_eq(bpf_counter(far, 0), 1);
	check_eq(bpf_counter(near, 0), 0);
}

TEST_F(lsm, what_comes_in_is_refused)
{
	int map = bpf_counters(1), rule, fd[2];

	door_pair(self->door, fd);
	rule = watch("socket_sock_rcv_skb", self->group, map, false);
	/* The hook's code is changed while the machine runs: once it is seen to be new. */
	put(fd[0], "x", 0);
	check(await_true(has_counted, &map, PATIENCE_MS));
	drain_fd(fd[1]);
	put(fd[0], "y", 0);
	check_eq(wait_fd(fd[1], POLLIN, GLIMPSE_MS), 0);
	close(rule);
	check_eq(wait_fd(fd[1], POLLIN, PATIENCE_MS), POLLIN);
}

TEST_HARNESS_MAIN
