// SPDX-License-Identifier: GPL-2.0
/* The counters of the handshake's passive side, and what TIME-WAIT counts. */
#include <fcntl.h>
#include <sys/wait.h>

#include "lib/hosts.h"
#include "lib/tally.h"
#include "lib/test.h"

TALLY_FIXTURE(listening)

static int listen_for(struct wire *w, int backlog)
{
	int fd = wire_listen(w);

	check_ok(listen(fd, backlog));
	return fd;
}

/* A handshake, of which the rest is counted. */
static void half_open(struct wire *w, struct tally *t)
{
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	tally_skip(t);
}

TALLY_TEST(listening, a_handshake)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_tally(t, COUNT(InSegs, 1), COUNT(OutSegs, 1));
	inject(w, ACK);
	expect_tally(t, COUNT(InSegs, 1), COUNT(PassiveOpens, 1),
		     COUNT(CurrEstab, 1), COUNT(TCPDelivered, 0));
}

TALLY_TEST(listening, an_accept_queue_that_is_full)
{
	struct wire second[1];
	int listener = listen_for(w, 0);

	wire_fork(second, w, 40001);
	half_open(w, t);
	inject(w, ACK);
	expect_tally(t, COUNT(PassiveOpens, 1));
	inject(second, SYN, .opts = { MSS(1460) });
	expect_none(second, 0);
	expect_tally(t, DROP(ListenOverflows, 1), COUNT(ListenDrops, 1));
	close(listener);
	wire_close(second);
}

/* The SYN found room, its ACK does not: RST, if abort_on_overflow says so. */
TALLY_TEST(listening, an_ack_that_finds_the_queue_full)
{
	struct wire second[1];
	int listener = listen_for(w, 0);

	wire_fork(second, w, 40001);
	half_open(w, t);
	half_open(second, t);
	inject(w, ACK);
	expect_tally(t, COUNT(PassiveOpens, 1));
	inject(second, ACK);
	expect_tally(t, DROP(ListenOverflows, 1), COUNT(ListenDrops, 1));
	sysctl_set("abort_on_overflow", 1);
	inject(second, ACK);
	expect(second, RST, .seq = 1);
	expect_tally(t, DROP(ListenOverflows, 1), COUNT(ListenDrops, 1),
		     COUNT(EmbryonicRsts, 1), COUNT(AttemptFails, 1));
	close(listener);
	wire_close(second);
}

TALLY_TEST(listening, a_syn_queue_that_is_full)
{
	struct wire second[1];

	sysctl_set("max_syn_backlog", 1);
	sysctl_set("syncookies", 0);
	wire_listen(w);
	wire_fork(second, w, 40001);
	half_open(w, t);
	inject(second, SYN, .opts = { MSS(1460) });
	expect_none(second, 0);
	expect_tally(t, DROP(TCPReqQFullDrop, 1), COUNT(ListenDrops, 1));
	wire_close(second);
}

TALLY_TEST(listening, a_cookie_for_a_full_syn_queue)
{
	struct wire second[1];

	sysctl_set("max_syn_backlog", 1);
	wire_listen(w);
	wire_fork(second, w, 40001);
	half_open(w, t);
	inject(second, SYN, .opts = { MSS(1460) });
	expect(second, SYN | ACK);
	expect_tally(t, COUNT(TCPReqQFullDoCookies, 1),
		     COUNT(SyncookiesSent, 1));
	inject(second, ACK);
	expect_tally(t, COUNT(SyncookiesRecv, 1), COUNT(PassiveOpens, 1));
	wire_close(second);
}

TALLY_TEST(listening, a_cookie_that_is_wrong)
{
	sysctl_set("syncookies", 2);
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	tally_skip(t);
	inject(w, ACK, .ack = 2);
	expect(w, RST, .seq = 2);
	expect_tally(t, COUNT(SyncookiesFailed, 1));
}

TALLY_TEST(listening, a_syn_from_where_no_route_leads)
{
	wire_listen(w);
	shell("ip route add unreachable 198.51.100.9");
	inject(w, SYN, .src = "198.51.100.9", .opts = { MSS(1460) });
	expect_tally(t, DROP(DropNoRoute, 1), COUNT(ListenDrops, 1));
}

/* MUST-11: back to LISTEN. */
TALLY_TEST(listening, a_reset_of_what_is_half_open)
{
	wire_listen(w);
	half_open(w, t);
	inject(w, RST);
	expect_tally(t, COUNT(EmbryonicRsts, 1), COUNT(AttemptFails, 1));
}

TALLY_TEST(listening, a_third_segment_that_is_wrong)
{
	wire_listen(w);
	sysctl_set("invalid_ratelimit", 0);
	half_open(w, t);
	inject(w, PSH, .len = 10, .keep = true);
	expect_tally(t, DROP(DropNoAck, 1));
	inject(w, ACK, .ack = 100, .keep = true);
	expect(w, RST, .seq = 100);
	expect_tally(t, DROP(DropBadAck, 1));
	inject(w, RST, .seq = 100, .keep = true);
	expect(w, ACK, .seq = 1);
	expect_tally(t, DROP(DropBlindRst, 1));
	inject(w, ACK, .seq = 200000, .keep = true);
	expect(w, ACK, .seq = 1);
	expect_tally(t, DROP(DropOutOfWindow, 1));
}

/* The answer was lost; the SYN comes twice more, within the rate limit. */
TALLY_TEST(listening, the_syn_again)
{
	wire_listen(w);
	sysctl_set("invalid_ratelimit", 100000);
	half_open(w, t);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) }, .keep = true);
	expect(w, SYN | ACK, .seq = 0);
	expect_tally(t, COUNT(TCPSynRetrans, 1), COUNT(RetransSegs, 1));
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) }, .keep = true);
	expect_none(w, 0);
	expect_tally(t, COUNT(TCPACKSkippedSynRecv, 1));
}

TALLY_TEST(listening, an_ack_without_the_data_that_is_waited_for)
{
	int listener = wire_listen(w);

	set_opt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
	half_open(w, t);
	inject(w, ACK);
	expect_no_accept(listener);
	expect_tally(t, DROP(TCPDeferAcceptDrop, 1));
}

/* ---- no memory: only where allocations can be made to fail ---- */

/* A child injects a SYN, and the @nth allocation that may not sleep fails. */
static void inject_failing(struct wire *w, int nth)
{
	pid_t child = fork();

	if (!child) {
		int fd = check_ok(open("/proc/thread-self/fail-nth",
				       O_WRONLY | O_CLOEXEC));

		check_ok(dprintf(fd, "%d", nth));
		inject(w, SYN, .sport = 20000 + nth, .keep = true);
		_exit(0);
	}
	check_eq(waitpid(child, NULL, 0), child);
}

TALLY_TEST(listening, a_syn_without_memory)
{
	int nth;

	if (access("/proc/thread-self/fail-nth", F_OK))
		SKIP(return, "needs a kernel with fault injection");
	wire_listen(w);
	/* What is only made for the first segment of a kernel is made now. */
	half_open(w, t);
	inject(w, RST);
	tally_skip(t);
	for (nth = 1; nth < 10 && !counter("TcpExt", "DropNoMemory"); nth++)
		inject_failing(w, nth);
	expect_tally(t, DROP(DropNoMemory, 1), COUNT(ListenDrops, 1));
}

/* ---- TIME_WAIT ---- */

TALLY_TEST(listening, time_wait_takes_a_fin_and_little_else)
{
	sysctl_set("invalid_ratelimit", 100000);
	enter_time_wait(w, open_passive(w));
	tally_skip(t);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_tally(t);
	inject(w, RST, .seq = 2);
	expect_tally(t, DROP(DropTimeWait, 1));
	inject(w, ACK | PSH, .seq = 2, .ack = 2, .len = 10, .keep = true);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_tally(t, DROP(DropTimeWait, 1));
	inject(w, ACK | PSH, .seq = 2, .ack = 2, .len = 10, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropTimeWait, 1), COUNT(TCPACKSkippedTimeWait, 1));
}

/* RFC 6191 */
TALLY_TEST(listening, time_wait_gives_way_to_a_new_connection)
{
	enter_time_wait(w, open_passive(w));
	tally_skip(t);
	wire_listen(w);
	wire_restart(w, w->iss + 200000);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	expect_tally(t, COUNT(TWRecycled, 1));
}

TALLY_TEST(listening, more_buckets_than_there_may_be)
{
	int fd = open_passive(w);

	sysctl_set("max_tw_buckets", 0);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	tally_skip(t);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_tally(t, COUNT(TCPTimeWaitOverflow, 1));
	expect_listed(w, CLOSE);
}

/* An orphan waits for the peer's FIN. */
TALLY_TEST(listening, fin_wait_2_of_an_orphan)
{
	int fd = open_passive(w);

	sysctl_set("invalid_ratelimit", 100000);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK, .ack = 2);
	expect_listed(w, FIN_WAIT2);
	tally_skip(t);
	inject(w, ACK, .seq = 200000, .keep = true);
	expect(w, ACK, .seq = 2);
	expect_tally(t, DROP(DropOutOfWindow, 1));
	inject(w, ACK, .seq = 200000, .keep = true);
	expect_none(w, 0);
	expect_tally(t, DROP(DropOutOfWindow, 1),
		     COUNT(TCPACKSkippedFinWait2, 1));
	inject(w, RST, .seq = 100, .keep = true);
	expect_tally(t, DROP(DropBlindRst, 1),
		     COUNT(TCPACKSkippedFinWait2, 1));
	inject(w, FIN | ACK, .seq = 101, .keep = true);
	expect(w, ACK, .seq = 2, .ack = 1);
	expect_tally(t, DROP(TCPOFODrop, 1));
	inject(w, ACK | PSH, .len = 10, .keep = true);
	expect(w, RST, .seq = 2);
	expect_tally(t, DROP(TCPAbortOnData, 1), COUNT(OutRsts, 1));
}

TEST_HARNESS_MAIN
