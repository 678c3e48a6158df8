// SPDX-License-Identifier: GPL-2.0
/*
 * What data costs: mytcp-perf's tests on both stacks and AF_UNIX, the floor, over lo and
 * over veth, and what the module costs the kernel's own TCP.
 *
 * Usage: perf MODULE.ko [contention]
 *
 * In virtual time a nanosecond is an instruction: the time for an operation is its cost.
 * MODULE is loaded; the kernel's TCP is measured without it, too.
 *
 * "contention" is for real time and more than one CPU: what costs the same alone may
 * wait for others there. Nothing is exact, so MyTCP is to be no slower than the kernel by
 * more than its pairs of runs differ.
 */
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/hosts.h"
#include "lib/netif.h"
#include "lib/sockets.h"

#define TOOL		"build/tools/mytcp-perf"
#define HERE		"10.0.0.1"
#define THERE		"10.0.0.2"
#define NEIGHBOURS	1000	/* connections of MyTCP beside the kernel's */
#define KERNEL_SLAB	7565.0	/* bytes for a connected pair, as the limit has it */

/**
 * struct row - a figure
 * @name: of it
 * @options: of mytcp-perf
 * @limit: of the ratio to the kernel's TCP
 */
struct row {
	const char *name, *options;
	double limit;
};

static const struct row over_lo[] = {
	{ "RR, 1 byte", "-t RR -n 4000", 0.80 },
	{ "RR, 16 KiB", "-t RR -m 16384 -n 2000", 0.90 },
	{ "STREAM, 64 KiB writes", "-t STREAM -n 4000", 0.95 },
	{ "STREAM, 1000-byte writes", "-t STREAM -m 1000 -n 40000", 0.90 },
	{ "CRR, 1 byte", "-t CRR -n 2000", 0 },
};

static const struct row over_veth[] = {
	{ "veth: RR, 1 byte", "-t RR -n 4000", 0.95 },
	{ "veth: RR, 16 KiB", "-t RR -m 16384 -n 2000", 0.95 },
	{ "veth: STREAM, 64 KiB writes", "-t STREAM -n 4000", 0.95 },
	{ "veth: STREAM, 1000-byte writes", "-t STREAM -m 1000 -n 40000", 0.95 },
};

static const struct row in_contention[] = {
	{ "RR, 1 byte, 4 at once", "-t RR -P 4 -n 4000", 0 },
	{ "RR, 16 KiB, 4 at once", "-t RR -m 16384 -P 4 -n 2000", 0 },
	{ "STREAM, 64 KiB writes, 4 at once", "-t STREAM -P 4 -n 4000", 0 },
	{ "STREAM, 1000-byte writes, 4 at once", "-t STREAM -m 1000 -P 4 -n 40000", 0 },
	{ "CRR, 1 byte, 4 at once", "-t CRR -P 4 -n 2000", 0 },
};

#define COUNT(rows)	(sizeof(rows) / sizeof((rows)[0]))
#define ROUNDS		9	/* of pairs, in contention */

static bool contention;

/* Runs mytcp-perf; what it measured is kept whole, too. */
static json_t *run(const char *options)
{
	char command[256];
	json_error_t error;
	json_t *all;
	FILE *out;

	snprintf(command, sizeof(command), TOOL " -q -j %s", options);
	out = popen(command, "r");
	check(out);
	all = json_loadf(out, 0, &error);
	check_eq(pclose(out), 0);
	check(all);
	printf("json: {\"run\": ");
	json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
	printf("}\n");
	return all;
}

/* A figure of a stack, as mytcp-perf calls both; NAN if it has none. */
static double figure(const json_t *all, const char *stack, const char *name)
{
	json_t *stacks = json_object_get(all, "stacks"), *one;
	size_t i;

	json_array_foreach(stacks, i, one)
		if (!strcmp(json_string_value(json_object_get(one, "stack")), stack) &&
		    json_is_number(json_object_get(one, name)))
			return json_number_value(json_object_get(one, name));
	return NAN;
}

static double nanoseconds(const json_t *all, const char *stack)
{
	return figure(all, stack, "us_per_operation") * 1000;
}

/* One, and by how much the best pair of runs is better than the mean. */
static double par(const json_t *all)
{
	const json_t *ratio = json_object_get(all, "time_ratio");

	return 1 + json_number_value(json_object_get(ratio, "mean")) -
	       json_number_value(json_object_get(ratio, "least"));
}

static void print_row(const struct row *row, const char *stacks, const char *where)
{
	char options[160];
	double floor;
	json_t *all;

	snprintf(options, sizeof(options), "%s -r %d -f %s %s", row->options,
		 contention ? ROUNDS : 3, stacks, where);
	all = run(options);
	table_row(row->name, "ns", nanoseconds(all, "tcp"), nanoseconds(all, "mytcp"),
		  contention ? par(all) : row->limit);
	floor = nanoseconds(all, "unix");
	if (isfinite(floor))
		printf("    AF_UNIX: %.0f ns\n", floor);
	json_decref(all);
}

static void measure_lo(void)
{
	size_t i;

	for (i = 0; i < COUNT(over_lo); i++)
		print_row(&over_lo[i], "tcp,mytcp,unix", "");
	for (i = 0; contention && i < COUNT(in_contention); i++)
		print_row(&in_contention[i], "tcp,mytcp", "");
}

/* A server in another namespace; it listens when it says so. */
static pid_t start_server(int host)
{
	char said[128];
	int pipe_ends[2];
	FILE *from;
	pid_t pid;

	check_ok(pipe(pipe_ends));
	pid = check_ok(fork());
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		host_enter(host);
		dup2(pipe_ends[1], STDOUT_FILENO);
		execl(TOOL, "mytcp-perf", "-L", "-H", THERE, NULL);
		_exit(127);
	}
	close(pipe_ends[1]);
	from = fdopen(pipe_ends[0], "r");
	check(from && fgets(said, sizeof(said), from));
	fclose(from);
	return pid;
}

static void measure_veth(void)
{
	int here = host_here(), there = host_new();
	pid_t server;
	size_t i;

	host_connect(&(struct plug){ here, "here", HERE }, &(struct plug){ there, "there", THERE });
	server = start_server(there);
	for (i = 0; i < COUNT(over_veth); i++)
		print_row(&over_veth[i], "tcp,mytcp", "-H " THERE);
	/* whose sockets hold the module */
	kill(server, SIGTERM);
	check_eq(waitpid(server, NULL, 0), server);
}

/* Many connections make none of them slower. */
static void measure_many(void)
{
	json_t *few = run("-t RR --in-turn -f tcp,mytcp -P 10 -n 20000 -r 1");
	json_t *many = run("-t RR --in-turn -f tcp,mytcp -P 10000 -n 20000 -r 1");

	table_row("RR in turn, 10 connections", "ns", nanoseconds(few, "tcp"),
		  nanoseconds(few, "mytcp"), 0);
	table_row("RR in turn, 10,000 connections", "ns", nanoseconds(many, "tcp"),
		  nanoseconds(many, "mytcp"), 0.80);
	table_row_bound("the same as a share of 10's", "%",
			100 * nanoseconds(many, "tcp") / nanoseconds(few, "tcp"),
			100 * nanoseconds(many, "mytcp") / nanoseconds(few, "mytcp"),
			AT_MOST, 105);
	json_decref(few);
	json_decref(many);
}

static void measure_slab(void)
{
	json_t *all = run("-t CONNECT -n 10000 -f tcp,mytcp -r 1");

	table_row_bound("slab of a connected pair", "bytes",
			figure(all, "tcp", "slab_per_connection"),
			figure(all, "mytcp", "slab_per_connection"), AT_MOST,
			0.75 * KERNEL_SLAB);
	json_decref(all);
}

/**
 * struct own - what the kernel's TCP costs, nanoseconds
 * @rr: a transaction of a byte
 * @stream: a write of 64 KiB
 */
struct own {
	double rr, stream;
};

static void measure_own(void *arg)
{
	struct own *own = arg;
	json_t *all = run("-t RR -n 4000 -f tcp -r 3");

	own->rr = nanoseconds(all, "tcp");
	json_decref(all);
	all = run("-t STREAM -n 4000 -f tcp -r 3");
	own->stream = nanoseconds(all, "tcp");
	json_decref(all);
}

/* The same beside connections of MyTCP, which are of other ports. */
static void measure_beside(void *arg)
{
	struct sockaddr_in at = addr4("127.0.0.1", 9999);
	int listener, i;

	want_files(2 * NEIGHBOURS + 100);
	listener = listener_at(MYTCP, &at, 128);
	for (i = 0; i < NEIGHBOURS; i++) {
		connected(MYTCP, &at);
		check_ok(accept(listener, NULL, NULL));
	}
	measure_own(arg);
}

static void print_own(const char *which, const struct own *without, const struct own *with,
		      double limit)
{
	char name[64];

	snprintf(name, sizeof(name), "the kernel's RR, %s", which);
	table_row(name, "ns", without->rr, with->rr, limit);
	snprintf(name, sizeof(name), "the kernel's STREAM, %s", which);
	table_row(name, "ns", without->stream, with->stream, limit);
}

/* In these rows the first column is without MyTCP, the second with it. */
static void measure_presence(const char *module)
{
	struct own *own = shared(3 * sizeof(*own));

	/* the last connections may be closing still */
	shell("for i in $(seq 100); do rmmod mytcp 2>/tmp/rmmod && exit; sleep 0.1; done; "
	      "cat /tmp/rmmod /proc/net/mytcp; exit 1");
	in_namespace(measure_own, &own[0]);
	shell("insmod %s", module);
	in_namespace(measure_own, &own[1]);
	in_namespace(measure_beside, &own[2]);
	printf("without and with MyTCP:\n");
	print_own("loaded only", &own[0], &own[1], 1.005);
	print_own("1,000 connections open", &own[0], &own[2], 1.01);
}

int main(int argc, char **argv)
{
	contention = argc > 2 && !strcmp(argv[2], "contention");
	if (argc < 2 || argc > 3 || (argc == 3 && !contention)) {
		fprintf(stderr, "usage: perf MODULE.ko [contention]\n");
		return 2;
	}
	want_files(25000);
	table_begin(contention ? "data, in real time" : "data");
	/* of this process, as what was missed is counted in it */
	netns_enter();
	measure_lo();
	if (!contention) {
		measure_many();
		measure_slab();
	}
	netns_enter();
	measure_veth();
	if (!contention)
		measure_presence(argv[1]);
	return table_end();
}
