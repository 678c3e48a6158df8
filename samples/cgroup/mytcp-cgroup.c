// SPDX-License-Identifier: GPL-2.0
/*
 * mytcp-cgroup - all programs of a control group get MyTCP where they ask for TCP
 *
 * For those that mytcp-run cannot reach: linked statically, or not started by it.
 */
#include <argp.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mytcp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#define HOOK	"update_socket_protocol"

/* door.bpf.o, put here by the linker */
extern const char _binary_door_bpf_o_start[], _binary_door_bpf_o_end[];

struct options {
	const char *group;
	const char *pin;
};

static void fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mytcp-cgroup: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'p':
		options->pin = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (options->group)
			argp_error(state, "one group only, and '%s' is another", arg);
		options->group = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no group; expected a directory as /sys/fs/cgroup/NAME");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int open_group(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail("cannot open %s: %s; expected a control group (mkdir makes one)",
		     path, strerror(errno));
	if (fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		fail("%s is no control group of version 2; those are below the mount of type cgroup2, mostly /sys/fs/cgroup",
		     path);
	return fd;
}

/* Else every socket() of the group would fail. */
static void check_mytcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MYTCP);

	if (fd < 0)
		fail("no MyTCP socket: %s; is mytcp.ko loaded?", strerror(errno));
	close(fd);
}

static void check_kernel(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct utsname un;

	uname(&un);
	if (!btf)
		fail("Linux %s does not describe itself (/sys/kernel/btf/vmlinux); it must have been built with CONFIG_DEBUG_INFO_BTF",
		     un.release);
	if (btf__find_by_name_kind(btf, HOOK, BTF_KIND_FUNC) < 0)
		fail("Linux %s asks nobody about a socket's protocol: there is no " HOOK "(); 6.6 or later is needed. mytcp-run works here, for programs that are linked dynamically",
		     un.release);
	btf__free(btf);
}

static struct bpf_object *load(void)
{
	size_t size = _binary_door_bpf_o_end - _binary_door_bpf_o_start;
	struct bpf_object *object;

	object = bpf_object__open_mem(_binary_door_bpf_o_start, size, NULL);
	if (!object || bpf_object__load(object))
		fail("the program cannot be loaded: %s; needed are root, and a kernel with CONFIG_BPF_JIT, CONFIG_MPTCP (whose hook it is) and CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS",
		     strerror(errno));
	return object;
}

static struct bpf_link *attach(struct bpf_object *object, int group)
{
	int map = bpf_object__find_map_fd_by_name(object, "groups");
	struct bpf_link *link;
	__u32 first = 0;

	if (bpf_map_update_elem(map, &first, &group, BPF_ANY))
		fail("the group is refused: %s", strerror(errno));
	link = bpf_program__attach(bpf_object__find_program_by_name(object, "door"));
	if (!link)
		fail("the program cannot be attached: %s", strerror(errno));
	return link;
}

static void stay(const struct options *options)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("new TCP sockets below %s are MyTCP's, until Ctrl-C\n", options->group);
	fflush(stdout);
	sigwait(&set, &sig);
}

int main(int argc, char **argv)
{
	static const struct argp_option list[] = {
		{ "pin", 'p', "FILE", 0,
		  "Do not wait: stay in force until FILE, below /sys/fs/bpf, is removed",
		  0 },
		{ 0 },
	};
	static const struct argp argp = {
		list, parse, "GROUP",
		"Give MyTCP to all programs below the control group GROUP that ask for TCP. "
		"Their sockets are what they are: only new ones are concerned.\v"
		"Example: mkdir /sys/fs/cgroup/web; mytcp-cgroup /sys/fs/cgroup/web &\n"
		"echo $$ >/sys/fs/cgroup/web/cgroup.procs; curl http://127.0.0.1/",
		NULL, NULL, NULL,
	};
	struct options options = { 0 };
	struct bpf_link *link;
	int group;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	group = open_group(options.group);
	check_kernel();
	check_mytcp();
	link = attach(load(), group);
	if (!options.pin) {
		stay(&options);
	} else {
		if (bpf_link__pin(link, options.pin))
			fail("cannot pin to %s: %s; expected a new file below a mount of type bpf, mostly /sys/fs/bpf",
			     options.pin, strerror(errno));
		bpf_link__disconnect(link);
		printf("new TCP sockets below %s are MyTCP's, until %s is removed\n",
		       options.group, options.pin);
	}
	bpf_link__destroy(link);
	return 0;
}
