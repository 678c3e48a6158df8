// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-ss - list MyTCP sockets, as ss -t and netstat -t list the kernel's
 *
 * The source is /proc/net/mytcp, which has the columns of /proc/net/tcp.
 */
#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "owners.h"

#define TABLE_IPV4	"/proc/net/mytcp"
#define TABLE_IPV6	"/proc/net/mytcp6"

enum { ST_TIME_WAIT = 6, ST_CLOSE = 7, ST_LISTEN = 10 };

/* By the number in the column "st", as ss and as netstat name them. */
static const struct {
	const char *ss;
	const char *netstat;
} state_names[] = {
	[1] = { "ESTAB", "ESTABLISHED" },
	[2] = { "SYN-SENT", "SYN_SENT" },
	[3] = { "SYN-RECV", "SYN_RECV" },
	[4] = { "FIN-WAIT-1", "FIN_WAIT1" },
	[5] = { "FIN-WAIT-2", "FIN_WAIT2" },
	[ST_TIME_WAIT] = { "TIME-WAIT", "TIME_WAIT" },
	[ST_CLOSE] = { "UNCONN", "CLOSE" },
	[8] = { "CLOSE-WAIT", "CLOSE_WAIT" },
	[9] = { "LAST-ACK", "LAST_ACK" },
	[ST_LISTEN] = { "LISTEN", "LISTEN" },
	[11] = { "CLOSING", "CLOSING" },
};
#define STATES	(sizeof(state_names) / sizeof(state_names[0]))

/* "[" address "]:" service "\0" */
#define ENDPOINT_LEN	(INET6_ADDRSTRLEN + 3 + 32)

struct row {
	unsigned int state;
	unsigned int send_queue;
	unsigned int receive_queue;
	unsigned long inode;
	char local[ENDPOINT_LEN];
	char remote[ENDPOINT_LEN];
};

struct table {
	struct row *rows;
	size_t count;
	size_t room;
};

struct options {
	bool all;
	bool listening;
	bool numeric;
	bool processes;
	bool netstat;
	const char *from;
};

enum { KEY_NETSTAT = 256, KEY_FROM };

static const struct argp_option option_table[] = {
	{ "all", 'a', NULL, 0, "Show listening and all other sockets", 0 },
	{ "listening", 'l', NULL, 0, "Show listening sockets only", 0 },
	{ "numeric", 'n', NULL, 0, "Show port numbers, not names of services", 0 },
	{ "processes", 'p', NULL, 0, "Show the processes that hold a socket", 0 },
	{ "tcp", 't', NULL, 0, "Nothing: there only is TCP, but fingers type it", 0 },
	{ "netstat", KEY_NETSTAT, NULL, 0, "Print the table of netstat -t instead of that of ss -t", 0 },
	{ "from", KEY_FROM, "FILE", 0, "Read a saved copy of " TABLE_IPV4, 0 },
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case 'a':
		opts->all = true;
		return 0;
	case 'l':
		opts->listening = true;
		return 0;
	case 'n':
		opts->numeric = true;
		return 0;
	case 'p':
		opts->processes = true;
		return 0;
	case 't':
		return 0;
	case KEY_NETSTAT:
		opts->netstat = true;
		return 0;
	case KEY_FROM:
		opts->from = arg;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s': expected options only", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.doc = "List MyTCP sockets.\vWithout -a and -l, all but listening sockets are listed.",
};

__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *format, ...)
{
	va_list args;

	fputs("mytcp-ss: error: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void add_row(struct table *table, const struct row *row)
{
	if (table->count == table->room) {
		table->room = table->room ? 2 * table->room : 64;
		table->rows = reallocarray(table->rows, table->room, sizeof(*row));
		if (!table->rows)
			die("out of memory");
	}
	table->rows[table->count++] = *row;
}

/*
 * The kernel prints an address as 32-bit words in the machine's byte order:
 * one for IPv4, four for IPv6. Returns the family, or -1.
 */
static int parse_address(const char *hex, void *address)
{
	size_t len = strlen(hex), i;
	unsigned int word;

	if (len != 8 && len != 32)
		return -1;
	for (i = 0; i < len / 8; i++) {
		if (sscanf(hex + 8 * i, "%8x", &word) != 1)
			return -1;
		memcpy((char *)address + 4 * i, &word, 4);
	}
	return len == 8 ? AF_INET : AF_INET6;
}

static void format_port(char *text, size_t size, unsigned int port, bool numeric)
{
	struct servent *service = NULL;

	if (!port) {
		snprintf(text, size, "*");
		return;
	}
	if (!numeric)
		service = getservbyport(htons((unsigned short)port), "tcp");
	if (service)
		snprintf(text, size, "%s", service->s_name);
	else
		snprintf(text, size, "%u", port);
}

/* "0100007F:1F90" -> "127.0.0.1:8080" */
static bool format_endpoint(char *text, const char *hex, bool numeric)
{
	char address[INET6_ADDRSTRLEN], port_text[32], digits[33];
	unsigned char bytes[16];
	unsigned int port;
	int family;

	if (sscanf(hex, "%32[0-9A-Fa-f]:%4x", digits, &port) != 2)
		return false;
	family = parse_address(digits, bytes);
	if (family < 0 || !inet_ntop(family, bytes, address, sizeof(address)))
		return false;
	format_port(port_text, sizeof(port_text), port, numeric);
	snprintf(text, ENDPOINT_LEN, family == AF_INET6 ? "[%s]:%s" : "%s:%s",
		 address, port_text);
	return true;
}

static bool parse_row(struct row *row, const char *line, bool numeric)
{
	char local[48], remote[48];
	int n;

	/* sl, addresses, st, queues, timer, retransmits, uid, timeout, inode */
	n = sscanf(line, " %*d: %47s %47s %2x %8x:%8x %*x:%*x %*x %*u %*d %lu",
		   local, remote, &row->state, &row->send_queue,
		   &row->receive_queue, &row->inode);
	return n == 6 && row->state < STATES && state_names[row->state].ss &&
	       format_endpoint(row->local, local, numeric) &&
	       format_endpoint(row->remote, remote, numeric);
}

static bool is_wanted(const struct options *opts, unsigned int state)
{
	if (opts->all)
		return true;
	return (state == ST_LISTEN) == opts->listening;
}

static void read_rows(struct table *table, FILE *file, const char *path,
		      const struct options *opts)
{
	char line[512];
	struct row row;
	unsigned int number = 0;

	while (fgets(line, sizeof(line), file)) {
		number++;
		if (number == 1 && strstr(line, "local_address"))
			continue;
		if (!parse_row(&row, line, opts->numeric))
			die("%s, line %u: expected the columns of /proc/net/tcp, got: %s",
			    path, number, line);
		if (is_wanted(opts, row.state))
			add_row(table, &row);
	}
	if (ferror(file))
		die("%s: %s", path, strerror(errno));
}

static bool read_table(struct table *table, const char *path, const struct options *opts)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	read_rows(table, file, path, opts);
	fclose(file);
	return true;
}

static void read_tables(struct table *table, const struct options *opts)
{
	if (opts->from) {
		if (!read_table(table, opts->from, opts))
			die("%s: %s", opts->from, strerror(errno));
		return;
	}
	if (!read_table(table, TABLE_IPV4, opts)) {
		if (errno == ENOENT)
			die(TABLE_IPV4 " does not exist: the module is not loaded; load it with: insmod mytcp.ko");
		die(TABLE_IPV4 ": %s", strerror(errno));
	}
	if (!read_table(table, TABLE_IPV6, opts) && errno != ENOENT)
		die(TABLE_IPV6 ": %s", strerror(errno));
}

static void print_owners_ss(const struct owners *owners, unsigned long inode)
{
	const struct owner *owner = owners_find(owners, inode);
	const char *between = "users:(";

	if (!owner)
		return;
	for (; owner; owner = owners_next(owners, owner)) {
		printf("%s(\"%s\",pid=%d,fd=%d)", between, owner->name,
		       (int)owner->pid, owner->fd);
		between = ",";
	}
	putchar(')');
}

static int address_width(const struct table *table, const char *title)
{
	size_t width = strlen(title), i;

	for (i = 0; i < table->count; i++) {
		if (strlen(table->rows[i].local) > width)
			width = strlen(table->rows[i].local);
		if (strlen(table->rows[i].remote) > width)
			width = strlen(table->rows[i].remote);
	}
	return (int)width;
}

static void print_ss(const struct table *table, const struct owners *owners)
{
	int width = address_width(table, "Local Address:Port");
	size_t i;

	printf("%-10s %6s %6s  %-*s  %-*s%s\n", "State", "Recv-Q", "Send-Q",
	       width, "Local Address:Port",
	       owners ? width : 0, "Peer Address:Port", owners ? "  Process" : "");
	for (i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		printf("%-10s %6u %6u  %-*s  ", state_names[row->state].ss,
		       row->receive_queue, row->send_queue, width, row->local);
		if (owners && owners_find(owners, row->inode)) {
			printf("%-*s  ", width, row->remote);
			print_owners_ss(owners, row->inode);
		} else {
			printf("%s", row->remote);
		}
		putchar('\n');
	}
}

static void print_netstat(const struct table *table, const struct owners *owners,
			  const struct options *opts)
{
	const struct owner *owner;
	size_t i;

	printf("Active MyTCP connections (%s)\n",
	       opts->all ? "servers and established" :
	       opts->listening ? "only servers" : "w/o servers");
	printf("Proto Recv-Q Send-Q %-23s %-23s %s\n", "Local Address",
	       "Foreign Address", owners ? "State       PID/Program name" : "State");
	for (i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];

		printf("mytcp %6u %6u %-23s %-23s ", row->receive_queue,
		       row->send_queue, row->local, row->remote);
		if (!owners) {
			printf("%s\n", state_names[row->state].netstat);
			continue;
		}
		printf("%-11s ", state_names[row->state].netstat);
		owner = owners_find(owners, row->inode);
		if (owner)
			printf("%d/%s\n", (int)owner->pid, owner->name);
		else
			puts("-");
	}
}

static void warn_of_hidden(const struct owners *owners)
{
	if (owners->hidden)
		fputs("mytcp-ss: warning: processes of other users are not shown; -p must be root to see them: sudo mytcp-ss -p\n",
		      stderr);
}

int main(int argc, char **argv)
{
	struct options opts = { 0 };
	struct owners owners = { 0 };
	struct table table = { 0 };

	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	read_tables(&table, &opts);
	if (opts.processes && owners_read(&owners))
		die("/proc: %s", strerror(errno));
	if (opts.processes)
		warn_of_hidden(&owners);

	if (opts.netstat)
		print_netstat(&table, opts.processes ? &owners : NULL, &opts);
	else
		print_ss(&table, opts.processes ? &owners : NULL);

	owners_free(&owners);
	free(table.rows);
	if (fflush(stdout) || ferror(stdout))
		die("writing the list: %s", strerror(errno));
	return EXIT_SUCCESS;
}
