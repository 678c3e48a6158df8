// SPDX-License-Identifier: GPL-2.0
/*
 * The lessons of a TCP course, each as the exchange on the wire that it is about.
 * The test is the peer: inject() is what it sends, expect() what the stack answers.
 * Numbers count from each side's SYN, which is 0; what a line does not say is what
 * comes next in order. One of them, in a machine of its own, and drawn:
 *
 *	make check-vm TESTS=lesson_connection
 *	scripts/lesson why_three_segments_open
 */
#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/trace.h"

WIRE_FIXTURE(lesson)

/*
 * Each side has to tell its first number, and to hear that the other has got it:
 * four messages, of which the middle two go in one segment. With two segments the
 * server would not know whether its number arrived. Only the third makes it sure,
 * and only then is there anything for accept().
 */
WIRE_TEST(lesson, why_three_segments_open)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	expect_listed(w, SYN_RECV);
	expect_no_accept(listener);
	inject(w, ACK, .seq = 1, .ack = 1);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
}

/* The same from the other side: connect() is through with the second segment. */
WIRE_TEST(lesson, why_the_client_knows_sooner)
{
	int fd = wire_connect(w);

	expect(w, SYN, .seq = 0);
	expect_state(fd, SYN_SENT);
	inject(w, SYN | ACK, .seq = 0, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_state(fd, ESTABLISHED);
	check(wait_fd(fd, POLLOUT, 1000) & POLLOUT);
}

/*
 * A SYN of an old connection has lost its way, and comes when nobody thinks of it
 * any more. The server cannot know, and answers. The client knows: it has asked for
 * nothing. It resets, and the server forgets. With two segments there would be a
 * connection now, of which only one side knows (RFC 9293 3.5, figure 8).
 */
WIRE_TEST(lesson, the_stale_duplicate_syn)
{
	int listener = wire_listen(w);

	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	expect_listed(w, SYN_RECV);
	inject(w, RST, .seq = 1);
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
	/* the real one, with a number of its own, is none the worse for it */
	wire_restart(w, 77000);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/* And from the client's side: it is asked about a connection that it did not open. */
WIRE_TEST(lesson, the_stale_duplicate_syn_as_the_client_sees_it)
{
	int fd = wire_connect(w);

	expect(w, SYN, .seq = 0);
	/* the server answers an older SYN: it acknowledges another number */
	inject(w, SYN | ACK, .seq = 0, .ack = ABS(w->irs - 5000),
	       .opts = { MSS(1460) }, .keep = true);
	expect(w, RST, .seq = ABS(w->irs - 5000));
	expect_state(fd, SYN_SENT);
	/* then the one that was meant */
	inject(w, SYN | ACK, .seq = 0, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_state(fd, ESTABLISHED);
}

/*
 * A connection is two streams, and each is closed by who sends it: FIN and its ACK,
 * and once more the other way. The ACK cannot wait for the second FIN, which comes
 * when the other program is through: perhaps in an hour.
 */
WIRE_TEST(lesson, why_four_segments_close)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	expect_state(fd, FIN_WAIT1);
	inject(w, ACK, .seq = 1, .ack = 2);
	expect_state(fd, FIN_WAIT2);
	/* the peer's program reads on, and closes in the end */
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* The same four, as the one sees them who is closed. */
WIRE_TEST(lesson, why_four_segments_close_as_the_other_sees_them)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 1, .ack = 2);
	expect_state(fd, CLOSE_WAIT);
	expect_eof(fd);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 2);
	expect_state(fd, LAST_ACK);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_state(fd, CLOSE);
	/* who closes second owes nobody an ACK: no TIME_WAIT */
	expect_listed(w, CLOSE);
}

/*
 * Where the program is through already when the FIN comes, ACK and FIN go in one
 * segment, and three are enough. The stack sends its ACK at once, because it does
 * not know when close() will be called; so here it is the peer that is quick.
 * Who closed first goes from FIN_WAIT_1 to TIME_WAIT, and is never in FIN_WAIT_2.
 */
WIRE_TEST(lesson, when_three_segments_close)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	expect_state(fd, FIN_WAIT1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

static bool one_more(void *arg)
{
	return trace_next(arg);
}

/* The next step of the connection, as the tracepoint tells it. */
static void expect_step(struct trace *t, const char *from, const char *to)
{
	if (!await_true(one_more, t, PATIENCE_MS))
		test_fail("nothing leads from %s to %s", from, to);
	check(trace_is(t, "mytcp_state"));
	if (strcmp(trace_field(t, "old"), from) ||
	    strcmp(trace_field(t, "new"), to))
		test_fail("expected %s to %s: %s", from, to, t->line);
}

/* The way is shown by the tracepoint: there is no FIN_WAIT_2 on it. */
WIRE_TEST(lesson, the_direct_way_from_fin_wait_1_to_time_wait)
{
	struct trace t;
	int fd;

	if (stack_is_kernel())
		SKIP(return, "tracepoint of MyTCP");
	fd = open_passive(w);
	trace_begin(&t, "mytcp_state");
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_step(&t, "ESTABLISHED", "FIN_WAIT1");
	expect_step(&t, "FIN_WAIT1", "TIME_WAIT");
	trace_end(&t);
}

/*
 * Half of a connection is closed, and the other half works: a client says that it
 * has no more questions, and reads the answers. (RFC 9293 3.6, case 1)
 */
WIRE_TEST(lesson, the_half_close)
{
	int fd = open_passive(w, MSS(1000));

	/* the client's last question, and the end of its questions */
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 101);
	inject(w, FIN | ACK, .seq = 101);
	expect(w, ACK, .ack = 102);
	expect_state(fd, CLOSE_WAIT);
	recv_pattern(fd, 0, 100);
	expect_eof(fd);
	/* the answer: two segments, acknowledged as always */
	send_pattern(fd, 0, 2000);
	expect(w, ACK | ANYPSH, .seq = 1, .ack = 102, .len = 1000);
	expect(w, ACK | ANYPSH, .seq = 1001, .ack = 102, .len = 1000);
	inject(w, ACK, .seq = 102, .ack = 2001);
	expect_state(fd, CLOSE_WAIT);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 2001, .ack = 102);
	inject(w, ACK, .seq = 102, .ack = 2002);
	expect_listed(w, CLOSE);
}

/*
 * Nobody acknowledges an ACK, so nobody knows whether the last one arrived. If it
 * did not, the peer sends its FIN again: that is what TIME_WAIT waits for. Without
 * it the repeated FIN would meet nobody, and the peer would be told of an error
 * where all was well.
 */
WIRE_TEST(lesson, the_lost_last_ack)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK, .seq = 1, .ack = 2);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	close(fd);
	/* which the peer did not get */
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	/* nor that one */
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* Both close at once: the FINs cross, and each waits for the ACK of its own. */
WIRE_TEST(lesson, when_both_close_at_once)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	/* sent before ours came: it acknowledges nothing new */
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_state(fd, CLOSING);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/*
 * Why a SYN and a FIN count as an octet each: so that they can be acknowledged, and
 * are sent again if they are not. A bare ACK counts nothing.
 */
WIRE_TEST(lesson, why_syn_and_fin_have_a_number)
{
	int fd = open_passive(w);

	inject(w, ACK);
	inject(w, ACK);
	expect_none(w, 0);
	/* the stream begins at 1, behind the SYN */
	inject(w, ACK | PSH, .seq = 1, .len = 10);
	expect(w, ACK, .seq = 1, .ack = 11);
	recv_pattern(fd, 0, 10);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 11);
	/* it is not acknowledged, so it comes again, the same */
	expect(w, FIN | ACK, .seq = 1, .ack = 11);
	inject(w, ACK, .ack = 2);
	expect_state(fd, FIN_WAIT2);
}

TEST_HARNESS_MAIN
