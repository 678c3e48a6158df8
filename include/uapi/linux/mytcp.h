/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_MYTCP_H
#define _UAPI_LINUX_MYTCP_H

/*
 * The family: socket(AF_MYTCP, SOCK_STREAM, MYTCP_IPV4). 18 is reserved as
 * AF_ASH in <linux/socket.h>; no kernel has ever had code behind it.
 */
#define AF_MYTCP	18
#define PF_MYTCP	AF_MYTCP

/* The protocol argument of socket(AF_MYTCP, SOCK_STREAM, ...). */
#define MYTCP_IPV4	0
#define MYTCP_IPV6	1

/* The second door: socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP). */
#define IPPROTO_MYTCP	257

/*
 * What SO_PROTOCOL answers. The low byte is 6, the number that reaches the IP
 * header; the whole is not, so that nobody takes the socket for the kernel's.
 */
#define MYTCP_SK_PROTOCOL	0x206

/*
 * Options of SOL_TCP that the kernel's TCP does not have. MYTCP_ZEROCOPY is SO_ZEROCOPY
 * of SOL_SOCKET, which kernels before 6.7 keep for their own TCP.
 */
#define MYTCP_ZEROCOPY		0x20601

#endif /* _UAPI_LINUX_MYTCP_H */
