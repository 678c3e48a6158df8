// SPDX-License-Identifier: GPL-2.0
/*
 * What a program is told of trouble on the way that is no end yet: RFC 9293
 * 3.9.1.8 (MUST-47, SHLD-20), 3.8.3 (SHLD-9), RFC 1122 4.2.4.1.
 */
#include "lib/test.h"

WIRE4_FIXTURE(report)

#define UNREACH		3
#define NET		0
#define HOST		1
#define EXCEEDED	11

/* A connection with a segment on its way, which an error may be about. */
static int open_sent(struct wire *w)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	return fd;
}

/* SHLD-20: nobody is woken who has not asked; who looks finds the last one. */
WIRE_TEST(report, off_by_default)
{
	int fd = open_sent(w);

	check_eq(get_opt(fd, IPPROTO_IP, IP_RECVERR), 0);
	inject_icmp(w, UNREACH, HOST, .seq = 1);
	inject_icmp(w, UNREACH, NET, .seq = 1);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
	check_eq(so_error(fd), ENETUNREACH);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* MUST-47: who has asked is woken by each message, and told what it says. */
static void expect_told(struct wire *w, int fd, int type, int code, int err)
{
	inject_icmp(w, type, code, .seq = 1);
	check(wait_fd(fd, POLLIN, 1000) & POLLERR);
	check_err(recv(fd, &(char){ 0 }, 1, 0), err);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
}

WIRE_TEST(report, every_message_is_told)
{
	int fd = open_sent(w);

	set_opt(fd, IPPROTO_IP, IP_RECVERR, 1);
	expect_told(w, fd, UNREACH, HOST, EHOSTUNREACH);
	expect_told(w, fd, UNREACH, NET, ENETUNREACH);
	expect_told(w, fd, EXCEEDED, 0, EHOSTUNREACH);
	/* None of them was an end. */
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* SHLD-20: it may be switched off again. */
WIRE_TEST(report, may_be_switched_off)
{
	int fd = open_sent(w);

	set_opt(fd, IPPROTO_IP, IP_RECVERR, 1);
	expect_told(w, fd, UNREACH, HOST, EHOSTUNREACH);
	set_opt(fd, IPPROTO_IP, IP_RECVERR, 0);
	inject_icmp(w, UNREACH, HOST, .seq = 1);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
}

/* SHLD-9: between R1 and R2 whoever asks sees that it is repeated. */
WIRE_TEST(report, retransmissions_are_seen_before_the_end)
{
	int fd = open_sent(w), i;

	for (i = 1; i <= 4; i++) {
		expect(w, ACK | PSH, .seq = 1, .len = 10);
		check_eq(tcp_info(fd).tcpi_retransmits, i);
		check_eq(tcp_info(fd).tcpi_total_retrans, i);
		check_eq(tcp_info(fd).tcpi_unacked, 1);
	}
	check_gt(tcp_info(fd).tcpi_retransmits, sysctl_get("retries1"));
	check_eq(fd_state(fd), ESTABLISHED);
	/* And that it is over. */
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_retransmits, 0);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* SHLD-9: and what is the matter, if somebody on the way knows. */
WIRE_TEST(report, reason_of_a_timeout_is_told)
{
	int fd;

	sysctl_set("retries2", 3);
	fd = open_sent(w);
	inject_icmp(w, UNREACH, NET, .seq = 1);
	check(wait_fd(fd, POLLIN, 20000) & POLLERR);
	check_eq(so_error(fd), ENETUNREACH);
	check_eq(fd_state(fd), CLOSE);
}

TEST_HARNESS_MAIN
