// SPDX-License-Identifier: GPL-2.0
/*
 * The attacks of attack_orphans.c, to their end: no peer holds a connection that
 * the server has closed for longer than the server says, whatever it answers.
 * In icount.list: it takes minutes.
 */
#include "lib/siege.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"
#include "lib/test.h"

#define PEERS		40
#define MINUTE		60000
#define TEXT_LEN	1000

FIXTURE(held) {
	struct siege s;
};

FIXTURE_SETUP(held)
{
	test_begin_family(AF_INET);
	siege_begin(&self->s, PEERS, 1024);
}

FIXTURE_TEARDOWN(held)
{
	siege_end(&self->s);
}

static int still_there(void)
{
	return crowd_states(FIN_WAIT1) + crowd_states(LAST_ACK) +
	       crowd_states(CLOSING) + crowd_states(FIN_WAIT2);
}

static int asked(const struct crowd_peer *p)
{
	return p->texts + p->acks + p->fins;
}

/*
 * Each time a peer is asked, it answers: it has not got the FIN, and its window
 * is @wnd. Returns the minutes until the last one is given up.
 */
static int answer_until_the_end(struct crowd *c, int wnd)
{
	int answered[PEERS], i, ms;

	for (i = 0; i < PEERS; i++)
		answered[i] = asked(&c->peer[i]);
	for (ms = 0; still_there() && ms < 60 * MINUTE; ms += 500) {
		crowd_hear(c, 500);
		for (i = 0; i < PEERS; i++) {
			struct crowd_peer *p = &c->peer[i];

			if (asked(p) == answered[i] || p->rsts)
				continue;
			answered[i] = asked(p);
			crowd_forge(c, i, ACK, wnd, p->snd_nxt,
				    p->rcv_nxt - !!p->fins);
		}
	}
	return ms / MINUTE;
}

static void expect_given_up(struct siege *s, int wnd)
{
	long before = counter("TcpExt", "TCPAbortOnTimeout");
	int i, minutes = answer_until_the_end(&s->c, wnd), most = 0;

	for (i = 0; i < PEERS; i++)
		if (asked(&s->c.peer[i]) > most)
			most = asked(&s->c.peer[i]);
	test_note("the last ended in minute %d, who was asked most was %d times",
		  minutes, most);
	check_eq(still_there(), 0);
	check_lt(minutes, 30);
	check_le(most, 20);
	check_eq(counter("TcpExt", "TCPAbortOnTimeout") - before, PEERS);
	siege_unharmed(s);
	siege_open_to_others(s);
	if (stack_is_kernel())
		return;
	siege_memory(s, 0, 0, 0);
	check_eq(sockstat("orphan"), 0);
	siege_forgotten(s);
}

/* A14: an ACK that acknowledges nothing is no sign of life. */
TEST_F_TIMEOUT(held, in_last_ack_it_ends, 10000)
{
	struct siege *s = &self->s;
	int i, fd;

	for (i = 0; i < PEERS; i++) {
		crowd_connect(&s->c, i, 65535);
		fd = wire_accept(s->lfd);
		crowd_send(&s->c, i, FIN | ACK, 65535, 0);
		close(fd);
	}
	crowd_expect(LAST_ACK, PEERS);
	expect_given_up(s, 65535);
}

TEST_F_TIMEOUT(held, in_closing_it_ends, 10000)
{
	struct siege *s = &self->s;
	int i, fd;

	for (i = 0; i < PEERS; i++) {
		struct crowd_peer *p = &s->c.peer[i];

		crowd_connect(&s->c, i, 65535);
		fd = wire_accept(s->lfd);
		close(fd);
		crowd_forge(&s->c, i, FIN | ACK, 65535, p->snd_nxt++,
			    p->rcv_nxt);
	}
	crowd_hear(&s->c, 0);
	crowd_expect(CLOSING, PEERS);
	expect_given_up(s, 65535);
}

/* A14 and A17 at once: the FIN is out, the window is closed behind it. */
TEST_F_TIMEOUT(held, with_the_window_closed_behind_the_fin_it_ends, 10000)
{
	struct siege *s = &self->s;
	int i, fd;

	for (i = 0; i < PEERS; i++) {
		crowd_connect(&s->c, i, 65535);
		fd = wire_accept(s->lfd);
		close(fd);
	}
	crowd_expect(FIN_WAIT1, PEERS);
	expect_given_up(s, 0);
}

/* A17: each probe is answered: the window is closed. RFC 6429 3. */
TEST_F_TIMEOUT(held, before_a_closed_window_it_ends, 10000)
{
	struct siege *s = &self->s;
	char text[TEXT_LEN] = "";
	int i, fd;

	for (i = 0; i < PEERS; i++) {
		crowd_connect(&s->c, i, 0);
		fd = wire_accept(s->lfd);
		check_eq(send(fd, text, TEXT_LEN, 0), TEXT_LEN);
		close(fd);
	}
	crowd_expect(FIN_WAIT1, PEERS);
	expect_given_up(s, 0);
}

/* Those that wait for a window are the first to go when there are too many. */
TEST_F_TIMEOUT(held, before_a_closed_window_it_makes_room, 10000)
{
	struct siege *s = &self->s;
	char text[TEXT_LEN] = "";
	int i, fd;

	if (stack_is_kernel())
		SKIP(return, "its bound is the whole machine's");
	for (i = 0; i < PEERS; i++) {
		crowd_connect(&s->c, i, 0);
		fd = wire_accept(s->lfd);
		check_eq(send(fd, text, TEXT_LEN, 0), TEXT_LEN);
		close(fd);
	}
	crowd_expect(FIN_WAIT1, PEERS);
	sysctl_set("max_orphans", s->orphans + PEERS / 2);
	crowd_hear(&s->c, 5000);
	crowd_expect(FIN_WAIT1, PEERS / 2);
	check_eq(crowd_rsts(&s->c), PEERS / 2);
	check_eq(counter("TcpExt", "TCPAbortOnMemory"), PEERS / 2);
	check_eq(counter("TcpExt", "TCPAbortOnTimeout"), 0);
	siege_memory(s, PEERS / 2, 0, 0);
	siege_unharmed(s);
	crowd_leave(&s->c);
	siege_forgotten(s);
}

/* A15: nothing is asked there, and nothing is waited for but fin_timeout. */
TEST_F_TIMEOUT(held, in_fin_wait_2_it_ends, 10000)
{
	struct siege *s = &self->s;
	long before = counter("TcpExt", "TW"), heard;
	int i;

	for (i = 0; i < PEERS; i++) {
		crowd_connect(&s->c, i, 65535);
		close(wire_accept(s->lfd));
		crowd_hear(&s->c, 0);
		crowd_send(&s->c, i, ACK, 65535, 0);
	}
	crowd_expect(FIN_WAIT2, PEERS);
	heard = s->c.heard;
	/* an ACK now and then is no reason to wait longer */
	for (i = 0; i < 6; i++) {
		crowd_hear(&s->c, 11000);
		crowd_send(&s->c, 0, ACK, 65535, 0);
	}
	crowd_hear(&s->c, 10000);
	check_eq(still_there(), 0);
	siege_unharmed(s);
	siege_open_to_others(s);
	if (stack_is_kernel())
		return;
	check_le(s->c.heard - heard, 6);
	check_eq(counter("TcpExt", "TW") - before, PEERS);
	siege_memory(s, 0, 0, 0);
	siege_forgotten(s);
}

TEST_HARNESS_MAIN
