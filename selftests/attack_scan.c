// SPDX-License-Identifier: GPL-2.0
/*
 * Scans, and flags that no honest host sends: A38 and A42 of
 * Documentation/attacks.rst. What RFC 9293 3.10.7 answers to each combination of
 * flags in each state is written down here once more, in one function a state.
 */
#include "lib/attack.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define COMBINATIONS	512	/* of nine flags, AE to FIN */
#define LEAVE_OUT	-1	/* would do what it is for */

WIRE_FIXTURE(flags)
WIRE_FIXTURE(scan)

/* 3.10.7.1 */
static int in_closed(int f)
{
	if (f & RST)
		return 0;
	return f & ACK ? RST : RST | ACK;
}

/* 3.10.7.2; a SYN that is to end what it begins opens nothing. */
static int in_listen(int f)
{
	if (f & RST)
		return 0;
	if (f & ACK)
		return RST;
	/* Asked for by the sender of ECE and CWR, RFC 3168 6.1.1. */
	if ((f & (SYN | FIN)) == SYN)
		return SYN | ACK | ((f & (ECE | CWR)) == (ECE | CWR) ? ECE : 0);
	return 0;
}

/* 3.10.7.3, and an ACK of what was not sent. */
static int in_syn_sent(int f)
{
	if (f & ACK)
		return f & RST ? 0 : RST;
	return (f & (RST | SYN)) == SYN ? LEAVE_OUT : 0;
}

/* 3.10.7.4 with RFC 5961, in the window, but not where it begins. */
static int in_window(int f)
{
	if (f & (RST | SYN))
		return ACK;
	return f & ACK ? LEAVE_OUT : 0;
}

/* The same for a connection that is half open, and an ACK of what was not sent. */
static int in_syn_received(int f)
{
	if (f & (RST | SYN))
		return ACK;
	return f & ACK ? RST : 0;
}

/* 3.10.7.4, first: the sequence number is looked at before the rest. */
static int out_of_window(int f)
{
	/* The kernel's TCP has no look at what says nothing. */
	if (stack_is_kernel() && !(f & (RST | SYN | ACK)))
		return 0;
	return f & RST ? 0 : ACK;
}

/* Older than the connection that was. */
static int in_time_wait(int f)
{
	return f & RST ? 0 : ACK;
}

/* Every combination, reserved bits and an urgent pointer with it. */
static void try_all(struct attack *a, int (*answer)(int flags), int64_t seq,
		    int64_t ack)
{
	int f, wanted, got;

	for (f = 0; f < COMBINATIONS; f++) {
		wanted = answer(f);
		if (wanted == LEAVE_OUT)
			continue;
		inject(a->w, f, .seq = seq, .ack = ack, .urg = f, .res = f % 8,
		       .keep = true);
		got = attack_answer(a);
		if (got != wanted)
			test_fail("flags %#x drew %#x, expected %#x", f, got,
				  wanted);
	}
}

/* A port of the stack's own, at which nobody listens. */
static void own_port(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);

	check_ok(bind(stack_socket(w->family), (struct sockaddr *)&sa, len));
}

WIRE_TEST(flags, for_a_closed_port)
{
	struct attack a[1];

	own_port(w);
	if (!stack_is_kernel())
		sysctl_set("rst_ratelimit", 0);
	attack_begin(a, w, -1);
	try_all(a, in_closed, 100, ABS(99));
	/* What has an ACK or a RST is the kernel's to answer. */
	attack_over(a, NO_ANSWER, DROP(DropState, COMBINATIONS / 4));
}

WIRE_TEST(flags, for_a_listener)
{
	struct attack a[1];
	int listener = wire_listen(w), f, wanted, got;

	w->any_port = true;
	attack_begin(a, w, -1);
	for (f = 0; f < COMBINATIONS; f++) {
		wanted = in_listen(f);
		inject(w, f, .seq = 100, .sport = 10000 + f, .ack = ABS(99),
		       .res = f % 8, .keep = true);
		w->irs_known = false;
		w->rcv_nxt = 0;
		got = attack_answer(a);
		if (got != wanted)
			test_fail("flags %#x drew %#x, expected %#x", f, got,
				  wanted);
		if (got & SYN)
			inject(w, RST, .seq = 101, .sport = 10000 + f);
	}
	/* A sixteenth has SYN alone, another sixteenth FIN or nothing or both. */
	attack_over(a, NO_ANSWER, DROP(DropFlags, 3 * COMBINATIONS / 16),
		    COUNT(ListenDrops, 0),
		    COUNT(EmbryonicRsts, COMBINATIONS / 16),
		    COUNT(AttemptFails, COMBINATIONS / 16));
	check_eq(fd_state(listener), LISTEN);
	expect_no_accept(listener);
}

WIRE_TEST(flags, in_syn_sent)
{
	struct attack a[1];
	int fd = wire_connect(w);

	expect(w, SYN);
	attack_begin(a, w, -1);
	check_eq(a->state, SYN_SENT);
	try_all(a, in_syn_sent, 100, 1000);
	attack_over(a, NO_ANSWER, DROP(DropBadAck, COMBINATIONS / 2),
		    DROP(DropNoAck, COMBINATIONS / 4),
		    DROP(DropFlags, COMBINATIONS / 8),
		    COUNT(RetransSegs, WHATEVER), COUNT(TCPTimeouts, WHATEVER),
		    COUNT(TCPSynRetrans, WHATEVER));
	drain(w);	/* the SYN again, on a slow machine */
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
	a->fd = fd;
	attack_exchange(a);
}

WIRE_TEST(flags, in_syn_received)
{
	struct attack a[1];
	int listener = wire_listen(w);

	if (stack_is_kernel())
		SKIP(return, "of the kernel's TCP a SYN in the window ends it");
	attack_ration(0);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	attack_begin(a, w, -1);
	try_all(a, in_syn_received, 100, 1000);
	try_all(a, out_of_window, 1000000, 1000);
	attack_over(a, NO_ANSWER, DROP(DropBlindRst, COMBINATIONS / 2),
		    DROP(DropOutOfWindow, SOME), DROP(TCPSYNChallenge, SOME),
		    DROP(DropBadAck, COMBINATIONS / 8),
		    DROP(DropNoAck, COMBINATIONS / 8),
		    COUNT(RetransSegs, WHATEVER), COUNT(TCPTimeouts, WHATEVER),
		    COUNT(TCPSynRetrans, WHATEVER));
	inject(w, ACK);
	a->fd = wire_accept(listener);
	attack_exchange(a);
}

/* In and out of the window, in a state that an ACK does not leave. */
static void in_synchronized(struct wire *w, int state)
{
	struct attack a[1];
	int64_t next = w->snd_nxt;

	attack_ration(0);
	attack_begin(a, w, -1);
	check_eq(a->state, state);
	try_all(a, in_window, next + 100, w->rcv_nxt);
	try_all(a, out_of_window, next + 1000000, w->rcv_nxt);
	attack_over(a, NO_ANSWER, DROP(DropBlindRst, COMBINATIONS / 2),
		    DROP(DropNoAck, COMBINATIONS / 8),
		    DROP(TCPSYNChallenge, SOME), DROP(DropOutOfWindow, SOME),
		    COUNT(TCPChallengeACK, WHATEVER),
		    /* of a FIN that nobody acknowledges */
		    COUNT(RetransSegs, WHATEVER), COUNT(TCPTimeouts, WHATEVER),
		    COUNT(TCPSlowStartRetrans, WHATEVER),
		    COUNT(TCPLossFailures, WHATEVER));
}

WIRE_TEST(flags, in_established)
{
	struct attack a[1] = { { .w = w } };

	a->fd = open_passive(w);
	in_synchronized(w, ESTABLISHED);
	attack_exchange(a);
}

WIRE_TEST(flags, in_fin_wait)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	in_synchronized(w, FIN_WAIT1);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	in_synchronized(w, FIN_WAIT2);
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
}

WIRE_TEST(flags, in_closing)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .ack = 1);
	expect(w, ACK, .ack = 2);
	in_synchronized(w, CLOSING);
	inject(w, ACK, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

WIRE_TEST(flags, in_close_wait_and_last_ack)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	in_synchronized(w, CLOSE_WAIT);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	in_synchronized(w, LAST_ACK);
	inject(w, ACK, .ack = 2);
	expect_listed(w, CLOSE);
}

/* What is old, so that no SYN of it opens a new connection. */
WIRE_TEST(flags, in_time_wait)
{
	struct attack a[1];

	if (stack_is_kernel())
		sysctl_set("rfc1337", 1);
	enter_time_wait(w, open_passive(w));
	attack_ration(0);
	attack_begin(a, w, -1);
	try_all(a, in_time_wait, -1000, 2);
	attack_over(a, NO_ANSWER, DROP(DropTimeWait, COMBINATIONS));
}

/* ---- A38 ---- */

#define PROBES	200

/* How many of so many SYNs from @src to a closed port were answered. */
static int answered(struct wire *w, const char *src, int probes)
{
	int i, count = 0;

	for (i = 0; i < probes; i++) {
		inject(w, SYN, .seq = 0, .src = src, .sport = 1024 + i);
		while (receive(w, 0)) {
			check_eq(w->last.s.flags, RST | ACK);
			count++;
		}
	}
	return count;
}

/*
 * A38: of the RSTs for closed ports one host gets so many a second, and who scans
 * takes nothing from another. One that is due in the meantime comes, of course.
 */
WIRE_TEST(scan, rsts_to_one_host_are_rationed)
{
	static const char *const other[2][4] = {
		{ "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6" },
		{ "2001:db8::3", "2001:db8::4", "2001:db8::5", "2001:db8::6" },
	};
	struct attack a[1];
	int64_t start;
	int sent, i, others = 0, grown;

	if (stack_is_kernel())
		SKIP(return, "the kernel's TCP has no ration");
	sysctl_set("rst_ratelimit", 10);
	own_port(w);
	w->any_port = true;
	attack_begin(a, w, -1);
	start = now_ms();
	sent = answered(w, NULL, PROBES);
	grown = (now_ms() - start) / 100 + 1;
	check_ge(sent, 10);
	/* The ration may have been drawn anew in between. */
	check_le(sent, 2 * 10 + grown);
	for (i = 0; i < 4; i++)
		others += answered(w, other[w->family == AF_INET6][i], 1);
	/* One may be so unlucky as to share it. */
	check_ge(others, 3);
	a->taken = sent + others;
	attack_over(a, NO_ANSWER, DROP(DropState, PROBES + 4),
		    COUNT(OutRsts, sent + others),
		    COUNT(RstsSkipped, PROBES + 4 - sent - others));
}

/* Who wants all of them answered sets 0; one RST for each, and no larger. */
WIRE_TEST(scan, rsts_are_not_rationed_where_the_administrator_says_so)
{
	struct attack a[1];

	if (!stack_is_kernel())
		sysctl_set("rst_ratelimit", 0);
	own_port(w);
	w->any_port = true;
	attack_begin(a, w, -1);
	a->taken = answered(w, NULL, PROBES);
	check_eq(a->taken, PROBES);
	attack_over(a, NO_ANSWER, DROP(DropState, PROBES),
		    COUNT(OutRsts, PROBES));
}

/*
 * A38: a sweep over ports finds the one that listens, and leaves an entry of the
 * SYN queue there, no more. A connection on it does not notice.
 */
WIRE_TEST(scan, of_all_ports_finds_one)
{
	struct attack a[1];
	struct wire probe[1];
	int fd, listener, port, found = 0;

	fd = open_passive(w);
	listener = wire_listen(w);
	wire_fork(probe, w, 40001);
	probe->any_port = true;
	attack_begin(a, w, fd);
	for (port = w->local_port - 100; port < w->local_port + 100; port++) {
		inject(probe, SYN, .seq = 0, .dport = port);
		probe->irs_known = false;
		check(receive(probe, 10000));
		a->taken++;
		if (port == w->local_port)
			check_eq(probe->last.s.flags, SYN | ACK);
		else
			check_eq(probe->last.s.flags, RST | ACK);
		found += probe->last.s.flags == (SYN | ACK);
	}
	check_eq(found, 1);
	attack_over(a, ANSWERS(0, .objects = 1));
	attack_exchange(a);
	expect_no_accept(listener);
	inject(probe, RST, .seq = 1);
	wire_close(probe);
}

TEST_HARNESS_MAIN
