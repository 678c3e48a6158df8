/* SPDX-License-Identifier: GPL-2.0 */
/* A network namespace of the test's own, and the interfaces in it. */
#ifndef SELFTESTS_LIB_NETIF_H
#define SELFTESTS_LIB_NETIF_H

#include "packet.h"

/* Enters a new namespace, in which only the loopback device is up. */
void netns_enter(void);
void netif_up(const char *name);
void netif_mtu(const char *name, int mtu);
/* Whether the device computes checksums and cuts segments, or claims to. */
void netif_offload(const char *name, bool on);
void netif_addr(const char *name, const char *addr, int prefix);
/* A route to everything (of @family) over the device. */
void netif_default_route(const char *name, int family);
/* Adds or deletes a route to one address over the device. */
void netif_host_route(const char *name, const char *addr, bool add);
/* Writes a file below /proc/sys; the test fails if it cannot. */
void proc_sys_write(const char *path, const char *value);

#endif /* SELFTESTS_LIB_NETIF_H */
