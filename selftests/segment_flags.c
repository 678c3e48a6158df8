// SPDX-License-Identifier: GPL-2.0
/* S16: each flag of the header does what it stands for. */
#include "lib/test.h"

WIRE_FIXTURE(flag)

#define CE	3	/* the network was congested, RFC 3168 5 */
#define ECT0	2

/* SYN: synchronises, and is answered by our own. */
WIRE_TEST(flag, syn_synchronises)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
}

/* ACK: the acknowledgment number counts, and only then. */
WIRE_TEST(flag, ack_acknowledges)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, PSH, .ack = 11, .len = 10, .keep = true);
	check_eq(tcp_info(fd).tcpi_unacked, 1);
	inject(w, ACK, .ack = 11);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* FIN: no more data from there. */
WIRE_TEST(flag, fin_ends_the_stream)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	expect_eof(fd);
}

/* RST: the connection is gone. */
WIRE_TEST(flag, rst_resets)
{
	int fd = open_passive(w);

	inject(w, RST);
	expect_error(fd, ECONNRESET);
}

/* PSH, received: the data is there at once, with it or without. */
WIRE_TEST(flag, psh_is_not_needed_to_read)
{
	int fd = open_passive(w);

	inject(w, ACK, .len = 10);
	recv_pattern(fd, 0, 10);
	inject(w, ACK | PSH, .len = 10);
	recv_pattern(fd, 10, 10);
}

/* PSH, sent: on the last segment of what was written (MUST-61). */
WIRE_TEST(flag, psh_marks_the_end_of_what_was_written)
{
	int fd = open_passive(w, MSS(1000));

	send_pattern(fd, 0, 2500);
	expect(w, ACK, .len = 1000);
	expect(w, ACK, .len = 1000);
	expect(w, ACK | PSH, .len = 500);
}

/* URG, received: there is a byte out of band, in front of the pointer. */
WIRE_TEST(flag, urg_received)
{
	int fd = open_passive(w);
	char c = 0;

	inject(w, ACK | PSH | URG, .urg = 1, TEXT("!abc"));
	check(wait_fd(fd, POLLPRI, 1000) & POLLPRI);
	check_eq(recv(fd, &c, 1, MSG_OOB), 1);
	check_eq(c, '!');
	check_eq(recv(fd, &c, 1, 0), 1);
	check_eq(c, 'a');
}

/* The pointer means nothing without the flag. */
WIRE_TEST(flag, urgent_pointer_without_urg_is_ignored)
{
	int fd = open_passive(w);
	char c = 0;

	inject(w, ACK | PSH, .urg = 1, TEXT("!abc"));
	check(!(wait_fd(fd, POLLPRI, 0) & POLLPRI));
	check_err(recv(fd, &c, 1, MSG_OOB), EINVAL);
	check_eq(recv(fd, &c, 1, 0), 1);
	check_eq(c, '!');
}

/* URG, sent: the pointer leads behind the byte (BSD's meaning, MUST-62). */
WIRE_TEST(flag, urg_sent)
{
	int fd = open_passive(w);

	check_eq(send(fd, "abc!", 4, MSG_OOB), 4);
	expect(w, ACK | PSH | URG, .urg = 4, TEXT("abc!"));
}

/* ECE and CWR on the SYN ask for ECN, ECE on the SYN-ACK agrees, RFC 3168. */
static int open_with_ecn(struct wire *w)
{
	int listener = wire_listen(w);

	inject(w, SYN | ECE | CWR, .opts = { MSS(1000) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK);
	return wire_accept(listener);
}

WIRE_TEST(flag, ecn_is_agreed_to)
{
	int fd = open_with_ecn(w);

	check(tcp_info(fd).tcpi_options & TCPI_OPT_ECN);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = ECT0);
}

/* Without being asked, ECE, CWR and ECT stay clear. */
WIRE_TEST(flag, ecn_is_not_used_without_agreement)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10, .tos = CE);
	expect(w, ACK, .ack = 11, .tos = 0);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = 0);
	inject(w, ACK | ECE);
	expect_none(w, 20);
}

WIRE_TEST(flag, ecn_is_refused_if_switched_off)
{
	sysctl_set("ecn", 0);
	wire_listen(w);
	inject(w, SYN | ECE | CWR, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
}

/* An active open asks if it is switched on. */
WIRE_TEST(flag, ecn_is_asked_for)
{
	int fd;

	sysctl_set("ecn", 1);
	fd = wire_connect(w);
	expect(w, SYN | ECE | CWR);
	inject(w, SYN | ACK | ECE, .opts = { MSS(1460) });
	expect(w, ACK);
	check(tcp_info(fd).tcpi_options & TCPI_OPT_ECN);
}

/* ECE: what the network marked is reported until CWR says it is known. */
WIRE_TEST(flag, ece_reports_congestion_until_cwr)
{
	open_with_ecn(w);
	inject(w, ACK | PSH, .len = 10, .tos = CE);
	expect(w, ACK | ECE, .ack = 11);
	inject(w, ACK | PSH, .len = 10, .tos = ECT0);
	expect(w, ACK | ECE, .ack = 21);
	inject(w, ACK | PSH | CWR, .len = 10, .tos = ECT0);
	expect(w, ACK, .ack = 31);
	inject(w, ACK | PSH, .len = 10, .tos = ECT0);
	expect(w, ACK, .ack = 41);
}

/* CWR: told of congestion, we send less, and say so on the next new data. */
WIRE_TEST(flag, cwr_answers_ece)
{
	int fd = open_with_ecn(w), before, i;

	send_pattern(fd, 0, 10000);
	for (i = 0; i < 10; i++)
		expect(w, ACK | ANYPSH, .len = 1000);
	before = tcp_info(fd).tcpi_snd_cwnd;
	inject(w, ACK | ECE, .ack = 5001);
	check_lt(tcp_info(fd).tcpi_snd_cwnd, before);
	check_lt(tcp_info(fd).tcpi_snd_ssthresh, before);
	inject(w, ACK, .ack = 10001);
	send_pattern(fd, 10000, 1000);
	expect(w, ACK | ANYPSH | CWR, .len = 1000);
	inject(w, ACK);
	send_pattern(fd, 11000, 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
}

/* AE, once NS: a SYN that has it set gets an answer that has not. */
WIRE_TEST(flag, ae_stays_clear)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN | ECE | CWR | AE, .opts = { MSS(1460) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK | AE);
	fd = wire_accept(listener);
	inject(w, ACK | PSH | AE, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

TEST_HARNESS_MAIN
