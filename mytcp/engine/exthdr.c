// SPDX-License-Identifier: GPL-2.0
/*
 * The extension headers of IPv6 (RFC 8200 4) that stand before a segment. The hook is
 * before IP has seen any but the hop-by-hop options. What says nothing is passed over;
 * for all that IP has to do something about, it is left to IP: which refuses it, answers
 * it, sends it on, or proves it (RFC 4302) and comes again without that header.
 */
#include <linux/ipv6.h>
#include <net/ipv6.h>
#include "mytcp/engine/exthdr.h"

#define MOST_HEADERS	8
#define MOST_OPTIONS	16	/* in one header, padding counted */
#define ACTION		0xc0	/* RFC 8200 4.2: what an option asks of who knows it not */

/* Are the options between two offsets of those that may be passed over? */
static bool exthdr_options_say_nothing(const struct sk_buff *skb, int at, int end)
{
	int left = MOST_OPTIONS;

	while (at < end) {
		const u8 *option;
		u8 buf[2];

		option = skb_header_pointer(skb, at, sizeof(buf), buf);
		if (!option || !left-- || option[0] & ACTION)
			return false;
		at += option[0] == IPV6_TLV_PAD1 ? 1 : 2 + option[1];
	}
	return at == end;
}

/* A part of no packet but its own (RFC 6946). */
static bool exthdr_is_whole(const struct ipv6_rt_hdr *hdr)
{
	const struct frag_hdr *frag = (const struct frag_hdr *)hdr;

	return !(frag->frag_off & htons(IP6_OFFSET | IP6_MF));
}

/* The length of a header that may be passed over, or -1. Notes where IPV6_RECV* look. */
static int exthdr_one(struct sk_buff *skb, u8 type, int at,
		      const struct ipv6_rt_hdr *hdr)
{
	struct inet6_skb_parm *parm = IP6CB(skb);
	int len = (hdr->hdrlen + 1) * 8;

	switch (type) {
	case NEXTHDR_DEST:
		if (!exthdr_options_say_nothing(skb, at + 2, at + len))
			return -1;
		parm->dst1 = at - skb_network_offset(skb);
		parm->lastopt = parm->dst1;
		return len;
	case NEXTHDR_ROUTING:
		/* 4.4: we are the last that it leads to */
		if (hdr->segments_left)
			return -1;
		parm->srcrt = at - skb_network_offset(skb);
		parm->lastopt = parm->srcrt;
		return len;
	default:
		return exthdr_is_whole(hdr) ? sizeof(struct frag_hdr) : -1;
	}
}

static bool exthdr_is_passed(u8 type)
{
	return type == NEXTHDR_DEST || type == NEXTHDR_ROUTING ||
	       type == NEXTHDR_FRAGMENT;
}

/**
 * mytcp_exthdr_pass() - over the extension headers
 * @skb: IPv6, at its IP header; the transport header is where IP goes on
 * @next: the type of the header there; then that of the one behind all
 *
 * Context: softirq, LOCAL_IN.
 *
 * Return: the offset of what is behind them, which may be in no linear part; or -1.
 */
int mytcp_exthdr_pass(struct sk_buff *skb, u8 *next)
{
	int at = skb_transport_offset(skb), left = MOST_HEADERS;

	while (exthdr_is_passed(*next)) {
		const struct ipv6_rt_hdr *hdr;
		struct ipv6_rt_hdr buf;
		int len;

		/* all of them begin alike, with more than this in each */
		hdr = skb_header_pointer(skb, at, sizeof(buf), &buf);
		if (!hdr || !left--)
			return -1;
		len = exthdr_one(skb, *next, at, hdr);
		if (len < 0)
			return -1;
		*next = hdr->nexthdr;
		at += len;
	}
	return at;
}
