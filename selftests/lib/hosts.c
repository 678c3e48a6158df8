// SPDX-License-Identifier: GPL-2.0
/* Several hosts on one machine; see hosts.h. */
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "hosts.h"
#include "netif.h"

int host_here(void)
{
	return check_ok(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
}

void host_enter(int host)
{
	check_ok(setns(host, CLONE_NEWNET));
}

int host_new(void)
{
	int here = host_here(), there;

	netns_enter();
	there = host_here();
	host_enter(here);
	close(here);
	return there;
}

void in_first_namespace(void (*act)(void *arg), void *arg)
{
	int here = host_here();
	int first = check_ok(open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC));

	host_enter(first);
	act(arg);
	host_enter(here);
	close(first);
	close(here);
}

static void plug_in(const struct plug *p)
{
	host_enter(p->host);
	netif_addr(p->dev, p->ip, 24);
	netif_up(p->dev);
}

void host_connect(const struct plug *a, const struct plug *b)
{
	int here = host_here();

	host_enter(a->host);
	shell("ip link add %s type veth peer %s netns /proc/%d/fd/%d", a->dev,
	      b->dev, getpid(), b->host);
	plug_in(a);
	plug_in(b);
	host_enter(here);
	close(here);
}

bool have_command(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "command -v %s >/dev/null", name);
	return system(line) == 0;
}

void shell(const char *format, ...)
{
	char line[2048];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fflush(stdout);
	status = system(line);
	if (status)
		test_fail("\"%s\" ended with status %#x", line, status);
}

void connect_hosts(enum tcp tcp, int here, int there, const char *ip, int port,
		   int *a, int *b)
{
	struct sockaddr_in at = addr4(ip, port);
	int listening;

	host_enter(there);
	listening = listener_at(tcp, &at, 8);
	host_enter(here);
	*a = connected(tcp, &at);
	*b = check_ok(accept(listening, NULL, NULL));
	close(listening);
}
