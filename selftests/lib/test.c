// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "netif.h"
#include "stack.h"
#include "tun.h"

/* What a kernel has by itself, whatever its administrator has chosen. */
static void plain_kernel_settings(void)
{
	char cc[32];

	/* A namespace may not choose freely: cubic only if it is inherited. */
	sysctl_get_text("congestion_control", cc, sizeof(cc));
	if (strcmp(cc, "cubic"))
		sysctl_set_text("congestion_control", "reno");
	sysctl_set_text("rmem", "4096 131072 6291456");
	sysctl_set_text("wmem", "4096 16384 4194304");
	/* Newer kernels repeat a SYN every second at first; MyTCP backs off. */
	if (!access("/proc/sys/net/ipv4/tcp_syn_linear_timeouts", W_OK))
		sysctl_set("syn_linear_timeouts", 0);
}

bool test_begin_(const char *name)
{
	const char *only = getenv("MYTCP_TEST_ONLY");

	if (only && *only && !strstr(name, only))
		return true;
	tun_name_test(name);
	signal(SIGPIPE, SIG_IGN);
	netns_enter();
	if (stack_is_kernel())
		plain_kernel_settings();
	return false;
}

/* Of the values of MYTCP_TEST_FAMILY, those that give each test a turn. */
static bool by_turns(const char *which)
{
	return !strcmp(which, "turns") || !strcmp(which, "swapped");
}

static const char *asked_family(void)
{
	const char *which = getenv("MYTCP_TEST_FAMILY");

	return which ? which : "";
}

bool test_family(int family)
{
	const char *which = asked_family();

	return !*which || by_turns(which) ||
	       !strcmp(which, family == AF_INET6 ? "ipv6" : "ipv4");
}

bool test_turn(const char *name, int family)
{
	const char *which = asked_family();
	unsigned int sum = !strcmp(which, "swapped");

	if (!by_turns(which))
		return test_family(family);
	while (*name)
		sum += *name++;
	return (sum & 1 ? AF_INET6 : AF_INET) == family;
}
