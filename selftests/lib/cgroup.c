// SPDX-License-Identifier: GPL-2.0
/* Control groups of version 2; see cgroup.h. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "fail.h"

#define TOP	"/sys/fs/cgroup"

bool cgroup_possible(void)
{
	return access(TOP "/cgroup.procs", W_OK) == 0;
}

static void path_of(char *path, size_t size, const char *name)
{
	snprintf(path, size, TOP "/mytcp-test-%d-%s", getpid(), name);
}

int cgroup_new(const char *name)
{
	char path[128];

	path_of(path, sizeof(path), name);
	check_ok(mkdir(path, 0755));
	return check_ok(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

int cgroup_root(void)
{
	return check_ok(open(TOP, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

void cgroup_enter(int cgroup)
{
	int fd = check_ok(openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC));

	/* the process that writes */
	check_eq(write(fd, "0", 1), 1);
	close(fd);
}

bool cgroup_counts_memory(void)
{
	int fd = check_ok(open(TOP "/cgroup.subtree_control", O_WRONLY | O_CLOEXEC));
	bool counts = write(fd, "+memory", 7) == 7;

	close(fd);
	return counts;
}

long cgroup_memory(int cgroup, const char *name)
{
	int fd = check_ok(openat(cgroup, "memory.stat", O_RDONLY | O_CLOEXEC));
	char word[64];
	long value;
	FILE *file = fdopen(fd, "r");

	check(file);
	while (fscanf(file, "%63s %ld", word, &value) == 2)
		if (!strcmp(word, name)) {
			fclose(file);
			return value;
		}
	test_fail("memory.stat has no line %s", name);
}

void cgroup_remove(int cgroup, const char *name)
{
	char path[128];

	path_of(path, sizeof(path), name);
	close(cgroup);
	check_ok(rmdir(path));
}
