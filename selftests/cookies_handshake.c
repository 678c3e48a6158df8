// SPDX-License-Identifier: GPL-2.0
/*
 * SYN cookies: a handshake that only the peer remembers (RFC 4987 3.6, A20 to A22).
 */
#include <net/if.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>

#include <linux/if_ether.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define GUESSES	200

WIRE_FIXTURE(cookies)

/* A listener that sends nothing but cookies. */
static int listen_with_cookies(struct wire *w)
{
	int fd = wire_listen(w);

	sysctl_set("syncookies", 2);
	return fd;
}

WIRE_TEST(cookies, a_handshake_is_as_any_other)
{
	int listener = listen_with_cookies(w), fd;

	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0), NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), SACKOK, TS(ANY, 1000), NOP,
				       WS(ANY) });
	expect_no_accept(listener);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(fd_state(fd), ESTABLISHED);
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK);
	recv_pattern(fd, 0, 100);
	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
	inject(w, ACK);
}

/* Nothing is there before the third segment comes. */
WIRE_TEST(cookies, an_answered_syn_is_forgotten)
{
	struct wire other[1];

	listen_with_cookies(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	check_eq(wire_state(w), CLOSE);
	wire_fork(other, w, 40001);
	inject(other, SYN, .opts = { MSS(1460) });
	expect(other, SYN | ACK);
	check_eq(wire_state(other), CLOSE);
	wire_close(other);
}

/* What tcpdump does. */
static int watch_device(const struct wire *w)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(wire_dev(w)),
	};
	int fd = check_ok(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0));

	check_ok(bind(fd, (struct sockaddr *)&at, sizeof(at)));
	return fd;
}

/* The next segment that it has seen. */
static void expect_watched(int fd, int flags, uint32_t seq)
{
	uint8_t packet[2000];
	struct rawseg s;
	const char *why;
	int len;

	check(wait_fd(fd, POLLIN, PATIENCE_MS) & POLLIN);
	len = check_ok(recv(fd, packet, sizeof(packet), 0));
	check(packet_parse(packet, len, &s, &why));
	check(packet_sum_ok(packet, len));
	check_eq(s.flags, flags);
	check_eq(s.seq, seq);
}

/*
 * Who watches the device has the SYN, too, which is not made into the answer then:
 * both are seen as they were.
 */
WIRE_TEST(cookies, the_answer_leaves_alone_what_others_see)
{
	int listener = listen_with_cookies(w), watcher = watch_device(w);

	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0), NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), SACKOK, TS(ANY, 1000), NOP,
				       WS(ANY) });
	expect_watched(watcher, SYN, w->iss);
	expect_watched(watcher, SYN | ACK, w->irs);
	inject(w, ACK);
	check_eq(fd_state(wire_accept(listener)), ESTABLISHED);
	close(watcher);
}

WIRE_TEST(cookies, the_options_come_back_in_the_timestamp)
{
	const int opts = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE;
	int listener = listen_with_cookies(w), fd;
	struct tcp_info info;

	inject(w, SYN, .opts = { MSS(1400), SACKOK, TS(1000, 0), NOP, WS(9) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	info = tcp_info(fd);
	check_eq(info.tcpi_options & opts, opts);
	check_eq(info.tcpi_snd_wscale, 9);
	/* of the kernel's sizes the next one below is 1300 */
	check_eq(info.tcpi_snd_mss, (stack_is_kernel() ? 1300 : 1400) - 12);
}

WIRE_TEST(cookies, what_the_syn_did_not_offer_is_not_used)
{
	int listener = listen_with_cookies(w), fd;
	struct tcp_info info;

	inject(w, SYN, .opts = { MSS(1400), TS(1000, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	info = tcp_info(fd);
	check_eq(info.tcpi_options & TCPI_OPT_TIMESTAMPS, TCPI_OPT_TIMESTAMPS);
	check_eq(info.tcpi_options & (TCPI_OPT_SACK | TCPI_OPT_WSCALE), 0);
	check_eq(info.tcpi_snd_wscale, 0);
}

/* There is nowhere to keep the rest, so the rest is not offered. */
WIRE_TEST(cookies, without_timestamps_the_mss_alone_survives)
{
	int listener = listen_with_cookies(w), fd;
	struct tcp_info info;

	inject(w, SYN, .opts = { MSS(1440), SACKOK, NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY) });
	inject(w, ACK);
	fd = wire_accept(listener);
	info = tcp_info(fd);
	check_eq(info.tcpi_options, 0);
	check_eq(info.tcpi_snd_mss, 1440);
}

/* MUST-15: 536, or 1220 for IPv6, when the SYN says nothing. */
WIRE_TEST(cookies, without_the_option_the_mss_is_the_default)
{
	int listener = listen_with_cookies(w), fd;

	inject(w, SYN, .opts = { NONE });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(tcp_info(fd).tcpi_snd_mss, (unsigned int)wire_default_mss(w));
}

WIRE_TEST(cookies, ecn_comes_back_in_the_timestamp)
{
	int listener = listen_with_cookies(w), fd;

	sysctl_set("ecn", 1);
	inject(w, SYN | ECE | CWR, .opts = { MSS(1460), TS(1000, 0) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK);
	fd = wire_accept(listener);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_ECN, TCPI_OPT_ECN);
}

WIRE_TEST(cookies, data_in_the_third_segment_is_accepted)
{
	int listener = listen_with_cookies(w), fd;

	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK | PSH, .len = 500);
	fd = wire_accept(listener);
	expect(w, ACK);
	recv_pattern(fd, 0, 500);
}

/* Of the copies of an ACK one makes the connection. */
WIRE_TEST(cookies, the_third_segment_may_come_twice)
{
	int listener = listen_with_cookies(w), fd;

	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_no_accept(listener);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* The right one is among 2^32. */
WIRE_TEST(cookies, a_guess_makes_no_connection)
{
	int listener = listen_with_cookies(w), i;
	unsigned int guess = 1;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	for (i = 0; i < GUESSES; i++) {
		guess = guess * 1664525 + 1013904223;
		if (guess == w->irs + 1)
			continue;
		inject(w, ACK, .ack = ABS(guess), .keep = true);
		expect(w, RST, .seq = ABS(guess));
	}
	expect_no_accept(listener);
	check_eq(counter("TcpExt", "SyncookiesFailed"), GUESSES);
	inject(w, ACK);
	wire_accept(listener);
}

WIRE_TEST(cookies, a_cookie_is_for_one_port_only)
{
	int listener = listen_with_cookies(w);
	struct wire other[1];
	uint32_t cookie;

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	cookie = w->last.seq;
	wire_fork(other, w, 40001);
	inject(other, ACK, .seq = ABS(w->iss + 1), .ack = ABS(cookie + 1),
	       .keep = true);
	expect(other, RST, .seq = ABS(cookie + 1));
	expect_no_accept(listener);
	wire_close(other);
}

/* It says that the peer's first number was another. */
WIRE_TEST(cookies, a_cookie_is_for_one_sequence_number_only)
{
	int listener = listen_with_cookies(w);

	if (stack_is_kernel())
		SKIP(return, "it adds the number, so one more may pass");
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK, .seq = 2, .keep = true);
	expect(w, RST, .seq = 1);
	expect_no_accept(listener);
}

/* A timestamp that never was says nothing of the options. */
WIRE_TEST(cookies, an_echo_of_the_future_makes_no_connection)
{
	int listener = listen_with_cookies(w);

	if (stack_is_kernel())
		SKIP(return, "it takes the options of any echo");
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	inject(w, ACK, .opts = { TS(1001, w->last.tsval + 100000) },
	       .keep = true);
	expect(w, RST, .seq = 1, .opts = { NONE });
	expect_no_accept(listener);
}

WIRE_TEST(cookies, nobody_has_to_look_for_them_where_none_was_sent)
{
	int listener = wire_listen(w);

	inject(w, ACK, .ack = 1000);
	expect(w, RST, .seq = 1000);
	expect_no_accept(listener);
	check_eq(counter("TcpExt", "SyncookiesFailed"), 0);
}

WIRE_TEST(cookies, a_closed_listener_has_none)
{
	int listener = listen_with_cookies(w);

	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	check_ok(close(listener));
	inject(w, ACK);
	expect(w, RST, .seq = 1);
}

WIRE_TEST(cookies, a_full_accept_queue_takes_no_cookie)
{
	int listener = listen_with_cookies(w);
	struct wire second[1];

	check_ok(listen(listener, 0));
	wire_fork(second, w, 40001);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(second, SYN, .opts = { MSS(1460) });
	expect(second, SYN | ACK);
	inject(w, ACK);
	inject(second, ACK);
	expect_none(second, 0);
	wire_accept(listener);
	expect_no_accept(listener);
	/* there is room now */
	inject(second, ACK);
	wire_accept(listener);
	wire_close(second);
}

/* ---- syncookies = 1: when the queue is full, and not before ---- */

/* Fills the SYN queue, which has room for one. */
static int listen_full(struct wire *w)
{
	int fd = wire_listen(w);

	if (stack_is_kernel())
		check_ok(listen(fd, 1));
	else
		sysctl_set("max_syn_backlog", 1);
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	check_eq(wire_state(w), SYN_RECV);
	return fd;
}

WIRE_TEST(cookies, who_finds_the_queue_full_connects_all_the_same)
{
	int listener = listen_full(w), fd;
	struct wire second[1];

	if (stack_is_kernel())
		SKIP(return, "it is full with two entries");
	wire_fork(second, w, 40001);
	inject(second, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0), NOP, WS(5) });
	expect(second, SYN | ACK);
	check_eq(wire_state(second), CLOSE);
	inject(second, ACK);
	fd = wire_accept(listener);
	check_eq(tcp_info(fd).tcpi_snd_wscale, 5);
	/* and who was in the queue is not forgotten */
	inject(w, ACK);
	wire_accept(listener);
	wire_close(second);
}

WIRE_TEST(cookies, without_them_who_finds_the_queue_full_has_to_wait)
{
	struct wire second[1];

	sysctl_set("syncookies", 0);
	listen_full(w);
	if (stack_is_kernel())
		SKIP(return, "it is full with two entries");
	wire_fork(second, w, 40001);
	inject(second, SYN, .opts = { MSS(1460) });
	expect_none(second, 0);
	wire_close(second);
}

/* A cookie cannot say an MSS that small, and more must not be sent. */
WIRE_TEST(cookies, a_tiny_mss_has_to_wait)
{
	struct wire second[1];

	listen_full(w);
	if (stack_is_kernel())
		SKIP(return, "it takes 536 for it");
	wire_fork(second, w, 40001);
	inject(second, SYN, .opts = { MSS(80) });
	expect_none(second, 0);
	wire_close(second);
}

TEST_HARNESS_MAIN
