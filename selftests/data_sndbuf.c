// SPDX-License-Identifier: GPL-2.0
/* The send buffer: how many segments it holds, and when there is room for more. */
#include <linux/sock_diag.h>
#include <poll.h>

#include "lib/flight.h"
#include "lib/hosts.h"
#include "lib/test.h"

WIRE_FIXTURE(sndbuf)

#define WIDE	80	/* segments in the congestion window */
#define SNDBUF	48000	/* octets of memory, which is less */

/* Slow start, with more to send than the window takes, up to a window of WIDE. */
static int open_wide(struct wire *w)
{
	int fd = open_flight(w, 0, "reno", SYN, MSS(SEGMENT));

	send_in_slow_start(w, fd, 100);
	check_ge((int)tcp_info(fd).tcpi_snd_cwnd, WIDE);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, SNDBUF / 2);
	return fd;
}

/* All that the buffer takes is sent; octets of it. */
static int fill_up(struct wire *w, int fd)
{
	static char text[4 * SEGMENT];
	int64_t from = w->rcv_nxt;

	while (send(fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		drain(w);
	drain(w);
	check_eq((int)tcp_info(fd).tcpi_notsent_bytes, 0);
	check_eq(wait_fd(fd, POLLOUT, 0), 0);
	check_lt(20 * SEGMENT, (int)(w->rcv_nxt - from));
	return w->rcv_nxt - from;
}

/*
 * The path takes more than the buffer holds. If a third of it had to be free first, the
 * path would run empty, and then get all of that at once.
 */
WIRE_TEST(sndbuf, that_is_too_small_for_the_path_has_room_after_a_few_segments)
{
	int fd = open_wide(w), len;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP waits for a third");
	len = fill_up(w, fd);
	inject(w, ACK, .ack = w->rcv_nxt - len + 8 * SEGMENT);
	check_eq(wait_fd(fd, POLLOUT, 0), POLLOUT);
}

/* What is written could not leave: a third is to be free, lest a writer come too often. */
WIRE_TEST(sndbuf, before_a_closed_window_has_room_when_a_third_is_free)
{
	int fd = open_wide(w), len = fill_up(w, fd);
	int64_t first = w->rcv_nxt - len;

	inject(w, ACK, .ack = first + 8 * SEGMENT, .wnd = len - 8 * SEGMENT);
	check_eq(wait_fd(fd, POLLOUT, 0), 0);
	inject(w, ACK, .ack = first + 16 * SEGMENT, .wnd = len - 16 * SEGMENT);
	check_eq(wait_fd(fd, POLLOUT, 0), POLLOUT);
}

/* As many in one skb as on any other: a segment alone would weigh twice its text. */
WIRE_TEST(sndbuf, holds_as_much_on_a_device_without_gso)
{
	int fd;

	if (!have_command("ethtool"))
		SKIP(return, "needs ethtool(8)");
	shell("ethtool -K %s gso off >/dev/null", wire_dev(w));
	fd = open_flight(w, 0, "reno", SYN, MSS(SEGMENT));
	send_pattern(fd, 0, IW * SEGMENT);
	check_lt(meminfo(fd, SK_MEMINFO_WMEM_QUEUED), IW * SEGMENT * 3U / 2);
	expect_segments_only(w, 0, IW);
}

TEST_HARNESS_MAIN
