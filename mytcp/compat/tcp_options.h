/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.6 TCP_IS_MPTCP asks whether a socket is more than it seems. */
#ifndef MYTCP_COMPAT_TCP_OPTIONS_H
#define MYTCP_COMPAT_TCP_OPTIONS_H

#include <uapi/linux/tcp.h>

/* An entry of a table, or nothing. */
#ifdef TCP_IS_MPTCP
#define MYTCP_OPTION_IS_MPTCP(set, get)	{ TCP_IS_MPTCP, (set), (get) },
#else
#define MYTCP_OPTION_IS_MPTCP(set, get)
#endif

#endif /* MYTCP_COMPAT_TCP_OPTIONS_H */
