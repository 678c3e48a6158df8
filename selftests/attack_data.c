// SPDX-License-Identifier: GPL-2.0
/*
 * Data, FINs and windows of somebody who does not see the wire, or of a peer that
 * plays games: A3, A18, A19 of Documentation/attacks.rst.
 */
#include "lib/attack.h"
#include "lib/test.h"

#define FORGED	100
#define NEVER	1000000		/* ms; longer than a test */

WIRE_FIXTURE(data)
WIRE_FIXTURE(window)
WIRE_FIXTURE(fin)

/*
 * A3, RFC 5961 5.2 (MAY-12): text exactly where it would be taken, but with an ACK
 * from anywhere in the numbers. What was never sent, and what is older than any
 * window, is not from the peer: not taken, and the peer is asked once.
 */
WIRE_TEST(data, with_a_guessed_ack_is_not_taken)
{
	struct attack a[1];
	int fd = open_passive(w), i;
	int64_t step = (1LL << 32) / (2 * FORGED + 1);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK);
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	/* All round, but for the window's share around zero. */
	for (i = 1; i <= 2 * FORGED; i++)
		inject(w, ACK | PSH, .ack = i * step, .len = 10, .keep = true);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	attack_over(a, ANSWERS(1, .most = stack_is_kernel()),
		    DROP(DropBadAck, FORGED), DROP(DropOldAck, FORGED),
		    COUNT(TCPChallengeACK, 1),
		    COUNT(TCPACKSkippedChallenge, 2 * FORGED - 1));
	attack_exchange(a);
}

/*
 * A3: the edges: one above what was sent; one below the largest window, or, while
 * less than a window was sent, one below the SYN.
 */
WIRE_TEST(data, with_an_ack_just_beyond_what_may_be_is_not_taken)
{
	struct attack a[1];
	int fd = open_passive(w);

	attack_ration(0);
	/* Linux's TCP does not answer what acknowledges too much. */
	attack_begin(a, w, fd);
	inject(w, ACK | PSH, .ack = 2, .len = 10, .keep = true);
	inject(w, ACK | PSH, .ack = -1, .len = 10, .keep = true);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	attack_over(a, ANSWERS(2), DROP(DropBadAck, 1), DROP(DropOldAck, 1),
		    COUNT(TCPChallengeACK, 2));
	attack_exchange(a);
}

/* The same with a window's worth sent: the oldest that may be is taken. */
WIRE_TEST(data, with_an_ack_older_than_a_window_is_not_taken)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1000));

	attack_ration(0);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 400000);
	send_pattern(fd, 0, 80000);
	while (w->rcv_nxt < 80001) {
		check(receive(w, 10000));
		inject(w, ACK);
	}
	attack_begin(a, w, fd);
	inject(w, ACK | PSH, .ack = 80001 - 65536, .len = 10, .keep = true);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	attack_over(a, ANSWERS(1), DROP(DropOldAck, 1),
		    COUNT(TCPChallengeACK, 1));
	inject(w, ACK | PSH, .ack = 80001 - 65535, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* A3: without an ACK at all. */
WIRE_TEST(data, without_an_ack_is_not_taken)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++)
		inject(w, PSH, .len = 10 + i, .keep = true);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	attack_over(a, NO_ANSWER, DROP(DropNoAck, FORGED));
	attack_exchange(a);
}

/*
 * A3, A23: text all over the numbers, but in the window. What may be a late copy,
 * being no older than a window, is acknowledged as such each time; all else once
 * in a time.
 */
WIRE_TEST(data, outside_the_window_is_answered_once)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++) {
		inject(w, ACK | PSH, .seq = 100000 + 10000000 * i, .len = 10,
		       .keep = true);
		inject(w, ACK | PSH, .seq = -100000 - 10000000 * i, .len = 10,
		       .keep = true);
		inject(w, ACK | FIN, .seq = 100000 + 10000000 * i, .keep = true);
	}
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	attack_over(a, ANSWERS(1), DROP(DropOutOfWindow, 3 * FORGED),
		    COUNT(TCPACKSkippedSeq, 3 * FORGED - 1));
	attack_exchange(a);
}

/* What may be a retransmission draws an ACK, one for each, and not more. */
WIRE_TEST(data, that_is_an_old_copy_draws_one_ack)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 101);
	recv_pattern(fd, 0, 100);
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++)
		inject(w, ACK | PSH, .seq = 1, .len = 100);
	attack_over(a, ANSWERS(FORGED), COUNT(DelayedACKLost, FORGED));
	attack_exchange(a);
}

/*
 * A3 for an orphan in FIN-WAIT-2: text that nobody will read resets the connection,
 * so it must be the peer's: who has not acknowledged our FIN is not he.
 */
WIRE_TEST(data, with_a_guessed_ack_ends_no_orphan)
{
	struct attack a[1];
	int fd = open_passive(w), i;
	int64_t step = (1LL << 32) / (2 * FORGED + 1);

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP resets it, whatever the ACK");
	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	for (i = 1; i <= 2 * FORGED; i++)
		inject(w, ACK | PSH, .ack = 2 + i * step, .len = 10, .keep = true);
	attack_over(a, ANSWERS(1), DROP(DropBadAck, FORGED),
		    DROP(DropOldAck, FORGED),
		    COUNT(TCPACKSkippedFinWait2, 2 * FORGED - 1));
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* A bare ACK in the window, behind a gap, is no text, whoever sent it. */
WIRE_TEST(data, that_is_missing_ends_no_orphan)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++) {
		inject(w, ACK, .seq = 2 + i, .keep = true);
		inject(w, ACK, .seq = 2 + i, .ack = -100 * i, .keep = true);
	}
	attack_over(a, NO_ANSWER);
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
}

/* ---- A18, MUST-34: a peer that takes back what its window has promised ---- */

#define SEGMENT	1000

/* Whatever is sent lies before the right edge; how many octets. */
static int sent_before(struct wire *w, int64_t edge)
{
	int octets = 0;

	while (receive(w, 0)) {
		check_le(w->last.s.seq + w->last.s.len, edge);
		octets += w->last.s.len;
	}
	return octets;
}

/*
 * A18: with ten thousand octets waiting the window shrinks by and by below what is
 * in flight, is torn open and shrinks again: nothing new is sent beyond its edge,
 * nor is anything sent twice for it, nor forgotten.
 */
WIRE_TEST(window, that_shrinks_is_not_passed)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(SEGMENT)), wnd;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP shrinks no window for an ACK that says nothing else");
	attack_begin(a, w, fd);
	w->wnd = 4000;
	inject(w, ACK);
	send_pattern(fd, 0, 10000);
	check_eq(sent_before(w, 4001), 4000);
	for (wnd = 3999; wnd >= 0; wnd -= 333)
		inject(w, ACK, .ack = 1, .wnd = wnd);
	/* What is in flight is not sent again for it. */
	check_eq(sent_before(w, 4001), 0);
	/* Half of it is acknowledged, and the edge stays where it was: shut. */
	inject(w, ACK, .ack = 2001, .wnd = 0);
	check_eq(sent_before(w, 4001), 0);
	inject(w, ACK, .ack = 4001, .wnd = 1000);
	check_eq(sent_before(w, 5001), 1000);
	inject(w, ACK, .ack = 5001, .wnd = 65535);
	check_eq(sent_before(w, 10001), 5000);
	w->wnd = 65535;
	inject(w, ACK);
	attack_look(a);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
}

/* A18: opened and shut a hundred times the window lets out what it says. */
WIRE_TEST(window, that_opens_and_shuts_lets_out_what_it_says)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(SEGMENT)), i;
	int64_t sent = 1;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP shrinks no window for an ACK that says nothing else");
	w->wnd = 0;
	inject(w, ACK);
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 400000);
	send_pattern(fd, 0, 50 * SEGMENT);
	check_eq(sent_before(w, 1), 0);
	for (i = 0; i < 50; i++) {
		inject(w, ACK, .ack = sent, .wnd = SEGMENT);
		/* The next edge is behind that one: it counts from the ACK. */
		inject(w, ACK, .ack = sent, .wnd = 0);
		inject(w, ACK, .ack = sent, .wnd = SEGMENT / 2);
		check_eq(sent_before(w, sent + SEGMENT), SEGMENT);
		sent += SEGMENT;
		check_le(tcp_info(fd).tcpi_unacked, 1);
	}
	w->wnd = 65535;
	inject(w, ACK);
	attack_begin(a, w, fd);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
}

/* ---- A19: FINs that come late, or twice, or where nobody expects them ---- */

/* How long its bucket still waits, in ticks of the listing. */
static long waits(struct wire *w)
{
	struct listing l;

	check(listing_find(w, &l));
	check_eq(l.state, TIME_WAIT);
	return l.timer_ticks;
}

/* When it ends, in ticks of 10 ms since the wire was opened. */
static long ends(struct wire *w)
{
	return waits(w) + wire_now(w) / 10000;
}

#define LET_WAIT	30	/* ticks: a new start shows */

static void let_wait(struct wire *w)
{
	long start = waits(w);

	while (waits(w) > start - LET_WAIT)
		poll(NULL, 0, 10);
}

/* However long the test has been kept from looking. */
static bool has_begun_anew(struct wire *w, long before)
{
	return ends(w) > before + LET_WAIT / 2;
}

/*
 * A19: what is not the peer's FIN again does not begin the 2 MSL anew, so nobody
 * can hold the bucket for ever who does not see the wire.
 */
WIRE_TEST(fin, elsewhere_does_not_prolong_time_wait)
{
	struct attack a[1];
	long before;
	int i;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP begins anew for any ACK");
	enter_time_wait(w, open_passive(w));
	attack_ration(NEVER);
	let_wait(w);
	before = ends(w);
	attack_begin(a, w, -1);
	for (i = 1; i <= FORGED; i++) {
		inject(w, FIN | ACK, .seq = 1 + i, .ack = 2, .keep = true);
		inject(w, FIN | ACK, .seq = 1 - i, .ack = 2, .keep = true);
		inject(w, ACK | PSH, .seq = 2, .ack = 2, .len = i, .keep = true);
	}
	attack_over(a, ANSWERS(1), DROP(DropTimeWait, 3 * FORGED),
		    COUNT(TCPACKSkippedTimeWait, 3 * FORGED - 1));
	check(!has_begun_anew(w, before));
}

/* A19: the FIN itself does, and is acknowledged, once each time (S11). */
WIRE_TEST(fin, that_comes_again_prolongs_time_wait)
{
	struct attack a[1];
	long before;
	int i;

	enter_time_wait(w, open_passive(w));
	let_wait(w);
	before = ends(w);
	attack_begin(a, w, -1);
	for (i = 0; i < 10; i++)
		inject(w, FIN | ACK, .seq = 1, .ack = 2);
	attack_over(a, ANSWERS(10));
	check(has_begun_anew(w, before));
}

/* A19: with a timestamp older than the last it is an old duplicate. */
WIRE_TEST(fin, with_an_old_timestamp_does_not_prolong_time_wait)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1460), NOP, NOP, TS(1000, 0));
	long before;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP begins anew for any ACK");
	enter_time_wait(w, fd);
	attack_ration(NEVER);
	let_wait(w);
	before = ends(w);
	attack_begin(a, w, -1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2,
	       .opts = { NOP, NOP, TS(999, LAST_TS) });
	attack_over(a, ANSWERS(1), DROP(DropTimeWait, 1));
	check(!has_begun_anew(w, before));
}

/* A19: in a connection that is open, a FIN beyond what was received waits. */
WIRE_TEST(fin, beyond_the_window_ends_nothing)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++)
		inject(w, FIN | ACK, .seq = 100000 + i, .keep = true);
	attack_over(a, ANSWERS(1), DROP(DropOutOfWindow, FORGED),
		    COUNT(TCPACKSkippedSeq, FORGED - 1));
	attack_exchange(a);
}

/* A19: and in CLOSE-WAIT another FIN does not count. */
WIRE_TEST(fin, that_comes_again_in_close_wait_changes_nothing)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	attack_begin(a, w, fd);
	for (i = 0; i < 10; i++)
		inject(w, FIN | ACK, .seq = 1);
	attack_over(a, ANSWERS(10), COUNT(DelayedACKLost, 10));
	expect_eof(fd);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

TEST_HARNESS_MAIN
