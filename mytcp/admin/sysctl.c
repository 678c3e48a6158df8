// SPDX-License-Identifier: GPL-2.0
/* /proc/sys/net/mytcp: the settings of a namespace, named as the kernel's. */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sysctl.h>

#include "mytcp/admin/admin.h"
#include "mytcp/compat/sysctl.h"
#include "mytcp/sock/algorithms.h"
#include "mytcp/sock/fastopen.h"
#include "mytcp/sock/netns.h"

static int n48 = 48, n68 = 68, n127 = 127, n255 = 255, n1000 = 1000;
static int one_day = 86400;	/* seconds */
static int first_port = 1024, u16_max = U16_MAX;
static int max_rate = 1000000;	/* one in a microsecond */
static int max_seconds = 32767;	/* as TCP_KEEPIDLE */

/* A setting kept in jiffies, shown in seconds; the limits are seconds, too. */
static int do_seconds(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
		      void *buffer, size_t *len, loff_t *pos)
{
	int *value = entry->data;
	int seconds = READ_ONCE(*value) / HZ;
	struct ctl_table copy = *entry;
	int err;

	copy.data = &seconds;
	err = proc_dointvec_minmax(&copy, write, buffer, len, pos);
	if (write && !err)
		WRITE_ONCE(*value, seconds * HZ);
	return err;
}

/* Two ports, of which the first must not be the greater one. */
static int do_range(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
		    void *buffer, size_t *len, loff_t *pos)
{
	int *value = entry->data;
	int range[2] = { READ_ONCE(value[0]), READ_ONCE(value[1]) };
	struct ctl_table copy = *entry;
	int err;

	copy.data = range;
	copy.maxlen = sizeof(range);
	err = proc_dointvec_minmax(&copy, write, buffer, len, pos);
	if (!write || err)
		return err;
	if (range[0] > range[1])
		return -EINVAL;
	WRITE_ONCE(value[0], range[0]);
	WRITE_ONCE(value[1], range[1]);
	return 0;
}

/* One key, or two with a comma between; the first makes cookies. */
static int do_fastopen_key(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
			   void *buffer, size_t *len, loff_t *pos)
{
	struct mytcp_net *mn = container_of(entry->data, struct mytcp_net,
					    fastopen_ring);
	/* the text, and a character more: what is too long is no key */
	char text[MYTCP_FASTOPEN_TEXT_LEN + 1] = "";
	struct mytcp_fastopen_keys keys;
	struct ctl_table copy = *entry;
	int err;

	copy.data = text;
	copy.maxlen = sizeof(text);
	mytcp_fastopen_get_net_keys(mn, &keys);
	mytcp_fastopen_keys_print(&keys, text);
	err = proc_dostring(&copy, write, buffer, len, pos);
	if (write && !err)
		err = mytcp_fastopen_keys_parse(&keys, text) ?
		      mytcp_fastopen_set_net_keys(mn, &keys) : -EINVAL;
	memzero_explicit(&keys, sizeof(keys));
	memzero_explicit(text, sizeof(text));
	return err;
}

/* What was learnt with another value is forgotten. */
static int do_blackhole(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
			void *buffer, size_t *len, loff_t *pos)
{
	struct mytcp_net *mn = container_of(entry->data, struct mytcp_net,
					    fastopen_blackhole_timeout_sec);
	int err = proc_dointvec_minmax(entry, write, buffer, len, pos);

	if (write && !err)
		atomic_set(&mn->fastopen_pauses, 0);
	return err;
}

static int do_congestion(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
			 void *buffer, size_t *len, loff_t *pos)
{
	struct mytcp_net *mn = container_of(entry->data, struct mytcp_net, cong);
	char name[MYTCP_CONG_NAME_MAX];
	struct ctl_table copy = *entry;
	int err;

	copy.data = name;
	copy.maxlen = sizeof(name);
	mytcp_algorithms_name_default(mn, name);
	err = proc_dostring(&copy, write, buffer, len, pos);
	if (write && !err)
		err = mytcp_algorithms_set_default(mn, name);
	return err;
}

/* Their names; of those that everybody may choose the list can be written. */
static int do_algorithms(const struct ctl_table *entry, bool allowed, int write,
			 void *buffer, size_t *len, loff_t *pos)
{
	struct ctl_table copy = *entry;
	int err;

	copy.maxlen = MYTCP_ALGORITHMS_TEXT;
	copy.data = kzalloc(copy.maxlen, GFP_KERNEL);
	if (!copy.data)
		return -ENOMEM;
	mytcp_algorithms_list(copy.data, copy.maxlen, allowed);
	err = proc_dostring(&copy, write, buffer, len, pos);
	if (write && !err)
		err = mytcp_algorithms_allow(copy.data);
	kfree(copy.data);
	return err;
}

static int do_available(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
			void *buffer, size_t *len, loff_t *pos)
{
	return do_algorithms(entry, false, write, buffer, len, pos);
}

static int do_allowed(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
		      void *buffer, size_t *len, loff_t *pos)
{
	return do_algorithms(entry, true, write, buffer, len, pos);
}

/* Pages of all sockets of the machine. */
static int do_mem(MYTCP_SYSCTL_CONST struct ctl_table *entry, int write,
		  void *buffer, size_t *len, loff_t *pos)
{
	struct ctl_table copy = *entry;

	copy.data = mytcp_sock_mem;
	copy.maxlen = sizeof(mytcp_sock_mem);
	return proc_doulongvec_minmax(&copy, write, buffer, len, pos);
}

/* In the template, .data is the field's offset. */
#define NAMED(_name, _field, _handler, _min, _max) {			\
	.procname	= (_name),					\
	.data		= (void *)offsetof(struct mytcp_net, _field),	\
	.maxlen		= sizeof_field(struct mytcp_net, _field),	\
	.mode		= 0644,						\
	.proc_handler	= (_handler),					\
	.extra1		= (_min),					\
	.extra2		= (_max),					\
}

#define SETTING(_field, _handler, _min, _max) \
	NAMED(#_field, _field, _handler, _min, _max)
#define NUMBER(_field, _min, _max) \
	SETTING(_field, proc_dointvec_minmax, _min, _max)
#define SWITCH(_field) \
	NUMBER(_field, SYSCTL_ZERO, SYSCTL_ONE)
#define IN_SECONDS(_field) \
	SETTING(_field, do_seconds, SYSCTL_ONE, &max_seconds)

static const struct ctl_table template[] = {
	SETTING(ip_local_port_range, do_range, &first_port, &u16_max),
	NUMBER(rmem, SYSCTL_ONE, SYSCTL_INT_MAX),
	NUMBER(wmem, SYSCTL_ONE, SYSCTL_INT_MAX),
	NUMBER(syn_retries, SYSCTL_ONE, &n127),
	NUMBER(synack_retries, SYSCTL_ZERO, &n255),
	NUMBER(retries1, SYSCTL_ZERO, &n255),
	NUMBER(retries2, SYSCTL_ZERO, &n255),
	NUMBER(orphan_retries, SYSCTL_ZERO, &n255),
	IN_SECONDS(fin_timeout),
	IN_SECONDS(tw_timeout),
	NUMBER(max_tw_buckets, SYSCTL_ZERO, SYSCTL_INT_MAX),
	NUMBER(max_syn_backlog, SYSCTL_ZERO, SYSCTL_INT_MAX),
	NUMBER(syncookies, SYSCTL_ZERO, SYSCTL_TWO),
	/* tw_reuse is a macro in the kernel's headers */
	NAMED("tw_reuse", reuse_timewait, proc_dointvec_minmax, SYSCTL_ZERO,
	      SYSCTL_TWO),
	NUMBER(somaxconn, SYSCTL_ZERO, SYSCTL_INT_MAX),
	SWITCH(abort_on_overflow),
	NUMBER(ecn, SYSCTL_ZERO, SYSCTL_TWO),
	SWITCH(ecn_fallback),
	SWITCH(rfc1337),
	SWITCH(stdurg),
	IN_SECONDS(keepalive_time),
	IN_SECONDS(keepalive_intvl),
	NUMBER(keepalive_probes, SYSCTL_ONE, &n127),
	SWITCH(window_scaling),
	SWITCH(sack),
	SWITCH(dsack),
	NUMBER(early_retrans, SYSCTL_ZERO, SYSCTL_FOUR),
	NUMBER(frto, SYSCTL_ZERO, SYSCTL_TWO),
	NUMBER(min_rtt_wlen, SYSCTL_ZERO, &one_day),
	SWITCH(moderate_rcvbuf),
	NUMBER(timestamps, SYSCTL_ZERO, SYSCTL_TWO),
	NUMBER(invalid_ratelimit, SYSCTL_ZERO, SYSCTL_INT_MAX),
	NUMBER(rst_ratelimit, SYSCTL_ZERO, &max_rate),
	NUMBER(min_snd_mss, &n48, &u16_max),
	NUMBER(min_pmtu, &n68, &u16_max),
	NUMBER(mtu_probing, SYSCTL_ZERO, SYSCTL_TWO),
	NUMBER(base_mss, &n48, &u16_max),
	NUMBER(mtu_probe_floor, &n48, &u16_max),
	NUMBER(probe_threshold, SYSCTL_ZERO, &u16_max),
	NUMBER(probe_interval, SYSCTL_ZERO, SYSCTL_INT_MAX),
	NUMBER(max_orphans, SYSCTL_ZERO, SYSCTL_INT_MAX),
	SWITCH(thin_linear_timeouts),
	SETTING(notsent_lowat, proc_douintvec, NULL, NULL),
	NUMBER(limit_output_bytes, SYSCTL_ZERO, SYSCTL_INT_MAX),
	SWITCH(slow_start_after_idle),
	NUMBER(pacing_ss_ratio, SYSCTL_ZERO, &n1000),
	NUMBER(pacing_ca_ratio, SYSCTL_ZERO, &n1000),
	SETTING(isn_base, proc_douintvec, NULL, NULL),
	SETTING(fastopen, proc_dointvec, NULL, NULL),
	SETTING(fastopen_blackhole_timeout_sec, do_blackhole, SYSCTL_ZERO,
		SYSCTL_INT_MAX),
	{
		.procname	= "congestion_control",
		.data		= (void *)offsetof(struct mytcp_net, cong),
		.mode		= 0644,
		.proc_handler	= do_congestion,
	},
	{
		.procname	= "available_congestion_control",
		.mode		= 0444,
		.proc_handler	= do_available,
	},
	{
		.procname	= "allowed_congestion_control",
		.mode		= 0644,
		.proc_handler	= do_allowed,
	},
	{
		.procname	= "mem",
		.mode		= 0644,
		.proc_handler	= do_mem,
	},
	{
		.procname	= "fastopen_key",
		.data		= (void *)offsetof(struct mytcp_net, fastopen_ring),
		.mode		= 0600,
		.proc_handler	= do_fastopen_key,
	},
};

#define COUNT	ARRAY_SIZE(template)

/* What holds for the whole machine is said in one place. */
static void protect_machine(struct ctl_table *entries, const struct net *net)
{
	size_t i;

	for (i = 0; i < COUNT && !net_eq(net, &init_net); i++) {
		if (entries[i].proc_handler == do_allowed ||
		    entries[i].proc_handler == do_mem)
			entries[i].mode = 0444;
	}
}

static int __net_init sysctl_enter(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);
	struct ctl_table *entries;
	size_t i;

	/* and an empty one behind them */
	entries = kcalloc(COUNT + 1, sizeof(*entries), GFP_KERNEL);
	if (!entries)
		return -ENOMEM;

	memcpy(entries, template, sizeof(template));
	for (i = 0; i < COUNT; i++)
		entries[i].data = (u8 *)mn + (size_t)template[i].data;
	protect_machine(entries, net);

	mn->sysctl_header = mytcp_sysctl_register(net, "net/mytcp", entries,
						  COUNT);
	if (!mn->sysctl_header) {
		kfree(entries);
		return -ENOMEM;
	}
	return 0;
}

static void __net_exit sysctl_leave(struct net *net)
{
	struct mytcp_net *mn = mytcp_net(net);
	const struct ctl_table *entries = mn->sysctl_header->ctl_table_arg;

	unregister_net_sysctl_table(mn->sysctl_header);
	kfree(entries);
}

static struct pernet_operations sysctl_ops = {
	.init = sysctl_enter,
	.exit = sysctl_leave,
};

/**
 * mytcp_sysctl_init() - /proc/sys/net/mytcp in every namespace
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_sysctl_init(void)
{
	return register_pernet_subsys(&sysctl_ops);
}

/**
 * mytcp_sysctl_exit() - the inverse
 *
 * Context: module exit.
 */
void mytcp_sysctl_exit(void)
{
	unregister_pernet_subsys(&sysctl_ops);
}
