// SPDX-License-Identifier: GPL-2.0
/* The end of a connection by FIN, RFC 9293 3.6. */
#include "lib/test.h"

WIRE_FIXTURE(close)

/* S8: four segments, closed from here, and the state after each. */
WIRE_TEST(close, active_close_in_four_segments)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	expect_state(fd, FIN_WAIT1);
	inject(w, ACK, .seq = 1, .ack = 2);
	expect_state(fd, FIN_WAIT2);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
	expect_eof(fd);
	close(fd);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 0);
}

/* S8: four segments, closed by the peer. */
WIRE_TEST(close, passive_close_in_four_segments)
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
	expect_listed(w, CLOSE);
	expect_none(w, 0);
}

/* S8 with close() in place of shutdown(): nobody holds the socket. */
WIRE_TEST(close, active_close_of_an_orphan)
{
	close(open_active(w));
	expect(w, FIN | ACK);
	expect_listed(w, FIN_WAIT1);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

WIRE_TEST(close, passive_close_of_an_orphan)
{
	int fd = open_active(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK);
	expect_listed(w, LAST_ACK);
	inject(w, ACK);
	expect_listed(w, CLOSE);
	expect_none(w, 0);
}

/* S9: after our FIN we still receive, and acknowledge. */
WIRE_TEST(close, half_closed_here_still_receives)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	inject(w, ACK | PSH, .seq = 1, .len = 1000);
	expect(w, ACK, .seq = 2, .ack = 1001);
	inject(w, ACK | PSH, .seq = 1001, .len = 1000);
	expect(w, ACK, .seq = 2, .ack = 2001);
	recv_pattern(fd, 0, 2000);
	check_err(send(fd, "x", 1, MSG_NOSIGNAL), EPIPE);
	inject(w, FIN | ACK, .seq = 2001);
	expect(w, ACK, .ack = 2002);
	expect_eof(fd);
}

/* S9: after the peer's FIN we still send. */
WIRE_TEST(close, half_closed_by_the_peer_still_sends)
{
	int fd = open_passive(w, MSS(1000));

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	expect_eof(fd);
	send_pattern(fd, 0, 2000);
	expect(w, ACK | ANYPSH, .seq = 1, .ack = 2, .len = 1000);
	expect(w, ACK | ANYPSH, .seq = 1001, .ack = 2, .len = 1000);
	inject(w, ACK, .ack = 2001);
	check_eq(fd_state(fd), CLOSE_WAIT);
	close(fd);
	expect(w, FIN | ACK, .seq = 2001, .ack = 2);
	inject(w, ACK, .ack = 2002);
	expect_listed(w, CLOSE);
}

/* S8: the FINs cross; both ends go through CLOSING. */
WIRE_TEST(close, simultaneous_close)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1, .ack = 1);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_state(fd, CLOSING);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
	expect_none(w, 0);
}

/* S10: a FIN that acknowledges ours skips FIN-WAIT-2. */
WIRE_TEST(close, fin_with_ack_leads_straight_to_time_wait)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	expect_state(fd, FIN_WAIT1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

/* A FIN may carry data; the end comes after it. */
WIRE_TEST(close, fin_with_data)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 102);
	recv_pattern(fd, 0, 100);
	expect_eof(fd);
	expect_eof(fd);		/* and stays */
}

/* A FIN behind a hole waits until the hole is filled. */
WIRE_TEST(close, fin_out_of_order)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 101, .keep = true);
	expect(w, ACK, .ack = 1);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	expect(w, ACK, .ack = 102);
	expect_state(fd, CLOSE_WAIT);
	recv_pattern(fd, 0, 100);
	expect_eof(fd);
}

/* Data written before close() is delivered, then the FIN. */
WIRE_TEST(close, written_data_goes_before_the_fin)
{
	int fd;

	w->wnd = 2000;
	fd = open_passive(w, MSS(1000));
	send_pattern(fd, 0, 5000);
	close(fd);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 20);
	expect_listed(w, FIN_WAIT1);
	inject(w, ACK, .wnd = 10000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, FIN | ACK | ANYPSH, .len = 1000);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
}

/* A lost FIN is sent again. */
WIRE_TEST(close, fin_is_retransmitted)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .seq = 1);
	expect(w, FIN | ACK, .seq = 1);
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
}

WIRE_TEST(close, fin_is_retransmitted_in_last_ack)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	expect(w, FIN | ACK, .seq = 1);
	expect_listed(w, LAST_ACK);
	inject(w, ACK);
	expect_listed(w, CLOSE);
}

/* The peer did not get our ACK: its FIN is acknowledged again. */
WIRE_TEST(close, repeated_fin_in_close_wait_is_acknowledged)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 1);
	expect(w, ACK, .ack = 2);
	inject(w, FIN | ACK, .seq = 1);
	expect(w, ACK, .ack = 2);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

WIRE_TEST(close, repeated_fin_in_closing_is_acknowledged)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	inject(w, FIN | ACK, .seq = 1, .ack = 1);
	expect(w, ACK, .seq = 2, .ack = 2);
	check_eq(fd_state(fd), CLOSING);
}

/* MUST-12, first half: a normal close is the end of the stream, no error. */
WIRE_TEST(close, fin_is_no_error)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	expect_eof(fd);
	check_eq(so_error(fd), 0);
	check(!(wait_fd(fd, POLLIN, 0) & (POLLERR | POLLHUP)));
}

/* Data for a socket that nobody can read any more is answered with a RST. */
WIRE_TEST(close, data_for_an_orphan_is_reset)
{
	close(open_passive(w));
	expect(w, FIN | ACK);
	inject(w, ACK | PSH, .len = 10);
	expect(w, RST, .seq = 2, .ack = ANY);
	expect_listed(w, CLOSE);
}

/* A socket that is shut for reading only acknowledges data all the same. */
WIRE_TEST(close, data_after_shut_rd_is_acknowledged)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_RD));
	expect_none(w, 0);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* close() in SYN-SENT sends nothing; the connection is forgotten. */
WIRE_TEST(close, close_in_syn_sent_is_silent)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	close(fd);
	expect_listed(w, CLOSE);
	expect_none(w, 20);
	inject(w, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(w, RST, .seq = 1);
}

TEST_HARNESS_MAIN
