// SPDX-License-Identifier: GPL-2.0
/* What IPv4 and IPv6 have in common. */
#include <net/xfrm.h>
#include "mytcp/engine/ip.h"

/**
 * mytcp_ip_grant_gso() - skbs of many segments, whatever the device can
 * @sk: socket, locked
 * @dst: its route; sk_setup_caps() was called
 *
 * To protocol 6 the core grants GSO whatever the device says, to others only where it
 * has GSO itself. Without it each segment has an skb of its own, which weighs as much
 * as its text.
 */
void mytcp_ip_grant_gso(struct sock *sk, const struct dst_entry *dst)
{
	const struct net_device *dev = dst->dev;

	if (sk_can_gso(sk) ||
	    (dst->header_len && !xfrm_dst_offload_ok((struct dst_entry *)dst)))
		return;
	sk->sk_route_caps |= NETIF_F_GSO | NETIF_F_GSO_SOFTWARE | NETIF_F_SG |
			     NETIF_F_HW_CSUM;
	sk->sk_gso_max_size = min(READ_ONCE(dev->gso_max_size),
				  GSO_LEGACY_MAX_SIZE);
	sk->sk_gso_max_segs = max_t(u32, READ_ONCE(dev->gso_max_segs), 1);
}
