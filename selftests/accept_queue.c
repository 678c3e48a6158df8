// SPDX-License-Identifier: GPL-2.0
/*
 * What a listener keeps, and how much: the SYN queue of the half-open, and the
 * accept queue of those whom nobody has accepted. Their counters are in
 * counters_listen.c, their times in accept_timer.c.
 */
#include <signal.h>
#include <sys/wait.h>

#include "lib/crowd.h"
#include "lib/objects.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define PEERS	64

FIXTURE(queue) {
	struct crowd c;
};

FIXTURE_SETUP(queue)
{
	test_begin_family(AF_INET);
	crowd_open(&self->c, PEERS);
}

FIXTURE_TEARDOWN(queue)
{
	crowd_close(&self->c);
}

static int half_open(struct crowd *c)
{
	int i, n = 0;

	for (i = 0; i < c->count; i++)
		crowd_send(c, i, SYN, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	for (i = 0; i < c->count; i++) {
		check_le(c->peer[i].synacks, 1);
		n += c->peer[i].synacks;
	}
	crowd_expect(SYN_RECV, n);
	return n;
}

/* How many SYNs find room, all that follow being dropped without an answer. */
static void expect_room(struct crowd *c, int room)
{
	long full = counter("TcpExt", "TCPReqQFullDrop");
	long drops = counter("TcpExt", "ListenDrops");

	check_eq(half_open(c), room);
	check_eq(c->heard, room);
	check_eq(counter("TcpExt", "TCPReqQFullDrop") - full, PEERS - room);
	check_eq(counter("TcpExt", "ListenDrops") - drops, PEERS - room);
}

TEST_F(queue, backlog_bounds_the_syn_queue)
{
	if (stack_is_kernel())
		SKIP(return, "it keeps a quarter for peers it knows");
	sysctl_set("syncookies", 0);
	crowd_listen(20);
	expect_room(&self->c, 20);
}

/* A server that wants no more than one at a time still hears several at once. */
TEST_F(queue, eight_half_open_ones_always_find_room)
{
	if (stack_is_kernel())
		SKIP(return, "it goes down to one");
	sysctl_set("syncookies", 0);
	crowd_listen(1);
	expect_room(&self->c, 8);
}

TEST_F(queue, max_syn_backlog_bounds_the_syn_queue)
{
	if (stack_is_kernel())
		SKIP(return, "it keeps a quarter for peers it knows");
	sysctl_set("syncookies", 0);
	sysctl_set("max_syn_backlog", 5);
	crowd_listen(100);
	expect_room(&self->c, 5);
}

TEST_F(queue, somaxconn_bounds_the_syn_queue)
{
	if (stack_is_kernel())
		SKIP(return, "it keeps a quarter for peers it knows");
	sysctl_set("syncookies", 0);
	sysctl_set("somaxconn", 12);
	crowd_listen(100);
	expect_room(&self->c, 12);
}

/* Each listener has its own: a flood of one port does not close the other. */
TEST_F(queue, a_full_one_is_full_for_its_listener_alone)
{
	struct sockaddr_in at = addr4("127.0.0.1", 9000);

	sysctl_set("syncookies", 0);
	crowd_listen(8);
	listener_at(subject(), &at, 8);
	check_lt(half_open(&self->c), PEERS);
	connected(subject(), &at);
}

/* Who becomes a connection, or is reset, makes room for the next. */
TEST_F(queue, there_is_room_again_when_one_is_finished)
{
	struct crowd *c = &self->c;

	if (stack_is_kernel())
		SKIP(return, "it goes down to one");
	sysctl_set("syncookies", 0);
	crowd_listen(8);
	check_eq(half_open(c), 8);
	crowd_send(c, 0, ACK, 65535, 0);
	crowd_ask(c, 20);
	crowd_send(c, 1, RST, 0, 0);
	crowd_ask(c, 21);
	crowd_send(c, 22, SYN, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	check_eq(c->peer[22].synacks, 0);
}

/* With the listener its half-open connections go, and their memory. */
TEST_F(queue, the_half_open_go_with_their_listener)
{
	long before = stack_is_kernel() ? 0 : objects_settled(OBJECTS_SYNQ), i;
	struct crowd *c = &self->c;
	int fd = crowd_listen(128);

	check_eq(half_open(c), PEERS);
	if (!stack_is_kernel())
		check_ge(objects_in(OBJECTS_SYNQ), PEERS);
	close(fd);
	/* the kernel's wait for their timer */
	if (!stack_is_kernel())
		crowd_expect(SYN_RECV, 0);
	/* nothing is said to them, but in answer */
	check_eq(c->heard, PEERS);
	for (i = 0; i < PEERS; i++)
		crowd_send(c, i, ACK, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	for (i = 0; i < PEERS; i++)
		check_eq(c->peer[i].rsts, 1);
	if (!stack_is_kernel())
		objects_await(OBJECTS_SYNQ, before);
}

/* A process with a namespace of its own is killed, half-open connections and all. */
static void die_half_open(void *arg)
{
	struct crowd c;

	test_begin_(arg);
	crowd_open(&c, PEERS);
	crowd_listen(128);
	check_eq(half_open(&c), PEERS);
	raise(SIGKILL);
}

TEST_F(queue, the_half_open_go_with_their_namespace)
{
	long before;
	int status;
	pid_t pid;

	if (stack_is_kernel())
		SKIP(return, "slabs of MyTCP");
	before = objects_settled(OBJECTS_ALL);
	pid = spawned(die_half_open, "the_half_open_go_with_their_namespace");
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status));
	objects_await(OBJECTS_ALL, before);
}

/* The last segment of a handshake may bring the first data, and the FIN. */
TEST_F(queue, data_in_the_third_segment_is_accepted)
{
	struct crowd *c = &self->c;
	int lfd = crowd_listen(8), fd;
	char text[8];

	crowd_ask(c, 0);
	crowd_send(c, 0, ACK | PSH, 65535, 5);
	fd = wire_accept(lfd);
	check_eq(recv(fd, text, sizeof(text), 0), 5);
	crowd_send(c, 0, FIN | ACK, 65535, 0);
	expect_eof(fd);
}

TEST_HARNESS_MAIN
