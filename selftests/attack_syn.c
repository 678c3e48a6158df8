// SPDX-License-Identifier: GPL-2.0
/*
 * SYNs where there is a connection already, and SYNs where a SYN-ACK was expected:
 * A2, A24, A25 of Documentation/attacks.rst.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "lib/attack.h"
#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define FORGED	60
#define NEVER	1000000		/* ms; longer than a test */

WIRE_FIXTURE(syn)
WIRE4_FIXTURE(syn4)

/* Exact, in the window, old and far beyond it; the numbers of a blind attacker. */
static void inject_syns(struct wire *w, int flags)
{
	int64_t next = w->snd_nxt;
	int i;

	for (i = 0; i < FORGED; i += 6) {
		inject(w, flags, .seq = next, .keep = true);
		inject(w, flags, .seq = next + 1 + i, .keep = true);
		inject(w, flags, .seq = 0, .keep = true);
		inject(w, flags, .seq = next + 10000000 + i, .keep = true);
		inject(w, flags, .seq = next - 10000000 - i, .keep = true);
		inject(w, flags, .seq = next + 2 + i, .len = 10, .keep = true);
	}
}

/* In a state further on, where the ration may have been used up before. */
static void syns_do_nothing(struct wire *w, int fd, int state)
{
	struct attack a[1];

	check_eq(fd_state(fd), state);
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	inject_syns(w, SYN);
	inject_syns(w, SYN | ACK);
	attack_over(a, ANSWERS(1, .most = true),
		    DROP(TCPSYNChallenge, 2 * FORGED),
		    COUNT(TCPChallengeACK, WHATEVER),
		    COUNT(TCPACKSkippedChallenge, SOME));
}

/* A2, RFC 5961 4.2: challenged, once, wherever the SYN lies. */
WIRE_TEST(syn, in_a_connection_is_challenged_once)
{
	struct attack a[1];
	int fd = open_passive(w);

	attack_ration(NEVER);
	attack_begin(a, w, fd);
	inject_syns(w, SYN);
	inject_syns(w, SYN | ACK);
	attack_over(a, ANSWERS(1), DROP(TCPSYNChallenge, 2 * FORGED),
		    COUNT(TCPChallengeACK, 1),
		    COUNT(TCPACKSkippedChallenge, 2 * FORGED - 1));
	attack_exchange(a);
}

/* A2: the same in each synchronized state that follows. */
WIRE_TEST(syn, in_fin_wait_does_nothing)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	syns_do_nothing(w, fd, FIN_WAIT1);
	inject(w, ACK);
	expect_state(fd, FIN_WAIT2);
	syns_do_nothing(w, fd, FIN_WAIT2);
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}

WIRE_TEST(syn, in_close_wait_and_last_ack_does_nothing)
{
	int fd = open_passive(w);

	inject(w, FIN | ACK);
	expect(w, ACK, .ack = 2);
	syns_do_nothing(w, fd, CLOSE_WAIT);
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	syns_do_nothing(w, fd, LAST_ACK);
	inject(w, ACK);
	expect_listed(w, CLOSE);
}

WIRE_TEST(syn, in_closing_does_nothing)
{
	int fd = open_passive(w);

	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK, .ack = 1);
	expect(w, ACK, .ack = 2);
	syns_do_nothing(w, fd, CLOSING);
	inject(w, ACK);
	expect_listed(w, TIME_WAIT);
}

/* A2 for an orphan in FIN-WAIT-2, which has a bucket only. */
WIRE_TEST(syn, for_an_orphan_does_nothing)
{
	struct attack a[1];
	int fd = open_passive(w);

	if (stack_is_kernel())
		SKIP(return, "of the kernel's TCP a SYN in the window ends it");
	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, ACK);
	expect_listed(w, FIN_WAIT2);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	inject_syns(w, SYN);
	/* Those beyond the window are out of it, before anything else. */
	attack_over(a, ANSWERS(1), DROP(TCPSYNChallenge, SOME),
		    DROP(DropOutOfWindow, SOME),
		    COUNT(TCPACKSkippedFinWait2, FORGED - 1));
	inject(w, FIN | ACK);
	expect(w, ACK, .seq = 2, .ack = 2);
}

/*
 * A2 for a half-open connection: the SYN that made it is answered with the SYN-ACK
 * again, any other with an ACK; all together once in a time (A22).
 */
WIRE_TEST(syn, for_a_half_open_connection_does_nothing)
{
	struct attack a[1];
	int listener = wire_listen(w), i;

	if (stack_is_kernel())
		SKIP(return, "of the kernel's TCP a SYN in the window ends it");
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, SYN, .seq = 100 + i, .keep = true);
	for (i = 0; i < FORGED; i++)
		inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	attack_over(a, ANSWERS(1), DROP(TCPSYNChallenge, FORGED),
		    COUNT(TCPACKSkippedSeq, FORGED - 1),
		    COUNT(TCPACKSkippedSynRecv, FORGED));
	inject(w, ACK);
	expect_state(wire_accept(listener), ESTABLISHED);
}

/* A2, RFC 6191: an old SYN opens nothing in the place of TIME-WAIT. */
WIRE_TEST(syn, that_is_old_does_not_end_time_wait)
{
	struct attack a[1];
	int fd = open_passive(w), i;

	wire_listen(w);
	enter_time_wait(w, fd);
	attack_ration(NEVER);
	attack_begin(a, w, -1);
	for (i = 0; i < FORGED; i++)
		inject(w, SYN, .seq = -1000 * i, .keep = true);
	attack_over(a, ANSWERS(1), DROP(DropTimeWait, FORGED),
		    COUNT(TCPACKSkippedTimeWait, FORGED - 1));
}

/*
 * A25, RFC 9293 3.5: a server that answers a SYN with a SYN gets a SYN-ACK, and no
 * connection before our SYN is acknowledged: "split handshake". Repeated, the SYN
 * draws the SYN-ACK once in a time.
 */
WIRE_TEST(syn, for_a_syn_is_a_simultaneous_open)
{
	struct attack a[1];
	int fd = wire_connect(w), i;

	expect(w, SYN);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	check_eq(a->state, SYN_RECV);
	for (i = 0; i < FORGED; i++)
		inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	/*
	 * One answer, and on a slow machine two of the timer's, which look the same.
	 * Nor is it a connection for who sends data on it.
	 */
	inject(w, PSH, .seq = 1, .len = 10, .keep = true);
	check_eq(wait_fd(fd, POLLOUT, 0) & POLLOUT, 0);
	attack_over(a, ANSWERS(3, .flags = SYN | ACK, .most = true,
				   .anything = stack_is_kernel()),
		    DROP(DropNoAck, 1), COUNT(TCPACKSkippedSynRecv, FORGED - 1),
		    COUNT(RetransSegs, WHATEVER), COUNT(TCPTimeouts, WHATEVER),
		    COUNT(TCPSynRetrans, WHATEVER));
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	attack_exchange(a);
}

/* A25: other SYNs than the first one's change neither number nor state. */
WIRE_TEST(syn, with_another_number_does_not_replace_the_first)
{
	struct attack a[1];
	int fd = wire_connect(w), i;

	expect(w, SYN);
	inject(w, SYN, .seq = 0, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = 0, .ack = 1);
	attack_ration(NEVER);
	attack_begin(a, w, fd);
	for (i = 0; i < FORGED; i++)
		inject(w, SYN, .seq = 100 * (i + 1), .keep = true);
	attack_over(a, ANSWERS(1), DROP(TCPSYNChallenge, FORGED),
		    COUNT(TCPChallengeACK, 1),
		    COUNT(TCPACKSkippedChallenge, FORGED - 1));
	inject(w, ACK);
	expect_state(fd, ESTABLISHED);
	attack_exchange(a);
}

/*
 * A25: the firewall sees the SYN: a rule against connections from outside stops
 * the trick, as the hook of MyTCP comes after the filter's.
 */
WIRE_TEST(syn4, for_a_syn_passes_the_firewall_first)
{
	struct attack a[1];
	int fd;

	if (!have_command("nft"))
		SKIP(return, "needs nft(8)");
	shell("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
	      "add rule ip t in tcp flags & (syn|ack) == syn drop'");
	fd = wire_connect(w);
	expect(w, SYN);
	attack_begin(a, w, fd);
	check_eq(a->state, SYN_SENT);
	inject(w, SYN, .seq = 0, .keep = true, .opts = { MSS(1460) });
	attack_over(a, NO_ANSWER);
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
	attack_exchange(a);
}

/* ---- A24: a connection with oneself ---- */

FIXTURE(self) { int unused; };
FIXTURE_SETUP(self)
{
	test_begin();
}
FIXTURE_TEARDOWN(self) { }

static long outside(const char *name)
{
	return counter("Tcp", name);
}

/*
 * A24: whoever connects to his own end has one connection with himself: seven
 * segments from its SYN to the end, and each one once. No SYN of a storm.
 */
TEST_F(self, connection_is_one_and_ends)
{
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	long objects = stack_is_kernel() ? 0 : slab_objects();
	int fd = stream(subject(), 0);
	char text[8];

	check_ok(bind4(fd, &at));
	check_ok(connect4(fd, &at));
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(outside("ActiveOpens"), 1);
	check_eq(outside("PassiveOpens"), 0);
	check_eq(outside("CurrEstab"), 1);
	/* SYN, SYN-ACK, and at most an ACK of either. */
	check_le(outside("OutSegs"), 4);
	check_eq(write(fd, "hello", 5), 5);
	check_eq(read(fd, text, sizeof(text)), 5);
	check(!memcmp(text, "hello", 5));
	check_ok(shutdown(fd, SHUT_WR));
	check_eq(read(fd, text, sizeof(text)), 0);
	check_ok(close(fd));
	check_le(outside("OutSegs"), 12);
	check_eq(outside("OutRsts"), 0);
	check_eq(outside("CurrEstab"), 0);
	/* The bucket of its TIME_WAIT. */
	if (!stack_is_kernel())
		check(slab_objects_become(objects + 1));
}

#define AT_ONCE	20

/*
 * A24: two ends that connect to each other at the same time, again and again, have
 * one connection each time, and no more segments than that takes.
 */
TEST_F(self, ends_that_open_at_once_make_one_connection)
{
	struct sockaddr_in a = addr4("127.0.0.1", 5001), b = addr4("127.0.0.1", 5002);
	int i, fd[2], met = 0;

	/* Loopback is quicker than a second call: hold the first SYN up. */
	if (system("tc qdisc replace dev lo root netem delay 20ms 2>/dev/null"))
		SKIP(return, "needs tc(8) and netem");
	for (i = 0; i < AT_ONCE; i++) {
		a.sin_port = htons(5001 + 2 * i);
		b.sin_port = htons(5002 + 2 * i);
		fd[0] = stream(subject(), SOCK_NONBLOCK);
		fd[1] = stream(subject(), SOCK_NONBLOCK);
		check_ok(bind4(fd[0], &a));
		check_ok(bind4(fd[1], &b));
		check_err(connect4(fd[0], &b), EINPROGRESS);
		check_err(connect4(fd[1], &a), EINPROGRESS);
		check(await_state(fd[0], ESTABLISHED, PATIENCE_MS));
		check(await_state(fd[1], ESTABLISHED, PATIENCE_MS));
		put(fd[0], "to the other", 0);
		check(wait_fd(fd[1], POLLIN, PATIENCE_MS) & POLLIN);
		met++;
		close_abort(fd[0]);
		close_abort(fd[1]);
	}
	check_eq(outside("ActiveOpens"), 2 * met);
	check_eq(outside("PassiveOpens"), 0);
	/* SYN, SYN-ACK, ACK of each; the text, its ACK, and a RST. */
	check_le(outside("OutSegs"), 12 * met);
}

TEST_HARNESS_MAIN
