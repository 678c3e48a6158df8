// SPDX-License-Identifier: GPL-2.0
/* Lines on stderr and in the log. errno is as it was when they return. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "settings.h"

/* What stderr was when the library was loaded; see stderr_is_ours(). */
static struct stat first_stderr;
static bool have_stderr;

__attribute__((constructor))
static void remember_stderr(void)
{
	have_stderr = !fstat(STDERR_FILENO, &first_stderr);
}

/*
 * A daemon closes its standard descriptors, and its next file or connection
 * may well get number 2. A message must never end up in there.
 */
static bool stderr_is_ours(void)
{
	struct stat now;

	return have_stderr && !fstat(STDERR_FILENO, &now) &&
	       now.st_dev == first_stderr.st_dev &&
	       now.st_ino == first_stderr.st_ino;
}

static void write_line(int fd, const char *kind, const char *format, va_list args)
{
	char line[512];
	size_t len;
	int n;

	len = (size_t)snprintf(line, sizeof(line), "mytcp-run: %.64s[%d]: %s",
			       program_invocation_short_name, (int)getpid(), kind);
	n = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	if (n < 0)
		return;
	len = strlen(line);
	line[len++] = '\n';
	/* One write a line, so that lines of several threads do not mix. */
	if (write(fd, line, len) < 0)
		return;		/* nowhere left to complain */
}

static void write_stderr(const char *kind, const char *format, va_list args)
{
	if (stderr_is_ours())
		write_line(STDERR_FILENO, kind, format, args);
}

static void write_log(const char *kind, const char *format, va_list args)
{
	int fd = open(settings()->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	write_line(fd, kind, format, args);
	close(fd);
}

/**
 * warn() - tell the user what is not as was asked for
 * @format: as of printf()
 */
void warn(const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	write_stderr("warning: ", format, args);
	va_end(args);
	if (settings()->log && *settings()->log_file) {
		va_start(args, format);
		write_log("warning: ", format, args);
		va_end(args);
	}
	errno = saved;
}

/**
 * note() - a line for who asked for a log
 * @format: as of printf()
 */
void note(const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!settings()->log)
		return;
	va_start(args, format);
	if (*settings()->log_file)
		write_log("", format, args);
	else
		write_stderr("", format, args);
	va_end(args);
	errno = saved;
}
