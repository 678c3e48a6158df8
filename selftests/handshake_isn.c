// SPDX-License-Identifier: GPL-2.0
/* Initial sequence numbers, RFC 9293 3.4.1 and RFC 6528. */
#include <time.h>

#include "lib/test.h"

#define SAMPLES	1000

WIRE_FIXTURE(isn)

/* The ISN of the stack's SYN-ACK to a SYN from @port, and when it came. */
static uint32_t isn_of_server(struct wire *w, int port, int64_t *us)
{
	uint32_t isn;

	inject(w, SYN, .seq = 0, .sport = port, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = ANY, .ack = 1, .dport = port);
	isn = w->last.seq;
	if (us)
		*us = w->last.us;
	inject(w, RST, .seq = 1, .sport = port);
	w->irs_known = false;
	return isn;
}

/* The ISN of a SYN from @port (0: the stack's choice). */
static uint32_t isn_of_client(struct wire *w, int port, int64_t *us)
{
	int fd;

	wire_restart(w, 1000);
	w->local_port = port;
	fd = wire_connect(w);
	expect(w, SYN);
	if (us)
		*us = w->last.us;
	close(fd);
	return w->last.seq;
}

static void wait_us(long us)
{
	struct timespec ts = { .tv_nsec = us * 1000 };

	nanosleep(&ts, NULL);
}

/*
 * MUST-8: for one 4-tuple the ISN follows a clock. RFC 9293 asks for steps of
 * about 4 us, 0.25 a microsecond; a tick of 64 ns, 15.6, is in use as well.
 */
static void check_isn_clock(struct wire *w,
			    uint32_t (*isn)(struct wire *, int, int64_t *))
{
	double rate, first = 0;
	int64_t t0, t1;
	uint32_t s0, s1;
	int i;

	isn(w, 4000, NULL);		/* the first time takes longer */
	s0 = isn(w, 4000, &t0);
	for (i = 1; i <= 4; i++) {
		wait_us(20000 * i);
		s1 = isn(w, 4000, &t1);
		check_gt((int32_t)(s1 - s0), 0);
		rate = (double)(s1 - s0) / (t1 - t0);
		test_note("%.3f numbers in a microsecond", rate);
		check(rate > 0.2 && rate < 20);
		if (i == 1)
			first = rate;
		check(rate > first * 0.8 && rate < first * 1.2);
	}
}

WIRE_TEST(isn, server_advances_with_the_clock)
{
	wire_listen(w);
	w->any_port = true;
	check_isn_clock(w, isn_of_server);
}

WIRE_TEST(isn, client_advances_with_the_clock)
{
	check_isn_clock(w, isn_of_client);
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * S3, MUST-9: across 4-tuples the numbers look random: every bit is set about
 * half of the time (six standard deviations allowed), so is every bit of the
 * difference to the sample before, and hardly any difference occurs twice.
 */
static void check_random(const uint32_t *isn, int n)
{
	uint32_t diff[SAMPLES];
	int i, bit, ones, flips, same = 0;
	int dev = 6 * 16;	/* sqrt(1000) / 2 is 15.8 */

	for (bit = 0; bit < 32; bit++) {
		for (i = 1, ones = flips = 0; i < n; i++) {
			ones += isn[i] >> bit & 1;
			flips += (isn[i] - isn[i - 1]) >> bit & 1;
		}
		if (abs(ones - n / 2) > dev || abs(flips - n / 2) > dev)
			test_fail("bit %d: set in %d, flipped in %d of %d",
				  bit, ones, flips, n);
	}
	for (i = 0; i < n - 1; i++)
		diff[i] = isn[i + 1] - isn[i];
	qsort(diff, n - 1, sizeof(*diff), compare_u32);
	for (i = 1; i < n - 1; i++)
		same += diff[i] == diff[i - 1];
	check_le(same, 1);
}

WIRE_TEST(isn, server_is_random_across_ports)
{
	uint32_t isn[SAMPLES];
	int i;

	wire_listen(w);
	w->any_port = true;
	for (i = 0; i < SAMPLES; i++)
		isn[i] = isn_of_server(w, 10000 + i, NULL);
	check_random(isn, SAMPLES);
}

WIRE_TEST(isn, client_is_random_across_ports)
{
	uint32_t isn[SAMPLES];
	int i;

	for (i = 0; i < SAMPLES; i++)
		isn[i] = isn_of_client(w, 10000 + i, NULL);
	check_random(isn, SAMPLES);
}

/* A32: the offset of the timestamps is random for each 4-tuple, too. */
WIRE_TEST(isn, timestamp_offset_is_random)
{
	uint32_t ts[SAMPLES];
	int i;

	wire_listen(w);
	w->any_port = true;
	for (i = 0; i < SAMPLES; i++) {
		int port = 10000 + i;

		inject(w, SYN, .seq = 0, .sport = port,
		       .opts = { MSS(1460), NOP, NOP, TS(1, 0) });
		expect(w, SYN | ACK, .seq = ANY, .ack = 1, .dport = port);
		ts[i] = w->last.tsval;
		inject(w, RST, .seq = 1, .sport = port);
		w->irs_known = false;
	}
	check_random(ts, SAMPLES);
}

/* S3: of one 4-tuple, two connections in a row have different numbers. */
WIRE_TEST(isn, differs_between_connections_in_a_row)
{
	uint32_t a, b;

	wire_listen(w);
	w->any_port = true;
	a = isn_of_server(w, 4000, NULL);
	b = isn_of_server(w, 4000, NULL);
	check_ne(a, b);
}

TEST_HARNESS_MAIN
