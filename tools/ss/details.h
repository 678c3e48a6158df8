/* SPDX-License-Identifier: GPL-2.0 */
/* What stands behind the columns: -o, -e, --tos, -m, -i. */
#ifndef MYTCP_SS_DETAILS_H
#define MYTCP_SS_DETAILS_H

#include <stdio.h>

#include "entry.h"
#include "print.h"

void details_print(FILE *out, const struct entry *entry, const struct view *view);
void info_print(FILE *out, const struct entry *entry, bool options, bool numeric);
const char *cgroup_path(uint64_t id);

#endif /* MYTCP_SS_DETAILS_H */
