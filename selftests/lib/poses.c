// SPDX-License-Identifier: GPL-2.0
/* Sockets that stay in a state; see poses.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/mytcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netif.h"
#include "poses.h"
#include "stack.h"

#define HOLE6	"fd00:99::1"
#define LOST6	"fd00:99::2"

union name {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

/* Who accepts the connections of each kind, once there was one. */
static int helpers[2][OVER_COUNT];

const char *over_text(enum over over)
{
	static const char *const texts[] = {
		"IPv4", "IPv6", "IPv4 from an IPv6 socket",
	};

	return texts[over];
}

/* Some number of the pose's own. */
static unsigned int sum_of(const struct pose *how)
{
	const char *at;
	unsigned int sum = 0;

	for (at = how->name; *at; at++)
		sum += *at;
	return sum;
}

bool pose_wanted(const struct pose *how, enum over over)
{
	const char *only = getenv("MYTCP_TEST_FAMILY");

	if (!only || !*only)
		return true;
	if (!strcmp(only, "turns"))
		return sum_of(how) % OVER_COUNT == over;
	if (!strcmp(only, "swapped"))
		return (sum_of(how) + 1) % OVER_COUNT == over;
	return !strcmp(only, "ipv4") == (over == OVER_IPV4);
}

bool pose_tries(const struct pose *how, int number)
{
	return (sum_of(how) + number) % env_number("MYTCP_TEST_EVERY", 1) == 0;
}

void poses_setup(void)
{
	/* On lo's own MTU the segment size is a matter of the window. */
	netif_mtu("lo", 1500);
	netif_addr(blackhole(), HOLE6, 64);
	/* By default MyTCP sends ten probes, the kernel nine. */
	setting_write(MYTCP, "keepalive_probes", "9");
}

static int opened(const struct posed *p, int flags)
{
	int family = p->over == OVER_IPV4 ? AF_INET : AF_INET6;

	if (p->tcp == KERNEL_TCP)
		return check_ok(socket(family, SOCK_STREAM | flags,
				       IPPROTO_TCP));
	return check_ok(socket(AF_MYTCP, SOCK_STREAM | flags,
			       family == AF_INET ? MYTCP_IPV4 : MYTCP_IPV6));
}

static socklen_t name_size(const struct posed *p)
{
	return p->over == OVER_IPV4 ? sizeof(struct sockaddr_in) :
	       sizeof(struct sockaddr_in6);
}

static union name name_of(const struct posed *p, const char *ip4,
			  const char *ip6, int port)
{
	union name name = { 0 };
	char mapped[64];

	if (p->over == OVER_IPV4) {
		name.ip4 = addr4(ip4, port);
		return name;
	}
	snprintf(mapped, sizeof(mapped), "::ffff:%s", ip4);
	name.ip6.sin6_family = AF_INET6;
	name.ip6.sin6_port = htons(port);
	check_eq(inet_pton(AF_INET6, p->over == OVER_IPV6 ? ip6 : mapped,
			   &name.ip6.sin6_addr), 1);
	return name;
}

static void bind_socket(struct posed *p, int fd)
{
	union name name = name_of(p, "127.0.0.1", "::1", 0);

	check_ok(bind(fd, &name.any, name_size(p)));
}

static int connect_socket(struct posed *p, const char *ip4, const char *ip6,
			  int port)
{
	union name name = name_of(p, ip4, ip6, port);

	return connect(p->fd, &name.any, name_size(p));
}

static int helper_of(struct posed *p)
{
	int *fd = &helpers[p->tcp][p->over];

	if (!*fd) {
		*fd = opened(p, SOCK_CLOEXEC);
		bind_socket(p, *fd);
		check_ok(listen(*fd, 4));
	}
	return *fd;
}

/* From now on nothing reaches it: not the FIN of the other end, nor its RST. */
static void make_deaf(int fd)
{
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog program = { .len = 1, .filter = nothing };

	check_ok(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			    sizeof(program)));
}

void pose(struct posed *p, enum tcp tcp, enum over over,
	  const struct pose *how)
{
	*p = (struct posed){ .tcp = tcp, .over = over, .fd = -1, .peer = -1 };
	how->take(p);
}

void pose_end(struct posed *p)
{
	close_abort(p->fd);
	if (p->peer >= 0)
		close_abort(p->peer);
}

void pose_fresh(struct posed *p)
{
	p->fd = opened(p, SOCK_CLOEXEC);
}

void pose_bound(struct posed *p)
{
	pose_fresh(p);
	bind_socket(p, p->fd);
}

void pose_listening(struct posed *p)
{
	pose_bound(p);
	check_ok(listen(p->fd, 4));
}

void pose_syn_sent(struct posed *p)
{
	p->fd = opened(p, SOCK_CLOEXEC | SOCK_NONBLOCK);
	check_err(connect_socket(p, LOST, LOST6, 7), EINPROGRESS);
}

void pose_refused(struct posed *p)
{
	p->fd = opened(p, SOCK_CLOEXEC | SOCK_NONBLOCK);
	check_err(connect_socket(p, "127.0.0.1", "::1", NOBODY_PORT),
		  EINPROGRESS);
	check(wait_fd(p->fd, POLLOUT, PATIENCE_MS) & POLLERR);
}

void pose_connected(struct posed *p)
{
	int lfd = helper_of(p);
	union name name = { 0 };
	socklen_t len = sizeof(name);

	check_ok(getsockname(lfd, &name.any, &len));
	pose_fresh(p);
	check_ok(connect(p->fd, &name.any, len));
	p->peer = check_ok(accept4(lfd, NULL, NULL, SOCK_CLOEXEC));
}

void pose_accepted(struct posed *p)
{
	int fd;

	pose_connected(p);
	fd = p->fd;
	p->fd = p->peer;
	p->peer = fd;
}

void pose_fin_wait1(struct posed *p)
{
	pose_connected(p);
	make_deaf(p->peer);
	check_ok(shutdown(p->fd, SHUT_WR));
	expect_state(p->fd, FIN_WAIT1);
}

void pose_fin_wait2(struct posed *p)
{
	pose_connected(p);
	check_ok(shutdown(p->fd, SHUT_WR));
	expect_state(p->fd, FIN_WAIT2);
}

void pose_closing(struct posed *p)
{
	pose_fin_wait1(p);
	check_ok(shutdown(p->peer, SHUT_WR));
	expect_state(p->fd, CLOSING);
}

void pose_close_wait(struct posed *p)
{
	pose_connected(p);
	check_ok(shutdown(p->peer, SHUT_WR));
	expect_state(p->fd, CLOSE_WAIT);
}

void pose_last_ack(struct posed *p)
{
	pose_close_wait(p);
	make_deaf(p->peer);
	check_ok(shutdown(p->fd, SHUT_WR));
	expect_state(p->fd, LAST_ACK);
}

void pose_actively_closed(struct posed *p)
{
	pose_fin_wait2(p);
	expect_state(p->peer, CLOSE_WAIT);
	check_ok(shutdown(p->peer, SHUT_WR));
	expect_state(p->fd, CLOSE);
}

void pose_passively_closed(struct posed *p)
{
	pose_close_wait(p);
	check_ok(shutdown(p->fd, SHUT_WR));
	expect_state(p->fd, CLOSE);
}

void pose_reset(struct posed *p)
{
	pose_connected(p);
	close_abort(p->peer);
	p->peer = -1;
	check(wait_fd(p->fd, POLLIN, PATIENCE_MS) & POLLERR);
}

void pose_disconnected(struct posed *p)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	pose_connected(p);
	check_ok(connect(p->fd, &none, sizeof(none)));
}

void pose_listener_shut(struct posed *p)
{
	pose_listening(p);
	check_ok(shutdown(p->fd, SHUT_RD));
}
