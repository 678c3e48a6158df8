/* SPDX-License-Identifier: GPL-2.0 */
/* What a test program includes: the harness, the wire and the stack. */
#ifndef SELFTESTS_LIB_TEST_H
#define SELFTESTS_LIB_TEST_H

#include <kselftest_harness.h>

/* The harness gives a test 30 s, in which a debug kernel starts ten programs. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	120

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "fail.h"
#include "netif.h"
#include "stack.h"
#include "wire.h"

/*
 * First line of a FIXTURE_SETUP: a network namespace of the test's own, gone
 * together with its process, with the settings every test starts from.
 */
#define test_begin() do {						\
	if (test_begin_(_metadata->name))				\
		SKIP(_exit(255), "not selected");			\
} while (0)
/* Returns true if MYTCP_TEST_ONLY names another test. */
bool test_begin_(const char *name);

/* The same for a test of one family, AF_INET or AF_INET6. */
#define test_begin_family(family) do {					\
	if (!test_family(family))					\
		SKIP(_exit(255), "not selected");			\
	test_begin();							\
} while (0)
/* And for one that there is of both. */
#define test_begin_turn(family) do {					\
	if (!test_turn(_metadata->name, family))			\
		SKIP(_exit(255), "not selected");			\
	test_begin();							\
} while (0)
/* False if MYTCP_TEST_FAMILY is "ipv4" or "ipv6", and @family is the other. */
bool test_family(int family);
/* Likewise; with "turns" a test is of one family, by its name. */
bool test_turn(const char *name, int family);

/*
 * A fixture with a wire; its tests run over IPv4 and over IPv6. WIRE4_FIXTURE is
 * for what only IPv4 has. Further arguments are a struct wire_config's.
 */
#define WIRE_FIXTURE_BODY(begin, name, ...)				\
	FIXTURE(name) { struct wire w[1]; };				\
	FIXTURE_VARIANT(name) { int family; };				\
	FIXTURE_SETUP(name)						\
	{								\
		begin(variant->family);					\
		wire_open(self->w, .family = variant->family,		\
			  ##__VA_ARGS__);				\
	}								\
	FIXTURE_TEARDOWN(name) { wire_close(self->w); }			\
	FIXTURE_VARIANT_ADD(name, ipv4) { .family = AF_INET };

#define WIRE4_FIXTURE(name, ...)					\
	WIRE_FIXTURE_BODY(test_begin_family, name, ##__VA_ARGS__)
#define WIRE_FIXTURE(name, ...)						\
	WIRE_FIXTURE_BODY(test_begin_turn, name, ##__VA_ARGS__)		\
	FIXTURE_VARIANT_ADD(name, ipv6) { .family = AF_INET6 };

/* A test of such a fixture: a script for the struct wire *w. */
#define WIRE_TEST(fixture, name)					\
	WIRE_TEST_TIMEOUT(fixture, name, TEST_TIMEOUT_DEFAULT)
/* One that may take longer than two minutes, be they virtual. */
#define WIRE_TEST_TIMEOUT(fixture, name, seconds)			\
	static void fixture##_##name##_script(				\
		struct __test_metadata *_metadata, struct wire *w);	\
	TEST_F_TIMEOUT(fixture, name, seconds)				\
	{								\
		fixture##_##name##_script(_metadata, self->w);		\
	}								\
	static void fixture##_##name##_script(				\
		struct __test_metadata __attribute__((unused)) *_metadata, \
		struct wire *w)

#endif /* SELFTESTS_LIB_TEST_H */
