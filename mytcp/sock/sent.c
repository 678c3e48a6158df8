// SPDX-License-Identifier: GPL-2.0
/* What was sent and is not acknowledged: a tree by sequence number. */
#include "mytcp/sock/sent.h"

/**
 * mytcp_sent_insert() - an skb that follows another
 * @sk: socket, locked
 * @skb: in no queue
 * @after: in the tree, what is directly before it; NULL: @skb is the first
 *
 * Its place is known: no sequence numbers are compared.
 *
 * Context: any.
 */
void mytcp_sent_insert(struct sock *sk, struct sk_buff *skb,
		       struct sk_buff *after)
{
	struct rb_root *tree = mytcp_sent_tree(sk);
	struct rb_node *parent = after ? &after->rbnode : NULL;
	struct rb_node **link = after ? &parent->rb_right : &tree->rb_node;

	/* the leftmost place of what is to the right of @after, or of all */
	while (*link) {
		parent = *link;
		link = &parent->rb_left;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, tree);
}

/**
 * mytcp_sent_copy() - what travels of an skb that is kept
 * @skb: in the tree, or about to be
 *
 * Context: any.
 * Return: the payload is shared, the header is not; NULL without memory.
 */
struct sk_buff *mytcp_sent_copy(struct sk_buff *skb)
{
	const struct list_head place = skb->tcp_tsorted_anchor;
	struct sk_buff *copy;

	skb->tcp_tsorted_anchor = (struct list_head) {};
	/* An earlier copy still under way owns the room in front. */
	copy = skb_cloned(skb) ? pskb_copy(skb, GFP_ATOMIC) :
				 skb_clone(skb, GFP_ATOMIC);
	skb->tcp_tsorted_anchor = place;
	if (copy)
		copy->dev = NULL;
	return copy;
}
