// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit congestion notification, RFC 3168: who agrees to it, whatever the setting,
 * whoever begins and whatever the peer says; and what it is then to each kind of
 * segment.
 */
#include "lib/test.h"

#include "lib/flight.h"
#include "lib/hosts.h"

WIRE_FIXTURE(ecn)

#define CE	3		/* RFC 3168 5 */
#define ECT1	1
#define ECT0	2
#define ASKS	(ECE | CWR)	/* 6.1.1 */

#define OPTIONS	(TCPI_OPT_ECN | TCPI_OPT_ECN_SEEN)

enum { CA_OPEN, CA_DISORDER, CA_CWR, CA_RECOVERY, CA_LOSS };

/* ---- who agrees ---- */

/* What the peer's data says of the path comes back, if that is agreed on. */
static void expect_echo(struct wire *w, int fd, bool agreed)
{
	int echo = agreed ? ECE : 0;

	inject(w, ACK, .len = 10, .tos = ECT0);
	expect(w, ACK, .tos = 0);
	inject(w, ACK, .len = 10, .tos = CE);
	expect(w, ACK | echo, .tos = 0);
	inject(w, ACK, .len = 10, .tos = ECT1);
	expect(w, ACK | echo, .tos = 0);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH | echo, .len = 10, .tos = agreed ? ECT0 : 0);
	inject(w, ACK | CWR, .len = 10, .tos = ECT0);
	expect(w, ACK, .tos = 0);
	check_eq(tcp_info(fd).tcpi_options & OPTIONS, agreed ? OPTIONS : 0);
}

/* What the peer echoes makes the window smaller, and CWR tells it. */
static void expect_answer(struct wire *w, int fd, bool agreed)
{
	send_pattern(fd, 10, 10);
	expect(w, ACK | PSH, .len = 10, .tos = agreed ? ECT0 : 0);
	inject(w, ACK | ECE);
	check_eq(tcp_info(fd).tcpi_ca_state, agreed ? CA_CWR : CA_OPEN);
	send_pattern(fd, 20, 10);
	expect(w, ACK | PSH | (agreed ? CWR : 0), .len = 10,
	       .tos = agreed ? ECT0 : 0);
	inject(w, ACK);
	check_eq(tcp_info(fd).tcpi_ca_state, CA_OPEN);
	send_pattern(fd, 30, 10);
	expect(w, ACK | PSH, .len = 10, .tos = agreed ? ECT0 : 0);
	inject(w, ACK);
}

/* Uses an open connection, and ends it. */
static void expect_agreed(struct wire *w, int fd, bool agreed)
{
	check_eq(tcp_info(fd).tcpi_options & OPTIONS, agreed ? TCPI_OPT_ECN : 0);
	expect_echo(w, fd, agreed);
	expect_answer(w, fd, agreed);
	close_abort(fd);
	expect(w, RST | ACK, .tos = 0);
}

/* What a SYN may say; .asks if that is a question. */
static const struct ask {
	int flags, tos;
	bool asks;
} asked[] = {
	{ 0, 0, false },
	{ ASKS, 0, true },
	{ ECE, 0, false },
	{ CWR, 0, false },
	/* 6.1.1: no SYN is ECN-capable; somebody on the way plays with the bits */
	{ ASKS, ECT0, false },
	{ ASKS, CE, false },
};

/* The peer begins. @kept: what the SYN says is remembered until the third segment. */
static void answer_every_syn(struct wire *device, bool timestamps, bool kept)
{
	int listener = wire_listen(device), fd, port = 41000;
	unsigned int i, setting;
	struct wire w[1];
	bool agreed;

	for (setting = 0; setting <= 2; setting++) {
		sysctl_set("ecn", setting);
		for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
			const struct ask *a = &asked[i];

			wire_fork(w, device, port++);
			wire_note(w, "ecn = %u, SYN %u", setting, i);
			agreed = setting && a->asks && kept;
			wire_inject(AT_, w, SEG(SYN | a->flags, .tos = a->tos,
				.opts = { MSS(SEGMENT), NOP, NOP,
					  timestamps ? (struct opt)TS(1000, 0) :
						       (struct opt)NOP }));
			expect(w, SYN | ACK | (agreed ? ECE : 0), .tos = 0);
			inject(w, ACK);
			fd = wire_accept(listener);
			expect_agreed(w, fd, agreed);
			wire_close(w);
		}
	}
}

WIRE_TEST(ecn, a_syn_that_asks_for_it_gets_it_unless_it_is_off)
{
	answer_every_syn(w, false, true);
}

/* It returns in the timestamp. */
WIRE_TEST(ecn, a_syn_cookie_remembers_it)
{
	sysctl_set("syncookies", 2);
	answer_every_syn(w, true, true);
}

WIRE_TEST(ecn, a_syn_cookie_without_timestamps_does_not_agree)
{
	sysctl_set("syncookies", 2);
	answer_every_syn(w, false, false);
}

/* What a SYN-ACK may say; .agrees if that is a yes. */
static const struct {
	int flags, tos;
	bool agrees;
} answered[] = {
	{ 0, 0, false },
	{ ECE, 0, true },
	{ CWR, 0, false },
	{ ASKS, 0, false },	/* a peer that sends every flag back, 6.1.1 */
};

WIRE_TEST(ecn, we_ask_for_it_if_the_setting_is_1)
{
	unsigned int i, setting;
	struct wire c[1];
	int fd, port = 41000;
	bool asks, agreed;

	for (setting = 0; setting <= 2; setting++) {
		sysctl_set("ecn", setting);
		for (i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
			wire_fork(c, w, port++);
			c->local_port = 0;
			wire_note(c, "ecn = %u, SYN-ACK %u", setting, i);
			asks = setting == 1;
			agreed = asks && answered[i].agrees;
			fd = wire_connect(c);
			expect(c, SYN | (asks ? ASKS : 0), .tos = 0);
			inject(c, SYN | ACK | answered[i].flags,
			       .opts = { MSS(SEGMENT) });
			expect(c, ACK, .tos = 0);
			expect_agreed(c, fd, agreed);
			wire_close(c);
		}
	}
}

/* Another SYN does not change what the first was promised, nor does a lost answer. */
WIRE_TEST(ecn, a_syn_that_comes_again_gets_the_same_answer)
{
	int listener = wire_listen(w);

	inject(w, SYN | ASKS, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE);
	inject(w, SYN | ASKS, .seq = 0, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE, .seq = 0, .tos = 0);
	expect(w, SYN | ACK | ECE, .seq = 0, .tos = 0);
	inject(w, ACK);
	expect_agreed(w, wire_accept(listener), true);
}

/* 6.1.1.1: maybe it was lost because it asks. */
WIRE_TEST(ecn, a_syn_that_goes_again_does_not_ask)
{
	int fd;

	sysctl_set("ecn", 1);
	fd = wire_connect(w);
	expect(w, SYN | ASKS);
	expect(w, SYN, .seq = 0);
	expect(w, SYN, .seq = 0);
	inject(w, SYN | ACK, .opts = { MSS(SEGMENT) });
	expect(w, ACK);
	expect_agreed(w, fd, false);
}

WIRE_TEST(ecn, ecn_fallback_of_zero_asks_again)
{
	int fd;

	sysctl_set("ecn", 1);
	sysctl_set("ecn_fallback", 0);
	fd = wire_connect(w);
	expect(w, SYN | ASKS);
	expect(w, SYN | ASKS, .seq = 0, .tos = 0);
	inject(w, SYN | ACK | ECE, .opts = { MSS(SEGMENT) });
	expect(w, ACK);
	check_eq(tcp_info(fd).tcpi_options & OPTIONS, TCPI_OPT_ECN);
}

/* The answer to the first, which was only late. */
WIRE_TEST(ecn, a_late_yes_is_a_yes)
{
	int fd;

	sysctl_set("ecn", 1);
	fd = wire_connect(w);
	expect(w, SYN | ASKS);
	expect(w, SYN, .seq = 0);
	inject(w, SYN | ACK | ECE, .opts = { MSS(SEGMENT) });
	expect(w, ACK);
	check_eq(tcp_info(fd).tcpi_options & OPTIONS, TCPI_OPT_ECN);
}

/* ---- which segments are ECN-capable ---- */

static int open_ecn(struct wire *w)
{
	sysctl_set("early_retrans", 0);	/* no probe, on a slow machine */
	return open_flight(w, 300, "reno", SYN | ASKS, MSS(SEGMENT));
}

/* 6.1.5: a mark could not be told from one for what it replaces. */
WIRE_TEST(ecn, what_goes_again_is_not_ecn_capable)
{
	int fd = open_ecn(w);

	send_segments(fd, 0, 1);
	expect(w, ACK | ANYPSH, .len = SEGMENT, .tos = ECT0);
	expect(w, ACK | ANYPSH, .seq = 1, .len = SEGMENT, .tos = 0);
	expect(w, ACK | ANYPSH, .seq = 1, .len = SEGMENT, .tos = 0);
	inject(w, ACK);
	send_segments(fd, 1, 2);
	expect(w, ACK | ANYPSH | CWR, .len = SEGMENT, .tos = ECT0);
}

/* The same; and 6.1.2: CWR is for new data, or it could be lost with it. */
WIRE_TEST(ecn, a_fast_retransmission_says_nothing_new_data_says_cwr)
{
	int fd = open_ecn(w), i;

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	for (i = 0; i < 3; i++)
		inject_dup(w, 0);
	expect(w, ACK | ANYPSH, .seq = at(0), .len = SEGMENT, .tos = 0);
	inject(w, ACK, .ack = at(IW));
	send_segments(fd, IW, IW + 2);
	expect(w, ACK | ANYPSH | CWR, .len = SEGMENT, .tos = ECT0);
	expect(w, ACK | ANYPSH, .len = SEGMENT, .tos = ECT0);
}

/* A window that shrinks is believed with new data. */
static void close_window(struct wire *w)
{
	inject(w, ACK, .len = 10);
	expect(w, ACK, .tos = 0);
	inject(w, ACK, .len = 10, .wnd = 0);
	expect(w, ACK, .tos = 0);
}

/* 6.1.6; and a FIN of its own is no data. */
WIRE_TEST(ecn, probes_and_a_bare_fin_are_not_ecn_capable)
{
	int fd = open_ecn(w);

	close_window(w);
	send_pattern(fd, 0, 10);
	expect(w, ACK, .seq = 0, .tos = 0);
	inject(w, ACK, .ack = 1);
	expect(w, ACK | ANYPSH, .len = 10, .tos = ECT0);
	inject(w, ACK);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK, .tos = 0);
}

/* A FIN with the last data is. */
WIRE_TEST(ecn, a_fin_with_data_is_ecn_capable)
{
	int fd = open_ecn(w);

	close_window(w);
	send_pattern(fd, 0, 10);
	check_ok(shutdown(fd, SHUT_WR));
	inject(w, ACK, .ack = 1);
	expect(w, FIN | ACK | PSH, .len = 10, .tos = ECT0);
}

/* 6.1.4: nor are the ACKs of what is left of a connection whose last word was. */
WIRE_TEST(ecn, acks_in_time_wait_are_not_ecn_capable)
{
	int fd = open_ecn(w);

	close_window(w);
	recv_pattern(fd, 0, 20);
	send_pattern(fd, 0, 10);
	close(fd);
	inject(w, ACK, .ack = 1);
	expect(w, FIN | ACK | PSH, .len = 10, .tos = ECT0);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	inject(w, FIN | ACK);
	expect(w, ACK, .tos = 0);
	inject(w, FIN | ACK, .seq = 21, .keep = true);
	expect(w, ACK, .tos = 0);
}

/* ---- the receiver ---- */

/* A sender that must slow down hears of it now. */
WIRE_TEST(ecn, a_mark_is_echoed_at_once)
{
	int fd = open_ecn(w);
	uint64_t octets = leave_quick(w, fd, SEGMENT);

	inject(w, ACK, .len = 10, .tos = ECT0);
	expect_none(w, 0);
	inject(w, ACK, .len = 10, .tos = CE);
	check(receive(w, 0));
	check_eq(w->last.s.flags, ACK | ECE);
	recv_pattern(fd, octets, 20);
}

/* And a sender that has slowed down, perhaps to one segment, needs the ACK. */
WIRE_TEST(ecn, cwr_is_acknowledged_at_once)
{
	int fd = open_ecn(w);
	uint64_t octets = leave_quick(w, fd, SEGMENT);

	inject(w, ACK | CWR, .len = 10, .tos = ECT0);
	check(receive(w, 0));
	check_eq(w->last.s.flags, ACK);
	recv_pattern(fd, octets, 10);
}

/* 6.1.3: as long as there is no CWR, whatever the segment. */
WIRE_TEST(ecn, a_mark_on_what_comes_out_of_order_counts)
{
	open_ecn(w);
	inject(w, ACK, .seq = at(1), .len = SEGMENT, .tos = CE, .keep = true);
	expect(w, ACK | ECE, .ack = at(0));
	inject(w, ACK, .seq = at(0), .len = SEGMENT, .tos = 0);
	expect(w, ACK | ECE, .ack = at(2));
	inject(w, ACK | CWR, .seq = at(2), .len = SEGMENT, .tos = CE);
	expect(w, ACK | ECE, .ack = at(3));
	inject(w, ACK | CWR, .seq = at(3), .len = SEGMENT, .tos = ECT0);
	expect(w, ACK, .ack = at(4));
}

/* 6.1.5: it may be anybody's. */
WIRE_TEST(ecn, a_mark_outside_of_the_window_is_ignored)
{
	open_ecn(w);
	sysctl_set("invalid_ratelimit", 0);
	inject(w, ACK, .len = SEGMENT, .tos = ECT0);
	expect(w, ACK, .ack = at(1));
	inject(w, ACK, .seq = at(0), .len = SEGMENT, .tos = CE, .keep = true);
	expect(w, ACK, .ack = at(1));
	inject(w, ACK, .seq = at(1) + 1000000, .len = 10, .tos = CE, .keep = true);
	expect(w, ACK, .ack = at(1));
}

/* ---- the sender ---- */

/* 6.1.2: one window of data, one reduction, however often it is echoed. */
WIRE_TEST(ecn, the_window_is_reduced_once_a_window)
{
	int fd = open_ecn(w), i;

	send_segments(fd, 0, 3 * IW);
	expect_segments_only(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	for (i = 2; i <= IW; i++) {
		inject(w, ACK | ECE, .ack = at(i));
		check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	}
	check_le(tcp_info(fd).tcpi_snd_cwnd, IW / 2 + 1);
	expect(w, ACK | ANYPSH | CWR, .seq = at(IW), .len = SEGMENT);
	drain(w);
	/* the peer has heard of it; now a second one */
	inject(w, ACK, .ack = at(IW + 2));
	drain(w);
	inject(w, ACK | ECE, .ack = at(IW + 3));
	check_lt(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
}

/* The peer has not heard of it yet: no new data has told. */
WIRE_TEST(ecn, an_echo_without_data_in_flight_says_nothing)
{
	int fd = open_ecn(w);

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(5));
	inject(w, ACK | ECE, .ack = at(IW));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	inject(w, ACK | ECE, .len = 10);
	inject(w, ACK | ECE, .len = 10);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	drain(w);
	send_segments(fd, IW, IW + 2);
	expect(w, ACK | ANYPSH | CWR, .len = SEGMENT);
	expect(w, ACK | ANYPSH, .len = SEGMENT);
	/* of what was sent before */
	inject(w, ACK | ECE, .ack = at(IW), .len = 10);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
}

/* 6.1.2: a loss in the window of a mark is the same congestion. */
WIRE_TEST(ecn, a_loss_after_a_mark_reduces_no_further)
{
	int fd = open_ecn(w), i;

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	for (i = 0; i < 3; i++)
		inject(w, ACK | ECE, .ack = at(1));
	expect(w, ACK | ANYPSH, .seq = at(1), .len = SEGMENT, .tos = 0);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
}

/* In what went after the reduction it is another. The kernel takes it for the same. */
WIRE_TEST(ecn, a_loss_in_the_window_after_a_mark_reduces_again)
{
	int fd = open_ecn(w), i;

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	inject(w, ACK | ECE, .ack = at(IW));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	send_segments(fd, IW, IW + 5);
	expect(w, ACK | ANYPSH | CWR, .len = SEGMENT);
	expect_segments(w, IW + 1, IW + 5);
	for (i = 0; i < 3; i++)
		inject_dup(w, IW);
	expect(w, ACK | ANYPSH, .seq = at(IW), .len = SEGMENT, .tos = 0);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh,
		 stack_is_kernel() ? IW / 2 : 2);
}

WIRE_TEST(ecn, a_mark_after_a_loss_reduces_no_further)
{
	int fd = open_ecn(w), i;

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	for (i = 0; i < 3; i++)
		inject_dup(w, 0);
	expect(w, ACK | ANYPSH, .seq = at(0), .len = SEGMENT, .tos = 0);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
	inject(w, ACK | ECE, .ack = at(5));
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, IW / 2);
}

/* RFC 8985 7.2: a reduced window is no loss that is being repaired. */
WIRE_TEST(ecn, a_tail_that_is_lost_after_a_mark_is_probed)
{
	int fd = open_flight(w, 300, "reno", SYN | ASKS, MSS(SEGMENT), SACKOK);

	send_segments(fd, 0, IW);
	expect_segments(w, 0, IW);
	inject(w, ACK | ECE, .ack = at(1));
	inject(w, ACK | ECE, .ack = at(IW));
	send_segments(fd, IW, IW + 1);
	expect(w, ACK | ANYPSH | CWR, .len = SEGMENT);
	expect(w, ACK | ANYPSH, .seq = at(IW), .len = SEGMENT, .tos = 0);
	check_eq(counter("TcpExt", "TCPLossProbes"), 1);
	check_eq(counter("TcpExt", "TCPTimeouts"), 0);
}

/* The ACK of the handshake, and a SYN, echo nothing. */
WIRE_TEST(ecn, ece_on_the_third_segment_is_no_echo)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN | ASKS, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK | ECE);
	fd = wire_accept(listener);
	check_eq(tcp_info(fd).tcpi_ca_state, CA_OPEN);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, IW);
}

/* ---- the route ---- */

/* ip route ... features ecn: whatever the setting. */
WIRE_TEST(ecn, a_route_may_ask_for_it)
{
	int v6 = w->family == AF_INET6, listener, fd;
	struct wire c[1];

	sysctl_set("ecn", 0);
	shell("ip -%d route add %s dev %s features ecn", v6 ? 6 : 4,
	      v6 ? "2001:db8::2/128" : "192.0.2.2/32", wire_dev(w));
	listener = wire_listen(w);
	inject(w, SYN | ASKS, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK | ECE);
	inject(w, ACK);
	expect_agreed(w, wire_accept(listener), true);
	wire_fork(c, w, 41000);
	c->local_port = 0;
	fd = wire_connect(c);
	expect(c, SYN | ASKS);
	inject(c, SYN | ACK | ECE, .opts = { MSS(SEGMENT) });
	expect(c, ACK);
	expect_agreed(c, fd, true);
	wire_close(c);
}

TEST_HARNESS_MAIN
