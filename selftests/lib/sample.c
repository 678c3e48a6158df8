// SPDX-License-Identifier: GPL-2.0
/* The modules of samples/; see sample.h. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "sample.h"
#include "stack.h"

bool sample_load(const char *path, const char *parameters)
{
	const char *dir = getenv("MYTCP_TEST_SAMPLES");
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s/%s", dir ? dir : "", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (stack_is_kernel() || fd < 0)
		return false;
	check_ok(syscall(SYS_finit_module, fd, parameters, 0));
	close(fd);
	return true;
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK);
}

void module_unload_at_last(const char *name)
{
	int tries = 2000;

	while (module_unload(name) && --tries)
		usleep(10000);
	check(tries);
}

static int open_parameter(const char *name, const char *parameter, int flags)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", name, parameter);
	return check_ok(open(path, flags | O_CLOEXEC));
}

unsigned long module_number(const char *name, const char *parameter)
{
	int fd = open_parameter(name, parameter, O_RDONLY);
	char text[32] = "";

	check_gt(read(fd, text, sizeof(text) - 1), 0);
	close(fd);
	return strtoul(text, NULL, 10);
}

int module_write(const char *name, const char *parameter, const char *value)
{
	int fd = open_parameter(name, parameter, O_WRONLY);
	int n = write(fd, value, strlen(value)), err = errno;

	close(fd);
	errno = err;
	return n;
}
