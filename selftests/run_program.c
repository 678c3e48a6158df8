// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-run(1): which TCP an unmodified program gets, for which of its sockets. The
 * program is tools/tests/run-probe.c; what needs no module is tested in tools/tests.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/hosts.h"
#include "lib/sockets.h"
#include "lib/test.h"
#include "lib/tool.h"

FIXTURE(run) {
	char dir[32];
	char digit;
};

FIXTURE_VARIANT(run) { int family; };
FIXTURE_VARIANT_ADD(run, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(run, ipv6) { .family = AF_INET6 };

/* Copies, where every user may run them, and one of them can be made set-user-ID. */
FIXTURE_SETUP(run)
{
	test_begin_turn(variant->family);
	if (stack_is_kernel())
		SKIP(_exit(255), "mytcp-run is about MyTCP");
	check(have_command("mytcp-run"));
	strcpy(self->dir, "/tmp/run.XXXXXX");
	check(mkdtemp(self->dir));
	check_ok(chdir(self->dir));
	shell("from=$(dirname \"$(command -v mytcp-run)\") && "
	      "cp \"$from/mytcp-run\" \"$from/libmytcp-preload.so\" \"$from/tests/run-probe\" . && "
	      "chmod 755 . mytcp-run run-probe");
	self->digit = variant->family == AF_INET6 ? '6' : '4';
}

FIXTURE_TEARDOWN(run)
{
	check_ok(chdir("/"));
	shell("rm -r %s", self->dir);
}

/* A command that must succeed; what it says is shown if it does not. */
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
	char command[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	shell("(%s) >said 2>&1 || { sed 's/^/#   /' said; exit 1; }", command);
}

/* How often what the last one said has these words. */
static int said_words(const char *words)
{
	char command[256];

	snprintf(command, sizeof(command), "grep -o '%s' said || true", words);
	return tool_lines(command, "", NULL);
}

#define probe(options, subject, connects, listens)			\
	run("./mytcp-run %s ./run-probe %s %c %s %s", options, subject,	\
	    self->digit, connects, listens)

/* In each of the three ways to be run. */
#define probe_each(subject) do {					\
	probe("", subject, "mytcp", "mytcp");				\
	probe("--client-only", subject, "mytcp", "kernel");		\
	probe("--server-only", subject, "kernel", "mytcp");		\
} while (0)

TEST_F(run, clients_and_servers_get_mytcp)
{
	probe("", "life", "mytcp", "mytcp");
}

TEST_F(run, client_only_leaves_listeners_to_the_kernel)
{
	probe("--client-only", "life", "mytcp", "kernel");
}

TEST_F(run, server_only_gives_mytcp_to_listeners)
{
	probe("--server-only", "life", "kernel", "mytcp");
}

TEST_F(run, what_is_no_tcp_passes_untouched)
{
	probe_each("others");
}

TEST_F(run, options_outlive_the_change_at_listen)
{
	probe("--client-only", "options", "mytcp", "kernel");
	probe("--server-only", "options", "kernel", "mytcp");
}

/* The port is the other stack's, in TIME_WAIT. */
TEST_F(run, a_server_starts_again_at_its_port)
{
	probe_each("restart");
}

TEST_F(run, listeners_of_a_reuseport_group_share_a_port)
{
	probe_each("group");
}

TEST_F(run, a_copy_of_the_descriptor_makes_listen_fail)
{
	probe("", "held", "mytcp", "mytcp");
	probe("--client-only", "held", "mytcp", "kernel");
	check_eq(said_words("another process or descriptor still has it"), 1);
	probe("--server-only", "held", "kernel", "mytcp");
	check_eq(said_words("another process or descriptor still has it"), 1);
}

TEST_F(run, without_the_rights_for_the_port_the_socket_stays)
{
	probe("--client-only", "dropped", "mytcp", "kernel");
	check_eq(said_words("stays with MyTCP: Permission denied"), 1);
	probe("--server-only", "dropped", "kernel", "mytcp");
	check_eq(said_words("stays with the kernel.s TCP: Permission denied"), 1);
}

TEST_F_TIMEOUT(run, threads_make_sockets_at_once, LONG_TEST)
{
	probe_each("threads");
}

/* For as long as they keep the environment. */
TEST_F(run, children_are_included)
{
	run("./mytcp-run --server-only sh -c 'sh -c \"./run-probe life %c kernel mytcp\"; exit $?'",
	    self->digit);
	run("./mytcp-run env -i ./run-probe life %c kernel kernel", self->digit);
	run("./mytcp-run sh -c 'env -i LD_PRELOAD=$LD_PRELOAD ./run-probe life %c mytcp mytcp'",
	    self->digit);
	run("./mytcp-run --client-only ./mytcp-run ./run-probe life %c mytcp mytcp", self->digit);
}

TEST_F(run, the_log_has_a_line_for_each_socket)
{
	run("./mytcp-run --log=log --server-only ./run-probe life %c kernel mytcp", self->digit);
	check_eq(tool_lines("grep -o 'is a socket of MyTCP now' log", "", NULL), 2);
	run("./mytcp-run --log ./run-probe life %c mytcp mytcp", self->digit);
	check_eq(said_words("is a MyTCP socket"), 3);
}

/* A server that is its own upstream: two listeners of a group at 8080, one at 8081. */
static const char nginx_conf[] =
	"user root; worker_processes 2; error_log nginx.log; pid nginx.pid; events { } "
	"http { access_log off; client_body_temp_path t1; proxy_temp_path t2; "
	"fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; "
	"server { listen 127.0.0.1:8080 reuseport; "
	"location / { proxy_pass http://127.0.0.1:8081; } } "
	"server { listen 127.0.0.1:8081; location / { return 200 hello; } } }";

/* @mytcp and @kernel listeners; @opened: connections that nginx opens by MyTCP. */
static void run_nginx(const char *options, int mytcp, int kernel, int opened)
{
	long before = counter("Tcp", "ActiveOpens");

	if (!have_command("nginx") || !have_command("curl") || !have_command("ss"))
		test_fail("nginx, curl and ss are missing: scripts/setup installs them");
	shell("echo '%s' >nginx.conf", nginx_conf);
	/* It returns when it listens. */
	run("./mytcp-run %s nginx -p . -c \"$PWD/nginx.conf\"", options);
	shell("curl -sS --max-time 60 http://127.0.0.1:8080/ >got 2>&1; echo >>got; "
	      "mytcp-ss -tlnH | grep -c ^LISTEN >mytcp; ss -tlnH | grep -c ^LISTEN >kernel; true");
	/* First of all, so that it does not outlive a test that fails. */
	shell("pid=$(cat nginx.pid); kill -QUIT $pid; "
	      "while kill -0 $pid 2>/dev/null; do sleep 0.1; done");
	run("cat got nginx.log; grep -qx hello got");
	run("echo \"$(cat mytcp) with MyTCP and $(cat kernel) with the kernel's TCP listen\"; "
	    "test $(cat mytcp) = %d -a $(cat kernel) = %d", mytcp, kernel);
	check_eq(counter("Tcp", "ActiveOpens") - before, opened);
}

/* It opens its next listener when the last one listens, and tells epoll before connect(). */
TEST_F(run, nginx_serves_and_proxies)
{
	run_nginx("", 3, 0, 1);
	run_nginx("--client-only", 0, 3, 1);
	run_nginx("--server-only", 3, 0, 0);
}

#define AS_NOBODY	"setpriv --reuid 65534 --regid 65534 --clear-groups "

/* ld.so(8) ignores LD_PRELOAD there; the program works. */
TEST_F(run, a_set_user_id_program_stays_with_the_kernel)
{
	if (!have_command("setpriv"))
		SKIP(return, "needs setpriv(1)");
	run(AS_NOBODY "./mytcp-run ./run-probe life %c mytcp mytcp", self->digit);
	shell("chmod 4755 run-probe");
	run(AS_NOBODY "./mytcp-run ./run-probe rights %c kernel kernel", self->digit);
	run(AS_NOBODY "./mytcp-run --server-only sh -c './run-probe rights %c kernel kernel'",
	    self->digit);
}

/* Made part of such a program, it does not do what the caller's environment says. */
TEST_F(run, a_set_user_id_program_heeds_no_environment)
{
	if (!have_command("setpriv"))
		SKIP(return, "needs setpriv(1)");
	shell("chmod 4755 run-probe");
	run("unshare -m sh -c 'mount -t tmpfs none /etc && "
	    "echo %s/libmytcp-preload.so >/etc/ld.so.preload && "
	    "MYTCP_RUN_ONLY=server MYTCP_RUN_LOG=%s/log "
	    AS_NOBODY "./run-probe rights %c mytcp mytcp'",
	    self->dir, self->dir, self->digit);
	check_err(access("log", F_OK), ENOENT);
}

TEST_F(run, it_refuses_to_be_set_user_id)
{
	if (!have_command("setpriv"))
		SKIP(return, "needs setpriv(1)");
	shell("chmod 4755 mytcp-run");
	run(AS_NOBODY "./mytcp-run touch ran && exit 1; test $? = 1 -a ! -e ran");
	check_eq(said_words("must not be set-user-ID"), 1);
}

TEST_HARNESS_MAIN
