// SPDX-License-Identifier: GPL-2.0
/*
 * splice(), tee(), vmsplice() and sendfile() at their edges: what waits, what is short,
 * what is held back, the ends. api_transfer and integrity move much by them.
 */
#include "lib/test.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "lib/sockets.h"

FIXTURE(splice) { enum tcp tcp; int a, b, p[2]; };

FIXTURE_SETUP(splice)
{
	int fd[2];

	test_begin();
	self->tcp = subject();
	pair(self->tcp, fd);
	self->a = fd[0];
	self->b = fd[1];
	check_ok(pipe(self->p));
}

FIXTURE_TEARDOWN(splice) { }

static ssize_t in_pipe(const int p[2])
{
	return queue(p[0], FIONREAD);
}

static void expect_piped(const int p[2], const char *text)
{
	char got[64] = "";

	check_eq(in_pipe(p), (ssize_t)strlen(text));
	check_eq(read(p[0], got, sizeof(got)), (ssize_t)strlen(text));
	check(!strcmp(got, text));
}

static void expect_there(int fd, const char *text)
{
	char got[64] = "";

	check_eq(recv(fd, got, strlen(text), MSG_WAITALL), (ssize_t)strlen(text));
	check(!strcmp(got, text));
}

/* ---- from a socket ---- */

TEST_F(splice, out_takes_what_is_there)
{
	put(self->a, "some", 0);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 4);
	expect_piped(self->p, "some");
}

TEST_F(splice, out_takes_no_more_than_asked_for)
{
	put(self->a, "something", 0);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 4, 0), 4);
	expect_piped(self->p, "some");
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 5);
	expect_piped(self->p, "thing");
}

struct later {
	int fd;
	const char *text;
};

static void write_later(void *arg)
{
	struct later *l = arg;

	usleep(50000);
	put(l->fd, l->text, 0);
}

TEST_F(splice, out_waits_for_data)
{
	struct later l = { self->a, "late" };
	pid_t child = spawned(write_later, &l);

	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 4);
	expect_piped(self->p, "late");
	joined(child);
}

TEST_F(splice, out_of_a_socket_that_does_not_block_is_eagain)
{
	set_nonblock(self->b, true);
	check_err(splice(self->b, NULL, self->p[1], NULL, 100, 0), EAGAIN);
	check_err(splice(self->b, NULL, self->p[1], NULL, 100, SPLICE_F_NONBLOCK),
		  EAGAIN);
}

TEST_F(splice, out_of_the_end_is_nothing)
{
	put(self->a, "last", 0);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 4);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 0);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 0);
}

TEST_F(splice, out_of_a_reset_connection_is_told_once)
{
	close_abort(self->a);
	check(wait_fd(self->b, POLLERR, PATIENCE_MS) & POLLERR);
	check_err(splice(self->b, NULL, self->p[1], NULL, 100, 0), ECONNRESET);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 0);
}

/* What the pipe has no room for stays in the socket. */
TEST_F(splice, out_stops_when_the_pipe_is_full)
{
	static char block[65536];
	ssize_t got, rest;

	check_eq(fcntl(self->p[1], F_SETPIPE_SZ, 4096), 4096);
	check_eq(send(self->a, block, sizeof(block), 0), (ssize_t)sizeof(block));
	check(wait_fd(self->b, POLLIN, PATIENCE_MS) & POLLIN);
	got = check_ok(splice(self->b, NULL, self->p[1], NULL, sizeof(block), 0));
	check_lt(got, sizeof(block));
	check_gt(got, 0);
	check_err(splice(self->b, NULL, self->p[1], NULL, 1, SPLICE_F_NONBLOCK), EAGAIN);
	rest = sizeof(block) - got;
	check_eq(recv(self->b, block, rest, MSG_WAITALL), rest);
}

/* With an offset it would be a file. */
TEST_F(splice, has_no_offset_in_a_socket)
{
	off64_t at = 0;

	put(self->a, "x", 0);
	check_err(splice(self->b, &at, self->p[1], NULL, 1, 0), EINVAL);
	check_eq(write(self->p[1], "x", 1), 1);
	check_err(splice(self->p[0], NULL, self->a, &at, 1, 0), EINVAL);
}

TEST_F(splice, needs_a_pipe_at_one_end)
{
	put(self->a, "x", 0);
	check_err(splice(self->b, NULL, self->a, NULL, 1, 0), EINVAL);
}

/* ---- into a socket ---- */

TEST_F(splice, in_takes_what_the_pipe_has)
{
	check_eq(write(self->p[1], "piped", 5), 5);
	check_eq(splice(self->p[0], NULL, self->a, NULL, 100, 0), 5);
	expect_there(self->b, "piped");
}

/* The writers' end of the pipe is no end of the stream. */
TEST_F(splice, in_of_a_closed_pipe_is_nothing)
{
	close(self->p[1]);
	check_eq(splice(self->p[0], NULL, self->a, NULL, 100, 0), 0);
	put(self->a, "on", 0);
	expect_there(self->b, "on");
}

/* SPLICE_F_MORE: a segment that is not full waits for the rest. */
TEST_F(splice, in_with_more_to_come_is_held_back)
{
	check_eq(write(self->p[1], "held", 4), 4);
	check_eq(splice(self->p[0], NULL, self->a, NULL, 4, SPLICE_F_MORE), 4);
	check_eq(queue(self->a, SIOCOUTQNSD), 4);
	check_eq(write(self->p[1], "free", 4), 4);
	check_eq(splice(self->p[0], NULL, self->a, NULL, 4, 0), 4);
	check_eq(queue(self->a, SIOCOUTQNSD), 0);
	expect_there(self->b, "heldfree");
}

TEST_F(splice, in_waits_for_room)
{
	static char block[65536];
	ssize_t before = fill(self->a), n;
	pid_t child;

	check_eq(write(self->p[1], block, sizeof(block)), (ssize_t)sizeof(block));
	child = fork();
	if (!child) {
		for (n = 0; n < (ssize_t)sizeof(block);)
			n += check_ok(splice(self->p[0], NULL, self->a, NULL,
					     sizeof(block) - n, 0));
		_exit(0);
	}
	for (n = 0; n < before + (ssize_t)sizeof(block);)
		n += check_ok(recv(self->b, block, sizeof(block), 0));
	joined(child);
}

/* What did not fit is in the pipe still. */
TEST_F(splice, in_without_room_is_eagain_and_loses_nothing)
{
	set_nonblock(self->a, true);
	stuff(self->a);
	check_eq(write(self->p[1], "kept", 4), 4);
	check_err(splice(self->p[0], NULL, self->a, NULL, 4, 0), EAGAIN);
	expect_piped(self->p, "kept");
}

TEST_F(splice, in_after_the_own_end_is_epipe)
{
	signal(SIGPIPE, SIG_IGN);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(write(self->p[1], "x", 1), 1);
	check_err(splice(self->p[0], NULL, self->a, NULL, 1, 0), EPIPE);
}

TEST_F(splice, pages_of_the_program_go_by_vmsplice)
{
	static char text[] = "mapped";
	struct iovec v = { text, 6 };

	check_eq(vmsplice(self->p[1], &v, 1, 0), 6);
	check_eq(splice(self->p[0], NULL, self->a, NULL, 6, 0), 6);
	expect_there(self->b, "mapped");
}

/* One pipe for two connections: tee() leaves what it copies. */
TEST_F(splice, one_stream_goes_to_two_by_tee)
{
	int other[2], p[2];

	pair(self->tcp, other);
	check_ok(pipe(p));
	put(self->a, "both", 0);
	check_eq(splice(self->b, NULL, self->p[1], NULL, 100, 0), 4);
	check_eq(tee(self->p[0], p[1], 100, 0), 4);
	check_eq(splice(self->p[0], NULL, self->b, NULL, 4, 0), 4);
	check_eq(splice(p[0], NULL, other[0], NULL, 4, 0), 4);
	expect_there(self->a, "both");
	expect_there(other[1], "both");
}

/* ---- sendfile ---- */

static int file_with(const char *text)
{
	int fd = check_ok(memfd_create("file", MFD_CLOEXEC));

	check_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	check_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

TEST_F(splice, sendfile_ends_with_the_file)
{
	int file = file_with("whole"), fd[2];

	check_eq(sendfile(self->a, file, NULL, 100), 5);
	check_eq(lseek(file, 0, SEEK_CUR), 5);
	check_eq(sendfile(self->a, file, NULL, 100), 0);
	/* before 6.5 what is short of the count waits for more, with either TCP */
	pair(KERNEL_TCP, fd);
	check_eq(lseek(file, 0, SEEK_SET), 0);
	check_eq(sendfile(fd[0], file, NULL, 100), 5);
	check_eq(sendfile(fd[0], file, NULL, 100), 0);
	check_eq(queue(self->a, SIOCOUTQNSD), queue(fd[0], SIOCOUTQNSD));
	expect_there(self->b, "whole");
}

TEST_F(splice, sendfile_leaves_the_offset_of_the_file_if_given_one)
{
	int file = file_with("whole");
	off_t at = 2;

	check_eq(sendfile(self->a, file, &at, 2), 2);
	check_eq(at, 4);
	check_eq(lseek(file, 0, SEEK_CUR), 0);
	expect_there(self->b, "ol");
}

TEST_F(splice, sendfile_from_a_socket_is_refused)
{
	put(self->a, "x", 0);
	check_err(sendfile(file_with(""), self->b, NULL, 1), EINVAL);
}

/* The offset says how far it came. */
TEST_F(splice, sendfile_without_room_sends_a_part)
{
	static char block[65536];
	int file = file_with("");
	ssize_t sent = 0, got = 0, n;
	off_t at = 0;
	int i;

	for (i = 0; i < 256; i++) {
		stream_fill(1, i * sizeof(block), block, sizeof(block));
		check_eq(write(file, block, sizeof(block)), (ssize_t)sizeof(block));
	}
	set_nonblock(self->a, true);
	while ((n = sendfile(self->a, file, &at, 256 * sizeof(block))) > 0)
		sent += n;
	check_err(n, EAGAIN);
	check_eq(at, sent);
	check_lt(sent, 256 * (ssize_t)sizeof(block));
	check_ok(shutdown(self->a, SHUT_WR));
	while ((n = check_ok(recv(self->b, block, sizeof(block), 0)))) {
		check_eq(stream_check(1, got, block, n), -1);
		got += n;
	}
	check_eq(got, sent);
}

TEST_HARNESS_MAIN
