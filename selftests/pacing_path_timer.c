// SPDX-License-Identifier: GPL-2.0
/*
 * Whole transfers between two hosts in virtual time: how long they take at a rate, and
 * how much of them lies in the sender's own queue.
 */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/tool.h"

#define DELAY_MS	10	/* of acknowledgments */
#define IW		10
#define FRAME		1514
#define MSS_HERE	1448

FIXTURE(path) { enum tcp tcp; int here, there, a, b; };
FIXTURE_VARIANT(path) { const char *qdisc; };
FIXTURE_VARIANT_ADD(path, plain) { .qdisc = "pfifo" };
FIXTURE_VARIANT_ADD(path, fq) { .qdisc = "fq" };

FIXTURE_SETUP(path)
{
	struct plug a = { .dev = "a0", .ip = "10.7.0.1" };
	struct plug b = { .dev = "b0", .ip = "10.7.0.2" };
	char line[128];

	test_begin();
	self->tcp = subject();
	self->here = a.host = host_here();
	self->there = b.host = host_new();
	host_connect(&a, &b);
	snprintf(line, sizeof(line), "tc qdisc replace dev a0 root %s 2>/dev/null",
		 variant->qdisc);
	if (system(line))
		SKIP(_exit(255), "no such queue on this machine");
	host_enter(self->there);
	shell("tc qdisc replace dev b0 root netem delay %dms limit 10000", DELAY_MS);
	host_enter(self->here);
}

FIXTURE_TEARDOWN(path) { }

static void connect_there(FIXTURE_DATA(path) *self)
{
	connect_hosts(self->tcp, self->here, self->there, "10.7.0.2", 5000,
		      &self->a, &self->b);
}

/* How many milliseconds @amount octets take. */
static int64_t transfer(FIXTURE_DATA(path) *self, uint64_t amount)
{
	int64_t began = now_ms();
	pid_t sends = fork();

	if (!sends) {
		check(stream_send(self->a, 1, amount));
		_exit(0);
	}
	check(stream_receive(self->b, 1, amount));
	joined(sends);
	return now_ms() - began;
}

static void expect_time(FIXTURE_DATA(path) *self, unsigned long rate,
			uint64_t amount)
{
	int64_t want = amount * 1000 / rate, took;

	connect_there(self);
	set_opt(self->a, SOL_SOCKET, SO_SNDBUF, 1000000);
	check_ok(setsockopt(self->a, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
			    sizeof(rate)));
	took = transfer(self, amount);
	printf("# %lu octets a second: %lld ms instead of %lld\n", rate,
	       (long long)took, (long long)want);
	check_ge(took, want * 95 / 100);
	check_le(took, want * 105 / 100);
}

TEST_F(path, at_1_mbit_it_takes_its_time)
{
	/* of which the kernel's first ten segments are a tenth */
	if (self->tcp == KERNEL_TCP)
		SKIP(return, "the kernel begins without a pace");
	expect_time(self, 125000, 125000);
}

TEST_F(path, at_10_mbit_it_takes_its_time)
{
	expect_time(self, 1250000, 1250000);
}

TEST_F(path, at_50_mbit_it_takes_its_time)
{
	expect_time(self, 6250000, 6250000);
}

/*
 * A queue of 10 Mbit/s takes no more than the first window, and nothing of it is
 * dropped, though the connection goes on for a hundred round trips: so what lies there
 * is never more. And the link is never idle.
 */
TEST_F(path, a_slow_link_is_kept_busy_with_a_short_queue)
{
	const uint64_t amount = 3000000;
	const int64_t want = amount * 8 / 10000 * FRAME / MSS_HERE;
	char line[256];
	int64_t took;
	int lines;

	if (!strcmp(variant->qdisc, "fq"))
		return;
	shell("tc qdisc replace dev a0 root tbf rate 10mbit burst %d limit %d",
	      2 * FRAME, (IW + 2) * FRAME);
	connect_there(self);
	took = transfer(self, amount);
	lines = tool_lines("tc -s qdisc show dev a0", " Sent ", line);
	check_eq(lines, 1);
	printf("# %lld ms instead of %lld; %s\n", (long long)took, (long long)want,
	       line);
	check(strstr(line, "(dropped 0,"));
	check_le(took, want * 104 / 100 + 3 * DELAY_MS);
	check_eq(tcp_info(self->a).tcpi_total_retrans, 0);
}

TEST_HARNESS_MAIN
