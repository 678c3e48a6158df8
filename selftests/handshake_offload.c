// SPDX-License-Identifier: GPL-2.0
/*
 * A device that finishes checksums and cuts segments itself, and one that does
 * neither: MUST-2 holds on both. The other tests have the plain device.
 */
#include "lib/test.h"

WIRE_FIXTURE(offload, .offload = true)

/* Every segment is checked by expect(): the pseudo-header's sum, or the whole. */
WIRE_TEST(offload, open_and_close)
{
	int fd = open_passive(w, MSS(1460), SACKOK, TS(1, 0), NOP, WS(7));

	send_pattern(fd, 0, 100);
	expect(w, ACK | PSH, .len = 100);
	inject(w, ACK);
	inject(w, ACK | PSH, .len = 100);
	expect(w, ACK, .ack = 101);
	recv_pattern(fd, 0, 100);
	close(fd);
	expect(w, FIN | ACK);
	inject(w, FIN | ACK);
	expect(w, ACK);
	expect_listed(w, TIME_WAIT);
	inject(w, FIN | ACK, .seq = 101, .ack = 102);
	expect(w, ACK);
}

/* A RST without a socket behind it, too. */
WIRE_TEST(offload, reset_of_a_closed_port)
{
	inject(w, SYN, .seq = 0);
	expect(w, RST | ACK, .seq = ABS(0), .ack = 1);
}

/* Segmentation is left to the device: fewer packets than segments. */
WIRE_TEST(offload, large_write_leaves_in_large_packets)
{
	int fd = open_active(w, MSS(1000)), left = 10000, packets = 0;

	send_pattern(fd, 0, 10000);
	while (left) {
		expect(w, ACK | ANYPSH, .len = ANY);
		check_le(w->last.s.len, left);
		check_le(w->last.s.len, w->last.gso_size ? 65536 : 1000);
		if (w->last.gso_size)
			check_eq(w->last.gso_size, 1000);
		left -= w->last.s.len;
		packets++;
	}
	check_lt(packets, 10);
}

/* MUST-58, MUST-59: ten segments that GRO made one get few ACKs. */
WIRE_TEST(offload, received_burst_is_acknowledged_at_once)
{
	int fd = open_passive(w, MSS(1000));

	inject(w, ACK | PSH, .len = 10000, .gso = 1000);
	expect(w, ACK, .ack = 10001);
	expect_none(w, 50);
	recv_pattern(fd, 0, 10000);
}

/* S15 again: the device may say "not verified", then the stack verifies. */
WIRE_TEST(offload, bad_checksum_is_dropped)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10, .badsum = 1);
	expect_none(w, 0);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	check_eq(counter("Tcp", "InCsumErrors"), 1);
}

TEST_HARNESS_MAIN
