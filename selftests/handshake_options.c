// SPDX-License-Identifier: GPL-2.0
/* What the options of the two SYNs negotiate, RFC 9293 3.2 and 3.7.1. */
#include "lib/test.h"

WIRE_FIXTURE(options)

#define ALL_OPTIONS	MSS(1460), SACKOK, TS(100, 0), NOP, WS(7)

/* S4, MUST-14: what the SYN offers, the SYN-ACK agrees to, in Linux's order. */
WIRE_TEST(options, syn_ack_agrees_to_all)
{
	wire_listen(w);
	inject(w, SYN, .opts = { ALL_OPTIONS });
	expect(w, SYN | ACK, .opts = { MSS(wire_mtu_mss(w, 1500)), SACKOK,
				       TS(ANY, 100), NOP, WS(ANY) });
}

/* S4, MUST-14: the SYN of an active open offers all. */
WIRE_TEST(options, syn_offers_all)
{
	wire_connect(w);
	expect(w, SYN, .opts = { MSS(wire_mtu_mss(w, 1500)), SACKOK,
				 TS(ANY, 0), NOP, WS(ANY) });
	/* S17: the window of a SYN is never scaled. */
	check_ge(w->last.raw.wnd, 32768);
}

/* S4: what the SYN does not offer, the SYN-ACK does not mention. */
WIRE_TEST(options, syn_ack_without_sack)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460), NOP, NOP, TS(100, 0), NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), NOP, NOP, TS(ANY, 100),
				       NOP, WS(ANY) });
}

WIRE_TEST(options, syn_ack_without_timestamps)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460), NOP, NOP, SACKOK, NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), NOP, NOP, SACKOK, NOP,
				       WS(ANY) });
}

WIRE_TEST(options, syn_ack_without_window_scale)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460), SACKOK, TS(100, 0) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), SACKOK, TS(ANY, 100) });
}

WIRE_TEST(options, syn_ack_with_mss_alone)
{
	wire_listen(w);
	inject(w, SYN);
	expect(w, SYN | ACK, .opts = { MSS(wire_mtu_mss(w, 1500)) });
}

/* S4: each feature can be switched off, and is then neither offered ... */
WIRE_TEST(options, switched_off_is_not_offered)
{
	sysctl_set("timestamps", 0);
	sysctl_set("sack", 0);
	sysctl_set("window_scaling", 0);
	wire_connect(w);
	expect(w, SYN, .opts = { MSS(ANY) });
}

/* ... nor agreed to. */
WIRE_TEST(options, switched_off_is_not_agreed_to)
{
	sysctl_set("timestamps", 0);
	sysctl_set("sack", 0);
	sysctl_set("window_scaling", 0);
	wire_listen(w);
	inject(w, SYN, .opts = { ALL_OPTIONS });
	expect(w, SYN | ACK, .opts = { MSS(ANY) });
}

/* Sends more than a segment; the first one must have @len bytes. */
static void expect_segment_size(struct wire *w, int fd, int len)
{
	send_pattern(fd, 0, 3000);
	expect(w, ACK | ANYPSH, .len = len);
}

/* S4, MUST-16: the effective send MSS is the peer's if the path has more. */
WIRE_TEST(options, peer_mss_is_honoured)
{
	expect_segment_size(w, open_passive(w, MSS(700)), 700);
}

WIRE_TEST(options, peer_mss_is_honoured_by_client)
{
	expect_segment_size(w, open_active(w, MSS(700)), 700);
}

/* MUST-16: the options of each segment are taken off: 1448 of 1460. */
WIRE_TEST(options, timestamps_take_room_of_the_segment)
{
	int mss = wire_mtu_mss(w, 1500);

	expect_segment_size(w, open_passive(w, MSS(mss), NOP, NOP, TS(1, 0)),
			    mss - 12);
}

/* MUST-16: the path's limit counts if the peer would take more. */
WIRE_TEST(options, path_limits_the_segment)
{
	expect_segment_size(w, open_passive(w, MSS(8960)),
			    wire_mtu_mss(w, 1500));
}

/* MUST-15: 536 (IPv6: 1220) if the peer sends no MSS option. */
WIRE_TEST(options, default_mss_of_client)
{
	expect_segment_size(w, open_passive(w, NOP), wire_default_mss(w));
}

WIRE_TEST(options, default_mss_of_server)
{
	expect_segment_size(w, open_active(w, NOP), wire_default_mss(w));
}

/* A12: an absurd MSS is not followed down to single bytes. */
WIRE_TEST(options, tiny_mss_is_raised)
{
	expect_segment_size(w, open_passive(w, MSS(1)), 48);
}

/* MUST-65: a MSS option on another segment than the SYN is ignored. */
WIRE_TEST(options, mss_after_the_handshake_is_ignored)
{
	int fd = open_passive(w, MSS(1000));

	inject(w, ACK, .opts = { MSS(100) });
	inject(w, ACK | PSH, .len = 10, .opts = { MSS(100) });
	expect(w, ACK, .ack = 11);
	send_pattern(fd, 0, 1000);
	expect(w, ACK | ANYPSH, .seq = 1, .len = 1000);
}

/* So are the other options that belong on a SYN. */
WIRE_TEST(options, window_scale_after_the_handshake_is_ignored)
{
	int fd;

	w->wnd = 2000;
	fd = open_passive(w, MSS(1000));
	inject(w, ACK, .opts = { WS(7), NOP, NOP, NOP, SACKOK });
	send_pattern(fd, 0, 5000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 50);
	check(!(tcp_info(fd).tcpi_options & (TCPI_OPT_SACK | TCPI_OPT_WSCALE)));
}

static void expect_mss_for_mtu(struct wire *w, int mtu)
{
	netif_mtu(wire_dev(w), mtu);
	w->any_port = true;
	inject(w, SYN, .seq = 0, .sport = mtu, .opts = { MSS(1460) });
	expect(w, SYN | ACK, .seq = ANY, .ack = 1, .dport = mtu,
	       .opts = { MSS(wire_mtu_mss(w, mtu)) });
	inject(w, RST, .seq = 1, .sport = mtu);
	w->irs_known = false;
}

/* MUST-67: the MSS advertised fits the MTU, whatever that is. */
WIRE_TEST(options, advertised_mss_fits_the_mtu)
{
	wire_listen(w);
	expect_mss_for_mtu(w, 1280);
	expect_mss_for_mtu(w, 1500);
	expect_mss_for_mtu(w, 9000);
	expect_mss_for_mtu(w, 65535);
	if (w->family == AF_INET)
		expect_mss_for_mtu(w, 576);
}

/* S4: the peer's scale multiplies the windows that follow the SYN. */
WIRE_TEST(options, peer_window_scale_is_honoured)
{
	int fd;

	w->wnd = 1000;
	fd = open_passive(w, MSS(1000), NOP, WS(2));
	send_pattern(fd, 0, 10000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 50);
}

/* A35: the window of the SYN-ACK itself is not scaled. */
WIRE_TEST(options, window_of_syn_ack_is_not_scaled)
{
	int fd;

	fd = wire_connect(w);
	expect(w, SYN);
	inject(w, SYN | ACK, .wnd = 2000,
	       .opts = { MSS(1000), NOP, WS(7) });
	expect(w, ACK);
	send_pattern(fd, 0, 10000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 50);
}

/* S4: without the option in both SYNs, no window is scaled. */
WIRE_TEST(options, no_window_scale_without_the_option)
{
	int fd;

	w->wnd = 2000;
	fd = open_passive(w, MSS(1000));
	check(!(tcp_info(fd).tcpi_options & TCPI_OPT_WSCALE));
	send_pattern(fd, 0, 10000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect(w, ACK | ANYPSH, .len = 1000);
	expect_none(w, 50);
}

/* RFC 7323 2.3: a shift of more than 14 is taken for 14. */
WIRE_TEST(options, window_scale_is_at_most_14)
{
	int fd = open_passive(w, MSS(1000), NOP, WS(15));

	check_eq(tcp_info(fd).tcpi_snd_wscale, 14);
}

/* S4: the stack's own windows are scaled as its SYN-ACK has said. */
WIRE_TEST(options, own_window_is_scaled)
{
	int scale, fd;
	long wnd;

	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460), NOP, WS(7) });
	expect(w, SYN | ACK, .opts = { MSS(ANY), NOP, WS(ANY) });
	scale = w->last.s.opts[2].v[0];
	wnd = w->last.raw.wnd;
	inject(w, ACK);
	inject(w, ACK | PSH, .len = 1);
	expect(w, ACK, .ack = 2);
	fd = w->last.raw.wnd << scale;
	check_ge(fd, wnd / 2);
	check_le(fd, wnd * 2);
}

/* S4: SACK-permitted in both SYNs: a hole is reported with a SACK block. */
WIRE_TEST(options, sack_is_sent_if_permitted)
{
	open_passive(w, MSS(1460), NOP, NOP, SACKOK);
	inject(w, ACK | PSH, .seq = 1001, .len = 1000);
	expect(w, ACK, .ack = 1, .opts = { NOP, NOP, SACK(1001, 2001) });
}

/* S4: without it, the ACK is a bare one. */
WIRE_TEST(options, sack_is_not_sent_without_permission)
{
	open_passive(w, MSS(1460));
	inject(w, ACK | PSH, .seq = 1001, .len = 1000);
	expect(w, ACK, .ack = 1, .opts = { NONE });
}

/* S4: with timestamps every segment bears them and echoes the peer's. */
WIRE_TEST(options, timestamps_are_on_every_segment)
{
	int fd = open_passive(w, MSS(1460), NOP, NOP, TS(100, 0));

	inject(w, ACK | PSH, .len = 10,
	       .opts = { NOP, NOP, TS(101, LAST_TS) });
	expect(w, ACK, .ack = 11, .opts = { NOP, NOP, TS(ANY, 101) });
	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .opts = { NOP, NOP, TS(ANY, 101) });
	close(fd);
	expect(w, RST | ACK, .opts = { NOP, NOP, TS(ANY, 101) });
}

/* S4: without them in both SYNs, none bears any. */
WIRE_TEST(options, no_timestamps_without_the_option)
{
	int fd = open_active(w, MSS(1460));

	send_pattern(fd, 0, 10);
	expect(w, ACK | PSH, .len = 10, .opts = { NONE });
}

#define ASKED (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE)

/* Every list below says: MSS 1000, SACK-permitted, timestamp, scale 3. */
static const struct seg orders[] = {
	{ .opts = { MSS(1000), SACKOK, TS(7, 0), NOP, WS(3) } },
	{ .opts = { WS(3), NOP, TS(7, 0), SACKOK, MSS(1000) } },
	{ .opts = { SACKOK, WS(3), MSS(1000), TS(7, 0) } },
	{ .opts = { TS(7, 0), WS(3), SACKOK, MSS(1000), EOL } },
	/* MUST-64: no option needs to begin at a word or at an even byte. */
	{ .opts = { NOP, MSS(1000), TS(7, 0), SACKOK, WS(3), EOL } },
	{ .opts = { NOP, NOP, NOP, MSS(1000), NOP, TS(7, 0), SACKOK, WS(3) } },
	{ .opts = { WS(3), MSS(1000), SACKOK, TS(7, 0), NOP } },
	/* MUST-6: unknown ones are skipped by their length. */
	{ .opts = { RAW("\xfd\x06""abcd"), MSS(1000), SACKOK, TS(7, 0),
		    WS(3) } },
	{ .opts = { MSS(1000), RAW("\xfe\x02"), SACKOK, RAW("\x4c\x05xyz"),
		    TS(7, 0), RAW("\x1e\x03z"), WS(3) } },
	/* What follows the end of the list is not looked at. */
	{ .opts = { MSS(1000), SACKOK, TS(7, 0), WS(3), EOL,
		    RAW("\x02\x04\x01\x00") } },
};

/* MUST-4, MUST-6, MUST-64: whatever the order, the meaning is the same. */
WIRE_TEST(options, order_and_alignment_do_not_matter)
{
	int listener = wire_listen(w), fd;
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		struct seg syn = *SEG(SYN, .sport = 5000 + i);

		wire_restart(w, 1000);
		w->peer_port = 5000 + i;
		memcpy(syn.opts, orders[i].opts, sizeof(syn.opts));
		wire_inject(AT_, w, &syn);
		expect(w, SYN | ACK, .opts = { MSS(ANY), SACKOK, TS(ANY, 7),
					       NOP, WS(ANY) });
		inject(w, ACK);
		fd = wire_accept(listener);
		check_eq(tcp_info(fd).tcpi_options & ASKED, ASKED);
		check_eq(tcp_info(fd).tcpi_snd_wscale, 3);
		check_eq(tcp_info(fd).tcpi_snd_mss, 1000 - 12);
		close_abort(fd);
		expect(w, RST | ACK);
	}
}

/* The same for the SYN-ACK an active open gets. */
WIRE_TEST(options, order_does_not_matter_on_syn_ack)
{
	size_t i;
	int fd;

	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		struct seg syn = *SEG(SYN | ACK);

		wire_restart(w, 1000);
		w->local_port = 5000 + i;
		memcpy(syn.opts, orders[i].opts, sizeof(syn.opts));
		fd = wire_connect(w);
		expect(w, SYN);
		syn.seq = 0;
		wire_inject(AT_, w, &syn);
		expect(w, ACK);
		check_eq(tcp_info(fd).tcpi_options & ASKED, ASKED);
		check_eq(tcp_info(fd).tcpi_snd_wscale, 3);
		check_eq(tcp_info(fd).tcpi_snd_mss, 1000 - 12);
		close_abort(fd);
		expect(w, RST | ACK);
	}
}

/*
 * MUST-7: a SYN with an option of every kind, and of a length that is too small,
 * wrong for the kind, or beyond the header: it is answered all the same, and
 * the MSS in front of it counts.
 */
WIRE_TEST(options, illegal_length_is_survived)
{
	static const uint8_t lengths[] = { 0, 1, 3, 5, 7, 11, 37, 255 };
	uint8_t bad[4] = {};
	int kind;
	size_t i;

	wire_listen(w);
	for (kind = 2; kind < 256; kind++) {
		for (i = 0; i < sizeof(lengths); i++) {
			bad[0] = kind;
			bad[1] = lengths[i];
			inject(w, SYN, .seq = 0,
			       .opts = { MSS(1000), RAWBUF(bad, 4) });
			expect(w, SYN | ACK, .ack = 1);
			inject(w, RST, .seq = 1);
			wire_restart(w, 1000);
		}
	}
}

/* MUST-7: the option that is cut off by the end of the header. */
WIRE_TEST(options, option_cut_off_by_the_header_is_survived)
{
	int kind;

	wire_listen(w);
	for (kind = 2; kind < 256; kind++) {
		uint8_t bad[4] = { 1, 1, 1, kind };

		inject(w, SYN, .seq = 0, .opts = { RAWBUF(bad, 4) });
		expect(w, SYN | ACK, .ack = 1);
		inject(w, RST, .seq = 1);
		wire_restart(w, 1000);
	}
}

/* MUST-7 on an established connection: the data counts, the option does not. */
WIRE_TEST(options, illegal_length_on_data_is_survived)
{
	static const uint8_t bad[][4] = {
		{ 5, 0 }, { 5, 1 }, { 5, 9 }, { 5, 255 }, { 8, 0 }, { 8, 3 },
		{ 253, 0 }, { 253, 1 }, { 253, 200 }, { 1, 1, 1, 8 },
	};
	int fd = open_passive(w, MSS(1460), NOP, NOP, SACKOK);
	size_t i;

	for (i = 0; i < sizeof(bad) / 4; i++) {
		inject(w, ACK | PSH, .len = 10,
		       .opts = { RAWBUF(bad[i], 4) });
		expect(w, ACK);
		recv_pattern(fd, i * 10, 10);
	}
}

/* MUST-5: options may be on any segment. */
WIRE_TEST(options, options_on_data_and_fin)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, .len = 10,
	       .opts = { RAW("\xfd\x05xyz"), NOP, TS(1, 2) });
	expect(w, ACK, .ack = 11);
	inject(w, FIN | ACK, .opts = { NOP, RAW("\xfe\x07""abcde") });
	expect(w, ACK, .ack = 12);
	recv_pattern(fd, 0, 10);
	expect_eof(fd);
}

WIRE_TEST(options, options_on_rst)
{
	int fd = open_passive(w);

	inject(w, RST, .opts = { RAW("\xfd\x05xyz"), NOP, TS(1, 2) });
	expect_error(fd, ECONNRESET);
}

/* MUST-68, MUST-69: every byte of what is sent has a meaning or is zero. */
WIRE_TEST(options, own_options_are_well_formed)
{
	const struct rawseg *raw = &w->last.raw;
	int i = 0, len;

	wire_connect(w);
	expect(w, SYN);
	check_eq(raw->optlen % 4, 0);
	while (i < raw->optlen && raw->opt[i]) {
		len = raw->opt[i] == 1 ? 1 : raw->opt[i + 1];
		check(len == 1 || len >= 2);
		i += len;
	}
	for (; i < raw->optlen; i++)
		check_eq(raw->opt[i], 0);
	check_eq(i, raw->optlen);
}

/* The headers of a SYN, as TCP_SAVED_SYN tells them; returns their length. */
static int saved_syn(int fd, uint8_t *room, socklen_t size)
{
	socklen_t len = size;

	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, room, &len));
	return len;
}

static int accept_with_options(struct wire *w, int listener)
{
	inject(w, SYN, .opts = { MSS(1234), NOP, WS(3) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	return wire_accept(listener);
}

/* TCP_SAVE_SYN: the server sees with what the client began, once. */
WIRE_TEST(options, saved_syn_is_told_once)
{
	int ip = w->family == AF_INET6 ? 40 : 20, want = ip + 20 + 8, fd;
	int listener = wire_listen(w);
	socklen_t len = want - 1;
	uint8_t room[256] = { 0 };

	set_opt(listener, IPPROTO_TCP, TCP_SAVE_SYN, 1);
	fd = accept_with_options(w, listener);
	/* Too little room costs nothing, and tells how much there must be. */
	check_err(getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, room, &len),
		  EINVAL);
	check_eq(len, want);
	check_eq(saved_syn(fd, room, sizeof(room)), want);
	check_eq(room[0] >> 4, w->family == AF_INET6 ? 6 : 4);
	check_eq(room[ip + 2] << 8 | room[ip + 3], w->local_port);
	check_eq(room[ip + 13], SYN);
	check(!memcmp(room + ip + 20, "\2\4\4\322\1\3\3\3", 8));
	check_eq(saved_syn(fd, room, sizeof(room)), 0);
	/* The link of a TUN device has no header to add. */
	set_opt(listener, IPPROTO_TCP, TCP_SAVE_SYN, 2);
	wire_restart(w, 5000);
	w->peer_port++;
	check_eq(saved_syn(accept_with_options(w, listener), room,
			   sizeof(room)), want);
}

/* Neither the listener nor a connection that was not to be saved has any. */
WIRE_TEST(options, syn_is_not_saved_unasked)
{
	int listener = wire_listen(w);
	uint8_t room[256];
	int fd = accept_with_options(w, listener);

	check_eq(saved_syn(fd, room, sizeof(room)), 0);
	set_opt(listener, IPPROTO_TCP, TCP_SAVE_SYN, 1);
	check_eq(saved_syn(listener, room, sizeof(room)), 0);
	check_eq(saved_syn(fd, room, sizeof(room)), 0);
}

/* Whether anybody asks for it or not, closing frees it. */
WIRE_TEST(options, saved_syn_goes_with_its_connection)
{
	int listener = wire_listen(w);
	struct wire other[1];

	set_opt(listener, IPPROTO_TCP, TCP_SAVE_SYN, 1);
	wire_fork(other, w, 40001);
	close_abort(accept_with_options(w, listener));
	expect(w, RST | ACK);
	inject(other, SYN);
	expect(other, SYN | ACK);
	close(listener);
	wire_close(other);
}

TEST_HARNESS_MAIN
