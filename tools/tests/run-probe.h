/* SPDX-License-Identifier: GPL-2.0 */
/* What a program sees of its sockets, for the tests of mytcp-run. */
#ifndef RUN_PROBE_H
#define RUN_PROBE_H

#include <stdbool.h>
#include <sys/socket.h>

#define KERNEL	"kernel"
#define MYTCP	"mytcp"

union address {
	struct sockaddr any;
	struct sockaddr_storage storage;
};

/* Prints "ok - WHAT" or "not ok - WHAT". */
void check(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For what nothing can go on without. */
int must(int ret, const char *call);

const char *stack_of(int fd);
void check_stack(int fd, const char *stack, const char *what);
union address loopback(int family, int port);
int bind_to(int fd, const union address *to);
union address name_of(int fd);
int get_number(int fd, int level, int name);
int set_number(int fd, int level, int name, int value);

/* The socket that listens has the options that the program has set. */
void probe_options(int family, const char *stack);

#endif /* RUN_PROBE_H */
