// SPDX-License-Identifier: GPL-2.0
/*
 * How long a SYN cookie is good (A21), and that its answer is sent once (A22). In
 * icount.list: minutes pass.
 */
#include "lib/test.h"

WIRE_FIXTURE(cookies)

/* A SYN that is answered with a cookie. */
static int half_way(struct wire *w)
{
	int fd = wire_listen(w);

	sysctl_set("syncookies", 2);
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(1000, 0) });
	expect(w, SYN | ACK);
	return fd;
}

WIRE_TEST_TIMEOUT(cookies, the_answer_is_sent_once, 600)
{
	half_way(w);
	expect_none(w, 60000);
}

WIRE_TEST_TIMEOUT(cookies, a_cookie_is_good_for_a_minute, 600)
{
	int listener = half_way(w);

	expect_none(w, 60000);
	inject(w, ACK);
	wire_accept(listener);
}

/* A new key every 64 s, so that a minute always has a change in it, or none. */
WIRE_TEST_TIMEOUT(cookies, a_new_key_does_not_make_the_last_one_useless, 600)
{
	int listener = wire_listen(w), i;
	struct wire old[1], new[1];

	sysctl_set("syncookies", 2);
	for (i = 0; i < 3; i++) {
		wire_fork(old, w, 40001 + 2 * i);
		wire_fork(new, w, 40002 + 2 * i);
		inject(old, SYN, .opts = { MSS(1460) });
		expect(old, SYN | ACK);
		expect_none(w, 40000);
		inject(new, SYN, .opts = { MSS(1460) });
		expect(new, SYN | ACK);
		inject(old, ACK);
		wire_accept(listener);
		inject(new, ACK);
		wire_accept(listener);
		wire_close(old);
		wire_close(new);
	}
}

/* Nobody looks: it is long since any was sent. */
WIRE_TEST_TIMEOUT(cookies, a_stale_cookie_makes_no_connection, 600)
{
	int listener = half_way(w);

	expect_none(w, 128000 + 100);
	inject(w, ACK);
	expect(w, RST, .seq = 1);
	expect_no_accept(listener);
}

/*
 * Others are being sent, so it is looked at, and its key has gone. Without
 * timestamps nothing else gives it away.
 */
WIRE_TEST_TIMEOUT(cookies, a_stale_cookie_is_wrong_among_fresh_ones, 600)
{
	int listener = wire_listen(w);
	struct wire second[1];

	sysctl_set("syncookies", 2);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_none(w, 128000 + 100);
	wire_fork(second, w, 40001);
	inject(second, SYN, .opts = { MSS(1460), SACKOK, TS(2000, 0) });
	expect(second, SYN | ACK);
	inject(w, ACK);
	expect(w, RST, .seq = 1);
	expect_no_accept(listener);
	check_eq(counter("TcpExt", "SyncookiesFailed"), 1);
	inject(second, ACK);
	wire_accept(listener);
	wire_close(second);
}

TEST_HARNESS_MAIN
