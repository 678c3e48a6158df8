/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of a test that found something wrong, and the checks that lead there.
 *
 * The library does not know the harness: a failed test prints where and why, as
 * TAP comments, and ends its process, which the harness counts as a failure.
 * Helper functions of a test can therefore check without being handed metadata.
 */
#ifndef SELFTESTS_LIB_FAIL_H
#define SELFTESTS_LIB_FAIL_H

#include <errno.h>
#include <string.h>

void test_fail_at(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* A line of explanation, whatever the outcome. */
void test_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Called before the process ends; the wire prints its conversation here. */
extern void (*test_on_fail)(void);

/*
 * An orphan that nobody answers keeps its namespace, and with it the module, for
 * minutes. After this, the sockets that are still open end with a RST.
 */
void test_leave_no_orphans(void);

#define test_fail(...)	test_fail_at(__FILE__, __LINE__, __VA_ARGS__)

#define check(cond) do {						\
	if (!(cond))							\
		test_fail("not true: %s", #cond);			\
} while (0)

#define check_op(a, op, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);		\
	if (!(a_ op b_))						\
		test_fail("%s is %lld, expected %s %s (%lld)", #a, a_,	\
			  #op, #b, b_);					\
} while (0)

#define check_eq(a, b)	check_op(a, ==, b)
#define check_ne(a, b)	check_op(a, !=, b)
#define check_lt(a, b)	check_op(a, <, b)
#define check_le(a, b)	check_op(a, <=, b)
#define check_gt(a, b)	check_op(a, >, b)
#define check_ge(a, b)	check_op(a, >=, b)

/* A call that must succeed; its value. */
#define check_ok(call) ({						\
	long r_ = (call);						\
	if (r_ < 0)							\
		test_fail("%s: %s", #call, strerror(errno));		\
	r_; })

/* A call that must fail with @err. */
#define check_err(call, err) do {					\
	long r_ = (call);						\
	int e_ = errno;							\
	if (r_ >= 0)							\
		test_fail("%s is %ld, expected %s", #call, r_, #err);	\
	if (e_ != (err))						\
		test_fail("%s: %s, expected %s", #call, strerror(e_), #err); \
} while (0)

#endif /* SELFTESTS_LIB_FAIL_H */
