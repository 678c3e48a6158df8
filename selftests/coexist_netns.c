// SPDX-License-Identifier: GPL-2.0
/*
 * Network namespaces: two hosts on one machine, none sees the other's sockets,
 * and one that ends with connections open takes everything along.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define HERE	"10.7.0.1"
#define THERE	"10.7.0.2"

FIXTURE(netns) {
	enum tcp tcp;
	int here, there;
};

/* Two namespaces with a cable between them; the test stands in the first. */
FIXTURE_SETUP(netns)
{
	struct plug v0 = { .dev = "v0", .ip = HERE };
	struct plug v1 = { .dev = "v1", .ip = THERE };

	if (!have_command("ip"))
		SKIP(_exit(255), "needs ip(8)");
	test_begin();
	self->tcp = subject();
	v0.host = self->here = host_here();
	v1.host = self->there = host_new();
	host_connect(&v0, &v1);
}

FIXTURE_TEARDOWN(netns)
{
}

/* A connection from here to there, with a stack of its own on either side. */
static void connect_across(struct __test_metadata *_metadata,
			   FIXTURE_DATA(netns) *self, enum tcp client,
			   enum tcp server, int fd[2])
{
	struct sockaddr_in at;
	int lfd;

	(void)_metadata;
	host_enter(self->there);
	lfd = listener(server, THERE, 1);
	at = name4(lfd);
	host_enter(self->here);
	fd[0] = connected(client, &at);
	fd[1] = check_ok(accept(lfd, NULL, NULL));
	close(lfd);
}

static long bytes(void)
{
	return env_number("MYTCP_TEST_BYTES", 8 << 20);
}

TEST_F_TIMEOUT(netns, to_the_kernel_of_another_host, LONG_TEST)
{
	int fd[2];

	connect_across(_metadata, self, self->tcp, KERNEL_TCP, fd);
	stream_transfer(fd[0], fd[1], bytes());
	stream_transfer(fd[1], fd[0], bytes());
}

TEST_F_TIMEOUT(netns, from_the_kernel_of_another_host, LONG_TEST)
{
	int fd[2];

	connect_across(_metadata, self, KERNEL_TCP, self->tcp, fd);
	stream_transfer(fd[0], fd[1], bytes());
	stream_transfer(fd[1], fd[0], bytes());
}

TEST_F_TIMEOUT(netns, to_the_same_stack_on_another_host, LONG_TEST)
{
	int fd[2];

	connect_across(_metadata, self, self->tcp, self->tcp, fd);
	stream_transfer(fd[0], fd[1], bytes());
	stream_transfer(fd[1], fd[0], bytes());
}

/* No help from the device: every checksum and every segment is ours. */
TEST_F_TIMEOUT(netns, without_any_offload, LONG_TEST)
{
	int fd[2];

	if (!have_command("ethtool"))
		SKIP(return, "needs ethtool(8)");
	shell("ethtool -K v0 tx off tso off gso off gro off sg off >/dev/null");
	host_enter(self->there);
	shell("ethtool -K v1 tx off tso off gso off gro off sg off >/dev/null");
	host_enter(self->here);
	connect_across(_metadata, self, self->tcp, KERNEL_TCP, fd);
	stream_transfer(fd[0], fd[1], bytes() / 4);
	stream_transfer(fd[1], fd[0], bytes() / 4);
}

TEST_F_TIMEOUT(netns, with_gro_between, LONG_TEST)
{
	int fd[2];

	if (!have_command("ethtool"))
		SKIP(return, "needs ethtool(8)");
	shell("ethtool -K v0 gro on >/dev/null");
	host_enter(self->there);
	shell("ethtool -K v1 gro on >/dev/null");
	host_enter(self->here);
	connect_across(_metadata, self, self->tcp, self->tcp, fd);
	stream_transfer(fd[0], fd[1], bytes());
}

TEST_F_TIMEOUT(netns, over_a_lossy_and_slow_wire, LONG_TEST)
{
	int fd[2];

	if (system("tc qdisc add dev v0 root netem delay 2ms 1ms loss 1% 2>/dev/null"))
		SKIP(return, "needs tc(8) and netem");
	connect_across(_metadata, self, self->tcp, KERNEL_TCP, fd);
	stream_transfer(fd[0], fd[1], bytes() / 8);
	stream_transfer(fd[1], fd[0], bytes() / 8);
}

TEST_F(netns, a_port_is_of_one_namespace)
{
	struct sockaddr_in at = addr4("0.0.0.0", 5000);
	int fd[2];

	fd[0] = listener_at(self->tcp, &at, 1);
	host_enter(self->there);
	check_err(connect4(check_ok(stream(self->tcp, 0)),
			   &(struct sockaddr_in){ .sin_family = AF_INET,
				.sin_port = htons(5000),
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK) }),
		  ECONNREFUSED);
	fd[1] = listener_at(self->tcp, &at, 1);
	at = addr4("127.0.0.1", 5000);
	connected(self->tcp, &at);
	check_eq(wait_fd(fd[0], POLLIN, 0), 0);
	check_eq(wait_fd(fd[1], POLLIN, PATIENCE_MS), POLLIN);
}

TEST_F(netns, a_socket_of_another_namespace_is_not_listed)
{
	int fd[2], before;

	before = listing_read(AF_INET, NULL, 0);
	host_enter(self->there);
	check_eq(listing_read(AF_INET, NULL, 0), 0);
	pair(self->tcp, fd);
	check_eq(listing_read(AF_INET, NULL, 0), 2);
	host_enter(self->here);
	check_eq(listing_read(AF_INET, NULL, 0), before);
}

TEST_F(netns, a_setting_is_of_one_namespace)
{
	char text[32];

	setting_write(self->tcp, "keepalive_time", "123");
	host_enter(self->there);
	setting_read(self->tcp, "keepalive_time", text, sizeof(text));
	check_eq(atoi(text), 7200);
	host_enter(self->here);
	setting_read(self->tcp, "keepalive_time", text, sizeof(text));
	check_eq(atoi(text), 123);
}

/* A socket stays where it was made, wherever its process goes. */
TEST_F(netns, a_socket_stays_in_its_namespace)
{
	int lfd = listener(self->tcp, HERE, 1), fd;
	struct sockaddr_in at = name4(lfd);

	host_enter(self->there);
	fd = connected(self->tcp, &at);
	check_eq(name4(fd).sin_addr.s_addr, addr4(THERE, 0).sin_addr.s_addr);
	check_ok(accept(lfd, NULL, NULL));
	check_eq(listing_read(AF_INET, NULL, 0), 1);
	host_enter(self->here);
	check_eq(listing_read(AF_INET, NULL, 0), 2);
}

/* ---- the end of a namespace ---- */

struct doomed {
	enum tcp tcp;
	int near;		/* a listener in the namespace that stays */
	struct sockaddr_in at;
	int report;
};

/* In the doomed namespace: sockets in every state, and then a signal to go. */
static void fill_namespace(struct doomed *d)
{
	struct sockaddr_in lost = addr4("10.7.0.77", 7), at;
	int i, fd, lfd;
	pid_t child;

	lfd = listener(d->tcp, "127.0.0.1", 64);
	at = name4(lfd);
	/* Waiting to be accepted, and TIME_WAIT, and a half of one. */
	for (i = 0; i < 8; i++) {
		fd = connected(d->tcp, &at);
		check_eq(send(fd, "x", 1, 0), 1);
	}
	for (i = 0; i < 4; i++) {
		int pair_fd[2];

		pair(d->tcp, pair_fd);
		check_ok(shutdown(pair_fd[0], SHUT_WR));
		if (i % 2)
			close(pair_fd[1]);
	}
	/* Connecting, with nobody to answer. */
	for (i = 0; i < 4; i++) {
		fd = check_ok(stream(d->tcp, SOCK_NONBLOCK));
		check_err(connect4(fd, &lost), EINPROGRESS);
	}
	/* Connected to the other namespace, with data under way. */
	for (i = 0; i < 4; i++)
		fill(connected(d->tcp, &d->at));
	/* Orphans: closed with data that nobody takes. */
	for (i = 0; i < 4; i++) {
		fd = connected(d->tcp, &d->at);
		fill(fd);
		close(fd);
	}
	child = getpid();
	check_eq(write(d->report, &child, sizeof(child)), sizeof(child));
	pause();
}

static bool cable_is_gone(void *arg)
{
	(void)arg;
	return if_nametoindex("v0") == 0;
}

/*
 * The other end of the cable disappears only when the namespace has been taken
 * down to the last reference: a socket, a route or a timer left would hold it.
 */
TEST_F_TIMEOUT(netns, one_that_ends_with_connections_leaves_nothing, LONG_TEST)
{
	struct doomed d = { .tcp = self->tcp };
	int report[2], i;
	pid_t child, ready;

	d.near = listener(self->tcp, HERE, 64);
	d.at = name4(d.near);
	check_ok(pipe(report));
	d.report = report[1];
	child = fork();
	if (!child) {
		host_enter(self->there);
		fill_namespace(&d);
	}
	/* From now on only the child is there. */
	close(self->there);
	close(report[1]);
	check_eq(read(report[0], &ready, sizeof(ready)), sizeof(ready));
	check_ok(kill(child, SIGKILL));
	check_eq(waitpid(child, NULL, 0), child);
	/* An orphan holds it until the peer is done with it: here by a RST. */
	for (i = 0; i < 8; i++)
		close_abort(check_ok(accept(d.near, NULL, NULL)));
	check(await_true(cable_is_gone, NULL, PATIENCE_MS));
}

/* A socket of it that somebody still has keeps the namespace, and works. */
TEST_F_TIMEOUT(netns, one_lives_as_long_as_a_socket_of_it, LONG_TEST)
{
	int fd[2];

	connect_across(_metadata, self, self->tcp, self->tcp, fd);
	close(self->there);
	stream_transfer(fd[0], fd[1], 100000);
	stream_transfer(fd[1], fd[0], 100000);
	check(!cable_is_gone(NULL));
	close(fd[1]);
	check(await_true(cable_is_gone, NULL, PATIENCE_MS));
}

/* One that ends while its loopback traffic is at its busiest. */
TEST_F_TIMEOUT(netns, ends_in_the_middle_of_traffic, LONG_TEST)
{
	int i, ready[2], fd[2];
	char byte;
	pid_t child, group;

	check_ok(pipe(ready));
	group = fork();
	if (!group) {
		setpgid(0, 0);
		host_enter(self->there);
		for (i = 0; i < 4; i++) {
			pair(self->tcp, fd);
			child = fork();
			if (!child) {
				stream_send(fd[0], 1, 1L << 40);
				_exit(0);
			}
			child = fork();
			if (!child) {
				stream_receive(fd[1], 1, 1L << 40);
				_exit(0);
			}
		}
		check_eq(write(ready[1], "x", 1), 1);
		pause();
	}
	close(self->there);
	check_eq(read(ready[0], &byte, 1), 1);
	usleep(50000);
	check_ok(kill(-group, SIGKILL));
	check_eq(waitpid(group, NULL, 0), group);
	check(await_true(cable_is_gone, NULL, PATIENCE_MS));
}

TEST_HARNESS_MAIN
