// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <linux/mytcp.h>
#include <linux/sock_diag.h>

#include "netif.h"
#include "stack.h"

bool stack_is_kernel(void)
{
	const char *s = getenv("MYTCP_TEST_STACK");

	return s && !strcmp(s, "kernel");
}

bool virtual_time(void)
{
	const char *s = getenv("MYTCP_TEST_ICOUNT");

	return s && !strcmp(s, "1");
}

static int one_socket(int family, bool kernel)
{
	int fd;

	if (kernel)
		fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	else
		fd = socket(AF_MYTCP, SOCK_STREAM | SOCK_CLOEXEC,
			    family == AF_INET6 ? MYTCP_IPV6 : MYTCP_IPV4);
	if (fd < 0)
		test_fail("socket of %s: %s", kernel ? "the kernel's TCP" :
			  "MyTCP (is the module loaded?)", strerror(errno));
	return fd;
}

int stack_socket(int family)
{
	return one_socket(family, stack_is_kernel());
}

int other_socket(int family)
{
	return one_socket(family, !stack_is_kernel());
}

void set_nonblock(int fd, bool on)
{
	int fl = check_ok(fcntl(fd, F_GETFL));

	check_ok(fcntl(fd, F_SETFL, on ? fl | O_NONBLOCK : fl & ~O_NONBLOCK));
}

int wait_fd(int fd, int events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	check_ok(poll(&p, 1, ms));
	return p.revents;
}

void set_opt(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		test_fail("setsockopt(%d, %d): %s", level, name,
			  strerror(errno));
}

int set_cong(int fd, const char *name)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name));
}

bool has_cong(int fd, const char *want)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	check_eq(len, 16);
	if (!strcmp(name, want))
		return true;
	test_note("%s, not %s", name, want);
	return false;
}

int get_opt(int fd, int level, int name)
{
	int v = 0;
	socklen_t len = sizeof(v);

	if (getsockopt(fd, level, name, &v, &len))
		test_fail("getsockopt(%d, %d): %s", level, name,
			  strerror(errno));
	return v;
}

int so_error(int fd)
{
	return get_opt(fd, SOL_SOCKET, SO_ERROR);
}

static void sysctl_path(const char *name, char *path, size_t size)
{
	bool ip = !strncmp(name, "ip_", 3);

	if (stack_is_kernel())
		snprintf(path, size, "net/ipv4/%s%s", ip ? "" : "tcp_", name);
	else
		snprintf(path, size, "net/mytcp/%s", name);
}

void sysctl_set_text(const char *name, const char *value)
{
	char path[128];

	sysctl_path(name, path, sizeof(path));
	proc_sys_write(path, value);
}

void sysctl_set(const char *name, long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	sysctl_set_text(name, text);
}

void sysctl_get_text(const char *name, char *value, size_t size)
{
	char path[128], full[160];
	FILE *f;

	sysctl_path(name, path, sizeof(path));
	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	f = fopen(full, "re");
	if (!f || !fgets(value, size, f))
		test_fail("%s: cannot be read", full);
	fclose(f);
	value[strcspn(value, "\n")] = '\0';
}

long sysctl_get(const char *name)
{
	char text[64];

	sysctl_get_text(name, text, sizeof(text));
	return atol(text);
}

/* "Group: name name ..." is followed by "Group: value value ...". */
static bool counter_in(FILE *f, const char *group, const char *name, long *v)
{
	char *names = NULL, *values = NULL, *sn, *sv, *n, *val;
	size_t nsize = 0, vsize = 0;
	bool found = false;

	while (!found && getline(&names, &nsize, f) > 0 &&
	       getline(&values, &vsize, f) > 0) {
		n = strtok_r(names, ": \n", &sn);
		val = strtok_r(values, ": \n", &sv);
		if (!n || strcmp(n, group))
			continue;
		while ((n = strtok_r(NULL, " \n", &sn)) &&
		       (val = strtok_r(NULL, " \n", &sv)))
			if (!strcmp(n, name)) {
				*v = atol(val);
				found = true;
				break;
			}
	}
	free(names);
	free(values);
	return found;
}

long counter_of(bool of_kernel, const char *group, const char *name)
{
	static const char *const kernel[] = {
		"/proc/net/snmp", "/proc/net/netstat", NULL
	};
	static const char *const mytcp[] = { "/proc/net/mytcp_netstat", NULL };
	const char *const *path = of_kernel ? kernel : mytcp;
	long v;

	for (; *path; path++) {
		FILE *f = fopen(*path, "re");
		bool found;

		if (!f)
			test_fail("%s: %s", *path, strerror(errno));
		found = counter_in(f, group, name, &v);
		fclose(f);
		if (found)
			return v;
	}
	test_fail("there is no counter %s %s", group, name);
}

long counter(const char *group, const char *name)
{
	return counter_of(stack_is_kernel(), group, name);
}

struct tcp_info tcp_info(int fd)
{
	struct tcp_info ti = {};
	socklen_t len = sizeof(ti);

	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len));
	return ti;
}

unsigned int meminfo(int fd, int which)
{
	unsigned int mem[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(mem);

	check_ok(getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len));
	return mem[which];
}

int fd_state(int fd)
{
	return tcp_info(fd).tcpi_state;
}

const char *state_name(int state)
{
	static const char *const names[] = {
		"0", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
		"FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
		"LISTEN", "CLOSING",
	};

	return state >= 0 && state <= CLOSING ? names[state] : "unknown";
}

/* Addresses are printed as 32-bit words in the byte order of the machine. */
static bool listing_addr(const char *hex, int family, struct addr *a)
{
	int i, words = family == AF_INET6 ? 4 : 1;
	uint32_t v;

	a->family = family;
	for (i = 0; i < words; i++) {
		if (sscanf(hex + 8 * i, "%8x", &v) != 1)
			return false;
		memcpy(a->b + 4 * i, &v, 4);
	}
	return true;
}

static bool listing_line(const char *line, int family, struct listing *l)
{
	char local[40], peer[40];

	if (sscanf(line, " %*d: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %lx:%lx %x:%lx %x %u %*d %lu",
		   local, (unsigned int *)&l->local_port, peer,
		   (unsigned int *)&l->peer_port, (unsigned int *)&l->state,
		   &l->tx_queue, &l->rx_queue, (unsigned int *)&l->timer,
		   &l->timer_ticks, (unsigned int *)&l->retransmits, &l->uid,
		   &l->inode) != 12)
		return false;
	return listing_addr(local, family, &l->local) &&
	       listing_addr(peer, family, &l->peer);
}

int listing_read(int family, struct listing *to, int max)
{
	char path[64], line[512];
	struct listing l;
	FILE *f;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/net/%s%s",
		 stack_is_kernel() ? "tcp" : "mytcp",
		 family == AF_INET6 ? "6" : "");
	f = fopen(path, "re");
	if (!f)
		test_fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (strstr(line, "local_address"))
			continue;
		if (!listing_line(line, family, &l))
			test_fail("%s: not a line of /proc/net/tcp: %s", path,
				  line);
		if (n < max)
			to[n] = l;
		n++;
	}
	fclose(f);
	return n;
}

bool listing_find(const struct wire *w, struct listing *to)
{
	struct listing all[256];
	int i, n = listing_read(w->family, all, 256);

	if (n > 256)
		n = 256;
	for (i = 0; i < n; i++)
		if (all[i].local_port == w->local_port &&
		    all[i].peer_port == w->peer_port &&
		    addr_equal(&all[i].local, &w->local) &&
		    addr_equal(&all[i].peer, &w->peer)) {
			*to = all[i];
			return true;
		}
	return false;
}

int wire_state(const struct wire *w)
{
	struct listing l;

	return listing_find(w, &l) ? l.state : CLOSE;
}

static void short_wait(void)
{
	struct timespec ts = { .tv_nsec = 1000000 };

	nanosleep(&ts, NULL);
}

void fd_expect_state(const char *file, int line, int fd, int state)
{
	int i, is = 0;

	for (i = 0; i < 2000; i++) {
		is = fd_state(fd);
		if (is == state)
			return;
		short_wait();
	}
	test_fail_at(file, line, "the socket is in %s, expected %s",
		     state_name(is), state_name(state));
}

void wire_expect_state(const char *file, int line, struct wire *w, int state)
{
	int i, is = 0;

	for (i = 0; i < 2000; i++) {
		is = wire_state(w);
		if (is == state)
			return;
		short_wait();
	}
	test_fail_at(file, line, "the connection is listed in %s, expected %s",
		     state_name(is), state_name(state));
}

uint64_t leave_quick(struct wire *w, int fd, int segment)
{
	int i;

	for (i = 0; i < 40; i++) {
		inject(w, ACK, .len = segment);
		recv_pattern(fd, i * segment, segment);
	}
	/* An ACK may still be on its way. */
	while (w->last.s.ack < w->snd_nxt)
		check(receive(w, 1000));
	return i * segment;
}

void enter_time_wait(struct wire *w, int fd)
{
	check_ok(close(fd));
	expect(w, FIN | ACK, .seq = 1);
	inject(w, FIN | ACK, .seq = 1, .ack = 2);
	expect(w, ACK, .seq = 2, .ack = 2);
	expect_listed(w, TIME_WAIT);
}
