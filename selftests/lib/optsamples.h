/* SPDX-License-Identifier: GPL-2.0 */
/* Values of the options that are no numbers: good ones, and wrong ones. */
#ifndef SELFTESTS_LIB_OPTSAMPLES_H
#define SELFTESTS_LIB_OPTSAMPLES_H

#include <stddef.h>

struct optsample {
	int level, name;
	const char *text;
	const void *value;
	size_t len;
};

/* All of them; BPF programs among them are loaded by the first call. */
const struct optsample *optsamples(int *count);

#endif /* SELFTESTS_LIB_OPTSAMPLES_H */
