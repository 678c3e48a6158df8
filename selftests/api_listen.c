// SPDX-License-Identifier: GPL-2.0
/* listen() and accept(): the queue, who waits at it, and what ends the wait. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(listen) {
	enum tcp tcp;
	int lfd;
	struct sockaddr_in at;
};

FIXTURE_SETUP(listen)
{
	test_begin();
	self->tcp = subject();
	self->lfd = listener(self->tcp, "127.0.0.1", 64);
	self->at = name4(self->lfd);
}

FIXTURE_TEARDOWN(listen)
{
}

TEST_F(listen, so_acceptconn_tells_a_listener)
{
	int fd = check_ok(stream(self->tcp, 0));

	check_eq(get_opt(self->lfd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	check_eq(get_opt(fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	check_ok(listen(fd, 1));
	check_eq(get_opt(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
}

TEST_F(listen, unbound_it_gets_a_port_of_every_address)
{
	int fd = check_ok(stream(self->tcp, 0));
	struct sockaddr_in name;

	check_ok(listen(fd, 1));
	name = name4(fd);
	check_eq(name.sin_addr.s_addr, htonl(INADDR_ANY));
	check_ne(name.sin_port, 0);
	name.sin_addr.s_addr = htonl(0x7f000042);
	connected(self->tcp, &name);
	check_eq(name4(check_ok(accept(fd, NULL, NULL))).sin_addr.s_addr,
		 name.sin_addr.s_addr);
}

TEST_F(listen, only_the_address_bound_to_is_served)
{
	struct sockaddr_in other = addr4("127.0.0.2", port_of(self->lfd));
	int fd = check_ok(stream(self->tcp, 0));

	check_err(connect4(fd, &other), ECONNREFUSED);
}

TEST_F(listen, a_specific_address_goes_before_the_wildcard)
{
	struct sockaddr_in any = addr4("0.0.0.0", 5000);
	struct sockaddr_in lo = addr4("127.0.0.1", 5000);
	struct sockaddr_in lo2 = addr4("127.0.0.2", 5000);
	int wide = check_ok(stream(self->tcp, 0));
	int narrow = check_ok(stream(self->tcp, 0));

	/* Two listeners of one port share it only with SO_REUSEPORT. */
	set_opt(wide, SOL_SOCKET, SO_REUSEPORT, 1);
	set_opt(narrow, SOL_SOCKET, SO_REUSEPORT, 1);
	check_ok(bind4(wide, &any));
	check_ok(bind4(narrow, &lo));
	check_ok(listen(wide, 4));
	check_ok(listen(narrow, 4));
	connected(self->tcp, &lo);
	check_eq(wait_fd(narrow, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(wait_fd(wide, POLLIN, 0), 0);
	connected(self->tcp, &lo2);
	check_eq(wait_fd(wide, POLLIN, PATIENCE_MS), POLLIN);
}

TEST_F(listen, connections_come_in_their_order)
{
	int i, fd[8];

	for (i = 0; i < 8; i++)
		fd[i] = connected(self->tcp, &self->at);
	for (i = 0; i < 8; i++) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);

		check_ok(accept(self->lfd, (struct sockaddr *)&from, &len));
		check_eq(ntohs(from.sin_port), port_of(fd[i]));
	}
}

/* The n-th waiting one fills the queue, one more still fits (as in Linux). */
static int queue_holds(enum tcp tcp, int backlog)
{
	int lfd = listener(tcp, "127.0.0.1", backlog);
	struct sockaddr_in at = name4(lfd);
	int i, held = 0;

	for (i = 0; i < backlog + 4; i++) {
		int fd = check_ok(stream(tcp, SOCK_NONBLOCK));

		check_err(connect4(fd, &at), EINPROGRESS);
		held += wait_fd(fd, POLLOUT, GLIMPSE_MS) == POLLOUT;
	}
	return held;
}

TEST_F(listen, the_queue_is_as_long_as_the_kernels)
{
	int backlog;

	for (backlog = 0; backlog < 4; backlog++)
		check_eq(queue_holds(self->tcp, backlog), backlog + 1);
}

TEST_F(listen, somaxconn_bounds_the_queue)
{
	int lfd, i, held = 0;

	proc_sys_write("net/core/somaxconn", "2");
	lfd = listener(self->tcp, "127.0.0.1", 100);
	self->at = name4(lfd);
	for (i = 0; i < 8; i++) {
		int fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));

		check_err(connect4(fd, &self->at), EINPROGRESS);
		held += wait_fd(fd, POLLOUT, GLIMPSE_MS) == POLLOUT;
	}
	check_eq(held, 3);
}

TEST_F(listen, a_second_call_changes_the_length)
{
	int i, fd[4];

	check_ok(listen(self->lfd, 1));
	for (i = 0; i < 2; i++)
		connected(self->tcp, &self->at);
	check_ok(listen(self->lfd, 3));
	for (i = 0; i < 4; i++) {
		fd[i] = check_ok(stream(self->tcp, SOCK_NONBLOCK));
		check_err(connect4(fd[i], &self->at), EINPROGRESS);
	}
	check_eq(wait_fd(fd[0], POLLOUT, PATIENCE_MS), POLLOUT);
	check_eq(wait_fd(fd[1], POLLOUT, PATIENCE_MS), POLLOUT);
	check_eq(wait_fd(fd[2], POLLOUT, GLIMPSE_MS), 0);
}

/* Room in the queue lets in who was turned away: the next SYN gets through. */
TEST_F(listen, who_found_the_queue_full_gets_in_later)
{
	int fd;

	check_ok(listen(self->lfd, 0));
	connected(self->tcp, &self->at);
	fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	check_err(connect4(fd, &self->at), EINPROGRESS);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	check_ok(accept(self->lfd, NULL, NULL));
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
	check_ok(accept(self->lfd, NULL, NULL));
}

TEST_F(listen, closing_resets_those_that_wait)
{
	int first = connected(self->tcp, &self->at);
	int second = connected(self->tcp, &self->at);
	char byte;

	check_eq(send(second, "x", 1, 0), 1);
	close(self->lfd);
	check(wait_fd(first, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(recv(first, &byte, 1, 0), ECONNRESET);
	check(wait_fd(second, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(recv(second, &byte, 1, 0), ECONNRESET);
	check_err(connect4(check_ok(stream(self->tcp, 0)), &self->at),
		  ECONNREFUSED);
}

TEST_F(listen, closing_leaves_the_accepted_alone)
{
	int fd = connected(self->tcp, &self->at);
	int afd = check_ok(accept(self->lfd, NULL, NULL));
	char byte = 0;

	close(self->lfd);
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	check_eq(send(afd, "y", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
	check_eq(byte, 'y');
}

/* The connection is handed out although it is over, and then tells so. */
TEST_F(listen, one_reset_while_waiting_is_handed_out)
{
	int fd = connected(self->tcp, &self->at);
	char byte;
	int afd;

	close_abort(fd);
	afd = check_ok(accept(self->lfd, NULL, NULL));
	check(wait_fd(afd, POLLIN, PATIENCE_MS) & POLLERR);
	check_err(recv(afd, &byte, 1, 0), ECONNRESET);
}

TEST_F(listen, one_closed_while_waiting_keeps_its_data)
{
	int fd = connected(self->tcp, &self->at);
	char text[8];
	int afd;

	check_eq(send(fd, "last", 4, 0), 4);
	close(fd);
	afd = check_ok(accept(self->lfd, NULL, NULL));
	check_eq(recv(afd, text, sizeof(text), MSG_WAITALL), 4);
	check_eq(recv(afd, text, sizeof(text), 0), 0);
}

FIXTURE(accept) {
	enum tcp tcp;
	int lfd;
	struct sockaddr_in at;
};

FIXTURE_SETUP(accept)
{
	test_begin();
	self->tcp = subject();
	self->lfd = listener(self->tcp, "127.0.0.1", 64);
	self->at = name4(self->lfd);
}

FIXTURE_TEARDOWN(accept)
{
}

TEST_F(accept, nonblocking_with_nobody_there_is_eagain)
{
	set_nonblock(self->lfd, true);
	check_err(accept(self->lfd, NULL, NULL), EAGAIN);
	check_eq(wait_fd(self->lfd, POLLIN, 0), 0);
	connected(self->tcp, &self->at);
	check_eq(wait_fd(self->lfd, POLLIN, PATIENCE_MS), POLLIN);
	check_ok(accept(self->lfd, NULL, NULL));
	check_err(accept(self->lfd, NULL, NULL), EAGAIN);
}

TEST_F(accept, the_flags_are_its_own)
{
	int fd;

	set_nonblock(self->lfd, true);
	connected(self->tcp, &self->at);
	fd = check_ok(accept(self->lfd, NULL, NULL));
	check_eq(fcntl(fd, F_GETFL), O_RDWR);
	check_eq(fcntl(fd, F_GETFD), 0);
	connected(self->tcp, &self->at);
	fd = check_ok(accept4(self->lfd, NULL, NULL,
			      SOCK_NONBLOCK | SOCK_CLOEXEC));
	check_eq(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
	check_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

TEST_F(accept, a_short_buffer_gets_the_beginning_of_the_name)
{
	unsigned char room[16];
	socklen_t len = 2;
	int i;

	memset(room, 0xee, sizeof(room));
	connected(self->tcp, &self->at);
	check_ok(accept(self->lfd, (struct sockaddr *)room, &len));
	check_eq(len, 16);
	check_eq(room[0] | room[1] << 8, AF_INET);
	for (i = 2; i < 16; i++)
		check_eq(room[i], 0xee);
}

/* A connection is not lost because its name has no place to go. */
TEST_F(accept, a_bad_pointer_costs_the_connection)
{
	socklen_t len = 16;
	int fd = connected(self->tcp, &self->at);
	char byte;

	check_err(accept(self->lfd, (void *)8, &len), EFAULT);
	/* It was taken off the queue and closed. */
	check_eq(wait_fd(fd, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(fd, &byte, 1, 0), 0);
}

static void connect_soon(void *arg)
{
	usleep(30000);
	connected(subject(), arg);
}

TEST_F(accept, blocking_waits_for_a_connection)
{
	pid_t child = spawned(connect_soon, &self->at);

	check_ok(accept(self->lfd, NULL, NULL));
	joined(child);
}

static void *shutdown_soon(void *arg)
{
	usleep(30000);
	check_ok(shutdown(*(int *)arg, SHUT_RD));
	return NULL;
}

TEST_F(accept, shutdown_wakes_who_waits)
{
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, shutdown_soon, &self->lfd), 0);
	check_err(accept(self->lfd, NULL, NULL), EINVAL);
	pthread_join(thread, NULL);
	check_err(connect4(check_ok(stream(self->tcp, 0)), &self->at),
		  ECONNREFUSED);
	/* It can listen again, but had not asked for a certain port. */
	check_ok(listen(self->lfd, 1));
	self->at = name4(self->lfd);
	connected(self->tcp, &self->at);
}

TEST_F(accept, a_receive_timeout_limits_the_wait)
{
	struct timeval limit = { .tv_usec = 50000 };
	int64_t start = now_ms();

	check_ok(setsockopt(self->lfd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			    sizeof(limit)));
	check_err(accept(self->lfd, NULL, NULL), EAGAIN);
	/* Ticks, which a machine that was paused makes up for. */
	check_ge(now_ms() - start, 40);
}

TEST_F(accept, a_signal_interrupts)
{
	count_signal(SIGALRM, false);
	alarm_every(30);
	check_err(accept(self->lfd, NULL, NULL), EINTR);
	check_gt(signals_seen, 0);
}

static void connect_later(void *arg)
{
	usleep(150000);
	connected(subject(), arg);
}

TEST_F(accept, a_signal_that_restarts_goes_unnoticed)
{
	pid_t child = spawned(connect_later, &self->at);

	count_signal(SIGALRM, true);
	alarm_every(30);
	check_ok(accept(self->lfd, NULL, NULL));
	check_gt(signals_seen, 0);
	joined(child);
}

static void *accept_one(void *arg)
{
	return (void *)(long)accept(*(int *)arg, NULL, NULL);
}

TEST_F(accept, every_waiting_thread_gets_one)
{
	pthread_t thread[8];
	void *got;
	int i;

	for (i = 0; i < 8; i++)
		check_eq(pthread_create(&thread[i], NULL, accept_one,
					&self->lfd), 0);
	for (i = 0; i < 8; i++)
		connected(self->tcp, &self->at);
	for (i = 0; i < 8; i++) {
		check_eq(pthread_join(thread[i], &got), 0);
		check_gt((long)got, 0);
	}
}

struct inherited {
	int level, name, value;
	const char *what;
};

static const struct inherited inherited[] = {
	{ SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE" },
	{ SOL_SOCKET, SO_OOBINLINE, 1, "SO_OOBINLINE" },
	{ SOL_SOCKET, SO_RCVBUF, 20000, "SO_RCVBUF" },
	{ SOL_SOCKET, SO_SNDBUF, 20000, "SO_SNDBUF" },
	{ SOL_SOCKET, SO_RCVLOWAT, 7, "SO_RCVLOWAT" },
	{ SOL_SOCKET, SO_PRIORITY, 3, "SO_PRIORITY" },
	{ SOL_SOCKET, SO_MARK, 9, "SO_MARK" },
	{ SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR" },
	{ SOL_SOCKET, SO_DEBUG, 1, "SO_DEBUG" },
	{ SOL_SOCKET, SO_DONTROUTE, 1, "SO_DONTROUTE" },
	{ IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY" },
	{ IPPROTO_TCP, TCP_CORK, 1, "TCP_CORK" },
	{ IPPROTO_TCP, TCP_MAXSEG, 500, "TCP_MAXSEG" },
	{ IPPROTO_TCP, TCP_KEEPIDLE, 100, "TCP_KEEPIDLE" },
	{ IPPROTO_TCP, TCP_KEEPINTVL, 20, "TCP_KEEPINTVL" },
	{ IPPROTO_TCP, TCP_KEEPCNT, 5, "TCP_KEEPCNT" },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, 4000, "TCP_USER_TIMEOUT" },
	{ IPPROTO_TCP, TCP_LINGER2, 7, "TCP_LINGER2" },
	{ IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096, "TCP_NOTSENT_LOWAT" },
	{ IPPROTO_TCP, TCP_SYNCNT, 3, "TCP_SYNCNT" },
	{ IPPROTO_IP, IP_TOS, 0x20, "IP_TOS" },
	{ IPPROTO_IP, IP_TTL, 33, "IP_TTL" },
};

/* What is set before the SYN comes; -1 stands for an error. */
static int inherits(enum tcp tcp, const struct inherited *option)
{
	int lfd = listener(tcp, "127.0.0.1", 4), value = -1;
	struct sockaddr_in at = name4(lfd);
	socklen_t len = sizeof(value);
	int fd;

	if (setsockopt(lfd, option->level, option->name, &option->value,
		       sizeof(option->value)))
		return -1;
	connected(tcp, &at);
	fd = check_ok(accept(lfd, NULL, NULL));
	if (getsockopt(fd, option->level, option->name, &value, &len))
		value = -1;
	return value;
}

TEST_F(accept, options_are_inherited_as_the_kernels_are)
{
	size_t i;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(inherited); i++) {
		int want = inherits(KERNEL_TCP, &inherited[i]);
		int got = inherits(self->tcp, &inherited[i]);

		if (want == got)
			continue;
		test_note("%s: expected %d, got %d", inherited[i].what, want,
			  got);
		bad++;
	}
	check_eq(bad, 0);
}

TEST_F(accept, linger_and_timeouts_are_inherited)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 5 }, got = { 0 };
	struct timeval limit = { .tv_sec = 3 }, still = { 0 };
	socklen_t len = sizeof(linger);
	int fd;

	check_ok(setsockopt(self->lfd, SOL_SOCKET, SO_LINGER, &linger,
			    sizeof(linger)));
	check_ok(setsockopt(self->lfd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			    sizeof(limit)));
	connected(self->tcp, &self->at);
	fd = check_ok(accept(self->lfd, NULL, NULL));
	check_ok(getsockopt(fd, SOL_SOCKET, SO_LINGER, &got, &len));
	check(got.l_onoff && got.l_linger == 5);
	len = sizeof(still);
	check_ok(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &still, &len));
	check_eq(still.tv_sec, 3);
}

TEST_HARNESS_MAIN
