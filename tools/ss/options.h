/* SPDX-License-Identifier: GPL-2.0 */
/* The command line. */
#ifndef MYTCP_SS_OPTIONS_H
#define MYTCP_SS_OPTIONS_H

#include "print.h"

/**
 * struct options - what the command line asks for
 * @all: -a
 * @listening: -l
 * @processes: -p
 * @summary: -s
 * @kill: -K
 * @events: -E
 * @netstat: --netstat
 * @kernel: --kernel
 * @families: FAMILY_IPV4 and FAMILY_IPV6
 * @from: --from, or NULL
 * @filter: the arguments that are no options, with spaces between; not NULL
 * @view: what is shown of each socket; without owners
 */
struct options {
	bool all;
	bool listening;
	bool processes;
	bool summary;
	bool kill;
	bool events;
	bool netstat;
	bool kernel;
	unsigned int families;
	const char *from;
	char *filter;
	struct view view;
};

void options_parse(struct options *opts, int argc, char **argv);

#endif /* MYTCP_SS_OPTIONS_H */
