// SPDX-License-Identifier: GPL-2.0
/* Calls that wait and are interrupted, and SIGIO that saves the waiting. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "lib/sockets.h"
#include "lib/test.h"

PAIR_FIXTURE(signal)

static void set_timeout(int fd, int name)
{
	struct timeval limit = { .tv_sec = 100 };

	check_ok(setsockopt(fd, SOL_SOCKET, name, &limit, sizeof(limit)));
}

TEST_F(signal, recv_with_nothing_read_is_eintr)
{
	char byte;

	count_signal(SIGALRM, false);
	alarm_every(20);
	check_err(recv(self->b, &byte, 1, 0), EINTR);
}

TEST_F(signal, recv_returns_what_it_had)
{
	char text[10];

	count_signal(SIGALRM, false);
	alarm_every(50);
	check_eq(send(self->a, "part", 4, 0), 4);
	check_eq(recv(self->b, text, sizeof(text), MSG_WAITALL), 4);
}

TEST_F(signal, recv_is_restarted_if_asked_for)
{
	pid_t child;
	char byte;

	count_signal(SIGALRM, true);
	child = fork();
	if (!child) {
		usleep(100000);
		check_eq(send(self->a, "x", 1, 0), 1);
		_exit(0);
	}
	alarm_every(20);
	check_eq(recv(self->b, &byte, 1, 0), 1);
	check_gt(signals_seen, 0);
	alarm_every(0);
	joined(child);
}

/* Its limit would begin anew with every restart. */
TEST_F(signal, recv_with_a_timeout_is_never_restarted)
{
	char byte;

	set_timeout(self->b, SO_RCVTIMEO);
	count_signal(SIGALRM, true);
	alarm_every(20);
	check_err(recv(self->b, &byte, 1, 0), EINTR);
}

TEST_F(signal, send_with_nothing_sent_is_eintr)
{
	char byte = 0;

	stuff(self->a);
	count_signal(SIGALRM, false);
	alarm_every(20);
	check_err(send(self->a, &byte, 1, 0), EINTR);
}

TEST_F(signal, send_returns_what_it_had)
{
	static char block[32 << 20];
	ssize_t n;

	count_signal(SIGALRM, false);
	alarm_every(50);
	n = check_ok(send(self->a, block, sizeof(block), 0));
	check_gt(n, 0);
	check_lt(n, (ssize_t)sizeof(block));
}

TEST_F(signal, send_with_a_timeout_is_never_restarted)
{
	char byte = 0;

	set_timeout(self->a, SO_SNDTIMEO);
	stuff(self->a);
	count_signal(SIGALRM, true);
	alarm_every(20);
	check_err(send(self->a, &byte, 1, 0), EINTR);
}

TEST_F(signal, poll_is_eintr_even_if_restarting)
{
	struct pollfd p = { .fd = self->b, .events = POLLIN };

	count_signal(SIGALRM, true);
	alarm_every(20);
	check_err(poll(&p, 1, -1), EINTR);
}

/* A process that is killed while it waits takes its connection along. */
TEST_F(signal, sigkill_closes_a_connection_in_use)
{
	pid_t child = fork();
	char byte;

	if (!child) {
		close(self->b);
		recv(self->a, &byte, 1, 0);
		_exit(1);
	}
	close(self->a);
	usleep(20000);
	check_ok(kill(child, SIGKILL));
	check_eq(recv(self->b, &byte, 1, 0), 0);
	check_eq(waitpid(child, NULL, 0), child);
}

TEST_F(signal, sigkill_ends_a_write_that_waits)
{
	static char block[32 << 20];
	int status;
	pid_t child = fork();

	if (!child) {
		send(self->a, block, sizeof(block), 0);
		_exit(1);
	}
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	usleep(20000);
	check_ok(kill(child, SIGKILL));
	check_eq(waitpid(child, &status, 0), child);
	check(WIFSIGNALED(status));
}

static volatile int last_band;

static void note_band(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	last_band |= info->si_band;
	signals_seen++;
}

/* SIGIO: the signal of asynchronous input, with the reason in it. */
TEST_F(signal, sigio_tells_of_input)
{
	struct sigaction action = {
		.sa_sigaction = note_band,
		.sa_flags = SA_SIGINFO,
	};
	int flags = fcntl(self->b, F_GETFL);

	check_ok(sigaction(SIGRTMIN, &action, NULL));
	check_ok(fcntl(self->b, F_SETSIG, SIGRTMIN));
	check_ok(fcntl(self->b, F_SETOWN, getpid()));
	check_ok(fcntl(self->b, F_SETFL, flags | O_ASYNC));
	check_eq(send(self->a, "x", 1, 0), 1);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	check_gt(signals_seen, 0);
	check(last_band & POLLIN);
}

TEST_F(signal, sigio_tells_of_the_end)
{
	int flags = fcntl(self->b, F_GETFL);

	count_signal(SIGIO, true);
	check_ok(fcntl(self->b, F_SETOWN, getpid()));
	check_ok(fcntl(self->b, F_SETFL, flags | O_ASYNC));
	check_ok(shutdown(self->a, SHUT_WR));
	expect_state(self->b, CLOSE_WAIT);
	check_gt(signals_seen, 0);
}

TEST_F(signal, sigio_tells_of_a_connection)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);
	int flags = fcntl(lfd, F_GETFL);

	count_signal(SIGIO, true);
	check_ok(fcntl(lfd, F_SETOWN, getpid()));
	check_ok(fcntl(lfd, F_SETFL, flags | O_ASYNC));
	connected(self->tcp, &at);
	check_eq(wait_fd(lfd, POLLIN, PATIENCE_MS), POLLIN);
	check_gt(signals_seen, 0);
}

TEST_HARNESS_MAIN
