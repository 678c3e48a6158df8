// SPDX-License-Identifier: GPL-2.0
/* Urgent data as programs see it: MSG_OOB, the mark, SIGURG, POLLPRI. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(urgent)

static int at_mark(int fd)
{
	int mark = -1;

	check_ok(ioctl(fd, SIOCATMARK, &mark));
	return mark;
}

static void await_urgent(int fd)
{
	check(wait_fd(fd, POLLPRI, PATIENCE_MS) & POLLPRI);
}

TEST_F(urgent, the_last_byte_comes_out_of_band)
{
	char text[8] = "";

	put(self->a, "abc", 0);
	put(self->a, "xyZ", MSG_OOB);
	await_urgent(self->b);
	check_eq(recv(self->b, text, 8, MSG_OOB), 1);
	check_eq(text[0], 'Z');
	check_eq(recv(self->b, text, 8, 0), 5);
	check(!memcmp(text, "abcxy", 5));
}

TEST_F(urgent, a_read_ends_before_the_mark)
{
	char text[8] = "";

	put(self->a, "abU", MSG_OOB);
	put(self->a, "cd", 0);
	await_urgent(self->b);
	check_eq(at_mark(self->b), 0);
	check_eq(recv(self->b, text, 8, 0), 2);
	check_eq(at_mark(self->b), 1);
	check_eq(recv(self->b, text, 2, MSG_WAITALL), 2);
	check(!memcmp(text, "cd", 2));
	check_eq(at_mark(self->b), 0);
}

TEST_F(urgent, it_is_read_once)
{
	char byte;

	put(self->a, "U", MSG_OOB);
	await_urgent(self->b);
	check_eq(recv(self->b, &byte, 1, MSG_OOB | MSG_PEEK), 1);
	check_eq(recv(self->b, &byte, 1, MSG_OOB), 1);
	check_err(recv(self->b, &byte, 1, MSG_OOB), EINVAL);
	check_eq(wait_fd(self->b, POLLPRI, 0), 0);
}

TEST_F(urgent, without_any_it_is_einval)
{
	char byte;

	put(self->a, "x", 0);
	check_err(recv(self->b, &byte, 1, MSG_OOB), EINVAL);
}

TEST_F(urgent, inline_it_stays_in_the_stream)
{
	char text[8] = "";

	set_opt(self->b, SOL_SOCKET, SO_OOBINLINE, 1);
	put(self->a, "abU", MSG_OOB);
	put(self->a, "cd", 0);
	await_urgent(self->b);
	while (queue(self->b, SIOCINQ) < 5)
		usleep(1000);
	check_err(recv(self->b, text, 1, MSG_OOB), EINVAL);
	check_eq(recv(self->b, text, 8, 0), 2);
	check_eq(at_mark(self->b), 1);
	check_eq(recv(self->b, text, 8, 0), 3);
	check(!memcmp(text, "Ucd", 3));
}

TEST_F(urgent, a_newer_one_takes_the_place)
{
	char text[8] = "";

	put(self->a, "aB", MSG_OOB);
	await_urgent(self->b);
	put(self->a, "cD", MSG_OOB);
	/* Not urgent any more, the older byte is one of the stream. */
	while (queue(self->b, SIOCINQ) < 3)
		usleep(1000);
	check_eq(recv(self->b, text, 1, MSG_OOB), 1);
	check_eq(text[0], 'D');
	check_eq(recv(self->b, text, 8, 0), 3);
	check(!memcmp(text, "aBc", 3));
}

/* MUST-33: SIOCINQ counts up to the mark, and from there to the end. */
TEST_F(urgent, siocinq_counts_up_to_the_mark)
{
	char text[8];

	put(self->a, "abU", MSG_OOB);
	put(self->a, "cde", 0);
	await_urgent(self->b);
	check_eq(queue(self->b, SIOCINQ), 2);
	check_eq(recv(self->b, text, 8, 0), 2);
	check_eq(recv(self->b, text, 1, MSG_WAITALL), 1);
	check_eq(text[0], 'c');
	while (queue(self->b, SIOCINQ) < 2)
		usleep(1000);
}

/* MUST-32: the program is told although it does not look. */
TEST_F(urgent, sigurg_tells_the_owner)
{
	count_signal(SIGURG, false);
	check_ok(fcntl(self->b, F_SETOWN, getpid()));
	put(self->a, "U", MSG_OOB);
	await_urgent(self->b);
	check_eq(signals_seen, 1);
}

TEST_F(urgent, sigurg_needs_an_owner)
{
	count_signal(SIGURG, false);
	put(self->a, "U", MSG_OOB);
	await_urgent(self->b);
	check_eq(signals_seen, 0);
}

TEST_F(urgent, select_calls_it_exceptional)
{
	struct timeval limit = { .tv_sec = PATIENCE_MS / 1000 };
	fd_set except;

	FD_ZERO(&except);
	FD_SET(self->b, &except);
	put(self->a, "U", MSG_OOB);
	check_eq(select(self->b + 1, NULL, NULL, &except, &limit), 1);
	check(FD_ISSET(self->b, &except));
}

TEST_F(urgent, epoll_reports_it_as_pri)
{
	struct epoll_event e = { .events = EPOLLPRI | EPOLLET };
	int ep = check_ok(epoll_create1(0));

	check_ok(epoll_ctl(ep, EPOLL_CTL_ADD, self->b, &e));
	check_eq(epoll_wait(ep, &e, 1, 0), 0);
	put(self->a, "U", MSG_OOB);
	check_eq(epoll_wait(ep, &e, 1, PATIENCE_MS), 1);
	check(e.events & EPOLLPRI);
	check_eq(epoll_wait(ep, &e, 1, 0), 0);
}

/* MUST-31: in front of the mark may lie more than a pointer of 16 bits holds. */
TEST_F(urgent, the_mark_may_be_far_ahead)
{
	const int before = 200000;
	static char block[200000];
	int got = 0;
	char byte;

	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 1000000);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 1000000);
	check_eq(send(self->a, block, before, 0), before);
	put(self->a, "U", MSG_OOB);
	put(self->a, "after", 0);
	while (!at_mark(self->b)) {
		int n = check_ok(recv(self->b, block, 1000, 0));

		got += n;
		check_le(got, before);
	}
	check_eq(got, before);
	await_urgent(self->b);
	check_eq(recv(self->b, &byte, 1, MSG_OOB), 1);
	check_eq(byte, 'U');
	check_eq(recv(self->b, block, 5, MSG_WAITALL), 5);
	check(!memcmp(block, "after", 5));
}

TEST_F(urgent, both_ways_at_once)
{
	char byte;

	put(self->a, "A", MSG_OOB);
	put(self->b, "B", MSG_OOB);
	await_urgent(self->a);
	await_urgent(self->b);
	check_eq(recv(self->a, &byte, 1, MSG_OOB), 1);
	check_eq(byte, 'B');
	check_eq(recv(self->b, &byte, 1, MSG_OOB), 1);
	check_eq(byte, 'A');
}

TEST_F(urgent, between_the_stacks)
{
	int fd[2];
	char byte;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "needs both stacks");
	pair_between(MYTCP, KERNEL_TCP, fd);
	put(fd[0], "abU", MSG_OOB);
	await_urgent(fd[1]);
	check_eq(recv(fd[1], &byte, 1, MSG_OOB), 1);
	check_eq(byte, 'U');
	put(fd[1], "cdV", MSG_OOB);
	await_urgent(fd[0]);
	check_eq(recv(fd[0], &byte, 1, MSG_OOB), 1);
	check_eq(byte, 'V');
}

TEST_HARNESS_MAIN
