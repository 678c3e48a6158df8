// SPDX-License-Identifier: GPL-2.0
/* What ends by the clock alone, as programs see it. For virtual time. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(timeout) {
	enum tcp tcp;
	int a, b;		/* the two ends */
	struct sockaddr_in lost;
};

FIXTURE_SETUP(timeout)
{
	int fd[2];

	test_begin();
	self->tcp = subject();
	pair(self->tcp, fd);
	self->a = fd[0];
	self->b = fd[1];
	blackhole();
	self->lost = addr4(LOST, 7);
}

FIXTURE_TEARDOWN(timeout)
{
}

/* Milliseconds since @start lie between the two. */
#define expect_elapsed(start, low, high) do {				\
	int64_t took_ = now_ms() - (start);				\
	if (took_ < (low) || took_ > (high))				\
		test_fail("took %lld ms, expected %d to %d",		\
			  (long long)took_, (int)(low), (int)(high));	\
} while (0)

/* S6: one SYN, one more after a second, and two seconds of hope. */
TEST_F_TIMEOUT(timeout, connect_gives_up_as_told, LONG_TEST)
{
	int fd = check_ok(stream(self->tcp, 0));
	int64_t start = now_ms();

	set_opt(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	check_err(connect4(fd, &self->lost), ETIMEDOUT);
	expect_elapsed(start, 2900, 3500);
	check_eq(so_error(fd), 0);
	check_eq(fd_state(fd), CLOSE);
}

TEST_F_TIMEOUT(timeout, connect_gives_up_after_the_user_timeout, LONG_TEST)
{
	int fd = check_ok(stream(self->tcp, 0));
	int64_t start = now_ms();

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
	check_err(connect4(fd, &self->lost), ETIMEDOUT);
	expect_elapsed(start, 4900, 7500);
}

TEST_F_TIMEOUT(timeout, nonblocking_connect_reports_the_timeout, LONG_TEST)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	set_opt(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	check_err(connect4(fd, &self->lost), EINPROGRESS);
	check_eq(wait_fd(fd, POLLOUT, 10000), POLLOUT | POLLERR | POLLHUP);
	check_eq(so_error(fd), ETIMEDOUT);
}

TEST_F_TIMEOUT(timeout, linger_ends_when_its_time_is_over, LONG_TEST)
{
	struct linger how = { .l_onoff = 1, .l_linger = 2 };
	int64_t start;

	stuff(self->a);
	check_ok(setsockopt(self->a, SOL_SOCKET, SO_LINGER, &how, sizeof(how)));
	start = now_ms();
	check_ok(close(self->a));
	expect_elapsed(start, 1950, 3000);
}

TEST_F_TIMEOUT(timeout, keepalive_finds_the_peer_gone, LONG_TEST)
{
	int64_t start = now_ms();
	char byte;

	set_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPCNT, 3);
	set_opt(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	netif_down("lo");
	check_err(recv(self->a, &byte, 1, 0), ETIMEDOUT);
	expect_elapsed(start, 24000, 27000);
	check_eq(fd_state(self->a), CLOSE);
}

TEST_F_TIMEOUT(timeout, keepalive_leaves_a_living_peer_alone, LONG_TEST)
{
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set_opt(self->a, IPPROTO_TCP, TCP_KEEPCNT, 2);
	set_opt(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	check_eq(wait_fd(self->a, POLLIN, 30000), 0);
	check_eq(fd_state(self->a), ESTABLISHED);
}

/* MUST-21: what was sent is not acknowledged within the time. */
TEST_F_TIMEOUT(timeout, user_timeout_ends_the_connection, LONG_TEST)
{
	int64_t start = now_ms();
	char byte;

	set_opt(self->a, IPPROTO_TCP, TCP_USER_TIMEOUT, 10000);
	netif_down("lo");
	check_eq(send(self->a, "x", 1, 0), 1);
	check_err(recv(self->a, &byte, 1, 0), ETIMEDOUT);
	expect_elapsed(start, 9500, 15000);
}

/* Nobody waits in FIN_WAIT2 for ever once nobody can read any more. */
TEST_F_TIMEOUT(timeout, fin_wait2_without_a_socket_ends, LONG_TEST)
{
	struct listing l[8];
	int64_t start = now_ms();

	set_opt(self->a, IPPROTO_TCP, TCP_LINGER2, 5);
	close(self->a);
	expect_state(self->b, CLOSE_WAIT);
	check_eq(listing_read(AF_INET, l, 8), 2);
	while (listing_read(AF_INET, l, 8) > 1)
		usleep(100000);
	expect_elapsed(start, 4500, 8000);
	check_eq(fd_state(self->b), CLOSE_WAIT);
}

/* MUST-13, with Linux's 60 s. */
TEST_F_TIMEOUT(timeout, time_wait_lasts_a_minute, LONG_TEST)
{
	struct listing l[8];
	int64_t start;

	close(self->a);
	expect_state(self->b, CLOSE_WAIT);
	close(self->b);
	start = now_ms();
	check_eq(listing_read(AF_INET, l, 8), 1);
	check_eq(l[0].state, TIME_WAIT);
	while (listing_read(AF_INET, l, 8) > 0)
		usleep(100000);
	expect_elapsed(start, 59000, 63000);
}

/* With TCP_DEFER_ACCEPT there is no connection to accept without data. */
TEST_F_TIMEOUT(timeout, defer_accept_waits_for_data, LONG_TEST)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);
	int fd;

	set_opt(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 20);
	fd = connected(self->tcp, &at);
	check_eq(wait_fd(lfd, POLLIN, 500), 0);
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(wait_fd(lfd, POLLIN, 100), POLLIN);
}

TEST_F_TIMEOUT(timeout, defer_accept_does_not_wait_for_ever, LONG_TEST)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);

	set_opt(lfd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3);
	connected(self->tcp, &at);
	check_eq(wait_fd(lfd, POLLIN, 1000), 0);
	check_eq(wait_fd(lfd, POLLIN, 20000), POLLIN);
}

/* A peer that never reads: the writer lives as long as its probes are ACKed. */
TEST_F_TIMEOUT(timeout, a_full_window_is_no_reason_to_end, LONG_TEST)
{
	stuff(self->a);
	check_eq(wait_fd(self->a, POLLOUT, 180000), 0);
	check_eq(fd_state(self->a), ESTABLISHED);
	while (!wait_fd(self->a, POLLOUT, 1))
		drain_fd(self->b);
}

TEST_HARNESS_MAIN
