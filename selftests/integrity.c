// SPDX-License-Identifier: GPL-2.0
/*
 * Every octet arrives, once, in its place, and the end after the last one, whatever calls
 * the programs use and whatever happens on the way: random sizes and pauses, both
 * directions at once, over loss, reordering, duplication and corruption.
 *
 * What happens follows from a seed. A person repeats one, or tries many, with
 *	build/integrity --seed 17 --runs 1 -v
 */
#include "lib/test.h"

#include <argp.h>
#include <stdlib.h>

#include "lib/hosts.h"
#include "lib/plan.h"
#include "lib/sockets.h"
#include "lib/trial.h"

#define MEGABYTE	(1UL << 20)

/* In an ordinary run. */
#define SEEDS		12

/* Most of a connection's time is waiting: for what was lost, and for who pauses. */
#define JOBS		16

static int only_family(void)
{
	if (!test_family(AF_INET6))
		return AF_INET;
	return test_family(AF_INET) ? 0 : AF_INET6;
}

static struct trial trial_of(unsigned int count)
{
	return (struct trial){
		.first = env_number("MYTCP_TEST_SEED", 1),
		.count = env_number("MYTCP_TEST_SEEDS", count),
		.jobs = env_number("MYTCP_TEST_JOBS", JOBS),
		.only = only_family(),
		.most = env_number("MYTCP_TEST_BYTES", 3 * MEGABYTE),
		.spoil = -1,
	};
}

/* Runs it, says what it was, and returns how many failed. */
static unsigned int tried(const struct trial *t, unsigned long *spoilt)
{
	struct outcome *o = outcomes_new(t->count);
	unsigned long again = 0;
	unsigned int i, failed;
	int64_t began = now_ms();

	*spoilt = 0;
	failed = trial_run(t, o);
	for (i = 0; i < t->count; i++) {
		again += o[i].again;
		*spoilt += o[i].spoilt;
	}
	test_note("%u connections of the seeds from %llu, %u failed; %lu segments sent again, %lu with a wrong checksum; %lld s",
		  t->count, (unsigned long long)t->first, failed, again, *spoilt,
		  (long long)(now_ms() - began) / 1000);
	if (failed)
		test_note("to repeat one: selftests/build/integrity --seed SEED --runs 1 --most %llu%s -v",
			  (unsigned long long)t->most, t->only == AF_INET ? " -4" :
			  t->only ? " -6" : "");
	return failed;
}

FIXTURE(integrity) { int unused; };
FIXTURE_SETUP(integrity) { test_begin(); }
FIXTURE_TEARDOWN(integrity) { }

TEST_F_TIMEOUT(integrity, both_streams_arrive_whole_over_a_bad_way, 6 * LONG_TEST)
{
	struct trial t = trial_of(SEEDS);
	unsigned long spoilt;

	check_eq(tried(&t, &spoilt), 0);
	/* so many ways are as bad as they are meant to be: checksums had to find it */
	if (t.count >= SEEDS)
		check_gt(spoilt, 0);
}

/* The first seed from @from on whose connecting end sends @least octets or more. */
static uint64_t seed_that_sends(uint64_t from, uint64_t least)
{
	while (plan_draw(from, only_family(), MEGABYTE).side[0].len < least)
		from++;
	return from;
}

/* That the above can fail: one octet of many is another one. */
TEST_F_TIMEOUT(integrity, one_wrong_octet_is_found, LONG_TEST)
{
	struct outcome *o = outcomes_new(1);
	struct trial t = trial_of(1);

	t.count = 1;
	t.most = MEGABYTE;
	t.first = seed_that_sends(t.first, 20000);
	t.spoil = 12345;
	check_eq(trial_run(&t, o), 1);
	test_note("%s", o->why);
	check(strstr(o->why, "the octet at 12345 of "));
}

TEST_F(integrity, a_seed_chooses_the_same_again)
{
	struct plan a = plan_draw(17, 0, MEGABYTE), b = plan_draw(17, 0, MEGABYTE);
	struct plan c = plan_draw(18, 0, MEGABYTE);

	check(!memcmp(&a, &b, sizeof(a)));
	check(memcmp(a.side, c.side, sizeof(a.side)));
}

/* ---- for a person ---- */

static const struct argp_option options[] = {
	{ "seed", 's', "N", 0, "the first seed (1)", 0 },
	{ "runs", 'r', "N", 0, "how many seeds (1)", 0 },
	{ "jobs", 'j', "N", 0, "connections at a time (16)", 0 },
	{ "most", 'm', "OCTETS", 0, "in a direction (3 MiB)", 0 },
	{ "verbose", 'v', NULL, 0, "tell of those that pass, too", 0 },
	{ NULL, '4', NULL, 0, "IPv4 only", 0 },
	{ NULL, '6', NULL, 0, "IPv6 only", 0 },
	{ 0 },
};

static error_t option(int key, char *arg, struct argp_state *state)
{
	struct trial *t = state->input;
	unsigned long long number = 0;
	char *end;

	if (arg) {
		number = strtoull(arg, &end, 0);
		if (*end || !number)
			argp_error(state, "\"%s\" is not a number above 0", arg);
	}
	switch (key) {
	case 's':
		t->first = number;
		break;
	case 'r':
		t->count = number;
		break;
	case 'j':
		t->jobs = number;
		break;
	case 'm':
		t->most = number;
		break;
	case 'v':
		t->loud = true;
		break;
	case '4':
		t->only = AF_INET;
		break;
	case '6':
		t->only = AF_INET6;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int by_hand(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = option,
		.doc = "Sends two streams at once over connections whose every detail follows from a seed, and compares what arrives. Needs root, and the module. Without options it runs as a test, told by MYTCP_TEST_*.",
	};
	struct trial t = trial_of(1);
	unsigned long spoilt;

	t.count = 1;
	argp_parse(&argp, argc, argv, 0, NULL, &t);
	if (geteuid()) {
		fprintf(stderr, "integrity: makes network namespaces, so it must run as root\n");
		return 2;
	}
	if (test_begin_("integrity"))
		return 2;
	return tried(&t, &spoilt) ? 1 : 0;
}

/* TEST_HARNESS_MAIN's, which is not to be the program's. */
static int harness_main(int argc, char **argv);

int main(int argc, char **argv)
{
	return argc > 1 ? by_hand(argc, argv) : harness_main(argc, argv);
}

#define main harness_main
TEST_HARNESS_MAIN
