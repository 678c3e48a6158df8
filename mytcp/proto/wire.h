/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of a TCP header and of its options, RFC 9293 3.1 and 3.2. */
#ifndef MYTCP_PROTO_WIRE_H
#define MYTCP_PROTO_WIRE_H

#define MYTCP_HDR_LEN		20	/* bytes without options */
#define MYTCP_HDR_MAX		60	/* data offset 15 */
#define MYTCP_OPT_SPACE		40

/* Flags: the low nine bits of bytes 12 and 13. */
#define MYTCP_FIN	0x001
#define MYTCP_SYN	0x002
#define MYTCP_RST	0x004
#define MYTCP_PSH	0x008
#define MYTCP_ACK	0x010
#define MYTCP_URG	0x020
#define MYTCP_ECE	0x040
#define MYTCP_CWR	0x080
#define MYTCP_AE	0x100	/* once NS; kept clear unless negotiated */

/* Option kinds and their lengths. */
#define MYTCP_KIND_EOL		0
#define MYTCP_KIND_NOP		1
#define MYTCP_KIND_MSS		2
#define MYTCP_KIND_WSCALE	3
#define MYTCP_KIND_SACK_PERM	4
#define MYTCP_KIND_SACK		5
#define MYTCP_KIND_TS		8
#define MYTCP_KIND_FASTOPEN	34

#define MYTCP_LEN_MSS		4
#define MYTCP_LEN_WSCALE	3
#define MYTCP_LEN_SACK_PERM	2
#define MYTCP_LEN_SACK_BASE	2
#define MYTCP_LEN_SACK_BLOCK	8
#define MYTCP_LEN_TS		10
#define MYTCP_LEN_TS_ALIGNED	12	/* two NOPs in front */
#define MYTCP_LEN_FASTOPEN_BASE	2

#define MYTCP_WSCALE_MAX	14	/* RFC 7323 2.3 */
#define MYTCP_MSS_DEFAULT4	536	/* RFC 9293 MUST-15 */
#define MYTCP_MSS_DEFAULT6	1220
#define MYTCP_MAX_SACKS		4

/* RFC 7413 4.1.1: a cookie's octets, an even number. */
#define MYTCP_FASTOPEN_LEAST	4
#define MYTCP_FASTOPEN_MOST	16

#endif /* MYTCP_PROTO_WIRE_H */
