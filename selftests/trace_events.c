// SPDX-License-Identifier: GPL-2.0
/* Each tracepoint, by an exchange that fires it, and what its fields say of it. */
#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/trace.h"

#define SEGMENT	1000

FIXTURE(trace) { struct wire w[1]; struct trace t[1]; };
FIXTURE_SETUP(trace)
{
	test_begin_family(AF_INET);
	if (stack_is_kernel())
		SKIP(_exit(255), "tracepoints of MyTCP");
	wire_open(self->w);
}
FIXTURE_TEARDOWN(trace)
{
	trace_end(self->t);
	wire_close(self->w);
}

#define TRACE_TEST(name, events)					\
	static void name##_script(struct wire *w, struct trace *t);	\
	TEST_F(trace, name)						\
	{								\
		trace_begin(self->t, events);				\
		name##_script(self->w, self->t);			\
	}								\
	static void name##_script(struct wire *w, struct trace *t)

#define check_text(t, field, text) do {					\
	if (strcmp(trace_field((t), (field)), (text)))			\
		test_fail("%s=%s, expected %s: %s", field,		\
			  trace_field((t), (field)), text, (t)->line);	\
} while (0)

static bool one_more(void *arg)
{
	return trace_next(arg);
}

/* The next event, which must be this one and of this connection. */
static void expect_event(struct trace *t, const char *event)
{
	if (!await_true(one_more, t, PATIENCE_MS))
		test_fail("no %s", event);
	if (!trace_is(t, event))
		test_fail("expected %s: %s", event, t->line);
	check_text(t, "local", "192.0.2.1:8080");
	check_text(t, "remote", "192.0.2.2:40000");
}

static void expect_change(struct trace *t, const char *from, const char *to)
{
	expect_event(t, "mytcp_state");
	check_text(t, "old", from);
	check_text(t, "new", to);
}

static void expect_no_event(struct trace *t)
{
	if (trace_next(t))
		test_fail("expected nothing: %s", t->line);
}

TRACE_TEST(states_from_listen_to_close, "mytcp_state")
{
	int fd = open_passive(w);

	/* The listener itself, which has no peer. */
	check(await_true(one_more, t, PATIENCE_MS));
	check_text(t, "new", "LISTEN");
	expect_change(t, "LISTEN", "SYN_RECV");
	expect_change(t, "SYN_RECV", "ESTABLISHED");
	check(await_true(one_more, t, PATIENCE_MS));
	check_text(t, "old", "LISTEN");
	check_text(t, "new", "CLOSE");
	inject(w, FIN | ACK);
	expect_change(t, "ESTABLISHED", "CLOSE_WAIT");
	close(fd);
	expect_change(t, "CLOSE_WAIT", "LAST_ACK");
	inject(w, ACK, .seq = 2, .ack = 2);
	expect_change(t, "LAST_ACK", "CLOSE");
	expect_no_event(t);
}

TRACE_TEST(segments_as_they_are_on_the_wire, "mytcp_segment_in mytcp_segment_out")
{
	int fd = open_passive(w, MSS(1460), NOP, WS(7));

	expect_event(t, "mytcp_segment_in");
	check_text(t, "state", "LISTEN");
	check_eq(trace_number(t, "flags"), SYN);
	check_eq(trace_number(t, "seq"), w->iss);
	check_eq(trace_number(t, "mss"), 1460);
	check_eq(trace_number(t, "wscale"), 7);
	expect_event(t, "mytcp_segment_out");
	check_text(t, "state", "SYN_RECV");
	check_eq(trace_number(t, "flags"), SYN | ACK);
	check_eq(trace_number(t, "seq"), w->irs);
	check_eq(trace_number(t, "ack"), w->iss + 1);
	expect_event(t, "mytcp_segment_in");
	check_eq(trace_number(t, "flags"), ACK);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_event(t, "mytcp_segment_out");
	check_text(t, "state", "ESTABLISHED");
	check_eq(trace_number(t, "len"), 10);
	check_eq(trace_number(t, "flags"), ACK | PSH);
	check_eq(trace_number(t, "wnd"), w->last.raw.wnd);
	inject(w, ACK, .wnd = 4321);
	expect_event(t, "mytcp_segment_in");
	check_eq(trace_number(t, "ack"), w->irs + 11);
	check_eq(trace_number(t, "wnd"), 4321);
	expect_no_event(t);
}

/* The third duplicate: a retransmission, and half of the flight for ssthresh. */
TRACE_TEST(loss_and_recovery, "mytcp_retransmit mytcp_cwnd")
{
	int fd = open_passive(w, MSS(SEGMENT)), i;
	struct tcp_info ti;

	/* whose half is easily told */
	check_ok(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
	send_pattern(fd, 0, 8 * SEGMENT);
	for (i = 0; i < 8; i++)
		expect(w, ACK | ANYPSH, .len = SEGMENT);
	expect_no_event(t);
	for (i = 0; i < 3; i++)
		inject(w, ACK, .ack = 1);
	expect(w, ACK | ANYPSH, .seq = 1, .len = SEGMENT);
	ti = tcp_info(fd);
	expect_event(t, "mytcp_cwnd");
	check_eq(trace_number(t, "old_cwnd"), 10);
	check_eq(trace_number(t, "cwnd"), 4);
	check_eq(trace_number(t, "cwnd"), ti.tcpi_snd_cwnd);
	check_eq(trace_number(t, "ssthresh"), 4);
	check_eq(trace_number(t, "ssthresh"), ti.tcpi_snd_ssthresh);
	check_eq(trace_number(t, "in_flight"), 7 * SEGMENT);
	check_eq(trace_number(t, "mss"), SEGMENT);
	check_text(t, "recovery", "FAST");
	expect_event(t, "mytcp_retransmit");
	check_eq(trace_number(t, "seq"), w->irs + 1);
	check_eq(trace_number(t, "len"), SEGMENT);
	expect_no_event(t);
}

/* A window that was filled grows by what was acknowledged: slow start. */
TRACE_TEST(slow_start, "mytcp_cwnd")
{
	int fd = open_passive(w, MSS(SEGMENT)), i;

	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1000000);
	send_pattern(fd, 0, 20 * SEGMENT);
	for (i = 0; i < 10; i++)
		expect(w, ACK | ANYPSH, .len = SEGMENT);
	inject(w, ACK, .ack = 1 + 2 * SEGMENT);
	expect_event(t, "mytcp_cwnd");
	check_eq(trace_number(t, "old_cwnd"), 10);
	check_eq(trace_number(t, "cwnd"), 12);
	check_text(t, "recovery", "OPEN");
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 12);
	expect_no_event(t);
}

TRACE_TEST(round_trips, "mytcp_rtt")
{
	int fd = open_passive(w), i;
	struct tcp_info ti;

	expect_event(t, "mytcp_rtt");
	check_eq(trace_number(t, "rtt"), trace_number(t, "srtt"));
	for (i = 0; i < 3; i++) {
		send_pattern(fd, 10 * i, 10);
		expect(w, ACK | PSH, .len = 10);
		inject(w, ACK);
		ti = tcp_info(fd);
		expect_event(t, "mytcp_rtt");
		check_gt(trace_number(t, "rtt"), 0);
		check_eq(trace_number(t, "srtt"), ti.tcpi_rtt);
		check_eq(trace_number(t, "rttvar"), ti.tcpi_rttvar);
		check_eq(trace_number(t, "rto"), ti.tcpi_rto);
	}
	/* An ACK of nothing new is no sample. */
	inject(w, ACK);
	expect_no_event(t);
}

TRACE_TEST(a_drop_and_its_reason, "mytcp_drop")
{
	open_passive(w);
	expect_no_event(t);
	inject(w, ACK | PSH, .len = 10, .badsum = 1, .keep = true);
	expect_event(t, "mytcp_drop");
	check_text(t, "reason", "InCsumErrors");
	expect_no_event(t);
}

TEST_HARNESS_MAIN
