// SPDX-License-Identifier: GPL-2.0
/*
 * RSTs of somebody who does not see the wire, and RSTs that draw RSTs: A1, A16,
 * A36, A37 of Documentation/attacks.rst.
 */
#include "lib/attack.h"
#include "lib/test.h"

#define FORGED	100

/* So long that a second answer can not come while a test runs. */
#define NEVER	1000000

WIRE_FIXTURE(rst)

/*
 * A1, RFC 5961 3.2: RSTs all over the window, none at its very beginning, do
 * nothing but ask the peer once.
 */
WIRE_TEST(rst, in_the_window_ends_nothing)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++)
		inject(w, RST, .seq = 2 + 600 * i);
	attack_over(a, ANSWERS(1), DROP(DropBlindRst, FORGED),
		    COUNT(TCPChallengeACK, 1),
		    COUNT(TCPACKSkippedChallenge, FORGED - 1));
	attack_exchange(a);
}

/* A1: with an ACK, right or wrong, and with data it is no better. */
WIRE_TEST(rst, with_ack_or_data_is_no_better)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++) {
		inject(w, RST | ACK, .seq = 2 + i);
		inject(w, RST | ACK, .seq = 2 + i, .ack = 1000 * i);
		inject(w, RST | PSH, .seq = 2 + i, .len = 10);
	}
	attack_over(a, ANSWERS(1), DROP(DropBlindRst, 3 * FORGED),
		    COUNT(TCPChallengeACK, 1),
		    COUNT(TCPACKSkippedChallenge, 3 * FORGED - 1));
	attack_exchange(a);
}

/* A1, RFC 5961 3.2, first case: what lies outside is not even answered. */
WIRE_TEST(rst, outside_the_window_is_not_heard)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	attack_ration(0);
	attack_begin(a, w, fd);
	for (i = 1; i <= FORGED; i++)
		inject(w, RST, .seq = (i & 1 ? 100000LL : -20000000LL) * i);
	attack_over(a, NO_ANSWER, DROP(DropOutOfWindow, FORGED));
	attack_exchange(a);
}

/*
 * A1: the right edge of what was received behind a gap is another number that
 * Linux believes. MyTCP does not: it would double the chance of a guess, and a peer
 * that has indeed gone answers the challenge with a RST that is exact.
 */
WIRE_TEST(rst, at_the_right_edge_of_sack_ends_nothing)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP takes it");
	inject(w, ACK | PSH, .seq = 101, .len = 100, .keep = true);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(101, 201) });
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	inject(w, RST, .seq = 201);
	attack_over(a, ANSWERS(1), DROP(DropBlindRst, 1),
		    COUNT(TCPChallengeACK, 1));
	inject(w, RST, .seq = w->last.s.ack);
	expect_error(fd, ECONNRESET);
}

/* A1 in the states that follow; in each its own answer. */
static void rst_in_window(struct wire *w, int fd, int state)
{
	struct attack a[1];
	int64_t next = w->snd_nxt;
	int i;

	check_eq(fd_state(fd), state);
	attack_ration(0);
	attack_begin(a, w, fd);
	for (i = 1; i <= 10; i++)
		inject(w, RST, .seq = next + i);
	attack_over(a, ANSWERS(10), DROP(DropBlindRst, 10),
		    COUNT(TCPChallengeACK, 10));
}

WIRE_TEST(rst, in_the_window_ends_no_closing_connection)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	rst_in_window(w, fd, FIN_WAIT1);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	rst_in_window(w, fd, FIN_WAIT2);
}

WIRE_TEST(rst, in_the_window_ends_no_half_closed_connection)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	rst_in_window(w, fd, CLOSE_WAIT);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	rst_in_window(w, fd, LAST_ACK);
}

/* A1: the orphan's wait for the FIN has a bucket of its own that answers. */
WIRE_TEST(rst, in_the_window_ends_no_orphan)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	if (stack_is_kernel())
		SKIP(return, "of the kernel's TCP every RST in the window ends it");
	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, RST, .seq = 2 + i);
	attack_over(a, ANSWERS(1), DROP(DropBlindRst, FORGED),
		    COUNT(TCPACKSkippedFinWait2, FORGED - 1));
	/* The peer's FIN is what it has waited for. */
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* A1: nor a half-open one, which is no socket yet. */
WIRE_TEST(rst, in_the_window_ends_no_half_open_connection)
{
	struct attack a[1];
	int listener = wire_listen(w), i;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, RST, .seq = 2 + i);
	attack_over(a, ANSWERS(1), DROP(DropBlindRst, FORGED),
		    COUNT(TCPACKSkippedSeq, FORGED - 1));
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/*
 * In SYN-SENT it is the ACK that has to be guessed, 1 in 2^32; not even an answer
 * tells that there was somebody.
 */
WIRE_TEST(rst, with_a_wrong_ack_refuses_no_connection)
{
	struct attack a[1];
	int fd = wire_connect(w), i;

	expect(w, SYN);
	attack_begin(a, w, fd);
	for (i = 2; i < FORGED + 2; i++)
		inject(w, RST | ACK, .seq = 0, .ack = i & 1 ? i : -i);
	for (i = 0; i < FORGED; i++)
		inject(w, RST, .seq = i);
	attack_over(a, NO_ANSWER, DROP(DropBadAck, FORGED),
		    DROP(DropNoAck, FORGED));
	drain(w);	/* the SYN again, on a slow machine */
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
}

/* A16, RFC 1337: a RST ends no TIME-WAIT, not even the exact one. */
WIRE_TEST(rst, ends_no_time_wait)
{
	struct attack a[1];
	int i;

	/* The kernel's TCP lets it by default. */
	if (stack_is_kernel())
		sysctl_set("rfc1337", 1);
	check_eq(sysctl_get("rfc1337"), 1);
	enter_time_wait(w, open_passive(w));
	attack_ration(0);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, RST, .seq = 2 + i);
	inject(w, RST | ACK, .seq = 2, .ack = 2);
	attack_over(a, NO_ANSWER, DROP(DropTimeWait, FORGED + 1));
}

/* A16: who wants it otherwise has a setting; then only the exact one does. */
WIRE_TEST(rst, ends_time_wait_where_the_administrator_wants_it)
{
	struct attack a[1];
	int i;

	sysctl_set("rfc1337", 0);
	enter_time_wait(w, open_passive(w));
	attack_begin(a, w, -1);
	for (i = 1; i < FORGED; i++)
		inject(w, RST, .seq = 2 + i);
	/* The kernel's TCP lets every one in the window do it. */
	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP does not ask for the exact one");
	attack_over(a, NO_ANSWER, DROP(DropTimeWait, FORGED - 1));
	inject(w, RST, .seq = 2);
	expect_none(w, 0);
	expect_listed(w, CLOSE);
}

/*
 * A36, RFC 2525 2.17: what is closed with data unread is reset, once, and not
 * finished in order; nothing is kept of it. More data draws one RST each.
 */
WIRE_TEST(rst, tells_of_data_that_nobody_will_read)
{
	struct tally t[1];
	int fd = open_passive(w), i;
	long objects;

	inject(w, ACK | PSH, .len = 1000);
	expect(w, ACK, .ack = 1001);
	objects = stack_is_kernel() ? 0 : slab_objects();
	if (!stack_is_kernel())
		tally_begin(t);
	close(fd);
	expect(w, RST | ACK, .seq = 1, .ack = 1001);
	expect_listed(w, CLOSE);
	for (i = 0; i < 10; i++) {
		inject(w, ACK | PSH, .seq = 1001, .len = 1000, .keep = true);
		expect(w, RST, .seq = 1);
	}
	expect_none(w, 0);
	if (stack_is_kernel())
		return;
	check(slab_objects_become(objects - 1));
	expect_tally(t, COUNT(TCPAbortOnClose, 1), COUNT(OutRsts, 1),
		     COUNT(EstabResets, 1));
	tally_end(t);
}

/* A37: no RST draws a RST, whatever else it says; so two hosts never storm. */
WIRE_TEST(rst, is_never_answered_by_a_rst)
{
	static const int also[] = {
		0, ACK, SYN, FIN, SYN | ACK, FIN | ACK, SYN | FIN, PSH | URG,
		SYN | FIN | ACK | PSH | URG,
	};
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	struct attack a[1];
	unsigned int i;

	/* A port of the stack's own, at which nobody listens. */
	check_ok(bind(stack_socket(w->family), (struct sockaddr *)&sa, len));
	attack_begin(a, w, -1);
	for (i = 0; i < sizeof(also) / sizeof(*also); i++)
		inject(w, RST | also[i], .seq = 7, .ack = ABS(99));
	attack_over(a, NO_ANSWER);
	check_eq(counter("Tcp", "OutRsts"), 0);
}

/* The same of a listener. */
WIRE_TEST(rst, is_not_answered_by_a_listener)
{
	struct attack a[1];
	int listener = wire_listen(w), i;

	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, RST | (i & 1 ? ACK : 0) | (i & 2 ? SYN : 0), .seq = i);
	attack_over(a, NO_ANSWER);
	check_eq(counter("Tcp", "OutRsts"), 0);
	expect_no_accept(listener);
}

TEST_HARNESS_MAIN
