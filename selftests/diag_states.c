// SPDX-License-Identifier: GPL-2.0
/*
 * A connection in each state is found by sock_diag: once in a dump, by its own
 * name, and with what ss(8) shows of it; and an administrator can end it.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <string.h>

#include "lib/diag.h"
#include "lib/privilege.h"
#include "lib/sockets.h"
#include "lib/states.h"
#include "lib/test.h"

/* All but what is bound and nothing else, for which there is a newer bit, too. */
#define CONNECTIONS	(DIAG_ALL_STATES & ~(1 << CLOSE | 1 << 13))

WIRE4_FIXTURE(diag)

static struct diag_entry *find(struct diag_entry *all, int n,
			       const struct shown *is)
{
	struct diag_entry *found = NULL;
	int i;

	for (i = 0; i < n; i++) {
		if (ntohs(all[i].msg.id.idiag_sport) != is->local_port ||
		    ntohs(all[i].msg.id.idiag_dport) != is->peer_port)
			continue;
		check(!found);
		found = &all[i];
	}
	check(found);
	return found;
}

static void check_timer(const struct shown *is, const struct diag_entry *e)
{
	check_eq(e->msg.idiag_timer, is->timer);
	if (is->state == TIME_WAIT)
		check_gt(e->msg.idiag_expires, 30000);
	else
		check_le(e->msg.idiag_expires, 3000 * is->timer);
}

static void check_entry(const struct wire *w, const struct shown *is,
			const struct diag_entry *e)
{
	test_note("%s", state_name(is->state));
	check_eq(e->msg.idiag_family, AF_INET);
	check_eq(e->msg.idiag_state, is->state);
	check_eq(e->msg.idiag_rqueue, is->rx);
	if (is->state != LISTEN)
		check_eq(e->msg.idiag_wqueue, is->tx);
	check_eq(e->msg.idiag_uid, getuid());
	check_eq(e->msg.idiag_inode, shown_inode(is));
	check(!memcmp(e->msg.id.idiag_src, &w->local.b, 4));
	if (is->peer_port)
		check(!memcmp(e->msg.id.idiag_dst, &w->peer.b, 4));
	else
		check_eq(e->msg.id.idiag_dst[0], 0);
	check_timer(is, e);
}

/* Each once, and nothing else. */
WIRE_TEST(diag, every_state_is_dumped_once)
{
	struct diag_entry all[2 * MAX_STATES];
	struct scenery s = { .count = 0 };
	int i, n;

	scenery_set(&s, w);
	n = diag_dump(AF_INET, DIAG_ALL_STATES, all, 2 * MAX_STATES);
	check_eq(n, s.count);
	for (i = 0; i < s.count; i++)
		check_entry(w, &s.all[i], find(all, n, &s.all[i]));
	check_eq(diag_dump(AF_INET6, DIAG_ALL_STATES, all, 1), 0);
	scenery_leave(&s);
}

/* A bit for each state: what ss(8) asks for by name. */
WIRE_TEST(diag, each_state_can_be_asked_for)
{
	struct scenery s = { .count = 0 };
	struct diag_entry e;
	int i;

	scenery_set(&s, w);
	for (i = 0; i < s.count; i++) {
		check_eq(diag_dump(AF_INET, 1 << s.all[i].state, &e, 1), 1);
		check_entry(w, &s.all[i], &e);
	}
	check_eq(diag_dump(AF_INET, 1 << 14, &e, 1), 0);
	scenery_leave(&s);
}

static void keep_last(struct diag_entry *e, void *arg)
{
	*(struct diag_entry *)arg = *e;
}

/* By its four numbers and its cookie; another's cookie does not do. */
WIRE_TEST(diag, each_is_found_by_name)
{
	struct diag_entry all[MAX_STATES], one;
	struct scenery s = { .count = 0 };
	struct diag_request r;
	int i, n;

	scenery_set(&s, w);
	n = diag_dump(AF_INET, DIAG_ALL_STATES, all, MAX_STATES);
	for (i = 0; i < n; i++) {
		diag_request_one(&r, SOCK_DIAG_BY_FAMILY, &all[i]);
		check_eq(diag_exchange(&r, keep_last, &one), 1);
		check(!memcmp(&one.msg.id, &all[i].msg.id, sizeof(one.msg.id)));
		check_eq(one.msg.idiag_state, all[i].msg.idiag_state);

		r.req.id.idiag_cookie[0]++;
		check_eq(diag_exchange(&r, NULL, NULL), -ENOENT);

		r.req.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
		r.req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
		check_eq(diag_exchange(&r, keep_last, &one), 1);
		check_eq(one.msg.idiag_state, all[i].msg.idiag_state);
	}
	scenery_leave(&s);
}

/* No two share a cookie, and one keeps its own. */
WIRE_TEST(diag, cookies_tell_entries_apart)
{
	struct diag_entry all[MAX_STATES], again[MAX_STATES];
	struct scenery s = { .count = 0 };
	int i, j, n;

	scenery_set(&s, w);
	n = diag_dump(AF_INET, DIAG_ALL_STATES, all, MAX_STATES);
	check_eq(diag_dump(AF_INET, DIAG_ALL_STATES, again, MAX_STATES), n);
	for (i = 0; i < n; i++) {
		check(!memcmp(all[i].msg.id.idiag_cookie,
			      again[i].msg.id.idiag_cookie, 8));
		for (j = 0; j < i; j++)
			check(memcmp(all[i].msg.id.idiag_cookie,
				     all[j].msg.id.idiag_cookie, 8));
	}
	scenery_leave(&s);
}

/* ---- SOCK_DESTROY ---- */

static int destroy(const struct diag_entry *e)
{
	struct diag_request r;

	diag_request_one(&r, SOCK_DESTROY, e);
	return diag_exchange(&r, NULL, NULL);
}

static bool resets(int state)
{
	switch (state) {
	case ESTABLISHED:
	case FIN_WAIT1:
	case FIN_WAIT2:
	case CLOSE_WAIT:
		return true;
	}
	return false;
}

/* What was under way, sent again perhaps, may come before it. */
static bool reset_comes(struct wire *w, bool expected)
{
	const struct got *g;

	while ((g = receive(w, expected ? PATIENCE_MS : 0)))
		if (g->s.flags & RST)
			return true;
	return false;
}

/* Whatever it is, it is over; the peer is told where it knows of a connection. */
WIRE_TEST(diag, an_administrator_ends_each)
{
	struct diag_entry all[MAX_STATES], e;
	struct scenery s = { .count = 0 };
	int i, n;

	if (stack_is_kernel())
		SKIP(return, "Linux 6.1 does not end a TIME_WAIT");
	scenery_set(&s, w);
	n = diag_dump(AF_INET, CONNECTIONS, all, MAX_STATES);
	/* the listener last: with it goes what has not come so far as a socket */
	for (i = s.count - 1; i >= 0; i--) {
		struct shown *is = &s.all[i];

		if (is->state == CLOSE)
			continue;
		test_note("%s", state_name(is->state));
		check_eq(destroy(find(all, n, is)), 0);
		if (is->peer_port)
			check_eq(reset_comes(&s.w[i], resets(is->state)),
				 resets(is->state));
		if (is->fd >= 0)
			check_eq(so_error(is->fd), ECONNABORTED);
		check_eq(destroy(find(all, n, is)), -ENOENT);
	}
	check_eq(diag_dump(AF_INET, CONNECTIONS, &e, 1), 0);
	scenery_leave(&s);
}

/* One that is bound and nothing more has nothing that could be ended. */
WIRE_TEST(diag, a_bound_socket_is_left_alone)
{
	struct scenery s = { .count = 0 };
	struct diag_entry e;

	if (stack_is_kernel())
		SKIP(return, "Linux 6.1 does not tell of such");
	scenery_set(&s, w);
	check_eq(diag_dump(AF_INET, 1 << CLOSE, &e, 1), 1);
	check_eq(destroy(&e), -ENOENT);
	check_eq(so_error(scenery_in(&s, CLOSE)->fd), 0);
	check_eq(diag_dump(AF_INET, 1 << CLOSE, &e, 1), 1);
	scenery_leave(&s);
}

/* Whom nobody has any more is ended as well. */
WIRE_TEST(diag, an_orphan_is_ended)
{
	struct diag_entry e;
	int fd;

	fd = open_passive(w);
	check_ok(close(fd));
	expect(w, FIN | ACK);
	check_eq(diag_dump(AF_INET, 1 << FIN_WAIT1, &e, 1), 1);
	check_eq(e.msg.idiag_inode, 0);
	check_eq(destroy(&e), 0);
	expect(w, RST | ACK, .seq = ANY);
	check_eq(diag_dump(AF_INET, 1 << FIN_WAIT1, &e, 1), 0);
}

static void try_to_end(void *arg)
{
	struct diag_entry all[MAX_STATES];
	int i, n, *count = arg;

	drop_capabilities();
	n = diag_dump(AF_INET, CONNECTIONS, all, MAX_STATES);
	check_eq(n, *count);
	for (i = 0; i < n; i++) {
		test_note("%s", state_name(all[i].msg.idiag_state));
		check_eq(destroy(&all[i]), -EPERM);
		/* nor does anybody tell him the mark */
		check_eq(all[i].attr[INET_DIAG_MARK].len, 0);
	}
}

WIRE_TEST(diag, nobody_else_may)
{
	struct scenery s = { .count = 0 };
	struct diag_entry e;
	int ends;

	if (stack_is_kernel())
		SKIP(return, "Linux 6.1 has no right to check for a TIME_WAIT");
	scenery_set(&s, w);
	ends = s.count - 1;	/* all but the bound one */
	joined(spawned(try_to_end, &ends));
	check_eq(diag_dump(AF_INET, DIAG_ALL_STATES, &e, 1), s.count);
	scenery_leave(&s);
}

/* ---- notice of what was destroyed ---- */

static int listen_for_ends(void)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int fd = diag_open(), group = SKNLGRP_INET_TCP_DESTROY;

	check_ok(bind(fd, (struct sockaddr *)&self, sizeof(self)));
	check_ok(setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
			    sizeof(group)));
	return fd;
}

/* Ends and cookie of a connection, when its socket goes. */
WIRE_TEST(diag, the_end_of_a_socket_is_told)
{
	struct diag_entry e, gone;
	int fd, watch;

	fd = open_passive(w);
	check_eq(diag_dump(AF_INET, 1 << ESTABLISHED, &e, 1), 1);
	watch = listen_for_ends();
	check_ok(shutdown(fd, SHUT_WR));
	expect(w, FIN | ACK);
	inject(w, RST | ACK);
	check_ok(close(fd));
	check_eq(diag_receive(watch, &gone, PATIENCE_MS), 1);
	check(!memcmp(&gone.msg.id, &e.msg.id, sizeof(e.msg.id)));
	check_eq(gone.msg.idiag_state, CLOSE);
	/* IPPROTO_TCP for who reads an octet, SO_PROTOCOL's for who reads all */
	check_eq(gone.attr[INET_DIAG_PROTOCOL].u8, IPPROTO_TCP);
	check_eq(gone.attr[INET_DIAG_PROTOCOL].len == 1 ? IPPROTO_TCP :
		 gone.attr[INET_DIAG_PROTOCOL].u32,
		 get_opt(stack_socket(AF_INET), SOL_SOCKET, SO_PROTOCOL));
	check_ge(gone.attr[INET_DIAG_INFO].len, 200);
}

/* Its TIME_WAIT is no socket: the notice comes when the socket goes. */
WIRE_TEST(diag, the_end_is_told_before_time_wait_is_over)
{
	struct diag_entry gone;
	int fd, watch;

	fd = open_passive(w);
	watch = listen_for_ends();
	check_ok(close(fd));
	expect(w, FIN | ACK);
	inject(w, FIN | ACK);
	expect(w, ACK);
	expect_listed(w, TIME_WAIT);
	check_eq(diag_receive(watch, &gone, PATIENCE_MS), 1);
	check_eq(ntohs(gone.msg.id.idiag_dport), w->peer_port);
}

TEST_HARNESS_MAIN
