/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Since 6.10 the arguments of struct proto.accept come in a structure, which
 * also tells the caller whether another connection is waiting.
 */
#ifndef MYTCP_COMPAT_ACCEPT_H
#define MYTCP_COMPAT_ACCEPT_H

#include <linux/version.h>
#include <net/sock.h>

/* Parameters behind the socket, and what stands in them; then those of proto_ops. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define MYTCP_ACCEPT_PARAMS	struct proto_accept_arg *arg
#define MYTCP_ACCEPT_FLAGS	(arg->flags)
#define MYTCP_ACCEPT_ERR	(arg->err)
#define MYTCP_ACCEPT_EMPTY	(arg->is_empty)
#define MYTCP_OPS_ACCEPT_PARAMS	struct proto_accept_arg *arg
#define MYTCP_OPS_ACCEPT_ARGS	arg
#else
#define MYTCP_ACCEPT_PARAMS	int flags, int *err, bool kern
#define MYTCP_ACCEPT_FLAGS	(flags)
#define MYTCP_ACCEPT_ERR	(*err)
#define MYTCP_ACCEPT_EMPTY	((int){ 0 })	/* nobody asks */
#define MYTCP_OPS_ACCEPT_PARAMS	int flags, bool kern
#define MYTCP_OPS_ACCEPT_ARGS	flags, kern
#endif

#endif /* MYTCP_COMPAT_ACCEPT_H */
