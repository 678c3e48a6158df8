// SPDX-License-Identifier: GPL-2.0
/* Listeners beside connections: RFC 9293 3.9.1.1. */
#include "lib/test.h"

WIRE_FIXTURE(listen)

static int accept_from(struct wire *w, int listener)
{
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	return wire_accept(listener);
}

/* MUST-41: a new listener on the port leaves connections alone. */
WIRE_TEST(listen, listening_again_does_not_disturb_connections)
{
	int listener = wire_listen(w);
	int fd = accept_from(w, listener);
	struct wire other[1];

	close(listener);
	expect_none(w, 0);
	listener = wire_listen(w);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);

	wire_fork(other, w, 40001);
	accept_from(other, listener);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_none(other, 0);
	wire_close(other);
}

/* MUST-41: several connections to one listener do not disturb each other. */
WIRE_TEST(listen, connections_of_one_port_are_independent)
{
	struct wire other[1];
	int listener = wire_listen(w);
	int a = accept_from(w, listener), b;

	wire_fork(other, w, 40001);
	b = accept_from(other, listener);
	inject(other, RST);
	expect_error(b, ECONNRESET);
	check_eq(fd_state(a), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(a, 0, 10);
	wire_close(other);
}

/* MUST-42: listening is possible on a port that is in SYN-SENT. */
WIRE_TEST(listen, while_the_port_is_in_syn_sent)
{
	struct wire other[1];
	int fd, listener;

	fd = wire_connect(w);
	expect(w, SYN);
	listener = wire_listen(w);
	check_eq(fd_state(fd), SYN_SENT);

	wire_fork(other, w, 40001);
	expect_state(accept_from(other, listener), ESTABLISHED);
	check_eq(fd_state(fd), SYN_SENT);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
	wire_close(other);
}

/* MUST-42: and on one that is in SYN-RECEIVED. */
WIRE_TEST(listen, while_the_port_is_in_syn_recv)
{
	struct wire other[1];
	int fd, listener;

	fd = wire_connect(w);
	expect(w, SYN);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	check_eq(fd_state(fd), SYN_RECV);
	listener = wire_listen(w);
	wire_fork(other, w, 40001);
	expect_state(accept_from(other, listener), ESTABLISHED);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	wire_close(other);
}

/* MUST-43: a listener bound to one address answers for that one alone. */
WIRE_TEST(listen, bound_to_one_address)
{
	bool v6 = w->family == AF_INET6;
	const char *second = v6 ? "2001:db8::10" : "192.0.2.10";
	int listener = wire_listen(w);

	netif_addr(wire_dev(w), second, v6 ? 64 : 24);
	w->any_port = true;
	inject(w, SYN, .dst = second, .opts = { MSS(1460) });
	expect(w, RST | ACK, .seq = ANY, .ack = 1);
	expect_no_accept(listener);
}

/* Without an address it answers for all, from the one that was asked. */
WIRE_TEST(listen, unbound_answers_from_the_address_asked)
{
	bool v6 = w->family == AF_INET6;
	const char *second = v6 ? "2001:db8::10" : "192.0.2.10";
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int listener = stack_socket(w->family);

	memset((char *)&sa + 4, 0, len - 4);	/* the port stays */
	check_ok(bind(listener, (struct sockaddr *)&sa, len));
	check_ok(listen(listener, 10));
	set_nonblock(listener, true);
	netif_addr(wire_dev(w), second, v6 ? 64 : 24);
	w->local = addr_parse(second);
	expect_state(accept_from(w, listener), ESTABLISHED);
}

/* The queue is full: a further handshake waits for room, nobody is reset. */
WIRE_TEST(listen, full_queue_does_not_reset)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int listener = stack_socket(w->family), i, n = 0;
	struct wire more[4];

	check_ok(bind(listener, (struct sockaddr *)&sa, len));
	check_ok(listen(listener, 1));
	set_nonblock(listener, true);
	for (i = 0; i < 4; i++) {
		wire_fork(&more[i], w, 41000 + i);
		inject(&more[i], SYN, .opts = { MSS(1460) });
		if (!receive(&more[i], 20))
			continue;
		check_eq(more[i].last.s.flags, SYN | ACK);
		inject(&more[i], ACK);
		n++;
	}
	check_ge(n, 2);
	check_le(n, 3);
	for (i = 0; i < 4; i++)
		while (receive(&more[i], 20))
			check(!(more[i].last.s.flags & RST));
	for (i = 0; i < 2; i++)
		close(wire_accept(listener));
	for (i = 0; i < 4; i++)
		wire_close(&more[i]);
}

TEST_HARNESS_MAIN
