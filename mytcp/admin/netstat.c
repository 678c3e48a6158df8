// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/mytcp_netstat: the counters, in the manner of /proc/net/netstat.
 * /proc/net/mytcp_sockstat: what there is now, in the manner of /proc/net/sockstat.
 */
#include <linux/percpu_counter.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "mytcp/admin/admin.h"
#include "mytcp/compat/memory.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/sock.h"

/* How many stand on the first line. */
#define PLUS_ONE(name)	+ 1
#define FIRST_EXT	(0 MYTCP_COUNTERS_TCP(PLUS_ONE))

static void show_counters(struct seq_file *seq, const char *prefix, int from,
			  int to)
{
	const struct mytcp_net *mn = mytcp_net(seq_file_single_net(seq));
	int i;

	seq_puts(seq, prefix);
	for (i = from; i < to; i++)
		seq_printf(seq, " %s", mytcp_counter_names[i]);
	seq_printf(seq, "\n%s", prefix);
	/* signed, for the gauge among them */
	for (i = from; i < to; i++)
		seq_printf(seq, " %ld", (long)mytcp_netns_counter(mn, i));
	seq_putc(seq, '\n');
}

static int netstat_show(struct seq_file *seq, void *v)
{
	show_counters(seq, "Tcp:", 0, FIRST_EXT);
	show_counters(seq, "TcpExt:", FIRST_EXT, MYTCP_MIB_MAX);
	return 0;
}

/* Of all but tw there is one number for the machine, as in the kernel's file. */
static int sockstat_show(struct seq_file *seq, void *v)
{
	const struct mytcp_net *mn = mytcp_net(seq_file_single_net(seq));

	seq_printf(seq, "TCP: orphan %d tw %d alloc %lld mem %ld\n",
		   mytcp_sock_orphans(), atomic_read(&mn->tw_count),
		   percpu_counter_sum_positive(&mytcp_sockets),
		   proto_memory_allocated(&mytcp_prot));
	return 0;
}

static int __net_init netstat_enter(struct net *net)
{
	if (!proc_create_net_single("mytcp_netstat", 0444, net->proc_net,
				    netstat_show, NULL))
		return -ENOMEM;
	if (!proc_create_net_single("mytcp_sockstat", 0444, net->proc_net,
				    sockstat_show, NULL)) {
		remove_proc_entry("mytcp_netstat", net->proc_net);
		return -ENOMEM;
	}
	return 0;
}

static void __net_exit netstat_leave(struct net *net)
{
	remove_proc_entry("mytcp_sockstat", net->proc_net);
	remove_proc_entry("mytcp_netstat", net->proc_net);
}

static struct pernet_operations netstat_ops = {
	.init = netstat_enter,
	.exit = netstat_leave,
};

/**
 * mytcp_netstat_init() - both files in every namespace
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_netstat_init(void)
{
	return register_pernet_subsys(&netstat_ops);
}

/**
 * mytcp_netstat_exit() - the inverse
 *
 * Context: module exit.
 */
void mytcp_netstat_exit(void)
{
	unregister_pernet_subsys(&netstat_ops);
}
