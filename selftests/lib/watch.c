// SPDX-License-Identifier: GPL-2.0
/* A capture of RST segments; see watch.h. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "watch.h"

#define BUFFER	(256 << 20)	/* bytes of packets that may wait */
#define ENDS	(1 << 16)	/* ends of connections that may have closed */

/* One end that has sent its FIN. */
struct end {
	uint32_t from, to;		/* addresses, as on the wire */
	uint16_t sport, dport;
	bool used;
};

static struct end ends[ENDS];

/* Packets come cooked: from the IP header on. */
static const struct sock_filter fin_or_rst[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),		/* the protocol */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 4),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),		/* length of the header */
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),		/* the flags */
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x05, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 128),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int rst_watch(void)
{
	const struct sock_fprog filter = {
		.len = sizeof(fin_or_rst) / sizeof(fin_or_rst[0]),
		.filter = (struct sock_filter *)fin_or_rst,
	};
	/* Bound to no protocol until the filter is there. */
	int fd = check_ok(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int size = BUFFER;

	check_ok(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			    sizeof(size)));
	check_ok(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			    sizeof(filter)));
	check_ok(bind(fd, (struct sockaddr *)&all, sizeof(all)));
	return fd;
}

/* The place of an end: its own, or the free one where it would be. */
static struct end *end_of(const struct end *e)
{
	uint32_t i = (e->from ^ e->to ^ e->sport << 8 ^ e->dport) % ENDS;

	while (ends[i].used && (ends[i].from != e->from || ends[i].to != e->to ||
				ends[i].sport != e->sport ||
				ends[i].dport != e->dport))
		i = (i + 1) % ENDS;
	return &ends[i];
}

static void show(const struct iphdr *ip, const struct tcphdr *tcp)
{
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &ip->saddr, from, sizeof(from));
	inet_ntop(AF_INET, &ip->daddr, to, sizeof(to));
	test_note("RST from %s:%d to %s:%d, seq %u%s", from,
		  ntohs(tcp->source), to, ntohs(tcp->dest), ntohl(tcp->seq),
		  tcp->ack ? ", with ACK" : "");
}

/* Is this a RST that matters? Notes FINs. */
static bool look_at(const unsigned char *packet)
{
	const struct iphdr *ip = (const void *)packet;
	const struct tcphdr *tcp = (const void *)(packet + 4 * ip->ihl);
	struct end from = {
		.from = ip->saddr, .to = ip->daddr,
		.sport = tcp->source, .dport = tcp->dest,
		.used = true,
	};
	struct end to = {
		.from = ip->daddr, .to = ip->saddr,
		.sport = tcp->dest, .dport = tcp->source,
	};

	if (tcp->rst)
		return !end_of(&from)->used || !end_of(&to)->used;
	*end_of(&from) = from;
	return false;
}

int rst_seen(int watch)
{
	struct tpacket_stats lost = {};
	socklen_t len = sizeof(lost);
	unsigned char packet[128];
	int seen = 0;

	while (recv(watch, packet, sizeof(packet), MSG_DONTWAIT) >= 40) {
		if (look_at(packet) && seen++ < 10)
			show((void *)packet, (void *)(packet + 4 * (packet[0] & 15)));
	}
	check_ok(getsockopt(watch, SOL_PACKET, PACKET_STATISTICS, &lost, &len));
	check_eq(lost.tp_drops, 0);
	return seen;
}
