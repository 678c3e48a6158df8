/* SPDX-License-Identifier: GPL-2.0 */
/* The counters that an exchange moves, and the segments that it loses. */
#ifndef SELFTESTS_LIB_TALLY_H
#define SELFTESTS_LIB_TALLY_H

#include <stdbool.h>

#include "trace.h"
#include "wire.h"

#define TALLY_MAX 128

struct tally {
	struct trace trace;		/* of mytcp_drop */
	int n;
	char name[TALLY_MAX][32];
	long value[TALLY_MAX];
	long now[TALLY_MAX];		/* by tally_read() */
};

/* What one counter is to have done. */
struct moved {
	const char *name;
	long by;			/* SOME: once or more; WHATEVER */
	bool drop;			/* and mytcp_drop told as many segments */
};

#define SOME		-1000000
#define WHATEVER	-1000001
#define COUNT(c, n)	{ .name = #c, .by = (n) }
#define DROP(c, n)	{ .name = #c, .by = (n), .drop = true }

void tally_begin(struct tally *t);
void tally_end(struct tally *t);

/*
 * Since the beginning, or the last call, these counters have moved, and no other
 * but those that every exchange moves (OutSegs, TCPPureAcks ...); and no other
 * drop was told.
 */
#define expect_tally(t, ...)						\
	tally_expect(AT_, (t), (const struct moved[]){			\
		     __VA_ARGS__ __VA_OPT__(,) {} })
void tally_expect(const char *file, int line, struct tally *t,
		  const struct moved *moved);
/* The same in two steps, for who has to do something between them. */
void tally_read(struct tally *t);
void tally_compare(const char *file, int line, struct tally *t,
		   const struct moved *moved);
/* Waits until a counter has moved since the last call. */
void tally_await(struct tally *t, const char *name);
/* What has been counted so far is not looked at. */
void tally_skip(struct tally *t);

/* A connection for flights (lib/flight.h), with room for what is sent; skipped. */
int tally_open(struct wire *w, struct tally *t);

/*
 * A fixture with a wire and a tally, for programs with lib/test.h. Of the kernel's TCP there are neither the
 * tracepoint nor half of the names.
 */
#define TALLY_FIXTURE(name, ...)					\
	FIXTURE(name) { struct wire w[1]; struct tally t[1]; };		\
	FIXTURE_SETUP(name)						\
	{								\
		test_begin_family(AF_INET);				\
		if (stack_is_kernel())					\
			SKIP(_exit(255), "counters of MyTCP");		\
		wire_open(self->w, ##__VA_ARGS__);			\
		tally_begin(self->t);					\
	}								\
	FIXTURE_TEARDOWN(name)						\
	{								\
		tally_end(self->t);					\
		wire_close(self->w);					\
	}

#define TALLY_TEST(fixture, name)					\
	TALLY_TEST_TIMEOUT(fixture, name, TEST_TIMEOUT_DEFAULT)
#define TALLY_TEST_TIMEOUT(fixture, name, seconds)			\
	static void fixture##_##name##_script(				\
		struct __test_metadata *_metadata, struct wire *w,	\
		struct tally *t);					\
	TEST_F_TIMEOUT(fixture, name, seconds)				\
	{								\
		fixture##_##name##_script(_metadata, self->w, self->t);	\
	}								\
	static void fixture##_##name##_script(				\
		struct __test_metadata __attribute__((unused)) *_metadata, \
		struct wire *w, struct tally *t)

#endif /* SELFTESTS_LIB_TALLY_H */
