// SPDX-License-Identifier: GPL-2.0
/* What ICMP may do to a connection, RFC 9293 3.9.2.2, RFC 5461, RFC 5927. */
#include "lib/test.h"

WIRE_FIXTURE(icmp)

#define UNREACH4	3
#define QUENCH		4
#define EXCEEDED4	11
#define PARAM4		12
#define UNREACH6	1
#define TOO_BIG6	2
#define EXCEEDED6	3
#define PARAM6		4

struct message {
	int type, code;
};

/* MUST-56: those that say that something may pass. */
static const struct message soft4[] = {
	{ UNREACH4, 0 }, { UNREACH4, 1 }, { UNREACH4, 5 }, { EXCEEDED4, 0 },
	{ EXCEEDED4, 1 }, { PARAM4, 0 }, { -1, 0 },
};

static const struct message soft6[] = {
	{ UNREACH6, 0 }, { UNREACH6, 3 }, { EXCEEDED6, 0 }, { EXCEEDED6, 1 },
	{ PARAM6, 0 }, { PARAM6, 1 }, { PARAM6, 2 }, { -1, 0 },
};

static const struct message *soft(const struct wire *w)
{
	return w->family == AF_INET6 ? soft6 : soft4;
}

static void inject_unreachable(struct wire *w, int64_t seq)
{
	inject_icmp(w, w->family == AF_INET6 ? UNREACH6 : UNREACH4,
		    w->family == AF_INET6 ? 0 : 1, .seq = seq);
}

static void inject_too_big(struct wire *w, int64_t seq, int mtu)
{
	if (w->family == AF_INET6)
		inject_icmp(w, TOO_BIG6, 0, .seq = seq, .info = mtu);
	else
		inject_icmp(w, UNREACH4, 4, .seq = seq, .info = mtu);
}

/* MUST-56; SO_ERROR tells a program that asks (SHLD-25), once. */
WIRE_TEST(icmp, soft_errors_do_not_abort_established)
{
	const struct message *m;
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	for (m = soft(w); m->type >= 0; m++)
		inject_icmp(w, m->type, m->code, .seq = 1);
	check_eq(fd_state(fd), ESTABLISHED);
	check(!(wait_fd(fd, POLLIN, 0) & (POLLERR | POLLHUP)));
	check_ne(so_error(fd), 0);
	check_eq(so_error(fd), 0);
	inject(w, ACK);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* SHLD-26 as RFC 5461 has it: once connected, hard ones are soft, too. */
WIRE_TEST(icmp, hard_errors_do_not_abort_established)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	if (w->family == AF_INET6) {
		inject_icmp(w, UNREACH6, 4, .seq = 1);
		inject_icmp(w, UNREACH6, 1, .seq = 1);
	} else {
		inject_icmp(w, UNREACH4, 2, .seq = 1);
		inject_icmp(w, UNREACH4, 3, .seq = 1);
	}
	check_eq(fd_state(fd), ESTABLISHED);
	check(!(wait_fd(fd, POLLIN, 0) & (POLLERR | POLLHUP)));
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/*
 * MUST-56 in SYN-SENT, where the kernel's TCP deviates: it gives up at the first
 * message. The connection must come about if the network recovers.
 */
static void soft_error_in_syn_sent(struct wire *w, const struct message *m)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject_icmp(w, m->type, m->code, .seq = 0);
	if (stack_is_kernel() && fd_state(fd) == CLOSE) {
		check_ne(so_error(fd), 0);
		close(fd);
		return;
	}
	check_eq(fd_state(fd), SYN_SENT);
	check(!(wait_fd(fd, POLLOUT, 0) & (POLLERR | POLLHUP)));
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
	check_eq(so_error(fd), 0);
	close_abort(fd);
	expect(w, RST | ACK);
}

WIRE_TEST(icmp, soft_errors_do_not_abort_syn_sent)
{
	const struct message *m;
	int port = 5000;

	for (m = soft(w); m->type >= 0; m++) {
		wire_restart(w, 1000);
		w->local_port = port++;
		soft_error_in_syn_sent(w, m);
	}
}

/* MUST-56 in SYN-RECEIVED; the kernel's TCP forgets it, over IPv4. */
WIRE_TEST(icmp, soft_error_does_not_abort_syn_recv)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject_unreachable(w, 0);
	if (stack_is_kernel() && wire_state(w) == CLOSE)
		return;
	expect_listed(w, SYN_RECV);
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/* SHLD-26: nobody is there: connect() ends with ECONNREFUSED. */
WIRE_TEST(icmp, port_unreachable_refuses_in_syn_sent)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	if (w->family == AF_INET6)
		inject_icmp(w, UNREACH6, 4, .seq = 0);
	else
		inject_icmp(w, UNREACH4, 3, .seq = 0);
	check(wait_fd(fd, POLLOUT, 1000) & POLLERR);
	check_eq(so_error(fd), ECONNREFUSED);
	check_eq(fd_state(fd), CLOSE);
}

/* MUST-54: the message reaches the connection it is about, and no other. */
WIRE_TEST(icmp, message_reaches_the_right_connection)
{
	struct wire other[1];
	int fd, fd2;

	wire_fork(other, w, 40001);
	w->local_port = 5001;
	other->local_port = 5002;
	fd = wire_connect(w);
	expect(w, SYN);
	fd2 = wire_connect(other);
	expect(other, SYN);
	if (w->family == AF_INET6)
		inject_icmp(other, UNREACH6, 4, .seq = 0);
	else
		inject_icmp(other, UNREACH4, 3, .seq = 0);
	check_eq(fd_state(fd2), CLOSE);
	check_eq(fd_state(fd), SYN_SENT);
	/* A port that is not ours, neither. */
	inject_icmp(w, w->family == AF_INET6 ? UNREACH6 : UNREACH4,
		    w->family == AF_INET6 ? 4 : 3, .seq = 0, .dport = 999);
	check_eq(fd_state(fd), SYN_SENT);
	wire_close(other);
}

/* RFC 5927 4.1: a message about what is not in flight is not believed. */
WIRE_TEST(icmp, sequence_is_checked)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	if (w->family == AF_INET6) {
		inject_icmp(w, UNREACH6, 4, .seq = 100);
		inject_icmp(w, UNREACH6, 4, .seq = -1);
	} else {
		inject_icmp(w, UNREACH4, 3, .seq = 100);
		inject_icmp(w, UNREACH4, 3, .seq = -1);
	}
	check_eq(fd_state(fd), SYN_SENT);
	check_eq(counter("TcpExt", "OutOfWindowIcmps"), 2);
}

/* Eight bytes of the segment are enough; fewer say nothing. */
WIRE_TEST(icmp, short_quotation_is_ignored)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	if (w->family == AF_INET6)
		inject_icmp(w, UNREACH6, 4, .seq = 0, .quote = 4);
	else
		inject_icmp(w, UNREACH4, 3, .seq = 0, .quote = 4);
	check_eq(fd_state(fd), SYN_SENT);
}

/* Path MTU discovery, RFC 1191 and 8201: what was too big goes smaller. */
WIRE_TEST(icmp, too_big_shrinks_the_segments)
{
	int mtu = 1300, mss = wire_mtu_mss(w, mtu);
	int fd = open_passive(w, MSS(1400));

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_too_big(w, 1, mtu);
	expect(w, ACK | ANYPSH, .seq = 1, .len = mss);
	expect(w, ACK | ANYPSH, .seq = 1 + mss, .len = 1400 - mss);
	inject(w, ACK);
	send_pattern(fd, 1400, 2 * mss);
	expect(w, ACK | ANYPSH, .len = mss);
	expect(w, ACK | ANYPSH, .len = mss);
	check_eq(tcp_info(fd).tcpi_pmtu, mtu);
}

/* A9: about a segment that is not in flight, it is not believed. */
WIRE_TEST(icmp, too_big_for_what_is_not_in_flight_is_ignored)
{
	int fd = open_passive(w, MSS(1400));

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_too_big(w, 5000, 1300);
	inject_too_big(w, -5000, 1300);
	inject(w, ACK);
	send_pattern(fd, 1400, 1400);
	expect(w, ACK | PSH, .len = 1400);
}

WIRE4_FIXTURE(icmp4)

/* A9: nor does the MTU ever fall below what every path carries in practice. */
WIRE_TEST(icmp4, too_big_has_a_lower_bound)
{
	int fd = open_passive(w, MSS(1400));

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_too_big(w, 1, 100);
	expect(w, ACK | ANYPSH, .seq = 1, .len = wire_mtu_mss(w, 552));
}

/* MUST-55: source quench is history, RFC 6633. */
WIRE_TEST(icmp4, source_quench_is_ignored)
{
	int fd = open_passive(w, MSS(1000)), cwnd;

	send_pattern(fd, 0, 2000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	cwnd = tcp_info(fd).tcpi_snd_cwnd;
	inject_icmp(w, QUENCH, 0, .seq = 1);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, cwnd);
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(so_error(fd), 0);
}

WIRE_TEST(icmp4, source_quench_is_ignored_in_syn_sent)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject_icmp(w, QUENCH, 0, .seq = 0);
	check_eq(fd_state(fd), SYN_SENT);
}

FIXTURE(icmp6) { struct wire w[1]; };
FIXTURE_SETUP(icmp6)
{
	test_begin_family(AF_INET6);
	wire_open(self->w, .family = AF_INET6);
}
FIXTURE_TEARDOWN(icmp6)
{
	wire_close(self->w);
}

/* A9, RFC 8201 4: every IPv6 path carries 1280, who says less is not heard. */
WIRE_TEST(icmp6, too_big_below_1280_is_discarded)
{
	int fd = open_passive(w, MSS(1400));

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_too_big(w, 1, 1000);
	inject(w, ACK);
	send_pattern(fd, 1400, 1400);
	expect(w, ACK | PSH, .len = 1400);
}

TEST_HARNESS_MAIN
