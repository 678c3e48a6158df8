// SPDX-License-Identifier: GPL-2.0
/* The path of a cgroup by its id, which is the inode of its directory; see details.h */
#include <ftw.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

#include "details.h"
#include "error.h"

/**
 * struct cgroup - a directory of the cgroup2 file system
 * @id: its inode
 * @path: from the root of the file system
 */
struct cgroup {
	uint64_t id;
	char *path;
};

static struct cgroup *cgroups;
static size_t count, root_len;

static int add_directory(const char *path, const struct stat *st, int type,
			 struct FTW *ftw __attribute__((unused)))
{
	struct cgroup cgroup = { .id = st->st_ino };

	if (type != FTW_D && type != FTW_DNR)
		return 0;
	cgroup.path = strdup(path[root_len] ? path + root_len : "/");
	if (!cgroup.path)
		die("out of memory");
	cgroups = resize(cgroups, count + 1, sizeof(cgroup));
	cgroups[count++] = cgroup;
	return 0;
}

/* Walks through all of them, once: it needs no privilege, as a file handle would. */
static void read_cgroups(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;

	if (!mounts)
		return;
	while ((mount = getmntent(mounts))) {
		if (strcmp(mount->mnt_type, "cgroup2"))
			continue;
		root_len = strlen(mount->mnt_dir);
		nftw(mount->mnt_dir, add_directory, 16, FTW_PHYS | FTW_MOUNT);
		break;
	}
	endmntent(mounts);
}

/**
 * cgroup_path() - the path of a cgroup
 * @id: INET_DIAG_CGROUP_ID
 *
 * Return: the path from the root of the hierarchy, or NULL if it was removed or
 * cgroup2 is not mounted.
 */
const char *cgroup_path(uint64_t id)
{
	static bool is_read;
	size_t i;

	if (!is_read)
		read_cgroups();
	is_read = true;
	for (i = 0; i < count; i++)
		if (cgroups[i].id == id)
			return cgroups[i].path;
	return NULL;
}
