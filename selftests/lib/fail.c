// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

void (*test_on_fail)(void);

void test_leave_no_orphans(void)
{
	struct linger l = { .l_onoff = 1 };
	int fd;

	for (fd = 3; fd < 256; fd++)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

void test_fail_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (test_on_fail)
		test_on_fail();
	fflush(stdout);
	test_leave_no_orphans();
	_exit(1);
}

void test_note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}
