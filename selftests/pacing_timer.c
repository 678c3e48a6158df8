// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing in virtual time: segments leave in bursts of a millisecond of the rate, two
 * segments at least, be it that MyTCP's own timer lets them go or fq(8) below it.
 */
#include "lib/flight.h"
#include "lib/test.h"

#include <stdlib.h>
#include <sys/epoll.h>

#define MS	1000		/* microseconds */
#define RTT	100		/* ms */
/* While these come the test still writes. */
#define SETTLED	80		/* segments */

FIXTURE(pacing) { struct wire w[1]; bool fq; };
FIXTURE_VARIANT(pacing) { bool fq; };
FIXTURE_VARIANT_ADD(pacing, alone) { };
FIXTURE_VARIANT_ADD(pacing, fq) { .fq = true };

FIXTURE_SETUP(pacing)
{
	char line[128];

	test_begin_family(AF_INET);
	/* its first ten segments wait for no rate, and a raised one for an ACK */
	if (stack_is_kernel())
		SKIP(_exit(255), "the kernel's bursts are others");
	self->fq = variant->fq;
	wire_open(self->w, .family = AF_INET);
	snprintf(line, sizeof(line), "tc qdisc replace dev %s root fq 2>/dev/null",
		 wire_dev(self->w));
	if (variant->fq && system(line))
		SKIP(_exit(255), "no fq on this machine");
}

FIXTURE_TEARDOWN(pacing) { wire_close(self->w); }

/* A round trip of next to nothing: the rate is the one that is set, no other. */
static int open_at(struct wire *w, unsigned long rate)
{
	int fd = open_passive(w, MSS(SEGMENT));

	/* the namespace of the test before ends meanwhile, on this one CPU */
	expect_none(w, 500);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	if (rate)
		check_ok(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
				    sizeof(rate)));
	return fd;
}

static int open_far(struct wire *w)
{
	return open_slowly(w, RTT, SYN, MSS(SEGMENT));
}

/*
 * The next @count segments, each acknowledged as it comes; when each came, after the
 * first, in microseconds.
 */
static void take(struct wire *w, int count, int64_t *at)
{
	int64_t first = 0;
	int i;

	for (i = 0; i < count; i++) {
		check(receive(w, 5000));
		check_eq(w->last.s.len, SEGMENT);
		if (!i)
			first = w->last.us;
		at[i] = w->last.us - first;
		inject(w, ACK);
	}
}

/* How many come within a time from any of them on. */
static int most_within(const int64_t *at, int count, int64_t us)
{
	int i, j, most = 0, where = 0;

	for (i = 0; i < count; i++) {
		for (j = i; j < count && at[j] - at[i] < us; j++)
			;
		if (j - i > most) {
			most = j - i;
			where = i;
		}
	}
	printf("# %d within %lld us, from number %d at %lld us on\n", most,
	       (long long)us, where, (long long)at[where]);
	return most;
}

/* A segment a millisecond: two, and two milliseconds later the next two. */
TEST_F(pacing, segments_are_spread_evenly)
{
	int fd = open_at(self->w, 1000 * SEGMENT), i;
	int64_t at[200];

	send_pattern(fd, 0, 200 * SEGMENT);
	take(self->w, 200, at);
	for (i = SETTLED + 20; i < 200; i++)
		check(llabs(at[i] - at[i - 20] - 20 * MS) <= 2 * MS + MS / 2);
	/* five percent, and what goes at first */
	check(llabs(at[199] - 199 * MS) <= 199 * MS / 20);
}

/* 10 Mbit/s of 1250 octets a millisecond: two segments are more. */
TEST_F(pacing, a_burst_is_no_more_than_two_segments)
{
	int fd = open_at(self->w, 1250000);
	int64_t at[200];

	send_pattern(fd, 0, 200 * SEGMENT);
	take(self->w, 200, at);
	check_le(most_within(at + SETTLED, 200 - SETTLED, MS), 2);
	check(llabs(at[199] - 199 * 800) <= 199 * 800 / 20);
}

/* What goes after a pause is a burst and a millisecond of credit. */
TEST_F(pacing, a_pause_is_not_made_up_for)
{
	int fd = open_at(self->w, 1000 * SEGMENT);
	int64_t at[100];

	send_pattern(fd, 0, 20 * SEGMENT);
	take(self->w, 20, at);
	expect_none(self->w, 150);
	send_pattern(fd, 20 * SEGMENT, 20 * SEGMENT);
	take(self->w, 20, at);
	check_le(most_within(at, 20, MS), 4);
	check_ge(at[19], 15 * MS);
}

/* Nobody has asked: all that the window allows goes at once. */
TEST_F(pacing, without_a_rate_a_window_is_a_burst)
{
	int fd = open_at(self->w, 0);
	int64_t at[10];

	if (self->fq)
		return;
	send_pattern(fd, 0, 10 * SEGMENT);
	take(self->w, 10, at);
	check_lt(at[9], 5 * MS);
}

TEST_F(pacing, an_unlimited_rate_asks_for_nothing)
{
	int fd = open_at(self->w, ~0UL);
	int64_t at[10];

	if (self->fq)
		return;
	send_pattern(fd, 0, 10 * SEGMENT);
	take(self->w, 10, at);
	check_lt(at[9], 5 * MS);
}

/*
 * Half a second for two segments, at which nothing is in flight: it is not the peer's
 * window that is waited for, and nobody is asked for it.
 */
TEST_F(pacing, a_wait_beyond_the_timeout_is_no_zero_window)
{
	struct wire *w = self->w;
	int fd = open_at(w, 4 * SEGMENT);
	int64_t at[8], tries;

	send_pattern(fd, 0, 8 * SEGMENT);
	take(w, 8, at);
	check(at[7] >= 1400 * MS && at[7] <= 1800 * MS);
	check_le(most_within(at, 8, 400 * MS), 2);
	tries = tcp_info(fd).tcpi_probes;
	check_eq(tries, 0);
}

/* A retransmission timeout waits for the peer, not for its turn. */
TEST_F(pacing, the_oldest_is_sent_again_in_time)
{
	struct wire *w = self->w;
	int fd = open_at(w, SEGMENT / 2);
	int64_t sent;

	send_pattern(fd, 0, 2 * SEGMENT);
	expect(w, ACK | ANYPSH, .len = SEGMENT);
	expect(w, ACK | ANYPSH, .len = SEGMENT);
	sent = w->last.us;
	while (w->last.s.seq != 1)
		check(receive(w, 2000));
	check_lt(w->last.us - sent, 1000 * MS);
	inject(w, ACK, .ack = 1 + 2 * SEGMENT);
}

/* A rate that was raised is believed within a second, whatever was waited for. */
TEST_F(pacing, a_raised_rate_ends_a_long_wait)
{
	struct wire *w = self->w;
	int fd = open_far(w);
	unsigned long slow = SEGMENT / 10, rate = 1000 * SEGMENT;
	int64_t at[10], raised;

	check_ok(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &slow, sizeof(slow)));
	send_pattern(fd, 0, 12 * SEGMENT);
	expect(w, ACK | ANYPSH, .len = SEGMENT);
	expect(w, ACK | ANYPSH, .len = SEGMENT);
	inject(w, ACK);
	expect_none(w, 3000);
	raised = wire_now(w);
	check_ok(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)));
	take(w, 10, at);
	check_lt(wire_now(w) - raised, 1200 * MS);
}

/* Over 100 ms: the window of 20 at 1.25 times the bandwidth is not sent at once. */
TEST_F(pacing, bbr_is_paced_whether_there_is_fq_or_not)
{
	struct wire *w = self->w;
	int64_t first, last = 0;
	int fd = open_far(w), n = 0;

	check_ok(set_cong(fd, "bbr"));
	send_pattern(fd, 0, 60 * SEGMENT);
	while (n < 10 && receive(w, 1000))
		n++;
	expect_none(w, RTT / 2);
	inject(w, ACK);
	check(receive(w, 1000));
	first = w->last.us;
	for (n = 1; n < 10; n++) {
		check(receive(w, 1000));
		last = w->last.us;
	}
	/* 2.885 times ten segments in 100 ms or so, at most */
	check_gt(last - first, 10 * MS);
	check_lt(last - first, 60 * MS);
	check_gt(tcp_info(fd).tcpi_pacing_rate, 0);
}

/* fq paces whatever it is given: at twice the window in a round trip. */
TEST_F(pacing, fq_paces_those_who_do_not_ask)
{
	struct wire *w = self->w;
	int fd = open_far(w), i;
	int64_t at[10];

	send_pattern(fd, 0, 40 * SEGMENT);
	for (i = 0; i < 10; i++)
		check(receive(w, 1000));
	expect_none(w, RTT / 2);
	inject(w, ACK);
	for (i = 0; i < 10; i++) {
		check(receive(w, 1000));
		at[i] = w->last.us;
	}
	if (self->fq)
		check_gt(at[9] - at[0], 10 * MS);
	else
		check_lt(at[9] - at[0], 10 * MS);
}

/*
 * fq gets them 4 ms early, and holds each until the time that it bears. It looks at the
 * rate no more (nopacing): what bears none it would let go at once, more than 30.
 */
TEST_F(pacing, fq_is_told_when_each_is_to_leave)
{
	struct wire *w = self->w;
	unsigned long rate = 5000 * SEGMENT;
	int64_t at[60];
	char line[128];
	int fd, i;

	if (!self->fq)
		return;
	/* tc takes its time, and the window is to stay */
	sysctl_set("slow_start_after_idle", 0);
	fd = open_at(w, 0);
	check_ok(set_cong(fd, "reno"));
	send_in_slow_start(w, fd, 100);
	snprintf(line, sizeof(line), "tc qdisc change dev %s root fq nopacing",
		 wire_dev(w));
	check_eq(system(line), 0);
	check_ok(setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof(rate)));
	send_pattern(fd, 100 * SEGMENT, 60 * SEGMENT);
	for (i = 0; i < 60; i++) {
		check(receive(w, 1000));
		at[i] = w->last.us;
	}
	/* a burst, a millisecond's credit, and what follows in that time */
	check_le(most_within(at, 60, MS), 18);
	check(at[59] - at[0] >= 8 * MS && at[59] - at[0] <= 14 * MS);
}

/* Percents of a window in a round trip, and TCP_INFO tells the rate. */
TEST_F(pacing, the_ratios_are_settings)
{
	struct wire *w = self->w;
	struct tcp_info info;
	uint64_t want;
	int fd, i;

	sysctl_set("pacing_ss_ratio", 50);
	fd = open_far(w);
	send_pattern(fd, 0, 10 * SEGMENT);
	for (i = 0; i < 10; i++)
		check(receive(w, 1000));
	expect_none(w, RTT - 10);
	inject(w, ACK);
	info = tcp_info(fd);
	want = 1000000ULL * info.tcpi_snd_cwnd * SEGMENT / info.tcpi_rtt / 2;
	check_ge(info.tcpi_pacing_rate, want * 95 / 100);
	check_le(info.tcpi_pacing_rate, want * 105 / 100);
	check_eq(info.tcpi_max_pacing_rate, ~0ULL);
	sysctl_set("pacing_ss_ratio", 200);
}

/*
 * Writing until the mark, then an edge when half of it has gone; no ACK comes, what
 * makes room is the timer that lets segments go.
 */
TEST_F(pacing, notsent_lowat_is_told_of_as_segments_go)
{
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET };
	int fd = open_at(self->w, 100 * SEGMENT), ep, n = 0;
	char block[500] = "";

	set_opt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 6 * SEGMENT);
	ep = check_ok(epoll_create1(0));
	check_ok(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	while (n < 100 && send(fd, block, sizeof(block), 0) > 0)
		n++;
	check_lt(n, 30);
	/* what was true at first is no more */
	check_eq(epoll_wait(ep, &ev, 1, 0), 0);
	/* before the timeout, which nobody prevents */
	check_eq(epoll_wait(ep, &ev, 1, 150), 1);
	check(wait_fd(fd, POLLOUT, 0) & POLLOUT);
	check_eq(epoll_wait(ep, &ev, 1, 100), 0);
}

TEST_HARNESS_MAIN
