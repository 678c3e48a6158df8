// SPDX-License-Identifier: GPL-2.0
/*
 * A socket() that stands for a kernel with or without MyTCP, preloaded behind
 * libmytcp-preload.so. It counts the calls by what they ask for.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mytcp.h>

atomic_int fake_mytcp_calls;
atomic_int fake_other_calls;

int socket(int family, int type, int protocol)
{
	const char *refusal = getenv("FAKE_ERRNO");

	if (protocol != IPPROTO_MYTCP) {
		fake_other_calls++;
		return (int)syscall(SYS_socket, family, type, protocol);
	}
	fake_mytcp_calls++;
	if (refusal) {
		errno = atoi(refusal);
		return -1;
	}
	return (int)syscall(SYS_socket, family, type, 0);
}
