/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection by which client and server agree, always of the kernel's TCP: a line
 * each way at a time.
 *
 *	client			server
 *	plan ...		ready PLACE, or: error WHY
 *	go			going
 *	end			figures ...
 *
 * The server serves from "ready" on; what it tells is of the time since "go".
 */
#ifndef MYTCP_PERF_CONTROL_H
#define MYTCP_PERF_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_LINE	512
#define CONTROL_PORT	"12518"

/**
 * struct control - an end of the connection
 * @fd: its socket
 * @have: octets in @text that are no whole line yet
 * @text: read ahead
 */
struct control {
	int fd;
	size_t have;
	char text[CONTROL_LINE];
};

bool control_say(struct control *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool control_hear(struct control *c, char *line);

#endif /* MYTCP_PERF_CONTROL_H */
