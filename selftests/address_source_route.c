// SPDX-License-Identifier: GPL-2.0
/*
 * IP source routes, RFC 9293 3.9.2.1, RFC 1122 3.2.1.8. The wire takes every
 * address, so routers need not be there: what counts is the IP header.
 */
#include "lib/test.h"

WIRE4_FIXTURE(source)

#define LSRR	131
#define SSRR	137
#define USED	0	/* pointer behind the last address: the route is complete */
#define FRESH	4
/* Two routers, and another one. */
#define R1	192, 0, 2, 10
#define R2	192, 0, 2, 11
#define R3	192, 0, 2, 12
#define PEER	192, 0, 2, 2

/* An option of one or two addresses, filled up to words with NOP or zero. */
struct route {
	uint8_t b[12];
	int len;
};

#define ROUTE1(kind, at, a) \
	((struct route){ { kind, 7, (at) ?: 8, a, 0 }, 8 })
#define ROUTE2(kind, at, a, b) \
	((struct route){ { kind, 11, (at) ?: 12, a, b, 0 }, 12 })

static void set_route(int fd, struct route r)
{
	check_ok(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, r.b, r.len));
}

/* IP drops what has a source route unless it is told not to. */
static void accept_routes(struct wire *w)
{
	char path[80];

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/accept_source_route",
		 wire_dev(w));
	proc_sys_write("net/ipv4/conf/all/accept_source_route", "1");
	proc_sys_write(path, "1");
}

/* The segment last received goes to @hop first, and from there by @r. */
static void check_route(struct wire *w, const char *hop, struct route r)
{
	struct addr a = addr_parse(hop);

	if (!addr_equal(&w->last.raw.hop, &a))
		test_fail("the segment does not go to %s", hop);
	check_eq(w->last.raw.ipoptlen, r.len);
	check(!memcmp(w->last.raw.ipopt, r.b, r.b[1]));
}

#define R1_TEXT	"192.0.2.10"
#define R2_TEXT	"192.0.2.11"
#define R3_TEXT	"192.0.2.12"

/* The SYN of an active open that is given the way by R1 and R2. */
static int connect_by_two(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(AF_INET);

	w->local_port = 0;
	set_nonblock(fd, true);
	set_route(fd, ROUTE2(LSRR, FRESH, R1, R2));
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	expect(w, SYN);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	return fd;
}

/* MUST-51: the program gives the way, and every segment takes it. */
WIRE_TEST(source, active_open_follows_the_route_given)
{
	int fd = connect_by_two(w);

	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	inject(w, ACK);
	close(fd);
	expect(w, FIN | ACK);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	inject(w, FIN | ACK, .seq = 1);
	expect(w, ACK);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	/* What is left of the connection as well; the kernel's forgets it. */
	sysctl_set("invalid_ratelimit", 0);
	inject(w, FIN | ACK, .seq = 1);
	expect(w, ACK);
	if (!stack_is_kernel())
		check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
}

/* MUST-16: the option takes room, which a full segment must leave. */
WIRE_TEST(source, route_takes_room_of_the_segment)
{
	int fd = connect_by_two(w);

	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	send_pattern(fd, 0, 3000);
	expect(w, ACK | ANYPSH, .len = 1448);
	expect(w, ACK | ANYPSH, .len = 1448);
	expect(w, ACK | PSH, .len = 104);
}

/* MUST-51: it may be given, and taken back, while there is a connection. */
WIRE_TEST(source, route_may_change_on_the_way)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 1460);
	expect(w, ACK | PSH, .len = 1460);
	check_eq(w->last.raw.ipoptlen, 0);
	inject(w, ACK);
	set_route(fd, ROUTE1(LSRR, FRESH, R1));
	send_pattern(fd, 1460, 1460);
	expect(w, ACK | ANYPSH, .len = 1452);
	/* The kernel's goes where the first segment went. */
	if (!stack_is_kernel())
		check_route(w, R1_TEXT, ROUTE1(LSRR, FRESH, PEER));
	expect(w, ACK | PSH, .len = 8);
	inject(w, ACK);
	check_ok(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, NULL, 0));
	send_pattern(fd, 2920, 1460);
	expect(w, ACK | PSH, .len = 1460);
	check_eq(w->last.raw.ipoptlen, 0);
}

/* MUST-51: a strict route stays one. */
WIRE_TEST(source, strict_route_is_strict)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(AF_INET);

	w->local_port = 0;
	set_nonblock(fd, true);
	set_route(fd, ROUTE1(SSRR, FRESH, R1));
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	expect(w, SYN);
	check_route(w, R1_TEXT, ROUTE1(SSRR, FRESH, PEER));
}

/* MUST-52: the way that the program gave, whatever way the answer took. */
WIRE_TEST(source, route_given_wins_over_one_received)
{
	struct route other = ROUTE1(LSRR, USED, R3);
	int fd = connect_by_two(w);

	accept_routes(w);
	inject(w, SYN | ACK, .opts = { MSS(1460) }, .ipopt = other.b,
	       .ipoptlen = other.len);
	expect(w, ACK);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	inject(w, ACK | PSH, .len = 10, .ipopt = other.b,
	       .ipoptlen = other.len);
	expect(w, ACK, .ack = 11);
	check_route(w, R1_TEXT, ROUTE2(LSRR, FRESH, R2, PEER));
	recv_pattern(fd, 0, 10);
}

/* A SYN that has come by @way; the SYN-ACK goes to @hop, and on by @back. */
static int listen_for(struct wire *w, struct route way, const char *hop,
		      struct route back)
{
	int listener = wire_listen(w);

	accept_routes(w);
	inject(w, SYN, .opts = { MSS(1460) }, .ipopt = way.b,
	       .ipoptlen = way.len);
	expect(w, SYN | ACK);
	check_route(w, hop, back);
	return listener;
}

/* MUST-53: a passive open answers the way the SYN came, to the very end. */
WIRE_TEST(source, passive_open_answers_by_the_return_route)
{
	struct route back = ROUTE2(LSRR, FRESH, R1, PEER);
	int fd, listener;

	listener = listen_for(w, ROUTE2(LSRR, USED, R1, R2), R2_TEXT, back);
	/* The third segment has none: the SYN's way counts. */
	inject(w, ACK);
	fd = wire_accept(listener);
	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK, .ack = 11);
	check_route(w, R2_TEXT, back);
	recv_pattern(fd, 0, 10);
	send_pattern(fd, 0, 2000);
	expect(w, ACK | ANYPSH, .len = 1448);
	check_route(w, R2_TEXT, back);
	expect(w, ACK | PSH, .len = 552);
	check_route(w, R2_TEXT, back);
	inject(w, FIN | ACK);
	expect(w, ACK);
	close(fd);
	expect(w, FIN | ACK);
	check_route(w, R2_TEXT, back);
}

/* MUST-53: so does each SYN-ACK, and what else SYN-RECEIVED answers. */
WIRE_TEST(source, half_open_connection_answers_by_the_return_route)
{
	struct route way = ROUTE1(LSRR, USED, R1);
	struct route back = ROUTE1(LSRR, FRESH, PEER);

	sysctl_set("invalid_ratelimit", 0);
	listen_for(w, way, R1_TEXT, back);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0);
	check_route(w, R1_TEXT, back);
	/* Outside the window. */
	inject(w, ACK, .seq = 1000000, .keep = true);
	expect(w, ACK, .seq = 1);
	if (!stack_is_kernel())
		check_route(w, R1_TEXT, back);
}

/* RFC 1122 3.2.1.8: a strict way is strict back, and the source no hop of it. */
WIRE_TEST(source, return_route_is_well_formed)
{
	struct route way = ROUTE2(SSRR, USED, PEER, R1);
	int listener;

	listener = listen_for(w, way, R1_TEXT, ROUTE1(SSRR, FRESH, PEER));
	inject(w, ACK);
	send_pattern(wire_accept(listener), 0, 10);
	expect(w, ACK | PSH, .len = 10);
	check_route(w, R1_TEXT, ROUTE1(SSRR, FRESH, PEER));
}

/* The pointer of a SYN may lie anywhere behind the route. */
WIRE_TEST(source, pointer_far_behind_is_survived)
{
	listen_for(w, ROUTE2(LSRR, 255, R1, R2), R2_TEXT,
		   ROUTE2(LSRR, FRESH, R1, PEER));
}

/* Nobody is to be led anywhere: a SYN that names no router is answered. */
WIRE_TEST(source, empty_route_leads_straight_back)
{
	struct route way = { { LSRR, 3, 4, 0 }, 4 };
	int listener = wire_listen(w);

	accept_routes(w);
	inject(w, SYN, .opts = { MSS(1460) }, .ipopt = way.b,
	       .ipoptlen = way.len);
	expect(w, SYN | ACK);
	check_eq(w->last.raw.ipoptlen, 0);
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/*
 * SHLD-24 is not followed, as Linux does not: who forges one segment must not
 * be able to lead the connection where he likes.
 */
WIRE_TEST(source, later_route_changes_nothing)
{
	struct route later = ROUTE1(LSRR, USED, R3);
	struct route back = ROUTE1(LSRR, FRESH, PEER);
	int fd, listener;

	listener = listen_for(w, ROUTE1(LSRR, USED, R1), R1_TEXT, back);
	inject(w, ACK, .ipopt = later.b, .ipoptlen = later.len);
	fd = wire_accept(listener);
	inject(w, ACK | PSH, .len = 10, .ipopt = later.b,
	       .ipoptlen = later.len);
	expect(w, ACK, .ack = 11);
	check_route(w, R1_TEXT, back);
	recv_pattern(fd, 0, 10);
}

TEST_HARNESS_MAIN
