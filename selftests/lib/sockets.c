// SPDX-License-Identifier: GPL-2.0
/* What the tests of plain sockets share; see sockets.h. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mytcp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "netif.h"
#include "sockets.h"
#include "stack.h"
#include "tun.h"

enum tcp subject(void)
{
	return stack_is_kernel() ? KERNEL_TCP : MYTCP;
}

enum tcp other_tcp(enum tcp tcp)
{
	return tcp == MYTCP ? KERNEL_TCP : MYTCP;
}

const char *tcp_name(enum tcp tcp)
{
	return tcp == MYTCP ? "mytcp" : "kernel";
}

long env_number(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtol(value, NULL, 0) : otherwise;
}

bool env_wants(unsigned int number)
{
	/* Knuth's multiplicative hash: its upper bits depend on all of the number */
	return (number * 2654435761U >> 16) % env_number("MYTCP_TEST_EVERY", 1) == 0;
}

void netif_down(const char *dev)
{
	int fd = check_ok(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	struct ifreq ifr = { 0 };

	strncpy(ifr.ifr_name, dev, IFNAMSIZ - 1);
	check_ok(ioctl(fd, SIOCGIFFLAGS, &ifr));
	ifr.ifr_flags &= ~IFF_UP;
	check_ok(ioctl(fd, SIOCSIFFLAGS, &ifr));
	close(fd);
}

/* Nobody reads the device: its queue runs full, and what comes is dropped. */
const char *blackhole(void)
{
	struct tun *hole = tun_open(1500, false, "hole");

	netif_addr(hole->name, HOLE, 24);
	netif_up(hole->name);
	return hole->name;
}

static void setting_path(enum tcp tcp, const char *name, char *path,
			 size_t size)
{
	if (tcp == MYTCP)
		snprintf(path, size, "net/mytcp/%s", name);
	else if (!strncmp(name, "ip_", 3))
		snprintf(path, size, "net/ipv4/%s", name);
	else
		snprintf(path, size, "net/ipv4/tcp_%s", name);
}

void setting_write(enum tcp tcp, const char *name, const char *value)
{
	char path[128];

	setting_path(tcp, name, path, sizeof(path));
	proc_sys_write(path, value);
}

void setting_read(enum tcp tcp, const char *name, char *value, size_t size)
{
	char path[128], full[160];
	FILE *file;

	setting_path(tcp, name, path, sizeof(path));
	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	file = fopen(full, "re");
	if (!file || !fgets(value, size, file))
		test_fail("%s: %s", full, strerror(errno));
	fclose(file);
}

struct sockaddr_in addr4(const char *ip, int port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};

	if (inet_pton(AF_INET, ip, &addr.sin_addr) != 1)
		test_fail("%s is no address", ip);
	return addr;
}

int stream(enum tcp tcp, int flags)
{
	if (tcp == MYTCP)
		return socket(AF_MYTCP, SOCK_STREAM | flags, MYTCP_IPV4);
	return socket(AF_INET, SOCK_STREAM | flags, IPPROTO_TCP);
}

int bind4(int fd, const struct sockaddr_in *to)
{
	return bind(fd, (const struct sockaddr *)to, sizeof(*to));
}

int connect4(int fd, const struct sockaddr_in *to)
{
	return connect(fd, (const struct sockaddr *)to, sizeof(*to));
}

struct sockaddr_in name4(int fd)
{
	struct sockaddr_in addr = { 0 };
	socklen_t len = sizeof(addr);

	getsockname(fd, (struct sockaddr *)&addr, &len);
	return addr;
}

struct sockaddr_in peer4(int fd)
{
	struct sockaddr_in addr = { 0 };
	socklen_t len = sizeof(addr);

	getpeername(fd, (struct sockaddr *)&addr, &len);
	return addr;
}

int port_of(int fd)
{
	return ntohs(name4(fd).sin_port);
}

int bound(enum tcp tcp, const char *ip)
{
	struct sockaddr_in at = addr4(ip, 0);
	int fd = check_ok(stream(tcp, SOCK_CLOEXEC));

	check_ok(bind4(fd, &at));
	return fd;
}

int listener(enum tcp tcp, const char *ip, int backlog)
{
	int fd = bound(tcp, ip);

	check_ok(listen(fd, backlog));
	return fd;
}

int listener_at(enum tcp tcp, const struct sockaddr_in *at, int backlog)
{
	int fd = check_ok(stream(tcp, SOCK_CLOEXEC));

	set_opt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	check_ok(bind4(fd, at));
	check_ok(listen(fd, backlog));
	return fd;
}

int connected(enum tcp tcp, const struct sockaddr_in *to)
{
	int fd = check_ok(stream(tcp, SOCK_CLOEXEC));

	check_ok(connect4(fd, to));
	return fd;
}

void pair_between(enum tcp client, enum tcp server, int fd[2])
{
	int lfd = listener(server, "127.0.0.1", 1);
	struct sockaddr_in at = name4(lfd);

	fd[0] = connected(client, &at);
	fd[1] = check_ok(accept4(lfd, NULL, NULL, SOCK_CLOEXEC));
	close(lfd);
}

void pair(enum tcp tcp, int fd[2])
{
	pair_between(tcp, tcp, fd);
}

bool close_gently(int fd)
{
	char byte;
	bool end;

	shutdown(fd, SHUT_WR);
	end = recv(fd, &byte, 1, 0) == 0;
	close(fd);
	return end;
}

bool await_true(bool (*condition)(void *arg), void *arg, int ms)
{
	int64_t end = now_ms() + ms;

	while (!condition(arg)) {
		struct timespec pause = { .tv_nsec = 1000000 };

		if (now_ms() >= end)
			return condition(arg);
		nanosleep(&pause, NULL);
	}
	return true;
}

struct state_wait {
	int fd;
	int state;
};

static bool state_reached(void *arg)
{
	struct state_wait *wait = arg;

	return fd_state(wait->fd) == wait->state;
}

bool await_state(int fd, int state, int ms)
{
	struct state_wait wait = { .fd = fd, .state = state };

	return await_true(state_reached, &wait, ms);
}

void put(int fd, const char *text, int flags)
{
	check_eq(send(fd, text, strlen(text), flags), (ssize_t)strlen(text));
}

int queue(int fd, unsigned long which)
{
	int n = -1;

	check_ok(ioctl(fd, which, &n));
	return n;
}

ssize_t fill(int fd)
{
	static char block[16384];
	ssize_t total = 0;

	for (;;) {
		ssize_t n = send(fd, block, sizeof(block),
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0) {
			check_eq(errno, EAGAIN);
			return total;
		}
		total += n;
	}
}

void stuff(int fd)
{
	do {
		fill(fd);
		wait_fd(fd, POLLOUT, GLIMPSE_MS);
	} while (fill(fd) > 0);
}

ssize_t drain_fd(int fd)
{
	static char block[16384];
	ssize_t total = 0;

	for (;;) {
		ssize_t n = recv(fd, block, sizeof(block), MSG_DONTWAIT);

		if (n < 0)
			check_eq(errno, EAGAIN);
		if (n <= 0)
			return total;
		total += n;
	}
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A word depends on all of its offset: a lost or doubled block shows. */
static uint64_t stream_word(unsigned int which, uint64_t index)
{
	uint64_t word = (index + 1) * 0x9e3779b97f4a7c15ULL + which;

	return (word ^ (word >> 29)) * 0xbf58476d1ce4e5b9ULL;
}

void stream_fill(unsigned int which, uint64_t at, void *buf, size_t len)
{
	unsigned char *byte = buf;
	size_t i = 0;

	for (; i < len && at % 8; i++, at++)
		byte[i] = stream_word(which, at / 8) >> (8 * (at % 8));
	for (; i + 8 <= len; i += 8, at += 8) {
		uint64_t word = htole64(stream_word(which, at / 8));

		memcpy(byte + i, &word, 8);
	}
	for (; i < len; i++, at++)
		byte[i] = stream_word(which, at / 8) >> (8 * (at % 8));
}

ssize_t stream_check(unsigned int which, uint64_t at, const void *buf,
		     size_t len)
{
	const unsigned char *byte = buf;
	unsigned char right[512];
	size_t i, j, n;

	for (i = 0; i < len; i += n) {
		n = len - i < sizeof(right) ? len - i : sizeof(right);
		stream_fill(which, at + i, right, n);
		if (!memcmp(byte + i, right, n))
			continue;
		for (j = 0; byte[i + j] == right[j];)
			j++;
		return i + j;
	}
	return -1;
}

bool stream_send(int fd, unsigned int which, uint64_t len)
{
	unsigned char buf[16384];
	uint64_t at = 0;

	while (at < len) {
		size_t want = len - at < sizeof(buf) ? len - at : sizeof(buf);
		ssize_t n;

		stream_fill(which, at, buf, want);
		n = send(fd, buf, want, MSG_NOSIGNAL);
		if (n < 0) {
			test_note("send at %llu of %llu: %s",
				  (unsigned long long)at,
				  (unsigned long long)len, strerror(errno));
			return false;
		}
		at += n;
	}
	return true;
}

bool stream_receive(int fd, unsigned int which, uint64_t len)
{
	unsigned char buf[16384];
	uint64_t at = 0;

	while (at < len) {
		size_t want = len - at < sizeof(buf) ? len - at : sizeof(buf);
		ssize_t n = recv(fd, buf, want, 0);
		ssize_t bad;

		if (n <= 0) {
			test_note("recv at %llu of %llu: %s",
				  (unsigned long long)at,
				  (unsigned long long)len,
				  n ? strerror(errno) : "end of stream");
			return false;
		}
		bad = stream_check(which, at, buf, n);
		if (bad >= 0) {
			test_note("the byte at %llu is wrong (%#x)",
				  (unsigned long long)(at + bad), buf[bad]);
			return false;
		}
		at += n;
	}
	return true;
}

void stream_transfer(int from, int to, uint64_t len)
{
	pid_t child = fork();

	if (!child) {
		check(stream_send(from, 1, len));
		_exit(0);
	}
	check(stream_receive(to, 1, len));
	joined(child);
}

pid_t spawned(void (*work)(void *arg), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = check_ok(fork());
	if (pid)
		return pid;
	work(arg);
	fflush(stdout);
	_exit(0);
}

void joined(pid_t pid)
{
	int status;

	check_eq(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		test_fail("the child ended with status %#x", status);
}

volatile int signals_seen;

static void note_signal(int sig)
{
	(void)sig;
	signals_seen++;
}

void count_signal(int sig, bool restart)
{
	struct sigaction action = {
		.sa_handler = note_signal,
		.sa_flags = restart ? SA_RESTART : 0,
	};

	signals_seen = 0;
	check_ok(sigaction(sig, &action, NULL));
}

void alarm_every(int ms)
{
	struct itimerval timer = {
		.it_value.tv_usec = ms * 1000,
		.it_interval.tv_usec = ms * 1000,
	};

	check_ok(setitimer(ITIMER_REAL, &timer, NULL));
}
