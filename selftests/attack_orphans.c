// SPDX-License-Identifier: GPL-2.0
/*
 * Peers that make a server hold what it wants to forget: connections that it has
 * closed, and whose end the peer does not let come (LAST_ACK that is not answered,
 * FIN_WAIT_2 without the peer's FIN, a window that stays closed: sockstress,
 * Nkiller2, RFC 6429). There is a bound for all together; the bound in time is
 * in attack_orphans_timer.c.
 *
 * MYTCP_TEST_ORPHANS=10000 makes it an attack by as many.
 */
#include <fcntl.h>

#include "lib/hosts.h"
#include "lib/siege.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"
#include "lib/test.h"

#define BOUND	100	/* of orphans, and of buckets */
#define TEXT_LEN 1000
#define LOT	100000	/* octets that one orphan holds, where memory is short */
#define HOLDERS	60
#define RESERVE	512	/* pages that two CPUs may keep for themselves */

FIXTURE(orphans) {
	struct siege s;
	int peers;
	char mem[64];	/* what the machine's sockets may have, before the test */
};

static void read_mem(void *text)
{
	sysctl_get_text("mem", text, 64);
}

static void write_mem(void *text)
{
	sysctl_set_text("mem", text);
}

FIXTURE_SETUP(orphans)
{
	test_begin_family(AF_INET);
	if (stack_is_kernel())
		SKIP(_exit(255), "its bounds are the whole machine's");
	self->peers = env_number("MYTCP_TEST_ORPHANS", 500);
	siege_begin(&self->s, self->peers, 1024);
	sysctl_set("max_orphans", self->s.orphans + BOUND);
	sysctl_set("max_tw_buckets", BOUND);
	/* None gives up by itself, however long the machine takes. */
	sysctl_set("orphan_retries", 15);
	in_first_namespace(read_mem, self->mem);
}

FIXTURE_TEARDOWN(orphans)
{
	in_first_namespace(write_mem, self->mem);
	siege_end(&self->s);
}

/* What the server has said of @name since the beginning of the namespace. */
static long counted(const char *name)
{
	return counter("TcpExt", name);
}

/* What close() has sent, if it is not late. */
static void hear_fin(struct crowd *c, int peer)
{
	int ms;

	for (ms = 0; !c->peer[peer].fins && ms < PATIENCE_MS; ms += 10)
		crowd_hear(c, ms ? 10 : 0);
	check(c->peer[peer].fins);
}

static void expect_bounded_orphans(struct siege *s, int states)
{
	int left = 0, state, i;

	for (state = ESTABLISHED; state <= CLOSING; state++)
		if (states & 1 << state)
			left += crowd_states(state);
	test_note("%d of %d are left", left, s->c.count);
	/* Those of other tests may have gone in between. */
	check_ge(left, BOUND);
	check_le(left, BOUND + s->orphans);
	check_le(sockstat("orphan"), BOUND + s->orphans);
	/* The rest were told, each once. */
	crowd_hear(&s->c, GLIMPSE_MS);
	check_eq(counted("TCPAbortOnMemory"), s->c.count - left);
	check_eq(crowd_aborts(&s->c), s->c.count - left);
	for (i = 0; i < s->c.count; i++)
		check_le(s->c.peer[i].aborts, 1);
	siege_memory(s, left, 0, 0);
	siege_unharmed(s);
	siege_open_to_others(s);
	crowd_leave(&s->c);
	siege_forgotten(s);
}

/* A14: the FINs are out, and no ACK comes; in each state that waits for one. */
TEST_F_TIMEOUT(orphans, without_a_last_ack_are_bounded, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	int i, fd;

	for (i = 0; i < self->peers; i++) {
		crowd_connect(c, i, 65535);
		fd = wire_accept(s->lfd);
		/* LAST_ACK, CLOSING, FIN_WAIT_1 */
		if (i % 3 == 0)
			crowd_send(c, i, FIN | ACK, 65535, 0);
		close(fd);
		hear_fin(c, i);
		/* which does not acknowledge ours */
		if (i % 3 == 1 && !c->peer[i].rsts)
			crowd_forge(c, i, FIN | ACK, 65535, c->peer[i].snd_nxt++,
				    c->peer[i].rcv_nxt - 1);
	}
	expect_bounded_orphans(s, 1 << FIN_WAIT1 | 1 << LAST_ACK | 1 << CLOSING);
	/* A SYN-ACK, an ACK, some FINs; a RST for who was too many. */
	check_le(c->heard, 2L * self->peers + crowd_rsts(c) + 12 * BOUND +
		 self->peers);
}

/* A17: the window is closed for good, and there is something to send. */
TEST_F_TIMEOUT(orphans, before_a_closed_window_are_bounded, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	char text[TEXT_LEN] = "";
	int i, fd;

	for (i = 0; i < self->peers; i++) {
		crowd_connect(c, i, 0);
		fd = wire_accept(s->lfd);
		check_eq(send(fd, text, TEXT_LEN, 0), TEXT_LEN);
		close(fd);
		/* whoever is asked says that nothing has changed, unless it is over */
		crowd_hear(c, 0);
		if (c->peer[i / 2].acks && !c->peer[i / 2].rsts)
			crowd_send(c, i / 2, ACK, 0, 0);
	}
	expect_bounded_orphans(s, 1 << FIN_WAIT1);
	check_le(c->heard, self->peers + crowd_rsts(c) + 12 * BOUND);
}

static bool has_given_back(void *pages)
{
	return sockstat("mem") <= *(long *)pages;
}

/*
 * A17: they are few enough, but what they hold is too much: as many are reset as it
 * takes, and others are served.
 */
TEST_F_TIMEOUT(orphans, before_a_closed_window_give_memory_back, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	char text[LOT] = "", limits[64];
	long before = sockstat("mem"), most, all;
	int i, fd;

	for (i = 0; i < HOLDERS; i++) {
		crowd_connect(c, i, 0);
		fd = wire_accept(s->lfd);
		set_opt(fd, SOL_SOCKET, SO_SNDBUF, 4 * LOT);
		check_eq(send(fd, text, LOT, 0), LOT);
		close(fd);
	}
	all = sockstat("mem") - before;
	test_note("%d orphans hold %ld pages", HOLDERS, all);
	check_ge(all, HOLDERS * LOT / sysconf(_SC_PAGESIZE) - RESERVE);
	/* one namespace has no say in what all of them may have */
	check_err(open("/proc/sys/net/mytcp/mem", O_WRONLY | O_CLOEXEC), EACCES);
	most = before + all / 2;
	snprintf(limits, sizeof(limits), "1 1 %ld", most);
	in_first_namespace(write_mem, limits);
	/* each is looked at when it asks for a window */
	check(await_true(has_given_back, &most, LONG_TEST * 1000 / 2));
	crowd_hear(c, GLIMPSE_MS);
	check_ge(counted("TCPAbortOnMemory"), HOLDERS / 4);
	check_eq(counted("TCPAbortOnMemory"), crowd_aborts(c));
	check_eq(crowd_states(FIN_WAIT1) + crowd_aborts(c), HOLDERS);
	siege_unharmed(s);
	siege_open_to_others(s);
	in_first_namespace(write_mem, self->mem);
	crowd_leave(c);
	siege_forgotten(s);
}

/* A15: our FIN is acknowledged, and theirs never comes. */
TEST_F_TIMEOUT(orphans, without_the_peers_fin_are_bounded, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	int i, fd;

	for (i = 0; i < self->peers; i++) {
		crowd_connect(c, i, 65535);
		fd = wire_accept(s->lfd);
		close(fd);
		hear_fin(c, i);
		crowd_send(c, i, ACK, 65535, 0);
	}
	crowd_expect(FIN_WAIT2, BOUND);
	check_eq(sockstat("tw"), BOUND);
	check_eq(counted("TCPTimeWaitOverflow"), self->peers - BOUND);
	/* none of them is a socket any more */
	siege_memory(s, 0, 0, BOUND);
	/* a SYN-ACK and a FIN for each; a FIN may have gone twice */
	crowd_hear(c, GLIMPSE_MS);
	check_le(c->heard, 3L * self->peers);
	check_eq(crowd_rsts(c), 0);
	siege_unharmed(s);
	siege_open_to_others(s);
	/* who was forgotten is told so, when it asks */
	crowd_send(c, self->peers - 1, FIN | ACK, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	check_eq(crowd_rsts(c), 1);
	crowd_send(c, 0, FIN | ACK, 65535, 0);
	crowd_expect(TIME_WAIT, 1);
}

TEST_HARNESS_MAIN
