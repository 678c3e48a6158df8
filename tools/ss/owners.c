// SPDX-License-Identifier: GPL-2.0
/* Which process holds a socket; see owners.h */
#include "owners.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare_owners(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->fd - y->fd;
}

static int add_owner(struct owners *owners, const struct owner *owner)
{
	struct owner *list;
	size_t room;

	if (owners->count == owners->room) {
		room = owners->room ? 2 * owners->room : 64;
		list = reallocarray(owners->list, room, sizeof(*list));
		if (!list)
			return -1;
		owners->list = list;
		owners->room = room;
	}
	owners->list[owners->count++] = *owner;
	return 0;
}

/* The name a process has may change or vanish any time; "?" then. */
static void read_name(int proc, const char *pid, char *name, size_t size)
{
	char path[NAME_MAX + sizeof("/comm")];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, name, size - 1);
		close(fd);
	}
	if (len <= 0) {
		snprintf(name, size, "?");
		return;
	}
	name[len] = '\0';
	name[strcspn(name, "\n")] = '\0';
}

static int add_descriptors(struct owners *owners, int proc, const char *pid, DIR *fds)
{
	struct owner owner = { .pid = (pid_t)atol(pid) };
	char target[64];
	struct dirent *entry;
	ssize_t len;

	while ((entry = readdir(fds))) {
		len = readlinkat(dirfd(fds), entry->d_name, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		if (sscanf(target, "socket:[%lu]", &owner.inode) != 1)
			continue;
		owner.fd = atoi(entry->d_name);
		if (!owner.name[0])
			read_name(proc, pid, owner.name, sizeof(owner.name));
		if (add_owner(owners, &owner))
			return -1;
	}
	return 0;
}

static int add_process(struct owners *owners, int proc, const char *pid)
{
	char path[NAME_MAX + sizeof("/fd")];
	int fd, ret;
	DIR *fds;

	snprintf(path, sizeof(path), "%s/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == EACCES || errno == EPERM)
			owners->hidden = 1;
		return 0;	/* not ours to see, or gone meanwhile */
	}
	fds = fdopendir(fd);
	if (!fds) {
		close(fd);
		return -1;
	}
	ret = add_descriptors(owners, proc, pid, fds);
	closedir(fds);
	return ret;
}

/**
 * owners_read() - read who holds which socket
 * @owners: gets it; to be freed with owners_free()
 *
 * Return: 0, or -1 with errno set.
 */
int owners_read(struct owners *owners)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int ret = 0;

	memset(owners, 0, sizeof(*owners));
	if (!proc)
		return -1;
	while (!ret && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = add_process(owners, dirfd(proc), entry->d_name);
	closedir(proc);
	if (ret)
		owners_free(owners);
	else if (owners->count)
		qsort(owners->list, owners->count, sizeof(*owners->list), compare_owners);
	return ret;
}

/**
 * owners_free() - forget all
 * @owners: empty and usable afterwards
 */
void owners_free(struct owners *owners)
{
	free(owners->list);
	memset(owners, 0, sizeof(*owners));
}

/**
 * owners_find() - who holds a socket
 * @owners: all
 * @inode: of the socket
 *
 * Return: the first owner, or NULL.
 */
const struct owner *owners_find(const struct owners *owners, unsigned long inode)
{
	size_t low = 0, high = owners->count, middle;

	/* TIME_WAIT and the SYN queue have no socket, and show inode 0. */
	if (!inode)
		return NULL;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (owners->list[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == owners->count || owners->list[low].inode != inode)
		return NULL;
	return &owners->list[low];
}

/**
 * owners_next() - who else holds a socket
 * @owners: all
 * @owner: one of its owners
 *
 * Return: the next owner of the same socket, or NULL.
 */
const struct owner *owners_next(const struct owners *owners, const struct owner *owner)
{
	const struct owner *next = owner + 1;

	if (next == owners->list + owners->count || next->inode != owner->inode)
		return NULL;
	return next;
}
