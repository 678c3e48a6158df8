/* SPDX-License-Identifier: GPL-2.0 */
/* A filter where the kernel does not apply it: for /proc, and for events. */
#ifndef MYTCP_SS_MATCH_H
#define MYTCP_SS_MATCH_H

#include "entry.h"
#include "filter.h"

bool match_node(const struct node *node, const struct entry *entry);

#endif /* MYTCP_SS_MATCH_H */
