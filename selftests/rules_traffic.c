// SPDX-License-Identifier: GPL-2.0
/*
 * The BPF programs of control groups that see, and refuse, what comes in and goes out:
 * each packet of MyTCP is of the same group as the kernel's would be.
 */
#include <errno.h>
#include <linux/ip.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <sys/socket.h>

#include "lib/bpf.h"
#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/test.h"

static const struct bpf_kind ingress = { BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS };
static const struct bpf_kind egress = { BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS };

/*
 * A program that counts packets, by the flags of their TCP header, and agrees, or does
 * not. It is shown each from its IP header on.
 */
static int watch(const struct bpf_kind *kind, int group, int family, int map, bool agree)
{
	size_t header = family == AF_INET ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);

	return bpf_rule(kind, group, PUT(BPF_W, FP, -4, 0), SET(R2, header + 13),
			MOV(R3, FP), ADD(R3, -4), SET(R4, 1),
			CALL(BPF_FUNC_skb_load_bytes), COUNT_AT_KEY(map),
			RETURN(agree));
}

/* How many packets with all of these flags it has seen. */
static int seen(int map, int flags)
{
	int i, sum = 0;

	for (i = 0; i < 256; i++) {
		if ((i & flags) == flags)
			sum += bpf_counter(map, i);
	}
	return sum;
}

struct wanted {
	int map, flags;
};

static bool is_seen(void *arg)
{
	const struct wanted *w = arg;

	return seen(w->map, w->flags) > 0;
}

#define expect_seen(map, flags)						\
	check(await_true(is_seen, &(struct wanted){ map, flags }, PATIENCE_MS))

FIXTURE(traffic) {
	const struct door *door;
	int family;
	int group, other;
};

DOOR_FIXTURE_VARIANTS(traffic)

FIXTURE_SETUP(traffic)
{
	if (!cgroup_possible())
		SKIP(_exit(255), "needs cgroup2 at /sys/fs/cgroup");
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->family = self->door->family;
	self->group = cgroup_new("traffic");
	self->other = cgroup_new("other");
	cgroup_enter(self->group);
}

FIXTURE_TEARDOWN(traffic)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "traffic");
	cgroup_remove(self->other, "other");
}

/* The peer of a listener of the test's group, in the other one. */
static int connect_from_other(FIXTURE_DATA(traffic) *self, const struct end *to)
{
	int fd;

	cgroup_enter(self->other);
	fd = door_connect(self->door, to);
	cgroup_enter(self->group);
	return fd;
}

/* In IPv6 older kernels forget the SYN-ACKs of their own TCP, not those of MyTCP. */
static bool shows_synack(FIXTURE_DATA(traffic) *self)
{
	return self->door->tcp == MYTCP || self->family == AF_INET;
}

/* SYN and SYN-ACK have no socket of their own: they are the listener's. */
TEST_F(traffic, a_connection_is_seen_from_its_first_packet)
{
	int in = bpf_counters(256), out = bpf_counters(256);
	int in2 = bpf_counters(256), out2 = bpf_counters(256);
	int lfd = door_listen(self->door, 0), fd[2];
	struct end at = end_name(lfd);
	char c;

	watch(&ingress, self->group, self->family, in, true);
	watch(&egress, self->group, self->family, out, true);
	watch(&ingress, self->other, self->family, in2, true);
	watch(&egress, self->other, self->family, out2, true);
	fd[0] = connect_from_other(self, &at);
	fd[1] = check_ok(accept(lfd, NULL, NULL));
	put(fd[0], "x", 0);
	check_eq(read(fd[1], &c, 1), 1);
	/* not close(): a TIME_WAIT has no group that would be told */
	check_ok(shutdown(fd[1], SHUT_WR));
	expect_seen(in2, FIN);
	check_ok(shutdown(fd[0], SHUT_WR));
	expect_seen(in, FIN);
	check_eq(seen(in, SYN), 1);
	check_eq(seen(out, SYN | ACK), shows_synack(self) || seen(out, SYN | ACK));
	check_eq(seen(out2, SYN), 1);
	check_eq(seen(in2, SYN | ACK), 1);
	check_eq(seen(in, PSH), 1);
	check_eq(seen(out2, PSH), 1);
	check_eq(seen(out, FIN), 1);
	check_eq(seen(out2, FIN), 1);
	/* the SYN alone has none */
	check_eq(seen(out2, 0) - seen(out2, ACK), 1);
	check_eq(seen(in, 0) - seen(in, ACK), 1);
}

TEST_F(traffic, a_listener_does_not_hear_what_is_refused)
{
	int map = bpf_counters(256), lfd = door_listen(self->door, 0), rule, fd;
	struct end at = end_name(lfd);

	rule = watch(&ingress, self->group, self->family, map, false);
	fd = connect_from_other(self, &at);
	expect_seen(map, SYN);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	close(rule);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_ok(accept(lfd, NULL, NULL));
}

TEST_F(traffic, a_listener_does_not_answer_what_is_refused)
{
	int map = bpf_counters(256), lfd = door_listen(self->door, 0), rule, fd;
	struct end at = end_name(lfd);

	if (!shows_synack(self))
		return;
	rule = watch(&egress, self->group, self->family, map, false);
	fd = connect_from_other(self, &at);
	expect_seen(map, SYN | ACK);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	close(rule);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_ok(accept(lfd, NULL, NULL));
}

/* That the SYN was refused connect() does not say: the next one may pass. */
TEST_F(traffic, a_syn_is_refused)
{
	int map = bpf_counters(256), rule, fd;
	struct end at;
	int lfd;

	cgroup_enter(self->other);
	lfd = door_listen(self->door, 0);
	at = end_name(lfd);
	cgroup_enter(self->group);
	rule = watch(&egress, self->group, self->family, map, false);
	fd = check_ok(door_open(self->door, SOCK_NONBLOCK));
	check_err(end_connect(fd, &at), EINPROGRESS);
	expect_seen(map, SYN);
	check_eq(wait_fd(lfd, POLLIN, GLIMPSE_MS), 0);
	close(rule);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_ok(accept(lfd, NULL, NULL));
}

/* A connection that is there already: its data stops, and goes on. */
static void stop_data(FIXTURE_DATA(traffic) *self, const struct bpf_kind *kind)
{
	int map = bpf_counters(256), rule, fd[2];
	char c;

	door_pair(self->door, fd);
	rule = watch(kind, self->group, self->family, map, false);
	put(fd[0], "x", 0);
	expect_seen(map, PSH);
	check_eq(wait_fd(fd[1], POLLIN, GLIMPSE_MS), 0);
	check_eq(so_error(fd[0]), 0);
	close(rule);
	check_eq(wait_fd(fd[1], POLLIN, PATIENCE_MS), POLLIN);
	check_eq(read(fd[1], &c, 1), 1);
}

TEST_F(traffic, data_that_comes_is_refused)
{
	stop_data(self, &ingress);
}

TEST_F(traffic, data_that_goes_is_refused)
{
	stop_data(self, &egress);
}

/* Of a connection that nobody has any more its last socket's group is not told. */
TEST_F(traffic, a_port_that_nobody_listens_at_has_no_group)
{
	int out = bpf_counters(256), in = bpf_counters(256);
	struct end at = end_local(self->family, 0);
	int bound_fd = check_ok(door_open(self->door, 0)), fd;

	check_ok(end_bind(bound_fd, &at));
	at = end_name(bound_fd);
	watch(&egress, self->group, self->family, out, true);
	watch(&ingress, self->group, self->family, in, true);
	cgroup_enter(self->other);
	fd = check_ok(door_open(self->door, 0));
	check_err(end_connect(fd, &at), ECONNREFUSED);
	cgroup_enter(self->group);
	check_eq(seen(out, 0), 0);
	check_eq(seen(in, 0), 0);
}

/* The group at the top is the machine's: who sends for nobody sends in its name. */
TEST_F(traffic, a_reset_for_nobody_is_of_the_top_group)
{
	int out = bpf_counters(256), fd;
	int bound_fd = check_ok(door_open(self->door, 0));
	struct end at = end_local(self->family, 0);

	check_ok(end_bind(bound_fd, &at));
	at = end_name(bound_fd);
	watch(&egress, cgroup_root(), self->family, out, true);
	fd = check_ok(door_open(self->door, 0));
	check_err(end_connect(fd, &at), ECONNREFUSED);
	/* of IPv6 the kernel's TCP gives it no socket, and it passes unseen */
	check_eq(seen(out, RST), self->family == AF_INET);
}

TEST_HARNESS_MAIN
