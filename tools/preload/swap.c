// SPDX-License-Identifier: GPL-2.0
/*
 * A socket of one stack in the place of one of the other, under the same descriptor.
 *
 * Nothing is lost before the last moment: the new socket gets its options, and bind()
 * on it says whether it may have the address, while the old one still has the port.
 * Then dup3() closes the old one, and bind() gets the port, if nobody was faster.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "next.h"
#include "options.h"
#include "say.h"
#include "settings.h"
#include "stack.h"
#include "swap.h"

/* Of TCP_INFO: neither listening nor connected. */
#define STATE_CLOSE	7

/**
 * struct swap - one stack's socket for another's
 * @fd: the program's descriptor
 * @family: AF_INET or AF_INET6
 * @from: the stack it has
 * @to: the stack it gets
 * @fresh: a socket of @from, to see what the program has set
 * @made: a socket of @to
 * @flags: file status flags
 */
struct swap {
	int fd, family, flags;
	enum stack from, to;
	int fresh, made;
};

/* The stack of listeners, if it is not that of all sockets. */
static enum stack stack_of_listeners(void)
{
	switch (settings()->only) {
	case ONLY_CLIENTS:
		return STACK_KERNEL;
	case ONLY_SERVERS:
		return STACK_MYTCP;
	default:
		return STACK_NONE;
	}
}

/* False for what is no socket of the other stack. */
static bool swap_find(struct swap *swap, int fd)
{
	*swap = (struct swap){ .fd = fd, .to = stack_of_listeners(), .fresh = -1, .made = -1 };
	if (swap->to == STACK_NONE)
		return false;
	swap->from = stack_of(fd, &swap->family);
	return swap->from != STACK_NONE && swap->from != swap->to;
}

/* Any shorter answer of TCP_INFO is fine: the state is its first octet. */
static bool is_closed(int fd)
{
	unsigned char state;
	socklen_t len = sizeof(state);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &len) && len == sizeof(state) &&
	       state == STATE_CLOSE;
}

/**
 * swap_is_due() - is this socket to change its stack before it listens?
 * @fd: any descriptor
 *
 * One that listens already, or is connected, stays what it is.
 *
 * Return: whether it is to.
 */
bool swap_is_due(int fd)
{
	struct swap swap;

	return swap_find(&swap, fd) && is_closed(fd);
}

static void swap_end(struct swap *swap)
{
	int saved = errno;

	if (swap->flags & O_ASYNC)
		fcntl(swap->fd, F_SETFL, swap->flags);
	if (swap->fresh >= 0)
		close(swap->fresh);
	if (swap->made >= 0)
		close(swap->made);
	errno = saved;
}

static void tell_stays(const struct swap *swap, const char *why)
{
	warn("descriptor %d stays with %s: %s", swap->fd, stack_name(swap->from), why);
}

/* All but O_ASYNC, which remembers the number of its descriptor; see swap_end(). */
static void carry_flags(struct swap *swap)
{
	struct f_owner_ex owner;
	int sig = fcntl(swap->fd, F_GETSIG);

	if (!fcntl(swap->fd, F_GETOWN_EX, &owner) && owner.pid)
		fcntl(swap->made, F_SETOWN_EX, &owner);
	if (sig > 0)
		fcntl(swap->made, F_SETSIG, sig);
	swap->flags = fcntl(swap->fd, F_GETFL);
	fcntl(swap->made, F_SETFL, swap->flags & ~O_ASYNC);
}

/*
 * Both sockets, and the options. What stands in the way is told: a socket that cannot
 * change its stack is better than none.
 */
static bool swap_make(struct swap *swap)
{
	const char *option;
	int family;

	swap->made = stack_socket(swap->to, swap->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (swap->made >= 0)
		swap->fresh = stack_socket(swap->from, swap->family,
					   SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (swap->fresh < 0) {
		tell_stays(swap, strerror(errno));
		return false;
	}
	/* Without the module; that was told. */
	if (stack_of(swap->made, &family) != swap->to)
		return false;
	option = options_carry(swap->fd, swap->fresh, swap->made);
	if (option)
		tell_stays(swap, option);
	else
		carry_flags(swap);
	return !option;
}

/* The descriptor is the new socket's from here on, and the old one is closed. */
static bool swap_place(const struct swap *swap)
{
	int fd_flags = fcntl(swap->fd, F_GETFD);

	if (dup3(swap->made, swap->fd, fd_flags & FD_CLOEXEC ? O_CLOEXEC : 0) < 0) {
		tell_stays(swap, strerror(errno));
		return false;
	}
	return true;
}

static int port_of(const struct sockaddr_storage *addr)
{
	/* At the same place in both. */
	return ntohs(((const struct sockaddr_in *)addr)->sin_port);
}

static bool is_bound(const struct sockaddr_storage *addr)
{
	const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)addr;
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;

	if (port_of(addr))
		return true;
	/* IP_BIND_ADDRESS_NO_PORT */
	if (addr->ss_family == AF_INET6)
		return !IN6_IS_ADDR_UNSPECIFIED(&sin6->sin6_addr);
	return sin->sin_addr.s_addr != htonl(INADDR_ANY);
}

static int swap_at(struct swap *swap, const struct sockaddr_storage *addr, socklen_t len)
{
	bool has_address = !is_bound(addr) ||
			   !next_bind(swap->made, (const struct sockaddr *)addr, len);

	/* The old socket alone may be in the way. */
	if (!has_address && errno != EADDRINUSE) {
		tell_stays(swap, strerror(errno));
		return 0;
	}
	if (!swap_place(swap))
		return 0;
	if (!has_address && next_bind(swap->fd, (const struct sockaddr *)addr, len)) {
		warn("descriptor %d cannot have port %d with %s (%s): another process or descriptor still has it",
		     swap->fd, port_of(addr), stack_name(swap->to), strerror(errno));
		return -1;
	}
	note("descriptor %d is a socket of %s now, to listen", swap->fd, stack_name(swap->to));
	return 0;
}

/**
 * swap_bound() - a socket that is to listen changes its stack
 * @fd: it; swap_is_due() was true
 *
 * Where the new socket cannot be like the old one, the old one stays, which a warning
 * tells.
 *
 * Return: 0, or -1 and errno: the descriptor is a socket that is not bound.
 */
int swap_bound(int fd)
{
	struct sockaddr_storage addr = { 0 };
	socklen_t len = sizeof(addr);
	struct swap swap;
	int ret = 0;

	if (!swap_find(&swap, fd))
		return 0;
	if (!getsockname(fd, (struct sockaddr *)&addr, &len) && swap_make(&swap))
		ret = swap_at(&swap, &addr, len);
	swap_end(&swap);
	return ret;
}

static bool may_share(int fd)
{
	int addr = 0, port = 0;
	socklen_t len = sizeof(int);

	getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &addr, &len);
	getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &port, &len);
	return addr || port;
}

/**
 * swap_and_bind() - a socket changes its stack because its port is the other one's
 * @fd: any descriptor
 * @addr: where bind() has failed with EADDRINUSE
 * @len: its length
 *
 * A server that starts again finds its port with the TIME_WAITs of the stack its
 * listener had; the second listener of a SO_REUSEPORT group finds it with the first.
 * Both said at bind() that they would share.
 *
 * Return: true if it is bound now.
 */
bool swap_and_bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct swap swap;
	bool done = false;

	if (!swap_find(&swap, fd) || !is_closed(fd) || !may_share(fd))
		return false;
	if (swap_make(&swap) && !next_bind(swap.made, addr, len))
		done = swap_place(&swap);
	if (done)
		note("descriptor %d is a socket of %s now, which has its port", fd,
		     stack_name(swap.to));
	swap_end(&swap);
	return done;
}
