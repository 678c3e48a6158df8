// SPDX-License-Identifier: GPL-2.0
/* Addresses that are no host's: RFC 9293 3.9.1.1 and 3.9.2.3. */
#include "lib/test.h"

WIRE_FIXTURE(address)
WIRE4_FIXTURE(address4)

static int connect_to(int family, const char *text)
{
	struct addr a = addr_parse(text);
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(80) };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(80) };
	int fd = stack_socket(family), r;

	set_nonblock(fd, true);
	memcpy(&in6.sin6_addr, a.b, 16);
	memcpy(&in.sin_addr, a.b, 4);
	in6.sin6_scope_id = 2;	/* only used by link-local multicast */
	r = family == AF_INET6 ?
		connect(fd, (struct sockaddr *)&in6, sizeof(in6)) :
		connect(fd, (struct sockaddr *)&in, sizeof(in));
	if (r < 0)
		r = -errno;
	close(fd);
	return r;
}

/* MUST-46 */
WIRE_TEST(address, connecting_to_many_is_an_error)
{
	if (w->family == AF_INET6) {
		check_eq(connect_to(AF_INET6, "ff02::1"), -ENETUNREACH);
		check_eq(connect_to(AF_INET6, "ff0e::1"), -ENETUNREACH);
	} else {
		check_eq(connect_to(AF_INET, "224.0.0.1"), -ENETUNREACH);
		check_eq(connect_to(AF_INET, "239.1.2.3"), -ENETUNREACH);
		check_eq(connect_to(AF_INET, "255.255.255.255"), -ENETUNREACH);
		check_eq(connect_to(AF_INET, "192.0.2.255"), -ENETUNREACH);
	}
	expect_none(w, 20);
}

/* A listener on every address there is. */
static int listen_everywhere(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int fd = stack_socket(w->family);

	memset((char *)&sa + 4, 0, len - 4);	/* the port stays */
	check_ok(bind(fd, (struct sockaddr *)&sa, len));
	check_ok(listen(fd, 10));
	set_nonblock(fd, true);
	return fd;
}

/* MUST-57: a SYN to many is dropped without a word. */
WIRE_TEST(address, syn_to_many_is_dropped)
{
	int listener = listen_everywhere(w);

	w->any_port = true;
	if (w->family == AF_INET6) {
		inject(w, SYN, .dst = "ff02::1", .opts = { MSS(1460) });
		inject(w, SYN, .dst = "ff01::1", .opts = { MSS(1460) });
	} else {
		inject(w, SYN, .dst = "224.0.0.1", .opts = { MSS(1460) });
		inject(w, SYN, .dst = "255.255.255.255",
		       .opts = { MSS(1460) });
		inject(w, SYN, .dst = "192.0.2.255", .opts = { MSS(1460) });
	}
	expect_none(w, 50);
	expect_no_accept(listener);
	check_eq(listing_read(w->family, NULL, 0), 1);
}

/* MUST-57: not even a segment that would be reset. */
WIRE_TEST(address, ack_to_many_is_dropped)
{
	w->any_port = true;
	if (w->family == AF_INET6) {
		inject(w, ACK, .dst = "ff02::1");
	} else {
		inject(w, ACK, .dst = "224.0.0.1");
		inject(w, ACK, .dst = "192.0.2.255");
	}
	expect_none(w, 50);
}

/*
 * MUST-63: a SYN from what cannot be a host is ignored. IP drops most of them;
 * the broadcast address of a network and "::" it leaves to TCP, and the kernel's
 * answers those.
 */
WIRE_TEST(address, syn_from_no_host_is_dropped)
{
	static const char *const from4[] = {
		"255.255.255.255", "224.0.0.1", "239.1.2.3", "0.0.0.0",
		"127.0.0.1", "192.0.2.1", "192.0.2.255", NULL
	};
	static const char *const from6[] = {
		"ff02::1", "ff0e::1", "::1", "2001:db8::1", "::", NULL
	};
	const char *const *from = w->family == AF_INET6 ? from6 : from4;
	int listener = listen_everywhere(w);

	w->any_port = true;
	for (; *from; from++) {
		if (stack_is_kernel() && !from[1])
			break;		/* the last one of the list */
		wire_note(w, "from %s", *from);
		inject(w, SYN, .src = *from, .opts = { MSS(1460) });
		expect_none(w, 20);
	}
	expect_no_accept(listener);
	check_eq(listing_read(w->family, NULL, 0), 1);
}

/* MUST-50: IP options that mean nothing to TCP do not disturb it. */
static void with_ip_option(struct wire *w, const void *opt, int len)
{
	static int port = 5000;
	int listener, fd;

	wire_restart(w, 1000);
	w->peer_port = port++;
	listener = wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) }, .ipopt = opt, .ipoptlen = len);
	expect(w, SYN | ACK);
	inject(w, ACK, .ipopt = opt, .ipoptlen = len);
	fd = wire_accept(listener);
	inject(w, ACK | PSH, .len = 10, .ipopt = opt, .ipoptlen = len);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
	close_abort(fd);
	expect(w, RST | ACK);
	close(listener);
}

WIRE_TEST(address4, ip_options_are_no_obstacle)
{
	static const uint8_t nops[4] = { 1, 1, 1, 0 };
	static const uint8_t record_route[12] = { 7, 11, 4 };
	static const uint8_t stamp[12] = { 68, 12, 5, 0 };
	static const uint8_t unknown[8] = { 0x9e, 6, 1, 2, 3, 4, 1, 0 };
	static const uint8_t router_alert[4] = { 148, 4, 0, 0 };

	with_ip_option(w, nops, sizeof(nops));
	with_ip_option(w, record_route, sizeof(record_route));
	with_ip_option(w, stamp, sizeof(stamp));
	with_ip_option(w, unknown, sizeof(unknown));
	with_ip_option(w, router_alert, sizeof(router_alert));
}

/* Segments may come in fragments; IP puts them together. */
WIRE_TEST(address, fragments_are_no_obstacle)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 1000, .frag = 256);
	expect(w, ACK, .ack = 1001);
	recv_pattern(fd, 0, 1000);
	if (w->family == AF_INET6)
		return;
	/* A SYN whose header is torn apart, which IPv6 does not allow. */
	wire_restart(w, 1000);
	w->peer_port++;
	wire_listen(w);
	inject(w, SYN, .frag = 8, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
}

TEST_HARNESS_MAIN
