// SPDX-License-Identifier: GPL-2.0
/* The messages of sock_diag: struct inet_diag_msg and the attributes ss(8) knows. */
#include <linux/inet_diag.h>
#include <linux/jiffies.h>
#include <linux/sock_diag.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>
#include <uapi/linux/tcp.h>

#include "mytcp/admin/diag.h"
#include "mytcp/admin/entry.h"
#include "mytcp/api/api.h"
#include "mytcp/sock/algorithms.h"

/* Half-open connections and buckets get theirs from another source. */
#define COOKIE_NO_SOCKET	BIT(31)

static bool asks_for(const struct mytcp_diag_ask *ask, int attr)
{
	return ask->ext & 1 << (attr - 1);
}

/**
 * mytcp_diag_cookie() - a number that no other entry has, ever
 * @node: entry, held
 * @cookie: receives it, in two halves
 *
 * Context: process.
 */
void mytcp_diag_cookie(struct mytcp_node *node, u32 cookie[2])
{
	if (node->kind == MYTCP_KIND_SOCK) {
		sock_diag_save_cookie(mytcp_node_sk(node), cookie);
		return;
	}
	/* of its chain, of which there are no two with the same hash */
	cookie[0] = node->serial_low;
	cookie[1] = (mytcp_node_place(node) << 8 | node->serial_high) | COOKIE_NO_SOCKET;
}

static void put_address(__be32 *to, int family, const struct in6_addr *addr)
{
	memset(to, 0, sizeof(*addr));
	if (family == AF_INET)
		to[0] = addr->s6_addr32[3];
	else
		memcpy(to, addr, sizeof(*addr));
}

static void put_timer(struct inet_diag_msg *msg,
		      const struct mytcp_listing *listing)
{
	msg->idiag_timer = listing->timer;
	if (listing->timer == MYTCP_TIMER_NONE)
		return;
	msg->idiag_expires = jiffies_delta_to_msecs(listing->expires - jiffies);
	msg->idiag_retrans = listing->timer == MYTCP_TIMER_PROBE ||
			     listing->timer == MYTCP_TIMER_KEEPALIVE ?
			     listing->probes : listing->retrans;
}

static void fill_fixed(struct inet_diag_msg *msg, struct mytcp_node *node,
		       const struct mytcp_listing *listing)
{
	memset(msg, 0, sizeof(*msg));
	msg->idiag_family = node->family;
	msg->idiag_state = mytcp_entry_state(node);
	msg->id.idiag_sport = node->key.lport;
	msg->id.idiag_dport = node->key.rport;
	put_address(msg->id.idiag_src, node->family, &node->key.laddr);
	put_address(msg->id.idiag_dst, node->family, &node->key.raddr);
	msg->id.idiag_if = node->dev;
	mytcp_diag_cookie(node, msg->id.idiag_cookie);
	put_timer(msg, listing);
	msg->idiag_rqueue = listing->rx_queue;
	msg->idiag_wqueue = listing->tx_queue;
}

static int put_info(struct sk_buff *skb, struct sock *sk)
{
	struct nlattr *attr = nla_reserve_64bit(skb, INET_DIAG_INFO,
						sizeof(struct tcp_info),
						INET_DIAG_PAD);
	bool slow;

	if (!attr)
		return -EMSGSIZE;
	slow = lock_sock_fast(sk);
	mytcp_api_info(sk, nla_data(attr));
	unlock_sock_fast(sk, slow);
	return 0;
}

static int put_meminfo(struct sk_buff *skb, struct sock *sk)
{
	struct inet_diag_meminfo mem = {
		.idiag_rmem = sk_rmem_alloc_get(sk),
		.idiag_wmem = READ_ONCE(sk->sk_wmem_queued),
		.idiag_fmem = READ_ONCE(sk->sk_forward_alloc),
		.idiag_tmem = sk_wmem_alloc_get(sk),
	};

	return nla_put(skb, INET_DIAG_MEMINFO, sizeof(mem), &mem);
}

/*
 * The algorithm's name, and its figures: those of all algorithms are asked for by Vegas',
 * which was the first to have some, as the request has bits for the first eight only.
 */
static int put_cong(struct sk_buff *skb, struct sock *sk, const struct mytcp_diag_ask *ask)
{
	char name[MYTCP_CONG_NAME_MAX];
	union tcp_cc_info info;
	size_t size;
	bool slow;
	int attr;

	if (asks_for(ask, INET_DIAG_CONG)) {
		mytcp_algorithms_name(&mytcp_sk(sk)->cong, name);
		if (nla_put_string(skb, INET_DIAG_CONG, name))
			return -EMSGSIZE;
	}
	if (!asks_for(ask, INET_DIAG_VEGASINFO))
		return 0;
	slow = lock_sock_fast(sk);
	size = mytcp_api_cc_info(sk, &info, &attr);
	unlock_sock_fast(sk, slow);
	return size ? nla_put(skb, attr, size, &info) : 0;
}

/* What only a socket has. */
static int fill_sock(struct sk_buff *skb, struct sock *sk,
		     struct inet_diag_msg *msg, const struct mytcp_diag_ask *ask)
{
	if (mytcp_sock_in(sk, MYTCP_ST(LISTEN)))
		msg->idiag_wqueue = READ_ONCE(sk->sk_max_ack_backlog);
	if (ask->attrs(sk, skb, msg, ask->ext, ask->user_ns, ask->net_admin))
		return -EMSGSIZE;
	if (asks_for(ask, INET_DIAG_MEMINFO) && put_meminfo(skb, sk))
		return -EMSGSIZE;
	if (asks_for(ask, INET_DIAG_SKMEMINFO) &&
	    sock_diag_put_meminfo(sk, skb, INET_DIAG_SKMEMINFO))
		return -EMSGSIZE;
	if (asks_for(ask, INET_DIAG_INFO) && put_info(skb, sk))
		return -EMSGSIZE;
	return put_cong(skb, sk, ask);
}

static int fill_other(struct sk_buff *skb, const struct mytcp_listing *listing,
		      const struct mytcp_diag_ask *ask)
{
	if (!ask->net_admin)
		return 0;
	return nla_put_u32(skb, INET_DIAG_MARK, listing->mark);
}

/**
 * mytcp_diag_fill() - append the message of an entry
 * @skb: answer, or part of a dump
 * @node: entry, held
 * @ask: what is asked, by whom
 * @flags: NLM_F_*
 *
 * Context: process; may sleep for the lock of a socket.
 * Return: 0, or -EMSGSIZE, and nothing appended, when it does not fit.
 */
int mytcp_diag_fill(struct sk_buff *skb, struct mytcp_node *node,
		    const struct mytcp_diag_ask *ask, int flags)
{
	struct mytcp_listing listing;
	struct inet_diag_msg *msg;
	struct nlmsghdr *nlh;
	int err;

	nlh = nlmsg_put(skb, ask->portid, ask->nlh->nlmsg_seq,
			ask->nlh->nlmsg_type, sizeof(*msg), flags);
	if (!nlh)
		return -EMSGSIZE;
	msg = nlmsg_data(nlh);
	mytcp_entry_describe(node, &listing);
	fill_fixed(msg, node, &listing);
	if (node->kind == MYTCP_KIND_SOCK)
		err = fill_sock(skb, mytcp_node_sk(node), msg, ask);
	else
		err = fill_other(skb, &listing, ask);
	if (err) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

/* Address and port are no longer the table's: the socket's own stay longer. */
static int fill_notice(struct sk_buff *skb, struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct inet_diag_msg *msg;
	struct nlmsghdr *nlh;
	struct nlattr *attr;

	nlh = nlmsg_put(skb, 0, 0, SOCK_DIAG_BY_FAMILY, sizeof(*msg), 0);
	if (!nlh)
		return -EMSGSIZE;
	msg = nlmsg_data(nlh);
	memset(msg, 0, sizeof(*msg));
	msg->idiag_family = sk->sk_family;
	msg->idiag_state = sk->sk_state;
	msg->id.idiag_sport = inet->inet_sport;
	msg->id.idiag_dport = inet->inet_dport;
	put_address(msg->id.idiag_src, sk->sk_family, &mytcp_sk(sk)->node.key.laddr);
	put_address(msg->id.idiag_dst, sk->sk_family, &mytcp_sk(sk)->node.key.raddr);
	msg->id.idiag_if = sk->sk_bound_dev_if;
	sock_diag_save_cookie(sk, msg->id.idiag_cookie);

	/* who reads but an octet reads IPPROTO_TCP */
	if (nla_put_u32(skb, INET_DIAG_PROTOCOL, sk->sk_protocol))
		return -EMSGSIZE;
	attr = nla_reserve_64bit(skb, INET_DIAG_INFO, sizeof(struct tcp_info),
				 INET_DIAG_PAD);
	if (!attr)
		return -EMSGSIZE;
	mytcp_api_info(sk, nla_data(attr));
	nlmsg_end(skb, nlh);
	return 0;
}

/**
 * mytcp_diag_notice() - tell who listens for it that a socket goes
 * @sk: in CLOSED, without a user
 *
 * To the groups of the kernel's TCP, as there are no others.
 *
 * Context: any; socket locked, or unreachable.
 */
void mytcp_diag_notice(struct sock *sk)
{
	unsigned int group = sk->sk_family == AF_INET6 ?
			     SKNLGRP_INET6_TCP_DESTROY : SKNLGRP_INET_TCP_DESTROY;
	struct sock *nlsk = sock_net(sk)->diag_nlsk;
	struct sk_buff *skb;

	/* a socket of the kernel's own holds no namespace */
	if (!sk->sk_net_refcnt || !nlsk || !netlink_has_listeners(nlsk, group))
		return;
	skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb)
		return;
	if (fill_notice(skb, sk))
		nlmsg_free(skb);
	else
		nlmsg_multicast(nlsk, skb, 0, group, GFP_ATOMIC);
}
