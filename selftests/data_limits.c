// SPDX-License-Identifier: GPL-2.0
/* What a program may forbid the wire: windows, segment sizes, hops. */
#include <linux/sock_diag.h>
#include <sys/resource.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

WIRE_FIXTURE(limits)

static int listen_clamped(struct wire *w, int clamp)
{
	int listener = wire_listen(w);

	set_opt(listener, IPPROTO_TCP, TCP_WINDOW_CLAMP, clamp);
	return listener;
}

/* What is told of a clamp: Linux 6.12 outgrows it with its buffer, 6.1 does not. */
static int clamped(int clamp)
{
	return stack_is_kernel() ? 65535 : clamp;
}

/* TCP_WINDOW_CLAMP bounds the window of the SYN-ACK and all that follow. */
WIRE_TEST(limits, window_clamp_is_inherited)
{
	int listener = listen_clamped(w, 5000), fd, i;

	inject(w, SYN, .opts = { MSS(1460), NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), NOP, WS(0) });
	check_le(w->last.raw.wnd, 5000);
	check_ge(w->last.raw.wnd, 1460);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP), 5000);
	for (i = 0; i < 10; i++) {
		inject(w, ACK | PSH, .len = 1000);
		expect(w, ACK);
		check_le(w->last.raw.wnd, clamped(5000));
		recv_pattern(fd, 1000 * i, 1000);
		drain(w);
		check_le(w->last.raw.wnd, clamped(5000));
	}
	check_ge(w->last.raw.wnd, 1000);
}

/* Later, it takes nothing back (SHLD-14), but promises no more. */
WIRE_TEST(limits, window_clamp_of_a_connection)
{
	int fd = open_passive(w), i;
	int64_t edge = w->last.raw.wnd + 1, ack = 1;

	set_opt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, 5000);
	check_gt(edge, 20000);
	for (i = 0; ack + 1400 <= edge; i++) {
		inject(w, ACK | PSH, .len = 1400);
		recv_pattern(fd, 1400 * i, 1400);
		ack += 1400;
		while (receive(w, 0))
			check_ge(w->last.s.ack + w->last.s.wnd, edge);
	}
	inject(w, ACK | PSH, .len = 1);
	recv_pattern(fd, 1400 * i, 1);
	inject(w, ACK | PSH, .len = 1);
	expect(w, ACK, .ack = ANY);
	drain(w);
	check_le(w->last.raw.wnd, clamped(5000));
}

/* TCP_MAXSEG is a matter of the handshake: a connection keeps what it has. */
WIRE_TEST(limits, maxseg_comes_too_late_for_a_connection)
{
	int fd = open_passive(w), mss = wire_mtu_mss(w, 1500);

	set_opt(fd, IPPROTO_TCP, TCP_MAXSEG, 500);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_MAXSEG), mss);
	send_pattern(fd, 0, mss);
	expect(w, ACK | PSH, .len = mss);
	/* Fragmentation needed, on a link of 1000 bytes. */
	if (w->family == AF_INET6)
		inject_icmp(w, 2, 0, .info = 1300, .seq = 1);
	else
		inject_icmp(w, 3, 4, .info = 1300, .seq = 1);
	expect(w, ACK | ANYPSH, .seq = 1, .len = wire_mtu_mss(w, 1300));
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_MAXSEG), wire_mtu_mss(w, 1300));
}

/*
 * When the buffer is full, what lies farthest behind the hole gives way to what is
 * nearer: the peer sends it again last. What was given up is reported no more (RFC
 * 2018 8).
 */
WIRE_TEST(limits, what_is_farthest_gives_way)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK), i;

	set_opt(fd, SOL_SOCKET, SO_RCVBUF, 1);
	for (i = 9; i; i--) {
		inject(w, ACK | PSH, .seq = 2001 + 2000 * i, .len = 1400,
		       .keep = true);
		expect(w, ACK, .ack = 1);
	}
	inject(w, ACK | PSH, .seq = 2001, .len = 1400, .keep = true);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(2001, 3401) });
	inject(w, ACK | PSH, .seq = 1, .len = 2000);
	expect(w, ACK, .ack = 3401, .opts = { NONE });
	recv_pattern(fd, 0, 3400);
}

/* What is next in order finds room, whatever stands behind the hole. */
WIRE_TEST(limits, what_is_in_order_is_taken_before_all_else)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK), i;

	for (i = 0; i < 20; i++) {
		inject(w, ACK | PSH, .seq = 2001 + 2000 * i, .len = 1400,
		       .keep = true);
		expect(w, ACK, .ack = 1);
	}
	set_opt(fd, SOL_SOCKET, SO_RCVBUF, 1);
	inject(w, ACK | PSH, .seq = 1, .len = 1000);
	expect(w, ACK, .ack = 1001);
	recv_pattern(fd, 0, 1000);
}

WIRE4_FIXTURE(ttl)

/* IP_MINTTL, RFC 5082: who is far away is not heard. */
WIRE_TEST(ttl, from_afar_is_not_heard)
{
	int listener = wire_listen(w), fd;

	set_opt(listener, IPPROTO_IP, IP_MINTTL, 255);
	inject(w, SYN, .ttl = 254, .keep = true);
	expect_none(w, 0);
	expect_listed(w, CLOSE);
	inject(w, SYN, .ttl = 255, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK, .ttl = 255);
	fd = wire_accept(listener);
	check_eq(get_opt(fd, IPPROTO_IP, IP_MINTTL), 255);
	inject(w, ACK | PSH, .len = 10, .ttl = 254, .keep = true);
	expect_none(w, 0);
	inject(w, RST, .ttl = 254, .keep = true);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 10, .ttl = 255);
	expect(w, ACK, .ack = 11);
	/* Nor is what a router between says about it. */
	send_pattern(fd, 0, 1000);
	expect(w, ACK | PSH, .len = 1000);
	inject_icmp(w, 3, 4, .info = 700, .seq = 1);
	expect_none(w, 0);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_MAXSEG), 1460);
}

#define IDLERS	2500		/* sockets that share the memory there is */
#define PAGES	2000		/* all of it */
#define HELD	(4 << 20)	/* by one, octets: more than the CPUs do not tell of */
#define LEAST	65536

WIRE_FIXTURE(memory)

/* Above the first limit, and below the last: a socket's share is less than a page. */
static void run_short(void *mem)
{
	char limits[32];

	sysctl_get_text("mem", mem, 64);
	snprintf(limits, sizeof(limits), "0 0 %d", PAGES);
	sysctl_set_text("mem", limits);
}

static void write_mem(void *mem)
{
	sysctl_set_text("mem", mem);
}

struct least {
	const char *name;
	int least, first;
};

static void write_least(void *arg)
{
	const struct least *l = arg;
	char text[64];

	snprintf(text, sizeof(text), "%d %d 4194304", l->least, l->first);
	sysctl_set_text(l->name, text);
}

/* MyTCP's is the first namespace's. */
static void set_least(const char *name, int least, int first)
{
	struct least l = { .name = name, .least = least, .first = first };

	write_least(&l);
	if (!stack_is_kernel())
		in_first_namespace(write_least, &l);
}

static void share_memory(struct wire *w)
{
	struct rlimit files = { IDLERS + 100, IDLERS + 100 };
	int i, fd[2];

	check_ok(setrlimit(RLIMIT_NOFILE, &files));
	for (i = 0; i < IDLERS; i++)
		check_ok(stack_socket(w->family));
	pair(subject(), fd);
	set_opt(fd[0], SOL_SOCKET, SO_SNDBUFFORCE, HELD / 2);
	stuff(fd[0]);
	check_ge(meminfo(fd[0], SK_MEMINFO_WMEM_QUEUED), HELD);
}

/* What lies in the receive buffer when no more is taken. */
static int received(struct wire *w, int rmem)
{
	char mem[64];
	int fd, i, lies;

	set_least("rmem", rmem, 131072);
	fd = open_passive(w);
	in_first_namespace(run_short, mem);
	for (i = 0; i < 40; i++) {
		inject(w, ACK | PSH, .len = 1400);
		drain(w);
	}
	lies = meminfo(fd, SK_MEMINFO_RMEM_ALLOC);
	in_first_namespace(write_mem, mem);
	set_least("rmem", 4096, 131072);
	printf("# %d of %d\n", lies, rmem);
	return lies;
}

/* tcp(7): what is guaranteed when memory is short is the first field of rmem. */
WIRE_TEST(memory, that_is_short_leaves_each_the_least_to_receive)
{
	share_memory(w);
	check_ge(received(w, LEAST), LEAST);
}

WIRE_TEST(memory, that_is_short_leaves_no_more_to_receive)
{
	share_memory(w);
	check_lt(received(w, 4096), LEAST / 2);
}

/* The same of the send buffer. */
static int queued(struct wire *w, int wmem)
{
	char mem[64];
	int fd, lies;

	set_least("wmem", wmem, 4 * LEAST);
	fd = open_passive(w);
	in_first_namespace(run_short, mem);
	fill(fd);
	lies = meminfo(fd, SK_MEMINFO_WMEM_QUEUED);
	in_first_namespace(write_mem, mem);
	set_least("wmem", 4096, 16384);
	printf("# %d of %d\n", lies, wmem);
	return lies;
}

WIRE_TEST(memory, that_is_short_leaves_each_the_least_to_send)
{
	share_memory(w);
	check_ge(queued(w, LEAST), LEAST);
}

WIRE_TEST(memory, that_is_short_leaves_no_more_to_send)
{
	share_memory(w);
	check_lt(queued(w, 4096), LEAST);
}

TEST_HARNESS_MAIN
