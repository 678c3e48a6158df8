// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl, fcntl, poll, socket options with bad arguments and the calls made for
 * files, in every state of a socket: the answers of the kernel's TCP.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/scene.h"
#include "lib/test.h"

static void call_ioctl(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	bool queue = c->a == SIOCOUTQ || c->a == SIOCOUTQNSD;
	int value = c->b;

	said(text, size, ioctl(s->fd, c->a, &value));
	/* Of a closed socket the kernel's TCP counts what never was. */
	if (!queue || fd_state(s->fd) != CLOSE)
		said_also(text, size, ", %d", value);
}

static void call_ioctl_pointer(struct scene *s, const struct call *c,
			       char *text, size_t size)
{
	said(text, size, ioctl(s->fd, c->a, BAD_POINTER));
}

/* Those of the interfaces are answered by any socket. */
static void call_ioctl_interface(struct scene *s, const struct call *c,
				 char *text, size_t size)
{
	struct ifreq ifr = { .ifr_name = "lo" };

	said(text, size, ioctl(s->fd, c->a, &ifr));
}

static void call_fcntl(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	said(text, size, fcntl(s->fd, c->a, c->b));
}

static void call_owner(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	(void)c;
	said(text, size, fcntl(s->fd, F_SETOWN, getpid()));
	said_also(text, size, ", owned %d", fcntl(s->fd, F_GETOWN) == getpid());
}

static void call_poll(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	struct pollfd p = { .fd = s->fd, .events = c->a };

	said(text, size, poll(&p, 1, 0));
	said_also(text, size, ", %#x", p.revents);
}

/* An edge is reported once, whatever state the socket is in. */
static void call_epoll_edge(struct scene *s, const struct call *c, char *text,
			    size_t size)
{
	int ep = check_ok(epoll_create1(EPOLL_CLOEXEC));
	struct epoll_event e = { .events = EPOLLET | c->a }, got = { 0 };

	said(text, size, epoll_ctl(ep, EPOLL_CTL_ADD, s->fd, &e));
	said_also(text, size, ", first %d", epoll_wait(ep, &got, 1, 0));
	said_also(text, size, ", %#x", got.events);
	said_also(text, size, ", again %d", epoll_wait(ep, &got, 1, 0));
	close(ep);
}

static void call_getsockopt(struct scene *s, const struct call *c, char *text,
			    size_t size)
{
	char value[512] = { 0 };
	socklen_t len = c->len;

	said(text, size, getsockopt(s->fd, c->a, c->b, value, &len));
	said_also(text, size, ", length %d, byte %d", (int)len, value[0]);
}

static void call_getsockopt_pointer(struct scene *s, const struct call *c,
				    char *text, size_t size)
{
	socklen_t len = sizeof(int);

	said(text, size, getsockopt(s->fd, c->a, c->b, BAD_POINTER, &len));
	said_also(text, size, ", ");
	said(text + strlen(text), size - strlen(text),
	     getsockopt(s->fd, c->a, c->b, &len, BAD_POINTER));
}

static void call_setsockopt(struct scene *s, const struct call *c, char *text,
			    size_t size)
{
	char value[512] = { 1 };

	said(text, size, setsockopt(s->fd, c->a, c->b, value, c->len));
}

static void call_setsockopt_pointer(struct scene *s, const struct call *c,
				    char *text, size_t size)
{
	said(text, size, setsockopt(s->fd, c->a, c->b,
				    c->c ? BAD_POINTER : NULL, c->len));
}

static void call_lseek(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	(void)c;
	said(text, size, lseek(s->fd, 0, SEEK_CUR));
}

static void call_ftruncate(struct scene *s, const struct call *c, char *text,
			   size_t size)
{
	(void)c;
	said(text, size, ftruncate(s->fd, 0));
}

static void call_fsync(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	(void)c;
	said(text, size, fsync(s->fd));
}

static void call_pread(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	char byte = 0;

	if (c->a)
		said(text, size, pwrite(s->fd, &byte, 1, 0));
	else
		said(text, size, pread(s->fd, &byte, 1, 0));
}

static void call_fstat(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	struct stat st;

	(void)c;
	said(text, size, fstat(s->fd, &st));
	said_also(text, size, ", mode %#o, size %lld", st.st_mode,
		  (long long)st.st_size);
}

#define TCP_UNKNOWN_OPTION	1000

static const struct call ioctl_calls[] = {
	{ "FIONREAD", call_ioctl, .a = FIONREAD },
	{ "SIOCOUTQ", call_ioctl, .a = SIOCOUTQ },
	{ "SIOCOUTQNSD", call_ioctl, .a = SIOCOUTQNSD },
	{ "SIOCATMARK", call_ioctl, .a = SIOCATMARK },
	{ "FIONBIO on", call_ioctl, .a = FIONBIO, .b = 1 },
	{ "FIOASYNC on", call_ioctl, .a = FIOASYNC, .b = 1 },
	{ "FIOGETOWN", call_ioctl, .a = FIOGETOWN },
	{ "SIOCGPGRP", call_ioctl, .a = SIOCGPGRP },
	{ "unknown", call_ioctl, .a = 0x1234 },
	{ "private", call_ioctl, .a = SIOCPROTOPRIVATE },
	{ "FIONREAD bad pointer", call_ioctl_pointer, .a = FIONREAD },
	{ "SIOCOUTQ bad pointer", call_ioctl_pointer, .a = SIOCOUTQ },
	{ "SIOCATMARK bad pointer", call_ioctl_pointer, .a = SIOCATMARK },
	{ "SIOCGIFADDR", call_ioctl_interface, .a = SIOCGIFADDR },
	{ "SIOCGIFMTU", call_ioctl_interface, .a = SIOCGIFMTU },
	{ "SIOCGIFINDEX", call_ioctl_interface, .a = SIOCGIFINDEX },
	{ "SIOCGARP", call_ioctl_interface, .a = SIOCGARP },
	{ "F_GETFL", call_fcntl, .a = F_GETFL },
	{ "F_SETPIPE_SZ", call_fcntl, .a = F_SETPIPE_SZ, .b = 4096 },
	{ "F_GETLEASE", call_fcntl, .a = F_GETLEASE },
	{ "F_SETOWN", call_owner },
	{ "poll nothing", call_poll, .a = 0 },
	{ "poll in", call_poll, .a = POLLIN },
	{ "poll norm and band", call_poll, .a = POLLRDNORM | POLLRDBAND |
						POLLWRNORM | POLLWRBAND },
	{ "poll rdhup", call_poll, .a = POLLRDHUP },
	{ "epoll edge in", call_epoll_edge, .a = EPOLLIN },
	{ "epoll edge all", call_epoll_edge, .a = EPOLLIN | EPOLLOUT |
					      EPOLLPRI | EPOLLRDHUP },
};

static const struct call option_calls[] = {
	{ "SO_ERROR", call_getsockopt, .a = SOL_SOCKET, .b = SO_ERROR,
	  .len = 4 },
	{ "SO_ACCEPTCONN", call_getsockopt, .a = SOL_SOCKET,
	  .b = SO_ACCEPTCONN, .len = 4 },
	{ "SO_PEERNAME short", call_getsockopt, .a = SOL_SOCKET,
	  .b = SO_PEERNAME, .len = 4 },
	{ "SO_PEERNAME", call_getsockopt, .a = SOL_SOCKET, .b = SO_PEERNAME,
	  .len = 16 },
	{ "SO_PEERCRED", call_getsockopt, .a = SOL_SOCKET, .b = SO_PEERCRED,
	  .len = 2 },
	{ "TCP_INFO 1", call_getsockopt, .a = IPPROTO_TCP, .b = TCP_INFO,
	  .len = 1 },
	{ "TCP_INFO 0", call_getsockopt, .a = IPPROTO_TCP, .b = TCP_INFO,
	  .len = 0 },
	{ "TCP_INFO -1", call_getsockopt, .a = IPPROTO_TCP, .b = TCP_INFO,
	  .len = -1 },
	{ "TCP_NODELAY 1", call_getsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = 1 },
	{ "TCP_NODELAY -1", call_getsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = -1 },
	{ "no option of TCP", call_getsockopt, .a = IPPROTO_TCP,
	  .b = TCP_UNKNOWN_OPTION, .len = 4 },
	{ "no option of the socket", call_getsockopt, .a = SOL_SOCKET,
	  .b = 1000, .len = 4 },
	{ "no option of IP", call_getsockopt, .a = IPPROTO_IP, .b = 1000,
	  .len = 4 },
	{ "no level", call_getsockopt, .a = 999, .b = 1, .len = 4 },
	{ "the level of UDP", call_getsockopt, .a = IPPROTO_UDP, .b = 1,
	  .len = 4 },
	{ "the level of IPv6", call_getsockopt, .a = IPPROTO_IPV6, .b = 1,
	  .len = 4 },
	{ "get TCP_NODELAY bad pointer", call_getsockopt_pointer,
	  .a = IPPROTO_TCP, .b = TCP_NODELAY },
	{ "get SO_TYPE bad pointer", call_getsockopt_pointer,
	  .a = SOL_SOCKET, .b = SO_TYPE },
	{ "set TCP_NODELAY", call_setsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = 4 },
	{ "set TCP_NODELAY 3", call_setsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = 3 },
	{ "set TCP_NODELAY 0", call_setsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = 0 },
	{ "set TCP_NODELAY -1", call_setsockopt, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = -1 },
	{ "set TCP_CORK", call_setsockopt, .a = IPPROTO_TCP, .b = TCP_CORK,
	  .len = 4 },
	{ "set TCP_INFO", call_setsockopt, .a = IPPROTO_TCP, .b = TCP_INFO,
	  .len = 4 },
	{ "set no option of TCP", call_setsockopt, .a = IPPROTO_TCP,
	  .b = TCP_UNKNOWN_OPTION, .len = 4 },
	{ "set no option of the socket", call_setsockopt, .a = SOL_SOCKET,
	  .b = 1000, .len = 4 },
	{ "set no level", call_setsockopt, .a = 999, .b = 1, .len = 4 },
	{ "set SO_ERROR", call_setsockopt, .a = SOL_SOCKET, .b = SO_ERROR,
	  .len = 4 },
	{ "set TCP_NODELAY NULL", call_setsockopt_pointer, .a = IPPROTO_TCP,
	  .b = TCP_NODELAY, .len = 4 },
	{ "set TCP_NODELAY bad pointer", call_setsockopt_pointer,
	  .a = IPPROTO_TCP, .b = TCP_NODELAY, .c = 1, .len = 4 },
	{ "set SO_LINGER short", call_setsockopt, .a = SOL_SOCKET,
	  .b = SO_LINGER, .len = 4 },
	{ "lseek", call_lseek },
	{ "ftruncate", call_ftruncate },
	{ "fsync", call_fsync },
	{ "pread", call_pread, .a = 0 },
	{ "pwrite", call_pread, .a = 1 },
	{ "fstat", call_fstat },
};

SCENE_FIXTURE(errno_other)

TEST_F_TIMEOUT(errno_other, ioctl_and_poll_answer_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, ioctl_calls, ARRAY_SIZE(ioctl_calls));
}

TEST_F_TIMEOUT(errno_other, options_and_files_answer_as_the_kernel_does,
	       LONG_TEST)
{
	scene_compare(variant->be, option_calls, ARRAY_SIZE(option_calls));
}

TEST_HARNESS_MAIN
