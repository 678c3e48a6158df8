// SPDX-License-Identifier: GPL-2.0
/* Segments no honest peer sends: dropped, counted, and without a trace. */
#include "lib/test.h"

WIRE_FIXTURE(malformed)

/* The connection still works: the next 10 bytes of the stream get through. */
static void expect_unharmed(struct wire *w, int fd)
{
	uint32_t from = w->snd_nxt - 1;

	expect_none(w, 0);
	check_eq(fd_state(fd), ESTABLISHED);
	check_err(recv(fd, &(char){ 0 }, 1, 0), EAGAIN);
	inject(w, ACK | PSH, .len = 10);
	recv_pattern(fd, from, 10);
	expect(w, ACK);
}

/* S15, MUST-3: a wrong checksum: silence, and a counter. */
WIRE_TEST(malformed, bad_checksum_is_dropped_silently)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10, .badsum = 0x0100);
	expect_none(w, 300);
	check_eq(counter("Tcp", "InCsumErrors"), 1);
	expect_unharmed(w, fd);
}

/* S15: every bit of the checksum is looked at. */
WIRE_TEST(malformed, every_bit_of_the_checksum_counts)
{
	int fd = open_passive(w), bit;

	for (bit = 0; bit < 16; bit++)
		inject(w, ACK | PSH, .len = 10, .badsum = 1 << bit);
	expect_none(w, 0);
	check_eq(counter("Tcp", "InCsumErrors"), 16);
	expect_unharmed(w, fd);
}

/* S15: neither a SYN, nor a RST, nor a FIN counts with a bad checksum. */
WIRE_TEST(malformed, bad_checksum_on_syn)
{
	int listener = wire_listen(w);

	inject(w, SYN, .badsum = 1, .opts = { MSS(1460) });
	expect_none(w, 20);
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
}

WIRE_TEST(malformed, bad_checksum_on_rst_and_fin)
{
	int fd = open_passive(w);

	inject(w, RST, .badsum = 1);
	inject(w, FIN | ACK, .badsum = 1);
	expect_unharmed(w, fd);
}

/* The addresses are part of the sum: a segment for another host is not ours. */
WIRE_TEST(malformed, checksum_covers_odd_lengths)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 7);
	expect(w, ACK, .ack = 8);
	recv_pattern(fd, 0, 7);
	inject(w, ACK | PSH, .len = 7, .badsum = 1);
	expect_unharmed(w, fd);
}

/* A data offset below 5 words, or beyond the segment. */
WIRE_TEST(malformed, bad_data_offset_is_dropped)
{
	int fd = open_passive(w), doff;

	for (doff = 0; doff < 5; doff++)
		inject(w, ACK | PSH, .len = 10, .doff = doff, .keep = true);
	expect_none(w, 0);
	for (doff = 8; doff < 16; doff++)
		inject(w, ACK | PSH, .len = 10, .doff = doff, .keep = true);
	expect_unharmed(w, fd);
}

WIRE_TEST(malformed, bad_data_offset_on_syn_is_dropped)
{
	int listener = wire_listen(w), doff;

	for (doff = 0; doff < 16; doff++)
		if (doff != 5)
			inject(w, SYN, .doff = doff, .keep = true);
	expect_none(w, 20);
	expect_no_accept(listener);
	expect_listed(w, CLOSE);
}

/* Fewer bytes than a header has. */
WIRE_TEST(malformed, header_cut_off_is_dropped)
{
	int fd = open_passive(w), cut;

	for (cut = 1; cut <= 20; cut++)
		inject(w, ACK, .cut = cut);
	expect_unharmed(w, fd);
}

/* A42: a listener, and flags that make no sense. */
WIRE_TEST(malformed, listener_drops_null_and_xmas)
{
	int listener = wire_listen(w);

	inject(w, 0, .keep = true);
	inject(w, FIN | PSH | URG, .keep = true);
	inject(w, PSH, .keep = true);
	inject(w, URG, .keep = true);
	expect_none(w, 20);
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
}

/* A42: SYN+FIN opens nothing, SYN+RST is a RST. */
WIRE_TEST(malformed, listener_drops_syn_fin_and_syn_rst)
{
	int listener = wire_listen(w);

	inject(w, SYN | FIN, .keep = true);
	inject(w, SYN | RST, .keep = true);
	inject(w, SYN | FIN | RST | PSH | URG, .keep = true);
	expect_none(w, 20);
	expect_listed(w, CLOSE);
	expect_no_accept(listener);
}

/* RFC 9293 3.10.7.4, fifth step: without ACK a segment is dropped. */
WIRE_TEST(malformed, data_without_ack_is_dropped)
{
	int fd = open_passive(w);

	inject(w, PSH, .len = 10, .keep = true);
	inject(w, 0, .len = 10, .keep = true);
	inject(w, FIN, .keep = true);
	inject(w, FIN | PSH | URG, .keep = true);
	expect_unharmed(w, fd);
}

/* In SYN-SENT neither SYN nor RST means: dropped. */
WIRE_TEST(malformed, no_flags_in_syn_sent_is_dropped)
{
	int fd = wire_connect(w);

	expect(w, SYN);
	inject(w, 0, .keep = true);
	inject(w, FIN | PSH | URG, .keep = true);
	inject(w, PSH, .len = 10, .keep = true);
	expect_none(w, 20);
	check_eq(fd_state(fd), SYN_SENT);
}

/* A41: a SYN that claims to come from ourselves (LAND) makes no loop. */
WIRE_TEST(malformed, syn_from_ourselves_is_dropped)
{
	int listener = wire_listen(w);
	const char *self = w->family == AF_INET6 ? "2001:db8::1" : "192.0.2.1";

	inject(w, SYN, .src = self, .sport = 8080, .keep = true);
	expect_none(w, 50);
	expect_no_accept(listener);
}

/* S16: the reserved bits are for the future: ignored when received. */
WIRE_TEST(malformed, reserved_bits_are_ignored)
{
	int listener = wire_listen(w), fd;

	inject(w, SYN, .res = 7, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	inject(w, ACK, .res = 5);
	fd = wire_accept(listener);
	inject(w, ACK | PSH, .len = 10, .res = 2);
	expect(w, ACK, .ack = 11);
	recv_pattern(fd, 0, 10);
}

/* Ports that are nobody's. */
WIRE_TEST(malformed, segment_of_another_port_is_not_ours)
{
	int fd = open_passive(w);

	w->any_port = true;
	inject(w, ACK | PSH, .len = 10, .sport = 40001);
	expect(w, RST, .seq = 1, .dport = 40001);
	expect_unharmed(w, fd);
}

TEST_HARNESS_MAIN
