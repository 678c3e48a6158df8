// SPDX-License-Identifier: GPL-2.0
/* What TIME-WAIT answers and what it ignores, RFC 9293 3.10.7.4. */
#include "lib/test.h"

WIRE_FIXTURE(time_wait)

/* Closed from here: the stack is in TIME-WAIT, and expects the peer's 2. */
static void to_time_wait(struct wire *w, int fd)
{
	/* RFC 1337: the kernel's TCP lets a RST end TIME-WAIT by default. */
	if (stack_is_kernel())
		sysctl_set("rfc1337", 1);
	sysctl_set("invalid_ratelimit", 0);
	enter_time_wait(w, fd);
}

/* S11: the last ACK was lost, the FIN comes again and is answered again. */
WIRE_TEST(time_wait, repeated_fin_is_acknowledged)
{
	to_time_wait(w, open_passive(w));
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* S11 with timestamps: the answer has one, too. */
WIRE_TEST(time_wait, repeated_fin_is_acknowledged_with_timestamps)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, TS(100, 0));

	to_time_wait(w, fd);
	inject(w, FIN | ACK, .seq = 1, .ack = 2,
	       .opts = { NOP, NOP, TS(200, LAST_TS) });
	expect(w, ACK, .seq = 2, .ack = 2,
	       .opts = { NOP, NOP, TS(ANY, ANY) });
}

/* A16, RFC 1337: a RST does not end TIME-WAIT, wherever it lies. */
WIRE_TEST(time_wait, rst_is_ignored)
{
	to_time_wait(w, open_passive(w));
	inject(w, RST, .seq = 2);
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
	inject(w, RST, .seq = 100);
	expect_none(w, 0);
	inject(w, RST | ACK, .seq = 2, .ack = 2);
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
}

/* An ordinary acknowledgment is no reason to answer. */
WIRE_TEST(time_wait, exact_ack_is_not_answered)
{
	to_time_wait(w, open_passive(w));
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
}

/*
 * The peer's ACK of our FIN, which its own FIN has overtaken: to answer would
 * reach a peer that has closed, and draw a RST. Linux answers.
 */
WIRE_TEST(time_wait, overtaken_ack_is_not_answered)
{
	to_time_wait(w, open_passive(w));
	inject(w, ACK, .seq = 1, .ack = 2, .keep = true);
	if (stack_is_kernel())
		expect(w, ACK, .seq = 2, .ack = 2);
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
}

/* Old data is answered with the ACK that says where we are. */
WIRE_TEST(time_wait, old_data_is_acknowledged)
{
	to_time_wait(w, open_passive(w));
	inject(w, ACK | PSH, .seq = 1, .ack = 2, .len = 1, .keep = true);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* A SYN with an old number gets an ACK, not a connection. */
WIRE_TEST(time_wait, old_syn_is_answered_with_ack)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	to_time_wait(w, wire_accept(listener));
	inject(w, SYN, .seq = -10000, .keep = true, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
	expect_no_accept(listener);
}

/* MAY-2: a SYN beyond the old connection's numbers begins a new one. */
WIRE_TEST(time_wait, new_syn_opens_a_new_connection)
{
	int listener = wire_listen(w), fd;
	uint32_t old;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	to_time_wait(w, wire_accept(listener));
	old = w->irs + w->rcv_nxt;

	wire_restart(w, w->iss + 100000);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
	/* RFC 9293 3.6.1: our number lies beyond the old connection's, too. */
	check_gt((int32_t)(w->irs - old), 0);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
	expect_listed(w, ESTABLISHED);
}

/*
 * A SYN for which the listener has no room leaves all as it is. The kernel's TCP
 * forgets the old connection first.
 */
WIRE_TEST(time_wait, new_syn_that_finds_no_room_opens_nothing)
{
	int listener = wire_listen(w);
	struct wire other[1];

	if (stack_is_kernel())
		SKIP(return, "there TIME-WAIT ends");
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	to_time_wait(w, wire_accept(listener));
	/* one waits to be accepted, and that is one too many */
	check_ok(listen(listener, 0));
	wire_fork(other, w, 41000);
	inject(other, SYN, .opts = { MSS(1460) });
	expect(other, SYN | ACK);
	inject(other, ACK);
	inject(w, SYN, .seq = 100000, .keep = true, .opts = { MSS(1460) });
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
	check_eq(counter("TcpExt", "ListenOverflows"), 1);
	check_eq(counter("TcpExt", "ListenDrops"), 1);
	check_eq(counter("TcpExt", "TWRecycled"), 0);
	wire_close(other);
}

/* A connection with timestamps, the last one the peer's @ts, in TIME-WAIT. */
static int listen_through(struct wire *w, int ts)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460), NOP, NOP, TS(ts, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	to_time_wait(w, wire_accept(listener));
	return listener;
}

/* SHLD-4, RFC 6191: a later timestamp does as well, whatever the number. */
WIRE_TEST(time_wait, later_timestamp_opens_a_new_connection)
{
	int listener = listen_through(w, 5000), fd;

	wire_restart(w, w->iss - 100000);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460), NOP, NOP, TS(5001, 0) });
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
	expect_listed(w, ESTABLISHED);
}

/* SHLD-4: nor does a later number help where the timestamp is an old one. */
WIRE_TEST(time_wait, older_timestamp_opens_nothing)
{
	int listener = listen_through(w, 5000);

	inject(w, SYN, .seq = 100000, .keep = true,
	       .opts = { MSS(1460), NOP, NOP, TS(4999, 0) });
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
	expect_no_accept(listener);
}

/* A segment for an ended connection whose TIME-WAIT is elsewhere gets a RST. */
WIRE_TEST(time_wait, passive_closer_has_none)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, CLOSE);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect(w, RST, .seq = 2);
}

TEST_HARNESS_MAIN
