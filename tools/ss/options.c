// SPDX-License-Identifier: GPL-2.0
/* Reads the command line; see options.h */
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "request.h"

enum { KEY_NETSTAT = 256, KEY_FROM, KEY_KERNEL, KEY_TOS };

static const struct argp_option option_table[] = {
	{ NULL, 0, NULL, 0, "Which sockets:", 1 },
	{ "all", 'a', NULL, 0, "Listening and all other sockets", 1 },
	{ "listening", 'l', NULL, 0, "Listening sockets only", 1 },
	{ "ipv4", '4', NULL, 0, "IPv4 sockets only", 1 },
	{ "ipv6", '6', NULL, 0, "IPv6 sockets only", 1 },
	{ "tcp", 't', NULL, 0, "Nothing: there only is TCP, but fingers type it", 1 },
	{ "kernel", KEY_KERNEL, NULL, 0, "The kernel's own TCP instead of MyTCP", 1 },
	{ "from", KEY_FROM, "FILE", 0, "Those in a saved copy of /proc/net/mytcp", 1 },
	{ NULL, 0, NULL, 0, "What of them:", 2 },
	{ "numeric", 'n', NULL, 0, "Ports and rates as numbers, not as names and with units", 2 },
	{ "processes", 'p', NULL, 0, "The processes that hold a socket", 2 },
	{ "options", 'o', NULL, 0, "Timers", 2 },
	{ "extended", 'e', NULL, 0, "User, inode, cookie, mark, cgroup, open sides", 2 },
	{ "memory", 'm', NULL, 0, "Memory", 2 },
	{ "info", 'i', NULL, 0, "TCP_INFO, and the congestion control's figures", 2 },
	{ "tos", KEY_TOS, NULL, 0, "Type of service, traffic class, class of the queue", 2 },
	{ "no-header", 'H', NULL, 0, "No line of titles", 2 },
	{ "oneline", 'O', NULL, 0, "One line for each socket", 2 },
	{ "summary", 's', NULL, 0, "Only how many there are", 2 },
	{ "netstat", KEY_NETSTAT, NULL, 0, "The table of netstat -t instead of that of ss -t", 2 },
	{ NULL, 0, NULL, 0, "What to do:", 3 },
	{ "kill", 'K', NULL, 0, "Close the sockets, and list them", 3 },
	{ "events", 'E', NULL, 0, "Wait, and list sockets as they are destroyed", 3 },
	{ "help", 'h', NULL, OPTION_HIDDEN, NULL, -1 },
	{ 0 }
};

/* Words of an expression may come in one argument or in many. */
static void add_argument(struct options *opts, const char *arg)
{
	size_t len = strlen(opts->filter);

	opts->filter = resize(opts->filter, len + strlen(arg) + 2, 1);
	if (len)
		opts->filter[len++] = ' ';
	strcpy(opts->filter + len, arg);
}

static bool parse_view(struct view *view, int key)
{
	switch (key) {
	case 'n':
		view->numeric = true;
		return true;
	case 'o':
		view->timer = true;
		return true;
	case 'e':
		view->extended = true;
		view->timer = true;
		return true;
	case 'm':
		view->memory = true;
		return true;
	case 'i':
		view->info = true;
		return true;
	case KEY_TOS:
		view->tos = true;
		return true;
	case 'H':
		view->header = false;
		return true;
	case 'O':
		view->one_line = true;
		return true;
	default:
		return false;
	}
}

static bool parse_choice(struct options *opts, int key)
{
	switch (key) {
	case 'a':
		opts->all = true;
		return true;
	case 'l':
		opts->listening = true;
		return true;
	case '4':
		opts->families |= FAMILY_IPV4;
		return true;
	case '6':
		opts->families |= FAMILY_IPV6;
		return true;
	case 't':
		return true;
	case KEY_KERNEL:
		opts->kernel = true;
		return true;
	default:
		return false;
	}
}

/* What cannot be had together. */
static void check_options(const struct options *opts, struct argp_state *state)
{
	if (opts->kill && opts->events)
		argp_error(state, "-K closes sockets, and -E waits for it: expected one of them");
	if (opts->summary && opts->events)
		argp_error(state, "-s counts, and -E never ends: expected one of them");
	if (opts->kernel && opts->from)
		argp_error(state, "--kernel and --from are two sources: expected one of them");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	if (parse_view(&opts->view, key) || parse_choice(opts, key))
		return 0;
	switch (key) {
	case 'p':
		opts->processes = true;
		return 0;
	case 's':
		opts->summary = true;
		return 0;
	case 'K':
		opts->kill = true;
		return 0;
	case 'E':
		opts->events = true;
		return 0;
	case KEY_NETSTAT:
		opts->netstat = true;
		return 0;
	case KEY_FROM:
		opts->from = arg;
		return 0;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		return 0;
	case ARGP_KEY_END:
		check_options(opts, state);
		return 0;
	case ARGP_KEY_ARG:
		add_argument(opts, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/**
 * options_parse() - read the command line; ends the program after a mistake, or for --help
 * @opts: gets what it says; @opts->filter is to be freed
 * @argc: of main()
 * @argv: of main()
 */
void options_parse(struct options *opts, int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.args_doc = "[state NAME | exclude NAME]... [EXPRESSION]",
		.doc = "List MyTCP sockets.\v"
		       "Without -a, -l and a state, connections are listed, without TIME-WAIT and SYN-RECV.\n\n"
		       "NAME is established, syn-sent, syn-recv, fin-wait-1, fin-wait-2, time-wait, closed, close-wait, last-ack, listening, closing, or all, connected, synchronized, bucket, big.\n\n"
		       "EXPRESSION is made of src and dst with ADDRESS[/LENGTH][:PORT], sport and dport with = != < <= > >= and :PORT; and, or, not, parentheses.",
	};

	memset(opts, 0, sizeof(*opts));
	opts->view.header = true;
	opts->filter = resize(NULL, 1, 1);
	*opts->filter = '\0';
	argp_parse(&argp, argc, argv, 0, NULL, opts);
	if (!opts->families)
		opts->families = FAMILY_IPV4 | FAMILY_IPV6;
}
