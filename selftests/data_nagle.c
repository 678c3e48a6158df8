// SPDX-License-Identifier: GPL-2.0
/*
 * When small data goes: Nagle's algorithm and how a program turns it off, RFC
 * 9293 3.7.4; PSH and the user's SEND call, 3.9.1.2.
 */
#include "lib/test.h"

WIRE_FIXTURE(nagle)

#define MSS_	1000

static int open_small(struct wire *w)
{
	return open_passive(w, MSS(MSS_));
}

/* Data that is to be followed by more. */
static void send_more(int fd, uint64_t at, size_t len)
{
	uint8_t buf[8192];

	pattern_fill(buf, at, len);
	check_eq(send(fd, buf, len, MSG_MORE | MSG_NOSIGNAL), (ssize_t)len);
}

/* MUST-60: an octet is sent though nobody asks for it, and with PSH: MUST-61. */
WIRE_TEST(nagle, single_octet_is_sent_at_once)
{
	int fd = open_small(w);

	send_pattern(fd, 0, 1);
	expect(w, ACK | PSH, .len = 1);
	inject(w, ACK);
	send_pattern(fd, 1, 1);
	expect(w, ACK | PSH, .len = 1);
}

/* SHLD-7: as long as small data is under way, more of it waits. */
WIRE_TEST(nagle, small_data_waits_for_the_ack)
{
	int fd = open_small(w), i;

	send_pattern(fd, 0, 1);
	expect(w, ACK | PSH, .len = 1);
	for (i = 0; i < 5; i++)
		send_pattern(fd, 1 + i, 1);
	expect_none(w, 0);
	inject(w, ACK);
	expect(w, ACK | PSH, .seq = 2, .len = 5);
	inject(w, ACK);
	expect_none(w, 0);
}

/* A full segment need not wait; the rest behind it does. */
WIRE_TEST(nagle, full_segment_does_not_wait)
{
	int fd = open_small(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 10, 600);
	expect_none(w, 0);
	send_pattern(fd, 610, 600);
	expect(w, ACK | ANYPSH, .seq = 11, .len = MSS_);
	expect_none(w, 0);
	inject(w, ACK);
	expect(w, ACK | PSH, .seq = 11 + MSS_, .len = 200);
}

/* Full segments under way hold nothing back (Minshall's variant). */
WIRE_TEST(nagle, small_data_does_not_wait_for_full_segments)
{
	int fd = open_small(w);

	send_pattern(fd, 0, 2 * MSS_);
	expect(w, ACK | ANYPSH, .len = MSS_);
	expect(w, ACK | PSH, .len = MSS_);
	send_pattern(fd, 2 * MSS_, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 2 * MSS_ + 10, 10);
	expect_none(w, 0);
}

/* MUST-17: TCP_NODELAY turns it off. */
WIRE_TEST(nagle, nodelay_sends_every_write)
{
	int fd = open_small(w), i;

	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 5; i++) {
		send_pattern(fd, i * 10, 10);
		expect(w, ACK | PSH, .seq = 1 + i * 10, .len = 10);
	}
}

/* MUST-17: also for what is waiting. */
WIRE_TEST(nagle, nodelay_releases_what_waits)
{
	int fd = open_small(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 10, 20);
	expect_none(w, 0);
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	expect(w, ACK | PSH, .seq = 11, .len = 20);
	/* And it can be turned on again. */
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 0);
	send_pattern(fd, 30, 10);
	expect_none(w, 0);
}

/* Nothing more will come: the FIN takes along what waits. */
WIRE_TEST(nagle, close_releases_what_waits)
{
	int fd = open_small(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 10, 20);
	expect_none(w, 0);
	close(fd);
	expect(w, FIN | ACK | PSH, .seq = 11, .len = 20);
}

/* TCP_CORK: only full segments, until it is pulled. */
WIRE_TEST(nagle, cork_holds_what_is_not_full)
{
	int fd = open_small(w);

	set_opt(fd, IPPROTO_TCP, TCP_CORK, 1);
	send_pattern(fd, 0, 300);
	send_pattern(fd, 300, 300);
	expect_none(w, 0);
	send_pattern(fd, 600, 500);
	expect(w, ACK | ANYPSH, .seq = 1, .len = MSS_);
	expect_none(w, 0);
	inject(w, ACK);
	expect_none(w, 0);
	set_opt(fd, IPPROTO_TCP, TCP_CORK, 0);
	expect(w, ACK | PSH, .seq = 1 + MSS_, .len = 100);
}

/* A cork that is forgotten holds nothing for good. */
WIRE_TEST(nagle, corked_data_goes_in_the_end)
{
	int fd = open_small(w);

	set_opt(fd, IPPROTO_TCP, TCP_CORK, 1);
	send_pattern(fd, 0, 300);
	expect_none(w, 0);
	expect(w, ACK | ANYPSH, .seq = 1, .len = 300);
}

/* TCP_NODELAY under a cork pushes what is there, the cork stays. */
WIRE_TEST(nagle, nodelay_pushes_once_through_a_cork)
{
	int fd = open_small(w);

	set_opt(fd, IPPROTO_TCP, TCP_CORK, 1);
	send_pattern(fd, 0, 300);
	expect_none(w, 0);
	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	expect(w, ACK | PSH, .len = 300);
	send_pattern(fd, 300, 300);
	expect_none(w, 0);
	set_opt(fd, IPPROTO_TCP, TCP_CORK, 0);
	expect(w, ACK | PSH, .len = 300);
}

/* MSG_MORE is a cork for one call. */
WIRE_TEST(nagle, more_waits_for_the_next_call)
{
	int fd = open_small(w);

	send_more(fd, 0, 100);
	send_more(fd, 100, 100);
	expect_none(w, 0);
	send_pattern(fd, 200, 100);
	expect(w, ACK | PSH, .seq = 1, .len = 300);
	inject(w, ACK);
	send_more(fd, 300, 1500);
	expect(w, ACK | ANYPSH, .seq = 301, .len = MSS_);
	expect_none(w, 0);
	send_pattern(fd, 1800, 10);
	expect(w, ACK | PSH, .seq = 301 + MSS_, .len = 510);
}

/* MUST-61: PSH on the last segment of a write, and only there. */
WIRE_TEST(nagle, psh_marks_the_end_of_a_write)
{
	int fd = open_small(w), i;

	send_pattern(fd, 0, 4500);
	for (i = 0; i < 4; i++)
		expect(w, ACK, .len = MSS_);
	expect(w, ACK | PSH, .len = 500);
	inject(w, ACK);
	/* Also if it is full. */
	send_pattern(fd, 4500, 3000);
	expect(w, ACK, .len = MSS_);
	expect(w, ACK, .len = MSS_);
	expect(w, ACK | PSH, .len = MSS_);
}

/* MUST-61: what the window cuts off is not the end of the write. */
WIRE_TEST(nagle, psh_waits_for_the_last_buffered_segment)
{
	int fd;

	w->wnd = 2000;
	fd = open_small(w);
	send_pattern(fd, 0, 2500);
	expect(w, ACK | ANYPSH, .len = MSS_);
	expect(w, ACK | ANYPSH, .len = MSS_);
	inject(w, ACK);
	expect(w, ACK | PSH, .len = 500);
}

/* S2: the third segment of the handshake may carry data. */
WIRE_TEST(nagle, third_segment_may_carry_data)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	inject(w, ACK | PSH, .seq = 1, .ack = 1, .len = 500);
	expect(w, ACK, .seq = 1, .ack = 501);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 500);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* S2: even if it comes without the bare ACK, with a FIN and all. */
WIRE_TEST(nagle, third_segment_may_be_the_last)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, FIN | ACK | PSH, .seq = 1, .ack = 1, .len = 500);
	expect(w, ACK, .ack = 502);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 500);
	expect_eof(fd);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

TEST_HARNESS_MAIN

WIRE_FIXTURE(nagle_jumbo, .mtu = 9000)

#define JUMBO	8000

/* A small segment under way does not hold back the end of what is so much larger. */
WIRE_TEST(nagle_jumbo, the_end_of_a_large_message_goes_with_it)
{
	int fd = open_passive(w, MSS(JUMBO)), i;

	if (stack_is_kernel())
		SKIP(return, "it waits for the ACK");
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 10, 5 * JUMBO + 100);
	for (i = 0; i < 5; i++)
		expect(w, ACK | ANYPSH, .seq = 11 + i * JUMBO, .len = JUMBO);
	expect(w, ACK | PSH, .seq = 11 + 5 * JUMBO, .len = 100);
	/* but what follows that waits, as ever */
	send_pattern(fd, 10 + 5 * JUMBO + 100, 10);
	expect_none(w, 0);
	inject(w, ACK);
	expect(w, ACK | PSH, .seq = 11 + 5 * JUMBO + 100, .len = 10);
}

WIRE_TEST(nagle_jumbo, the_end_of_a_smaller_one_waits)
{
	int fd = open_passive(w, MSS(JUMBO)), i;

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	send_pattern(fd, 10, 3 * JUMBO + 100);
	for (i = 0; i < 3; i++)
		expect(w, ACK | ANYPSH, .seq = 11 + i * JUMBO, .len = JUMBO);
	expect_none(w, 0);
	inject(w, ACK);
	expect(w, ACK | PSH, .seq = 11 + 3 * JUMBO, .len = 100);
}
