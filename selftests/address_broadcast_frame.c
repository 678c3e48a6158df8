// SPDX-License-Identifier: GPL-2.0
/*
 * MUST-57 one layer below: the IP address is ours, but the Ethernet frame was
 * sent to everybody. The wire of the other tests has no frames: this has a TAP.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "lib/test.h"

FIXTURE(frame) {
	int tap;
	unsigned char mac[6];
	struct rawseg syn;
};
FIXTURE_VARIANT(frame) {
	const char *local, *peer;
	int prefix, ethertype;
};
FIXTURE_VARIANT_ADD(frame, ipv4) {
	.local = "192.0.2.1", .peer = "192.0.2.2", .prefix = 24,
	.ethertype = 0x0800,
};
FIXTURE_VARIANT_ADD(frame, ipv6) {
	.local = "2001:db8::1", .peer = "2001:db8::2", .prefix = 64,
	.ethertype = 0x86dd,
};
FIXTURE_SETUP(frame)
{
	struct ifreq r = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd;

	test_begin_family(variant->ethertype == 0x0800 ? AF_INET : AF_INET6);
	self->tap = check_ok(open("/dev/net/tun", O_RDWR | O_NONBLOCK));
	check_ok(ioctl(self->tap, TUNSETIFF, &r));
	fd = check_ok(socket(AF_INET, SOCK_DGRAM, 0));
	check_ok(ioctl(fd, SIOCGIFHWADDR, &r));
	memcpy(self->mac, r.ifr_hwaddr.sa_data, 6);
	/* Nobody answers ARP here: frames go out without it. */
	check_ok(ioctl(fd, SIOCGIFFLAGS, &r));
	r.ifr_flags |= IFF_UP | IFF_NOARP;
	check_ok(ioctl(fd, SIOCSIFFLAGS, &r));
	close(fd);
	netif_addr(r.ifr_name, variant->local, variant->prefix);
	self->syn = (struct rawseg){
		.src = addr_parse(variant->peer),
		.dst = addr_parse(variant->local),
		.sport = 40000, .dport = 8080, .seq = 1000, .flags = SYN,
		.wnd = 65535, .doff = 5, .ttl = 64,
	};
}
FIXTURE_TEARDOWN(frame)
{
	close(self->tap);
}

static void send_frame(int tap, const unsigned char *to, int ethertype,
		       const struct rawseg *s)
{
	unsigned char buf[256] = {};
	int len;

	memcpy(buf, to, 6);
	buf[6] = 2;			/* a local address of the sender */
	buf[12] = ethertype >> 8;
	buf[13] = ethertype;
	len = packet_build(s, buf + 14, 0);
	check_eq(write(tap, buf, 14 + len), 14 + len);
}

/* The flags of the TCP segment that comes within @ms, -1 if none does. */
static int frame_flags(int tap, int ms)
{
	unsigned char buf[2048];
	struct rawseg s;
	const char *why;
	ssize_t n;

	while (wait_fd(tap, POLLIN, ms) & POLLIN) {
		n = read(tap, buf, sizeof(buf));
		if (n > 14 && packet_parse(buf + 14, n - 14, &s, &why))
			return s.flags;
	}
	return -1;
}

static int listen_on(const struct rawseg *s)
{
	struct wire w = {
		.family = s->dst.family, .local = s->dst,
		.local_port = s->dport,
	};

	return wire_listen(&w);
}

static const unsigned char everybody[6] = "\xff\xff\xff\xff\xff\xff";
static const unsigned char group[6] = "\x01\x00\x5e\x00\x00\x01";

/* To make sure that the frames are right: sent to us alone, it is answered. */
TEST_F(frame, syn_in_our_frame_is_answered)
{
	listen_on(&self->syn);
	send_frame(self->tap, self->mac, variant->ethertype, &self->syn);
	check_eq(frame_flags(self->tap, 2000), SYN | ACK);
}

TEST_F(frame, syn_in_broadcast_frame_is_dropped)
{
	int listener = listen_on(&self->syn);

	send_frame(self->tap, everybody, variant->ethertype, &self->syn);
	send_frame(self->tap, group, variant->ethertype, &self->syn);
	check_eq(frame_flags(self->tap, 50), -1);
	expect_no_accept(listener);
	check_eq(listing_read(self->syn.dst.family, NULL, 0), 1);
}

/* Nor is it reset, if nobody listens. */
TEST_F(frame, ack_in_broadcast_frame_is_not_reset)
{
	self->syn.flags = ACK;
	send_frame(self->tap, everybody, variant->ethertype, &self->syn);
	check_eq(frame_flags(self->tap, 50), -1);
}

TEST_HARNESS_MAIN
