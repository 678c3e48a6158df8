// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of data on its way and of ends: opens, transmissions, recovery,
 * aborts. Those that a timer moves are in counters_timer.c.
 */
#include <stdlib.h>

#include "lib/hosts.h"
#include "lib/flight.h"
#include "lib/tally.h"
#include "lib/test.h"

TALLY_FIXTURE(flow)

#define CUT_OFF	7

/* What has this mark comes back as an error: it does not leave the host. */
static void refuse_marked(void)
{
	shell("nft 'add table ip t; add chain ip t out { type filter hook output priority 0; }; "
	      "add rule ip t out meta mark %d drop'", CUT_OFF);
}

/* ---- Tcp: RFC 4022 ---- */

TALLY_TEST(flow, an_active_open)
{
	wire_connect(w);
	expect(w, SYN);
	expect_tally(t, COUNT(ActiveOpens, 1), COUNT(OutSegs, 1));
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_tally(t, COUNT(InSegs, 1), COUNT(OutSegs, 1),
		     COUNT(CurrEstab, 1), COUNT(TCPDelivered, 1));
}

TALLY_TEST(flow, an_open_that_is_refused)
{
	wire_connect(w);
	expect(w, SYN);
	tally_skip(t);
	inject(w, RST | ACK);
	expect_tally(t, COUNT(AttemptFails, 1));
}

TALLY_TEST(flow, a_connection_that_is_reset)
{
	tally_open(w, t);
	inject(w, RST);
	expect_tally(t, COUNT(EstabResets, 1), COUNT(CurrEstab, -1));
}

TALLY_TEST(flow, nstat_reads_the_counters)
{
	tally_open(w, t);
	if (!have_command("nstat"))
		SKIP(return, "needs nstat(8)");
	inject(w, ACK | PSH, .len = 10, .badsum = 1, .keep = true);
	/* The history of nstat is not to be touched, nor to be subtracted. */
	shell("PROC_NET_SNMP=/dev/null PROC_NET_SNMP6=/dev/null PROC_NET_NETSTAT=/proc/net/mytcp_netstat nstat -asz >/tmp/nstat.$$ && grep -Eq '^TcpInCsumErrors +1 ' /tmp/nstat.$$ && grep -Eq '^TcpPassiveOpens +1 ' /tmp/nstat.$$ && grep -Eq '^TcpExtDropNoMemory +0 ' /tmp/nstat.$$; s=$?; rm -f /tmp/nstat.$$; exit $s");
}

/* ---- data ---- */

TALLY_TEST(flow, data_that_is_sent_and_acknowledged)
{
	int fd = tally_open(w, t);

	send_pattern(fd, 0, 3 * SEGMENT);
	expect_segments(w, 0, 3);
	expect_tally(t, COUNT(TCPOrigDataSent, 3));
	inject(w, ACK, .ack = at(3));
	expect_tally(t, COUNT(TCPDelivered, 3), COUNT(TCPPureAcks, 1));
}

/* RFC 3168 6.1.2: what an ACK with ECE acknowledges met a router's mark. */
TALLY_TEST(flow, data_that_met_congestion)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN | ECE | CWR, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK);
	fd = wire_accept(listener);
	tally_skip(t);
	send_pattern(fd, 0, 2 * SEGMENT);
	expect_segments(w, 0, 2);
	inject(w, ACK | ECE, .ack = at(2));
	expect_tally(t, COUNT(TCPDelivered, 2), COUNT(TCPDeliveredCE, 2));
	close(listener);
}

/* RFC 6582: the third duplicate, a partial ACK, the end. */
TALLY_TEST(flow, fast_retransmit_and_recovery)
{
	int fd = tally_open(w, t), i;

	send_pattern(fd, 0, 8 * SEGMENT);
	expect_segments(w, 0, 8);
	tally_skip(t);
	for (i = 0; i < 3; i++)
		inject(w, ACK, .ack = 1);
	expect_segments(w, 0, 1);
	expect_tally(t, COUNT(TCPRenoRecovery, 1), COUNT(TCPFastRetrans, 1),
		     COUNT(RetransSegs, 1), COUNT(TCPDelivered, 0));
	inject(w, ACK, .ack = at(4));
	expect_segments(w, 4, 5);
	expect_tally(t, COUNT(TCPFastRetrans, 1), COUNT(RetransSegs, 1),
		     COUNT(TCPDelivered, 4));
	inject(w, ACK, .ack = at(8));
	expect_tally(t, COUNT(TCPDelivered, 4), COUNT(TCPOrigDataSent, 0));
}

TALLY_TEST(flow, a_retransmission_that_does_not_leave)
{
	int fd = tally_open(w, t), i;

	if (!have_command("nft"))
		SKIP(return, "needs nft(8)");
	refuse_marked();
	send_pattern(fd, 0, 8 * SEGMENT);
	set_opt(fd, SOL_SOCKET, SO_MARK, CUT_OFF);
	expect_segments(w, 0, 8);
	tally_skip(t);
	for (i = 0; i < 3; i++)
		inject(w, ACK, .ack = 1);
	expect_tally(t, COUNT(TCPRenoRecovery, 1), COUNT(TCPRetransFail, 1),
		     COUNT(RetransSegs, 1));
}

/* ---- ends ---- */

TALLY_TEST(flow, close_with_unread_data)
{
	int fd = tally_open(w, t);

	inject(w, ACK | PSH, .len = 10);
	expect(w, ACK);
	close(fd);
	expect(w, RST | ACK, .seq = 1);
	expect_tally(t, COUNT(TCPAbortOnClose, 1), COUNT(EstabResets, 1),
		     COUNT(OutRsts, 1));
}

/* SO_LINGER with a time of 0, MAY-8. */
TALLY_TEST(flow, an_abort)
{
	int fd = tally_open(w, t);

	close_abort(fd);
	expect(w, RST | ACK, .seq = 1);
	expect_tally(t, COUNT(TCPAbortOnData, 1), COUNT(EstabResets, 1),
		     COUNT(OutRsts, 1));
}

TALLY_TEST(flow, text_that_nobody_can_read_any_more)
{
	int fd = tally_open(w, t);

	check_ok(shutdown(fd, SHUT_RD));
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK | PSH, .ack = 1, .len = 10);
	expect(w, RST, .seq = ANY);
	expect_tally(t, DROP(TCPAbortOnData, 1), COUNT(OutRsts, 1));
}

/* TCP_LINGER2 of -1: no FIN_WAIT_2 without a user. */
TALLY_TEST(flow, no_wait_for_the_peers_fin)
{
	int fd = tally_open(w, t);

	set_opt(fd, IPPROTO_TCP, TCP_LINGER2, -1);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	inject(w, ACK, .ack = 2);
	expect(w, RST | ACK, .seq = 2);
	expect_tally(t, COUNT(TCPAbortOnLinger, 1), COUNT(OutRsts, 1));
}

TALLY_TEST(flow, more_orphans_than_there_may_be)
{
	int fd = tally_open(w, t);

	sysctl_set("max_orphans", 0);
	close(fd);
	expect(w, FIN | ACK, .seq = 1);
	expect(w, RST | ACK, .seq = 2);
	expect_tally(t, COUNT(TCPAbortOnMemory, 1), COUNT(OutRsts, 1));
}

TALLY_TEST(flow, a_reset_that_does_not_leave)
{
	int fd = tally_open(w, t);

	if (!have_command("nft"))
		SKIP(return, "needs nft(8)");
	refuse_marked();
	set_opt(fd, SOL_SOCKET, SO_MARK, CUT_OFF);
	close_abort(fd);
	expect_none(w, 0);
	expect_tally(t, COUNT(TCPAbortFailed, 1), COUNT(TCPAbortOnData, 1),
		     COUNT(EstabResets, 1), COUNT(OutRsts, 0));
}

TEST_HARNESS_MAIN
