// SPDX-License-Identifier: GPL-2.0
/*
 * What TIME_WAIT buckets cost: memory, the short connections beside them, and the
 * longest that a process is held up while they expire.
 *
 * Usage: timewait [BUCKETS [CONNECTIONS]]
 *
 * In virtual time a nanosecond is an instruction. A bucket is at the end that has
 * closed first, the client's, of connections to so many addresses that no port is
 * wanted twice: none is to be used again while it waits.
 *
 * Short connections are measured beside half of BUCKETS. That is all that stand of the
 * kernel's, which last a minute: more of them cannot be made in that time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/netif.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"

#define PORT		8080
/*
 * Of 16384 ephemeral ports, or the even ones of the kernel's 28232, which it takes
 * first. The fuller, the longer the search for a free one.
 */
#define PER_ADDRESS	10000
#define PROGRESS	50000
#define LIFE		"600"	/* seconds, until all are made and measured */
#define KERNEL_LIFE	"60"
#define LOOK_US		100	/* from one look at the clock to the next */
#define LOOKS		1000	/* until it is asked whether there are buckets left */

struct result {
	enum tcp tcp;
	long half, all;		/* buckets that stand; of the kernel only half */
	long connections;
	double alone, beside;	/* ns a connection, without and with half of them */
	double beside_all;
	double bytes;		/* slab a bucket */
	double held_up;		/* ns at most */
};

/* Both ends in one process: what is measured is the stack. */
static void visit(enum tcp tcp, int listener, const struct sockaddr_in *at,
		  bool talk)
{
	int fd = check_ok(stream(tcp, 0)), child;
	char byte = 'x';

	check_ok(connect4(fd, at));
	child = check_ok(accept(listener, NULL, NULL));
	if (talk) {
		check_eq(write(fd, &byte, 1), 1);
		check_eq(read(child, &byte, 1), 1);
		check_eq(write(child, &byte, 1), 1);
		check_eq(read(fd, &byte, 1), 1);
	}
	close(fd);
	close(child);
}

/* Once to get warm. To an address of its own, of whose ports none is taken. */
static double cost(enum tcp tcp, const char *to, long count)
{
	struct sockaddr_in at = addr4(to, PORT);
	int listener = listener_at(tcp, &at, 16);
	double start;
	long i;

	for (i = 0; i < count; i++)
		visit(tcp, listener, &at, true);
	start = now_ns();
	for (i = 0; i < count; i++)
		visit(tcp, listener, &at, true);
	close(listener);
	return (now_ns() - start) / count;
}

/* None has expired, and none has made room for another. */
static void check_standing(enum tcp tcp, long made)
{
	long now = sockstat_of(tcp, "tw");

	if (now != made)
		test_fail("%s: %ld TIME_WAIT buckets stand, %ld have been made",
			  tcp_name(tcp), now, made);
}

/* Buckets number @from to @to, as many addresses as that takes. */
static void make_buckets(enum tcp tcp, long from, long to)
{
	struct sockaddr_in at = addr4("127.2.0.0", PORT);
	int listener = -1;
	long i;

	for (i = from; i < to; i++) {
		if (listener < 0 || i % PER_ADDRESS == 0) {
			if (listener >= 0)
				close(listener);
			at.sin_addr.s_addr = htonl(0x7f020000 + i / PER_ADDRESS);
			listener = listener_at(tcp, &at, 16);
		}
		visit(tcp, listener, &at, false);
		if (i % PROGRESS == PROGRESS - 1)
			fprintf(stderr, "timewait: %s: %ld\n", tcp_name(tcp), i + 1);
	}
	close(listener);
}

/* Bytes in slabs beyond so many KiB, once what waits for a grace period is freed. */
static double slab_beyond(long kib)
{
	usleep(200000);
	return (slab_kib() - kib) * 1024.0;
}

static void sleep_until(double ns)
{
	double left = ns - now_ns();

	if (left > 0)
		usleep(left / 1000);
}

/*
 * The longest from one look at the clock to the next, of a process that wants to look
 * every LOOK_US, from before the first bucket expires until none is left. While softirq
 * runs it cannot, so no run is longer than that. In between the machine is idle, and
 * its clock jumps.
 */
static double watch_expiry(enum tcp tcp, double first)
{
	double longest = 0, last;
	long looks = 0;

	check_ok(prctl(PR_SET_TIMERSLACK, 1));
	sleep_until(first - 1e9);
	fprintf(stderr, "timewait: %s: they expire\n", tcp_name(tcp));
	last = now_ns();
	for (;;) {
		usleep(LOOK_US);
		longest = fmax(longest, now_ns() - last);
		if (++looks % LOOKS == 0 && !sockstat_of(tcp, "tw"))
			return longest;
		last = now_ns();
	}
}

static void measure(void *arg)
{
	struct result *r = arg;
	const char *life = r->tcp == MYTCP ? LIFE : KERNEL_LIFE;
	double start = now_ns();
	long slab, others = 2 * r->connections;

	setting_write(r->tcp, "max_tw_buckets", "2000000");
	setting_write(r->tcp, "tw_reuse", "0");
	if (r->tcp == MYTCP)
		setting_write(r->tcp, "tw_timeout", life);
	r->alone = cost(r->tcp, "127.1.0.1", r->connections);
	slab = slab_beyond(0) / 1024;
	make_buckets(r->tcp, 0, r->half);
	check_standing(r->tcp, others + r->half);
	r->bytes = slab_beyond(slab) / r->half;
	r->beside = cost(r->tcp, "127.1.0.2", r->connections);
	check_standing(r->tcp, 2 * others + r->half);
	if (r->all > r->half) {
		make_buckets(r->tcp, r->half, r->all);
		check_standing(r->tcp, 2 * others + r->all);
		r->bytes = slab_beyond(slab) / (others + r->all);
		r->beside_all = cost(r->tcp, "127.1.0.3", r->connections);
		check_standing(r->tcp, 3 * others + r->all);
	}
	r->held_up = watch_expiry(r->tcp, start + atof(life) * 1e9);
}

static void print_all(const struct result *kernel, const struct result *mytcp)
{
	char title[80], name[40];

	snprintf(title, sizeof(title), "%ld TIME_WAIT buckets, of the kernel %ld",
		 mytcp->all, kernel->all);
	table_begin(title);
	table_row("buckets that stand, at most", "", kernel->all, mytcp->all, 0);
	table_row("a short connection, none standing", "ns", kernel->alone,
		  mytcp->alone, 0);
	snprintf(name, sizeof(name), "the same, %ld standing", mytcp->half);
	table_row(name, "ns", kernel->beside, mytcp->beside, 0);
	table_row_bound("what that is of the first", "%",
			100 * kernel->beside / kernel->alone,
			100 * mytcp->beside / mytcp->alone, AT_MOST, 110);
	snprintf(name, sizeof(name), "the same, %ld standing", mytcp->all);
	table_row(name, "ns", NAN, mytcp->beside_all, 0);
	table_row("slab for each", "bytes", kernel->bytes, mytcp->bytes, 0);
	table_row_bound("slab for a million", "MiB",
			kernel->bytes * 1e6 / (1 << 20),
			mytcp->bytes * 1e6 / (1 << 20), AT_MOST, 128);
	table_row_bound("held up at most while they expire", "ns", kernel->held_up,
			mytcp->held_up, AT_MOST, 1e6);
}

int main(int argc, char **argv)
{
	struct result *r = shared(2 * sizeof(*r));
	long buckets = argc > 1 ? atol(argv[1]) : 1000000;
	long connections = argc > 2 ? atol(argv[2]) : 2000;
	int i;

	check(buckets >= 2 && connections >= 10);
	check_le(2 * connections, PER_ADDRESS);
	for (i = 0; i < 2; i++) {
		r[i].tcp = i ? MYTCP : KERNEL_TCP;
		r[i].half = buckets / 2;
		r[i].all = i ? buckets : buckets / 2;
		r[i].connections = connections;
		in_namespace(measure, &r[i]);
	}
	print_all(&r[0], &r[1]);
	return table_end();
}
