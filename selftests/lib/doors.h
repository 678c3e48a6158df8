/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each way to a TCP socket: the kernel's and both doors of MyTCP, of either family. A
 * test that runs over all of them says the same of each, so what holds for the
 * kernel's TCP is seen to hold for MyTCP.
 */
#ifndef SELFTESTS_LIB_DOORS_H
#define SELFTESTS_LIB_DOORS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "sockets.h"

struct door {
	enum tcp tcp;
	int family;			/* of the socket, and of its addresses */
	int domain, protocol;		/* for socket() */
};

/* False for the kernel's stack under test, if the door is not its own. */
bool door_wanted(const struct door *door);
/* The kernel's TCP of the same family. */
struct door door_of_kernel(const struct door *door);

/* socket(), with SOCK_NONBLOCK and so on: what it says is the test's. */
int door_open(const struct door *door, int flags);

/* An address and a port, of either family. */
struct end {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

/* The loopback address, or any. */
struct end end_local(int family, int port);
struct end end_any(int family, int port);
int end_port(const struct end *end);
int end_bind(int fd, const struct end *at);
int end_connect(int fd, const struct end *to);
struct end end_name(int fd);
struct end end_peer(int fd);
/* Only addresses and ports count. */
bool end_same(const struct end *a, const struct end *b);

/* A listener at the loopback address; 0 leaves the port to the stack. */
int door_listen(const struct door *door, int port);
/* A connection to a listener; does not block. */
int door_connect(const struct door *door, const struct end *to);
/* The same, and accepted: fd[0] connected, fd[1] was accepted. Closes the listener. */
void door_pair(const struct door *door, int fd[2]);

#define DOOR_FIXTURE_VARIANTS(name)					\
	FIXTURE_VARIANT(name) { struct door door; };			\
	FIXTURE_VARIANT_ADD(name, ipv4_kernel) { .door = {		\
		KERNEL_TCP, AF_INET, AF_INET, IPPROTO_TCP } };		\
	FIXTURE_VARIANT_ADD(name, ipv6_kernel) { .door = {		\
		KERNEL_TCP, AF_INET6, AF_INET6, IPPROTO_TCP } };	\
	FIXTURE_VARIANT_ADD(name, ipv4_first_door) { .door = {		\
		MYTCP, AF_INET, AF_MYTCP, MYTCP_IPV4 } };		\
	FIXTURE_VARIANT_ADD(name, ipv6_first_door) { .door = {		\
		MYTCP, AF_INET6, AF_MYTCP, MYTCP_IPV6 } };		\
	FIXTURE_VARIANT_ADD(name, ipv4_second_door) { .door = {		\
		MYTCP, AF_INET, AF_INET, IPPROTO_MYTCP } };		\
	FIXTURE_VARIANT_ADD(name, ipv6_second_door) { .door = {		\
		MYTCP, AF_INET6, AF_INET6, IPPROTO_MYTCP } };

/* First line of the FIXTURE_SETUP of such a fixture. */
#define test_begin_door(door) do {					\
	if (!door_wanted(door))						\
		SKIP(_exit(255), "not selected");			\
	test_begin_family((door)->family);				\
} while (0)

#endif /* SELFTESTS_LIB_DOORS_H */
