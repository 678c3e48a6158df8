// SPDX-License-Identifier: GPL-2.0
/*
 * Every number of an option, asked and set with every length and all sorts of
 * values, in every state, over either family: each answer is that of the kernel's
 * TCP in the same state, in errno, length and value. What is different on purpose
 * stands in options.differ.
 */
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "lib/differ.h"
#include "lib/optnames.h"
#include "lib/optsamples.h"
#include "lib/poses.h"
#include "lib/scene.h"
#include "lib/test.h"

#define ROOM	65536		/* for values; longer than any */
#define WRITTEN	1024		/* no value that is got is longer */
#define SEEN	256		/* octets of them that are compared */
#define SHOWN	3		/* differences of one option that are printed */

enum aim { GOOD, BAD_VALUE, NO_VALUE, BAD_LENGTH };

struct probe {
	int len, value;
	enum aim aim;
};

static const struct probe gets[] = {
	{ 4 }, { 0 }, { 1 }, { 2 }, { 3 }, { 8 }, { 12 }, { 16 }, { 64 },
	{ 256 }, { ROOM }, { -1 }, { INT_MIN },
	{ 4, 0, BAD_VALUE }, { 0, 0, BAD_VALUE }, { 4, 0, NO_VALUE },
	{ 4, 0, BAD_LENGTH },
};

static const struct probe sets[] = {
	{ 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 1 }, { 8, 1 }, { 12, 1 },
	{ 16, 1 }, { 64, 1 }, { 256, 1 }, { ROOM, 1 }, { -1, 1 },
	{ INT_MIN, 1 },
	{ 4, INT_MIN }, { 4, -1 }, { 4, 0 }, { 4, 1 }, { 4, 2 }, { 4, 3 },
	{ 4, 6 }, { 4, 40 }, { 4, 88 }, { 4, 255 }, { 4, 256 }, { 4, 1000 },
	{ 4, 32767 }, { 4, 65536 }, { 4, 10000000 }, { 4, INT_MAX },
	{ 4, 0, BAD_VALUE }, { 0, 0, BAD_VALUE }, { 256, 0, BAD_VALUE },
	{ 0, 0, NO_VALUE }, { 4, 0, NO_VALUE },
};

/* What came of a call; of setsockopt(), and of asking for the value after it. */
struct answer {
	int set_err;
	struct differ_answer got;
	unsigned char value[SEEN];
};

/* One option, of a socket of each stack. */
struct question {
	const struct optlevel *l;
	int name;
	const struct pose *how;
	struct posed *pair;		/* the kernel's, and ours */
	enum over over;
	bool was_set;			/* a value is there that was asked for */
	bool parted;			/* one has taken a value, and one has not */
	int differences;
};

/* ---- the calls ---- */

static unsigned char room[ROOM];

static void *aimed(const struct probe *p)
{
	switch (p->aim) {
	case BAD_VALUE:
		return BAD_POINTER;
	case NO_VALUE:
		return NULL;
	default:
		return room;
	}
}

static void get(int fd, const struct question *q, const struct probe *p,
		struct answer *a)
{
	socklen_t len = p->len;
	int ret;

	memset(room, 0, WRITTEN);
	ret = getsockopt(fd, q->l->level, q->name, aimed(p),
			 p->aim == BAD_LENGTH ? BAD_POINTER : &len);
	a->got.err = ret ? errno : 0;
	a->got.len = len;
	memcpy(a->value, room, SEEN);
}

static void set(int fd, const struct question *q, const void *value, int len,
		struct answer *a)
{
	static const struct probe whole = { SEEN };

	a->set_err = setsockopt(fd, q->l->level, q->name, value, len) ?
		     errno : 0;
	get(fd, q, &whole, a);
}

static void set_number(int fd, const struct question *q,
		       const struct probe *p, struct answer *a)
{
	memset(room, 0, WRITTEN);
	memcpy(room, &p->value, sizeof(p->value));
	set(fd, q, aimed(p), p->len, a);
}

/* A pair of sockets, one of each stack, in the same state. */
static void take(struct posed pair[2], enum over over, const struct pose *how)
{
	pose(&pair[0], KERNEL_TCP, over, how);
	pose(&pair[1], subject(), over, how);
}

static void leave(struct posed pair[2])
{
	pose_end(&pair[0]);
	pose_end(&pair[1]);
}

/* ---- the comparison ---- */

static void words(const struct answer *a, bool after_set, char *text,
		  size_t size)
{
	int used = 0, i;

	if (after_set)
		used = snprintf(text, size, "%s, then ",
				a->set_err ? errno_text(a->set_err) : "0");
	if (a->got.err) {
		snprintf(text + used, size - used, "%s, length %d",
			 errno_text(a->got.err), a->got.len);
		return;
	}
	used += snprintf(text + used, size - used, "length %d:", a->got.len);
	for (i = 0; i < a->got.len && i < 24; i++)
		used += snprintf(text + used, size - used, " %02x",
				 a->value[i]);
}

static void show(const struct question *q, const char *probe,
		 const struct answer *want, const struct answer *got,
		 bool after_set)
{
	char wanted[160], gotten[160];

	words(want, after_set, wanted, sizeof(wanted));
	words(got, after_set, gotten, sizeof(gotten));
	test_note("%s %s, %s over %s, %s: expected %s; got %s", q->l->text,
		  optname_text(q->l, q->name), q->how->name,
		  over_text(q->over), probe, wanted, gotten);
}

static bool same_value(const struct question *q, const struct answer *want,
		       const struct answer *got)
{
	enum likeness likeness = optname_likeness(q->l->level, q->name);

	return likeness == ALIKE_IN_LENGTH ||
	       (likeness == ALIKE_WHEN_SET && !q->was_set) ||
	       !memcmp(want->value, got->value, SEEN);
}

static bool excused(const struct question *q, const char *call,
		    const struct differ_answer *want,
		    const struct differ_answer *got)
{
	return differ_excuses(q->l->text, optname_text(q->l, q->name), call,
			      q->how->name, want, got);
}

static bool same_get(const struct question *q, const struct answer *want,
		     const struct answer *got)
{
	bool same = want->got.err == got->got.err;

	if (same && !q->parted)
		same = want->got.len == got->got.len &&
		       same_value(q, want, got);
	return same || excused(q, "get", &want->got, &got->got);
}

/* Where only one of the two has taken a value there is none to compare. */
static bool same_set(struct question *q, const struct answer *want,
		     const struct answer *got)
{
	struct differ_answer wanted = { .err = want->set_err };
	struct differ_answer gotten = { .err = got->set_err };

	if (want->set_err == got->set_err)
		return same_get(q, want, got);
	q->parted |= !want->set_err || !got->set_err;
	return excused(q, "set", &wanted, &gotten);
}

static void asked(const struct question *q, const char *call, int kernels_err)
{
	/* ENOENT: the option is there, and what it names is not */
	if (kernels_err != ENOPROTOOPT && kernels_err != ENOENT)
		differ_asked(q->l->text, optname_text(q->l, q->name), call,
			     q->how->name);
}

static void compared(struct question *q, bool same, const char *probe,
		     const struct answer *want, const struct answer *got,
		     bool after_set)
{
	if (!same && q->differences++ < SHOWN)
		show(q, probe, want, got, after_set);
}

static void probe_words(const struct probe *p, char *text, size_t size)
{
	static const char *const aims[] = {
		"", ", bad pointer", ", NULL", ", bad pointer to the length",
	};

	snprintf(text, size, "length %d, value %d%s", p->len, p->value,
		 aims[p->aim]);
}

static int differences_in_get(struct question *q)
{
	struct answer want = { 0 }, got = { 0 };
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gets); i++) {
		get(q->pair[0].fd, q, &gets[i], &want);
		get(q->pair[1].fd, q, &gets[i], &got);
		if (gets[i].len >= 4 && !gets[i].aim)
			asked(q, "get", want.got.err);
		probe_words(&gets[i], text, sizeof(text));
		compared(q, same_get(q, &want, &got), text, &want, &got, false);
	}
	return !!q->differences;
}

/* The two have nothing in common any more: the next call gets new ones. */
static void renew(struct question *q)
{
	leave(q->pair);
	take(q->pair, q->over, q->how);
	q->was_set = false;
	q->parted = false;
}

static int differences_in_set(struct question *q)
{
	struct answer want = { 0 }, got = { 0 };
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		set_number(q->pair[0].fd, q, &sets[i], &want);
		set_number(q->pair[1].fd, q, &sets[i], &got);
		if (sets[i].len >= 4 && !sets[i].aim)
			asked(q, "set", want.set_err);
		q->was_set |= !want.set_err && !got.set_err;
		probe_words(&sets[i], text, sizeof(text));
		compared(q, same_set(q, &want, &got), text, &want, &got, true);
		if (q->parted)
			renew(q);
	}
	return !!q->differences;
}

static int difference_in_sample(struct question *q, const struct optsample *s)
{
	struct answer want = { 0 }, got = { 0 };

	set(q->pair[0].fd, q, s->value, s->len, &want);
	set(q->pair[1].fd, q, s->value, s->len, &got);
	asked(q, "set", want.set_err);
	q->was_set = !want.set_err && !got.set_err;
	compared(q, same_set(q, &want, &got), s->text, &want, &got, true);
	return !!q->differences;
}

/* ---- all of them ---- */

static struct question question(struct posed pair[2],
				enum over over, const struct optlevel *l,
				int name, const struct pose *how)
{
	return (struct question){
		.l = l, .name = name, .how = how,
		.pair = pair, .over = over,
	};
}

/* No value that is asked for changes the socket: one pair is enough. */
static int compare_gets(enum over over, const struct pose *how)
{
	struct posed pair[2];
	int i, name, bad = 0;

	take(pair, over, how);
	for (i = 0; i < optlevels_count; i++)
		for (name = 0; name < optlevels[i].count; name++) {
			struct question q = question(pair, over,
						     &optlevels[i], name, how);

			if (pose_tries(how, name))
				bad += differences_in_get(&q);
		}
	leave(pair);
	return bad;
}

/* Nobody has this option, unless a kernel is newer than the table of names. */
static bool is_unknown(const struct optlevel *l, int name, enum over over)
{
	return !optname_known(l, name) ||
	       (l->level == IPPROTO_IPV6 && over == OVER_IPV4);
}

static int compare_set(struct posed spare[2], enum over over,
		       const struct optlevel *l, int name,
		       const struct pose *how)
{
	struct question q = question(spare, over, l, name, how);
	struct posed pair[2];
	int bad;

	if (is_unknown(l, name, over))
		return differences_in_set(&q);
	q = question(pair, over, l, name, how);
	take(pair, over, how);
	bad = differences_in_set(&q);
	leave(pair);
	return bad;
}

/* What changes a socket gets one of its own. */
static int compare_sets(enum over over, const struct pose *how)
{
	struct posed spare[2];
	int i, name, bad = 0;

	take(spare, over, how);
	for (i = 0; i < optlevels_count; i++)
		for (name = 0; name < optlevels[i].count; name++)
			if (pose_tries(how, name))
				bad += compare_set(spare, over, &optlevels[i],
						   name, how);
	leave(spare);
	return bad;
}

static const struct optlevel *level_of(const struct optsample *s)
{
	int i;

	for (i = 0; i < optlevels_count; i++)
		if (optlevels[i].level == s->level)
			return &optlevels[i];
	test_fail("%s is of no level", s->text);
}

static int compare_samples(enum over over, const struct pose *how)
{
	struct posed pair[2];
	const struct optsample *s;
	int count, bad = 0;

	for (s = optsamples(&count); count; s++, count--) {
		struct question q = question(pair, over, level_of(s),
					     s->name, how);

		if (!pose_tries(how, s->name))
			continue;
		take(pair, over, how);
		bad += difference_in_sample(&q, s);
		leave(pair);
	}
	return bad;
}

static void expect_alike(int (*compare)(enum over over, const struct pose *how),
			 const struct pose *how)
{
	enum over over;
	int bad = 0;

	differ_read();
	for (over = 0; over < OVER_COUNT; over++)
		if (pose_wanted(how, over))
			bad += compare(over, how);
	if (bad)
		test_fail("%d options differ; see Documentation/testing.rst",
			  bad);
}

POSE_FIXTURE(options)

TEST_F_TIMEOUT(options, are_told_as_the_kernel_tells_them, LONG_TEST)
{
	expect_alike(compare_gets, &variant->pose);
}

TEST_F_TIMEOUT(options, are_taken_as_the_kernel_takes_them, LONG_TEST)
{
	expect_alike(compare_sets, &variant->pose);
}

TEST_F_TIMEOUT(options, structures_are_taken_as_the_kernel_takes_them,
	       LONG_TEST)
{
	expect_alike(compare_samples, &variant->pose);
}

/* ---- without privileges ---- */

/* CAP_NET_ADMIN, CAP_NET_RAW and all others: the process is nobody special. */
static void give_up_privileges(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };
	int count;

	optsamples(&count);	/* loads programs, which needs some */
	check_ok(syscall(SYS_capset, &header, none));
}

FIXTURE(unprivileged) {
	int unused;
};

FIXTURE_VARIANT(unprivileged) {
	struct pose pose;
};

POSE_VARIANT(unprivileged, fresh)
POSE_VARIANT(unprivileged, connected)

FIXTURE_SETUP(unprivileged)
{
	test_begin();
	poses_setup();
	give_up_privileges();
}

FIXTURE_TEARDOWN(unprivileged)
{
}

TEST_F_TIMEOUT(unprivileged, options_are_taken_as_the_kernel_takes_them,
	       LONG_TEST)
{
	expect_alike(compare_sets, &variant->pose);
}

TEST_F_TIMEOUT(unprivileged, structures_are_taken_as_the_kernel_takes_them,
	       LONG_TEST)
{
	expect_alike(compare_samples, &variant->pose);
}

/* ---- the list ---- */

FIXTURE(list) {
	int unused;
};

FIXTURE_SETUP(list)
{
	test_begin();
}

FIXTURE_TEARDOWN(list)
{
}

/* After all of the others, in the order of this file. */
TEST_F(list, has_nothing_that_does_not_differ)
{
	if (stack_is_kernel())
		SKIP(return, "needs both stacks");
	if (getenv("MYTCP_TEST_FAMILY") || getenv("MYTCP_TEST_EVERY"))
		SKIP(return, "not selected");	/* what it is for may be left out */
	differ_read();
	check_eq(differ_out_of_date(), 0);
}

TEST_HARNESS_MAIN
