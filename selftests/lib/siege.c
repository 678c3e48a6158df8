// SPDX-License-Identifier: GPL-2.0
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "objects.h"
#include "siege.h"
#include "sockets.h"
#include "sockstat.h"
#include "stack.h"

#define A_FEW	8

void siege_begin(struct siege *s, int peers, int backlog)
{
	struct sockaddr_in at = addr4(CROWD_IP, CROWD_PORT);

	memset(s, 0, sizeof(*s));
	crowd_open(&s->c, peers);
	s->lfd = crowd_listen(backlog);
	s->honest[0] = connected(subject(), &at);
	s->honest[1] = wire_accept(s->lfd);
	set_nonblock(s->honest[1], false);
	if (stack_is_kernel())
		return;
	objects_settled(OBJECTS_ALL);
	s->all = objects_in(OBJECTS_ALL);
	s->socks = objects_in(OBJECTS_SOCK);
	s->synqs = objects_in(OBJECTS_SYNQ);
	s->buckets = objects_in(OBJECTS_TIMEWAIT);
	s->orphans = sockstat("orphan");
}

void siege_end(struct siege *s)
{
	crowd_close(&s->c);
}

static bool passes(int from, int to)
{
	char byte = 0;

	return send(from, "h", 1, MSG_NOSIGNAL) == 1 &&
	       recv(to, &byte, 1, 0) == 1 && byte == 'h';
}

void siege_unharmed_(const char *file, int line, struct siege *s)
{
	if (fd_state(s->honest[0]) != ESTABLISHED ||
	    fd_state(s->honest[1]) != ESTABLISHED)
		test_fail_at(file, line, "the honest connection is in %s, %s",
			     state_name(fd_state(s->honest[0])),
			     state_name(fd_state(s->honest[1])));
	if (!passes(s->honest[0], s->honest[1]) ||
	    !passes(s->honest[1], s->honest[0]))
		test_fail_at(file, line, "the honest connection is cut");
}

void siege_open_to_others_(const char *file, int line, struct siege *s)
{
	struct sockaddr_in at = addr4(CROWD_IP, CROWD_PORT);
	int fd = check_ok(stream(subject(), SOCK_NONBLOCK)), child;

	check_err(connect4(fd, &at), EINPROGRESS);
	if (!(wait_fd(fd, POLLOUT, PATIENCE_MS) & POLLOUT) || so_error(fd))
		test_fail_at(file, line, "an honest client is not let in");
	child = wire_accept(s->lfd);
	close_abort(fd);
	close_abort(child);
}

/* What is freed waits for a grace period of RCU, and is not counted. */
static void grown(const char *slab, long before, long most)
{
	objects_await(slab, before + most + A_FEW);
	test_note("%s: %ld more objects", slab, objects_in(slab) - before);
}

void siege_memory(struct siege *s, long socks, long synqs, long buckets)
{
	grown(OBJECTS_SOCK, s->socks, socks);
	grown(OBJECTS_SYNQ, s->synqs, synqs);
	grown(OBJECTS_TIMEWAIT, s->buckets, buckets);
}

void siege_forgotten(struct siege *s)
{
	objects_await(OBJECTS_ALL, s->all + A_FEW);
}
