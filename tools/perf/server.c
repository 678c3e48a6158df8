// SPDX-License-Identifier: GPL-2.0
/*
 * The server: a process for each control connection, which serves one run after another
 * and leaves with the connection, so that nothing of a run is left behind.
 */
#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "error.h"
#include "serve.h"
#include "stack.h"
#include "usage.h"

#define IDLE_SECONDS	5	/* for what the client has closed to be closed here */

/* Where a run's figures are; its threads stay until the process goes. */
static struct serve *new_serve(const struct plan *plan, const struct place *host,
			       char *where, char *why, size_t size)
{
	struct serve *s = calloc(1, sizeof(*s));

	if (!s) {
		snprintf(why, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	s->plan = *plan;
	s->listener = stack_listen(plan, host, where);
	if (s->listener < 0) {
		stack_why(plan, -s->listener, why, size);
		free(s);
		return NULL;
	}
	if (!serve_start(s)) {
		snprintf(why, size, "%u connections, %s server: %s", plan->connections,
			 plan_model_name(plan->model), strerror(errno));
		return NULL;	/* threads may have it already */
	}
	return s;
}

static bool pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return true;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

/* From "ready" to "figures". */
static bool run_plan(struct control *c, const struct plan *plan, const struct place *host)
{
	char where[PLACE_TEXT], why[CONTROL_LINE - 32], line[CONTROL_LINE];
	struct usage before, after;
	struct serve *s;

	if (!pin(plan->server_cpu))
		return control_say(c, "error the server has no CPU %d", plan->server_cpu);
	s = new_serve(plan, host, where, why, sizeof(why));
	if (!s)
		return control_say(c, "error %s", why);
	if (!control_say(c, "ready %s", where) || !control_hear(c, line) ||
	    strcmp(line, "go") != 0)
		return false;
	usage_now(&before);
	if (!control_say(c, "going") || !control_hear(c, line) || strcmp(line, "end") != 0)
		return false;
	serve_await_idle(s, IDLE_SECONDS);
	usage_now(&after);
	return control_say(c, "figures %llu %llu %llu", (unsigned long long)s->bytes,
			   (unsigned long long)s->retransmitted,
			   (unsigned long long)(after.cpu_us - before.cpu_us));
}

/* IPv4's clients come over IPv6's socket; the run has the family that they speak. */
static void unmap(struct place *host)
{
	const struct sockaddr_in6 *in6 = &host->addr.in6;
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (host->addr.any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		return;
	memcpy(&in.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(in.sin_addr));
	host->addr.in = in;
	host->len = sizeof(in);
}

/*
 * Each run has a process: threads that wait in accept() end with it, and a second one has
 * none of the first one's memory.
 */
static void session(int fd)
{
	struct control c = { .fd = fd };
	struct place host = { .len = sizeof(host.addr) };
	char line[CONTROL_LINE];
	struct plan plan;
	int status;
	pid_t run;

	if (getsockname(fd, &host.addr.any, &host.len))
		return;
	unmap(&host);
	while (control_hear(&c, line)) {
		if (!plan_read(&plan, line)) {
			control_say(&c, "error the server does not understand '%.60s'; is it of another version?",
				    line);
			return;
		}
		plan.family = host.addr.any.sa_family;
		run = fork();
		if (run < 0)
			return;
		if (!run)
			_exit(!run_plan(&c, &plan, &host));
		if (waitpid(run, &status, 0) < 0 || status)
			return;
	}
}

/**
 * server_listen() - where clients are awaited
 * @host: an address or name of this machine, NULL for all its addresses
 * @port: number or service, "0" for one of the system's choice
 * @family: AF_INET, AF_INET6 or AF_UNSPEC
 *
 * Return: a socket of the kernel's TCP; ends the program if there is none.
 */
int server_listen(const char *host, const char *port, int family)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE }, *list, *at;
	int fd = -1, yes = 1, err;

	err = getaddrinfo(host, port, &hints, &list);
	if (err)
		fail("no address %s, port %s here: %s", host ? host : "*", port,
		     gai_strerror(err));
	/* [::] takes IPv4's clients, too, but comes behind 0.0.0.0 in the list */
	for (at = list; at && !host && family == AF_UNSPEC; at = at->ai_next)
		if (at->ai_family == AF_INET6)
			break;
	for (at = at ? at : list; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		if (bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, 16)) {
			err = errno;
			close(fd);
			errno = err;
			fd = -1;
		}
	}
	if (fd < 0)
		fail("cannot listen on port %s: %s; does another server run? choose a port with -p",
		     port, strerror(errno));
	freeaddrinfo(list);
	return fd;
}

/**
 * server_run() - serve clients
 * @listener: of server_listen()
 * @once: only one, then end
 */
void server_run(int listener, bool once)
{
	struct rlimit files;
	int fd;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			fail("no more clients: %s", strerror(errno));
		if (once || !fork()) {
			close(listener);
			session(fd);
			_exit(0);
		}
		close(fd);
	}
}
