// SPDX-License-Identifier: GPL-2.0
/*
 * Do flows of both stacks share a bottleneck? The kernel's TCP has CUBIC.
 *
 * Usage: fairness [SECONDS]
 *
 * 20 Mbit/s, 40 ms, a queue of one round trip. Of each pair of flows one is the
 * kernel's and one MyTCP's; both orders of beginning are tried. Flows of one stack
 * alone are there to compare with.
 *
 * ACKs come up to half a packet's time early or late, as on any real path. Where all
 * is exact, as it is in virtual time, the same flow meets a full queue again and
 * again (Floyd and Jacobson, On Traffic Phase Effects in Packet-Switched Gateways,
 * 1992): without it even two flows of the kernel have an index of 0.91. With it chance has
 * its part, so each mix is tried several times, and the mean is what is to be so large.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "path.h"

#define MBIT		20
#define RTT_MS		40
#define LIMIT		0.95	/* of Jain's index, where both stacks are there */
#define FLOWS		8	/* at most */
#define RUNS		4	/* of each mix */
#define STEP_MS		500	/* of the throughput that is shown */
#define STEPS		1200	/* at most */
#define STAGGER_MS	100	/* from the beginning of a flow to the next one's */

/* A letter a flow, in the order in which they begin. */
static const struct {
	const char *name, *flows;
} mixes[] = {
	{ "two of the kernel", "kk" },
	{ "two of MyTCP", "mm" },
	{ "one and one, the kernel begins", "km" },
	{ "one and one, MyTCP begins", "mk" },
	{ "four and four, the kernel begins", "kmkmkmkm" },
	{ "four and four, MyTCP begins", "mkmkmkmk" },
};

#define MIXES ((int)(sizeof(mixes) / sizeof(mixes[0])))

struct flow {
	enum tcp tcp;
	int fd[2];
	double start;		/* of the sender, ns */
	char control[16];
	long retrans;
	long got[STEPS];	/* octets in each step */
};

struct share {
	int steps, flows;
	double start;		/* of the mix, ns */
	const char *mix;
	struct flow flow[FLOWS];
};

struct end {
	struct share *share;
	struct flow *flow;
};

static void receive(void *arg)
{
	const struct end *e = arg;

	path_receive(e->flow->fd[1], e->share->start, STEP_MS * 1e6,
		     e->flow->got, e->share->steps);
}

static void transmit(void *arg)
{
	const struct end *e = arg;
	struct flow *f = e->flow;
	double end = e->share->start + e->share->steps * (STEP_MS * 1e6);

	while (now_ns() < f->start)
		usleep(1000);
	f->retrans = path_send(f->fd[0], end - f->start).tcpi_total_retrans;
}

/* An end of a connection that a process does not use keeps it open. */
static void close_ends(struct share *s, int which)
{
	int i;

	for (i = 0; i < s->flows; i++)
		close(s->flow[i].fd[which]);
}

static void run_mix(void *arg)
{
	struct path p = {
		.mbit = MBIT, .rtt_ms = RTT_MS, .weather = "",
		.jitter_us = PATH_FRAME * 8 / MBIT / 2,
	};
	struct share *s = arg;
	struct end end = { .share = s };
	pid_t child[2 * FLOWS];
	int i;

	path_build(&p);
	for (i = 0; i < s->flows; i++) {
		struct flow *f = &s->flow[i];

		f->tcp = s->mix[i] == 'k' ? KERNEL_TCP : MYTCP;
		path_connect(&p, f->tcp, PATH_PORT + i, f->fd);
		path_control(f->fd[0], f->control, sizeof(f->control));
	}
	s->start = now_ns();
	for (i = 0; i < s->flows; i++) {
		end.flow = &s->flow[i];
		end.flow->start = s->start + i * (STAGGER_MS * 1e6);
		child[2 * i] = spawned(receive, &end);
		child[2 * i + 1] = spawned(transmit, &end);
	}
	for (i = 0; i < 2 * s->flows; i++)
		joined(child[i]);
	close_ends(s, 0);
	close_ends(s, 1);
}

static double rate_of(const struct share *s, const struct flow *f)
{
	double octets = 0;
	int i;

	for (i = 0; i < s->steps; i++)
		octets += f->got[i];
	return octets * 8 / (s->steps * STEP_MS * 1e3);
}

/* Jain's index: 1 when all get the same, 1 / n when one gets all. */
static double index_of(const struct share *s)
{
	double sum = 0, squares = 0, rate;
	int i;

	for (i = 0; i < s->flows; i++) {
		rate = rate_of(s, &s->flow[i]);
		sum += rate;
		squares += rate * rate;
	}
	return sum * sum / (s->flows * squares);
}

/* What all flows of a stack get. */
static double stack_rate(const struct share *s, enum tcp tcp)
{
	double sum = 0;
	int i;

	for (i = 0; i < s->flows; i++)
		if (s->flow[i].tcp == tcp)
			sum += rate_of(s, &s->flow[i]);
	return sum;
}

static double kernel_rate(const struct share *s)
{
	return stack_rate(s, KERNEL_TCP);
}

static double mytcp_rate(const struct share *s)
{
	return stack_rate(s, MYTCP);
}

/* The mean over the runs of a mix. */
static double mean_of(const struct share *run, double (*value)(const struct share *s))
{
	double sum = 0;
	int i;

	for (i = 0; i < RUNS; i++)
		sum += value(&run[i]);
	return sum / RUNS;
}

static double least_index(const struct share *run)
{
	double least = 1;
	int i;

	for (i = 0; i < RUNS; i++)
		if (index_of(&run[i]) < least)
			least = index_of(&run[i]);
	return least;
}

/* The flows are those of the first run: what is drawn. */
static void print_flows(const struct share *s)
{
	int i, n;

	printf("\"flows\": [");
	for (i = 0; i < s->flows; i++) {
		const struct flow *f = &s->flow[i];

		printf("%s{\"stack\": \"%s\", \"control\": \"%s\", \"mbit\": %.4f, "
		       "\"retrans\": %ld, \"over_time\": [", i ? ", " : "",
		       tcp_name(f->tcp), f->control, rate_of(s, f), f->retrans);
		for (n = 0; n < s->steps; n++)
			printf("%s%.3f", n ? ", " : "",
			       f->got[n] * 8 / (STEP_MS * 1e3));
		printf("]}");
	}
	printf("]}\n");
}

static void print_json(const struct share *run, const char *name, double jain,
		       bool mixed)
{
	int i;

	printf("json: {\"mix\": \"%s\", \"mbit\": %d, \"rtt_ms\": %d, \"step_ms\": %d, "
	       "\"runs\": [", name, MBIT, RTT_MS, STEP_MS);
	for (i = 0; i < RUNS; i++)
		printf("%s%.4f", i ? ", " : "", index_of(&run[i]));
	printf("], \"jain\": %.4f, ", jain);
	if (mixed)
		printf("\"limit\": %.2f, \"ok\": %s, ", LIMIT,
		       jain >= LIMIT ? "true" : "false");
	else
		printf("\"limit\": null, \"ok\": null, ");
	print_flows(run);
}

/* False: less than it is to be. */
static bool print_mix(const struct share *run, const char *name)
{
	bool mixed = strchr(run->mix, 'k') && strchr(run->mix, 'm');
	double jain = mean_of(run, index_of);

	printf("%-34s %8.3f %8.3f %7.3f %7.3f", name, mean_of(run, kernel_rate),
	       mean_of(run, mytcp_rate), least_index(run), jain);
	if (mixed)
		printf(" %7.2f  %s", LIMIT, jain >= LIMIT ? "ok" : "FAIL");
	printf("\n");
	print_json(run, name, jain, mixed);
	return !mixed || jain >= LIMIT;
}

static void try_mix(struct share *run, int mix, int seconds)
{
	int i;

	for (i = 0; i < RUNS; i++) {
		run[i].mix = mixes[mix].flows;
		run[i].flows = strlen(mixes[mix].flows);
		run[i].steps = seconds * 1000 / STEP_MS;
		in_namespace(run_mix, &run[i]);
		fprintf(stderr, "fairness: %s: %.3f\n", mixes[mix].name,
			index_of(&run[i]));
	}
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 60, missed = 0, i;
	struct share *s = shared(MIXES * RUNS * sizeof(*s));

	check(seconds > 0 && seconds * 1000 / STEP_MS <= STEPS);
	for (i = 0; i < MIXES; i++)
		try_mix(&s[i * RUNS], i, seconds);
	printf("flows at %d Mbit/s, %d ms, for %d s, %d times\n%-34s %8s %8s %7s %7s %7s\n",
	       MBIT, RTT_MS, seconds, RUNS, "Mbit/s", "kernel", "MyTCP", "least", "Jain",
	       "limit");
	for (i = 0; i < MIXES; i++)
		missed += !print_mix(&s[i * RUNS], mixes[i].name);
	return missed ? STATUS_MISSED : 0;
}
