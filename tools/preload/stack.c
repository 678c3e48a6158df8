// SPDX-License-Identifier: GPL-2.0
/* Sockets of either stack; and which stack there is, which is one atomic word. */
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/mytcp.h>

#include "next.h"
#include "say.h"
#include "settings.h"
#include "stack.h"

/* Set by the first refusal: from then on the process stays with one stack. */
static atomic_bool mytcp_is_missing;

/**
 * stack_name() - for a message
 * @stack: one of the two
 *
 * Return: its name.
 */
const char *stack_name(enum stack stack)
{
	return stack == STACK_MYTCP ? "MyTCP" : "the kernel's TCP";
}

static bool ask(int fd, int name, int *value)
{
	socklen_t len = sizeof(*value);

	return !getsockopt(fd, SOL_SOCKET, name, value, &len);
}

/**
 * stack_of() - whose socket it is
 * @fd: any descriptor
 * @family: set to AF_INET or AF_INET6, unless it is neither's
 *
 * Return: STACK_NONE for whatever is no stream socket of one of the two.
 */
enum stack stack_of(int fd, int *family)
{
	int type, protocol;

	if (!ask(fd, SO_TYPE, &type) || type != SOCK_STREAM ||
	    !ask(fd, SO_DOMAIN, family) || (*family != AF_INET && *family != AF_INET6) ||
	    !ask(fd, SO_PROTOCOL, &protocol))
		return STACK_NONE;
	switch (protocol) {
	case IPPROTO_TCP:
		return STACK_KERNEL;
	case MYTCP_SK_PROTOCOL:
		return STACK_MYTCP;
	default:
		return STACK_NONE;
	}
}

/* Other errors (no descriptors left, forbidden) are the program's to see. */
static bool means_missing(int error)
{
	return error == EPROTONOSUPPORT || error == EAFNOSUPPORT ||
	       error == ESOCKTNOSUPPORT;
}

static void fall_back(int error)
{
	if (atomic_exchange(&mytcp_is_missing, true))
		return;
	/* mytcp-run itself may have warned already. */
	if (settings()->warned)
		note("no MyTCP here (%s), using the kernel's TCP from now on",
		     strerror(error));
	else
		warn("the kernel has no MyTCP, using its own TCP; load the module: insmod mytcp.ko");
}

/**
 * stack_socket() - a new socket
 * @stack: whose; where there is no MyTCP, the kernel's in its place
 * @family: AF_INET or AF_INET6
 * @type: SOCK_STREAM, and flags
 * @protocol: what the kernel's TCP is asked for with, 0 or IPPROTO_TCP
 *
 * Return: the descriptor, or -1 and errno; errno is left alone otherwise.
 */
int stack_socket(enum stack stack, int family, int type, int protocol)
{
	int saved = errno, fd;

	if (stack == STACK_MYTCP && !atomic_load(&mytcp_is_missing)) {
		fd = next_socket(family, type, IPPROTO_MYTCP);
		if (fd >= 0)
			errno = saved;
		if (fd >= 0 || !means_missing(errno))
			return fd;
		fall_back(errno);
		errno = saved;
	}
	return next_socket(family, type, protocol);
}
