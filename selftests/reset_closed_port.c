// SPDX-License-Identifier: GPL-2.0
/* Segments for nobody: RFC 9293 3.10.7.1. */
#include "lib/test.h"

WIRE_FIXTURE(closed)

/* ECONNREFUSED at the other end: the RST acknowledges the SYN. */
WIRE_TEST(closed, syn_is_reset)
{
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, RST | ACK, .seq = ABS(0), .ack = 1);
}

/* The data counts, too. */
WIRE_TEST(closed, syn_with_data_is_reset)
{
	inject(w, SYN, .seq = 0, .len = 10);
	expect(w, RST | ACK, .seq = ABS(0), .ack = 11);
}

WIRE_TEST(closed, ack_is_reset_with_its_number)
{
	inject(w, ACK, .seq = 7, .ack = ABS(123456));
	expect(w, RST, .seq = ABS(123456));
}

WIRE_TEST(closed, syn_ack_is_reset_with_its_number)
{
	inject(w, SYN | ACK, .seq = 7, .ack = ABS(123456));
	expect(w, RST, .seq = ABS(123456));
}

WIRE_TEST(closed, fin_is_reset)
{
	inject(w, FIN, .seq = 7);
	expect(w, RST | ACK, .seq = ABS(0), .ack = 8);
}

/* A37: no RST is answered by a RST. */
WIRE_TEST(closed, rst_is_not_answered)
{
	inject(w, RST, .seq = 7);
	inject(w, RST | ACK, .seq = 7, .ack = ABS(99));
	inject(w, RST | SYN, .seq = 7);
	inject(w, RST | FIN, .seq = 7);
	expect_none(w, 0);
}

/* A38, A42: the scans. */
WIRE_TEST(closed, null_and_xmas_are_reset)
{
	inject(w, 0, .seq = 7, .keep = true);
	expect(w, RST | ACK, .seq = ABS(0), .ack = 7);
	inject(w, FIN | PSH | URG, .seq = 7, .keep = true);
	expect(w, RST | ACK, .seq = ABS(0), .ack = 8);
}

/* A segment with a bad checksum is for nobody at all. */
WIRE_TEST(closed, bad_checksum_is_dropped)
{
	inject(w, SYN, .seq = 0, .badsum = 1);
	expect_none(w, 0);
}

/* A connection that is gone is nobody as well. */
WIRE_TEST(closed, ended_connection)
{
	close_abort(open_passive(w));
	expect(w, RST | ACK);
	inject(w, ACK | PSH, .len = 10);
	expect(w, RST, .seq = 1);
	inject(w, FIN | ACK);
	expect(w, RST, .seq = 1);
}

/* So is the port of a socket that is bound, and does not listen. */
WIRE_TEST(closed, bound_socket_does_not_listen)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int fd = stack_socket(w->family);

	check_ok(bind(fd, (struct sockaddr *)&sa, len));
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, RST | ACK, .seq = ABS(0), .ack = 1);
	check_eq(fd_state(fd), CLOSE);
}

TEST_HARNESS_MAIN
