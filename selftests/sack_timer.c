// SPDX-License-Identifier: GPL-2.0
/*
 * What RACK waits for, and the probes at the tail of a flight (RFC 8985), in virtual
 * time: milliseconds are counted. The round trip is 100 ms, so the timeout is 300.
 */
#include "lib/flight.h"
#include "lib/test.h"

WIRE_FIXTURE(sack)

#define RTT	100	/* ms */

static int open_sack(struct wire *w)
{
	return open_slowly(w, RTT, SYN, MSS(SEGMENT), SACKOK);
}

/* RFC 8985 7.2, 7.3: after two round trips the last segment goes again. */
WIRE_TEST(sack, the_tail_of_a_flight_is_probed)
{
	int fd = open_sack(w);

	send_pattern(fd, 0, 3 * SEGMENT);
	expect_segments(w, 0, 3);
	/* the debug kernel's SYN-ACK makes the first sample 10 ms longer */
	expect_after(w, 2 * RTT, 30, ACK | ANYPSH, .seq = at(2), .len = SEGMENT);
	expect_none(w, RTT);
	/* the probe has arrived, and what was sent before it has not */
	inject_sack(w, 0, at(2), at(3));
	/* a segment was delivered, so one may go */
	expect_segments(w, 0, 1);
	inject_sack(w, 1, at(2), at(3));
	expect_segments(w, 1, 2);
	inject(w, ACK, .ack = at(3));
	check_eq(tcp_info(fd).tcpi_total_retrans, 3);
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

/* 7.3: new data does, where there is some. */
WIRE_TEST(sack, a_probe_is_new_data_where_there_is_some)
{
	int fd = open_sack(w);

	send_pattern(fd, 0, 12 * SEGMENT);
	expect_segments(w, 0, 10);
	expect_after(w, 2 * RTT, 30, ACK | ANYPSH, .seq = at(10), .len = SEGMENT);
	inject(w, ACK, .ack = at(11));
	expect_segments(w, 11, 12);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* 6.2: one that is overtaken is waited for, for a quarter of a round trip. */
WIRE_TEST(sack, what_one_segment_has_overtaken_is_waited_for)
{
	int fd = open_sack(w);

	send_pattern(fd, 0, 4 * SEGMENT);
	expect_segments(w, 0, 4);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(2));
	expect_after(w, RTT / 4, 20, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(4));
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

WIRE_TEST(sack, what_comes_late_is_not_sent_again)
{
	int fd = open_sack(w);

	send_pattern(fd, 0, 4 * SEGMENT);
	expect_segments(w, 0, 4);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(2));
	expect_none(w, RTT / 10);
	inject(w, ACK, .ack = at(4));
	expect_none(w, 10 * RTT);
	check_eq(tcp_info(fd).tcpi_total_retrans, 0);
}

/* RFC 2018 8: a peer may give up what it has reported; the timeout believes it. */
WIRE_TEST(sack, what_the_peer_has_given_up_is_sent_again)
{
	int fd = open_sack(w);

	send_pattern(fd, 0, 4 * SEGMENT);
	expect_segments(w, 0, 4);
	expect_none(w, RTT);
	inject_sack(w, 0, at(1), at(4));
	expect_segments(w, 0, 1);
	/* which arrives, and the rest is not there any more */
	inject(w, ACK, .ack = at(1));
	expect(w, ACK | ANYPSH, .seq = at(1), .len = SEGMENT);
	inject(w, ACK, .ack = at(2));
	expect_segments(w, 2, 4);
	inject(w, ACK, .ack = at(4));
	check_eq(tcp_info(fd).tcpi_unacked, 0);
}

TEST_HARNESS_MAIN
