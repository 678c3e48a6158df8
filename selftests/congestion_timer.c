// SPDX-License-Identifier: GPL-2.0
/*
 * The congestion window after idle times, RFC 5681 4.1, RFC 2861 3.1, and when it was
 * not filled for long, RFC 7661.
 */
#include "lib/flight.h"
#include "lib/test.h"

#include <string.h>

WIRE_FIXTURE(idle)

#define RTO	200	/* with a round trip of next to nothing */

/* A window of 40 that was used. */
static int open_wide(struct wire *w)
{
	int fd = open_flight(w, 0, "reno", SYN, MSS(SEGMENT));

	send_in_slow_start(w, fd, 70);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	check_ge(tcp_info(fd).tcpi_snd_cwnd, 40);
	return fd;
}

static int sent_at_once(struct wire *w, int fd)
{
	int count = 0;

	send_pattern(fd, 70 * SEGMENT, 50 * SEGMENT);
	while (receive(w, 0))
		count += w->last.s.len / SEGMENT;
	return count;
}

WIRE_TEST(idle, a_short_pause_changes_nothing)
{
	int fd = open_wide(w), cwnd = tcp_info(fd).tcpi_snd_cwnd;

	expect_none(w, RTO / 2);
	check_ge(sent_at_once(w, fd), 40);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
}

WIRE_TEST(idle, a_pause_above_the_RTO_halves_the_window)
{
	int fd = open_wide(w), cwnd = tcp_info(fd).tcpi_snd_cwnd;

	expect_none(w, RTO + RTO / 2);
	check_eq(sent_at_once(w, fd), cwnd / 2);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd / 2);
}

WIRE_TEST(idle, a_long_pause_leaves_the_initial_window)
{
	int fd = open_wide(w);

	expect_none(w, 60000);
	check_eq(sent_at_once(w, fd), IW);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, IW);
}

/* The setting is the kernel's, and so is what it means. */
WIRE_TEST(idle, a_long_pause_changes_nothing_where_the_setting_says_so)
{
	int fd, cwnd;

	sysctl_set("slow_start_after_idle", 0);
	fd = open_wide(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	expect_none(w, 60000);
	check_ge(sent_at_once(w, fd), 40);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
}

/* A little every 100 ms, which is answered: never idle, and the window far from full. */
static void trickle(struct wire *w, int fd, int seconds)
{
	int64_t next;

	for (seconds *= 10; seconds; seconds--) {
		next = wire_now(w) + 100000;
		check_eq(send(fd, "a little", 8, 0), 8);
		expect(w, ACK | PSH, .len = 8);
		inject(w, ACK);
		expect_none(w, (next - wire_now(w)) / 1000);
	}
}

/* RFC 7661 4.4.3: in each five minutes half of it. */
WIRE_TEST_TIMEOUT(idle, a_window_not_filled_for_five_minutes_is_halved, 2000)
{
	int fd = open_wide(w), cwnd = tcp_info(fd).tcpi_snd_cwnd;

	if (stack_is_kernel())
		SKIP(return, "the kernel's is halved at each RTO (RFC 2861 3.2)");
	trickle(w, fd, 290);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	trickle(w, fd, 70);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd / 2);
	trickle(w, fd, 230);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd / 2);
	trickle(w, fd, 20);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd / 4);
	check_eq(sent_at_once(w, fd), cwnd / 4);
}

/* RFC 7661 4.3: half of it has been in flight, so that it is the path's. */
WIRE_TEST_TIMEOUT(idle, a_window_half_filled_each_minute_stays, 2000)
{
	int fd = open_wide(w), cwnd = tcp_info(fd).tcpi_snd_cwnd, minute;

	if (stack_is_kernel())
		SKIP(return, "the kernel's is halved at each RTO (RFC 2861 3.2)");
	for (minute = 0; minute < 7; minute++) {
		int64_t end = w->rcv_nxt + cwnd / 2 * SEGMENT;

		send_pattern(fd, 0, cwnd / 2 * SEGMENT);
		while (w->rcv_nxt < end)
			check(receive(w, 1000));
		inject(w, ACK);
		trickle(w, fd, 60);
	}
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
}

WIRE_TEST_TIMEOUT(idle, a_window_not_filled_stays_where_the_setting_says_so, 2000)
{
	int fd, cwnd;

	sysctl_set("slow_start_after_idle", 0);
	fd = open_wide(w);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	trickle(w, fd, 360);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
}

TEST_HARNESS_MAIN
