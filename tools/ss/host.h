/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports in a filter. */
#ifndef MYTCP_SS_HOST_H
#define MYTCP_SS_HOST_H

#include "filter.h"

int port_parse(const char *word);
struct node *host_parse(char *word, bool peer);

#endif /* MYTCP_SS_HOST_H */
