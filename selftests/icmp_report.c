// SPDX-License-Identifier: GPL-2.0
/*
 * What a program is told of trouble on the way that is no end yet: RFC 9293
 * 3.9.1.8 (MUST-47, SHLD-20), 3.8.3 (SHLD-9), RFC 1122 4.2.4.1.
 */
#include "lib/test.h"

WIRE_FIXTURE(report)

/* What somebody on the way has to say. */
enum trouble {
	HOST,				/* unreachable */
	NET,
	EXCEEDED,			/* in transit */
};

/* How each family says it, and what the program is told. */
static const struct {
	int type, code, type6, code6, err;
} troubles[] = {
	[HOST]		= { 3, 1, 1, 3, EHOSTUNREACH },
	[NET]		= { 3, 0, 1, 0, ENETUNREACH },
	[EXCEEDED]	= { 11, 0, 3, 0, EHOSTUNREACH },
};

/* About the segment with the first octet; returns what it is to be told as. */
static int inject_trouble(struct wire *w, enum trouble t)
{
	if (w->family == AF_INET6)
		inject_icmp(w, troubles[t].type6, troubles[t].code6, .seq = 1);
	else
		inject_icmp(w, troubles[t].type, troubles[t].code, .seq = 1);
	return troubles[t].err;
}

static void ask_for_errors(struct wire *w, int fd, int on)
{
	if (w->family == AF_INET6)
		set_opt(fd, IPPROTO_IPV6, IPV6_RECVERR, on);
	else
		set_opt(fd, IPPROTO_IP, IP_RECVERR, on);
}

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

	inject_trouble(w, HOST);
	inject_trouble(w, NET);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
	check_eq(so_error(fd), ENETUNREACH);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* MUST-47: who has asked is woken by each message, and told what it says. */
static void expect_told(struct wire *w, int fd, enum trouble t)
{
	int err = inject_trouble(w, t);

	check(wait_fd(fd, POLLIN, 1000) & POLLERR);
	check_err(recv(fd, &(char){ 0 }, 1, 0), err);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
}

WIRE_TEST(report, every_message_is_told)
{
	int fd = open_sent(w);

	ask_for_errors(w, fd, 1);
	expect_told(w, fd, HOST);
	expect_told(w, fd, NET);
	expect_told(w, fd, EXCEEDED);
	/* None of them was an end. */
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/*
 * A stream's errors are told by its calls: MSG_ERRQUEUE finds no copy of the message,
 * neither takes the error away nor data.
 */
WIRE_TEST(report, nothing_is_put_into_the_error_queue)
{
	int fd = open_sent(w);
	char text[10];

	ask_for_errors(w, fd, 1);
	check_err(recv(fd, text, sizeof(text), MSG_ERRQUEUE), EAGAIN);
	/* its own data is still under way */
	inject(w, ACK | PSH, .ack = 1, .len = 10);
	expect(w, ACK, .ack = 11);
	inject_trouble(w, HOST);
	check(wait_fd(fd, POLLIN, 1000) & POLLERR);
	check_err(recv(fd, text, sizeof(text), MSG_ERRQUEUE), EAGAIN);
	check(wait_fd(fd, POLLIN, 0) & POLLERR);
	recv_pattern(fd, 0, 10);
	check_err(recv(fd, text, sizeof(text), 0), EHOSTUNREACH);
	check(!(wait_fd(fd, POLLIN, 0) & POLLERR));
	check_eq(fd_state(fd), ESTABLISHED);
}

/* SHLD-20: it may be switched off again. */
WIRE_TEST(report, may_be_switched_off)
{
	int fd = open_sent(w);

	ask_for_errors(w, fd, 1);
	expect_told(w, fd, HOST);
	ask_for_errors(w, fd, 0);
	inject_trouble(w, HOST);
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
	inject_trouble(w, NET);
	check(wait_fd(fd, POLLIN, 20000) & POLLERR);
	check_eq(so_error(fd), ENETUNREACH);
	check_eq(fd_state(fd), CLOSE);
}

TEST_HARNESS_MAIN
