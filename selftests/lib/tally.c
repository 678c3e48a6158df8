// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "fail.h"
#include "flight.h"
#include "sockets.h"
#include "stack.h"
#include "tally.h"

/* Moved by whatever is sent and received; looked at only where a test asks. */
static const char *const traffic[] = {
	"InSegs", "OutSegs", "OutRsts", "CurrEstab", "ActiveOpens",
	"PassiveOpens", "TCPPureAcks", "TCPOrigDataSent", "TCPDelivered",
	"TCPRcvCoalesce", "DelayedACKs", NULL
};

static bool is_traffic(const char *name)
{
	int i;

	for (i = 0; traffic[i]; i++)
		if (!strcmp(traffic[i], name))
			return true;
	return false;
}

/* The two lines of a group: names, then values. */
static int read_group(FILE *f, char name[][32], long *value, int n)
{
	char *names = NULL, *values = NULL, *sn, *sv, *word, *number;
	size_t nsize = 0, vsize = 0;

	if (getline(&names, &nsize, f) < 0 || getline(&values, &vsize, f) < 0)
		test_fail("mytcp_netstat: a group is missing");
	strtok_r(names, " \n", &sn);
	strtok_r(values, " \n", &sv);
	while ((word = strtok_r(NULL, " \n", &sn))) {
		number = strtok_r(NULL, " \n", &sv);
		check(number);
		check_lt(n, TALLY_MAX);
		snprintf(name[n], sizeof(name[n]), "%s", word);
		value[n++] = atol(number);
	}
	free(names);
	free(values);
	return n;
}

static int read_all(char name[][32], long *value)
{
	FILE *f = fopen("/proc/net/mytcp_netstat", "re");
	int n;

	if (!f)
		test_fail("mytcp_netstat: %s", strerror(errno));
	n = read_group(f, name, value, 0);
	n = read_group(f, name, value, n);
	fclose(f);
	return n;
}

void tally_skip(struct tally *t)
{
	t->n = read_all(t->name, t->value);
	while (trace_next(&t->trace))
		;
}

void tally_begin(struct tally *t)
{
	trace_begin(&t->trace, "mytcp_drop");
	tally_skip(t);
}

void tally_end(struct tally *t)
{
	trace_end(&t->trace);
}

static const struct moved *named(const struct moved *m, const char *name)
{
	for (; m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

/* How many segments the tracepoint told of, by reason; none may be unexpected. */
static void read_drops(const char *file, int line, struct tally *t,
		       const struct moved *moved, long *told)
{
	while (trace_next(&t->trace)) {
		const char *why = trace_field(&t->trace, "reason");
		const struct moved *m = named(moved, why);

		if (!m || !m->drop)
			test_fail_at(file, line, "dropped: %s", t->trace.line);
		told[m - moved]++;
	}
}

static void look_at(const char *file, int line, const char *name, long by,
		    const struct moved *m)
{
	long wanted = m ? m->by : 0;

	if (wanted == WHATEVER || (!m && is_traffic(name)))
		return;
	if (wanted == SOME ? by < 1 : by != wanted)
		test_fail_at(file, line, "%s has moved by %ld, expected %ld%s",
			     name, by, wanted == SOME ? 1 : wanted,
			     wanted == SOME ? " or more" : "");
}

void tally_read(struct tally *t)
{
	t->n = read_all(t->name, t->now);
}

void tally_compare(const char *file, int line, struct tally *t,
		   const struct moved *moved)
{
	const struct moved *m;
	long told[32] = {}, by;
	int i, found = 0;

	read_drops(file, line, t, moved, told);
	for (i = 0; i < t->n; i++) {
		m = named(moved, t->name[i]);
		by = t->now[i] - t->value[i];
		look_at(file, line, t->name[i], by, m);
		if (!m)
			continue;
		found++;
		if (m->drop && told[m - moved] != by)
			test_fail_at(file, line,
				     "%s: %ld drops told, %ld counted", m->name,
				     told[m - moved], by);
	}
	for (m = moved; m->name; m++)
		found--;
	if (found)
		test_fail_at(file, line, "there is no such counter");
	memcpy(t->value, t->now, sizeof(t->value));
}

void tally_expect(const char *file, int line, struct tally *t,
		  const struct moved *moved)
{
	tally_read(t);
	tally_compare(file, line, t, moved);
}

struct awaited {
	const struct tally *t;
	const char *name;
};

static bool has_moved(void *arg)
{
	static char name[TALLY_MAX][32];
	const struct awaited *a = arg;
	long value[TALLY_MAX];
	int i, n = read_all(name, value);

	for (i = 0; i < n; i++)
		if (!strcmp(name[i], a->name))
			return value[i] != a->t->value[i];
	test_fail("there is no counter %s", a->name);
}

void tally_await(struct tally *t, const char *name)
{
	struct awaited a = { t, name };

	if (!await_true(has_moved, &a, PATIENCE_MS))
		test_fail("%s does not move", name);
}

int tally_open(struct wire *w, struct tally *t)
{
	int fd = open_slowly(w, 0, SYN, MSS(SEGMENT));

	tally_skip(t);
	return fd;
}
