// SPDX-License-Identifier: GPL-2.0
/* Receiving: the flags, the low-water mark, time limits, and the ends. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(recv)

#define expect_text(fd, flags, text) do {				\
	char got_[64] = "";						\
	check_eq(recv((fd), got_, strlen(text), (flags)),		\
		 (ssize_t)strlen(text));				\
	if (strcmp(got_, text))						\
		test_fail("got \"%s\", expected \"%s\"", got_, text);	\
} while (0)

/* Waits until so much is there: two writes may arrive one after the other. */
#define expect_unread(fd, n) do {					\
	int64_t end_ = now_ms() + PATIENCE_MS;				\
	while (queue(fd, SIOCINQ) != (n) && now_ms() < end_)			\
		usleep(1000);						\
	check_eq(queue(fd, SIOCINQ), (n));					\
} while (0)

TEST_F(recv, bytes_have_no_borders)
{
	put(self->a, "one", 0);
	put(self->a, "two", 0);
	put(self->a, "three", 0);
	expect_unread(self->b, 11);
	expect_text(self->b, 0, "onetw");
	expect_text(self->b, 0, "othree");
}

TEST_F(recv, takes_what_is_there)
{
	char text[100];

	put(self->a, "some", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(self->b, text, sizeof(text), 0), 4);
}

TEST_F(recv, peek_takes_nothing)
{
	put(self->a, "datum", 0);
	expect_text(self->b, MSG_PEEK, "dat");
	expect_text(self->b, MSG_PEEK, "datum");
	expect_text(self->b, 0, "datum");
	check_eq(queue(self->b, SIOCINQ), 0);
}

TEST_F(recv, peek_waits_for_data)
{
	pid_t child = fork();

	if (!child) {
		usleep(30000);
		put(self->a, "late", 0);
		_exit(0);
	}
	expect_text(self->b, MSG_PEEK, "late");
	expect_text(self->b, 0, "late");
	joined(child);
}

TEST_F(recv, peek_sees_the_end)
{
	char byte;

	put(self->a, "x", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	expect_text(self->b, 0, "x");
	check_eq(recv(self->b, &byte, 1, MSG_PEEK), 0);
	check_eq(recv(self->b, &byte, 1, 0), 0);
}

/* With SO_PEEK_OFF each look goes on where the last one ended. */
TEST_F(recv, peek_offset_moves)
{
	int zero = 0;

	if (setsockopt(self->b, SOL_SOCKET, SO_PEEK_OFF, &zero, sizeof(zero))) {
		check_eq(errno, EOPNOTSUPP);
		SKIP(return, "no SO_PEEK_OFF for TCP in this kernel");
	}
	put(self->a, "datum", 0);
	expect_unread(self->b, 5);
	expect_text(self->b, MSG_PEEK, "da");
	expect_text(self->b, MSG_PEEK, "tu");
	expect_text(self->b, 0, "dat");
	expect_text(self->b, MSG_PEEK, "m");
}

TEST_F(recv, trunc_throws_away)
{
	char untouched[4] = "xyz";

	put(self->a, "datum", 0);
	expect_unread(self->b, 5);
	check_eq(recv(self->b, untouched, 3, MSG_TRUNC), 3);
	check(!strcmp(untouched, "xyz"));
	expect_text(self->b, 0, "um");
}

TEST_F(recv, waitall_waits_for_all)
{
	pid_t child = fork();

	if (!child) {
		put(self->a, "first ", 0);
		usleep(30000);
		put(self->a, "second", 0);
		_exit(0);
	}
	expect_text(self->b, MSG_WAITALL, "first second");
	joined(child);
}

TEST_F(recv, waitall_ends_with_the_stream)
{
	char text[100];

	put(self->a, "short", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(recv(self->b, text, sizeof(text), MSG_WAITALL), 5);
}

TEST_F(recv, waitall_of_more_than_the_buffer_holds)
{
	static char block[300000];
	pid_t child;

	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 10000);
	child = fork();
	if (!child) {
		check(stream_send(self->a, 1, sizeof(block)));
		_exit(0);
	}
	check_eq(recv(self->b, block, sizeof(block), MSG_WAITALL),
		 sizeof(block));
	check_eq(stream_check(1, 0, block, sizeof(block)), -1);
	joined(child);
}

TEST_F(recv, dontwait_does_not_wait)
{
	char byte;

	check_err(recv(self->b, &byte, 1, MSG_DONTWAIT), EAGAIN);
	check_err(recv(self->b, &byte, 1, MSG_DONTWAIT | MSG_PEEK), EAGAIN);
	put(self->a, "x", 0);
	expect_unread(self->b, 1);
	check_eq(recv(self->b, &byte, 1, MSG_DONTWAIT), 1);
}

TEST_F(recv, vectors_are_filled_in_order)
{
	char a[3], b[1], c[8];
	struct iovec v[4] = { { a, 3 }, { NULL, 0 }, { b, 1 }, { c, 8 } };

	put(self->a, "abcdefg", 0);
	expect_unread(self->b, 7);
	check_eq(readv(self->b, v, 4), 7);
	check(!memcmp(a, "abc", 3) && b[0] == 'd' && !memcmp(c, "efg", 3));
}

TEST_F(recv, nothing_is_read_as_nothing)
{
	char byte;

	put(self->a, "x", 0);
	expect_unread(self->b, 1);
	check_eq(recv(self->b, &byte, 0, 0), 0);
	check_eq(read(self->b, &byte, 0), 0);
	check_eq(queue(self->b, SIOCINQ), 1);
}

TEST_F(recv, a_bad_pointer_loses_no_data)
{
	put(self->a, "datum", 0);
	expect_unread(self->b, 5);
	check_err(recv(self->b, (void *)8, 5, 0), EFAULT);
	expect_text(self->b, 0, "datum");
}

TEST_F(recv, recvmmsg_fills_many)
{
	char text[2][3];
	struct iovec v[2] = { { text[0], 3 }, { text[1], 3 } };
	struct mmsghdr m[2] = {
		{ .msg_hdr = { .msg_iov = &v[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &v[1], .msg_iovlen = 1 } },
	};

	put(self->a, "abcdef", 0);
	expect_unread(self->b, 6);
	check_eq(recvmmsg(self->b, m, 2, 0, NULL), 2);
	check_eq(m[0].msg_len, 3);
	check(!memcmp(text, "abcdef", 6));
}

TEST_F(recv, siocinq_counts_what_is_unread)
{
	check_eq(queue(self->b, SIOCINQ), 0);
	put(self->a, "12345", 0);
	expect_unread(self->b, 5);
	expect_text(self->b, 0, "12");
	check_eq(queue(self->b, SIOCINQ), 3);
	/* The end of the stream is nothing to read. */
	check_ok(shutdown(self->a, SHUT_WR));
	expect_state(self->b, CLOSE_WAIT);
	check_eq(queue(self->b, SIOCINQ), 3);
	expect_text(self->b, 0, "345");
	check_eq(queue(self->b, SIOCINQ), 0);
}

TEST_F(recv, tcp_inq_tells_what_is_left)
{
	struct {
		struct cmsghdr head;
		int value;
	} control;
	char text[3];
	struct iovec v = { text, 3 };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	set_opt(self->b, IPPROTO_TCP, TCP_INQ, 1);
	put(self->a, "12345", 0);
	expect_unread(self->b, 5);
	check_eq(recvmsg(self->b, &msg, 0), 3);
	c = CMSG_FIRSTHDR(&msg);
	check(c && c->cmsg_level == IPPROTO_TCP && c->cmsg_type == TCP_CM_INQ);
	check_eq(control.value, 2);
}

/* When the last segment of what is read came in, CLOCK_REALTIME. */
static bool stamped(int fd, int type, size_t size, void *stamp)
{
	union {
		char room[CMSG_SPACE(64)];
		struct cmsghdr align;
	} control;
	char text[8];
	struct iovec v = { text, sizeof(text) };
	struct msghdr msg = {
		.msg_iov = &v, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;

	check_gt(recvmsg(fd, &msg, 0), 0);
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != type)
		return false;
	check_eq(c->cmsg_len, CMSG_LEN(size));
	memcpy(stamp, CMSG_DATA(c), size);
	return true;
}

TEST_F(recv, timestamps_tell_when_it_came)
{
	struct timespec now, at = { 0 };
	struct timeval then = { 0 };
	int i;

	set_opt(self->b, SOL_SOCKET, SO_TIMESTAMP, 1);
	/* Stamping may begin a moment after it was asked for. */
	for (i = 0; i < 100 && !then.tv_sec; i++) {
		put(self->a, "x", 0);
		stamped(self->b, SO_TIMESTAMP, sizeof(then), &then);
	}
	check_ok(clock_gettime(CLOCK_REALTIME, &now));
	check(now.tv_sec - then.tv_sec >= 0 && now.tv_sec - then.tv_sec < 20);

	set_opt(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	put(self->a, "12345", 0);
	expect_unread(self->b, 5);
	check_ok(clock_gettime(CLOCK_REALTIME, &now));
	check(stamped(self->b, SO_TIMESTAMPNS, sizeof(at), &at));
	check_le(at.tv_sec, now.tv_sec);
	check_ge(at.tv_sec, then.tv_sec);
	set_opt(self->b, SOL_SOCKET, SO_TIMESTAMPNS, 0);
	put(self->a, "x", 0);
	check(!stamped(self->b, SO_TIMESTAMPNS, sizeof(at), &at));
}

/* Which CPU the data came in on, for who spreads connections over them. */
TEST_F(recv, incoming_cpu_is_told)
{
	int fd[2] = { self->a, self->b }, i;

	for (i = 0; i < 2; i++) {
		put(fd[!i], "x", 0);
		expect_unread(fd[i], 1);
		check_ge(get_opt(fd[i], SOL_SOCKET, SO_INCOMING_CPU), 0);
		check_lt(get_opt(fd[i], SOL_SOCKET, SO_INCOMING_CPU),
			 sysconf(_SC_NPROCESSORS_CONF));
	}
}

TEST_F(recv, the_low_water_mark_holds_back)
{
	char text[16];

	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	check_eq(get_opt(self->b, SOL_SOCKET, SO_RCVLOWAT), 8);
	put(self->a, "1234567", 0);
	expect_unread(self->b, 7);
	check_eq(wait_fd(self->b, POLLIN, GLIMPSE_MS), 0);
	put(self->a, "8", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(self->b, text, sizeof(text), 0), 8);
}

/* recv() that asks for less than the mark does not wait for the mark. */
TEST_F(recv, the_low_water_mark_is_no_more_than_asked_for)
{
	char text[16];
	pid_t child;

	/* Linux wakes nobody below the mark, and leaves it asleep. */
	if (self->tcp == KERNEL_TCP)
		SKIP(return, "MyTCP's own");
	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	child = fork();
	if (!child) {
		usleep(30000);
		put(self->a, "1234", 0);
		/* This end stays open until the other has read. */
		recv(self->a, text, 1, 0);
		_exit(0);
	}
	check_eq(recv(self->b, text, 4, 0), 4);
	put(self->b, "x", 0);
	joined(child);
}

/* Who is told by a signal is not told of less, either. */
TEST_F(recv, the_low_water_mark_holds_back_signals)
{
	count_signal(SIGIO, false);
	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	check_ok(fcntl(self->b, F_SETOWN, getpid()));
	check_ok(fcntl(self->b, F_SETFL, O_ASYNC | O_NONBLOCK));
	put(self->a, "1234567", 0);
	expect_unread(self->b, 7);
	check_eq(signals_seen, 0);
	put(self->a, "8", 0);
	expect_unread(self->b, 8);
	check_eq(signals_seen, 1);
	/* The mark goes below what is here: that is news. */
	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 4);
	check_eq(signals_seen, 2);
	/* And so is the end, with how little ever. */
	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 100);
	check_ok(shutdown(self->a, SHUT_WR));
	expect_state(self->b, CLOSE_WAIT);
	check_gt(signals_seen, 2);
}

TEST_F(recv, the_low_water_mark_makes_recv_wait)
{
	char text[16];
	pid_t child;

	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	child = fork();
	if (!child) {
		put(self->a, "1234", 0);
		usleep(30000);
		put(self->a, "5678", 0);
		_exit(0);
	}
	/*
	 * Linux compares the mark with what came since the last copy: had recv()
	 * begun between the two, only the end of the stream would wake it.
	 */
	close(self->a);
	check_eq(recv(self->b, text, sizeof(text), 0), 8);
	joined(child);
}

TEST_F(recv, the_end_goes_below_the_low_water_mark)
{
	char text[16];

	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, 8);
	put(self->a, "123", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(self->b, text, sizeof(text), 0), 3);
	check_eq(recv(self->b, text, sizeof(text), 0), 0);
}

/* More than the buffer holds would be waited for in vain. */
TEST_F(recv, a_high_low_water_mark_enlarges_the_buffer)
{
	static char block[400000];
	pid_t child;

	set_opt(self->b, SOL_SOCKET, SO_RCVLOWAT, sizeof(block));
	child = fork();
	if (!child) {
		check(stream_send(self->a, 1, sizeof(block)));
		_exit(0);
	}
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_ge(queue(self->b, SIOCINQ), (int)sizeof(block));
	check_eq(recv(self->b, block, sizeof(block), MSG_DONTWAIT),
		 sizeof(block));
	joined(child);
}

TEST_F(recv, a_timeout_limits_the_wait)
{
	struct timeval limit = { .tv_usec = 50000 };
	int64_t start = now_ms();
	char byte;

	check_ok(setsockopt(self->b, SOL_SOCKET, SO_RCVTIMEO, &limit,
			    sizeof(limit)));
	check_err(recv(self->b, &byte, 1, 0), EAGAIN);
	/* Counted in ticks, which a machine that was paused makes up for. */
	check_ge(now_ms() - start, 40);
	put(self->a, "x", 0);
	check_eq(recv(self->b, &byte, 1, 0), 1);
}

TEST_F(recv, a_timeout_leaves_waitall_with_a_part)
{
	struct timeval limit = { .tv_usec = 50000 };
	char text[10];

	check_ok(setsockopt(self->b, SOL_SOCKET, SO_RCVTIMEO, &limit,
			    sizeof(limit)));
	put(self->a, "part", 0);
	check_eq(recv(self->b, text, sizeof(text), MSG_WAITALL), 4);
}

TEST_F(recv, the_end_is_read_again_and_again)
{
	char byte;
	int i;

	check_ok(shutdown(self->a, SHUT_WR));
	for (i = 0; i < 3; i++)
		check_eq(recv(self->b, &byte, 1, 0), 0);
}

TEST_F(recv, a_reset_is_told_once_and_is_the_end_then)
{
	char byte;

	close_abort(self->a);
	check(wait_fd(self->b, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(recv(self->b, &byte, 1, 0), ECONNRESET);
	check_eq(recv(self->b, &byte, 1, 0), 0);
	check_err(send(self->b, "x", 1, 0), EPIPE);
}

/* What had come before the reset is still there, as in Linux. */
TEST_F(recv, data_before_a_reset_is_still_read)
{
	char text[8];

	put(self->a, "lost", 0);
	expect_unread(self->b, 4);
	close_abort(self->a);
	check(wait_fd(self->b, POLLERR, PATIENCE_MS) & POLLERR);
	check_eq(recv(self->b, text, sizeof(text), 0), 4);
	check_err(recv(self->b, text, sizeof(text), 0), ECONNRESET);
}

static void *reader(void *arg)
{
	char byte;

	return (void *)(long)recv(*(int *)arg, &byte, 1, 0);
}

TEST_F(recv, one_byte_wakes_one_of_many_readers)
{
	pthread_t thread[4];
	void *got;
	int i, sum = 0;

	for (i = 0; i < 4; i++)
		check_eq(pthread_create(&thread[i], NULL, reader, &self->b), 0);
	put(self->a, "x", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	for (i = 0; i < 4; i++) {
		pthread_join(thread[i], &got);
		sum += (long)got;
	}
	check_eq(sum, 1);
}

TEST_F(recv, shutdown_wakes_a_reader)
{
	pthread_t thread;
	void *got;

	check_eq(pthread_create(&thread, NULL, reader, &self->b), 0);
	usleep(30000);
	check_ok(shutdown(self->b, SHUT_RD));
	pthread_join(thread, &got);
	check_eq((long)got, 0);
}

TEST_HARNESS_MAIN
