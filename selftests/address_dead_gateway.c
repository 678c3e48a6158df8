// SPDX-License-Identifier: GPL-2.0
/*
 * A gateway dies, and there is another one: RFC 9293 3.8.3. IP keeps the way that
 * a connection has until TCP tells it, after R1 retransmissions, that it may be
 * a dead one (RFC 1122 3.3.1.4).
 */
#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define CLIENT	"10.8.0.1"
#define SERVER	"10.9.0.1"

/* Two cables between two hosts, whose addresses lie behind the cables. */
FIXTURE(gateway) {
	int here, there;
	int fd[2];
};

static void cable(int here, int there, int n)
{
	char dev[2][8], ip[2][16];
	struct plug a = { .host = here, .dev = dev[0], .ip = ip[0] };
	struct plug b = { .host = there, .dev = dev[1], .ip = ip[1] };

	snprintf(dev[0], sizeof(dev[0]), "here%d", n);
	snprintf(dev[1], sizeof(dev[1]), "there%d", n);
	snprintf(ip[0], sizeof(ip[0]), "10.%d.0.1", n);
	snprintf(ip[1], sizeof(ip[1]), "10.%d.0.2", n);
	host_connect(&a, &b);
}

/* A neighbour that does not answer is given up within half a second. */
static void be_impatient(const char *dev)
{
	static const char *const values[][2] = {
		{ "base_reachable_time_ms", "50" },
		{ "delay_first_probe_time", "0" },
		{ "retrans_time_ms", "50" },
		{ "ucast_solicit", "1" },
		{ "mcast_solicit", "1" },
	};
	char path[80];
	unsigned int i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		snprintf(path, sizeof(path), "net/ipv4/neigh/%s/%s", dev,
			 values[i][0]);
		proc_sys_write(path, values[i][1]);
	}
}

FIXTURE_SETUP(gateway)
{
	struct sockaddr_in to = addr4(SERVER, 7777), from = addr4(CLIENT, 0);
	int lfd;

	if (!have_command("ip"))
		SKIP(_exit(255), "needs ip(8)");
	test_begin();
	self->here = host_here();
	self->there = host_new();
	cable(self->here, self->there, 1);
	cable(self->here, self->there, 2);
	be_impatient("here1");
	netif_addr("lo", CLIENT, 32);
	shell("ip route add default via 10.1.0.2");

	host_enter(self->there);
	netif_addr("lo", SERVER, 32);
	shell("ip route add " CLIENT " via 10.1.0.1");
	lfd = listener_at(KERNEL_TCP, &to, 1);

	host_enter(self->here);
	self->fd[0] = check_ok(stream(subject(), 0));
	check_ok(bind4(self->fd[0], &from));
	check_ok(connect4(self->fd[0], &to));
	self->fd[1] = check_ok(accept(lfd, NULL, NULL));
	close(lfd);
}

FIXTURE_TEARDOWN(gateway)
{
}

/* The first gateway is there no more, and nothing says so. */
static void gateway_dies(FIXTURE_DATA(gateway) *self)
{
	host_enter(self->there);
	shell("ip link set there1 arp off");
	shell("ip link set there1 address 02:00:00:00:00:99");
	/* The way back is not the matter here. */
	shell("ip route replace " CLIENT " via 10.2.0.1");
	host_enter(self->here);
}

static void exchange(FIXTURE_DATA(gateway) *self)
{
	char c;

	put(self->fd[0], "x", 0);
	check(wait_fd(self->fd[1], POLLIN, PATIENCE_MS) & POLLIN);
	check_eq(recv(self->fd[1], &c, 1, 0), 1);
	put(self->fd[1], "y", 0);
	check(wait_fd(self->fd[0], POLLIN, PATIENCE_MS) & POLLIN);
	check_eq(recv(self->fd[0], &c, 1, 0), 1);
}

/* MUST-20, SHLD-10: three retransmissions, and the next goes another way. */
TEST_F_TIMEOUT(gateway, other_one_is_taken_after_r1, 120)
{
	check_eq(sysctl_get("retries1"), 3);
	exchange(self);
	shell("ip route append default via 10.2.0.2");
	exchange(self);
	check_eq(tcp_info(self->fd[0]).tcpi_total_retrans, 0);
	gateway_dies(self);
	exchange(self);
	test_note("after %u retransmissions",
		  tcp_info(self->fd[0]).tcpi_total_retrans);
	check_ge(tcp_info(self->fd[0]).tcpi_total_retrans, 4);
	/* The new way is kept. */
	exchange(self);
	check_eq(tcp_info(self->fd[0]).tcpi_retransmits, 0);
	check_eq(fd_state(self->fd[0]), ESTABLISHED);
}

TEST_HARNESS_MAIN
