// SPDX-License-Identifier: GPL-2.0
/*
 * Users inside of the kernel: samples/echo has a server and a client, on sockets of
 * sock_create_kern() and with callbacks of their own.
 */
#include "lib/test.h"

#include <arpa/inet.h>
#include <sys/wait.h>

#include "lib/sample.h"
#include "lib/sockets.h"
#include "lib/sockstat.h"

#define MODULE		"mytcp_echo"
#define PORT		7000
#define STREAM		300000

FIXTURE(kernel_user) { int family; };
FIXTURE_VARIANT(kernel_user) { int family; };
FIXTURE_VARIANT_ADD(kernel_user, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(kernel_user, ipv6) { .family = AF_INET6 };

static bool load(int port)
{
	char parameters[32];

	snprintf(parameters, sizeof(parameters), "port=%d", port);
	return sample_load("echo/" MODULE ".ko", parameters);
}

FIXTURE_SETUP(kernel_user)
{
	test_begin_turn(variant->family);
	self->family = variant->family;
	module_unload(MODULE);		/* what a test that failed has left */
	if (!load(PORT))
		SKIP(_exit(255), MODULE ".ko is not there");
}

FIXTURE_TEARDOWN(kernel_user)
{
	module_unload_at_last(MODULE);
}

static socklen_t loopback(int family, int port, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in4 = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	in4->sin_port = htons(port);		/* in6 has it at the same place */
	if (family == AF_INET6)
		in6->sin6_addr = in6addr_loopback;
	else
		in4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return family == AF_INET6 ? sizeof(*in6) : sizeof(*in4);
}

static int visit(int fd, int family, int port)
{
	struct sockaddr_storage to;
	socklen_t len = loopback(family, port, &to);

	return connect(fd, (struct sockaddr *)&to, len);
}

static int visitor(int family)
{
	int fd = stack_socket(family);

	check_ok(visit(fd, family, PORT));
	return fd;
}

/* Sends a stream and gets it back; both at once, for the echo holds little. */
static void converse(int fd)
{
	pid_t sends = fork();

	if (!sends) {
		check(stream_send(fd, fd, STREAM));
		check_ok(shutdown(fd, SHUT_WR));
		_exit(0);
	}
	check(stream_receive(fd, fd, STREAM));
	check_eq(recv(fd, &(char){ 0 }, 1, 0), 0);
	joined(sends);
	close(fd);
}

static bool nobody_there(void *unused)
{
	(void)unused;
	return !module_number(MODULE, "connections");
}

static void await_nobody(void)
{
	check(await_true(nobody_there, NULL, PATIENCE_MS));
}

TEST_F_TIMEOUT(kernel_user, its_server_echoes_to_a_program, LONG_TEST)
{
	converse(visitor(self->family));
	await_nobody();
	check_eq(module_number(MODULE, "served"), STREAM);
}

TEST_F_TIMEOUT(kernel_user, its_server_echoes_over_the_other_tcp, LONG_TEST)
{
	int fd = other_socket(self->family);

	check_ok(visit(fd, self->family, PORT));
	converse(fd);
	await_nobody();
}

TEST_F_TIMEOUT(kernel_user, its_server_has_many_visitors_at_once, LONG_TEST)
{
	enum { N = 20 };
	int fd[N], i;

	for (i = 0; i < N; i++)
		fd[i] = visitor(self->family);
	for (i = 0; i < N; i++)
		converse(fd[i]);
	await_nobody();
	check_eq(module_number(MODULE, "served"), N * STREAM);
}

/* Who does not read stops the server's writing, until he does. */
TEST_F_TIMEOUT(kernel_user, its_server_goes_on_when_there_is_room, LONG_TEST)
{
	static char block[65536];
	int fd = visitor(self->family);
	ssize_t sent, got = 0;

	set_nonblock(fd, true);
	sent = 0;
	while (wait_fd(fd, POLLOUT, GLIMPSE_MS))
		sent += fill(fd);
	check_lt(module_number(MODULE, "served"), sent);
	set_nonblock(fd, false);
	while (got < sent)
		got += check_ok(recv(fd, block, sizeof(block), 0));
	check_eq(got, sent);
	check_ok(shutdown(fd, SHUT_WR));
	check_eq(recv(fd, block, 1, 0), 0);
	close(fd);
	await_nobody();
}

TEST_F(kernel_user, its_server_sees_a_reset)
{
	int fd = visitor(self->family);

	put(fd, "x", 0);
	check_eq(recv(fd, &(char){ 0 }, 1, 0), 1);
	close_abort(fd);
	await_nobody();
}

/* ---- the client ---- */

static int call(FIXTURE_DATA(kernel_user) *self, int port, unsigned int len,
		const char *how)
{
	char text[64];

	snprintf(text, sizeof(text), "%d %d %u %s", self->family == AF_INET6 ? 6 : 4,
		 port, len, how);
	return module_write(MODULE, "call", text);
}

TEST_F_TIMEOUT(kernel_user, its_client_calls_its_server, LONG_TEST)
{
	check_gt(call(self, PORT, STREAM, ""), 0);
	check_gt(call(self, PORT, STREAM, "blocking"), 0);
	await_nobody();
	check_eq(module_number(MODULE, "served"), 2 * STREAM);
}

struct program {
	int listener;
	bool spoils;
};

/* Echoes to one who calls, or nearly so. */
static void echo_once(void *arg)
{
	struct program *p = arg;
	int fd = check_ok(accept(p->listener, NULL, NULL));
	static char block[20000];
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), 0)) > 0) {
		block[n / 2] ^= p->spoils;
		check_eq(send(fd, block, n, MSG_NOSIGNAL), n);
	}
	close(fd);
}

static pid_t echo_program(int listener, int family, bool spoils)
{
	struct program p = { .listener = listener, .spoils = spoils };
	struct sockaddr_storage at;
	socklen_t len = loopback(family, PORT + 1, &at);

	check_ok(bind(p.listener, (struct sockaddr *)&at, len));
	check_ok(listen(p.listener, 1));
	return spawned(echo_once, &p);
}

TEST_F_TIMEOUT(kernel_user, its_client_calls_a_program, LONG_TEST)
{
	pid_t child = echo_program(stack_socket(self->family), self->family, false);

	check_gt(call(self, PORT + 1, STREAM, ""), 0);
	joined(child);
}

TEST_F_TIMEOUT(kernel_user, its_client_calls_over_the_other_tcp, LONG_TEST)
{
	pid_t child = echo_program(other_socket(self->family), self->family, false);

	check_gt(call(self, PORT + 1, STREAM, "blocking"), 0);
	joined(child);
}

/* That it does compare. */
TEST_F_TIMEOUT(kernel_user, its_client_finds_a_wrong_octet, LONG_TEST)
{
	pid_t child = echo_program(stack_socket(self->family), self->family, true);

	check_err(call(self, PORT + 1, STREAM, ""), EILSEQ);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

TEST_F(kernel_user, its_client_is_refused)
{
	check_err(call(self, NOBODY_PORT, 1, ""), ECONNREFUSED);
	check_err(call(self, NOBODY_PORT, 1, "blocking"), ECONNREFUSED);
}

/* ---- the end ---- */

TEST_F(kernel_user, holds_the_module)
{
	check_err(module_unload("mytcp"), EWOULDBLOCK);
}

/* Its visitors are told, be they accepted or not, and it can begin again. */
TEST_F(kernel_user, may_end_at_any_time)
{
	int fd[3], i;

	for (i = 0; i < 3; i++)
		fd[i] = visitor(self->family);
	put(fd[0], "x", 0);
	check_eq(recv(fd[0], &(char){ 0 }, 1, 0), 1);
	check_ok(module_unload(MODULE));
	for (i = 0; i < 3; i++) {
		ssize_t n;

		check(wait_fd(fd[i], POLLIN, PATIENCE_MS) & POLLIN);
		n = recv(fd[i], &(char){ 0 }, 1, 0);
		check(!n || (n < 0 && errno == ECONNRESET));
	}
	check_err(visit(stack_socket(self->family), self->family, PORT), ECONNREFUSED);
	check(load(PORT));
	converse(visitor(self->family));
}

/*
 * A socket of the kernel does not hold its namespace. The peer, who is this test, does
 * not acknowledge the server's FIN, and then the namespace goes.
 */
static void leave_an_orphan(void *arg)
{
	const struct got *got;
	struct wire w[1];

	netns_enter();
	wire_open(w, .family = *(int *)arg, .local_port = PORT);
	check(load(PORT));
	inject(w, SYN, .opts = { MSS(1000) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	inject(w, FIN | ACK);
	do {
		got = receive(w, PATIENCE_MS);
		check(got);
	} while (!(got->s.flags & FIN));
	await_nobody();
	check_ok(module_unload(MODULE));
	check_ge(sockstat("orphan"), 1);
}

/* Those of other tests, whose sockets hold their namespaces, may last for minutes. */
static bool orphans_are_others(void *others)
{
	return sockstat("orphan") <= *(long *)others;
}

TEST_F(kernel_user, its_orphan_goes_with_its_namespace)
{
	long others;

	check_ok(module_unload(MODULE));
	others = sockstat("orphan");
	joined(spawned(leave_an_orphan, &self->family));
	/* long before it would have given up */
	check(await_true(orphans_are_others, &others, PATIENCE_MS));
	check(load(0));
}

TEST_HARNESS_MAIN
