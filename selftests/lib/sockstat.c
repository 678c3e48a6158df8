// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "sockstat.h"
#include "stack.h"

long sockstat_of(enum tcp tcp, const char *name)
{
	const char *path = tcp == MYTCP ? "/proc/net/mytcp_sockstat" :
					  "/proc/net/sockstat";
	char line[256], *word, *rest;
	FILE *f = fopen(path, "re");

	if (!f)
		test_fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "TCP:", 4))
			continue;
		fclose(f);
		for (word = strtok_r(line, " \n", &rest); word;
		     word = strtok_r(NULL, " \n", &rest))
			if (!strcmp(word, name))
				return atol(strtok_r(NULL, " \n", &rest) ?: "");
		test_fail("%s: no %s", path, name);
	}
	test_fail("%s: no line TCP:", path);
}

long sockstat(const char *name)
{
	return sockstat_of(stack_is_kernel() ? KERNEL_TCP : MYTCP, name);
}
