/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What input asks its caller to do. Input decides, receive.c does: that keeps
 * the arrows between the files pointing down.
 */
#ifndef MYTCP_ENGINE_ACT_H
#define MYTCP_ENGINE_ACT_H

#define MYTCP_ACT_ACK		0x0001	/* acknowledge at once */
#define MYTCP_ACT_DELACK	0x0002	/* data came: acknowledge now or later */
#define MYTCP_ACT_PUSH		0x0004	/* windows moved: try to send */
#define MYTCP_ACT_CHALLENGE	0x0008	/* challenge ACK, RFC 5961 */
#define MYTCP_ACT_REJECT	0x0010	/* out of window: ACK, rate limited */
#define MYTCP_ACT_RESET		0x0020	/* RST, as for a segment of nobody's */
#define MYTCP_ACT_SYNACK	0x0040	/* simultaneous open: SYN-ACK */
#define MYTCP_ACT_TIMEWAIT	0x0080	/* 2 MSL begin */
#define MYTCP_ACT_FINWAIT2	0x0100	/* our FIN is acknowledged */
#define MYTCP_ACT_ESTABLISHED	0x0200	/* the handshake is complete */
#define MYTCP_ACT_SAVE_ACK	0x0400	/* data will carry it: acknowledge later */
#define MYTCP_ACT_PAWS		0x0800	/* the reason of REJECT is the timestamp */

#endif /* MYTCP_ENGINE_ACT_H */
