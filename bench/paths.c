// SPDX-License-Identifier: GPL-2.0
/*
 * What a bulk transfer gets out of a path with delay, loss, reordering and
 * duplicates, and what it sends in vain: the kernel's TCP with CUBIC beside MyTCP.
 *
 * Usage: paths [all|quick|PATTERN [REPETITIONS]]
 *
 * A cell of the matrix is named MBIT-RTT-WEATHER, as 10-50-loss1; PATTERN is a
 * shell's, '10-*-loss*'. "quick" are some cells that show most, each with fewer
 * repetitions. The stacks take turns, each time on a path of its own. Chance is
 * netem's. Where the kernel can (6.12), both stacks of a repetition meet the same: the
 * n-th packet of each is lost, or reordered; other ones in the next repetition. A cell
 * is repeated until its ratio is known to 0.05, or is off the limit by four times what
 * it is known to, but not more than 50 times.
 */
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/hosts.h"
#include "netem.h"
#include "path.h"

#define MAX_RUNS	50
#define SECONDS(rtt_ms)	(10 + 50 * (rtt_ms) / 1000.0)	/* of a transfer */
#define PRECISION	0.05	/* standard error of a ratio; else there are more runs, */
#define CERTAIN		4	/* if it is not off the limit by so many errors */
#define LIMIT_CELL	0.97	/* of the kernel's goodput */
#define LIMIT_MEAN	1.00
#define NAME		32

/*
 * How bad a path is, in netem's words. A burst of lost packets has four of them in
 * the mean (Gilbert's model: p / (p + 25 %) are lost).
 */
static const struct weather {
	const char *name, *netem;
	int runs;		/* at least: chance needs more of them */
} weathers[] = {
	{ "clean", "", 2 },
	{ "loss0.1", "loss random 0.1%", 4 },
	{ "loss1", "loss random 1%", 4 },
	{ "loss3", "loss random 3%", 4 },
	{ "burst0.1", "loss gemodel 0.025% 25%", 4 },
	{ "burst1", "loss gemodel 0.2525% 25%", 4 },
	{ "burst3", "loss gemodel 0.7732% 25%", 4 },
	{ "reorder1", "reorder 1%", 4 },
	{ "reorder10", "reorder 10%", 4 },
	{ "dup1", "duplicate 1%", 3 },
};

#define WEATHERS	((int)(sizeof(weathers) / sizeof(weathers[0])))

static const int mbits[] = { 10, 100 }, rtts[] = { 10, 50, 200 };

#define QUICK_RUNS	3

static const char *const quick[] = {
	"10-50-clean", "10-50-loss1", "10-50-loss3", "10-50-burst1",
	"10-50-reorder1", "10-50-dup1", "10-200-loss1", "100-10-clean",
	"100-50-loss0.1", NULL
};

/* One transfer. What a stack does not count is -1. */
struct run {
	double mbit;		/* goodput */
	double seconds;		/* until all was acknowledged */
	long retrans;		/* segments sent again */
	long dropped;		/* by the path */
	long spurious;		/* sent again, though not dropped */
	long dsacks;		/* duplicates that the receiver told of */
	long again;		/* the namespace's RetransSegs */
	long dsack_counter;	/* its TCPDSACKRecv */
	bool seeded;		/* its weather was that of the other stack */
	bool given_up;		/* all that was sent for a quarter of an hour was lost */
	char control[16];
};

struct transfer {
	const struct path *path;
	enum tcp tcp;
	int repetition;
	struct run *run;
};

struct cell {
	char name[NAME];
	struct path path;
	int runs, most;			/* so far; and the most of them */
	struct run run[2][MAX_RUNS];	/* by stack */
};

struct figure {
	double mean, error;	/* and its standard error */
};

struct receiver {
	int fd;
	double start, window;	/* ns */
	long *got;
};

static void receive(void *arg)
{
	const struct receiver *r = arg;

	path_receive(r->fd, r->start, r->window, r->got, 1);
}

/* Both stacks meet the weather of that number. */
static bool seed(const struct path *p, int number)
{
	bool seeded;

	host_enter(p->s);
	/* small ones that differ in few bits begin alike: spread them out */
	seeded = netem_seed(PATH_WEATHER, number * 0x9e3779b97f4a7c15ULL);
	host_enter(p->a);
	return seeded;
}

static void transfer(void *arg)
{
	const struct transfer *t = arg;
	struct path p = *t->path;
	struct receiver receiver = { .window = SECONDS(p.rtt_ms) * 1e9 };
	struct run *run = t->run;
	struct tcp_info info;
	pid_t child;
	int fd[2];

	path_build(&p);
	run->seeded = seed(&p, t->repetition);
	path_connect(&p, t->tcp, PATH_PORT, fd);
	path_control(fd[0], run->control, sizeof(run->control));
	receiver.fd = fd[1];
	receiver.got = shared(sizeof(long));
	receiver.start = now_ns();
	child = spawned(receive, &receiver);
	info = path_send(fd[0], receiver.window);
	run->given_up = path_given_up(&info);
	if (run->given_up)
		shutdown(fd[1], SHUT_RD);	/* no FIN will come */
	joined(child);
	run->seconds = (now_ns() - receiver.start) / 1e9 - PATH_SETTLE_MS / 1e3;
	run->mbit = *receiver.got * 8e3 / receiver.window;
	run->retrans = info.tcpi_total_retrans;
	run->dropped = path_dropped(&p);
	/* Each segment that is lost is to be sent again once, no other one ever. */
	run->spurious = run->retrans - run->dropped;
	if (run->spurious < 0)
		run->spurious = 0;	/* the ACK of the handshake was dropped */
	run->dsack_counter = path_counter(t->tcp, "TcpExt", "TCPDSACKRecv");
	run->dsacks = run->dsack_counter < 0 ? -1 : (long)info.tcpi_dsack_dups;
	run->again = path_counter(t->tcp, "Tcp", "RetransSegs");
	close(fd[0]);
	close(fd[1]);
}

static struct figure figure_of(const double *x, int count)
{
	double sum = 0, squares = 0;
	struct figure f;
	int i;

	for (i = 0; i < count; i++)
		sum += x[i];
	f.mean = sum / count;
	for (i = 0; i < count; i++)
		squares += (x[i] - f.mean) * (x[i] - f.mean);
	f.error = count > 1 ? sqrt(squares / (count - 1) / count) : 0;
	return f;
}

static struct figure goodput(const struct cell *c, enum tcp tcp)
{
	double x[MAX_RUNS] = {};
	int i;

	for (i = 0; i < c->runs; i++)
		x[i] = c->run[tcp][i].mbit;
	return figure_of(x, c->runs);
}

/*
 * MyTCP's goodput as a share of the kernel's. Its error is that of what the repetitions
 * leave when the ratio has been taken out: what chance does to both stacks is not in it.
 */
static struct figure ratio_of(const struct cell *c)
{
	double kernel = goodput(c, KERNEL_TCP).mean, left[MAX_RUNS] = {};
	struct figure ratio = { .mean = goodput(c, MYTCP).mean / kernel };
	int i;

	for (i = 0; i < c->runs; i++)
		left[i] = c->run[MYTCP][i].mbit - ratio.mean * c->run[KERNEL_TCP][i].mbit;
	ratio.error = figure_of(left, c->runs).error / kernel;
	return ratio;
}

static bool known(struct figure ratio)
{
	return ratio.error <= PRECISION ||
	       fabs(ratio.mean - LIMIT_CELL) >= CERTAIN * ratio.error;
}

static void measure_one(struct cell *c, enum tcp tcp)
{
	struct run *run = &c->run[tcp][c->runs];
	struct transfer t = { .path = &c->path, .tcp = tcp, .run = run,
			      .repetition = c->runs + 1 };

	in_namespace(transfer, &t);
	fprintf(stderr, "paths: %s: %s %s %.3f Mbit/s, %ld retransmitted, %ld dropped%s\n",
		c->name, tcp_name(tcp), run->control, run->mbit, run->retrans,
		run->dropped, run->given_up ? ", given up" : "");
}

static void measure(struct cell *c)
{
	double start = now_ns();
	int least = c->runs;

	for (c->runs = 0; c->runs < c->most &&
	     (c->runs < least || !known(ratio_of(c))); c->runs++) {
		measure_one(c, KERNEL_TCP);
		measure_one(c, MYTCP);
	}
	fprintf(stderr, "paths: %s: %d transfers in %.0f s\n", c->name, 2 * c->runs,
		(now_ns() - start) / 1e9);
}

/* The mean of a member, over the runs of one stack. */
static double mean_of(const struct cell *c, enum tcp tcp, size_t member)
{
	double sum = 0;
	int i;

	for (i = 0; i < c->runs; i++)
		sum += *(const long *)((const char *)&c->run[tcp][i] + member);
	return sum / c->runs;
}

#define MEAN(c, tcp, member) mean_of((c), (tcp), offsetof(struct run, member))

static void print_runs(const struct cell *c, enum tcp tcp)
{
	int i;

	printf("\"%s\": [", tcp_name(tcp));
	for (i = 0; i < c->runs; i++) {
		const struct run *r = &c->run[tcp][i];

		printf("%s{\"mbit\": %.4f, \"seconds\": %.3f, \"retrans\": %ld, "
		       "\"dropped\": %ld, \"spurious\": %ld, \"dsacks\": %ld, "
		       "\"RetransSegs\": %ld, \"TCPDSACKRecv\": %ld, "
		       "\"given_up\": %s, \"control\": \"%s\"}", i ? ", " : "",
		       r->mbit, r->seconds, r->retrans, r->dropped, r->spurious,
		       r->dsacks, r->again, r->dsack_counter,
		       r->given_up ? "true" : "false", r->control);
	}
	printf("]");
}

static void print_count(double count)
{
	if (count < 0)
		printf(" %7s", "-");
	else
		printf(" %7.1f", count);
}

enum verdict { OK, UNSURE, FAIL };

static const char *const verdicts[] = { "ok", "unsure", "FAIL" };
static const char *const reached[] = { "true", "null", "false" };	/* for JSON */

/* @by: how much better it is than it has to be, @error: its standard error. */
static enum verdict judge(double by, double error)
{
	if (by >= 0)
		return OK;
	return by + 2 * error >= 0 ? UNSURE : FAIL;
}

/* By how much MyTCP has sent less in vain. */
static struct figure less_spurious(const struct cell *c)
{
	double x[MAX_RUNS] = {};
	int i;

	for (i = 0; i < c->runs; i++)
		x[i] = c->run[KERNEL_TCP][i].spurious - c->run[MYTCP][i].spurious;
	return figure_of(x, c->runs);
}

static void print_cell_json(const struct cell *c, enum verdict verdict)
{
	struct figure ratio = ratio_of(c);

	printf("json: {\"cell\": \"%s\", \"mbit\": %d, \"rtt_ms\": %d, "
	       "\"queue\": %ld, \"weather\": \"%s\", \"ratio\": %.4f, "
	       "\"ratio_error\": %.4f, \"limit\": %.2f, \"ok\": %s, "
	       "\"verdict\": \"%s\", \"seeded\": %s, ", c->name, c->path.mbit,
	       c->path.rtt_ms, path_queue(&c->path), c->path.weather, ratio.mean,
	       ratio.error, LIMIT_CELL, reached[verdict], verdicts[verdict],
	       c->run[MYTCP][0].seeded ? "true" : "false");
	print_runs(c, KERNEL_TCP);
	printf(", ");
	print_runs(c, MYTCP);
	printf("}\n");
}

static enum verdict print_cell(const struct cell *c)
{
	struct figure k = goodput(c, KERNEL_TCP), m = goodput(c, MYTCP);
	struct figure ratio = ratio_of(c), less = less_spurious(c);
	enum verdict good = judge(ratio.mean - LIMIT_CELL, ratio.error);
	enum verdict vain = judge(less.mean, less.error);
	enum verdict worst = good > vain ? good : vain;

	printf("%-17s %4d %7.3f %6.3f %7.3f %6.3f %6.3f %5.3f", c->name, c->runs,
	       k.mean, k.error, m.mean, m.error, ratio.mean, ratio.error);
	print_count(MEAN(c, KERNEL_TCP, retrans));
	print_count(MEAN(c, MYTCP, retrans));
	print_count(MEAN(c, KERNEL_TCP, spurious));
	print_count(MEAN(c, MYTCP, spurious));
	print_count(MEAN(c, KERNEL_TCP, dsacks));
	print_count(MEAN(c, MYTCP, dsacks));
	printf("  %s%s%s\n", verdicts[worst], good ? " goodput" : "",
	       vain ? " spurious" : "");
	print_cell_json(c, worst);
	return worst;
}

/* Exit status. */
static int print_all(const struct cell *cells, int count)
{
	int i, number[3] = {};
	double logs = 0, mean;

	printf("goodput in Mbit/s with its standard error, segments a transfer\n"
	       "%-17s %4s %14s %14s %12s %15s %15s %15s\n"
	       "%-17s %4s %7s %6s %7s %6s %6s %5s %7s %7s %7s %7s %7s %7s\n",
	       "", "", "kernel", "MyTCP", "ratio", "sent again", "in vain", "DSACKs",
	       "Mbit/s-ms-weather", "runs", "", "+-", "", "+-", "", "+-", "kernel", "MyTCP",
	       "kernel", "MyTCP", "kernel", "MyTCP");
	for (i = 0; i < count; i++) {
		logs += log(ratio_of(&cells[i]).mean);
		number[print_cell(&cells[i])]++;
	}
	mean = exp(logs / count);
	printf("%d of %d cells ok: ratio >= %.2f, and no more in vain than the kernel;\n"
	       "%d unsure: not so, but less than two standard errors off; %d FAIL\n"
	       "mean of the ratios %.3f (geometric; to be >= %.2f): %s\n", number[OK],
	       count, LIMIT_CELL, number[UNSURE], number[FAIL], mean, LIMIT_MEAN,
	       mean >= LIMIT_MEAN ? "ok" : "FAIL");
	printf("json: {\"mean\": %.4f, \"limit\": %.2f, \"ok\": %s, \"passed\": %d, "
	       "\"unsure\": %d, \"cells\": %d}\n", mean, LIMIT_MEAN,
	       mean >= LIMIT_MEAN ? "true" : "false", number[OK], number[UNSURE],
	       count);
	return number[FAIL] || mean < LIMIT_MEAN ? STATUS_MISSED : 0;
}

static bool wanted(const char *name, const char *which)
{
	int i;

	if (!strcmp(which, "all"))
		return true;
	if (strcmp(which, "quick"))
		return !fnmatch(which, name, 0);
	for (i = 0; quick[i]; i++)
		if (!strcmp(quick[i], name))
			return true;
	return false;
}

/* The cell of that number, if it is wanted. */
static bool choose(struct cell *c, int number, const char *which, int runs)
{
	const struct weather *w = &weathers[number % WEATHERS];

	number /= WEATHERS;
	c->path.rtt_ms = rtts[number % 3];
	c->path.mbit = mbits[number / 3];
	c->path.weather = w->netem;
	c->runs = runs ? runs : w->runs;
	if (!runs && !strcmp(which, "quick") && c->runs > QUICK_RUNS)
		c->runs = QUICK_RUNS;
	c->most = runs || !strcmp(which, "quick") ? c->runs : MAX_RUNS;
	snprintf(c->name, sizeof(c->name), "%d-%d-%s", c->path.mbit,
		 c->path.rtt_ms, w->name);
	return wanted(c->name, which);
}

int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "all";
	int runs = argc > 2 ? atoi(argv[2]) : 0, number, count = 0;
	struct cell *cells = shared(6 * WEATHERS * sizeof(*cells));

	check(runs >= 0 && runs <= MAX_RUNS);
	for (number = 0; number < 6 * WEATHERS; number++)
		count += choose(&cells[count], number, which, runs);
	if (!count) {
		fprintf(stderr, "paths: %s: expected all, quick, or a pattern of "
			"MBIT-RTT-WEATHER, as '10-50-loss*'\n", which);
		return 2;
	}
	for (number = 0; number < count; number++)
		measure(&cells[number]);
	return print_all(cells, count);
}
