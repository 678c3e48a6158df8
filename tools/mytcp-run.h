/* SPDX-License-Identifier: GPL-2.0 */
/* What mytcp-run tells the library it preloads, through the environment. */
#ifndef MYTCP_RUN_H
#define MYTCP_RUN_H

#define MYTCP_PRELOAD_NAME	"libmytcp-preload.so"

/* Set by --log: a file to append to, or empty for stderr. */
#define MYTCP_RUN_LOG		"MYTCP_RUN_LOG"

/* Set by --client-only and --server-only to one of these words. */
#define MYTCP_RUN_ONLY		"MYTCP_RUN_ONLY"
#define MYTCP_RUN_CLIENT	"client"
#define MYTCP_RUN_SERVER	"server"

/* Set when mytcp-run has already warned that MyTCP is missing. */
#define MYTCP_RUN_WARNED	"MYTCP_RUN_WARNED"

#endif /* MYTCP_RUN_H */
