// SPDX-License-Identifier: GPL-2.0
/*
 * Both stacks busy on the same addresses at the same time: all bytes arrive,
 * and a capture sees not one RST. MYTCP_TEST_CONNECTIONS (1000) sets how many
 * connections each pair of stacks makes.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/watch.h"

FIXTURE(traffic) {
	enum tcp tcp;
	int watch;
};

FIXTURE_SETUP(traffic)
{
	test_begin();
	self->tcp = subject();
	self->watch = rst_watch();
}

FIXTURE_TEARDOWN(traffic)
{
}

/* Sends back all it gets; both ends close when the client has. */
static void serve(int lfd, long connections)
{
	static char block[65536];

	while (connections--) {
		int fd = check_ok(accept(lfd, NULL, NULL));
		ssize_t n;

		while ((n = check_ok(recv(fd, block, sizeof(block), 0))))
			check_eq(send(fd, block, n, 0), n);
		close(fd);
	}
}

static void call(enum tcp tcp, const struct sockaddr_in *to, long connections,
		 unsigned int seed)
{
	unsigned char block[4000];
	long i;

	for (i = 0; i < connections; i++) {
		int len = 1 + rand_r(&seed) % sizeof(block);
		int fd = connected(tcp, to);

		stream_fill(i, 0, block, len);
		check_eq(send(fd, block, len, 0), len);
		memset(block, 0, sizeof(block));
		check_eq(recv(fd, block, len, MSG_WAITALL), len);
		check_eq(stream_check(i, 0, block, len), -1);
		check(close_gently(fd));
	}
}

struct load {
	enum tcp client, server;
	pid_t pid[2];
};

static void load_start(struct load *l, const char *ip, long connections)
{
	int lfd = listener(l->server, ip, 128);
	struct sockaddr_in at = name4(lfd);

	l->pid[0] = check_ok(fork());
	if (!l->pid[0]) {
		serve(lfd, connections);
		_exit(0);
	}
	close(lfd);
	l->pid[1] = check_ok(fork());
	if (!l->pid[1]) {
		call(l->client, &at, connections, at.sin_port);
		_exit(0);
	}
}

static void load_end(struct load *l)
{
	joined(l->pid[1]);
	joined(l->pid[0]);
}

static long connections(void)
{
	return env_number("MYTCP_TEST_CONNECTIONS", 1000);
}

/* All four pairs of client and server, on one address. */
TEST_F_TIMEOUT(traffic, all_pairs_at_once_without_a_reset, 2 * LONG_TEST)
{
	struct load l[4] = {
		{ .client = KERNEL_TCP, .server = KERNEL_TCP },
		{ .client = KERNEL_TCP, .server = self->tcp },
		{ .client = self->tcp, .server = KERNEL_TCP },
		{ .client = self->tcp, .server = self->tcp },
	};
	int i;

	for (i = 0; i < 4; i++)
		load_start(&l[i], "127.0.0.1", connections());
	for (i = 0; i < 4; i++)
		load_end(&l[i]);
	check_eq(rst_seen(self->watch), 0);
}

/* The kernel's TCP listens on one address of the port, MyTCP on another. */
TEST_F_TIMEOUT(traffic, one_port_on_two_addresses_is_two_servers, LONG_TEST)
{
	struct sockaddr_in ours = addr4("127.0.0.1", 5000);
	struct sockaddr_in theirs = addr4("127.0.0.2", 5000);
	long n = 50;
	int mine = listener_at(self->tcp, &ours, 16);
	int kernels = listener_at(KERNEL_TCP, &theirs, 16);
	pid_t child[2];
	int i;

	for (i = 0; i < 2; i++) {
		child[i] = check_ok(fork());
		if (!child[i]) {
			serve(i ? mine : kernels, 2 * n);
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++) {
		call(self->tcp, i ? &ours : &theirs, n, i);
		call(KERNEL_TCP, i ? &ours : &theirs, n, i);
	}
	for (i = 0; i < 2; i++)
		joined(child[i]);
	check_eq(rst_seen(self->watch), 0);
}

/*
 * connect() reserves nothing, so the kernel's TCP may come to listen on a port
 * from which MyTCP is connected. Each still gets what is its own.
 */
TEST_F_TIMEOUT(traffic, a_listener_on_a_port_connected_from, LONG_TEST)
{
	int lfd = listener(KERNEL_TCP, "127.0.0.1", 4), server, fd, afd;
	struct sockaddr_in to = name4(lfd), at;
	pid_t child;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "needs both stacks");
	fd = connected(MYTCP, &to);
	afd = check_ok(accept(lfd, NULL, NULL));
	at = name4(fd);
	server = listener_at(KERNEL_TCP, &at, 16);
	child = check_ok(fork());
	if (!child) {
		serve(server, 20);
		_exit(0);
	}
	call(KERNEL_TCP, &at, 20, 1);
	joined(child);
	/* The connection is as it was. */
	child = check_ok(fork());
	if (!child) {
		check(stream_send(fd, 1, 100000));
		_exit(0);
	}
	check(stream_receive(afd, 1, 100000));
	joined(child);
	check_eq(rst_seen(self->watch), 0);
}

/* What each stack says to a port at which nobody listens. */
TEST_F(traffic, a_closed_port_refuses_either)
{
	struct sockaddr_in at = addr4("127.0.0.1", NOBODY_PORT);

	check_err(connect4(check_ok(stream(KERNEL_TCP, 0)), &at), ECONNREFUSED);
	check_err(connect4(check_ok(stream(self->tcp, 0)), &at), ECONNREFUSED);
	/* One RST each, seen on its way out and on its way in. */
	check_eq(rst_seen(self->watch), 4);
}

/* A refusal at one stack's closed port, while the other has all its ports. */
TEST_F(traffic, a_listener_closed_refuses_either)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4);
	struct sockaddr_in at = name4(lfd);
	int fd = connected(KERNEL_TCP, &at);

	check_ok(accept(lfd, NULL, NULL));
	close(lfd);
	/* There is a connection on the port, and still no listener. */
	check_err(connect4(check_ok(stream(KERNEL_TCP, 0)), &at), ECONNREFUSED);
	check_err(connect4(check_ok(stream(self->tcp, 0)), &at), ECONNREFUSED);
	check_eq(fd_state(fd), ESTABLISHED);
	check_eq(rst_seen(self->watch), 4);
}

/* Long transfers beside each other, each in both directions. */
TEST_F_TIMEOUT(traffic, long_transfers_of_both_at_once, LONG_TEST)
{
	long len = env_number("MYTCP_TEST_BYTES", 8 << 20);
	enum tcp side[4][2] = {
		{ KERNEL_TCP, KERNEL_TCP }, { KERNEL_TCP, self->tcp },
		{ self->tcp, KERNEL_TCP }, { self->tcp, self->tcp },
	};
	pid_t child[4][2];
	int i;

	for (i = 0; i < 4; i++) {
		int fd[2];

		pair_between(side[i][0], side[i][1], fd);
		child[i][0] = check_ok(fork());
		if (!child[i][0]) {
			check(stream_send(fd[0], i, len));
			_exit(0);
		}
		child[i][1] = check_ok(fork());
		if (!child[i][1]) {
			check(stream_receive(fd[1], i, len));
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++) {
		joined(child[i][0]);
		joined(child[i][1]);
	}
	check_eq(rst_seen(self->watch), 0);
}

TEST_HARNESS_MAIN
