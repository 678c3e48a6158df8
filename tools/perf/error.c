// SPDX-License-Identifier: GPL-2.0
/* The one way out when something failed; see error.h */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * fail() - say why, and end with status 1
 * @format: what happened, what was expected, what to do
 */
void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fflush(stdout);
	fprintf(stderr, "mytcp-perf: error: ");
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}
