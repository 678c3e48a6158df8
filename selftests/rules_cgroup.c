// SPDX-License-Identifier: GPL-2.0
/*
 * The BPF programs of a control group: what they refuse, change and see of a socket of
 * the kernel's TCP, they refuse, change and see of one of MyTCP, through either door.
 */
#include <errno.h>
#include <linux/mytcp.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/bpf.h"
#include "lib/cgroup.h"
#include "lib/doors.h"
#include "lib/privilege.h"
#include "lib/test.h"

#define ASKED	5000		/* the port that is asked for */
#define GIVEN	5001		/* and that a program puts in its place */

/* What the counter at 0 says of a program that counts and then agrees. */
#define COUNT(map)							\
	PUT(BPF_W, FP, -4, 0), COUNT_AT_KEY(map), RETURN(1)

FIXTURE(cgroup) {
	const struct door *door;
	int family;
	int group;
};

DOOR_FIXTURE_VARIANTS(cgroup)

FIXTURE_SETUP(cgroup)
{
	if (!cgroup_possible())
		SKIP(_exit(255), "needs cgroup2 at /sys/fs/cgroup");
	test_begin_door(&variant->door);
	self->door = &variant->door;
	self->family = self->door->family;
	self->group = cgroup_new("rules");
	cgroup_enter(self->group);
}

FIXTURE_TEARDOWN(cgroup)
{
	cgroup_enter(cgroup_root());
	cgroup_remove(self->group, "rules");
}

/* Programs that are told an address: of the family's hook. */
#define ADDRESS_KIND(name)						\
static struct bpf_kind name##_kind(int family)				\
{									\
	return (struct bpf_kind){					\
		.type = BPF_PROG_TYPE_CGROUP_SOCK_ADDR,			\
		.at = family == AF_INET ? BPF_CGROUP_INET4_##name :	\
					  BPF_CGROUP_INET6_##name,	\
	};								\
}

ADDRESS_KIND(BIND)
ADDRESS_KIND(CONNECT)
ADDRESS_KIND(GETPEERNAME)
ADDRESS_KIND(GETSOCKNAME)

/* Programs that are shown the socket. */
static struct bpf_kind sock_kind(enum bpf_attach_type at)
{
	return (struct bpf_kind){ .type = BPF_PROG_TYPE_CGROUP_SOCK, .at = at };
}

static struct bpf_kind post_bind_kind(int family)
{
	return sock_kind(family == AF_INET ? BPF_CGROUP_INET4_POST_BIND :
					     BPF_CGROUP_INET6_POST_BIND);
}

/* @port in the place of whatever was asked for. */
static int rule_port(const struct bpf_kind *kind, int group, int port)
{
	return bpf_rule(kind, group, SET(R2, htons(port)),
			STORE(BPF_W, R1, offsetof(struct bpf_sock_addr, user_port), R2),
			RETURN(1));
}

TEST_F(cgroup, socket_is_refused)
{
	struct bpf_kind kind = sock_kind(BPF_CGROUP_INET_SOCK_CREATE);
	int rule = bpf_rule(&kind, self->group, RETURN(0));

	check_err(door_open(self->door, 0), EPERM);
	close(rule);
	check_ok(door_open(self->door, 0));
}

/* A rule for streams of one family finds them, whatever door they came through. */
TEST_F(cgroup, socket_of_the_family_is_refused)
{
	struct bpf_kind kind = sock_kind(BPF_CGROUP_INET_SOCK_CREATE);

	bpf_rule(&kind, self->group,
		 LOAD(BPF_W, R2, R1, offsetof(struct bpf_sock, family)),
		 UNLESS(R2, self->family, 4),
		 LOAD(BPF_W, R2, R1, offsetof(struct bpf_sock, type)),
		 UNLESS(R2, SOCK_STREAM, 2), RETURN(0), RETURN(1));
	check_err(door_open(self->door, 0), EPERM);
	check_ok(socket(self->family, SOCK_DGRAM, 0));
	check_ok(socket(self->family == AF_INET ? AF_INET6 : AF_INET, SOCK_STREAM, 0));
}

/* What a new socket is marked with stays on it. */
TEST_F(cgroup, socket_is_marked)
{
	struct bpf_kind kind = sock_kind(BPF_CGROUP_INET_SOCK_CREATE);

	bpf_rule(&kind, self->group, SET(R2, 77),
		 STORE(BPF_W, R1, offsetof(struct bpf_sock, mark), R2), RETURN(1));
	check_eq(get_opt(check_ok(door_open(self->door, 0)), SOL_SOCKET, SO_MARK), 77);
}

TEST_F(cgroup, end_of_a_socket_is_told)
{
	struct bpf_kind kind = sock_kind(BPF_CGROUP_INET_SOCK_RELEASE);
	int map = bpf_counters(1), fd = check_ok(door_open(self->door, 0));

	bpf_rule(&kind, self->group, COUNT(map));
	check_eq(bpf_counter(map, 0), 0);
	close(fd);
	check_eq(bpf_counter(map, 0), 1);
}

TEST_F(cgroup, bind_is_refused)
{
	struct bpf_kind kind = BIND_kind(self->family);
	struct end at = end_local(self->family, ASKED);
	int rule = bpf_rule(&kind, self->group, RETURN(0));
	int fd = check_ok(door_open(self->door, 0));

	check_err(end_bind(fd, &at), EPERM);
	close(rule);
	check_ok(end_bind(fd, &at));
}

TEST_F(cgroup, bind_gets_another_port)
{
	struct bpf_kind kind = BIND_kind(self->family);
	struct end at = end_local(self->family, ASKED);
	int fd = check_ok(door_open(self->door, 0));
	struct end got;

	rule_port(&kind, self->group, GIVEN);
	check_ok(end_bind(fd, &at));
	got = end_name(fd);
	check_eq(end_port(&got), GIVEN);
}

/* From any address to the loopback's: its last octet is 1, in either family. */
TEST_F(cgroup, bind_gets_another_address)
{
	struct bpf_kind kind = BIND_kind(self->family);
	struct end at = end_any(self->family, ASKED), got;
	struct end want = end_local(self->family, ASKED);
	int fd = check_ok(door_open(self->door, 0));

	if (self->family == AF_INET)
		bpf_rule(&kind, self->group, SET(R2, htonl(INADDR_LOOPBACK)),
			 STORE(BPF_W, R1, offsetof(struct bpf_sock_addr, user_ip4), R2),
			 RETURN(1));
	else
		bpf_rule(&kind, self->group, SET(R2, htonl(1)),
			 STORE(BPF_W, R1, offsetof(struct bpf_sock_addr, user_ip6[3]),
			       R2), RETURN(1));
	check_ok(end_bind(fd, &at));
	got = end_name(fd);
	check(end_same(&got, &want));
}

/* A program is asked once for each bind(), and what it says is what is bound. */
TEST_F(cgroup, bind_is_asked_for_once)
{
	struct bpf_kind kind = BIND_kind(self->family);
	struct end at = end_local(self->family, ASKED), got;
	struct door kernel = door_of_kernel(self->door);
	int fd = check_ok(door_open(self->door, 0)), map = bpf_counters(1), rule;

	rule = bpf_rule(&kind, self->group, MOV(R6, R1),
			PUT(BPF_W, FP, -4, 0), COUNT_AT_KEY(map),
			SET(R2, htons(GIVEN)),
			STORE(BPF_W, R6, offsetof(struct bpf_sock_addr, user_port), R2),
			RETURN(1));
	check_ok(end_bind(fd, &at));
	check_eq(bpf_counter(map, 0), 1);
	got = end_name(fd);
	check_eq(end_port(&got), GIVEN);
	close(rule);
	/* so that one is taken, in either stack, and the other is not */
	check_err(end_bind(check_ok(door_open(&kernel, 0)), &got), EADDRINUSE);
	check_ok(end_bind(check_ok(door_open(&kernel, 0)), &at));
}

static void bind_low(void *arg)
{
	const struct door *door = arg;
	struct end at = end_local(door->family, 80);

	drop_capabilities();
	check_ok(end_bind(check_ok(door_open(door, 0)), &at));
}

static void fail_to_bind_low(void *arg)
{
	const struct door *door = arg;
	struct end at = end_local(door->family, 80);

	drop_capabilities();
	check_err(end_bind(check_ok(door_open(door, 0)), &at), EACCES);
}

/* A program may allow what would need CAP_NET_BIND_SERVICE. */
TEST_F(cgroup, bind_to_a_low_port_is_allowed)
{
	struct bpf_kind kind = BIND_kind(self->family);
	int rule = bpf_rule(&kind, self->group, RETURN(3));

	joined(spawned(bind_low, (void *)self->door));
	close(rule);
	joined(spawned(fail_to_bind_low, (void *)self->door));
}

/* And it leaves nothing behind: the port is free, for either stack. */
TEST_F(cgroup, bound_port_is_refused_afterwards)
{
	struct bpf_kind kind = post_bind_kind(self->family);
	struct end at = end_local(self->family, ASKED);
	struct door kernel = door_of_kernel(self->door);
	int fd = check_ok(door_open(self->door, 0));
	int rule = bpf_rule(&kind, self->group,
			    LOAD(BPF_W, R2, R1, offsetof(struct bpf_sock, src_port)),
			    UNLESS(R2, ASKED, 2), RETURN(0), RETURN(1));

	check_err(end_bind(fd, &at), EPERM);
	close(rule);
	fd = check_ok(door_open(&kernel, 0));
	check_ok(end_bind(fd, &at));
	close(fd);
	fd = check_ok(door_open(self->door, 0));
	check_ok(end_bind(fd, &at));
}

TEST_F(cgroup, connect_is_refused)
{
	struct bpf_kind kind = CONNECT_kind(self->family);
	int lfd = door_listen(self->door, 0), rule;
	struct end at = end_name(lfd);
	int fd = check_ok(door_open(self->door, 0));

	rule = bpf_rule(&kind, self->group, RETURN(0));
	check_err(end_connect(fd, &at), EPERM);
	check_eq(wait_fd(lfd, POLLIN, 0), 0);
	close(rule);
	check_ok(end_connect(fd, &at));
}

TEST_F(cgroup, connect_leads_elsewhere)
{
	struct bpf_kind kind = CONNECT_kind(self->family);
	struct end at = end_local(self->family, ASKED), peer;
	int lfd = door_listen(self->door, GIVEN);
	int fd = check_ok(door_open(self->door, 0));

	rule_port(&kind, self->group, GIVEN);
	check_ok(end_connect(fd, &at));
	check_ok(accept(lfd, NULL, NULL));
	peer = end_peer(fd);
	check_eq(end_port(&peer), GIVEN);
}

/* A program that is asked about connect(): bind to 127.0.0.2 or ::1, or refuse. */
static int rule_bind(int family, int group, int port)
{
	struct bpf_kind kind = CONNECT_kind(family);

	if (family == AF_INET)
		return bpf_rule(&kind, group, PUT(BPF_DW, FP, -8, 0),
				PUT(BPF_H, FP, -16, AF_INET),
				PUT(BPF_H, FP, -14, htons(port)),
				PUT(BPF_W, FP, -12, htonl(INADDR_LOOPBACK + 1)),
				MOV(R2, FP), ADD(R2, -16),
				SET(R3, sizeof(struct sockaddr_in)),
				CALL(BPF_FUNC_bind), WHEN(R0, 0, 2), RETURN(0),
				RETURN(1));
	return bpf_rule(&kind, group, PUT(BPF_DW, FP, -32, 0),
			PUT(BPF_H, FP, -32, AF_INET6), PUT(BPF_H, FP, -30, htons(port)),
			PUT(BPF_DW, FP, -24, 0), PUT(BPF_W, FP, -16, 0),
			PUT(BPF_W, FP, -12, htonl(1)), PUT(BPF_W, FP, -8, 0),
			MOV(R2, FP), ADD(R2, -32),
			SET(R3, sizeof(struct sockaddr_in6)), CALL(BPF_FUNC_bind),
			WHEN(R0, 0, 2), RETURN(0), RETURN(1));
}

TEST_F(cgroup, connect_gets_an_address_of_its_own)
{
	int lfd = door_listen(self->door, 0), fd = check_ok(door_open(self->door, 0));
	struct end at = end_name(lfd), want, got;

	rule_bind(self->family, self->group, 0);
	check_ok(end_connect(fd, &at));
	got = end_name(fd);
	want = end_local(self->family, end_port(&got));
	if (self->family == AF_INET)
		want.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	check(end_same(&got, &want));
}

/* MyTCP may not sleep there, which a port needs: bpf_bind() fails, and all goes on. */
TEST_F(cgroup, connect_gets_a_port_of_its_own_from_the_kernel_only)
{
	int lfd = door_listen(self->door, 0), fd = check_ok(door_open(self->door, 0));
	int rule = rule_bind(self->family, self->group, GIVEN);
	struct end at = end_name(lfd), got;

	if (self->door->tcp == KERNEL_TCP) {
		check_ok(end_connect(fd, &at));
		got = end_name(fd);
		check_eq(end_port(&got), GIVEN);
		return;
	}
	check_err(end_connect(fd, &at), EPERM);
	close(rule);
	check_ok(end_connect(fd, &at));
	check_ok(accept(lfd, NULL, NULL));
}

/* A proxy's program hides where a connection really leads. */
TEST_F(cgroup, names_are_told_as_the_program_wants)
{
	struct bpf_kind peer = GETPEERNAME_kind(self->family);
	struct bpf_kind own = GETSOCKNAME_kind(self->family);
	struct end got;
	int fd[2];

	door_pair(self->door, fd);
	rule_port(&peer, self->group, 1);
	rule_port(&own, self->group, 2);
	got = end_peer(fd[0]);
	check_eq(end_port(&got), 1);
	got = end_name(fd[0]);
	check_eq(end_port(&got), 2);
}

/* ---- options ---- */

#define OPTION_IS(level_, name)						\
	LOAD(BPF_W, R2, R1, offsetof(struct bpf_sockopt, level)),	\
	UNLESS(R2, level_, 4),						\
	LOAD(BPF_W, R2, R1, offsetof(struct bpf_sockopt, optname)),	\
	UNLESS(R2, name, 2)

TEST_F(cgroup, an_option_may_not_be_set)
{
	struct bpf_kind kind = { BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT };
	int fd = check_ok(door_open(self->door, 0)), one = 1;

	bpf_rule(&kind, self->group, OPTION_IS(IPPROTO_TCP, TCP_NODELAY), RETURN(0),
		 RETURN(1));
	check_err(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), EPERM);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	check_ok(setsockopt(fd, IPPROTO_TCP, TCP_CORK, &one, sizeof(one)));
}

TEST_F(cgroup, an_option_may_not_be_read)
{
	struct bpf_kind kind = { BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT };
	int fd = check_ok(door_open(self->door, 0)), value;
	socklen_t len = sizeof(value);

	bpf_rule(&kind, self->group, OPTION_IS(IPPROTO_TCP, TCP_NODELAY), RETURN(0),
		 RETURN(1));
	check_err(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &len), EPERM);
	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_CORK, &value, &len));
}

/* ---- whose rules ---- */

/* Those of where the socket was made, wherever its process is now. */
TEST_F(cgroup, rules_stay_with_the_socket)
{
	struct bpf_kind kind = BIND_kind(self->family);
	struct end at = end_local(self->family, ASKED);
	int inside = check_ok(door_open(self->door, 0)), outside;

	bpf_rule(&kind, self->group, RETURN(0));
	cgroup_enter(cgroup_root());
	outside = check_ok(door_open(self->door, 0));
	check_err(end_bind(inside, &at), EPERM);
	cgroup_enter(self->group);
	check_ok(end_bind(outside, &at));
}

/* A connection that came in is of its listener's group, whoever accepts it. */
TEST_F(cgroup, rules_of_the_listener_are_its_connections)
{
	struct bpf_kind kind = sock_kind(BPF_CGROUP_INET_SOCK_RELEASE);
	int map = bpf_counters(1), lfd = door_listen(self->door, 0), fd[2];
	struct end at = end_name(lfd);

	cgroup_enter(cgroup_root());
	fd[0] = door_connect(self->door, &at);
	fd[1] = check_ok(accept(lfd, NULL, NULL));
	bpf_rule(&kind, self->group, COUNT(map));
	close(fd[0]);
	check_eq(bpf_counter(map, 0), 0);
	close(fd[1]);
	check_eq(bpf_counter(map, 0), 1);
	cgroup_enter(self->group);
}

TEST_HARNESS_MAIN
