// SPDX-License-Identifier: GPL-2.0
/*
 * The retransmission timer: RFC 6298, RFC 9293 3.8.1 and 3.8.3. In icount.list:
 * a quarter of an hour passes, and milliseconds are counted. A kernel timer is
 * never early, and may be late by an eighth.
 */
#include "lib/flight.h"
#include "lib/test.h"

WIRE_FIXTURE(rto)

#define RTO_MIN	200	/* with a round trip of next to nothing */
#define RTO_MAX	120000

static int late(int ms)
{
	return ms / 8 + 10;
}

/* A segment that nobody answers: its @count repetitions, from @ms on. */
static void expect_repetitions(struct wire *w, int ms, int count)
{
	int i;

	for (i = 0; i < count; i++) {
		expect_after(w, ms, late(ms), ACK | PSH, .seq = 1, .len = 10);
		ms = ms * 2 < RTO_MAX ? ms * 2 : RTO_MAX;
	}
}

/* MUST-19, RFC 6298 5.5: each timeout is twice the one before, up to 120 s. */
WIRE_TEST_TIMEOUT(rto, timeout_doubles, 2000)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_repetitions(w, RTO_MIN, 12);
	/* The late answer is as good as any. */
	inject(w, ACK);
	expect_none(w, 300000);
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/*
 * MUST-20, SHLD-11: R2: fifteen repetitions by default (retries2), which is a
 * good quarter of an hour; then the program is told.
 */
WIRE_TEST_TIMEOUT(rto, unanswered_data_times_out, 3000)
{
	int fd = open_passive(w);
	int64_t start, took;

	check_eq(sysctl_get("retries2"), 15);
	check_eq(sysctl_get("retries1"), 3);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	start = w->last.us;
	expect_repetitions(w, RTO_MIN, 15);
	check_eq(fd_state(fd), ESTABLISHED);
	check(wait_fd(fd, POLLIN, 200000) & POLLERR);
	took = (wire_now(w) - start) / 1000;
	/* 0.2 * (2^10 - 1) + 6 * 120 */
	check_ge(took, 924600 - 10);
	check_le(took, 924600 + late(924600));
	check_eq(so_error(fd), ETIMEDOUT);
	check_eq(fd_state(fd), CLOSE);
	expect_none(w, 200000);
}

/* A flow too thin for duplicate ACKs may do without the back-off, six times. */
WIRE_TEST_TIMEOUT(rto, thin_timeout_is_linear_for_a_while, 100)
{
	int fd = open_passive(w), i;

	set_opt(fd, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	for (i = 0; i < 6; i++)
		expect_repetitions(w, RTO_MIN, 1);
	expect_repetitions(w, RTO_MIN, 4);
	inject(w, ACK);
	expect_none(w, 10000);
}

WIRE_TEST_TIMEOUT(rto, thin_timeout_is_a_setting, 100)
{
	int fd = open_passive(w), i;

	sysctl_set("thin_linear_timeouts", 1);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	for (i = 0; i < 4; i++)
		expect_repetitions(w, RTO_MIN, 1);
}

/* MUST-20: R2 is the administrator's ... */
WIRE_TEST_TIMEOUT(rto, retries2_setting_is_honoured, 100)
{
	int fd;

	sysctl_set("retries2", 4);
	fd = open_passive(w);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_repetitions(w, RTO_MIN, 4);
	check(wait_fd(fd, POLLIN, 5000) & POLLERR);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* MUST-21: ... and the program's. */
WIRE_TEST_TIMEOUT(rto, user_timeout_is_honoured, 100)
{
	int fd = open_passive(w);
	int64_t start, took;

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	start = w->last.us;
	expect_repetitions(w, RTO_MIN, 4);
	check(wait_fd(fd, POLLIN, 10000) & POLLERR);
	took = (wire_now(w) - start) / 1000;
	check_ge(took, 5000 - 10);
	check_le(took, 5000 + late(5000));
	check_eq(so_error(fd), ETIMEDOUT);
}

/* MUST-21: also beyond the administrator's; "forever" is a matter of days. */
WIRE_TEST_TIMEOUT(rto, user_timeout_may_be_longer_than_r2, 5000)
{
	int fd = open_passive(w), n = 0;
	int64_t start, took;

	set_opt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 3600000);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	start = w->last.us;
	while (receive(w, 150000))
		n++;
	check(wait_fd(fd, POLLIN, 200000) & POLLERR);
	took = (w->last.us - start) / 1000;
	check_ge(took, 3600000 - RTO_MAX - 20000);
	check_le(took, 3600000 + late(3600000));
	check_ge(n, 30);
	check_eq(so_error(fd), ETIMEDOUT);
}

/* RFC 6298 5.3: an ACK of new data restarts the timer. */
WIRE_TEST_TIMEOUT(rto, ack_restarts_the_timer, 60)
{
	int fd = open_passive(w);
	int64_t restarted;

	set_opt(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	send_pattern(fd, 10, 10);
	expect(w, ACK | PSH, .seq = 11, .len = 10);
	expect_none(w, 150);
	inject(w, ACK, .ack = 11);
	/* Not 50 ms from now; the sample of 150 ms has made it even longer. */
	restarted = w->mark;
	expect(w, ACK | PSH, .seq = 11, .len = 10);
	check_ge((w->last.us - restarted) / 1000, RTO_MIN);
	check_le((w->last.us - restarted) / 1000, 400);
}

/* RFC 6298 5.1, 5.2: nothing in flight, no timer. */
WIRE_TEST_TIMEOUT(rto, nothing_in_flight_nothing_sent, 5000)
{
	int fd = open_passive(w);

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	inject(w, ACK);
	expect_none(w, 3600000);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* MUST-18, RFC 6298 2.2: RTO = R + 4 * R / 2 after the first round trip. */
WIRE_TEST_TIMEOUT(rto, first_sample_makes_three_round_trips, 60)
{
	int fd = open_slowly(w, 500, SYN, MSS(1460));

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_after(w, 1500, late(1500), ACK | PSH, .seq = 1, .len = 10);
	expect_after(w, 3000, late(3000), ACK | PSH, .seq = 1, .len = 10);
}

/*
 * MUST-18, RFC 6298 2.3: RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|; SRTT = 7/8 SRTT +
 * 1/8 R. With R always the same the variance shrinks. The kernel lets it shrink
 * by a sixteenth only, and the floor of 200 ms is under the variance in both.
 */
WIRE_TEST_TIMEOUT(rto, steady_round_trips_shrink_the_timeout, 60)
{
	int fd = open_slowly(w, 400, SYN, MSS(1460)), i, rto, rttvar = 200;

	for (i = 0; i < 4; i++) {
		send_pattern(fd, i * 10, 10);
		expect(w, ACK | PSH, .len = 10);
		expect_none(w, 400);
		inject(w, ACK);
		rttvar = rttvar * 3 / 4;
		rto = 400 + (4 * rttvar > 200 ? 4 * rttvar : 200);
		test_note("sample %d: tcpi_rto %u, RFC 6298 %d ms", i + 2,
			  tcp_info(fd).tcpi_rto / 1000, rto);
		if (stack_is_kernel()) {
			check_ge(tcp_info(fd).tcpi_rto / 1000, rto - 10);
			check_le(tcp_info(fd).tcpi_rto / 1000, 1210);
		} else {
			check_ge(tcp_info(fd).tcpi_rto / 1000, rto - 10);
			check_le(tcp_info(fd).tcpi_rto / 1000, rto + 20);
		}
	}
	rto = tcp_info(fd).tcpi_rto / 1000;
	send_pattern(fd, i * 10, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_after(w, rto, late(rto), ACK | PSH, .seq = 1 + i * 10,
		     .len = 10);
}

/* A round trip that suddenly takes longer raises it by its deviation. */
WIRE_TEST_TIMEOUT(rto, late_answer_raises_the_timeout, 60)
{
	int fd = open_slowly(w, 100, SYN, MSS(1460)), rto;

	/* SRTT 100, RTTVAR 50: RTO 300, and the debug kernel's SYN-ACK takes it 10. */
	check_ge(tcp_info(fd).tcpi_rto, 290000);
	check_le(tcp_info(fd).tcpi_rto, 335000);
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_none(w, 260);
	inject(w, ACK);
	/* RTTVAR 3/4 * 50 + 1/4 * 160 = 77.5, SRTT 120: RTO 430. */
	rto = tcp_info(fd).tcpi_rto / 1000;
	check_ge(rto, 410);
	check_le(rto, 460);
}

/*
 * MUST-18, Karn: the answer to a segment that was sent twice is no sample, and
 * the next segment keeps the timeout that was doubled (RFC 6298 5.7).
 */
WIRE_TEST_TIMEOUT(rto, retransmitted_segment_is_no_sample, 60)
{
	int fd = open_passive(w);
	uint32_t srtt = tcp_info(fd).tcpi_rtt;

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_repetitions(w, RTO_MIN, 3);
	expect_none(w, 500);
	inject(w, ACK, .ack = 11);
	check_eq(tcp_info(fd).tcpi_rtt, srtt);
	send_pattern(fd, 10, 10);
	expect(w, ACK | PSH, .seq = 11, .len = 10);
	/* Eight times as long still. */
	expect_after(w, 1600, late(1600), ACK | PSH, .seq = 11, .len = 10);
	inject(w, ACK);
	/* A segment that is answered at once ends it. */
	send_pattern(fd, 20, 10);
	expect(w, ACK | PSH, .seq = 21, .len = 10);
	inject(w, ACK);
	send_pattern(fd, 30, 10);
	expect(w, ACK | PSH, .seq = 31, .len = 10);
	expect_after(w, RTO_MIN, late(RTO_MIN), ACK | PSH, .seq = 31, .len = 10);
}

/* RFC 7323 4.1: a timestamp tells which of the two was answered. */
WIRE_TEST_TIMEOUT(rto, timestamp_makes_it_a_sample, 60)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, TS(1000, 0));
	uint32_t srtt = tcp_info(fd).tcpi_rtt;

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	expect_repetitions(w, RTO_MIN, 2);
	expect_none(w, 160);
	/* The echo is of the last one: 160 ms, not 760. */
	inject(w, ACK, .ack = 11);
	check_gt(tcp_info(fd).tcpi_rtt, srtt + 10000);
	check_le(tcp_info(fd).tcpi_rtt, 200000);
	send_pattern(fd, 10, 10);
	expect(w, ACK | PSH, .seq = 11, .len = 10);
	check(receive(w, 1000));
}

/* RFC 6298 2.1: without any sample, one second; 2.4's floor is ours, 200 ms. */
WIRE_TEST_TIMEOUT(rto, floor_is_200_ms, 60)
{
	int fd = open_passive(w), i;

	for (i = 0; i < 30; i++) {
		send_pattern(fd, i * 10, 10);
		expect(w, ACK | PSH, .len = 10);
		inject(w, ACK);
	}
	send_pattern(fd, i * 10, 10);
	expect(w, ACK | PSH, .len = 10);
	expect_none(w, RTO_MIN - 2);
	expect(w, ACK | PSH, .seq = 1 + i * 10, .len = 10);
}

/* An orphan gives up sooner: eight times, then a RST is not owed to anybody. */
WIRE_TEST_TIMEOUT(rto, orphan_gives_up_sooner, 500)
{
	int fd = open_passive(w), n;

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .seq = 1, .len = 10);
	close(fd);
	drain(w);
	expect_listed(w, FIN_WAIT1);
	for (n = 0; receive(w, 130000); n++)
		;
	test_note("%d repetitions", n);
	check_ge(n, 7);
	check_le(n, 10);
	expect_listed(w, CLOSE);
}

TEST_HARNESS_MAIN
