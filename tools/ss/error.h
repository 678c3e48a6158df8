/* SPDX-License-Identifier: GPL-2.0 */
/* What mytcp-ss says on stderr, and how it ends after it. */
#ifndef MYTCP_SS_ERROR_H
#define MYTCP_SS_ERROR_H

#include <stddef.h>

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *resize(void *memory, size_t count, size_t size);

#endif /* MYTCP_SS_ERROR_H */
