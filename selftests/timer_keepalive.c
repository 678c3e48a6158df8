// SPDX-License-Identifier: GPL-2.0
/*
 * Keepalive, RFC 9293 3.8.4: MUST-24 to MUST-29, S12. In icount.list: hours
 * pass. A kernel timer is never early, and may be late by an eighth.
 */
#include "lib/test.h"

WIRE_FIXTURE(keepalive)

#define SECOND	1000
#define HOUR	(3600 * SECOND)
#define IDLE	(2 * HOUR)
#define INTVL	(75 * SECOND)

static int late(int ms)
{
	return ms / 8 + 20;
}

/* S12 asks for ten probes; the kernel's own has nine. */
static int probes(void)
{
	return stack_is_kernel() ? 9 : 10;
}

/* SHLD-12: no data; a sequence number that must be answered. */
#define expect_probe(w, ms) \
	expect_after((w), (ms), late(ms), ACK, .seq = (w)->rcv_nxt - 1, \
		     .len = 0)

static int open_kept(struct wire *w)
{
	int fd = open_passive(w);

	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	w->mark = wire_now(w);
	return fd;
}

/* Idle 10 s, interval 5 s, 3 probes. */
static int open_impatient(struct wire *w)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set_opt(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set_opt(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	w->mark = wire_now(w);
	return fd;
}

/* The last interval is over: the peer gets a RST, the program ETIMEDOUT. */
static void expect_death(struct wire *w, int fd, int ms)
{
	expect_after(w, ms, late(ms), RST | ACK, .seq = w->rcv_nxt);
	check_eq(fd_state(fd), CLOSE);
	check(wait_fd(fd, POLLIN, 0) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
	expect_listed(w, CLOSE);
}

/* MUST-25: off by default. */
WIRE_TEST_TIMEOUT(keepalive, off_by_default, 30000)
{
	int fd = open_passive(w);

	check_eq(get_opt(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	expect_none(w, 3 * HOUR);
	check_eq(fd_state(fd), ESTABLISHED);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
}

/* MUST-28: the defaults. */
WIRE_TEST(keepalive, defaults)
{
	int fd = open_passive(w);

	check_eq(sysctl_get("keepalive_time"), 7200);
	check_eq(sysctl_get("keepalive_intvl"), 75);
	check_eq(sysctl_get("keepalive_probes"), probes());
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE), 7200);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPINTVL), 75);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPCNT), probes());
}

/* S12, MUST-24: two hours, then a probe every 75 s, ten of them, the end. */
WIRE_TEST_TIMEOUT(keepalive, dead_peer_is_found_out, 30000)
{
	int fd = open_kept(w), i;

	expect_probe(w, IDLE);
	check_ge(w->last.us / 1000, IDLE);
	for (i = 1; i < probes(); i++)
		expect_probe(w, INTVL);
	check_eq(fd_state(fd), ESTABLISHED);
	expect_death(w, fd, INTVL);
	expect_none(w, 3 * HOUR);
}

/* S12: any answer restarts the two hours. */
WIRE_TEST_TIMEOUT(keepalive, answer_restarts_the_two_hours, 60000)
{
	int fd = open_kept(w), i;

	for (i = 0; i < 3; i++) {
		expect_probe(w, IDLE);
		inject(w, ACK);
	}
	check_eq(fd_state(fd), ESTABLISHED);
}

/* MUST-29: a probe that is lost is not the end, nor are nine. */
WIRE_TEST_TIMEOUT(keepalive, lost_probes_are_not_death, 60000)
{
	int fd = open_kept(w), i;

	expect_probe(w, IDLE);
	expect_probe(w, INTVL);
	inject(w, ACK);
	expect_probe(w, IDLE);
	for (i = 1; i < probes(); i++)
		expect_probe(w, INTVL);
	inject(w, ACK);
	check_eq(fd_state(fd), ESTABLISHED);
	/* All of them are there again. */
	expect_probe(w, IDLE);
	for (i = 1; i < probes(); i++)
		expect_probe(w, INTVL);
	expect_death(w, fd, INTVL);
}

/* MUST-26: data from the peer puts the probe off. */
WIRE_TEST_TIMEOUT(keepalive, received_data_puts_it_off, 30000)
{
	int fd = open_kept(w);

	expect_none(w, HOUR);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK);
	inject(w, ACK);
	/* The timer set at first may look only as late as an eighth. */
	expect_none(w, IDLE - 60 * SECOND);
	check(receive(w, IDLE / 8 + 120 * SECOND));
	check_eq(w->last.s.seq, 0);
	check_eq(w->last.s.len, 0);
	recv_pattern(fd, 0, 10);
}

/* MUST-26: so does data sent, once it is acknowledged. */
WIRE_TEST_TIMEOUT(keepalive, sent_data_puts_it_off, 30000)
{
	int fd = open_kept(w);

	expect_none(w, HOUR);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK);
	expect_none(w, IDLE - 60 * SECOND);
	check(receive(w, IDLE / 8 + 120 * SECOND));
	check_eq(w->last.s.seq, 10);
	check_eq(w->last.s.len, 0);
}

/* MUST-27: per socket; what may be set, and what is done. */
WIRE_TEST_TIMEOUT(keepalive, options_are_honoured, 300)
{
	int fd = open_impatient(w);

	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE), 10);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
	expect_probe(w, 10 * SECOND);
	expect_probe(w, 5 * SECOND);
	expect_probe(w, 5 * SECOND);
	expect_death(w, fd, 5 * SECOND);
}

/* MUST-27: the administrator's settings. */
WIRE_TEST_TIMEOUT(keepalive, settings_are_honoured, 300)
{
	int fd;

	sysctl_set("keepalive_time", 20);
	sysctl_set("keepalive_intvl", 4);
	sysctl_set("keepalive_probes", 2);
	fd = open_kept(w);
	expect_probe(w, 20 * SECOND);
	expect_probe(w, 4 * SECOND);
	expect_death(w, fd, 4 * SECOND);
}

/* MUST-24: it may be switched off again, and on. */
WIRE_TEST_TIMEOUT(keepalive, switched_off_and_on, 300)
{
	int fd = open_impatient(w);

	expect_probe(w, 10 * SECOND);
	inject(w, ACK);
	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 0);
	expect_none(w, 60 * SECOND);
	check_eq(fd_state(fd), ESTABLISHED);
	/* It has been idle long enough: it is asked soon. */
	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	check(receive(w, 10 * SECOND + late(10 * SECOND)));
	check_eq(w->last.s.seq, 0);
}

/* A time that is made shorter counts from the last segment. */
WIRE_TEST_TIMEOUT(keepalive, idle_time_changed_on_the_way, 30000)
{
	int fd = open_kept(w);

	expect_none(w, 60 * SECOND);
	set_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 100);
	check(receive(w, 40 * SECOND + late(100 * SECOND)));
	check_eq(w->last.s.seq, 0);
	check_ge(w->last.us / SECOND, 100 * SECOND);
}

/* An accepted socket has what its listener had. */
WIRE_TEST_TIMEOUT(keepalive, accepted_socket_inherits_it, 300)
{
	int listener = wire_listen(w), fd;

	set_opt(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_opt(listener, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set_opt(listener, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set_opt(listener, IPPROTO_TCP, TCP_KEEPCNT, 1);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_probe(w, 10 * SECOND);
	expect_death(w, fd, 5 * SECOND);
}

/* Set before connect(), it counts from the handshake on. */
WIRE_TEST_TIMEOUT(keepalive, set_before_connecting, 300)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(w->family);

	w->local_port = 0;
	set_opt(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_opt(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set_nonblock(fd, true);
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	expect(w, SYN);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_probe(w, 10 * SECOND);
}

/* Half-closed by the peer is still open, and still asked. */
WIRE_TEST_TIMEOUT(keepalive, goes_on_in_close_wait, 300)
{
	int fd = open_impatient(w), i;

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	w->mark = wire_now(w);
	for (i = 0; i < 3; i++)
		expect_probe(w, i ? 5 * SECOND : 10 * SECOND);
	expect_death(w, fd, 5 * SECOND);
}

/* The answer of a peer that has forgotten the connection. */
WIRE_TEST_TIMEOUT(keepalive, reset_in_answer_ends_it, 300)
{
	int fd = open_impatient(w);

	expect_probe(w, 10 * SECOND);
	inject(w, RST, .seq = 1);
	expect_error(fd, ECONNRESET);
	expect_none(w, 60 * SECOND);
}

/* MUST-26: with data under way the retransmission timer does the asking. */
WIRE_TEST_TIMEOUT(keepalive, silent_while_data_is_in_flight, 3000)
{
	int fd = open_impatient(w);

	expect_none(w, 8 * SECOND);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	while (wire_now(w) < 60 * SECOND * 1000LL)
		if (receive(w, SECOND))
			check_eq(w->last.s.len, 10);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* TCP_USER_TIMEOUT takes the place of the number of probes. */
WIRE_TEST_TIMEOUT(keepalive, user_timeout_replaces_the_count, 300)
{
	int fd = open_impatient(w);
	int64_t start = wire_now(w), took;

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 40 * SECOND);
	expect_probe(w, 10 * SECOND);
	while (receive(w, 20 * SECOND) && !(w->last.s.flags & RST))
		check_eq(w->last.s.seq, 0);
	took = (w->last.us - start) / 1000;
	check(w->last.s.flags & RST);
	check_ge(took, 40 * SECOND - 20);
	check_le(took, 40 * SECOND + 2 * late(10 * SECOND) + 5 * SECOND);
	check_eq(so_error(fd), ETIMEDOUT);
}

TEST_HARNESS_MAIN
