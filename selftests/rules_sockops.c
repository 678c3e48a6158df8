// SPDX-License-Identifier: GPL-2.0
/*
 * BPF programs of a control group that are told of connections (sock_ops). Of MyTCP's
 * they learn when, and between whom; what their helpers would do to a struct tcp_sock
 * is refused, as the socket is none.
 */
#include <errno.h>
#include <linux/mytcp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/bpf.h"
#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/test.h"

#define FIELD(name)	offsetof(struct bpf_sock_ops, name)

static const struct bpf_kind sock_ops = { BPF_PROG_TYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS };

FIXTURE(sockops) {
	const struct door *door;
	int group;
};

DOOR_FIXTURE_VARIANTS(sockops)

FIXTURE_SETUP(sockops)
{
	if (!cgroup_possible())
		SKIP(_exit(255), "needs cgroup2 at /sys/fs/cgroup");
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->group = cgroup_new("sockops");
	cgroup_enter(self->group);
}

FIXTURE_TEARDOWN(sockops)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "sockops");
}

/* Counts by the number of what happens. */
TEST_F(sockops, steps_of_a_connection_are_told)
{
	int map = bpf_counters(32), fd[2];

	bpf_rule(&sock_ops, self->group, LOAD(BPF_W, R2, R1, FIELD(op)),
		 STORE(BPF_W, FP, -4, R2), COUNT_AT_KEY(map), RETURN(1));
	door_pair(self->door, fd);
	check_eq(bpf_counter(map, BPF_SOCK_OPS_TCP_LISTEN_CB), 1);
	check_eq(bpf_counter(map, BPF_SOCK_OPS_TCP_CONNECT_CB), 1);
	check_eq(bpf_counter(map, BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB), 1);
	check_eq(bpf_counter(map, BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB), 1);
}

/*
 * Adds what a field says when something happens: once, so it is what it said. An
 * address is its last word.
 */
static uint64_t told(FIXTURE_DATA(sockops) *self, int op, size_t field)
{
	int map = bpf_counters(1), rule, fd[2];

	rule = bpf_rule(&sock_ops, self->group, LOAD(BPF_W, R2, R1, FIELD(op)),
			UNLESS(R2, op, 9), LOAD(BPF_W, R6, R1, field),
			PUT(BPF_W, FP, -4, 0), MAP(R1, map), MOV(R2, FP), ADD(R2, -4),
			CALL(BPF_FUNC_map_lookup_elem), WHEN(R0, 0, 1),
			COUNT_UP(R0, 0, R6), RETURN(1));
	door_pair(self->door, fd);
	close(rule);
	return bpf_counter(map, 0);
}

TEST_F(sockops, who_connects_is_told)
{
	bool is4 = self->door->family == AF_INET;
	size_t to = is4 ? FIELD(remote_ip4) : FIELD(remote_ip6[3]);
	size_t from = is4 ? FIELD(local_ip4) : FIELD(local_ip6[3]);
	uint32_t address = is4 ? htonl(INADDR_LOOPBACK) : htonl(1);
	int op;

	for (op = BPF_SOCK_OPS_TCP_CONNECT_CB;
	     op <= BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB; op++) {
		check_eq(told(self, op, FIELD(family)), self->door->family);
		check_eq(told(self, op, to), address);
		check_eq(told(self, op, from), address);
		check_gt(told(self, op, FIELD(local_port)), 0);
		check_gt(told(self, op, FIELD(remote_port)), 0);
		check_eq(told(self, op, FIELD(is_fullsock)),
			 self->door->tcp == KERNEL_TCP);
	}
}

/*
 * What a program calls for a socket: the result is counted at 0 when it is 0, else at 1.
 * A helper that took the socket of MyTCP for a struct tcp_sock would write into it, or
 * follow what lies there.
 */
#define RESULT(map)							\
	PUT(BPF_W, FP, -4, 0), WHEN(R0, 0, 1), PUT(BPF_W, FP, -4, 1),	\
	COUNT_AT_KEY(map)

static void check_result(const struct door *door, int map, bool works)
{
	int fd[2];

	door_pair(door, fd);
	put(fd[0], "x", 0);
	check_eq(wait_fd(fd[1], POLLIN, PATIENCE_MS), POLLIN);
	if (door->tcp == MYTCP)
		check_eq(bpf_counter(map, 0), 0);
	else if (works)
		check_gt(bpf_counter(map, 0), 0);
	check_gt(bpf_counter(map, 0) + bpf_counter(map, 1), 0);
}

TEST_F(sockops, callbacks_may_not_be_asked_for)
{
	int map = bpf_counters(2);

	bpf_rule(&sock_ops, self->group, SET(R2, BPF_SOCK_OPS_ALL_CB_FLAGS),
		 CALL(BPF_FUNC_sock_ops_cb_flags_set), RESULT(map), RETURN(1));
	check_result(self->door, map, true);
}

TEST_F(sockops, options_may_not_be_set)
{
	static const int level[] = { SOL_SOCKET, IPPROTO_TCP };
	static const int name[] = { SO_SNDBUF, TCP_MAXSEG };
	int i;

	for (i = 0; i < 2; i++) {
		int map = bpf_counters(2);
		int rule = bpf_rule(&sock_ops, self->group,
				    SET(R2, level[i]), SET(R3, name[i]),
				    PUT(BPF_W, FP, -8, 1000), MOV(R4, FP),
				    ADD(R4, -8), SET(R5, 4),
				    CALL(BPF_FUNC_setsockopt), RESULT(map), RETURN(1));

		check_result(self->door, map, level[i] == SOL_SOCKET);
		close(rule);
	}
}

TEST_F(sockops, a_saved_syn_is_not_read)
{
	int map = bpf_counters(2);

	bpf_rule(&sock_ops, self->group, SET(R2, IPPROTO_TCP), SET(R3, TCP_BPF_SYN),
		 PUT(BPF_DW, FP, -16, 0), MOV(R4, FP), ADD(R4, -16), SET(R5, 8),
		 CALL(BPF_FUNC_getsockopt), RESULT(map), RETURN(1));
	check_result(self->door, map, false);
}

TEST_F(sockops, there_is_no_tcp_socket)
{
	int map = bpf_counters(2);

	/* NULL, for which the helper is not called, counts as a refusal */
	bpf_rule(&sock_ops, self->group, LOAD(BPF_DW, R1, R1, FIELD(sk)),
		 PUT(BPF_W, FP, -4, 1), WHEN(R1, 0, 3), CALL(BPF_FUNC_tcp_sock),
		 WHEN(R0, 0, 1), PUT(BPF_W, FP, -4, 0), COUNT_AT_KEY(map), RETURN(1));
	check_result(self->door, map, true);
}

TEST_HARNESS_MAIN
