// SPDX-License-Identifier: GPL-2.0
/* A capture of RST segments; see watch.h. */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "watch.h"

/* Packets come cooked: from the IP header on. */
static const struct sock_filter only_rst[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),		/* the protocol */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 4),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),		/* length of the header */
	BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),		/* the flags */
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x04, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int rst_watch(void)
{
	const struct sock_fprog filter = {
		.len = sizeof(only_rst) / sizeof(only_rst[0]),
		.filter = (struct sock_filter *)only_rst,
	};
	/* Bound to no protocol until the filter is there. */
	int fd = check_ok(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};

	check_ok(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
			    sizeof(filter)));
	check_ok(bind(fd, (struct sockaddr *)&all, sizeof(all)));
	return fd;
}

static void show(const unsigned char *p)
{
	const unsigned char *tcp = p + 4 * (p[0] & 15);
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, p + 12, from, sizeof(from));
	inet_ntop(AF_INET, p + 16, to, sizeof(to));
	test_note("RST from %s:%d to %s:%d, flags %#x", from,
		  tcp[0] << 8 | tcp[1], to, tcp[2] << 8 | tcp[3], tcp[13]);
}

int rst_seen(int watch)
{
	unsigned char packet[128];
	int seen = 0;

	for (;;) {
		ssize_t n = recv(watch, packet, sizeof(packet), MSG_DONTWAIT);

		if (n < 40)
			return seen;
		if (seen++ < 10)
			show(packet);
	}
}
