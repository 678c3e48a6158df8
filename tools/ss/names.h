/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses, ports and rates as text. */
#ifndef MYTCP_SS_NAMES_H
#define MYTCP_SS_NAMES_H

#include <net/if.h>
#include <netinet/in.h>

#include "entry.h"

/* "[" address "]%" interface */
#define ADDRESS_LEN	(INET6_ADDRSTRLEN + 4 + IF_NAMESIZE)
#define PORT_LEN	36
#define RATE_LEN	32

void name_address(char *text, const struct entry *entry, bool peer);
void name_port(char *text, uint16_t port, bool numeric);
void name_rate(char *text, double rate, bool numeric);
void name_time(char *text, size_t size, unsigned int ms);

#endif /* MYTCP_SS_NAMES_H */
