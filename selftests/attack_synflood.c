// SPDX-License-Identifier: GPL-2.0
/*
 * Floods of a listener (RFC 4987): SYNs from everywhere, which are never followed
 * by an ACK; ACKs that pretend to be the end of a handshake; the same SYN again and
 * again, so that somebody else gets the answers.
 *
 * MYTCP_TEST_FLOOD and MYTCP_TEST_GUESSES say how many.
 */
#include <netpacket/packet.h>
#include <sys/random.h>

#include <linux/if_ether.h>

#include "lib/objects.h"
#include "lib/siege.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define BACKLOG	32

FIXTURE(flood) {
	struct siege s;
};

FIXTURE_SETUP(flood)
{
	test_begin_family(AF_INET);
	if (stack_is_kernel())
		SKIP(_exit(255), "slabs and limits of MyTCP");
	siege_begin(&self->s, env_number("MYTCP_TEST_FLOOD", 2000), BACKLOG);
}

FIXTURE_TEARDOWN(flood)
{
	siege_end(&self->s);
}

static long counted(const char *name)
{
	return counter("TcpExt", name);
}

static void flood(struct siege *s)
{
	int i;

	for (i = 0; i < s->c.count; i++) {
		crowd_send(&s->c, i, SYN, 65535, 0);
		if (i == s->c.count / 2) {
			siege_unharmed(s);
			siege_memory(s, 0, BACKLOG, 0);
		}
	}
	crowd_hear(&s->c, GLIMPSE_MS);
}

/*
 * A20: each SYN is answered, a few of them from the queue, which repeats its
 * SYN-ACKs five times at most; the others by a cookie, of which nothing is kept.
 */
TEST_F_TIMEOUT(flood, of_syns_takes_no_memory_and_keeps_nobody_out, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;

	flood(s);
	siege_unharmed(s);
	siege_open_to_others(s);
	siege_memory(s, 0, BACKLOG, 0);
	check_ge(crowd_synacks(c), c->count);
	/* and what is sent is no more than what has come, but for those five */
	check_le(c->heard, c->count + 5 * BACKLOG);
	check_le(c->octets, (c->count + 5L * BACKLOG) * crowd_size(SYN, 0));
	check_ge(counted("SyncookiesSent"), c->count - BACKLOG);
	check_ge(counted("TCPReqQFullDoCookies"), c->count - BACKLOG);
	check_eq(counted("ListenDrops"), 0);
	expect_no_accept(s->lfd);
	crowd_leave(c);
	siege_forgotten(s);
}

/* The same without cookies: who finds the queue full hears nothing. */
TEST_F_TIMEOUT(flood, of_syns_without_cookies_takes_the_queue_and_no_more,
	       LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	int i, answered = 0;

	sysctl_set("syncookies", 0);
	flood(s);
	siege_unharmed(s);
	siege_memory(s, 0, BACKLOG, 0);
	for (i = 0; i < c->count; i++)
		answered += c->peer[i].synacks > 0;
	check_eq(answered, BACKLOG);
	check_le(c->heard, 6 * BACKLOG);
	check_eq(counted("TCPReqQFullDrop"), c->count - BACKLOG);
	check_eq(counted("ListenDrops"), c->count - BACKLOG);
	crowd_leave(c);
	siege_forgotten(s);
	siege_open_to_others(s);
}

/* A flood that is over leaves the port as it was: no cookies any more. */
TEST_F_TIMEOUT(flood, that_is_over_is_forgotten, LONG_TEST)
{
	struct siege *s = &self->s;
	long before;

	flood(s);
	crowd_leave(&s->c);
	siege_forgotten(s);
	before = counted("SyncookiesSent");
	siege_open_to_others(s);
	siege_unharmed(s);
	check_eq(counted("SyncookiesSent"), before);
}

/* Memory of packets that are somewhere in the machine. */
#define SKBS	"skbuff_head_cache "

static bool has_no_more_packets(void *most)
{
	return objects_in(SKBS) <= *(long *)most;
}

/* What tcpdump sees of peers' SYNs, and of the answers; counts both. */
static void look(int watcher, long *syns, long *synacks)
{
	uint8_t packet[2000];
	struct rawseg s;
	const char *why;
	int len;

	while ((len = recv(watcher, packet, sizeof(packet), 0)) > 0) {
		if (!packet_parse(packet, len, &s, &why) ||
		    (s.sport != CROWD_PORT && s.dport != CROWD_PORT))
			continue;
		*syns += s.flags == SYN;
		*synacks += s.flags == (SYN | ACK);
	}
}

/*
 * A20: a SYN that somebody else has, too (tcpdump, a rule that copies it), is not
 * made into its answer: that takes memory then, for as long as it is on its way.
 */
TEST_F_TIMEOUT(flood, that_somebody_watches_takes_no_memory, LONG_TEST)
{
	long skbs = objects_in(SKBS) + 500, syns = 0, synacks = 0;
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	int watcher, i;

	watcher = check_ok(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK,
				  htons(ETH_P_ALL)));
	sysctl_set("syncookies", 2);
	for (i = 0; i < c->count; i++) {
		crowd_send(c, i, SYN, 65535, 0);
		if (i % 16 == 0)
			look(watcher, &syns, &synacks);
	}
	crowd_hear(c, GLIMPSE_MS);
	look(watcher, &syns, &synacks);
	check_eq(syns, c->count);
	check_eq(synacks, c->count);
	check_eq(c->heard, c->count);
	check_le(c->octets, (long)c->count * crowd_size(SYN, 0));
	check_eq(counted("SyncookiesSent"), c->count);
	siege_memory(s, 0, 0, 0);
	close(watcher);
	check(await_true(has_no_more_packets, &skbs, PATIENCE_MS));
	siege_unharmed(s);
	siege_open_to_others(s);
}

/* ---- A21: forged cookies ---- */

static uint32_t any32(void)
{
	uint32_t n;

	check_eq(getrandom(&n, sizeof(n), 0), sizeof(n));
	return n;
}

/* A peer's cookie, as it got it. */
static uint32_t cookie_of(struct crowd *c, int peer)
{
	crowd_ask(c, peer);
	return c->peer[peer].rcv_nxt;
}

/* So many ACKs were none: each was answered with a RST, and nobody is there. */
static void expect_refused(struct siege *s, long failed, long guesses)
{
	crowd_hear(&s->c, GLIMPSE_MS);
	check_eq(counted("SyncookiesFailed") - failed, guesses);
	check_eq(counted("SyncookiesRecv"), 0);
	check_le(crowd_rsts(&s->c), guesses);
	check_le(s->c.octets, guesses * crowd_size(ACK, 0) +
		 crowd_synacks(&s->c) * crowd_size(SYN, 0));
	expect_no_accept(s->lfd);
	siege_memory(s, 0, 0, 0);
	siege_unharmed(s);
}

static void expect_good(struct siege *s, int peer)
{
	crowd_send(&s->c, peer, ACK, 65535, 0);
	close_abort(wire_accept(s->lfd));
	check_eq(counted("SyncookiesRecv"), 1);
	check_eq(counted("SyncookiesSent") > 0, 1);
}

TEST_F_TIMEOUT(flood, of_guessed_cookies_makes_no_connection, LONG_TEST)
{
	long guesses = env_number("MYTCP_TEST_GUESSES", 3000), i, failed;
	struct siege *s = &self->s;

	sysctl_set("syncookies", 2);
	cookie_of(&s->c, 0);
	failed = counted("SyncookiesFailed");
	for (i = 0; i < guesses; i++)
		crowd_forge(&s->c, 1 + i % (s->c.count - 1), ACK, 65535,
			    any32(), any32());
	expect_refused(s, failed, guesses);
	/* the right one is as good as before */
	expect_good(s, 0);
}

/* Who knows a right one knows no other: not with one bit changed, ... */
TEST_F(flood, of_cookies_with_a_bit_changed_makes_no_connection)
{
	struct siege *s = &self->s;
	uint32_t cookie, seq;
	long failed;
	int bit;

	sysctl_set("syncookies", 2);
	cookie = cookie_of(&s->c, 0) - 1;
	seq = s->c.peer[0].snd_nxt;
	failed = counted("SyncookiesFailed");
	for (bit = 0; bit < 32; bit++)
		crowd_forge(&s->c, 0, ACK, 65535, seq,
			    (cookie ^ 1U << bit) + 1);
	for (bit = 0; bit < 32; bit++)
		crowd_forge(&s->c, 0, ACK, 65535, seq ^ 1U << bit, cookie + 1);
	expect_refused(s, failed, 64);
	expect_good(s, 0);
}

/* ... and not another peer's. */
TEST_F(flood, of_one_cookie_from_many_peers_makes_no_connection)
{
	struct siege *s = &self->s;
	int i, peers = 500;
	uint32_t cookie;
	long failed;

	sysctl_set("syncookies", 2);
	cookie = cookie_of(&s->c, 0);
	failed = counted("SyncookiesFailed");
	for (i = 1; i <= peers; i++)
		crowd_forge(&s->c, i, ACK, 65535, s->c.peer[0].snd_nxt, cookie);
	expect_refused(s, failed, peers);
	expect_good(s, 0);
}

/* ---- A22: reflection ---- */

/*
 * Somebody else's address, the same SYN a thousand times: of the answers there
 * is one now and then (invalid_ratelimit), and what the timer repeats.
 */
TEST_F_TIMEOUT(flood, of_one_syn_is_answered_now_and_then, LONG_TEST)
{
	int64_t start = now_ms(), intervals;
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	long skipped;
	int i;

	skipped = counted("TCPACKSkippedSynRecv");
	for (i = 0; i < 1000; i++)
		crowd_send(c, 0, SYN, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	intervals = (now_ms() - start) / sysctl_get("invalid_ratelimit") + 1;
	test_note("%ld answers in %lld intervals", c->heard,
		  (long long)intervals);
	/* the first, one an interval, and the timer's five */
	check_le(c->heard, 1 + intervals + 5);
	check_le(c->octets, (6 + intervals) * crowd_size(SYN, 0));
	check_ge(counted("TCPACKSkippedSynRecv") - skipped,
		 1000 - 1 - intervals);
	siege_memory(s, 0, 1, 0);
	siege_unharmed(s);
	siege_open_to_others(s);
}

/* Nor does a cookie say more than it was told: one segment for one, no larger. */
TEST_F_TIMEOUT(flood, of_one_syn_and_cookies_is_not_amplified, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	int i;

	sysctl_set("syncookies", 2);
	for (i = 0; i < 1000; i++)
		crowd_send(c, 0, SYN, 65535, 0);
	/* they are not repeated */
	crowd_hear(c, 1500);
	check_eq(c->heard, 1000);
	check_le(c->octets, 1000 * crowd_size(SYN, 0));
	check_eq(counted("SyncookiesSent"), 1000);
	siege_memory(s, 0, 0, 0);
	siege_unharmed(s);
	siege_open_to_others(s);
}

/* Who gets an answer that it has not asked for ends it: nothing is repeated. */
TEST_F(flood, is_over_when_the_victim_resets)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	long before = counted("EmbryonicRsts");
	int i;

	for (i = 0; i < BACKLOG; i++)
		crowd_send(c, i, SYN, 65535, 0);
	crowd_hear(c, GLIMPSE_MS);
	for (i = 0; i < BACKLOG; i++)
		crowd_send(c, i, RST, 0, 0);
	crowd_expect(SYN_RECV, 0);
	check_eq(counted("EmbryonicRsts") - before, BACKLOG);
	siege_forgotten(s);
	siege_unharmed(s);
}

/* ---- A20: who comes back from TIME_WAIT ---- */

#define BACK	60
#define FEW	8	/* a queue */

FIXTURE(back) {
	struct siege s;
};

FIXTURE_SETUP(back)
{
	test_begin_family(AF_INET);
	siege_begin(&self->s, BACK, FEW);
}

FIXTURE_TEARDOWN(back)
{
	siege_end(&self->s);
}

/* The server has closed, and the peer may begin anew. */
static void leave_time_wait(struct siege *s, int peer)
{
	struct crowd *c = &s->c;
	int ms;

	crowd_connect(c, peer, 65535);
	close(wire_accept(s->lfd));
	for (ms = 0; !c->peer[peer].fins && ms < PATIENCE_MS; ms += 10)
		crowd_hear(c, ms ? 10 : 0);
	crowd_send(c, peer, FIN | ACK, 65535, 0);
}

static void come_back(struct crowd *c, int peer)
{
	struct crowd_peer *p = &c->peer[peer];

	p->snd_nxt += 100000;
	crowd_forge(c, peer, SYN, 65535, p->snd_nxt++, 0);
	crowd_hear(c, 0);
}

/*
 * RFC 6191: such a SYN has to get a number beyond the old connection's, which a
 * cookie cannot have. It gets room in the queue also when that is full, but not
 * without a limit: as much again. Who is turned away stays in TIME_WAIT, and is let
 * in when there is room. Linux 6.1 gives no such room: 9 of the 60 are half-open.
 */
TEST_F_TIMEOUT(back, from_time_wait_as_many_come_as_the_queue_has_again, LONG_TEST)
{
	struct siege *s = &self->s;
	struct crowd *c = &s->c;
	long heard;
	int i;

	for (i = 0; i < BACK; i++)
		leave_time_wait(s, i);
	crowd_expect(TIME_WAIT, BACK);
	crowd_hear(c, 0);
	heard = c->heard;
	for (i = 0; i < BACK; i++)
		come_back(c, i);
	crowd_hear(c, GLIMPSE_MS);
	test_note("%d of %d are half-open", crowd_states(SYN_RECV), BACK);
	if (stack_is_kernel()) {
		siege_unharmed(s);
		return;
	}
	check_eq(crowd_states(SYN_RECV), 2 * FEW);
	check_eq(crowd_states(TIME_WAIT), BACK - 2 * FEW);
	check_le(c->heard - heard, 2 * FEW * (1 + 5));
	check_eq(counted("TWRecycled"), 2 * FEW);
	check_eq(counted("TCPReqQFullDrop"), BACK - 2 * FEW);
	check_eq(counted("ListenDrops"), BACK - 2 * FEW);
	siege_memory(s, 0, 2 * FEW, BACK - 2 * FEW);
	siege_unharmed(s);
	siege_open_to_others(s);
	/* the first one leaves, and the last one gets its place */
	crowd_send(c, 0, RST, 0, 0);
	crowd_expect(SYN_RECV, 2 * FEW - 1);
	come_back(c, BACK - 1);
	crowd_expect(SYN_RECV, 2 * FEW);
	check_eq(c->peer[BACK - 1].synacks, 2);
}

TEST_HARNESS_MAIN
