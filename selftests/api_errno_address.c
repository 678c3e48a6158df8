// SPDX-License-Identifier: GPL-2.0
/*
 * bind, listen, accept4, connect, shutdown and the two names, with good and
 * bad arguments, in every state of a socket: the answers of the kernel's TCP.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mytcp.h>

#include "lib/scene.h"
#include "lib/test.h"

/* Room behind an address, for lengths that are too long. */
struct roomy {
	struct sockaddr_in addr;
	char more[128];
};

static void call_bind(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	struct roomy at = { .addr = call_address(s, c) };
	struct sockaddr_in name;

	said(text, size, syscall(SYS_bind, s->fd, &at, c->len));
	name = name4(s->fd);
	said_address(text, size, &name, sizeof(name));
}

static void call_bind_pointer(struct scene *s, const struct call *c,
			      char *text, size_t size)
{
	said(text, size, bind(s->fd, c->a ? BAD_POINTER : NULL, c->len));
}

static void call_connect(struct scene *s, const struct call *c, char *text,
			 size_t size)
{
	struct roomy to = { .addr = call_address(s, c) };
	struct sockaddr_in name;

	said(text, size, syscall(SYS_connect, s->fd, &to, c->len));
	name = name4(s->fd);
	said_address(text, size, &name, sizeof(name));
}

static void call_connect_pointer(struct scene *s, const struct call *c,
				 char *text, size_t size)
{
	said(text, size, connect(s->fd, c->a ? BAD_POINTER : NULL, c->len));
}

/* The second call finds what the first one began. */
static void call_connect_twice(struct scene *s, const struct call *c,
			       char *text, size_t size)
{
	struct sockaddr_in to = call_address(s, c);

	connect4(s->fd, &to);
	wait_fd(s->fd, POLLOUT, GLIMPSE_MS);
	said(text, size, connect4(s->fd, &to));
}

/* Bind or connect first, then the same again after all is undone. */
static void call_disconnect_and_connect(struct scene *s, const struct call *c,
					char *text, size_t size)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	said(text, size, connect(s->fd, &none, sizeof(none)));
	said_also(text, size, ", then ");
	call_connect(s, c, text + strlen(text), size - strlen(text));
}

static void call_listen(struct scene *s, const struct call *c, char *text,
			size_t size)
{
	struct sockaddr_in name;

	said(text, size, listen(s->fd, c->a));
	name = name4(s->fd);
	said_address(text, size, &name, sizeof(name));
	said_also(text, size, ", accepts %d",
		  get_opt(s->fd, SOL_SOCKET, SO_ACCEPTCONN));
}

static void said_and_close(char *text, size_t size, int fd)
{
	int flags, descriptor;

	if (fd < 0) {
		said(text, size, fd);
		return;
	}
	/* The number itself tells nothing. */
	said(text, size, 0);
	flags = fcntl(fd, F_GETFL);
	descriptor = fcntl(fd, F_GETFD);
	said_also(text, size, ", flags %#x, descriptor %d", flags, descriptor);
	close(fd);
}

static void call_accept(struct scene *s, const struct call *c, char *text,
			size_t size)
{
	said_and_close(text, size, accept4(s->fd, NULL, NULL, c->a));
}

static void call_accept_name(struct scene *s, const struct call *c, char *text,
			     size_t size)
{
	struct sockaddr_in from = { 0 };
	socklen_t len = c->len;
	int fd;

	fd = accept(s->fd, (struct sockaddr *)&from, &len);
	said_and_close(text, size, fd);
	said_address(text, size, &from, len);
}

static void call_accept_pointer(struct scene *s, const struct call *c,
				char *text, size_t size)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);

	if (c->a)
		said_and_close(text, size,
			       accept(s->fd, (struct sockaddr *)&from,
				      BAD_POINTER));
	else
		said_and_close(text, size, accept(s->fd, BAD_POINTER, &len));
}

static void call_shutdown(struct scene *s, const struct call *c, char *text,
			  size_t size)
{
	said(text, size, shutdown(s->fd, c->a));
}

static void call_shutdown_twice(struct scene *s, const struct call *c,
				char *text, size_t size)
{
	shutdown(s->fd, c->a);
	said(text, size, shutdown(s->fd, c->a));
}

typedef int name_call(int fd, struct sockaddr *addr, socklen_t *len);

static void call_name(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	name_call *ask = c->a ? getpeername : getsockname;
	struct sockaddr_in name = { 0 };
	socklen_t len = c->len;

	said(text, size, ask(s->fd, (struct sockaddr *)&name, &len));
	said_address(text, size, &name, len);
}

static void call_name_pointer(struct scene *s, const struct call *c,
			      char *text, size_t size)
{
	name_call *ask = c->a ? getpeername : getsockname;
	struct sockaddr_in name = { 0 };
	socklen_t len = sizeof(name);

	said(text, size, ask(s->fd, BAD_POINTER, &len));
	said_also(text, size, ", ");
	size -= strlen(text);
	text += strlen(text);
	said(text, size, ask(s->fd, (struct sockaddr *)&name, BAD_POINTER));
}

#define OTHER(domain, address, number) \
	.family = (domain), .ip = (address), .port = (number), \
	.len = sizeof(struct sockaddr_in)

static const struct call bind_calls[] = {
	{ "bind lo", call_bind, AT("127.0.0.1", 0) },
	{ "bind any", call_bind, AT("0.0.0.0", 0) },
	{ "bind the port of the listener", call_bind, AT("open", 0) },
	{ "bind own name", call_bind, AT("self", 0) },
	{ "bind an address of nobody", call_bind, AT("192.0.2.1", 0) },
	{ "bind broadcast", call_bind, AT("255.255.255.255", 0) },
	{ "bind multicast", call_bind, AT("224.0.0.1", 0) },
	{ "bind length 0", call_bind, AT("127.0.0.1", 0), .len = 0 },
	{ "bind length 1", call_bind, AT("127.0.0.1", 0), .len = 1 },
	{ "bind length 15", call_bind, AT("127.0.0.1", 0), .len = 15 },
	{ "bind length 128", call_bind, AT("127.0.0.1", 0), .len = 128 },
	{ "bind length 129", call_bind, AT("127.0.0.1", 0), .len = 129 },
	{ "bind length -1", call_bind, AT("127.0.0.1", 0), .len = -1 },
	{ "bind AF_UNSPEC any", call_bind, OTHER(AF_UNSPEC, "0.0.0.0", 0) },
	{ "bind AF_UNSPEC lo", call_bind, OTHER(AF_UNSPEC, "127.0.0.1", 0) },
	{ "bind AF_INET6", call_bind, OTHER(AF_INET6, "127.0.0.1", 0) },
	{ "bind AF_UNIX", call_bind, OTHER(AF_UNIX, "127.0.0.1", 0) },
	{ "bind AF_MYTCP", call_bind, OTHER(AF_MYTCP, "127.0.0.1", 0) },
	{ "bind NULL", call_bind_pointer, .a = 0, .len = 16 },
	{ "bind NULL length 0", call_bind_pointer, .a = 0, .len = 0 },
	{ "bind bad pointer", call_bind_pointer, .a = 1, .len = 16 },
};

static const struct call connect_calls[] = {
	{ "connect", call_connect, AT("open", 0) },
	{ "connect twice", call_connect_twice, AT("open", 0) },
	{ "connect to nobody", call_connect, AT("shut", 0) },
	{ "connect to nobody twice", call_connect_twice, AT("shut", 0) },
	{ "connect to no route", call_connect, AT("192.0.2.1", 7) },
	{ "connect to the lost", call_connect, AT("10.99.0.2", 7) },
	{ "connect to the lost twice", call_connect_twice,
	  AT("10.99.0.2", 7) },
	{ "connect broadcast", call_connect, AT("255.255.255.255", 7) },
	{ "connect broadcast of a net", call_connect, AT("10.99.0.255", 7) },
	{ "connect multicast", call_connect, AT("224.0.0.1", 7) },
	{ "connect port 0", call_connect, AT("127.0.0.1", 0) },
	{ "connect length 0", call_connect, AT("open", 0), .len = 0 },
	{ "connect length 1", call_connect, AT("open", 0), .len = 1 },
	{ "connect length 15", call_connect, AT("open", 0), .len = 15 },
	{ "connect length 128", call_connect, AT("open", 0), .len = 128 },
	{ "connect length 129", call_connect, AT("open", 0), .len = 129 },
	{ "connect length -1", call_connect, AT("open", 0), .len = -1 },
	{ "connect AF_UNSPEC", call_connect, OTHER(AF_UNSPEC, "open", 0) },
	{ "connect AF_UNSPEC length 2", call_connect,
	  .family = AF_UNSPEC, .ip = "open", .len = 2 },
	{ "connect AF_UNSPEC length 1", call_connect,
	  .family = AF_UNSPEC, .ip = "open", .len = 1 },
	{ "connect AF_INET6", call_connect, OTHER(AF_INET6, "open", 0) },
	{ "connect AF_UNIX", call_connect, OTHER(AF_UNIX, "open", 0) },
	{ "connect AF_MYTCP", call_connect, OTHER(AF_MYTCP, "open", 0) },
	{ "connect NULL", call_connect_pointer, .a = 0, .len = 16 },
	{ "connect bad pointer", call_connect_pointer, .a = 1, .len = 16 },
	{ "disconnect and connect", call_disconnect_and_connect,
	  AT("open", 0) },
	{ "disconnect and connect to nobody", call_disconnect_and_connect,
	  AT("shut", 0) },
};

static const struct call listen_calls[] = {
	{ "listen", call_listen, .a = 5 },
	{ "listen 0", call_listen, .a = 0 },
	{ "listen -1", call_listen, .a = -1 },
	{ "accept", call_accept, .a = 0 },
	{ "accept nonblock", call_accept, .a = SOCK_NONBLOCK },
	{ "accept cloexec", call_accept, .a = SOCK_CLOEXEC },
	{ "accept bad flag", call_accept, .a = 1 },
	{ "accept all flags", call_accept, .a = -1 },
	{ "accept, name", call_accept_name, .len = 16 },
	{ "accept, long name", call_accept_name, .len = 64 },
	{ "accept, short name", call_accept_name, .len = 4 },
	{ "accept, no name", call_accept_name, .len = 0 },
	{ "accept, length -1", call_accept_name, .len = -1 },
	{ "accept, bad pointer", call_accept_pointer, .a = 0 },
	{ "accept, bad pointer to length", call_accept_pointer, .a = 1 },
};

static const struct call name_calls[] = {
	{ "shutdown read", call_shutdown, .a = SHUT_RD },
	{ "shutdown write", call_shutdown, .a = SHUT_WR },
	{ "shutdown both", call_shutdown, .a = SHUT_RDWR },
	{ "shutdown 3", call_shutdown, .a = 3 },
	{ "shutdown -1", call_shutdown, .a = -1 },
	{ "shutdown read twice", call_shutdown_twice, .a = SHUT_RD },
	{ "shutdown write twice", call_shutdown_twice, .a = SHUT_WR },
	{ "shutdown both twice", call_shutdown_twice, .a = SHUT_RDWR },
	{ "getsockname", call_name, .a = 0, .len = 16 },
	{ "getsockname, long", call_name, .a = 0, .len = 64 },
	{ "getsockname, short", call_name, .a = 0, .len = 4 },
	{ "getsockname, none", call_name, .a = 0, .len = 0 },
	{ "getsockname, -1", call_name, .a = 0, .len = -1 },
	{ "getsockname, pointers", call_name_pointer, .a = 0 },
	{ "getpeername", call_name, .a = 1, .len = 16 },
	{ "getpeername, short", call_name, .a = 1, .len = 4 },
	{ "getpeername, -1", call_name, .a = 1, .len = -1 },
	{ "getpeername, pointers", call_name_pointer, .a = 1 },
};

SCENE_FIXTURE(errno_address)

TEST_F_TIMEOUT(errno_address, bind_answers_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, bind_calls, ARRAY_SIZE(bind_calls));
}

TEST_F_TIMEOUT(errno_address, connect_answers_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, connect_calls, ARRAY_SIZE(connect_calls));
}

TEST_F_TIMEOUT(errno_address, listen_and_accept_answer_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, listen_calls, ARRAY_SIZE(listen_calls));
}

TEST_F_TIMEOUT(errno_address, shutdown_and_names_answer_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, name_calls, ARRAY_SIZE(name_calls));
}

TEST_HARNESS_MAIN
