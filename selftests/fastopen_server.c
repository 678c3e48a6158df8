// SPDX-License-Identifier: GPL-2.0
/* The server of TCP Fast Open: RFC 7413 4.1.2, 4.2.2 and 5.1. */
#include <string.h>

#include "lib/test.h"

#define SERVER		2	/* bits of the setting */
#define SERVER_FREE	0x200
#define SERVER_ALL	0x400

#define FLOOD		25	/* SYNs; the wire knows no more connections */

#define KEY_A	"00000001-00000002-00000003-00000004"
#define KEY_B	"0000000a-0000000b-0000000c-0000000d"

/* The option with a cookie, as it came. */
struct cookie {
	uint8_t raw[18];
	int len;
};

#define REQUEST		RAW("\x22\x02")
#define COOKIE(c)	RAWBUF((c)->raw, (c)->len)

WIRE_FIXTURE(server)

static int listen_fast(struct wire *w, int most)
{
	int fd;

	sysctl_set("fastopen", SERVER);
	fd = wire_listen(w);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN, most);
	return fd;
}

/* The option of the segment received last; false if it has none. */
static bool got_cookie(const struct wire *w, struct cookie *c)
{
	const struct opt *o = opts_find(w->last.s.opts, OPT_RAW);

	if (!o)
		return false;
	check_eq(((const uint8_t *)o->raw)[0], 34);
	check_le(o->len, (int)sizeof(c->raw));
	memcpy(c->raw, o->raw, o->len);
	c->len = o->len;
	return true;
}

/* On a connection of its own, which comes to nothing. */
static void ask(struct wire *w, int port, struct cookie *c)
{
	struct wire other[1];

	wire_fork(other, w, port);
	inject(other, SYN, .opts = { MSS(1460), REQUEST });
	expect(other, SYN | ACK);
	check(got_cookie(other, c));
	wire_close(other);
}

static bool same(const struct cookie *a, const struct cookie *b)
{
	return a->len == b->len && !memcmp(a->raw, b->raw, a->len);
}

static long passive(void)
{
	return counter("TcpExt", "TCPFastOpenPassive");
}

WIRE_TEST(server, a_cookie_is_given_to_who_asks)
{
	struct cookie first, again;

	listen_fast(w, 5);
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1, 0), NOP, WS(7), REQUEST });
	expect(w, SYN | ACK, .ack = 1);
	check(got_cookie(w, &first));
	check_eq(first.len, 2 + 8);
	/* the same address, another port */
	ask(w, 40001, &again);
	check(same(&first, &again));
	check_eq(counter("TcpExt", "TCPFastOpenCookieReqd"), 2);
}

WIRE_TEST(server, a_listener_without_the_option_gives_none)
{
	struct cookie c;

	sysctl_set("fastopen", SERVER);
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460), REQUEST });
	expect(w, SYN | ACK);
	check(!got_cookie(w, &c));
}

WIRE_TEST(server, the_setting_may_forbid_it)
{
	struct cookie c;

	listen_fast(w, 5);
	sysctl_set("fastopen", 1);
	inject(w, SYN, .opts = { MSS(1460), REQUEST });
	expect(w, SYN | ACK);
	check(!got_cookie(w, &c));
}

WIRE_TEST(server, the_setting_may_ask_it_of_all_listeners)
{
	struct cookie c;
	int fd;

	sysctl_set("fastopen", SERVER | SERVER_ALL);
	fd = wire_listen(w);
	check_eq(get_opt(fd, IPPROTO_TCP, TCP_FASTOPEN), 128);
	ask(w, 40001, &c);
}

/* 4.2.2: the data is there before the third segment is. */
WIRE_TEST(server, data_of_a_syn_is_read_before_the_third_segment)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	check(!got_cookie(w, &c));
	fd = wire_accept(listener);
	check_eq(fd_state(fd), SYN_RECV);
	check_eq(wire_state(w), SYN_RECV);
	check(wait_fd(fd, POLLIN, 1000) & POLLIN);
	recv_pattern(fd, 0, 100);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA,
		 TCPI_OPT_SYN_DATA);
	check_eq(passive(), 1);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	inject(w, ACK | PSH, .len = 50);
	expect(w, ACK);
	recv_pattern(fd, 100, 50);
}

WIRE_TEST(server, an_answer_goes_before_the_third_segment)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1000), SACKOK, TS(10, 0), NOP,
					     WS(7), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	check(wait_fd(fd, POLLOUT, 1000) & POLLOUT);
	send_pattern(fd, 0, 2000);
	expect(w, ACK | ANYPSH, .len = 988);
	expect(w, ACK | ANYPSH, .len = 988);
	/* the small rest waits for nobody: nothing small is under way */
	expect(w, ACK | PSH, .len = 24);
	check_eq(fd_state(fd), SYN_RECV);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	send_pattern(fd, 2000, 500);
	expect(w, ACK | PSH, .len = 500);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* The window of the SYN is in octets; that of the third segment is scaled. */
WIRE_TEST(server, the_answer_keeps_to_the_window_of_the_syn)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 10, .wnd = 1000,
	       .opts = { MSS(1000), NOP, WS(4), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 11);
	fd = wire_accept(listener);
	send_pattern(fd, 0, 3000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 50);
	inject(w, ACK, .wnd = 2000 / 16);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | PSH, .len = 1000);
	check_eq(fd_state(fd), ESTABLISHED);
}

WIRE_TEST(server, a_cookie_without_data_makes_a_connection_as_well)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 1);
	fd = wire_accept(listener);
	check_eq(fd_state(fd), SYN_RECV);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA, 0);
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK);
	recv_pattern(fd, 0, 100);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* 4.2.2: the data is dropped, and a cookie that is right comes with the answer. */
WIRE_TEST(server, a_wrong_cookie_leads_to_an_ordinary_handshake)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie right, c;

	ask(w, 40001, &right);
	c = right;
	c.raw[5] ^= 1;
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 1);
	check(got_cookie(w, &c));
	check(same(&c, &right));
	expect_no_accept(listener);
	check_eq(counter("TcpExt", "TCPFastOpenPassiveFail"), 1);
	check_eq(passive(), 0);
	inject(w, ACK | PSH, .seq = 1, .len = 100);
	fd = wire_accept(listener);
	expect(w, ACK, .ack = 101);
	recv_pattern(fd, 0, 100);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA, 0);
}

WIRE_TEST(server, data_without_a_cookie_is_not_taken)
{
	int listener = listen_fast(w, 5);
	struct cookie c;

	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 1);
	check(!got_cookie(w, &c));
	expect_no_accept(listener);
}

/* 4.1.1: an option of another length is not there. */
WIRE_TEST(server, an_option_of_no_legal_length_is_ignored)
{
	int listener = listen_fast(w, 5);
	struct cookie c;

	inject(w, SYN, .len = 100, .opts = { MSS(1460), RAW("\x22\x05" "abc") });
	expect(w, SYN | ACK, .ack = 1);
	check(!got_cookie(w, &c));
	expect_no_accept(listener);
}

/* The answer was lost: the SYN comes again, as any other, without the data. */
WIRE_TEST(server, a_syn_that_comes_again_is_answered_with_what_was_taken)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 101);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	recv_pattern(fd, 0, 100);
	expect_no_accept(listener);
}

WIRE_TEST(server, a_syn_that_comes_twice_makes_one_connection)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	inject(w, SYN, .seq = 0, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .seq = 0, .ack = 101);
	inject(w, ACK);
	fd = wire_accept(listener);
	expect_no_accept(listener);
	recv_pattern(fd, 0, 100);
	check_eq(passive(), 1);
}

/* 5.1: who is pending counts against the limit. */
WIRE_TEST(server, beyond_the_limit_the_handshake_is_ordinary)
{
	int listener = listen_fast(w, 1);
	struct wire second[1], third[1];
	struct cookie c;

	ask(w, 40001, &c);
	wire_fork(second, w, 40002);
	wire_fork(third, w, 40003);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	inject(second, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(second, SYN | ACK, .ack = 1);
	check_eq(counter("TcpExt", "TCPFastOpenListenOverflow"), 1);
	wire_accept(listener);
	expect_no_accept(listener);
	/* the third segment makes room for another */
	inject(w, ACK);
	inject(third, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(third, SYN | ACK, .ack = 101);
	wire_close(second);
	wire_close(third);
}

/* A48, 5.1: a RST for a connection that a replayed SYN made frees no place yet. */
WIRE_TEST(server, who_is_reset_counts_for_a_while)
{
	int listener = listen_fast(w, 1), fd;
	struct wire second[1];
	struct cookie c;

	ask(w, 40001, &c);
	wire_fork(second, w, 40002);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	inject(w, RST, .seq = 101);
	expect_state(fd, CLOSE);
	inject(second, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(second, SYN | ACK, .ack = 1);
	wire_close(second);
}

/* A48: however many come, no more than the limit allows become connections. */
WIRE_TEST(server, a_flood_with_a_cookie_makes_no_more_than_the_limit)
{
	int listener = listen_fast(w, 10), i;
	struct wire flood[FLOOD];
	struct cookie c;

	ask(w, 40001, &c);
	for (i = 0; i < FLOOD; i++) {
		wire_fork(&flood[i], w, 41000 + i);
		inject(&flood[i], SYN, .len = 10, .opts = { MSS(1460), COOKIE(&c) });
		expect(&flood[i], SYN | ACK, .ack = i < 10 ? 11 : 1);
	}
	for (i = 0; i < 10; i++)
		close(wire_accept(listener));
	expect_no_accept(listener);
	check_eq(passive(), 10);
	check_eq(counter("TcpExt", "TCPFastOpenListenOverflow"), FLOOD - 10);
	for (i = 0; i < FLOOD; i++)
		wire_close(&flood[i]);
}

WIRE_TEST(server, a_reset_before_the_third_segment_is_told)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	inject(w, RST, .seq = 101);
	expect_state(fd, CLOSE);
	check_eq(so_error(fd), ECONNRESET);
}

/* The key before is good for what it made, and the answer has a new cookie. */
WIRE_TEST(server, keys_may_be_rotated)
{
	int listener;
	struct wire second[1], third[1];
	struct cookie old, new, c;

	sysctl_set_text("fastopen_key", KEY_A);
	listener = listen_fast(w, 5);
	ask(w, 40001, &old);
	wire_fork(second, w, 40002);
	wire_fork(third, w, 40003);
	sysctl_set_text("fastopen_key", KEY_B "," KEY_A);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&old) });
	expect(w, SYN | ACK, .ack = 101);
	check(got_cookie(w, &new));
	check(!same(&old, &new));
	check_eq(counter("TcpExt", "TCPFastOpenPassiveAltKey"), 1);
	inject(second, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&new) });
	expect(second, SYN | ACK, .ack = 101);
	check(!got_cookie(second, &c));
	sysctl_set_text("fastopen_key", KEY_B);
	inject(third, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&old) });
	expect(third, SYN | ACK, .ack = 1);
	check(got_cookie(third, &c));
	check(same(&c, &new));
	close(listener);
	wire_close(second);
	wire_close(third);
}

WIRE_TEST(server, a_listener_may_have_a_key_of_its_own)
{
	uint8_t key[32], got[40];
	socklen_t len = sizeof(got);
	struct cookie general, own;
	int listener = listen_fast(w, 5), i;

	ask(w, 40001, &general);
	for (i = 0; i < 32; i++)
		key[i] = i;
	check_ok(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN_KEY, key, 32));
	check_ok(getsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN_KEY, got, &len));
	check_eq(len, 32);
	check_eq(memcmp(key, got, 32), 0);
	ask(w, 40002, &own);
	check(!same(&general, &own));
	check_err(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN_KEY, key, 15),
		  EINVAL);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&own) });
	expect(w, SYN | ACK, .ack = 101);
}

/* Servers of either stack with one key know each other's cookies. */
WIRE_TEST(server, both_stacks_make_the_same_cookie_of_a_key)
{
	struct cookie ours, theirs;
	struct sockaddr_storage sa;
	struct wire other[1];
	socklen_t len;
	char text[100];
	int fd;

	sysctl_set_text("fastopen_key", KEY_A);
	listen_fast(w, 5);
	ask(w, 40001, &ours);
	/* what is one stack's setting is the other's, by another name */
	sysctl_get_text("fastopen_key", text, sizeof(text));
	check_eq(strcmp(text, KEY_A), 0);
	if (stack_is_kernel())
		return;
	fd = other_socket(w->family);
	wire_fork(other, w, 40003);
	other->local_port = 8081;
	len = wire_local_sa(other, &sa);
	check_ok(bind(fd, (struct sockaddr *)&sa, len));
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN, 5);
	len = 16;
	check_ok(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_KEY,
			    "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", len));
	check_ok(listen(fd, 5));
	check_eq(system("echo 3 >/proc/sys/net/ipv4/tcp_fastopen"), 0);
	inject(other, SYN, .opts = { MSS(1460), REQUEST });
	expect(other, SYN | ACK);
	check(got_cookie(other, &theirs));
	check(same(&ours, &theirs));
	wire_close(other);
}

/* RFC 7413 4.1.3, and only where the network keeps strangers out. */
WIRE_TEST(server, the_setting_may_take_data_without_a_cookie)
{
	int listener = listen_fast(w, 5), fd;

	sysctl_set("fastopen", SERVER | SERVER_FREE);
	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
}

WIRE_TEST(server, a_listener_may_take_data_without_a_cookie)
{
	int listener = listen_fast(w, 5);

	set_opt(listener, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, 1);
	check_eq(get_opt(listener, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE), 1);
	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 101);
	wire_accept(listener);
}

WIRE_TEST(server, a_connection_may_be_closed_before_the_third_segment)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	send_pattern(fd, 0, 200);
	expect(w, ACK | PSH, .len = 200);
	close(fd);
	expect(w, FIN | ACK);
	/* the SYN-ACK was lost: it goes again, and what follows it waits */
	inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 101);
	inject(w, ACK, .ack = 202);
	expect_listed(w, FIN_WAIT2);
	inject(w, FIN | ACK, .ack = 202);
	expect(w, ACK, .seq = 202);
	expect_listed(w, TIME_WAIT);
}

/* Who closes at once, and never hears of the peer, has its place all the same. */
WIRE_TEST(server, a_closed_connection_counts_until_the_third_segment)
{
	int listener = listen_fast(w, 1), fd;
	struct wire second[1], third[1];
	struct cookie c;

	ask(w, 40001, &c);
	wire_fork(second, w, 40002);
	wire_fork(third, w, 40003);
	inject(w, SYN, .len = 10, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 11);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 10);
	close(fd);
	expect(w, FIN | ACK);
	inject(second, SYN, .len = 10, .opts = { MSS(1460), COOKIE(&c) });
	expect(second, SYN | ACK, .ack = 1);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	inject(third, SYN, .len = 10, .opts = { MSS(1460), COOKIE(&c) });
	expect(third, SYN | ACK, .ack = 11);
	wire_close(second);
	wire_close(third);
}

WIRE_TEST(server, the_third_segment_may_have_the_last_data_and_a_fin)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	inject(w, FIN | ACK | PSH, .len = 20);
	expect(w, ACK, .ack = 122);
	recv_pattern(fd, 0, 120);
	expect_eof(fd);
	check_eq(fd_state(fd), CLOSE_WAIT);
}

/* What acknowledges something else is refused, and the connection waits on. */
WIRE_TEST(server, an_ack_of_something_else_is_answered_by_a_reset)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	inject(w, ACK, .ack = 77);
	expect(w, RST, .seq = 77, .ack = ANY);
	check_eq(fd_state(fd), SYN_RECV);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
}

WIRE_TEST(server, ecn_is_agreed_on)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	sysctl_set("ecn", 1);
	inject(w, SYN | ECE | CWR, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK | ECE, .ack = 101);
	fd = wire_accept(listener);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_ECN, TCPI_OPT_ECN);
	/* and is so when it goes again */
	inject(w, SYN | ECE | CWR, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect(w, SYN | ACK | ECE, .seq = 0, .ack = 101);
}

WIRE_TEST(server, who_waits_to_be_accepted_is_reset_with_the_listener)
{
	int listener = listen_fast(w, 5);
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	close(listener);
	expect(w, RST | ACK, .ack = 101);
	check_eq(wire_state(w), CLOSE);
}

/* The listener is gone; its connection stays, and counts with nobody. */
WIRE_TEST(server, a_connection_outlives_its_listener)
{
	int listener = listen_fast(w, 5), fd;
	struct cookie c;

	ask(w, 40001, &c);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	close(listener);
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	recv_pattern(fd, 0, 100);
}

WIRE_TEST(server, a_full_accept_queue_takes_no_more)
{
	int listener = listen_fast(w, 5);
	struct wire second[1];
	struct cookie c;

	check_ok(listen(listener, 0));
	ask(w, 40001, &c);
	wire_fork(second, w, 40002);
	inject(w, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect(w, SYN | ACK, .ack = 101);
	inject(second, SYN, .len = 100, .opts = { MSS(1460), COOKIE(&c) });
	expect_none(second, 50);
	wire_close(second);
}

WIRE_TEST(server, the_option_is_what_it_was_set_to)
{
	int listener = listen_fast(w, 7);

	check_eq(get_opt(listener, IPPROTO_TCP, TCP_FASTOPEN), 7);
	check_err(setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN,
			     &(int){ -1 }, sizeof(int)), EINVAL);
	set_opt(listener, IPPROTO_TCP, TCP_FASTOPEN, 0);
	inject(w, SYN, .opts = { MSS(1460), REQUEST });
	expect(w, SYN | ACK, .opts = { MSS(ANY) });
}

TEST_HARNESS_MAIN
