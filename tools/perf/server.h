/* SPDX-License-Identifier: GPL-2.0 */
/* Waits for clients, and does for each what it asks. */
#ifndef MYTCP_PERF_SERVER_H
#define MYTCP_PERF_SERVER_H

#include <stdbool.h>

int server_listen(const char *host, const char *port, int family);
void server_run(int listener, bool once) __attribute__((noreturn));

#endif /* MYTCP_PERF_SERVER_H */
