// SPDX-License-Identifier: GPL-2.0
/* What the IPv6 header says of a connection, RFC 8200, RFC 6437, RFC 3542. */
#include <fcntl.h>
#include <linux/in6.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/netif.h"
#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(ipv6) { struct wire w[1]; };
FIXTURE_SETUP(ipv6)
{
	test_begin_family(AF_INET6);
	wire_open(self->w, .family = AF_INET6);
}
FIXTURE_TEARDOWN(ipv6)
{
	wire_close(self->w);
}

/* Padding only, so that they say nothing (RFC 8200 4.2); more of it is suspect. */
static const uint8_t padding[8] = { [2] = 1, [3] = 4 };

#define LABEL	0x12345

static void reflect(int what)
{
	int fd = check_ok(open("/proc/sys/net/ipv6/flowlabel_reflect", O_WRONLY));
	char text[8];
	int len = snprintf(text, sizeof(text), "%d", what);

	check_eq(write(fd, text, len), len);
	close(fd);
}

/* RFC 8200 4: what stands between IP and TCP, and says nothing, is passed over. */
static void behind_header(struct wire *w, int type, const uint8_t header[8])
{
	int fd = wire_listen(w);

	inject(w, SYN, .ipopt = header, .ipoptlen = 8, .exttype = type,
	       .opts = { MSS(1440) });
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK, .ipopt = header, .ipoptlen = 8, .exttype = type);
	fd = wire_accept(fd);
	inject(w, ACK | PSH, .len = 100, .ipopt = header, .ipoptlen = 8,
	       .exttype = type);
	expect(w, ACK, .ack = 101);
	recv_pattern(fd, 0, 100);
}

WIRE_TEST(ipv6, segments_behind_hop_by_hop_options_arrive)
{
	behind_header(w, IPPROTO_HOPOPTS, padding);
}

WIRE_TEST(ipv6, segments_behind_destination_options_arrive)
{
	behind_header(w, IPPROTO_DSTOPTS, padding);
}

/* 4.4: of a type that nobody knows, but all the way is behind it. */
WIRE_TEST(ipv6, segments_at_the_end_of_their_route_arrive)
{
	static const uint8_t at_its_end[8] = { [2] = 253 };

	behind_header(w, IPPROTO_ROUTING, at_its_end);
}

/* RFC 6946: the fragment that is all. */
WIRE_TEST(ipv6, atomic_fragments_arrive)
{
	static const uint8_t all[8] = { [7] = 1 };

	behind_header(w, IPPROTO_FRAGMENT, all);
}

/* What IP has to look at is IP's: it refuses it here, each in its way. */
static void is_refused_behind(struct wire *w, int type, const uint8_t header[8])
{
	int fd = wire_listen(w);

	inject(w, SYN, .ipopt = header, .ipoptlen = 8, .exttype = type, .keep = true);
	expect_none(w, 0);
	expect_no_accept(fd);
	/* and of a connection */
	inject(w, SYN, .opts = { MSS(1440) });
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK);
	fd = wire_accept(fd);
	inject(w, ACK | PSH, .len = 10, .ipopt = header, .ipoptlen = 8, .exttype = type,
	       .keep = true);
	expect_none(w, 0);
	check_eq(queue(fd, SIOCINQ), 0);
}

/* 4.2: options of types 10...... are for nobody who does not know them. */
WIRE_TEST(ipv6, segments_with_an_option_that_must_be_known_do_not_arrive)
{
	static const uint8_t unknown[8] = { [2] = 0x9e, [3] = 4 };

	is_refused_behind(w, IPPROTO_DSTOPTS, unknown);
}

WIRE_TEST(ipv6, segments_with_an_option_that_does_not_end_do_not_arrive)
{
	static const uint8_t endless[8] = { [2] = 1, [3] = 40 };

	is_refused_behind(w, IPPROTO_DSTOPTS, endless);
}

/* 4.4: they are for somebody else. */
WIRE_TEST(ipv6, segments_on_their_way_do_not_arrive)
{
	static const uint8_t on_its_way[8] = { [2] = 253, [3] = 1 };

	is_refused_behind(w, IPPROTO_ROUTING, on_its_way);
}

/* RFC 4302: nobody has proved it. */
WIRE_TEST(ipv6, segments_with_an_authentication_header_do_not_arrive)
{
	static const uint8_t unproved[8] = { [1] = 0, [7] = 1 };

	is_refused_behind(w, IPPROTO_AH, unproved);
}

/* Many headers that are no longer where the device has put the first of them. */
WIRE_TEST(ipv6, headers_may_be_in_any_piece_of_a_segment)
{
	static const uint8_t long_padding[256] = { [1] = 31, [2] = 1, [3] = 252 };
	int fd;

	wire_close(w);
	wire_open(w, .family = AF_INET6, .mtu = 9000, .offload = true);
	fd = open_passive(w, MSS(8940));
	inject(w, ACK | PSH, .len = 4200, .linear = 40, .exttype = IPPROTO_DSTOPTS,
	       .ipopt = long_padding, .ipoptlen = sizeof(long_padding));
	expect(w, ACK, .ack = 4201);
	recv_pattern(fd, 0, 4200);
}

/* RFC 3542 9: on all that a socket sends, and there is that much less room for data. */
WIRE_TEST(ipv6, destination_options_are_on_what_a_socket_sends)
{
	int listener = wire_listen(w), fd;

	check_ok(setsockopt(listener, IPPROTO_IPV6, IPV6_DSTOPTS, padding,
			    sizeof(padding)));
	inject(w, SYN, .opts = { MSS(1440) });
	expect(w, SYN | ACK);
	check_eq(w->last.raw.ipoptlen, sizeof(padding));
	check_eq(w->last.raw.exttype, IPPROTO_DSTOPTS);
	inject(w, ACK);
	fd = wire_accept(listener);
	send_pattern(fd, 0, 2000);
	expect(w, ACK, .len = 1440 - sizeof(padding));
	check_eq(w->last.raw.ipoptlen, sizeof(padding));
	expect(w, ACK | PSH, .len = 2000 - 1440 + sizeof(padding));
	inject(w, ACK);
	close(fd);
	expect(w, FIN | ACK);
	check_eq(w->last.raw.ipoptlen, sizeof(padding));
}

/* IPV6_TCLASS and IPV6_UNICAST_HOPS, of the listener in SYN-ACKs, too. */
WIRE_TEST(ipv6, traffic_class_and_hops_are_the_sockets)
{
	int listener = wire_listen(w), fd;

	set_opt(listener, IPPROTO_IPV6, IPV6_TCLASS, 0x28);
	set_opt(listener, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33);
	inject(w, SYN, .opts = { MSS(1440) });
	expect(w, SYN | ACK, .tos = 0x28, .ttl = 33);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(get_opt(fd, IPPROTO_IPV6, IPV6_TCLASS), 0x28);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .tos = 0x28, .ttl = 33);
	inject(w, ACK);
	close(fd);
	expect(w, FIN | ACK, .tos = 0x28, .ttl = 33);
	inject(w, FIN | ACK);
	expect(w, ACK, .tos = 0x28, .ttl = 33);
	/* and of what is left of it */
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 1, .keep = true);
	expect(w, ACK, .ack = 2, .tos = 0x28, .ttl = 33);
}

/* IPV6_MINHOPCOUNT, RFC 5082: who is too far away is not heard. */
WIRE_TEST(ipv6, who_is_too_far_away_is_not_heard)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, 255);
	inject(w, ACK | PSH, .len = 10, .ttl = 254, .keep = true);
	expect_none(w, 0);
	inject(w, ACK | PSH, .len = 10, .ttl = 255);
	expect(w, ACK, .ack = 11);
}

/* flowlabel_reflect 1: both directions have the label that the peer chose. */
WIRE_TEST(ipv6, the_peers_flow_label_is_answered_with)
{
	int listener, fd;

	reflect(1);
	listener = wire_listen(w);
	inject(w, SYN, .label = LABEL, .opts = { MSS(1440) });
	expect(w, SYN | ACK, .label = LABEL);
	inject(w, ACK, .label = LABEL);
	fd = wire_accept(listener);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .label = LABEL);
	inject(w, ACK, .label = LABEL);
	close(fd);
	expect(w, FIN | ACK, .label = LABEL);
	inject(w, FIN | ACK, .label = LABEL);
	expect(w, ACK, .label = LABEL);
	/* and of what is left of it */
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 1, .keep = true);
	expect(w, ACK, .ack = 2, .label = LABEL);
}

/* The RST of a connection, too. */
WIRE_TEST(ipv6, the_peers_flow_label_is_on_a_connections_rst)
{
	int listener, fd;

	reflect(1);
	listener = wire_listen(w);
	inject(w, SYN, .label = LABEL, .opts = { MSS(1440) });
	expect(w, SYN | ACK, .label = LABEL);
	inject(w, ACK, .label = LABEL);
	fd = wire_accept(listener);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .label = LABEL);
	close(fd);
	/* RFC 2525: nobody will read that */
	inject(w, ACK | PSH, .len = 10, .label = LABEL, .keep = true);
	expect(w, RST, .label = LABEL);
}

WIRE_TEST(ipv6, without_that_setting_it_is_not)
{
	int listener = wire_listen(w);

	inject(w, SYN, .label = LABEL, .opts = { MSS(1440) });
	expect(w, SYN | ACK);
	check_ne(w->last.s.label, LABEL);
	close(listener);
}

/* RFC 6437 3: a flow has one label, or routers spread its segments over many ways. */
WIRE_TEST(ipv6, automatic_flow_label_is_one_for_a_connection)
{
	int listener = wire_listen(w), fd;
	int64_t label;

	inject(w, SYN, .label = LABEL, .opts = { MSS(1440) });
	expect(w, SYN | ACK);
	label = w->last.s.label;
	check_ne(label, 0);
	inject(w, ACK);
	fd = wire_accept(listener);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .label = label);
	inject(w, ACK);
	close(fd);
	expect(w, FIN | ACK, .label = label);
	inject(w, FIN | ACK);
	expect(w, ACK, .label = label);
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 1, .keep = true);
	expect(w, ACK, .ack = 2, .label = label);
}

/* Of one that is made here it is that of the SYN, too. */
WIRE_TEST(ipv6, automatic_flow_label_is_that_of_the_syn)
{
	int fd = wire_connect(w);
	int64_t label;

	expect(w, SYN);
	label = w->last.s.label;
	check_ne(label, 0);
	inject(w, SYN | ACK, .opts = { MSS(1440) });
	expect(w, ACK, .label = label);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .label = label);
}

static void expect_label_of_retransmission(struct wire *w, bool same)
{
	int64_t label = w->last.s.label;

	expect(w, ACK | PSH, .len = 10, .seq = 1);
	if (same)
		check_eq(w->last.s.label, label);
	else
		check_ne(w->last.s.label, label);
}

/* RFC 6438: what does not arrive may go another way. */
WIRE_TEST(ipv6, a_timeout_changes_the_flow_label)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_label_of_retransmission(w, false);
	expect_label_of_retransmission(w, false);
}

WIRE_TEST(ipv6, without_txrehash_a_timeout_keeps_the_flow_label)
{
	int fd = open_passive(w);

	set_opt(fd, SOL_SOCKET, SO_TXREHASH, SOCK_TXREHASH_DISABLED);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_label_of_retransmission(w, true);
	expect_label_of_retransmission(w, true);
}

/* flowlabel_reflect 2: so does an RST that no socket sends. */
WIRE_TEST(ipv6, the_peers_flow_label_is_on_the_rst)
{
	int fd = wire_listen(w);

	reflect(2);
	/* bound, so that it is this stack that answers */
	check_ok(shutdown(fd, SHUT_RD));
	inject(w, SYN, .label = LABEL);
	expect(w, RST | ACK, .label = LABEL);
}

/* What IPV6_2292PKTOPTIONS tells of the hop limit. */
static int told_hops(int fd)
{
	char buf[256];
	struct msghdr msg = { .msg_control = buf };
	struct cmsghdr *cmsg;
	socklen_t len = sizeof(buf);
	int hops = -1;

	check_ok(getsockopt(fd, IPPROTO_IPV6, IPV6_2292PKTOPTIONS, buf, &len));
	msg.msg_controllen = len;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
		if (cmsg->cmsg_level == IPPROTO_IPV6 &&
		    cmsg->cmsg_type == IPV6_HOPLIMIT)
			memcpy(&hops, CMSG_DATA(cmsg), sizeof(hops));
	return hops;
}

/* RFC 2292 8.1: the last segment's hop limit, for who has asked. */
WIRE_TEST(ipv6, the_hop_limit_is_told)
{
	int fd = open_passive(w);

	set_opt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	inject(w, ACK | PSH, .len = 10, .ttl = 77);
	expect(w, ACK, .ack = 11);
	check_eq(told_hops(fd), 77);
	/* not that of what anybody may have sent */
	inject(w, ACK | PSH, .seq = 100000, .len = 10, .ttl = 55, .keep = true);
	expect(w, ACK, .ack = 11);
	check_eq(told_hops(fd), 77);
}

/* IPV6_MTU_DISCOVER: to who asks routers nothing, they may say what they like. */
WIRE_TEST(ipv6, interface_mtu_is_no_routers_business)
{
	int fd = open_passive(w, MSS(1440));

	set_opt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_INTERFACE);
	send_pattern(fd, 0, 1440);
	expect(w, ACK | PSH, .len = 1440);
	inject_icmp(w, 2, 0, .seq = 1, .info = 1280);
	inject(w, ACK);
	send_pattern(fd, 1440, 1440);
	expect(w, ACK | PSH, .len = 1440);
}

/* RFC 8201: the route is narrower now, and nobody has told this connection. */
WIRE_TEST(ipv6, segments_fit_a_route_that_became_narrower)
{
	int fd = open_passive(w, MSS(1440));

	shell("ip link set %s mtu 1300", wire_dev(w));
	send_pattern(fd, 0, 1440);
	expect(w, ACK, .len = 1240);
	expect(w, ACK | PSH, .len = 200);
}

/* The same, when it was another that was told. */
WIRE_TEST(ipv6, what_one_connection_is_told_of_a_path_serves_the_next)
{
	struct wire other[1];
	int fd = open_passive(w, MSS(1440)), fd2;

	wire_fork(other, w, 40001);
	fd2 = open_passive(other, MSS(1440));
	send_pattern(fd2, 0, 1440);
	expect(other, ACK | PSH, .len = 1440);
	inject_icmp(other, 2, 0, .seq = 1, .info = 1280);
	expect(other, ACK, .seq = 1, .len = 1220);
	expect(other, ACK | PSH, .seq = 1221, .len = 220);
	send_pattern(fd, 0, 1440);
	expect(w, ACK, .len = 1220);
	expect(w, ACK | PSH, .len = 220);
}

/* The answer of a half-open connection goes again, by the wheel. */
WIRE_TEST(ipv6, a_syn_ack_goes_again)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1440) });
	expect(w, SYN | ACK, .ack = 1);
	expect(w, SYN | ACK, .ack = 1);
	inject(w, ACK);
}

/* RFC 4007: to a link-local peer there is the link it is at, and no other. */
WIRE_TEST(ipv6, a_link_local_peer_is_answered_where_it_is)
{
	struct wire near[1], far[1];

	wire_open(near, .family = AF_INET6, .local = "fe80::1", .peer = "fe80::9");
	wire_open(far, .family = AF_INET6, .local = "fe80::2", .peer = "fe80::9");
	check_ok(shutdown(wire_listen(w), SHUT_RD));
	inject(far, SYN);
	expect(far, RST | ACK);
	inject(near, SYN);
	expect(near, RST | ACK);
	wire_close(far);
	wire_close(near);
}

TEST_HARNESS_MAIN
