// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets driven through io_uring: what waits completes when it can, in a worker or by
 * the socket's wake-ups, and once; multishot requests go on.
 */
#include "lib/test.h"

#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <string.h>

#include "lib/sockets.h"

#define ENTRIES		64
/* Of provided buffers. */
#define GROUP		7
#define BUFFERS		8
#define BUFFER		256

FIXTURE(uring) {
	int family;
	struct sockaddr_storage at;
	socklen_t at_len;
	int listener, a, b;		/* a connected, b accepted */
	struct io_uring ring;
};
FIXTURE_VARIANT(uring) { int family; };
FIXTURE_VARIANT_ADD(uring, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(uring, ipv6) { .family = AF_INET6 };

static int connect_there(FIXTURE_DATA(uring) *self)
{
	int fd = stack_socket(self->family);

	check_ok(connect(fd, (struct sockaddr *)&self->at, self->at_len));
	return fd;
}

static void listen_here(FIXTURE_DATA(uring) *self)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&self->at;
	struct sockaddr_in *in4 = (struct sockaddr_in *)&self->at;

	self->at.ss_family = self->family;
	if (self->family == AF_INET6)
		in6->sin6_addr = in6addr_loopback;
	else
		in4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	self->at_len = self->family == AF_INET6 ? sizeof(*in6) : sizeof(*in4);
	self->listener = stack_socket(self->family);
	check_ok(bind(self->listener, (struct sockaddr *)&self->at, self->at_len));
	check_ok(listen(self->listener, 8));
	check_ok(getsockname(self->listener, (struct sockaddr *)&self->at,
			     &self->at_len));
}

FIXTURE_SETUP(uring)
{
	int err;

	test_begin_turn(variant->family);
	self->family = variant->family;
	err = io_uring_queue_init(ENTRIES, &self->ring, 0);
	if (err == -ENOSYS || err == -EPERM)
		SKIP(_exit(255), "this kernel has no io_uring");
	check_eq(err, 0);
	listen_here(self);
	self->a = connect_there(self);
	self->b = check_ok(accept(self->listener, NULL, NULL));
}

FIXTURE_TEARDOWN(uring)
{
	io_uring_queue_exit(&self->ring);
}

/* ---- requests and what becomes of them ---- */

/* A completion. */
struct done {
	int res;
	unsigned int flags;		/* IORING_CQE_F_* */
};

static struct io_uring_sqe *request(FIXTURE_DATA(uring) *self)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&self->ring);

	check(sqe);
	return sqe;
}

/* @mark comes back with the completion. */
static void submit(FIXTURE_DATA(uring) *self, struct io_uring_sqe *sqe, int mark)
{
	sqe->user_data = mark;
	check_eq(io_uring_submit(&self->ring), 1);
}

/* The completion must be @mark's. */
static struct done completion(FIXTURE_DATA(uring) *self, int mark)
{
	struct __kernel_timespec patience = { .tv_sec = PATIENCE_MS / 1000 };
	struct io_uring_cqe *cqe;
	struct done got;
	int err = io_uring_wait_cqe_timeout(&self->ring, &cqe, &patience);

	if (err)
		test_fail("request %d has not completed: %s", mark, strerror(-err));
	check_eq(cqe->user_data, mark);
	got = (struct done){ cqe->res, cqe->flags };
	io_uring_cqe_seen(&self->ring, cqe);
	return got;
}

static int result(FIXTURE_DATA(uring) *self, int mark)
{
	return completion(self, mark).res;
}

static void expect_waiting(FIXTURE_DATA(uring) *self)
{
	struct __kernel_timespec glimpse = { .tv_nsec = GLIMPSE_MS * 1000000L };
	struct io_uring_cqe *cqe;
	int err = io_uring_wait_cqe_timeout(&self->ring, &cqe, &glimpse);

	if (err != -ETIME)
		test_fail("request %d has completed with %d, expected it to wait",
			  err ? 0 : (int)cqe->user_data, err ?: cqe->res);
}

static void expect_there(int fd, const char *text)
{
	char got[64] = "";

	check_eq(recv(fd, got, strlen(text), MSG_WAITALL), (ssize_t)strlen(text));
	check(!strcmp(got, text));
}

/* ---- accept, connect ---- */

TEST_F(uring, accept_waits_for_a_connection)
{
	struct sockaddr_storage from = { 0 };
	socklen_t len = sizeof(from);
	struct io_uring_sqe *sqe = request(self);
	int fd, got;

	io_uring_prep_accept(sqe, self->listener, (struct sockaddr *)&from, &len,
			     SOCK_CLOEXEC);
	submit(self, sqe, 1);
	expect_waiting(self);
	fd = connect_there(self);
	got = check_ok(result(self, 1));
	check_eq(from.ss_family, self->family);
	check(fcntl(got, F_GETFD) & FD_CLOEXEC);
	put(fd, "hello", 0);
	expect_there(got, "hello");
}

TEST_F(uring, one_accept_takes_many_connections)
{
	struct io_uring_sqe *sqe = request(self);
	int i, fd[3];

	io_uring_prep_multishot_accept(sqe, self->listener, NULL, NULL, 0);
	submit(self, sqe, 1);
	for (i = 0; i < 3; i++) {
		struct done done;

		fd[i] = connect_there(self);
		done = completion(self, 1);
		check_ge(done.res, 0);
		check(done.flags & IORING_CQE_F_MORE);
		put(done.res, "you", 0);
		expect_there(fd[i], "you");
	}
	/* it ends with the listening */
	check_ok(shutdown(self->listener, SHUT_RDWR));
	check_eq(result(self, 1), -EINVAL);
}

TEST_F(uring, connect_completes_with_the_connection)
{
	int fd = stack_socket(self->family);
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_connect(sqe, fd, (struct sockaddr *)&self->at, self->at_len);
	submit(self, sqe, 1);
	check_eq(result(self, 1), 0);
	put(fd, "hello", 0);
	expect_there(check_ok(accept(self->listener, NULL, NULL)), "hello");
}

TEST_F(uring, connect_tells_of_a_refusal)
{
	int fd = stack_socket(self->family);
	struct io_uring_sqe *sqe = request(self);

	close(self->listener);
	io_uring_prep_connect(sqe, fd, (struct sockaddr *)&self->at, self->at_len);
	submit(self, sqe, 1);
	check_eq(result(self, 1), -ECONNREFUSED);
}

/* The time limit of a linked request ends what it is linked to. */
TEST_F(uring, a_linked_timeout_ends_a_waiting_accept)
{
	struct __kernel_timespec soon = { .tv_nsec = 10000000 };
	struct io_uring_sqe *sqe = request(self);
	int fd;

	io_uring_prep_accept(sqe, self->listener, NULL, NULL, 0);
	sqe->user_data = 1;
	sqe->flags |= IOSQE_IO_LINK;
	sqe = request(self);
	io_uring_prep_link_timeout(sqe, &soon, 0);
	/* the time's own completion has no fixed place */
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = 1;
	check_eq(io_uring_submit(&self->ring), 2);
	fd = result(self, 1);
	check(fd == -ECANCELED || fd == -ETIME || fd == -EINTR);
	/* the next connection is another's */
	connect_there(self);
	check_ok(accept(self->listener, NULL, NULL));
}

/* ---- recv ---- */

TEST_F(uring, recv_waits_for_data)
{
	struct io_uring_sqe *sqe = request(self);
	char text[8] = "";

	io_uring_prep_recv(sqe, self->b, text, sizeof(text), 0);
	submit(self, sqe, 1);
	expect_waiting(self);
	put(self->a, "late", 0);
	check_eq(result(self, 1), 4);
	check(!strcmp(text, "late"));
}

/* A worker of the kernel's blocks for it. */
TEST_F(uring, recv_in_a_worker_waits_for_data)
{
	struct io_uring_sqe *sqe = request(self);
	char text[8] = "";

	io_uring_prep_recv(sqe, self->b, text, sizeof(text), 0);
	sqe->flags |= IOSQE_ASYNC;
	submit(self, sqe, 1);
	expect_waiting(self);
	put(self->a, "late", 0);
	check_eq(result(self, 1), 4);
	check(!strcmp(text, "late"));
}

TEST_F(uring, recv_of_all_collects)
{
	struct io_uring_sqe *sqe = request(self);
	char text[16] = "";

	io_uring_prep_recv(sqe, self->b, text, 12, MSG_WAITALL);
	submit(self, sqe, 1);
	put(self->a, "first", 0);
	expect_waiting(self);
	put(self->a, " second", 0);
	check_eq(result(self, 1), 12);
	check(!strcmp(text, "first second"));
}

TEST_F(uring, recv_that_may_not_wait_says_eagain)
{
	struct io_uring_sqe *sqe = request(self);
	char byte;

	io_uring_prep_recv(sqe, self->b, &byte, 1, MSG_DONTWAIT);
	submit(self, sqe, 1);
	check_eq(result(self, 1), -EAGAIN);
}

TEST_F(uring, a_waiting_recv_sees_the_end)
{
	struct io_uring_sqe *sqe = request(self);
	char byte;

	io_uring_prep_recv(sqe, self->b, &byte, 1, 0);
	submit(self, sqe, 1);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(result(self, 1), 0);
}

TEST_F(uring, a_waiting_recv_sees_a_reset)
{
	struct io_uring_sqe *sqe = request(self);
	char byte;

	io_uring_prep_recv(sqe, self->b, &byte, 1, 0);
	submit(self, sqe, 1);
	close_abort(self->a);
	check_eq(result(self, 1), -ECONNRESET);
}

TEST_F(uring, a_cancelled_recv_takes_nothing)
{
	struct io_uring_sqe *sqe = request(self);
	char byte;

	io_uring_prep_recv(sqe, self->b, &byte, 1, 0);
	submit(self, sqe, 1);
	sqe = request(self);
	io_uring_prep_cancel64(sqe, 1, 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	submit(self, sqe, 2);
	check_eq(result(self, 1), -ECANCELED);
	put(self->a, "data", 0);
	expect_there(self->b, "data");
}

static void provide_buffers(FIXTURE_DATA(uring) *self, char *pool)
{
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_provide_buffers(sqe, pool, BUFFER, BUFFERS, GROUP, 0);
	submit(self, sqe, 100);
	check_eq(result(self, 100), 0);
}

/* Each piece into a buffer of its own, until there is none, or the stream has ended. */
TEST_F(uring, one_recv_takes_piece_after_piece)
{
	static const char * const pieces[] = { "one", "two", "three" };
	struct io_uring_sqe *sqe;
	static char pool[BUFFERS * BUFFER];
	struct done done;
	int i;

	provide_buffers(self, pool);
	sqe = request(self);
	io_uring_prep_recv_multishot(sqe, self->b, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	submit(self, sqe, 1);
	expect_waiting(self);
	for (i = 0; i < 3; i++) {
		put(self->a, pieces[i], 0);
		done = completion(self, 1);
		check_eq(done.res, (int)strlen(pieces[i]));
		check(done.flags & IORING_CQE_F_MORE);
		check(!memcmp(pool + (done.flags >> IORING_CQE_BUFFER_SHIFT) * BUFFER,
			      pieces[i], done.res));
	}
	check_ok(shutdown(self->a, SHUT_WR));
	done = completion(self, 1);
	check_eq(done.res, 0);
	check(!(done.flags & IORING_CQE_F_MORE));
}

TEST_F(uring, one_recv_ends_without_a_buffer)
{
	struct io_uring_sqe *sqe;
	static char pool[BUFFERS * BUFFER], block[(BUFFERS + 1) * BUFFER];
	struct done done;
	int got = 0;

	provide_buffers(self, pool);
	check_eq(send(self->a, block, sizeof(block), 0), (int)sizeof(block));
	sqe = request(self);
	io_uring_prep_recv_multishot(sqe, self->b, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT;
	sqe->buf_group = GROUP;
	submit(self, sqe, 1);
	do {
		done = completion(self, 1);
		got += done.res > 0 ? done.res : 0;
	} while (done.flags & IORING_CQE_F_MORE);
	check_eq(done.res, -ENOBUFS);
	check_eq(got, BUFFERS * BUFFER);
	check_eq(recv(self->b, block, sizeof(block), 0), BUFFER);
}

/* ---- send ---- */

/* What the buffers have no room for waits, and goes when there is. */
TEST_F(uring, send_waits_for_room)
{
	static char block[65536];
	struct io_uring_sqe *sqe;
	ssize_t before, n;

	before = fill(self->a);
	sqe = request(self);
	io_uring_prep_send(sqe, self->a, block, sizeof(block), MSG_WAITALL);
	submit(self, sqe, 1);
	expect_waiting(self);
	for (n = 0; n < before + (ssize_t)sizeof(block);)
		n += check_ok(recv(self->b, block, sizeof(block), 0));
	check_eq(n, before + (ssize_t)sizeof(block));
	check_eq(result(self, 1), (int)sizeof(block));
}

static void expect_the_same(int fd, const char *block, size_t size)
{
	char there[4096];
	size_t n, got;

	for (n = 0; n < size; n += got) {
		got = check_ok(recv(fd, there, sizeof(there), 0));
		check_ge(got, 1);
		check(!memcmp(there, block + n, got));
	}
}

/* Sent is one completion; that nobody reads the buffer any more is another. */
static void expect_sent_and_given_back(FIXTURE_DATA(uring) *self, const char *block,
				       size_t size)
{
	struct done done = completion(self, 1);

	check_eq(done.res, (int)size);
	check(done.flags & IORING_CQE_F_MORE);
	expect_the_same(self->b, block, size);
	done = completion(self, 1);
	check(done.flags & IORING_CQE_F_NOTIF);
	check_eq(done.res, 0);
}

static char *patterned(char *block, size_t size)
{
	while (size--)
		block[size] = pattern(size);
	return block;
}

TEST_F(uring, send_without_copying_gives_the_buffer_back)
{
	static char block[65536];
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_send_zc(sqe, self->a, patterned(block, sizeof(block)),
			      sizeof(block), MSG_WAITALL, 0);
	submit(self, sqe, 1);
	expect_sent_and_given_back(self, block, sizeof(block));
}

TEST_F(uring, send_of_a_registered_buffer_gives_it_back)
{
	static char block[65536];
	struct iovec all = { patterned(block, sizeof(block)), sizeof(block) };
	struct io_uring_sqe *sqe = request(self);

	check_eq(io_uring_register_buffers(&self->ring, &all, 1), 0);
	/* not from its start, and not in whole pages */
	io_uring_prep_send_zc(sqe, self->a, block + 100, 40000, MSG_WAITALL,
			      IORING_RECVSEND_FIXED_BUF);
	sqe->buf_index = 0;
	submit(self, sqe, 1);
	expect_sent_and_given_back(self, block + 100, 40000);
}

TEST_F(uring, a_waiting_send_sees_a_reset)
{
	static char block[65536];
	struct io_uring_sqe *sqe;
	int got;

	stuff(self->a);
	sqe = request(self);
	io_uring_prep_send(sqe, self->a, block, sizeof(block), MSG_NOSIGNAL);
	submit(self, sqe, 1);
	expect_waiting(self);
	close_abort(self->b);
	got = result(self, 1);
	check(got == -ECONNRESET || got == -EPIPE);
}

TEST_F(uring, messages_go_in_vectors)
{
	char there[6] = "";
	struct iovec out[] = { { "ab", 2 }, { "cde", 3 } };
	struct iovec in[] = { { there, 4 }, { there + 4, 1 } };
	struct msghdr from = { .msg_iov = out, .msg_iovlen = 2 };
	struct msghdr to = { .msg_iov = in, .msg_iovlen = 2 };
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_sendmsg(sqe, self->a, &from, 0);
	submit(self, sqe, 1);
	check_eq(result(self, 1), 5);
	sqe = request(self);
	io_uring_prep_recvmsg(sqe, self->b, &to, MSG_WAITALL);
	submit(self, sqe, 2);
	check_eq(result(self, 2), 5);
	check(!strcmp(there, "abcde"));
}

/* One after the other, in one submission: what is read here is sent on there. */
TEST_F(uring, a_chain_echoes)
{
	struct io_uring_sqe *sqe;
	char text[8] = "";

	sqe = request(self);
	io_uring_prep_recv(sqe, self->b, text, 4, MSG_WAITALL);
	sqe->flags |= IOSQE_IO_LINK;
	sqe->user_data = 1;
	sqe = request(self);
	io_uring_prep_send(sqe, self->b, text, 4, 0);
	sqe->user_data = 2;
	check_eq(io_uring_submit(&self->ring), 2);
	expect_waiting(self);
	put(self->a, "echo", 0);
	check_eq(result(self, 1), 4);
	check_eq(result(self, 2), 4);
	expect_there(self->a, "echo");
}

TEST_F(uring, spliced_from_a_pipe)
{
	struct io_uring_sqe *sqe = request(self);
	int p[2];

	check_ok(pipe(p));
	check_eq(write(p[1], "piped", 5), 5);
	io_uring_prep_splice(sqe, p[0], -1, self->a, -1, 5, 0);
	submit(self, sqe, 1);
	check_eq(result(self, 1), 5);
	expect_there(self->b, "piped");
}

TEST_F(uring, shutdown_is_the_end_for_the_peer)
{
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_shutdown(sqe, self->a, SHUT_WR);
	submit(self, sqe, 1);
	check_eq(result(self, 1), 0);
	expect_eof(self->b);
}

/* ---- poll ---- */

TEST_F(uring, poll_waits_for_data)
{
	struct io_uring_sqe *sqe = request(self);

	io_uring_prep_poll_add(sqe, self->b, POLLIN);
	submit(self, sqe, 1);
	expect_waiting(self);
	put(self->a, "x", 0);
	check_eq(result(self, 1), POLLIN);
}

TEST_F(uring, poll_waits_for_room)
{
	struct io_uring_sqe *sqe = request(self);
	static char block[65536];

	stuff(self->a);
	io_uring_prep_poll_add(sqe, self->a, POLLOUT);
	submit(self, sqe, 1);
	expect_waiting(self);
	while (recv(self->b, block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	check(result(self, 1) & POLLOUT);
}

TEST_F(uring, one_poll_reports_again_and_again)
{
	struct io_uring_sqe *sqe = request(self);
	int i;

	io_uring_prep_poll_multishot(sqe, self->b, POLLIN);
	submit(self, sqe, 1);
	for (i = 0; i < 3; i++) {
		struct done done;

		put(self->a, "x", 0);
		done = completion(self, 1);
		check(done.res & POLLIN);
		check(done.flags & IORING_CQE_F_MORE);
		expect_there(self->b, "x");
	}
}

TEST_F(uring, poll_sees_a_reset)
{
	struct io_uring_sqe *sqe = request(self);
	int got;

	io_uring_prep_poll_add(sqe, self->b, POLLIN | POLLRDHUP);
	submit(self, sqe, 1);
	close_abort(self->a);
	got = result(self, 1);
	check_eq(got & (POLLERR | POLLHUP | POLLIN), POLLERR | POLLHUP | POLLIN);
}

/* ---- a whole program ---- */

#define STREAM		(1 << 20)
#define PIECE		20000

/* Who of a stream's two ends has moved how much. */
struct flow {
	int fd;
	unsigned int at;
	char block[PIECE];
};

static void next_send(FIXTURE_DATA(uring) *self, struct flow *f, int mark)
{
	struct io_uring_sqe *sqe;
	size_t n = STREAM - f->at < PIECE ? STREAM - f->at : PIECE;

	if (!n)
		return;
	stream_fill(mark, f->at, f->block, n);
	sqe = request(self);
	io_uring_prep_send(sqe, f->fd, f->block, n, 0);
	submit(self, sqe, mark);
}

static void next_recv(FIXTURE_DATA(uring) *self, struct flow *f, int mark)
{
	struct io_uring_sqe *sqe;

	if (f->at == STREAM)
		return;
	sqe = request(self);
	io_uring_prep_recv(sqe, f->fd, f->block, PIECE, 0);
	submit(self, sqe, mark);
}

/* 0 and 1 send streams 0 and 1, which 2 and 3 receive, all through one ring. */
TEST_F_TIMEOUT(uring, two_streams_at_once_in_one_ring, LONG_TEST)
{
	static struct flow flows[4];
	int fd[] = { self->a, self->b, self->b, self->a }, i;

	for (i = 0; i < 4; i++) {
		flows[i].fd = fd[i];
		(i < 2 ? next_send : next_recv)(self, &flows[i], i);
	}
	while (flows[2].at < STREAM || flows[3].at < STREAM) {
		struct io_uring_cqe *cqe;
		struct flow *f;

		check_eq(io_uring_wait_cqe(&self->ring, &cqe), 0);
		i = cqe->user_data;
		f = &flows[i];
		check_gt(cqe->res, 0);
		if (i >= 2)
			check_eq(stream_check(i - 2, f->at, f->block, cqe->res), -1);
		f->at += cqe->res;
		io_uring_cqe_seen(&self->ring, cqe);
		(i < 2 ? next_send : next_recv)(self, f, i);
	}
}

/* What waits in a ring keeps the socket; the ring's end lets it go. */
TEST_F(uring, the_end_of_a_ring_closes_what_it_held)
{
	struct io_uring_sqe *sqe;
	struct io_uring other;
	char byte;

	check_eq(io_uring_queue_init(4, &other, 0), 0);
	sqe = io_uring_get_sqe(&other);
	io_uring_prep_recv(sqe, self->b, &byte, 1, 0);
	check_eq(io_uring_submit(&other), 1);
	close(self->b);
	set_nonblock(self->a, true);
	check_err(recv(self->a, &byte, 1, 0), EAGAIN);
	io_uring_queue_exit(&other);
	check_eq(wait_fd(self->a, POLLIN, PATIENCE_MS) & POLLIN, POLLIN);
	check_eq(recv(self->a, &byte, 1, 0), 0);
}

TEST_HARNESS_MAIN
