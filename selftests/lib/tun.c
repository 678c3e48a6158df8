// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "netif.h"
#include "tun.h"

static struct tun *tuns;
static char test_name[128] = "test";

void tun_name_test(const char *test)
{
	snprintf(test_name, sizeof(test_name), "%s.%s",
		 program_invocation_short_name, test);
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

int64_t tun_now(const struct tun *t)
{
	return now_us() - t->t0;
}

/* The classic format of libpcap, link type 101: bare IP packets. */
static int pcap_open(const char *label)
{
	static int count;
	const uint32_t head[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535 + 128,
				   101 };
	const char *dir = getenv("MYTCP_TEST_PCAP");
	char path[512];
	int fd;

	if (!dir || !*dir)
		return -1;
	mkdir(dir, 0755);
	snprintf(path, sizeof(path), count ? "%s/%s.%s.%d.pcap" :
		 "%s/%s.%s.pcap", dir, test_name, label, count);
	count++;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, head, sizeof(head)) != sizeof(head))
		test_fail("%s: %s", path, strerror(errno));
	return fd;
}

/* Unbuffered: the capture is whole even if the test ends at once. */
static void pcap_write(struct tun *t, const void *packet, int len)
{
	int64_t us = tun_now(t);
	uint32_t head[4] = { us / 1000000, us % 1000000, len, len };
	struct iovec v[2] = {
		{ head, sizeof(head) }, { (void *)packet, len },
	};

	if (t->pcap_fd >= 0 && writev(t->pcap_fd, v, 2) < 0)
		test_fail("capture: %s", strerror(errno));
}

static void quiet_ipv6(const char *dev)
{
	char path[128];

	/* No link-local address, no solicitation: only the test's packets. */
	snprintf(path, sizeof(path), "net/ipv6/conf/%s/addr_gen_mode", dev);
	proc_sys_write(path, "1");
	snprintf(path, sizeof(path), "net/ipv6/conf/%s/router_solicitations",
		 dev);
	proc_sys_write(path, "0");
	snprintf(path, sizeof(path), "net/ipv6/conf/%s/accept_dad", dev);
	proc_sys_write(path, "0");
}

struct tun *tun_open(int mtu, bool offload, const char *label)
{
	struct tun *t = calloc(1, sizeof(*t));
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	check(t);
	t->t0 = now_us();
	t->vnet = offload;
	if (offload)
		r.ifr_flags |= IFF_VNET_HDR;
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0 || ioctl(t->fd, TUNSETIFF, &r) < 0)
		test_fail("/dev/net/tun: %s", strerror(errno));
	strcpy(t->name, r.ifr_name);
	if (offload)
		check_ok(ioctl(t->fd, TUNSETOFFLOAD,
			       TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6));
	netif_mtu(t->name, mtu);
	quiet_ipv6(t->name);
	netif_up(t->name);
	t->pcap_fd = pcap_open(label);
	t->next = tuns;
	tuns = t;
	test_on_fail = tun_print_logs;
	return t;
}

void tun_close(struct tun *t)
{
	struct tun **p;
	int i;

	for (p = &tuns; *p != t; p = &(*p)->next)
		;
	*p = t->next;
	close(t->fd);
	if (t->pcap_fd >= 0)
		close(t->pcap_fd);
	for (i = 0; i < t->log_len; i++)
		free(t->log[i]);
	free(t->log);
	free(t);
}

void tun_write(struct tun *t, const void *packet, int len,
	       const struct virtio_net_hdr *vh)
{
	struct virtio_net_hdr none = {};
	struct iovec v[2] = {
		{ (void *)(vh ?: &none), sizeof(none) }, { (void *)packet, len },
	};
	ssize_t n;

	pcap_write(t, packet, len);
	n = t->vnet ? writev(t->fd, v, 2) : write(t->fd, packet, len);
	/* A packet without an IP header to speak of is EINVAL: as good as sent. */
	if (n < 0 && errno != EINVAL)
		test_fail("inject: %s", strerror(errno));
}

/* Returns false when @deadline has passed. */
static bool tun_wait(struct tun *t, int64_t deadline)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	int64_t left = deadline - tun_now(t);
	struct timespec ts;

	if (left <= 0)
		return false;
	ts.tv_sec = left / 1000000;
	ts.tv_nsec = left % 1000000 * 1000;
	ppoll(&p, 1, &ts, NULL);
	return true;
}

int tun_read(struct tun *t, uint8_t *buf, int size, int64_t deadline,
	     struct virtio_net_hdr *vh)
{
	int hlen = t->vnet ? sizeof(*vh) : 0;
	struct iovec v[2] = { { vh, hlen }, { buf, size } };
	ssize_t n;

	memset(vh, 0, sizeof(*vh));
	do {
		n = t->vnet ? readv(t->fd, v, 2) : read(t->fd, buf, size);
		if (n > 0) {
			pcap_write(t, buf, n - hlen);
			return n - hlen;
		}
		if (n < 0 && errno != EAGAIN)
			test_fail("TUN: %s", strerror(errno));
	} while (tun_wait(t, deadline));
	return 0;
}

void tun_log(struct tun *t, const char *fmt, ...)
{
	int64_t us = tun_now(t);
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (t->log_len == t->log_size) {
		t->log_size = t->log_size * 2 + 64;
		t->log = realloc(t->log, t->log_size * sizeof(*t->log));
		check(t->log);
	}
	check_ok(asprintf(&t->log[t->log_len++], "%4lld.%06lld %s",
			  (long long)us / 1000000, (long long)us % 1000000,
			  text));
}

void tun_print_logs(void)
{
	const int most = 200;
	struct tun *t;
	int i;

	for (t = tuns; t; t = t->next) {
		printf("# conversation over %s ('>' injected, '<' received):\n",
		       t->name);
		i = t->log_len > most ? t->log_len - most : 0;
		if (i)
			printf("#   ... %d lines before ...\n", i);
		for (; i < t->log_len; i++)
			printf("#   %s\n", t->log[i]);
	}
}
