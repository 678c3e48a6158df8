// SPDX-License-Identifier: GPL-2.0
/* The C library's own functions, or those of another library that is preloaded. */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "next.h"

typedef int socket_fn(int family, int type, int protocol);
typedef int bind_fn(int fd, const struct sockaddr *addr, socklen_t len);
typedef int listen_fn(int fd, int backlog);

/**
 * struct next - a function that comes next
 * @name: its name
 * @found: its address, once it was asked for
 */
struct next {
	const char *name;
	_Atomic(void *) found;
};

static struct next socket_is = { .name = "socket" };
static struct next bind_is = { .name = "bind" };
static struct next listen_is = { .name = "listen" };

/* Cannot happen with a C library that has sockets. */
__attribute__((noreturn))
static void give_up(void)
{
	static const char text[] =
		"mytcp-run: no socket(), bind() or listen() after libmytcp-preload.so\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(127);
	abort();
}

static void *find(struct next *next)
{
	void *fn = atomic_load(&next->found);

	if (!fn) {
		fn = dlsym(RTLD_NEXT, next->name);
		if (!fn)
			give_up();
		atomic_store(&next->found, fn);
	}
	return fn;
}

/*
 * dlsym() takes a lock, which a signal handler must not: they are looked for before
 * the program runs. Sooner, if the constructor of another library needs a socket.
 */
__attribute__((constructor))
static void find_all(void)
{
	find(&socket_is);
	find(&bind_is);
	find(&listen_is);
}

/**
 * next_socket() - socket(2)
 * @family: its first argument
 * @type: its second
 * @protocol: its third
 *
 * Return: what it returns.
 */
int next_socket(int family, int type, int protocol)
{
	return ((socket_fn *)find(&socket_is))(family, type, protocol);
}

/**
 * next_bind() - bind(2)
 * @fd: its first argument
 * @addr: its second
 * @len: its third
 *
 * Return: what it returns.
 */
int next_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	return ((bind_fn *)find(&bind_is))(fd, addr, len);
}

/**
 * next_listen() - listen(2)
 * @fd: its first argument
 * @backlog: its second
 *
 * Return: what it returns.
 */
int next_listen(int fd, int backlog)
{
	return ((listen_fn *)find(&listen_is))(fd, backlog);
}
