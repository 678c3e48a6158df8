// SPDX-License-Identifier: GPL-2.0
/* Options and flags that a program sets before listen() are there after it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "run-probe.h"

static const struct number {
	int family, level, name, value;
	const char *text;
} numbers[] = {
	{ 0, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR" },
	{ 0, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE" },
	{ 0, SOL_SOCKET, SO_OOBINLINE, 1, "SO_OOBINLINE" },
	{ 0, SOL_SOCKET, SO_SNDBUF, 50000, "SO_SNDBUF" },
	{ 0, SOL_SOCKET, SO_RCVBUF, 60000, "SO_RCVBUF" },
	{ 0, SOL_SOCKET, SO_RCVLOWAT, 3, "SO_RCVLOWAT" },
	{ 0, SOL_SOCKET, SO_PRIORITY, 5, "SO_PRIORITY" },
	{ 0, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY" },
	{ 0, IPPROTO_TCP, TCP_DEFER_ACCEPT, 7, "TCP_DEFER_ACCEPT" },
	{ 0, IPPROTO_TCP, TCP_KEEPIDLE, 100, "TCP_KEEPIDLE" },
	{ 0, IPPROTO_TCP, TCP_USER_TIMEOUT, 12345, "TCP_USER_TIMEOUT" },
	{ 0, IPPROTO_TCP, TCP_MAXSEG, 1000, "TCP_MAXSEG" },
	{ 0, IPPROTO_TCP, TCP_SAVE_SYN, 1, "TCP_SAVE_SYN" },
	{ 0, IPPROTO_TCP, TCP_FASTOPEN, 16, "TCP_FASTOPEN" },
	{ 0, IPPROTO_IP, IP_TOS, 0x10, "IP_TOS" },
	{ 0, IPPROTO_IP, IP_TTL, 33, "IP_TTL" },
	{ AF_INET, IPPROTO_IP, IP_FREEBIND, 1, "IP_FREEBIND" },
	{ AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY" },
	{ AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 0x20, "IPV6_TCLASS" },
	{ AF_INET6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 44, "IPV6_UNICAST_HOPS" },
};

#define NUMBERS	(sizeof(numbers) / sizeof(numbers[0]))

/* What listen() must not change: read before, compared after. */
struct seen {
	int number[NUMBERS];
	int fd_flags, flags, owner, sig, filter;
	struct linger linger;
	struct timeval timeout;
	char congestion[16];
};

static void read_back(int fd, void *to, size_t size, int level, int name)
{
	socklen_t len = (socklen_t)size;

	memset(to, 0, size);
	must(getsockopt(fd, level, name, to, &len), "getsockopt");
}

static struct seen look(int fd, int family)
{
	socklen_t filter = 0;
	struct seen seen;
	size_t i;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < NUMBERS; i++)
		if (!numbers[i].family || numbers[i].family == family)
			seen.number[i] = get_number(fd, numbers[i].level, numbers[i].name);
	seen.fd_flags = fcntl(fd, F_GETFD);
	seen.flags = fcntl(fd, F_GETFL);
	seen.owner = fcntl(fd, F_GETOWN);
	seen.sig = fcntl(fd, F_GETSIG);
	must(getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &filter), "SO_GET_FILTER");
	seen.filter = (int)filter;
	read_back(fd, &seen.linger, sizeof(seen.linger), SOL_SOCKET, SO_LINGER);
	read_back(fd, &seen.timeout, sizeof(seen.timeout), SOL_SOCKET, SO_RCVTIMEO);
	read_back(fd, seen.congestion, sizeof(seen.congestion), IPPROTO_TCP, TCP_CONGESTION);
	return seen;
}

static void set_all(int fd, int family)
{
	struct sock_filter accept_all = BPF_STMT(BPF_RET | BPF_K, 0xffff);
	struct sock_fprog program = { .len = 1, .filter = &accept_all };
	struct linger linger = { .l_onoff = 1, .l_linger = 9 };
	struct timeval timeout = { .tv_sec = 7 };
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		if (!numbers[i].family || numbers[i].family == family)
			must(set_number(fd, numbers[i].level, numbers[i].name,
					numbers[i].value), numbers[i].text);
	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), "SO_LINGER");
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "SO_RCVTIMEO");
	must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)),
	     "SO_ATTACH_FILTER");
	must(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), "TCP_CONGESTION");
	must(fcntl(fd, F_SETOWN, getpid()), "F_SETOWN");
	must(fcntl(fd, F_SETSIG, SIGURG), "F_SETSIG");
	must(fcntl(fd, F_SETFD, FD_CLOEXEC), "F_SETFD");
	must(fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC), "F_SETFL");
}

static void compare(const struct seen *was, const struct seen *is, int family)
{
	size_t i;

	for (i = 0; i < NUMBERS; i++)
		if (!numbers[i].family || numbers[i].family == family)
			check(was->number[i] == is->number[i], "%s was %d and is %d",
			      numbers[i].text, was->number[i], is->number[i]);
	check(is->fd_flags == was->fd_flags, "close-on-exec");
	check(is->flags == was->flags, "file status flags were %#x and are %#x",
	      was->flags, is->flags);
	check(is->owner == was->owner && is->sig == was->sig, "owner and signal");
	check(is->filter == was->filter, "a classic filter");
	check(!memcmp(&is->linger, &was->linger, sizeof(is->linger)), "SO_LINGER");
	check(!memcmp(&is->timeout, &was->timeout, sizeof(is->timeout)), "SO_RCVTIMEO");
	check(!strcmp(is->congestion, was->congestion), "TCP_CONGESTION was %s and is %s",
	      was->congestion, is->congestion);
}

/* What the program has not set, the new stack decides. */
static void check_defaults(int family, const char *stack)
{
	int fd = must(socket(family, SOCK_STREAM, 0), "socket");
	int was = get_number(fd, IPPROTO_TCP, TCP_KEEPCNT), is;

	must(listen(fd, 1), "listen");
	is = get_number(fd, IPPROTO_TCP, TCP_KEEPCNT);
	check_stack(fd, stack, "a listener of no options");
	check(is == was || (was + is == 9 + 10), "TCP_KEEPCNT is its stack's default, %d", is);
	check(!(get_number(fd, SOL_SOCKET, SO_BUF_LOCK)), "its buffers may grow");
	close(fd);
}

void probe_options(int family, const char *stack)
{
	union address at = loopback(family, 0);
	int fd = must(socket(family, SOCK_STREAM, 0), "socket");
	struct seen was, is;

	signal(SIGURG, SIG_IGN);
	set_all(fd, family);
	must(bind_to(fd, &at), "bind");
	was = look(fd, family);
	must(listen(fd, 4), "listen");
	is = look(fd, family);
	check_stack(fd, stack, "the listener with options");
	compare(&was, &is, family);
	check(accept(fd, NULL, NULL) < 0 && errno == EAGAIN, "accept() does not block");
	close(fd);
	check_defaults(family, stack);
}
