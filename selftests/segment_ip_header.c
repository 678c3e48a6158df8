// SPDX-License-Identifier: GPL-2.0
/*
 * What the program may choose of the IP header: the Diffserv field, RFC 9293
 * 3.9.1.9, and the time to live, 3.9.2.
 */
#include "lib/test.h"

WIRE4_FIXTURE(header)

#define AF11	0x28
#define EF	0xb8
#define HOPS	17
#define DEFAULT_HOPS	64

static void be_chosen(int fd, int tos, int ttl)
{
	set_opt(fd, IPPROTO_IP, IP_TOS, tos);
	set_opt(fd, IPPROTO_IP, IP_TTL, ttl);
}

/* Not bound, so that the options come before the SYN. */
static int connect_chosen(struct wire *w, int tos, int ttl)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(AF_INET);

	w->local_port = 0;
	set_nonblock(fd, true);
	be_chosen(fd, tos, ttl);
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	return fd;
}

/* The defaults: best effort, and as many hops as the administrator says. */
WIRE_TEST(header, defaults)
{
	int fd;

	fd = open_active(w);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = 0, .ttl = DEFAULT_HOPS);
	close_abort(fd);
	expect(w, RST | ACK, .tos = 0, .ttl = DEFAULT_HOPS);
	proc_sys_write("net/ipv4/ip_default_ttl", "99");
	wire_restart(w, 500000);
	wire_connect(w);
	expect(w, SYN, .tos = 0, .ttl = 99);
}

/* MUST-48, MUST-49, SHLD-22: every segment, from the SYN to the last ACK. */
WIRE_TEST(header, active_open_sends_what_was_chosen)
{
	int fd = connect_chosen(w, AF11, HOPS);

	expect(w, SYN, .tos = AF11, .ttl = HOPS);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK, .tos = AF11, .ttl = HOPS);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = AF11, .ttl = HOPS);
	/* Once more, for lack of an answer. */
	expect(w, ACK | PSH, .seq = 1, .len = 10, .tos = AF11, .ttl = HOPS);
	inject(w, ACK);
	close(fd);
	expect(w, FIN | ACK, .tos = AF11, .ttl = HOPS);
	inject(w, FIN | ACK);
	expect(w, ACK, .tos = AF11, .ttl = HOPS);
}

/* What is left of the connection as well; the kernel's forgets the TTL. */
WIRE_TEST(header, time_wait_sends_what_was_chosen)
{
	int fd = open_passive(w);

	sysctl_set("invalid_ratelimit", 0);
	be_chosen(fd, AF11, HOPS);
	close(fd);
	expect(w, FIN | ACK, .seq = 1, .tos = AF11, .ttl = HOPS);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2, .tos = AF11, .ttl = HOPS);
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2, .tos = AF11,
	       .ttl = stack_is_kernel() ? DEFAULT_HOPS : HOPS);
}

/* A listener's choice holds for its SYN-ACKs, and for whom it accepts. */
WIRE_TEST(header, passive_open_sends_what_the_listener_chose)
{
	int listener = wire_listen(w), fd;

	be_chosen(listener, AF11, HOPS);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .tos = AF11, .ttl = HOPS);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .tos = AF11, .ttl = HOPS);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(get_opt(fd, IPPROTO_IP, IP_TOS), AF11);
	check_eq(get_opt(fd, IPPROTO_IP, IP_TTL), HOPS);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = AF11, .ttl = HOPS);
	close_abort(fd);
	expect(w, RST | ACK, .tos = AF11, .ttl = HOPS);
}

/* SHLD-21: it may change as long as there is a connection. */
WIRE_TEST(header, choice_may_change_on_the_way)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = 0, .ttl = DEFAULT_HOPS);
	inject(w, ACK);
	be_chosen(fd, EF, 255);
	send_pattern(fd, 10, 10);
	expect(w, ACK | PSH, .len = 10, .tos = EF, .ttl = 255);
	inject(w, ACK);
	be_chosen(fd, AF11, -1);
	send_pattern(fd, 20, 10);
	expect(w, ACK | PSH, .len = 10, .tos = AF11, .ttl = DEFAULT_HOPS);
}

/* SHLD-23: each direction has its own; what comes in changes nothing. */
WIRE_TEST(header, received_choice_is_not_taken_over)
{
	int listener = wire_listen(w), fd;

	be_chosen(listener, AF11, HOPS);
	inject(w, SYN, .tos = EF, .ttl = 3, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .tos = AF11, .ttl = HOPS);
	inject(w, ACK, .tos = EF, .ttl = 3);
	fd = wire_accept(listener);
	inject(w, ACK | PSH, .len = 10, .tos = EF, .ttl = 3);
	expect(w, ACK, .tos = AF11, .ttl = HOPS);
	recv_pattern(fd, 0, 10);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = AF11, .ttl = HOPS);
}

/* The two bits of ECN are TCP's own, whatever the program writes there. */
WIRE_TEST(header, ecn_bits_are_not_the_programs)
{
	int fd = connect_chosen(w, AF11 | 3, HOPS);

	expect(w, SYN, .tos = AF11);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK, .tos = AF11);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = AF11);
}

TEST_HARNESS_MAIN
