// SPDX-License-Identifier: GPL-2.0
/*
 * TCP Fast Open when segments are lost: RFC 7413 4.1.3.1, 5.1 and 7.3.1.
 * In icount.list: hours pass.
 */
#include "lib/test.h"

#define REQUEST		RAW("\x22\x02")
#define COOKIE		RAW("\x22\x0a" "cookie-1")
#define SERVER		2	/* bits of the setting */
#define SERVER_FREE	0x200

WIRE_FIXTURE(timer)

static int late(int ms)
{
	return ms / 8 + 10;
}

static void wait_seconds(int s)
{
	check_eq(poll(NULL, 0, s * 1000), 0);
}

/* A connection to the server that sends at once what it may, on a wire of its own. */
static int call_fast(struct wire *w, struct wire *own, int port)
{
	struct sockaddr_storage sa;
	int fd = stack_socket(w->family);
	socklen_t len;
	ssize_t n;

	wire_fork(own, w, port);
	own->local_port = 0;
	own->tfo = true;
	len = wire_peer_sa(own, &sa);
	set_nonblock(fd, true);
	n = sendto(fd, "0123456789", 10, MSG_FASTOPEN, (struct sockaddr *)&sa, len);
	check(n == 10 || errno == EINPROGRESS);
	return fd;
}

static bool has_option(const struct wire *w)
{
	return opts_find(w->last.s.opts, OPT_RAW);
}

static void learn(struct wire *w)
{
	struct wire own[1];
	int fd = call_fast(w, own, 50000);

	expect(own, SYN);
	inject(own, SYN | ACK, .opts = { MSS(1460), COOKIE });
	expect(own, ACK);
	close_abort(fd);
	expect(own, RST | ACK);
	wire_close(own);
}

/* 4.2.1: neither data nor cookie may be what the path has lost it for. */
WIRE_TEST_TIMEOUT(timer, a_syn_that_is_lost_goes_again_alone, 60)
{
	struct wire own[1];
	int fd;

	learn(w);
	fd = call_fast(w, own, 40001);
	expect(own, SYN, .len = 10);
	check(has_option(own));
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	check(!has_option(own));
	expect_after(own, 2000, late(2000), SYN, .seq = 0, .len = 0);
	check(!has_option(own));
	inject(own, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(own, ACK | PSH, .seq = 1, .len = 10);
	inject(own, ACK, .ack = 11);
	expect_state(fd, ESTABLISHED);
	check_eq(tcp_info(fd).tcpi_fastopen_client_fail, 3);
	wire_close(own);
}

/* The SYN arrived, and its answer was lost. */
WIRE_TEST_TIMEOUT(timer, a_late_syn_ack_may_acknowledge_the_data, 60)
{
	struct wire own[1];
	int fd;

	learn(w);
	fd = call_fast(w, own, 40001);
	expect(own, SYN, .len = 10);
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	inject(own, SYN | ACK, .ack = 11, .opts = { MSS(1460) });
	expect(own, ACK, .seq = 11);
	expect_state(fd, ESTABLISHED);
	check_eq(tcp_info(fd).tcpi_options & TCPI_OPT_SYN_DATA,
		 TCPI_OPT_SYN_DATA);
	wire_close(own);
}

static void lose_one(struct wire *w, int port)
{
	struct wire own[1];
	int fd = call_fast(w, own, port);

	expect(own, SYN, .len = 10);
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	inject(own, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(own, ACK | PSH, .seq = 1, .len = 10);
	close_abort(fd);
	expect(own, RST | ACK);
	wire_close(own);
}

static bool tries(struct wire *w, int port)
{
	struct wire own[1];
	bool data;
	int fd = call_fast(w, own, port);

	expect(own, SYN, .len = ANY);
	data = own->last.s.len;
	check_eq(has_option(own), data);
	inject(own, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(own, ACK | ANYPSH, .seq = 1, .len = ANY);
	close_abort(fd);
	expect(own, RST | ACK);
	wire_close(own);
	return data;
}

/*
 * 4.1.3.1: a path that has lost two such SYNs is spared a third for a minute, then
 * for two. The kernel's TCP of today keeps no account of it.
 */
WIRE_TEST_TIMEOUT(timer, a_path_that_loses_such_syns_is_spared, 600)
{
	if (stack_is_kernel())
		return;
	learn(w);
	lose_one(w, 40001);
	lose_one(w, 40002);
	check(!tries(w, 40003));
	wait_seconds(61);
	lose_one(w, 40004);
	wait_seconds(61);
	check(!tries(w, 40005));
	wait_seconds(61);
	/* one that arrives makes all well */
	check(tries(w, 40006));
	lose_one(w, 40007);
	check(tries(w, 40008));
}

/* 7.3.1: three timeouts in a row, and no connection tries for an hour. */
WIRE_TEST_TIMEOUT(timer, three_timeouts_are_taken_for_a_blackhole, 20000)
{
	struct wire own[1];
	int fd;

	sysctl_set("fastopen_blackhole_timeout_sec", 3600);
	learn(w);
	fd = call_fast(w, own, 40001);
	expect(own, SYN, .len = 10);
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	expect_after(own, 2000, late(2000), SYN, .seq = 0, .len = 0);
	check_eq(counter("TcpExt", "TCPFastOpenBlackhole"), 0);
	expect_after(own, 4000, late(4000), SYN, .seq = 0, .len = 0);
	check_eq(counter("TcpExt", "TCPFastOpenBlackhole"), 1);
	close(fd);
	wire_close(own);
	check(!tries(w, 40002));
	wait_seconds(3500);
	check(!tries(w, 40003));
	wait_seconds(100);
	check(tries(w, 40004));
	/* again: two hours */
	fd = call_fast(w, own, 40005);
	expect(own, SYN, .len = 10);
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	expect_after(own, 2000, late(2000), SYN, .seq = 0, .len = 0);
	expect_after(own, 4000, late(4000), SYN, .seq = 0, .len = 0);
	close(fd);
	wire_close(own);
	wait_seconds(7000);
	check(!tries(w, 40006));
	wait_seconds(250);
	check(tries(w, 40007));
}

/* Who writes the setting believes that all is well now. */
WIRE_TEST_TIMEOUT(timer, writing_the_setting_ends_the_pause, 60)
{
	struct wire own[1];
	int fd;

	sysctl_set("fastopen_blackhole_timeout_sec", 3600);
	learn(w);
	fd = call_fast(w, own, 40001);
	expect(own, SYN, .len = 10);
	expect_after(own, 1000, late(1000), SYN, .seq = 0, .len = 0);
	expect_after(own, 2000, late(2000), SYN, .seq = 0, .len = 0);
	expect_after(own, 4000, late(4000), SYN, .seq = 0, .len = 0);
	close(fd);
	wire_close(own);
	check(!tries(w, 40002));
	sysctl_set("fastopen_blackhole_timeout_sec", 3600);
	check(tries(w, 40003));
}

static int listen_free(struct wire *w, int most)
{
	int fd = wire_listen(w);

	sysctl_set("fastopen", SERVER | SERVER_FREE);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN, most);
	return fd;
}

/*
 * The SYN-ACK goes again as any other, and then the connection is over. The
 * kernel's TCP allows such a connection one more than its setting says.
 */
WIRE_TEST_TIMEOUT(timer, a_syn_ack_goes_again_until_it_is_given_up, 300)
{
	int listener = listen_free(w, 5), fd, i, ms = 1000;

	sysctl_set("synack_retries", 3);
	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	recv_pattern(fd, 0, 100);
	for (i = 0; i < 3 + stack_is_kernel(); i++, ms *= 2)
		expect_after(w, ms, late(ms), SYN | ACK, .seq = 0, .ack = 101);
	check(wait_fd(fd, POLLIN, 2 * ms) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
	check_eq(fd_state(fd), CLOSE);
	expect_none(w, 60000);
}

/* What went out behind a SYN-ACK that was lost waits for that to arrive. */
WIRE_TEST_TIMEOUT(timer, an_answer_that_was_lost_with_the_syn_ack_goes_again, 60)
{
	int listener = listen_free(w, 5), fd;

	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	send_pattern(fd, 0, 500);
	expect(w, ACK | PSH, .seq = 1, .len = 500);
	expect_after(w, 1000, late(1000), SYN | ACK, .seq = 0, .ack = 101);
	inject(w, ACK, .ack = 1);
	expect_state(fd, ESTABLISHED);
	expect(w, ACK | PSH, .seq = 1, .len = 500);
	inject(w, ACK, .ack = 501);
	expect_none(w, 10000);
}

/* A48, 5.1: a place that a reset has freed is free after a minute. */
WIRE_TEST_TIMEOUT(timer, who_was_reset_counts_for_a_minute, 300)
{
	struct wire second[1], third[1];
	int listener = listen_free(w, 1), fd;

	wire_fork(second, w, 40001);
	wire_fork(third, w, 40002);
	inject(w, SYN, .len = 100, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 101);
	fd = wire_accept(listener);
	inject(w, RST, .seq = 101);
	expect_state(fd, CLOSE);
	wait_seconds(57);
	inject(second, SYN, .len = 100, .opts = { MSS(1460) });
	expect(second, SYN | ACK, .ack = 1);
	inject(second, RST, .seq = 1);
	wait_seconds(5);
	inject(third, SYN, .len = 100, .opts = { MSS(1460) });
	expect(third, SYN | ACK, .ack = 101);
	wire_close(second);
	wire_close(third);
}

TEST_HARNESS_MAIN
