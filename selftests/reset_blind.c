// SPDX-License-Identifier: GPL-2.0
/* Segments guessed by somebody who does not see the wire: RFC 5961. */
#include "lib/test.h"

WIRE_FIXTURE(blind)

/* A1: in the window is not enough; the peer is asked. */
WIRE_TEST(blind, rst_in_window_gets_challenge_ack)
{
	int fd = open_passive(w);

	inject(w, RST, .seq = 100);
	expect(w, ACK, .seq = 1, .ack = 1);
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(counter("TcpExt", "TCPChallengeACK"), 1);
	/* A peer that has indeed no connection resets exactly there. */
	inject(w, RST, .seq = 1);
	expect_error(fd, ECONNRESET);
}

/* RFC 5961 3.2, first case: outside the window it is dropped silently. */
WIRE_TEST(blind, rst_outside_window_is_dropped)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	inject(w, RST, .seq = 5);
	inject(w, RST, .seq = 10);
	inject(w, RST, .seq = 1000000);
	inject(w, RST, .seq = -1000000);
	expect_none(w, 0);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* RFC 5961 3.2: the same in the states that follow. */
WIRE_TEST(blind, rst_in_window_in_closing_states)
{
	int fd = open_passive(w);

	sysctl_set("invalid_ratelimit", 0);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, RST, .seq = 100);
	expect(w, ACK, .seq = 2, .ack = 1);
	check_eq(fd_state(fd), FIN_WAIT1);
	inject(w, ACK);
	inject(w, RST, .seq = 100);
	expect(w, ACK, .seq = 2, .ack = 1);
	check_eq(fd_state(fd), FIN_WAIT2);
}

WIRE_TEST(blind, rst_in_window_in_close_wait)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	inject(w, RST, .seq = 100);
	expect(w, ACK, .seq = 1, .ack = 2);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

/* A2, RFC 5961 4: a SYN is never answered by a reset, wherever it lies. */
static void syn_gets_challenge_ack(struct wire *w, int64_t seq)
{
	inject(w, SYN, .seq = seq, .keep = true, .opts = { MSS(1460) });
	expect(w, ACK);
}

static void syn_everywhere(struct wire *w)
{
	int64_t next = w->snd_nxt;

	sysctl_set("invalid_ratelimit", 0);
	syn_gets_challenge_ack(w, next);
	syn_gets_challenge_ack(w, next + 100);
	syn_gets_challenge_ack(w, 0);
	syn_gets_challenge_ack(w, 10000000);
	syn_gets_challenge_ack(w, -10000000);
	expect_none(w, 0);
}

WIRE_TEST(blind, syn_in_established)
{
	int fd = open_passive(w);

	syn_everywhere(w);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* A SYN-ACK that comes late is the same. */
WIRE_TEST(blind, syn_ack_in_established)
{
	int fd = open_active(w);

	inject(w, SYN | ACK, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 1, .ack = 1);
	check_eq(fd_state(fd), ESTABLISHED);
}

WIRE_TEST(blind, syn_in_fin_wait_1_and_2)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	syn_everywhere(w);
	check_eq(fd_state(fd), FIN_WAIT1);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	syn_everywhere(w);
	check_eq(fd_state(fd), FIN_WAIT2);
}

WIRE_TEST(blind, syn_in_close_wait_and_last_ack)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	syn_everywhere(w);
	check_eq(fd_state(fd), CLOSE_WAIT);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	syn_everywhere(w);
	check_eq(fd_state(fd), LAST_ACK);
}

WIRE_TEST(blind, syn_in_closing)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .ack = 1);
	expect(w, ACK, .ack = 2);
	syn_everywhere(w);
	check_eq(fd_state(fd), CLOSING);
}

/* A3, RFC 5961 5: data with an ACK that is too old is not taken. */
WIRE_TEST(blind, data_with_ancient_ack_gets_challenge_ack)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .ack = -1000000, .len = 10, .keep = true);
	expect(w, ACK, .seq = 1, .ack = 1);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	check_eq(fd_state(fd), ESTABLISHED);
}

/*
 * RFC 9293 3.10.7.4, A26: an ACK of what was never sent is answered with an ACK,
 * and the segment is dropped. Old kernels' TCP drops it without an answer.
 */
WIRE_TEST(blind, ack_of_unsent_data_is_not_taken)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK | PSH, .ack = 5000, .len = 10, .keep = true);
	if (stack_is_kernel())
		drain(w);
	else
		expect(w, ACK, .seq = 11, .ack = 1);
	expect_none(w, 0);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(tcp_info(fd).tcpi_unacked, 1);
}

/* A4, A23: challenge ACKs are rationed, for each connection by itself. */
WIRE_TEST(blind, challenge_acks_are_rate_limited)
{
	int i;

	open_passive(w);
	for (i = 0; i < 20; i++)
		inject(w, RST, .seq = 100 + i);
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_none(w, 0);
	check_eq(counter("TcpExt", "TCPACKSkippedChallenge"), 19);
	expect_none(w, 600);
	inject(w, RST, .seq = 100);
	expect(w, ACK, .seq = 1, .ack = 1);
}

WIRE_TEST(blind, rate_limit_of_one_connection_spares_the_other)
{
	struct wire other[1];
	int listener = wire_listen(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	wire_accept(listener);
	wire_fork(other, w, 40001);
	inject(other, SYN, .opts = { MSS(1460) });
	expect(other, SYN | ACK);
	inject(other, ACK);
	wire_accept(listener);

	inject(w, RST, .seq = 100);
	expect(w, ACK);
	inject(w, RST, .seq = 100);
	expect_none(w, 0);
	inject(other, RST, .seq = 100);
	expect(other, ACK);
	wire_close(other);
}

/* A23: acknowledgments outside the window do not make a storm. */
WIRE_TEST(blind, acks_outside_window_are_rate_limited)
{
	int i;

	open_passive(w);
	for (i = 0; i < 20; i++)
		inject(w, ACK, .seq = -1000000);
	expect(w, ACK, .seq = 1, .ack = 1);
	expect_none(w, 0);
}

TEST_HARNESS_MAIN
