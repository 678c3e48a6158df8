/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A socket brought into a state, a call made on it, and what came of it: the
 * stack under test and the kernel's TCP must tell the same story. The kernel's
 * is taken in the same run, so that no table of errnos has to be kept, and the
 * comparison fits every release.
 */
#ifndef SELFTESTS_LIB_SCENE_H
#define SELFTESTS_LIB_SCENE_H

#include <netinet/in.h>
#include <stddef.h>

#include "sockets.h"

#define BAD_POINTER	((void *)8)	/* never mapped, and not aligned to 16 */

struct scene {
	enum tcp tcp;
	int fd;				/* the socket looked at */
	int peer;			/* the other end, or -1 */
	int helper;			/* the listener behind @open */
	struct sockaddr_in open;	/* somebody listens there */
	struct sockaddr_in shut;	/* nobody does */
};

/* A call and its arguments; each call reads what it needs of them. */
struct call {
	const char *name;
	void (*make)(struct scene *s, const struct call *c, char *text,
		     size_t size);
	int a, b, c;
	/* An address: "open", "shut" and "self" are those of the scene. */
	const char *ip;
	int family, port, len;
};

struct state {
	const char *name;
	void (*be)(struct scene *s);
};

#define AT(address, number)	.ip = (address), .port = (number), \
				.family = AF_INET, \
				.len = sizeof(struct sockaddr_in)

/* What the states need in the namespace; call once a test. */
void scene_setup(void);

/* Makes every call in state @be on both stacks, and fails on a difference. */
void scene_compare(void (*be)(struct scene *s), const struct call *calls,
		   size_t count);

/* For a call: writes "3" or "-1 EINVAL", and more in words if needed. */
void said(char *text, size_t size, long ret);
void said_also(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same as text: an address without its port, which no two runs share. */
void said_address(char *text, size_t size, const struct sockaddr_in *addr,
		  int len);
/* The address that @c means, in the scene. */
struct sockaddr_in call_address(const struct scene *s, const struct call *c);

void be_fresh(struct scene *s);
void be_bound(struct scene *s);
void be_listening(struct scene *s);
void be_waited_for(struct scene *s);
void be_connecting(struct scene *s);
void be_refused(struct scene *s);
void be_connected(struct scene *s);
void be_accepted(struct scene *s);
void be_unread(struct scene *s);
void be_urgent(struct scene *s);
void be_write_shut(struct scene *s);
void be_read_shut(struct scene *s);
void be_both_shut(struct scene *s);
void be_half_closed(struct scene *s);
void be_passively_closed(struct scene *s);
void be_actively_closed(struct scene *s);
void be_reset(struct scene *s);
void be_reset_and_told(struct scene *s);
void be_disconnected(struct scene *s);
void be_listener_shut(struct scene *s);

/* One harness test for every state: the fixture's variants. */
#define SCENE_FIXTURE(fixture)						\
	FIXTURE(fixture) { int unused; };				\
	FIXTURE_VARIANT(fixture) { void (*be)(struct scene *s); };	\
	SCENE_STATE(fixture, fresh)					\
	SCENE_STATE(fixture, bound)					\
	SCENE_STATE(fixture, listening)					\
	SCENE_STATE(fixture, waited_for)				\
	SCENE_STATE(fixture, connecting)				\
	SCENE_STATE(fixture, refused)					\
	SCENE_STATE(fixture, connected)					\
	SCENE_STATE(fixture, accepted)					\
	SCENE_STATE(fixture, unread)					\
	SCENE_STATE(fixture, urgent)					\
	SCENE_STATE(fixture, write_shut)				\
	SCENE_STATE(fixture, read_shut)					\
	SCENE_STATE(fixture, both_shut)					\
	SCENE_STATE(fixture, half_closed)				\
	SCENE_STATE(fixture, passively_closed)				\
	SCENE_STATE(fixture, actively_closed)				\
	SCENE_STATE(fixture, reset)					\
	SCENE_STATE(fixture, reset_and_told)				\
	SCENE_STATE(fixture, disconnected)				\
	SCENE_STATE(fixture, listener_shut)				\
	FIXTURE_SETUP(fixture) { test_begin(); scene_setup(); }		\
	FIXTURE_TEARDOWN(fixture) { }

#define SCENE_STATE(fixture, name)					\
	FIXTURE_VARIANT_ADD(fixture, name) { .be = be_##name };

#endif /* SELFTESTS_LIB_SCENE_H */
