// SPDX-License-Identifier: GPL-2.0
/* What is processed although there is no room for data, MUST-66. */
#include <fcntl.h>
#include <signal.h>

#include "lib/test.h"

WIRE_FIXTURE(zero_window)

/* A connection whose receive buffer is full. */
static int open_full(struct wire *w)
{
	int fd = open_passive(w), i, n;

	for (i = 0; w->last.raw.wnd && i < 2000; i++) {
		n = w->last.raw.wnd < 1460 ? w->last.raw.wnd : 1460;
		inject(w, ACK | PSH, .len = n, .keep = true);
		expect(w, ACK, .ack = ANY);
		w->snd_nxt = w->last.ack - w->iss;
	}
	check_eq(w->last.raw.wnd, 0);
	drain(w);
	return fd;
}

/* RST at the edge of the closed window. */
WIRE_TEST(zero_window, rst_is_processed)
{
	int fd = open_full(w);

	inject(w, RST);
	expect_none(w, 0);
	check_eq(fd_state(fd), CLOSE);
	expect_listed(w, CLOSE);
}

/* One byte further it is a guess, and dropped. */
WIRE_TEST(zero_window, rst_behind_the_edge_is_not)
{
	int fd = open_full(w);

	inject(w, RST, .seq = w->snd_nxt + 1);
	expect_none(w, 0);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* URG: the program is told that urgent data is on its way (MUST-32). */
WIRE_TEST(zero_window, urg_is_processed)
{
	int fd = open_full(w);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	check_ok(sigprocmask(SIG_BLOCK, &set, NULL));
	check_ok(fcntl(fd, F_SETOWN, getpid()));
	inject(w, ACK | URG, .urg = 1);
	check_ok(sigpending(&set));
	check(sigismember(&set, SIGURG));
	check_eq(fd_state(fd), ESTABLISHED);
}

/* ACK: what we have sent is acknowledged. */
WIRE_TEST(zero_window, ack_is_processed)
{
	int fd = open_full(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* Data is not taken, and an ACK tells that the window is closed. */
WIRE_TEST(zero_window, data_is_refused)
{
	int fd = open_full(w);

	inject(w, ACK | PSH, .len = 1, .keep = true);
	expect(w, ACK, .wnd = 0);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* When the program reads, the window opens, and the peer is told. */
WIRE_TEST(zero_window, reading_opens_the_window)
{
	int fd = open_full(w);

	recv_pattern(fd, 0, w->snd_nxt - 1);
	expect(w, ACK);
	check_ge(w->last.raw.wnd, 1460);
	inject(w, ACK | PSH, .len = 10);
	recv_pattern(fd, w->snd_nxt - 11, 10);
}

TEST_HARNESS_MAIN
