/* SPDX-License-Identifier: GPL-2.0 */
/* A capture that sees one thing only: segments with RST, on any interface. */
#ifndef SELFTESTS_LIB_WATCH_H
#define SELFTESTS_LIB_WATCH_H

/* From now on every RST in this network namespace is kept. */
int rst_watch(void);
/* How many came since; each is noted with its addresses and ports. */
int rst_seen(int watch);

#endif /* SELFTESTS_LIB_WATCH_H */
