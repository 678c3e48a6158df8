// SPDX-License-Identifier: GPL-2.0
/* The ends of a connection: shutdown() of a half, close(), and SO_LINGER. */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(close)

static void expect_end(int fd)
{
	char byte;

	check_eq(recv(fd, &byte, 1, 0), 0);
}

static void expect_reset(int fd)
{
	char byte;

	check(wait_fd(fd, POLLERR, PATIENCE_MS) & POLLERR);
	check_err(recv(fd, &byte, 1, 0), ECONNRESET);
}

static void linger(int fd, int seconds)
{
	struct linger how = { .l_onoff = 1, .l_linger = seconds };

	check_ok(setsockopt(fd, SOL_SOCKET, SO_LINGER, &how, sizeof(how)));
}

/* S9: the closer still receives. */
TEST_F(close, after_the_fin_data_still_comes)
{
	char text[8] = "";

	check_ok(shutdown(self->a, SHUT_WR));
	expect_end(self->b);
	put(self->b, "still", 0);
	put(self->b, "on", 0);
	check_eq(recv(self->a, text, 7, MSG_WAITALL), 7);
	check(!strcmp(text, "stillon"));
	close(self->b);
	expect_end(self->a);
}

/* S8: the states as TCP_INFO tells them on both sides. */
TEST_F(close, the_states_of_an_orderly_end)
{
	check_ok(shutdown(self->a, SHUT_WR));
	expect_state(self->a, FIN_WAIT2);
	expect_state(self->b, CLOSE_WAIT);
	check_ok(shutdown(self->b, SHUT_WR));
	expect_state(self->b, CLOSE);
	expect_state(self->a, CLOSE);
}

TEST_F(close, data_before_the_fin_arrives_first)
{
	pid_t child = fork();

	if (!child) {
		close(self->b);
		check(stream_send(self->a, 1, 1 << 20));
		close(self->a);
		_exit(0);
	}
	close(self->a);
	joined(child);
	check(stream_receive(self->b, 1, 1 << 20));
	expect_end(self->b);
}

/* The descriptor is gone, the data is not. */
TEST_F(close, returns_before_the_data_is_out)
{
	ssize_t sent = fill(self->a), got = 0;

	close(self->a);
	while (got < sent) {
		char block[16384];
		ssize_t n = check_ok(recv(self->b, block, sizeof(block), 0));

		check_gt(n, 0);
		got += n;
	}
	check_eq(got, sent);
	expect_end(self->b);
}

TEST_F(close, with_unread_data_resets)
{
	put(self->a, "unread", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	close(self->b);
	expect_reset(self->a);
}

TEST_F(close, with_unread_urgent_data_resets)
{
	check_eq(send(self->a, "U", 1, MSG_OOB), 1);
	check(wait_fd(self->b, POLLPRI, PATIENCE_MS) & POLLPRI);
	close(self->b);
	expect_reset(self->a);
}

TEST_F(close, data_that_comes_after_it_is_answered_by_a_reset)
{
	close(self->b);
	expect_state(self->a, CLOSE_WAIT);
	put(self->a, "late", 0);
	check(wait_fd(self->a, POLLERR, PATIENCE_MS) & POLLERR);
	check_eq(so_error(self->a), EPIPE);
}

TEST_F(close, of_both_ends_leaves_only_time_wait)
{
	struct listing l[4];

	close(self->a);
	expect_state(self->b, CLOSE_WAIT);
	close(self->b);
	while (listing_read(AF_INET, l, 4) > 1)
		usleep(1000);
	check_eq(listing_read(AF_INET, l, 4), 1);
	check_eq(l[0].state, TIME_WAIT);
}

TEST_F(close, the_passive_end_keeps_no_time_wait)
{
	struct sockaddr_in b = name4(self->b);
	struct listing l[4];

	check_ok(shutdown(self->a, SHUT_WR));
	expect_state(self->b, CLOSE_WAIT);
	close(self->b);
	expect_end(self->a);
	close(self->a);
	while (listing_read(AF_INET, l, 4) != 1)
		usleep(1000);
	check_ne(l[0].local_port, ntohs(b.sin_port));
}

TEST_F(close, a_reset_connection_leaves_nothing)
{
	close_abort(self->a);
	expect_reset(self->b);
	close(self->b);
	check_eq(listing_read(AF_INET, NULL, 0), 0);
}

TEST_F(close, linger_0_resets_and_leaves_nothing)
{
	linger(self->a, 0);
	close(self->a);
	expect_reset(self->b);
	/* Not even TIME_WAIT; and who was reset is not listed any more. */
	check_eq(listing_read(AF_INET, NULL, 0), 0);
}

TEST_F(close, linger_0_throws_unsent_data_away)
{
	stuff(self->a);
	linger(self->a, 0);
	close(self->a);
	check(wait_fd(self->b, POLLERR, PATIENCE_MS) & POLLERR);
}

struct timed_close {
	int fd;
	bool done;
};

static void *timed_close(void *arg)
{
	struct timed_close *t = arg;

	check_ok(close(t->fd));
	__atomic_store_n(&t->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static bool is_done(void *arg)
{
	return __atomic_load_n((bool *)arg, __ATOMIC_SEQ_CST);
}

TEST_F(close, linger_waits_until_all_is_acked)
{
	struct timed_close t = { .fd = self->a };
	pthread_t thread;
	bool done;

	stuff(self->a);
	linger(self->a, 100);
	check_eq(pthread_create(&thread, NULL, timed_close, &t), 0);
	check(!await_true(is_done, &t.done, GLIMPSE_MS));
	do {
		drain_fd(self->b);
		done = await_true(is_done, &t.done, 1);
	} while (!done);
	pthread_join(thread, NULL);
}

TEST_F(close, linger_does_not_wait_for_nothing)
{
	int64_t start = now_ms();

	put(self->a, "x", 0);
	linger(self->a, 100);
	close(self->a);
	check_lt(now_ms() - start, 50000);
}

TEST_F(close, shutdown_is_for_good)
{
	char byte;

	check_ok(shutdown(self->a, SHUT_WR));
	check_err(send(self->a, "x", 1, MSG_NOSIGNAL), EPIPE);
	check_ok(shutdown(self->a, SHUT_RD));
	check_eq(recv(self->a, &byte, 1, 0), 0);
	/* Both halves are shut, and still it is connected. */
	check_eq(peer4(self->a).sin_port, name4(self->b).sin_port);
}

/* Linux has no wire for it: data is taken and can even be read. */
TEST_F(close, shutting_the_reading_half_is_unseen_by_the_peer)
{
	char text[4];

	check_ok(shutdown(self->b, SHUT_RD));
	put(self->a, "data", 0);
	expect_state(self->a, ESTABLISHED);
	check_eq(wait_fd(self->a, POLLIN | POLLRDHUP, GLIMPSE_MS), 0);
	check_eq(recv(self->b, text, 4, 0), 4);
	check_eq(recv(self->b, text, 4, 0), 0);
}

TEST_F(close, the_fin_waits_for_the_data_before_it)
{
	char block[16384];
	ssize_t n;

	/* More than the window, or the FIN would go along at once. */
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 400000);
	set_opt(self->b, SOL_SOCKET, SO_RCVBUF, 65536);
	stuff(self->a);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(fd_state(self->a), FIN_WAIT1);
	check_eq(fd_state(self->b), ESTABLISHED);
	do {
		n = check_ok(recv(self->b, block, sizeof(block), 0));
	} while (n);
	expect_state(self->a, FIN_WAIT2);
}

static void *close_it(void *arg)
{
	close(*(int *)arg);
	return NULL;
}

TEST_F(close, both_ends_at_the_same_time)
{
	int i;

	for (i = 0; i < 50; i++) {
		pthread_t thread;
		int fd[2];

		pair(self->tcp, fd);
		check_eq(pthread_create(&thread, NULL, close_it, &fd[0]), 0);
		close(fd[1]);
		pthread_join(thread, NULL);
	}
	/* Each pair left one or two TIME_WAITs, and no socket. */
	for (i = 0; i < 1000; i++) {
		struct listing l[300];
		int j, n = listing_read(AF_INET, l, 300), open = 0;

		for (j = 0; j < n && j < 300; j++)
			open += l[j].state != TIME_WAIT;
		if (open == 2)
			return;
		usleep(10000);
	}
	test_fail("there are sockets that are not closed");
}

/* With SHUT_RDWR a reader elsewhere is told, with close() it would not be. */
static void *read_one(void *arg)
{
	char byte;

	return (void *)(long)recv(*(int *)arg, &byte, 1, 0);
}

TEST_F(close, shutdown_of_both_halves_wakes_a_reader)
{
	pthread_t thread;
	void *got;

	check_eq(pthread_create(&thread, NULL, read_one, &self->a), 0);
	usleep(20000);
	check_ok(shutdown(self->a, SHUT_RDWR));
	pthread_join(thread, &got);
	check_eq((long)got, 0);
}

TEST_HARNESS_MAIN
