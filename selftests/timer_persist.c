// SPDX-License-Identifier: GPL-2.0
/*
 * Probing a closed window, RFC 9293 3.8.6.1; A17. In icount.list: hours pass,
 * and milliseconds are counted. A kernel timer is never early, and may be late
 * by an eighth.
 */
#include "lib/test.h"

/* Octets of a full segment on the wire of the tests. */
#define FULL(w)		((w)->family == AF_INET6 ? 1440 : 1460)

WIRE_FIXTURE(persist)

#define RTO_MIN	200	/* with a round trip of next to nothing */
#define RTO_MAX	120000

static int late(int ms)
{
	return ms / 8 + 10;
}

static int twice(int ms)
{
	return ms * 2 < RTO_MAX ? ms * 2 : RTO_MAX;
}

/* A connection whose peer has closed its window; @len octets wait. */
static int open_closed(struct wire *w, size_t len)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	inject(w, ACK, .wnd = 0);
	/* From here on the probe's time counts. */
	send_pattern(fd, 10, len);
	w->mark = wire_now(w);
	return fd;
}

/* A probe lies in front of the window, so that it must be answered. */
#define expect_probe(w, ms) \
	expect_after((w), (ms), late(ms), ACK, .seq = 10, .len = 0)

/* The peer is still there, and its window still closed. */
static void answer(struct wire *w)
{
	inject(w, ACK, .ack = 11, .wnd = 0);
}

/* The next segment, however long it takes. */
static void expect_late(struct wire *w, int seq, int len)
{
	check(receive(w, RTO_MAX + late(RTO_MAX)));
	check_eq(w->last.s.flags & ~PSH, ACK);
	check_eq(w->last.s.seq, seq);
	check_eq(w->last.s.len, len);
}

/* Answers every probe; the last one came at least @ms after it began. */
static int answer_for(struct wire *w, int64_t ms)
{
	int64_t end = wire_now(w) + ms * 1000;
	int n = 0;

	while (wire_now(w) < end) {
		expect_late(w, 10, 0);
		answer(w);
		n++;
	}
	return n;
}

/* MUST-36, SHLD-29, SHLD-30: after one RTO, then each time twice as long. */
WIRE_TEST_TIMEOUT(persist, probes_back_off, 2000)
{
	int fd = open_closed(w, 100), ms = RTO_MIN, i;

	for (i = 0; i < 13; i++) {
		expect_after(w, ms, late(ms), ACK, .seq = 10, .len = 0);
		/* The answer does not hurry the next one. */
		answer(w);
		ms = twice(ms);
	}
	check_eq(fd_state(fd), ESTABLISHED);
	/* When it opens, all goes at once. */
	inject(w, ACK, .wnd = 1000);
	expect(w, ACK | PSH, .seq = 11, .len = 100);
	inject(w, ACK);
	expect_none(w, 300000);
}

/* MUST-37: for an hour, and as long as somebody answers. */
WIRE_TEST_TIMEOUT(persist, answered_probes_keep_it_open_for_hours, 20000)
{
	int fd = open_closed(w, 100), n;

	n = answer_for(w, 4 * 3600 * 1000);
	test_note("%d probes in four hours", n);
	/* At least one every two minutes, and an eighth. */
	check_ge(n, 4 * 3600 / 136);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK, .wnd = 1000);
	expect(w, ACK | PSH, .seq = 11, .len = 100);
}

/* S17: it was the update that was lost: the answer to a probe reopens. */
WIRE_TEST_TIMEOUT(persist, answer_to_a_probe_reopens, 60)
{
	open_closed(w, 3000);
	expect_probe(w, RTO_MIN);
	answer(w);
	expect_probe(w, 2 * RTO_MIN);
	inject(w, ACK, .ack = 11, .wnd = 10000);
	expect(w, ACK | ANYPSH, .seq = 11, .len = FULL(w));
	expect(w, ACK | ANYPSH, .seq = 11 + FULL(w), .len = FULL(w));
}

/* The back-off ends with it: the next closing is probed from the start. */
WIRE_TEST_TIMEOUT(persist, reopening_ends_the_back_off, 60)
{
	int fd = open_closed(w, 10);

	expect_probe(w, RTO_MIN);
	answer(w);
	expect_probe(w, 2 * RTO_MIN);
	answer(w);
	expect_probe(w, 4 * RTO_MIN);
	inject(w, ACK, .ack = 11, .wnd = 1000);
	expect(w, ACK | PSH, .seq = 11, .len = 10);
	inject(w, ACK, .wnd = 0);
	send_pattern(fd, 20, 10);
	w->mark = wire_now(w);
	expect_after(w, RTO_MIN, late(RTO_MIN), ACK, .seq = 20);
}

/* A window too small for what waits: the override of 3.8.6.2.1, in its time. */
WIRE_TEST_TIMEOUT(persist, small_window_is_used_after_a_timeout, 60)
{
	open_closed(w, 3000);
	expect_probe(w, RTO_MIN);
	inject(w, ACK, .ack = 11, .wnd = 100);
	w->mark = wire_now(w);
	check(receive(w, 5000));
	check_eq(w->last.s.seq, 11);
	check_eq(w->last.s.len, 100);
}

/* Nobody answers: R2 holds here, too. */
WIRE_TEST_TIMEOUT(persist, unanswered_probes_time_out, 3000)
{
	int fd = open_closed(w, 100), n;

	for (n = 0; receive(w, 150000); n++)
		check_eq(w->last.s.seq, 10);
	test_note("%d probes", n);
	check_ge(n, 14);
	check_le(n, 16);
	check(wait_fd(fd, POLLIN, 150000) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* One answer, and the count begins anew. */
WIRE_TEST_TIMEOUT(persist, one_answer_is_enough, 5000)
{
	int fd = open_closed(w, 100), n;

	answer_for(w, 1000);
	for (n = 0; n < 12; n++)
		expect_late(w, 10, 0);
	answer(w);
	for (n = 0; n < 12; n++)
		expect_late(w, 10, 0);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* A17: the program may limit it, whatever the peer answers (RFC 6429 4). */
WIRE_TEST_TIMEOUT(persist, user_timeout_limits_it, 100)
{
	int fd = open_closed(w, 10);
	int64_t start = wire_now(w), took;

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 10000);
	while (!(wait_fd(fd, POLLIN, 100) & POLLERR)) {
		took = (wire_now(w) - start) / 1000;
		check_le(took, 10000 + late(10000) + 100);
		if (!receive(w, 0))
			continue;
		check_eq(w->last.s.len, 0);
		answer(w);
	}
	took = (wire_now(w) - start) / 1000;
	check_ge(took, 10000 - 110);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* A17: nobody holds the socket: it does not stay for ever, answers or not. */
WIRE_TEST_TIMEOUT(persist, orphan_does_not_stay, 3000)
{
	int64_t start;
	int n = 0;

	close(open_closed(w, 100));
	start = wire_now(w);
	expect_listed(w, FIN_WAIT1);
	while (receive(w, 150000)) {
		if (w->last.s.flags & RST)
			break;
		check_eq(w->last.s.seq, 10);
		answer(w);
		n++;
	}
	test_note("%d probes, the last after %lld s", n,
		  (long long)(w->last.us - start) / 1000000);
	expect_listed(w, CLOSE);
	check_ge(n, 7);
	check_le(n, 16);
}

WIRE_TEST_TIMEOUT(persist, unanswered_orphan_does_not_stay, 3000)
{
	int n;

	close(open_closed(w, 100));
	for (n = 0; receive(w, 150000); n++)
		if (w->last.s.flags & RST)
			break;
	check_ge(n, 7);
	check_le(n, 10);
	expect_listed(w, CLOSE);
}

/* No data waits: nothing to ask for. */
WIRE_TEST_TIMEOUT(persist, nothing_to_send_nothing_to_probe, 5000)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	inject(w, ACK, .wnd = 0);
	expect_none(w, 3600000);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* A FIN needs no window, but does not overtake what does. */
WIRE_TEST_TIMEOUT(persist, fin_waits_behind_the_data, 60)
{
	int fd = open_closed(w, 100);

	check_ok(shutdown(fd, SHUT_WR));
	expect_probe(w, RTO_MIN);
	answer(w);
	inject(w, ACK, .ack = 11, .wnd = 1000);
	expect(w, FIN | ACK | PSH, .seq = 11, .len = 100);
}

/* MUST-35: a window that was shrunk to nothing is probed by its oldest data. */
WIRE_TEST_TIMEOUT(persist, shrunk_window_keeps_it_open, 8000)
{
	int fd = open_passive(w), i;

	send_pattern(fd, 0, 2 * FULL(w));
	expect(w, ACK | ANYPSH, .seq = 1, .len = FULL(w));
	expect(w, ACK | ANYPSH, .seq = 1 + FULL(w), .len = FULL(w));
	inject(w, ACK, .ack = 1 + FULL(w), .wnd = 0);
	for (i = 0; i < 30; i++) {
		expect_late(w, 1 + FULL(w), FULL(w));
		inject(w, ACK, .ack = 1 + FULL(w), .wnd = 0);
	}
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK, .ack = 1 + 2 * FULL(w), .wnd = 1000);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

TEST_HARNESS_MAIN
