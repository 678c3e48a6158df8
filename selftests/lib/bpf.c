// SPDX-License-Identifier: GPL-2.0
/* bpf(2), without a library: its libraries are not there to be linked statically. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"
#include "fail.h"

static long bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

int bpf_load(const struct bpf_kind *kind, const struct bpf_insn *insns, size_t count)
{
	static char log[8192];
	union bpf_attr attr = {
		.prog_type = kind->type,
		.expected_attach_type = kind->at,
		.attach_btf_id = kind->btf_id,
		.insns = (uintptr_t)insns,
		.insn_cnt = count,
		.license = (uintptr_t)"GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	long fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		test_fail("the program is refused: %s\n%s", strerror(errno), log);
	return fd;
}

int bpf_attach(const struct bpf_kind *kind, int prog, int cgroup)
{
	union bpf_attr attr = {};

	if (cgroup < 0) {
		attr.raw_tracepoint.prog_fd = prog;
		return check_ok(bpf(BPF_RAW_TRACEPOINT_OPEN, &attr));
	}
	attr.link_create.prog_fd = prog;
	attr.link_create.target_fd = cgroup;
	attr.link_create.attach_type = kind->at;
	return check_ok(bpf(BPF_LINK_CREATE, &attr));
}

int bpf_rule_(const struct bpf_kind *kind, int cgroup, const struct bpf_insn *insns,
	      size_t count)
{
	int prog = bpf_load(kind, insns, count);
	int link = bpf_attach(kind, prog, cgroup);

	close(prog);
	return link;
}

int bpf_counters(unsigned int count)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint64_t),
		.max_entries = count,
	};

	return check_ok(bpf(BPF_MAP_CREATE, &attr));
}

uint64_t bpf_counter(int map, uint32_t which)
{
	uint64_t value = 0;
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&which,
		.value = (uintptr_t)&value,
	};

	check_ok(bpf(BPF_MAP_LOOKUP_ELEM, &attr));
	return value;
}

/* ---- the kernel's BTF ---- */

static void *read_all(const char *path, size_t *size)
{
	size_t room = 16 << 20;
	char *data = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	*size = 0;
	if (fd < 0 || !data) {
		free(data);
		return NULL;
	}
	while ((n = read(fd, data + *size, room - *size)) > 0)
		*size += n;
	close(fd);
	return data;
}

/* What follows a struct btf_type, by its kind. */
static size_t btf_rest(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return n * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

static int btf_find(const char *data, const char *name)
{
	const struct btf_header *head = (const void *)data;
	const char *types = data + head->hdr_len + head->type_off;
	const char *names = data + head->hdr_len + head->str_off;
	const struct btf_type *t;
	uint32_t at;
	int id = 1;

	for (at = 0; at < head->type_len; at += sizeof(*t) + btf_rest(t), id++) {
		t = (const void *)(types + at);
		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    !strcmp(names + t->name_off, name))
			return id;
	}
	return -1;
}

int bpf_function_id(const char *name)
{
	size_t size;
	char *data = read_all("/sys/kernel/btf/vmlinux", &size);
	int id = -1;

	if (data && size > sizeof(struct btf_header))
		id = btf_find(data, name);
	free(data);
	return id;
}
