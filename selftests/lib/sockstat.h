/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/sockstat, or MyTCP's. */
#ifndef SELFTESTS_LIB_SOCKSTAT_H
#define SELFTESTS_LIB_SOCKSTAT_H

#include "sockets.h"

/* A number of the line "TCP:" of either stack; the test fails without it. */
long sockstat_of(enum tcp tcp, const char *name);
/* sockstat("orphan"): the same of the stack under test. */
long sockstat(const char *name);

#endif /* SELFTESTS_LIB_SOCKSTAT_H */
