// SPDX-License-Identifier: GPL-2.0
/*
 * Who lists many connections, again and again, does not hold up softirq: the timers
 * of a connection are as punctual as without him. In icount.list: on its one CPU a
 * listing that kept softirqs off would delay them by all the time it takes.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define CONNECTIONS	8000
#define ROUNDS		20
#define SLACK_MS	10	/* two ticks, and the way of the test's process */

WIRE4_FIXTURE(listing)

static void connect_many(void)
{
	struct rlimit files = { .rlim_cur = 20000, .rlim_max = 20000 };
	struct sockaddr_in at = addr4("127.0.0.1", 7000);
	int i, l;

	check_ok(setrlimit(RLIMIT_NOFILE, &files));
	l = listener_at(subject(), &at, 16);
	for (i = 0; i < CONNECTIONS; i++) {
		connected(subject(), &at);
		check_ok(accept(l, NULL, NULL));
	}
}

static long read_listing(void)
{
	const char *name = stack_is_kernel() ? "/proc/net/tcp" : "/proc/net/mytcp";
	static char buf[65536];
	int fd = check_ok(open(name, O_RDONLY));
	long size = 0;
	ssize_t n;

	while ((n = check_ok(read(fd, buf, sizeof(buf)))))
		size += n;
	check_ok(close(fd));
	return size;
}

static void list_forever(void *arg)
{
	(void)arg;
	for (;;)
		check_gt(read_listing(), CONNECTIONS * 2 * 100);
}

/* The longest that an ACK was delayed, milliseconds. */
static int longest_delay(struct wire *w)
{
	int i, ms, longest = 0;

	for (i = 0; i < ROUNDS; i++) {
		int64_t since;

		inject(w, ACK | PSH, .len = 10);
		since = w->mark;
		expect(w, ACK);
		ms = (w->last.us - since) / 1000;
		longest = ms > longest ? ms : longest;
	}
	return longest;
}

WIRE_TEST_TIMEOUT(listing, does_not_hold_up_timers, 300)
{
	int64_t start;
	int fd, alone, beside;
	pid_t reader;

	connect_many();
	start = now_ms();
	read_listing();
	test_note("a listing takes %d ms", (int)(now_ms() - start));
	check_gt(now_ms() - start, 5 * SLACK_MS);

	fd = open_passive(w);
	set_opt(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
	alone = longest_delay(w);
	reader = spawned(list_forever, NULL);
	beside = longest_delay(w);
	check_ok(kill(reader, SIGKILL));
	check_ok(waitpid(reader, NULL, 0));
	test_note("an ACK waits for %d ms, beside the reader for %d", alone, beside);
	check_ge(alone, 30);
	check_le(beside, alone + SLACK_MS);
}

TEST_HARNESS_MAIN
