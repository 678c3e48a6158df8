// SPDX-License-Identifier: GPL-2.0
/*
 * What one of the many takes: half-open connections and TIME_WAIT buckets, with what
 * the slab allocator adds to each. Their caches are by RCU's rules of a kind that is
 * never merged with another, so their names are in /sys/kernel/slab.
 */
#include <stdio.h>

#include "lib/stack.h"
#include "lib/test.h"

FIXTURE(objects) { int unused; };

/* How far apart two of its objects are; -1 if there is no such cache. */
static long slab_size(const char *cache)
{
	char path[100];
	long size = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/slab_size", cache);
	f = fopen(path, "re");
	if (!f)
		return -1;
	check_eq(fscanf(f, "%ld", &size), 1);
	fclose(f);
	return size;
}

FIXTURE_SETUP(objects)
{
	test_begin();
	if (stack_is_kernel())
		SKIP(_exit(255), "slabs of MyTCP");
	/* KASAN, red zones: its objects are no measure */
	if (slab_size("kmalloc-64") != 64)
		SKIP(_exit(255), "this kernel puts more into each object");
}

FIXTURE_TEARDOWN(objects) { }

static void check_size(const char *cache, long most)
{
	long size = slab_size(cache);

	test_note("%s: %ld octets", cache, size);
	check_gt(size, 0);
	check_le(size, most);
}

/* A20: three cache lines, as a flood makes and forgets them */
TEST_F(objects, a_half_open_connection_takes_192_octets)
{
	check_size("mytcp_synq", 192);
}

/* ... and two, of which a busy server has a million. */
TEST_F(objects, a_time_wait_bucket_takes_128_octets)
{
	check_size("mytcp_timewait", 128);
}

TEST_HARNESS_MAIN
