// SPDX-License-Identifier: GPL-2.0
/* Sending: flags, corking, full buffers, time limits, and a peer that is gone. */
#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(send)

/* How many segments with data the socket has sent. */
static int segments(int fd)
{
	return tcp_info(fd).tcpi_data_segs_out;
}

static bool all_acked(void *arg)
{
	return queue(*(int *)arg, SIOCOUTQ) == 0;
}

TEST_F(send, vectors_are_sent_in_order)
{
	struct iovec v[4] = {
		{ "abc", 3 }, { NULL, 0 }, { "d", 1 }, { "efg", 3 },
	};
	char text[8] = "";

	check_eq(writev(self->a, v, 4), 7);
	check_eq(recv(self->b, text, 7, MSG_WAITALL), 7);
	check(!strcmp(text, "abcdefg"));
}

TEST_F(send, sendmmsg_sends_many)
{
	struct iovec v[2] = { { "abc", 3 }, { "def", 3 } };
	struct mmsghdr m[2] = {
		{ .msg_hdr = { .msg_iov = &v[0], .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &v[1], .msg_iovlen = 1 } },
	};
	char text[8] = "";

	check_eq(sendmmsg(self->a, m, 2, 0), 2);
	check_eq(m[1].msg_len, 3);
	check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
	check(!strcmp(text, "abcdef"));
}

TEST_F(send, nothing_is_sent_as_nothing)
{
	check_eq(send(self->a, "", 0, 0), 0);
	check_eq(write(self->a, "", 0), 0);
	check_eq(segments(self->a), 0);
	check_eq(wait_fd(self->b, POLLIN, GLIMPSE_MS), 0);
}

/* A page that is not there, behind one that is: the part counts. */
TEST_F(send, a_bad_pointer_costs_what_lies_behind_it)
{
	char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[8192];
	ssize_t n;

	check_ok(munmap(map + 4096, 4096));
	stream_fill(1, 0, map, 4096);
	n = send(self->a, map + 3000, 4096, 0);
	if (n < 0) {
		check_eq(errno, EFAULT);
		check_eq(queue(self->a, SIOCOUTQ), 0);
		return;
	}
	check_le(n, 1096);
	check_eq(recv(self->b, text, n, MSG_WAITALL), n);
	check_eq(stream_check(1, 3000, text, n), -1);
}

TEST_F(send, more_collects_until_the_last_piece)
{
	char text[8] = "";
	int before;

	before = segments(self->a);
	check_eq(send(self->a, "one", 3, MSG_MORE), 3);
	check_eq(send(self->a, "two", 3, 0), 3);
	check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
	check(!strcmp(text, "onetwo"));
	check_eq(segments(self->a), before + 1);
}

TEST_F(send, cork_collects_until_it_is_drawn)
{
	char text[8] = "";

	set_opt(self->a, IPPROTO_TCP, TCP_CORK, 1);
	check_eq(send(self->a, "one", 3, 0), 3);
	check_eq(send(self->a, "two", 3, 0), 3);
	check_eq(segments(self->a), 0);
	set_opt(self->a, IPPROTO_TCP, TCP_CORK, 0);
	check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
	check_eq(segments(self->a), 1);
}

/* No program may hang because it forgot the cork: 200 ms. */
TEST_F(send, a_cork_gives_way_in_time)
{
	int64_t start = now_ms();
	char byte;

	set_opt(self->a, IPPROTO_TCP, TCP_CORK, 1);
	check_eq(send(self->a, "x", 1, 0), 1);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_ge(now_ms() - start, 150);
}

TEST_F(send, nodelay_draws_the_cork_for_what_waits)
{
	char byte;

	set_opt(self->a, IPPROTO_TCP, TCP_CORK, 1);
	check_eq(send(self->a, "x", 1, 0), 1);
	check_eq(segments(self->a), 0);
	set_opt(self->a, IPPROTO_TCP, TCP_NODELAY, 1);
	check_eq(segments(self->a), 1);
	check_eq(recv(self->b, &byte, 1, 0), 1);
}

TEST_F(send, closing_draws_the_cork)
{
	char text[8];

	set_opt(self->a, IPPROTO_TCP, TCP_CORK, 1);
	check_eq(send(self->a, "rest", 4, 0), 4);
	close(self->a);
	check_eq(recv(self->b, text, sizeof(text), MSG_WAITALL), 4);
}

/* MUST-17. What Nagle does is a matter of the ACKs, and tested on the wire. */
TEST_F(send, nodelay_sends_every_write)
{
	char text[16];
	int i;

	set_opt(self->a, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 10; i++)
		check_eq(send(self->a, "x", 1, 0), 1);
	check_eq(recv(self->b, text, 10, MSG_WAITALL), 10);
	check_eq(segments(self->a), 10);
}

TEST_F(send, siocoutq_counts_what_is_not_acked)
{
	int left, unsent;

	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 400000);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 65536);
	stuff(self->a);
	left = queue(self->a, SIOCOUTQ);
	unsent = queue(self->a, SIOCOUTQNSD);
	check_gt(left, 0);
	check_gt(unsent, 0);
	check_le(unsent, left);
	while (drain_fd(self->b) > 0 || !all_acked(&self->a))
		usleep(1000);
	check_eq(queue(self->a, SIOCOUTQNSD), 0);
}

TEST_F(send, a_full_buffer_is_eagain_until_there_is_room)
{
	char byte = 0;

	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 16384);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	stuff(self->a);
	check_err(send(self->a, &byte, 1, MSG_DONTWAIT), EAGAIN);
	check_eq(wait_fd(self->a, POLLOUT, 0), 0);
	while (!wait_fd(self->a, POLLOUT, 1))
		drain_fd(self->b);
	check_gt(send(self->a, &byte, 1, MSG_DONTWAIT), 0);
}

/* A write that only fits in part says how much; the peer gets just that. */
TEST_F(send, a_full_buffer_takes_a_part)
{
	static char block[8 << 20];
	ssize_t sent, got = 0, n;

	set_nonblock(self->a, true);
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 16384);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	stream_fill(1, 0, block, sizeof(block));
	sent = check_ok(send(self->a, block, sizeof(block), 0));
	check_lt(sent, (ssize_t)sizeof(block));
	check_ok(shutdown(self->a, SHUT_WR));
	memset(block, 0, sizeof(block));
	while ((n = recv(self->b, block + got, sizeof(block) - got, 0)) > 0)
		got += n;
	check_eq(got, sent);
	check_eq(stream_check(1, 0, block, got), -1);
}

struct blocked_send {
	int fd;
	ssize_t sent;
};

static void *send_much(void *arg)
{
	struct blocked_send *s = arg;
	static char block[4 << 20];

	s->sent = send(s->fd, block, sizeof(block), 0);
	return NULL;
}

TEST_F(send, a_blocking_write_waits_for_room_and_takes_all)
{
	struct blocked_send s = { .fd = self->a };
	ssize_t got = 0, n;
	pthread_t thread;
	char block[4096];

	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 65536);
	check_eq(pthread_create(&thread, NULL, send_much, &s), 0);
	while (got < 4 << 20) {
		n = check_ok(recv(self->b, block, sizeof(block), 0));
		got += n;
	}
	pthread_join(thread, NULL);
	check_eq(s.sent, 4 << 20);
}

TEST_F(send, a_timeout_limits_the_wait)
{
	struct timeval limit = { .tv_usec = 50000 };
	int64_t start;
	char byte = 0;

	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	check_ok(setsockopt(self->a, SOL_SOCKET, SO_SNDTIMEO, &limit,
			    sizeof(limit)));
	stuff(self->a);
	start = now_ms();
	check_err(send(self->a, &byte, 1, 0), EAGAIN);
	/* Ticks, which a machine that was paused makes up for. */
	check_ge(now_ms() - start, 40);
}

TEST_F(send, a_timeout_leaves_a_part)
{
	struct timeval limit = { .tv_usec = 50000 };
	static char block[16 << 20];
	ssize_t n;

	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 16384);
	check_ok(setsockopt(self->a, SOL_SOCKET, SO_SNDTIMEO, &limit,
			    sizeof(limit)));
	n = check_ok(send(self->a, block, sizeof(block), 0));
	check_gt(n, 0);
	check_lt(n, (ssize_t)sizeof(block));
}

TEST_F(send, shut_down_is_epipe)
{
	check_ok(shutdown(self->a, SHUT_WR));
	check_err(send(self->a, "x", 1, 0), EPIPE);
	check_err(send(self->a, "x", 1, MSG_NOSIGNAL), EPIPE);
}

TEST_F(send, epipe_comes_with_a_signal_unless_unwanted)
{
	count_signal(SIGPIPE, false);
	check_ok(shutdown(self->a, SHUT_WR));
	check_err(send(self->a, "x", 1, MSG_NOSIGNAL), EPIPE);
	check_eq(signals_seen, 0);
	check_err(send(self->a, "x", 1, 0), EPIPE);
	check_eq(signals_seen, 1);
	check_err(write(self->a, "x", 1), EPIPE);
	check_eq(signals_seen, 2);
}

TEST_F(send, a_reset_is_told_once_then_it_is_epipe)
{
	count_signal(SIGPIPE, false);
	close_abort(self->b);
	check(wait_fd(self->a, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(send(self->a, "x", 1, 0), ECONNRESET);
	check_eq(signals_seen, 0);
	check_err(send(self->a, "x", 1, 0), EPIPE);
	check_eq(signals_seen, 1);
}

/* The peer's process is gone: the first write is answered by a RST. */
TEST_F(send, to_a_closed_peer_the_second_fails)
{
	close(self->b);
	expect_state(self->a, CLOSE_WAIT);
	check_eq(send(self->a, "x", 1, 0), 1);
	check(wait_fd(self->a, POLLERR, PATIENCE_MS) & POLLERR);
	check_err(send(self->a, "x", 1, 0), EPIPE);
}

TEST_F(send, shutdown_by_another_thread_ends_a_blocked_write)
{
	struct blocked_send s = { .fd = self->a };
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, send_much, &s), 0);
	while (queue(self->a, SIOCOUTQNSD) == 0)
		usleep(1000);
	usleep(10000);
	check_ok(shutdown(self->a, SHUT_WR));
	pthread_join(thread, NULL);
	/* What was taken before is the answer. */
	check_gt(s.sent, 0);
	check_lt(s.sent, 4 << 20);
}

TEST_F(send, a_reset_ends_a_blocked_write)
{
	struct blocked_send s = { .fd = self->a };
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, send_much, &s), 0);
	while (queue(self->a, SIOCOUTQNSD) == 0)
		usleep(1000);
	close_abort(self->b);
	pthread_join(thread, NULL);
	check_lt(s.sent, 4 << 20);
}

TEST_F(send, zerocopy_is_done_or_refused)
{
	char text[8] = "";
	int one = 1;

	if (setsockopt(self->a, SOL_SOCKET, SO_ZEROCOPY, &one, sizeof(one))) {
		check_eq(errno, EOPNOTSUPP);
		SKIP(return, "no SO_ZEROCOPY");
	}
	check_eq(send(self->a, "copied", 6, MSG_ZEROCOPY), 6);
	check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
	check(!strcmp(text, "copied"));
	/* The buffer's release is told through the error queue. */
	check(wait_fd(self->a, 0, PATIENCE_MS) & POLLERR);
}

/* Linux stops reporting it writable at half of the mark of 8192. */
static void expect_bounded_writes(int fd)
{
	int unsent;

	set_nonblock(fd, true);
	while (wait_fd(fd, POLLOUT, 0) & POLLOUT) {
		char block[1024] = "";

		check_ok(send(fd, block, sizeof(block), 0));
	}
	unsent = queue(fd, SIOCOUTQNSD);
	check(unsent >= 4096 - 1024 && unsent <= 8192 + 1024);
}

TEST_F(send, notsent_lowat_bounds_what_is_writable)
{
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	set_opt(self->a, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 8192);
	expect_bounded_writes(self->a);
	/* What the peer reads makes room that is told of. */
	while (drain_fd(self->b) > 0)
		;
	check(wait_fd(self->a, POLLOUT, PATIENCE_MS) & POLLOUT);
	/* So does a higher mark. */
	expect_bounded_writes(self->a);
	set_opt(self->a, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1 << 20);
	check(wait_fd(self->a, POLLOUT, 0) & POLLOUT);
}

TEST_F(send, notsent_lowat_is_a_setting)
{
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 16384);
	setting_write(self->tcp, "notsent_lowat", "8192");
	expect_bounded_writes(self->a);
}

/* Who waits for the mark sleeps, and goes on as the peer reads. */
TEST_F(send, notsent_lowat_holds_a_blocking_write)
{
	struct blocked_send s = { .fd = self->a };
	struct timespec before, after;
	ssize_t got = 0;
	pthread_t thread;
	char block[4096];
	clockid_t cpu;

	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 65536);
	set_opt(self->a, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 8192);
	check_eq(pthread_create(&thread, NULL, send_much, &s), 0);
	check_eq(pthread_getcpuclockid(thread, &cpu), 0);
	while (queue(self->a, SIOCOUTQNSD) < 8192)
		usleep(1000);
	usleep(GLIMPSE_MS * 1000);
	check_ok(clock_gettime(cpu, &before));
	usleep(GLIMPSE_MS * 1000);
	check_ok(clock_gettime(cpu, &after));
	check_lt((after.tv_sec - before.tv_sec) * 1000000 +
		 (after.tv_nsec - before.tv_nsec) / 1000,
		 GLIMPSE_MS * 1000 / 4);
	while (got < 4 << 20)
		got += check_ok(recv(self->b, block, sizeof(block), 0));
	pthread_join(thread, NULL);
	check_eq(s.sent, 4 << 20);
}

TEST_HARNESS_MAIN
