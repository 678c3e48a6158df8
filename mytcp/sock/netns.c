// SPDX-License-Identifier: GPL-2.0
/* Settings and counters of a network namespace: their defaults, their life. */
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/swap.h>

#include "mytcp/proto/fastopen.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/table.h"

#define PORTS		65536U
#define LEAST_BUFFER	4096
#define SECONDS(n)	((n) * HZ)

unsigned int mytcp_net_id __read_mostly;
struct mytcp_cookie_secret mytcp_secret __read_mostly;

const char * const mytcp_counter_names[MYTCP_MIB_MAX] = {
#define NAME(name) #name,
	MYTCP_COUNTERS_TCP(NAME)
	MYTCP_COUNTERS_EXT(NAME)
	MYTCP_COUNTERS_OWN(NAME)
#undef NAME
};

/*
 * As tcp(7) describes tcp_rmem and tcp_wmem. A machine with little memory gets
 * smaller maxima: one connection's buffer is at most 1/128 of it.
 */
static void default_buffers(struct mytcp_net *mn)
{
	unsigned long most = nr_free_buffer_pages() << (PAGE_SHIFT - 7);

	mn->rmem[0] = LEAST_BUFFER;
	mn->rmem[1] = 131072;
	mn->rmem[2] = clamp(most, 131072UL, 6291456UL);
	mn->wmem[0] = LEAST_BUFFER;
	mn->wmem[1] = 16384;
	mn->wmem[2] = clamp(most, 65536UL, 4194304UL);
}

/* What is counted in objects follows the size of the table they stand in. */
static void default_limits(struct mytcp_net *mn)
{
	mn->max_tw_buckets = mytcp_table_size() / 2;
	mn->max_orphans = mytcp_table_size() / 2;
	mn->max_syn_backlog = max(128U, mytcp_table_size() / 128);
	mn->somaxconn = 4096;
	mn->abort_on_overflow = 0;
	mn->invalid_ratelimit = 500;
	mn->rst_ratelimit = 200;
	mn->min_snd_mss = 48;
	mn->min_pmtu = 552;
	mn->mtu_probing = MYTCP_MTU_PROBING_OFF;
	mn->base_mss = 1024;
	mn->mtu_probe_floor = 48;
	mn->probe_threshold = 8;
	mn->probe_interval = 600;
}

static void default_settings(struct mytcp_net *mn)
{
	/* the kernel's own range begins at 32768: connect() reserves nothing */
	mn->ip_local_port_range[0] = 16384;
	mn->ip_local_port_range[1] = 32767;

	mn->syn_retries = 6;
	mn->synack_retries = 5;
	mn->syncookies = 1;
	mn->reuse_timewait = 2;
	mn->retries1 = 3;
	mn->retries2 = 15;
	mn->orphan_retries = 0;
	mn->fin_timeout = SECONDS(60);
	mn->tw_timeout = SECONDS(60);
	mn->ecn = 2;
	mn->ecn_fallback = 1;
	mn->rfc1337 = 1;
	mn->stdurg = 0;
	mn->keepalive_time = SECONDS(7200);
	mn->keepalive_intvl = SECONDS(75);
	mn->keepalive_probes = 10;
	mn->window_scaling = 1;
	mn->sack = 1;
	mn->dsack = 1;
	mn->early_retrans = 3;
	mn->frto = 2;
	mn->min_rtt_wlen = 300;
	mn->moderate_rcvbuf = 1;
	mn->timestamps = 1;
	mn->thin_linear_timeouts = 0;
	mn->fastopen = MYTCP_FASTOPEN_CLIENT;
	mn->notsent_lowat = UINT_MAX;
	mn->limit_output_bytes = 1 << 20;
	mn->slow_start_after_idle = 1;
	mn->pacing_ss_ratio = 200;
	mn->pacing_ca_ratio = 120;
}

static int __net_init netns_enter(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);

	mn->counters = alloc_percpu(struct mytcp_counters);
	mn->ports = bitmap_zalloc(PORTS, GFP_KERNEL);
	if (!mn->counters || !mn->ports) {
		free_percpu(mn->counters);
		bitmap_free(mn->ports);
		return -ENOMEM;
	}

	default_buffers(mn);
	default_limits(mn);
	default_settings(mn);
	mytcp_algorithms_net_init(net);
	return 0;
}

/* Registered first, so run last: no hook, socket or bucket is left. */
static void __net_exit netns_leave(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);

	mytcp_fastopen_net_exit(mn);
	mytcp_algorithms_net_exit(net);
	bitmap_free(mn->ports);
	free_percpu(mn->counters);
}

static struct pernet_operations netns_ops = {
	.init = netns_enter,
	.exit = netns_leave,
	.id = &mytcp_net_id,
	.size = sizeof(struct mytcp_net),
};

/**
 * mytcp_netns_counter() - the value of a counter
 * @mn: namespace
 * @which: counter
 *
 * Context: any. The CPUs are read one after another, so what is counted
 * meanwhile may be in it or not.
 * Return: the sum over all CPUs; a gauge is to be read as signed.
 */
unsigned long mytcp_netns_counter(const struct mytcp_net *mn,
				  enum mytcp_counter which)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(mn->counters, cpu)->value[which]);
	return sum;
}

/**
 * mytcp_netns_init() - make the secrets, and the settings of each namespace
 *
 * Context: module init, after the table, whose size is a measure.
 * Return: 0 or -ENOMEM.
 */
int mytcp_netns_init(void)
{
	get_random_bytes(&mytcp_secret, sizeof(mytcp_secret));
	return register_pernet_subsys(&netns_ops);
}

/**
 * mytcp_netns_exit() - free the settings of every namespace
 *
 * Context: module exit, when nothing uses them any more.
 */
void mytcp_netns_exit(void)
{
	unregister_pernet_subsys(&netns_ops);
}
