// SPDX-License-Identifier: GPL-2.0
/*
 * Read once: getenv() in the middle of socket() would race with a thread that calls
 * setenv(), and some programs write their title over their environment. In a program
 * that has more rights than who called it, secure_getenv() sees nothing: its caller
 * must not choose which files it writes.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../mytcp-run.h"
#include "settings.h"

static struct settings the;
static atomic_bool have_read;

static enum only read_only(void)
{
	const char *only = secure_getenv(MYTCP_RUN_ONLY);

	if (only && !strcmp(only, MYTCP_RUN_CLIENT))
		return ONLY_CLIENTS;
	if (only && !strcmp(only, MYTCP_RUN_SERVER))
		return ONLY_SERVERS;
	return ONLY_NONE;
}

static void read_log(void)
{
	const char *file = secure_getenv(MYTCP_RUN_LOG);

	if (!file || strlen(file) >= sizeof(the.log_file))
		return;
	strcpy(the.log_file, file);
	the.log = true;
}

/* Sooner, if the constructor of another library needs a socket. */
__attribute__((constructor))
static void read_settings(void)
{
	if (atomic_load(&have_read))
		return;
	the.only = read_only();
	the.warned = secure_getenv(MYTCP_RUN_WARNED);
	read_log();
	atomic_store(&have_read, true);
}

/**
 * settings() - what mytcp-run was told
 *
 * Return: never NULL, and never changes.
 */
const struct settings *settings(void)
{
	read_settings();
	return &the;
}
