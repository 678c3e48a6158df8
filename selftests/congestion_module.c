// SPDX-License-Identifier: GPL-2.0
/*
 * A congestion control in a module of its own, samples/congestion/mytcp_aimd.c: it
 * comes, is chosen, and cannot go while somebody uses it. scripts/build-module
 * builds it beside the module, run.sh says where.
 */
#include "lib/flight.h"
#include "lib/sample.h"
#include "lib/test.h"

#include <errno.h>
#include <string.h>

WIRE_FIXTURE(module)

static bool load(const char *parameters)
{
	return sample_load("congestion/mytcp_aimd.ko", parameters);
}

static int unload(void)
{
	return module_unload("mytcp_aimd");
}

/* The last user may be a socket that goes after a grace period. */
static void unload_at_last(void)
{
	module_unload_at_last("mytcp_aimd");
}

static bool is_available(const char *name)
{
	char names[256];

	sysctl_get_text("available_congestion_control", names, sizeof(names));
	return strstr(names, name);
}

WIRE_TEST(module, is_listed_while_it_is_there)
{
	int fd = stack_socket(w->family);

	if (!load(""))
		SKIP(return, "mytcp_aimd.ko is not there");
	check(is_available("aimd"));
	/* nobody has allowed it to everybody */
	check_ok(seteuid(65534));
	check_err(set_cong(fd, "aimd"), EPERM);
	check_ok(seteuid(0));
	check_ok(unload());
	check(!is_available("aimd"));
	check_err(set_cong(fd, "aimd"), ENOENT);
}

WIRE_TEST(module, stays_while_a_socket_uses_it)
{
	int fd = stack_socket(w->family);

	if (!load(""))
		SKIP(return, "mytcp_aimd.ko is not there");
	check_ok(set_cong(fd, "aimd"));
	check_ok(set_cong(fd, "aimd"));
	check(has_cong(fd, "aimd"));
	check_err(unload(), EWOULDBLOCK);
	check_ok(set_cong(fd, "reno"));
	check_ok(unload());
	check(has_cong(fd, "reno"));
}

WIRE_TEST(module, goes_when_the_last_socket_has_gone)
{
	int fd = stack_socket(w->family);

	if (!load(""))
		SKIP(return, "mytcp_aimd.ko is not there");
	check_ok(set_cong(fd, "aimd"));
	check_err(unload(), EWOULDBLOCK);
	close(fd);
	unload_at_last();
}

WIRE_TEST(module, a_child_holds_it_like_its_listener)
{
	int listener = wire_listen(w), fd;

	if (!load(""))
		SKIP(return, "mytcp_aimd.ko is not there");
	check_ok(set_cong(listener, "aimd"));
	inject(w, SYN, .opts = { MSS(SEGMENT) });
	expect(w, SYN | ACK);
	inject(w, ACK);
	fd = wire_accept(listener);
	close(listener);
	check(has_cong(fd, "aimd"));
	check_err(unload(), EWOULDBLOCK);
	close_abort(fd);
	unload_at_last();
}

/* A fifth less at a loss, two more in a round trip. */
WIRE_TEST(module, decides_about_the_window)
{
	int fd;

	if (!load("increase=2 decrease=20"))
		SKIP(return, "mytcp_aimd.ko is not there");
	fd = open_flight(w, 0, "aimd", SYN, MSS(SEGMENT));
	repair_the_first(w, fd);
	check_eq(tcp_info(fd).tcpi_snd_ssthresh, 8);
	send_pattern(fd, IW * SEGMENT, 40 * SEGMENT);
	expect_segments(w, IW, IW + 8);
	expect_none(w, 0);
	inject(w, ACK, .ack = at(IW + 8));
	expect_segments(w, IW + 8, IW + 18);
	expect_none(w, 0);
	check_eq(tcp_info(fd).tcpi_snd_cwnd, 10);
	close_abort(fd);
	unload_at_last();
}

TEST_HARNESS_MAIN
