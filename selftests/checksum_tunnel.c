// SPDX-License-Identifier: GPL-2.0
/*
 * A device that tells the sum over a packet (CHECKSUM_COMPLETE), as many network cards
 * do. Here it is a GRE tunnel with checksums, over a cable that claims to have seen
 * that the outer sum is right: so that of what is inside is known. Who takes the wrong
 * octets from it makes the kernel complain of the device ("hw csum failure"), which
 * scripts/vm sees.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/mytcp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "lib/bpf.h"
#include "lib/doors.h"
#include "lib/hosts.h"
#include "lib/test.h"

#define PORT	5000
#define LENGTH	200000

/* Both ends inside the tunnel, IPv4 and IPv6. */
static const char *const inside[2][2] = {
	{ "10.8.0.1", "fd00:8::1" }, { "10.8.0.2", "fd00:8::2" },
};

FIXTURE(tunnel) {
	struct door door;
	int host[2];
	int lfd;			/* listens in host[0] */
};

DOOR_FIXTURE_VARIANTS(tunnel)

static struct end end_of(int family, int i, int port)
{
	struct end e = { .sa.sa_family = family };

	if (family == AF_INET) {
		e.len = sizeof(e.in);
		e.in.sin_port = htons(port);
		check_eq(inet_pton(family, inside[i][0], &e.in.sin_addr), 1);
	} else {
		e.len = sizeof(e.in6);
		e.in6.sin6_port = htons(port);
		check_eq(inet_pton(family, inside[i][1], &e.in6.sin6_addr), 1);
	}
	return e;
}

/*
 * A rule that makes of what comes in by a cable, whose sums nobody has looked at, what a
 * network card has found right (CHECKSUM_UNNECESSARY).
 */
static int believe_the_cable(void)
{
	static const struct bpf_kind classifier = { .type = BPF_PROG_TYPE_SCHED_CLS };
	const struct bpf_insn insns[] = {
		SET(R2, BPF_CSUM_LEVEL_INC),
		CALL(BPF_FUNC_csum_level),
		RETURN(0),
	};

	return bpf_load(&classifier, insns, sizeof(insns) / sizeof(*insns));
}

/* tc(8) finds a program by its name in a file system. */
static void pin(int prog, const char *path)
{
	union bpf_attr attr = { .bpf_fd = prog };

	attr.pathname = (uintptr_t)path;
	shell("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf");
	check_ok(syscall(SYS_bpf, BPF_OBJ_PIN, &attr, sizeof(attr)));
}

/* The tunnel's device t0 or t1 in the host, on a cable that leaves all sums to it. */
static void dig(int host, int i)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/fs/bpf/mytcp-test-%d", getpid());
	host_enter(host);
	pin(believe_the_cable(), path);
	shell("ethtool -K v%d tx off rx off gro off >/dev/null", i);
	shell("tc qdisc add dev v%d clsact", i);
	shell("tc filter add dev v%d ingress bpf da object-pinned %s", i, path);
	check_ok(unlink(path));
	shell("ip link add t%d type gre local 10.7.0.%d remote 10.7.0.%d csum",
	      i, 1 + i, 2 - i);
	shell("ethtool -K t%d gro off >/dev/null", i);
	netif_up(i ? "t1" : "t0");
	netif_addr(i ? "t1" : "t0", inside[i][0], 24);
	netif_addr(i ? "t1" : "t0", inside[i][1], 64);
}

FIXTURE_SETUP(tunnel)
{
	struct plug v0 = { .dev = "v0", .ip = "10.7.0.1" };
	struct plug v1 = { .dev = "v1", .ip = "10.7.0.2" };
	struct end at = end_of(variant->door.family, 0, PORT);

	test_begin_door(&variant->door);
	if (!have_command("ip") || !have_command("tc") || !have_command("ethtool"))
		SKIP(_exit(255), "needs ip(8), tc(8) and ethtool(8)");
	if (system("ip link add dug type gre local 127.0.0.1 2>/dev/null"))
		SKIP(_exit(255), "needs a kernel with GRE");
	self->door = variant->door;
	v0.host = self->host[0] = host_here();
	v1.host = self->host[1] = host_new();
	host_connect(&v0, &v1);
	dig(self->host[1], 1);
	dig(self->host[0], 0);
	self->lfd = door_open(&self->door, 0);
	check_ok(end_bind(self->lfd, &at));
	check_ok(listen(self->lfd, 8));
}

FIXTURE_TEARDOWN(tunnel)
{
	close(self->lfd);
}

/* So many segments had a wrong checksum in this host, if it is the tested stack's. */
static void expect_wrong(const FIXTURE_DATA(tunnel) *self, long count)
{
	if (self->door.tcp == subject())
		check_eq(counter("Tcp", "InCsumErrors"), count);
}

TEST_F_TIMEOUT(tunnel, transfers_arrive_and_every_sum_is_right, LONG_TEST)
{
	struct end at = end_of(self->door.family, 0, PORT);
	int fd[2];

	host_enter(self->host[1]);
	fd[0] = door_open(&self->door, 0);
	check_ok(end_connect(fd[0], &at));
	fd[1] = check_ok(accept(self->lfd, NULL, NULL));
	stream_transfer(fd[0], fd[1], LENGTH);
	stream_transfer(fd[1], fd[0], LENGTH);
	expect_wrong(self, 0);
	host_enter(self->host[0]);
	expect_wrong(self, 0);
	close(fd[0]);
	close(fd[1]);
}

/* ---- segments made by hand, at the other end of the tunnel ---- */

/* A socket that sends packets into the tunnel and sees what comes out of it. */
static int mouth(const FIXTURE_DATA(tunnel) *self)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET };
	int fd;

	at.sll_protocol = htons(self->door.family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	host_enter(self->host[1]);
	at.sll_ifindex = if_nametoindex("t1");
	fd = check_ok(socket(AF_PACKET, SOCK_DGRAM, 0));
	check_ok(bind(fd, (struct sockaddr *)&at, sizeof(at)));
	host_enter(self->host[0]);
	return fd;
}

static void send_syn(const FIXTURE_DATA(tunnel) *self, int fd, int sport, int badsum,
		     const void *ext, int exttype)
{
	bool four = self->door.family == AF_INET;
	struct rawseg s = {
		.src = addr_parse(inside[1][!four]), .dst = addr_parse(inside[0][!four]),
		.sport = sport, .dport = PORT, .seq = 1000, .wnd = 65535, .flags = SYN,
		.doff = 5, .ttl = 64, .df = true,
		.ipopt = ext, .ipoptlen = ext ? 8 : 0, .exttype = exttype,
	};
	uint8_t packet[256];
	int len;

	s.hop = s.dst;
	len = packet_build(&s, packet, badsum);
	check_eq(send(fd, packet, len, 0), len);
}

/* Waits for the SYN-ACK to that port; a SYN-ACK to another one is a failure. */
static void expect_synack(int fd, int dport)
{
	uint8_t packet[2048];
	struct rawseg s;
	const char *why;
	int len;

	do {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		check_eq(poll(&p, 1, PATIENCE_MS), 1);
		len = check_ok(recv(fd, packet, sizeof(packet), 0));
	} while (!packet_parse(packet, len, &s, &why) || s.sport != PORT);
	check_eq(s.flags, SYN | ACK);
	check_eq(s.dport, dport);
}

/* A SYN with a wrong sum and one with the right one, of which the second is answered. */
static void syns(const FIXTURE_DATA(tunnel) *self, const void *ext, int exttype)
{
	int fd = mouth(self);

	send_syn(self, fd, 40000, 0x0100, ext, exttype);
	send_syn(self, fd, 40001, 0, ext, exttype);
	expect_synack(fd, 40001);
	close(fd);
}

TEST_F(tunnel, a_wrong_checksum_is_dropped)
{
	syns(self, NULL, 0);
	expect_wrong(self, 1);
}

/* The device's sum has the extension header in it, the segment's own has not. */
TEST_F(tunnel, nor_is_it_hidden_by_an_extension_header)
{
	static const uint8_t padn[8] = { IPPROTO_TCP, 0, 1, 4, 0, 0, 0, 0 };

	if (self->door.family == AF_INET)
		return;
	syns(self, padn, IPPROTO_DSTOPTS);
	expect_wrong(self, 1);
}

TEST_HARNESS_MAIN
