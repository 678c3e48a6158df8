// SPDX-License-Identifier: GPL-2.0
/* What sock_diag tells of a socket is what the socket says itself. */
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "lib/diag.h"
#include "lib/sockets.h"
#include "lib/test.h"

#define CGROUP2		"/sys/fs/cgroup"
#define CGROUP2_MAGIC	0x63677270
#define CGROUP_ROOT_ID	1

PAIR_FIXTURE(attrs)

static void keep_last(struct diag_entry *e, void *arg)
{
	*(struct diag_entry *)arg = *e;
}

/* The entry of a connected socket, with the attributes of @ext. */
static struct diag_entry ask(int fd, int ext)
{
	struct sockaddr_in local = name4(fd), remote = peer4(fd);
	struct diag_request r;
	struct diag_entry e;

	diag_request_init(&r, SOCK_DIAG_BY_FAMILY, 0, AF_INET);
	r.req.idiag_ext = ext;
	r.req.id.idiag_sport = local.sin_port;
	r.req.id.idiag_dport = remote.sin_port;
	r.req.id.idiag_src[0] = local.sin_addr.s_addr;
	r.req.id.idiag_dst[0] = remote.sin_addr.s_addr;
	check_eq(diag_exchange(&r, keep_last, &e), 1);
	return e;
}

static const struct tcp_info *info_of(const struct diag_entry *e)
{
	check_ge(e->attr[INET_DIAG_INFO].len, 200);
	return (const void *)e->attr[INET_DIAG_INFO].bytes;
}

TEST_F(attrs, tcp_info_is_the_sockets_own)
{
	const struct tcp_info *told;
	struct diag_entry e;
	struct tcp_info own;

	put(self->a, "some data", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	e = ask(self->a, DIAG_EXT(INET_DIAG_INFO));
	own = tcp_info(self->a);
	told = info_of(&e);
	check_eq(told->tcpi_state, own.tcpi_state);
	check_eq(told->tcpi_options, own.tcpi_options);
	check_eq(told->tcpi_snd_mss, own.tcpi_snd_mss);
	check_eq(told->tcpi_snd_cwnd, own.tcpi_snd_cwnd);
	check_eq(told->tcpi_snd_ssthresh, own.tcpi_snd_ssthresh);
	check_eq(told->tcpi_bytes_sent, own.tcpi_bytes_sent);
	check_eq(told->tcpi_pmtu, own.tcpi_pmtu);
	check_eq(told->tcpi_snd_wscale, own.tcpi_snd_wscale);
}

TEST_F(attrs, memory_is_what_lies_in_the_queues)
{
	const struct inet_diag_meminfo *mem;
	struct diag_entry e;
	const uint32_t *sk;

	put(self->a, "some data", 0);
	check_eq(wait_fd(self->b, POLLIN, PATIENCE_MS), POLLIN);
	e = ask(self->b, DIAG_EXT(INET_DIAG_MEMINFO) |
		DIAG_EXT(INET_DIAG_SKMEMINFO));
	check_eq(e.attr[INET_DIAG_MEMINFO].len, sizeof(*mem));
	check_ge(e.attr[INET_DIAG_SKMEMINFO].len, 9 * 4);
	mem = (const void *)e.attr[INET_DIAG_MEMINFO].bytes;
	sk = (const void *)e.attr[INET_DIAG_SKMEMINFO].bytes;
	check_gt(mem->idiag_rmem, 0);
	check_eq(mem->idiag_rmem, sk[SK_MEMINFO_RMEM_ALLOC]);
	check_eq(mem->idiag_wmem, sk[SK_MEMINFO_WMEM_QUEUED]);
	check_eq(sk[SK_MEMINFO_RCVBUF], get_opt(self->b, SOL_SOCKET, SO_RCVBUF));
	check_eq(sk[SK_MEMINFO_SNDBUF], get_opt(self->b, SOL_SOCKET, SO_SNDBUF));
	check_eq(sk[SK_MEMINFO_DROPS], 0);
}

TEST_F(attrs, congestion_control_is_named)
{
	struct diag_entry e = ask(self->a, DIAG_EXT(INET_DIAG_CONG));
	char name[16];
	socklen_t len = sizeof(name);

	check_ok(getsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, name, &len));
	check_eq(strcmp((char *)e.attr[INET_DIAG_CONG].bytes, name), 0);
}

/* What others have is told in congestion_control, where they have seen a path. */
TEST_F(attrs, cubic_has_nothing_to_tell)
{
	union tcp_cc_info info;
	socklen_t len = sizeof(info);
	struct diag_entry e;

	check_ok(setsockopt(self->a, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5));
	e = ask(self->a, DIAG_EXT(INET_DIAG_VEGASINFO));
	check_eq(e.attr[INET_DIAG_BBRINFO].len + e.attr[INET_DIAG_DCTCPINFO].len +
		 e.attr[INET_DIAG_VEGASINFO].len, 0);
	check_ok(getsockopt(self->a, IPPROTO_TCP, TCP_CC_INFO, &info, &len));
	check_eq(len, 0);
}

TEST_F(attrs, options_are_told)
{
	const struct inet_diag_sockopt *opts;
	struct diag_entry e;

	set_opt(self->a, IPPROTO_IP, IP_TOS, 0x10);
	set_opt(self->a, SOL_SOCKET, SO_MARK, 77);
	set_opt(self->a, IPPROTO_IP, IP_RECVERR, 1);
	set_opt(self->a, SOL_SOCKET, SO_PRIORITY, 5);
	e = ask(self->a, DIAG_EXT(INET_DIAG_TOS) | DIAG_EXT(INET_DIAG_TCLASS));
	check_eq(e.attr[INET_DIAG_TOS].u8, 0x10);
	check_eq(e.attr[INET_DIAG_MARK].u32, 77);
	/* without a class of its own, the priority is a packet's */
	check_eq(e.attr[INET_DIAG_CLASS_ID].u32, 5);
	check_ge(e.attr[INET_DIAG_SOCKOPT].len, sizeof(*opts));
	opts = (const void *)e.attr[INET_DIAG_SOCKOPT].bytes;
	check_eq(opts->recverr, 1);
	check_eq(opts->freebind, 0);
}

TEST_F(attrs, half_a_close_is_told)
{
	check_eq(ask(self->a, 0).attr[INET_DIAG_SHUTDOWN].u8, 0);
	check_ok(shutdown(self->a, SHUT_WR));
	check_eq(ask(self->a, 0).attr[INET_DIAG_SHUTDOWN].u8, 2);
}

static uint64_t root_cgroup(void)
{
	struct statfs fs;
	struct stat st;

	if (statfs(CGROUP2, &fs) || fs.f_type != CGROUP2_MAGIC)
		return CGROUP_ROOT_ID;
	check_ok(stat(CGROUP2, &st));
	return st.st_ino;
}

TEST_F(attrs, cgroup_is_told)
{
	struct diag_entry e = ask(self->a, 0);

	if (!e.attr[INET_DIAG_CGROUP_ID].len)
		SKIP(return, "the kernel has no cgroups");
	check_eq(e.attr[INET_DIAG_CGROUP_ID].u64, root_cgroup());
}

TEST_F(attrs, only_what_was_asked_for_is_told)
{
	static const int on_demand[] = {
		INET_DIAG_MEMINFO, INET_DIAG_INFO, INET_DIAG_CONG,
		INET_DIAG_TOS, INET_DIAG_SKMEMINFO, INET_DIAG_CLASS_ID,
	};
	struct diag_entry e = ask(self->a, 0);
	size_t i;

	for (i = 0; i < sizeof(on_demand) / sizeof(on_demand[0]); i++)
		check_eq(e.attr[on_demand[i]].len, 0);
}

TEST_F(attrs, keepalive_is_a_timer_of_its_own)
{
	struct diag_entry e;

	set_opt(self->a, IPPROTO_TCP, TCP_KEEPIDLE, 100);
	set_opt(self->a, SOL_SOCKET, SO_KEEPALIVE, 1);
	e = ask(self->a, 0);
	check_eq(e.msg.idiag_timer, 2);
	check_gt(e.msg.idiag_expires, 50 * 1000);
	check_le(e.msg.idiag_expires, 100 * 1000);
	check_eq(e.msg.idiag_retrans, 0);
}

TEST_F(attrs, retransmissions_are_counted)
{
	struct diag_entry e;

	netif_down("lo");
	put(self->a, "lost", 0);
	do {
		usleep(10000);
		e = ask(self->a, 0);
		check_eq(e.msg.idiag_timer, 1);
	} while (!e.msg.idiag_retrans);
	check_eq(e.msg.idiag_wqueue, 4);
}

/* The stack's sockets have every attribute that the kernel's have. */
TEST_F(attrs, none_is_missing)
{
	struct diag_entry own = ask(self->a, DIAG_EXT_ALL), kernels;
	int i, fd[2];

	pair(KERNEL_TCP, fd);
	setenv("MYTCP_TEST_STACK", "kernel", 1);
	kernels = ask(fd[0], DIAG_EXT_ALL);
	for (i = 0; i < __INET_DIAG_MAX; i++) {
		test_note("attribute %d", i);
		/* names of different length */
		if (i == INET_DIAG_CONG)
			check_gt(own.attr[i].len, 0);
		else
			check_eq(own.attr[i].len, kernels.attr[i].len);
	}
}

TEST_HARNESS_MAIN
