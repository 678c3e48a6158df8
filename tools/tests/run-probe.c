// SPDX-License-Identifier: GPL-2.0
/*
 * run-probe SUBJECT FAMILY CONNECTS LISTENS
 *
 * An ordinary program, as mytcp-run runs it. FAMILY is 4 or 6; CONNECTS is the stack
 * that its sockets are to have when made, LISTENS the one when they listen: kernel or
 * mytcp. Prints "ok - WHAT" and "not ok - WHAT"; the status is 0 if all is well.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/mytcp.h>

#include "run-probe.h"

#define THREADS	8
#define ROUNDS	1000

static int failures;

void check(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok - ", good ? "" : "not ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failures += !good;
}

int must(int ret, const char *call)
{
	if (ret >= 0)
		return ret;
	printf("not ok - %s: %s\n", call, strerror(errno));
	exit(EXIT_FAILURE);
}

int get_number(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = -1;

	must(getsockopt(fd, level, name, &value, &len), "getsockopt");
	return value;
}

int set_number(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value));
}

const char *stack_of(int fd)
{
	switch (get_number(fd, SOL_SOCKET, SO_PROTOCOL)) {
	case IPPROTO_TCP:
		return KERNEL;
	case MYTCP_SK_PROTOCOL:
		return MYTCP;
	default:
		return "another protocol";
	}
}

void check_stack(int fd, const char *stack, const char *what)
{
	check(!strcmp(stack_of(fd), stack), "%s: the TCP of %s, to be %s", what,
	      stack_of(fd), stack);
}

union address loopback(int family, int port)
{
	union address to = { .any = { .sa_family = (sa_family_t)family } };
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&to.storage;
	struct sockaddr_in *sin = (struct sockaddr_in *)&to.storage;

	sin->sin_port = htons((uint16_t)port);	/* at the same place in both */
	if (family == AF_INET6)
		sin6->sin6_addr = in6addr_loopback;
	else
		sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return to;
}

static socklen_t length_of(const union address *to)
{
	return to->any.sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) :
					       sizeof(struct sockaddr_in);
}

int bind_to(int fd, const union address *to)
{
	return bind(fd, &to->any, length_of(to));
}

union address name_of(int fd)
{
	union address name = { .any = { .sa_family = AF_UNSPEC } };
	socklen_t len = sizeof(name);

	must(getsockname(fd, &name.any, &len), "getsockname");
	return name;
}

static int port_of(int fd)
{
	union address name = name_of(fd);

	return ntohs(((struct sockaddr_in *)&name.storage)->sin_port);
}

static int made(int family)
{
	return must(socket(family, SOCK_STREAM, 0), "socket");
}

static int made_and_bound(int family, int port)
{
	union address at = loopback(family, port);
	int fd = made(family);

	set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	must(bind_to(fd, &at), "bind");
	return fd;
}

static int connected_to(int listener)
{
	union address to = name_of(listener);
	int fd = made(to.any.sa_family);

	must(connect(fd, &to.any, length_of(&to)), "connect");
	return fd;
}

/* A server and its client in one process, from socket() to close(). */
static void probe_life(int family, const char *connects, const char *listens)
{
	int server = made_and_bound(family, 0), port = port_of(server), client, child;
	char word[3] = "";

	check_stack(server, connects, "a socket that is bound");
	must(listen(server, 4), "listen");
	check_stack(server, listens, "a socket that listens");
	check(port_of(server) == port, "it has the same port");
	must(listen(server, 8), "a second listen()");
	check_stack(server, listens, "a socket that listens twice");
	client = connected_to(server);
	check_stack(client, connects, "a socket that connects");
	child = must(accept(server, NULL, NULL), "accept");
	check_stack(child, listens, "what was accepted");
	must((int)write(client, "hi", 2), "write");
	check(read(child, word, 2) == 2 && !strcmp(word, "hi"), "a word arrives");
	check(listen(client, 1) < 0 && errno == EINVAL, "what is connected does not listen");
	check_stack(client, connects, "and stays what it is");
	close(client);
	close(child);
	close(server);
	server = made(family);
	must(listen(server, 1), "listen without bind");
	check_stack(server, listens, "a socket that was never bound");
	check(port_of(server), "it has a port");
	close(server);
}

/* What is no TCP passes untouched. */
static void probe_others(int family, const char *connects, const char *listens)
{
	int fd = must(socket(family, SOCK_DGRAM, 0), "socket");

	(void)connects;
	(void)listens;
	check(get_number(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_UDP, "UDP is UDP");
	check(listen(fd, 1) < 0 && errno == EOPNOTSUPP, "and does not listen");
	close(fd);
	fd = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	check(get_number(fd, SOL_SOCKET, SO_DOMAIN) == AF_UNIX, "AF_UNIX is AF_UNIX");
	close(fd);
	check(listen(fd, 1) < 0 && errno == EBADF, "what is closed does not listen");
	fd = must(open("/dev/null", O_RDONLY), "open");
	check(listen(fd, 1) < 0 && errno == ENOTSOCK, "nor what is no socket");
	close(fd);
}

/* A child has a copy of the descriptor: the port does not become free. */
static void probe_held(int family, const char *connects, const char *listens)
{
	int fd = made_and_bound(family, 0), pipe_fd[2], status, ret;
	pid_t pid;
	char end;

	must(pipe(pipe_fd), "pipe");
	fflush(stdout);
	pid = must(fork(), "fork");
	if (!pid) {
		close(pipe_fd[1]);
		_exit(read(pipe_fd[0], &end, 1) != 0);
	}
	set_number(fd, SOL_SOCKET, SO_REUSEADDR, 0);
	ret = listen(fd, 1);
	if (!strcmp(connects, listens))
		check(!ret, "listen() beside a copy");
	else
		check(ret < 0 && errno == EADDRINUSE, "listen() says that the port is not free");
	close(pipe_fd[1]);
	must(waitpid(pid, &status, 0), "waitpid");
	close(fd);
}

/* A server that starts again while its last connection is in TIME_WAIT. */
static void probe_restart(int family, const char *connects, const char *listens)
{
	int server = made_and_bound(family, 0), port = port_of(server), client, child;
	char end;

	(void)connects;
	must(listen(server, 1), "listen");
	client = connected_to(server);
	child = must(accept(server, NULL, NULL), "accept");
	close(child);
	check(read(client, &end, 1) == 0, "the server closes first");
	close(client);
	close(server);
	server = made_and_bound(family, port);
	must(listen(server, 1), "listen");
	check_stack(server, listens, "the second server");
	check(port_of(server) == port, "it has the same port");
	client = connected_to(server);
	close(client);
	close(server);
}

/* Several listeners at one port, each of which listens before the next is bound. */
static void probe_group(int family, const char *connects, const char *listens)
{
	union address at = loopback(family, 0);
	int fd[3], i;

	(void)connects;
	for (i = 0; i < 3; i++) {
		fd[i] = made(family);
		must(set_number(fd[i], SOL_SOCKET, SO_REUSEPORT, 1), "SO_REUSEPORT");
		must(bind_to(fd[i], &at), "bind with SO_REUSEPORT");
		must(listen(fd[i], 1), "listen");
		check_stack(fd[i], listens, "a listener of the group");
		at = name_of(fd[i]);
	}
	for (i = 0; i < 3; i++)
		close(fd[i]);
}

/* Rights that bind() needed are gone: the socket stays, rather than to fail. */
static void probe_dropped(int family, const char *connects, const char *listens)
{
	int fd = made_and_bound(family, 80);

	(void)listens;
	must(setgid(65534), "setgid");
	must(setuid(65534), "setuid");
	check(!listen(fd, 1), "listen() at port 80 without rights");
	check_stack(fd, connects, "a listener without rights");
	close(fd);
}

/* As a set-user-ID program of root's sees it. */
static void probe_rights(int family, const char *connects, const char *listens)
{
	check(getuid() && !geteuid(), "the program has more rights than its caller");
	check(getauxval(AT_SECURE), "and the loader knows");
	probe_life(family, connects, listens);
}

/* Below the ports that either stack chooses: none is to be lost to another thread. */
#define THREAD_PORTS	2000

static const char *thread_stack;
static int thread_family;
static atomic_int right, listening, thread_ports;

static void *open_many(void *unused)
{
	int i, fd;

	for (i = 0; i < ROUNDS; i++) {
		fd = socket(thread_family, SOCK_STREAM, 0);
		if (fd < 0)
			continue;
		right += !strcmp(stack_of(fd), thread_stack);
		close(fd);
	}
	return unused;
}

/* At a port that no other thread tries. */
static int bound_apart(int family)
{
	union address at;
	int fd = made(family);

	do {
		at = loopback(family, THREAD_PORTS + thread_ports++);
	} while (bind_to(fd, &at) && errno == EADDRINUSE);
	return fd;
}

/* Each changes its sockets, while the others do. */
static void *listen_often(void *listens)
{
	int i, fd;

	for (i = 0; i < ROUNDS / 10; i++) {
		fd = bound_apart(thread_family);
		listening += !listen(fd, 1) && !strcmp(stack_of(fd), listens);
		close(fd);
	}
	return NULL;
}

static void run_threads(void *(*work)(void *), const char *arg)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, (void *)arg);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void probe_threads(int family, const char *connects, const char *listens)
{
	thread_family = family;
	thread_stack = connects;
	run_threads(open_many, NULL);
	check(right == THREADS * ROUNDS, "%d sockets of %d are the TCP of %s", right,
	      THREADS * ROUNDS, connects);
	run_threads(listen_often, listens);
	check(listening == THREADS * ROUNDS / 10, "%d listeners of %d are the TCP of %s",
	      listening, THREADS * ROUNDS / 10, listens);
}

static void probe_option_table(int family, const char *connects, const char *listens)
{
	(void)connects;
	probe_options(family, listens);
}

static const struct {
	const char *name;
	void (*probe)(int family, const char *connects, const char *listens);
} subjects[] = {
	{ "life", probe_life },
	{ "others", probe_others },
	{ "options", probe_option_table },
	{ "held", probe_held },
	{ "restart", probe_restart },
	{ "group", probe_group },
	{ "dropped", probe_dropped },
	{ "rights", probe_rights },
	{ "threads", probe_threads },
};

int main(int argc, char **argv)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; argc == 5 && i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		if (strcmp(argv[1], subjects[i].name))
			continue;
		subjects[i].probe(*argv[2] == '6' ? AF_INET6 : AF_INET, argv[3], argv[4]);
		return failures ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	fputs("run-probe SUBJECT FAMILY CONNECTS LISTENS: see run-probe.c\n", stderr);
	return 64;
}
