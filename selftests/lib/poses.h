/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets of either stack brought into a state where they stay: over IPv4, over
 * IPv6, and sockets of IPv6 that talk over IPv4.
 */
#ifndef SELFTESTS_LIB_POSES_H
#define SELFTESTS_LIB_POSES_H

#include "sockets.h"

enum over {
	OVER_IPV4,
	OVER_IPV6,
	OVER_MAPPED,
	OVER_COUNT,
};

struct posed {
	enum tcp tcp;
	enum over over;
	int fd;				/* the socket looked at */
	int peer;			/* the other end, or -1 */
};

struct pose {
	const char *name;
	void (*take)(struct posed *p);
};

/* What the poses need in the namespace; call once a test. */
void poses_setup(void);
const char *over_text(enum over over);
/*
 * As MYTCP_TEST_FAMILY wants it; with "turns" a pose is over one, by its name, with
 * "swapped" over another.
 */
bool pose_wanted(const struct pose *how, enum over over);
/* With MYTCP_TEST_EVERY=N only each Nth option is tried, in each pose others. */
bool pose_tries(const struct pose *how, int number);

void pose(struct posed *p, enum tcp tcp, enum over over,
	  const struct pose *how);
void pose_end(struct posed *p);

void pose_fresh(struct posed *p);
void pose_bound(struct posed *p);
void pose_listening(struct posed *p);
void pose_syn_sent(struct posed *p);
void pose_refused(struct posed *p);
void pose_connected(struct posed *p);
void pose_accepted(struct posed *p);
void pose_fin_wait1(struct posed *p);
void pose_fin_wait2(struct posed *p);
void pose_closing(struct posed *p);
void pose_close_wait(struct posed *p);
void pose_last_ack(struct posed *p);
void pose_actively_closed(struct posed *p);
void pose_passively_closed(struct posed *p);
void pose_reset(struct posed *p);
void pose_disconnected(struct posed *p);
void pose_listener_shut(struct posed *p);

/* One harness test for every pose: the fixture's variants. */
#define POSE_FIXTURE(fixture)						\
	FIXTURE(fixture) { int unused; };				\
	FIXTURE_VARIANT(fixture) { struct pose pose; };			\
	POSE_VARIANT(fixture, fresh)					\
	POSE_VARIANT(fixture, bound)					\
	POSE_VARIANT(fixture, listening)				\
	POSE_VARIANT(fixture, syn_sent)					\
	POSE_VARIANT(fixture, refused)					\
	POSE_VARIANT(fixture, connected)				\
	POSE_VARIANT(fixture, accepted)					\
	POSE_VARIANT(fixture, fin_wait1)				\
	POSE_VARIANT(fixture, fin_wait2)				\
	POSE_VARIANT(fixture, closing)					\
	POSE_VARIANT(fixture, close_wait)				\
	POSE_VARIANT(fixture, last_ack)					\
	POSE_VARIANT(fixture, actively_closed)				\
	POSE_VARIANT(fixture, passively_closed)				\
	POSE_VARIANT(fixture, reset)					\
	POSE_VARIANT(fixture, disconnected)				\
	POSE_VARIANT(fixture, listener_shut)				\
	FIXTURE_SETUP(fixture) { test_begin(); poses_setup(); }		\
	FIXTURE_TEARDOWN(fixture) { }

#define POSE_VARIANT(fixture, pose_name)				\
	FIXTURE_VARIANT_ADD(fixture, pose_name) {			\
		.pose = { #pose_name, pose_##pose_name } };

#endif /* SELFTESTS_LIB_POSES_H */
