// SPDX-License-Identifier: GPL-2.0
/* The list of what differs on purpose; see differ.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "differ.h"
#include "fail.h"

#define MOST_ENTRIES	64

/* One line: five words, and the reason. */
struct entry {
	char level[24], option[32], call[8], answer[24], states[160];
};

/* Of all tests of the program, each of which is a process. */
struct ledger {
	bool asked[MOST_ENTRIES], needed[MOST_ENTRIES];
};

static struct entry entries[MOST_ENTRIES];
static int count;
static bool in_force;		/* on this kernel, what is read now */
static struct ledger *ledger;

/* Before the harness forks. */
static void __attribute__((constructor)) share_ledger(void)
{
	ledger = mmap(NULL, sizeof(*ledger), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

const char *errno_text(int err)
{
	const char *name = strerrorname_np(err);
	static char number[16];

	if (name)
		return name;
	snprintf(number, sizeof(number), "%d", err);
	return number;
}

/* Is the running kernel older than that release? */
static bool runs_before(int major, int minor)
{
	int has_major, has_minor;
	struct utsname name;

	if (uname(&name) ||
	    sscanf(name.release, "%d.%d", &has_major, &has_minor) != 2)
		test_fail("the kernel does not tell its release");
	return has_major < major || (has_major == major && has_minor < minor);
}

/* A heading, of what follows: "[before 6.7]", or "[any]". */
static void read_heading(const char *path, int number, const char *line)
{
	int major, minor, end = 0;

	if (!strcmp(line, "[any]\n"))
		in_force = true;
	else if (sscanf(line, "[before %d.%d]%n", &major, &minor, &end) == 2 &&
		 end && line[end] == '\n')
		in_force = runs_before(major, minor);
	else
		test_fail("%s:%d: expected [any] or [before MAJOR.MINOR]",
			  path, number);
}

static void read_line(const char *path, int number, const char *line)
{
	struct entry *e = &entries[count];
	int reason = 0;

	if (line[0] == '#' || line[0] == '\n')
		return;
	if (line[0] == '[') {
		read_heading(path, number, line);
		return;
	}
	if (count == MOST_ENTRIES)
		test_fail("%s: more than %d entries: it is to be a short list",
			  path, MOST_ENTRIES);
	if (sscanf(line, "%23s %31s %7s %23s %159s %n", e->level, e->option,
		   e->call, e->answer, e->states, &reason) != 5 || !reason ||
	    !line[reason])
		test_fail("%s:%d: expected LEVEL OPTION CALL ANSWER STATES REASON",
			  path, number);
	count += in_force;
}

void differ_read(void)
{
	const char *dir = getenv("MYTCP_TEST_DIR");
	char path[256], line[512];
	int number = 0;
	FILE *file;

	count = 0;
	in_force = true;
	snprintf(path, sizeof(path), "%s/options.differ",
		 dir ? dir : "selftests");
	file = fopen(path, "re");
	if (!file)
		test_fail("%s: %s; run.sh says in MYTCP_TEST_DIR where it is",
			  path, strerror(errno));
	while (fgets(line, sizeof(line), file))
		read_line(path, ++number, line);
	fclose(file);
}

/* Is the word one of those between the commas? */
static bool listed(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	if (!strcmp(list, "all"))
		return true;
	for (at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, len) && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

static bool meant(const struct entry *e, const char *level, const char *option,
		  const char *call, const char *state)
{
	return !strcmp(e->level, level) && !strcmp(e->option, option) &&
	       !strcmp(e->call, call) && listed(e->states, state);
}

static bool is_answer(const char *answer, const struct differ_answer *kernels,
		      const struct differ_answer *ours)
{
	if (!strcmp(answer, "value"))
		return !kernels->err && !ours->err && kernels->len == ours->len;
	if (!strcmp(answer, "length"))
		return !kernels->err && !ours->err;
	if (!strcmp(answer, "0"))
		return !ours->err;
	return ours->err && !strcmp(answer, errno_text(ours->err));
}

bool differ_excuses(const char *level, const char *option, const char *call,
		    const char *state, const struct differ_answer *kernels,
		    const struct differ_answer *ours)
{
	int i;

	for (i = 0; i < count; i++)
		if (meant(&entries[i], level, option, call, state) &&
		    is_answer(entries[i].answer, kernels, ours)) {
			ledger->needed[i] = true;
			return true;
		}
	return false;
}

void differ_asked(const char *level, const char *option, const char *call,
		  const char *state)
{
	int i;

	for (i = 0; i < count; i++)
		if (meant(&entries[i], level, option, call, state))
			ledger->asked[i] = true;
}

int differ_out_of_date(void)
{
	int i, bad = 0;

	for (i = 0; i < count; i++) {
		const struct entry *e = &entries[i];

		if (!ledger->asked[i] || ledger->needed[i])
			continue;
		bad++;
		test_note("options.differ: %s %s, %s: %s is not needed any more",
			  e->level, e->option, e->call, e->answer);
	}
	return bad;
}
