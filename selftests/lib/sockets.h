/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of plain sockets share beyond stack.h: sockets of either
 * stack, connections between the two, waiting for what no event tells, and
 * streams of bytes that show where they went wrong.
 *
 * Helpers that make something fail the test if they cannot.
 */
#ifndef SELFTESTS_LIB_SOCKETS_H
#define SELFTESTS_LIB_SOCKETS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The two TCPs of the machine. */
enum tcp {
	KERNEL_TCP,
	MYTCP,
};

/* Under emulation nothing is fast: a wait for an event may take this long. */
#define PATIENCE_MS	20000

/* Nothing is expected to happen: this long it is watched that nothing does. */
#define GLIMPSE_MS	100

/* For TEST_F_TIMEOUT: a debug kernel under emulation is very slow. */
#define LONG_TEST	600

/* The stack under test, and the other one. */
enum tcp subject(void);
enum tcp other_tcp(enum tcp tcp);
const char *tcp_name(enum tcp tcp);

/* A number from the environment: how often the heavy tests do something. */
long env_number(const char *name, long otherwise);

/*
 * Where a test goes through a table: with MYTCP_TEST_EVERY=N each Nth number only, not
 * evenly, as a table has columns.
 */
bool env_wants(unsigned int number);

/* Takes an interface down, or up again. */
void netif_down(const char *dev);

/*
 * A device that swallows what is routed to it, with an address and its /24:
 * connect() to another address of that net never ends. Returns its name.
 */
#define HOLE		"10.99.0.1"
#define LOST		"10.99.0.2"
const char *blackhole(void);

/* A setting of either stack, by the kernel's name without "tcp_". */
void setting_write(enum tcp tcp, const char *name, const char *value);
void setting_read(enum tcp tcp, const char *name, char *value, size_t size);

struct sockaddr_in addr4(const char *ip, int port);

/* socket(), @flags SOCK_NONBLOCK and SOCK_CLOEXEC. */
int stream(enum tcp tcp, int flags);

/* bind() and connect() without casts: what these say is theirs. */
int bind4(int fd, const struct sockaddr_in *to);
int connect4(int fd, const struct sockaddr_in *to);
struct sockaddr_in name4(int fd);
struct sockaddr_in peer4(int fd);
int port_of(int fd);

/* A socket bound to @ip, or listening there, on a port the stack chooses. */
int bound(enum tcp tcp, const char *ip);
int listener(enum tcp tcp, const char *ip, int backlog);
/* The same with a port given, and SO_REUSEADDR. */
int listener_at(enum tcp tcp, const struct sockaddr_in *at, int backlog);
/* A socket connected to @to, blocking. */
int connected(enum tcp tcp, const struct sockaddr_in *to);

/* A port at which nobody listens: the namespace is the test's own. */
#define NOBODY_PORT	9

/* A connection over lo: fd[0] connected, fd[1] was accepted. */
void pair_between(enum tcp client, enum tcp server, int fd[2]);
void pair(enum tcp tcp, int fd[2]);

/* close() with both ends' agreement; false if the peer sent something. */
bool close_gently(int fd);

/* Waits until condition(arg) holds; false if it does not within @ms. */
bool await_true(bool (*condition)(void *arg), void *arg, int ms);
bool await_state(int fd, int state, int ms);

/* Sends the whole of a short text. */
void put(int fd, const char *text, int flags);
/* SIOCINQ, SIOCOUTQ, SIOCOUTQNSD: how many bytes lie there. */
int queue(int fd, unsigned long which);

/* Writes until the stack takes no more; returns how much it took. */
ssize_t fill(int fd);
/* The same until nothing more fits after a while either. */
void stuff(int fd);
/* Reads what is there, until EAGAIN or the end. */
ssize_t drain_fd(int fd);

/* A monotonic clock in milliseconds. */
int64_t now_ms(void);

/* Stream number @which at offset @at. */
void stream_fill(unsigned int which, uint64_t at, void *buf, size_t len);
/* The index of the first wrong byte, -1 if all are right. */
ssize_t stream_check(unsigned int which, uint64_t at, const void *buf,
		     size_t len);

/* Blocking transfer of a stream's first @len bytes; false says why. */
bool stream_send(int fd, unsigned int which, uint64_t len);
bool stream_receive(int fd, unsigned int which, uint64_t len);
/* Both at once, with a child to send; the test fails if it does not arrive whole. */
void stream_transfer(int from, int to, uint64_t len);

/*
 * A child of the test that runs work(arg) and exits; joined() waits for it and
 * fails the test if the child did.
 */
pid_t spawned(void (*work)(void *arg), void *arg);
void joined(pid_t pid);

/* The test's process cannot be killed by the signal, and counts it. */
extern volatile int signals_seen;
void count_signal(int sig, bool restart);
/* SIGALRM, again and again: one alone might come before the call. */
void alarm_every(int ms);

/* A fixture with one connection between two sockets of the stack under test. */
#define PAIR_FIXTURE(name)						\
	FIXTURE(name) { enum tcp tcp; int a, b; };			\
	FIXTURE_SETUP(name)						\
	{								\
		int fd[2];						\
									\
		test_begin();						\
		self->tcp = subject();					\
		pair(self->tcp, fd);					\
		self->a = fd[0];					\
		self->b = fd[1];					\
	}								\
	FIXTURE_TEARDOWN(name) { }

#endif /* SELFTESTS_LIB_SOCKETS_H */
