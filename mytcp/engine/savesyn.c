// SPDX-License-Identifier: GPL-2.0
/* TCP_SAVE_SYN: the headers of a SYN, for who accepts the connection. */
#include <linux/slab.h>
#include "mytcp/engine/savesyn.h"

/**
 * mytcp_savesyn_copy() - keep the headers of a SYN, if its listener wants them
 * @listener: where it came in; not locked
 * @skb: the SYN, its TCP header pulled into the linear part
 * @seg: the same, parsed
 *
 * Context: softirq.
 * Return: to be freed by kfree(); NULL when not wanted, or without memory.
 */
struct mytcp_saved_syn *mytcp_savesyn_copy(const struct sock *listener,
					   const struct sk_buff *skb,
					   const struct mytcp_seg *seg)
{
	u8 mode = mytcp_option(mytcp_sk(listener), save_syn);
	const u8 *from = skb_network_header(skb);
	const u8 *end = skb_transport_header(skb) + seg->hdr_len;
	struct mytcp_saved_syn *saved;

	if (!mode)
		return NULL;
	if (mode == MYTCP_SAVE_SYN_LINK && skb_mac_header_was_set(skb))
		from = skb_mac_header(skb);
	saved = kmalloc(struct_size(saved, data, end - from),
			GFP_ATOMIC | __GFP_NOWARN);
	if (!saved)
		return NULL;
	saved->len = end - from;
	memcpy(saved->data, from, saved->len);
	return saved;
}
