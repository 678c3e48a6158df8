/* SPDX-License-Identifier: GPL-2.0 */
/* Options of a socket, for one that takes its place. */
#ifndef PRELOAD_OPTIONS_H
#define PRELOAD_OPTIONS_H

#include <stdbool.h>

/* Returns the name of the option that stands in the way, or NULL: all is well. */
const char *options_carry(int from, int fresh, int to);

#endif /* PRELOAD_OPTIONS_H */
