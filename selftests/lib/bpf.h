/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs for the kernel's BPF machine, written instruction by instruction, so that a
 * test needs no compiler for them; and the bpf(2) calls that put them to work. What is
 * attached ends with the process: all of it is held by descriptors.
 */
#ifndef SELFTESTS_LIB_BPF_H
#define SELFTESTS_LIB_BPF_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* R1 has the context at the start; R6 to R9 survive a call; R10 is the frame. */
enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, FP };

#define OP(opcode, dst, src, offset, value)				\
	((struct bpf_insn){ .code = (opcode), .dst_reg = (dst),		\
			    .src_reg = (src), .off = (offset), .imm = (value) })
#define MOV(dst, src)		OP(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value)		OP(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value)		OP(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
/* @size is BPF_B, BPF_H, BPF_W or BPF_DW. */
#define LOAD(size, dst, src, off)  OP(BPF_LDX | BPF_MEM | (size), dst, src, off, 0)
#define STORE(size, dst, off, src) OP(BPF_STX | BPF_MEM | (size), dst, src, off, 0)
#define PUT(size, dst, off, value) OP(BPF_ST | BPF_MEM | (size), dst, 0, off, value)
/* *(u64 *)(@dst + @off) += @src, by one of many CPUs at a time */
#define COUNT_UP(dst, off, src)						\
	OP(BPF_STX | BPF_ATOMIC | BPF_DW, dst, src, off, BPF_ADD)
/* Over so many instructions, if the register is not (or is) the value. */
#define UNLESS(reg, value, over)					\
	OP(BPF_JMP | BPF_JNE | BPF_K, reg, 0, over, value)
#define WHEN(reg, value, over)						\
	OP(BPF_JMP | BPF_JEQ | BPF_K, reg, 0, over, value)
#define CALL(function)		OP(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define EXIT			OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Two of them. */
#define MAP(dst, fd)							\
	OP(BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd),	\
	OP(0, 0, 0, 0, 0)
#define RETURN(value)		SET(R0, value), EXIT

/* In a map of counters (bpf_counters()), the one whose number is at FP - 4: eight. */
#define COUNT_AT_KEY(map)						\
	MAP(R1, map), MOV(R2, FP), ADD(R2, -4),				\
	CALL(BPF_FUNC_map_lookup_elem), WHEN(R0, 0, 2), SET(R1, 1),	\
	COUNT_UP(R0, 0, R1)

/* What a program is: its type, where it is attached, and of LSM programs the hook. */
struct bpf_kind {
	enum bpf_prog_type type;
	enum bpf_attach_type at;
	int btf_id;
};

/* Loads a program; the test fails with what the verifier says if it cannot. */
int bpf_load(const struct bpf_kind *kind, const struct bpf_insn *insns, size_t count);
/*
 * Attaches one: to a cgroup's directory, or with -1 to the hook of an LSM program.
 * Closing the descriptor takes it away.
 */
int bpf_attach(const struct bpf_kind *kind, int prog, int cgroup);
/* Both. */
#define bpf_rule(kind, cgroup, ...) ({					\
	const struct bpf_insn insns_[] = { __VA_ARGS__ };		\
	bpf_rule_(kind, cgroup, insns_, sizeof(insns_) / sizeof(*insns_)); })
int bpf_rule_(const struct bpf_kind *kind, int cgroup, const struct bpf_insn *insns,
	      size_t count);

/* An array of so many counters, and one of them. */
int bpf_counters(unsigned int count);
uint64_t bpf_counter(int map, uint32_t which);

/* The number of a function in the kernel's BTF; -1 when there is none, or no BTF. */
int bpf_function_id(const char *name);

#endif /* SELFTESTS_LIB_BPF_H */
