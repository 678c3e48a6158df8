/* SPDX-License-Identifier: GPL-2.0 */
/* -s: how many sockets there are. */
#ifndef MYTCP_SS_SUMMARY_H
#define MYTCP_SS_SUMMARY_H

#include "entry.h"

void summary_print(const struct entries *entries, const char *name);

#endif /* MYTCP_SS_SUMMARY_H */
