// SPDX-License-Identifier: GPL-2.0
/*
 * poll, select and epoll: when each event comes, that it stays for the level
 * and comes once for the edge, and that it wakes who waits.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define ALL_EVENTS	(EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP)

FIXTURE(poll) {
	enum tcp tcp;
	int a, b;		/* the two ends */
	int ep;
};

FIXTURE_SETUP(poll)
{
	int fd[2];

	test_begin();
	self->tcp = subject();
	pair(self->tcp, fd);
	self->a = fd[0];
	self->b = fd[1];
	self->ep = check_ok(epoll_create1(EPOLL_CLOEXEC));
}

FIXTURE_TEARDOWN(poll)
{
}

static void watch(int ep, int fd, unsigned int events)
{
	struct epoll_event e = { .events = events };

	check_ok(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e));
}

/* The events of the next report, 0 if there is none within @ms. */
static int reported(int ep, int ms)
{
	struct epoll_event e = { 0 };

	check_ok(epoll_wait(ep, &e, 1, ms));
	return e.events;
}

/* Reports until @events have all been there: two may come one by one. */
static void expect_reported(int ep, int events)
{
	int seen = 0;

	while ((seen & events) != events) {
		int now = reported(ep, PATIENCE_MS);

		if (!now)
			test_fail("reported %#x, expected %#x", seen, events);
		seen |= now;
	}
}

static int now(int fd)
{
	return wait_fd(fd, ALL_EVENTS, 0);
}

TEST_F(poll, an_idle_connection_is_only_writable)
{
	check_eq(now(self->a), POLLOUT);
	check_eq(now(self->b), POLLOUT);
}

TEST_F(poll, data_is_readable_until_it_is_read)
{
	char byte;

	put(self->a, "xy", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_eq(now(self->b), POLLIN | POLLOUT);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_eq(now(self->b), POLLOUT);
}

TEST_F(poll, the_normal_bands_go_along)
{
	put(self->a, "x", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(wait_fd(self->b, POLLRDNORM | POLLWRNORM | POLLRDBAND |
			 POLLWRBAND, 0), POLLRDNORM | POLLWRNORM);
}

TEST_F(poll, a_connection_to_accept_is_readable)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);

	check_eq(now(lfd), 0);
	connected(self->tcp, &at);
	check_eq(wait_fd(lfd, ALL_EVENTS, PATIENCE_MS), POLLIN);
	check_ok(accept(lfd, NULL, NULL));
	check_eq(now(lfd), 0);
}

TEST_F(poll, a_fin_is_readable_and_rdhup)
{
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(wait_fd(self->b, POLLIN | POLLRDHUP, PATIENCE_MS),
		 POLLIN | POLLRDHUP);
	check_eq(now(self->b), POLLIN | POLLOUT | POLLRDHUP);
	check_eq(now(self->a), POLLOUT);
}

TEST_F(poll, both_fins_are_hup)
{
	check_ok(shutdown(self->a, SHUT_WR));
	check_ok(shutdown(self->b, SHUT_WR));
	expect_state(self->b, CLOSE);
	check_eq(now(self->b), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
	expect_state(self->a, CLOSE);
	check_eq(now(self->a), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

TEST_F(poll, shutting_the_reading_half_is_readable)
{
	check_ok(shutdown(self->b, SHUT_RD));
	check_eq(now(self->b), POLLIN | POLLOUT | POLLRDHUP);
}

TEST_F(poll, a_reset_is_error_and_hup)
{
	close_abort(self->a);
	check_eq(wait_fd(self->b, ALL_EVENTS & ~POLLOUT, PATIENCE_MS),
		 POLLIN | POLLRDHUP | POLLERR | POLLHUP);
	/* The error leaves with SO_ERROR, the rest stays. */
	check_eq(so_error(self->b), ECONNRESET);
	check_eq(now(self->b), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

TEST_F(poll, error_and_hup_need_not_be_asked_for)
{
	close_abort(self->a);
	check_eq(wait_fd(self->b, 0, PATIENCE_MS), POLLERR | POLLHUP);
}

TEST_F(poll, a_fresh_socket_is_out_and_hup)
{
	int fd = check_ok(stream(self->tcp, 0));

	check_eq(now(fd), POLLOUT | POLLHUP);
}

TEST_F(poll, select_knows_the_three_sets)
{
	struct timeval limit = { .tv_sec = PATIENCE_MS / 1000 };
	fd_set in, out, except;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(self->b, &in);
	FD_SET(self->b, &except);
	put(self->a, "x", 0);
	check_eq(select(self->b + 1, &in, NULL, &except, &limit), 1);
	check(FD_ISSET(self->b, &in) && !FD_ISSET(self->b, &except));
	FD_SET(self->b, &out);
	check_eq(select(self->b + 1, NULL, &out, NULL, NULL), 1);
	check(FD_ISSET(self->b, &out));
}

static void send_soon(void *arg)
{
	usleep(20000);
	put(*(int *)arg, "x", 0);
}

TEST_F(poll, data_wakes_who_waits)
{
	pid_t child = spawned(send_soon, &self->a);

	check_eq(wait_fd(self->b, POLLIN, -1), POLLIN);
	joined(child);
}

static void drain_soon(void *arg)
{
	usleep(20000);
	drain_fd(*(int *)arg);
	usleep(20000);
	drain_fd(*(int *)arg);
}

TEST_F(poll, room_wakes_who_waits)
{
	pid_t child;

	stuff(self->a);
	child = spawned(drain_soon, &self->b);
	check_eq(wait_fd(self->a, POLLOUT, PATIENCE_MS), POLLOUT);
	joined(child);
}

static void close_soon(void *arg)
{
	int *fd = arg;

	close(fd[0]);
	usleep(20000);
	close(fd[1]);
}

TEST_F(poll, the_end_wakes_who_waits)
{
	int fd[2] = { self->b, self->a };
	pid_t child = spawned(close_soon, fd);

	close(self->a);
	check_eq(wait_fd(self->b, POLLRDHUP, -1), POLLRDHUP);
	joined(child);
}

TEST_F(poll, epoll_level_reports_again)
{
	watch(self->ep, self->b, EPOLLIN);
	check_eq(reported(self->ep, 0), 0);
	put(self->a, "x", 0);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	check_eq(reported(self->ep, 0), EPOLLIN);
}

TEST_F(poll, epoll_edge_reports_new_data_once)
{
	char byte;

	watch(self->ep, self->b, EPOLLIN | EPOLLET);
	put(self->a, "x", 0);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	check_eq(reported(self->ep, 0), 0);
	/* Further data is a further edge, though the first was never read. */
	put(self->a, "y", 0);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_eq(reported(self->ep, 0), 0);
}

TEST_F(poll, epoll_edge_reports_room_after_full)
{
	watch(self->ep, self->a, EPOLLOUT | EPOLLET);
	check_eq(reported(self->ep, 0), EPOLLOUT);
	check_eq(reported(self->ep, 0), 0);
	stuff(self->a);
	reported(self->ep, 0);
	check_eq(reported(self->ep, 0), 0);
	while (!wait_fd(self->a, POLLOUT, 1))
		drain_fd(self->b);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLOUT);
}

TEST_F(poll, epoll_edge_reports_every_end)
{
	watch(self->ep, self->b, ALL_EVENTS | EPOLLET);
	check_eq(reported(self->ep, 0), EPOLLOUT);
	check_ok(shutdown(self->a, SHUT_WR));
	expect_reported(self->ep, EPOLLIN | EPOLLRDHUP);
	check_eq(reported(self->ep, 0), 0);
	check_ok(shutdown(self->b, SHUT_WR));
	expect_reported(self->ep, EPOLLHUP);
}

TEST_F(poll, epoll_edge_reports_a_connect)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &at), EINPROGRESS);
	watch(self->ep, fd, EPOLLOUT | EPOLLET);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLOUT);
	check_eq(reported(self->ep, 0), 0);
}

TEST_F(poll, epoll_reports_a_refusal)
{
	struct sockaddr_in at = addr4("127.0.0.1", NOBODY_PORT);
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &at), EINPROGRESS);
	watch(self->ep, fd, EPOLLIN | EPOLLOUT);
	check_eq(reported(self->ep, PATIENCE_MS),
		 EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP);
}

TEST_F(poll, epoll_edge_reports_each_connection_to_accept)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);

	watch(self->ep, lfd, EPOLLIN | EPOLLET);
	connected(self->tcp, &at);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	check_eq(reported(self->ep, 0), 0);
	connected(self->tcp, &at);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
}

TEST_F(poll, epoll_oneshot_is_silent_until_armed)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT };

	watch(self->ep, self->b, e.events);
	put(self->a, "x", 0);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	put(self->a, "y", 0);
	check_eq(reported(self->ep, GLIMPSE_MS), 0);
	check_ok(epoll_ctl(self->ep, EPOLL_CTL_MOD, self->b, &e));
	check_eq(reported(self->ep, 0), EPOLLIN);
}

/* Of several that wait with EPOLLEXCLUSIVE, not all are woken for one. */
TEST_F(poll, epoll_exclusive_on_a_listener)
{
	int lfd = listener(self->tcp, "127.0.0.1", 16), i;
	struct sockaddr_in at = name4(lfd);
	pid_t child[4];

	set_nonblock(lfd, true);
	for (i = 0; i < 4; i++) {
		child[i] = fork();
		if (!child[i]) {
			int ep = check_ok(epoll_create1(0)), fd;

			watch(ep, lfd, EPOLLIN | EPOLLEXCLUSIVE);
			do {
				reported(ep, PATIENCE_MS);
				fd = accept(lfd, NULL, NULL);
			} while (fd < 0);
			put(fd, "s", 0);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++) {
		char byte;

		check_eq(recv(connected(self->tcp, &at), &byte, 1, 0), 1);
	}
	for (i = 0; i < 4; i++)
		joined(child[i]);
}

TEST_F(poll, closing_takes_a_socket_out_of_epoll)
{
	watch(self->ep, self->b, EPOLLIN);
	put(self->a, "x", 0);
	check_eq(reported(self->ep, PATIENCE_MS), EPOLLIN);
	close(self->b);
	check_eq(reported(self->ep, 0), 0);
}

TEST_F(poll, many_connections_in_one_epoll)
{
	enum { N = 250 };
	int lfd = listener(self->tcp, "127.0.0.1", 256), i, fd[N];
	struct sockaddr_in at = name4(lfd);
	int seen = 0;

	for (i = 0; i < N; i++) {
		fd[i] = connected(self->tcp, &at);
		watch(self->ep, check_ok(accept(lfd, NULL, NULL)),
		      EPOLLIN | EPOLLET);
	}
	for (i = 0; i < N; i++)
		put(fd[i], "x", 0);
	while (seen < N) {
		struct epoll_event e[16];
		int n = check_ok(epoll_wait(self->ep, e, 16, PATIENCE_MS));

		check_gt(n, 0);
		seen += n;
	}
	check_eq(reported(self->ep, 0), 0);
}

TEST_HARNESS_MAIN
