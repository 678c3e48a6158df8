// SPDX-License-Identifier: GPL-2.0
/* Which address of ours a connection uses: RFC 9293 3.9.1.1. */
#include "lib/test.h"

/* Two interfaces, two networks: 192.0.2.0/24 and what lies behind tun1. */
FIXTURE(multihomed) { struct wire w[1], second[1]; };
FIXTURE_VARIANT(multihomed) {
	int family;
	const char *local, *peer;
	int prefix;
};
FIXTURE_VARIANT_ADD(multihomed, ipv4) {
	.family = AF_INET, .prefix = 24,
	.local = "198.51.100.1", .peer = "198.51.100.2",
};
FIXTURE_VARIANT_ADD(multihomed, ipv6) {
	.family = AF_INET6, .prefix = 64,
	.local = "2001:db8:1::1", .peer = "2001:db8:1::2",
};
FIXTURE_SETUP(multihomed)
{
	test_begin_turn(variant->family);
	wire_open(self->w, .family = variant->family);
	wire_open(self->second, .family = variant->family,
		  .local = variant->local, .peer = variant->peer);
}
FIXTURE_TEARDOWN(multihomed)
{
	wire_close(self->second);
	wire_close(self->w);
}

static void sockname(int fd, int family, struct addr *a)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	check_ok(getsockname(fd, (struct sockaddr *)&sa, &len));
	a->family = family;
	if (family == AF_INET6)
		memcpy(a->b, &((struct sockaddr_in6 *)&sa)->sin6_addr, 16);
	else
		memcpy(a->b, &((struct sockaddr_in *)&sa)->sin_addr, 4);
}

/* MUST-44: IP's choice of a source address precedes the first SYN. */
TEST_F(multihomed, source_address_is_the_routes)
{
	struct wire *w = self->w, *second = self->second;
	struct addr a;
	int fd;

	w->local_port = second->local_port = 0;
	fd = wire_connect(w);
	expect(w, SYN);
	sockname(fd, w->family, &a);
	check(addr_equal(&a, &w->local));

	fd = wire_connect(second);
	expect(second, SYN);
	sockname(fd, w->family, &a);
	check(addr_equal(&a, &second->local));
	expect_none(w, 0);
}

/* MUST-43: bind() overrules the route. */
TEST_F(multihomed, bound_address_is_used)
{
	struct wire *w = self->w;
	int fd;

	w->local = self->second->local;
	fd = wire_connect(w);
	expect(w, SYN);
	inject(w, SYN | ACK, .dst = variant->local, .opts = { MSS(1460) });
	w->snd_nxt = 1;
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
}

/* MUST-45: the route changes; the connection keeps its address. */
TEST_F(multihomed, address_stays_when_the_route_changes)
{
	struct wire *w = self->w, moved[1];
	int fd = open_active(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK);

	netif_host_route(wire_dev(self->second), variant->family == AF_INET6 ?
			 "2001:db8::2" : "192.0.2.2", true);
	/* The same two ends, now seen on the other wire. */
	wire_fork(moved, self->second, w->peer_port);
	moved->local = w->local;
	moved->peer = w->peer;
	moved->iss = w->iss;
	moved->irs = w->irs;
	moved->irs_known = true;
	moved->snd_nxt = w->snd_nxt;
	moved->rcv_nxt = w->rcv_nxt;
	send_pattern(fd, 10, 10);
	expect(moved, ACK | PSH, .seq = 11, .len = 10);
	inject(moved, ACK);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
	expect_none(w, 0);
	wire_close(moved);
}

TEST_HARNESS_MAIN
