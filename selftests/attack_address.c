// SPDX-License-Identifier: GPL-2.0
/*
 * Segments from and to addresses that are not the peer's, or nobody's: A40 and A41
 * of Documentation/attacks.rst.
 */
#include "lib/attack.h"
#include "lib/test.h"

#define FORGED	50

WIRE4_FIXTURE(address)

/*
 * A40: a connection is four numbers. Who has the right sequence numbers, but
 * another address or port, is somebody else: what he sends is reset or ignored, and
 * the connection neither follows him nor notices.
 */
static void from_elsewhere(struct wire *w, const char *src, int port)
{
	struct attack a[1];
	struct wire other[1];
	int fd = open_passive(w), i;

	wire_fork(other, w, 40001);
	other->any_port = true;
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++) {
		inject(w, ACK | PSH, .src = src, .sport = port, .len = 10,
		       .keep = true);
		inject(w, FIN | ACK, .src = src, .sport = port, .keep = true);
		inject(w, RST, .src = src, .sport = port);
		while (receive(other, 0)) {
			check_eq(other->last.s.flags, RST);
			a->taken++;
		}
	}
	/* One for each of two; what has an ACK is the kernel's to answer. */
	check_eq(a->taken, 2 * FORGED);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
	wire_close(other);
}

WIRE_TEST(address, of_another_host_is_another_connection)
{
	from_elsewhere(w, "192.0.2.77", 40000);
}

WIRE_TEST(address, with_another_port_is_another_connection)
{
	from_elsewhere(w, NULL, 40077);
}

/* A40: nor does it open a second one beside it, or take the place of the first. */
WIRE_TEST(address, of_another_host_opens_its_own_connection)
{
	struct attack a[1];
	struct wire other[1];
	int fd = open_passive(w), listener = wire_listen(w), fd2;

	wire_fork(other, w, 40000);
	other->peer = addr_parse("192.0.2.77");
	attack_begin(a, w, fd);
	inject(other, SYN, .opts = { MSS(1460) });
	expect(other, SYN | ACK);
	inject(other, ACK);
	fd2 = wire_accept(listener);
	a->taken = 1;
	attack_over(a, ANSWERS(0, .objects = 1));
	attack_exchange(a);
	check_eq(fd_state(fd2), ESTABLISHED);
	wire_close(other);
}

/* A listener on every address there is. */
static int listen_everywhere(struct wire *w)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(w->local_port),
	};
	int fd = stack_socket(AF_INET);

	check_ok(bind(fd, (struct sockaddr *)&any, sizeof(any)));
	check_ok(listen(fd, 100));
	set_nonblock(fd, true);
	return fd;
}

/* A41, MUST-57: what is for many is for no connection, and nobody is told. */
WIRE_TEST(address, of_many_is_nobodys)
{
	static const char *const to[] = {
		"224.0.0.1", "255.255.255.255", "192.0.2.255", "192.0.2.0",
		"0.0.0.0",
	};
	static const int flags[] = { SYN, ACK, FIN, 0, FIN | PSH | URG };
	struct attack a[1];
	int listener = listen_everywhere(w);
	unsigned int i, j;

	w->any_port = true;
	attack_begin(a, w, -1);
	for (i = 0; i < sizeof(to) / sizeof(*to); i++)
		for (j = 0; j < sizeof(flags) / sizeof(*flags); j++)
			inject(w, flags[j], .dst = to[i], .keep = true);
	attack_over(a, NO_ANSWER, DROP(DropSource, SOME),
		    DROP(DropNoRoute, WHATEVER), DROP(DropFlags, WHATEVER),
		    COUNT(ListenDrops, WHATEVER));
	expect_no_accept(listener);
	check_eq(listing_read(AF_INET, NULL, 0), 1);
}

/*
 * A41, MUST-63: nor does a connection begin with who cannot be a host: a group, a
 * loopback address off the wire, ourselves, nobody. The broadcast address of a
 * network IP leaves to TCP, and the kernel's answers it.
 */
WIRE_TEST(address, of_no_host_begins_nothing)
{
	static const char *const from[] = {
		"0.0.0.0", "127.0.0.1", "127.255.255.254",
		"224.0.0.1", "239.1.2.3", "255.255.255.255", "192.0.2.1",
		"192.0.2.255",
	};
	struct attack a[1];
	int listener = listen_everywhere(w), port;
	unsigned int i;

	w->any_port = true;
	attack_begin(a, w, -1);
	for (i = 0; i < sizeof(from) / sizeof(*from); i++) {
		if (stack_is_kernel() && i == sizeof(from) / sizeof(*from) - 1)
			break;
		wire_note(w, "from %s", from[i]);
		for (port = 1; port <= FORGED; port++) {
			inject(w, SYN, .src = from[i], .sport = port,
			       .keep = true, .opts = { MSS(1460) });
			expect_none(w, 0);
		}
	}
	/* IP drops most of them. */
	attack_over(a, NO_ANSWER, DROP(DropSource, WHATEVER),
		    DROP(DropNoRoute, WHATEVER),
		    COUNT(ListenDrops, WHATEVER));
	expect_no_accept(listener);
	check_eq(listing_read(AF_INET, NULL, 0), 1);
}

TEST_HARNESS_MAIN
