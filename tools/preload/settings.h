/* SPDX-License-Identifier: GPL-2.0 */
/* What the environment said when the library was loaded. */
#ifndef PRELOAD_SETTINGS_H
#define PRELOAD_SETTINGS_H

#include <limits.h>
#include <stdbool.h>

/* Which sockets are to be MyTCP's. */
enum only {
	ONLY_NONE,	/* all */
	ONLY_CLIENTS,	/* but those that listen */
	ONLY_SERVERS,	/* those that listen */
};

/**
 * struct settings - what mytcp-run was told
 * @only: --client-only, --server-only
 * @log: --log
 * @log_file: the file to append to, empty for stderr
 * @warned: mytcp-run itself has said that MyTCP is missing
 */
struct settings {
	enum only only;
	bool log;
	char log_file[PATH_MAX];
	bool warned;
};

const struct settings *settings(void);

#endif /* PRELOAD_SETTINGS_H */
