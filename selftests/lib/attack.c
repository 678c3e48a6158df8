// SPDX-License-Identifier: GPL-2.0
/* Before and after an attack; see attack.h. */
#include "attack.h"

#include <linux/sock_diag.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "objects.h"
#include "sockets.h"

/*
 * What a connection is given once, when something of it is lost, goes with it: who
 * makes it lose something gains nothing that was not to be had by opening one.
 */
static long objects_now(void)
{
	return objects_in(OBJECTS_ALL) - objects_in(OBJECTS_CONG) -
	       objects_in(OBJECTS_BULK);
}

/* Sockets are freed after a grace period: until that is over, more are counted. */
long slab_objects(void)
{
	long before, now = objects_now();

	do {
		before = now;
		poll(NULL, 0, 20);
		now = objects_now();
	} while (now != before);
	return now;
}

static bool no_more_objects(void *most)
{
	return objects_now() <= *(long *)most;
}

bool slab_objects_become(long most)
{
	return await_true(no_more_objects, &most, PATIENCE_MS);
}

struct carried wire_carried(const struct wire *w)
{
	FILE *f = fopen("/proc/net/dev", "re");
	struct carried c = {};
	char line[512], *colon;

	if (!f)
		test_fail("/proc/net/dev: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		if (strcmp(line + strspn(line, " "), wire_dev(w)))
			continue;
		/* octets, packets, and six of the ways to lose them */
		if (sscanf(colon + 1, "%ld %ld %*d %*d %*d %*d %*d %*d %ld %ld",
			   &c.in_octets, &c.in, &c.out_octets, &c.out) != 4)
			test_fail("/proc/net/dev: no line of a device's");
		fclose(f);
		return c;
	}
	test_fail("/proc/net/dev does not know %s", wire_dev(w));
}

/* Memory of what was received, sent, and waits for the owner. */
static long queued(int fd)
{
	if (fd < 0)
		return 0;
	return (long)meminfo(fd, SK_MEMINFO_RMEM_ALLOC) +
	       meminfo(fd, SK_MEMINFO_WMEM_QUEUED) +
	       meminfo(fd, SK_MEMINFO_BACKLOG);
}

void attack_ration(int ms)
{
	sysctl_set("invalid_ratelimit", ms);
}

void attack_look(struct attack *a)
{
	a->state = a->fd < 0 ? wire_state(a->w) : fd_state(a->fd);
	if (a->fd >= 0)
		a->info = tcp_info(a->fd);
	a->queued = queued(a->fd);
	a->carried = wire_carried(a->w);
}

void attack_begin(struct attack *a, struct wire *w, int fd)
{
	a->w = w;
	a->fd = fd;
	a->taken = a->resent = 0;
	if (!stack_is_kernel()) {
		a->objects = slab_objects();
		tally_begin(&a->tally);
	}
	attack_look(a);
}

static void same(const char *file, int line, const char *what, long before,
		 long after)
{
	if (before != after)
		test_fail_at(file, line, "%s was %ld and is %ld after the attack",
			     what, before, after);
}

/* A SYN, FIN or text that is out already, once more: no answer, but a timer's. */
static bool is_sent_again(const struct wire *w, uint32_t before)
{
	return (w->last.s.flags & (SYN | FIN) || w->last.s.len) &&
	       w->rcv_nxt == before;
}

/* A timer of ours may run out at any time: it is heard after each measure. */
static void hear_timers(const char *file, int line, struct attack *a)
{
	uint32_t before = a->w->rcv_nxt;

	while (wire_receive(file, line, a->w, 0)) {
		if (!is_sent_again(a->w, before))
			test_fail_at(file, line, "a late answer, flags %#x",
				     a->w->last.s.flags);
		a->resent++;
	}
}

/* What an attacker would like to change, beside the state. */
static void state_is_unharmed(const char *file, int line, struct attack *a)
{
	int state = a->fd < 0 ? wire_state(a->w) : fd_state(a->fd);
	struct tcp_info is;

	if (state != a->state)
		test_fail_at(file, line, "the attack led from %s to %s",
			     state_name(a->state), state_name(state));
	if (a->fd < 0)
		return;
	is = tcp_info(a->fd);
	hear_timers(file, line, a);
#define SAME(field) same(file, line, #field, a->info.tcpi_##field, is.tcpi_##field)
	SAME(snd_mss);
	SAME(rcv_mss);
	SAME(pmtu);
	SAME(unacked);
	SAME(bytes_acked);
	SAME(bytes_received);
	if (a->resent)
		return;
	SAME(snd_cwnd);
	SAME(snd_ssthresh);
	SAME(lost);
	SAME(retransmits);
	SAME(backoff);
	SAME(rto);
#undef SAME
}

/* Takes every answer; those of the connection say where it stands. */
static int take_answers(const char *file, int line, struct attack *a,
			struct answers expected)
{
	struct wire *w = a->w;
	uint32_t before = w->rcv_nxt;
	int count = 0;

	while (wire_receive(file, line, w, 0)) {
		const struct seg *s = &w->last.s;

		if ((s->flags != expected.flags || s->len) &&
		    is_sent_again(w, before)) {
			a->resent++;
			continue;
		}
		count++;
		if (expected.anything)
			continue;
		if (s->flags != expected.flags)
			test_fail_at(file, line,
				     "answered with flags %#x, expected %#x",
				     s->flags, expected.flags);
		if (s->flags == ACK && (s->seq != w->rcv_nxt ||
					s->ack != w->snd_nxt || s->len))
			test_fail_at(file, line,
				     "the answer is %lld:%lld(%lld), the connection stands at %u:%u",
				     (long long)s->seq, (long long)s->ack,
				     (long long)s->len, w->rcv_nxt, w->snd_nxt);
	}
	return count;
}

/* Also what went to others, and what was not TCP. */
static void answers_are_bounded(const char *file, int line, struct attack *a,
				struct answers expected)
{
	struct carried now;
	long in, out, in_octets, out_octets;
	int count = take_answers(file, line, a, expected);

	now = wire_carried(a->w);
	in = now.in - a->carried.in;
	out = now.out - a->carried.out;
	/* A timer would have sent those without an attack, too. */
	in += a->resent;
	in_octets = now.in_octets - a->carried.in_octets + 1500L * a->resent;
	out_octets = now.out_octets - a->carried.out_octets;
	if (out > in || out_octets > in_octets + in_octets / 2)
		test_fail_at(file, line,
			     "%ld packets of %ld octets drew %ld of %ld", in,
			     in_octets, out, out_octets);
	if (stack_is_kernel())
		return;
	if (count > expected.count ||
	    (count < expected.count && !expected.most) ||
	    out > expected.count + a->taken + a->resent)
		test_fail_at(file, line,
			     "%d answers, and %ld packets in all; expected %d",
			     count, out, expected.count);
}

/* Octets that one more skb weighs, at most, beside its text. */
#define CUT	2048

static void memory_is_bounded(const char *file, int line, struct attack *a,
			      struct answers expected)
{
	long octets = queued(a->fd);

	/* what a timer sends again is cut out of the queue */
	hear_timers(file, line, a);
	if (octets > a->queued + a->resent * CUT)
		test_fail_at(file, line, "the queues hold %ld octets, %ld before",
			     octets, a->queued);
	if (stack_is_kernel())
		return;
	if (!slab_objects_become(a->objects + expected.objects))
		test_fail_at(file, line, "%ld objects in the slabs, %ld before",
			     slab_objects(), a->objects);
}

/* What a timer counts that runs out during an attack, the machine being slow. */
static const char *const of_timers[] = {
	"RetransSegs", "TCPTimeouts", "TCPSynRetrans", "TCPLossFailures",
	"TCPSlowStartRetrans", "TCPLostRetransmit", "TCPLossProbes",
	"TCPSackFailures", "TCPSackRecoveryFail", NULL
};

#define MOST_MOVED	32

static void counters_are_right(const char *file, int line, struct attack *a,
			       const struct moved *moved)
{
	struct moved all[MOST_MOVED] = {};
	int i, j, n;

	tally_read(&a->tally);
	hear_timers(file, line, a);
	for (n = 0; moved[n].name; n++)
		all[n] = moved[n];
	for (i = 0; a->resent && of_timers[i]; i++) {
		for (j = 0; j < n && strcmp(all[j].name, of_timers[i]); j++)
			;
		if (j == n)
			all[n++] = (struct moved){ of_timers[i], WHATEVER };
	}
	check_lt(n, MOST_MOVED);
	tally_compare(file, line, &a->tally, all);
}

void attack_over_(const char *file, int line, struct attack *a,
		  struct answers answers, const struct moved *moved)
{
	answers_are_bounded(file, line, a, answers);
	state_is_unharmed(file, line, a);
	memory_is_bounded(file, line, a, answers);
	if (stack_is_kernel())
		return;
	counters_are_right(file, line, a, moved);
	tally_end(&a->tally);
}

bool attack_hears(struct attack *a)
{
	uint32_t before = a->w->rcv_nxt;

	while (receive(a->w, 0)) {
		if (!is_sent_again(a->w, before))
			return true;
		a->resent++;
	}
	return false;
}

int attack_answer(struct attack *a)
{
	int flags = 0;

	while (attack_hears(a)) {
		if (flags)
			test_fail("two answers to one segment");
		flags = a->w->last.s.flags;
		a->taken++;
	}
	return flags;
}

void attack_exchange(struct attack *a)
{
	struct wire *w = a->w;
	int64_t theirs = w->snd_nxt, ours = w->rcv_nxt;

	inject(w, ACK | PSH, .len = 10);
	recv_pattern(a->fd, theirs - 1, 10);
	send_pattern(a->fd, ours - 1, 10);
	/* An ACK of its own may come first. */
	do {
		check(receive(w, 10000));
		check_eq(w->last.s.ack, theirs + 10);
	} while (!w->last.s.len);
	check_eq(w->last.s.seq, ours);
	check_eq(w->last.s.len, 10);
	inject(w, ACK);
	check_eq(tcp_info(a->fd).tcpi_unacked, 0);
}
