// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-ss - list MyTCP sockets, as ss -t and netstat -t list the kernel's
 *
 * The source is sock_diag, or /proc/net/mytcp where a kernel has none.
 */
#include <errno.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "filter.h"
#include "match.h"
#include "options.h"
#include "proc.h"
#include "request.h"
#include "states.h"
#include "summary.h"

#define TABLE_IPV4	"/proc/net/mytcp"
#define TABLE_IPV6	"/proc/net/mytcp6"

static uint32_t wanted_states(const struct options *opts, const struct filter *filter)
{
	if (filter->states)
		return filter->states;
	if (opts->all || opts->summary || opts->events)
		return STATES_ALL;
	if (opts->listening)
		return STATE_BIT(ST_LISTEN);
	return opts->netstat ? STATES_ALL & ~STATE_BIT(ST_LISTEN) : STATES_DEFAULT;
}

static uint8_t wanted_extensions(const struct view *view)
{
	uint8_t bits = 0;

	if (view->memory)
		bits |= EXTENSION_BIT(INET_DIAG_MEMINFO) | EXTENSION_BIT(INET_DIAG_SKMEMINFO);
	if (view->info)
		bits |= EXTENSION_BIT(INET_DIAG_INFO) | EXTENSION_BIT(INET_DIAG_CONG) |
			EXTENSION_BIT(INET_DIAG_VEGASINFO);
	if (view->tos)
		bits |= EXTENSION_BIT(INET_DIAG_TOS) | EXTENSION_BIT(INET_DIAG_TCLASS);
	return bits;
}

static bool is_family_wanted(const struct options *opts, int family)
{
	return opts->families & (family == AF_INET6 ? FAMILY_IPV6 : FAMILY_IPV4);
}

/* A file knows neither states nor addresses: what is not wanted is taken out. */
static void drop_unwanted(struct entries *entries, const struct options *opts,
			  const struct filter *filter, uint32_t states)
{
	size_t i, kept = 0;

	for (i = 0; i < entries->count; i++)
		if (is_family_wanted(opts, entries->list[i].msg.idiag_family) &&
		    (STATE_BIT(entries->list[i].msg.idiag_state) & states) &&
		    match_node(filter->expression, &entries->list[i]))
			entries->list[kept++] = entries->list[i];
	entries->count = kept;
}

/* The first option given that /proc/net/mytcp cannot serve, or NULL. */
static const char *needs_netlink(const struct options *opts)
{
	return opts->view.info ? "-i" :
	       opts->view.extended ? "-e" :
	       opts->view.memory ? "-m" :
	       opts->view.tos ? "--tos" :
	       opts->kill ? "-K" :
	       opts->events ? "-E" : NULL;
}

static void read_tables(struct entries *entries)
{
	int ret = proc_read(entries, TABLE_IPV4);

	if (ret == -ENOENT)
		die("the module mytcp is not loaded: neither sock_diag knows it, nor is there " TABLE_IPV4 "; load it with: insmod mytcp.ko");
	if (ret)
		die(TABLE_IPV4 ": %s", strerror(-ret));
	ret = proc_read(entries, TABLE_IPV6);
	if (ret && ret != -ENOENT)
		die(TABLE_IPV6 ": %s", strerror(-ret));
}

/* @error: why the kernel cannot be asked by netlink */
static void fall_back(struct entries *entries, const struct options *opts, int error)
{
	if (opts->kernel)
		die("sock_diag, for the kernel's TCP: %s", strerror(-error));
	read_tables(entries);
	if (needs_netlink(opts))
		die("%s needs sock_diag, and the kernel has none for MyTCP (%s); load inet_diag and a mytcp.ko that knows it, or leave %s out",
		    needs_netlink(opts), strerror(-error), needs_netlink(opts));
}

static bool is_unknown(int error)
{
	return error == -ENOENT || error == -EPROTONOSUPPORT || error == -EOPNOTSUPP ||
	       error == -EINVAL;
}

/* Returns 0, or the error of a kernel that does not know the protocol. */
static int dump(struct entries *entries, const struct options *opts,
		const struct request *request)
{
	static const int families[] = { AF_INET, AF_INET6 };
	size_t i, known = 0;
	int ret, error = 0;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (!is_family_wanted(opts, families[i]))
			continue;
		ret = request_dump(request, families[i], entries);
		if (ret == -EINTR)
			warn("the kernel's tables changed while they were read: sockets may be missing");
		else if (ret && !is_unknown(ret))
			die("sock_diag: %s", strerror(-ret));
		else if (ret)
			error = ret;
		known += !ret || ret == -EINTR;
	}
	return known ? 0 : error;
}

static void read_entries(struct entries *entries, const struct options *opts,
			 const struct filter *filter, const struct request *request)
{
	int ret;

	if (opts->from) {
		if (needs_netlink(opts))
			die("%s asks the running kernel, and cannot be combined with --from",
			    needs_netlink(opts));
		ret = proc_read(entries, opts->from);
		if (ret)
			die("%s: %s", opts->from, strerror(-ret));
	} else {
		ret = dump(entries, opts, request);
		if (!ret)
			return;
		fall_back(entries, opts, ret);
	}
	drop_unwanted(entries, opts, filter, request->states);
}

static void show_entries(const struct entries *entries, const struct options *opts)
{
	if (opts->summary)
		summary_print(entries, opts->kernel ? "TCP" : "MyTCP");
	else if (opts->netstat)
		print_netstat(entries, &opts->view, opts->kernel ? "tcp" : "mytcp",
			      opts->all ? "servers and established" :
			      opts->listening ? "only servers" : "w/o servers");
	else
		print_entries(entries, &opts->view);
	if (fflush(stdout) || ferror(stdout))
		die("writing the list: %s", strerror(errno));
}

/**
 * struct stream - where destroyed sockets are printed
 * @opts: how
 * @filter: which
 * @states: which
 */
struct stream {
	struct options *opts;
	const struct filter *filter;
	uint32_t states;
};

static void show_event(const struct entry *entry, void *data)
{
	struct stream *stream = data;
	struct entries list = { 0 };
	struct entry one;

	if (entry) {
		one = *entry;
		list.list = &one;
		list.count = 1;
	}
	drop_unwanted(&list, stream->opts, stream->filter, stream->states);
	if (list.count || !entry)
		show_entries(&list, stream->opts);
	stream->opts->view.header = false;
}

__attribute__((noreturn))
static void follow(struct options *opts, const struct filter *filter,
		   const struct request *request)
{
	struct stream stream = { .opts = opts, .filter = filter, .states = request->states };
	struct request probe = { .protocol = request->protocol };
	struct entries none = { 0 };

	if (opts->from)
		die("-E asks the running kernel, and cannot be combined with --from");
	/* A kernel without MyTCP would not complain, and never have anything to say. */
	read_entries(&none, opts, filter, &probe);
	opts->view.stream = true;
	request_follow(request, opts->families, show_event, &stream);
}

static void read_owners(struct owners *owners)
{
	if (owners_read(owners))
		die("/proc: %s", strerror(errno));
	if (owners->hidden)
		warn("processes of other users are not shown; -p must be root to see them: sudo mytcp-ss -p");
}

int main(int argc, char **argv)
{
	struct options opts;
	struct entries entries = { 0 };
	struct request request = { 0 };
	struct owners owners = { 0 };
	struct filter filter;

	options_parse(&opts, argc, argv);
	filter_parse(&filter, opts.filter);
	request.protocol = opts.kernel ? IPPROTO_TCP : IPPROTO_MYTCP;
	request.states = wanted_states(&opts, &filter);
	request.extensions = wanted_extensions(&opts.view);
	/* Who has asked for one state knows it. */
	opts.view.state = !filter.states || filter.states & (filter.states - 1);
	bytecode_build(&request.filter, filter.expression);
	if (opts.events)
		follow(&opts, &filter, &request);

	read_entries(&entries, &opts, &filter, &request);
	if (opts.processes) {
		read_owners(&owners);
		opts.view.owners = &owners;
	}
	if (opts.kill)
		request_destroy(&request, &entries);
	show_entries(&entries, &opts);

	owners_free(&owners);
	entries_free(&entries);
	bytecode_free(&request.filter);
	filter_free(&filter);
	free(opts.filter);
	return EXIT_SUCCESS;
}
