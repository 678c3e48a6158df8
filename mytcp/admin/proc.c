// SPDX-License-Identifier: GPL-2.0
/* /proc/net/mytcp, in the columns proc(5) gives /proc/net/tcp. */
#include <linux/jiffies.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "mytcp/admin/admin.h"
#include "mytcp/sock/netns.h"
#include "mytcp/sock/sock.h"
#include "mytcp/sock/table.h"

/* Every line of /proc/net/tcp is filled up to this, and programs seek by it. */
#define LINE_WIDTH	149

/**
 * struct cursor - where a listing stands
 * @net: first, as seq_file_net() wants it
 * @bucket: of the entry last shown or about to be
 * @index: how many of the namespace's stand before it in the bucket
 * @pos: the position in the file that belongs to it
 *
 * No reference is kept from one read() to the next: the entry is found again by
 * counting. In a bucket that changed meanwhile one may be missed or come twice.
 */
struct cursor {
	struct seq_net_private net;
	unsigned int bucket;
	unsigned int index;
	loff_t pos;
};

static struct mytcp_node *step(struct net *net, struct cursor *at,
			       struct mytcp_node *node)
{
	unsigned int before = at->bucket;

	node = mytcp_table_next(net, &at->bucket, node);
	at->index = at->bucket == before ? at->index + 1 : 0;
	return node;
}

/* From @node on, itself included, to one this file lists. */
static struct mytcp_node *skip_others(struct net *net, struct cursor *at,
				      struct mytcp_node *node)
{
	while (node && node->family != AF_INET)
		node = step(net, at, node);
	return node;
}

static struct mytcp_node *resume(struct net *net, struct cursor *at)
{
	unsigned int bucket = at->bucket, index = at->index;
	struct mytcp_node *node;

	at->index = 0;
	node = mytcp_table_from(net, &at->bucket);
	while (node && at->bucket == bucket && at->index < index)
		node = step(net, at, node);
	return skip_others(net, at, node);
}

static void *listing_start(struct seq_file *seq, loff_t *pos)
{
	struct net *net = seq_file_net(seq);
	struct cursor *at = seq->private;
	struct mytcp_node *node;

	if (*pos && *pos == at->pos)
		return resume(net, at);

	at->bucket = 0;
	at->index = 0;
	at->pos = 0;
	if (!*pos)
		return SEQ_START_TOKEN;

	node = resume(net, at);
	for (at->pos = 1; node && at->pos < *pos; at->pos++)
		node = skip_others(net, at, step(net, at, node));
	return node;
}

static void *listing_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct net *net = seq_file_net(seq);
	struct cursor *at = seq->private;

	at->pos = ++*pos;
	if (v == SEQ_START_TOKEN)
		return resume(net, at);
	return skip_others(net, at, step(net, at, v));
}

static void listing_stop(struct seq_file *seq, void *v)
{
	if (v && v != SEQ_START_TOKEN)
		mytcp_node_put(v);
}

/* The socket is not locked: the numbers may be of slightly different moments. */
static void describe_sock(struct sock *sk, struct mytcp_listing *listing)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);

	if (mytcp_sock_in(sk, MYTCP_ST(LISTEN))) {
		listing->rx_queue = READ_ONCE(sk->sk_ack_backlog);
	} else {
		s32 unread = READ_ONCE(ms->rcv_nxt) - READ_ONCE(ms->copied_seq);

		listing->tx_queue = READ_ONCE(ms->write_seq) -
				    READ_ONCE(ms->snd_una);
		listing->rx_queue = max(unread, 0);
	}

	if (READ_ONCE(ms->timer_job) != MYTCP_JOB_NONE) {
		listing->timer = ms->timer_job == MYTCP_JOB_PROBE ? 4 : 1;
		listing->expires = READ_ONCE(ms->retrans_at);
	} else if (timer_pending(&sk->sk_timer)) {
		listing->timer = 2;
		listing->expires = READ_ONCE(sk->sk_timer.expires);
	}
	listing->retrans = READ_ONCE(ms->retransmits);
	listing->probes = READ_ONCE(ms->probes_out);
	listing->uid = sock_i_uid(sk);
	listing->ino = sock_i_ino(sk);
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

static int entry_state(struct mytcp_node *node)
{
	if (node->kind == MYTCP_KIND_SOCK)
		return mytcp_sock_state(mytcp_node_sk(node));
	return READ_ONCE(node->state);
}

static void show_node(struct seq_file *seq, struct mytcp_node *node, long line)
{
	struct mytcp_listing listing = { .uid = GLOBAL_ROOT_UID };
	const struct mytcp_key *key = &node->key;

	if (node->kind == MYTCP_KIND_SOCK)
		describe_sock(mytcp_node_sk(node), &listing);
	else
		mytcp_node_describe(node, &listing);
	if (!listing.timer)
		listing.expires = jiffies;

	seq_printf(seq, "%4ld: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08lX %08X",
		   line,
		   (__force u32)key->laddr.s6_addr32[3], ntohs(key->lport),
		   (__force u32)key->raddr.s6_addr32[3], ntohs(key->rport),
		   entry_state(node), listing.tx_queue, listing.rx_queue,
		   listing.timer,
		   jiffies_delta_to_clock_t(listing.expires - jiffies),
		   listing.retrans);
	seq_printf(seq, " %5u %8u %lu",
		   from_kuid_munged(seq_user_ns(seq), listing.uid),
		   listing.probes, listing.ino);
	show_tail(seq, node);
}

static int listing_show(struct seq_file *seq, void *v)
{
	struct cursor *at = seq->private;

	seq_setwidth(seq, LINE_WIDTH);
	if (v == SEQ_START_TOKEN)
		seq_puts(seq, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode");
	else
		show_node(seq, v, at->pos - 1);
	seq_pad(seq, '\n');
	return 0;
}

static const struct seq_operations listing_ops = {
	.start = listing_start,
	.next = listing_next,
	.stop = listing_stop,
	.show = listing_show,
};

static int __net_init proc_enter(struct net *net)
{
	if (!proc_create_net("mytcp", 0444, net->proc_net, &listing_ops,
			     sizeof(struct cursor)))
		return -ENOMEM;
	return 0;
}

static void __net_exit proc_leave(struct net *net)
{
	remove_proc_entry("mytcp", net->proc_net);
}

static struct pernet_operations proc_ops = {
	.init = proc_enter,
	.exit = proc_leave,
};

/**
 * mytcp_proc_init() - /proc/net/mytcp in every namespace
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
