/* SPDX-License-Identifier: GPL-2.0 */
/* What is said when it does not go on. */
#ifndef MYTCP_PERF_ERROR_H
#define MYTCP_PERF_ERROR_H

/* As in sysexits.h: a mistake in the options. */
#define STATUS_USAGE	64

void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif /* MYTCP_PERF_ERROR_H */
