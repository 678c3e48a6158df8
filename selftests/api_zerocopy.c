// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are queued themselves. MSG_ZEROCOPY: the user's, and the error queue tells
 * when they are the user's again; a loopback copies them at last, and says so.
 * sendfile() and splice(): those of the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "lib/errqueue.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define MEGABYTE	(1 << 20)

/* Before 6.7 the kernel keeps SO_ZEROCOPY for its own TCP. */
static void ask_zerocopy(int fd, int on)
{
	if (!setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)))
		return;
	check_eq(errno, EOPNOTSUPP);
	set_opt(fd, IPPROTO_TCP, MYTCP_ZEROCOPY, on);
}

FIXTURE(zerocopy) { int a, b; };
FIXTURE_SETUP(zerocopy)
{
	int fd[2];

	test_begin();
	pair(subject(), fd);
	self->a = fd[0];
	self->b = fd[1];
	ask_zerocopy(self->a, 1);
}
FIXTURE_TEARDOWN(zerocopy) { }

/* Reads notes until all calls up to @calls are told of; each once, in their order. */
static void expect_told(int fd, unsigned int first, unsigned int calls)
{
	while (first != calls) {
		struct told told = errqueue_await(fd);

		check_eq(told.ee.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
		check_eq(told.ee.ee_errno, 0);
		check_eq(told.ee.ee_info, first);
		check_ge(told.ee.ee_data, told.ee.ee_info);
		first = told.ee.ee_data + 1;
		check_le(first, calls);
	}
}

TEST_F(zerocopy, each_call_is_told_of_once)
{
	char text[8];
	int i;

	for (i = 0; i < 20; i++) {
		check_eq(send(self->a, "copied", 6, MSG_ZEROCOPY), 6);
		check_eq(recv(self->b, text, 6, MSG_WAITALL), 6);
		check(!memcmp(text, "copied", 6));
	}
	expect_told(self->a, 0, 20);
	check(!errqueue_take(self->a, &(struct told){ 0 }));
}

TEST_F(zerocopy, a_loopback_says_that_it_has_copied)
{
	char octet;
	struct told told;

	check_eq(send(self->a, "x", 1, MSG_ZEROCOPY), 1);
	check_eq(recv(self->b, &octet, 1, 0), 1);
	told = errqueue_await(self->a);
	check_eq(told.ee.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
	check_eq(told.ee.ee_code, SO_EE_CODE_ZEROCOPY_COPIED);
}

/* What is written into a page that waits for its retransmission is what arrives. */
TEST_F(zerocopy, the_pages_themselves_are_queued)
{
	char *page = aligned_alloc(4096, 4096), text[4];

	memcpy(page, "old", 4);
	netif_down("lo");
	check_eq(send(self->a, page, 4, MSG_ZEROCOPY), 4);
	memcpy(page, "new", 4);
	netif_up("lo");
	check_eq(recv(self->b, text, 4, MSG_WAITALL), 4);
	check(!strcmp(text, "new"));
	expect_told(self->a, 0, 1);
}

TEST_F(zerocopy, what_is_given_up_is_told_of_and_not_as_copied)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct told told;

	netif_down("lo");
	check_eq(send(self->a, "lost", 4, MSG_ZEROCOPY), 4);
	check_ok(connect(self->a, &none, sizeof(none)));
	told = errqueue_await(self->a);
	check_eq(told.ee.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
	check_eq(told.ee.ee_code, 0);
}

TEST_F(zerocopy, an_unasked_flag_copies)
{
	char octet;

	ask_zerocopy(self->a, 0);
	check_eq(get_opt(self->a, SOL_SOCKET, SO_ZEROCOPY), 0);
	check_eq(send(self->a, "x", 1, MSG_ZEROCOPY), 1);
	check_eq(recv(self->b, &octet, 1, 0), 1);
	check(!errqueue_take(self->a, &(struct told){ 0 }));
}

TEST_F(zerocopy, a_call_that_queues_nothing_has_no_number)
{
	static char block[65536];
	unsigned int calls = 0;

	set_nonblock(self->a, true);
	while (send(self->a, block, sizeof(block), MSG_ZEROCOPY) > 0)
		calls++;
	check_eq(errno, EAGAIN);
	check_err(send(self->a, block, sizeof(block), MSG_ZEROCOPY), EAGAIN);
	set_nonblock(self->b, true);
	while (drain_fd(self->b) > 0)
		wait_fd(self->b, POLLIN, GLIMPSE_MS);
	expect_told(self->a, 0, calls);
	set_nonblock(self->a, false);
	check_eq(send(self->a, "x", 1, MSG_ZEROCOPY), 1);
	expect_told(self->a, calls, calls + 1);
}

struct stretch {
	int fd;
	char *block;
	unsigned int seed;
};

/* With and without the flag by turns, at any alignment. */
static void send_mixed(void *arg)
{
	struct stretch *s = arg;
	unsigned int calls = 0;
	long at = 0;

	while (at < MEGABYTE) {
		long len = 1 + rand_r(&s->seed) % (rand_r(&s->seed) % 2 ? 200 : 100000);
		bool zerocopy = rand_r(&s->seed) % 2;

		if (len > MEGABYTE - at)
			len = MEGABYTE - at;
		check_eq(send(s->fd, s->block + at, len, zerocopy ? MSG_ZEROCOPY : 0),
			 len);
		calls += zerocopy;
		at += len;
	}
	expect_told(s->fd, 0, calls);
}

TEST_F_TIMEOUT(zerocopy, mixed_with_copies_every_octet_is_in_its_place, LONG_TEST)
{
	struct stretch s = { .fd = self->a, .block = malloc(MEGABYTE) };

	stream_fill(1, 0, s.block, MEGABYTE);
	for (s.seed = 1; s.seed <= 4; s.seed++) {
		int fd[2];
		pid_t child;

		pair(subject(), fd);
		ask_zerocopy(fd[0], 1);
		s.fd = fd[0];
		/* skbs are cut where segments end */
		if (s.seed % 2)
			set_opt(fd[0], IPPROTO_TCP, TCP_NODELAY, 1);
		child = spawned(send_mixed, &s);
		check(stream_receive(fd[1], 1, MEGABYTE));
		joined(child);
		close(fd[0]);
		close(fd[1]);
	}
}

PAIR_FIXTURE(spliced)

/* A file of a page that begins with @text. */
static int file_of(const char *text)
{
	int file = check_ok(memfd_create("page", 0));

	check_ok(ftruncate(file, 4096));
	check_eq(pwrite(file, text, strlen(text), 0), (ssize_t)strlen(text));
	return file;
}

TEST_F(spliced, sendfile_queues_the_pages_of_the_file)
{
	int file = file_of("old");
	char text[4] = "";
	off_t at = 0;

	netif_down("lo");
	check_eq(sendfile(self->a, file, &at, 3), 3);
	check_eq(pwrite(file, "new", 3, 0), 3);
	netif_up("lo");
	check_eq(recv(self->b, text, 3, MSG_WAITALL), 3);
	check(!strcmp(text, "new"));
}

TEST_F(spliced, splice_queues_the_pages_of_the_file)
{
	int file = file_of("old"), pipes[2];
	char text[4] = "";
	off_t at = 0;

	check_ok(pipe(pipes));
	netif_down("lo");
	check_eq(splice(file, &at, pipes[1], NULL, 3, 0), 3);
	check_eq(splice(pipes[0], NULL, self->a, NULL, 3, 0), 3);
	check_eq(pwrite(file, "new", 3, 0), 3);
	netif_up("lo");
	check_eq(recv(self->b, text, 3, MSG_WAITALL), 3);
	check(!strcmp(text, "new"));
}

/* One skb has both: what was copied, and pages. */
TEST_F(spliced, written_and_spliced_by_turns_every_octet_is_in_its_place)
{
	static char block[65536], got[65536];
	int file = check_ok(memfd_create("block", 0)), i;
	off_t at;

	stream_fill(1, 0, block, sizeof(block));
	check_eq(write(file, block, sizeof(block)), (ssize_t)sizeof(block));
	for (i = 0; i < 64; i++) {
		at = i * 1024 + 700;
		check_eq(send(self->a, block + i * 1024, 700, MSG_MORE), 700);
		check_eq(sendfile(self->a, file, &at, 324), 324);
		check_eq(recv(self->b, got + i * 1024, 1024, MSG_WAITALL), 1024);
	}
	check(!memcmp(block, got, sizeof(block)));
}

TEST_HARNESS_MAIN
