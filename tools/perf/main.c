// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-perf - measure stacks in one run, in turn, so that what changes on the machine
 * meanwhile changes for all of them. The order of things is here, the rest beside.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "error.h"
#include "options.h"
#include "report.h"
#include "server.h"
#include "watch.h"

/* A server for this run only, which Ctrl-C does not end before the client. */
static void own_server(struct options *o)
{
	static char port[8];
	struct place place = { .len = sizeof(place.addr) };
	int fd;

	o->host = o->plan.family == AF_INET6 ? "::1" : "127.0.0.1";
	fd = server_listen(o->host, "0", o->plan.family);
	if (getsockname(fd, &place.addr.any, &place.len))
		fail("no port for a server: %m");
	snprintf(port, sizeof(port), "%u", ntohs(place.addr.any.sa_family == AF_INET6 ?
		 place.addr.in6.sin6_port : place.addr.in.sin_port));
	o->port = port;
	switch (fork()) {
	case -1:
		fail("no process for a server: %m");
	case 0:
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
		server_run(fd, true);
	}
	close(fd);
}

/* Who started it may wait for the line. */
static void serve_for_ever(const struct options *o)
{
	int listener = server_listen(o->host, o->port, o->plan.family);

	printf("mytcp-perf: listening on port %s\n", o->port);
	fflush(stdout);
	server_run(listener, false);
}

static int connect_control(const struct options *o, struct place *host)
{
	struct addrinfo hints = { .ai_family = o->plan.family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list, *at;
	int fd = -1, yes = 1, err;

	err = getaddrinfo(o->host, o->port, &hints, &list);
	if (err)
		fail("no host %s, port %s: %s", o->host, o->port, gai_strerror(err));
	for (at = list; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen)) {
			err = errno;
			close(fd);
			errno = err;
			fd = -1;
		}
		if (fd >= 0) {
			memcpy(&host->addr, at->ai_addr, at->ai_addrlen);
			host->len = at->ai_addrlen;
		}
	}
	if (fd < 0)
		fail("no server at %s, port %s: %s; start one there: mytcp-perf -L", o->host,
		     o->port, strerror(errno));
	freeaddrinfo(list);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

/* ABAB: the same number of each, and none is always the first of a pair's noise. */
static void run_all(const struct options *o, struct report *r, struct control *c,
		    const struct place *host)
{
	bool interrupted = false;
	struct plan plan;
	unsigned int i;

	while (r->rounds < r->planned && !interrupted) {
		for (i = 0; i < r->stack_count && !interrupted; i++) {
			plan = r->plan;
			plan.stack = r->stacks[i];
			client_run(&plan, &o->limits, c, host, &report_runs(r, i)[r->rounds]);
			interrupted = report_runs(r, i)[r->rounds].interrupted;
		}
		/* an unfinished round counts if it is all there is */
		if (!interrupted || !r->rounds || i == r->stack_count)
			r->rounds++;
		else
			fprintf(stderr, "mytcp-perf: interrupted in round %u, which is left out\n",
				r->rounds + 1);
		/* stacks that did not have their turn */
		if (interrupted && r->rounds == 1 && i < r->stack_count)
			r->stack_count = i;
	}
}

static char *join(int argc, char **argv)
{
	size_t size = 1;
	char *text;
	int i;

	for (i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = calloc(1, size);
	for (i = 0; text && i < argc; i++) {
		if (i)
			strcat(text, " ");
		strcat(text, argv[i]);
	}
	return text ? text : "";
}

int main(int argc, char **argv)
{
	struct report report = { .command = join(argc, argv) };
	struct place host = {};
	struct control control = {};
	struct options o;

	options_read(&o, argc, argv);
	if (o.listen)
		serve_for_ever(&o);
	if (!o.host)
		own_server(&o);
	watch_signals();
	control.fd = connect_control(&o, &host);
	o.plan.family = host.addr.any.sa_family;
	report.plan = o.plan;
	report.limits = o.limits;
	report.host = o.host;
	memcpy(report.stacks, o.stacks, sizeof(report.stacks));
	report.stack_count = o.stack_count;
	report.planned = o.rounds;
	report.runs = calloc(o.stack_count * o.rounds, sizeof(*report.runs));
	if (!report.runs)
		fail("no memory for %u runs", o.rounds);
	run_all(&o, &report, &control, &host);
	if (o.json)
		report_json(&report);
	else
		report_print(&report);
	return 0;
}
