/* SPDX-License-Identifier: GPL-2.0 */
/* Lines for the user, where they do no harm. */
#ifndef PRELOAD_SAY_H
#define PRELOAD_SAY_H

/* A warning on stderr, and in the log. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line in the log; nothing unless --log was given. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* PRELOAD_SAY_H */
