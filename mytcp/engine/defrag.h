/* SPDX-License-Identifier: GPL-2.0 */
/* IPv6: segments that come in fragments, put together before the hooks see them. */
#ifndef MYTCP_ENGINE_DEFRAG_H
#define MYTCP_ENGINE_DEFRAG_H

#include <net/net_namespace.h>

/* Has modprobe look for what does it. May sleep; no lock that a namespace's end takes. */
void mytcp_defrag6_load(void);
/* For a namespace, or no more. Process context, may sleep; one caller at a time. */
bool mytcp_defrag6_begin(struct net *net);
void mytcp_defrag6_end(struct net *net);

#endif /* MYTCP_ENGINE_DEFRAG_H */
