// SPDX-License-Identifier: GPL-2.0
/*
 * SO_LINGER beyond api_close.c: who has to wait in close(), and who has not. The
 * times are in close_linger_timer.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(linger)

static void linger(int fd, int seconds)
{
	struct linger how = { .l_onoff = 1, .l_linger = seconds };

	check_ok(setsockopt(fd, SOL_SOCKET, SO_LINGER, &how, sizeof(how)));
}

struct closing {
	int fd;
	bool done;
	pthread_t thread;
};

static void *close_it(void *arg)
{
	struct closing *c = arg;

	check_ok(close(c->fd));
	__atomic_store_n(&c->done, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static bool is_done(void *arg)
{
	return __atomic_load_n(&((struct closing *)arg)->done, __ATOMIC_SEQ_CST);
}

static void close_begin(struct closing *c, int fd)
{
	c->fd = fd;
	c->done = false;
	check_eq(pthread_create(&c->thread, NULL, close_it, c), 0);
}

/* Off, with a time beside: the time does not count. */
TEST_F(linger, switched_off_does_not_wait)
{
	struct linger how = { .l_onoff = 0, .l_linger = 100 };
	int64_t start = now_ms();

	stuff(self->a);
	check_ok(setsockopt(self->a, SOL_SOCKET, SO_LINGER, &how, sizeof(how)));
	close(self->a);
	check_lt(now_ms() - start, 50000);
	drain_fd(self->b);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS) & POLLERR, 0);
}

/* As in the kernel's TCP: O_NONBLOCK is for the other calls. */
TEST_F(linger, a_nonblocking_socket_waits_too)
{
	struct closing c;

	stuff(self->a);
	linger(self->a, 100);
	set_nonblock(self->a, true);
	close_begin(&c, self->a);
	check(!await_true(is_done, &c, GLIMPSE_MS));
	while (!await_true(is_done, &c, 1))
		drain_fd(self->b);
	pthread_join(c.thread, NULL);
}

/* The peer's RST is an answer: there is nothing left to wait for. */
TEST_F(linger, a_reset_ends_the_wait)
{
	struct closing c;

	stuff(self->a);
	linger(self->a, 100);
	close_begin(&c, self->a);
	check(!await_true(is_done, &c, GLIMPSE_MS));
	close_abort(self->b);
	check(await_true(is_done, &c, PATIENCE_MS));
	pthread_join(c.thread, NULL);
}

static void nothing(int sig)
{
	(void)sig;
}

/* The descriptor is gone all the same, and the data goes on its way. */
TEST_F(linger, a_signal_ends_the_wait_but_not_the_connection)
{
	const struct sigaction action = { .sa_handler = nothing };
	struct closing c;
	int i;

	check_ok(sigaction(SIGUSR1, &action, NULL));
	stuff(self->a);
	linger(self->a, 100);
	close_begin(&c, self->a);
	check(!await_true(is_done, &c, GLIMPSE_MS));
	/* again and again: one alone might come before the wait */
	for (i = 0; i < 1000 && !await_true(is_done, &c, 10); i++)
		pthread_kill(c.thread, SIGUSR1);
	check(is_done(&c));
	pthread_join(c.thread, NULL);
	check_eq(wait_fd(self->b, POLLERR, 0) & POLLERR, 0);
	do {
		check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	} while (drain_fd(self->b) > 0);
}

/* Has the last descriptor when it ends, which it does when it is told. */
static void end_with_the_socket(void *arg)
{
	char byte;

	check_eq(read(*(int *)arg, &byte, 1), 0);
	_exit(0);
}

/* Who ends does not wait, and is not kept from ending; the data still goes. */
TEST_F(linger, a_process_that_ends_does_not_wait)
{
	ssize_t sent, got = 0;
	int64_t start;
	int told[2];
	pid_t pid;

	check_ok(pipe2(told, O_CLOEXEC));
	sent = fill(self->a);
	linger(self->a, 100);
	pid = check_ok(fork());
	if (!pid) {
		close(self->b);
		close(told[1]);
		end_with_the_socket(&told[0]);
	}
	close(self->a);
	start = now_ms();
	close(told[1]);
	joined(pid);
	check_lt(now_ms() - start, 90000);
	while (got < sent) {
		char block[16384];
		ssize_t n = check_ok(recv(self->b, block, sizeof(block), 0));

		check_gt(n, 0);
		got += n;
	}
}

/* RFC 2525 2.17 goes first: with unread data it is a RST, without any wait. */
TEST_F(linger, with_unread_data_it_resets_at_once)
{
	int64_t start = now_ms();

	put(self->b, "unread", 0);
	check_eq(wait_fd(self->a, POLLIN, PATIENCE_MS), POLLIN);
	stuff(self->a);
	linger(self->a, 100);
	close(self->a);
	check_lt(now_ms() - start, 90000);
	check(wait_fd(self->b, POLLERR, PATIENCE_MS) & POLLERR);
}

/* A listener has nothing to send: its close() does not wait. */
TEST_F(linger, a_listener_does_not_wait)
{
	int lfd = listener(self->tcp, "127.0.0.1", 1);
	struct sockaddr_in at = name4(lfd);
	int64_t start = now_ms();

	connected(self->tcp, &at);
	linger(lfd, 100);
	close(lfd);
	check_lt(now_ms() - start, 50000);
}

/* Both ends at once: neither waits for the other's close(). */
TEST_F(linger, both_ends_may_wait_at_once)
{
	struct closing a, b;

	put(self->a, "x", 0);
	check_eq(recv(self->b, &(char){ 0 }, 1, 0), 1);
	linger(self->a, 100);
	linger(self->b, 100);
	close_begin(&a, self->a);
	close_begin(&b, self->b);
	check(await_true(is_done, &a, PATIENCE_MS));
	check(await_true(is_done, &b, PATIENCE_MS));
	pthread_join(a.thread, NULL);
	pthread_join(b.thread, NULL);
}

TEST_HARNESS_MAIN
