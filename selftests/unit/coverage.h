/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything else in the coverage build. The harness ends each
 * test's process with _exit(), which forgets the counters: write them first.
 */
#include <unistd.h>

void __gcov_dump(void);

#define _exit(status)	(__gcov_dump(), (_exit)(status))
