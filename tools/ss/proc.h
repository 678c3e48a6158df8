/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/mytcp, or a file with the same columns. */
#ifndef MYTCP_SS_PROC_H
#define MYTCP_SS_PROC_H

#include "entry.h"

int proc_read(struct entries *entries, const char *path);

#endif /* MYTCP_SS_PROC_H */
