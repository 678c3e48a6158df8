// SPDX-License-Identifier: GPL-2.0
/* connect(): what it waits for, what it reports when, and what ends it. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(connect) {
	enum tcp tcp;
	int lfd;
	struct sockaddr_in open, shut, lost;
};

FIXTURE_SETUP(connect)
{
	test_begin();
	self->tcp = subject();
	self->lfd = listener(self->tcp, "127.0.0.1", 8);
	self->open = name4(self->lfd);
	self->shut = addr4("127.0.0.1", NOBODY_PORT);
	self->lost = addr4(LOST, 7);
	blackhole();
}

FIXTURE_TEARDOWN(connect)
{
}

TEST_F(connect, blocking_returns_connected_with_both_names)
{
	int fd = connected(self->tcp, &self->open);
	int afd = check_ok(accept(self->lfd, NULL, NULL));
	struct sockaddr_in a = name4(fd), b = peer4(afd);

	check_eq(fd_state(fd), ESTABLISHED);
	check(!memcmp(&a, &b, sizeof(a)));
	a = peer4(fd);
	b = name4(afd);
	check(!memcmp(&a, &b, sizeof(a)));
	check(!memcmp(&a, &self->open, sizeof(a)));
}

TEST_F(connect, refused_is_reported_and_another_try_is_possible)
{
	int fd = check_ok(stream(self->tcp, 0));

	check_err(connect4(fd, &self->shut), ECONNREFUSED);
	check_eq(so_error(fd), 0);
	check_err(connect4(fd, &self->shut), ECONNREFUSED);
	check_ok(connect4(fd, &self->open));
	check_eq(fd_state(fd), ESTABLISHED);
}

TEST_F(connect, nonblocking_tells_by_pollout_and_so_error)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->open), EINPROGRESS);
	check_eq(wait_fd(fd, POLLIN | POLLOUT, PATIENCE_MS), POLLOUT);
	check_eq(so_error(fd), 0);
	/* The second call fetches the result, the third is one too many. */
	check_ok(connect4(fd, &self->open));
	check_err(connect4(fd, &self->open), EISCONN);
}

TEST_F(connect, nonblocking_refused_tells_by_pollerr_and_so_error)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	int events;

	check_err(connect4(fd, &self->shut), EINPROGRESS);
	events = wait_fd(fd, POLLIN | POLLOUT, PATIENCE_MS);
	check_eq(events, POLLIN | POLLOUT | POLLERR | POLLHUP);
	check_eq(so_error(fd), ECONNREFUSED);
	check_eq(so_error(fd), 0);
}

TEST_F(connect, nonblocking_refused_is_told_by_the_second_connect)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->shut), EINPROGRESS);
	check(wait_fd(fd, POLLOUT, PATIENCE_MS) & POLLERR);
	check_err(connect4(fd, &self->open), ECONNREFUSED);
	check_err(connect4(fd, &self->open), EINPROGRESS);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_eq(so_error(fd), 0);
}

TEST_F(connect, under_way_it_is_ealready_and_not_writable)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->lost), EINPROGRESS);
	check_err(connect4(fd, &self->lost), EALREADY);
	check_eq(wait_fd(fd, POLLIN | POLLOUT, GLIMPSE_MS), 0);
	check_err(send(fd, "x", 1, 0), EAGAIN);
	check_eq(fd_state(fd), SYN_SENT);
}

TEST_F(connect, a_bound_socket_keeps_its_port)
{
	struct sockaddr_in at = addr4("127.0.0.2", 5000);
	int fd = check_ok(stream(self->tcp, 0));
	struct sockaddr_in name;

	check_ok(bind4(fd, &at));
	check_ok(connect4(fd, &self->open));
	name = name4(fd);
	check(!memcmp(&name, &at, sizeof(at)));
	name = peer4(check_ok(accept(self->lfd, NULL, NULL)));
	check(!memcmp(&name, &at, sizeof(at)));
}

TEST_F(connect, a_wildcard_becomes_an_address_with_the_same_port)
{
	struct sockaddr_in at = addr4("0.0.0.0", 5000), name;
	int fd = check_ok(stream(self->tcp, 0));

	check_ok(bind4(fd, &at));
	check_ok(connect4(fd, &self->open));
	name = name4(fd);
	check_eq(name.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	check_eq(ntohs(name.sin_port), 5000);
}

/* MUST-44: the source of the route. */
TEST_F(connect, the_source_is_that_of_the_route)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	struct sockaddr_in hole = addr4(HOLE, 0);

	check_err(connect4(fd, &self->lost), EINPROGRESS);
	check_eq(name4(fd).sin_addr.s_addr, hole.sin_addr.s_addr);
}

TEST_F(connect, to_the_wildcard_goes_to_lo)
{
	struct sockaddr_in any = addr4("0.0.0.0", port_of(self->lfd));
	int fd = connected(self->tcp, &any);

	check_eq(peer4(fd).sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	check_eq(peer4(fd).sin_port, any.sin_port);
}

TEST_F(connect, without_a_route_is_unreachable)
{
	struct sockaddr_in to = addr4("198.51.100.1", 7);
	int fd = check_ok(stream(self->tcp, 0));

	check_err(connect4(fd, &to), ENETUNREACH);
	/* Nothing of the attempt is left. */
	check_eq(port_of(fd), 0);
	check_ok(connect4(fd, &self->open));
}

TEST_F(connect, an_interface_that_is_down_ends_nothing)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->lost), EINPROGRESS);
	netif_down("tun0");
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	check_eq(fd_state(fd), SYN_SENT);
}

TEST_F(connect, to_unspec_resets_and_makes_a_new_socket)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = connected(self->tcp, &self->open);
	int afd = check_ok(accept(self->lfd, NULL, NULL));
	char byte;

	check_ok(connect(fd, &none, sizeof(none)));
	check(wait_fd(afd, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(recv(afd, &byte, 1, 0), ECONNRESET);
	check_eq(fd_state(fd), CLOSE);
	check_ok(connect4(fd, &self->open));
	afd = check_ok(accept(self->lfd, NULL, NULL));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
}

TEST_F(connect, to_unspec_ends_an_attempt)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->lost), EINPROGRESS);
	check_ok(connect(fd, &none, sizeof(none)));
	check_eq(fd_state(fd), CLOSE);
	check_err(connect4(fd, &self->open), EINPROGRESS);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
}

/* A24: both SYNs are the same socket's. */
TEST_F(connect, to_itself_connects)
{
	int fd = bound(self->tcp, "127.0.0.1");
	struct sockaddr_in at = name4(fd);
	char byte = 0;

	check_ok(connect4(fd, &at));
	expect_state(fd, ESTABLISHED);
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
	check_eq(byte, 'x');
	check_ok(shutdown(fd, SHUT_WR));
	check_eq(recv(fd, &byte, 1, 0), 0);
}

TEST_F(connect, writes_may_follow_at_once)
{
	int fd = connected(self->tcp, &self->open);
	char text[8] = "";
	int afd;

	check_eq(send(fd, "early", 5, 0), 5);
	close(fd);
	afd = check_ok(accept(self->lfd, NULL, NULL));
	check_eq(recv(afd, text, 8, MSG_WAITALL), 5);
	check(!strcmp(text, "early"));
}

TEST_F(connect, a_signal_interrupts_and_the_attempt_goes_on)
{
	int fd = check_ok(stream(self->tcp, 0));

	count_signal(SIGALRM, false);
	alarm_every(30);
	check_err(connect4(fd, &self->lost), EINTR);
	check_gt(signals_seen, 0);
	check_eq(fd_state(fd), SYN_SENT);
	set_nonblock(fd, true);
	check_err(connect4(fd, &self->lost), EALREADY);
}

/* Again and again: what comes while the other signal is handled ends no call. */
static void kill_parent(void *arg)
{
	pid_t parent = getppid();

	(void)arg;
	while (getppid() == parent) {
		usleep(200000);
		kill(parent, SIGUSR1);
	}
}

/* One signal restarts the call, the other one ends it. */
TEST_F(connect, a_signal_that_restarts_goes_unnoticed)
{
	int fd = check_ok(stream(self->tcp, 0));
	pid_t child;

	count_signal(SIGUSR1, false);
	count_signal(SIGALRM, true);
	child = spawned(kill_parent, NULL);
	alarm_every(30);
	check_err(connect4(fd, &self->lost), EINTR);
	check_gt(signals_seen, 0);
	check_eq(fd_state(fd), SYN_SENT);
	check_ok(kill(child, SIGKILL));
	while (waitpid(child, NULL, 0) < 0)
		check_eq(errno, EINTR);
}

TEST_F(connect, a_send_timeout_limits_the_wait)
{
	int fd = check_ok(stream(self->tcp, 0));
	struct timeval limit = { .tv_usec = 50000 };
	int64_t start = now_ms();

	check_ok(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
			    sizeof(limit)));
	check_err(connect4(fd, &self->lost), EINPROGRESS);
	/* Ticks, which a machine that was paused makes up for. */
	check_ge(now_ms() - start, 40);
	check_eq(fd_state(fd), SYN_SENT);
	check_err(connect4(fd, &self->lost), EALREADY);
}

TEST_F(connect, close_while_connecting_leaves_nothing)
{
	int i;

	for (i = 0; i < 20; i++) {
		int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

		check_err(connect4(fd, &self->lost), EINPROGRESS);
		close(fd);
	}
	/* Only the listener is there. */
	check_eq(listing_read(AF_INET, NULL, 0), 1);
}

TEST_F(connect, shutdown_while_connecting_ends_the_attempt)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, &self->lost), EINPROGRESS);
	check_ok(shutdown(fd, SHUT_RDWR));
	check_eq(fd_state(fd), CLOSE);
	check(wait_fd(fd, POLLOUT, 0) & POLLHUP);
	check_eq(so_error(fd), ECONNRESET);
}

TEST_F(connect, many_at_once_all_get_through)
{
	struct pollfd p[100];
	int i;

	check_ok(listen(self->lfd, 128));
	for (i = 0; i < 100; i++) {
		p[i].fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
		check_err(connect4(p[i].fd, &self->open), EINPROGRESS);
	}
	for (i = 0; i < 100; i++) {
		check_eq(wait_fd(p[i].fd, POLLOUT, PATIENCE_MS), POLLOUT);
		check_eq(so_error(p[i].fd), 0);
		check_ok(accept(self->lfd, NULL, NULL));
	}
}

TEST_F(connect, a_device_bound_to_decides_the_way)
{
	int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	struct sockaddr_in to = addr4("198.51.100.1", 7);

	/* There is no route to it, but for who insists on the device. */
	check_ok(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "tun0", 5));
	check_err(connect4(fd, &to), EINPROGRESS);
	close(fd);
	fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	check_ok(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "tun0", 5));
	check_err(connect4(fd, &self->open), EINPROGRESS);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
}

TEST_HARNESS_MAIN
