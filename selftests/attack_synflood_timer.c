// SPDX-License-Identifier: GPL-2.0
/*
 * What a SYN with a wrong address sends to that address, until the end (A22): six
 * SYN-ACKs, or one that is a cookie. In icount.list: it takes a minute.
 */
#include "lib/siege.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define PEERS	100

FIXTURE(reflected) {
	struct siege s;
};

FIXTURE_SETUP(reflected)
{
	test_begin_family(AF_INET);
	/* far from full: then the kernel's TCP is patient, too */
	siege_begin(&self->s, PEERS, 4 * PEERS);
}

FIXTURE_TEARDOWN(reflected)
{
	siege_end(&self->s);
}

/* Each peer gets @each answers in two minutes, and none is larger than its SYN. */
static void expect_answers(struct siege *s, int each)
{
	struct crowd *c = &s->c;
	int i;

	for (i = 0; i < PEERS; i++)
		crowd_send(c, i, SYN, 65535, 0);
	crowd_hear(c, 120000);
	for (i = 0; i < PEERS; i++)
		check_eq(c->peer[i].synacks, each);
	check_eq(c->heard, PEERS * each);
	check_le(c->octets, (long)PEERS * each * crowd_size(SYN, 0));
	siege_unharmed(s);
	siege_open_to_others(s);
	if (stack_is_kernel())
		return;
	siege_memory(s, 0, 0, 0);
	siege_forgotten(s);
}

TEST_F_TIMEOUT(reflected, syn_acks_are_six, 1000)
{
	long again = counter("TcpExt", "TCPSynRetrans");

	expect_answers(&self->s, 6);
	if (!stack_is_kernel())
		check_eq(counter("TcpExt", "TCPSynRetrans") - again, 5 * PEERS);
}

TEST_F_TIMEOUT(reflected, a_cookie_is_one, 1000)
{
	sysctl_set("syncookies", 2);
	expect_answers(&self->s, 1);
	check_ge(counter("TcpExt", "SyncookiesSent"), PEERS);
}

TEST_F_TIMEOUT(reflected, their_number_is_the_administrators, 1000)
{
	sysctl_set("synack_retries", 1);
	expect_answers(&self->s, 2);
}

TEST_HARNESS_MAIN
