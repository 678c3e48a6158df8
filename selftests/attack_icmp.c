// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors that nobody has caused: A8 and A9 of Documentation/attacks.rst, RFC
 * 5927. Believed is only what quotes a number that is in flight, and then it ends
 * nothing that is connected, nor makes its segments tiny.
 */
#include "lib/attack.h"
#include "lib/states.h"
#include "lib/test.h"

#define UNREACH		3
#define FRAG_NEEDED	4	/* a code of it */
#define EXCEEDED	11
#define PARAM		12
#define CODES		16
#define ERRORS		3	/* types that are errors to TCP */

WIRE4_FIXTURE(icmp)

/* Errors, and types that never were or are no more; but no questions. */
static const int types[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 18, 30, 31, 40, 41, 255,
};

#define TYPES	((int)(sizeof(types) / sizeof(*types)))

/* Full sockets with a peer: SYN_SENT, and all that is synchronized. */
static int full_sockets(const struct scenery *s)
{
	int i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->all[i].peer_port && s->all[i].fd >= 0;
	return n;
}

/* Each one is as it was, and has sent nothing new. */
static void scenery_is_unharmed(struct scenery *s, struct attack *a, int left_out)
{
	int i;

	for (i = 0; i < s->count; i++) {
		const struct shown *is = &s->all[i];

		if (!is->peer_port || left_out >> is->state & 1)
			continue;
		a->w = &s->w[i];
		if (attack_answer(a) || wire_state(a->w) != is->state)
			test_fail("%s: answers, or is %s now",
				  state_name(is->state),
				  state_name(wire_state(a->w)));
		if (is->fd >= 0)
			check_eq(is->fd >= 0 ? fd_state(is->fd) : 0, is->state);
	}
}

/* What timers do meanwhile, the machine being slow; seen on other wires than one. */
#define SENT_AGAIN	ANSWERS(200, .most = true, .anything = true)
#define MEANWHILE							\
	COUNT(RetransSegs, WHATEVER), COUNT(TCPTimeouts, WHATEVER),	\
	COUNT(TCPSynRetrans, WHATEVER), COUNT(TCPLossFailures, WHATEVER), \
	COUNT(TCPSlowStartRetrans, WHATEVER)

/*
 * A8, RFC 5927 4.1: every type and code, to every state, about what is not in
 * flight: before it, behind it, half round the numbers.
 */
WIRE_TEST(icmp, about_what_is_not_in_flight_does_nothing)
{
	static const int64_t seq[] = { -1, 100000, 1LL << 31 };
	struct scenery s[1] = {};
	struct attack a[1];
	int i, t, c, q;

	scenery_set(s, w);
	attack_begin(a, w, -1);
	for (i = 0; i < s->count; i++)
		for (t = 0; s->all[i].peer_port && t < TYPES; t++)
			for (c = 0; c < CODES; c++)
				for (q = 0; q < 3; q++)
					inject_icmp(&s->w[i], types[t], c,
						    .seq = seq[q], .info = 100);
	scenery_is_unharmed(s, a, 0);
	a->w = w;
	/* Half-open connections look at the two codes that could end them. */
	attack_over(a, SENT_AGAIN,
		    DROP(OutOfWindowIcmps, 3 * ERRORS * CODES * full_sockets(s) +
			 3 * 2), MEANWHILE);
	check_eq(tcp_info(scenery_in(s, ESTABLISHED)->fd).tcpi_pmtu, 1500);
	scenery_leave(s);
}

/* The number in flight of each state, or the next where nothing is. */
static int64_t in_flight(const struct shown *is)
{
	if (is->state == SYN_SENT || is->state == SYN_RECV)
		return 0;
	return is->state == FIN_WAIT2 || is->state == TIME_WAIT ? 2 : 1;
}

/* Those that say that nobody is there; and that a path is too narrow: see below. */
static bool is_hard(int type, int code)
{
	return type == UNREACH && (code == 2 || code == 3);
}

static bool is_narrow(int type, int code)
{
	return type == UNREACH && code == FRAG_NEEDED;
}

/*
 * A8, MUST-56: about what is in flight, all that may pass ends nothing, in no state;
 * nor makes anybody send. The kernel's TCP gives up what is being opened.
 */
WIRE_TEST(icmp, that_may_pass_ends_nothing)
{
	int opening = 1 << SYN_SENT | 1 << SYN_RECV;
	int left_out = stack_is_kernel() ? opening : 0;
	struct scenery s[1] = {};
	struct attack a[1];
	int i, t, c;

	scenery_set(s, w);
	attack_begin(a, w, -1);
	for (i = 0; i < s->count; i++) {
		if (!s->all[i].peer_port || left_out >> s->all[i].state & 1)
			continue;
		for (t = 0; t < TYPES; t++)
			for (c = 0; c < CODES; c++)
				if (!is_hard(types[t], c) &&
				    !is_narrow(types[t], c))
					inject_icmp(&s->w[i], types[t], c,
						    .seq = in_flight(&s->all[i]));
	}
	scenery_is_unharmed(s, a, left_out);
	a->w = w;
	attack_over(a, SENT_AGAIN, MEANWHILE);
	/* Who asks is told, and no poll() comes back for it. */
	i = scenery_in(s, ESTABLISHED)->fd;
	check_eq(wait_fd(i, POLLERR, 0) & POLLERR, 0);
	scenery_leave(s);
}

/* A8, RFC 5461: nor does one that will not pass, once there is a connection. */
WIRE_TEST(icmp, that_is_hard_ends_no_connection)
{
	int opening = 1 << SYN_SENT | 1 << SYN_RECV;
	struct scenery s[1] = {};
	struct attack a[1];
	int i, c;

	scenery_set(s, w);
	attack_begin(a, w, -1);
	for (i = 0; i < s->count; i++)
		for (c = 2; c <= 3; c++)
			if (s->all[i].peer_port && !(opening >> s->all[i].state & 1))
				inject_icmp(&s->w[i], UNREACH, c,
					    .seq = in_flight(&s->all[i]));
	scenery_is_unharmed(s, a, opening);
	a->w = w;
	attack_over(a, SENT_AGAIN, MEANWHILE);
	scenery_leave(s);
}

/* A8: where it does end something, it is the very number of the SYN it takes. */
WIRE_TEST(icmp, that_is_hard_needs_the_number_of_the_syn)
{
	struct attack a[1];
	int fd = wire_connect(w), i;

	expect(w, SYN);
	attack_begin(a, w, -1);
	check_eq(a->state, SYN_SENT);
	for (i = 1; i <= 1000; i++)
		inject_icmp(w, UNREACH, 3, .seq = i & 1 ? 2 + i * 1000000LL : -i);
	check_eq(attack_answer(a), 0);
	attack_over(a, SENT_AGAIN, DROP(OutOfWindowIcmps, 1000), MEANWHILE);
	drain(w);	/* the SYN again, on a slow machine */
	inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	expect_state(fd, ESTABLISHED);
}

/* What quotes too little, or no TCP, or nobody's connection. */
WIRE_TEST(icmp, about_nobody_does_nothing)
{
	struct attack a[1];
	int fd = open_passive(w), quote;

	attack_begin(a, w, fd);
	for (quote = 0; quote < 8; quote++)
		inject_icmp(w, UNREACH, 3, .seq = 1, .quote = quote);
	inject_icmp(w, UNREACH, 3, .seq = 1, .sport = 9999);
	inject_icmp(w, UNREACH, 3, .seq = 1, .dport = 9999);
	inject_icmp(w, UNREACH, FRAG_NEEDED, .seq = 1, .dport = 9999, .info = 600);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
}

/* ---- A9: the path's MTU ---- */

static void inject_narrow(struct wire *w, int64_t seq, int mtu)
{
	inject_icmp(w, UNREACH, FRAG_NEEDED, .seq = seq, .info = mtu);
}

/* A9: MTUs of all sizes, about what is not in flight, make no segment smaller. */
WIRE_TEST(icmp, about_a_path_that_is_not_ours_changes_no_mtu)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1400)), i;

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject(w, ACK);
	attack_begin(a, w, fd);
	for (i = 0; i < 500; i++) {
		inject_narrow(w, 1402 + 1000 * i, 3 * i);
		inject_narrow(w, 1400 - 1000 * i, 3 * i);
	}
	attack_over(a, NO_ANSWER, DROP(OutOfWindowIcmps, 1000));
	check_eq(a->info.tcpi_pmtu, 1500);
	attack_exchange(a);
}

/* The segments that carry 1400 octets again, after a narrow path was told of. */
static int sent_again(struct wire *w, int most)
{
	int octets = 0, segments = 0;

	while (octets < 1400) {
		check(receive(w, 10000));
		check_le(w->last.packet_len, most);
		octets += w->last.s.len;
		segments++;
	}
	check_eq(octets, 1400);
	return segments;
}

/*
 * A9: who does know the number gets segments of 552 octets and not one smaller
 * (min_pmtu), however often he says so; and each octet in flight once again.
 */
WIRE_TEST(icmp, never_makes_the_path_narrower_than_min_pmtu)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1400)), i;
	long objects = stack_is_kernel() ? 0 : slab_objects();

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_narrow(w, 1, 68);
	check_eq(sent_again(w, 552), 3);
	check_eq(tcp_info(fd).tcpi_pmtu, 552);
	check_eq(tcp_info(fd).tcpi_snd_mss, 512);
	inject(w, ACK, .ack = 1401);
	send_pattern(fd, 1400, 512);
	expect(w, ACK | PSH, .len = 512);
	inject(w, ACK);
	attack_begin(a, w, fd);
	for (i = 0; i < 500; i++)
		inject_narrow(w, w->rcv_nxt, i);
	attack_over(a, NO_ANSWER);
	attack_exchange(a);
	check(stack_is_kernel() || slab_objects_become(objects));
}

/* RFC 792, RFC 4443 2.3: what was damaged on its way is not believed. */
WIRE_TEST(icmp, with_a_wrong_checksum_does_nothing)
{
	int fd = open_passive(w, MSS(1400));

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_icmp(w, UNREACH, FRAG_NEEDED, .seq = 1, .info = 1000, .badsum = true);
	check_eq(tcp_info(fd).tcpi_pmtu, 1500);
	inject_narrow(w, 1, 1000);
	check_eq(tcp_info(fd).tcpi_pmtu, 1000);
}

/* A9: what says the same again, or that the path is wider, makes nobody send. */
WIRE_TEST(icmp, that_repeats_a_path_draws_nothing)
{
	struct attack a[1];
	int fd = open_passive(w, MSS(1400)), i;

	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_narrow(w, 1, 1000);
	check_eq(sent_again(w, 1000), 2);
	inject(w, ACK, .ack = 1401);
	attack_begin(a, w, fd);
	for (i = 0; i < 100; i++) {
		inject_narrow(w, w->rcv_nxt, 1000);
		inject_narrow(w, w->rcv_nxt, 1000 + i);
		inject_narrow(w, w->rcv_nxt, 65535);
	}
	attack_over(a, NO_ANSWER);
	check_eq(a->info.tcpi_pmtu, 1000);
	attack_exchange(a);
}

/* A9: the bound is the administrator's. */
WIRE_TEST(icmp, does_not_pass_a_higher_min_pmtu)
{
	struct attack a[1];
	long objects;
	int fd, i;

	if (stack_is_kernel())
		SKIP(return, "the kernel's bound is IP's");
	sysctl_set("min_pmtu", 1000);
	fd = open_passive(w, MSS(1400));
	objects = slab_objects();
	send_pattern(fd, 0, 1400);
	expect(w, ACK | PSH, .len = 1400);
	inject_narrow(w, 1, 600);
	check_eq(sent_again(w, 1000), 2);
	check_eq(tcp_info(fd).tcpi_pmtu, 1000);
	inject(w, ACK, .ack = 1401);
	attack_begin(a, w, fd);
	for (i = 0; i < 500; i++)
		inject_narrow(w, w->rcv_nxt, 2 * i);
	attack_over(a, NO_ANSWER);
	check_eq(tcp_info(fd).tcpi_pmtu, 1000);
	attack_exchange(a);
	check(slab_objects_become(objects));
}

TEST_HARNESS_MAIN
