// SPDX-License-Identifier: GPL-2.0
/*
 * A little of everything, for stress_reload.sh: with MYTCP_TEST_HERE=1 it stays
 * in the namespace it was started in, so that a TIME_WAIT outlives it, and the
 * module is asked to go while sockets are open.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/sockets.h"
#include "lib/test.h"

static bool here(void)
{
	return env_number("MYTCP_TEST_HERE", 0) && !stack_is_kernel();
}

FIXTURE(reload) {
	enum tcp tcp;
};

FIXTURE_SETUP(reload)
{
	if (!here())
		test_begin();
	self->tcp = subject();
}

FIXTURE_TEARDOWN(reload)
{
}

/* delete_module() as rmmod calls it: it does not wait. */
static void expect_not_unloaded(void)
{
	if (here())
		check_err(syscall(SYS_delete_module, "mytcp", O_NONBLOCK),
			  EWOULDBLOCK);
}

static void transfer(int from, int to)
{
	pid_t child = check_ok(fork());

	if (!child) {
		check(stream_send(from, 1, 100000));
		_exit(0);
	}
	check(stream_receive(to, 1, 100000));
	joined(child);
}

TEST_F_TIMEOUT(reload, traffic_that_leaves_time_wait_behind, LONG_TEST)
{
	int fd[2], i;

	for (i = 0; i < 3; i++) {
		pair_between(i == 1 ? KERNEL_TCP : self->tcp,
			     i == 2 ? KERNEL_TCP : self->tcp, fd);
		transfer(fd[0], fd[1]);
		transfer(fd[1], fd[0]);
		/* MyTCP closes first: the TIME_WAIT is its own. */
		check_ok(shutdown(fd[i == 1], SHUT_WR));
		expect_state(fd[i != 1], CLOSE_WAIT);
		expect_not_unloaded();
		close(fd[i != 1]);
		expect_state(fd[i == 1], CLOSE);
		close(fd[i == 1]);
	}
}

TEST_F_TIMEOUT(reload, a_syn_queue_with_half_of_a_handshake, LONG_TEST)
{
	struct wire w[1], other[1];
	int lfd;

	wire_open(w);
	lfd = wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
	expect(w, SYN | ACK);
	wire_fork(other, w, 40001);
	inject(other, SYN, .opts = { MSS(1460) });
	expect(other, SYN | ACK);
	expect_not_unloaded();
	close(lfd);
	wire_close(w);
}

TEST_F(reload, each_kind_of_socket_keeps_the_module)
{
	int fd = check_ok(stream(self->tcp, 0)), p[2];

	expect_not_unloaded();
	close(fd);
	fd = bound(self->tcp, "127.0.0.1");
	expect_not_unloaded();
	check_ok(listen(fd, 1));
	expect_not_unloaded();
	close(fd);
	pair(self->tcp, p);
	expect_not_unloaded();
	close_abort(p[0]);
	expect_not_unloaded();
	close(p[1]);
}

TEST_HARNESS_MAIN
