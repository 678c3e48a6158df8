/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/sockstat of the stack under test. */
#ifndef SELFTESTS_LIB_SOCKSTAT_H
#define SELFTESTS_LIB_SOCKSTAT_H

/* sockstat("orphan"): a number of the line "TCP:"; the test fails without it. */
long sockstat(const char *name);

#endif /* SELFTESTS_LIB_SOCKSTAT_H */
