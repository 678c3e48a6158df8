// SPDX-License-Identifier: GPL-2.0
/* The client of TCP Fast Open: RFC 7413 4.1.3 and 4.2.1. */
#include <string.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define CLIENT		1	/* bits of the setting */
#define CLIENT_FREE	4

/* The option, asking for a cookie; two cookies, as a server would give them. */
#define REQUEST		RAW("\x22\x02")
#define COOKIE		RAW("\x22\x0a" "cookie-1")
#define OTHER		RAW("\x22\x0a" "cookie-2")

/* The least a SYN leaves for options, and so for what it has of data. */
#define OPTIONS		40

/* SYNs of no options but these are shorter to write down. */
FIXTURE(client) { struct wire w[1]; };
FIXTURE_VARIANT(client) { int family; };
FIXTURE_SETUP(client)
{
	test_begin_turn(variant->family);
	wire_open(self->w, .family = variant->family);
	self->w->tfo = true;
	self->w->local_port = 0;
	sysctl_set("fastopen", CLIENT);
	sysctl_set("timestamps", 0);
	sysctl_set("sack", 0);
	sysctl_set("window_scaling", 0);
}
FIXTURE_TEARDOWN(client) { wire_close(self->w); }
FIXTURE_VARIANT_ADD(client, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(client, ipv6) { .family = AF_INET6 };

static int client(struct wire *w)
{
	int fd = stack_socket(w->family);

	set_nonblock(fd, true);
	return fd;
}

/* sendto() with MSG_FASTOPEN of the first octets of the stream. */
static ssize_t send_fast(struct wire *w, int fd, size_t len)
{
	static uint8_t buf[65536];
	struct sockaddr_storage sa;
	socklen_t sa_len = wire_peer_sa(w, &sa);

	pattern_fill(buf, 0, len);
	return sendto(fd, buf, len, MSG_FASTOPEN, (struct sockaddr *)&sa, sa_len);
}

static int connect_fast(struct wire *w, int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);

	return connect(fd, (struct sockaddr *)&sa, len);
}

/* A connection to the server, that teaches the client a cookie. */
static void learn(struct wire *w, int mss)
{
	struct wire first[1];
	int fd = client(w);

	wire_fork(first, w, 50000);
	first->local_port = 0;
	check_err(send_fast(first, fd, 10), EINPROGRESS);
	expect(first, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	inject(first, SYN | ACK, .opts = { MSS(mss), COOKIE });
	expect(first, ACK);
	close_abort(fd);
	expect(first, RST | ACK);
	wire_close(first);
}

static bool syn_data(int fd)
{
	return tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA;
}

static long active(void)
{
	return counter("TcpExt", "TCPFastOpenActive");
}

static long active_fail(void)
{
	return counter("TcpExt", "TCPFastOpenActiveFail");
}

WIRE_TEST(client, the_first_syn_asks_for_a_cookie)
{
	int fd = client(w);

	check_err(send_fast(w, fd, 100), EINPROGRESS);
	expect(w, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	check_eq(tcp_info(fd).tcpi_fastopen_client_fail, 1);
	inject(w, SYN | ACK, .opts = { MSS(1460), COOKIE });
	expect(w, ACK);
	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
	check(!syn_data(fd));
}

WIRE_TEST(client, the_next_syn_has_the_cookie_and_data)
{
	int fd = client(w);

	learn(w, 1460);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100, .opts = { MSS(ANY), COOKIE, NOP, NOP });
	check_eq(fd_state(fd), SYN_SENT);
	inject(w, SYN | ACK, .ack = 101, .opts = { MSS(1460) });
	expect(w, ACK, .seq = 101);
	expect_state(fd, ESTABLISHED);
	check(syn_data(fd));
	check_eq(tcp_info(fd).tcpi_fastopen_client_fail, 0);
	check_eq(active(), 1);
	send_pattern(fd, 100, 50);
	expect(w, ACK | PSH, .len = 50);
	inject(w, ACK | PSH, .len = 20);
	expect(w, ACK);
	recv_pattern(fd, 0, 20);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* 4.2.1: what the SYN-ACK does not acknowledge goes again, at once. */
WIRE_TEST(client, data_that_was_not_taken_goes_again)
{
	int fd = client(w);

	learn(w, 1460);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100);
	inject(w, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK | PSH, .seq = 1, .len = 100);
	inject(w, ACK, .ack = 101);
	check(!syn_data(fd));
	check_eq(tcp_info(fd).tcpi_fastopen_client_fail, 2);
	check_eq(active_fail(), 1);
	check_eq(active(), 0);
}

WIRE_TEST(client, of_data_that_was_taken_in_part_the_rest_goes_again)
{
	int fd = client(w);

	learn(w, 1460);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100);
	inject(w, SYN | ACK, .ack = 61, .opts = { MSS(1460) });
	expect(w, ACK | PSH, .seq = 61, .len = 40);
	inject(w, ACK, .ack = 101);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* 4.1.3.2: no more than the MSS that the server told last time. */
WIRE_TEST(client, the_syn_has_no_more_data_than_the_servers_mss)
{
	int fd = client(w);

	learn(w, 1000);
	check_eq(send_fast(w, fd, 3000), 1000 - OPTIONS);
	expect(w, SYN, .len = 1000 - OPTIONS);
	inject(w, SYN | ACK, .ack = 1001 - OPTIONS, .opts = { MSS(1200) });
	expect(w, ACK);
	send_pattern(fd, 1000 - OPTIONS, 2400);
	expect(w, ACK | ANYPSH, .len = 1200);
	expect(w, ACK | ANYPSH, .len = 1200);
}

WIRE_TEST(client, the_syn_fits_the_path)
{
	int fd = client(w);

	learn(w, 9000);
	check_eq(send_fast(w, fd, 3000), wire_mtu_mss(w, 1500) - OPTIONS);
	expect(w, SYN, .len = wire_mtu_mss(w, 1500) - OPTIONS);
}

/* What the SYN had no room for follows, in the same call. */
WIRE_TEST(client, a_call_that_may_wait_sends_all)
{
	int fd = client(w), i;
	pid_t pid;

	learn(w, 1000);
	set_nonblock(fd, false);
	pid = fork();
	check_ok(pid);
	if (!pid) {
		check_eq(send_fast(w, fd, 3000), 3000);
		_exit(0);
	}
	expect(w, SYN, .len = 1000 - OPTIONS);
	inject(w, SYN | ACK, .ack = 1001 - OPTIONS, .opts = { MSS(1000) });
	/* the first of them carries the ACK */
	for (i = 0; i < 2; i++)
		expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | PSH, .len = OPTIONS);
	inject(w, ACK);
	joined(pid);
	check_eq(fd_state(fd), ESTABLISHED);
}

WIRE_TEST(client, a_refused_syn_refuses_the_call)
{
	int fd = client(w);
	pid_t pid;

	learn(w, 1460);
	set_nonblock(fd, false);
	pid = fork();
	check_ok(pid);
	if (!pid) {
		check_err(send_fast(w, fd, 100), ECONNREFUSED);
		_exit(0);
	}
	expect(w, SYN, .len = 100);
	inject(w, RST | ACK, .seq = 0, .ack = 101);
	joined(pid);
	check_eq(fd_state(fd), CLOSE);
}

WIRE_TEST(client, a_new_cookie_takes_the_place_of_the_old_one)
{
	struct wire second[1];
	int fd = client(w);

	learn(w, 1460);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100, .opts = { MSS(ANY), COOKIE, NOP, NOP });
	inject(w, SYN | ACK, .ack = 101, .opts = { MSS(1460), OTHER });
	expect(w, ACK);
	wire_fork(second, w, 40001);
	second->local_port = 0;
	second->tfo = true;
	check_eq(send_fast(second, client(w), 100), 100);
	expect(second, SYN, .len = 100, .opts = { MSS(ANY), OTHER, NOP, NOP });
	wire_close(second);
}

/* 4.1.3: a cookie that nobody asked for is no reason to send data. */
WIRE_TEST(client, a_cookie_nobody_asked_for_is_not_kept)
{
	struct wire second[1];
	int fd = wire_connect(w);

	expect(w, SYN, .opts = { MSS(ANY) });
	inject(w, SYN | ACK, .opts = { MSS(1460), COOKIE });
	expect(w, ACK);
	close(fd);
	wire_fork(second, w, 40001);
	second->local_port = 0;
	check_err(send_fast(second, client(w), 100), EINPROGRESS);
	expect(second, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	wire_close(second);
}

/* A server without Fast Open is none the worse for it. */
WIRE_TEST(client, a_server_may_give_no_cookie)
{
	int fd = client(w);

	check_err(send_fast(w, fd, 100), EINPROGRESS);
	expect(w, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
}

/* A cookie has 4 to 16 octets: of any length it comes back as it was. */
WIRE_TEST(client, cookies_of_other_lengths_come_back)
{
	static const char * const raw[] = {
		"\x22\x06" "abcd", "\x22\x12" "0123456789abcdef",
	};
	int i;

	for (i = 0; i < 2; i++) {
		struct wire first[1], second[1];
		int fd = client(w);

		wire_fork(first, w, 41000 + i);
		wire_fork(second, w, 42000 + i);
		first->local_port = 0;
		second->local_port = 0;
		first->tfo = second->tfo = true;
		/* the setting again: cookies known are used */
		check(send_fast(first, fd, 10) == (i ? 10 : -1));
		expect(first, SYN, .len = ANY);
		inject(first, SYN | ACK, .ack = i ? 11 : 1,
		       .opts = { MSS(1460), RAWBUF(raw[i], raw[i][1]) });
		expect(first, ACK);
		check_eq(send_fast(second, client(w), 10), 10);
		expect(second, SYN, .len = 10);
		check_eq(memcmp(opts_find(second->last.s.opts, OPT_RAW)->raw,
				raw[i], raw[i][1]), 0);
		wire_close(first);
		wire_close(second);
	}
}

/* All options at once fill the header to its last octet. */
WIRE_TEST(client, the_longest_cookie_has_room_beside_all_other_options)
{
	struct wire first[1];

	sysctl_set("timestamps", 1);
	sysctl_set("sack", 1);
	sysctl_set("window_scaling", 1);
	wire_fork(first, w, 41000);
	first->local_port = 0;
	check_err(send_fast(first, client(w), 10), EINPROGRESS);
	expect(first, SYN);
	inject(first, SYN | ACK, .opts = { MSS(1460),
					   RAW("\x22\x12" "0123456789abcdef") });
	expect(first, ACK);
	check_eq(send_fast(w, client(w), 2000), wire_mtu_mss(w, 1500) - OPTIONS);
	expect(w, SYN, .len = wire_mtu_mss(w, 1500) - OPTIONS,
	       .opts = { MSS(ANY), SACKOK, TS(ANY, 0), NOP, WS(ANY),
			 RAW("\x22\x12" "0123456789abcdef"), NOP, NOP });
	wire_close(first);
}

/* TCP_FASTOPEN_CONNECT: connect() leaves the SYN to the first write. */
WIRE_TEST(client, connect_leaves_the_syn_to_the_first_write)
{
	int fd = client(w);

	learn(w, 1460);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	check_ok(connect_fast(w, fd));
	expect_none(w, 50);
	check_eq(fd_state(fd), SYN_SENT);
	check_eq(wait_fd(fd, POLLIN | POLLOUT, 1000), POLLOUT);
	check_err(connect_fast(w, fd), EISCONN);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	send_pattern(fd, 0, 100);
	expect(w, SYN, .len = 100, .opts = { MSS(ANY), COOKIE, NOP, NOP });
	inject(w, SYN | ACK, .ack = 101, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
	check(syn_data(fd));
	send_pattern(fd, 100, 50);
	expect(w, ACK | PSH, .len = 50);
}

WIRE_TEST(client, connect_without_a_cookie_asks_for_one)
{
	int fd = client(w);

	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	check_err(connect_fast(w, fd), EINPROGRESS);
	expect(w, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	inject(w, SYN | ACK, .opts = { MSS(1460), COOKIE });
	expect(w, ACK);
	check(wait_fd(fd, POLLOUT, 1000) & POLLOUT);
	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
}

WIRE_TEST(client, a_syn_that_waits_is_never_sent_when_the_socket_is_closed)
{
	int fd = client(w);

	learn(w, 1460);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	check_ok(connect_fast(w, fd));
	close(fd);
	expect_none(w, 50);
}

/* 4.1.3, where the network makes sure of addresses. */
WIRE_TEST(client, the_setting_may_send_data_without_a_cookie)
{
	int fd = client(w);

	sysctl_set("fastopen", CLIENT | CLIENT_FREE);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100, .opts = { MSS(ANY) });
	inject(w, SYN | ACK, .ack = 101, .opts = { MSS(1460) });
	expect(w, ACK);
	check(syn_data(fd));
}

WIRE_TEST(client, a_socket_may_send_data_without_a_cookie)
{
	int fd = client(w);

	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, 1);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100, .opts = { MSS(ANY) });
}

WIRE_TEST(client, the_setting_may_forbid_it)
{
	int fd = client(w);

	sysctl_set("fastopen", 0);
	check_err(send_fast(w, fd, 100), EOPNOTSUPP);
	check_err(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
			     &(int){ 1 }, sizeof(int)), EOPNOTSUPP);
	expect_none(w, 0);
}

WIRE_TEST(client, the_call_is_for_who_has_no_connection)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = client(w);

	check_err(sendto(fd, "x", 1, MSG_FASTOPEN, &none, sizeof(none)),
		  EOPNOTSUPP);
	check_err(send(fd, "x", 1, MSG_FASTOPEN), EINVAL);
	check_err(send_fast(w, fd, 100), EINPROGRESS);
	expect(w, SYN);
	check_err(send_fast(w, fd, 100), EALREADY);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	check_ok(connect_fast(w, fd));
	check_err(send_fast(w, fd, 100), EISCONN);
}

/* Without data there is nothing to wait for. */
WIRE_TEST(client, a_call_without_data_sends_the_cookie_alone)
{
	int fd = client(w);

	learn(w, 1460);
	check_err(send_fast(w, fd, 0), EINPROGRESS);
	expect(w, SYN, .opts = { MSS(ANY), COOKIE, NOP, NOP });
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	check(!syn_data(fd));
}

/* RFC 9293 3.5: the SYN that crossed ours acknowledges nothing; it all goes on. */
WIRE_TEST(client, a_simultaneous_open_loses_nothing)
{
	int fd = client(w);

	learn(w, 1460);
	check_eq(send_fast(w, fd, 100), 100);
	expect(w, SYN, .len = 100);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	inject(w, ACK, .ack = 1);
	expect(w, ACK | PSH, .seq = 1, .len = 100);
	inject(w, ACK, .ack = 101);
	expect_state(fd, ESTABLISHED);
}

/* Cookies are a host's, not a port's, and of one server only. */
WIRE_TEST(client, another_server_is_asked_for_a_cookie_of_its_own)
{
	const char *text = w->family == AF_INET ? "192.0.2.77" : "2001:db8::77";
	struct wire second[1];

	learn(w, 1460);
	wire_fork(second, w, 40001);
	second->local_port = 0;
	second->peer = addr_parse(text);
	check_err(send_fast(second, client(w), 100), EINPROGRESS);
	expect(second, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
	wire_close(second);
}

WIRE_TEST(client, cookies_of_many_servers_are_kept)
{
	char text[40];
	int i, fd;

	learn(w, 1460);
	for (i = 0; i < 20; i++) {
		struct wire other[1];

		wire_fork(other, w, 41000);
		other->local_port = 0;
		snprintf(text, sizeof(text), w->family == AF_INET ?
			 "192.0.2.%d" : "2001:db8::%d", 100 + i);
		other->peer = addr_parse(text);
		fd = client(w);
		check_err(send_fast(other, fd, 10), EINPROGRESS);
		expect(other, SYN, .opts = { MSS(ANY), REQUEST, NOP, NOP });
		inject(other, SYN | ACK, .opts = { MSS(1460), COOKIE });
		expect(other, ACK);
		close_abort(fd);
		expect(other, RST | ACK);
		wire_close(other);
	}
	check_eq(send_fast(w, client(w), 100), 100);
	expect(w, SYN, .len = 100);
}

TEST_HARNESS_MAIN
