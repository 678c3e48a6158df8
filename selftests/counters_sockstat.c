// SPDX-License-Identifier: GPL-2.0
/* /proc/net/mytcp_sockstat: how many orphans, buckets and sockets there are. */
#include <unistd.h>

#include "lib/crowd.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"
#include "lib/test.h"

#define PEERS	20

FIXTURE(sockstat) {
	struct crowd c;
	int lfd, fd[PEERS];
	long orphans, sockets;
};

FIXTURE_SETUP(sockstat)
{
	int i;

	test_begin_family(AF_INET);
	crowd_open(&self->c, PEERS);
	/* other tests' may still be there, and go one by one */
	self->orphans = sockstat("orphan");
	self->lfd = crowd_listen(PEERS);
	self->sockets = sockstat("alloc");
	for (i = 0; i < PEERS; i++) {
		crowd_connect(&self->c, i, 65535);
		self->fd[i] = wire_accept(self->lfd);
	}
}

FIXTURE_TEARDOWN(sockstat)
{
	crowd_close(&self->c);
}

struct bounds {
	long least, most;
};

static bool are_between(void *arg)
{
	const struct bounds *b = arg;
	long n = sockstat("orphan");

	return n >= b->least && n <= b->most;
}

/* So many are ours, and at most @others somebody else's. */
static void expect_orphans(long ours, long others)
{
	struct bounds b = { ours, ours + others };

	if (!await_true(are_between, &b, PATIENCE_MS))
		test_fail("%ld orphans, expected %ld, and %ld others at most",
			  sockstat("orphan"), ours, others);
}

TEST_F(sockstat, sockets_are_counted)
{
	/* others' sockets may have gone meanwhile */
	check_le(sockstat("alloc"), self->sockets + PEERS);
	check_ge(sockstat("alloc"), PEERS);
	expect_orphans(0, self->orphans);
}

/* Closed and not acknowledged: orphans, which the last ACK ends. */
TEST_F(sockstat, orphans_are_counted_until_they_are_done)
{
	struct crowd *c = &self->c;
	int i;

	for (i = 0; i < PEERS; i++) {
		crowd_send(c, i, FIN | ACK, 65535, 0);
		close(self->fd[i]);
		expect_orphans(i + 1, self->orphans);
	}
	crowd_expect(LAST_ACK, PEERS);
	crowd_hear(c, 10);
	for (i = 0; i < PEERS; i++)
		crowd_send(c, i, ACK, 65535, 0);
	expect_orphans(0, self->orphans);
	check_eq(sockstat("tw"), 0);
}

/* FIN-WAIT-2 and TIME-WAIT are buckets, and no orphans. */
TEST_F(sockstat, buckets_are_counted)
{
	struct crowd *c = &self->c;
	int i;

	for (i = 0; i < PEERS; i++)
		close(self->fd[i]);
	expect_orphans(PEERS, self->orphans);
	check_eq(sockstat("tw"), 0);
	crowd_hear(c, 10);
	for (i = 0; i < PEERS; i++)
		crowd_send(c, i, ACK, 65535, 0);
	crowd_expect(FIN_WAIT2, PEERS);
	expect_orphans(0, self->orphans);
	check_eq(sockstat("tw"), PEERS);
	for (i = 0; i < PEERS; i++)
		crowd_send(c, i, FIN | ACK, 65535, 0);
	crowd_expect(TIME_WAIT, PEERS);
	check_eq(sockstat("tw"), PEERS);
}

static bool memory_is_below(void *arg)
{
	return sockstat("mem") <= *(long *)arg;
}

/* What lies in the queues takes memory, which is given back. */
TEST_F(sockstat, memory_is_counted)
{
	/* each CPU keeps so many pages in reserve, not counted, or too much */
	long slack = 256 * sysconf(_SC_NPROCESSORS_CONF);
	long before = sockstat("mem"), most = before + slack;
	int i;

	for (i = 0; i < PEERS; i++) {
		set_opt(self->fd[i], SOL_SOCKET, SO_SNDBUF, 200000);
		fill(self->fd[i]);
	}
	/* far more than the window lets out, and than what CPUs keep */
	check_gt(sockstat("mem"), most);
	for (i = 0; i < PEERS; i++)
		close_abort(self->fd[i]);
	if (!await_true(memory_is_below, &most, PATIENCE_MS))
		test_fail("%ld pages, expected %ld at most", sockstat("mem"), most);
}

TEST_HARNESS_MAIN
