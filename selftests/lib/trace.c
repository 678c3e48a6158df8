// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "trace.h"

#define TRACEFS "/sys/kernel/tracing"

static void write_file(const struct trace *t, const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", t->path, name);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		test_fail("%s: cannot write \"%s\": %s", path, text,
			  strerror(errno));
	close(fd);
}

static void enable(const struct trace *t, const char *event)
{
	char name[128], filter[64];
	struct stat ns;

	check_ok(stat("/proc/self/ns/net", &ns));
	snprintf(filter, sizeof(filter), "netns == %lu",
		 (unsigned long)ns.st_ino);
	snprintf(name, sizeof(name), "events/mytcp/%s/filter", event);
	write_file(t, name, filter);
	snprintf(name, sizeof(name), "events/mytcp/%s/enable", event);
	write_file(t, name, "1");
}

void trace_begin(struct trace *t, const char *events)
{
	char names[256], pipe[160], *name, *rest;

	if (access(TRACEFS "/instances", F_OK))
		check_ok(mount("tracefs", TRACEFS, "tracefs", 0, NULL));
	/* To make one takes a debug kernel seconds: it is left for the next test. */
	snprintf(t->path, sizeof(t->path), TRACEFS "/instances/mytcp-test");
	if (mkdir(t->path, 0700))
		check_eq(errno, EEXIST);
	write_file(t, "events/mytcp/enable", "0");
	write_file(t, "trace", "");
	snprintf(names, sizeof(names), "%s", events);
	for (name = strtok_r(names, " ", &rest); name;
	     name = strtok_r(NULL, " ", &rest))
		enable(t, name);
	snprintf(pipe, sizeof(pipe), "%s/trace_pipe", t->path);
	t->pipe = check_ok(open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	t->from = 0;
	t->to = 0;
	t->line = NULL;
}

void trace_end(struct trace *t)
{
	write_file(t, "events/mytcp/enable", "0");
	close(t->pipe);
}

/* The line at the beginning of what was read, NULL if there is no whole one. */
static char *take_line(struct trace *t)
{
	char *line = t->buf + t->from;
	char *end = memchr(line, '\n', t->to - t->from);

	if (!end)
		return NULL;
	*end = '\0';
	t->from = end + 1 - t->buf;
	return line;
}

bool trace_next(struct trace *t)
{
	ssize_t n;

	t->line = take_line(t);
	while (!t->line) {
		memmove(t->buf, t->buf + t->from, t->to - t->from);
		t->to -= t->from;
		t->from = 0;
		n = read(t->pipe, t->buf + t->to, sizeof(t->buf) - t->to);
		if (n <= 0)
			return false;
		t->to += n;
		t->line = take_line(t);
	}
	/* Behind task, CPU, flags and time: "mytcp_drop: netns=..." */
	t->line = strstr(t->line, ": mytcp_");
	if (!t->line)
		return trace_next(t);
	t->line += 2;
	return true;
}

bool trace_is(const struct trace *t, const char *event)
{
	size_t len = strlen(event);

	return !strncmp(t->line, event, len) && t->line[len] == ':';
}

const char *trace_field(const struct trace *t, const char *name)
{
	static char value[128];
	char word[64];
	const char *at;

	snprintf(word, sizeof(word), " %s=", name);
	at = strstr(t->line, word);
	if (!at)
		test_fail("no field %s: %s", name, t->line);
	at += strlen(word);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, " "), at);
	return value;
}

long trace_number(const struct trace *t, const char *name)
{
	const char *value = trace_field(t, name);
	char *end;
	long number = strtol(value, &end, 0);

	if (end == value || *end)
		test_fail("%s=%s is no number: %s", name, value, t->line);
	return number;
}
