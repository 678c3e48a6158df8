// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data on the wire, RFC 9293 3.8.5 and RFC 6093; A28. What programs make
 * of it over a whole connection is in api_urgent.c.
 */
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "lib/test.h"

WIRE_FIXTURE(urgent)

static volatile int sigurgs;

static void on_sigurg(int sig)
{
	(void)sig;
	sigurgs++;
}

/* A connection whose owner hears of urgent data. */
static int open_heard(struct wire *w)
{
	int fd = open_passive(w);

	sigurgs = 0;
	signal(SIGURG, on_sigurg);
	check_ok(fcntl(fd, F_SETOWN, getpid()));
	return fd;
}

static int at_mark(int fd)
{
	int mark = -1;

	check_ok(ioctl(fd, SIOCATMARK, &mark));
	return mark;
}

static int unread(int fd)
{
	int n = -1;

	check_ok(ioctl(fd, SIOCINQ, &n));
	return n;
}

static void expect_urgent_octet(int fd, uint64_t at)
{
	uint8_t octet;

	check(wait_fd(fd, POLLPRI, 10000) & POLLPRI);
	check_eq(recv(fd, &octet, 1, MSG_OOB), 1);
	check_eq(octet, pattern(at));
}

static void expect_no_urgent_octet(int fd)
{
	check_err(recv(fd, &(char){ 0 }, 1, MSG_OOB), EINVAL);
	check(!(wait_fd(fd, POLLPRI, 0) & POLLPRI));
}

/*
 * MUST-30, MUST-62: a SEND with URG sets the pointer. As every system in use
 * (RFC 6093 3.1, and MUST-62 since RFC 9293) it points behind the last octet.
 */
WIRE_TEST(urgent, pointer_is_sent_with_the_data)
{
	int fd = open_passive(w);

	check_eq(send(fd, "abc", 3, MSG_OOB), 3);
	expect(w, ACK | PSH | URG, TEXT("abc"), .seq = 1, .urg = 3);
	inject(w, ACK);
	/* And no other segment has it. */
	send_pattern(fd, 3, 10);
	expect(w, ACK | PSH, .len = 10, .urg = 0);
}

/* Ordinary data in front counts; data behind is not urgent. */
WIRE_TEST(urgent, pointer_counts_from_the_segment)
{
	int fd;

	w->wnd = 0;
	fd = open_passive(w, MSS(1000));
	send_pattern(fd, 0, 1500);
	check_eq(send(fd, "UV", 2, MSG_OOB), 2);
	send_pattern(fd, 1502, 1000);
	inject(w, ACK, .wnd = 10000);
	while (w->rcv_nxt < 2503) {
		check(receive(w, 1000));
		if (w->last.s.seq < 1503) {
			check(w->last.s.flags & URG);
			check_eq(w->last.s.urg, 1503 - w->last.s.seq);
		} else {
			check(!(w->last.s.flags & URG));
		}
	}
	inject(w, ACK);
}

/* A segment that is sent again says it again. */
WIRE_TEST(urgent, pointer_is_retransmitted)
{
	int fd = open_passive(w);

	check_eq(send(fd, "abc", 3, MSG_OOB), 3);
	expect(w, ACK | PSH | URG, .seq = 1, .len = 3, .urg = 3);
	expect(w, ACK | PSH | URG, .seq = 1, .len = 3, .urg = 3);
	inject(w, ACK);
}

/*
 * MUST-31: urgent data of any length. The pointer has 16 bits: what is further
 * away is announced as far as they reach, in every segment up to it.
 */
WIRE_TEST_TIMEOUT(urgent, pointer_reaches_over_64_kilobytes, 60)
{
	const uint32_t up = 1 + 150000 + 1;
	uint32_t ahead;
	int fd;

	w->wnd = 0;
	fd = open_passive(w, MSS(1400));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	send_pattern(fd, 0, 150000);
	check_eq(send(fd, "U", 1, MSG_OOB), 1);
	while (w->rcv_nxt < up) {
		inject(w, ACK, .wnd = 65535);
		check(receive(w, 5000));
		do {
			/* The probes of the closed window. */
			if (!w->last.s.len)
				continue;
			ahead = up - w->last.s.seq;
			check_eq(w->last.s.flags & ~PSH, ACK | URG);
			check_eq(w->last.s.urg, ahead < 65535 ? ahead : 65535);
		} while (receive(w, 0));
	}
}

/* Is the window closed, the peer is told all the same (MUST-32 at its end). */
WIRE_TEST(urgent, probe_announces_urgent_data)
{
	int fd;

	w->wnd = 0;
	fd = open_passive(w);
	send_pattern(fd, 0, 100);
	check_eq(send(fd, "U", 1, MSG_OOB), 1);
	expect(w, ACK | URG, .seq = ANY);
	/* In front of the window, or at its edge. */
	check_le(w->last.s.seq, 1);
	check_eq(w->last.s.seq + w->last.s.urg, 102);
}

/* MUST-32: the program is told, by signal and by poll; MUST-33: how far it is. */
WIRE_TEST(urgent, program_is_told)
{
	struct epoll_event ev = { .events = EPOLLPRI };
	int fd = open_heard(w), ep = check_ok(epoll_create1(0));

	check_ok(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	inject(w, ACK | PSH | URG, .len = 10, .urg = 10);
	check_eq(sigurgs, 1);
	check_eq(epoll_wait(ep, &ev, 1, 10000), 1);
	check(ev.events & EPOLLPRI);
	/* Nine octets are between the reader and the mark. */
	check_eq(unread(fd), 9);
	check_eq(at_mark(fd), 0);
	recv_pattern(fd, 0, 9);
	check_eq(at_mark(fd), 1);
	expect_urgent_octet(fd, 9);
	check_eq(epoll_wait(ep, &ev, 1, 0), 0);
}

/* MUST-32: told at once, even if the octet itself is not there yet. */
WIRE_TEST(urgent, announcement_comes_before_the_data)
{
	int fd = open_heard(w);

	inject(w, ACK | URG, .urg = 300);
	check_eq(sigurgs, 1);
	check_err(recv(fd, &(char){ 0 }, 1, MSG_OOB), EAGAIN);
	inject(w, ACK | PSH | URG, .len = 100, .urg = 300);
	inject(w, ACK | PSH | URG, .len = 100, .urg = 200);
	check_eq(sigurgs, 1);
	check_err(recv(fd, &(char){ 0 }, 1, MSG_OOB), EAGAIN);
	inject(w, ACK | PSH | URG, .len = 150, .urg = 100);
	/* One announcement, however often it is repeated. */
	check_eq(sigurgs, 1);
	expect_urgent_octet(fd, 299);
	recv_pattern(fd, 0, 299);
	check_eq(at_mark(fd), 1);
	recv_pattern(fd, 300, 50);
}

/* MUST-31: the mark may be 64 KB ahead of the first octet. */
WIRE_TEST(urgent, mark_far_ahead)
{
	int fd = open_heard(w), at;

	inject(w, ACK | PSH | URG, .len = 1000, .urg = 65535);
	check_eq(sigurgs, 1);
	recv_pattern(fd, 0, 1000);
	drain(w);
	for (at = 1000; at < 65000; at += 1000) {
		inject(w, ACK | PSH | URG, .len = 1000, .urg = 65535 - at);
		recv_pattern(fd, at, 1000);
		check_eq(at_mark(fd), 0);
		drain(w);
	}
	inject(w, ACK | PSH | URG, .len = 1000, .urg = 535);
	recv_pattern(fd, 65000, 534);
	check_eq(at_mark(fd), 1);
	expect_urgent_octet(fd, 65534);
	recv_pattern(fd, 65535, 465);
	check_eq(sigurgs, 1);
}

/* A28: a pointer of 0; the octet before the segment is no urgent one. */
WIRE_TEST(urgent, pointer_of_zero)
{
	int fd = open_heard(w);

	inject(w, ACK | PSH, .len = 10);
	inject(w, ACK | PSH | URG, .len = 10, .urg = 0);
	/* It is taken for the first octet, as the kernel's TCP does. */
	expect_urgent_octet(fd, 10);
	recv_pattern(fd, 0, 10);
	recv_pattern(fd, 11, 9);
	inject(w, ACK | URG, .urg = 0);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10);
	drain(w);
	check_eq(w->last.s.ack, 31);
}

/* A28: a pointer to what has been read is no news. */
WIRE_TEST(urgent, pointer_into_old_data_is_ignored)
{
	int fd = open_heard(w);

	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK);
	recv_pattern(fd, 0, 100);
	inject(w, ACK | PSH | URG, .seq = 1, .len = 100, .urg = 50,
	       .keep = true);
	expect(w, ACK, .ack = 101);
	check_eq(sigurgs, 0);
	expect_no_urgent_octet(fd);
	/* Nor is one behind what was received, though not read. */
	inject(w, ACK | PSH, .len = 100);
	inject(w, ACK | URG, .seq = 101, .urg = 50, .keep = true);
	check_eq(sigurgs, 0);
	expect_no_urgent_octet(fd);
	recv_pattern(fd, 100, 100);
}

/* RFC 6093 2.2: of two marks the later one counts; the other is plain data. */
WIRE_TEST(urgent, later_mark_takes_the_place_of_the_earlier)
{
	int fd = open_heard(w);

	inject(w, ACK | PSH | URG, .len = 10, .urg = 10);
	inject(w, ACK | PSH | URG, .len = 10, .urg = 10);
	check_eq(sigurgs, 2);
	expect_urgent_octet(fd, 19);
	recv_pattern(fd, 0, 19);
	check_eq(unread(fd), 0);
	/* An older mark does not come back. */
	inject(w, ACK | PSH | URG, .seq = 1, .len = 20, .urg = 10,
	       .keep = true);
	check_eq(sigurgs, 2);
}

/* SO_OOBINLINE: the octet stays where it is, the mark in front of it. */
WIRE_TEST(urgent, inline_octet_stays_in_the_stream)
{
	int fd = open_heard(w);
	char buf[32];

	set_opt(fd, SOL_SOCKET, SO_OOBINLINE, 1);
	inject(w, ACK | PSH | URG, .len = 20, .urg = 10);
	check_eq(sigurgs, 1);
	check_err(recv(fd, buf, 1, MSG_OOB), EINVAL);
	check_eq(recv(fd, buf, sizeof(buf), 0), 9);
	check_eq(at_mark(fd), 1);
	recv_pattern(fd, 9, 11);
	check_eq(at_mark(fd), 0);
}

/* The urgent octet behind a hole: told at once, readable at its turn. */
WIRE_TEST(urgent, urgent_octet_behind_a_hole)
{
	int fd = open_heard(w);

	inject(w, ACK | PSH | URG, .seq = 101, .len = 10, .urg = 5,
	       .keep = true);
	check_eq(sigurgs, 1);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	w->snd_nxt = 111;
	drain(w);
	check_eq(w->last.s.ack, 111);
	recv_pattern(fd, 0, 104);
	check_eq(at_mark(fd), 1);
	recv_pattern(fd, 105, 5);
}

/* MUST-62: the setting stdurg makes it RFC 1122's: at the last octet itself. */
WIRE_TEST(urgent, stdurg_setting_moves_the_pointer)
{
	int fd;

	sysctl_set("stdurg", 1);
	fd = open_heard(w);
	inject(w, ACK | PSH | URG, .len = 10, .urg = 3);
	expect_urgent_octet(fd, 3);
	recv_pattern(fd, 0, 3);
	recv_pattern(fd, 4, 6);
	drain(w);
	/* The kernel's own obeys only in what it receives. */
	check_eq(send(fd, "abc", 3, MSG_OOB), 3);
	expect(w, ACK | PSH | URG, .len = 3,
	       .urg = stack_is_kernel() ? 3 : 2);
}

TEST_HARNESS_MAIN
