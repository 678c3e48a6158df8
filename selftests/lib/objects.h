/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that connections take: objects in the slabs of the module. */
#ifndef SELFTESTS_LIB_OBJECTS_H
#define SELFTESTS_LIB_OBJECTS_H

/* The slabs, for objects_in(); OBJECTS_ALL is every one of them. */
#define OBJECTS_SOCK		"mytcp "
#define OBJECTS_SYNQ		"mytcp_synq "
#define OBJECTS_TIMEWAIT	"mytcp_timewait"
#define OBJECTS_CONG		"mytcp_cong "
#define OBJECTS_BULK		"mytcp_bulk "
#define OBJECTS_ALL		"mytcp"

/* How many objects are in use now, in the whole machine. */
long objects_in(const char *slab);
/*
 * Waits until no more than @most are: what is freed by RCU, or with a namespace,
 * takes its time. The test fails if it does not come to that.
 */
void objects_await(const char *slab, long most);
/* For the beginning of a test: what others have left is not to be counted. */
long objects_settled(const char *slab);

#endif /* SELFTESTS_LIB_OBJECTS_H */
