// SPDX-License-Identifier: GPL-2.0
/*
 * The congestion window over time, against the curve of its RFC, within 5 %. The path
 * has a round trip of 100 ms in virtual time; the peer acknowledges each second
 * segment when that has passed, and loses or marks what a test says.
 */
#include "lib/test.h"

#include <math.h>
#include <poll.h>
#include <string.h>
#include <time.h>

WIRE_FIXTURE(curve)

#define SEGMENT		200	/* many of them in a window that is not scaled */
#define RTT		100	/* ms */
#define WIDE		100	/* segments in flight when the loss comes */
#define TOLERANCE	0.05

struct flow {
	struct wire *w;
	int fd;
	uint32_t acked;			/* by the peer, relative */
	double epoch, at_epoch;		/* seconds, segments: a curve begins */
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static int cwnd_of(const struct flow *f)
{
	return tcp_info(f->fd).tcpi_snd_cwnd;
}

/* There is always more to send; what comes of it is taken from the device. */
static void flow_on(struct flow *f)
{
	static const char text[64 * SEGMENT];

	while (send(f->fd, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	while (receive(f->w, 0))
		;
}

static void flow_begin(struct flow *f, struct wire *w, const char *algorithm,
		       bool marks)
{
	int listener = wire_listen(w);

	check_ok(set_cong(listener, algorithm));
	/* SACK, so that one loss is one recovery; each mark is told by its ACK */
	inject(w, marks ? SYN | ECE | CWR : SYN, .opts = { MSS(SEGMENT), SACKOK });
	expect(w, marks ? SYN | ACK | ECE : SYN | ACK);
	poll(NULL, 0, RTT);
	inject(w, ACK);
	*f = (struct flow) { .w = w, .fd = wire_accept(listener), .acked = 1 };
	close(listener);
	set_opt(f->fd, SOL_SOCKET, SO_SNDBUF, 4000000);
	flow_on(f);
}

/* RFC 8257 3.3, in numbers that are no integers. */
struct model {
	double alpha, cwnd;
	double share;			/* of the segments of a round: its first ACKs */
	int marks;			/* ACKs yet to be marked in this one */
	double acked, marked;		/* segments of this window of observation */
	uint32_t window_end, cwr_end;
};

static void model_round(struct model *m, uint32_t segments)
{
	m->marks = ceil(m->share * segments / 2);
}

static bool model_is_marked(struct model *m)
{
	return m->marks && m->marks--;
}

/* @nxt: SND.NXT as the ACK came */
static void model_ack(struct model *m, const struct flow *f, int segments, bool marked,
		      uint32_t nxt)
{
	bool in_cwr = (int32_t)(m->cwr_end - f->acked) > 0;

	m->acked += segments;
	m->marked += marked ? segments : 0;
	if ((int32_t)(f->acked - m->window_end) > 0) {
		m->alpha += (m->marked / m->acked - m->alpha) / 16;
		m->acked = m->marked = 0;
		m->window_end = nxt;
	}
	if (marked && !in_cwr) {
		m->cwnd *= 1 - m->alpha / 2;
		m->cwr_end = nxt;
	} else if (!in_cwr) {
		m->cwnd += segments / m->cwnd;
	}
}

/*
 * A round trip passes, and what was in flight is acknowledged. @model hears of each
 * ACK, too, and says of which what it acknowledges was marked.
 */
static void flow_round(struct flow *f, struct model *model)
{
	uint32_t end = f->w->rcv_nxt, was, nxt;
	bool marked;

	poll(NULL, 0, RTT);
	if (model)
		model_round(model, (end - f->acked) / SEGMENT);
	while (f->acked != end) {
		was = f->acked;
		nxt = f->w->rcv_nxt;
		f->acked = end - was < 2 * SEGMENT ? end : was + 2 * SEGMENT;
		marked = model && model_is_marked(model);
		inject(f->w, marked ? ACK | ECE : ACK, .ack = f->acked);
		flow_on(f);
		if (model)
			model_ack(model, f, (f->acked - was) / SEGMENT, marked,
				  nxt);
	}
}

/* The first of all that is in flight is lost, and sent again a round trip later. */
static int flow_lose_one(struct flow *f)
{
	uint32_t end = f->w->rcv_nxt, to;
	int flight = (end - f->acked) / SEGMENT;

	poll(NULL, 0, RTT);
	for (to = f->acked + 2 * SEGMENT; (int32_t)(end - to) >= 0; to += SEGMENT) {
		inject(f->w, ACK, .ack = f->acked,
		       .opts = { NOP, NOP, SACK(f->acked + SEGMENT, to) });
		flow_on(f);
	}
	check_eq(tcp_info(f->fd).tcpi_total_retrans, 1);
	/* what two duplicate ACKs have let go (RFC 3042) belongs to it as well */
	poll(NULL, 0, RTT);
	f->acked = end + 2 * SEGMENT;
	inject(f->w, ACK, .ack = f->acked);
	check_eq(tcp_info(f->fd).tcpi_ca_state, 0);
	f->epoch = now();
	f->at_epoch = cwnd_of(f);
	flow_on(f);
	return flight;
}

static void flow_widen(struct flow *f, struct model *model)
{
	while (cwnd_of(f) < WIDE)
		flow_round(f, model);
}

#define check_near(what, expected) check_near_(AT_, (what), (expected))
static void check_near_(const char *file, int line, double is, double expected)
{
	if (fabs(is - expected) > expected * TOLERANCE)
		test_fail_at(file, line, "a window of %.1f, the curve says %.1f",
			     is, expected);
}

/* RFC 9438 4.2: W_cubic(t) = C * (t - K)^3 + W_max, from 0.7 * W_max on. */
WIRE_TEST_TIMEOUT(curve, cubic_is_cubic, 1000)
{
	double most, k, t;
	struct flow f;
	int i;

	flow_begin(&f, w, "cubic", false);
	flow_widen(&f, NULL);
	most = flow_lose_one(&f);
	check_near(f.at_epoch, 0.7 * most);
	k = cbrt((most - f.at_epoch) / 0.4);
	for (i = 0; i < 80; i++) {
		flow_round(&f, NULL);
		t = now() - f.epoch;
		check_near(cwnd_of(&f), 0.4 * pow(t - k, 3) + most);
	}
	test_note("K is %.2f s; after %.2f s the window is %d, it was %.0f at the loss",
		  k, t, cwnd_of(&f), most);
	check_ge(t, 1.5 * k);
}

/* RFC 5681 3.1: one segment more with each round trip, from half of the flight on. */
WIRE_TEST_TIMEOUT(curve, reno_is_a_straight_line, 1000)
{
	struct flow f;
	int i, flight;

	flow_begin(&f, w, "reno", false);
	flow_widen(&f, NULL);
	flight = flow_lose_one(&f);
	check_near(f.at_epoch, flight / 2.0);
	for (i = 1; i <= 60; i++) {
		flow_round(&f, NULL);
		check_near(cwnd_of(&f), f.at_epoch + i);
	}
}

/*
 * RFC 8257 3.3: alpha follows the share of marks with a weight of 1/16, and by half of
 * it the window shrinks in each round trip that has seen one.
 */
WIRE_TEST_TIMEOUT(curve, dctcp_follows_the_share_of_marks, 1000)
{
	struct model m = { .alpha = 1, .cwnd = 1 };
	struct flow f;
	uint32_t nxt;
	int i;

	if (stack_is_kernel())
		SKIP(return, "which of its algorithms are there is the kernel's");
	flow_begin(&f, w, "dctcp", true);
	flow_widen(&f, &m);
	/* the first mark ends slow start, which only alpha has to know of */
	m.cwnd = cwnd_of(&f);
	nxt = f.w->rcv_nxt;
	inject(w, ACK | ECE, .ack = f.acked += 2 * SEGMENT);
	flow_on(&f);
	model_ack(&m, &f, 2, true, nxt);
	for (i = 0; i < 150; i++) {
		/* none for a while, then a twentieth, then none again */
		m.share = i >= 50 && i < 100 ? 0.05 : 0;
		flow_round(&f, &m);
		check_near(cwnd_of(&f), m.cwnd);
		if (i % 10 == 9)
			test_note("round %d: alpha is %.3f, the window %d", i + 1,
				  m.alpha, cwnd_of(&f));
	}
}

TEST_HARNESS_MAIN
