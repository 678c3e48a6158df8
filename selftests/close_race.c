// SPDX-License-Identifier: GPL-2.0
/*
 * Segments on one CPU, while another is about to end the connection.
 *
 * The moment in which a socket is in TIME-WAIT, before a bucket has its place, takes
 * microseconds. Without room for a bucket the tracepoint mytcp_state tells of its end
 * while it lasts; a program there makes it long.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"

/* How often a program asks for the time; and it runs 34 times, calling itself. */
#define TIMES	30000
#define HEAD	5	/* instructions before that, and behind it */
#define TAIL	7

WIRE_FIXTURE(race)

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int map_of_programs(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_PROG_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};

	return check_ok(bpf(BPF_MAP_CREATE, &attr));
}

/* Passes the time when a connection goes from TIME-WAIT to CLOSE. */
static int program(int map)
{
	static struct bpf_insn code[HEAD + TIMES + TAIL];
	const struct bpf_insn head[HEAD] = {
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0 },
		/* the arguments: namespace, key, from, to */
		{ BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_6, 16, 0 },
		{ BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, TIMES + TAIL, TIME_WAIT },
		{ BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_6, 24, 0 },
		{ BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, TIMES + TAIL - 2, CLOSE },
	};
	const struct bpf_insn time = {
		BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns
	};
	const struct bpf_insn tail[TAIL] = {
		{ BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0 },
		{ BPF_LD | BPF_IMM | BPF_DW, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, map },
		{ 0 },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 0 },
		{ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call },
		{ BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0 },
		{ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)code,
		.insn_cnt = HEAD + TIMES + TAIL,
		.license = (uintptr_t)"GPL",
	};
	int i;

	memcpy(code, head, sizeof(head));
	for (i = 0; i < TIMES; i++)
		code[HEAD + i] = time;
	memcpy(code + HEAD + TIMES, tail, sizeof(tail));
	return bpf(BPF_PROG_LOAD, &attr);
}

/* A negative errno where the kernel has no programs at tracepoints. */
static int make_the_moment_long(void)
{
	int map = map_of_programs(), prog = program(map), fd;
	union bpf_attr update = {
		.map_fd = map,
		.key = (uintptr_t)&(uint32_t){ 0 },
		.value = (uintptr_t)&prog,
	};
	union bpf_attr attach = {
		.raw_tracepoint = { (uintptr_t)"mytcp_state", prog },
	};

	if (prog < 0)
		return -errno;
	check_ok(bpf(BPF_MAP_UPDATE_ELEM, &update));
	fd = bpf(BPF_RAW_TRACEPOINT_OPEN, &attach);
	return fd < 0 ? -errno : fd;
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	check_ok(sched_setaffinity(0, sizeof(set), &set));
}

/* The same acknowledgment again and again, until it is killed; it has begun. */
static pid_t inject_on(int cpu, struct wire *w)
{
	int begun[2];
	pid_t pid;
	char c;

	check_ok(pipe(begun));
	pid = check_ok(fork());
	if (pid) {
		check_eq(read(begun[0], &c, 1), 1);
		close(begun[0]);
		close(begun[1]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_on(cpu);
	inject(w, ACK, .seq = 1, .ack = 2, .keep = true);
	check_eq(write(begun[1], "", 1), 1);
	for (;;)
		inject(w, ACK, .seq = 1, .ack = 2, .keep = true);
}

WIRE_TEST(race, segments_meet_a_socket_in_time_wait)
{
	int fd, slow;
	pid_t pid;

	if (stack_is_kernel())
		SKIP(return, "it has no socket in TIME-WAIT");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "there is one CPU");
	slow = make_the_moment_long();
	if (slow < 0)
		SKIP(return, "no program at a tracepoint: %s", strerror(-slow));
	sysctl_set("max_tw_buckets", 0);
	fd = open_passive(w);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK, .seq = 1, .ack = 2);
	expect_state(fd, FIN_WAIT2);

	run_on(0);
	pid = inject_on(1, w);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect_state(fd, CLOSE);
	check_eq(counter("TcpExt", "TCPTimeWaitOverflow"), 1);
	check_ok(kill(pid, SIGKILL));
	check_ok(waitpid(pid, NULL, 0));
	close(slow);
	close(fd);
}

TEST_HARNESS_MAIN
