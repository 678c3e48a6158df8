// SPDX-License-Identifier: GPL-2.0
/* The states of a socket, and the comparison of the stacks; see scene.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scene.h"
#include "stack.h"

/* ---- the states ---- */

static void connect_pair(struct scene *s)
{
	int fd[2];

	pair(s->tcp, fd);
	s->fd = fd[0];
	s->peer = fd[1];
}

void be_fresh(struct scene *s)
{
	s->fd = check_ok(stream(s->tcp, 0));
}

void be_bound(struct scene *s)
{
	s->fd = bound(s->tcp, "127.0.0.1");
}

void be_listening(struct scene *s)
{
	s->fd = listener(s->tcp, "127.0.0.1", 4);
}

void be_waited_for(struct scene *s)
{
	struct sockaddr_in at;

	be_listening(s);
	at = name4(s->fd);
	s->peer = connected(s->tcp, &at);
	check_eq(wait_fd(s->fd, POLLIN, PATIENCE_MS), POLLIN);
}

void be_connecting(struct scene *s)
{
	struct sockaddr_in to = addr4(LOST, 7);

	s->fd = check_ok(stream(s->tcp, SOCK_NONBLOCK));
	check_err(connect4(s->fd, &to), EINPROGRESS);
}

void be_refused(struct scene *s)
{
	s->fd = check_ok(stream(s->tcp, SOCK_NONBLOCK));
	check_err(connect4(s->fd, &s->shut), EINPROGRESS);
	check(wait_fd(s->fd, POLLOUT, PATIENCE_MS) & POLLERR);
}

void be_connected(struct scene *s)
{
	connect_pair(s);
}

void be_accepted(struct scene *s)
{
	int fd;

	connect_pair(s);
	fd = s->fd;
	s->fd = s->peer;
	s->peer = fd;
}

void be_unread(struct scene *s)
{
	connect_pair(s);
	check_eq(send(s->peer, "datum", 5, 0), 5);
	check_eq(wait_fd(s->fd, POLLIN, PATIENCE_MS), POLLIN);
}

void be_urgent(struct scene *s)
{
	connect_pair(s);
	check_eq(send(s->peer, "datum", 5, MSG_OOB), 5);
	check_eq(wait_fd(s->fd, POLLPRI, PATIENCE_MS), POLLPRI);
}

void be_write_shut(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->fd, SHUT_WR));
	expect_state(s->fd, FIN_WAIT2);
}

void be_read_shut(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->fd, SHUT_RD));
}

void be_both_shut(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->fd, SHUT_RDWR));
	expect_state(s->fd, FIN_WAIT2);
}

void be_half_closed(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->peer, SHUT_WR));
	expect_state(s->fd, CLOSE_WAIT);
}

/* The FIN came first, the answer to it last: LAST_ACK and gone. */
void be_passively_closed(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->peer, SHUT_WR));
	expect_state(s->fd, CLOSE_WAIT);
	check_ok(shutdown(s->fd, SHUT_WR));
	expect_state(s->fd, CLOSE);
}

/* Closed on our initiative: the socket is done, its TIME_WAIT is not. */
void be_actively_closed(struct scene *s)
{
	connect_pair(s);
	check_ok(shutdown(s->fd, SHUT_WR));
	expect_state(s->peer, CLOSE_WAIT);
	check_ok(shutdown(s->peer, SHUT_WR));
	expect_state(s->fd, CLOSE);
}

void be_reset(struct scene *s)
{
	connect_pair(s);
	close_abort(s->peer);
	s->peer = -1;
	check(wait_fd(s->fd, POLLIN, PATIENCE_MS) & POLLERR);
}

void be_reset_and_told(struct scene *s)
{
	be_reset(s);
	check_eq(so_error(s->fd), ECONNRESET);
}

void be_disconnected(struct scene *s)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	connect_pair(s);
	check_ok(connect(s->fd, &none, sizeof(none)));
}

void be_listener_shut(struct scene *s)
{
	be_listening(s);
	check_ok(shutdown(s->fd, SHUT_RD));
}

/* ---- the words ---- */

void said(char *text, size_t size, long ret)
{
	if (ret < 0)
		snprintf(text, size, "%ld %s", ret, strerrorname_np(errno));
	else
		snprintf(text, size, "%ld", ret);
}

void said_also(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

void said_address(char *text, size_t size, const struct sockaddr_in *addr,
		  int len)
{
	char ip[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &addr->sin_addr, ip, sizeof(ip));
	said_also(text, size, ", family %d, %s, port %s, length %d",
		  addr->sin_family, ip, addr->sin_port ? "some" : "0", len);
}

struct sockaddr_in call_address(const struct scene *s, const struct call *c)
{
	struct sockaddr_in addr;

	if (!strcmp(c->ip, "open"))
		addr = s->open;
	else if (!strcmp(c->ip, "shut"))
		addr = s->shut;
	else if (!strcmp(c->ip, "self"))
		addr = name4(s->fd);
	else
		addr = addr4(c->ip, c->port);
	addr.sin_family = c->family;
	return addr;
}

/* ---- the comparison ---- */

struct answer {
	char call[256];
	char after[64];
	int error;
};

void scene_setup(void)
{
	blackhole();
}

static void build(struct scene *s, enum tcp tcp, void (*be)(struct scene *s))
{
	*s = (struct scene){ .tcp = tcp, .fd = -1, .peer = -1 };
	s->helper = listener(tcp, "127.0.0.1", 4);
	s->open = name4(s->helper);
	s->shut = addr4("127.0.0.1", NOBODY_PORT);
	be(s);
	set_nonblock(s->fd, true);
}

static void end(struct scene *s)
{
	if (s->peer >= 0)
		close_abort(s->peer);
	close_abort(s->fd);
	close_abort(s->helper);
}

/* What is left of the socket after the call. */
static int look(struct scene *s, char *text, size_t size)
{
	int state = fd_state(s->fd);
	int events = wait_fd(s->fd, POLLIN | POLLOUT | POLLPRI | POLLRDHUP, 0);

	snprintf(text, size, "%s, events %#x", state_name(state), events);
	return state;
}

/* States that end as soon as the peer's segment has come over lo. */
static bool in_passing(int state)
{
	return state == FIN_WAIT1 || state == LAST_ACK || state == CLOSING;
}

static void ask(struct answer *a, enum tcp tcp, void (*be)(struct scene *s),
		const struct call *call, const struct answer *expected)
{
	struct scene s;
	int64_t until;
	bool settled;

	build(&s, tcp, be);
	errno = 0;
	call->make(&s, call, a->call, sizeof(a->call));
	/* What follows from the call may take the network a moment. */
	until = now_ms() + 300;
	do {
		settled = !in_passing(look(&s, a->after, sizeof(a->after)));
		if (expected)
			settled = !strcmp(a->after, expected->after);
	} while (!settled && now_ms() < until && !usleep(1000));
	a->error = so_error(s.fd);
	end(&s);
}

static bool same_answer(const struct answer *a, const struct answer *b)
{
	return !strcmp(a->call, b->call) && !strcmp(a->after, b->after) &&
	       a->error == b->error;
}

/* The kernel's story may be unfinished when it is looked at: ask it twice. */
static bool same_story(void (*be)(struct scene *s), const struct call *call,
		       struct answer *want, struct answer *got)
{
	int tries = 2;

	do {
		ask(want, KERNEL_TCP, be, call, NULL);
		ask(got, subject(), be, call, want);
		if (same_answer(want, got))
			return true;
	} while (--tries);
	return false;
}

static void show(const struct call *call, const char *whose,
		 const struct answer *a)
{
	test_note("%s: %s %s; then %s, error %d", call->name, whose, a->call,
		  a->after, a->error);
}

/* With MYTCP_TEST_EVERY=N each Nth call only: in each state others, by where "be" stands. */
static bool is_wanted(void (*be)(struct scene *s), size_t number)
{
	return ((uintptr_t)be / 16 + number) % env_number("MYTCP_TEST_EVERY", 1) == 0;
}

void scene_compare(void (*be)(struct scene *s), const struct call *calls,
		   size_t count)
{
	struct answer want, got;
	size_t i, different = 0;

	for (i = 0; i < count; i++) {
		if (!is_wanted(be, i) || same_story(be, &calls[i], &want, &got))
			continue;
		different++;
		show(&calls[i], "expected", &want);
		show(&calls[i], "got     ", &got);
	}
	if (different)
		test_fail("%zu of %zu calls differ", different, count);
}
