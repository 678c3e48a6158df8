/* SPDX-License-Identifier: GPL-2.0 */
/* Which process holds a socket: /proc/PID/fd, read once and searched by inode. */
#ifndef MYTCP_OWNERS_H
#define MYTCP_OWNERS_H

#include <stddef.h>
#include <sys/types.h>

struct owner {
	unsigned long inode;
	pid_t pid;
	int fd;
	char name[32];
};

struct owners {
	struct owner *list;	/* sorted by inode, then process, then descriptor */
	size_t count;
	size_t room;
	int hidden;		/* some process did not let us look */
};

/* Returns 0, or -1 with errno set. */
int owners_read(struct owners *owners);
void owners_free(struct owners *owners);

/* The first owner of a socket, or NULL; the next ones follow it in the list. */
const struct owner *owners_find(const struct owners *owners, unsigned long inode);

/* The owner of the same socket that follows, or NULL. */
const struct owner *owners_next(const struct owners *owners, const struct owner *owner);

#endif /* MYTCP_OWNERS_H */
