// SPDX-License-Identifier: GPL-2.0
/*
 * Runs with libmytcp-preload.so and fake-kernel.so preloaded, and looks at what
 * reaches the latter. Arguments: "present" or "missing" or "denied".
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS	8
#define ROUNDS	1000

static atomic_int *mytcp_calls, *other_calls;
static int failures;

static void check(int good, const char *what)
{
	printf("%sok - %s\n", good ? "" : "not ", what);
	failures += !good;
}

/* Where a call went: 'm', 'o', 'b' for both, '-' for neither. */
static char route(int family, int type, int protocol, int *flags)
{
	int fd;

	*mytcp_calls = 0;
	*other_calls = 0;
	errno = 0;
	fd = socket(family, type, protocol);
	if (fd >= 0) {
		if (flags)
			*flags = fcntl(fd, F_GETFL) & O_NONBLOCK &&
				 fcntl(fd, F_GETFD) & FD_CLOEXEC;
		close(fd);
	}
	if (*mytcp_calls && *other_calls)
		return 'b';
	return *mytcp_calls ? 'm' : *other_calls ? 'o' : '-';
}

static void test_present(void)
{
	int flags = 0;

	check(route(AF_INET, SOCK_STREAM, 0, NULL) == 'm', "protocol 0 becomes MyTCP");
	check(route(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL) == 'm', "IPPROTO_TCP becomes MyTCP");
	check(route(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, &flags) == 'm',
	      "with flags as well");
	check(flags, "and the flags take effect");
	check(route(AF_INET6, SOCK_STREAM, 0, NULL) == 'm', "so does AF_INET6");
	check(errno == 0, "errno is left alone");
}

static void test_untouched(void)
{
	check(route(AF_INET, SOCK_DGRAM, 0, NULL) == 'o', "UDP is untouched");
	check(route(AF_INET6, SOCK_DGRAM, 0, NULL) == 'o', "nor UDP over IPv6");
	check(route(AF_UNIX, SOCK_STREAM, 0, NULL) == 'o', "AF_UNIX is untouched");
	check(route(AF_INET, SOCK_STREAM, 262, NULL) == 'o', "MPTCP is untouched");
}

static void test_missing(void)
{
	check(route(AF_INET, SOCK_STREAM, 0, NULL) == 'b', "the kernel's TCP after a refusal");
	check(errno == 0, "errno does not show the refusal");
	check(route(AF_INET, SOCK_STREAM, 0, NULL) == 'o', "and at once from then on");
}

static void test_denied(void)
{
	check(route(AF_INET, SOCK_STREAM, 0, NULL) == 'm' && errno == EACCES,
	      "another error is the program's to see");
}

static void *open_many(void *unused)
{
	int i, fd;

	for (i = 0; i < ROUNDS; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd >= 0)
			close(fd);
	}
	return unused;
}

/* The very first sockets of the process are opened by all threads at once. */
static void test_threads(int present)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, open_many, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	if (present)
		check(*mytcp_calls == THREADS * ROUNDS && !*other_calls,
		      "all sockets of all threads are MyTCP");
	else
		check(*other_calls == THREADS * ROUNDS && *mytcp_calls <= THREADS,
		      "all sockets of all threads are the kernel's");
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";

	mytcp_calls = dlsym(RTLD_DEFAULT, "fake_mytcp_calls");
	other_calls = dlsym(RTLD_DEFAULT, "fake_other_calls");
	if (!mytcp_calls || !other_calls) {
		puts("not ok - fake-kernel.so is not preloaded");
		return EXIT_FAILURE;
	}
	if (!strcmp(kind, "threads-present") || !strcmp(kind, "threads-missing")) {
		test_threads(!strcmp(kind, "threads-present"));
	} else if (!strcmp(kind, "present")) {
		test_present();
		test_untouched();
	} else if (!strcmp(kind, "missing")) {
		test_missing();
		test_untouched();
	} else {
		test_denied();
	}
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
