// SPDX-License-Identifier: GPL-2.0
/* What /proc/net/mytcp and sock_diag both tell of an entry. */
#include <linux/jiffies.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "mytcp/admin/entry.h"

static void describe_queues(const struct sock *sk, struct mytcp_listing *listing)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	s32 unread = READ_ONCE(ms->rcv_nxt) - READ_ONCE(ms->copied_seq);

	if (mytcp_sock_in(sk, MYTCP_ST(LISTEN))) {
		listing->rx_queue = READ_ONCE(sk->sk_ack_backlog);
		return;
	}
	listing->tx_queue = READ_ONCE(ms->write_seq) - READ_ONCE(ms->snd_una);
	listing->rx_queue = max(unread, 0);
}

static void describe_timer(const struct sock *sk, struct mytcp_listing *listing)
{
	const struct mytcp_sock *ms = mytcp_sk(sk);
	int job = READ_ONCE(ms->timer_job);

	listing->retrans = READ_ONCE(ms->retransmits);
	listing->probes = READ_ONCE(ms->probes_out);
	if (job != MYTCP_JOB_NONE) {
		listing->timer = job == MYTCP_JOB_PROBE ? MYTCP_TIMER_PROBE :
							  MYTCP_TIMER_RETRANS;
		listing->expires = mytcp_clock_jiffies(READ_ONCE(ms->retrans_at));
	} else if (READ_ONCE(ms->keepalive_armed)) {
		listing->timer = MYTCP_TIMER_KEEPALIVE;
		listing->expires = mytcp_clock_jiffies(READ_ONCE(ms->keepalive_at));
	}
}

/**
 * mytcp_entry_describe() - queues, timer, and whose it is
 * @node: a connection, a listener or a bound socket; held
 * @listing: receives it
 *
 * A socket is not locked: the numbers may be of slightly different moments.
 *
 * Context: process.
 */
void mytcp_entry_describe(struct mytcp_node *node, struct mytcp_listing *listing)
{
	struct sock *sk;

	*listing = (struct mytcp_listing) { .uid = GLOBAL_ROOT_UID };
	if (node->kind == MYTCP_KIND_SOCK) {
		sk = mytcp_node_sk(node);
		describe_queues(sk, listing);
		describe_timer(sk, listing);
		listing->uid = sock_i_uid(sk);
		listing->ino = sock_i_ino(sk);
	} else {
		mytcp_node_describe(node, listing);
	}
	if (listing->timer == MYTCP_TIMER_NONE)
		listing->expires = jiffies;
}
