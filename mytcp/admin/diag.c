// SPDX-License-Identifier: GPL-2.0
/*
 * sock_diag, which ss(8) and mytcp-ss(8) ask: a handler of the kernel's inet_diag,
 * under IPPROTO_MYTCP, for dumps, single look-ups and SOCK_DESTROY.
 *
 * The trick: inet_diag may be a module, and this one must load without it. So its
 * functions are looked up by name, as soon as it is there; the first request that
 * anyone makes of sock_diag loads it, and a notifier has told us before the request
 * goes on.
 */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sock_diag.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/mytcp.h>
#include <uapi/linux/tcp.h>

#include "mytcp/admin/admin.h"
#include "mytcp/admin/diag.h"
#include "mytcp/admin/entry.h"
#include "mytcp/compat/inet_diag.h"
#include "mytcp/sock/inet6.h"
#include "mytcp/sock/walk.h"

/* A bound socket is CLOSED to us, and since 6.8 has a bit of its own in ss(8). */
#define STATES_BOUND	(MYTCP_ST(CLOSE) | BIT(13))

/**
 * struct functions - what is used of inet_diag, NULL while it is not there
 * @attrs: inet_diag_msg_attrs_fill()
 * @unregister: inet_diag_unregister(); its symbol holds the module
 */
struct functions {
	mytcp_diag_attrs_fn *attrs;
	void (*unregister)(const struct inet_diag_handler *handler);
};

static struct functions kernel_diag;	/* written under kernel_diag_lock */

static DEFINE_MUTEX(kernel_diag_lock);

/* ---- what is asked for ---- */

static void ask_init(struct mytcp_diag_ask *ask, struct sk_buff *request,
		     const struct nlmsghdr *nlh, int ext)
{
	*ask = (struct mytcp_diag_ask) {
		.nlh = nlh,
		.portid = NETLINK_CB(request).portid,
		.user_ns = sk_user_ns(NETLINK_CB(request).sk),
		.ext = ext,
		.net_admin = netlink_net_capable(request, CAP_NET_ADMIN),
		.attrs = kernel_diag.attrs,
	};
}

/* A half-open connection is in SYN_RECV, whatever the kernel calls its own. */
static bool in_states(struct mytcp_node *node, u32 states)
{
	u32 state = BIT(mytcp_entry_state(node));

	if (state & STATES_BOUND)
		state |= STATES_BOUND;
	return states & state;
}

static bool is_asked_for(struct mytcp_node *node, const struct inet_diag_req_v2 *req,
			 const struct nlattr *bytecode)
{
	const struct inet_diag_sockid *id = &req->id;

	return in_states(node, req->idiag_states) &&
	       node->family == req->sdiag_family &&
	       (!id->idiag_sport || id->idiag_sport == node->key.lport) &&
	       (!id->idiag_dport || id->idiag_dport == node->key.rport) &&
	       mytcp_diag_wanted(bytecode, node);
}

static unsigned int parts_of(u32 states)
{
	unsigned int parts = 0;

	if (states & MYTCP_ST(LISTEN))
		parts |= MYTCP_WALK_LISTENERS;
	if (states & STATES_BOUND)
		parts |= MYTCP_WALK_BOUND;
	if (states & ~(MYTCP_ST(LISTEN) | STATES_BOUND))
		parts |= MYTCP_WALK_CONNS;
	return parts;
}

/* ---- dumps ---- */

/* A place kept in netlink_callback.args; a new one is all zeroes. */
enum { ARG_BEGUN, ARG_BUCKET, ARG_SERIAL_LOW, ARG_SERIAL_HIGH };

static void place_load(const struct netlink_callback *cb,
		       struct mytcp_walk *walk, unsigned int parts)
{
	mytcp_walk_rewind(walk, parts);
	if (!cb->args[ARG_BEGUN])
		return;
	walk->bucket = cb->args[ARG_BUCKET];
	walk->serial = (u64)(u32)cb->args[ARG_SERIAL_HIGH] << 32 |
		       (u32)cb->args[ARG_SERIAL_LOW];
}

static void place_save(struct netlink_callback *cb,
		       const struct mytcp_walk *walk)
{
	cb->args[ARG_BEGUN] = 1;
	cb->args[ARG_BUCKET] = walk->bucket;
	cb->args[ARG_SERIAL_LOW] = lower_32_bits(walk->serial);
	cb->args[ARG_SERIAL_HIGH] = upper_32_bits(walk->serial);
}

static void diag_dump(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct inet_diag_req_v2 *req)
{
	const struct inet_diag_dump_data *data = cb->data;
	struct net *net = sock_net(skb->sk);
	struct mytcp_diag_ask ask;
	struct mytcp_node *node;
	struct mytcp_walk walk;

	ask_init(&ask, cb->skb, cb->nlh, req->idiag_ext);
	place_load(cb, &walk, parts_of(req->idiag_states));
	for (node = mytcp_walk_here(net, &walk); node;
	     node = mytcp_walk_next(net, &walk)) {
		if (is_asked_for(node, req, data->inet_diag_nla_bc) &&
		    mytcp_diag_fill(skb, node, &ask, NLM_F_MULTI))
			break;
	}
	mytcp_walk_stop(&walk);
	place_save(cb, &walk);
}

/* ---- one entry ---- */

static bool has_cookie(struct mytcp_node *node, const u32 cookie[2])
{
	u32 its[2];

	if (cookie[0] == INET_DIAG_NOCOOKIE && cookie[1] == INET_DIAG_NOCOOKIE)
		return true;
	mytcp_diag_cookie(node, its);
	return its[0] == cookie[0] && its[1] == cookie[1];
}

static int key_of(const struct inet_diag_req_v2 *req, struct mytcp_key *key)
{
	const struct inet_diag_sockid *id = &req->id;

	switch (req->sdiag_family) {
	case AF_INET:
		mytcp_key_set4(key, id->idiag_src[0], id->idiag_sport,
			       id->idiag_dst[0], id->idiag_dport);
		return 0;
	case AF_INET6:
		memcpy(&key->laddr, id->idiag_src, sizeof(key->laddr));
		memcpy(&key->raddr, id->idiag_dst, sizeof(key->raddr));
		key->lport = id->idiag_sport;
		key->rport = id->idiag_dport;
		return 0;
	}
	return -EINVAL;
}

/* How well a listener or bound socket answers to @key: 0 is not at all. */
static int fit(struct mytcp_node *node, const struct mytcp_key *key,
	       const struct inet_diag_sockid *id)
{
	if (node->key.lport != key->lport ||
	    (node->dev && id->idiag_if && node->dev != id->idiag_if) ||
	    !mytcp_addr_covers(&node->key.laddr, &key->laddr,
			       mytcp_inet6_only(mytcp_node_sk(node))))
		return 0;
	return ipv6_addr_equal(&node->key.laddr, &key->laddr) ? 2 : 1;
}

/* Of those that share an end the cookie tells which one is meant. */
static struct mytcp_node *find_unconnected(struct net *net,
					   const struct mytcp_key *key,
					   const struct inet_diag_sockid *id)
{
	struct mytcp_node *node, *best = NULL;
	struct mytcp_walk walk;
	int score, most = 0;

	mytcp_walk_rewind(&walk, MYTCP_WALK_LISTENERS | MYTCP_WALK_BOUND);
	for (node = mytcp_walk_here(net, &walk); node;
	     node = mytcp_walk_next(net, &walk)) {
		score = fit(node, key, id);
		if (score <= most || !has_cookie(node, id->idiag_cookie) ||
		    !mytcp_node_get(node))
			continue;
		if (best)
			mytcp_node_put(best);
		best = node;
		most = score;
	}
	return best;
}

static struct mytcp_node *find_connection(struct net *net,
					  const struct mytcp_key *key, int dev)
{
	struct mytcp_node *node;

	rcu_read_lock();
	node = mytcp_table_find(net, key, dev, 0);
	rcu_read_unlock();
	return node;
}

/* With a reference. A remote port says that a connection is meant, no listener. */
static struct mytcp_node *find_node(struct net *net, const struct inet_diag_req_v2 *req)
{
	struct mytcp_node *node;
	struct mytcp_key key;
	int err;

	err = key_of(req, &key);
	if (err)
		return ERR_PTR(err);
	node = req->id.idiag_dport ?
	       find_connection(net, &key, req->id.idiag_if) :
	       find_unconnected(net, &key, &req->id);
	if (!node)
		return ERR_PTR(-ENOENT);
	if (node->family != req->sdiag_family ||
	    !has_cookie(node, req->id.idiag_cookie)) {
		mytcp_node_put(node);
		return ERR_PTR(-ENOENT);
	}
	return node;
}

static int diag_dump_one(struct netlink_callback *cb,
			 const struct inet_diag_req_v2 *req)
{
	struct net *net = sock_net(cb->skb->sk);
	struct mytcp_diag_ask ask;
	struct mytcp_node *node;
	struct sk_buff *answer;
	int err = -ENOMEM;

	node = find_node(net, req);
	if (IS_ERR(node))
		return PTR_ERR(node);

	ask_init(&ask, cb->skb, cb->nlh, req->idiag_ext);
	answer = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!answer)
		goto out;
	err = mytcp_diag_fill(answer, node, &ask, 0);
	if (err)
		nlmsg_free(answer);
	else
		err = nlmsg_unicast(net->diag_nlsk, answer, ask.portid);
out:
	mytcp_node_put(node);
	return err;
}

static int diag_destroy(struct sk_buff *request,
			const struct inet_diag_req_v2 *req)
{
	struct net *net = sock_net(request->sk);
	struct mytcp_node *node;
	int err = 0;

	node = find_node(net, req);
	if (IS_ERR(node))
		return PTR_ERR(node);
	if (node->kind == MYTCP_KIND_SOCK)
		err = sock_diag_destroy(mytcp_node_sk(node), ECONNABORTED);
	else if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		err = -EPERM;
	else
		mytcp_node_kill(node);
	mytcp_node_put(node);
	return err;
}

static const struct inet_diag_handler handler = {
	MYTCP_DIAG_OWNER
	.dump		= diag_dump,
	.dump_one	= diag_dump_one,
	.destroy	= diag_destroy,
	.idiag_type	= IPPROTO_MYTCP,
	.idiag_info_size = sizeof(struct tcp_info),
};

/* ---- with or without inet_diag ---- */

static void forget_kernel_diag(void)
{
	if (kernel_diag.attrs)
		symbol_put(inet_diag_msg_attrs_fill);
	if (kernel_diag.unregister)
		symbol_put(inet_diag_unregister);
	kernel_diag.attrs = NULL;
	kernel_diag.unregister = NULL;
}

/* Without effect when it is done already, or inet_diag is not there. */
static void join_kernel(void)
{
	int (*enter)(const struct inet_diag_handler *handler) = NULL;
	int err = -ENOENT;

	mutex_lock(&kernel_diag_lock);
	if (kernel_diag.unregister)
		goto unlock;
	kernel_diag.attrs = symbol_get(inet_diag_msg_attrs_fill);
	kernel_diag.unregister = symbol_get(inet_diag_unregister);
	enter = symbol_get(inet_diag_register);
	if (enter && kernel_diag.attrs && kernel_diag.unregister)
		err = enter(&handler);
	if (enter)
		symbol_put(inet_diag_register);
	if (err)
		forget_kernel_diag();
	if (err && err != -ENOENT)
		pr_warn("mytcp: sock_diag shows no MyTCP sockets: error %d\n", err);
unlock:
	mutex_unlock(&kernel_diag_lock);
}

static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;

	if (event == MODULE_STATE_LIVE && !strcmp(mod->name, "inet_diag"))
		join_kernel();
	return NOTIFY_DONE;
}

static struct notifier_block module_watch = { .notifier_call = module_event };

/**
 * mytcp_diag_init() - be seen by sock_diag, now or as soon as there is one
 *
 * Context: module init.
 * Return: 0 or a negative errno.
 */
int mytcp_diag_init(void)
{
	int err = register_module_notifier(&module_watch);

	if (err)
		return err;
	join_kernel();
	mytcp_sock_set_notice(mytcp_diag_notice);
	return 0;
}

/**
 * mytcp_diag_exit() - the inverse
 *
 * Context: module exit; no socket is left.
 */
void mytcp_diag_exit(void)
{
	mytcp_sock_set_notice(NULL);
	unregister_module_notifier(&module_watch);
	if (kernel_diag.unregister)
		kernel_diag.unregister(&handler);
	forget_kernel_diag();
}
