/* SPDX-License-Identifier: GPL-2.0 */
/*
 * selftests/options.differ: where MyTCP answers differently on purpose, and why.
 *
 * An entry excuses one kind of answer and nothing else, and must be needed: one
 * that a whole run has compared without finding a difference is out of date.
 */
#ifndef SELFTESTS_LIB_DIFFER_H
#define SELFTESTS_LIB_DIFFER_H

#include <stdbool.h>

/* An answer to a call: an errno, or 0 and a value of this length. */
struct differ_answer {
	int err;
	int len;
};

/* "EINVAL", or "524" for one that has no name outside the kernel. */
const char *errno_text(int err);

/* Reads the file; the test fails at a line that it does not understand. */
void differ_read(void);
/*
 * May MyTCP say this where the kernel says that? @call is "get", "set" or "ioctl",
 * @state the name of a pose.
 */
bool differ_excuses(const char *level, const char *option, const char *call,
		    const char *state, const struct differ_answer *kernels,
		    const struct differ_answer *ours);
/* The running kernel has the option, so an entry for it must be needed. */
void differ_asked(const char *level, const char *option, const char *call,
		  const char *state);
/* Entries that were asked for and not needed; prints them. */
int differ_out_of_date(void);

#endif /* SELFTESTS_LIB_DIFFER_H */
