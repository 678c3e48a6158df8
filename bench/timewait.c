// SPDX-License-Identifier: GPL-2.0
/*
 * What TIME_WAIT buckets cost: memory, the short connections beside them, and the
 * longest that a process is held up while they expire.
 *
 * Usage: timewait [BUCKETS [CONNECTIONS]]
 *
 * In virtual time a nanosecond is an instruction. A bucket is at the end that has
 * closed first, the client's; there is one port's worth of them for each address.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/netif.h"
#include "lib/sockets.h"

#define PORT		8080
#define PER_ADDRESS	16000	/* of MyTCP's 16384 ephemeral ports */
#define PROGRESS	50000
#define LIFE		"600"	/* seconds, until all are made and measured */
#define WATCHED		5	/* seconds */

struct result {
	enum tcp tcp;
	long buckets, connections;
	double alone, beside;	/* ns a connection */
	double bytes;		/* slab a bucket */
	double held_up;		/* ns at most */
};

/* Both ends in one process: what is measured is the stack. */
static void visit(enum tcp tcp, int listener, const struct sockaddr_in *at)
{
	int fd = check_ok(stream(tcp, 0)), child;
	char byte = 'x';

	check_ok(connect4(fd, at));
	child = check_ok(accept(listener, NULL, NULL));
	check_eq(write(fd, &byte, 1), 1);
	check_eq(read(child, &byte, 1), 1);
	check_eq(write(child, &byte, 1), 1);
	check_eq(read(fd, &byte, 1), 1);
	close(fd);
	close(child);
}

static double cost(enum tcp tcp, long count)
{
	struct sockaddr_in at = addr4("127.1.0.1", PORT);
	int listener = listener_at(tcp, &at, 16);
	double start;
	long i;

	for (i = 0; i < count / 10; i++)
		visit(tcp, listener, &at);
	start = now_ns();
	for (i = 0; i < count; i++)
		visit(tcp, listener, &at);
	close(listener);
	return (now_ns() - start) / count;
}

static void make_buckets(enum tcp tcp, long count)
{
	struct sockaddr_in at = addr4("127.2.0.1", PORT);
	int listener = -1;
	long i;

	for (i = 0; i < count; i++) {
		if (i % PER_ADDRESS == 0) {
			if (listener >= 0)
				close(listener);
			at.sin_addr.s_addr = htonl(ntohl(at.sin_addr.s_addr) + 1);
			listener = listener_at(tcp, &at, 16);
		}
		visit(tcp, listener, &at);
		if (i % PROGRESS == PROGRESS - 1)
			fprintf(stderr, "timewait: %s: %ld\n", tcp_name(tcp), i + 1);
	}
	close(listener);
}

static long buckets_left(void)
{
	char line[256];
	long left = -1;
	FILE *f = fopen("/proc/net/mytcp_sockstat", "re");

	check(f && fgets(line, sizeof(line), f));
	check_eq(sscanf(line, "TCP: orphan %*d tw %ld", &left), 1);
	fclose(f);
	return left;
}

/* The longest pause of a process that does nothing but look at the clock. */
static double longest_pause(double seconds)
{
	double start = now_ns(), last = start, longest = 0;

	while (last - start < seconds * 1e9) {
		double t = now_ns();

		if (t - last > longest)
			longest = t - last;
		last = t;
	}
	return longest;
}

/*
 * As long as it took to make them they expire, each LIFE after its connection. A
 * part of that time is looked at, the rest is slept through: an idle machine's clock
 * jumps.
 */
static double watch_expiry(long buckets)
{
	double longest;

	while (buckets_left() > buckets - buckets / 8)
		usleep(100000);
	fprintf(stderr, "timewait: they expire\n");
	longest = longest_pause(WATCHED);
	check_gt(buckets_left(), 0);
	check_lt(buckets_left(), buckets - buckets / 8);
	while (buckets_left())
		usleep(100000);
	return longest;
}

static void measure(void *arg)
{
	struct result *r = arg;
	long slab;

	setting_write(r->tcp, "max_tw_buckets", "2000000");
	if (r->tcp == MYTCP)
		setting_write(r->tcp, "tw_timeout", LIFE);
	r->alone = cost(r->tcp, r->connections);
	slab = slab_kib();
	make_buckets(r->tcp, r->buckets);
	r->bytes = (slab_kib() - slab) * 1024.0 / r->buckets;
	r->beside = cost(r->tcp, r->connections);
	if (r->tcp == MYTCP)
		r->held_up = watch_expiry(r->buckets);
}

int main(int argc, char **argv)
{
	struct result *r = shared(sizeof(*r));

	r->tcp = MYTCP;
	r->buckets = argc > 1 ? atol(argv[1]) : 500000;
	r->connections = argc > 2 ? atol(argv[2]) : 5000;
	check(r->buckets > 0 && r->connections >= 10);
	in_namespace(measure, r);
	printf("%ld TIME_WAIT buckets\n", r->buckets);
	printf("a short connection, without and with them: %.0f and %.0f ns, %.3f (limit 1.10)\n",
	       r->alone, r->beside, r->beside / r->alone);
	printf("slab for each: %.0f bytes, %.1f MiB for a million (limit 128)\n",
	       r->bytes, r->bytes * 1e6 / (1 << 20));
	printf("held up at most while they expire: %.0f ns (limit 1000000)\n",
	       r->held_up);
	printf("json: {\"buckets\": %ld, \"alone\": %.1f, \"beside\": %.1f, \"bytes\": %.1f, \"held_up\": %.0f}\n",
	       r->buckets, r->alone, r->beside, r->bytes, r->held_up);
	return 0;
}
