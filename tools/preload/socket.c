// SPDX-License-Identifier: GPL-2.0
/*
 * libmytcp-preload.so - gives a program MyTCP sockets where it asks for TCP
 *
 * mytcp-run puts this library into LD_PRELOAD. It stands before the C library's
 * socket() and changes one argument of one kind of call:
 *
 *	socket(AF_INET or AF_INET6, SOCK_STREAM, 0 or IPPROTO_TCP)
 *
 * gets IPPROTO_MYTCP as its protocol. Every other call of socket() passes untouched.
 * With --server-only they all do, and listen.c does the work.
 *
 * No lock is taken and no memory allocated, so these calls stay as safe in threads and
 * signal handlers as they were.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "next.h"
#include "say.h"
#include "settings.h"
#include "stack.h"

#define SOCK_TYPE_MASK	0xf

static bool is_tcp(int family, int type, int protocol)
{
	return (family == AF_INET || family == AF_INET6) &&
	       (type & SOCK_TYPE_MASK) == SOCK_STREAM &&
	       (protocol == 0 || protocol == IPPROTO_TCP);
}

EXPORTED int socket(int family, int type, int protocol)
{
	int fd, is_family;

	if (!is_tcp(family, type, protocol) || settings()->only == ONLY_SERVERS)
		return next_socket(family, type, protocol);

	fd = stack_socket(STACK_MYTCP, family, type, protocol);
	if (fd >= 0 && settings()->log && stack_of(fd, &is_family) == STACK_MYTCP)
		note("descriptor %d is a MyTCP socket", fd);
	return fd;
}
