// SPDX-License-Identifier: GPL-2.0
/*
 * Everything that writes and reads, with good and bad arguments, in every state
 * of a socket: the answers of the kernel's TCP. The socket does not block.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <linux/errqueue.h>

#include "lib/scene.h"
#include "lib/test.h"

static char outgoing[8192];

static void call_send(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	said(text, size, send(s->fd, outgoing, c->len, c->a));
}

/* SIGPIPE is ignored by all tests, and so MSG_NOSIGNAL changes nothing. */
static void call_write(struct scene *s, const struct call *c, char *text,
		       size_t size)
{
	said(text, size, write(s->fd, outgoing, c->len));
}

static void call_send_pointer(struct scene *s, const struct call *c,
			      char *text, size_t size)
{
	said(text, size, send(s->fd, c->a ? BAD_POINTER : NULL, c->len, 0));
}

static void call_sendto(struct scene *s, const struct call *c, char *text,
			size_t size)
{
	struct sockaddr_in to = call_address(s, c);

	said(text, size, sendto(s->fd, outgoing, 1, c->a,
				(struct sockaddr *)&to, c->len));
}

/* The first buffer is good, the second is not. */
static void call_writev_halfway(struct scene *s, const struct call *c,
				char *text, size_t size)
{
	struct iovec v[2] = { { outgoing, 4 }, { BAD_POINTER, 4 } };

	(void)c;
	said(text, size, writev(s->fd, v, 2));
}

static void call_sendmsg_vectors(struct scene *s, const struct call *c,
				 char *text, size_t size)
{
	struct iovec v[1025];
	struct msghdr msg = { .msg_iov = v, .msg_iovlen = c->len };
	int i;

	for (i = 0; i < 1025; i++)
		v[i] = (struct iovec){ outgoing, 1 };
	said(text, size, sendmsg(s->fd, &msg, c->a));
}

static void call_sendmsg_control(struct scene *s, const struct call *c,
				 char *text, size_t size)
{
	union {
		struct cmsghdr head;
		char room[64];
	} control = { 0 };
	struct iovec v = { outgoing, 1 };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = c->len,
	};

	control.head.cmsg_len = c->c;
	control.head.cmsg_level = c->a;
	control.head.cmsg_type = c->b;
	said(text, size, sendmsg(s->fd, &msg, 0));
}

static void call_sendfile(struct scene *s, const struct call *c, char *text,
			  size_t size)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	said(text, size, sendfile(s->fd, file, NULL, c->len));
	close(file);
}

static void call_splice_in(struct scene *s, const struct call *c, char *text,
			   size_t size)
{
	int p[2];

	check_ok(pipe2(p, O_CLOEXEC));
	check_eq(write(p[1], outgoing, 10), 10);
	said(text, size, splice(p[0], NULL, s->fd, NULL, 10, c->a));
	close(p[0]);
	close(p[1]);
}

static const struct call send_calls[] = {
	{ "send", call_send, .len = 1 },
	{ "send nothing", call_send, .len = 0 },
	{ "send much", call_send, .len = 8192 },
	{ "send nosignal", call_send, .len = 1, .a = MSG_NOSIGNAL },
	{ "send more", call_send, .len = 1, .a = MSG_MORE },
	{ "send nothing more", call_send, .len = 0, .a = MSG_MORE },
	{ "send urgent", call_send, .len = 1, .a = MSG_OOB },
	{ "send nothing urgent", call_send, .len = 0, .a = MSG_OOB },
	{ "send eor", call_send, .len = 1, .a = MSG_EOR },
	{ "send dontroute", call_send, .len = 1, .a = MSG_DONTROUTE },
	{ "send confirm", call_send, .len = 1, .a = MSG_CONFIRM },
	{ "send peek", call_send, .len = 1, .a = MSG_PEEK },
	{ "send zerocopy unasked", call_send, .len = 1, .a = MSG_ZEROCOPY },
	{ "send unknown flag", call_send, .len = 1, .a = 0x400000 },
	{ "write", call_write, .len = 1 },
	{ "write nothing", call_write, .len = 0 },
	{ "send NULL", call_send_pointer, .a = 0, .len = 1 },
	{ "send nothing at NULL", call_send_pointer, .a = 0, .len = 0 },
	{ "send bad pointer", call_send_pointer, .a = 1, .len = 5000 },
	{ "sendto", call_sendto, AT("open", 0) },
	{ "sendto, short address", call_sendto, AT("open", 0), .len = 4 },
	{ "sendto, length -1", call_sendto, AT("open", 0), .len = -1 },
	{ "sendto, family", call_sendto, AT("open", 0), .family = AF_UNIX },
	{ "writev halfway", call_writev_halfway },
	{ "sendmsg", call_sendmsg_vectors, .len = 3 },
	{ "sendmsg nothing", call_sendmsg_vectors, .len = 0 },
	{ "sendmsg 1024", call_sendmsg_vectors, .len = 1024 },
	{ "sendmsg 1025", call_sendmsg_vectors, .len = 1025 },
	{ "sendmsg, control cut", call_sendmsg_control, .len = 4 },
	{ "sendmsg, control of length 0", call_sendmsg_control,
	  .a = SOL_SOCKET, .b = SCM_RIGHTS, .c = 0, .len = 16 },
	{ "sendmsg, control too long", call_sendmsg_control,
	  .a = SOL_SOCKET, .b = SCM_RIGHTS, .c = 100, .len = 32 },
	{ "sendmsg, rights", call_sendmsg_control,
	  .a = SOL_SOCKET, .b = SCM_RIGHTS, .c = 20, .len = 24 },
	{ "sendmsg, unknown", call_sendmsg_control,
	  .a = SOL_SOCKET, .b = 1000, .c = 20, .len = 24 },
	{ "sendmsg, mark", call_sendmsg_control,
	  .a = SOL_SOCKET, .b = SO_MARK, .c = 20, .len = 24 },
	{ "sendmsg, of IP", call_sendmsg_control,
	  .a = IPPROTO_IP, .b = IP_TTL, .c = 20, .len = 24 },
	{ "sendfile", call_sendfile, .len = 10 },
	{ "sendfile nothing", call_sendfile, .len = 0 },
	{ "splice in", call_splice_in, .a = SPLICE_F_NONBLOCK },
	{ "splice in more", call_splice_in, .a = SPLICE_F_NONBLOCK |
						 SPLICE_F_MORE },
};

static char incoming[8192];

static void call_recv(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	said(text, size, recv(s->fd, incoming, c->len, c->a));
}

static void call_recv_twice(struct scene *s, const struct call *c, char *text,
			    size_t size)
{
	recv(s->fd, incoming, c->len, c->a);
	said(text, size, recv(s->fd, incoming, c->len, c->b));
}

static void call_read(struct scene *s, const struct call *c, char *text,
		      size_t size)
{
	said(text, size, read(s->fd, incoming, c->len));
}

static void call_recv_pointer(struct scene *s, const struct call *c,
			      char *text, size_t size)
{
	said(text, size, recv(s->fd, c->b ? BAD_POINTER : NULL, c->len, c->a));
}

static void call_readv_halfway(struct scene *s, const struct call *c,
			       char *text, size_t size)
{
	struct iovec v[2] = { { incoming, 3 }, { BAD_POINTER, 4 } };

	(void)c;
	said(text, size, readv(s->fd, v, 2));
}

static void call_recvfrom(struct scene *s, const struct call *c, char *text,
			  size_t size)
{
	struct sockaddr_in from = { 0 };
	socklen_t len = c->len;

	said(text, size, recvfrom(s->fd, incoming, 8, c->a,
				  (struct sockaddr *)&from, &len));
	said_address(text, size, &from, len);
}

static void call_recvmsg(struct scene *s, const struct call *c, char *text,
			 size_t size)
{
	struct iovec v = { incoming, c->len };
	char control[64];
	struct sockaddr_in from = { 0 };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = c->b,
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	said(text, size, recvmsg(s->fd, &msg, c->a));
	said_also(text, size, ", flags %#x, name %d, control %d",
		  msg.msg_flags, (int)msg.msg_namelen,
		  (int)msg.msg_controllen);
}

static void call_splice_out(struct scene *s, const struct call *c, char *text,
			    size_t size)
{
	int p[2];

	check_ok(pipe2(p, O_CLOEXEC));
	said(text, size, splice(s->fd, NULL, p[1], NULL, 10, c->a));
	close(p[0]);
	close(p[1]);
}

static const struct call recv_calls[] = {
	{ "recv", call_recv, .len = 100 },
	{ "recv 1", call_recv, .len = 1 },
	{ "recv nothing", call_recv, .len = 0 },
	{ "recv peek", call_recv, .len = 100, .a = MSG_PEEK },
	{ "recv trunc", call_recv, .len = 2, .a = MSG_TRUNC },
	{ "recv peek trunc", call_recv, .len = 2, .a = MSG_PEEK | MSG_TRUNC },
	{ "recv all", call_recv, .len = 100, .a = MSG_WAITALL },
	{ "recv urgent", call_recv, .len = 1, .a = MSG_OOB },
	{ "recv 2 urgent", call_recv, .len = 2, .a = MSG_OOB },
	{ "recv no urgent", call_recv, .len = 0, .a = MSG_OOB },
	{ "recv peek urgent", call_recv, .len = 1, .a = MSG_OOB | MSG_PEEK },
	{ "recv error queue", call_recv, .len = 100, .a = MSG_ERRQUEUE },
	{ "recv unknown flag", call_recv, .len = 100, .a = 0x400000 },
	{ "recv twice", call_recv_twice, .len = 100 },
	{ "recv peek twice", call_recv_twice, .len = 100, .a = MSG_PEEK,
	  .b = MSG_PEEK },
	{ "recv urgent twice", call_recv_twice, .len = 1, .a = MSG_OOB,
	  .b = MSG_OOB },
	{ "recv urgent after data", call_recv_twice, .len = 100,
	  .b = MSG_OOB },
	{ "recv data after urgent", call_recv_twice, .len = 100,
	  .a = MSG_OOB },
	{ "read", call_read, .len = 100 },
	{ "read nothing", call_read, .len = 0 },
	{ "recv NULL", call_recv_pointer, .b = 0, .len = 1 },
	{ "recv nothing at NULL", call_recv_pointer, .b = 0, .len = 0 },
	{ "recv NULL trunc", call_recv_pointer, .b = 0, .len = 2,
	  .a = MSG_TRUNC },
	{ "recv bad pointer", call_recv_pointer, .b = 1, .len = 8 },
	{ "recv urgent NULL", call_recv_pointer, .b = 0, .len = 1,
	  .a = MSG_OOB },
	{ "readv halfway", call_readv_halfway },
	{ "recvfrom", call_recvfrom, .len = 16 },
	{ "recvfrom, length 0", call_recvfrom, .len = 0 },
	{ "recvfrom, length -1", call_recvfrom, .len = -1 },
	{ "recvmsg", call_recvmsg, .b = 1, .len = 100 },
	{ "recvmsg no vector", call_recvmsg, .b = 0, .len = 100 },
	{ "recvmsg 2000 vectors", call_recvmsg, .b = 2000, .len = 100 },
	{ "recvmsg urgent", call_recvmsg, .b = 1, .len = 1, .a = MSG_OOB },
	{ "recvmsg error queue", call_recvmsg, .b = 1, .len = 100,
	  .a = MSG_ERRQUEUE },
	{ "recvmsg trunc", call_recvmsg, .b = 1, .len = 2, .a = MSG_TRUNC },
	{ "splice out", call_splice_out, .a = SPLICE_F_NONBLOCK },
};

SCENE_FIXTURE(errno_data)

TEST_F_TIMEOUT(errno_data, sending_answers_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, send_calls, ARRAY_SIZE(send_calls));
}

TEST_F_TIMEOUT(errno_data, receiving_answers_as_the_kernel_does, LONG_TEST)
{
	scene_compare(variant->be, recv_calls, ARRAY_SIZE(recv_calls));
}

TEST_HARNESS_MAIN
