// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-run - run an unmodified program with MyTCP in the place of TCP
 *
 * It only prepares the environment; the work is done in preload/.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/mytcp.h>

#include "mytcp-run.h"

/* What a shell answers for a program it cannot find, or cannot run. */
#define EXIT_NOT_FOUND	127
#define EXIT_NOT_RUN	126

#ifndef MYTCP_LIBDIR
#define MYTCP_LIBDIR	"/usr/local/lib/mytcp"
#endif

struct options {
	bool log;
	const char *log_file;
	const char *only;
	char **command;
};

static const struct argp_option option_table[] = {
	{ "client-only", 'c', NULL, 0,
	  "Sockets that listen are the kernel's TCP, with the connections they accept", 0 },
	{ "server-only", 's', NULL, 0,
	  "Sockets that listen are MyTCP, with the connections they accept, and no others", 0 },
	{ "log", 'l', "FILE", OPTION_ARG_OPTIONAL,
	  "Write a line for each MyTCP socket the program opens, to stderr or appended to FILE", 0 },
	{ 0 }
};

static error_t set_only(struct options *opts, const char *only, struct argp_state *state)
{
	if (opts->only && strcmp(opts->only, only))
		argp_error(state, "--client-only and --server-only exclude each other; both kinds of sockets are MyTCP without either");
	opts->only = only;
	return 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case 'l':
		opts->log = true;
		opts->log_file = arg;
		return 0;
	case 'c':
		return set_only(opts, MYTCP_RUN_CLIENT, state);
	case 's':
		return set_only(opts, MYTCP_RUN_SERVER, state);
	case ARGP_KEY_ARG:
		/* The first non-option is the program, the rest is its own. */
		opts->command = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no program given");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "PROGRAM [ARGUMENT...]",
	.doc = "Run PROGRAM with MyTCP sockets wherever it asks for TCP.\v"
	       "The programs it starts get MyTCP as well. Without the module, the "
	       "kernel's TCP is used, with one warning. Programs that are "
	       "statically linked or set-user-ID stay with the kernel's TCP.",
};

__attribute__((noreturn, format(printf, 2, 3)))
static void die(int status, const char *format, ...)
{
	va_list args;

	fputs("mytcp-run: error: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

static void set_variable(const char *name, const char *value)
{
	if (setenv(name, value, 1))
		die(EXIT_FAILURE, "setting %s: %s", name, strerror(errno));
}

/* The library lies beside this program when built, in MYTCP_LIBDIR installed. */
static void find_library(char *path, size_t size)
{
	char self[PATH_MAX], *slash;
	ssize_t len;

	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		if (snprintf(path, size, "%s/" MYTCP_PRELOAD_NAME, self) < (int)size &&
		    !access(path, R_OK))
			return;
	}
	snprintf(path, size, "%s", MYTCP_LIBDIR "/" MYTCP_PRELOAD_NAME);
	if (access(path, R_OK))
		die(EXIT_FAILURE, MYTCP_PRELOAD_NAME " is neither beside %s nor in "
		    MYTCP_LIBDIR "; build it with: make -C tools",
		    len > 0 ? self : "mytcp-run");
}

/* Ours comes first, and what was there stays. */
static void preload_library(void)
{
	char library[PATH_MAX], *list;
	const char *old;

	find_library(library, sizeof(library));
	/* The dynamic linker splits the list there, and knows no quoting. */
	if (strpbrk(library, " :"))
		die(EXIT_FAILURE, "%s: LD_PRELOAD cannot hold a path with a space or a colon; move it",
		    library);
	old = getenv("LD_PRELOAD");
	if (asprintf(&list, "%s%s%s", library, old && *old ? ":" : "", old ? old : "") < 0)
		die(EXIT_FAILURE, "out of memory");
	set_variable("LD_PRELOAD", list);
	free(list);
}

/* Of one inside another, the inner one decides. */
static void set_sockets(const char *only)
{
	if (only)
		set_variable(MYTCP_RUN_ONLY, only);
	else
		unsetenv(MYTCP_RUN_ONLY);
}

/* Absolute, because the program may change its directory. */
static void set_log(const char *file)
{
	char path[PATH_MAX] = "";
	int fd;

	if (file) {
		fd = open(file, O_WRONLY | O_APPEND | O_CREAT, 0644);
		if (fd < 0)
			die(EXIT_FAILURE, "%s: %s", file, strerror(errno));
		close(fd);
		if (!realpath(file, path))
			die(EXIT_FAILURE, "%s: %s", file, strerror(errno));
	}
	set_variable(MYTCP_RUN_LOG, path);
}

/* Asked here once, so that a program of many processes gives one warning. */
static void check_module(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MYTCP);
	int error = errno;

	if (fd >= 0) {
		close(fd);
		unsetenv(MYTCP_RUN_WARNED);
		return;
	}
	fprintf(stderr, "mytcp-run: warning: no MyTCP socket (%s), the program will use the kernel's TCP%s\n",
		strerror(error),
		error == EPROTONOSUPPORT ? "; load the module: insmod mytcp.ko" : "");
	set_variable(MYTCP_RUN_WARNED, "1");
}

/*
 * It would run any program, with any library that LD_PRELOAD names for it, with rights
 * that its caller does not have.
 */
static void refuse_privilege(void)
{
	if (getauxval(AT_SECURE))
		die(EXIT_FAILURE, "it must not be set-user-ID or set-group-ID, nor have file capabilities, as it runs whatever it is told to; remove them: chmod a-s, setcap -r");
}

int main(int argc, char **argv)
{
	struct options opts = { 0 };

	refuse_privilege();
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &opts);
	preload_library();
	set_sockets(opts.only);
	if (opts.log)
		set_log(opts.log_file);
	check_module();
	execvp(opts.command[0], opts.command);
	die(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN, "%s: %s",
	    opts.command[0], strerror(errno));
}
