/* SPDX-License-Identifier: GPL-2.0 */
/* The modules of samples/, which scripts/build-module builds beside MyTCP. */
#ifndef SELFTESTS_LIB_SAMPLE_H
#define SELFTESTS_LIB_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

/* samples/@path, as in "congestion/mytcp_aimd.ko"; false if it is not there. */
bool sample_load(const char *path, const char *parameters);
/* delete_module(), which does not wait. */
int module_unload(const char *name);
/* The same, until its last user has gone, be it after a grace period. */
void module_unload_at_last(const char *name);
/* A parameter of a module, which must be there; its number, or what write() says. */
unsigned long module_number(const char *name, const char *parameter);
int module_write(const char *name, const char *parameter, const char *value);

#endif /* SELFTESTS_LIB_SAMPLE_H */
