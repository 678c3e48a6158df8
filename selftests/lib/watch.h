/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A capture that sees one thing only: connections that are reset, on any
 * interface.
 *
 * A connection that both ends have closed cannot be reset any more. What comes
 * late for it, like the answer to a FIN that was sent twice, is met by a RST
 * (RFC 9293 3.10.7.1) that lies behind its sender's own FIN: no loss, and on a
 * machine that pauses for the time of a retransmission no error.
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
