// SPDX-License-Identifier: GPL-2.0
/*
 * How long the closing states last: RFC 9293 3.6.1 and 3.8.3.
 * In icount.list: minutes pass. Timers may be late by an eighth.
 */
#include "lib/test.h"

WIRE_FIXTURE(close_timer)

/* MUST-13, S11: 60 seconds (Linux's fixed 2 MSL), then nothing is left. */
WIRE_TEST_TIMEOUT(close_timer, time_wait_lasts_60_seconds, 300)
{
	enter_time_wait(w, open_passive(w));
	expect_none(w, 59500);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 500 + 7500);
	expect_listed(w, CLOSE);
	/* A late segment is now nobody's. */
	inject(w, ACK, .seq = 2, .ack = 2);
	expect(w, RST, .seq = 2);
}

/* S11: the FIN is answered to the end, and each time the clock restarts. */
WIRE_TEST_TIMEOUT(close_timer, repeated_fin_restarts_time_wait, 300)
{
	enter_time_wait(w, open_passive(w));
	expect_none(w, 40000);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 40000);
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 68000);
	expect_listed(w, CLOSE);
}

/* The same after CLOSING. */
WIRE_TEST_TIMEOUT(close_timer, time_wait_after_closing, 300)
{
	close(open_passive(w));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 59500);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 500 + 7500);
	expect_listed(w, CLOSE);
}

/* A15: nobody waits for ever in FIN-WAIT-2 for a FIN (fin_timeout, 60 s). */
WIRE_TEST_TIMEOUT(close_timer, orphan_in_fin_wait_2_ends, 300)
{
	close(open_passive(w));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	expect_none(w, 59500);
	expect_listed(w, FIN_WAIT2);
	expect_none(w, 500 + 7500);
	expect_listed(w, CLOSE);
	inject(w, FIN | ACK);
	expect(w, RST, .seq = 2);
}

/* As long as somebody holds the socket, half-closed is half-closed. */
WIRE_TEST_TIMEOUT(close_timer, held_socket_stays_in_fin_wait_2, 1000)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_none(w, 600000);
	check_eq(fd_state(fd), FIN_WAIT2);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* fin_timeout is the administrator's. */
WIRE_TEST_TIMEOUT(close_timer, fin_timeout_setting_is_honoured, 100)
{
	sysctl_set("fin_timeout", 10);
	close(open_passive(w));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_none(w, 9500);
	expect_listed(w, FIN_WAIT2);
	expect_none(w, 500 + 1500);
	expect_listed(w, CLOSE);
}

/* And so is tw_timeout, of MyTCP's settings only: it stands so long, and no longer, */
WIRE_TEST_TIMEOUT(close_timer, tw_timeout_setting_is_honoured, 100)
{
	if (stack_is_kernel())
		SKIP(return, "its 60 seconds are no setting");
	sysctl_set("tw_timeout", 10);
	enter_time_wait(w, open_passive(w));
	expect_none(w, 9950);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 50 + 100);
	expect_listed(w, CLOSE);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect(w, RST, .seq = 2);
}

/* ... also from each FIN that comes again, as long as it says at that moment, */
WIRE_TEST_TIMEOUT(close_timer, tw_timeout_begins_anew_with_a_fin, 100)
{
	if (stack_is_kernel())
		SKIP(return, "its 60 seconds are no setting");
	sysctl_set("tw_timeout", 10);
	enter_time_wait(w, open_passive(w));
	expect_none(w, 7000);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 9950);
	expect_listed(w, TIME_WAIT);
	sysctl_set("tw_timeout", 5);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 4950);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 50 + 100);
	expect_listed(w, CLOSE);
}

/* ... and for nothing else: what is no FIN, or lies elsewhere, prolongs nothing. */
WIRE_TEST_TIMEOUT(close_timer, tw_timeout_begins_anew_with_a_fin_only, 100)
{
	if (stack_is_kernel())
		SKIP(return, "its 60 seconds are no setting");
	sysctl_set("tw_timeout", 10);
	enter_time_wait(w, open_passive(w));
	expect_none(w, 7000);
	inject(w, FIN | ACK, .seq = 100, .ack = 2, .keep = true);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 1000);
	inject(w, ACK | PSH, .seq = 1, .ack = 2, .len = 1, .keep = true);
	expect(w, ACK, .seq = 2, .ack = 2);
	inject(w, RST, .seq = 2, .keep = true);
	expect_none(w, 1950);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 50 + 100);
	expect_listed(w, CLOSE);
}

/* A14: an orphan whose last FIN nobody acknowledges gives up. */
static void expect_fin_gives_up(struct wire *w)
{
	int64_t gap = 0, before = w->last.us;
	int n = 0;

	while (receive(w, 130000)) {
		check_eq(w->last.s.flags, FIN | ACK);
		/* RFC 6298 5.5: the time-out doubles, up to 120 s. */
		if (n)
			check_ge(w->last.us - before, gap * 3 / 2);
		gap = w->last.us - before;
		before = w->last.us;
		n++;
	}
	test_note("%d repetitions, the last after %lld ms", n,
		  (long long)gap / 1000);
	check_ge(n, 7);
	check_le(n, 9);
	expect_listed(w, CLOSE);
}

WIRE_TEST_TIMEOUT(close_timer, unanswered_fin_gives_up_in_fin_wait_1, 1000)
{
	close(open_passive(w));
	expect(w, FIN | ACK);
	expect_fin_gives_up(w);
}

WIRE_TEST_TIMEOUT(close_timer, unanswered_fin_gives_up_in_last_ack, 1000)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK);
	expect_fin_gives_up(w);
}

TEST_HARNESS_MAIN
