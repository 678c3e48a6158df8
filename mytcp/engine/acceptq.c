// SPDX-License-Identifier: GPL-2.0
/*
 * The accept queue of a listener. A child is added in softirq without the
 * listener's socket lock: the queues' own is enough, and says whether it listens.
 */
#include "mytcp/engine/acceptq.h"
#include "mytcp/engine/child.h"
#include "mytcp/engine/receive.h"

/* False: the listener has closed. */
static bool acceptq_push(struct sock *listener, struct sock *child)
{
	struct mytcp_listener *queues = mytcp_sk(listener)->listener;
	bool taken;

	spin_lock(&queues->lock);
	taken = !queues->dead;
	if (taken) {
		/* Its own reference keeps it: only an orphan is destroyed. */
		if (queues->first)
			queues->last->accept_next = mytcp_sk(child);
		else
			WRITE_ONCE(queues->first, mytcp_sk(child));
		queues->last = mytcp_sk(child);
		sk_acceptq_added(listener);
	}
	spin_unlock(&queues->lock);
	return taken;
}

/**
 * mytcp_acceptq_add() - a connection is made
 * @listener: held, or used under RCU; it may be closing
 * @child: of mytcp_child_make(), locked; unlocked by this
 * @skb: the third segment, at its payload; consumed
 * @seg: the same, parsed
 *
 * Context: softirq.
 */
void mytcp_acceptq_add(struct sock *listener, struct sock *child,
		       struct sk_buff *skb, struct mytcp_seg *seg)
{
	mytcp_receive(child, skb, seg);
	mytcp_acceptq_enter(listener, child);
}

/**
 * mytcp_acceptq_enter() - a connection that may be accepted
 * @listener: held, or used under RCU; it may be closing
 * @child: of mytcp_child_make(), locked; unlocked by this
 *
 * Context: softirq.
 */
void mytcp_acceptq_enter(struct sock *listener, struct sock *child)
{
	bool added;

	mytcp_count(sock_net(child), PassiveOpens);
	added = mytcp_sock_state(child) != MYTCP_CLOSE &&
		acceptq_push(listener, child);
	if (!added)
		mytcp_child_abort(child);
	mytcp_sock_unlock_child(child);
	if (added)
		listener->sk_data_ready(listener);
}

/**
 * mytcp_acceptq_take() - the next connection
 * @listener: socket, locked
 *
 * Return: a child, that is no orphan, or NULL.
 */
struct sock *mytcp_acceptq_take(struct sock *listener)
{
	struct mytcp_listener *queues = mytcp_sk(listener)->listener;
	struct mytcp_sock *child;

	spin_lock_bh(&queues->lock);
	child = queues->first;
	if (child) {
		WRITE_ONCE(queues->first, child->accept_next);
		child->accept_next = NULL;
		sk_acceptq_removed(listener);
	}
	spin_unlock_bh(&queues->lock);
	return child ? &child->inet.sk : NULL;
}

/**
 * mytcp_acceptq_stop() - a listener closes: reset whom nobody has accepted
 * @listener: socket, locked; nothing is added any more
 *
 * Context: process.
 */
void mytcp_acceptq_stop(struct sock *listener)
{
	struct sock *child;

	while ((child = mytcp_acceptq_take(listener))) {
		sock_hold(child);
		local_bh_disable();
		bh_lock_sock_nested(child);
		mytcp_child_abort(child);
		bh_unlock_sock(child);
		local_bh_enable();
		sock_put(child);
		cond_resched();
	}
}
