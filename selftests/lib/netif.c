// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/route.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fail.h"
#include "netif.h"

static void interface_ioctl(int family, unsigned long cmd, void *arg,
			    const char *what)
{
	int fd = check_ok(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	if (ioctl(fd, cmd, arg) < 0)
		test_fail("%s: %s", what, strerror(errno));
	close(fd);
}

static struct ifreq request(const char *name)
{
	struct ifreq r = {};

	strncpy(r.ifr_name, name, IFNAMSIZ - 1);
	return r;
}

void netif_up(const char *name)
{
	struct ifreq r = request(name);

	interface_ioctl(AF_INET, SIOCGIFFLAGS, &r, name);
	r.ifr_flags |= IFF_UP;
	interface_ioctl(AF_INET, SIOCSIFFLAGS, &r, name);
}

void netif_mtu(const char *name, int mtu)
{
	struct ifreq r = request(name);

	r.ifr_mtu = mtu;
	interface_ioctl(AF_INET, SIOCSIFMTU, &r, name);
}

void netif_offload(const char *name, bool on)
{
	/* what comes later needs what stands before it */
	static const uint32_t features[] = {
		ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO,
	};
	unsigned int i;

	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		struct ethtool_value v = { .cmd = features[i], .data = on };
		struct ifreq r = request(name);

		r.ifr_data = (void *)&v;
		interface_ioctl(AF_INET, SIOCETHTOOL, &r, name);
	}
}

/* A worker of the kernel adds the route that makes the address our own. */
static void await_local_route6(const struct addr *a)
{
	char want[40], line[256];
	bool found = false;
	FILE *f;
	int i;

	for (i = 0; i < 16; i++)
		sprintf(want + 2 * i, "%02x", a->b[i]);
	strcat(want, " 80");
	while (!found) {
		f = fopen("/proc/net/ipv6_route", "re");
		check(f);
		while (!found && fgets(line, sizeof(line), f))
			found = !strncmp(line, want, strlen(want));
		fclose(f);
		if (!found)
			poll(NULL, 0, 1);
	}
}

void netns_enter(void)
{
	struct addr loopback = { AF_INET6, { [15] = 1 } };

	check_ok(unshare(CLONE_NEWNET));
	netif_up("lo");
	if (!access("/proc/net/ipv6_route", R_OK))
		await_local_route6(&loopback);
}

struct addr_request {
	struct nlmsghdr h;
	struct ifaddrmsg a;
	struct rtattr attr;
	uint8_t addr[16];
};

/*
 * Over netlink, because only there an IPv6 address can be spared duplicate
 * address detection, which makes it unusable for a moment.
 */
void netif_addr(const char *name, const char *addr, int prefix)
{
	struct addr to = addr_parse(addr);
	int len = to.family == AF_INET6 ? 16 : 4;
	struct addr_request r = {
		.h.nlmsg_len = NLMSG_LENGTH(sizeof(r.a)) + RTA_LENGTH(len),
		.h.nlmsg_type = RTM_NEWADDR,
		.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE,
		.a.ifa_family = to.family,
		.a.ifa_prefixlen = prefix,
		.a.ifa_flags = IFA_F_NODAD,
		.a.ifa_index = if_nametoindex(name),
		.attr.rta_type = IFA_LOCAL,
		.attr.rta_len = RTA_LENGTH(len),
	};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[256];
	} answer = {};
	int fd = check_ok(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
				 NETLINK_ROUTE));

	memcpy(r.addr, to.b, len);
	check_ok(send(fd, &r, r.h.nlmsg_len, 0));
	check_ok(recv(fd, &answer, sizeof(answer), 0));
	if (answer.e.error)
		test_fail("address %s: %s", addr, strerror(-answer.e.error));
	close(fd);
	if (to.family == AF_INET6)
		await_local_route6(&to);
}

static void route4(const char *name, const struct addr *to, int prefix,
		   bool add)
{
	struct rtentry r = { .rt_flags = RTF_UP, .rt_dev = (char *)name };
	struct sockaddr_in *dst = (struct sockaddr_in *)&r.rt_dst;
	struct sockaddr_in *mask = (struct sockaddr_in *)&r.rt_genmask;

	dst->sin_family = mask->sin_family = AF_INET;
	memcpy(&dst->sin_addr, to->b, 4);
	mask->sin_addr.s_addr = htonl(prefix ? ~0U << (32 - prefix) : 0);
	interface_ioctl(AF_INET, add ? SIOCADDRT : SIOCDELRT, &r, "route");
}

static void route6(const char *name, const struct addr *to, int prefix,
		   bool add)
{
	struct in6_rtmsg r = {
		.rtmsg_dst_len = prefix,
		.rtmsg_metric = 256,
		.rtmsg_flags = RTF_UP,
		.rtmsg_ifindex = if_nametoindex(name),
	};

	memcpy(&r.rtmsg_dst, to->b, 16);
	interface_ioctl(AF_INET6, add ? SIOCADDRT : SIOCDELRT, &r, "route");
}

static void route(const char *name, const struct addr *to, int prefix, bool add)
{
	if (to->family == AF_INET6)
		route6(name, to, prefix, add);
	else
		route4(name, to, prefix, add);
}

void netif_default_route(const char *name, int family)
{
	struct addr any = { .family = family };

	route(name, &any, 0, true);
}

void netif_host_route(const char *name, const char *addr, bool add)
{
	struct addr a = addr_parse(addr);

	route(name, &a, a.family == AF_INET6 ? 128 : 32, add);
}

void proc_sys_write(const char *path, const char *value)
{
	char full[256];
	int fd;

	snprintf(full, sizeof(full), "/proc/sys/%s", path);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		test_fail("%s = %s: %s", full, value, strerror(errno));
	close(fd);
}
