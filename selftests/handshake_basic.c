// SPDX-License-Identifier: GPL-2.0
/* The three-way handshake from both sides, RFC 9293 3.5 and 3.10.7.2 to 4. */
#include "lib/test.h"

WIRE_FIXTURE(handshake)

/* S1: the three segments of a passive open, and the state after each. */
WIRE_TEST(handshake, passive_open_in_three_segments)
{
	int listener = wire_listen(w), fd;

	check_eq(fd_state(listener), LISTEN);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
	expect_listed(w, SYN_RECV);
	expect_no_accept(listener);

	inject(w, ACK, .seq = 1, .ack = 1);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
	expect_listed(w, ESTABLISHED);
	check_eq(fd_state(listener), LISTEN);
	expect_none(w, 0);
}

/* S1: the three segments of an active open, and the state after each. */
WIRE_TEST(handshake, active_open_in_three_segments)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	expect_state(fd, SYN_SENT);
	expect_listed(w, SYN_SENT);
	check(!wait_fd(fd, POLLOUT, 0));

	inject(w, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_state(fd, ESTABLISHED);
	check(wait_fd(fd, POLLOUT, 0) & POLLOUT);
	check_eq(so_error(fd), 0);
	expect_none(w, 0);
}

/* S2: a bare ACK consumes no sequence number: what follows has the same. */
WIRE_TEST(handshake, bare_ack_consumes_no_number)
{
	int fd = open_active(w);

	check_eq(w->rcv_nxt, 1);	/* the SYN was one number */
	inject(w, ACK, .seq = 1);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .ack = 1, .len = 10);
	inject(w, ACK, .seq = 1, .ack = 11);
	inject(w, ACK | PSH, .seq = 1, .len = 10);
	expect(w, ACK, .seq = 11, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* S2: a FIN consumes one number, in both directions. */
WIRE_TEST(handshake, fin_consumes_one_number)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK, .seq = 1);
	expect(w, ACK, .ack = 2);
	close(fd);
	expect(w, FIN | ACK, .seq = 1, .ack = 2);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, CLOSE);
}

/* S2: the third segment may carry data, and consumes as many numbers. */
WIRE_TEST(handshake, third_segment_carries_data)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	expect(w, ACK, .ack = 101);
}

/* S2: data on a SYN is not taken without Fast Open; it is sent again later. */
WIRE_TEST(handshake, data_on_syn_is_not_acknowledged)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .len = 10, .opts = { MSS(1460) }, .keep = true);
	expect(w, SYN | ACK, .ack = 1);
	w->snd_nxt = 1;
	inject(w, ACK | PSH, .seq = 1, .len = 10);
	fd = wire_accept(listener);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* The third segment was lost: the first one with data does as well. */
WIRE_TEST(handshake, data_replaces_lost_third_segment)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK | PSH, .seq = 1, .len = 1460);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 1460);
	expect(w, ACK, .ack = 1461);
}

/* RFC 9293 3.10.7.4: a FIN with the third segment is processed as well. */
WIRE_TEST(handshake, third_segment_carries_fin)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, FIN | ACK);
	fd = wire_accept(listener);
	expect(w, ACK, .ack = 2);
	expect_state(fd, CLOSE_WAIT);
	expect_eof(fd);
}

/* A repeated SYN in SYN-RECEIVED gets the same SYN-ACK once more. */
WIRE_TEST(handshake, repeated_syn_gets_the_same_syn_ack)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	inject(w, ACK);
	close(wire_accept(listener));
	expect_no_accept(listener);
}

/* 3.10.7.4: an ACK of something else is answered with a RST, no more. */
WIRE_TEST(handshake, wrong_ack_in_syn_recv_gets_rst)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK, .ack = 1000);
	expect(w, RST, .seq = 1000);
	expect_listed(w, SYN_RECV);
	expect_no_accept(listener);
	inject(w, ACK);
	close(wire_accept(listener));
}

/* 3.10.7.4, first step: outside the window it is answered with an ACK. */
WIRE_TEST(handshake, segment_outside_window_in_syn_recv_gets_ack)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK | PSH, .seq = 1000000, .len = 10);
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_listed(w, SYN_RECV);
	expect_no_accept(listener);
}

/* MUST-43: a socket bound to an address and a port connects from there. */
WIRE_TEST(handshake, bound_socket_connects_from_its_port)
{
	w->local_port = 5555;
	open_active(w);
	check_eq(w->last.raw.sport, 5555);
}

/* Without bind() the stack chooses a port, and the listing shows it. */
WIRE_TEST(handshake, unbound_socket_gets_a_port)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	int fd;

	w->local_port = 0;
	fd = open_active(w);
	check_ok(getsockname(fd, (struct sockaddr *)&sa, &len));
	check_eq(ntohs(((struct sockaddr_in *)&sa)->sin_port), w->local_port);
	check_ge(w->local_port, 1024);
	expect_listed(w, ESTABLISHED);
}

/* S5: figure 8 of RFC 9293: the client resets what an old SYN began. */
WIRE_TEST(handshake, old_duplicate_syn_makes_no_connection)
{
	int listener = wire_listen(w), fd;

	wire_note(w, "an old SYN, 500000 before the one that counts");
	inject(w, SYN, .seq = -500000, .keep = true, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = -499999);
	expect_listed(w, SYN_RECV);
	inject(w, RST, .seq = -499999);
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
	check_eq(fd_state(listener), LISTEN);

	wire_restart(w, 1000);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
	expect_no_accept(listener);
}

/* S5 from the other side: a SYN-ACK that answers an old SYN is reset. */
WIRE_TEST(handshake, syn_ack_of_an_old_syn_is_reset)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, SYN | ACK, .ack = -499999, .keep = true,
	       .opts = { MSS(1460) });
	expect(w, RST, .seq = -499999);
	check_eq(fd_state(fd), SYN_SENT);

	inject(w, SYN | ACK, .seq = 0, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK, .ack = 1);
	expect_state(fd, ESTABLISHED);
}

/* 3.10.7.3: an ACK that acknowledges the SYN without one is dropped. */
WIRE_TEST(handshake, bare_ack_in_syn_sent_is_dropped)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, ACK, .ack = 1);
	expect_none(w, 20);
	check_eq(fd_state(fd), SYN_SENT);
	inject(w, FIN | ACK, .ack = 1, .keep = true);
	expect_none(w, 20);
	check_eq(fd_state(fd), SYN_SENT);
}

/* MUST-10, figure 7: both SYNs cross, and make one connection. */
WIRE_TEST(handshake, simultaneous_open)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	expect_state(fd, SYN_RECV);
	inject(w, SYN | ACK, .seq = 0, .ack = 1, .opts = { MSS(1460) });
	expect_state(fd, ESTABLISHED);
	/* It is allowed to repeat its acknowledgment of our SYN. */
	while (receive(w, 20))
		check_eq(w->last.s.flags, ACK);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
}

/* MUST-10: the same if the peer answers the SYN-ACK with a mere ACK. */
WIRE_TEST(handshake, simultaneous_open_ended_by_ack)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	check(wait_fd(fd, POLLOUT, 0) & POLLOUT);
	expect_none(w, 20);
}

/* MUST-11: after a passive open a RST leads back to LISTEN, unnoticed. */
WIRE_TEST(handshake, rst_after_passive_open_returns_to_listen)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, RST, .seq = 1);
	expect_listed(w, CLOSE);
	check_eq(fd_state(listener), LISTEN);
	check_eq(so_error(listener), 0);
	expect_no_accept(listener);
	expect_none(w, 0);
}

/*
 * MUST-11: after an active open the same RST is an error for connect(): "the
 * connection was refused". The kernel's TCP says ECONNRESET in this state.
 */
WIRE_TEST(handshake, rst_after_active_open_refuses)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, RST, .seq = 1);
	check(wait_fd(fd, POLLIN, 1000) & POLLERR);
	check_eq(so_error(fd), stack_is_kernel() ? ECONNRESET : ECONNREFUSED);
	check_eq(fd_state(fd), CLOSE);
	expect_listed(w, CLOSE);
}

/* 3.10.7.2: what a listener does with segments that are no SYN. */
WIRE_TEST(handshake, listener_ignores_rst_and_resets_ack)
{
	int listener = wire_listen(w);

	inject(w, RST, .seq = 5);
	expect_none(w, 0);
	inject(w, RST | ACK, .seq = 5, .ack = ABS(77));
	expect_none(w, 0);
	inject(w, ACK, .seq = 5, .ack = ABS(4711));
	expect(w, RST, .seq = ABS(4711));
	/* An ACK makes a reset even of what looks like a SYN-ACK. */
	inject(w, SYN | ACK, .seq = 5, .ack = ABS(4712), .keep = true);
	expect(w, RST, .seq = ABS(4712));
	inject(w, FIN, .seq = 5, .keep = true);
	expect_none(w, 20);
	check_eq(fd_state(listener), LISTEN);
	expect_no_accept(listener);
}

/* A socket connected to itself over loopback opens simultaneously, A24. */
FIXTURE(loopback) { int dummy; };
FIXTURE_SETUP(loopback)
{
	test_begin();
}
FIXTURE_TEARDOWN(loopback) {}

TEST_F(loopback, socket_connects_to_itself)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(5000),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = stack_socket(AF_INET);
	char buf[8] = {};

	check_ok(bind(fd, (struct sockaddr *)&sin, sizeof(sin)));
	check_ok(connect(fd, (struct sockaddr *)&sin, sizeof(sin)));
	expect_state(fd, ESTABLISHED);
	check_eq(write(fd, "hello", 5), 5);
	check_eq(read(fd, buf, sizeof(buf)), 5);
	check(!strcmp(buf, "hello"));
	check_ok(shutdown(fd, SHUT_WR));
	check_eq(read(fd, buf, sizeof(buf)), 0);
}

TEST_HARNESS_MAIN
