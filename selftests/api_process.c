// SPDX-License-Identifier: GPL-2.0
/* Descriptors that are copied, inherited and passed on: one socket, many users. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(process)

TEST_F(process, the_fin_is_sent_with_the_last_copy)
{
	int copy = check_ok(dup(self->a));
	char byte;

	close(self->a);
	check_eq(send(copy, "x", 1, 0), 1);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_eq(wait_fd(self->b, POLLIN, GLIMPSE_MS), 0);
	close(copy);
	check_eq(recv(self->b, &byte, 1, 0), 0);
}

TEST_F(process, a_child_uses_what_it_inherits)
{
	char text[8] = "";
	pid_t child = fork();

	if (!child) {
		close(self->b);
		check_eq(send(self->a, "child", 5, 0), 5);
		check_eq(recv(self->a, text, 2, MSG_WAITALL), 2);
		check(!memcmp(text, "ok", 2));
		_exit(0);
	}
	close(self->a);
	check_eq(recv(self->b, text, 5, MSG_WAITALL), 5);
	check_eq(send(self->b, "ok", 2, 0), 2);
	/* The child's end was the last one. */
	check_eq(recv(self->b, text, 1, 0), 0);
	joined(child);
}

TEST_F(process, the_end_of_a_child_is_not_the_end_of_the_socket)
{
	pid_t child = fork();
	char byte;

	if (!child)
		_exit(0);
	joined(child);
	check_eq(send(self->a, "x", 1, 0), 1);
	check_eq(recv(self->b, &byte, 1, 0), 1);
}

/* shutdown() is of the connection, whoever else has the socket open. */
TEST_F(process, shutdown_by_a_child_is_for_all)
{
	pid_t child = fork();
	char byte;

	if (!child) {
		check_ok(shutdown(self->a, SHUT_WR));
		_exit(0);
	}
	joined(child);
	check_eq(recv(self->b, &byte, 1, 0), 0);
	check_err(send(self->a, "x", 1, 0), EPIPE);
}

TEST_F(process, nonblocking_is_shared_by_copies)
{
	int copy = check_ok(dup(self->b));
	char byte;

	set_nonblock(copy, true);
	check_err(recv(self->b, &byte, 1, 0), EAGAIN);
}

static void pass(int through, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec v = { "f", 1 };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	check_eq(sendmsg(through, &msg, 0), 1);
}

static int passed(int through)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec v = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd;

	check_eq(recvmsg(through, &msg, 0), 1);
	c = CMSG_FIRSTHDR(&msg);
	check(c && c->cmsg_type == SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

TEST_F(process, a_socket_is_passed_to_another_process)
{
	int through[2];
	char text[8] = "";
	pid_t child;

	check_ok(socketpair(AF_UNIX, SOCK_STREAM, 0, through));
	child = fork();
	if (!child) {
		int fd;

		close(self->a);
		close(self->b);
		close(through[0]);
		fd = passed(through[1]);
		check_eq(send(fd, "passed", 6, 0), 6);
		_exit(0);
	}
	close(through[1]);
	pass(through[0], self->a);
	close(self->a);
	check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
	check(!strcmp(text, "passed"));
	check_eq(recv(self->b, text, 1, 0), 0);
	joined(child);
}

TEST_F(process, in_flight_it_stays_open_and_then_closes)
{
	int through[2];
	char byte;

	check_ok(socketpair(AF_UNIX, SOCK_STREAM, 0, through));
	pass(through[0], self->a);
	close(self->a);
	check_eq(wait_fd(self->b, POLLIN, GLIMPSE_MS), 0);
	close(through[0]);
	/* Never received: it goes with the last end of what it lies in. */
	close(through[1]);
	check_eq(recv(self->b, &byte, 1, 0), 0);
}

TEST_F(process, a_listener_is_passed_and_serves)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);
	int through[2], fd;
	char byte = 0;
	pid_t child;

	check_ok(socketpair(AF_UNIX, SOCK_STREAM, 0, through));
	child = fork();
	if (!child) {
		close(lfd);
		close(through[0]);
		fd = check_ok(accept(passed(through[1]), NULL, NULL));
		check_eq(send(fd, "s", 1, 0), 1);
		_exit(0);
	}
	pass(through[0], lfd);
	close(lfd);
	fd = connected(self->tcp, &at);
	check_eq(recv(fd, &byte, 1, 0), 1);
	check_eq(byte, 's');
	joined(child);
}

/* Many servers wait at one listener, as those that fork in advance do. */
TEST_F(process, children_share_a_listener)
{
	int lfd = listener(self->tcp, "127.0.0.1", 64), i, j;
	struct sockaddr_in at = name4(lfd);
	pid_t child[4];

	for (i = 0; i < 4; i++) {
		child[i] = fork();
		if (child[i])
			continue;
		for (j = 0; j < 8; j++) {
			int fd = check_ok(accept(lfd, NULL, NULL));

			check_eq(send(fd, "s", 1, 0), 1);
			close(fd);
		}
		_exit(0);
	}
	for (i = 0; i < 32; i++) {
		int fd = connected(self->tcp, &at);
		char byte;

		check_eq(recv(fd, &byte, 1, 0), 1);
		check_eq(recv(fd, &byte, 1, 0), 0);
		close(fd);
	}
	for (i = 0; i < 4; i++)
		joined(child[i]);
}

TEST_HARNESS_MAIN
