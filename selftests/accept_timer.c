// SPDX-License-Identifier: GPL-2.0
/*
 * A third segment that finds the accept queue full: it is as if it had been lost.
 * In icount.list: the SYN-ACK is repeated after 1, 2, 4 ... seconds.
 */
#include "lib/test.h"

WIRE_FIXTURE(overflow)

#define SECOND	1000

static int late(int ms)
{
	return ms / 8 + 20;
}

#define ROOM	4	/* at a backlog of 3 */

/* A listener whose queue is full; @second came when there was room. */
static int listen_full(struct wire *w, struct wire *second)
{
	static struct wire others[ROOM - 1];
	int fd = wire_listen(w), i;

	check_ok(listen(fd, ROOM - 1));
	wire_fork(second, w, 40001);
	inject(second, SYN, .opts = { MSS(1460) });
	expect(second, SYN | ACK);
	for (i = 0; i < ROOM; i++) {
		struct wire *one = i ? &others[i - 1] : w;

		if (i)
			wire_fork(one, w, 40001 + i);
		inject(one, SYN, .opts = { MSS(1460) });
		expect(one, SYN | ACK);
		inject(one, ACK);
	}
	return fd;
}

/* Behind those who had filled the queue. */
static int accept_last(int listener)
{
	int i;

	for (i = 0; i < ROOM - 1; i++)
		close_abort(wire_accept(listener));
	return wire_accept(listener);
}

#define expect_synack(w, ms) do {					\
	expect_after((w), (ms), late(ms), SYN | ACK, .seq = 0);		\
} while (0)

/* The queue is full, then is not: the peer that was turned away gets in. */
WIRE_TEST_TIMEOUT(overflow, third_segment_is_asked_for_again, 300)
{
	struct wire second[1];
	int listener = listen_full(w, second), fd;
	int64_t start = second->last.us;

	inject(second, ACK);
	expect_none(second, 500);
	second->mark = start;
	expect_synack(second, SECOND);
	start = second->mark;
	inject(second, ACK);
	second->mark = start;
	expect_synack(second, 2 * SECOND);
	close_abort(wire_accept(listener));
	inject(second, ACK);
	fd = accept_last(listener);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(second, ACK | PSH, .len = 10);
	expect(second, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
	wire_close(second);
}

/* The peer believes it is connected: its data ends the wait as its ACK would. */
WIRE_TEST_TIMEOUT(overflow, data_of_who_was_turned_away_is_not_lost, 300)
{
	struct wire second[1];
	int listener = listen_full(w, second), fd;

	inject(second, ACK);
	inject(second, ACK | PSH, .seq = 1, .len = 10, .keep = true);
	expect_none(second, 500);
	close_abort(wire_accept(listener));
	inject(second, ACK | PSH, .seq = 1, .len = 10);
	fd = accept_last(listener);
	expect(second, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
	wire_close(second);
}

/* Nobody ever accepts: after the last SYN-ACK the entry is forgotten. */
WIRE_TEST_TIMEOUT(overflow, who_never_finds_room_is_forgotten, 1000)
{
	long fails = counter("Tcp", "AttemptFails");
	struct wire second[1];
	int n = 0;

	listen_full(w, second);
	inject(second, ACK);
	while (receive(second, 70000)) {
		check_eq(second->last.s.flags, SYN | ACK);
		inject(second, ACK);
		n++;
	}
	check_eq(n, sysctl_get("synack_retries"));
	expect_listed(second, CLOSE);
	if (!stack_is_kernel())
		check_eq(counter("Tcp", "AttemptFails") - fails, 1);
	/* what it sends now is nobody's */
	inject(second, ACK | PSH, .seq = 1, .len = 10);
	expect(second, RST, .seq = 1);
	wire_close(second);
}

/* abort_on_overflow: it is told at once, and nothing is sent again. */
WIRE_TEST_TIMEOUT(overflow, who_finds_no_room_may_be_told, 300)
{
	struct wire second[1];
	int listener, n;

	sysctl_set("abort_on_overflow", 1);
	listener = listen_full(w, second);
	inject(second, ACK);
	expect(second, RST, .seq = 1);
	expect_listed(second, CLOSE);
	expect_none(second, 10 * SECOND);
	for (n = 0; n < ROOM; n++)
		close_abort(wire_accept(listener));
	expect_no_accept(listener);
	wire_close(second);
}

TEST_HARNESS_MAIN
