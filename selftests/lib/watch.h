/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture that sees one thing only: connections that are reset, on any
 * interface.
 *
 * After the FINs of both ends a RST does no harm that a reader would not see:
 * what comes late, like the answer to a FIN that was sent twice, finds nobody
 * and is met by one (RFC 9293 3.10.7.1). On a machine that pauses for the time
 * of a retransmission the kernel's own TCP shows such.
 */
#ifndef SELFTESTS_LIB_WATCH_H
#define SELFTESTS_LIB_WATCH_H

/* From now on every RST in this network namespace is kept, and every FIN. */
int rst_watch(void);
/*
 * How many RSTs came since that met a connection, or the wish for one; each is
 * noted with its addresses and ports. To be called once.
 */
int rst_seen(int watch);

#endif /* SELFTESTS_LIB_WATCH_H */
