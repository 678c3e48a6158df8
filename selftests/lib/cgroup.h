/* SPDX-License-Identifier: GPL-2.0 */
/* A control group of the test's own (version 2), with a process that comes and goes. */
#ifndef SELFTESTS_LIB_CGROUP_H
#define SELFTESTS_LIB_CGROUP_H

#include <stdbool.h>

/* Whether there is a hierarchy to make one in. */
bool cgroup_possible(void);
/* A new one, as the descriptor of its directory; @name tells those of a test apart. */
int cgroup_new(const char *name);
/* The one at the top. */
int cgroup_root(void);
/* From here on the process is there: its sockets belong to where it opens them. */
void cgroup_enter(int cgroup);
/* Its memory is counted, and may be limited; false where the machine cannot. */
bool cgroup_counts_memory(void);
/* Of memory.stat, the line @name. */
long cgroup_memory(int cgroup, const char *name);
/* Empty again, it is removed. */
void cgroup_remove(int cgroup, const char *name);

#endif /* SELFTESTS_LIB_CGROUP_H */
