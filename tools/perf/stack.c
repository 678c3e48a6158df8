// SPDX-License-Identifier: GPL-2.0
/* Sockets of the stacks that are compared; see stack.h */
#include "stack.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/mytcp.h>

static int give_up(int fd)
{
	int err = errno;

	close(fd);
	return -err;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* Before bind() and connect(): buffers decide about the window scale. */
static int apply(const struct plan *plan, int fd)
{
	if (plan->buffer && (set(fd, SOL_SOCKET, SO_SNDBUF, plan->buffer) ||
			     set(fd, SOL_SOCKET, SO_RCVBUF, plan->buffer)))
		return -1;
	if (plan->stack == STACK_UNIX)
		return 0;
	if (plan->nodelay && set(fd, IPPROTO_TCP, TCP_NODELAY, 1))
		return -1;
	if (plan->congestion[0] &&
	    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, plan->congestion,
		       strlen(plan->congestion)))
		return -1;
	return 0;
}

/**
 * stack_socket() - a socket, as the plan has it
 * @plan: a run
 *
 * Return: a descriptor, or -errno.
 */
int stack_socket(const struct plan *plan)
{
	int fd;

	if (plan->stack == STACK_UNIX)
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	else
		fd = socket(plan->family, SOCK_STREAM | SOCK_CLOEXEC,
			    plan->stack == STACK_MYTCP ? IPPROTO_MYTCP : IPPROTO_TCP);
	if (fd < 0)
		return -errno;
	return apply(plan, fd) ? give_up(fd) : fd;
}

/* An abstract name has a 0 in front and no end. */
static void unix_place(struct place *place, const char *name)
{
	memset(place, 0, sizeof(*place));
	place->addr.un.sun_family = AF_UNIX;
	snprintf(place->addr.un.sun_path + 1, sizeof(place->addr.un.sun_path) - 1,
		 "mytcp-perf-%s", name);
	place->len = offsetof(struct sockaddr_un, sun_path) + 1 +
		     strlen(place->addr.un.sun_path + 1);
}

static uint16_t *port_of(struct place *place)
{
	return place->addr.any.sa_family == AF_INET6 ? &place->addr.in6.sin6_port :
						       &place->addr.in.sin_port;
}

/**
 * stack_listen() - a server's socket, at a port of the system's choice
 * @plan: a run
 * @host: this machine's address, as the client has it
 * @where: PLACE_TEXT octets, gets what stack_find() at the client wants to know
 *
 * Return: a descriptor, or -errno.
 */
int stack_listen(const struct plan *plan, const struct place *host, char *where)
{
	struct place place = *host;
	int fd = stack_socket(plan);

	if (fd < 0)
		return fd;
	if (plan->stack == STACK_UNIX) {
		snprintf(where, PLACE_TEXT, "%d", getpid());
		unix_place(&place, where);
	} else {
		*port_of(&place) = 0;
	}
	if (bind(fd, &place.addr.any, place.len) || listen(fd, SOMAXCONN))
		return give_up(fd);
	if (plan->stack == STACK_UNIX)
		return fd;
	if (getsockname(fd, &place.addr.any, &place.len))
		return give_up(fd);
	snprintf(where, PLACE_TEXT, "%u", ntohs(*port_of(&place)));
	return fd;
}

/**
 * stack_find() - where the server is
 * @plan: the same run as there
 * @host: its machine
 * @where: what stack_listen() had to say
 * @place: gets it
 *
 * Return: false if there can be no such server.
 */
bool stack_find(const struct plan *plan, const struct place *host, const char *where,
		struct place *place)
{
	char *end;
	long number = strtol(where, &end, 10);

	if (*end || number <= 0)
		return false;
	if (plan->stack == STACK_UNIX) {
		unix_place(place, where);
		return true;
	}
	*place = *host;
	*port_of(place) = htons(number);
	return number <= UINT16_MAX;
}

/**
 * stack_connect() - a connection to the server
 * @plan: a run
 * @place: of stack_find()
 *
 * Return: a descriptor, or -errno.
 */
int stack_connect(const struct plan *plan, const struct place *place)
{
	int fd = stack_socket(plan);

	if (fd < 0)
		return fd;
	return connect(fd, &place->addr.any, place->len) ? give_up(fd) : fd;
}

/**
 * stack_settings() - what a socket has
 * @fd: connected
 * @settings: gets it
 */
void stack_settings(int fd, struct settings *settings)
{
	socklen_t len = sizeof(settings->congestion) - 1;

	memset(settings, 0, sizeof(*settings));
	if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, settings->congestion, &len))
		settings->congestion[0] = 0;
	len = sizeof(settings->sndbuf);
	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &settings->sndbuf, &len);
	len = sizeof(settings->rcvbuf);
	getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &settings->rcvbuf, &len);
}

/**
 * stack_retransmitted() - segments a connection has sent again so far
 * @fd: of any stack
 */
uint64_t stack_retransmitted(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ? 0 :
	       info.tcpi_total_retrans;
}

/**
 * stack_why() - why there is no socket or no connection, and what to do
 * @plan: of the run
 * @err: errno, positive
 * @text: room for the words
 * @size: of @text
 *
 * Return: @text
 */
const char *stack_why(const struct plan *plan, int err, char *text, size_t size)
{
	const char *advice = "";

	if (plan->stack == STACK_MYTCP && err == EPROTONOSUPPORT)
		advice = ": this kernel has no MyTCP; load it (insmod mytcp.ko), or measure the kernel's own TCP (-f tcp)";
	else if (err == EMFILE || err == ENFILE)
		advice = ": each connection needs a descriptor; raise the limit (ulimit -n), or open fewer";
	else if (err == EADDRNOTAVAIL)
		advice = ": no local port is left, those of closed connections are in TIME_WAIT; try fewer (-n), or widen net.ipv4.ip_local_port_range";
	else if (err == ENOENT && plan->congestion[0])
		advice = ": the stack has no congestion control of this name (-C)";
	else if (plan->stack == STACK_UNIX && err == ECONNREFUSED)
		advice = ": AF_UNIX reaches servers on this machine only";
	snprintf(text, size, "%s: %s%s", plan_stack_title(plan->stack), strerror(err), advice);
	return text;
}
