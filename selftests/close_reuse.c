// SPDX-License-Identifier: GPL-2.0
/*
 * connect() from a port that has a TIME_WAIT to the same peer (RFC 6191). In
 * icount.list: seconds pass.
 */
#include <errno.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define SECOND_MS	2100	/* the kernel's TCP counts whole seconds */

WIRE_FIXTURE(reuse)

/* connect() to the wire's peer; what it answers. */
static int connect_from(struct wire *w, int *fd, bool bound)
{
	struct sockaddr_storage local, peer;
	socklen_t len = wire_local_sa(w, &local);

	*fd = stack_socket(w->family);
	set_nonblock(*fd, true);
	set_opt(*fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bound)
		check_ok(bind(*fd, (struct sockaddr *)&local, len));
	len = wire_peer_sa(w, &peer);
	check_eq(connect(*fd, (struct sockaddr *)&peer, len), -1);
	return errno;
}

/* Any port will do, and there is but one: the wire's. */
static int connect_again(struct wire *w, int *fd)
{
	return connect_from(w, fd, false);
}

/* A connection there was, with timestamps or without. */
static void leave_time_wait(struct wire *w, bool timestamps)
{
	int fd;

	setting_write(subject(), "ip_local_port_range", "8080 8080");
	sysctl_set("timestamps", timestamps);
	check_eq(connect_again(w, &fd), EINPROGRESS);
	expect(w, SYN);
	if (timestamps)
		inject(w, SYN | ACK, .opts = { MSS(1460), TS(1000, LAST_TS) });
	else
		inject(w, SYN | ACK, .opts = { MSS(1460) });
	expect(w, ACK);
	enter_time_wait(w, fd);
	sysctl_set("timestamps", 1);
}

/* A second connection, of which no segment is one of the first. */
static void expect_another(struct wire *w, int fd, uint32_t end)
{
	expect(w, SYN);
	/* nothing of the old connection is in the new one's window */
	check_ge((int32_t)(w->irs - end), 65535);
	inject(w, SYN | ACK, .opts = { MSS(1460), TS(9000, LAST_TS) });
	expect(w, ACK);
	check_eq(fd_state(fd), ESTABLISHED);
}

/* The time has not come, or will not. */
static void expect_no_reuse(struct wire *w)
{
	int fd;

	check_eq(connect_again(w, &fd), EADDRNOTAVAIL);
	check_ok(close(fd));
	expect_none(w, 0);
	expect_listed(w, TIME_WAIT);
}

WIRE_TEST_TIMEOUT(reuse, a_second_later_its_place_is_taken, 60)
{
	uint32_t end;
	int fd;

	sysctl_set("tw_reuse", 1);
	leave_time_wait(w, true);
	end = w->irs + 2;
	expect_no_reuse(w);
	expect_none(w, SECOND_MS);
	wire_restart(w, 500000);
	check_eq(connect_again(w, &fd), EINPROGRESS);
	expect_another(w, fd, end);
	check_eq(counter("TcpExt", "TWRecycled"), 1);
}

/* Who has named the port would have no other. */
WIRE_TEST_TIMEOUT(reuse, a_port_that_is_named_need_not_wait, 60)
{
	uint32_t end;
	int fd;

	sysctl_set("tw_reuse", 0);
	leave_time_wait(w, true);
	end = w->irs + 2;
	/* at once: the clock in the ISN has not gone far */
	wire_restart(w, 500000);
	check_eq(connect_from(w, &fd, true), EINPROGRESS);
	expect_another(w, fd, end);
}

WIRE_TEST_TIMEOUT(reuse, a_port_that_is_named_needs_timestamps, 60)
{
	int fd;

	leave_time_wait(w, false);
	check_eq(connect_from(w, &fd, true), EADDRNOTAVAIL);
	check_ok(close(fd));
	expect_listed(w, TIME_WAIT);
}

/* There is nothing to tell old segments by. */
WIRE_TEST_TIMEOUT(reuse, without_timestamps_it_stays, 60)
{
	sysctl_set("tw_reuse", 1);
	leave_time_wait(w, false);
	expect_none(w, SECOND_MS);
	expect_no_reuse(w);
}

WIRE_TEST_TIMEOUT(reuse, it_may_be_forbidden, 60)
{
	sysctl_set("tw_reuse", 0);
	leave_time_wait(w, true);
	expect_none(w, SECOND_MS);
	expect_no_reuse(w);
}

/* The default: the other end of the wire is another host. */
WIRE_TEST_TIMEOUT(reuse, it_is_for_loopback_alone, 60)
{
	check_eq(sysctl_get("tw_reuse"), 2);
	leave_time_wait(w, true);
	expect_none(w, SECOND_MS);
	expect_no_reuse(w);
}

/* Each close leaves a TIME_WAIT at the client, and there is but one port. */
TEST_F_TIMEOUT(reuse, over_loopback_one_port_is_enough, 60)
{
	int listener, fd, other, i;
	struct sockaddr_in to;

	if (variant->family == AF_INET6)
		SKIP(return, "the same for both");
	setting_write(subject(), "ip_local_port_range", "20000 20000");
	listener = listener_at(subject(), &(struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(8080),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, 4);
	to = name4(listener);
	for (i = 0; i < 3; i++) {
		fd = connected(subject(), &to);
		check_eq(port_of(fd), 20000);
		other = check_ok(accept(listener, NULL, NULL));
		check_ok(close(fd));
		check(close_gently(other));
		usleep(SECOND_MS * 1000);
	}
}

TEST_HARNESS_MAIN
