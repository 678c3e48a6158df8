// SPDX-License-Identifier: GPL-2.0
/* /proc/net/mytcp and mytcp6, in the columns proc(5) gives /proc/net/tcp. */
#include <linux/jiffies.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "mytcp/admin/admin.h"
#include "mytcp/admin/entry.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"
#include "mytcp/sock/walk.h"

/* Every line of /proc/net/tcp is filled up to this, and programs seek by it;
 * those of /proc/net/tcp6 are not.
 */
#define LINE_WIDTH	149

/**
 * struct cursor - where a listing stands
 * @net: first, as seq_file_net() wants it
 * @walk: at the entry last shown or about to be; holds none between two read()s
 * @family: AF_INET or AF_INET6
 * @pos: the position in the file that belongs to it
 */
struct cursor {
	struct seq_net_private net;
	struct mytcp_walk walk;
	int family;
	loff_t pos;
};

/* From @node on, itself included, to one this file lists. */
static struct mytcp_node *skip_others(struct net *net, struct cursor *at,
				      struct mytcp_node *node)
{
	while (node && node->family != at->family)
		node = mytcp_walk_next(net, &at->walk);
	return node;
}

static struct mytcp_node *here(struct net *net, struct cursor *at)
{
	return skip_others(net, at, mytcp_walk_here(net, &at->walk));
}

static struct mytcp_node *next(struct net *net, struct cursor *at)
{
	return skip_others(net, at, mytcp_walk_next(net, &at->walk));
}

static void *listing_start(struct seq_file *seq, loff_t *pos)
{
	struct net *net = seq_file_net(seq);
	struct cursor *at = seq->private;
	struct mytcp_node *node;

	if (*pos && *pos == at->pos)
		return here(net, at);

	at->family = (long)pde_data(file_inode(seq->file));
	at->pos = 0;
	mytcp_walk_rewind(&at->walk, MYTCP_WALK_ALL);
	if (!*pos)
		return SEQ_START_TOKEN;

	node = here(net, at);
	for (at->pos = 1; node && at->pos < *pos; at->pos++)
		node = next(net, at);
	return node;
}

static void *listing_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct net *net = seq_file_net(seq);
	struct cursor *at = seq->private;

	at->pos = ++*pos;
	return v == SEQ_START_TOKEN ? here(net, at) : next(net, at);
}

static void listing_stop(struct seq_file *seq, void *v)
{
	struct cursor *at = seq->private;

	mytcp_walk_stop(&at->walk);
}

/* What follows the inode: reference count, address, and what only sockets have. */
static void show_tail(struct seq_file *seq, struct mytcp_node *node)
{
	const struct mytcp_sock *ms;
	u32 ssthresh;
	struct sock *sk;

	if (node->kind != MYTCP_KIND_SOCK) {
		seq_printf(seq, " %u %pK", refcount_read(&node->ref), node);
		return;
	}

	sk = mytcp_node_sk(node);
	ms = mytcp_sk(sk);
	ssthresh = READ_ONCE(ms->cong.ssthresh);
	seq_printf(seq, " %u %pK %lu %lu %u %u %d",
		   refcount_read(&sk->sk_refcnt), sk,
		   jiffies_to_clock_t(usecs_to_jiffies(READ_ONCE(ms->rtt.rto_us))),
		   jiffies_to_clock_t(READ_ONCE(ms->ack_ato)),
		   READ_ONCE(ms->ack_quick) << 1 | READ_ONCE(ms->ack_pingpong),
		   READ_ONCE(ms->cong.cwnd),
		   ssthresh >= MYTCP_CONG_SSTHRESH_INF ? -1 : (int)ssthresh);
}

/* Address and port of one end; the words of an address in the host's order. */
static void show_end(struct seq_file *seq, int family,
		     const struct in6_addr *addr, __be16 port)
{
	const __be32 *word = addr->s6_addr32;

	if (family == AF_INET)
		seq_printf(seq, " %08X:%04X", (__force u32)word[3], ntohs(port));
	else
		seq_printf(seq, " %08X%08X%08X%08X:%04X",
			   (__force u32)word[0], (__force u32)word[1],
			   (__force u32)word[2], (__force u32)word[3],
			   ntohs(port));
}

static void show_node(struct seq_file *seq, struct mytcp_node *node, long line)
{
	const struct mytcp_key *key = &node->key;
	struct mytcp_listing listing;

	mytcp_entry_describe(node, &listing);
	seq_printf(seq, "%4ld:", line);
	show_end(seq, node->family, &key->laddr, key->lport);
	show_end(seq, node->family, &key->raddr, key->rport);
	seq_printf(seq, " %02X %08X:%08X %02X:%08lX %08X %5u %8u %lu",
		   mytcp_entry_state(node), listing.tx_queue, listing.rx_queue,
		   listing.timer,
		   jiffies_delta_to_clock_t(listing.expires - jiffies),
		   listing.retrans,
		   from_kuid_munged(seq_user_ns(seq), listing.uid),
		   listing.probes, listing.ino);
	show_tail(seq, node);
}

static void show_head(struct seq_file *seq, bool wide)
{
	seq_puts(seq, "  sl  local_address ");
	if (wide)
		seq_printf(seq, "%24s%-38s", "", "remote_address");
	else
		seq_puts(seq, "rem_address   ");
	seq_puts(seq, "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode");
}

static int listing_show(struct seq_file *seq, void *v)
{
	struct cursor *at = seq->private;
	bool wide = at->family == AF_INET6;

	if (!wide)
		seq_setwidth(seq, LINE_WIDTH);
	if (v == SEQ_START_TOKEN)
		show_head(seq, wide);
	else
		show_node(seq, v, at->pos - 1);
	if (wide)
		seq_putc(seq, '\n');
	else
		seq_pad(seq, '\n');
	return 0;
}

static const struct seq_operations listing_ops = {
	.start = listing_start,
	.next = listing_next,
	.stop = listing_stop,
	.show = listing_show,
};

static bool make_listing(struct net *net, const char *name, long family)
{
	return proc_create_net_data(name, 0444, net->proc_net, &listing_ops,
				    sizeof(struct cursor), (void *)family);
}

static void __net_exit proc_leave(struct net *net)
{
	remove_proc_entry("mytcp6", net->proc_net);
	remove_proc_entry("mytcp", net->proc_net);
}

static int __net_init proc_enter(struct net *net)
{
	if (!make_listing(net, "mytcp", AF_INET))
		return -ENOMEM;
	if (!make_listing(net, "mytcp6", AF_INET6)) {
		remove_proc_entry("mytcp", net->proc_net);
		return -ENOMEM;
	}
	return 0;
}

static struct pernet_operations proc_ops = {
	.init = proc_enter,
	.exit = proc_leave,
};

/**
 * mytcp_proc_init() - /proc/net/mytcp and mytcp6 in every namespace
 *
 * Context: module init.
 * Return: 0 or -ENOMEM.
 */
int mytcp_proc_init(void)
{
	return register_pernet_subsys(&proc_ops);
}

/**
 * mytcp_proc_exit() - the inverse
 *
 * Context: module exit.
 */
void mytcp_proc_exit(void)
{
	unregister_pernet_subsys(&proc_ops);
}
