// SPDX-License-Identifier: GPL-2.0
/*
 * Who wakes when a connection comes: of many processes that wait for one, one. A
 * wake-up is a context switch that a process asked for: /proc counts them.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define WORKERS	8

/* ---- what /proc tells of a process ---- */

/*
 * The call it waits in; who is about to wait, or has just begun to wake, is
 * "running" there, so that the switches are counted when this says yes.
 */
static bool is_waiting(void *arg)
{
	char path[64], text[256] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", *(pid_t *)arg);
	f = fopen(path, "re");
	check(f);
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	switch (strtol(text, NULL, 10)) {
	case SYS_accept:
	case SYS_accept4:
	case SYS_epoll_wait:
	case SYS_epoll_pwait:
		return true;
	}
	return false;
}

static long switches(pid_t pid)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	check(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "voluntary_ctxt_switches: %ld", &n);
	fclose(f);
	check_ge(n, 0);
	return n;
}

/* ---- those who wait ---- */

struct crew {
	int lfd;
	struct sockaddr_in at;
	enum tcp tcp;
	pid_t pid[WORKERS];
	long seen[WORKERS];		/* switches at the last look */
};

static void serve(struct crew *c, int number)
{
	char name = '0' + number;
	int fd = accept(c->lfd, NULL, NULL);

	if (fd < 0) {
		check_eq(errno, EAGAIN);
		return;
	}
	check_eq(send(fd, &name, 1, MSG_NOSIGNAL), 1);
	close(fd);
}

static void wait_in_accept(struct crew *c, int number)
{
	for (;;)
		serve(c, number);
}

static void wait_in_epoll(struct crew *c, int number, unsigned int flags)
{
	struct epoll_event event = { .events = EPOLLIN | flags };
	int ep = check_ok(epoll_create1(EPOLL_CLOEXEC));

	check_ok(epoll_ctl(ep, EPOLL_CTL_ADD, c->lfd, &event));
	for (;;)
		if (check_ok(epoll_wait(ep, &event, 1, -1)) == 1)
			serve(c, number);
}

static void wait_exclusively(struct crew *c, int number)
{
	wait_in_epoll(c, number, EPOLLEXCLUSIVE);
}

static void wait_in_common(struct crew *c, int number)
{
	wait_in_epoll(c, number, 0);
}

/* All sleep, and what they did until now is not counted. */
static void all_asleep(struct crew *c)
{
	int i;

	for (i = 0; i < WORKERS; i++)
		check(await_true(is_waiting, &c->pid[i], PATIENCE_MS));
	for (i = 0; i < WORKERS; i++)
		c->seen[i] = switches(c->pid[i]);
}

/* How many have been awake since then. */
static int woken(struct crew *c)
{
	int i, n = 0;

	for (i = 0; i < WORKERS; i++) {
		check(await_true(is_waiting, &c->pid[i], PATIENCE_MS));
		n += switches(c->pid[i]) != c->seen[i];
	}
	return n;
}

/* A child that waits for connections, and ends with the test at the latest. */
static pid_t worker(struct crew *c, void (*work)(struct crew *c, int number),
		    int number)
{
	pid_t pid;

	fflush(stdout);
	pid = check_ok(fork());
	if (pid)
		return pid;
	check_ok(prctl(PR_SET_PDEATHSIG, SIGKILL));
	work(c, number);
	_exit(0);
}

static void crew_set(struct crew *c, void (*work)(struct crew *c, int number))
{
	int i;

	for (i = 0; i < WORKERS; i++)
		c->pid[i] = worker(c, work, i);
	all_asleep(c);
}

/* Who has served a connection. */
static int served_by(int fd)
{
	char name, more;

	check_eq(recv(fd, &name, 1, 0), 1);
	check_eq(recv(fd, &more, 1, 0), 0);
	close(fd);
	return name - '0';
}

FIXTURE(wake) {
	struct crew c;
};

FIXTURE_SETUP(wake)
{
	test_begin();
	self->c.tcp = subject();
	self->c.lfd = listener(self->c.tcp, "127.0.0.1", 256);
	self->c.at = name4(self->c.lfd);
}

FIXTURE_TEARDOWN(wake)
{
	int i;

	for (i = 0; i < WORKERS; i++)
		if (self->c.pid[i])
			kill(self->c.pid[i], SIGKILL);
}

/* No thundering herd. */
TEST_F(wake, a_connection_wakes_one_of_those_in_accept)
{
	struct crew *c = &self->c;
	int i;

	crew_set(c, wait_in_accept);
	for (i = 0; i < 20; i++) {
		served_by(connected(c->tcp, &c->at));
		check_eq(woken(c), 1);
		all_asleep(c);
	}
}

/* Who has waited longest is next. */
TEST_F(wake, those_in_accept_take_turns)
{
	int served[WORKERS] = { 0 }, i;
	struct crew *c = &self->c;

	crew_set(c, wait_in_accept);
	for (i = 0; i < 4 * WORKERS; i++) {
		served[served_by(connected(c->tcp, &c->at))]++;
		all_asleep(c);
	}
	for (i = 0; i < WORKERS; i++)
		check_eq(served[i], 4);
}

TEST_F(wake, a_connection_wakes_one_of_those_in_epoll_exclusive)
{
	struct crew *c = &self->c;
	int i;

	set_nonblock(c->lfd, true);
	crew_set(c, wait_exclusively);
	for (i = 0; i < 20; i++) {
		served_by(connected(c->tcp, &c->at));
		check_eq(woken(c), 1);
		all_asleep(c);
	}
}

/*
 * Without EPOLLEXCLUSIVE a connection may wake them all: what was measured
 * above is the option's doing.
 */
TEST_F(wake, a_connection_wakes_many_of_those_in_plain_epoll)
{
	struct crew *c = &self->c;

	set_nonblock(c->lfd, true);
	crew_set(c, wait_in_common);
	served_by(connected(c->tcp, &c->at));
	check_gt(woken(c), 1);
}

/* More at once than there are workers: each is served, nobody oversleeps. */
static void expect_all_served(struct crew *c, int connections)
{
	enum { AT_ONCE = 3 * WORKERS };
	int fd[AT_ONCE], served[WORKERS] = { 0 }, i, done;

	for (done = 0; done < connections; done += AT_ONCE) {
		for (i = 0; i < AT_ONCE; i++) {
			fd[i] = check_ok(stream(c->tcp, SOCK_NONBLOCK));
			check_err(connect4(fd[i], &c->at), EINPROGRESS);
		}
		for (i = 0; i < AT_ONCE; i++) {
			if (!wait_fd(fd[i], POLLIN, PATIENCE_MS))
				test_fail("connection %d is not served",
					  done + i);
			set_nonblock(fd[i], false);
			served[served_by(fd[i])]++;
		}
	}
	for (i = 0; i < WORKERS; i++)
		test_note("worker %d has served %d", i, served[i]);
}

TEST_F_TIMEOUT(wake, of_many_connections_none_is_lost_in_accept, LONG_TEST)
{
	crew_set(&self->c, wait_in_accept);
	expect_all_served(&self->c, 480);
}

TEST_F_TIMEOUT(wake, of_many_connections_none_is_lost_in_epoll_exclusive,
	       LONG_TEST)
{
	set_nonblock(self->c.lfd, true);
	crew_set(&self->c, wait_exclusively);
	expect_all_served(&self->c, 480);
}

/*
 * One is killed at the moment the connection comes that would wake it. Either it
 * has taken the connection along, or another gets it: nobody waits for ever.
 */
TEST_F_TIMEOUT(wake, a_connection_for_who_is_killed_goes_to_another, LONG_TEST)
{
	struct crew *c = &self->c;
	int passed = 0, i;

	for (i = 0; i < 60; i++) {
		pid_t first = worker(c, wait_in_accept, 1), second;
		char name;
		int fd;

		check(await_true(is_waiting, &first, PATIENCE_MS));
		second = worker(c, wait_in_accept, 2);
		check(await_true(is_waiting, &second, PATIENCE_MS));
		fd = check_ok(stream(c->tcp, SOCK_NONBLOCK));
		if (i % 2)
			kill(first, SIGKILL);
		check_err(connect4(fd, &c->at), EINPROGRESS);
		kill(first, SIGKILL);
		check(wait_fd(fd, POLLIN, PATIENCE_MS) & POLLIN);
		passed += recv(fd, &name, 1, 0) == 1 && name == '2';
		close(fd);
		check_eq(waitpid(first, NULL, 0), first);
		kill(second, SIGKILL);
		check_eq(waitpid(second, NULL, 0), second);
	}
	test_note("%d of %d went to the other", passed, i);
	check_gt(passed, 0);
}

TEST_HARNESS_MAIN
