// SPDX-License-Identifier: GPL-2.0
/*
 * A socket() that stands for a kernel with or without MyTCP, preloaded behind
 * libmytcp-preload.so. It counts the calls by what they ask for, and SO_PROTOCOL of
 * what it has made says 518.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/mytcp.h>

#define SOCKETS_MOST	65536

atomic_int fake_mytcp_calls;
atomic_int fake_other_calls;

/* Inodes, which stay the same under dup() and are not used again. */
static _Atomic ino_t made[SOCKETS_MOST];
static atomic_int made_count;

static ino_t inode_of(int fd)
{
	struct stat is;

	return fstat(fd, &is) ? 0 : is.st_ino;
}

static bool is_mytcp(int fd)
{
	ino_t inode = inode_of(fd);
	int i;

	for (i = 0; inode && i < made_count && i < SOCKETS_MOST; i++)
		if (made[i] == inode)
			return true;
	return false;
}

static int remember(int fd)
{
	int at;

	if (fd < 0)
		return fd;
	at = made_count++;
	if (at < SOCKETS_MOST)
		made[at] = inode_of(fd);
	return fd;
}

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
	return remember((int)syscall(SYS_socket, family, type, 0));
}

/* A child is of the stack of its listener. */
int accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	int child = (int)syscall(SYS_accept, fd, addr, len);

	return is_mytcp(fd) ? remember(child) : child;
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int ret = (int)syscall(SYS_getsockopt, fd, level, name, value, len);

	if (!ret && level == SOL_SOCKET && name == SO_PROTOCOL && is_mytcp(fd))
		*(int *)value = MYTCP_SK_PROTOCOL;
	return ret;
}
