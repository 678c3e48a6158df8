// SPDX-License-Identifier: GPL-2.0
/* Sockets of IPv6, and of both families at once. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/mytcp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"

static int stream6(enum tcp tcp)
{
	if (tcp == MYTCP)
		return socket(AF_MYTCP, SOCK_STREAM, MYTCP_IPV6);
	return socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
}

static struct sockaddr_in6 addr6(const char *ip, int port)
{
	struct sockaddr_in6 addr = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};

	check_eq(inet_pton(AF_INET6, ip, &addr.sin6_addr), 1);
	return addr;
}

static int bind6(int fd, const struct sockaddr_in6 *at)
{
	return bind(fd, (const struct sockaddr *)at, sizeof(*at));
}

static int connect6(int fd, const struct sockaddr_in6 *to)
{
	return connect(fd, (const struct sockaddr *)to, sizeof(*to));
}

static struct sockaddr_in6 name6(int fd, bool peer)
{
	struct sockaddr_in6 addr = { 0 };
	socklen_t len = sizeof(addr);

	if (peer)
		check_ok(getpeername(fd, (struct sockaddr *)&addr, &len));
	else
		check_ok(getsockname(fd, (struct sockaddr *)&addr, &len));
	check_eq(len, sizeof(addr));
	check_eq(addr.sin6_family, AF_INET6);
	return addr;
}

static bool is_address(const struct sockaddr_in6 *addr, const char *ip)
{
	struct in6_addr want;

	check_eq(inet_pton(AF_INET6, ip, &want), 1);
	return !memcmp(&want, &addr->sin6_addr, sizeof(want));
}

static int listener6(enum tcp tcp, const char *ip)
{
	struct sockaddr_in6 at = addr6(ip, 0);
	int fd = check_ok(stream6(tcp));

	check_ok(bind6(fd, &at));
	check_ok(listen(fd, 8));
	return fd;
}

FIXTURE(ipv6) {
	enum tcp tcp;
};

FIXTURE_SETUP(ipv6)
{
	int fd;

	test_begin();
	self->tcp = subject();
	fd = stream6(self->tcp);
	if (fd < 0) {
		check_eq(errno, EPROTONOSUPPORT);
		SKIP(_exit(255), "no IPv6");
	}
	close(fd);
}

FIXTURE_TEARDOWN(ipv6)
{
}

TEST_F(ipv6, says_what_it_is)
{
	int fd = stream6(self->tcp);

	check_eq(get_opt(fd, SOL_SOCKET, SO_DOMAIN), AF_INET6);
	check_eq(get_opt(fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	check_eq(get_opt(fd, SOL_SOCKET, SO_PROTOCOL),
		 self->tcp == MYTCP ? MYTCP_SK_PROTOCOL : IPPROTO_TCP);
}

TEST_F(ipv6, second_door_makes_the_same_socket)
{
	int fd;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "the kernel's TCP has one door");
	fd = check_ok(socket(AF_INET6, SOCK_STREAM, IPPROTO_MYTCP));
	check_eq(get_opt(fd, SOL_SOCKET, SO_DOMAIN), AF_INET6);
	check_eq(get_opt(fd, SOL_SOCKET, SO_PROTOCOL), MYTCP_SK_PROTOCOL);
}

TEST_F(ipv6, connects_and_has_its_names)
{
	int lfd = listener6(self->tcp, "::1");
	struct sockaddr_in6 at = name6(lfd, false), a, b;
	int fd = check_ok(stream6(self->tcp)), afd;

	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	a = name6(fd, false);
	b = name6(afd, true);
	check(!memcmp(&a, &b, sizeof(a)));
	check(is_address(&a, "::1"));
	check_eq(get_opt(afd, SOL_SOCKET, SO_DOMAIN), AF_INET6);
}

TEST_F_TIMEOUT(ipv6, transfers_both_ways, LONG_TEST)
{
	long len = env_number("MYTCP_TEST_BYTES", 8 << 20);
	int lfd = listener6(self->tcp, "::1");
	struct sockaddr_in6 at = name6(lfd, false);
	int fd = check_ok(stream6(self->tcp)), afd;
	pid_t child[2];

	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	child[0] = fork();
	if (!child[0]) {
		check(stream_send(fd, 1, len));
		_exit(0);
	}
	child[1] = fork();
	if (!child[1]) {
		check(stream_send(afd, 2, len));
		_exit(0);
	}
	if (!fork()) {
		check(stream_receive(fd, 2, len));
		_exit(0);
	}
	check(stream_receive(afd, 1, len));
	joined(child[0]);
	joined(child[1]);
}

TEST_F(ipv6, talks_to_the_kernels_tcp)
{
	int lfd = listener6(KERNEL_TCP, "::1"), fd, afd;
	struct sockaddr_in6 at = name6(lfd, false);
	char byte;

	fd = check_ok(stream6(self->tcp));
	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	lfd = listener6(self->tcp, "::1");
	at = name6(lfd, false);
	fd = check_ok(stream6(KERNEL_TCP));
	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	check_eq(send(afd, "x", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
}

TEST_F(ipv6, the_wildcard_serves_both_families)
{
	int lfd = listener6(self->tcp, "::"), afd;
	struct sockaddr_in at = addr4("127.0.0.1",
				      ntohs(name6(lfd, false).sin6_port));
	struct sockaddr_in6 name;
	int fd = connected(self->tcp, &at);
	char byte;

	afd = check_ok(accept(lfd, NULL, NULL));
	name = name6(afd, true);
	check(is_address(&name, "::ffff:127.0.0.1"));
	check_eq(ntohs(name.sin6_port), port_of(fd));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	check_eq(send(afd, "y", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
}

TEST_F(ipv6, v6only_leaves_ipv4_alone)
{
	struct sockaddr_in6 any = addr6("::", 5000);
	struct sockaddr_in at = addr4("0.0.0.0", 5000);
	struct sockaddr_in lo = addr4("127.0.0.1", 5000);
	int fd = check_ok(stream6(self->tcp));

	set_opt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	check_ok(bind6(fd, &any));
	check_ok(listen(fd, 4));
	check_err(connect4(check_ok(stream(self->tcp, 0)), &lo), ECONNREFUSED);
	/* The port is free for the other family. */
	fd = listener_at(self->tcp, &at, 4);
	connected(self->tcp, &lo);
	check_ok(accept(fd, NULL, NULL));
}

TEST_F(ipv6, the_families_share_the_ports)
{
	struct sockaddr_in6 any = addr6("::", 5000);
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int fd = check_ok(stream6(self->tcp));

	check_ok(bind6(fd, &any));
	check_err(bind4(check_ok(stream(self->tcp, 0)), &at), EADDRINUSE);
	close(fd);
	fd = check_ok(stream(self->tcp, 0));
	check_ok(bind4(fd, &at));
	check_err(bind6(check_ok(stream6(self->tcp)), &any), EADDRINUSE);
}

TEST_F(ipv6, the_stacks_share_the_ports)
{
	struct sockaddr_in6 any = addr6("::", 5000), lo = addr6("::1", 5000);
	struct sockaddr_in at = addr4("127.0.0.1", 5000);
	int fd;

	if (self->tcp == KERNEL_TCP)
		SKIP(return, "needs both stacks");
	fd = check_ok(stream6(MYTCP));
	check_ok(bind6(fd, &any));
	check_err(bind6(check_ok(stream6(KERNEL_TCP)), &lo), EADDRINUSE);
	check_err(bind4(check_ok(stream(KERNEL_TCP, 0)), &at), EADDRINUSE);
	close(fd);
	fd = check_ok(stream6(KERNEL_TCP));
	check_ok(bind6(fd, &any));
	check_err(bind6(check_ok(stream6(MYTCP)), &lo), EADDRINUSE);
	check_err(bind4(check_ok(stream(MYTCP, 0)), &at), EADDRINUSE);
}

TEST_F(ipv6, a_mapped_address_connects_over_ipv4)
{
	int lfd = listener(self->tcp, "127.0.0.1", 4), afd;
	struct sockaddr_in6 to = addr6("::ffff:127.0.0.1", port_of(lfd)), name;
	int fd = check_ok(stream6(self->tcp));
	char byte;

	check_ok(connect6(fd, &to));
	afd = check_ok(accept(lfd, NULL, NULL));
	name = name6(fd, false);
	check(is_address(&name, "::ffff:127.0.0.1"));
	check_eq(send(fd, "x", 1, 0), 1);
	check_eq(recv(afd, &byte, 1, 0), 1);
	check_eq(send(afd, "y", 1, 0), 1);
	check_eq(recv(fd, &byte, 1, 0), 1);
}

/* ---- scopes ---- */

/* A link-local address of the loopback interface, and of nothing else. */
static struct sockaddr_in6 link_local(int port)
{
	struct sockaddr_in6 addr = addr6("fe80::77", port);

	shell("ip -6 address add fe80::77/64 dev lo nodad");
	addr.sin6_scope_id = if_nametoindex("lo");
	return addr;
}

/* The address means something with its interface only: every name has it. */
TEST_F(ipv6, scope_is_part_of_a_link_local_name)
{
	struct sockaddr_in6 at = link_local(0), name, from = { 0 };
	int lfd = check_ok(stream6(self->tcp)), fd = check_ok(stream6(self->tcp)), afd;
	int scope = at.sin6_scope_id;
	socklen_t len = sizeof(from);

	check_ok(bind6(lfd, &at));
	check_ok(listen(lfd, 8));
	at = name6(lfd, false);
	check_eq(at.sin6_scope_id, scope);
	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, (struct sockaddr *)&from, &len));
	check(is_address(&from, "fe80::77"));
	check_eq(from.sin6_scope_id, scope);
	name = name6(afd, true);
	check_eq(name.sin6_scope_id, scope);
	name = name6(afd, false);
	check_eq(name.sin6_scope_id, scope);
	name = name6(fd, true);
	check_eq(name.sin6_scope_id, scope);
	name = name6(fd, false);
	check_eq(name.sin6_scope_id, scope);
	put(fd, "x", 0);
	check_eq(wait_fd(afd, POLLIN, PATIENCE_MS), POLLIN);
}

/* A listener at the wildcard has none; what comes from a link-local address has. */
TEST_F(ipv6, scope_of_who_connects_is_told)
{
	struct sockaddr_in6 at = link_local(0), name;
	int lfd = listener6(self->tcp, "::"), fd = check_ok(stream6(self->tcp)), afd;

	name = name6(lfd, false);
	check_eq(name.sin6_scope_id, 0);
	at.sin6_port = name.sin6_port;
	check_ok(connect6(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	name = name6(afd, true);
	check(is_address(&name, "fe80::77"));
	check_eq(name.sin6_scope_id, at.sin6_scope_id);
}

/* The interface is said by the address or by the socket; bind() may change its mind. */
TEST_F(ipv6, scope_and_the_socket_s_interface_agree)
{
	struct sockaddr_in6 at = link_local(0);
	int fd = check_ok(stream6(self->tcp)), lo = at.sin6_scope_id;

	shell("ip link add other0 type dummy && ip link set other0 up");
	check_ok(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "other0", 7));
	at.sin6_port = htons(NOBODY_PORT);
	check_err(connect6(fd, &at), EINVAL);
	at.sin6_port = 0;
	check_ok(bind6(fd, &at));
	fd = check_ok(stream6(self->tcp));
	check_ok(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	at.sin6_scope_id = 0;
	check_ok(bind6(fd, &at));
	at = name6(fd, false);
	check_eq(at.sin6_scope_id, lo);
}

/* ---- mistakes, and what the kernel's TCP answers to them ---- */

struct mistake {
	const char *what;
	const char *ip;
	int family, len, scope;
	bool v6only;
};

#define FULL	((int)sizeof(struct sockaddr_in6))

static const struct mistake mistakes[] = {
	{ "short", "::1", AF_INET6, 23, 0, false },
	{ "without scope", "::1", AF_INET6, 24, 0, false },
	{ "of 27", "::1", AF_INET6, 27, 0, false },
	{ "of length 0", "::1", AF_INET6, 0, 0, false },
	{ "of IPv4", "::1", AF_INET, FULL, 0, false },
	{ "of no family", "::", AF_UNSPEC, FULL, 0, false },
	{ "of MyTCP", "::1", AF_MYTCP, FULL, 0, false },
	{ "multicast", "ff02::1", AF_INET6, FULL, 1, false },
	{ "of nobody", "2001:db8::77", AF_INET6, FULL, 0, false },
	{ "link-local without a scope", "fe80::1", AF_INET6, FULL, 0, false },
	{ "link-local with a bad scope", "fe80::1", AF_INET6, FULL, 99, false },
	{ "mapped", "::ffff:127.0.0.1", AF_INET6, FULL, 0, false },
	{ "mapped and v6only", "::ffff:127.0.0.1", AF_INET6, FULL, 0, true },
	{ "the wildcard", "::", AF_INET6, FULL, 0, false },
	{ "good", "::1", AF_INET6, FULL, 0, false },
};

static int made(enum tcp tcp, const struct mistake *m, bool connecting,
		int port)
{
	struct sockaddr_in6 addr = addr6(m->ip, port);
	int fd = check_ok(stream6(tcp)), ret;

	addr.sin6_family = m->family;
	addr.sin6_scope_id = m->scope;
	set_opt(fd, IPPROTO_IPV6, IPV6_V6ONLY, m->v6only);
	set_nonblock(fd, true);
	if (connecting)
		ret = connect(fd, (struct sockaddr *)&addr, m->len);
	else
		ret = bind(fd, (struct sockaddr *)&addr, m->len);
	ret = ret ? errno : 0;
	close(fd);
	return ret;
}

TEST_F(ipv6, mistakes_are_answered_as_the_kernel_does)
{
	size_t i;
	int connecting, bad = 0;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		for (connecting = 0; connecting < 2; connecting++) {
			int port = connecting ? NOBODY_PORT : 0;
			int want = made(KERNEL_TCP, &mistakes[i], connecting,
					port);
			int got = made(self->tcp, &mistakes[i], connecting,
				       port);

			if (want == got)
				continue;
			test_note("%s, address %s: expected %s, got %s",
				  connecting ? "connect" : "bind",
				  mistakes[i].what, strerrorname_np(want),
				  strerrorname_np(got));
			bad++;
		}
	check_eq(bad, 0);
}

TEST_F(ipv6, refused_and_unreachable)
{
	struct sockaddr_in6 shut = addr6("::1", NOBODY_PORT);
	struct sockaddr_in6 far = addr6("2001:db8::77", 7);

	check_err(connect6(check_ok(stream6(self->tcp)), &shut), ECONNREFUSED);
	check_err(connect6(check_ok(stream6(self->tcp)), &far), ENETUNREACH);
}

struct option6 {
	int name;
	const char *text;
};

#define OPTION6(name) { name, #name }

static const struct option6 options[] = {
	OPTION6(IPV6_V6ONLY),
	OPTION6(IPV6_UNICAST_HOPS),
	OPTION6(IPV6_TCLASS),
	OPTION6(IPV6_RECVERR),
	OPTION6(IPV6_MTU_DISCOVER),
	OPTION6(IPV6_DONTFRAG),
	OPTION6(IPV6_RECVPKTINFO),
	OPTION6(IPV6_RECVTCLASS),
	OPTION6(IPV6_TRANSPARENT),
	OPTION6(IPV6_FREEBIND),
	OPTION6(IPV6_MINHOPCOUNT),
	OPTION6(IPV6_AUTOFLOWLABEL),
};

static void story(enum tcp tcp, int name, int value, char *text, size_t size)
{
	int fd = check_ok(stream6(tcp)), got = -1;
	socklen_t len = sizeof(got);
	int set = setsockopt(fd, IPPROTO_IPV6, name, &value, sizeof(value));
	int set_errno = set ? errno : 0;
	int ret = getsockopt(fd, IPPROTO_IPV6, name, &got, &len);

	snprintf(text, size, "set %s, get %s %d, length %u",
		 strerrorname_np(set_errno), strerrorname_np(ret ? errno : 0),
		 got, len);
	close(fd);
}

TEST_F(ipv6, options_are_taken_as_the_kernel_takes_them)
{
	static const int values[] = { -2, -1, 0, 1, 2, 64, 255, 256, 70000 };
	size_t i, j;
	int bad = 0;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		for (j = 0; j < ARRAY_SIZE(values); j++) {
			char want[128], got[128];

			story(KERNEL_TCP, options[i].name, values[j], want,
			      sizeof(want));
			story(self->tcp, options[i].name, values[j], got,
			      sizeof(got));
			if (!strcmp(want, got))
				continue;
			test_note("%s %d: expected %s", options[i].text,
				  values[j], want);
			test_note("%s %d: got      %s", options[i].text,
				  values[j], got);
			bad++;
		}
	check_eq(bad, 0);
}

TEST_HARNESS_MAIN
