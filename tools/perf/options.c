// SPDX-License-Identifier: GPL-2.0
/* Reads the command line; see options.h */
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define ROUNDS		3
#define SECONDS		10
#define ROUNDS_MOST	10000

enum { KEY_SERVER = 256, KEY_IN_TURN };

static const struct argp_option option_table[] = {
	{ NULL, 0, NULL, 0, "Who:", 1 },
	{ "listen", 'L', NULL, 0, "Be the server", 1 },
	{ "host", 'H', "HOST", 0, "Where the server is; without it, here, and started for this", 1 },
	{ "port", 'p', "PORT", 0, "Of the control connection (" CONTROL_PORT ")", 1 },
	{ "ipv4", '4', NULL, 0, "IPv4", 1 },
	{ "ipv6", '6', NULL, 0, "IPv6", 1 },
	{ NULL, 0, NULL, 0, "What:", 2 },
	{ "test", 't', "TEST", 0, "STREAM, MAERTS, RR, CRR or CONNECT (STREAM)", 2 },
	{ "family", 'f', "STACK,...", 0, "tcp, mytcp, unix; both is tcp,mytcp (both)", 2 },
	{ "seconds", 'l', "SECONDS", 0, "Of each run (10)", 2 },
	{ "count", 'n', "COUNT", 0, "Operations of each run, instead of -l", 2 },
	{ "rounds", 'r', "COUNT", 0, "Runs of each stack, in turn (3 if they are compared, else 1)", 2 },
	{ "size", 'm', "SIZE[,RESPONSE]", 0, "Octets of a write, or of request and response", 2 },
	{ "connections", 'P', "COUNT", 0, "At a time (1)", 2 },
	{ "in-turn", KEY_IN_TURN, NULL, 0, "RR on one connection after another, not on all at once", 2 },
	{ "server", KEY_SERVER, "MODEL", 0, "The server is blocking, a thread for each connection, or epoll, one thread", 2 },
	{ "congestion", 'C', "NAME", 0, "Congestion control, of both stacks", 2 },
	{ "buffer", 'b', "SIZE", 0, "SO_SNDBUF and SO_RCVBUF, of both ends", 2 },
	{ "nodelay", 'D', NULL, 0, "TCP_NODELAY", 2 },
	{ "cpu", 'T', "CPU[,SERVER]", 0, "Where client and server run", 2 },
	{ NULL, 0, NULL, 0, "How it is told:", 3 },
	{ "json", 'j', NULL, 0, "As JSON", 3 },
	{ "quiet", 'q', NULL, 0, "Without a progress line", 3 },
	{ "help", 'h', NULL, OPTION_HIDDEN, NULL, -1 },
	{ 0 }
};

/**
 * struct reading - the command line while it is read
 * @o: what is known of it
 * @model: --server was given
 * @size: -m was given
 */
struct reading {
	struct options *o;
	bool model;
	bool size;
};

/* A number up to @most; what follows it must be in @ends. */
static unsigned long number(struct argp_state *state, const char *what, const char *text,
			    unsigned long least, unsigned long most, char **rest)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (end == text || text[0] == '-' || value < least || value > most ||
	    (*end && (!rest || *end != ',')))
		argp_error(state, "%s: expected a number from %lu to %lu, got '%s'", what,
			   least, most, text);
	if (rest)
		*rest = *end ? end + 1 : NULL;
	return value;
}

static void read_stacks(struct argp_state *state, struct options *o, const char *arg)
{
	char *list = strdup(!strcmp(arg, "both") ? "tcp,mytcp" : arg), *word, *at = list;
	unsigned int i;
	int stack;

	o->stack_count = 0;
	while ((word = strsep(&at, ","))) {
		stack = plan_find_stack(word);
		for (i = 0; i < o->stack_count; i++)
			if ((int)o->stacks[i] == stack)
				stack = -1;
		if (stack < 0)
			argp_error(state, "-f: expected tcp, mytcp, unix, each once, or both, got '%s'",
				   arg);
		o->stacks[o->stack_count++] = stack;
	}
	free(list);
}

static void read_sizes(struct argp_state *state, struct plan *plan, const char *arg)
{
	char *second;

	plan->request = number(state, "-m", arg, 1, PLAN_SIZE_MOST, &second);
	plan->response = second ? number(state, "-m", second, 1, PLAN_SIZE_MOST, NULL) :
				  plan->request;
}

static void read_cpus(struct argp_state *state, struct options *o, const char *arg)
{
	char *second;

	o->limits.cpu = number(state, "-T", arg, 0, 1023, &second);
	if (second)
		o->plan.server_cpu = number(state, "-T", second, 0, 1023, NULL);
}

static void read_test(struct argp_state *state, struct plan *plan, const char *arg)
{
	int test = plan_find_test(arg);

	if (test < 0)
		argp_error(state, "-t: expected STREAM, MAERTS, RR, CRR or CONNECT, got '%s'", arg);
	plan->test = test;
}

static void read_seconds(struct argp_state *state, struct limits *limits, const char *arg)
{
	char *end;

	limits->seconds = strtod(arg, &end);
	if (end == arg || *end || !(limits->seconds > 0 && limits->seconds <= 1e6))
		argp_error(state, "-l: expected seconds, more than 0, got '%s'", arg);
	limits->count = 0;
}

static void read_model(struct argp_state *state, struct plan *plan, const char *arg)
{
	int model = plan_find_model(arg);

	if (model < 0)
		argp_error(state, "--server: expected blocking or epoll, got '%s'", arg);
	plan->model = model;
}

/* What says what is measured. */
static error_t parse_what(int key, char *arg, struct argp_state *state)
{
	struct reading *r = state->input;
	struct options *o = r->o;

	switch (key) {
	case 't':
		read_test(state, &o->plan, arg);
		return 0;
	case 'f':
		read_stacks(state, o, arg);
		return 0;
	case 'l':
		read_seconds(state, &o->limits, arg);
		return 0;
	case 'n':
		o->limits.count = number(state, "-n", arg, 1, ~0ul, NULL);
		o->limits.seconds = 0;
		return 0;
	case 'r':
		o->rounds = number(state, "-r", arg, 1, ROUNDS_MOST, NULL);
		return 0;
	case 'm':
		read_sizes(state, &o->plan, arg);
		r->size = true;
		return 0;
	case 'P':
		o->plan.connections = number(state, "-P", arg, 1, PLAN_CONNECTIONS_MOST, NULL);
		return 0;
	case KEY_IN_TURN:
		o->limits.in_turn = true;
		return 0;
	case KEY_SERVER:
		read_model(state, &o->plan, arg);
		r->model = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* What goes together, and what follows from the test. */
static void complete(struct argp_state *state, struct reading *r)
{
	struct options *o = r->o;
	struct plan *plan = &o->plan;

	if (o->listen)
		return;
	if (!r->size)
		plan->request = plan->response = plan_is_bulk(plan) ? 65536 : 1;
	if (o->limits.in_turn && plan->test != TEST_RR)
		argp_error(state, "--in-turn is for RR; %s has no turns",
			   plan_test_name(plan->test));
	if (plan->test == TEST_CONNECT) {
		if (o->limits.count > PLAN_CONNECTIONS_MOST)
			argp_error(state, "-n: expected up to %u connections",
				   PLAN_CONNECTIONS_MOST);
		if (o->limits.count)
			plan->connections = o->limits.count;
		else if (plan->connections == 1)
			argp_error(state, "CONNECT opens and holds connections: say how many with -n");
		o->limits.count = 0;
		o->limits.seconds = 0;
	}
	if (!r->model)
		plan->model = plan->connections > 1 ? MODEL_EPOLL : MODEL_BLOCKING;
	/* it has but one thread to hold them */
	if (plan->test == TEST_CONNECT && r->model && plan->model == MODEL_BLOCKING)
		argp_error(state, "--server blocking cannot hold connections without a thread for each: CONNECT needs epoll");
	if (!o->rounds)
		o->rounds = o->stack_count > 1 ? ROUNDS : 1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct reading *r = state->input;
	struct options *o = r->o;

	switch (key) {
	case 'L':
		o->listen = true;
		break;
	case 'H':
		o->host = arg;
		break;
	case 'p':
		o->port = arg;
		break;
	case '4':
		o->plan.family = AF_INET;
		break;
	case '6':
		o->plan.family = AF_INET6;
		break;
	case 'C':
		if (!*arg || strlen(arg) >= PLAN_NAME || strpbrk(arg, " \n"))
			argp_error(state, "-C: expected the name of a congestion control, got '%s'",
				   arg);
		strcpy(o->plan.congestion, arg);
		break;
	case 'b':
		o->plan.buffer = number(state, "-b", arg, 1, PLAN_SIZE_MOST, NULL);
		break;
	case 'D':
		o->plan.nodelay = true;
		break;
	case 'T':
		read_cpus(state, o, arg);
		break;
	case 'j':
		o->json = true;
		break;
	case 'q':
		o->limits.quiet = true;
		break;
	case 'h':
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "expected options only, got '%s'", arg);
		break;
	case ARGP_KEY_END:
		complete(state, r);
		break;
	default:
		return parse_what(key, arg, state);
	}
	return 0;
}

/**
 * options_read() - read the command line
 * @o: gets what it says, and for what it does not say the defaults
 * @argc: of main()
 * @argv: of main()
 *
 * Ends the program after a mistake, or when help is asked for.
 */
void options_read(struct options *o, int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table, .parser = parse,
		.doc = "Measure the kernel's TCP, MyTCP and AF_UNIX, in the way of netperf.",
	};
	struct reading r = { .o = o };

	*o = (struct options){
		.plan = { .family = AF_UNSPEC, .connections = 1, .server_cpu = -1 },
		.limits = { .seconds = SECONDS, .cpu = -1 },
		.stacks = { STACK_TCP, STACK_MYTCP }, .stack_count = 2,
		.port = CONTROL_PORT,
	};
	argp_err_exit_status = STATUS_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &r);
}
