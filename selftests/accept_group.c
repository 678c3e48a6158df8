// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners that share a port (SO_REUSEPORT): how evenly, what a program decides,
 * and what happens to connections in the making when a member leaves. What may
 * share a port is in api_reuse.c.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <sys/syscall.h>

#include "lib/crowd.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define MEMBERS		4
#define PEERS		32
#define BATCH		64

#ifndef ENOTSUPP
#define ENOTSUPP	524	/* the kernel's own, that no libc knows */
#endif

FIXTURE(group) {
	struct crowd c;
	int fd[MEMBERS];
};

FIXTURE_SETUP(group)
{
	struct sockaddr_in at = addr4("0.0.0.0", CROWD_PORT);
	int i;

	test_begin_family(AF_INET);
	crowd_open(&self->c, PEERS);
	for (i = 0; i < MEMBERS; i++) {
		self->fd[i] = check_ok(stream(subject(), SOCK_NONBLOCK));
		set_opt(self->fd[i], SOL_SOCKET, SO_REUSEPORT, 1);
		check_ok(bind4(self->fd[i], &at));
		check_ok(listen(self->fd[i], 256));
	}
}

FIXTURE_TEARDOWN(group)
{
	crowd_close(&self->c);
}

/* Takes all that wait at a member, with a RST; how many they were. */
static int accept_all(int lfd)
{
	int fd, n = 0;

	while ((fd = accept(lfd, NULL, NULL)) >= 0) {
		close_abort(fd);
		n++;
	}
	check_eq(errno, EAGAIN);
	return n;
}

static void connect_batch(const int fd[MEMBERS], int seen[MEMBERS])
{
	struct sockaddr_in at = addr4("127.0.0.1", CROWD_PORT);
	int client[BATCH], i, n = 0;

	for (i = 0; i < BATCH; i++) {
		client[i] = check_ok(stream(subject(), SOCK_NONBLOCK));
		check_err(connect4(client[i], &at), EINPROGRESS);
	}
	for (i = 0; i < BATCH; i++)
		check_eq(wait_fd(client[i], POLLOUT, PATIENCE_MS), POLLOUT);
	while (n < BATCH)
		for (i = 0; i < MEMBERS; i++) {
			int more = accept_all(fd[i]);

			seen[i] += more;
			n += more;
		}
	for (i = 0; i < BATCH; i++)
		close(client[i]);
}

/*
 * Pearson's chi square with three degrees of freedom: more than 40 comes by chance
 * once in 10^8 runs. A member that gets a tenth too much of 4000 is beyond it.
 */
TEST_F_TIMEOUT(group, connections_are_spread_evenly, LONG_TEST)
{
	long wanted = env_number("MYTCP_TEST_SPREAD", 4000), n;
	int seen[MEMBERS] = { 0 }, i;
	double mean, chi = 0;

	for (n = 0; n < wanted; n += BATCH)
		connect_batch(self->fd, seen);
	mean = (double)n / MEMBERS;
	for (i = 0; i < MEMBERS; i++) {
		chi += (seen[i] - mean) * (seen[i] - mean) / mean;
		test_note("member %d: %d", i, seen[i]);
	}
	test_note("%ld connections, chi square %.1f", n, chi);
	check_lt(chi, 40);
}

/* ---- whose a connection is ---- */

static void half_open(struct crowd *c)
{
	int i;

	for (i = 0; i < PEERS; i++)
		crowd_ask(c, i);
}

/* Whose is a connection? Each peer's handshake ends, and one member has it. */
static int finish(struct crowd *c, int peer, const int fd[MEMBERS], int left)
{
	int had = c->peer[peer].rsts, i, ms, owner = -1;

	crowd_send(c, peer, ACK, 65535, 0);
	/* Who is accepted is reset by its owner, and else by the stack. */
	for (ms = 0; c->peer[peer].rsts == had && ms < PATIENCE_MS; ms++) {
		for (i = 0; i < left; i++) {
			if (!accept_all(fd[i]))
				continue;
			check_eq(owner, -1);
			owner = i;
		}
		crowd_hear(c, 1);
	}
	check_eq(c->peer[peer].rsts, had + 1);
	return owner;
}

/* The same connection finds the same member, as long as none comes or goes. */
TEST_F(group, the_choice_is_the_connections)
{
	struct crowd *c = &self->c;
	int first[PEERS], i;

	half_open(c);
	for (i = 0; i < PEERS; i++) {
		first[i] = finish(c, i, self->fd, MEMBERS);
		check_ge(first[i], 0);
	}
	half_open(c);
	for (i = 0; i < PEERS; i++)
		check_eq(finish(c, i, self->fd, MEMBERS), first[i]);
}

/* ---- a program chooses ---- */

static int program_load(int type, const struct bpf_insn *code, int n)
{
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)code,
		.insn_cnt = n,
		.license = (uintptr_t)"GPL",
	};
	int fd;

	if (type == BPF_PROG_TYPE_SK_REUSEPORT)
		attr.expected_attach_type = BPF_SK_REUSEPORT_SELECT;
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		test_fail("bpf: %s", strerror(errno));
	return fd;
}

static int program_attach(int fd, int program)
{
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program,
			  sizeof(program));
}

/* A socket filter whose value is the last two bits of the peer's address. */
static int program_by_address(void)
{
	static const struct bpf_insn code[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0 },
		{ BPF_LD | BPF_ABS | BPF_B, 0, 0, 0, SKF_NET_OFF + 15 },
		{ BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_0, 0, 0, MEMBERS - 1 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};

	return program_load(BPF_PROG_TYPE_SOCKET_FILTER, code, 4);
}

static void expect_chosen_by_address(struct crowd *c, const int fd[MEMBERS])
{
	int i;

	half_open(c);
	for (i = 0; i < PEERS; i++)
		check_eq(finish(c, i, fd, MEMBERS), i % MEMBERS);
}

/* What is half open stays with its listener, though the group gets smaller. */
TEST_F(group, half_open_connections_of_the_others_stay)
{
	struct crowd *c = &self->c;
	int i;

	check_ok(program_attach(self->fd[0], program_by_address()));
	half_open(c);
	close(self->fd[MEMBERS - 1]);
	for (i = 0; i < PEERS; i++) {
		int owner = finish(c, i, self->fd, MEMBERS - 1);

		check_eq(owner, i % MEMBERS < MEMBERS - 1 ? i % MEMBERS : -1);
	}
}

TEST_F(group, an_ebpf_program_chooses_by_what_the_syn_says)
{
	check_ok(program_attach(self->fd[2], program_by_address()));
	expect_chosen_by_address(&self->c, self->fd);
}

TEST_F(group, a_classic_program_chooses_by_what_the_syn_says)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_NET_OFF + 15),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, MEMBERS - 1),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_fprog program = { .len = 3, .filter = code };

	check_ok(setsockopt(self->fd[0], SOL_SOCKET,
			    SO_ATTACH_REUSEPORT_CBPF, &program,
			    sizeof(program)));
	expect_chosen_by_address(&self->c, self->fd);
}

/* Of a SYN cookie nothing is kept: the last segment is asked about, too. */
TEST_F(group, a_program_chooses_for_cookies_too)
{
	sysctl_set("syncookies", 2);
	check_ok(program_attach(self->fd[0], program_by_address()));
	expect_chosen_by_address(&self->c, self->fd);
}

TEST_F(group, without_its_program_it_is_the_hash_again)
{
	struct crowd *c = &self->c;
	int i, others = 0;

	check_ok(program_attach(self->fd[0], program_by_address()));
	set_opt(self->fd[1], SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
	half_open(c);
	for (i = 0; i < PEERS; i++)
		others += finish(c, i, self->fd, MEMBERS) != i % MEMBERS;
	check_gt(others, 0);
}

/*
 * The newer type of program names a socket of a map. The kernel lets none but
 * its own TCP and UDP attach one, and says so.
 */
TEST_F(group, a_program_of_the_type_sk_reuseport_is_refused)
{
	static const struct bpf_insn code[] = {
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, SK_PASS },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	int program = program_load(BPF_PROG_TYPE_SK_REUSEPORT, code, 2);
	struct crowd *c = &self->c;

	if (stack_is_kernel())
		check_ok(program_attach(self->fd[0], program));
	else
		check_err(program_attach(self->fd[0], program), ENOTSUPP);
	half_open(c);
	check_ge(finish(c, 0, self->fd, MEMBERS), 0);
}

TEST_HARNESS_MAIN
