// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "objects.h"
#include "sockets.h"

/*
 * CPUs keep free objects for themselves, and KASAN keeps them for a while: those
 * would count as used. A slab's name may end in a blank, as its line is to.
 */
static void shrink(const char *slab)
{
	char pattern[128];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "/sys/kernel/slab/%.*s*/shrink",
		 (int)strcspn(slab, " "), slab);
	if (glob(pattern, 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_WRONLY | O_CLOEXEC);

		if (fd >= 0 && write(fd, "1", 1) != 1)
			test_note("%s: %s", found.gl_pathv[i], strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
}

long objects_in(const char *slab)
{
	long active, sum = 0;
	char line[256];
	FILE *f;

	shrink(slab);
	f = fopen("/proc/slabinfo", "re");
	if (!f)
		test_fail("/proc/slabinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, slab, strlen(slab)) &&
		    sscanf(line, "%*s %ld", &active) == 1)
			sum += active;
	fclose(f);
	return sum;
}

struct bound {
	const char *slab;
	long most;
};

static bool is_within(void *arg)
{
	const struct bound *b = arg;

	return objects_in(b->slab) <= b->most;
}

void objects_await(const char *slab, long most)
{
	struct bound b = { slab, most };

	if (!await_true(is_within, &b, PATIENCE_MS))
		test_fail("%ld objects in %s, expected %ld at most",
			  objects_in(slab), slab, most);
}

long objects_settled(const char *slab)
{
	struct bound b = { slab, 0 };

	await_true(is_within, &b, 2000);
	return objects_in(slab);
}
