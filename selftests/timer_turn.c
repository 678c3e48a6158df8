// SPDX-License-Identifier: GPL-2.0
/*
 * A small segment for a user who waits gives him a turn before it is acknowledged:
 * the ACK rides on his answer, goes when he begins to wait again, and never much
 * later. RFC 9293 3.8.6.3 leaves it half a second (MUST-40). In icount.list.
 */
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "lib/sockets.h"
#include "lib/test.h"

/* The kernel's own acknowledges the first segments at once, whoever waits. */
WIRE_FIXTURE(turn)

#define TICKS	16	/* a kernel timer's coarseness, and the way here */

static pthread_t begin(struct wire *w, void *(*user)(void *), int *fd)
{
	pthread_t thread;

	check_eq(pthread_create(&thread, NULL, user, fd), 0);
	expect_none(w, 20);	/* until he waits */
	return thread;
}

static void expect_within(struct wire *w, int ms, int flags, int len)
{
	int64_t since = w->mark;

	expect(w, flags, .len = len);
	check_le((w->last.us - since) / 1000, ms);
}

static void *answer(void *arg)
{
	int fd = *(int *)arg;

	recv_pattern(fd, 0, 10);
	send_pattern(fd, 0, 20);
	return NULL;
}

WIRE_TEST(turn, an_answer_carries_the_ack)
{
	int fd = open_passive(w);
	pthread_t user = begin(w, answer, &fd);

	inject(w, ACK | PSH, .len = 10);
	if (stack_is_kernel())
		expect(w, ACK);
	expect_within(w, 4, ACK | PSH, 20);
	check_eq(w->last.s.ack, 11);
	pthread_join(user, NULL);
	inject(w, ACK);
	expect_none(w, 1000);
}

static void *read_twice(void *arg)
{
	int fd = *(int *)arg;

	recv_pattern(fd, 0, 10);
	recv_pattern(fd, 10, 10);
	return NULL;
}

WIRE_TEST(turn, who_reads_on_acknowledges)
{
	int fd = open_passive(w);
	pthread_t user = begin(w, read_twice, &fd);

	inject(w, ACK | PSH, .len = 10);
	expect_within(w, 2, ACK, 0);
	expect_none(w, 300);
	inject(w, ACK | PSH, .len = 10);
	expect_within(w, TICKS, ACK, 0);
	pthread_join(user, NULL);
	expect_none(w, 1000);
}

static void *poll_twice(void *arg)
{
	struct pollfd poller = { .fd = *(int *)arg, .events = POLLIN };

	check_eq(poll(&poller, 1, -1), 1);
	recv_pattern(poller.fd, 0, 10);
	check_eq(poll(&poller, 1, -1), 1);
	return NULL;
}

WIRE_TEST(turn, who_polls_again_acknowledges)
{
	int fd = open_passive(w);
	pthread_t user = begin(w, poll_twice, &fd);

	inject(w, ACK | PSH, .len = 10);
	expect_within(w, 2, ACK, 0);
	expect_none(w, 300);
	inject(w, ACK | PSH, .len = 10);
	expect_within(w, TICKS, ACK, 0);
	pthread_join(user, NULL);
}

static void *read_and_think(void *arg)
{
	int fd = *(int *)arg;

	recv_pattern(fd, 0, 10);
	usleep(500000);
	send_pattern(fd, 0, 20);
	return NULL;
}

WIRE_TEST(turn, who_thinks_long_is_not_waited_for)
{
	int fd = open_passive(w);
	pthread_t user = begin(w, read_and_think, &fd);

	inject(w, ACK | PSH, .len = 10);
	expect_within(w, TICKS, ACK, 0);
	expect_none(w, 400);
	expect(w, ACK | PSH, .len = 20);
	pthread_join(user, NULL);
}

static void *read_a_full_one(void *arg)
{
	recv_pattern(*(int *)arg, 0, 1400);
	usleep(500000);
	return NULL;
}

/* Its sender is in slow start, and needs the ACK to go on. */
WIRE_TEST(turn, a_full_segment_is_acknowledged_at_once)
{
	int fd = open_passive(w);
	pthread_t user = begin(w, read_a_full_one, &fd);

	inject(w, ACK | PSH, .len = 1400);
	expect_within(w, 2, ACK, 0);
	pthread_join(user, NULL);
}

WIRE_TEST(turn, who_asked_for_quick_acks_gets_them)
{
	int fd = open_passive(w);
	pthread_t user;

	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
	user = begin(w, read_and_think, &fd);
	inject(w, ACK | PSH, .len = 10);
	expect_within(w, 2, ACK, 0);
	expect_none(w, 400);
	expect(w, ACK | PSH, .len = 20);
	pthread_join(user, NULL);
}

TEST_HARNESS_MAIN

#define RUN	40	/* small segments, one directly behind the other */

static void *read_all(void *arg)
{
	int fd = *(int *)arg, i;

	for (i = 0; i < RUN; i++)
		recv_pattern(fd, i * 10, 10);
	return NULL;
}

/* Each ACK would have a sender with Nagle's algorithm send one more so small. */
WIRE_TEST(turn, many_in_a_row_are_acknowledged_together)
{
	int fd = open_passive(w), i, acks = 0;
	pthread_t user = begin(w, read_all, &fd);

	if (stack_is_kernel())
		SKIP(return, "it acknowledges each that is read");
	for (i = 0; i < RUN; i++)
		inject(w, ACK | PSH, .len = 10);
	while (w->last.s.ack != 1 + RUN * 10) {
		expect(w, ACK, .ack = ANY);
		acks++;
	}
	check_le((w->last.us - w->mark) / 1000, TICKS);
	check_le(acks, 24);
	pthread_join(user, NULL);
	expect_none(w, 1000);
}

/* When they come one at a time, they are no run. */
WIRE_TEST(turn, many_with_pauses_are_acknowledged_each)
{
	int fd = open_passive(w), i;
	pthread_t user = begin(w, read_all, &fd);

	/* after the last he does not wait for another */
	for (i = 1; i < RUN; i++) {
		inject(w, ACK | PSH, .len = 10);
		expect_within(w, TICKS, ACK, 0);
		expect_none(w, 20);
	}
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK);
	pthread_join(user, NULL);
}

#define FULL	1400
#define LARGE	(2 * FULL)

static void *answer_both(void *arg)
{
	int fd = *(int *)arg;

	answer(arg);
	recv_pattern(fd, 10, LARGE);
	send_pattern(fd, 20, 20);
	return NULL;
}

/* So the connection is one where messages are answered. */
static int open_exchange(struct wire *w, void *(*user)(void *), pthread_t *thread)
{
	static int fd;

	fd = open_passive(w, MSS(FULL));
	*thread = begin(w, user, &fd);
	inject(w, ACK | PSH, .len = 10);
	if (stack_is_kernel())
		expect(w, ACK);
	expect(w, ACK | PSH, .len = 20);
	inject(w, ACK);
	return fd;
}

/* One of many segments is acknowledged by its answer, once all of it is here. */
WIRE_TEST(turn, an_answer_to_a_large_message_carries_the_ack)
{
	pthread_t user;

	if (stack_is_kernel())
		SKIP(return, "it acknowledges every second full segment");
	open_exchange(w, answer_both, &user);
	inject(w, ACK, .len = FULL);
	inject(w, ACK | PSH, .len = FULL);
	expect_within(w, 4, ACK | PSH, 20);
	check_eq(w->last.s.ack, 11 + LARGE);
	pthread_join(user, NULL);
	inject(w, ACK);
	expect_none(w, 1000);
}

/* Before that the peer may wait for ACKs to send the rest. */
WIRE_TEST(turn, the_middle_of_a_large_message_is_acknowledged_at_once)
{
	pthread_t user;

	open_exchange(w, answer_both, &user);
	inject(w, ACK, .len = FULL);
	inject(w, ACK, .len = FULL);
	expect_within(w, 2, ACK, 0);
	pthread_join(user, NULL);
}

static void *answer_and_read(void *arg)
{
	int fd = *(int *)arg;

	answer(arg);
	recv_pattern(fd, 10, LARGE);
	recv_pattern(fd, 10 + LARGE, 10);
	return NULL;
}

WIRE_TEST(turn, who_does_not_answer_a_large_message_acknowledges_it)
{
	pthread_t user;

	open_exchange(w, answer_and_read, &user);
	inject(w, ACK, .len = FULL);
	inject(w, ACK | PSH, .len = FULL);
	expect_within(w, 4, ACK, 0);
	inject(w, ACK | PSH, .len = 10);
	pthread_join(user, NULL);
}

