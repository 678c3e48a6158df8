// SPDX-License-Identifier: GPL-2.0
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

void squeeze(char *text)
{
	char *to = text, *from = text;

	text[strcspn(text, "\n")] = '\0';
	for (; *from; from++)
		if (*from != ' ' || (from[1] && from[1] != ' '))
			*to++ = *from;
	*to = '\0';
}

int tool_lines(const char *command, const char *wanted, char *line)
{
	char text[TOOL_LINE];
	FILE *tool = popen(command, "r");
	int n = 0;

	check(tool);
	while (fgets(text, sizeof(text), tool)) {
		squeeze(text);
		if (strncmp(text, wanted, strlen(wanted)))
			continue;
		n++;
		if (line)
			strcpy(line, text);
	}
	check_eq(pclose(tool), 0);
	return n;
}

void tool_start(struct tool *tool, const char *command)
{
	int fd[2];

	check_ok(pipe(fd));
	tool->pid = check_ok(fork());
	if (!tool->pid) {
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(fd[1]);
	tool->out = fdopen(fd[0], "r");
	check(tool->out);
}

bool tool_line(struct tool *tool, char *line)
{
	if (!fgets(line, TOOL_LINE, tool->out))
		return false;
	squeeze(line);
	return true;
}

void tool_stop(struct tool *tool)
{
	check_ok(kill(tool->pid, SIGTERM));
	check_ok(waitpid(tool->pid, NULL, 0));
	check_eq(fclose(tool->out), 0);
}
