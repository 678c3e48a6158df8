/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was sent and is not acknowledged: skbs in a tree by sequence number. The
 * socket's lock guards all of it.
 *
 * An skb in the tree uses what else are its next, prev and dev: those of a clone are
 * to be set before it goes anywhere.
 *
 * Those that are neither SACKed nor lost may stand in a list besides, by the time of
 * their last transmission: what SACK has overtaken is at its beginning, however many
 * there are behind (A11). Their place in it is what else are dst and destructor, as
 * the kernel provides for; mytcp_sent_copy() keeps it from copies.
 */
#ifndef MYTCP_SOCK_SENT_H
#define MYTCP_SOCK_SENT_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <net/sock.h>

/* struct sock has a place for it, which every protocol may use that has such a tree. */
static inline struct rb_root *mytcp_sent_tree(const struct sock *sk)
{
	return (struct rb_root *)&sk->tcp_rtx_queue;
}

static inline bool mytcp_sent_empty(const struct sock *sk)
{
	return RB_EMPTY_ROOT(mytcp_sent_tree(sk));
}

/* The oldest, or NULL. */
static inline struct sk_buff *mytcp_sent_first(const struct sock *sk)
{
	return skb_rb_first(mytcp_sent_tree(sk));
}

/* The newest, or NULL. */
static inline struct sk_buff *mytcp_sent_last(const struct sock *sk)
{
	return skb_rb_last(mytcp_sent_tree(sk));
}

/* From the oldest to the newest; the skb must not be removed on the way. */
#define mytcp_sent_walk(sk, skb) skb_rbtree_walk(skb, mytcp_sent_tree(sk))

static inline bool mytcp_sent_is_ordered(const struct sk_buff *skb)
{
	return skb->tcp_tsorted_anchor.next;
}

/* Out of the list by time, if it is in it. */
static inline void mytcp_sent_unorder(struct sk_buff *skb)
{
	struct list_head *place = &skb->tcp_tsorted_anchor;

	if (!mytcp_sent_is_ordered(skb))
		return;
	__list_del_entry(place);
	*place = (struct list_head) {};
}

static inline void mytcp_sent_remove(struct sock *sk, struct sk_buff *skb)
{
	mytcp_sent_unorder(skb);
	rb_erase(&skb->rbnode, mytcp_sent_tree(sk));
	skb->next = NULL;
	skb->prev = NULL;
	skb->dev = NULL;
}

void mytcp_sent_insert(struct sock *sk, struct sk_buff *skb,
		       struct sk_buff *after);
struct sk_buff *mytcp_sent_copy(struct sk_buff *skb);

/* The newest of all. */
static inline void mytcp_sent_append(struct sock *sk, struct sk_buff *skb)
{
	mytcp_sent_insert(sk, skb, mytcp_sent_last(sk));
}

#endif /* MYTCP_SOCK_SENT_H */
