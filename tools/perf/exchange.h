/* SPDX-License-Identifier: GPL-2.0 */
/* Octets in and out of a blocking socket, whole. */
#ifndef MYTCP_PERF_EXCHANGE_H
#define MYTCP_PERF_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

/* Octets received at a time. */
#define EXCHANGE_ROOM	65536u

bool exchange_put(int fd, const void *data, size_t size);
bool exchange_get(int fd, char *room, size_t size);

#endif /* MYTCP_PERF_EXCHANGE_H */
