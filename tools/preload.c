// SPDX-License-Identifier: GPL-2.0
/*
 * libmytcp-preload.so - gives a program MyTCP sockets where it asks for TCP
 *
 * mytcp-run puts this library into LD_PRELOAD. It stands before the C
 * library's socket() and changes one argument of one kind of call:
 *
 *	socket(AF_INET, SOCK_STREAM, 0 or IPPROTO_TCP)
 *
 * becomes socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP). Every other call passes
 * untouched, and so does every call on the socket afterwards.
 *
 * All state is two atomic words, so socket() stays as thread-safe as it was.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/mytcp.h>

#include "mytcp-run.h"

#define SOCK_TYPE_MASK	0xf

typedef int socket_fn(int family, int type, int protocol);

static _Atomic(socket_fn *) next_socket;

/* Set by the first refusal: from then on the process stays with one stack. */
static atomic_bool use_kernel_tcp;

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

static void write_line(int fd, const char *format, va_list args)
{
	char line[512];
	size_t len;
	int n;

	len = (size_t)snprintf(line, sizeof(line), "mytcp-run: %.64s[%d]: ",
			       program_invocation_short_name, (int)getpid());
	n = vsnprintf(line + len, sizeof(line) - len - 1, format, args);
	if (n < 0)
		return;
	len = strlen(line);
	line[len++] = '\n';
	/* One write a line, so that lines of several threads do not mix. */
	if (write(fd, line, len) < 0)
		return;		/* nowhere left to complain */
}

__attribute__((format(printf, 1, 2)))
static void tell(const char *format, ...)
{
	va_list args;

	if (!stderr_is_ours())
		return;
	va_start(args, format);
	write_line(STDERR_FILENO, format, args);
	va_end(args);
}

/* Does nothing unless --log was given. */
__attribute__((format(printf, 1, 2)))
static void note(const char *format, ...)
{
	const char *path = getenv(MYTCP_RUN_LOG);
	va_list args;
	int fd;

	if (!path)
		return;
	va_start(args, format);
	if (!*path) {
		if (stderr_is_ours())
			write_line(STDERR_FILENO, format, args);
	} else {
		fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
		if (fd >= 0) {
			write_line(fd, format, args);
			close(fd);
		}
	}
	va_end(args);
}

/* Not in a constructor: another library's constructor may need a socket. */
static socket_fn *find_next_socket(void)
{
	socket_fn *fn = atomic_load(&next_socket);

	if (!fn) {
		fn = (socket_fn *)dlsym(RTLD_NEXT, "socket");
		if (!fn) {
			/* Cannot happen with a C library that has sockets. */
			static const char text[] =
				"mytcp-run: no socket() after libmytcp-preload.so\n";

			if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
				_exit(127);
			abort();
		}
		atomic_store(&next_socket, fn);
	}
	return fn;
}

static bool is_tcp(int family, int type, int protocol)
{
	return family == AF_INET && (type & SOCK_TYPE_MASK) == SOCK_STREAM &&
	       (protocol == 0 || protocol == IPPROTO_TCP);
}

/* Other errors (no descriptors left, forbidden) are the program's to see. */
static bool protocol_is_missing(int error)
{
	return error == EPROTONOSUPPORT || error == EAFNOSUPPORT ||
	       error == ESOCKTNOSUPPORT;
}

static void fall_back(int error)
{
	if (atomic_exchange(&use_kernel_tcp, true))
		return;
	note("no MyTCP here (%s), using the kernel's TCP from now on",
	     strerror(error));
	/* mytcp-run itself may have said so already. */
	if (!getenv(MYTCP_RUN_WARNED))
		tell("warning: the kernel has no MyTCP, using its own TCP; load the module: insmod mytcp.ko");
}

__attribute__((visibility("default")))
int socket(int family, int type, int protocol)
{
	socket_fn *next = find_next_socket();
	int saved = errno, fd;

	if (!is_tcp(family, type, protocol) || atomic_load(&use_kernel_tcp))
		return next(family, type, protocol);

	fd = next(family, type, IPPROTO_MYTCP);
	if (fd < 0 && protocol_is_missing(errno)) {
		fall_back(errno);
		errno = saved;
		return next(family, type, protocol);
	}
	if (fd >= 0) {
		note("descriptor %d is a MyTCP socket", fd);
		errno = saved;
	}
	return fd;
}
