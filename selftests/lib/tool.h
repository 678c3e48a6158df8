/* SPDX-License-Identifier: GPL-2.0 */
/* What a command prints, line by line. */
#ifndef SELFTESTS_LIB_TOOL_H
#define SELFTESTS_LIB_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define TOOL_LINE	1024

/* One space between the columns, which are filled up with spaces, none at the end. */
void squeeze(char *text);

/*
 * Runs the command line, which must succeed. Returns how many of its lines, squeezed,
 * begin with @wanted; the last of these is left in @line unless it is NULL.
 */
int tool_lines(const char *command, const char *wanted, char *line);

/* A command that runs on, and its next line, squeezed; false at its end. */
struct tool {
	FILE *out;
	pid_t pid;
};

void tool_start(struct tool *tool, const char *command);
bool tool_line(struct tool *tool, char *line);
void tool_stop(struct tool *tool);

#endif /* SELFTESTS_LIB_TOOL_H */
