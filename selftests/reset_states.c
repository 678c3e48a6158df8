// SPDX-License-Identifier: GPL-2.0
/* A RST that is acceptable, in each state: RFC 9293 3.10.7.3 and 3.5.3. */
#include "lib/test.h"

WIRE_FIXTURE(reset)

/* The socket reports @err, is closed, and nothing is answered to a RST. */
static void expect_reset(struct wire *w, int fd, int err)
{
	expect_none(w, 0);
	expect_listed(w, CLOSE);
	check_eq(fd_state(fd), CLOSE);
	expect_error(fd, err);
	check_err(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
}

/* ECONNREFUSED: the SYN was answered by a RST that acknowledges it. */
WIRE_TEST(reset, in_syn_sent_refuses)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, RST | ACK, .seq = 0, .ack = 1);
	expect_reset(w, fd, ECONNREFUSED);
}

WIRE_TEST(reset, in_syn_sent_without_ack_is_ignored)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, RST, .seq = 0);
	expect_none(w, 0);
	check_eq(fd_state(fd), SYN_SENT);
}

WIRE_TEST(reset, in_syn_sent_with_wrong_ack_is_ignored)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, RST | ACK, .seq = 0, .ack = 0);
	inject(w, RST | ACK, .seq = 0, .ack = 2);
	expect_none(w, 0);
	check_eq(fd_state(fd), SYN_SENT);
}

/* MUST-12, second half: an abort is an error: ECONNRESET, once. */
WIRE_TEST(reset, in_established)
{
	int fd = open_passive(w);

	inject(w, RST, .seq = 1);
	expect_reset(w, fd, ECONNRESET);
}

WIRE_TEST(reset, in_established_with_ack)
{
	int fd = open_active(w);

	inject(w, RST | ACK, .seq = 1);
	expect_reset(w, fd, ECONNRESET);
}

WIRE_TEST(reset, in_fin_wait_1)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	check_eq(fd_state(fd), FIN_WAIT1);
	inject(w, RST, .seq = 1);
	expect_reset(w, fd, ECONNRESET);
}

WIRE_TEST(reset, in_fin_wait_2)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	inject(w, RST, .seq = 1);
	expect_reset(w, fd, ECONNRESET);
}

/* The peer has said all it had to say: what fails is writing, EPIPE. */
WIRE_TEST(reset, in_close_wait)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	inject(w, RST, .seq = 2);
	expect_none(w, 0);
	expect_listed(w, CLOSE);
	check(wait_fd(fd, POLLIN, 1000) & POLLERR);
	check_eq(so_error(fd), EPIPE);
	check_err(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
}

WIRE_TEST(reset, in_closing)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .ack = 2);
	check_eq(fd_state(fd), CLOSING);
	inject(w, RST, .seq = 2);
	expect_none(w, 0);
	expect_listed(w, CLOSE);
}

WIRE_TEST(reset, in_last_ack)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK);
	expect_listed(w, LAST_ACK);
	inject(w, RST, .seq = 2);
	expect_none(w, 0);
	expect_listed(w, CLOSE);
}

/* Nothing is sent again after a RST. */
WIRE_TEST(reset, discards_what_was_sent_and_not_acknowledged)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
	inject(w, RST, .seq = 1);
	expect_reset(w, fd, ECONNRESET);
	expect_none(w, 500);
}

/* SHLD-2: a RST may carry data, which says why. */
WIRE_TEST(reset, with_data_is_accepted)
{
	int fd = open_passive(w);

	inject(w, RST, .seq = 1, TEXT("no such service"));
	expect_reset(w, fd, ECONNRESET);
}

/* Aborts, begun here: SO_LINGER with no time sends a RST, not a FIN. */
WIRE_TEST(reset, abort_in_established)
{
	close_abort(open_passive(w));
	expect(w, RST | ACK, .seq = 1, .ack = 1);
	expect_listed(w, CLOSE);
	expect_none(w, 20);
}

WIRE_TEST(reset, abort_in_close_wait)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close_abort(fd);
	expect(w, RST | ACK, .seq = 1, .ack = 2);
	expect_listed(w, CLOSE);
}

WIRE_TEST(reset, abort_in_fin_wait_2)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	close_abort(fd);
	expect(w, RST | ACK, .seq = 2, .ack = 1);
	expect_listed(w, CLOSE);
}

/* The RST lies behind all that was sent, acknowledged or not. */
WIRE_TEST(reset, abort_with_data_in_flight)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
	close_abort(fd);
	expect(w, RST | ACK, .seq = 101, .ack = 1);
	expect_none(w, 500);
}

/* SHLD-3, A36: close() with data unread tells the peer that it is lost. */
WIRE_TEST(reset, close_with_unread_data)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	close(fd);
	expect(w, RST | ACK, .seq = 1, .ack = 11);
	expect_listed(w, CLOSE);
}

/* A listener that is closed resets what waits for accept(). */
WIRE_TEST(reset, closed_listener_resets_the_unaccepted)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	check(wait_fd(listener, POLLIN, 1000) & POLLIN);
	close(listener);
	expect(w, RST | ACK, .seq = 1, .ack = 1);
	expect_listed(w, CLOSE);
}

TEST_HARNESS_MAIN
