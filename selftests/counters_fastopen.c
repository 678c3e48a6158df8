// SPDX-License-Identifier: GPL-2.0
/* The counters of TCP Fast Open. */
#include "lib/tally.h"
#include "lib/test.h"

#define REQUEST		RAW("\x22\x02")
#define COOKIE		RAW("\x22\x0a" "cookie-1")
#define FREE		0x200	/* bit of the setting: no cookie is needed */

TALLY_FIXTURE(fastopen)

static int listen_fast(int most, int mode, struct wire *w)
{
	int fd = wire_listen(w);

	sysctl_set("fastopen", 2 | mode);
	set_opt(fd, IPPROTO_TCP, TCP_FASTOPEN, most);
	return fd;
}

/* Sends a call's data with the SYN, if the cookie for it is known. */
static int call_fast(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_peer_sa(w, &sa);
	int fd = stack_socket(w->family);
	ssize_t n;

	w->local_port = 0;
	w->tfo = true;
	set_nonblock(fd, true);
	n = sendto(fd, "0123456789", 10, MSG_FASTOPEN, (struct sockaddr *)&sa, len);
	check(n == 10 || errno == EINPROGRESS);
	return fd;
}

/* A connection that brings a cookie, and is not counted. */
static void learn(struct wire *w, struct tally *t)
{
	struct wire first[1];
	int fd;

	wire_fork(first, w, 50000);
	fd = call_fast(first);
	expect(first, SYN);
	inject(first, SYN | ACK, .opts = { MSS(1460), COOKIE });
	expect(first, ACK);
	close_abort(fd);
	expect(first, RST | ACK);
	wire_close(first);
	tally_skip(t);
}

TALLY_TEST(fastopen, a_request)
{
	listen_fast(5, 0, w);
	inject(w, SYN, .opts = { MSS(1460), REQUEST });
	expect(w, SYN | ACK);
	expect_tally(t, COUNT(TCPFastOpenCookieReqd, 1));
}

TALLY_TEST(fastopen, a_syn_that_is_taken)
{
	listen_fast(5, FREE, w);
	inject(w, SYN, .len = 10, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 11);
	expect_tally(t, COUNT(TCPFastOpenPassive, 1), COUNT(PassiveOpens, 1));
	inject(w, ACK);
	expect_tally(t, COUNT(CurrEstab, 1), COUNT(TCPDelivered, 1));
}

TALLY_TEST(fastopen, a_cookie_that_is_wrong)
{
	listen_fast(5, 0, w);
	inject(w, SYN, .len = 10, .opts = { MSS(1460), COOKIE });
	expect(w, SYN | ACK, .ack = 1);
	expect_tally(t, COUNT(TCPFastOpenPassiveFail, 1));
}

TALLY_TEST(fastopen, one_more_than_may_be_pending)
{
	struct wire second[1];

	listen_fast(1, FREE, w);
	wire_fork(second, w, 40001);
	inject(w, SYN, .len = 10, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 11);
	tally_skip(t);
	inject(second, SYN, .len = 10, .opts = { MSS(1460) });
	expect(second, SYN | ACK, .ack = 1);
	expect_tally(t, COUNT(TCPFastOpenListenOverflow, 1));
	wire_close(second);
}

TALLY_TEST(fastopen, a_cookie_of_the_key_before)
{
	const struct opt *o;
	struct wire ask[1];
	uint8_t raw[10];

	sysctl_set_text("fastopen_key", "1-2-3-4");
	listen_fast(5, 0, w);
	wire_fork(ask, w, 40001);
	inject(ask, SYN, .opts = { MSS(1460), REQUEST });
	expect(ask, SYN | ACK);
	o = opts_find(ask->last.s.opts, OPT_RAW);
	check(o && o->len == sizeof(raw));
	memcpy(raw, o->raw, sizeof(raw));
	wire_close(ask);
	sysctl_set_text("fastopen_key", "5-6-7-8,1-2-3-4");
	tally_skip(t);
	inject(w, SYN, .len = 10, .opts = { MSS(1460), RAWBUF(raw, sizeof(raw)) });
	expect(w, SYN | ACK, .ack = 11);
	expect_tally(t, COUNT(TCPFastOpenPassive, 1),
		     COUNT(TCPFastOpenPassiveAltKey, 1));
}

/* What the SYN-ACK is lost for is asked again, and answered once a time. */
TALLY_TEST(fastopen, a_syn_again_and_again)
{
	listen_fast(5, FREE, w);
	inject(w, SYN, .len = 10, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 11);
	tally_skip(t);
	inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 11);
	inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	expect_none(w, 0);
	expect_tally(t, COUNT(TCPACKSkippedSynRecv, 1));
}

TALLY_TEST(fastopen, a_reset_of_who_is_pending)
{
	listen_fast(5, FREE, w);
	inject(w, SYN, .len = 10, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .ack = 11);
	tally_skip(t);
	inject(w, RST, .seq = 11);
	expect_tally(t, COUNT(AttemptFails, 1));
}

TALLY_TEST(fastopen, data_that_the_server_takes)
{
	learn(w, t);
	call_fast(w);
	expect(w, SYN, .len = 10);
	expect_tally(t, COUNT(ActiveOpens, 1), COUNT(TCPOrigDataSent, 1));
	inject(w, SYN | ACK, .ack = 11, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_tally(t, COUNT(TCPFastOpenActive, 1));
}

TALLY_TEST(fastopen, data_that_the_server_drops)
{
	learn(w, t);
	call_fast(w);
	expect(w, SYN, .len = 10);
	inject(w, SYN | ACK, .ack = 1, .opts = { MSS(1460) });
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_tally(t, COUNT(TCPFastOpenActiveFail, 1), COUNT(RetransSegs, 1));
}

/* RFC 7413 7.3.1: of what the server sent nothing but the end has arrived. */
TALLY_TEST(fastopen, a_fin_without_what_was_before_it)
{
	struct wire second[1];

	learn(w, t);
	sysctl_set("fastopen_blackhole_timeout_sec", 3600);
	call_fast(w);
	expect(w, SYN, .len = 10);
	inject(w, SYN | ACK, .ack = 11, .opts = { MSS(1460) });
	expect(w, ACK);
	tally_skip(t);
	inject(w, FIN | ACK, .seq = 101);
	expect(w, ACK, .ack = 1);
	expect_tally(t, COUNT(TCPOFOQueue, 1));
	inject(w, RST, .seq = 1);
	expect_tally(t, COUNT(TCPFastOpenBlackhole, 1), COUNT(EstabResets, 1));
	/* and nobody tries for an hour */
	wire_fork(second, w, 40001);
	call_fast(second);
	expect(second, SYN, .len = 0);
	check(!opts_find(second->last.s.opts, OPT_RAW));
	wire_close(second);
}

TALLY_TEST(fastopen, a_reset_without_what_was_before_it)
{
	learn(w, t);
	sysctl_set("fastopen_blackhole_timeout_sec", 3600);
	call_fast(w);
	expect(w, SYN, .len = 10);
	inject(w, SYN | ACK, .ack = 11, .opts = { MSS(1460) });
	expect(w, ACK);
	tally_skip(t);
	inject(w, RST, .seq = 101);
	expect(w, ACK, .ack = 1);
	expect_tally(t, DROP(DropBlindRst, 1), COUNT(TCPChallengeACK, 1),
		     COUNT(TCPFastOpenBlackhole, 1));
}

/* The administrator has not asked for it. */
TALLY_TEST(fastopen, no_blackhole_is_looked_for_unless_told)
{
	learn(w, t);
	call_fast(w);
	expect(w, SYN, .len = 10);
	inject(w, SYN | ACK, .ack = 11, .opts = { MSS(1460) });
	expect(w, ACK);
	tally_skip(t);
	inject(w, RST, .seq = 101);
	expect(w, ACK, .ack = 1);
	expect_tally(t, DROP(DropBlindRst, 1), COUNT(TCPChallengeACK, 1));
}

TEST_HARNESS_MAIN
