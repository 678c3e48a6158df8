// SPDX-License-Identifier: GPL-2.0
/*
 * What an unanswered handshake does in time: RFC 9293 3.8.3 and RFC 6298.
 * In icount.list: two minutes pass, and milliseconds are counted.
 *
 * A kernel timer is never early and, the longer it is, the coarser: it may be
 * late by up to an eighth. Retransmission n is due 2^n seconds after the one
 * before.
 */
#include "lib/test.h"

WIRE_FIXTURE(timer)

/* The tolerance of expect_after() for a timer of @ms. */
static int late(int ms)
{
	return ms / 8 + 10;
}

static void expect_retransmissions(struct wire *w, int flags, int count)
{
	int i, ms = 1000;

	for (i = 0; i < count; i++, ms *= 2)
		expect_after(w, ms, late(ms), flags, .seq = 0);
	/* And none after that. */
	expect_none(w, ms / 2);
}

/* S6, MUST-22, MUST-23: the SYN goes out 1 + 6 times, then ETIMEDOUT. */
WIRE_TEST_TIMEOUT(timer, unanswered_syn_times_out, 600)
{
	int fd = wire_connect(w);
	int64_t start, took;

	expect(w, SYN, .seq = 0);
	start = w->last.us;
	expect_retransmissions(w, SYN, 6);
	check_eq(fd_state(fd), SYN_SENT);
	check(wait_fd(fd, POLLOUT, 80000) & POLLERR);
	took = (wire_now(w) - start) / 1000;
	/* 1 + 2 + 4 + ... + 64 s. RFC 9293 asks for 3 minutes (MUST-23). */
	check_ge(took, 127000 - 10);
	check_le(took, 127000 + late(127000));
	check_eq(so_error(fd), ETIMEDOUT);
	check_eq(fd_state(fd), CLOSE);
	expect_none(w, 70000);
}

/* S6: what retransmits is in the SYN's image: same number, same options. */
WIRE_TEST_TIMEOUT(timer, repeated_syn_is_the_same, 60)
{
	struct opt first[MAX_OPTS];
	int i;

	wire_connect(w);
	expect(w, SYN);
	memcpy(first, w->last.s.opts, sizeof(first));
	expect_after(w, 1000, late(1000), SYN, .seq = 0);
	for (i = 0; i < MAX_OPTS; i++) {
		check_eq(w->last.s.opts[i].type, first[i].type);
		/* The timestamp alone moves on. */
		if (first[i].type == OPT_TS)
			check_gt(w->last.tsval, first[i].v[0]);
		else
			check_eq(w->last.s.opts[i].v[0], first[i].v[0]);
	}
}

/* S6: a late answer ends it. */
WIRE_TEST_TIMEOUT(timer, late_syn_ack_is_accepted, 60)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	expect_after(w, 1000, late(1000), SYN, .seq = 0);
	expect_after(w, 2000, late(2000), SYN, .seq = 0);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK, .ack = 1);
	expect_state(fd, ESTABLISHED);
	expect_none(w, 10000);
}

/* MUST-22: the limit is the administrator's ... */
WIRE_TEST_TIMEOUT(timer, syn_retries_setting_is_honoured, 60)
{
	int fd;

	sysctl_set("syn_retries", 2);
	fd = wire_connect(w);
	expect(w, SYN);
	expect_retransmissions(w, SYN, 2);
	check(wait_fd(fd, POLLOUT, 5000) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* ... and the program's. */
WIRE_TEST_TIMEOUT(timer, syn_count_option_is_honoured, 60)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(w->family);

	w->local_port = 0;
	set_opt(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
	set_nonblock(fd, true);
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	expect(w, SYN);
	expect_retransmissions(w, SYN, 1);
	check(wait_fd(fd, POLLOUT, 4000) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* A blocking connect() says so itself. */
WIRE_TEST_TIMEOUT(timer, blocking_connect_returns_etimedout, 60)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(w->family);

	w->local_port = 0;
	sysctl_set("syn_retries", 1);
	check_err(connect(fd, (struct sockaddr *)&sa, len), ETIMEDOUT);
	expect(w, SYN);
	expect(w, SYN, .seq = 0);
	expect_none(w, 0);
}

/* The SYN-ACK goes out 1 + 5 times; after 63 seconds it is forgotten. */
WIRE_TEST_TIMEOUT(timer, unanswered_syn_ack_is_forgotten, 300)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_retransmissions(w, SYN | ACK, 5);
	expect_listed(w, SYN_RECV);
	expect_none(w, 16000 + late(32000));
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
	/* The ACK that comes now is nobody's. */
	inject(w, ACK);
	expect(w, RST, .seq = 1);
}

WIRE_TEST_TIMEOUT(timer, synack_retries_setting_is_honoured, 60)
{
	sysctl_set("synack_retries", 1);
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_retransmissions(w, SYN | ACK, 1);
	expect_none(w, 1000 + late(2000));
	expect_listed(w, CLOSE);
}

/* An answer to a repeated SYN-ACK makes the connection all the same. */
WIRE_TEST_TIMEOUT(timer, late_third_segment_is_accepted, 60)
{
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_after(w, 1000, late(1000), SYN | ACK, .seq = 0);
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
	expect_none(w, 5000);
}

/* A listener that wants data first, for about @seconds. */
static int wire_listen_deferred(struct wire *w, int seconds)
{
	int listener = wire_listen(w);

	set_opt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, seconds);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	expect_no_accept(listener);
	return listener;
}

/*
 * TCP_DEFER_ACCEPT: the peer that has answered and owes data only is not asked
 * again but once, when the time is nearly over; its answer opens the connection.
 */
WIRE_TEST_TIMEOUT(timer, deferred_accept_asks_once_more_at_the_end, 60)
{
	int listener = wire_listen_deferred(w, 7);

	expect_listed(w, SYN_RECV);
	expect_after(w, 7000, late(7000), SYN | ACK, .seq = 0);
	expect_no_accept(listener);
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
	expect_none(w, 20000);
}

WIRE_TEST_TIMEOUT(timer, deferred_accept_takes_data_at_once, 60)
{
	int listener = wire_listen_deferred(w, 30), fd;

	expect_none(w, 4000);
	inject(w, ACK);
	expect_no_accept(listener);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	fd = wire_accept(listener);
	expect_state(fd, ESTABLISHED);
	recv_pattern(fd, 0, 10);
}

/* How long the peer thought about its data is no round trip. */
WIRE_TEST_TIMEOUT(timer, deferred_accept_does_not_measure_patience, 60)
{
	int listener = wire_listen(w), fd;

	if (stack_is_kernel())
		SKIP(return, "Linux takes it for one");
	set_opt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(100, 0), NOP, WS(7) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	expect_none(w, 900);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	fd = wire_accept(listener);
	check_lt(tcp_info(fd).tcpi_rtt, 100000);
	check_lt(tcp_info(fd).tcpi_rto, 1000000);
}

/* The end of the stream is as good as data: nothing else will come. */
WIRE_TEST_TIMEOUT(timer, deferred_accept_takes_the_end, 60)
{
	int listener = wire_listen_deferred(w, 30);

	inject(w, ACK | FIN);
	expect(w, ACK, .ack = 2);
	expect_state(wire_accept(listener), CLOSE_WAIT);
}

/* The patience outlasts synack_retries, but has an end. */
WIRE_TEST_TIMEOUT(timer, deferred_accept_is_forgotten, 60)
{
	int listener;

	sysctl_set("synack_retries", 1);
	listener = wire_listen_deferred(w, 7);
	expect_after(w, 7000, late(7000), SYN | ACK, .seq = 0);
	expect_listed(w, SYN_RECV);
	expect_none(w, 8000 + late(8000));
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
}

/* An active open with the option, up to the peer's SYN-ACK. */
static int connect_deferred(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(w->family);

	w->local_port = 0;
	set_opt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
	set_nonblock(fd, true);
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	expect(w, SYN);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	return fd;
}

/* At the other end the option saves the third segment: data will carry it. */
WIRE_TEST_TIMEOUT(timer, deferred_third_segment_comes_with_data, 60)
{
	int fd = connect_deferred(w);

	expect_state(fd, ESTABLISHED);
	expect_none(w, 100);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .ack = 1, .len = 10);
	inject(w, ACK);
	expect_none(w, 1000);
}

/* It does not wait longer than any ACK may, MUST-40. */
WIRE_TEST_TIMEOUT(timer, deferred_third_segment_comes_in_time, 60)
{
	connect_deferred(w);
	expect_after(w, 200, late(200), ACK, .seq = 1, .ack = 1);
	expect_none(w, 1000);
}

/* A22: of SYNs that are repeated one in invalid_ratelimit (500 ms) gets an answer. */
WIRE_TEST_TIMEOUT(timer, repeated_syns_do_not_multiply_answers, 300)
{
	int i;

	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	for (i = 0; i < 20; i++)
		inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	check_eq(drain(w), 1);
	expect_none(w, 400);
	for (i = 0; i < 20; i++)
		inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect_none(w, 200);
	for (i = 0; i < 20; i++)
		inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	check_eq(drain(w), 1);
	check_eq(counter("TcpExt", "TCPACKSkippedSynRecv"), 19 + 20 + 19);
	/* At most the 5 repetitions there are by themselves follow. */
	for (i = 0; receive(w, 70000); i++)
		check_eq(w->last.s.flags, SYN | ACK);
	check_le(i, 5);
	expect_listed(w, CLOSE);
}

/* RFC 6298 5.7: the back-off of the SYN ends with it; data waits 3 s at most. */
WIRE_TEST_TIMEOUT(timer, rto_after_a_lost_syn_is_not_backed_off, 60)
{
	int fd = wire_connect(w);
	int64_t sent;

	expect(w, SYN);
	expect_after(w, 1000, late(1000), SYN, .seq = 0);
	expect_after(w, 2000, late(2000), SYN, .seq = 0);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	sent = w->last.us;
	check(receive(w, 3500));
	check_eq(w->last.s.len, 10);
	check_ge(w->last.us - sent, 900000);
}

TEST_HARNESS_MAIN
