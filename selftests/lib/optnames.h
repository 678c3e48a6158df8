/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of the socket, by number: which levels there are, how far their
 * numbers go, what they are called and how their values can be compared.
 */
#ifndef SELFTESTS_LIB_OPTNAMES_H
#define SELFTESTS_LIB_OPTNAMES_H

#include <stdbool.h>

/* What of a value two sockets in the same state must have in common. */
enum likeness {
	ALIKE,			/* all of it */
	ALIKE_WHEN_SET,		/* tuned while the connection goes: what was set */
	ALIKE_IN_LENGTH,	/* it is the socket's own, or a clock's */
};

struct optlevel {
	int level;
	const char *text;
	int count;			/* numbers 0 ... count - 1 are tried */
	const char *const *names;
	int named;
};

extern const struct optlevel optlevels[];
extern const int optlevels_count;

bool optname_known(const struct optlevel *l, int name);
/* "TCP_NODELAY", or "51" for a number without a name. */
const char *optname_text(const struct optlevel *l, int name);
enum likeness optname_likeness(int level, int name);

#endif /* SELFTESTS_LIB_OPTNAMES_H */
