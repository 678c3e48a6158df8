/* SPDX-License-Identifier: GPL-2.0 */
/* The two TCPs of the machine, as a program meets them. */
#ifndef PRELOAD_STACK_H
#define PRELOAD_STACK_H

#include <stdbool.h>

enum stack {
	STACK_NONE,	/* no TCP socket over IPv4 or IPv6 */
	STACK_KERNEL,
	STACK_MYTCP,
};

const char *stack_name(enum stack stack);
enum stack stack_of(int fd, int *family);
int stack_socket(enum stack stack, int family, int type, int protocol);

#endif /* PRELOAD_STACK_H */
