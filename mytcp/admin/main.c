// SPDX-License-Identifier: GPL-2.0
/* The module: what is made in which order, and undone in the opposite one. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <uapi/linux/mytcp.h>

#include "mytcp/admin/admin.h"
#include "mytcp/api/af_mytcp.h"
#include "mytcp/engine/demux.h"
#include "mytcp/engine/hooks.h"
#include "mytcp/engine/output.h"
#include "mytcp/engine/synq.h"
#include "mytcp/engine/timewait.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/port.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"
#include "mytcp/sock/wheel.h"

/*
 * The settings' defaults are measured by the table, so it comes first. The doors
 * open when all behind them stands; undone, they close first, then the hooks,
 * after which no segment comes in that could make a bucket or a child.
 */
static const struct part {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ mytcp_table_init, mytcp_table_exit },
	{ mytcp_algorithms_init, mytcp_algorithms_exit },
	{ mytcp_netns_init, mytcp_netns_exit },
	{ mytcp_port_init, mytcp_port_exit },
	{ mytcp_sock_module_init, mytcp_sock_module_exit },
	{ mytcp_hooks_init, mytcp_hooks_exit },
	{ mytcp_output_init },
	{ mytcp_wheel_init, mytcp_wheel_exit },
	{ mytcp_synq_init, mytcp_synq_exit },
	{ mytcp_timewait_init, mytcp_timewait_exit },
	{ mytcp_demux_init, mytcp_demux_exit },
	{ mytcp_sysctl_init, mytcp_sysctl_exit },
	{ mytcp_proc_init, mytcp_proc_exit },
	{ mytcp_diag_init, mytcp_diag_exit },
	{ mytcp_netstat_init, mytcp_netstat_exit },
	{ mytcp_af_init, mytcp_af_exit },
};

static void undo(int count)
{
	while (count--)
		if (parts[count].exit)
			parts[count].exit();
	/* whatever was handed to call_rcu() may still run code of this module */
	rcu_barrier();
}

static int __init mytcp_init(void)
{
	int i, err;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			undo(i);
			return err;
		}
	}
	return 0;
}

/* Not reached while a socket is open: each holds the module. */
static void __exit mytcp_exit(void)
{
	undo(ARRAY_SIZE(parts));
}

module_init(mytcp_init);
module_exit(mytcp_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("MyTCP, a second TCP (AF_MYTCP)");
MODULE_ALIAS_NETPROTO(AF_MYTCP);
