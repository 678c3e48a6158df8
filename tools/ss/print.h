/* SPDX-License-Identifier: GPL-2.0 */
/* The table of ss. */
#ifndef MYTCP_SS_PRINT_H
#define MYTCP_SS_PRINT_H

#include "entry.h"
#include "owners.h"

/**
 * struct view - what is shown of each socket
 * @numeric: ports and rates as numbers
 * @header: a line of titles
 * @one_line: details stand behind, not on a line of their own
 * @state: a column for it
 * @stream: more lines will come: columns of a width that fits most
 * @timer: -o
 * @extended: -e
 * @tos: --tos
 * @memory: -m
 * @info: -i
 * @owners: -p; NULL without
 */
struct view {
	bool numeric;
	bool header;
	bool one_line;
	bool state;
	bool stream;
	bool timer;
	bool extended;
	bool tos;
	bool memory;
	bool info;
	const struct owners *owners;
};

void print_entries(const struct entries *entries, const struct view *view);
void print_netstat(const struct entries *entries, const struct view *view,
		   const char *protocol, const char *which);

#endif /* MYTCP_SS_PRINT_H */
