// SPDX-License-Identifier: GPL-2.0
/*
 * Connections killed at random moments, in every way there is: closed, reset,
 * shut down, their process killed, the interface taken down. After that there
 * is no socket any more. MYTCP_TEST_KILLS (1000) is the number of connections,
 * MYTCP_TEST_SEED (1) makes another story of it.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/objects.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"
#include "lib/test.h"

#define BATCH	20

FIXTURE(kill) {
	enum tcp tcp;
	unsigned int seed;
};

FIXTURE_SETUP(kill)
{
	test_begin();
	self->tcp = subject();
	self->seed = env_number("MYTCP_TEST_SEED", 1);
	test_note("MYTCP_TEST_SEED=%u", self->seed);
	blackhole();
	setting_write(self->tcp, "fin_timeout", "2");
	setting_write(KERNEL_TCP, "fin_timeout", "2");
}

FIXTURE_TEARDOWN(kill)
{
}

static long chance(unsigned int *seed, long most)
{
	return rand_r(seed) % most;
}

/* One thing that can happen to a connection; returns false if it is the end. */
static bool happen(int fd, unsigned int *seed)
{
	static char block[30000];
	size_t len = 1 + chance(seed, sizeof(block));

	switch (chance(seed, 40)) {
	case 0:
		close(fd);
		return false;
	case 1:
		close_abort(fd);
		return false;
	case 2:
		shutdown(fd, SHUT_WR);
		break;
	case 3:
		shutdown(fd, SHUT_RDWR);
		break;
	case 4:
		send(fd, block, 1, MSG_OOB | MSG_DONTWAIT);
		break;
	case 5:
		send(fd, block, len, MSG_MORE | MSG_DONTWAIT);
		break;
	case 6: {
		struct sockaddr none = { .sa_family = AF_UNSPEC };

		connect(fd, &none, sizeof(none));
		break;
	}
	case 7 ... 22:
		recv(fd, block, len, MSG_DONTWAIT);
		break;
	default:
		send(fd, block, len, MSG_DONTWAIT);
	}
	return true;
}

/* Plays with the sockets until it is killed, or the process has had enough. */
static void play(int *fd, int n, int lfd, unsigned int seed)
{
	int turns = 20 + chance(&seed, 600);

	while (turns--) {
		int i = chance(&seed, BATCH);

		if (i >= n) {
			int afd = lfd < 0 ? -1 : accept(lfd, NULL, NULL);

			if (afd >= 0)
				fd[n++] = afd;
			continue;
		}
		if (!happen(fd[i], &seed))
			fd[i] = fd[--n];
	}
	if (chance(&seed, 2))
		pause();
}

static void client(enum tcp tcp, const struct sockaddr_in *to,
		   unsigned int seed)
{
	struct sockaddr_in lost = addr4(LOST, 7);
	int fd[BATCH], i;

	for (i = 0; i < BATCH; i++) {
		fd[i] = check_ok(stream(tcp, SOCK_NONBLOCK));
		/* May fail at once: the interface could just be down. */
		connect4(fd[i], chance(&seed, 10) ? to : &lost);
	}
	play(fd, BATCH, -1, seed);
}

static void server(int lfd, unsigned int seed)
{
	int fd[BATCH];

	set_nonblock(lfd, true);
	play(fd, 0, lfd, seed);
}

static void kill_and_wait(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	check_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		check_eq(WEXITSTATUS(status), 0);
}

/* One batch of connections, from their making to the end of both processes. */
static void batch(enum tcp a, enum tcp b, unsigned int *seed)
{
	int lfd = listener(b, "127.0.0.1", 1 + chance(seed, BATCH));
	struct sockaddr_in at = name4(lfd);
	pid_t pid[2];
	int i;

	pid[0] = check_ok(fork());
	if (!pid[0]) {
		server(lfd, *seed ^ 0x5555);
		_exit(0);
	}
	close(lfd);
	pid[1] = check_ok(fork());
	if (!pid[1]) {
		client(a, &at, *seed ^ 0xaaaa);
		_exit(0);
	}
	usleep(chance(seed, 30000));
	if (!chance(seed, 4)) {
		netif_down("lo");
		usleep(chance(seed, 5000));
		netif_up("lo");
		usleep(chance(seed, 5000));
	}
	i = chance(seed, 2);
	kill_and_wait(pid[i]);
	usleep(chance(seed, 5000));
	kill_and_wait(pid[!i]);
}

static bool only_time_wait_left(void *arg)
{
	static struct listing l[8192];
	int i, n = listing_read(AF_INET, l, 8192);

	for (i = 0; i < n && i < 8192; i++)
		if (l[i].state != TIME_WAIT) {
			*(struct listing *)arg = l[i];
			return false;
		}
	return true;
}

static void expect_all_gone(void)
{
	struct listing left = { 0 };

	/* What the interface swallowed is sent again, later and later. */
	if (!await_true(only_time_wait_left, &left, 150000))
		test_fail("there still is a socket in %s, port %d to %d, queues %lu and %lu, timer %d, retransmits %d",
			  state_name(left.state), left.local_port,
			  left.peer_port, left.tx_queue, left.rx_queue,
			  left.timer, left.retransmits);
}

static long batches(void)
{
	return (env_number("MYTCP_TEST_KILLS", 1000) + BATCH - 1) / BATCH;
}

TEST_F_TIMEOUT(kill, connections_of_one_stack, 2 * LONG_TEST)
{
	long i;

	for (i = 0; i < batches(); i++)
		batch(self->tcp, self->tcp, &self->seed);
	expect_all_gone();
}

TEST_F_TIMEOUT(kill, connections_between_the_stacks, 2 * LONG_TEST)
{
	long i;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "needs both stacks");
	for (i = 0; i < batches(); i++)
		if (i % 2)
			batch(MYTCP, KERNEL_TCP, &self->seed);
		else
			batch(KERNEL_TCP, MYTCP, &self->seed);
	expect_all_gone();
}

/* The whole namespace at once, with everything in it under way. */
TEST_F_TIMEOUT(kill, namespaces_with_connections_in_them, 2 * LONG_TEST)
{
	long i, n = batches() / 2;

	for (i = 0; i < n; i++) {
		pid_t pid = check_ok(fork());

		if (!pid) {
			netns_enter();
			blackhole();
			batch(self->tcp, self->tcp, &self->seed);
			_exit(0);
		}
		self->seed++;
		joined(pid);
	}
	expect_all_gone();
}

/* ---- TIME_WAIT by the thousand, on the wheel of each CPU ---- */

static void be_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* where there is no such CPU, it is another */
	sched_setaffinity(0, sizeof(set), &set);
}

/* One connection after the other, closed from here first. */
static void open_and_close(const struct sockaddr_in *at, long count, int cpu)
{
	char none;

	be_on(cpu);
	while (count--) {
		int fd = connected(subject(), at);

		check_ok(shutdown(fd, SHUT_WR));
		check_eq(recv(fd, &none, 1, 0), 0);
		close(fd);
	}
}

static void close_behind_them(int lfd, long count)
{
	char none;

	while (count--) {
		int fd = check_ok(accept(lfd, NULL, NULL));

		check_eq(recv(fd, &none, 1, 0), 0);
		close(fd);
	}
}

static bool there_is_none(void *name)
{
	return !sockstat(name);
}

/*
 * They come and go at the same time, at both CPUs: each ends once, by its time, and
 * the last one does, too.
 */
TEST_F_TIMEOUT(kill, time_wait_of_two_cpus_ends, LONG_TEST)
{
	long each = env_number("MYTCP_TEST_KILLS", 1000);
	int lfd = listener(self->tcp, "127.0.0.1", 100), cpu;
	struct sockaddr_in at = name4(lfd);
	pid_t pid[3];

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "its minute is no setting");
	setting_write(self->tcp, "tw_timeout", "1");
	objects_settled(OBJECTS_TIMEWAIT);
	for (cpu = 0; cpu < 3; cpu++) {
		pid[cpu] = check_ok(fork());
		if (pid[cpu])
			continue;
		if (cpu < 2)
			open_and_close(&at, each, cpu);
		else
			close_behind_them(lfd, 2 * each);
		_exit(0);
	}
	for (cpu = 0; cpu < 3; cpu++)
		joined(pid[cpu]);
	check(await_true(there_is_none, "tw", PATIENCE_MS));
	check_eq(counter("TcpExt", "TW"), 2 * each);
	objects_await(OBJECTS_TIMEWAIT, 0);
}

TEST_HARNESS_MAIN
