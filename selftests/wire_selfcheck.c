// SPDX-License-Identifier: GPL-2.0
/* The wire itself: a script that is wrong must fail. */
#include <fcntl.h>
#include <sys/wait.h>

#include "lib/test.h"

WIRE_FIXTURE(wire)

/* Runs @script in a process of its own, silently; true if it fails. */
static bool fails(struct wire *w, void (*script)(struct wire *w))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = check_ok(fork());
	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		script(w);
		_exit(0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void syn_ack(struct wire *w)
{
	wire_listen(w);
	inject(w, SYN, .opts = { MSS(1460) });
}

static void right(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .seq = 0, .ack = 1, .len = 0,
	       .opts = { MSS(ANY) });
}

static void wrong_flags(struct wire *w)
{
	syn_ack(w);
	expect(w, ACK);
}

static void wrong_ack(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .ack = 2);
}

static void wrong_seq(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .seq = 1);
}

static void wrong_length(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .len = 1);
}

static void missing_option(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .opts = { MSS(ANY), SACKOK });
}

static void surplus_option(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .opts = { NONE });
}

static void wrong_option_value(struct wire *w)
{
	syn_ack(w);
	expect(w, SYN | ACK, .opts = { MSS(1) });
}

static void unexpected_segment(struct wire *w)
{
	syn_ack(w);
	expect_none(w, 0);
}

static void too_early(struct wire *w)
{
	syn_ack(w);
	expect_after(w, 500, 100, SYN | ACK);
}

static void too_late(struct wire *w)
{
	expect_after(w, 20, 10, SYN | ACK);
}

static void stranger(struct wire *w)
{
	inject(w, SYN, .sport = 999);
	expect_none(w, 0);
}

WIRE_TEST(wire, right_script_passes)
{
	check(!fails(w, right));
}

WIRE_TEST(wire, mismatch_is_noticed)
{
	static void (*const scripts[])(struct wire *) = {
		wrong_flags, wrong_ack, wrong_seq, wrong_length,
		missing_option, surplus_option, wrong_option_value,
		unexpected_segment, too_early, too_late, stranger,
	};
	size_t i;

	for (i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
		drain(w);
		w->irs_known = false;
		if (!fails(w, scripts[i]))
			test_fail("script %zu passes", i);
	}
}

/* A byte of the stream that is wrong is noticed. */
static void wrong_data(struct wire *w)
{
	int fd = open_passive(w);

	inject(w, ACK | PSH, TEXT("nonsense"));
	recv_pattern(fd, 0, 8);
}

WIRE_TEST(wire, wrong_data_is_noticed)
{
	check(fails(w, wrong_data));
}

/* S19: the capture is a file that analysers read. */
WIRE_TEST(wire, capture_has_the_segments)
{
	const char *dir = getenv("MYTCP_TEST_PCAP");
	uint32_t head[10];
	char path[256];
	int fd;

	if (!dir)
		return;
	syn_ack(w);
	expect(w, SYN | ACK);
	snprintf(path, sizeof(path), "%s/%s.capture_has_the_segments.%s.pcap",
		 dir, program_invocation_short_name,
		 w->family == AF_INET6 ? "ipv6" : "ipv4");
	fd = check_ok(open(path, O_RDONLY));
	check_eq(read(fd, head, sizeof(head)), (long)sizeof(head));
	check_eq(head[0], 0xa1b2c3d4);
	check_eq(head[5], 101);
	check_eq(head[8], head[9]);
	check_eq(head[9], w->family == AF_INET6 ? 64 : 44);
}

TEST_HARNESS_MAIN
