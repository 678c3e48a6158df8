/* SPDX-License-Identifier: GPL-2.0 */
/* Which process holds a socket: /proc/PID/fd, read once and searched by inode. */
#ifndef MYTCP_OWNERS_H
#define MYTCP_OWNERS_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct owner - a descriptor of a process
 * @inode: of the socket
 * @pid: the process
 * @fd: the descriptor
 * @name: of the process
 */
struct owner {
	unsigned long inode;
	pid_t pid;
	int fd;
	char name[32];
};

/**
 * struct owners - all descriptors that are sockets
 * @list: sorted by inode, then process, then descriptor
 * @count: how many there are
 * @room: how many @list has room for
 * @hidden: some process did not let us look
 */
struct owners {
	struct owner *list;
	size_t count;
	size_t room;
	int hidden;
};

int owners_read(struct owners *owners);
void owners_free(struct owners *owners);
const struct owner *owners_find(const struct owners *owners, unsigned long inode);
const struct owner *owners_next(const struct owners *owners, const struct owner *owner);

#endif /* MYTCP_OWNERS_H */
