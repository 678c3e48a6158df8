/* SPDX-License-Identifier: GPL-2.0 */
/* What is asked of the kernel over NETLINK_SOCK_DIAG. */
#ifndef MYTCP_SS_REQUEST_H
#define MYTCP_SS_REQUEST_H

#include <stdint.h>

#include "bytecode.h"
#include "entry.h"

/**
 * struct request - which sockets, and what of them
 * @protocol: IPPROTO_MYTCP, or IPPROTO_TCP for the kernel's own
 * @states: a bit for each state
 * @extensions: a bit for each attribute wanted: EXTENSION_BIT()
 * @filter: applied by the kernel
 */
struct request {
	int protocol;
	uint32_t states;
	uint8_t extensions;
	struct bytecode filter;
};

/* Only the first eight attributes can be asked for; others come with them. */
#define EXTENSION_BIT(attr)	((uint8_t)(1U << ((attr) - 1)))

/* Called for each socket that was destroyed, and before with NULL: from now on none is missed. */
typedef void (*request_event_fn)(const struct entry *entry, void *data);

int request_dump(const struct request *request, int family, struct entries *entries);
void request_destroy(const struct request *request, struct entries *entries);
void request_follow(const struct request *request, unsigned int families,
		    request_event_fn event, void *data) __attribute__((noreturn));

/* Bits of @families of request_follow() and of struct options. */
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

#endif /* MYTCP_SS_REQUEST_H */
