// SPDX-License-Identifier: GPL-2.0
/* Four hosts in a row; see path.h. */
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common.h"
#include "lib/fail.h"
#include "lib/hosts.h"
#include "lib/netif.h"
#include "lib/stack.h"
#include "path.h"

#define A_IP	"10.1.0.1"
#define RA_IP	"10.1.0.2"
#define RS_IP	"10.2.0.1"
#define SR_IP	"10.2.0.2"
#define SB_IP	"10.3.0.1"
#define B_IP	"10.3.0.2"

#define FRAME		PATH_FRAME
#define INITIAL		10		/* segments a sender begins with, RFC 6928 */
#define PACKETS		100000		/* more than there will ever be */
#define BLOCK		65536
#define R2_MS		(1500 * 1000)	/* more than 15 retransmissions take */

static int new_host(void)
{
	int here = host_here(), there = host_new();

	host_enter(there);
	/* No packet but the connection's: what is dropped is counted. */
	proc_sys_write("net/ipv6/conf/default/disable_ipv6", "1");
	proc_sys_write("net/ipv4/ip_forward", "1");
	host_enter(here);
	close(here);
	return there;
}

/* The two ends of a cable know each other: an ARP request would be lost, too. */
static void introduce(const struct plug *p, int own, const char *ip, int other)
{
	host_enter(p->host);
	shell("ip link set %s address 02:00:00:00:00:%02d", p->dev, own);
	shell("ip neigh replace %s lladdr 02:00:00:00:00:%02d dev %s nud permanent",
	      ip, other, p->dev);
}

static void cable(const struct plug *x, const struct plug *y, int number)
{
	host_connect(x, y);
	introduce(x, 2 * number, y->ip, 2 * number + 1);
	introduce(y, 2 * number + 1, x->ip, 2 * number);
}

/* A host of the ends sends frames, not what would be cut into them later. */
static void end_host(int host, const char *dev, const char *router)
{
	host_enter(host);
	shell("ethtool -K %s tso off gso off gro off", dev);
	shell("ip route add default via %s", router);
}

long path_queue(const struct path *p)
{
	long octets = p->mbit * 125L * p->rtt_ms;

	return octets > INITIAL * FRAME ? octets : INITIAL * FRAME;
}

/*
 * An eighth of the round trip is the way there, so that what netem reorders
 * overtakes an eighth of it; acknowledgments take the rest.
 */
static void make_weather(const struct path *p)
{
	int there_us = p->rtt_ms * 1000 / 8;

	host_enter(p->r);
	shell("tc qdisc add dev rs root tbf rate %dmbit burst %d limit %ld",
	      p->mbit, 2 * FRAME, path_queue(p));
	shell("tc qdisc add dev ra root netem delay %dus %dus limit %d",
	      p->rtt_ms * 1000 - there_us, p->jitter_us, PACKETS);
	host_enter(p->s);
	shell("tc qdisc add dev " PATH_WEATHER " root netem delay %dus limit %d %s", there_us,
	      PACKETS, p->weather);
}

void path_build(struct path *p)
{
	struct plug a = { .dev = "a0", .ip = A_IP };
	struct plug ra = { .dev = "ra", .ip = RA_IP };
	struct plug rs = { .dev = "rs", .ip = RS_IP };
	struct plug sr = { .dev = "sr", .ip = SR_IP };
	struct plug sb = { .dev = PATH_WEATHER, .ip = SB_IP };
	struct plug b = { .dev = "b0", .ip = B_IP };

	proc_sys_write("net/ipv6/conf/default/disable_ipv6", "1");
	p->a = a.host = host_here();
	p->r = ra.host = rs.host = new_host();
	p->s = sr.host = sb.host = new_host();
	p->b = b.host = new_host();
	cable(&a, &ra, 1);
	cable(&rs, &sr, 2);
	cable(&sb, &b, 3);
	end_host(p->b, "b0", SB_IP);
	host_enter(p->r);
	shell("ip route add 10.3.0.0/24 via %s", SR_IP);
	host_enter(p->s);
	shell("ip route add 10.1.0.0/24 via %s", RS_IP);
	make_weather(p);
	end_host(p->a, "a0", RA_IP);
}

static long dropped_at(int host, const char *dev)
{
	char command[128];
	long packets = -1;
	FILE *f;

	host_enter(host);
	snprintf(command, sizeof(command),
		 "tc -s qdisc show dev %s | sed -n 's/.*(dropped \\([0-9]*\\).*/\\1/p'",
		 dev);
	f = popen(command, "re");
	check(f);
	check_eq(fscanf(f, "%ld", &packets), 1);
	check_eq(pclose(f), 0);
	return packets;
}

long path_dropped(const struct path *p)
{
	long packets = dropped_at(p->r, "rs") + dropped_at(p->s, PATH_WEATHER);

	host_enter(p->a);
	return packets;
}

/* MyTCP's is CUBIC as soon as it has that; until then what it has. */
static void choose_control(enum tcp tcp, int fd)
{
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) && tcp == KERNEL_TCP)
		test_fail("the kernel has no CUBIC: %s", strerror(errno));
}

void path_control(int fd, char *name, size_t size)
{
	socklen_t len = size - 1;

	memset(name, 0, size);
	check_ok(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
}

void path_connect(struct path *p, enum tcp tcp, int port, int fd[2])
{
	struct sockaddr_in at = addr4(B_IP, port);
	int listener;

	host_enter(p->b);
	listener = listener_at(tcp, &at, 1);
	host_enter(p->a);
	fd[0] = check_ok(stream(tcp, SOCK_CLOEXEC));
	choose_control(tcp, fd[0]);
	check_ok(connect4(fd[0], &at));
	fd[1] = check_ok(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	close(listener);
}

bool path_given_up(const struct tcp_info *info)
{
	return info->tcpi_state == CLOSE;
}

static bool all_acknowledged(void *arg)
{
	struct tcp_info info = tcp_info(*(int *)arg);

	return path_given_up(&info) || queue(*(int *)arg, SIOCOUTQ) == 0;
}

struct tcp_info path_send(int fd, double ns)
{
	static char block[BLOCK];
	double end = now_ns() + ns;

	while (now_ns() < end)
		if (send(fd, block, sizeof(block), MSG_NOSIGNAL) < 0) {
			check_eq(errno, ETIMEDOUT);
			break;
		}
	/* an error behind what was still taken is not told */
	if (shutdown(fd, SHUT_WR))
		check_eq(errno, ENOTCONN);
	check(await_true(all_acknowledged, &fd, R2_MS));
	usleep(PATH_SETTLE_MS * 1000);
	return tcp_info(fd);
}

void path_receive(int fd, double start, double step, long *got, int count)
{
	static char block[BLOCK];

	for (;;) {
		long n = check_ok(recv(fd, block, sizeof(block), 0));
		double at = (now_ns() - start) / step;

		if (!n)
			return;
		if (at < count)
			got[(int)at] += n;
	}
}

static long value_in(FILE *f, const char *group, const char *name)
{
	char names[8192], values[8192], *n, *v, *more_n, *more_v;

	while (fgets(names, sizeof(names), f) && fgets(values, sizeof(values), f)) {
		n = strtok_r(names, " \n", &more_n);
		v = strtok_r(values, " \n", &more_v);
		if (!n || strncmp(n, group, strlen(group)) || n[strlen(group)] != ':')
			continue;
		while (n && v && strcmp(n, name)) {
			n = strtok_r(NULL, " \n", &more_n);
			v = strtok_r(NULL, " \n", &more_v);
		}
		if (n && v)
			return atol(v);
	}
	return -1;
}

long path_counter(enum tcp tcp, const char *group, const char *name)
{
	const char *file = "/proc/net/mytcp_netstat";
	long value;
	FILE *f;

	if (tcp == KERNEL_TCP)
		file = strcmp(group, "Tcp") ? "/proc/net/netstat" : "/proc/net/snmp";
	f = fopen(file, "re");
	check(f);
	value = value_in(f, group, name);
	fclose(f);
	return value;
}
