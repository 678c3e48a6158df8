// SPDX-License-Identifier: GPL-2.0
/*
 * The filters of sock_diag: a program of <linux/inet_diag.h>'s instructions, each
 * with the distance to go when it says yes, and when it says no. The kernel's
 * interpreter wants a struct sock, which two of our three kinds of entries are not.
 */
#include <linux/inetdevice.h>
#include <linux/inet_diag.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "mytcp/admin/diag.h"
#include "mytcp/admin/entry.h"

/**
 * struct subject - what a program can ask about an entry
 * @node: its ends and its interface
 * @sk: the entry, where it is a socket, or NULL
 * @mark: routing mark
 */
struct subject {
	struct mytcp_node *node;
	struct sock *sk;
	u32 mark;
};

/* Do the first @bits of both agree? */
static bool same_prefix(const __be32 *a, const __be32 *b, unsigned int bits)
{
	unsigned int whole = bits / 32, rest = bits % 32;

	if (memcmp(a, b, whole * sizeof(*a)))
		return false;
	return !rest || !((a[whole] ^ b[whole]) & inet_make_mask(rest));
}

static bool host_matches(const struct mytcp_node *node,
			 const struct in6_addr *addr, u16 port,
			 const struct inet_diag_hostcond *cond)
{
	const __be32 *words = addr->s6_addr32;
	int family = cond->family ?: node->family;

	if (cond->port != -1 && cond->port != port)
		return false;
	if (family == AF_INET) {
		/* of an IPv6 socket, too, when it talks IPv4 */
		if (!ipv6_addr_v4mapped(addr))
			return false;
		words += 3;
	} else if (family != node->family) {
		return false;
	}
	return same_prefix(words, cond->addr, cond->prefix_len);
}

/* The operand of eight octets is aligned to four. */
static bool cgroup_matches(struct sock *sk, const void *operand)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	u64 id, its = sk ? cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data)) : 0;

	memcpy(&id, operand, sizeof(id));
	return its == id;
#else
	return true;
#endif
}

/* What one instruction says; its operands stand behind it. */
static bool says_yes(const struct inet_diag_bc_op *op, const struct subject *s)
{
	const struct mytcp_key *key = &s->node->key;
	u16 sport = ntohs(key->lport), dport = ntohs(key->rport);
	const void *operand = op + 1;
	const struct inet_diag_markcond *mark = operand;

	switch (op->code) {
	case INET_DIAG_BC_JMP:
		return false;
	case INET_DIAG_BC_S_EQ:
		return sport == op[1].no;
	case INET_DIAG_BC_S_GE:
		return sport >= op[1].no;
	case INET_DIAG_BC_S_LE:
		return sport <= op[1].no;
	case INET_DIAG_BC_D_EQ:
		return dport == op[1].no;
	case INET_DIAG_BC_D_GE:
		return dport >= op[1].no;
	case INET_DIAG_BC_D_LE:
		return dport <= op[1].no;
	case INET_DIAG_BC_AUTO:
		return !s->sk || !(s->sk->sk_userlocks & SOCK_BINDPORT_LOCK);
	case INET_DIAG_BC_S_COND:
		return host_matches(s->node, &key->laddr, sport, operand);
	case INET_DIAG_BC_D_COND:
		return host_matches(s->node, &key->raddr, dport, operand);
	case INET_DIAG_BC_DEV_COND:
		return s->node->dev == *(const u32 *)operand;
	case INET_DIAG_BC_MARK_COND:
		return (s->mark & mark->mask) == mark->mark;
	case INET_DIAG_BC_CGROUP_COND:
		return cgroup_matches(s->sk, operand);
	}
	return true;
}

/**
 * mytcp_diag_wanted() - does a request's filter let an entry through?
 * @bytecode: its program, or NULL; inet_diag has checked that all of its jumps
 *	stay in it, or end at its end or one instruction behind
 * @node: the entry, held
 *
 * Context: process.
 * Return: true when the program ends at its very end.
 */
bool mytcp_diag_wanted(const struct nlattr *bytecode, struct mytcp_node *node)
{
	struct mytcp_listing listing;
	struct subject s = { .node = node };
	const struct inet_diag_bc_op *op;
	int left;

	if (!bytecode)
		return true;
	if (node->kind == MYTCP_KIND_SOCK) {
		s.sk = mytcp_node_sk(node);
		s.mark = READ_ONCE(s.sk->sk_mark);
	} else {
		mytcp_entry_describe(node, &listing);
		s.mark = listing.mark;
	}

	op = nla_data(bytecode);
	left = nla_len(bytecode);
	while (left > 0) {
		int step = says_yes(op, &s) ? op->yes : op->no;

		left -= step;
		op = (const void *)op + step;
	}
	return !left;
}
