// SPDX-License-Identifier: GPL-2.0
/*
 * The host's firewall and NAT apply to MyTCP as they do to the kernel's TCP:
 * what nftables drops is dropped, what it translates is translated, and
 * connection tracking knows the state.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

FIXTURE(filter) {
	enum tcp tcp;
	int lfd;
	struct sockaddr_in at;
};

FIXTURE_SETUP(filter)
{
	if (!have_command("nft"))
		SKIP(_exit(255), "needs nft(8)");
	test_begin();
	self->tcp = subject();
	self->lfd = listener(self->tcp, "127.0.0.1", 8);
	self->at = name4(self->lfd);
	shell("nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; "
	      "add chain ip t out { type filter hook output priority 0; }'");
}

FIXTURE_TEARDOWN(filter)
{
}

static int attempt(enum tcp tcp, const struct sockaddr_in *to)
{
	int fd = check_ok(stream(tcp, SOCK_NONBLOCK));

	check_err(connect4(fd, to), EINPROGRESS);
	return fd;
}

TEST_F(filter, a_dropped_syn_never_arrives)
{
	int fd;

	shell("nft add rule ip t in tcp dport %d drop", ntohs(self->at.sin_port));
	fd = attempt(self->tcp, &self->at);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	check_eq(wait_fd(self->lfd, POLLIN, 0), 0);
	close(fd);
	shell("nft flush chain ip t in");
	fd = attempt(self->tcp, &self->at);
	check_eq(wait_fd(fd, POLLOUT, PATIENCE_MS), POLLOUT);
}

/* The same against clients of the kernel's TCP: it is the host that filters. */
TEST_F(filter, a_dropped_syn_of_the_kernel_never_arrives)
{
	int fd;

	shell("nft add rule ip t in tcp dport %d drop", ntohs(self->at.sin_port));
	fd = attempt(KERNEL_TCP, &self->at);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	check_eq(wait_fd(self->lfd, POLLIN, 0), 0);
}

TEST_F(filter, a_dropped_answer_never_arrives)
{
	int fd;

	shell("nft add rule ip t in tcp sport %d drop", ntohs(self->at.sin_port));
	fd = attempt(self->tcp, &self->at);
	check_eq(wait_fd(fd, POLLOUT, GLIMPSE_MS), 0);
	check_eq(fd_state(fd), SYN_SENT);
}

TEST_F(filter, what_leaves_is_filtered_too)
{
	int fd;

	shell("nft add rule ip t out tcp dport %d drop",
	      ntohs(self->at.sin_port));
	fd = check_ok(stream(self->tcp, SOCK_NONBLOCK));
	/* The kernel tells who sends that it may not. */
	if (connect4(fd, &self->at) && errno != EINPROGRESS)
		check_eq(errno, EPERM);
	check_eq(wait_fd(self->lfd, POLLIN, GLIMPSE_MS), 0);
}

TEST_F(filter, a_rejection_refuses)
{
	int fd = check_ok(stream(self->tcp, 0));

	shell("nft add rule ip t in tcp dport %d tcp flags syn / syn,ack reject with tcp reset",
	      ntohs(self->at.sin_port));
	check_err(connect4(fd, &self->at), ECONNREFUSED);
	check_eq(wait_fd(self->lfd, POLLIN, 0), 0);
}

TEST_F(filter, a_connection_cut_off_stalls_and_goes_on)
{
	int fd = connected(self->tcp, &self->at);
	int afd = check_ok(accept(self->lfd, NULL, NULL));
	char byte = 0;

	shell("nft add rule ip t in tcp dport %d drop", ntohs(self->at.sin_port));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(wait_fd(afd, POLLIN, GLIMPSE_MS), 0);
	shell("nft flush chain ip t in");
	/* The retransmission gets through. */
	check_eq(wait_fd(afd, POLLIN, PATIENCE_MS), POLLIN);
	check_eq(recv(afd, &byte, 1, 0), 1);
}

/* The strictest of usual rule sets lets just this connection pass. */
TEST_F(filter, a_stateful_firewall_lets_it_pass)
{
	int port = ntohs(self->at.sin_port), fd, afd, watched;
	pid_t child;

	shell("nft 'add rule ip t in ct state invalid counter drop; "
	      "add rule ip t in ct state established accept; "
	      "add rule ip t in tcp dport %d ct state new accept; "
	      "add rule ip t in counter drop'", port);
	fd = connected(self->tcp, &self->at);
	afd = check_ok(accept(self->lfd, NULL, NULL));
	child = fork();
	if (!child) {
		check(stream_send(fd, 1, 1 << 20));
		_exit(0);
	}
	check(stream_receive(afd, 1, 1 << 20));
	joined(child);
	check_ok(shutdown(fd, SHUT_WR));
	expect_state(afd, CLOSE_WAIT);
	check_ok(shutdown(afd, SHUT_WR));
	expect_state(fd, CLOSE);
	/* Not a packet of it all was dropped. */
	watched = system("nft list chain ip t in | grep counter | grep -qv 'packets 0 '");
	check_ne(watched, 0);
}

/* ---- connection tracking ---- */

/* The state of the connection in the tracking table, "" if it is not there. */
static void tracked(int port, int peer, char *state, size_t size)
{
	char line[512], sport[16], dport[16];
	FILE *table = popen("conntrack -L -p tcp 2>/dev/null || cat /proc/net/nf_conntrack", "r");

	state[0] = '\0';
	snprintf(sport, sizeof(sport), "sport=%d ", port);
	snprintf(dport, sizeof(dport), "dport=%d ", peer);
	while (table && fgets(line, sizeof(line), table)) {
		char *word = strstr(line, sport);

		if (!word || !strstr(word, dport))
			continue;
		/* "tcp 6 431999 ESTABLISHED src=...": in capitals. */
		for (word = strtok(line, " "); word; word = strtok(NULL, " "))
			if (word[0] >= 'A' && word[0] <= 'Z')
				snprintf(state, size, "%s", word);
			else if (!strncmp(word, "src=", 4))
				break;
	}
	if (table)
		pclose(table);
}

struct expected_state {
	int port, peer;
	const char *state;
	char last[32];
};

static bool is_tracked_as(void *arg)
{
	struct expected_state *e = arg;

	tracked(e->port, e->peer, e->last, sizeof(e->last));
	return !strcmp(e->last, e->state);
}

static void expect_tracked(int port, int peer, const char *state)
{
	struct expected_state e = { port, peer, state, "" };

	if (!await_true(is_tracked_as, &e, 3000))
		test_fail("tracked as \"%s\", expected \"%s\"", e.last, state);
}

TEST_F(filter, conntrack_follows_the_states)
{
	int peer = ntohs(self->at.sin_port), port, fd, afd;

	shell("nft add rule ip t in ct state established accept");
	if (!have_command("conntrack") && access("/proc/net/nf_conntrack", R_OK))
		SKIP(return, "the tracking table cannot be read");
	fd = connected(self->tcp, &self->at);
	port = port_of(fd);
	afd = check_ok(accept(self->lfd, NULL, NULL));
	expect_tracked(port, peer, "ESTABLISHED");
	check_ok(shutdown(fd, SHUT_WR));
	expect_tracked(port, peer, "CLOSE_WAIT");
	check_ok(shutdown(afd, SHUT_WR));
	expect_tracked(port, peer, "TIME_WAIT");
}

TEST_F(filter, conntrack_sees_a_reset_as_the_end)
{
	int peer = ntohs(self->at.sin_port), port, fd;

	shell("nft add rule ip t in ct state established accept");
	if (!have_command("conntrack") && access("/proc/net/nf_conntrack", R_OK))
		SKIP(return, "the tracking table cannot be read");
	fd = connected(self->tcp, &self->at);
	port = port_of(fd);
	check_ok(accept(self->lfd, NULL, NULL));
	expect_tracked(port, peer, "ESTABLISHED");
	close_abort(fd);
	expect_tracked(port, peer, "CLOSE");
}

/* ---- translation ---- */

static void expect_service(enum tcp tcp, int lfd, const struct sockaddr_in *at)
{
	int fd = connected(tcp, at);
	int afd = check_ok(accept(lfd, NULL, NULL));
	pid_t child = fork();

	if (!child) {
		check(stream_send(fd, 1, 200000));
		_exit(0);
	}
	check(stream_receive(afd, 1, 200000));
	joined(child);
	check_eq(send(afd, "k", 1, 0), 1);
	check_eq(wait_fd(fd, POLLIN, PATIENCE_MS), POLLIN);
	/* Who connects knows nothing of the translation. */
	check_eq(peer4(fd).sin_port, at->sin_port);
	check_eq(peer4(fd).sin_addr.s_addr, at->sin_addr.s_addr);
	close(fd);
	close(afd);
}

TEST_F(filter, a_port_is_redirected)
{
	struct sockaddr_in at = addr4("127.0.0.1", 80);

	shell("nft 'add chain ip t nat { type nat hook output priority -100; }; "
	      "add rule ip t nat tcp dport 80 redirect to :%d'",
	      ntohs(self->at.sin_port));
	expect_service(self->tcp, self->lfd, &at);
	expect_service(KERNEL_TCP, self->lfd, &at);
}

TEST_F(filter, an_address_is_translated)
{
	struct sockaddr_in at = addr4("127.0.0.5", 80);

	shell("nft 'add chain ip t nat { type nat hook output priority -100; }; "
	      "add rule ip t nat ip daddr 127.0.0.5 tcp dport 80 dnat to 127.0.0.1:%d'",
	      ntohs(self->at.sin_port));
	expect_service(self->tcp, self->lfd, &at);
	expect_service(KERNEL_TCP, self->lfd, &at);
}

/* client --- router --- server, the router translates. */
FIXTURE(router) {
	enum tcp tcp;
	int client, router, server;
};

FIXTURE_SETUP(router)
{
	struct plug c = { .dev = "c", .ip = "10.1.0.2" };
	struct plug rc = { .dev = "rc", .ip = "10.1.0.1" };
	struct plug rs = { .dev = "rs", .ip = "10.2.0.1" };
	struct plug s = { .dev = "s", .ip = "10.2.0.2" };

	if (!have_command("nft") || !have_command("ip"))
		SKIP(_exit(255), "needs nft(8) and ip(8)");
	test_begin();
	self->tcp = subject();
	rc.host = rs.host = self->router = host_here();
	c.host = self->client = host_new();
	s.host = self->server = host_new();
	host_connect(&c, &rc);
	host_connect(&rs, &s);
	proc_sys_write("net/ipv4/ip_forward", "1");
	host_enter(self->client);
	shell("ip route add default via 10.1.0.1");
	host_enter(self->router);
}

FIXTURE_TEARDOWN(router)
{
}

/* The server has no way back to the client but by the router's address. */
TEST_F(router, masquerades_a_client)
{
	struct sockaddr_in at;
	int lfd, fd, afd;

	shell("nft 'add table ip t; add chain ip t nat { type nat hook postrouting priority 100; }; "
	      "add rule ip t nat oifname rs masquerade'");
	host_enter(self->server);
	lfd = listener(self->tcp, "10.2.0.2", 4);
	at = name4(lfd);
	host_enter(self->client);
	expect_service(self->tcp, lfd, &at);
	expect_service(KERNEL_TCP, lfd, &at);
	fd = connected(self->tcp, &at);
	afd = check_ok(accept(lfd, NULL, NULL));
	check_eq(peer4(afd).sin_addr.s_addr, addr4("10.2.0.1", 0).sin_addr.s_addr);
	check_eq(name4(fd).sin_addr.s_addr, addr4("10.1.0.2", 0).sin_addr.s_addr);
}

TEST_F(router, forwards_a_port_to_a_server)
{
	struct sockaddr_in at = addr4("10.1.0.1", 80);
	int lfd;

	host_enter(self->server);
	lfd = listener(self->tcp, "10.2.0.2", 4);
	shell("ip route add default via 10.2.0.1");
	host_enter(self->router);
	shell("nft 'add table ip t; add chain ip t nat { type nat hook prerouting priority -100; }; "
	      "add rule ip t nat tcp dport 80 dnat to 10.2.0.2:%d'",
	      port_of(lfd));
	host_enter(self->client);
	expect_service(self->tcp, lfd, &at);
	expect_service(KERNEL_TCP, lfd, &at);
}

/* The router runs the service itself, on another port than it shows. */
TEST_F(router, redirects_to_itself)
{
	int lfd = listener(self->tcp, "10.1.0.1", 4);
	struct sockaddr_in at = addr4("10.2.0.2", 80);

	shell("nft 'add table ip t; add chain ip t nat { type nat hook prerouting priority -100; }; "
	      "add rule ip t nat tcp dport 80 redirect to :%d'",
	      port_of(lfd));
	host_enter(self->client);
	expect_service(self->tcp, lfd, &at);
	expect_service(KERNEL_TCP, lfd, &at);
}

/* What is only forwarded is nobody's here, whatever ports MyTCP has. */
TEST_F(router, forwards_what_it_has_a_listener_for)
{
	struct sockaddr_in at = addr4("10.2.0.2", 5000);
	struct sockaddr_in any = addr4("0.0.0.0", 5000);
	int mine = listener_at(self->tcp, &any, 4), lfd;

	host_enter(self->server);
	shell("ip route add default via 10.2.0.1");
	lfd = listener_at(KERNEL_TCP, &at, 4);
	host_enter(self->client);
	expect_service(KERNEL_TCP, lfd, &at);
	check_eq(wait_fd(mine, POLLIN, 0), 0);
}

TEST_HARNESS_MAIN
