// SPDX-License-Identifier: GPL-2.0
/* Sockets of the stack under test that talk to the peer on the wire. */
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "stack.h"

#define PATIENCE_MS	10000

int wire_listen(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int fd = stack_socket(w->family);

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	check_ok(bind(fd, (struct sockaddr *)&sa, len));
	check_ok(listen(fd, 128));
	set_nonblock(fd, true);
	return fd;
}

int wire_accept(int listener)
{
	check(wait_fd(listener, POLLIN, PATIENCE_MS) & POLLIN);
	return check_ok(accept4(listener, NULL, NULL,
				SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int wire_connect(struct wire *w)
{
	struct sockaddr_storage sa;
	socklen_t len = wire_local_sa(w, &sa);
	int fd = stack_socket(w->family);

	set_nonblock(fd, true);
	if (w->local_port) {
		set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
		check_ok(bind(fd, (struct sockaddr *)&sa, len));
	}
	len = wire_peer_sa(w, &sa);
	check_err(connect(fd, (struct sockaddr *)&sa, len), EINPROGRESS);
	return fd;
}

static void default_opts(struct seg *s)
{
	if (!opts_given(s->opts))
		s->opts[0] = (struct opt)MSS(1460);
}

int wire_open_passive(const char *file, int line, struct wire *w,
		      const struct seg *syn)
{
	struct seg s = *syn;
	int listener = wire_listen(w), fd;

	default_opts(&s);
	wire_inject(file, line, w, &s);
	wire_expect(file, line, w, 0, 0, SEG(SYN | ACK));
	wire_inject(file, line, w, SEG(ACK));
	fd = wire_accept(listener);
	close(listener);
	return fd;
}

int wire_open_active(const char *file, int line, struct wire *w,
		     const struct seg *synack)
{
	struct seg s = *synack;
	int fd = wire_connect(w);

	default_opts(&s);
	wire_expect(file, line, w, 0, 0, SEG(SYN));
	wire_inject(file, line, w, &s);
	wire_expect(file, line, w, 0, 0, SEG(ACK));
	check(wait_fd(fd, POLLOUT, PATIENCE_MS) & POLLOUT);
	check_eq(so_error(fd), 0);
	return fd;
}

void send_pattern(int fd, uint64_t from, size_t len)
{
	uint8_t *buf = malloc(len);
	size_t done = 0;

	check(buf);
	pattern_fill(buf, from, len);
	while (done < len) {
		ssize_t n = send(fd, buf + done, len - done, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			test_fail("send: %s", strerror(errno));
		if (n < 0 && !wait_fd(fd, POLLOUT, PATIENCE_MS))
			test_fail("only %zu of %zu bytes could be sent", done,
				  len);
		if (n > 0)
			done += n;
	}
	free(buf);
}

static void compare(const uint8_t *got, uint64_t from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (got[i] != pattern(from + i))
			test_fail("byte %llu of the stream is 0x%02x, not 0x%02x",
				  (unsigned long long)from + i, got[i],
				  pattern(from + i));
}

void recv_pattern(int fd, uint64_t from, size_t len)
{
	uint8_t buf[65536];

	while (len) {
		size_t want = len < sizeof(buf) ? len : sizeof(buf);
		ssize_t n = recv(fd, buf, want, 0);

		if (n < 0 && errno != EAGAIN)
			test_fail("recv: %s", strerror(errno));
		if (!n)
			test_fail("the stream ends %zu bytes too early", len);
		if (n < 0 && !wait_fd(fd, POLLIN, PATIENCE_MS))
			test_fail("%zu bytes never came", len);
		if (n < 0)
			continue;
		compare(buf, from, n);
		from += n;
		len -= n;
	}
}

void fd_expect_eof(const char *file, int line, int fd)
{
	char c;
	ssize_t n;

	if (!(wait_fd(fd, POLLIN, PATIENCE_MS) & POLLIN))
		test_fail_at(file, line, "no end of the stream in sight");
	n = recv(fd, &c, 1, 0);
	if (n)
		test_fail_at(file, line, "recv is %zd (%s), expected the end",
			     n, n < 0 ? strerror(errno) : "data");
}

void fd_expect_error(const char *file, int line, int fd, int err)
{
	char c;
	ssize_t n;
	int got;

	if (!(wait_fd(fd, POLLIN, PATIENCE_MS) & POLLERR))
		test_fail_at(file, line, "no error reported, expected %s",
			     strerror(err));
	n = recv(fd, &c, 1, 0);
	got = errno;
	if (n >= 0 || got != err)
		test_fail_at(file, line, "recv is %zd (%s), expected error %s",
			     n, n < 0 ? strerror(got) : "no error",
			     strerror(err));
	/* Told once; what is left is a closed socket. */
	if (recv(fd, &c, 1, 0))
		test_fail_at(file, line, "the socket still lives");
}

void close_abort(int fd)
{
	struct linger l = { .l_onoff = 1 };

	check_ok(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	check_ok(close(fd));
}
