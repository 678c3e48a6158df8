// SPDX-License-Identifier: GPL-2.0
/* Each way to a TCP socket; see doors.h. */
#include <errno.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "doors.h"
#include "fail.h"
#include "stack.h"

bool door_wanted(const struct door *door)
{
	return subject() == MYTCP || door->tcp == KERNEL_TCP;
}

struct door door_of_kernel(const struct door *door)
{
	return (struct door){ KERNEL_TCP, door->family, door->family, IPPROTO_TCP };
}

int door_open(const struct door *door, int flags)
{
	return socket(door->domain, SOCK_STREAM | SOCK_CLOEXEC | flags,
		      door->protocol);
}

struct end end_any(int family, int port)
{
	struct end end = { .len = sizeof(end.in) };

	end.sa.sa_family = family;
	/* at the same place in both */
	end.in.sin_port = htons(port);
	if (family == AF_INET6)
		end.len = sizeof(end.in6);
	return end;
}

struct end end_local(int family, int port)
{
	struct end end = end_any(family, port);

	if (family == AF_INET6)
		end.in6.sin6_addr = in6addr_loopback;
	else
		end.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return end;
}

int end_port(const struct end *end)
{
	return ntohs(end->in.sin_port);
}

int end_bind(int fd, const struct end *at)
{
	return bind(fd, &at->sa, at->len);
}

int end_connect(int fd, const struct end *to)
{
	return connect(fd, &to->sa, to->len);
}

struct end end_name(int fd)
{
	struct end end = { .len = sizeof(end.in6) };

	check_ok(getsockname(fd, &end.sa, &end.len));
	return end;
}

struct end end_peer(int fd)
{
	struct end end = { .len = sizeof(end.in6) };

	check_ok(getpeername(fd, &end.sa, &end.len));
	return end;
}

bool end_same(const struct end *a, const struct end *b)
{
	if (a->sa.sa_family != b->sa.sa_family || end_port(a) != end_port(b))
		return false;
	if (a->sa.sa_family == AF_INET)
		return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
	return !memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr,
		       sizeof(a->in6.sin6_addr));
}

int door_listen(const struct door *door, int port)
{
	struct end at = end_local(door->family, port);
	int fd = check_ok(door_open(door, 0));

	check_ok(end_bind(fd, &at));
	check_ok(listen(fd, 8));
	return fd;
}

int door_connect(const struct door *door, const struct end *to)
{
	int fd = check_ok(door_open(door, SOCK_NONBLOCK));

	if (end_connect(fd, to))
		check_eq(errno, EINPROGRESS);
	return fd;
}

void door_pair(const struct door *door, int fd[2])
{
	int lfd = door_listen(door, 0);
	struct end at = end_name(lfd);

	fd[0] = door_connect(door, &at);
	fd[1] = check_ok(accept(lfd, NULL, NULL));
	check_eq(wait_fd(fd[0], POLLOUT, PATIENCE_MS), POLLOUT);
	set_nonblock(fd[1], true);
	close(lfd);
}
