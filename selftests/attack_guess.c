// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody who does not see a connection may learn about it, by asking about
 * others: A4 to A7 of Documentation/attacks.rst. The unit test of mytcp/proto/cookie
 * looks at a million numbers; here it is whether they reach the wire.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "lib/attack.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define NEVER	1000000		/* ms; longer than a test */

WIRE_FIXTURE(guess)
WIRE4_FIXTURE(guess4)

/* A further connection over the same device. */
static int open_beside(struct wire *other, struct wire *w, int port)
{
	wire_fork(other, w, port);
	return open_passive(other);
}

/* ---- A4: challenge ACKs ---- */

#define OWN	8		/* connections that the attacker has himself */

/* Each of the attacker's own is asked for a challenge ACK. How many came. */
static int challenges(struct wire *own, int flags)
{
	int i, count = 0;

	for (i = 0; i < OWN; i++) {
		inject(&own[i], flags, .seq = 100, .keep = true);
		while (receive(&own[i], 0)) {
			check_eq(own[i].last.s.flags, ACK);
			count++;
		}
	}
	return count;
}

/*
 * A4, CVE-2016-5696: the attacker forges a thousand segments of a connection that is
 * not his, hitting its window or not, or hitting no connection at all, and asks on
 * his own ones how many challenge ACKs are left. As many, each time: there is no
 * count but the connection's own.
 */
static void measure(struct wire *w, int flags)
{
	struct attack a[1];
	struct wire own[OWN];
	int fd = open_passive(w), i;

	for (i = 0; i < OWN; i++)
		open_beside(&own[i], w, 41000 + i);
	attack_ration(NEVER);
	/* The port is the wrong one, */
	attack_begin(a, w, fd);
	for (i = 0; i < 1000; i++)
		inject(w, RST, .seq = 100, .sport = 50000);
	attack_over(a, NO_ANSWER);
	check_eq(challenges(own, flags), OWN);
	wire_close(&own[0]);
	open_beside(&own[0], w, 42000);
	/* ... or the number, */
	for (i = 0; i < 1000; i++)
		inject(w, RST, .seq = 10000000);
	check_eq(challenges(own, flags), 1);
	wire_close(&own[0]);
	open_beside(&own[0], w, 43000);
	/* ... or all is right, and the connection answers once. */
	for (i = 0; i < 1000; i++)
		inject(w, flags, .seq = 100, .keep = true);
	check_eq(challenges(own, flags), 1);
	expect(w, ACK);
	expect_none(w, 0);
	check_eq(fd_state(fd), ESTABLISHED);
	attack_exchange(a);
	for (i = 0; i < OWN; i++)
		wire_close(&own[i]);
}

WIRE_TEST(guess, of_a_connection_by_its_challenged_rsts)
{
	measure(w, RST);
}

WIRE_TEST(guess, of_a_connection_by_its_challenged_syns)
{
	measure(w, SYN);
}

/*
 * A4: and a thousand connections' worth of challenges is not more than the machine
 * gives: each of many gets its own, while another is under attack.
 */
WIRE_TEST(guess, of_a_connection_by_what_is_left_for_another)
{
	struct attack a[1];
	struct wire other[1];
	int fd = open_passive(w), i;

	open_beside(other, w, 41000);
	attack_ration(0);		/* as many as it likes, each its own */
	attack_begin(a, w, fd);
	for (i = 0; i < 500; i++) {
		inject(w, RST, .seq = 100);
		check_eq(attack_answer(a), ACK);
	}
	attack_over(a, NO_ANSWER, DROP(DropBlindRst, 500),
		    COUNT(TCPChallengeACK, 500));
	inject(other, RST, .seq = 100);
	expect(other, ACK);
	attack_exchange(a);
	wire_close(other);
}

/* ---- A5: the identification of IP ---- */

static uint16_t ipid(const struct wire *w)
{
	return w->last.raw.ipid;
}

/* Ten segments of the connection, and the identification of each. */
static void ids_of(struct wire *w, int fd, uint16_t *id)
{
	int i;

	for (i = 0; i < 10; i++) {
		send_pattern(fd, w->rcv_nxt - 1, 10);
		expect(w, ACK | PSH, .len = 10);
		id[i] = ipid(w);
		inject(w, ACK);
	}
}

/*
 * A5, CVE-2020-36516: what a connection sends while others send in between is
 * numbered by itself alone, from a number of its own; so nobody's segments can be
 * counted by looking at one's own.
 */
WIRE_TEST(guess4, of_a_connection_by_its_ip_identification)
{
	struct attack a[1];
	struct wire other[20];
	uint16_t id[20][10], again[10];
	int own = open_passive(w), fd[20], i, j, near = 0;

	for (i = 0; i < 20; i++)
		fd[i] = open_beside(&other[i], w, 41000 + i);
	attack_begin(a, w, own);
	for (i = 0; i < 20; i++)
		ids_of(&other[i], fd[i], id[i]);
	ids_of(&other[0], fd[0], again);
	a->taken = 21 * 10;
	attack_over(a, NO_ANSWER);
	for (i = 0; i < 20; i++)
		for (j = 1; j < 10; j++)
			check_eq((uint16_t)(id[i][j] - id[i][j - 1]), 1);
	check_eq((uint16_t)(again[0] - id[0][9]), 1);
	/* Where each begins says nothing of the next. */
	for (i = 1; i < 20; i++)
		near += abs((int16_t)(id[i][0] - id[i - 1][0])) < 1000;
	check_lt(near, 5);
	attack_exchange(a);
	for (i = 0; i < 20; i++)
		wire_close(&other[i]);
}

/*
 * A5: a forged ICMP error makes the path so narrow that fragments have to be allowed.
 * In the kernel of then this led to a counter that all shared.
 */
WIRE_TEST(guess4, of_a_connection_that_may_be_fragmented)
{
	struct attack a[1];
	struct wire other[1];
	uint16_t id[10], beside[10];
	int fd = open_passive(w), fd2, i;

	send_pattern(fd, 0, 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	inject_icmp(w, 3, 4, .seq = 1, .info = 68);
	for (i = 0; receive(w, 0); i++) {
		check_le(w->last.packet_len, 552);
		check(!w->last.raw.df);
	}
	check_eq(i, 2);
	inject(w, ACK, .ack = 1001);
	/* once; another one is not heard */
	attack_begin(a, w, fd);
	for (i = 0; i < 100; i++)
		inject_icmp(w, 3, 4, .seq = w->rcv_nxt, .info = 68 + i);
	attack_over(a, NO_ANSWER);
	fd2 = open_beside(other, w, 41000);
	ids_of(w, fd, id);
	ids_of(other, fd2, beside);
	for (i = 1; i < 10; i++) {
		check_eq((uint16_t)(id[i] - id[i - 1]), 1);
		check_eq((uint16_t)(beside[i] - beside[i - 1]), 1);
	}
	check(abs((int16_t)(beside[0] - id[9])) > 1);
	attack_exchange(a);
	wire_close(other);
}

/* A5: what is sent without a socket has no identification, and no fragments. */
WIRE_TEST(guess4, by_what_has_no_socket)
{
	int listener = wire_listen(w), fd;
	struct attack a[1];

	attack_ration(0);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	check_eq(ipid(w), 0);
	check(w->last.raw.df);
	attack_begin(a, w, -1);
	inject(w, ACK | PSH, .seq = 100000, .ack = 1, .keep = true);
	/* on a slow machine the SYN-ACK has gone again meanwhile */
	check_eq(attack_answer(a), ACK);
	check_eq(w->last.s.ack, 1);
	/* The kernel's TCP challenges with a socket of its own. */
	check(stack_is_kernel() || (ipid(w) == 0 && w->last.raw.df));
	attack_over(a, NO_ANSWER, DROP(DropOutOfWindow, 1));
	inject(w, ACK);
	fd = wire_accept(listener);
	enter_time_wait(w, fd);
	attack_begin(a, w, -1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	a->taken = 1;
	check(stack_is_kernel() || (ipid(w) == 0 && w->last.raw.df));
	attack_over(a, NO_ANSWER);
	/* the port is still ours, and nobody listens */
	check_ok(shutdown(listener, SHUT_RD));
	w->any_port = true;
	attack_begin(a, w, -1);
	inject(w, SYN, .seq = 0, .sport = 50000);
	expect(w, RST | ACK, .seq = ANY, .ack = 1);
	a->taken = 1;
	check_eq(ipid(w), 0);
	check(w->last.raw.df);
	attack_over(a, NO_ANSWER, DROP(DropState, 1));
	check_eq(counter("Tcp", "OutRsts"), 1);
}

/* ---- A6: the port of a connection from here ---- */

#define CONNECTIONS	300
#define FIRST		16384
#define PORTS		16384

/* Ports of connections to @to, one after the other, each closed at once. */
static void ports_to(const char *to, int port, int *num, int count)
{
	struct sockaddr_in peer = addr4(to, port);
	int i, fd;

	for (i = 0; i < count; i++) {
		fd = stream(subject(), SOCK_NONBLOCK);
		check_err(connect4(fd, &peer), EINPROGRESS);
		num[i] = port_of(fd);
		close(fd);
	}
}

static void check_range(const int *num, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		check_ge(num[i], FIRST);
		check_lt(num[i], FIRST + PORTS);
	}
}

/* Each was one SYN, moved three counters, and has left nothing behind. */
static void check_only_syns(long objects, int count)
{
	check_eq(counter("Tcp", "ActiveOpens"), count);
	check_eq(counter("Tcp", "AttemptFails"), count);
	check_le(counter("Tcp", "OutSegs"), count);
	check_eq(counter("Tcp", "InSegs"), 0);
	check_eq(counter("Tcp", "OutRsts"), 0);
	check(slab_objects_become(objects));
}

FIXTURE(port) { int unused; };
FIXTURE_SETUP(port)
{
	test_begin();
	if (stack_is_kernel())
		SKIP(_exit(255), "the choice is MyTCP's own");
	blackhole();
}
FIXTURE_TEARDOWN(port) { }

/*
 * A6, RFC 6056 3.3.4: to one peer the ports go up by small steps that are not to be
 * told, so that none comes again soon ...
 */
TEST_F(port, to_one_peer_does_not_come_again_soon)
{
	static bool used[65536];
	long objects = slab_objects();
	int num[CONNECTIONS], i, steps[9] = {}, other = 0, kinds = 0;

	ports_to(LOST, 80, num, CONNECTIONS);
	check_range(num, CONNECTIONS);
	for (i = 0; i < CONNECTIONS; i++) {
		/* A new period draws anew: once in ten seconds it may meet one. */
		other += used[num[i]];
		used[num[i]] = true;
	}
	check_le(other, 20);
	for (i = 1, other = 0; i < CONNECTIONS; i++) {
		int step = (num[i] - num[i - 1] + PORTS) % PORTS;

		if (step >= 1 && step <= 8)
			steps[step]++;
		else
			other++;
	}
	/* All of the eight steps, and hardly another. */
	for (i = 1; i <= 8; i++)
		kinds += steps[i] > 0;
	check_eq(kinds, 8);
	check_le(other, 10);
	check_only_syns(objects, CONNECTIONS);
}

/*
 * ... and where they begin is unknown: to a thousand peers they fall all over the
 * range, and one's says nothing of the next one's.
 */
TEST_F(port, to_many_peers_is_anywhere)
{
	int box[16] = {}, near = 0, i, num, last = 0;
	long objects = slab_objects();
	char to[32];

	for (i = 0; i < 1000; i++) {
		snprintf(to, sizeof(to), "10.99.0.%d", 2 + i % 250);
		ports_to(to, 80 + i / 250, &num, 1);
		check_range(&num, 1);
		box[(num - FIRST) / (PORTS / 16)]++;
		near += i && abs(num - last) <= 16;
		last = num;
	}
	/* 62.5 and 2 of truly random ones; six standard deviations */
	for (i = 0; i < 16; i++) {
		check_gt(box[i], 16);
		check_lt(box[i], 109);
	}
	check_lt(near, 11);
	check_only_syns(objects, 1000);
}

/*
 * A6, CVE-2022-1012: the attacker's own connections, to which he is the peer, do not
 * move when the victim connects to somebody else, nor the other way round.
 */
TEST_F(port, to_one_peer_tells_nothing_of_another)
{
	int mine[2], theirs[100], i, moved = 0, step, all = 0;
	long objects = slab_objects();

	for (i = 0; i < 20; i++) {
		ports_to("10.99.0.3", 1000 + i, &mine[0], 1);
		ports_to(LOST, 80, theirs, 10 * (i % 5));
		ports_to("10.99.0.3", 1000 + i, &mine[1], 1);
		all += 2 + 10 * (i % 5);
		step = (mine[1] - mine[0] + PORTS) % PORTS;
		moved += step < 1 || step > 8;
	}
	/* A new period, or, once in 65536, a shared counter. */
	check_le(moved, 3);
	check_only_syns(objects, all);
}

/* ---- A7: initial sequence numbers ---- */

#define SYNS	2000

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * A7, RFC 6528: two thousand SYNs, from port to port of one host, draw numbers of
 * which no two have the same distance; and leave nothing behind, each being reset.
 */
WIRE_TEST(guess, of_the_next_isn)
{
	static uint32_t isn[SYNS], diff[SYNS];
	struct attack a[1];
	int i, same = 0;

	wire_listen(w);
	w->any_port = true;
	attack_begin(a, w, -1);
	for (i = 0; i < SYNS; i++) {
		inject(w, SYN, .seq = 0, .sport = 10000 + i);
		w->irs_known = false;
		expect(w, SYN | ACK, .seq = ANY, .ack = 1);
		isn[i] = w->last.seq;
		inject(w, RST, .seq = 1, .sport = 10000 + i);
		a->taken++;
	}
	attack_over(a, NO_ANSWER, COUNT(EmbryonicRsts, SYNS),
		    COUNT(AttemptFails, SYNS));
	for (i = 1; i < SYNS; i++)
		diff[i - 1] = isn[i] - isn[i - 1];
	qsort(diff, SYNS - 1, sizeof(*diff), by_value);
	for (i = 1; i < SYNS - 1; i++)
		same += diff[i] == diff[i - 1];
	/* Of random ones it is one pair in 2000 runs. */
	check_le(same, 1);
}

TEST_HARNESS_MAIN
