// SPDX-License-Identifier: GPL-2.0
/*
 * Many bytes: every one of them arrives, once, in its place. The sizes can be
 * set with MYTCP_TEST_BYTES (8 MiB).
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "lib/sockets.h"
#include "lib/test.h"

#define MEGABYTE	(1L << 20)

static long bytes(void)
{
	return env_number("MYTCP_TEST_BYTES", 8 * MEGABYTE);
}

PAIR_FIXTURE(transfer)

/* In a child: stream @which, and the end of it. */
static pid_t sender(int fd, int other, unsigned int which, long len)
{
	pid_t child = fork();

	if (child)
		return child;
	close(other);
	check(stream_send(fd, which, len));
	check_ok(shutdown(fd, SHUT_WR));
	_exit(0);
}

static void expect_end(int fd)
{
	char byte;

	check_eq(recv(fd, &byte, 1, 0), 0);
}

TEST_F_TIMEOUT(transfer, one_way, LONG_TEST)
{
	pid_t child = sender(self->a, self->b, 1, bytes());

	check(stream_receive(self->b, 1, bytes()));
	expect_end(self->b);
	joined(child);
}

TEST_F_TIMEOUT(transfer, to_the_connecting_end, LONG_TEST)
{
	pid_t child = sender(self->b, self->a, 1, bytes());

	check(stream_receive(self->a, 1, bytes()));
	expect_end(self->a);
	joined(child);
}

TEST_F_TIMEOUT(transfer, both_ways_at_once, LONG_TEST)
{
	pid_t child = sender(self->a, -1, 1, bytes());
	pid_t other = sender(self->b, -1, 2, bytes());
	pid_t reader = fork();

	if (!reader) {
		check(stream_receive(self->a, 2, bytes()));
		_exit(0);
	}
	check(stream_receive(self->b, 1, bytes()));
	expect_end(self->b);
	joined(reader);
	joined(child);
	joined(other);
}

/* One process, two full buffers: each side must take while it gives. */
TEST_F_TIMEOUT(transfer, both_ways_without_blocking, LONG_TEST)
{
	static char block[65536];
	int fd[2] = { self->a, self->b };
	long sent[2] = { 0 }, got[2] = { 0 }, all = bytes();
	int i;

	set_nonblock(fd[0], true);
	set_nonblock(fd[1], true);
	while (got[0] < all || got[1] < all) {
		struct pollfd p[2];

		for (i = 0; i < 2; i++)
			p[i] = (struct pollfd){ .fd = fd[i], .events = POLLIN |
				(sent[i] < all ? POLLOUT : 0) };
		check_gt(poll(p, 2, PATIENCE_MS), 0);
		for (i = 0; i < 2; i++) {
			long want = all - sent[i];
			ssize_t n;

			if (want > (long)sizeof(block))
				want = sizeof(block);
			if (p[i].revents & POLLOUT) {
				stream_fill(i, sent[i], block, want);
				n = send(fd[i], block, want, 0);
				sent[i] += n > 0 ? n : 0;
			}
			if (p[i].revents & POLLIN) {
				n = check_ok(recv(fd[i], block, sizeof(block),
						  0));
				check_eq(stream_check(!i, got[i], block, n),
					 -1);
				got[i] += n;
			}
		}
	}
}

static long some(unsigned int *seed, long most)
{
	return 1 + rand_r(seed) % most;
}

static void send_in_pieces(int fd, long len, unsigned int seed)
{
	static char block[100000];
	long at = 0;

	while (at < len) {
		long n = some(&seed, rand_r(&seed) % 4 ? 3000 : sizeof(block));

		n = n < len - at ? n : len - at;
		stream_fill(1, at, block, n);
		check_eq(send(fd, block, n, rand_r(&seed) % 8 ? 0 : MSG_MORE),
			 n);
		at += n;
	}
}

static void receive_in_pieces(int fd, long len, unsigned int seed)
{
	static char block[100000];
	long at = 0;

	while (at < len) {
		int flags = rand_r(&seed) % 8 ? 0 : MSG_PEEK;
		ssize_t n = check_ok(recv(fd, block, some(&seed, sizeof(block)),
					  flags));

		check_gt(n, 0);
		check_eq(stream_check(1, at, block, n), -1);
		at += flags ? 0 : n;
	}
}

TEST_F_TIMEOUT(transfer, in_pieces_of_random_sizes, LONG_TEST)
{
	pid_t child = fork();

	if (!child) {
		send_in_pieces(self->a, bytes() / 2, 17);
		_exit(0);
	}
	receive_in_pieces(self->b, bytes() / 2, 23);
	joined(child);
}

TEST_F_TIMEOUT(transfer, byte_by_byte, LONG_TEST)
{
	long i, len = 20000;
	pid_t child = fork();

	if (!child) {
		set_opt(self->a, IPPROTO_TCP, TCP_NODELAY, 1);
		for (i = 0; i < len; i++) {
			char byte;

			stream_fill(1, i, &byte, 1);
			check_eq(send(self->a, &byte, 1, 0), 1);
		}
		_exit(0);
	}
	check(stream_receive(self->b, 1, len));
	joined(child);
}

/* Buffers that hold less than a segment: windows open and close all the time. */
TEST_F_TIMEOUT(transfer, through_the_smallest_buffers, LONG_TEST)
{
	struct sockaddr_in at;
	int lfd, fd, afd;
	pid_t child;

	lfd = check_ok(stream(self->tcp, 0));
	set_opt(lfd, SOL_SOCKET, SO_RCVBUF, 1);
	at = addr4("127.0.0.1", 5000);
	check_ok(bind4(lfd, &at));
	check_ok(listen(lfd, 1));
	fd = check_ok(stream(self->tcp, 0));
	set_opt(fd, SOL_SOCKET, SO_SNDBUF, 1);
	check_ok(connect4(fd, &at));
	afd = check_ok(accept(lfd, NULL, NULL));
	child = sender(fd, afd, 1, 200000);
	check(stream_receive(afd, 1, 200000));
	joined(child);
}

/* The reader stops for a while: the window closes and must open again. */
TEST_F_TIMEOUT(transfer, with_a_reader_that_pauses, LONG_TEST)
{
	pid_t child = sender(self->a, self->b, 1, 4 * MEGABYTE);
	static char block[400000];
	long at = 0;

	while (at < 4 * MEGABYTE) {
		ssize_t n;

		usleep(20000);
		n = check_ok(recv(self->b, block, sizeof(block), 0));
		check_gt(n, 0);
		check_eq(stream_check(1, at, block, n), -1);
		at += n;
	}
	joined(child);
}

TEST_F_TIMEOUT(transfer, over_a_small_mtu, LONG_TEST)
{
	int fd[2];
	pid_t child;

	netif_mtu("lo", 576);
	pair(self->tcp, fd);
	check_le(tcp_info(fd[0]).tcpi_snd_mss, 536);
	child = sender(fd[0], fd[1], 1, MEGABYTE);
	check(stream_receive(fd[1], 1, MEGABYTE));
	joined(child);
}

static int file_with(long len)
{
	int fd = check_ok(memfd_create("stream", MFD_CLOEXEC));
	static char block[65536];
	long at;

	for (at = 0; at < len; at += sizeof(block)) {
		stream_fill(1, at, block, sizeof(block));
		check_eq(write(fd, block, sizeof(block)), sizeof(block));
	}
	return fd;
}

TEST_F_TIMEOUT(transfer, sendfile, LONG_TEST)
{
	int file = file_with(MEGABYTE);
	pid_t child = fork();

	if (!child) {
		off_t at = 0;

		while (at < MEGABYTE)
			check_gt(sendfile(self->a, file, &at, MEGABYTE - at),
				 0);
		_exit(0);
	}
	check(stream_receive(self->b, 1, MEGABYTE));
	joined(child);
}

/* What is in the file when it is sent is what arrives, as far as it was read. */
TEST_F(transfer, sendfile_of_a_part)
{
	int file = file_with(65536);
	static char block[1000];
	off_t at = 12345;

	check_eq(sendfile(self->a, file, &at, sizeof(block)), sizeof(block));
	check_eq(at, 12345 + sizeof(block));
	check_eq(recv(self->b, block, sizeof(block), MSG_WAITALL),
		 sizeof(block));
	check_eq(stream_check(1, 12345, block, sizeof(block)), -1);
}

TEST_F_TIMEOUT(transfer, spliced_from_and_to_a_pipe, LONG_TEST)
{
	int in[2], out[2];
	long at = 0;
	static char block[65536];
	pid_t feeder, mover;

	check_ok(pipe(in));
	check_ok(pipe(out));
	feeder = fork();
	if (!feeder) {
		for (; at < MEGABYTE; at += 4096) {
			stream_fill(1, at, block, 4096);
			check_eq(write(in[1], block, 4096), 4096);
		}
		_exit(0);
	}
	mover = fork();
	if (!mover) {
		close(in[1]);
		while (splice(in[0], NULL, self->a, NULL, 65536,
			      SPLICE_F_MORE) > 0)
			;
		check_ok(shutdown(self->a, SHUT_WR));
		_exit(0);
	}
	close(in[1]);
	while (at < MEGABYTE) {
		ssize_t n = check_ok(splice(self->b, NULL, out[1], NULL, 65536,
					    0));

		check_gt(n, 0);
		check_eq(read(out[0], block, n), n);
		check_eq(stream_check(1, at, block, n), -1);
		at += n;
	}
	check_eq(splice(self->b, NULL, out[1], NULL, 65536, 0), 0);
	joined(feeder);
	joined(mover);
}

/* A hundred connections at once, each with a stream of its own. */
TEST_F_TIMEOUT(transfer, over_a_hundred_connections, LONG_TEST)
{
	enum { N = 100, LEN = 50000 };
	int lfd = listener(self->tcp, "127.0.0.1", 128), i;
	struct sockaddr_in at = name4(lfd);
	pid_t child = fork();

	if (!child) {
		int fd[N];

		for (i = 0; i < N; i++)
			fd[i] = connected(self->tcp, &at);
		for (i = 0; i < N; i++)
			check(stream_send(fd[i], port_of(fd[i]), LEN));
		for (i = 0; i < N; i++)
			check(close_gently(fd[i]));
		_exit(0);
	}
	for (i = 0; i < N; i++) {
		int fd = check_ok(accept(lfd, NULL, NULL));

		check(stream_receive(fd, ntohs(peer4(fd).sin_port), LEN));
		expect_end(fd);
		close(fd);
	}
	joined(child);
}

TEST_HARNESS_MAIN
