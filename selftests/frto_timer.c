// SPDX-License-Identifier: GPL-2.0
/*
 * A timeout is doubted until new segments have told whether anything was lost: F-RTO,
 * RFC 5682, with SACK and without, in virtual time. There are no timestamps, which
 * would tell at once. The round trip is 100 ms, so the timeout is 300.
 */
#include "lib/flight.h"
#include "lib/test.h"

WIRE_FIXTURE(frto)

#define RTT	100	/* ms */
#define FLIGHT	IW

/* Ten segments are on their way, and @total are to be sent. */
static int open_and_send(struct wire *w, bool sack, int total)
{
	int fd;

	sysctl_set("early_retrans", 0);	/* no probe comes before the timeout */
	if (sack)
		fd = open_slowly(w, RTT, SYN, MSS(SEGMENT), SACKOK);
	else
		fd = open_slowly(w, RTT, SYN, MSS(SEGMENT));
	send_pattern(fd, 0, total * SEGMENT);
	return fd;
}

static void expect_timeout(struct wire *w)
{
	expect_after(w, 3 * RTT, 40, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
}

/* RFC 5682 3.1: an original is acknowledged, so the path had only become longer. */
WIRE_TEST(frto, a_timeout_for_nothing_is_undone)
{
	int fd = open_and_send(w, true, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 1);
	/* step 2b: of the copy, or of the original: new data goes */
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	expect_none(w, RTT);
	/* step 3b */
	inject(w, ACK, .ack = at(2));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, FLIGHT);
	check_eq(tcp_info(fd).tcpi_lost, 0);
	check_eq(tcp_info(fd).tcpi_ca_state, 0);
	drain(w);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
	if (!stack_is_kernel())
		check_eq(counter("TcpExt", "TCPSpuriousRTOs"), 1);
}

/* RFC 5682 2.1 */
WIRE_TEST(frto, a_timeout_for_nothing_is_undone_without_sack)
{
	int fd = open_and_send(w, false, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	inject(w, ACK, .ack = at(2));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, FLIGHT);
	drain(w);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* What is SACKed originally is as good as what is acknowledged. */
WIRE_TEST(frto, a_block_of_what_was_sent_once_tells_it_too)
{
	int fd = open_and_send(w, true, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	inject_sack(w, 1, at(3), at(4));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, FLIGHT);
	check_eq(tcp_info(fd).tcpi_total_retrans, 1);
}

/* 3.1 step 3a: the new data arrives, and nothing before it has. */
WIRE_TEST(frto, a_timeout_for_a_loss_is_not_undone)
{
	int fd = open_and_send(w, true, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	inject_sack(w, 1, at(FLIGHT), at(FLIGHT + 1));
	expect_segments(w, 1, 2);
	check_le(tcp_info(fd).tcpi_snd_cwnd, 3);
	/* slow start through the rest */
	inject_sack(w, 2, at(FLIGHT), at(FLIGHT + 2));
	expect_segments(w, 2, 4);
	inject(w, ACK, .ack = at(FLIGHT + 2));
	check_eq(tcp_info(fd).tcpi_lost, 0);
}

/* 2.1 step 3a: a duplicate ACK says the same. */
WIRE_TEST(frto, a_timeout_for_a_loss_is_not_undone_without_sack)
{
	int fd = open_and_send(w, false, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, 1, 2);
	check_le(tcp_info(fd).tcpi_snd_cwnd, 3);
}

/* Step 2b: there is nothing to ask with. */
WIRE_TEST(frto, without_new_data_the_rest_goes_again)
{
	open_and_send(w, true, FLIGHT);
	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, 1, 3);
}

/* Nor where the peer takes no more. */
WIRE_TEST(frto, without_room_at_the_peer_the_rest_goes_again)
{
	open_and_send(w, true, 3 * FLIGHT);
	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1), .wnd = (FLIGHT - 1) * SEGMENT);
	expect_segments(w, 1, 3);
}

/* 2.1 step 1: the same segment again, and no other, leaves the question open. */
WIRE_TEST(frto, the_second_timeout_is_doubted_too)
{
	int fd = open_and_send(w, true, 3 * FLIGHT);

	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	expect_after(w, 6 * RTT, 40, ACK | ANYPSH, .seq = at(0), .len = SEGMENT);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, FLIGHT, FLIGHT + 2);
	inject(w, ACK, .ack = at(2));
	check_ge(tcp_info(fd).tcpi_snd_cwnd, FLIGHT);
	check_eq(tcp_info(fd).tcpi_total_retrans, 2);
}

/* Step 1: who has sent others again does not know whose ACK comes. */
WIRE_TEST(frto, what_has_been_sent_again_is_not_doubted)
{
	open_and_send(w, true, 3 * FLIGHT);
	expect_segments(w, 0, FLIGHT);
	expect_none(w, RTT);
	/* 1 and 2 are lost, and their copies too */
	inject_sack(w, 1, at(3), at(6));
	expect_segments(w, 1, 2);
	drain(w);
	inject_sack(w, 1, at(3), at(9));
	drain(w);
	expect_after(w, 3 * RTT, RTT, ACK | ANYPSH, .seq = at(1), .len = SEGMENT);
	inject_sack(w, 2, at(3), at(9));
	expect(w, ACK | ANYPSH, .seq = at(2), .len = SEGMENT);
}

/* The administrator may do without. */
WIRE_TEST(frto, frto_can_be_turned_off)
{
	sysctl_set("frto", 0);
	open_and_send(w, true, 3 * FLIGHT);
	expect_segments(w, 0, FLIGHT);
	expect_timeout(w);
	inject(w, ACK, .ack = at(1));
	expect_segments(w, 1, 3);
}

TEST_HARNESS_MAIN
