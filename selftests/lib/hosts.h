/* SPDX-License-Identifier: GPL-2.0 */
/* Several hosts on one machine: network namespaces, and cables between them. */
#ifndef SELFTESTS_LIB_HOSTS_H
#define SELFTESTS_LIB_HOSTS_H

#include <stdbool.h>

#include "sockets.h"

/* The namespace the process is in; one that is new; to go there. */
int host_here(void);
int host_new(void);
void host_enter(int host);

/* In the namespace where the machine's settings are made, and back. */
void in_first_namespace(void (*act)(void *arg), void *arg);

/* A cable: each end is a device of a host, with an address and its /24. */
struct plug {
	int host;
	const char *dev, *ip;
};

void host_connect(const struct plug *a, const struct plug *b);

/* Connects from @here to @port at @there, which is @ip; *a connected, *b accepted. */
void connect_hosts(enum tcp tcp, int here, int there, const char *ip, int port,
		   int *a, int *b);

/* Whether there is such a command on this machine. */
bool have_command(const char *name);
/* Runs a shell's command line, which must succeed. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* SELFTESTS_LIB_HOSTS_H */
